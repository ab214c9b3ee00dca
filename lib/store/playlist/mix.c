/* SPDX-License-Identifier: MIT */
#include "store/playlist/mix.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/playlist/priv.h"
#include "store/sound/sound.h"

/* Columns recording_id, tempo, tone from `at` on. */
static double
read_song(sqlite3_stmt *st, int at, struct mix_song *s)
{
	double bpm = sqlite3_column_double(st, at + 1);
	const char *key = (const char *)sqlite3_column_text(st, at + 2);

	*s = (struct mix_song){ .recording = sqlite3_column_int64(st, at) };
	mix_tempo(s, bpm);
	s->keyed = key != NULL && key_read(key, &s->key);
	return bpm;
}

enum err_code
mix_tags_load(struct db *db, int64_t track, struct mix_tags *t, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT t.recording_id, t.tempo, t.tone, " TRACK_BPM_HEARD ", " TRACK_KEY_HEARD
	    " FROM track t WHERE t.id = ?1",
	    e);
	int step;

	if (st == NULL)
		return e->code;
	sql_int(st, 1, track);
	step = sql_step(db, st, e);
	if (step == 0)
		err_set(e, ERR_NOTFOUND, "there is no track %lld", (long long)track);
	if (step == 1) {
		t->track = track;
		t->bpm = read_song(st, 0, &t->song);
		t->bpm_heard = sqlite3_column_int(st, 3) != 0;
		t->key_heard = sqlite3_column_int(st, 4) != 0;
	}
	sql_done(st);
	return e->code;
}

/* A playlist's rows: those whose tracks are there, then those that are missing. */
struct entries {
	int64_t *row;
	struct mix_song *song;
	uint32_t *order;
	size_t n, there, first;
};

static void
entries_free(struct entries *x)
{
	free(x->row);
	free(x->song);
	free(x->order);
}

static enum err_code
read_entries(struct db *db, int64_t id, int64_t start, struct entries *x, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT x.id, t.id, t.recording_id, t.tempo, t.tone FROM entry x LEFT JOIN track t ON t.removed "
	    "IS NULL AND t.id = " PLAYLIST_TRACK("x") " WHERE x.playlist_id = ?1"
						      " ORDER BY t.id IS NULL, x.position",
	    e);
	int64_t count = 0;

	if (st == NULL || playlist_count(db, id, &count, e) != ERR_NONE)
		return e->code;
	x->row = calloc((size_t)count + 1, sizeof *x->row);
	x->song = calloc((size_t)count + 1, sizeof *x->song);
	x->order = calloc((size_t)count + 1, sizeof *x->order);
	if (x->row == NULL || x->song == NULL || x->order == NULL)
		return err_memory(e);
	x->first = (size_t)count;
	sql_int(st, 1, id);
	while (x->n < (size_t)count && sql_step(db, st, e) > 0) {
		int64_t track = sqlite3_column_int64(st, 1);

		if (track > 0)
			read_song(st, 2, &x->song[x->there++]);
		if (track > 0 && track == start && x->first == (size_t)count)
			x->first = x->n;
		x->row[x->n++] = sqlite3_column_int64(st, 0);
	}
	sql_done(st);
	if (e->code == ERR_NONE && start > 0 && x->first == (size_t)count)
		playlist_lacks(db, id, start, e);
	return e->code;
}

static enum err_code
put_in_order(struct db *db, const struct entries *x, struct err *e)
{
	int64_t *rows = calloc(x->n + 1, sizeof *rows);

	if (rows == NULL)
		return err_memory(e);
	for (size_t i = 0; i < x->n; i++)
		rows[i] = x->row[i < x->there ? x->order[i] : i];
	playlist_put_in_order(db, rows, x->n, e);
	free(rows);
	return e->code;
}

static enum err_code
find_order(struct db *db, int64_t id, int64_t start, struct entries *x, struct err *e)
{
	if (read_entries(db, id, start, x, e) != ERR_NONE)
		return e->code;
	return mix_order(x->song, x->there, start > 0 ? x->first : x->there, x->order, e);
}

static bool
same_rows(const struct entries *x, const struct entries *y)
{
	return x->n == y->n && x->there == y->there && memcmp(x->row, y->row, x->n * sizeof *x->row) == 0;
}

/* Thinking takes seconds, in which others may write: the order is found before the transaction, and again in
 * it only where the playlist has changed meanwhile. */
enum err_code
playlist_mix(struct db *db, int64_t id, int64_t start, struct playlist_change *c, struct err *e)
{
	struct entries x = { 0 }, now = { 0 };
	char data[64];

	snprintf(data, sizeof data, start > 0 ? "{\"mix\":true,\"start\":%lld}" : "{\"mix\":true}",
	    (long long)start);
	if (find_order(db, id, start, &x, e) != ERR_NONE || playlist_begin_entries(db, id, c, e) != ERR_NONE)
		goto out;
	if (read_entries(db, id, start, &now, e) == ERR_NONE && !same_rows(&x, &now)) {
		entries_free(&x);
		x = (struct entries){ 0 };
		find_order(db, id, start, &x, e);
	}
	if (e->code != ERR_NONE || put_in_order(db, &x, e) != ERR_NONE ||
	    playlist_settle(db, "playlist-sort", data, c, e) != ERR_NONE)
		sql_rollback(db);
out:
	entries_free(&x);
	entries_free(&now);
	return e->code;
}
