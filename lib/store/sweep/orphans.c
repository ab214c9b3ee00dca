/* SPDX-License-Identifier: MIT */
/* Blobs that nothing names: to trash/, with a row. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/below.h"
#include "base/file.h"
#include "base/time.h"
#include "store/layout.h"
#include "store/sweep/priv.h"

enum { MANY = 100, MANY_PERCENT = 1 };

struct pass {
	struct db *db;
	const struct sweep *s;
	struct sweep_report *r;
	struct hash_set spared;
	int trash;
	uint8_t shards[256]; /* that lost a file */
	int64_t moved, bytes;
};

/* Give a file its place in trash/.  1 moved, 0 left alone, -1. */
static int
move_one(struct pass *p, const struct blob_entry *b, struct err *e)
{
	char path[BLOB_PATH], name[BLOB_NAME];
	struct stat st;

	blob_path(path, b->sha256, b->suffix);
	blob_name(name, b->sha256, b->suffix);
	if (below_stat(p->db->dirfd, path, &st) != 0 || !S_ISREG(st.st_mode))
		return 0;
	/* the same bytes, from an earlier time, may be replaced; anything else is foreign */
	if (fstatat(p->trash, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISREG(st.st_mode)) {
		struct sweep_foreign f = { p->s, p->r };
		char taken[6 + BLOB_NAME];

		snprintf(taken, sizeof taken, "trash/%s", name);
		sweep_foreign(&f, taken);
		return 0;
	}
	if (below_rename(p->db->dirfd, path, p->trash, name) != 0) {
		err_sys(e, errno, "cannot move %s to trash/", path);
		return -1;
	}
	p->shards[b->sha256[0]] = 1;
	return 1;
}

static enum err_code
add_row(struct pass *p, const struct blob_entry *b, struct err *e)
{
	sqlite3_stmt *st = sql_get(p->db,
	    "INSERT OR REPLACE INTO trash(name, sha256, size, reason, at) VALUES (?1, ?2, ?3,"
	    " coalesce((SELECT reason FROM removed WHERE sha256 = ?2), 'orphan'), ?4)",
	    e);
	char name[BLOB_NAME];

	if (st == NULL)
		return e->code;
	blob_name(name, b->sha256, b->suffix);
	sql_text(st, 1, name);
	sql_bytes(st, 2, b->sha256, 32);
	sql_int(st, 3, b->size);
	sql_int(st, 4, sweep_stamp(p->db));
	return sql_run(p->db, st, e);
}

/* Of what is in trash/ the catalogue keeps the names that some row has, or had before an edit that can still
 * be undone. */
static enum err_code
forget_names(struct db *db, struct err *e)
{
	return sql_exec(db,
	    "DELETE FROM blob WHERE id IN (SELECT b.id FROM trash t JOIN blob b ON b.sha256 = t.sha256"
	    " WHERE t.name = lower(hex(b.sha256)) || '.' || b.suffix"
	    " AND NOT EXISTS (SELECT 1 FROM file WHERE blob_id = b.id)"
	    " AND NOT EXISTS (SELECT 1 FROM cover WHERE blob_id = b.id))"
	    " AND id NOT IN (SELECT json_extract(before, '$.blob_id') FROM change"
	    " WHERE name IN ('file', 'cover') AND json_extract(before, '$.blob_id') IS NOT NULL)",
	    e);
}

/* Both ends of every rename are durable before the rows are. */
static enum err_code
make_durable(struct pass *p, struct err *e)
{
	char folder[16];

	if (dir_sync(p->trash, "trash", e) != ERR_NONE)
		return e->code;
	for (unsigned i = 0; i < 256; i++) {
		if (!p->shards[i])
			continue;
		snprintf(folder, sizeof folder, "blobs/%02x", i);
		if (dir_sync_at(p->db->dirfd, folder, e) != ERR_NONE)
			return e->code;
	}
	return ERR_NONE;
}

/* Inside the transaction, under the exclusive lock: what is an orphan still? */
static enum err_code
move_all(struct pass *p, const struct blob_list *l, struct err *e)
{
	if (sweep_spared(p->db, &p->spared, e) != ERR_NONE)
		return e->code;
	for (size_t i = 0; i < l->n && !sweep_stopped(p->s); i++) {
		const struct blob_entry *b = &l->v[i];
		char path[BLOB_PATH];
		int is;

		if (hash_set_has(&p->spared, b->sha256) || (is = sweep_is_named(p->db, b, e)) > 0)
			continue;
		if (is < 0 || (is = move_one(p, b, e)) < 0)
			return e->code;
		if (is == 0)
			continue;
		if (add_row(p, b, e) != ERR_NONE)
			return e->code;
		blob_path(path, b->sha256, b->suffix);
		sweep_act(p->s, p->r, "trash", path, b->size);
		p->moved++;
		p->bytes += b->size;
	}
	if (p->moved > 0 && forget_names(p->db, e) != ERR_NONE)
		return e->code;
	return make_durable(p, e);
}

static enum err_code
pass(struct db *db, const struct sweep *s, struct sweep_report *r, const struct blob_list *l, struct err *e)
{
	struct pass p = { .db = db, .s = s, .r = r, .trash = -1 };

	if (db_lock_exclusive(db, e) != ERR_NONE)
		return e->code;
	p.trash = dir_open_at(db->dirfd, "trash", e);
	if (p.trash < 0 || sql_begin(db, e) != ERR_NONE)
		goto out;
	if (move_all(&p, l, e) != ERR_NONE || sql_commit(db, e) != ERR_NONE) {
		sql_rollback(db);
		goto out;
	}
	sweep_add(r, "moved", p.moved);
	sweep_add(r, "bytes", p.bytes);
	r->changed = r->changed || p.moved > 0;
	if (sweep_stopped(s))
		err_set(e, ERR_INTERRUPTED, "stopped; the next run goes on");
out:
	hash_set_free(&p.spared);
	fd_close(&p.trash);
	db_unlock(db);
	return e->code;
}

/* Those that the catalogue did not take out itself. */
static int64_t
unknown(const struct blob_survey *v)
{
	int64_t n = 0;

	for (size_t i = 0; i < v->orphans.n; i++)
		n += !v->orphans.v[i].removed;
	return n;
}

/* A catalogue that was lost must not empty the library. */
static bool
too_many(const struct blob_survey *v)
{
	int64_t n = unknown(v);

	return n > MANY && n * 100 > v->files * MANY_PERCENT;
}

/* What came in after a copy was made is not rubbish because the library went back to it, nor is what a
 * catalogue that was made anew has not taken in yet: 1, 0, -1. */
static int
went_back(struct db *db, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT 1 FROM event r WHERE" SWEEP_WENT_BACK
	    " AND json_extract(data, '$.left') IS NOT 0 AND NOT EXISTS (SELECT 1 FROM event WHERE id > "
	    "r.id AND ((kind = 'sweep' AND json_extract(data, '$.forced') = 1)"
	    " OR (kind = 'rebuild' AND json_extract(data, '$.left') = 0)))",
	    e);
	int row;

	if (st == NULL)
		return -1;
	row = sql_step(db, st, e);
	sql_done(st);
	return row;
}

/* Nothing of what the catalogue names is there: its disk may not be mounted, which cron's mail should say. */
static enum err_code
check_mounted(struct db *db, const struct blob_survey *v, struct err *e)
{
	sqlite3_stmt *st;
	int named;

	if (v->files > 0)
		return ERR_NONE;
	st = sql_get(db, "SELECT 1 FROM blob b WHERE" BLOB_IS_NAMED " LIMIT 1", e);
	named = st == NULL ? -1 : sql_step(db, st, e);
	sql_done(st);
	return named == 1 ? layout_check_blobs(db->dirfd, e) : e->code;
}

enum err_code
sweep_orphans(struct db *db, const struct sweep *s, struct sweep_report *r, struct err *e)
{
	struct blob_survey v = { 0 };
	struct sweep_foreign f = { s, r };
	int back;

	if (sweep_covers(db, s, r, e) != ERR_NONE ||
	    sweep_survey(db, false, s->stop, &v, sweep_foreign, &f, e) != ERR_NONE ||
	    check_mounted(db, &v, e) != ERR_NONE)
		return e->code;
	if (!s->force && unknown(&v) > 0 && (back = went_back(db, e)) != 0) {
		sweep_add(r, "refused", (int64_t)v.orphans.n);
		if (back > 0)
			err_set(e, ERR_ATTENTION,
			    "%lld blobs are named by nothing since the catalogue was restored or made anew: "
			    "rebuild takes them in, --force lets them go",
			    (long long)unknown(&v));
	} else if (too_many(&v) && !s->force) {
		sweep_add(r, "refused", (int64_t)v.orphans.n);
		err_set(e, ERR_ATTENTION,
		    "%zu of %lld blobs are named by nothing in the catalogue: rebuild takes them in, --force "
		    "lets them go",
		    v.orphans.n, (long long)v.files);
	} else if (s->dry_run) {
		for (size_t i = 0; i < v.orphans.n; i++) {
			const struct blob_entry *b = &v.orphans.v[i];
			char path[BLOB_PATH];

			blob_path(path, b->sha256, b->suffix);
			sweep_act(s, r, "trash", path, b->size);
			sweep_add(r, "moved", 1);
			sweep_add(r, "bytes", b->size);
		}
	} else if (v.orphans.n > 0 && pass(db, s, r, &v.orphans, e) == ERR_NONE && s->force &&
	    went_back(db, e) > 0) {
		sweep_add(r, "forced", 1); /* from here on they are as in any library */
	}
	blob_survey_free(&v);
	return e->code;
}
