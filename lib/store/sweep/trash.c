/* SPDX-License-Identifier: MIT */
/* trash/: what lies there too long is deleted; files and rows are brought back together. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/below.h"
#include "base/file.h"
#include "base/time.h"
#include "digest/sha256.h"
#include "store/backup/backup.h"
#include "store/sweep/adopt.h"
#include "store/sweep/priv.h"

enum fate { KEEP, SPARE, ADOPT, RESTORE, DELETE };

struct pass {
	struct db *db;
	const struct sweep *s;
	struct sweep_report *r;
	bool act; /* the second look, under the lock; the first only counts what is to do */
	int64_t todo, spared;
	int trash;
	struct blob_list there;   /* what lies in trash/, where anything of it is due */
	struct hash_set wanted;   /* of that, what a copy of the catalogue names that is kept */
	struct blob_list deleted; /* rows are gone, files follow after the commit */
};

static int64_t
size_of(struct pass *p, const char *name)
{
	struct stat st;

	return fstatat(p->trash, name, &st, AT_SYMLINK_NOFOLLOW) == 0 ? st.st_size : 0;
}

/* A blob's name is a promise: only what still holds these bytes may go back. */
static bool
holds_its_bytes(struct pass *p, const struct blob_entry *b, const char *name)
{
	int fd = openat(p->trash, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	uint8_t sha256[SHA256_BYTES];
	struct err e = { 0 };
	bool same = fd >= 0 && sha256_file(fd, sha256, NULL, &e) == ERR_NONE &&
	    memcmp(sha256, b->sha256, sizeof sha256) == 0;

	fd_close(&fd);
	return same;
}

/* What is to become of a file in trash/?  Restored, where the catalogue names it and blobs/ has it not. */
static enum err_code
judge(struct pass *p, const struct blob_entry *b, const char *name, enum fate *fate, struct err *e)
{
	sqlite3_stmt *st = sql_get(p->db, "SELECT at," SWEEP_UNKNOWN " FROM trash t WHERE name = ?1", e);
	char path[BLOB_PATH];
	struct stat there;
	int64_t at = 0, grace = p->s->grace;
	int row, is = sweep_is_named(p->db, b, e);

	if (st == NULL || is < 0)
		return e->code;
	sql_text(st, 1, name);
	row = sql_step(p->db, st, e);
	if (row > 0) {
		at = sqlite3_column_int64(st, 0);
		grace = sqlite3_column_int(st, 1) != 0 ? p->s->unknown : grace;
	}
	sql_done(st);
	if (row < 0)
		return e->code;
	blob_path(path, b->sha256, b->suffix);
	if (is > 0 && below_stat(p->db->dirfd, path, &there) != 0 && errno == ENOENT &&
	    holds_its_bytes(p, b, name))
		*fate = RESTORE;
	else if (row == 0)
		*fate = ADOPT;
	else if (at <= sweep_before(p->s, grace))
		*fate = hash_set_has(&p->wanted, b->sha256) ? SPARE : DELETE;
	else
		*fate = KEEP;
	return ERR_NONE;
}

static enum err_code
drop_row(struct pass *p, const char *name, struct err *e)
{
	sqlite3_stmt *st = sql_get(p->db, "DELETE FROM trash WHERE name = ?1", e);

	if (st == NULL)
		return e->code;
	sql_text(st, 1, name);
	return sql_run(p->db, st, e);
}

static enum err_code
adopt(struct pass *p, const struct blob_entry *b, const char *name, struct err *e)
{
	sqlite3_stmt *st = sql_get(p->db,
	    "INSERT INTO trash(name, sha256, size, reason, at) VALUES (?1, ?2, ?3,"
	    " coalesce((SELECT reason FROM removed WHERE sha256 = ?2), 'orphan'), ?4)",
	    e);

	if (st == NULL)
		return e->code;
	sql_text(st, 1, name);
	sql_bytes(st, 2, b->sha256, 32);
	sql_int(st, 3, size_of(p, name));
	sql_int(st, 4, sweep_stamp(p->db));
	return sql_run(p->db, st, e);
}

static enum err_code
restore(struct pass *p, const struct blob_entry *b, const char *name, struct err *e)
{
	char path[BLOB_PATH], folder[16];

	blob_path(path, b->sha256, b->suffix);
	snprintf(folder, sizeof folder, "blobs/%02x", b->sha256[0]);
	if (below_rename(p->trash, name, p->db->dirfd, path) != 0)
		return err_sys(e, errno, "cannot move trash/%s back", name);
	if (dir_sync_at(p->db->dirfd, folder, e) != ERR_NONE || dir_sync(p->trash, "trash", e) != ERR_NONE)
		return e->code;
	return drop_row(p, name, e);
}

static enum err_code
one_file(struct pass *p, const struct blob_entry *b, struct err *e)
{
	static const char *const words[] = { "keep", "keep", "adopt", "restore", "delete" };
	static const char *const counts[] = { "kept", "kept", "adopted", "restored", "deleted" };
	char name[BLOB_NAME], path[6 + BLOB_NAME];
	enum fate fate = KEEP;
	int64_t size;

	blob_name(name, b->sha256, b->suffix);
	if (judge(p, b, name, &fate, e) != ERR_NONE || fate == KEEP)
		return e->code;
	if (fate == SPARE) {
		p->spared++;
		return ERR_NONE;
	}
	p->todo++;
	if (!p->act && !p->s->dry_run)
		return ERR_NONE;
	size = size_of(p, name);
	if (p->act) {
		if (fate == ADOPT)
			adopt(p, b, name, e);
		else if (fate == RESTORE)
			restore(p, b, name, e);
		else if (drop_row(p, name, e) == ERR_NONE)
			blob_list_add(&p->deleted, b, e);
	}
	if (e->code != ERR_NONE)
		return e->code;
	snprintf(path, sizeof path, "trash/%s", name);
	sweep_act(p->s, p->r, words[fate], path, size);
	sweep_add(p->r, counts[fate], 1);
	if (fate == DELETE)
		sweep_add(p->r, "bytes", size);
	return ERR_NONE;
}

/* Rows whose file is gone. */
static enum err_code
lost_rows(struct pass *p, struct err *e)
{
	sqlite3_stmt *st = sql_get(p->db, "SELECT name FROM trash WHERE name > ?1 ORDER BY name LIMIT 1", e);
	char name[BLOB_NAME] = "";
	struct stat there;
	int row;

	if (st == NULL)
		return e->code;
	for (;;) {
		sql_text(st, 1, name);
		row = sql_step(p->db, st, e);
		if (row > 0)
			snprintf(name, sizeof name, "%s", (const char *)sqlite3_column_text(st, 0));
		sql_done(st);
		if (row <= 0)
			return row < 0 ? e->code : ERR_NONE;
		if (fstatat(p->trash, name, &there, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT)
			continue;
		p->todo++;
		if (p->act && drop_row(p, name, e) != ERR_NONE)
			return e->code;
		if (p->act || p->s->dry_run)
			sweep_add(p->r, "forgotten", 1);
	}
}

/* All of trash/, once. */
static enum err_code
look(struct pass *p, struct err *e)
{
	struct blob_list l = { 0 };
	struct sweep_foreign f = { p->s, p->r };

	if (sweep_list(p->db, "trash", -1, &l, p->act ? NULL : sweep_foreign, &f, e) != ERR_NONE)
		goto out;
	for (size_t i = 0; i < l.n && !sweep_stopped(p->s); i++)
		if (one_file(p, &l.v[i], e) != ERR_NONE)
			goto out;
	lost_rows(p, e);
out:
	blob_list_free(&l);
	return e->code;
}

/* Their rows are durably gone: a crash from here on leaves files without rows. */
static enum err_code
unlink_deleted(struct pass *p, struct err *e)
{
	char name[BLOB_NAME];

	for (size_t i = 0; i < p->deleted.n; i++) {
		blob_name(name, p->deleted.v[i].sha256, p->deleted.v[i].suffix);
		if (unlinkat(p->trash, name, 0) != 0 && errno != ENOENT) {
			struct err one = { 0 };

			err_sys(&one, errno, "cannot delete trash/%s", name);
			sweep_failed(p->s, &one);
		}
	}
	return p->deleted.n > 0 ? dir_sync(p->trash, "trash", e) : ERR_NONE;
}

static enum err_code
want(void *context, const uint8_t sha256[32], struct err *e)
{
	struct pass *p = context;
	size_t lo = 0, hi = p->there.n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (memcmp(p->there.v[mid].sha256, sha256, 32) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == p->there.n || memcmp(p->there.v[lo].sha256, sha256, 32) != 0)
		return ERR_NONE;
	return hash_set_add(&p->wanted, sha256, e);
}

/* Whoever goes back to a copy that is kept wants the blobs that it names. */
static enum err_code
ask_copies(struct pass *p, struct err *e)
{
	sqlite3_stmt *st = sql_get(p->db, "SELECT 1 FROM trash WHERE at <= ?1 LIMIT 1", e);
	int due;

	if (st == NULL)
		return e->code;
	sql_int(st, 1, sweep_before(p->s, p->s->grace));
	due = sql_step(p->db, st, e);
	sql_done(st);
	if (due != 1 || sweep_list(p->db, "trash", -1, &p->there, NULL, NULL, e) != ERR_NONE)
		return e->code;
	if (backup_blobs(p->db, want, p, e) == ERR_NONE)
		hash_set_sort(&p->wanted);
	else if (e->code == ERR_FORMAT)
		e->code = ERR_ATTENTION;
	return e->code == ERR_ATTENTION ? err_context(e, "nothing is deleted while a copy cannot be read")
					: e->code;
}

enum err_code
sweep_trash(struct db *db, const struct sweep *s, struct sweep_report *r, struct err *e)
{
	struct pass p = { .db = db, .s = s, .r = r, .trash = -1 };

	p.trash = openat(db->dirfd, "trash", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (p.trash < 0) {
		struct sweep_foreign f = { s, r };

		if (errno == ELOOP || errno == ENOTDIR)
			sweep_foreign(&f, "trash");
		return ERR_NONE;
	}
	if (ask_copies(&p, e) != ERR_NONE || look(&p, e) != ERR_NONE || p.todo == 0 || s->dry_run)
		goto out;
	p.act = true;
	if (db_lock_exclusive(db, e) != ERR_NONE)
		goto out;
	if (sql_begin(db, e) == ERR_NONE && (look(&p, e) != ERR_NONE || sql_commit(db, e) != ERR_NONE))
		sql_rollback(db);
	if (e->code == ERR_NONE) {
		r->changed = true;
		unlink_deleted(&p, e);
	}
	db_unlock(db);
out:
	if (e->code == ERR_NONE && sweep_stopped(s))
		err_set(e, ERR_INTERRUPTED, "stopped; the next run goes on");
	if (p.spared > 0)
		sweep_add(r, "kept", p.act ? p.spared / 2 : p.spared);
	blob_list_free(&p.there);
	hash_set_free(&p.wanted);
	blob_list_free(&p.deleted);
	fd_close(&p.trash);
	return e->code;
}

/* -- what nobody knew -------------------------------------------------------- */

static enum err_code
take_back_all(struct pass *p, struct err *e)
{
	sqlite3_stmt *st = sql_get(
	    p->db, "SELECT name FROM trash t WHERE name > ?1 AND" SWEEP_UNKNOWN " ORDER BY name LIMIT 1", e);
	char name[BLOB_NAME] = "";
	struct blob_entry b;
	int row = 1;

	if (st == NULL)
		return e->code;
	while (row == 1 && e->code == ERR_NONE) {
		sql_text(st, 1, name);
		row = sql_step(p->db, st, e);
		if (row == 1)
			snprintf(name, sizeof name, "%s", (const char *)sqlite3_column_text(st, 0));
		sql_done(st);
		if (row == 1 && blob_parse(name, b.sha256, b.suffix) && holds_its_bytes(p, &b, name))
			restore(p, &b, name, e);
	}
	return e->code;
}

enum err_code
adopt_from_trash(struct db *db, struct err *e)
{
	struct pass p = { .db = db, .trash = -1 };
	int64_t n = 0;

	if (sql_number(db, "SELECT count(*) FROM trash t WHERE" SWEEP_UNKNOWN, NULL, 0, &n, e) < 0 ||
	    n == 0 || db_lock_exclusive(db, e) != ERR_NONE)
		return e->code;
	p.trash = dir_open_at(db->dirfd, "trash", e);
	if (p.trash >= 0 && sql_begin(db, e) == ERR_NONE &&
	    (take_back_all(&p, e) != ERR_NONE || sql_commit(db, e) != ERR_NONE))
		sql_rollback(db);
	fd_close(&p.trash);
	db_unlock(db);
	return e->code;
}
