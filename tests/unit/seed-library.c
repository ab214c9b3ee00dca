/* SPDX-License-Identifier: MIT */
/*
 * seed-library DIR < TABLE - a library whose catalogue comes from a tab-separated table, without any audio
 *
 * The first line names fields of the vocabulary (or free tags), the others are tracks; lists are separated
 * by "; ".  For tests and benchmarks of searches: a million rows take some minutes; each 100,000 are told
 * with the seconds that they took.  A library that is there already gets more.  Without DIR it is a test of
 * the search index: what is put in and forgotten leaves nothing behind.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/time.h"
#include "digest/sha256.h"
#include "store/catalogue/catalogue.h"
#include "store/index.h"
#include "store/sql.h"
#include "store/vocabulary.h"
#include "text/fold.h"
#include "number.h"
#include "unit.h"

enum { COLUMNS_MAX = 32, BATCH = 10000, TOLD = 100000 };

static char *names[COLUMNS_MAX];
static int nnames;

static int
split(char *line, char **cell)
{
	int n = 0;

	line[strcspn(line, "\n")] = '\0';
	for (char *s = line; s != NULL && n < COLUMNS_MAX;)
		cell[n++] = strsep(&s, "\t");
	return n;
}

static enum err_code
add_list(struct record *r, enum field f, char *value, struct err *e)
{
	while (value != NULL && e->code == ERR_NONE) {
		char *next = strstr(value, "; ");

		if (next != NULL)
			*next = '\0';
		record_add(r, f, NULL, value, e);
		value = next != NULL ? next + 2 : NULL;
	}
	return e->code;
}

static enum err_code
add_cell(struct record *r, struct item *it, const char *name, char *value, struct err *e)
{
	enum field f = field_find(name);

	if (*value == '\0')
		return ERR_NONE;
	switch (f) {
	case F_DURATION:
		r->duration_ms = strtoll(value, NULL, 10);
		return ERR_NONE;
	case F_BITRATE:
		r->bitrate = strtoll(value, NULL, 10);
		return ERR_NONE;
	case F_SAMPLERATE:
		r->samplerate = strtoll(value, NULL, 10);
		return ERR_NONE;
	case F_SIZE:
		it->size = strtoll(value, NULL, 10);
		return ERR_NONE;
	case F_FORMAT:
		snprintf(r->format, sizeof r->format, "%s", value);
		return ERR_NONE;
	case F_CODEC:
		snprintf(r->codec, sizeof r->codec, "%s", value);
		return ERR_NONE;
	case F_SOURCE:
		it->path = value;
		return ERR_NONE;
	case F_YEAR:
		return record_add(r, F_DATE, NULL, value, e);
	case F_NONE:
		return record_add(r, F_NONE, name, value, e);
	default:
		return field_info(f)->type == FIELD_LIST ? add_list(r, f, value, e)
							 : record_add(r, f, NULL, value, e);
	}
}

/* The release of that name, if there is one. */
static enum err_code
find_release(struct catalogue *c, struct release *release, struct err *e)
{
	sqlite3_stmt *st =
	    sql_get(c->db, "SELECT id FROM release WHERE album_key = ? AND albumartist_key = ? LIMIT 1", e);

	if (st == NULL)
		return e->code;
	sql_text(st, 1, release->album);
	sql_text(st, 2, release->artist);
	if (sql_step(c->db, st, e) == 1)
		release->id = sqlite3_column_int64(st, 0);
	sql_done(st);
	return e->code;
}

static enum err_code
add_row(struct catalogue *c, char **cell, int n, int64_t number, struct err *e)
{
	struct record r = { .format = "mpeg", .codec = "mp3", .suffix = "mp3" };
	struct item it = { .session = c->session, .size = 1000, .suffix = "mp3", .has_sha256 = true };
	struct release release = { .mbid = (char[]){ "" } };
	struct sha256 h;
	int64_t track = 0;
	const char *who;

	sha256_begin(&h);
	sha256_add(&h, &number, sizeof number);
	sha256_end(&h, it.sha256);
	for (int i = 0; i < n && i < nnames && e->code == ERR_NONE; i++)
		add_cell(&r, &it, names[i], cell[i], e);
	who =
	    record_get(&r, F_ALBUMARTIST) != NULL ? record_get(&r, F_ALBUMARTIST) : record_get(&r, F_ARTIST);
	release.album = fold_key(record_get(&r, F_ALBUM));
	release.artist = fold_key(who);
	if (e->code == ERR_NONE && *release.album != '\0')
		find_release(c, &release, e);
	if (e->code == ERR_NONE && catalogue_release(c, &release, &r, e) == ERR_NONE &&
	    catalogue_add(c, release.id, 0, &it, &r, &track, e) == ERR_NONE)
		index_track(c->db, track, e);
	free(release.album);
	free(release.artist);
	record_free(&r);
	return e->code;
}

static double
seconds(void)
{
	struct timespec t = { 0 };

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static enum err_code
seed(struct db *db, FILE *table, bool told, struct err *e)
{
	struct catalogue c = { .db = db, .now = time_now() };
	char *cell[COLUMNS_MAX], *line = NULL, *head = NULL;
	size_t cap = 0, head_cap = 0;
	int64_t first = number_of(db, "SELECT count(*) FROM blob"),
		number = first; /* bytes of its own for each */
	double begun = seconds();

	if (getline(&head, &head_cap, table) <= 0)
		return err_set(e, ERR_FORMAT, "the table is empty");
	nnames = split(head, names);
	if (sql_begin(db, e) != ERR_NONE ||
	    sql_exec(db,
		"INSERT INTO session(state, owner, created, changed, heartbeat, staging)"
		" VALUES('committed', 0, 0, 0, 0, 0)",
		e) != ERR_NONE)
		goto out;
	c.session = sqlite3_last_insert_rowid(db->sql);
	while (e->code == ERR_NONE && getline(&line, &cap, table) > 0) {
		if (add_row(&c, cell, split(line, cell), ++number, e) != ERR_NONE || number % BATCH != 0)
			continue;
		if (sql_commit(db, e) == ERR_NONE)
			sql_begin(db, e);
		if (told && number % TOLD == 0) {
			printf("%lld %.2f\n", (long long)number, seconds() - begun);
			begun = seconds();
		}
	}
	if (e->code == ERR_NONE && vocabulary_settle(db, number - first, e) == ERR_NONE)
		sql_commit(db, e);
out:
	free(line);
	free(head);
	return e->code;
}

static void
forgets_all(struct db *db)
{
	struct err e = { 0 };
	int64_t n = number_of(db, "SELECT count(*) FROM track");

	CHECK(n == 6);
	CHECK(number_of(db, "SELECT count(*) FROM doc") == n);
	CHECK(number_of(db, "SELECT count(*) FROM fts WHERE fts MATCH '\"bjork\"'") == 1);
	CHECK(number_of(db, "SELECT count(*) FROM fts WHERE fts MATCH 'artist : \"acdc\"'") == 1);
	CHECK(number_of(db, "SELECT count(*) FROM fts WHERE fts MATCH '\"只 在 乎\"'") == 1);
	CHECK(sql_exec(db, "CREATE VIRTUAL TABLE temp.word USING fts5vocab('main', 'fts', 'row')", &e) ==
	    ERR_NONE);
	CHECK(number_of(db, "SELECT count(*) FROM temp.word") > 20);
	CHECK(index_track(db, 1, &e) == ERR_BUG); /* it is in already */
	e = (struct err){ 0 };
	CHECK(sql_begin(db, &e) == ERR_NONE);
	for (int64_t id = 1; id <= n; id++)
		CHECK(index_forget(db, id, &e) == ERR_NONE);
	CHECK(index_forget(db, 1, &e) == ERR_NONE); /* not there: nothing to do */
	CHECK(number_of(db, "SELECT count(*) FROM doc") == 0);
	CHECK(number_of(db, "SELECT count(*) FROM skey") == 0);
	CHECK(number_of(db, "SELECT count(*) FROM temp.word") == 0);
	CHECK(sql_exec(db, "INSERT INTO fts(fts) VALUES('integrity-check')", &e) == ERR_NONE);
	sql_rollback(db);
	CHECK(sql_exec(db, "DROP TABLE temp.word", &e) == ERR_NONE);
	CHECK(number_of(db, "SELECT count(*) FROM doc") == n);
}

static void
never_forgets_what_it_does_not_hold(struct db *db)
{
	struct err e = { 0 };

	CHECK(sql_begin(db, &e) == ERR_NONE);
	CHECK(sql_exec(db, "UPDATE track SET title = 'other' WHERE id = 2", &e) == ERR_NONE);
	CHECK(index_forget(db, 2, &e) == ERR_LIBRARY);
	CHECK(number_of(db, "SELECT count(*) FROM doc WHERE track_id = 2") == 1);
	sql_rollback(db);
	e = (struct err){ 0 };
	CHECK(sql_begin(db, &e) == ERR_NONE);
	CHECK(index_forget(db, 2, &e) == ERR_NONE);
	CHECK(sql_exec(db, "UPDATE track SET title = 'Zebra', removed = 1 WHERE id = 2", &e) == ERR_NONE);
	CHECK(index_track(db, 2, &e) == ERR_NONE);
	CHECK(number_of(db, "SELECT count(*) FROM doc WHERE track_id = 2") == 0); /* removed */
	CHECK(sql_exec(db, "UPDATE track SET removed = NULL WHERE id = 2", &e) == ERR_NONE);
	CHECK(index_track(db, 2, &e) == ERR_NONE);
	CHECK(number_of(db, "SELECT count(*) FROM fts WHERE fts MATCH 'title : \"zebra\"'") == 1);
	sql_rollback(db);
}

static int
self_test(void)
{
	static char text[] = "title\tartist\talbum\tyear\tgenre\tcomposer\tmood of\n"
			     "Army of Me\tBjörk\tPost\t1995\tElectronic; Pop\tBjörk; Graham Massey\tdark\n"
			     "Thunderstruck\tAC/DC\tThe Razors Edge\t1990\tRock\t\t\n"
			     "我只在乎你\t邓丽君\t我只在乎你\t1987\tPop\t\t\n"
			     "!!!\t!!!\t!!!\t\t\t\t\n"
			     "The Boxer\tSimon & Garfunkel\tBridge over Troubled Water\t1970\tFolk\t\t\n"
			     "\t\t\t\t\t\t\n";
	static char dir[4096], path[8192];
	FILE *table = fmemopen(text, strlen(text), "r");
	struct err e = { 0 };
	struct db *db = NULL;

	unit_scratch(dir, sizeof dir);
	snprintf(path, sizeof path, "%s/library", dir);
	CHECK(db_open(&db, path, DB_CREATE, NULL, NULL, &e) == ERR_NONE);
	CHECK(seed(db, table, false, &e) == ERR_NONE);
	fclose(table);
	forgets_all(db);
	never_forgets_what_it_does_not_hold(db);
	if (e.code != ERR_NONE)
		fprintf(stderr, "%s\n", e.msg);
	db_close(db);
	return unit_end("index");
}

int
main(int argc, char **argv)
{
	struct err e = { 0 };
	struct db *db = NULL;

	if (argc < 2)
		return self_test();
	if (db_open(&db, argv[1], DB_CREATE, NULL, NULL, &e) == ERR_NONE)
		seed(db, stdin, true, &e);
	db_close(db);
	if (e.code != ERR_NONE)
		fprintf(stderr, "seed-library: %s\n", e.msg);
	return err_status(e.code);
}
