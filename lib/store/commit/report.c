#include "store/commit/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/out.h"

static void
counted(struct buf *out, const char *before, int64_t n, const char *one, const char *many)
{
	buf_printf(out, "%s%" PRId64 " %s", before, n, n == 1 ? one : many);
}

/* Only where there are any. */
static void
counted_if(struct buf *out, int64_t n, const char *one, const char *many)
{
	if (n > 0)
		counted(out, ", ", n, one, many);
}

static void
commit_text(int64_t session, const struct commit_result *r, bool dry_run, struct buf *out)
{
	buf_printf(out, "s%" PRId64 " %s: ", session,
	    r->already    ? "was committed already"
		: dry_run ? "would commit"
			  : "committed");
	counted(out, "", r->tracks, "track", "tracks");
	counted(out, ", ", r->duplicates, "duplicate", "duplicates");
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
	if (r->conflicts > 0)
		json_int(out, "conflicts", r->conflicts);
	json_int(out, "skipped", r->skipped);
	json_int(out, "removed_earlier", r->removed_earlier);
	json_int(out, "failed", r->failed);
	json_int(out, "unchanged", r->unchanged);
	if (r->sources_removed > 0)
		json_int(out, "sources_removed", r->sources_removed);
	if (r->sources_kept > 0)
		json_int(out, "sources_kept", r->sources_kept);
	if (r->same_as != 0)
		report_session_id(out, "same_as", r->same_as);
	json_close(out);
}

static void
size_text(struct buf *out, int64_t bytes)
{
	static const char *const units[] = { "kB", "MB", "GB", "TB" };
	double x = (double)bytes / 1000;
	size_t u = 0;

	if (bytes < 1000) {
		buf_printf(out, "%" PRId64 " bytes", bytes);
		return;
	}
	for (; x >= 1000 && u < 3; u++)
		x /= 1000;
	buf_printf(out, "%.1f %s", x, units[u]);
}

/* id, state, what it holds, its size, where it came from: by tabs. */
static void
session_text(const struct session *s, struct buf *out)
{
	buf_printf(out, "s%" PRId64 "\t%s\t", s->id, s->state);
	counted(out, "", s->staged + s->pending, "item", "items");
	counted_if(out, s->failed, "failed", "failed");
	counted_if(out, s->unchanged, "unchanged", "unchanged");
	buf_putc(out, '\t');
	size_text(out, s->bytes);
	buf_printf(out, "\t%s", s->roots != NULL ? s->roots : "");
}

static void
session_json(const struct session *s, struct buf *out)
{
	json_open(out, "session");
	report_session_id(out, "id", s->id);
	json_text(out, "state", s->state);
	json_time(out, "created", s->created);
	json_time(out, "changed", s->changed);
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

static const char *
name_of(const struct item *it, const struct plan_entry *entry)
{
	if (entry == NULL || entry->verdict == PLAN_SETTLED)
		return it->state;
	return verdict_name(entry->verdict);
}

/* What it says of an item besides its verdict: the track in the catalogue, or the item of the same session.
 */
struct relation {
	int64_t track, item; /* it is of this one's track */
	int64_t of, kin;     /* of their recording */
};

static struct relation
relation(const struct item *it, const struct plan_entry *entry, const struct plan *p)
{
	struct relation r = { .track = it->track };

	if (entry == NULL)
		return r;
	r.track = entry->track;
	if (entry->first >= 0 && r.track == 0)
		r.item = p->entries[entry->first].item;
	r.of = entry->of;
	if (entry->kin >= 0)
		r.kin = p->entries[entry->kin].item;
	return r;
}

static void
relation_text(const struct item *it, const struct plan_entry *entry, const struct plan *p, struct buf *out)
{
	struct relation r = relation(it, entry, p);

	if (r.track != 0)
		buf_printf(out, "track %" PRId64, r.track);
	else if (r.item != 0)
		buf_printf(out, "the track of item %" PRId64, r.item);
	else if (r.of != 0)
		buf_printf(out, "the recording of track %" PRId64 " (%s)", r.of, heard_name(entry->heard));
	else if (r.kin != 0)
		buf_printf(out, "the recording of item %" PRId64 " (%s)", r.kin, heard_name(entry->heard));
	if (entry != NULL && entry->why != SAME_NOT)
		buf_printf(out, ": %s", same_words(entry->why));
	if (it->code != NULL) {
		buf_printf(out, "%s: ", it->code);
		out_escape(
		    out, it->reason != NULL ? it->reason : "", it->reason != NULL ? strlen(it->reason) : 0);
	}
}

/* What the import noted of the file. */
static void
notes_text(const struct record *r, struct buf *out)
{
	const char *before = "";

	if (r->damaged) {
		buf_puts(out, "damaged");
		before = "; ";
	}
	for (size_t i = 0; i < r->nnotes; i++) {
		buf_puts(out, before);
		out_escape(out, r->notes[i], strlen(r->notes[i]));
		before = "; ";
	}
}

static void
item_text(const struct item *it, const struct record *r, const struct plan_entry *entry, const struct plan *p,
    struct buf *out)
{
	buf_printf(out, "%s\t", name_of(it, entry));
	if (it->path != NULL)
		out_escape(out, it->path, strlen(it->path));
	else
		buf_printf(out, "item %" PRId64, it->id);
	if (entry != NULL && entry->part != 0)
		buf_printf(out, " part %d", (int)entry->part);
	buf_putc(out, '\t');
	relation_text(it, entry, p, out);
	buf_putc(out, '\t');
	notes_text(r, out);
}

static void
sha256_json(const struct item *it, struct buf *out)
{
	struct buf hex = { 0 };

	if (!it->has_sha256)
		return;
	out_hex(&hex, it->sha256, sizeof it->sha256);
	json_text(out, "sha256", hex.data != NULL ? hex.data : "");
	buf_free(&hex);
}

static void
relation_json(const struct item *it, const struct plan_entry *entry, const struct plan *p, struct buf *out)
{
	static const char *const actions[PLAN_VERDICTS] = {
		[PLAN_ATTACH] = "attach", [PLAN_CONFLICT] = "fail", [PLAN_SKIP] = "skip"
	};
	struct relation r = relation(it, entry, p);

	if (entry != NULL && actions[entry->verdict] != NULL)
		json_text(out, "action", actions[entry->verdict]);
	if (r.track != 0)
		json_int(out, "track", r.track);
	if (r.item != 0)
		json_int(out, "item", r.item);
	if (entry != NULL && entry->why != SAME_NOT)
		json_text(out, "why", same_name(entry->why));
	if (r.of != 0)
		json_int(out, "recording_of", r.of);
	if (r.kin != 0)
		json_int(out, "recording_of_item", r.kin);
	if (r.of != 0 || r.kin != 0)
		json_text(out, "known_by", heard_name(entry->heard));
}

static void
notes_json(const struct record *r, struct buf *out)
{
	if (r->damaged)
		json_bool(out, "damaged", true);
	if (r->nnotes == 0)
		return;
	json_array(out, "notes");
	for (size_t i = 0; i < r->nnotes; i++)
		json_text(out, NULL, r->notes[i]);
	json_array_end(out);
}

static void
item_json(const struct item *it, const struct record *r, const struct plan_entry *entry, const struct plan *p,
    struct buf *out)
{
	json_open(out, "item");
	json_int(out, "id", it->id);
	report_session_id(out, "session", it->session);
	json_text(out, "state", it->state);
	json_text(out, "verdict", name_of(it, entry));
	if (entry != NULL && entry->part != 0)
		json_int(out, "part", entry->part);
	if (it->path != NULL)
		json_bytes(out, "source", it->path, strlen(it->path));
	if (it->size != 0)
		json_int(out, "size", it->size);
	sha256_json(it, out);
	relation_json(it, entry, p, out);
	if (it->code != NULL)
		json_text(out, "code", it->code);
	if (it->reason != NULL)
		json_text(out, "reason", it->reason);
	notes_json(r, out);
	json_close(out);
}

static const struct {
	const char *key, *one;
	enum verdict a, b;
} totals[] = { { "new", "new", PLAN_NEW, PLAN_RESTORE },
	{ "duplicates", "duplicate", PLAN_DUPLICATE, PLAN_DUPLICATE },
	{ "conflicts", "conflict", PLAN_ATTACH, PLAN_CONFLICT },
	{ "retagged", "retagged", PLAN_RETAG, PLAN_RETAG }, { "skipped", "skipped", PLAN_SKIP, PLAN_SKIP },
	{ "removed_earlier", "removed earlier", PLAN_REMOVED, PLAN_REMOVED },
	{ "failed", "failed", PLAN_FAILED, PLAN_FAILED },
	{ "settled", "settled", PLAN_SETTLED, PLAN_SETTLED } };

static int64_t
total(const struct plan *p, size_t i)
{
	return p->counts[totals[i].a] + (totals[i].a != totals[i].b ? p->counts[totals[i].b] : 0);
}

/* A file with parts has an entry for each. */
static int64_t
items(const struct plan *p)
{
	int64_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += plan_is_first(p, i);
	return n;
}

static void
plan_text(const struct plan *p, struct buf *out)
{
	buf_printf(out, "s%" PRId64 ": ", p->session);
	counted(out, "", items(p), "item", "items");
	for (size_t i = 0; i < sizeof totals / sizeof totals[0]; i++)
		if (total(p, i) > 0)
			buf_printf(out, ", %" PRId64 " %s", total(p, i), totals[i].one);
}

static void
plan_json(const struct plan *p, struct buf *out)
{
	json_open(out, "summary");
	report_session_id(out, "session", p->session);
	json_int(out, "items", items(p));
	for (size_t i = 0; i < sizeof totals / sizeof totals[0]; i++)
		json_int(out, totals[i].key, total(p, i));
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
report_session(const struct session *s, bool json, struct buf *out)
{
	(json ? session_json : session_text)(s, out);
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
report_open_sessions(struct db *db, bool json, report_line *fn, void *context, struct err *e)
{
	struct buf line = { 0 };
	int64_t *ids = NULL;
	size_t n = 0;

	if (session_list(db, "staging staged committing failed", &ids, &n, e) != ERR_NONE)
		return e->code;
	for (size_t i = 0; i < n && e->code == ERR_NONE; i++) {
		struct session s = { 0 };

		if (session_load(db, ids[i], &s, e) == ERR_NONE) {
			report_session(&s, json, &line);
			if (buf_ok(&line, e) == ERR_NONE)
				fn(context, &line);
			buf_clear(&line);
		}
		session_free(&s);
	}
	buf_free(&line);
	free(ids);
	return e->code;
}

/* One line, or one for each part of its file: the first has the notes. */
static enum err_code
report_item(const struct item *it, const struct record *r, struct plan *p, bool json, report_line *fn,
    void *context, struct buf *line, struct err *e)
{
	const struct plan_entry *entry = plan_find(p, it->id);
	const struct record nothing = { 0 };

	for (;; entry++, r = &nothing) {
		(json ? item_json : item_text)(it, r, entry, p, line);
		if (buf_ok(line, e) != ERR_NONE)
			return e->code;
		fn(context, line);
		buf_clear(line);
		if (entry == NULL || plan_is_last(p, (size_t)(entry - p->entries)))
			return ERR_NONE;
	}
}

enum err_code
report_items(struct db *db, int64_t session, enum conflict policy, const struct progress *progress, bool json,
    report_line *fn, void *context, struct err *e)
{
	struct plan *p = NULL;
	struct item it = { 0 };
	struct record r = { 0 };
	struct buf line = { 0 };
	int64_t after = 0;

	if (plan_make(&p, db, session, policy, progress, e) != ERR_NONE)
		return e->code;
	while (item_next(db, session, after, &it, e) == 1) {
		after = it.id;
		record_free(&r);
		if (it.record != NULL && record_decode(&r, it.record, it.record_len, e) != ERR_NONE)
			break;
		if (report_item(&it, &r, p, json, fn, context, &line, e) != ERR_NONE)
			break;
	}
	if (e->code == ERR_NONE) {
		(json ? plan_json : plan_text)(p, &line);
		if (buf_ok(&line, e) == ERR_NONE)
			fn(context, &line);
	}
	buf_free(&line);
	record_free(&r);
	item_free(&it);
	plan_free(p);
	return e->code;
}
