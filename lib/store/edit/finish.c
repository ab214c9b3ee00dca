/* SPDX-License-Identifier: MIT */
/* How every edit ends: its event, the commit, and what is told of it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/out.h"
#include "base/time.h"
#include "store/edit/priv.h"

enum err_code
edit_go_on(const struct progress *progress, struct err *e)
{
	if (e->code == ERR_NONE && progress != NULL && progress->stop != NULL && *progress->stop != 0)
		err_set(e, ERR_INTERRUPTED, "stopped; nothing was changed");
	return e->code;
}

/* The track, where it is one. */
static enum err_code
subject_of(struct db *db, const struct edit_result *r, char subject[24], struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT id FROM temp.chosen WHERE changed LIMIT 1", e);

	*subject = '\0';
	if (st == NULL)
		return e->code;
	if (r->changed == 1 && sql_step(db, st, e) == 1)
		snprintf(subject, 24, "%" PRId64, (int64_t)sqlite3_column_int64(st, 0));
	sql_done(st);
	return e->code;
}

static enum err_code
end_journal(struct db *db, int64_t event, const char *kind, const char *data, struct edit_result *r,
    bool *changed, struct err *e)
{
	struct buf json = { 0 };
	char subject[24];

	buf_puts(&json, "{");
	json_int(&json, "tracks", r->changed);
	if (data != NULL)
		buf_printf(&json, ",%s", data);
	buf_puts(&json, "}");
	if (subject_of(db, r, subject, e) == ERR_NONE && buf_ok(&json, e) == ERR_NONE)
		journal_end(db, event, kind, subject, json.data, changed, e);
	buf_free(&json);
	return e->code;
}

enum err_code
edit_finish(struct db *db, int64_t event, const char *kind, const char *data, const struct edit_options *how,
    struct edit_result *r, struct err *e)
{
	struct buf lines = { 0 };
	bool changed = false;

	if (e->code != ERR_NONE || chosen_settle(db, how, time_now(), r, e) != ERR_NONE ||
	    end_journal(db, event, kind, data, r, &changed, e) != ERR_NONE)
		goto out;
	if (changed && how->dry_run) {
		/* the table of lines is rolled back too; and nobody shall wait for who reads them */
		if (chosen_lines(db, how, &lines, e) != ERR_NONE)
			goto out;
		sql_rollback(db);
		chosen_tell_lines(how, &lines);
	} else if (changed && sql_commit(db, e) == ERR_NONE) {
		r->event = event;
		chosen_tell(db, how, e);
	}
out:
	sql_rollback(db);
	buf_free(&lines);
	return e->code;
}

enum err_code
edit_parse_event(const char *text, int64_t *event, struct err *e)
{
	const char *digits = text + (*text == 'e');
	size_t len = strlen(digits);

	if (len == 0 || len > 18 || strspn(digits, "0123456789") != len)
		return err_set(e, ERR_USAGE, "'%s' is not the id of an event, like e5", text);
	*event = strtoll(digits, NULL, 10);
	return ERR_NONE;
}

void
edit_report_json(const char *command, const struct edit_result *r, bool dry_run, struct buf *out)
{
	char id[24];

	json_open(out, "report");
	json_text(out, "command", command);
	if (dry_run)
		json_bool(out, "dry_run", true);
	if (r->event != 0) {
		snprintf(id, sizeof id, "e%" PRId64, r->event);
		json_text(out, "event", id);
	}
	if (r->undone != 0) {
		snprintf(id, sizeof id, "e%" PRId64, r->undone);
		json_text(out, "undoes", id);
	}
	json_int(out, "changed", r->changed);
	json_int(out, "unchanged", r->unchanged);
	json_close(out);
}
