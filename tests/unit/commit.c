/* SPDX-License-Identifier: MIT */
/*
 * commit: sessions made by hand, committed; with an argument N: how long N items take, and how much memory;
 * N same: all of them files of one track; N late: committed after the same tracks in other files
 */
#include "base/file.h"
#include "base/time.h"
#include "digest/sha256.h"
#include "store/blob.h"
#include "store/commit/commit.h"
#include "store/commit/report.h"
#include "store/index.h"
#include "store/session/session.h"
#include "store/sql.h"
#include "store/track.h"
#include "unit.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sys/resource.h>
#include <sys/stat.h>

static struct db *db;
static struct err e;

#define OK(call) CHECK((e = (struct err){ 0 }, (call) == ERR_NONE || (fprintf(stderr, "%s\n", e.msg), 0)))

/* Bytes into staging/s<session>/ under their hash. */
static void
stage(int64_t session, const char *bytes, uint8_t sha256[32], const char *suffix)
{
	struct sha256 h;
	char path[200], name[BLOB_NAME];
	int fd;

	sha256_begin(&h);
	sha256_add(&h, bytes, strlen(bytes));
	sha256_end(&h, sha256);
	blob_name(name, sha256, suffix);
	snprintf(path, sizeof path, "staging/s%" PRId64 "/%s", session, name);
	fd = openat(db->dirfd, path, O_WRONLY | O_CREAT, 0444);
	CHECK(fd >= 0 && file_write(fd, bytes, strlen(bytes)) == (ssize_t)strlen(bytes));
	close(fd);
}

static int64_t
new_session(const char *options)
{
	int64_t id = 0;

	OK(session_create(db, NULL, 0, options, &id, &e));
	return id;
}

/* A record from "field=value" strings ended by NULL; a name that is no field is a free tag. */
static void
fill(struct record *r, const char *const *fields)
{
	for (; *fields != NULL; fields++) {
		const char *value = strchr(*fields, '=') + 1;
		size_t len = (size_t)(value - 1 - *fields);
		enum field f = field_find_n(*fields, len);
		char *name = strndup(*fields, len);

		OK(record_add(r, f, f == F_NONE ? name : NULL, value, &e));
		free(name);
	}
}

static int64_t
new_item(int64_t session, const char *path, const char *bytes, int64_t ms, const char *codec,
    const char *const *fields)
{
	struct record r = { .duration_ms = ms, .bitrate = 128000, .samplerate = 44100, .channels = 2 };
	struct buf encoded = { 0 };
	sqlite3_stmt *st = sql_get(db,
	    "INSERT INTO item (session_id, state, path, device, inode, size, mtime_ns, ctime_ns, sha256, "
	    "suffix,"
	    " record) VALUES (?1, 'staged', ?2, 1, 2, ?3, 3000000000, 4, ?4, ?5, ?6)",
	    &e);
	uint8_t sha256[32];

	snprintf(r.format, sizeof r.format, "%s", strcmp(codec, "flac") == 0 ? "flac" : "mpeg");
	snprintf(r.codec, sizeof r.codec, "%s", codec);
	snprintf(r.suffix, sizeof r.suffix, "%s", codec);
	fill(&r, fields);
	OK(record_encode(&r, false, &encoded, &e));
	stage(session, bytes, sha256, codec);
	sql_int(st, 1, session);
	sql_bytes(st, 2, path, strlen(path));
	sql_int(st, 3, (int64_t)strlen(bytes));
	sql_bytes(st, 4, sha256, 32);
	sql_text(st, 5, codec);
	sql_bytes(st, 6, encoded.data, encoded.len);
	OK(sql_run(db, st, &e));
	buf_free(&encoded);
	record_free(&r);
	return sqlite3_last_insert_rowid(db->sql);
}

static void
new_cover(int64_t session, int64_t item, const char *bytes, bool folder)
{
	sqlite3_stmt *st = sql_get(db,
	    "INSERT INTO item_cover (item_id, seq, sha256, size, suffix, mime, kind, folder)"
	    " VALUES (?1, (SELECT count(*) FROM item_cover WHERE item_id = ?1), ?2, ?3, 'jpg', 'image/jpeg', "
	    "'front',"
	    " ?4)",
	    &e);
	uint8_t sha256[32];

	stage(session, bytes, sha256, "jpg");
	sql_int(st, 1, item);
	sql_bytes(st, 2, sha256, 32);
	sql_int(st, 3, (int64_t)strlen(bytes));
	sql_int(st, 4, folder);
	OK(sql_run(db, st, &e));
}

static void
finish(int64_t session)
{
	OK(session_move(db, session, "staging", "staged", &e));
	db_unlock_session(db, session);
}

static enum err_code
commit(int64_t session, struct commit_options o, struct commit_result *r)
{
	e = (struct err){ 0 };
	commit_session(db, session, &o, r, &e);
	if (getenv("VERBOSE") != NULL && e.code != ERR_NONE)
		fprintf(stderr, "%s\n", e.msg);
	return e.code;
}

static int64_t
ask(const char *sql)
{
	sqlite3_stmt *st = sql_prepare(db, sql, &e);
	int64_t n = -1;

	CHECK(st != NULL);
	if (st != NULL && sqlite3_step(st) == SQLITE_ROW)
		n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return n;
}

#define FIELDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static const char *
text(const struct track *t, enum field f)
{
	static struct buf b;

	buf_clear(&b);
	track_text(t, f, &b);
	return b.data != NULL ? b.data : "";
}

static void
what_is_written_is_read(void)
{
	int64_t s = new_session(NULL), item;
	struct commit_result r;
	struct track t = { 0 };
	static const struct {
		enum field f;
		const char *text;
	} want[] = { { F_TITLE, "Caf\xc3\xa9" }, { F_ARTIST, "A feat. B" }, { F_ARTISTS, "A; B" },
		{ F_ALBUM, "Al" }, { F_ALBUMARTIST, "A" }, { F_ALBUMARTISTS, "A" }, { F_TRACK, "3" },
		{ F_TRACKTOTAL, "12" }, { F_DISC, "2" }, { F_DISCTOTAL, "2" }, { F_DATE, "1999-03" },
		{ F_YEAR, "1999" }, { F_GENRE, "Pop; Rock" }, { F_COMPOSER, "C; D" }, { F_LABEL, "L" },
		{ F_BARCODE, "123" }, { F_COMPILATION, "true" }, { F_BPM, "120.5" }, { F_KEY, "C#m" },
		{ F_ISRC, "USRC17607839" }, { F_MB_TRACKID, "aa" }, { F_MB_ALBUMID, "bb" },
		{ F_RG_TRACK_GAIN, "-7.5" }, { F_LYRICS, "x\ny" }, { F_DURATION, "200000" },
		{ F_FORMAT, "flac" }, { F_CODEC, "flac" }, { F_BITRATE, "128000" }, { F_SOURCE, "/m/a.flac" },
		{ F_SESSION, "s1" }, { F_TAGS, "foo=1; foo=2; other=x" } };

	item = new_item(s, "/m/a.flac", "audio 1", 200000, "flac",
	    FIELDS("title=Cafe\xcc\x81", "artist=A feat. B", "artists=A", "artists=B", "album=Al",
		"albumartist=A", "track=3", "tracktotal=12", "disc=2", "disctotal=2", "date=1999-03",
		"genre=Pop", "genre=Rock", "composer=C", "composer=D", "label=L", "barcode=123",
		"compilation=1", "bpm=120.5", "key=C#m", "isrc=us-rc1-76-07839", "mb_trackid=AA",
		"mb_albumid=BB", "rg_track_gain=-7.5", "lyrics=x\ny", "foo=1", "other=x", "foo=2"));
	new_cover(s, item, "cover", true);
	finish(s);
	CHECK(commit(s, (struct commit_options){ 0 }, &r) == ERR_NONE);
	CHECK(r.tracks == 1 && r.duplicates == 0 && !r.already);
	OK(track_load(db, 1, &t, &e));
	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
		if (strcmp(text(&t, want[i].f), want[i].text) != 0)
			fprintf(stderr, "%s: '%s', not '%s'\n", field_info(want[i].f)->name,
			    text(&t, want[i].f), want[i].text);
		CHECK(strcmp(text(&t, want[i].f), want[i].text) == 0);
	}
	CHECK(strlen(text(&t, F_COVER)) == 64);
	track_free(&t);
	CHECK(ask("SELECT count(*) FROM doc") == 1);
	CHECK(ask("SELECT count(*) FROM item WHERE record IS NOT NULL OR path IS NOT NULL") == 0);
	CHECK(ask("SELECT count(*) FROM item_cover") == 0);
	CHECK(ask("SELECT count(*) FROM source WHERE path = CAST('/m/a.flac' AS BLOB)") == 1);
	CHECK(ask("SELECT count(*) FROM event WHERE kind = 'commit'") == 1);
	CHECK(ask("SELECT staging FROM session") == 0);
	CHECK(commit(s, (struct commit_options){ 0 }, &r) == ERR_NONE);
	CHECK(r.already && r.tracks == 1);
	CHECK(ask("SELECT count(*) FROM event WHERE kind = 'commit'") == 1);
}

static void
the_same_bytes_are_duplicates(void)
{
	int64_t s = new_session(NULL);
	struct commit_result r;

	new_item(s, "/m/b.flac", "audio 1", 200000, "flac", FIELDS("title=Other"));
	new_item(s, "/m/c.mp3", "twice", 1000, "mp3", FIELDS("title=T", "artist=X"));
	new_item(s, "/m/d.mp3", "twice", 1000, "mp3", FIELDS("title=T", "artist=X"));
	finish(s);
	CHECK(commit(s, (struct commit_options){ .dry_run = true }, &r) == ERR_NONE);
	CHECK(r.tracks == 1 && r.duplicates == 2);
	CHECK(ask("SELECT count(*) FROM track") == 1);
	CHECK(commit(s, (struct commit_options){ 0 }, &r) == ERR_NONE);
	CHECK(r.tracks == 1 && r.duplicates == 2 && r.same_as == 0);
	CHECK(ask("SELECT count(*) FROM item WHERE state = 'duplicate' AND track_id = 1") == 1);
	CHECK(ask("SELECT count(*) FROM item WHERE state = 'duplicate' AND track_id = 2") == 1);
	s = new_session(NULL);
	new_item(s, "/m/b.flac", "audio 1", 200000, "flac", FIELDS("title=Other"));
	finish(s);
	CHECK(commit(s, (struct commit_options){ 0 }, &r) == ERR_NONE);
	CHECK(r.tracks == 0 && r.duplicates == 1 && r.same_as == 1);
}

/* A conflict with a track of the catalogue, and one within the session. */
static void
conflicts_follow_the_policy(void)
{
	const char *const *fields = FIELDS("title=Song", "artist=Band", "album=Disc", "track=1");
	int64_t s = new_session(NULL);
	struct commit_result r;

	new_item(s, "/p/1.mp3", "song as mp3", 180000, "mp3", fields);
	new_item(s, "/p/1.flac", "song as flac", 181000, "flac", fields);
	finish(s);
	CHECK(commit(s, (struct commit_options){ .policy = CONFLICT_FAIL }, &r) == ERR_EXISTS);
	CHECK(ask("SELECT commit_error ->> '$.code' = 'DUPLICATE_PIECE' FROM session WHERE id = 4") == 1);
	CHECK(ask("SELECT state = 'failed' FROM session WHERE id = 4") == 1);
	CHECK(commit(s, (struct commit_options){ 0 }, &r) == ERR_STATE);
	CHECK(commit(s, (struct commit_options){ .retry = true }, &r) == ERR_NONE);
	CHECK(r.tracks == 1 && r.attached == 1);
	CHECK(ask("SELECT count(*) FROM file WHERE track_id = 3") == 2);
	CHECK(ask("SELECT format = 'flac' FROM file WHERE track_id = 3 AND preferred = 1") == 1);
	CHECK(ask("SELECT duration_ms FROM track WHERE id = 3") == 181000);

	s = new_session(NULL);
	new_item(s, "/p/2.mp3", "song as another mp3", 180500, "mp3", fields);
	finish(s);
	CHECK(commit(s, (struct commit_options){ .policy = CONFLICT_SKIP }, &r) == ERR_NONE);
	CHECK(r.skipped == 1 && r.tracks == 0);
	CHECK(ask("SELECT count(*) FROM item WHERE session_id = 5 AND state = 'skipped' AND path IS NOT "
		  "NULL") == 1);

	s = new_session(NULL);
	new_item(s, "/p/2.mp3", "song as another mp3", 180500, "mp3", fields);
	finish(s);
	CHECK(commit(s, (struct commit_options){ .policy = CONFLICT_IGNORE }, &r) == ERR_NONE);
	CHECK(r.tracks == 1);
	CHECK(ask("SELECT count(DISTINCT release_id) FROM track WHERE title = 'Song'") == 1);

	s = new_session(NULL);
	new_item(s, "/p/3.mp3", "song as third mp3", 180500, "mp3", fields);
	finish(s);
	CHECK(commit(s, (struct commit_options){ 0 }, &r) == ERR_NONE);
	CHECK(r.attached == 1 && ask("SELECT track_id FROM item WHERE session_id = 7") == 3);
}

static void
releases_are_grouped(void)
{
	int64_t s = new_session(NULL);
	struct commit_result r;

	new_item(s, "/v/1.mp3", "v1", 1000, "mp3", FIELDS("title=1", "artist=A", "album=Various"));
	new_item(s, "/v/2.mp3", "v2", 1000, "mp3", FIELDS("title=2", "artist=B", "album=Various"));
	new_item(s, "/w/1.mp3", "w1", 1000, "mp3", FIELDS("title=1", "artist=A", "album=Own"));
	new_item(s, "/w/2.mp3", "w2", 1000, "mp3", FIELDS("title=2", "artist=A feat. B", "album=Own"));
	new_item(s, "/x/1.mp3", "x1", 1000, "mp3", FIELDS("title=loose", "artist=A"));
	new_item(s, "/y/2.mp3", "y2", 1000, "mp3", FIELDS("title=loose too", "artist=A"));
	new_item(
	    s, "/z/1.mp3", "z1", 1000, "mp3", FIELDS("title=z", "artist=A", "album=Z", "mb_albumid=one"));
	new_item(
	    s, "/z/2.mp3", "z2", 1000, "mp3", FIELDS("title=zz", "artist=A", "album=Z", "mb_albumid=two"));
	new_item(s, "/z/3.mp3", "z3", 1000, "mp3", FIELDS("title=zzz", "artist=A", "album=Z"));
	finish(s);
	CHECK(commit(s, (struct commit_options){ 0 }, &r) == ERR_NONE);
	CHECK(r.tracks == 9);
	CHECK(ask("SELECT count(*) FROM release WHERE album = 'Various' AND albumartist_key = ''") == 1);
	CHECK(ask("SELECT count(*) FROM release WHERE album = 'Own' AND albumartist_key = 'a'") == 1);
	CHECK(ask("SELECT count(*) FROM release WHERE album IS NULL AND albumartist_key = 'a'") == 1);
	CHECK(ask("SELECT count(*) FROM release WHERE album = 'Z'") == 2);
	CHECK(ask("SELECT count(*) FROM track JOIN release ON release.id = release_id WHERE album = "
		  "'Various'") == 2);

	s = new_session(NULL);
	new_item(
	    s, "/q/4.mp3", "z4", 1000, "mp3", FIELDS("title=z4", "artist=A", "album=Z", "mb_albumid=TWO"));
	new_item(
	    s, "/q/5.mp3", "o3", 1000, "mp3", FIELDS("title=o3", "artist=A", "album=Own", "mb_albumid=own"));
	finish(s);
	CHECK(commit(s, (struct commit_options){ 0 }, &r) == ERR_NONE);
	CHECK(ask("SELECT count(*) FROM release WHERE album = 'Z'") == 2);
	CHECK(ask("SELECT count(*) FROM release WHERE album = 'Own' AND mb_albumid = 'own'") == 1);
}

static void
recordings_join_releases(void)
{
	int64_t s = new_session(NULL);
	struct commit_result r;

	new_item(
	    s, "/r/1", "r1", 100000, "mp3", FIELDS("title=R", "artist=A", "album=R1", "isrc=USRC17607999"));
	new_item(s, "/r/2", "r2", 102000, "mp3",
	    FIELDS("title=R", "artist=A", "album=R2", "isrc=US-RC1-76-07999"));
	new_item(
	    s, "/r/3", "r3", 109000, "mp3", FIELDS("title=R", "artist=A", "album=R3", "isrc=USRC17607999"));
	new_item(s, "/r/4", "r4", 100000, "mp3", FIELDS("title=R", "artist=A", "album=R4", "mb_trackid=rec"));
	new_item(s, "/r/5", "r5", 900000, "mp3", FIELDS("title=R", "artist=A", "album=R5", "mb_trackid=REC"));
	finish(s);
	CHECK(commit(s, (struct commit_options){ 0 }, &r) == ERR_NONE);
	CHECK(r.tracks == 5);
	CHECK(ask("SELECT count(DISTINCT recording_id) FROM track WHERE title = 'R'") == 3);
}

static void
covers_go_where_they_belong(void)
{
	int64_t s = new_session(NULL), a, b, c;
	struct commit_result r;

	a = new_item(s, "/c/1", "c1", 1000, "mp3", FIELDS("title=1", "artist=C", "album=Covers"));
	b = new_item(s, "/c/2", "c2", 1000, "mp3", FIELDS("title=2", "artist=C", "album=Covers"));
	c = new_item(s, "/c/3", "c3", 1000, "mp3", FIELDS("title=3", "artist=C"));
	new_cover(s, a, "embedded in both", false);
	new_cover(s, b, "embedded in both", false);
	new_cover(s, a, "only in the first", false);
	new_cover(s, b, "folder art", true);
	new_cover(s, c, "folder art", true);
	finish(s);
	CHECK(commit(s, (struct commit_options){ 0 }, &r) == ERR_NONE);
	CHECK(ask("SELECT count(*) FROM cover JOIN release ON release.id = cover.release_id WHERE album = "
		  "'Covers'") == 2);
	CHECK(ask("SELECT count(*) FROM cover JOIN track ON track.id = cover.track_id WHERE artist = 'C'") ==
	    2);
	CHECK(ask("SELECT count(*) FROM blob WHERE suffix = 'jpg'") == 4);
}

static void
a_missing_file_fails_the_session(void)
{
	int64_t s = new_session(NULL), tracks = ask("SELECT count(*) FROM track");
	uint8_t sha256[32];
	char name[BLOB_NAME], path[200];
	struct commit_result r;

	new_item(s, "/g/1", "gone", 1000, "mp3", FIELDS("title=g"));
	new_item(s, "/g/2", "there", 1000, "mp3", FIELDS("title=h"));
	finish(s);
	stage(s, "gone", sha256, "mp3");
	blob_name(name, sha256, "mp3");
	snprintf(path, sizeof path, "staging/s%" PRId64 "/%s", s, name);
	CHECK(unlinkat(db->dirfd, path, 0) == 0);
	CHECK(commit(s, (struct commit_options){ 0 }, &r) == ERR_NOTFOUND);
	CHECK(ask("SELECT count(*) FROM track") == tracks);
	CHECK(ask("SELECT commit_error ->> '$.step' = 'check' FROM session ORDER BY id DESC") == 1);
	stage(s, "gone", sha256, "mp3");
	CHECK(commit(s, (struct commit_options){ .retry = true }, &r) == ERR_NONE);
	CHECK(r.tracks == 2);
}

static void
a_dead_commit_is_taken_over(void)
{
	int64_t s = new_session(NULL);
	struct commit_result r;
	struct blob_staged staged = {
		.session = s, .suffix = "mp3", .size = (int64_t)strlen("taken over"), .fresh = true
	};
	struct checked checked = { 0 };
	uint8_t sha256[32];

	new_item(s, "/t/1", "taken over", 1000, "mp3", FIELDS("title=t"));
	stage(s, "taken over", sha256, "mp3");
	finish(s);
	OK(session_move(db, s, "staged", "committing", &e));
	memcpy(staged.sha256, sha256, sizeof sha256);
	OK(blob_publish(db, &staged, &checked, &e));
	checked_free(&checked);
	CHECK(commit(s, (struct commit_options){ 0 }, &r) == ERR_NONE);
	CHECK(r.tracks == 1);
}

static void
removed_files_stay_out(void)
{
	int64_t s = new_session(NULL), track = ask("SELECT max(id) FROM track");
	struct commit_result r;

	OK(index_forget(db, ask("SELECT id FROM track WHERE title = 't'"), &e));
	OK(sql_exec(db,
	    "UPDATE track SET removed = 1 WHERE title = 't';"
	    "UPDATE file SET state = 'removed' WHERE track_id = (SELECT id FROM track WHERE title = 't');"
	    "INSERT INTO removed (sha256, at, track_id, reason) SELECT sha256, 1, track_id, 'removed'"
	    " FROM blob JOIN file ON file.blob_id = blob.id WHERE state = 'removed'",
	    &e));
	new_item(s, "/t/1", "taken over", 1000, "mp3", FIELDS("title=t"));
	finish(s);
	CHECK(commit(s, (struct commit_options){ 0 }, &r) == ERR_NONE);
	CHECK(r.removed_earlier == 1 && r.tracks == 0);
	s = new_session("{\"again\":true}");
	new_item(s, "/t/1", "taken over", 1000, "mp3", FIELDS("title=t"));
	finish(s);
	CHECK(commit(s, (struct commit_options){ 0 }, &r) == ERR_NONE);
	CHECK(r.tracks == 1 && r.removed_earlier == 0);
	CHECK(ask("SELECT count(*) FROM removed") == 0);
	CHECK(ask("SELECT count(*) FROM track WHERE removed IS NOT NULL") == 0);
	CHECK(ask("SELECT max(id) FROM track") == track);
}

static void
bad_blobs_are_replaced(void)
{
	int64_t s = new_session(NULL);
	uint8_t sha256[32];
	char path[BLOB_PATH];
	struct commit_result r;
	int fd;

	new_item(s, "/b/1", "a blob to heal", 1000, "mp3", FIELDS("title=heal"));
	stage(s, "a blob to heal", sha256, "mp3");
	finish(s);
	blob_path(path, sha256, "mp3");
	fd = openat(db->dirfd, path, O_WRONLY | O_CREAT, 0444);
	CHECK(fd >= 0 && write(fd, "x", 1) == 1);
	close(fd);
	CHECK(commit(s, (struct commit_options){ 0 }, &r) == ERR_NONE);
	OK(blob_check(db, sha256, "mp3", (int64_t)strlen("a blob to heal"), &e));
}

static void
tell_stage(void *context, const char *stage, int64_t done, int64_t total, int64_t bytes)
{
	static const char *last = "";
	int64_t *start = context;

	(void)done, (void)total, (void)bytes;
	if (strcmp(stage, last) != 0)
		printf("  %6" PRId64 " ms %s\n", time_monotonic_ms() - *start, stage);
	last = stage;
}

static int64_t
many(int64_t n, const char *bytes_of, bool same)
{
	int64_t s = new_session(NULL);
	char path[64], bytes[64], title[64], artist[64], album[64], number[64];

	OK(sql_begin(db, &e));
	for (int64_t i = 0; i < n; i++) {
		int64_t k = same ? 0 : i;

		snprintf(path, sizeof path, "/music/%s/%" PRId64 "/%" PRId64 ".mp3", bytes_of, i / 12, i);
		snprintf(bytes, sizeof bytes, "%s %" PRId64, bytes_of, i);
		snprintf(title, sizeof title, "title=Song number %" PRId64, k);
		snprintf(artist, sizeof artist, "artist=The Artist %" PRId64, k / 40);
		snprintf(album, sizeof album, "album=Some Album %" PRId64, k / 12);
		snprintf(number, sizeof number, "track=%" PRId64, k % 12 + 1);
		new_item(s, path, bytes, 200000 + k, "mp3",
		    FIELDS(title, artist, album, number, "date=1999", "genre=Rock", "genre=Pop",
			"composer=Someone", "tracktotal=12", "label=A label", "rg_track_gain=-7.1",
			"comment=a comment", "encoder=Lavf58"));
	}
	OK(sql_commit(db, &e));
	finish(s);
	return s;
}

static void
count_line(void *context, struct buf *line)
{
	(void)line;
	++*(int64_t *)context;
}

static void
measure(int64_t n, bool same, bool late)
{
	struct progress progress = { .report = tell_stage };
	int64_t s = many(n, "bytes", same), start = time_monotonic_ms(), lines = 0, broken = 0;
	const struct commit_options o = { 0 };
	struct session shown = { 0 };
	struct commit_result r;
	struct rusage usage;

	if (late) {
		CHECK(commit(s, (struct commit_options){ 0 }, &r) == ERR_NONE);
		s = many(n, "others", same);
		start = time_monotonic_ms();
	}
	OK(session_load(db, s, &shown, &e));
	OK(report_items(db, &shown, &o, false, count_line, &lines, &broken, &e));
	session_free(&shown);
	CHECK(lines == n + 1 && broken == 0);
	printf("%" PRId64 " items shown: %" PRId64 " ms\n", n, time_monotonic_ms() - start);
	start = time_monotonic_ms();
	progress.context = &start;
	CHECK(commit(s, (struct commit_options){ .progress = &progress }, &r) == ERR_NONE);
	CHECK(r.tracks + r.attached == n && r.tracks == (late ? 0 : same ? 1 : n));
	getrusage(RUSAGE_SELF, &usage);
	printf("%" PRId64 " items: %" PRId64 " ms, %ld MB at most\n", n, time_monotonic_ms() - start,
	    usage.ru_maxrss / 1024);
}

int
main(int argc, char **argv)
{
	char dir[4096], path[4200];

	unit_scratch(dir, sizeof dir);
	snprintf(path, sizeof path, "%s/library", dir);
	OK(db_open(&db, path, DB_CREATE, NULL, NULL, &e));
	if (db == NULL)
		return 1;
	if (argc > 1) {
		measure(strtol(argv[1], NULL, 10), argc > 2 && strcmp(argv[2], "same") == 0,
		    argc > 2 && strcmp(argv[2], "late") == 0);
	} else {
		what_is_written_is_read();
		the_same_bytes_are_duplicates();
		conflicts_follow_the_policy();
		releases_are_grouped();
		recordings_join_releases();
		covers_go_where_they_belong();
		a_missing_file_fails_the_session();
		a_dead_commit_is_taken_over();
		removed_files_stay_out();
		bad_blobs_are_replaced();
	}
	db_close(db);
	return unit_end("commit");
}
