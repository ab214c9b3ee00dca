/* SPDX-License-Identifier: MIT */
#include "store/commit/job.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/out.h"
#include "base/time.h"
#include "digest/sha256.h"
#include "store/catalogue/catalogue.h"
#include "store/commit/leave.h"
#include "store/history/plays.h"
#include "store/index.h"
#include "store/packed/packed.h"
#include "store/vocabulary.h"
#include "store/sql.h"

enum err_code
job_number(struct db *db, sqlite3_stmt *st, int64_t *n, struct err *e)
{
	if (st == NULL)
		return e->code;
	if (sql_step(db, st, e) == 1)
		*n = sqlite3_column_int64(st, 0);
	sql_done(st);
	return e->code;
}

/* SHA-256 over the sorted hashes of what is staged. */
enum err_code
job_fingerprint(struct job *j, uint8_t hash[32], struct err *e)
{
	sqlite3_stmt *st = sql_get(
	    j->db, "SELECT sha256 FROM item WHERE session_id = ?1 AND state = 'staged' ORDER BY sha256", e);
	struct sha256 h;

	if (st == NULL)
		return e->code;
	sql_int(st, 1, j->session);
	sha256_begin(&h);
	while (sql_step(j->db, st, e) == 1)
		sha256_add(&h, sqlite3_column_blob(st, 0), (size_t)sqlite3_column_bytes(st, 0));
	sql_done(st);
	sha256_end(&h, hash);
	return e->code;
}

/* An earlier commit of the same set of files, all of which are still live: then every item is a duplicate. */
enum err_code
job_find_same(struct job *j, const uint8_t hash[32], int64_t *same, struct err *e)
{
	const int64_t *n = j->plan->counts;
	sqlite3_stmt *st;

	*same = 0;
	if (n[PLAN_DUPLICATE] == 0 ||
	    n[PLAN_NEW] + n[PLAN_ATTACH] + n[PLAN_RETAG] + n[PLAN_SKIP] + n[PLAN_REMOVED] + n[PLAN_RESTORE] +
		    n[PLAN_CONFLICT] >
		0)
		return ERR_NONE;
	st = sql_get(j->db,
	    "SELECT min(id) FROM session WHERE fingerprint = ?1 AND state = 'committed' AND id <> ?2", e);
	if (st == NULL)
		return e->code;
	sql_bytes(st, 1, hash, 32);
	sql_int(st, 2, j->session);
	return job_number(j->db, st, same, e);
}

/* Is the source of this item to be removed after the commit?  Where there is a conflict both files are kept,
 * until somebody has looked. */
static bool
leaves(const struct job *j, const struct plan_entry *entry)
{
	return j->files.moves && publish_wanted(entry) && entry->verdict != PLAN_ATTACH;
}

/* Rewrite an item as what became of it.  What source and file rows tell of it goes. */
static enum err_code
settle_item(struct job *j, const struct plan_entry *entry, const char *state, struct err *e)
{
	/* one that is to be moved, but stays, is still to be told of */
	bool stored = publish_wanted(entry) && !(j->files.moves && !leaves(j, entry));
	sqlite3_stmt *st = sql_get(j->db,
	    "UPDATE item SET state = ?2, track_id = ?3, record = NULL, device = NULL, inode = NULL,"
	    " mtime_ns = NULL, ctime_ns = NULL, staged_ns = NULL, path = iif(?4, NULL, path) WHERE id = ?1",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, entry->item);
	sql_text(st, 2, state);
	sql_int_or_null(st, 3, entry->track);
	sql_int(st, 4, stored);
	return sql_run(j->db, st, e);
}

static enum err_code
forget_removal(struct job *j, const struct item *it, struct err *e)
{
	sqlite3_stmt *st = sql_get(j->db, "DELETE FROM removed WHERE sha256 = ?1", e);

	if (st == NULL)
		return e->code;
	sql_bytes(st, 1, it->sha256, 32);
	return sql_run(j->db, st, e);
}

/* A track of the same recording, or 0. */
static int64_t
relative(const struct plan *p, const struct plan_entry *entry)
{
	return entry->kin >= 0 ? p->entries[entry->kin].track : entry->of;
}

static enum err_code
write_retag(struct catalogue *c, const struct plan_entry *entry, struct release *release,
    const struct item *it, struct record *r, struct err *e)
{
	if (release->id != 0 && !release->fresh && release->retagged > 0 &&
	    release->staying == release->tracks && catalogue_renew(c, release, r, e) != ERR_NONE)
		return e->code;
	if ((release->id == 0 || release->fresh) && catalogue_take_along(c, entry->track, r, e) != ERR_NONE)
		return e->code;
	if (catalogue_release(c, release, r, e) != ERR_NONE)
		return e->code;
	return catalogue_retag(c, entry->track, entry->file, release->id, it, r, e);
}

/* A new track on its release, another file of one, or other tags. */
static enum err_code
write_track(
    struct job *j, struct catalogue *c, struct plan_entry *entry, const struct item *it, struct err *e)
{
	struct release *release = &j->plan->releases[entry->release];
	struct record r = { 0 };

	if (plan_record(it, entry->part, &r, e) != ERR_NONE)
		goto out;
	if (entry->verdict == PLAN_ATTACH)
		catalogue_attach(c, entry->track, it, &r, e);
	else if (entry->verdict == PLAN_RETAG)
		write_retag(c, entry, release, it, &r, e);
	else if (catalogue_release(c, release, &r, e) == ERR_NONE)
		catalogue_add(c, release->id, relative(j->plan, entry), it, &r, &entry->track, e);
	if (e->code == ERR_NONE)
		catalogue_covers(c, it->id, entry->track, e);
out:
	record_free(&r);
	return e->code;
}

/* What became of an item that has parts: of their verdicts the one that comes first here. */
static const struct plan_entry *
telling_entry(const struct plan *p, size_t last)
{
	static const int order[PLAN_VERDICTS] = { [PLAN_NEW] = 1,
		[PLAN_RESTORE] = 2,
		[PLAN_RETAG] = 3,
		[PLAN_ATTACH] = 4,
		[PLAN_DUPLICATE] = 5,
		[PLAN_SKIP] = 6,
		[PLAN_REMOVED] = 7 };
	size_t best = last;

	for (size_t i = last; !plan_is_first(p, i);)
		if (order[p->entries[--i].verdict] <= order[p->entries[best].verdict])
			best = i;
	return &p->entries[best];
}

static enum err_code
write_entry(struct job *j, struct catalogue *c, struct plan_entry *entry, struct item *it, struct err *e)
{
	if (entry->first >= 0)
		entry->track = j->plan->entries[entry->first].track;
	if (publish_wanted(entry) && publish_confirm(&j->files, j->plan, entry, it, e) != ERR_NONE)
		return e->code;
	switch (entry->verdict) {
	case PLAN_NEW:
	case PLAN_ATTACH:
	case PLAN_RETAG:
		write_track(j, c, entry, it, e);
		break;
	case PLAN_DUPLICATE:
	case PLAN_RESTORE:
		/* one that was away for long has lost its covers (lib-sweep orphans) */
		if (catalogue_revive(c, it->sha256, entry->verdict == PLAN_RESTORE, e) == ERR_NONE &&
		    entry->verdict == PLAN_RESTORE)
			catalogue_covers(c, it->id, entry->track, e);
		break;
	default:
		break;
	}
	return e->code;
}

/* One entry, and with its last one the item. */
static enum err_code
write_item(struct job *j, struct catalogue *c, size_t i, struct item *it, struct err *e)
{
	static const char *const states[PLAN_VERDICTS] = { [PLAN_NEW] = "committed",
		[PLAN_RESTORE] = "committed",
		[PLAN_RETAG] = "committed",
		[PLAN_ATTACH] = "conflict",
		[PLAN_DUPLICATE] = "duplicate",
		[PLAN_SKIP] = "skipped",
		[PLAN_REMOVED] = "removed-earlier" };
	const struct plan_entry *tells;

	if (write_entry(j, c, &j->plan->entries[i], it, e) != ERR_NONE || !plan_is_last(j->plan, i))
		return e->code;
	tells = telling_entry(j->plan, i);
	if (publish_wanted(tells) && catalogue_source(c, it, e) != ERR_NONE)
		return e->code;
	if (leaves(j, tells) && it->path != NULL && leave_record(j->db, it, e) != ERR_NONE)
		return e->code;
	if (j->plan->again && forget_removal(j, it, e) != ERR_NONE)
		return e->code;
	return settle_item(j, tells, tells->further ? "conflict" : states[tells->verdict], e);
}

/* All tracks of an item whose file came back. */
static enum err_code
index_restored(struct job *j, int64_t item, struct err *e)
{
	for (int64_t track = 0, before = -1; track != before;) {
		sqlite3_stmt *st = sql_get(j->db,
		    "SELECT file.track_id FROM item JOIN blob ON blob.sha256 = item.sha256"
		    " JOIN file ON file.blob_id = blob.id JOIN track ON track.id = file.track_id"
		    " WHERE item.id = ?1 AND file.track_id > ?2 AND file.state <> 'removed' AND removed IS "
		    "NULL ORDER BY file.track_id LIMIT 1",
		    e);

		if (st == NULL)
			return e->code;
		before = track;
		sql_int(st, 1, item);
		sql_int(st, 2, track);
		if (job_number(j->db, st, &track, e) != ERR_NONE)
			return e->code;
		/* of a track that comes back with two files only the first finds it gone */
		if (track != before &&
		    (index_forget(j->db, track, e) != ERR_NONE || index_track(j->db, track, e) != ERR_NONE))
			return e->code;
	}
	return ERR_NONE;
}

static void
report(const struct plan *p, const char *stage, size_t done)
{
	const struct progress *pr = p->progress;

	if (pr != NULL && pr->report != NULL && done % 64 == 0)
		pr->report(pr->context, stage, (int64_t)done, (int64_t)p->n, 0);
}

/* The index can only forget what it holds: before any row of a retagged track or of its release changes. */
static enum err_code
forget_retagged(struct job *j, struct err *e)
{
	const struct plan *p = j->plan;

	for (size_t i = 0; i < p->n && e->code == ERR_NONE; i++)
		if (p->entries[i].verdict == PLAN_RETAG && p->entries[i].first < 0)
			index_forget(j->db, p->entries[i].track, e);
	return e->code;
}

/* When all tracks stand: a release may have learnt from its last. */
static enum err_code
finish_releases(struct job *j, struct catalogue *c, struct err *e)
{
	struct plan *p = j->plan;

	for (size_t i = 0; i < p->nreleases && e->code == ERR_NONE; i++) {
		struct release *r = &p->releases[i];

		if (r->fresh)
			catalogue_raise_covers(c, r->id, e);
		else if (r->retagged > r->staying)
			catalogue_drop_empty(c, r->id, e);
	}
	return e->code;
}

static enum err_code
index_all(struct job *j, struct err *e)
{
	const struct plan *p = j->plan;

	for (size_t i = 0; i < p->n && e->code == ERR_NONE; i++) {
		const struct plan_entry *entry = &p->entries[i];

		if (entry->verdict == PLAN_RESTORE)
			index_restored(j, entry->item, e);
		else if (entry->verdict == PLAN_NEW || (entry->verdict == PLAN_RETAG && entry->first < 0))
			(void)(index_track(j->db, entry->track, e) == ERR_NONE &&
			    plays_meet(j->db, entry->track, e));
		report(p, "indexing", i);
	}
	return e->code == ERR_NONE ? packed_refresh(j->db, false, NULL, e) : e->code;
}

enum err_code
job_write_items(struct job *j, struct err *e)
{
	struct plan *p = j->plan;
	struct catalogue c = {
		.db = j->db, .session = j->session, .owner = j->owner, .now = time_now(), .seen = j->created
	};
	struct item it = { 0 };

	if (forget_retagged(j, e) != ERR_NONE)
		return e->code;
	for (size_t i = 0; i < p->n; i++) {
		struct plan_entry *entry = &p->entries[i];

		if (entry->verdict == PLAN_FAILED || entry->verdict == PLAN_SETTLED)
			continue;
		j->item = entry->item;
		if (item_next(j->db, j->session, entry->item - 1, &it, e) != 1 ||
		    write_item(j, &c, i, &it, e) != ERR_NONE)
			break;
		report(p, "writing", i);
	}
	item_free(&it);
	if (e->code != ERR_NONE || finish_releases(j, &c, e) != ERR_NONE || index_all(j, e) != ERR_NONE ||
	    vocabulary_settle(j->db, (int64_t)p->n, e) != ERR_NONE)
		return e->code;
	j->item = 0;
	return ERR_NONE;
}

enum err_code
job_write_session(struct job *j, const uint8_t hash[32], const struct commit_result *r, struct err *e)
{
	char subject[24];
	struct buf json = { 0 };
	sqlite3_stmt *st;

	if (sql_change(j->db,
		"DELETE FROM item_cover WHERE item_id IN (SELECT id FROM item WHERE session_id = ?1)",
		&j->session, 1, e) != ERR_NONE)
		return e->code;
	st = sql_get(j->db,
	    "UPDATE session SET state = 'committed', committed = ?3, changed = ?3, holder = '', fingerprint "
	    "= ?4 WHERE id = ?1 AND state = 'committing' AND commit_id = ?2",
	    e);
	if (st == NULL)
		return e->code;
	sql_int(st, 1, j->session);
	sql_text(st, 2, j->commit_id);
	sql_int(st, 3, time_now());
	sql_bytes(st, 4, hash, 32);
	if (sql_run(j->db, st, e) != ERR_NONE)
		return e->code;
	if (sqlite3_changes(j->db->sql) != 1)
		return err_set(
		    e, ERR_STATE, "session s%" PRId64 " was taken over by another process", j->session);
	buf_puts(&json, "{");
	json_int(&json, "tracks", r->tracks);
	json_int(&json, "duplicates", r->duplicates);
	json_int(&json, "attached", r->attached);
	json_int(&json, "retagged", r->retagged);
	json_int(&json, "skipped", r->skipped);
	json_int(&json, "removed_earlier", r->removed_earlier);
	json_int(&json, "failed", r->failed);
	buf_puts(&json, "}");
	snprintf(subject, sizeof subject, "s%" PRId64, j->session);
	if (buf_ok(&json, e) == ERR_NONE)
		db_event(j->db, "commit", subject, json.data, e);
	buf_free(&json);
	return e->code;
}
