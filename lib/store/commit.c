#include "store/commit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/out.h"
#include "base/time.h"
#include "digest/sha256.h"
#include "store/catalogue.h"
#include "store/index.h"
#include "store/publish.h"
#include "store/sql.h"

/* One commit at work. */
struct job {
	struct db *db;
	int64_t session;
	const struct commit_options *o;
	char commit_id[33];
	struct plan *plan;
	const char *step; /* for commit_error */
	int64_t item;
	int64_t owner, created;
};

static enum err_code
fresh_id(char id[33], struct err *e)
{
	uint8_t bytes[16];

	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
		return err_set(e, ERR_IO, "cannot get random bytes");
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
	    "?4,"
	    " commit_error = NULL WHERE id = ?1 AND state = ?5",
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

static enum err_code
number(struct db *db, sqlite3_stmt *st, int64_t *n, struct err *e)
{
	if (st == NULL)
		return e->code;
	if (sql_step(db, st, e) == 1)
		*n = sqlite3_column_int64(st, 0);
	sql_done(st);
	return e->code;
}

/* What tells whether the catalogue changed under a plan: other connections' commits, and among them those
 * that an event tells of (an importer's heartbeat is no reason to decide again). */
struct moment {
	int64_t version, event;
};

static enum err_code
read_moment(struct db *db, struct moment *m, struct err *e)
{
	if (number(db, sql_get(db, "PRAGMA data_version", e), &m->version, e) != ERR_NONE)
		return e->code;
	return number(db, sql_get(db, "SELECT ifnull(max(id), 0) FROM event", e), &m->event, e);
}

/* SHA-256 over the sorted hashes of what is staged. */
static enum err_code
fingerprint(struct job *j, uint8_t hash[32], struct err *e)
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
static enum err_code
find_same(struct job *j, const uint8_t hash[32], int64_t *same, struct err *e)
{
	const int64_t *n = j->plan->counts;
	sqlite3_stmt *st;

	*same = 0;
	if (n[PLAN_DUPLICATE] == 0 ||
	    n[PLAN_NEW] + n[PLAN_ATTACH] + n[PLAN_SKIP] + n[PLAN_REMOVED] + n[PLAN_RESTORE] +
		    n[PLAN_CONFLICT] >
		0)
		return ERR_NONE;
	st = sql_get(j->db,
	    "SELECT min(id) FROM session WHERE fingerprint = ?1 AND state = 'committed' AND id <> ?2", e);
	if (st == NULL)
		return e->code;
	sql_bytes(st, 1, hash, 32);
	sql_int(st, 2, j->session);
	return number(j->db, st, same, e);
}

/* Rewrite an item as what became of it.  What source and file rows tell of it goes. */
static enum err_code
settle_item(struct job *j, const struct plan_entry *entry, const char *state, struct err *e)
{
	bool stored = publish_wanted(entry);
	sqlite3_stmt *st = sql_get(j->db,
	    "UPDATE item SET state = ?2, track_id = ?3, record = NULL, device = NULL, inode = NULL,"
	    " mtime_ns = NULL, ctime_ns = NULL, path = iif(?4, NULL, path) WHERE id = ?1",
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

/* A new track on its release. */
static enum err_code
write_track(
    struct job *j, struct catalogue *c, struct plan_entry *entry, const struct item *it, struct err *e)
{
	struct release *release = &j->plan->releases[entry->release];
	struct record r = { 0 };

	if (record_decode(&r, it->record, it->record_len, e) != ERR_NONE)
		goto out;
	if (entry->verdict == PLAN_ATTACH) {
		if (catalogue_attach(c, entry->track, it, &r, e) != ERR_NONE)
			goto out;
	} else {
		if (catalogue_release(c, release, &r, e) != ERR_NONE ||
		    catalogue_add(c, release->id, it, &r, &entry->track, e) != ERR_NONE)
			goto out;
	}
	catalogue_covers(c, it->id, entry->track, e);
out:
	record_free(&r);
	return e->code;
}

static enum err_code
write_item(struct job *j, struct catalogue *c, struct plan_entry *entry, const struct item *it, struct err *e)
{
	static const char *const states[PLAN_VERDICTS] = { [PLAN_NEW] = "committed",
		[PLAN_RESTORE] = "committed",
		[PLAN_ATTACH] = "conflict",
		[PLAN_DUPLICATE] = "duplicate",
		[PLAN_SKIP] = "skipped",
		[PLAN_REMOVED] = "removed-earlier" };

	if (entry->first >= 0)
		entry->track = j->plan->entries[entry->first].track;
	if (publish_wanted(entry) && publish_confirm(j->plan, entry, it, e) != ERR_NONE)
		return e->code;
	switch (entry->verdict) {
	case PLAN_NEW:
	case PLAN_ATTACH:
		write_track(j, c, entry, it, e);
		break;
	case PLAN_DUPLICATE:
	case PLAN_RESTORE:
		catalogue_revive(c, entry->track, it->sha256, e);
		break;
	default:
		break;
	}
	if (e->code == ERR_NONE && publish_wanted(entry))
		catalogue_source(c, it, e);
	if (e->code == ERR_NONE && j->plan->again)
		forget_removal(j, it, e);
	return e->code != ERR_NONE ? e->code : settle_item(j, entry, states[entry->verdict], e);
}

static enum err_code
write_items(struct job *j, struct err *e)
{
	struct plan *p = j->plan;
	const struct progress *pr = p->progress;
	struct catalogue c = {
		.db = j->db, .session = j->session, .owner = j->owner, .now = time_now(), .seen = j->created
	};
	struct item it = { 0 };

	for (size_t i = 0; i < p->n; i++) {
		struct plan_entry *entry = &p->entries[i];

		if (entry->verdict == PLAN_FAILED || entry->verdict == PLAN_SETTLED)
			continue;
		j->item = entry->item;
		if (item_next(j->db, j->session, entry->item - 1, &it, e) != 1 ||
		    write_item(j, &c, entry, &it, e) != ERR_NONE)
			break;
		if (pr != NULL && pr->report != NULL && i % 64 == 0)
			pr->report(pr->context, "writing", (int64_t)i, (int64_t)p->n, 0);
	}
	item_free(&it);
	for (size_t i = 0; i < p->nreleases && e->code == ERR_NONE; i++)
		if (p->releases[i].fresh)
			catalogue_raise_covers(&c, p->releases[i].id, e);
	/* only now: a release may have learnt from its last track */
	for (size_t i = 0; i < p->n && e->code == ERR_NONE; i++)
		if (p->entries[i].verdict == PLAN_NEW || p->entries[i].verdict == PLAN_RESTORE)
			index_track(j->db, p->entries[i].track, e);
	if (e->code == ERR_NONE)
		j->item = 0;
	return e->code;
}

static enum err_code
write_session(struct job *j, const uint8_t hash[32], const struct commit_result *r, struct err *e)
{
	char subject[24];
	struct buf json = { 0 };
	sqlite3_stmt *st = sql_get(
	    j->db, "DELETE FROM item_cover WHERE item_id IN (SELECT id FROM item WHERE session_id = ?1)", e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, j->session);
	if (sql_run(j->db, st, e) != ERR_NONE)
		return e->code;
	st = sql_get(j->db,
	    "UPDATE session SET state = 'committed', committed = ?3, changed = ?3, holder = '', fingerprint "
	    "= ?4"
	    " WHERE id = ?1 AND state = 'committing' AND commit_id = ?2",
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

static void
count(const struct plan *p, struct commit_result *r)
{
	r->tracks = p->counts[PLAN_NEW] + p->counts[PLAN_RESTORE];
	r->duplicates = p->counts[PLAN_DUPLICATE];
	r->attached = p->counts[PLAN_ATTACH];
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
	return publish_check(j->plan, &j->item, e);
}

static enum err_code
publish(struct job *j, struct err *e)
{
	j->step = "publish";
	return publish_all(j->plan, &j->item, e);
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
	if (fingerprint(j, hash, e) != ERR_NONE)
		return e->code;
	if (reach_transaction(j, e) == ERR_NONE && find_same(j, hash, &r->same_as, e) == ERR_NONE) {
		count(j->plan, r);
		if (write_items(j, e) == ERR_NONE && write_session(j, hash, r, e) == ERR_NONE)
			sql_commit(j->db, e);
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
	return err_set(e, ERR_STATE, "session s%" PRId64 " is %s", s->id, s->state);
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
	return publish_check(j->plan, &j->item, e);
}

/* The session is this process's. */
static enum err_code
commit_locked(struct job *j, struct session *s, struct commit_result *r, struct err *e)
{
	struct err ignored = { 0 };

	if (session_load(j->db, j->session, s, e) != ERR_NONE)
		return e->code;
	r->unchanged = s->unchanged;
	if (strcmp(s->state, "committed") == 0) {
		result_of_committed(s, r);
		if (!j->o->dry_run)
			(void)session_clear_staging(j->db, j->session, NULL, NULL, &ignored);
		return ERR_NONE;
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
	/* what is left there lib-sweep clears */
	(void)session_clear_staging(j->db, j->session, NULL, NULL, &ignored);
	return ERR_NONE;
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
	if (!o->dry_run && db_lock_session(db, session, e) != ERR_NONE)
		goto out;
	commit_locked(&j, &s, r, e);
	if (!o->dry_run)
		db_unlock_session(db, session);
out:
	plan_free(j.plan);
	session_free(&s);
	return e->code;
}

enum err_code
commit_tracks(
    struct db *db, int64_t session, void (*fn)(void *context, int64_t track), void *context, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT track_id FROM item WHERE session_id = ?1 AND state IN ('committed', 'conflict')"
	    " AND track_id IS NOT NULL GROUP BY track_id ORDER BY min(id)",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, session);
	while (sql_step(db, st, e) == 1)
		fn(context, sqlite3_column_int64(st, 0));
	sql_done(st);
	return e->code;
}
