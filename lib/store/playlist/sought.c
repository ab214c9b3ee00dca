/* SPDX-License-Identifier: MIT */
/* What is known of the entries that are looked for. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "store/playlist/hunt.h"
#include "text/fold.h"

uint64_t
hunt_hash(enum clue_kind kind, const char *text, size_t len)
{
	return (uint64_t)fold_hash(text, len) * 31 + kind;
}

static void
add_clue(struct hunt *h, enum clue_kind kind, size_t sought, const char *text, size_t len, const char *artist)
{
	struct clue *c;

	if (len == 0 || h->e->code != ERR_NONE)
		return;
	if (h->nclues == h->clue_cap) {
		size_t cap = h->clue_cap > 0 ? 2 * h->clue_cap : 256;
		struct clue *more = realloc(h->clue, cap * sizeof *more);

		if (more == NULL) {
			err_memory(h->e);
			return;
		}
		h->clue = more;
		h->clue_cap = cap;
	}
	c = &h->clue[h->nclues++];
	*c = (struct clue){ hunt_hash(kind, text, len), sought, artist != NULL ? strdup(artist) : NULL };
	if (artist != NULL && c->artist == NULL)
		err_memory(h->e);
}

size_t
hunt_stem(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot != NULL && dot > name && strlen(dot) <= 5 ? (size_t)(dot - name) : strlen(name);
}

void
hunt_fold(struct hunt *h, struct buf *out, const char *s, size_t len)
{
	buf_clear(out);
	fold(out, s, len, h->e);
	buf_add(out, "", 0);
	if (buf_ok(out, h->e) == ERR_NONE && out->len == 0)
		buf_add(out, s, len);
}

/* "Artist - Title" may be cut at any of its dashes. */
static void
title_clues(struct hunt *h, size_t i, const char *title, const char *artist)
{
	struct buf by = { 0 };

	hunt_fold(h, &h->key, title, strlen(title));
	if (artist != NULL)
		hunt_fold(h, &by, artist, strlen(artist));
	add_clue(h, CLUE_TITLE, i, h->key.data, h->key.len, artist != NULL ? by.data : NULL);
	if (artist == NULL)
		for (const char *dash = title; (dash = strstr(dash, " - ")) != NULL; dash += 3) {
			hunt_fold(h, &by, title, (size_t)(dash - title));
			hunt_fold(h, &h->key, dash + 3, strlen(dash + 3));
			add_clue(h, CLUE_TITLE, i, h->key.data, h->key.len, by.data);
		}
	buf_free(&by);
}

static char *
copy_column(struct hunt *h, sqlite3_stmt *st, int col)
{
	const void *bytes = sqlite3_column_blob(st, col);
	int len = sqlite3_column_bytes(st, col);
	char *copy;

	if (bytes == NULL)
		return NULL;
	copy = strndup(bytes, (size_t)len);
	if (copy == NULL)
		err_memory(h->e);
	return copy;
}

static bool
is_remote(const char *place)
{
	return strstr(place, "://") != NULL && strncmp(place, "file:", 5) != 0;
}

/* A place of another system, or a path: with slashes, without a scheme. */
static char *
path_of(struct hunt *h, sqlite3_stmt *st)
{
	char *path = copy_column(h, st, 1);

	if (path == NULL)
		path = copy_column(h, st, 2);
	if (path != NULL && is_remote(path)) {
		free(path);
		return NULL;
	}
	for (char *s = path; s != NULL && *s != '\0'; s++)
		if (*s == '\\')
			*s = '/';
	return path;
}

static enum err_code
add_sought(struct hunt *h, sqlite3_stmt *st)
{
	struct sought *s;
	char *title, *artist, number[32];
	size_t i = h->n;

	if (h->n == h->cap) {
		size_t cap = h->cap > 0 ? 2 * h->cap : 64;
		struct sought *more = realloc(h->v, cap * sizeof *more);

		if (more == NULL)
			return err_memory(h->e);
		h->v = more;
		h->cap = cap;
	}
	s = &h->v[h->n++];
	*s = (struct sought){ .entry = sqlite3_column_int64(st, 0),
		.path = path_of(h, st),
		.duration_ms = sqlite3_column_int64(st, 5),
		.start_ms = sqlite3_column_int64(st, 7),
		.recording = sqlite3_column_int64(st, 8) };
	title = copy_column(h, st, 3);
	artist = copy_column(h, st, 4);
	s->mbid = copy_column(h, st, 6);
	if (s->path != NULL) {
		const char *name = path_base(s->path);

		hunt_fold(h, &h->key, name, hunt_stem(name));
		add_clue(h, CLUE_STEM, i, h->key.data, h->key.len, NULL);
	}
	/* a stream stays one, unless the file says apart who plays what */
	if (title != NULL && (artist != NULL || s->path != NULL || sqlite3_column_type(st, 2) == SQLITE_NULL))
		title_clues(h, i, title, artist);
	if (s->mbid != NULL)
		add_clue(h, CLUE_MBID, i, s->mbid, strlen(s->mbid), NULL);
	if (s->recording != 0) {
		snprintf(number, sizeof number, "%" PRId64, s->recording);
		add_clue(h, CLUE_RECORDING, i, number, strlen(number), NULL);
	}
	free(title);
	free(artist);
	return h->e->code;
}

static int
by_hash(const void *a, const void *b)
{
	const struct clue *x = a, *y = b;

	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

enum err_code
hunt_read(struct hunt *h, int64_t playlist, bool gone)
{
#define SOUGHT                                                                                               \
	"SELECT x.id, x.path, x.location, x.title, x.artist, x.duration_ms, x.mb_trackid, x.start_ms,"       \
	" t.recording_id FROM entry x LEFT JOIN track t ON t.id = x.track_id WHERE (?1 = 0 OR"               \
	" x.playlist_id = ?1) AND NOT EXISTS (SELECT 1 FROM found d JOIN track dt ON dt.id = d.track_id AND" \
	" dt.removed IS NULL WHERE d.entry_id = x.id) AND "
	sqlite3_stmt *none = sql_get(h->db, SOUGHT "x.track_id IS NULL", h->e);
	sqlite3_stmt *removed = gone ? sql_get(h->db, SOUGHT "t.removed IS NOT NULL", h->e) : NULL;
	sqlite3_stmt *both[] = { none, removed };

	for (int i = 0; i < 1 + gone && h->e->code == ERR_NONE; i++) {
		sql_int(both[i], 1, playlist);
		while (sql_step(h->db, both[i], h->e) > 0)
			if (add_sought(h, both[i]) != ERR_NONE)
				break;
		sql_done(both[i]);
	}
	if (h->nclues > 0)
		qsort(h->clue, h->nclues, sizeof *h->clue, by_hash);
	return h->e->code;
#undef SOUGHT
}
