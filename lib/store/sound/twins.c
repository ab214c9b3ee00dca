/* SPDX-License-Identifier: MIT */
#include "store/sound/twins.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/out.h"
#include "store/sound/print.h"
#include "store/sql.h"
#include "worker/sound.h"

enum { CANDIDATES = 64, COMMON = 1000, APART_MS = 7000 };

static int
by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* The numbers to be looked up, each once. */
static size_t
keys_of(const uint32_t *print, size_t n, uint32_t *keys)
{
	size_t count = 0, distinct = 0;

	for (size_t i = 0; i < n; i++)
		if (print_is_key(print[i], n))
			keys[count++] = print[i];
	qsort(keys, count, sizeof *keys, by_number);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || keys[i] != keys[i - 1])
			keys[distinct++] = keys[i];
	return distinct;
}

static enum err_code
index_print(struct db *db, int64_t sound, const uint32_t *keys, size_t n, struct err *e)
{
	if (sql_change(db, "DELETE FROM print_word WHERE sound_id = ?1", &sound, 1, e) != ERR_NONE)
		return e->code;
	for (size_t i = 0; i < n && e->code == ERR_NONE; i++)
		sql_change(db, "INSERT INTO print_word(word, sound_id) VALUES (?1, ?2)",
		    (const int64_t[]){ keys[i], sound }, 2, e);
	return e->code;
}

/* Sounds that have two of these numbers, and are as long; those with most of them.  A number that very many
 * have, as that of silence, says nothing. */
static int
find_candidates(
    struct db *db, int64_t sound, const uint32_t *keys, size_t n, int64_t found[CANDIDATES], struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT w.sound_id FROM json_each(?1) k CROSS JOIN print_word w ON w.word = k.value JOIN sound s"
	    " ON s.id = w.sound_id WHERE s.id <> ?2"
	    " AND (SELECT count(*) FROM (SELECT 1 FROM print_word x WHERE x.word = k.value LIMIT ?5)) < ?5"
	    " AND abs(s.duration_ms - (SELECT duration_ms FROM sound WHERE id = ?2)) < ?3"
	    " GROUP BY 1 HAVING count(*) >= 2 ORDER BY count(*) DESC LIMIT ?4",
	    e);
	struct buf b = { 0 };
	int count = 0;

	if (st == NULL)
		return 0;
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%c%" PRIu32, i > 0 ? ',' : '[', keys[i]);
	buf_puts(&b, n > 0 ? "]" : "[]");
	if (buf_ok(&b, e) == ERR_NONE) {
		sql_text(st, 1, b.data);
		sql_int(st, 2, sound);
		sql_int(st, 3, APART_MS);
		sql_int(st, 4, CANDIDATES);
		sql_int(st, 5, COMMON);
		while (count < CANDIDATES && sql_step(db, st, e) == 1)
			found[count++] = sqlite3_column_int64(st, 0);
	}
	sql_done(st);
	buf_free(&b);
	return count;
}

/* The numbers of what is kept of a sound, each once. */
static enum err_code
kept_keys(struct db *db, int64_t sound, uint32_t keys[SOUND_PRINT_MAX], size_t *n, struct err *e)
{
	static uint32_t print[SOUND_PRINT_MAX];
	sqlite3_stmt *st = sql_get(db, "SELECT print FROM sound_detail WHERE sound_id = ?1", e);
	size_t len = 0;

	if (st == NULL)
		return e->code;
	sql_int(st, 1, sound);
	if (sql_step(db, st, e) == 1) {
		len = (size_t)sqlite3_column_bytes(st, 0) / sizeof *print;
		len = len < SOUND_PRINT_MAX ? len : SOUND_PRINT_MAX;
		if (len > 0)
			memcpy(print, sqlite3_column_blob(st, 0), len * sizeof *print);
	}
	sql_done(st);
	*n = keys_of(print, len, keys);
	return e->code;
}

int
twins_indexed(struct db *db, int64_t sound, struct err *e)
{
	uint32_t keys[SOUND_PRINT_MAX];
	sqlite3_stmt *st = sql_get(db, "SELECT word FROM print_word WHERE sound_id = ?1 ORDER BY word", e);
	size_t n = 0, i = 0;
	bool same = true;

	if (st == NULL || kept_keys(db, sound, keys, &n, e) != ERR_NONE)
		return -1;
	sql_int(st, 1, sound);
	while (same && sql_step(db, st, e) == 1)
		same = i < n && sqlite3_column_int64(st, 0) == keys[i++];
	sql_done(st);
	return e->code != ERR_NONE ? -1 : same && i == n;
}

enum err_code
twins_index(struct db *db, int64_t sound, struct err *e)
{
	uint32_t keys[SOUND_PRINT_MAX];
	size_t n = 0;

	if (kept_keys(db, sound, keys, &n, e) == ERR_NONE)
		index_print(db, sound, keys, n, e);
	return e->code;
}

/* 1: of one recording with the sound of that number, whose group is *group. */
static int
is_twin(struct db *db, int64_t other, const uint32_t *print, size_t n, int64_t *group, struct err *e)
{
	static uint32_t theirs[SOUND_PRINT_MAX];
	sqlite3_stmt *st = sql_get(db,
	    "SELECT d.print, coalesce(s.twin, s.id) FROM sound_detail d JOIN sound s ON s.id = d.sound_id "
	    "WHERE s.id = ?1",
	    e);
	size_t len;
	int step, twin = 0;

	if (st == NULL)
		return -1;
	sql_int(st, 1, other);
	step = sql_step(db, st, e);
	if (step == 1) {
		len = (size_t)sqlite3_column_bytes(st, 0) / sizeof *theirs;
		len = len < SOUND_PRINT_MAX ? len : SOUND_PRINT_MAX;
		if (len > 0)
			memcpy(theirs, sqlite3_column_blob(st, 0), len * sizeof *theirs);
		*group = sqlite3_column_int64(st, 1);
		twin = print_same(print, n, theirs, len);
	}
	sql_done(st);
	return step < 0 ? -1 : twin;
}

/* Two groups become one. */
static enum err_code
join(struct db *db, int64_t group, int64_t sound, struct err *e)
{
	const int64_t args[] = { group, sound };

	if (sql_change(db,
		"UPDATE track SET sound_group = ?1 WHERE sound_group = (SELECT coalesce(twin, id) FROM sound "
		"WHERE id = ?2)",
		args, 2, e) != ERR_NONE)
		return e->code;
	return sql_change(db,
	    "UPDATE sound SET twin = ?1 WHERE id IN (?1, ?2) OR twin = (SELECT twin FROM sound WHERE id = "
	    "?2)",
	    args, 2, e);
}

enum err_code
twins_find(struct db *db, int64_t sound, const uint32_t *print, size_t n, struct err *e)
{
	uint32_t keys[SOUND_PRINT_MAX];
	int64_t candidate[CANDIDATES], group = 0;
	size_t nkeys = keys_of(print, n, keys);
	int found;

	if (index_print(db, sound, keys, nkeys, e) != ERR_NONE)
		return e->code;
	found = find_candidates(db, sound, keys, nkeys, candidate, e);
	for (int i = 0; i < found && e->code == ERR_NONE; i++)
		if (is_twin(db, candidate[i], print, n, &group, e) > 0)
			join(db, group, sound, e);
	return e->code;
}

enum err_code
twins_group(struct db *db, const struct sound_job *sound, int64_t *group, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT coalesce(twin, id) FROM sound WHERE hash = ?1 AND start_ms = ?2 AND length_ms = ?3"
	    " AND fingerprint_version > 0 AND error IS NULL",
	    e);

	*group = 0;
	if (st == NULL)
		return e->code;
	sql_bytes(st, 1, sound->hash, sizeof sound->hash);
	sql_int(st, 2, sound->task.start_ms);
	sql_int(st, 3, sound->task.length_ms);
	if (sql_step(db, st, e) == 1)
		*group = sqlite3_column_int64(st, 0);
	sql_done(st);
	return e->code;
}

/* Whole before damaged, lossless before lossy, then by bit rate and depth, as a commit prefers files. */
static const char doubles[] =
    "SELECT t.sound_group, t.id, t.artist, t.title, r.album, f.format, f.codec, ifnull(f.bitrate, 0), b.size"
    " FROM track t JOIN release r ON r.id = t.release_id"
    " JOIN file f ON f.track_id = t.id AND f.preferred JOIN blob b ON b.id = f.blob_id"
    " WHERE t.removed IS NULL AND EXISTS (SELECT 1 FROM track o"
    " WHERE o.sound_group = t.sound_group AND o.id <> t.id AND o.removed IS NULL)"
    " ORDER BY t.sound_group, f.state <> 'ok' OR f.damaged OR EXISTS (SELECT 1 FROM file_sound x JOIN sound s"
    " USING (hash, start_ms, length_ms) WHERE x.file_id = f.id AND s.damage IS NOT NULL),"
    " ifnull(f.codec, f.format) NOT IN"
    " ('flac', 'alac', 'pcm', 'ape', 'wavpack', 'tta', 'dsd', 'wav', 'aiff'),"
    " f.bitrate DESC, f.bitdepth DESC, t.id";

static void
add_line(sqlite3_stmt *st, bool json, bool keep, char end, struct buf *b)
{
	static const char *const names[] = { "artist", "title", "album", "format", "codec" };

	if (json) {
		json_open(b, "duplicate");
		json_int(b, "group", sqlite3_column_int64(st, 0));
		json_bool(b, "keep", keep);
		json_int(b, "track", sqlite3_column_int64(st, 1));
	} else {
		buf_printf(b, "%lld\t%s\t%lld", (long long)sqlite3_column_int64(st, 0),
		    keep ? "keep" : "drop", (long long)sqlite3_column_int64(st, 1));
	}
	for (int i = 0; i < 5; i++) {
		const char *text = (const char *)sqlite3_column_text(st, 2 + i);
		size_t len = (size_t)sqlite3_column_bytes(st, 2 + i);

		if (json && text != NULL)
			json_text_n(b, names[i], text, len);
		if (!json)
			buf_putc(b, '\t');
		if (!json && end == '\0')
			buf_add(b, text != NULL ? text : "", len);
		else if (!json)
			out_escape(b, text != NULL ? text : "", len);
	}
	if (json) {
		json_int(b, "bitrate", sqlite3_column_int64(st, 7));
		json_int(b, "size", sqlite3_column_int64(st, 8));
		json_close(b);
	} else {
		buf_printf(b, "\t%lld\t%lld", (long long)sqlite3_column_int64(st, 7),
		    (long long)sqlite3_column_int64(st, 8));
	}
}

enum err_code
twins_list(struct db *db, bool json, char end, void (*line)(void *context, struct buf *line), void *context,
    struct twins_sum *sum, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, doubles, e);
	int64_t last = 0;

	*sum = (struct twins_sum){ 0 };
	if (st == NULL)
		return e->code;
	while (e->code == ERR_NONE && sql_step(db, st, e) == 1) {
		int64_t group = sqlite3_column_int64(st, 0);
		struct buf b = { 0 };

		sum->groups += group != last;
		sum->drops += group == last;
		sum->bytes += group == last ? sqlite3_column_int64(st, 8) : 0;
		add_line(st, json, group != last, end, &b);
		last = group;
		if (buf_ok(&b, e) == ERR_NONE)
			line(context, &b);
		buf_free(&b);
	}
	sql_done(st);
	return e->code;
}
