#include "store/migrate.h"

#include <stdio.h>
#include <sys/random.h>

#include "base/field.h"
#include "base/time.h"
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
	if (s->version > NEWEST)
		return err_set(e, ERR_LIBRARY,
		    "the library in %s is of version %lld, newer than this program knows (%d): use a newer "
		    "Fonoteca",
		    db->path, (long long)s->version, NEWEST);
	return ERR_NONE;
}

enum err_code
migrate_check(struct db *db, struct err *e)
{
	struct state s = { 0 };

	if (look(db, &s, e) != ERR_NONE)
		return e->code;
	return judge(db, &s, e);
}

static enum err_code
describe_library(struct db *db, struct err *e)
{
	unsigned char r[16];
	char uuid[37];
	sqlite3_stmt *st;

	if (getrandom(r, sizeof r, 0) != (ssize_t)sizeof r)
		return err_set(e, ERR_IO, "no random bytes from the system");
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
	return name_fields(db, e);
}

enum err_code
migrate_up(struct db *db, struct err *e)
{
	for (;;) {
		struct state s = { 0 };

		if (sql_begin(db, e) != ERR_NONE)
			return e->code;
		/* read inside the transaction: another process may have been faster */
		if (look(db, &s, e) != ERR_NONE || (!is_blank(&s) && judge(db, &s, e) != ERR_NONE))
			goto fail;
		if (s.version == NEWEST) {
			sql_rollback(db);
			return ERR_NONE;
		}
		if (apply(db, &migrations[s.version], e) != ERR_NONE || sql_commit(db, e) != ERR_NONE)
			goto fail;
	}
fail:
	sql_rollback(db);
	return e->code;
}
