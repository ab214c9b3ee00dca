/* SPDX-License-Identifier: MIT */
/* What is packed for searches, statistics for the query planner, the event log's retention, the WAL. */
#include <fcntl.h>
#include <sys/stat.h>

#include "base/time.h"
#include "store/config.h"
#include "store/packed/packed.h"
#include "store/sweep/priv.h"
#include "store/vocabulary.h"

enum { DAY = 86400 };

/* That the library went back to a copy, or was made anew, stands there as long as it matters to `orphans`. */
#define OLD " event AS r WHERE at < ?1 AND NOT" SWEEP_WENT_BACK

static int64_t
wal_bytes(struct db *db)
{
	struct stat st;

	return fstatat(db->dirfd, "library.db-wal", &st, AT_SYMLINK_NOFOLLOW) == 0 ? st.st_size : 0;
}

static enum err_code
forget_events(struct db *db, const struct sweep *s, struct sweep_report *r, struct err *e)
{
	sqlite3_stmt *count = sql_get(db, "SELECT count(*) FROM" OLD, e);
	sqlite3_stmt *del = sql_get(db, "DELETE FROM" OLD, e);
	struct config config = { 0 };
	int64_t before, n;

	if (count == NULL || del == NULL || config_load(&config, db, e) != ERR_NONE)
		return e->code;
	n = config_number(&config, SETTING_KEEP_EVENTS);
	config_free(&config);
	if (n == 0) /* for ever */
		return ERR_NONE;
	before = time_now() - n * DAY;
	sql_int(count, 1, before);
	if (sql_step(db, count, e) < 0)
		return e->code;
	n = sqlite3_column_int64(count, 0);
	sql_done(count);
	sweep_add(r, "events", n);
	if (n == 0 || s->dry_run)
		return ERR_NONE;
	if (sql_begin(db, e) != ERR_NONE)
		return e->code;
	sql_int(del, 1, before);
	/* what entries were found to be stays as long as an undo may bring them back */
	if (sql_run(db, del, e) != ERR_NONE ||
	    sql_change(db, "DELETE FROM found WHERE at < ?1 AND entry_id NOT IN (SELECT id FROM entry)",
		&before, 1, e) != ERR_NONE ||
	    sql_commit(db, e) != ERR_NONE) {
		sql_rollback(db);
		return e->code;
	}
	r->changed = true;
	return ERR_NONE;
}

static enum err_code
pack(struct db *db, struct sweep_report *r, struct err *e)
{
	int64_t packed = 0;

	if (sql_begin(db, e) != ERR_NONE)
		return e->code;
	if (packed_refresh(db, true, &packed, e) != ERR_NONE || sql_commit(db, e) != ERR_NONE) {
		sql_rollback(db);
		return e->code;
	}
	if (packed > 0)
		sweep_add(r, "packed", packed);
	return ERR_NONE;
}

/* PRAGMA optimize may write: it needs what every writer holds. */
static enum err_code
analyse(struct db *db, struct err *e)
{
	if (db_lock_shared(db, e) != ERR_NONE)
		return e->code;
	sql_exec(db, "PRAGMA optimize", e);
	db->wrote = true;
	db_unlock(db);
	return e->code;
}

/* The words that came since the vocabulary was packed. */
static enum err_code
pack_words(struct db *db, const struct sweep *s, struct sweep_report *r, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT count(*) FROM fresh_word", e);
	int64_t words = st != NULL && sql_step(db, st, e) > 0 ? sqlite3_column_int64(st, 0) : 0;

	sql_done(st);
	if (e->code != ERR_NONE || words == 0)
		return e->code;
	sweep_add(r, "words", words);
	if (s->dry_run || sql_begin(db, e) != ERR_NONE)
		return e->code;
	if (vocabulary_pack(db, e) != ERR_NONE || sql_commit(db, e) != ERR_NONE)
		sql_rollback(db);
	return e->code;
}

enum err_code
sweep_optimize(struct db *db, const struct sweep *s, struct sweep_report *r, struct err *e)
{
	int64_t before;

	if (forget_events(db, s, r, e) != ERR_NONE || pack_words(db, s, r, e) != ERR_NONE)
		return e->code;
	if (!s->dry_run && (pack(db, r, e) != ERR_NONE || analyse(db, e) != ERR_NONE))
		return e->code;
	before = wal_bytes(db);
	if (!s->dry_run && before > 0)
		db_checkpoint(db, e);
	if (e->code == ERR_NONE)
		sweep_add(r, "wal_bytes", before);
	return e->code;
}
