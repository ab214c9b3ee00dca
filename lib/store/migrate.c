/* SPDX-License-Identifier: MIT */
#include "store/migrate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/field.h"
#include "base/file.h"
#include "base/time.h"
#include "store/refold.h"
#include "store/snapshot.h"
#include "store/vocabulary.h"
#include "text/fold.h"

struct migration {
	int version;
	const char *name;
	const char *sql;
};
#include "store/schema.inc" /* migrations[], made by schema/embed.sh */

enum { NEWEST = sizeof migrations / sizeof migrations[0] };

int
db_schema_version(void)
{
	return NEWEST;
}

static enum err_code
one_number(struct db *db, const char *text, int64_t *n, struct err *e)
{
	sqlite3_stmt *st = sql_prepare(db, text, e);
	int step;

	if (st == NULL)
		return e->code;
	step = sql_step(db, st, e);
	if (step == 1)
		*n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	if (step == 0)
		return err_set(e, ERR_BUG, "no row from: %s", text);
	return step < 0 ? e->code : ERR_NONE;
}

struct state {
	int64_t application, version, tables;
};

static enum err_code
look(struct db *db, struct state *s, struct err *e)
{
	if (one_number(db, "PRAGMA application_id", &s->application, e) != ERR_NONE ||
	    one_number(db, "PRAGMA user_version", &s->version, e) != ERR_NONE ||
	    one_number(db, "SELECT count(*) FROM sqlite_schema", &s->tables, e) != ERR_NONE)
		return e->code;
	return ERR_NONE;
}

static bool
is_blank(const struct state *s)
{
	return s->application == 0 && s->version == 0 && s->tables == 0;
}

static enum err_code
judge(struct db *db, const struct state *s, struct err *e)
{
	if (is_blank(s))
		return err_set(e, ERR_NOTFOUND, "%s holds no library yet: lib-import makes one", db->path);
	if (s->application != FONOTECA_APPLICATION_ID)
		return err_set(e, ERR_LIBRARY, "%s/library.db is not a Fonoteca library", db->path);
	if (s->version < 1)
		return err_set(e, ERR_LIBRARY, "the library in %s is of version %lld, which there never was",
		    db->path, (long long)s->version);
	if (s->version > NEWEST)
		return err_set(e, ERR_STATE,
		    "the library in %s is of version %lld, newer than this program knows (%d): use a newer "
		    "Fonoteca",
		    db->path, (long long)s->version, NEWEST);
	return ERR_NONE;
}

enum err_code
migrate_check(struct db *db, struct err *e)
{
	struct state s = { 0 };

	if (look(db, &s, e) != ERR_NONE || judge(db, &s, e) != ERR_NONE)
		return e->code;
	if (migrate_check_code(db, e) != ERR_NONE)
		return err_context(e, "%s/library.db", db->path);
	if (db->mode == DB_READ && s.version < NEWEST)
		return err_set(e, ERR_LIBRARY,
		    "the library in %s is of version %lld: run lib-sweep once, which brings it to version %d",
		    db->path, (long long)s.version, NEWEST);
	return ERR_NONE;
}

/* Where in the steps the last text was found: they are in the catalogue in the same order. */
struct spot {
	size_t step;
	const char *behind; /* NULL: from its beginning on */
};

/* Does some step make it, word for word?  The spot's comes first, and all of it again at the end. */
static bool
is_ours(const char *text, struct spot *s)
{
	for (size_t i = 0; i <= NEWEST; i++) {
		size_t step = (s->step + i) % NEWEST;
		const char *from = i == 0 && s->behind != NULL ? s->behind : migrations[step].sql;
		const char *at = strstr(from, text);

		if (at != NULL) {
			*s = (struct spot){ step, at + strlen(text) };
			return true;
		}
	}
	return false;
}

enum err_code
migrate_check_code(struct db *db, struct err *e)
{
	sqlite3_stmt *st =
	    sql_prepare(db, "SELECT type, name, sql FROM sqlite_schema WHERE type IN ('trigger', 'view')", e);
	struct spot spot = { 0 };

	while (st != NULL && e->code == ERR_NONE && sql_step(db, st, e) == 1) {
		const char *text = (const char *)sqlite3_column_text(st, 2);

		if (text == NULL || !is_ours(text, &spot))
			err_set(e, ERR_LIBRARY, "it holds a %s, %.100s, that is not Fonoteca's",
			    (const char *)sqlite3_column_text(st, 0),
			    (const char *)sqlite3_column_text(st, 1));
	}
	sqlite3_finalize(st);
	return e->code;
}

static enum err_code
describe_library(struct db *db, struct err *e)
{
	unsigned char r[16];
	char uuid[37];
	sqlite3_stmt *st;

	if (getrandom(r, sizeof r, 0) != (ssize_t)sizeof r)
		return err_set(e, ERR_IO, "the system gives no random numbers");
	r[6] = (unsigned char)((r[6] & 0x0f) | 0x40);
	r[8] = (unsigned char)((r[8] & 0x3f) | 0x80);
	snprintf(uuid, sizeof uuid, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
	    r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9], r[10], r[11], r[12], r[13], r[14],
	    r[15]);
	st = sql_get(db, "INSERT INTO library(id, uuid, created, fold_version) VALUES(1, ?, ?, ?)", e);
	if (st == NULL)
		return e->code;
	sql_text(st, 1, uuid);
	sql_int(st, 2, time_now());
	sql_int(st, 3, FOLD_VERSION);
	return sql_run(db, st, e);
}

/* The names of the vocabulary, so that the numbers in tag and credit rows can be read by people. */
static enum err_code
name_fields(struct db *db, struct err *e)
{
	for (int f = 0; f < F_COUNT; f++) {
		sqlite3_stmt *st = sql_get(db, "INSERT OR IGNORE INTO tagname(id, name) VALUES(?, ?)", e);

		if (st == NULL)
			return e->code;
		sql_int(st, 1, f + 1);
		sql_text(st, 2, field_info((enum field)f)->name);
		if (sql_run(db, st, e) != ERR_NONE)
			return e->code;
	}
	return ERR_NONE;
}

static enum err_code
apply(struct db *db, const struct migration *m, struct err *e)
{
	char pragma[96];

	snprintf(pragma, sizeof pragma, "PRAGMA application_id = %d; PRAGMA user_version = %d",
	    FONOTECA_APPLICATION_ID, m->version);
	if (sql_exec(db, m->sql, e) != ERR_NONE || sql_exec(db, pragma, e) != ERR_NONE)
		return err_context(e, "schema %03d-%s", m->version, m->name);
	if (m->version == 1 && describe_library(db, e) != ERR_NONE)
		return e->code;
	if (m->version == 5 && vocabulary_pack(db, e) != ERR_NONE)
		return e->code;
	return name_fields(db, e);
}

/* Where a copy of the catalogue as it is goes, and under which name while it is not whole. */
static void
backup_names(char *name, char *part, size_t size, int64_t version)
{
	char text[TIME_TEXT];

	time_format(time_now(), text);
	snprintf(name, size, "library-v%d-%s.db", (int)version, text);
	snprintf(part, size, "library-v%d.part", (int)version);
}

/* A durable copy of the catalogue in backup/, under a name that goes into *name. */
static enum err_code
back_up(struct db *db, int64_t version, char *name, size_t size, struct err *e)
{
	char part[64];
	char *folder = path_join(db->path, "backup"), *path = NULL;
	int dir = -1, fd = -1;

	backup_names(name, part, size < sizeof part ? size : sizeof part, version);
	if (folder == NULL || (path = path_join(folder, part)) == NULL) {
		err_memory(e);
		goto out;
	}
	dir = dir_open_at(db->dirfd, "backup", e);
	if (dir < 0)
		goto out;
	(void)unlinkat(dir, part, 0); /* of a migration that was killed */
	/* made here, as SQLite's own would be for everybody to read */
	fd = openat(dir, part, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || file_share(dir, fd) != 0)
		err_sys(e, errno, "cannot write %s", path);
	fd_close(&fd);
	if (e->code != ERR_NONE || snapshot_make(db, path, e) != ERR_NONE)
		goto out;
	fd = openat(dir, part, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fsync(fd) != 0 || renameat(dir, part, dir, name) != 0)
		err_sys(e, errno, "cannot write %s", path);
	else
		(void)dir_sync(dir, folder, e);
out:
	if (e->code != ERR_NONE && dir >= 0)
		(void)unlinkat(dir, part, 0);
	if (e->code != ERR_NONE)
		err_context(e, "cannot keep a copy of the catalogue before it is brought up to date");
	fd_close(&fd);
	fd_close(&dir);
	free(path);
	free(folder);
	return e->code;
}

static enum err_code
note_backup(struct db *db, int64_t version, const char *name, struct err *e)
{
	sqlite3_stmt *st =
	    sql_get(db, "INSERT INTO backup(name, at, schema, reason) VALUES(?, ?, ?, 'migration')", e);

	if (st == NULL)
		return e->code;
	sql_text(st, 1, name);
	sql_int(st, 2, time_now());
	sql_int(st, 3, version);
	return sql_run(db, st, e);
}

/* Every step up to the newest version, and the present folding, in one transaction. */
static enum err_code
climb(struct db *db, const struct state *from, const char *backup, struct err *e)
{
	bool current;

	if (sql_begin(db, e) != ERR_NONE)
		return e->code;
	for (int64_t v = from->version; v < NEWEST && e->code == ERR_NONE; v++)
		(void)apply(db, &migrations[v], e);
	if (e->code == ERR_NONE && refold_check(db, &current, e) == ERR_NONE && !current)
		(void)refold_all(db, e);
	if (e->code == ERR_NONE && is_blank(from) && db->over_blobs)
		(void)db_event(db, "rebuild", "", NULL, e); /* from the first moment on no blob is rubbish */
	if (e->code == ERR_NONE && *backup != '\0')
		(void)note_backup(db, from->version, backup, e);
	if (e->code == ERR_NONE)
		(void)sql_commit(db, e);
	if (e->code != ERR_NONE)
		sql_rollback(db);
	return e->code;
}

enum err_code
migrate_up(struct db *db, struct err *e)
{
	struct state s = { 0 };
	char backup[64] = "";
	bool locked = db->held == HELD_NONE, current = false;

	if (look(db, &s, e) != ERR_NONE || (!is_blank(&s) && judge(db, &s, e) != ERR_NONE))
		return e->code;
	if (s.version == NEWEST && (refold_check(db, &current, e) != ERR_NONE || current))
		return e->code;
	/* nobody else writes from the copy to the last step, and nobody else takes these steps */
	if (locked && db_lock_alone(db, e) != ERR_NONE)
		return e->code;
	s = (struct state){ 0 };
	if (look(db, &s, e) == ERR_NONE && (is_blank(&s) || judge(db, &s, e) == ERR_NONE) &&
	    (is_blank(&s) || s.version == NEWEST ||
		back_up(db, s.version, backup, sizeof backup, e) == ERR_NONE))
		(void)climb(db, &s, backup, e);
	if (locked)
		db_unlock(db);
	return e->code;
}
