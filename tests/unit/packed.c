/* SPDX-License-Identifier: MIT */
/*
 * packed [SEED] - what is packed changes no answer: random queries, orders and pages, by it and by rows alone
 *
 * With nothing packed, everything, and after changes of all kinds.  The seed of a failure is told.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "store/index.h"
#include "store/packed/packed.h"
#include "store/query/facet.h"
#include "store/sql.h"
#include "text/fold.h"
#include "unit.h"

enum { TRACKS = 9500, RELEASES = 700, ROUNDS = 20 };

static uint64_t state;

static unsigned
dice(unsigned n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 20) % n;
}

static const char *const words[] = { "love", "the", "a", "night", "lovelier", "lovelies", "愛", "愛し", "Ω",
	"été", "12", "zz", "in the morning", "in the mourning" };
enum { WORDS = sizeof words / sizeof words[0] };

/* Few words, some of which are frequent and begin alike. */
static void
phrase(struct buf *b)
{
	unsigned n = dice(5);

	buf_clear(b);
	buf_puts(b, "");
	for (unsigned i = 0; i < n; i++)
		buf_printf(b, "%s%s", i > 0 ? " " : "", words[dice(dice(2) == 0 ? WORDS : 4)]);
}

static void run_sql(struct db *db, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void
run_sql(struct db *db, const char *fmt, ...)
{
	struct err e = { 0 };
	char *sql;
	va_list ap;

	va_start(ap, fmt);
	sql = sqlite3_vmprintf(fmt, ap);
	va_end(ap);
	if (sql == NULL || sql_exec(db, sql, &e) != ERR_NONE)
		fprintf(stderr, "%s: %s\n", sql, e.msg);
	CHECK(e.code == ERR_NONE);
	sqlite3_free(sql);
}

static char *
key_of(const char *text)
{
	char *key = fold_key(text);

	CHECK(key != NULL);
	return key;
}

/* A number as SQL, now and then one that is odd. */
static const char *
number(char *text, size_t size, unsigned low, unsigned high)
{
	static const char *const odd[] = { "NULL", "-3", "0", "70000", "5000000000", "99999999999999" };

	if (dice(8) == 0)
		return odd[dice(dice(4) == 0 ? 6 : 1)];
	snprintf(text, size, "%u", low + dice(high - low));
	return text;
}

/* What no word of the index is made of. */
static void
set_numbers(struct db *db, int64_t id)
{
	static const char *const bpms[] = { "120.001", "120.002", "120.0", "90.5", "121", "NULL", "3000.5" };
	char length[24], rating[24], added[24];

	run_sql(db,
	    "UPDATE track SET duration_ms = %s, rating = %s, added = ifnull(%s, 7), bpm = %s WHERE id = %lld",
	    number(length, sizeof length, 100000, 101000),
	    dice(3) == 0 ? number(rating, sizeof rating, 0, 6) : "NULL",
	    number(added, sizeof added, 1000000, 1000003), bpms[dice(dice(9) == 0 ? 7 : 6)], (long long)id);
}

static void
set_year(struct db *db, int64_t id)
{
	char year[24];

	run_sql(db, "UPDATE track SET year = %s WHERE id = %lld", number(year, sizeof year, 1980, 1990),
	    (long long)id);
}

static void
set_title(struct db *db, int64_t id)
{
	struct buf title = { 0 }, artist = { 0 };
	char *title_key, *artist_key;

	phrase(&title);
	phrase(&artist);
	title_key = key_of(title.data);
	artist_key = key_of(artist.data);
	run_sql(db,
	    "UPDATE track SET title = '%s', title_key = '%s', artist = '%s', artist_key = '%s' WHERE id = "
	    "%lld",
	    title.data, title_key, artist.data, artist_key, (long long)id);
	free(title_key);
	free(artist_key);
	buf_free(&title);
	buf_free(&artist);
}

static void
name_release(struct db *db, int64_t id)
{
	struct buf album = { 0 };
	char *key;

	phrase(&album);
	key = key_of(album.data);
	run_sql(db, "UPDATE release SET album = '%s', album_key = '%s' WHERE id = %lld", album.data, key,
	    (long long)id);
	free(key);
	buf_free(&album);
}

/* A preferred file of some kind, another one beside it, a part of a larger one, or none. */
static void
add_files(struct db *db, int64_t id)
{
	static const char *const kinds[] = { "'mpeg', 'mp3'", "'flac', 'flac'", "'ogg', 'vorbis'",
		"'wav', NULL", "'mp4', 'alac'", "'mp4', 'aac'" };
	static const char *const states[] = { "ok", "missing", "damaged" };
	unsigned files = dice(8) == 0 ? 2 : dice(20) > 0;
	char size[24];

	for (unsigned i = 0; i < files; i++) {
		run_sql(db,
		    "INSERT INTO blob(sha256, size, suffix, added) VALUES(randomblob(32), ifnull(%s, 5), "
		    "'x', 0)",
		    number(size, sizeof size, 1000, 1010));
		run_sql(db,
		    "INSERT INTO file(track_id, blob_id, part, preferred, state, format, codec, bitrate, "
		    "source, damaged,"
		    " session_id, added, changed) VALUES(%lld, last_insert_rowid(), %u, %u, '%s', %s, %u, "
		    "CAST('/in/%s/%u' AS BLOB),"
		    " %u, 1, 0, 0)",
		    (long long)id, dice(9) == 0, i == 0, states[dice(6) == 0 ? dice(3) : 0], kinds[dice(6)],
		    dice(3) * 64000, words[dice(3)], dice(9), dice(30) == 0);
	}
}

/* Genres, credits and tags, which nothing is packed of. */
static void
add_lists(struct db *db, int64_t id)
{
	for (unsigned i = dice(3); i > 0; i--)
		run_sql(db, "INSERT INTO track_genre(track_id, seq, genre_id) VALUES(%lld, %u, %u)",
		    (long long)id, i, 1 + dice(3));
	if (dice(4) == 0)
		run_sql(db, "INSERT INTO credit(track_id, role, seq, artist_id) VALUES(%lld, %d, 0, %u)",
		    (long long)id, dice(2) == 0 ? F_ARTISTS + 1 : F_COMPOSER + 1, 1 + dice(3));
	if (dice(5) == 0)
		run_sql(db, "INSERT INTO tag(track_id, name_id, seq, value) VALUES(%lld, %d, 0, '%s')",
		    (long long)id, F_COMMENT + 1, words[dice(WORDS)]);
}

static void
add_track(struct db *db)
{
	struct err e = { 0 };
	int64_t id;

	run_sql(db, "INSERT INTO recording DEFAULT VALUES");
	run_sql(db,
	    "INSERT INTO track(release_id, recording_id, added, modified, owner) VALUES(%u, "
	    "last_insert_rowid(), 0, 0,"
	    " 0)",
	    1 + dice(RELEASES));
	id = sqlite3_last_insert_rowid(db->sql);
	set_title(db, id);
	set_year(db, id);
	set_numbers(db, id);
	if (dice(5) == 0)
		run_sql(db, "INSERT INTO heard SELECT recording_id, %u, %u FROM track WHERE id = %lld",
		    1 + dice(4), 1000 + dice(50), (long long)id);
	add_files(db, id);
	add_lists(db, id);
	CHECK(index_track(db, id, &e) == ERR_NONE);
}

static void
fill(struct db *db)
{
	struct err e = { 0 };

	CHECK(sql_begin(db, &e) == ERR_NONE);
	run_sql(db,
	    "INSERT INTO session(state, owner, created, changed, heartbeat, staging) VALUES('committed', 0, "
	    "0, 0, 0, 0);"
	    "INSERT INTO genre(name, key) VALUES('Rock', 'rock'), ('Pop', 'pop'), ('', '');"
	    "INSERT INTO artist(name, key) VALUES('Love', 'love'), ('The A', 'the a'), ('Night', 'night')");
	for (int i = 1; i <= RELEASES; i++) {
		run_sql(db, "INSERT INTO release(added, compilation, albumartist) VALUES(0, %d, %s)",
		    i % 9 == 0, i % 5 == 0 ? "'Love'" : "NULL");
		name_release(db, i);
	}
	for (int i = 0; i < TRACKS; i++)
		add_track(db);
	CHECK(sql_commit(db, &e) == ERR_NONE);
}

static void
index_again(struct db *db, int64_t id, bool removed)
{
	struct err e = { 0 };

	CHECK(index_forget(db, id, &e) == ERR_NONE);
	if (removed)
		run_sql(db, "UPDATE track SET removed = 1 WHERE id = %lld", (long long)id);
	else if (dice(2) == 0)
		set_title(db, id);
	else
		set_year(db, id);
	CHECK(index_track(db, id, &e) == ERR_NONE);
}

enum change {
	NEW,
	AGAIN,
	REMOVED,
	HEARD,
	UNHEARD,
	NUMBERS,
	MOVED,
	STATES,
	PREFERRED,
	SIZES,
	GONE,
	RELEASED,
	CHANGES
};
static const char *const changes[CHANGES] = { "new tracks", "tracks indexed again", "tracks removed",
	"tracks heard", "tracks not heard", "other numbers", "other recordings", "files in other states",
	"other files preferred", "other sizes", "files gone", "other releases" };

static void
change_one(struct db *db, enum change what, int64_t id)
{
	switch (what) {
	case NEW:
		add_track(db);
		break;
	case AGAIN:
		index_again(db, id, false);
		break;
	case REMOVED:
		index_again(db, id, true);
		break;
	case HEARD:
		run_sql(db, "REPLACE INTO heard SELECT recording_id, %u, %u FROM track WHERE id = %lld",
		    dice(100000), dice(4000), (long long)id);
		break;
	case UNHEARD:
		run_sql(db, "DELETE FROM heard WHERE recording_id = %lld", (long long)id);
		break;
	case MOVED: /* to a recording that has plays of its own, or none */
		run_sql(db, "UPDATE track SET recording_id = %u WHERE id = %lld", 1 + dice(TRACKS),
		    (long long)id);
		break;
	case STATES:
		run_sql(db, "UPDATE file SET state = 'missing', codec = 'aac' WHERE track_id = %lld",
		    (long long)id);
		break;
	case PREFERRED: /* the other one, where there is one */
		run_sql(db,
		    "UPDATE file SET preferred = 0 WHERE track_id = %lld;"
		    "UPDATE file SET preferred = 1 WHERE id = (SELECT max(id) FROM file WHERE track_id = "
		    "%lld)",
		    (long long)id, (long long)id);
		break;
	case SIZES:
		run_sql(db,
		    "UPDATE blob SET size = size + %u WHERE id IN (SELECT blob_id FROM file WHERE track_id = "
		    "%lld)",
		    dice(3), (long long)id);
		break;
	case GONE:
		run_sql(db, "DELETE FROM file WHERE track_id = %lld", (long long)id);
		break;
	case RELEASED: /* of the same names: the index knows it under them */
		run_sql(db,
		    "UPDATE track SET release_id = (SELECT min(o.id) FROM release o JOIN release r ON "
		    "r.album ="
		    " o.album AND r.albumartist IS o.albumartist WHERE r.id = track.release_id) WHERE id = "
		    "%lld",
		    (long long)id);
		break;
	default:
		set_numbers(db, id);
	}
}

/* Of one kind at a time, as commits, edits, histories and sqlite3(1) change things: another kind would make
 * up for what this one forgets. */
static void
change(struct db *db, enum change what)
{
	struct err e = { 0 };

	CHECK(sql_begin(db, &e) == ERR_NONE);
	for (int i = 0; i < 60; i++)
		change_one(db, what, 1 + dice(TRACKS));
	CHECK(sql_commit(db, &e) == ERR_NONE);
}

/* The album is a word of the index, too: the tracks are taken out and put in again. */
static void
rename_release(struct db *db)
{
	struct err e = { 0 };
	int64_t release = 1 + dice(RELEASES), ids[200];
	sqlite3_stmt *st;
	int n = 0;

	CHECK(sql_begin(db, &e) == ERR_NONE);
	st = sql_get(db, "SELECT id FROM track WHERE release_id = ? AND removed IS NULL", &e);
	sql_int(st, 1, release);
	while (n < 200 && sql_step(db, st, &e) > 0)
		ids[n++] = sqlite3_column_int64(st, 0);
	sql_done(st);
	for (int i = 0; i < n; i++)
		CHECK(index_forget(db, ids[i], &e) == ERR_NONE);
	name_release(db, release);
	for (int i = 0; i < n; i++)
		CHECK(index_track(db, ids[i], &e) == ERR_NONE);
	CHECK(sql_commit(db, &e) == ERR_NONE);
}

static const char *const terms[] = { "love", "the", "title:the", "artist:love", "album:night", "\"in the\"",
	"year:1985", "year:1900..2100", "year:1982..1984", "year:0..", "bpm:120", "bpm:120.001..120.002",
	"bpm:>120", "bpm:<91", "duration:1:40", "duration:>99:00:00", "rating:3..", "rating:<2", "rating:5",
	"plays:>1", "plays:0", "plays:..2", "added:<1970-01-13", "added:1970-01-12", "lastplayed:<1970-01-02",
	"-love", "missing:bpm", "愛", "12", "lov", "is:rated", "(bpm:120 OR rating:3)", "-rating:2..",
	"id:>9000", "is:lossless", "-is:lossless", "is:lossy", "is:missing", "is:damaged", "format:flac",
	"-format:flac", "codec:mp3", "missing:codec", "codec:/^a/", "(format:mp4 OR codec:mp3)",
	"size:1005..", "size:<1002", "-size:..99999999", "is:unrated", "is:played", "-is:unplayed",
	"missing:year", "-year:1985", "-bpm:120.001..121", "genre:rock", "-genre:rock", "missing:genre",
	"comment:love", "comment::o", "-comment:night", "missing:comment", "composer:love", "has:artists",
	"path:/in/love", "-path:the/3", "bitrate:..64000", "bitrate:>64000", "is:dup", "is:compilation",
	"-is:compilation", "albumartist:love", "title:/lov/", "/^the/", "-title:=the", "-\"in the\"",
	"-plays:0", "year:-3", "rating:..-1", "the", "love" };
static const char *const orders[] = { "added-", "added", "year", "year-", "artist", "artist-", "title",
	"title-", "album", "album-", "plays-", "plays", "bpm", "bpm-", "duration", "duration-", "rating-",
	"rating", "id-", "id", "lastplayed-", "lastplayed", "year,title-", "plays-,added-", "artist,year-",
	"genre", "key", "size", "size-", "format", "format-", "codec", "codec-,year", "bitrate",
	"albumartist", "albumartist-", "path", "path-", "comment", "comment-", "composer-", "sha256", "file-",
	"modified-", "track", "session", "compilation", "format,title", "genre-,artist", "year-,albumartist",
	"comment,bitrate-,year", "added,format-,path", "compilation,album,path", "label", "notes,rating-",
	"mood,title", "mb_trackid,year-" };
static const char *const facets[] = { "year", "rating", "plays", "added", "duration", "lastplayed", "size",
	"format", "codec", "album", "albumartist", "compilation", "genre", "artists", "composer", "comment",
	"bitrate", "bpm", "session", "owner", "path", "artist", "title", "performer", "mb_trackid",
	"modified" };
enum {
	FACETS = sizeof facets / sizeof facets[0],
	TERMS = sizeof terms / sizeof terms[0],
	ORDERS = sizeof orders / sizeof orders[0]
};

struct answer {
	int64_t *ids, count;
	size_t n;
};

static void
ask(struct db *db, char *const *query, const char *order, int64_t limit, int64_t offset, bool plain,
    struct answer *a)
{
	struct query *q = NULL;
	struct err e = { 0 };

	*a = (struct answer){ 0 };
	if (query_parse(&q, db, query, &e) == ERR_NONE &&
	    (order == NULL || query_sort(q, order, &e) == ERR_NONE)) {
		if (plain)
			query_plain(q);
		query_ids(q, db, limit, offset, &a->ids, &a->n, &e);
		query_count(q, db, &a->count, &e);
	}
	if (e.code != ERR_NONE)
		fprintf(stderr, "%s\n", e.msg);
	CHECK(e.code == ERR_NONE);
	query_free(q);
}

static void
compare(struct db *db, const char *when)
{
	char *query[5] = { NULL };
	const char *order = dice(5) > 0 ? orders[dice(ORDERS)] : NULL;
	int64_t limit = dice(4) == 0 ? -1 : (int64_t)dice(dice(2) == 0 ? 60 : 2000),
		offset = dice(3) == 0 ? dice(300) : 0;
	struct answer packed, plain;
	unsigned n = dice(4);
	bool same;

	for (unsigned i = 0; i < n; i++)
		query[i] = (char *)terms[dice(TERMS)];
	if (n == 2 && dice(6) == 0) {
		query[2] = query[1];
		query[1] = (char *)"OR";
	}
	ask(db, query, order, limit, offset, false, &packed);
	ask(db, query, order, limit, offset, true, &plain);
	same = packed.n == plain.n && packed.count == plain.count &&
	    (plain.n == 0 || memcmp(packed.ids, plain.ids, plain.n * sizeof plain.ids[0]) == 0);
	if (!same) {
		fprintf(stderr,
		    "%s: %s %s %s, order %s, %lld from %lld: %zu of %lld tracks, by rows %zu of %lld\n", when,
		    n > 0 ? query[0] : "", n > 1 ? query[1] : "",
		    query[0] != NULL && query[1] != NULL && query[2] != NULL ? query[2] : "",
		    order != NULL ? order : "-", (long long)limit, (long long)offset, packed.n,
		    (long long)packed.count, plain.n, (long long)plain.count);
		for (size_t i = 0; i < packed.n && i < plain.n; i++)
			if (packed.ids[i] != plain.ids[i]) {
				fprintf(stderr, "  place %zu: track %lld, by rows %lld\n", i,
				    (long long)packed.ids[i], (long long)plain.ids[i]);
				break;
			}
	}
	CHECK(same);
	free(packed.ids);
	free(plain.ids);
}

/* The values of a field, likewise. */
static void
compare_facets(struct db *db, const char *when)
{
	const char *field = facets[dice(FACETS)];
	char *query[3] = { NULL };
	struct facets f[2] = { { .field = F_NONE }, { .field = F_NONE } };
	int64_t most = dice(2) == 0 ? -1 : (int64_t)dice(30);
	bool same;

	for (unsigned i = 0, n = dice(3); i < n; i++)
		query[i] = (char *)terms[dice(TERMS)];
	for (int plain = 0; plain < 2; plain++) {
		struct query *q = NULL;
		struct err e = { 0 };

		CHECK(query_parse(&q, db, query, &e) == ERR_NONE);
		if (plain)
			query_plain(q);
		facets_count(q, db, field, most, &f[plain], &e);
		if (e.code != ERR_NONE)
			fprintf(stderr, "%s: --facet %s %s %s: %s\n", when, field,
			    query[0] != NULL ? query[0] : "",
			    query[0] != NULL && query[1] != NULL ? query[1] : "", e.msg);
		CHECK(e.code == ERR_NONE);
		query_free(q);
	}
	same = f[0].values.n == f[1].values.n;
	for (size_t i = 0; same && i < f[0].values.n; i++) {
		struct buf text[2] = { { 0 }, { 0 } };

		tally_put(&f[0].values.entry[i], &text[0]);
		tally_put(&f[1].values.entry[i], &text[1]);
		same = f[0].values.entry[i].count == f[1].values.entry[i].count &&
		    text[0].len == text[1].len && memcmp(text[0].data, text[1].data, text[0].len) == 0;
		buf_free(&text[0]);
		buf_free(&text[1]);
	}
	if (!same)
		fprintf(stderr, "%s: --facet %s %s %s: %zu values, by rows %zu\n", when, field,
		    query[0] != NULL ? query[0] : "", query[0] != NULL && query[1] != NULL ? query[1] : "",
		    f[0].values.n, f[1].values.n);
	CHECK(same);
	facets_free(&f[0]);
	facets_free(&f[1]);
}

static void
compare_all(struct db *db, const char *when)
{
	compare(db, when);
	compare(db, when);
	compare_facets(db, when);
}

static int64_t
count_packed(struct db *db)
{
	struct err e = { 0 };
	sqlite3_stmt *st = sql_get(db, "SELECT count(*) FROM packed_chunk", &e);
	int64_t n = st != NULL && sql_step(db, st, &e) > 0 ? sqlite3_column_int64(st, 0) : -1;

	sql_done(st);
	return n;
}

static void
refresh(struct db *db, bool all)
{
	struct err e = { 0 };

	CHECK(sql_begin(db, &e) == ERR_NONE);
	CHECK(packed_refresh(db, all, NULL, &e) == ERR_NONE);
	CHECK(sql_commit(db, &e) == ERR_NONE);
}

int
main(int argc, char **argv)
{
	static char dir[4096], path[8192];
	struct err e = { 0 };
	struct db *db = NULL;
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 20;

	state = seed * 0x9e3779b97f4a7c15u | 1;
	unit_scratch(dir, sizeof dir);
	snprintf(path, sizeof path, "%s/library", dir);
	CHECK(db_open(&db, path, DB_CREATE, NULL, NULL, &e) == ERR_NONE);
	fill(db);
	CHECK(count_packed(db) == 2); /* as they were filled */
	run_sql(db, "DELETE FROM packed_chunk");
	for (int i = 0; i < ROUNDS / 4; i++)
		compare_all(db, "nothing packed");
	refresh(db, true);
	CHECK(count_packed(db) == 3);
	for (int i = 0; i < ROUNDS; i++)
		compare_all(db, "all packed");
	for (int i = 0; i <= 2 * CHANGES; i++) {
		refresh(db, i % 3 > 0);
		if (i < 2 * CHANGES)
			change(db, (enum change)(i % CHANGES));
		else
			rename_release(db);
		for (int k = 0; k < ROUNDS / 20; k++)
			compare_all(
			    db, i < 2 * CHANGES ? changes[i % CHANGES] : "a release that was renamed");
	}
	run_sql(db, "UPDATE packed SET v = x'0102' WHERE id %% 3 = 0"); /* nobody's bytes: as if they were not
									   there */
	refresh(db, false);
	for (int i = 0; i < ROUNDS / 10; i++)
		compare_all(db, "packed wrongly");
	db_close(db);
	if (unit_failures > 0)
		fprintf(stderr, "packed: the seed was %llu\n", (unsigned long long)seed);
	return unit_end("packed");
}
