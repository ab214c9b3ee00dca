/* SPDX-License-Identifier: MIT */
#include "intake/status.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/amount.h"
#include "base/out.h"
#include "base/time.h"
#include "store/commit/report.h"
#include "store/session/session.h"
#include "text/table.h"

/* What is going on with a session: `status` as lib-import(1) has it, and the command that goes on, or "". */
struct look {
	struct session s;
	const char *status;
	char next[48];
	int64_t age;  /* of its heartbeat, seconds */
	int64_t rate; /* bytes a second of its running or last import, 0: not known */
};

static const struct {
	const char *state, *status, *next;
} idle[] = {
	{ "staging", "unfinished", "lib-import --resume" },
	{ "staged", "waiting", "lib-commit" },
	{ "committing", "unfinished", "lib-commit" },
	{ "failed", "failed", "lib-commit --retry" },
};

static enum err_code
look_at(struct db *db, int64_t id, struct look *l, struct err *e)
{
	struct session *s = &l->s;
	int64_t seconds;

	if (session_load(db, id, s, e) != ERR_NONE)
		return e->code;
	l->status = s->state;
	l->next[0] = '\0';
	l->age = time_now() - s->heartbeat;
	seconds = s->heartbeat - s->changed;
	l->rate = strcmp(s->state, "staging") == 0 && seconds > 0 ? s->run_bytes / seconds : 0;
	if (db_session_is_held(db, id)) {
		l->status = "running";
		return ERR_NONE;
	}
	for (size_t i = 0; i < sizeof idle / sizeof idle[0]; i++)
		if (strcmp(idle[i].state, s->state) == 0) {
			l->status = idle[i].status;
			snprintf(l->next, sizeof l->next, "%s s%" PRId64, idle[i].next, id);
		}
	return ERR_NONE;
}

static void
json_line(const struct look *l, struct buf *out)
{
	const struct session *s = &l->s;

	json_open(out, "session");
	report_session_id(out, "id", s->id);
	json_text(out, "state", s->state);
	json_text(out, "status", l->status);
	json_time(out, "created", s->created);
	json_time(out, "modified", s->changed);
	json_time(out, "heartbeat", s->heartbeat);
	json_int(out, "heartbeat_age_ms", l->age * 1000);
	if (s->holder[0] != '\0' && strcmp(l->status, "running") == 0)
		json_text(out, "holder", s->holder);
	json_int(out, "staged", s->staged + s->pending);
	json_int(out, "bytes", s->bytes);
	json_int(out, "failed", s->failed);
	json_int(out, "not_audio", s->skipped);
	json_int(out, "unchanged", s->unchanged);
	if (l->rate > 0)
		json_int(out, "rate", l->rate);
	if (l->next[0] != '\0')
		json_text(out, "next", l->next);
	if (s->failed > 0 && l->next[0] != '\0') {
		char retry[48];

		snprintf(retry, sizeof retry, "lib-import --retry s%" PRId64, s->id);
		json_text(out, "retry", retry);
	}
	if (s->roots != NULL)
		json_text(out, "root", s->roots);
	json_close(out);
}

/* "9 min ago" for people, seconds for programs. */
static void
age_cell(struct table *t, int64_t seconds)
{
	char span[AMOUNT_TEXT], text[AMOUNT_TEXT + 8];

	if (t->aligned)
		snprintf(text, sizeof text, "%s ago", amount_span(seconds, span));
	else
		snprintf(text, sizeof text, "%" PRId64, seconds);
	table_text(t, text);
}

static void
row(struct table *t, const struct look *l)
{
	const struct session *s = &l->s;
	char text[TIME_TEXT];

	snprintf(text, sizeof text, "s%" PRId64, s->id);
	table_text(t, text);
	table_text(t, l->status);
	table_count(t, s->staged + s->pending, "staged");
	table_bytes(t, s->bytes, "");
	table_count(t, s->failed, "failed");
	table_count(t, s->skipped, "no audio");
	table_count(t, s->unchanged, "unchanged");
	table_text(t, time_format(s->created, text));
	age_cell(t, l->age);
	table_bytes(t, l->rate, "/s");
	table_text(t, l->next);
	table_escaped(t, s->roots);
	table_row(t);
}

static enum err_code
sessions(struct db *db, const int64_t *ids, size_t n, const struct status_form *form, struct err *e)
{
	struct buf lines = { 0 };
	struct table t = { .out = &lines, .separator = form->separator, .aligned = form->aligned };

	for (size_t i = 0; i < n && e->code == ERR_NONE; i++) {
		struct look l = { 0 };

		if (look_at(db, ids[i], &l, e) != ERR_NONE)
			break;
		if (form->json) {
			json_line(&l, &lines);
			buf_putc(&lines, form->separator);
		} else {
			row(&t, &l);
		}
		session_free(&l.s);
	}
	table_end(&t);
	if (e->code == ERR_NONE)
		return form->print(&lines, e);
	buf_free(&lines);
	return e->code;
}

/* Seconds since it failed last; clocks may be set back. */
static int64_t
age_of(const struct item *it)
{
	int64_t age = time_now() - it->failed;

	return age > 0 ? age : 0;
}

static void
failed_item(const struct item *it, bool json, struct buf *out)
{
	const char *path = it->path != NULL ? it->path : "", *reason = it->reason != NULL ? it->reason : "";

	if (json) {
		json_open(out, "item");
		json_int(out, "id", it->id);
		report_session_id(out, "session", it->session);
		json_text(out, "state", it->state);
		json_bytes(out, "source", path, strlen(path));
		json_text(out, "code", it->code != NULL ? it->code : "");
		json_text(out, "reason", reason);
		json_int(out, "attempts", it->attempts);
		if (it->failed != 0) {
			json_time(out, "failed_at", it->failed);
			json_int(out, "age_ms", age_of(it) * 1000);
		}
		if (it->due != 0)
			json_time(out, "due", it->due);
		json_bool(out, "dead", it->due == 0);
		json_close(out);
		return;
	}
	buf_printf(out, "%s\t", it->state);
	out_escape(out, path, strlen(path));
	buf_putc(out, '\t');
	out_escape(out, reason, strlen(reason));
}

static enum err_code
failed_items(struct db *db, int64_t session, const struct status_form *form, struct err *e)
{
	struct item it = { 0 };
	struct buf line = { 0 };
	int64_t after = 0;

	while (e->code == ERR_NONE && item_next(db, session, after, &it, e) == 1) {
		after = it.id;
		if (strcmp(it.state, "failed") != 0)
			continue;
		failed_item(&it, form->json, &line);
		buf_putc(&line, form->separator);
		(void)form->print(&line, e);
	}
	item_free(&it);
	return e->code;
}

/* One that failed, in all sessions: "dead", which nobody tries again by himself, or when it is due. */
static void
failed_row(struct table *t, const struct item *it)
{
	char text[TIME_TEXT];

	snprintf(text, sizeof text, "s%" PRId64, it->session);
	table_text(t, text);
	table_text(t, it->due == 0 ? "dead" : time_format(it->due, text));
	table_count(t, it->attempts, it->attempts == 1 ? "attempt" : "attempts");
	age_cell(t, age_of(it));
	table_escaped(t, it->path);
	table_escaped(t, it->reason);
	table_row(t);
}

static enum err_code
failed_of(struct db *db, int64_t session, const struct status_form *form, struct table *t, struct err *e)
{
	struct item it = { 0 };

	while (e->code == ERR_NONE && item_next_failed(db, session, it.id, &it, e) == 1) {
		if (!form->json) {
			failed_row(t, &it);
			continue;
		}
		failed_item(&it, true, t->out);
		buf_putc(t->out, form->separator);
	}
	item_free(&it);
	return e->code;
}

enum err_code
status_failed(struct db *db, char **ids, const struct status_form *form, struct err *e)
{
	struct buf lines = { 0 };
	struct table t = { .out = &lines, .separator = form->separator, .aligned = form->aligned };
	int64_t id = 0;

	if (*ids == NULL)
		failed_of(db, 0, form, &t, e);
	for (; *ids != NULL && e->code == ERR_NONE; ids++)
		if (session_parse(*ids, &id, e) == ERR_NONE)
			failed_of(db, id, form, &t, e);
	table_end(&t);
	if (e->code == ERR_NONE)
		return form->print(&lines, e);
	buf_free(&lines);
	return e->code;
}

enum err_code
status_print(struct db *db, char **ids, const struct status_form *form, struct err *e)
{
	int64_t id, *open = NULL;
	size_t n = 0;

	if (*ids == NULL) {
		if (session_list(db, "staging staged committing failed", &open, &n, e) == ERR_NONE)
			(void)sessions(db, open, n, form, e);
		free(open);
		return e->code;
	}
	for (; *ids != NULL && e->code == ERR_NONE; ids++)
		if (session_parse(*ids, &id, e) == ERR_NONE && sessions(db, &id, 1, form, e) == ERR_NONE)
			(void)failed_items(db, id, form, e);
	return e->code;
}
