/* SPDX-License-Identifier: MIT */
#include "store/commit/commit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/out.h"
#include "base/time.h"
#include "store/commit/job.h"
#include "store/commit/leave.h"
#include "store/playlist/import.h"
#include "store/sql.h"

static enum err_code
fresh_id(char id[33], struct err *e)
{
	uint8_t bytes[16];

	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
		return err_set(e, ERR_IO, "the system gives no random numbers");
	for (size_t i = 0; i < sizeof bytes; i++)
		snprintf(id + 2 * i, 3, "%02x", bytes[i]);
	return ERR_NONE;
}

/* staged (or a dead process's committing) -> committing, with this job's id. */
static enum err_code
take(struct job *j, const char *from, struct err *e)
{
	sqlite3_stmt *st;
	char host[64] = "", holder[128];

	if (fresh_id(j->commit_id, e) != ERR_NONE)
		return e->code;
	(void)gethostname(host, sizeof host - 1);
	snprintf(holder, sizeof holder, "lib-commit, process %ld on %s", (long)getpid(), host);
	if (sql_begin(j->db, e) != ERR_NONE)
		return e->code;
	st = sql_get(j->db,
	    "UPDATE session SET state = 'committing', commit_id = ?2, changed = ?3, heartbeat = ?3, holder = "
	    "?4, commit_error = NULL WHERE id = ?1 AND state = ?5",
	    e);
	if (st == NULL)
		goto fail;
	sql_int(st, 1, j->session);
	sql_text(st, 2, j->commit_id);
	sql_int(st, 3, time_now());
	sql_text(st, 4, holder);
	sql_text(st, 5, from);
	if (sql_run(j->db, st, e) != ERR_NONE)
		goto fail;
	if (sqlite3_changes(j->db->sql) != 1) {
		err_set(e, ERR_STATE, "session s%" PRId64 " was changed by another process", j->session);
		goto fail;
	}
	if (sql_commit(j->db, e) == ERR_NONE)
		return ERR_NONE;
fail:
	sql_rollback(j->db);
	return e->code;
}

/* committing -> another state, as long as it is this job's; *why, if any, goes into commit_error. */
static void
leave(struct job *j, const char *state, const struct err *why)
{
	struct err ignored = { 0 };
	struct buf json = { 0 };
	sqlite3_stmt *st;

	if (why != NULL) {
		buf_puts(&json, "{");
		json_text(&json, "step", j->step);
		if (j->item != 0)
			json_int(&json, "item", j->item);
		json_text(&json, "code", why->code == ERR_EXISTS ? "DUPLICATE_PIECE" : err_name(why->code));
		json_text_n(&json, "reason", why->msg, strlen(why->msg));
		buf_puts(&json, "}");
	}
	/* where this fails too the session stays `committing`, and the next commit takes it over */
	if (sql_begin(j->db, &ignored) != ERR_NONE)
		goto out;
	st = sql_get(j->db,
	    "UPDATE session SET state = ?3, changed = ?4, holder = '', commit_error = ?5"
	    " WHERE id = ?1 AND state = 'committing' AND commit_id = ?2",
	    &ignored);
	if (st == NULL)
		goto fail;
	sql_int(st, 1, j->session);
	sql_text(st, 2, j->commit_id);
	sql_text(st, 3, state);
	sql_int(st, 4, time_now());
	sql_text(st, 5, json.failed ? NULL : json.data);
	if (sql_run(j->db, st, &ignored) == ERR_NONE && sql_commit(j->db, &ignored) == ERR_NONE)
		goto out;
fail:
	sql_rollback(j->db);
out:
	buf_free(&json);
}

/* What tells whether the catalogue changed under a plan: other connections' commits, and among them those
 * that an event tells of (an importer's heartbeat is no reason to decide again). */
struct moment {
	int64_t version, event;
};

static enum err_code
read_moment(struct db *db, struct moment *m, struct err *e)
{
	if (job_number(db, sql_get(db, "PRAGMA data_version", e), &m->version, e) != ERR_NONE)
		return e->code;
	return job_number(db, sql_get(db, "SELECT ifnull(max(id), 0) FROM event", e), &m->event, e);
}

static void
count(const struct plan *p, struct commit_result *r)
{
	r->tracks = p->counts[PLAN_NEW] + p->counts[PLAN_RESTORE] - p->further;
	r->duplicates = p->counts[PLAN_DUPLICATE];
	r->attached = p->counts[PLAN_ATTACH] + p->further;
	r->retagged = p->counts[PLAN_RETAG];
	r->conflicts = p->counts[PLAN_CONFLICT];
	r->skipped = p->counts[PLAN_SKIP];
	r->removed_earlier = p->counts[PLAN_REMOVED];
	r->failed = p->counts[PLAN_FAILED];
}

static enum err_code
plan_now(struct job *j, struct err *e)
{
	plan_free(j->plan);
	j->plan = NULL;
	j->item = 0;
	j->step = "decide";
	if (plan_make(&j->plan, j->db, j->session, j->o->policy, j->o->progress, e) != ERR_NONE)
		return e->code;
	for (size_t i = 0; i < j->plan->n; i++)
		if (j->plan->entries[i].verdict == PLAN_CONFLICT) {
			const struct plan_entry *entry = &j->plan->entries[i];

			j->item = entry->item;
			if (entry->track != 0)
				return err_set(e, ERR_EXISTS,
				    "item %" PRId64 " has the place of track %" PRId64
				    " on its release, and conflicts are to fail",
				    entry->item, entry->track);
			return err_set(e, ERR_EXISTS,
			    "items %" PRId64 " and %" PRId64
			    " have the same place on their release, and conflicts are to fail",
			    j->plan->entries[entry->first].item, entry->item);
		}
	j->step = "check";
	return publish_check(&j->files, j->plan, &j->item, e);
}

static enum err_code
publish(struct job *j, struct err *e)
{
	j->step = "publish";
#ifdef PLANT_ROWS_BEFORE_BLOBS /* a bug for tests/fault.bats, whose sweep must find it */
	return ERR_NONE;
#endif
	return publish_all(&j->files, j->plan, &j->item, e);
}

/* Decide, publish and open the transaction so that what was decided holds in it.  The library lock, taken
 * here, stays with the caller. */
static enum err_code
reach_transaction(struct job *j, struct err *e)
{
	struct moment before = { 0 }, now = { 0 };

	for (int tries = 0;; tries++) {
		if (read_moment(j->db, &before, e) != ERR_NONE || plan_now(j, e) != ERR_NONE ||
		    db_lock_shared(j->db, e) != ERR_NONE || publish(j, e) != ERR_NONE)
			return e->code;
		j->step = "write";
		if (sql_begin(j->db, e) != ERR_NONE || read_moment(j->db, &now, e) != ERR_NONE)
			return e->code;
		if (now.version == before.version || now.event == before.event)
			return ERR_NONE;
		if (tries == 2)
			break;
		sql_rollback(j->db);
		db_unlock(j->db);
	}
	/* others are too quick: decide again while they wait */
	if (plan_now(j, e) != ERR_NONE || publish(j, e) != ERR_NONE)
		return e->code;
	j->step = "write";
	return ERR_NONE;
}

/* From committing to committed. */
static enum err_code
carry_out(struct job *j, struct commit_result *r, struct err *e)
{
	uint8_t hash[32];

	j->step = "decide";
	if (job_fingerprint(j, hash, e) != ERR_NONE)
		return e->code;
	if (reach_transaction(j, e) == ERR_NONE && job_find_same(j, hash, &r->same_as, e) == ERR_NONE) {
		count(j->plan, r);
		if (job_write_items(j, e) == ERR_NONE && job_write_session(j, hash, r, e) == ERR_NONE &&
		    playlist_hunt(j->db, 0, j->session, e) == ERR_NONE) {
#ifdef PLANT_SOURCES_BEFORE_ROWS /* another one */
			struct leave_counts n;
			struct err planted = { 0 };

			leave_go(j->db, &(struct leave){ .session = j->session }, &n, &planted);
#endif
			sql_commit(j->db, e);
		}
#ifdef PLANT_ROWS_BEFORE_BLOBS
		if (e->code == ERR_NONE)
			publish_all(&j->files, j->plan, &j->item, e);
#endif
	}
	if (e->code != ERR_NONE)
		sql_rollback(j->db);
	db_unlock(j->db);
	return e->code;
}

/* Is the state one to start from?  *from is set to it. */
static enum err_code
check_state(const struct session *s, const struct commit_options *o, struct err *e)
{
	if (strcmp(s->state, "staged") == 0 || strcmp(s->state, "committing") == 0)
		return ERR_NONE;
	if (strcmp(s->state, "staging") == 0)
		return err_set(e, ERR_STATE,
		    "the import of session s%" PRId64
		    " is not finished; to go on: lib-import --resume s%" PRId64,
		    s->id, s->id);
	if (strcmp(s->state, "failed") == 0 && o->retry)
		return ERR_NONE;
	if (strcmp(s->state, "failed") == 0)
		return err_set(e, ERR_STATE,
		    "session s%" PRId64
		    " failed earlier; once the cause is gone: lib-commit --retry s%" PRId64,
		    s->id, s->id);
	return session_wrong(s->id, s->state, e);
}

/* Retagged items are committed ones: the event knows how many they were, as long as it is kept. */
static enum err_code
count_retagged(struct db *db, int64_t session, struct commit_result *r, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT ifnull(json_extract(data, '$.retagged'), 0) FROM event WHERE subject = ?1 AND kind = "
	    "'commit' ORDER BY id DESC",
	    e);
	char subject[24];

	if (st == NULL)
		return e->code;
	snprintf(subject, sizeof subject, "s%" PRId64, session);
	sql_text(st, 1, subject);
	if (job_number(db, st, &r->retagged, e) == ERR_NONE)
		r->tracks -= r->retagged;
	return e->code;
}

static void
result_of_committed(const struct session *s, struct commit_result *r)
{
	*r = (struct commit_result){ .already = true,
		.tracks = s->done,
		.duplicates = s->duplicate,
		.attached = s->conflict,
		.skipped = s->skipped_items,
		.removed_earlier = s->removed_earlier,
		.failed = s->failed,
		.unchanged = s->unchanged };
}

static enum err_code
owner_of(struct job *j, struct err *e)
{
	sqlite3_stmt *st = sql_get(j->db, "SELECT owner, created FROM session WHERE id = ?1", e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, j->session);
	if (sql_step(j->db, st, e) == 1) {
		j->owner = sqlite3_column_int64(st, 0);
		j->created = sqlite3_column_int64(st, 1);
	}
	sql_done(st);
	return e->code;
}

static enum err_code
rehearse(struct job *j, struct commit_result *r, struct err *e)
{
	j->step = "decide";
	if (plan_make(&j->plan, j->db, j->session, j->o->policy, j->o->progress, e) != ERR_NONE)
		return e->code;
	count(j->plan, r);
	return publish_check(&j->files, j->plan, &j->item, e);
}

/* After the commit, and after one that died here.  What cannot be cleared now lib-sweep clears. */
static enum err_code
clear_up(struct job *j, struct err *e)
{
	sqlite3_stmt *st = sql_get(j->db, "SELECT staging FROM session WHERE id = ?1", e);
	struct err ignored = { 0 };
	int64_t staging = 0;

	if (st == NULL)
		return e->code;
	sql_int(st, 1, j->session);
	if (job_number(j->db, st, &staging, e) == ERR_NONE && staging != 0)
		(void)session_clear_staging(j->db, j->session, NULL, NULL, &ignored);
	return e->code;
}

static void
stays(void *context, const char *path, const char *state, const char *reason)
{
	const struct job *j = context;

	j->o->stays(path, state, reason);
}

/* What --mode=move has left to do, now or by an earlier commit that was cut short.  The session is committed:
 * only a stop is an error, all else is for the next time. */
static enum err_code
remove_sources(struct job *j, struct commit_result *r, struct err *e)
{
	const struct progress *pr = j->o->progress;
	struct leave how = { .session = j->session,
		.stop = pr != NULL ? pr->stop : NULL,
		.progress = pr,
		.failed = j->o->failed };
	struct leave_counts n;
	struct err why = { 0 };

	if (!j->files.moves)
		return ERR_NONE;
	if (j->o->stays != NULL && !r->already)
		(void)leave_staying(j->db, j->session, stays, j, &why);
	why = (struct err){ 0 };
	if (leave_go(j->db, &how, &n, &why) == ERR_INTERRUPTED)
		*e = why;
	if (why.code != ERR_NONE && why.code != ERR_INTERRUPTED && j->o->failed != NULL) {
		err_context(&why, "sources are still to be removed");
		j->o->failed(&why);
	}
	r->sources_removed = n.removed;
	r->sources_kept = n.kept + n.left;
	return e->code;
}

/* The session is this process's. */
static enum err_code
commit_locked(struct job *j, struct session *s, struct commit_result *r, struct err *e)
{
	if (session_load(j->db, j->session, s, e) != ERR_NONE)
		return e->code;
	r->unchanged = s->unchanged;
	if (strcmp(s->state, "committed") == 0) {
		result_of_committed(s, r);
		if (count_retagged(j->db, j->session, r, e) == ERR_NONE && !j->o->dry_run &&
		    clear_up(j, e) == ERR_NONE)
			(void)remove_sources(j, r, e);
		return e->code;
	}
	if (check_state(s, j->o, e) != ERR_NONE || owner_of(j, e) != ERR_NONE)
		return e->code;
	if (j->o->dry_run)
		return rehearse(j, r, e);
	if (strcmp(s->state, "failed") == 0 && session_retry(j->db, j->session, e) != ERR_NONE)
		return e->code;
	if (take(j, strcmp(s->state, "committing") == 0 ? "committing" : "staged", e) != ERR_NONE)
		return e->code;
	if (carry_out(j, r, e) != ERR_NONE) {
		bool for_now = e->code == ERR_BUSY || e->code == ERR_INTERRUPTED;

		leave(j, for_now ? "staged" : "failed", for_now ? NULL : e);
		return e->code;
	}
	return clear_up(j, e) == ERR_NONE ? remove_sources(j, r, e) : e->code;
}

enum err_code
commit_session(
    struct db *db, int64_t session, const struct commit_options *o, struct commit_result *r, struct err *e)
{
	struct job j = { .db = db, .session = session, .o = o, .step = "" };
	struct session s = { 0 };

	*r = (struct commit_result){ 0 };
	if (session_load(db, session, &s, e) != ERR_NONE)
		return e->code;
	if (publish_begin(&j.files, db, session, e) != ERR_NONE ||
	    (!o->dry_run && db_lock_session(db, session, e) != ERR_NONE))
		goto out;
	commit_locked(&j, &s, r, e);
	if (!o->dry_run)
		db_unlock_session(db, session);
out:
	publish_end(&j.files);
	plan_free(j.plan);
	session_free(&s);
	return e->code;
}

enum err_code
commit_tracks(
    struct db *db, int64_t session, void (*fn)(void *context, int64_t track), void *context, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT f.track_id FROM item i JOIN blob b ON b.sha256 = i.sha256 JOIN file f ON f.blob_id = b.id"
	    " WHERE i.session_id = ?1 AND i.state IN ('committed', 'conflict') AND i.track_id IS NOT NULL"
	    " AND f.state <> 'removed' GROUP BY f.track_id ORDER BY min(i.id), min(f.part)",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, session);
	while (sql_step(db, st, e) == 1)
		fn(context, sqlite3_column_int64(st, 0));
	sql_done(st);
	return e->code;
}
