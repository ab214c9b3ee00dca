/* SPDX-License-Identifier: MIT */
#include "store/commit/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/out.h"

void
report_counted(struct buf *out, const char *before, int64_t n, const char *one, const char *many)
{
	buf_printf(out, "%s%" PRId64 " %s", before, n, n == 1 ? one : many);
}

/* Only where there are any. */
static void
counted_if(struct buf *out, int64_t n, const char *one, const char *many)
{
	if (n > 0)
		report_counted(out, ", ", n, one, many);
}

static void
commit_text(int64_t session, const struct commit_result *r, bool dry_run, struct buf *out)
{
	buf_printf(out, "s%" PRId64 " %s: ", session,
	    r->already    ? "was committed already"
		: dry_run ? "would commit"
			  : "committed");
	report_counted(out, "", r->tracks, "track", "tracks");
	report_counted(out, ", ", r->duplicates, "duplicate", "duplicates");
	buf_printf(out, ", %" PRId64 " failed", r->failed);
	counted_if(out, r->attached, "attached", "attached");
	counted_if(out, r->retagged, "retagged", "retagged");
	counted_if(out, r->conflicts, "conflict", "conflicts");
	counted_if(out, r->skipped, "skipped", "skipped");
	counted_if(out, r->removed_earlier, "removed earlier", "removed earlier");
	counted_if(out, r->unchanged, "unchanged", "unchanged");
	counted_if(out, r->sources_removed, "source removed", "sources removed");
	counted_if(out, r->sources_kept, "source stays", "sources stay");
	if (r->same_as != 0)
		buf_printf(out, " (the same files as s%" PRId64 ")", r->same_as);
}

void
report_session_id(struct buf *out, const char *key, int64_t session)
{
	char text[24];

	snprintf(text, sizeof text, "s%" PRId64, session);
	json_text(out, key, text);
}

static void
commit_json(int64_t session, const struct commit_result *r, bool dry_run, struct buf *out)
{
	json_open(out, "session");
	report_session_id(out, "id", session);
	json_text(out, "state", dry_run && !r->already ? "staged" : "committed");
	if (dry_run)
		json_bool(out, "dry_run", true);
	if (r->already)
		json_bool(out, "already", true);
	json_int(out, "tracks", r->tracks);
	json_int(out, "duplicates", r->duplicates);
	json_int(out, "attached", r->attached);
	json_int(out, "retagged", r->retagged);
	json_int(out, "conflicts", r->conflicts);
	json_int(out, "skipped", r->skipped);
	json_int(out, "removed_earlier", r->removed_earlier);
	json_int(out, "failed", r->failed);
	json_int(out, "unchanged", r->unchanged);
	json_int(out, "sources_removed", r->sources_removed);
	json_int(out, "sources_kept", r->sources_kept);
	if (r->same_as != 0)
		report_session_id(out, "same_as", r->same_as);
	json_close(out);
}

/* id, state, staged, bytes, failed, unchanged, first root: the cells that lib-import --status has, too. */
static void
session_row(const struct session *s, struct table *t)
{
	char id[24];

	snprintf(id, sizeof id, "s%" PRId64, s->id);
	table_text(t, id);
	table_text(t, s->state);
	table_count(t, s->staged + s->pending, "staged");
	table_bytes(t, s->bytes, "");
	table_count(t, s->failed, "failed");
	table_count(t, s->unchanged, "unchanged");
	table_escaped(t, s->roots);
	table_row(t);
}

static void
session_json(const struct session *s, struct buf *out)
{
	json_open(out, "session");
	report_session_id(out, "id", s->id);
	json_text(out, "state", s->state);
	json_time(out, "created", s->created);
	json_time(out, "modified", s->changed);
	if (s->committed != 0)
		json_time(out, "committed", s->committed);
	if (s->holder[0] != '\0')
		json_text(out, "holder", s->holder);
	json_int(out, "pending", s->pending);
	json_int(out, "staged", s->staged);
	json_int(out, "tracks", s->done);
	json_int(out, "duplicates", s->duplicate);
	json_int(out, "attached", s->conflict);
	json_int(out, "skipped", s->skipped_items);
	json_int(out, "removed_earlier", s->removed_earlier);
	json_int(out, "failed", s->failed);
	json_int(out, "unchanged", s->unchanged);
	json_int(out, "not_audio", s->skipped);
	json_int(out, "bytes", s->bytes);
	if (s->commit_error != NULL)
		json_raw(out, "commit_error", s->commit_error);
	if (s->roots != NULL)
		json_text(out, "root", s->roots);
	json_close(out);
}

void
report_commit(int64_t session, const struct commit_result *r, bool dry_run, bool json, struct buf *out)
{
	(json ? commit_json : commit_text)(session, r, dry_run, out);
}

const char *
report_why_stays(const char *state, const char *reason)
{
	if (strcmp(state, "conflict") == 0)
		return "another file of its track is there, too";
	if (strcmp(state, "removed-earlier") == 0)
		return "it was removed from the library earlier";
	if (strcmp(state, "skipped") == 0)
		return "it was left out";
	return reason != NULL ? reason : "it failed";
}

void
report_rejected(const struct session *s, bool dry_run, bool json, struct buf *out)
{
	if (json)
		session_json(s, out);
	else
		buf_printf(out, "s%" PRId64 " %s", s->id, dry_run ? "would be rejected" : s->state);
}

void
report_track(int64_t track, bool json, struct buf *out)
{
	if (!json) {
		buf_printf(out, "%" PRId64, track);
		return;
	}
	json_open(out, "track");
	json_int(out, "id", track);
	json_close(out);
}

enum err_code
report_open_sessions(struct db *db, bool json, struct table *t, struct err *e)
{
	int64_t *ids = NULL;
	size_t n = 0;

	session_list(db, "staging staged committing failed", &ids, &n, e);
	for (size_t i = 0; i < n && e->code == ERR_NONE; i++) {
		struct session s = { 0 };

		if (session_load(db, ids[i], &s, e) == ERR_NONE && json) {
			session_json(&s, t->out);
			buf_putc(t->out, t->separator);
		} else if (e->code == ERR_NONE) {
			session_row(&s, t);
		}
		session_free(&s);
	}
	table_end(t);
	free(ids);
	return e->code;
}
