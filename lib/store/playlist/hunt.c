/* Entries without a track, and the files that may be theirs: one pass over the files, however many entries.
 */
#include <inttypes.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/time.h"
#include "store/playlist/import.h"
#include "store/playlist/priv.h"
#include "text/fold.h"

enum { NEAR_MS = 3000 };

/* An entry that is looked for, with the best that was found so far. */
struct sought {
	int64_t entry, duration_ms, start_ms, recording;
	char *path; /* with slashes, or NULL */
	char *mbid;
	int64_t score, track;
	enum playlist_how how;
	bool tie;
};

/* What an entry is known by, hashed: the stem of its file, a title, a recording. */
enum clue_kind { CLUE_STEM = 1, CLUE_TITLE, CLUE_MBID, CLUE_RECORDING };
struct clue {
	uint64_t hash;
	size_t sought;
	char *artist; /* of a title: folded; NULL: unknown */
};

struct hunt {
	struct db *db;
	struct sought *v;
	size_t n, cap;
	struct clue *clue;
	size_t nclues, clue_cap;
	struct buf key, other; /* scratch */
	struct err *e;
};

/* A file that may be somebody's. */
struct candidate {
	const char *path;
	int64_t track, duration_ms, start_ms, recording, part;
	const char *title, *artist, *mbid;
};

const char *
playlist_how_name(enum playlist_how how)
{
	static const char *const names[HOW_COUNT] = { "missing", "path", "name", "suffix", "recording",
		"tags" };

	return names[how];
}

static uint64_t
hash_of(enum clue_kind kind, const char *text, size_t len)
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
	*c = (struct clue){ hash_of(kind, text, len), sought, artist != NULL ? strdup(artist) : NULL };
	if (artist != NULL && c->artist == NULL)
		err_memory(h->e);
}

/* The length of a name without its suffix. */
static size_t
stem_length(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot != NULL && dot > name && strlen(dot) <= 5 ? (size_t)(dot - name) : strlen(name);
}

/* A piece of a path as it folds; what is all signs stays. */
static void
fold_into(struct hunt *h, struct buf *out, const char *s, size_t len)
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

	fold_into(h, &h->key, title, strlen(title));
	if (artist != NULL)
		fold_into(h, &by, artist, strlen(artist));
	add_clue(h, CLUE_TITLE, i, h->key.data, h->key.len, artist != NULL ? by.data : NULL);
	if (artist == NULL)
		for (const char *dash = title; (dash = strstr(dash, " - ")) != NULL; dash += 3) {
			fold_into(h, &by, title, (size_t)(dash - title));
			fold_into(h, &h->key, dash + 3, strlen(dash + 3));
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

		fold_into(h, &h->key, name, stem_length(name));
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

/* Entries whose track is not known, or was removed. */
static enum err_code
read_sought(struct hunt *h, int64_t playlist)
{
#define SOUGHT                                                                                               \
	"SELECT x.id, x.path, x.location, x.title, x.artist, x.duration_ms, x.mb_trackid, x.start_ms,"       \
	" t.recording_id FROM entry x LEFT JOIN track t ON t.id = x.track_id WHERE (?1 = 0 OR"               \
	" x.playlist_id = ?1) AND NOT EXISTS (SELECT 1 FROM found d JOIN track dt ON dt.id = d.track_id AND" \
	" dt.removed IS NULL WHERE d.entry_id = x.id) AND "
	sqlite3_stmt *none = sql_get(h->db, SOUGHT "x.track_id IS NULL", h->e);
	sqlite3_stmt *gone = sql_get(h->db, SOUGHT "t.removed IS NOT NULL", h->e);
	sqlite3_stmt *both[] = { none, gone };

	for (int i = 0; i < 2 && h->e->code == ERR_NONE; i++) {
		sql_int(both[i], 1, playlist);
		while (sql_step(h->db, both[i], h->e) > 0)
			if (add_sought(h, both[i]) != ERR_NONE)
				break;
		sql_done(both[i]);
	}
	return h->e->code;
#undef SOUGHT
}

static int
by_hash(const void *a, const void *b)
{
	const struct clue *x = a, *y = b;

	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

/* The first clue of a hash, or the end. */
static size_t
first_clue(const struct hunt *h, uint64_t hash)
{
	size_t low = 0, high = h->nclues;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (h->clue[mid].hash < hash)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool
is_near(int64_t a, int64_t b)
{
	return a > 0 && b > 0 && a - b <= NEAR_MS && b - a <= NEAR_MS;
}

static void
better(struct sought *s, enum playlist_how how, int64_t score, int64_t track)
{
	if (track == s->track)
		s->score = score > s->score ? score : s->score;
	else if (score > s->score) {
		s->score = score;
		s->track = track;
		s->how = how;
		s->tie = false;
	} else if (score == s->score) {
		s->tie = true;
	}
}

/* The piece of a path that ends at *end; *end moves before it. */
static size_t
last_piece(const char *path, size_t *end, const char **piece)
{
	size_t stop, start;

	while (*end > 0 && path[*end - 1] == '/')
		--*end;
	stop = start = *end;
	while (start > 0 && path[start - 1] != '/')
		start--;
	*piece = path + start;
	*end = start;
	return stop - start;
}

/* How many folders from the end are the same as they fold; *whole: all of both. */
static int
common_folders(struct hunt *h, const char *a, const char *b, bool *whole)
{
	size_t enda = (size_t)(path_base(a) - a), endb = (size_t)(path_base(b) - b);
	int same = 0;

	for (;;) {
		const char *pa, *pb;
		size_t na = last_piece(a, &enda, &pa), nb = last_piece(b, &endb, &pb);

		*whole = na == 0 && nb == 0;
		if (na == 0 || nb == 0)
			return same;
		fold_into(h, &h->key, pa, na);
		fold_into(h, &h->other, pb, nb);
		if (h->key.len != h->other.len || memcmp(h->key.data, h->other.data, h->key.len) != 0)
			return same;
		same++;
	}
}

/* "01", "Track 07": a name that says nothing. */
static bool
is_telling(const char *name)
{
	size_t n = stem_length(name), letters = 0;

	for (size_t i = 0; i < n; i++)
		letters += (unsigned char)name[i] >= 0x80 || isalpha((unsigned char)name[i]);
	return letters > 0 && strncasecmp(name, "track", 5) != 0;
}

static void
try_path(struct hunt *h, struct sought *s, const struct candidate *c)
{
	bool whole, near = is_near(s->duration_ms, c->duration_ms);
	bool far = s->duration_ms > 0 && c->duration_ms > 0 && !near;
	int folders;
	int64_t score;

	if (s->path == NULL || (c->part > 1 && s->start_ms == 0))
		return;
	folders = common_folders(h, s->path, c->path, &whole);
	if (folders == 0 && (far || (!near && !is_telling(path_base(s->path)))))
		return;
	score = 1000000 + (whole ? 1000000 : 0) + (folders < 100 ? folders : 100) * 1000 + (near ? 100 : 0);
	score += strcasecmp(path_base(s->path) + stem_length(path_base(s->path)),
		     path_base(c->path) + stem_length(path_base(c->path))) == 0;
	if (c->part > 0)
		score += c->start_ms == s->start_ms ? 10 : 0;
	better(s, whole ? HOW_NAME : HOW_SUFFIX, score, c->track);
}

static void
try_title(struct sought *s, const struct clue *clue, const struct candidate *c)
{
	int64_t apart = s->duration_ms > c->duration_ms ? s->duration_ms - c->duration_ms
							: c->duration_ms - s->duration_ms;
	bool known = s->duration_ms > 0 && c->duration_ms > 0;

	if (known && apart > NEAR_MS)
		return;
	if (clue->artist == NULL && !known)
		return;
	if (clue->artist != NULL && strcmp(clue->artist, c->artist) != 0)
		return;
	/* of several that are as near the first does */
	better(s, HOW_TAGS, (clue->artist != NULL ? 20000 : 10000) + (known ? NEAR_MS - apart : 0), c->track);
}

static void
try_clues(struct hunt *h, enum clue_kind kind, const char *text, size_t len, const struct candidate *c)
{
	uint64_t hash = hash_of(kind, text, len);

	for (size_t i = first_clue(h, hash); i < h->nclues && h->clue[i].hash == hash; i++) {
		struct sought *s = &h->v[h->clue[i].sought];

		if (kind == CLUE_STEM)
			try_path(h, s, c);
		else if (kind == CLUE_TITLE)
			try_title(s, &h->clue[i], c);
		else
			better(s, HOW_RECORDING, 3000000 + is_near(s->duration_ms, c->duration_ms), c->track);
	}
}

static void
try_candidate(struct hunt *h, const struct candidate *c)
{
	const char *name = path_base(c->path);
	char number[32];

	if (*name != '\0') {
		fold_into(h, &h->key, name, stem_length(name));
		if (h->e->code == ERR_NONE)
			try_clues(h, CLUE_STEM, h->key.data, h->key.len, c);
	}
	if (*c->title != '\0')
		try_clues(h, CLUE_TITLE, c->title, strlen(c->title), c);
	if (*c->mbid != '\0')
		try_clues(h, CLUE_MBID, c->mbid, strlen(c->mbid), c);
	snprintf(number, sizeof number, "%" PRId64, c->recording);
	try_clues(h, CLUE_RECORDING, number, strlen(number), c);
}

static const char *
text_at(sqlite3_stmt *st, int col)
{
	const char *text = (const char *)sqlite3_column_text(st, col);

	return text != NULL ? text : "";
}

static enum err_code
try_files(struct hunt *h, int64_t session)
{
	static const char columns[] =
	    "f.track_id, coalesce(f.duration_ms, t.duration_ms), f.start_ms, f.part,"
	    " t.title_key, t.artist_key, t.recording_id, g.mb_trackid";
	struct buf sql = { 0 }, path = { 0 };
	sqlite3_stmt *st = NULL;

	buf_printf(&sql,
	    "SELECT f.source, %s FROM file f JOIN track t ON t.id = f.track_id JOIN recording g ON"
	    " g.id = t.recording_id WHERE f.state = 'ok' AND t.removed IS NULL%s",
	    columns, session != 0 ? " AND f.session_id = ?1" : "");
	if (session == 0) /* the other places that the same bytes were seen at */
		buf_printf(&sql,
		    " UNION ALL SELECT s.path, %s FROM source s JOIN blob b ON b.sha256 = s.sha256 JOIN file "
		    "f ON"
		    " f.blob_id = b.id JOIN track t ON t.id = f.track_id JOIN recording g ON g.id ="
		    " t.recording_id WHERE f.state = 'ok' AND t.removed IS NULL AND s.path IS NOT f.source",
		    columns);
	if (buf_ok(&sql, h->e) == ERR_NONE)
		st = sql_prepare(h->db, sql.data, h->e);
	if (st != NULL && session != 0)
		sql_int(st, 1, session);
	while (st != NULL && h->e->code == ERR_NONE && sql_step(h->db, st, h->e) > 0) {
		struct candidate c;

		buf_clear(&path);
		buf_add(&path, sqlite3_column_blob(st, 0), (size_t)sqlite3_column_bytes(st, 0));
		if (buf_ok(&path, h->e) != ERR_NONE)
			break;
		c = (struct candidate){ path.data != NULL ? path.data : "", sqlite3_column_int64(st, 1),
			sqlite3_column_int64(st, 2), sqlite3_column_int64(st, 3), sqlite3_column_int64(st, 7),
			sqlite3_column_int64(st, 4), text_at(st, 5), text_at(st, 6), text_at(st, 8) };
		try_candidate(h, &c);
	}
	sqlite3_finalize(st);
	buf_free(&sql);
	buf_free(&path);
	return h->e->code;
}

/* Two that are as good by their places decide nothing; of two with the same names the first does. */
static enum err_code
write_found(struct hunt *h)
{
	for (size_t i = 0; i < h->n && h->e->code == ERR_NONE; i++) {
		const struct sought *s = &h->v[i];
		sqlite3_stmt *st;

		if (s->track == 0 || (s->tie && (s->how == HOW_SUFFIX || s->how == HOW_NAME)))
			continue;
		st = sql_get(h->db,
		    "INSERT INTO found(entry_id, track_id, how, at) VALUES (?1, ?2, ?3, ?4)"
		    " ON CONFLICT(entry_id) DO UPDATE SET track_id = excluded.track_id, how = excluded.how,"
		    " at = excluded.at",
		    h->e);
		if (st == NULL)
			break;
		sql_int(st, 1, s->entry);
		sql_int(st, 2, s->track);
		sql_text(st, 3, playlist_how_name(s->how));
		sql_int(st, 4, time_now());
		sql_run(h->db, st, h->e);
	}
	return h->e->code;
}

static void
hunt_free(struct hunt *h)
{
	for (size_t i = 0; i < h->n; i++) {
		free(h->v[i].path);
		free(h->v[i].mbid);
	}
	for (size_t i = 0; i < h->nclues; i++)
		free(h->clue[i].artist);
	free(h->v);
	free(h->clue);
	buf_free(&h->key);
	buf_free(&h->other);
}

enum err_code
playlist_hunt(struct db *db, int64_t playlist, int64_t session, struct err *e)
{
	struct hunt h = { .db = db, .e = e };

	if (read_sought(&h, playlist) == ERR_NONE && h.nclues > 0) {
		qsort(h.clue, h.nclues, sizeof *h.clue, by_hash);
		if (try_files(&h, session) == ERR_NONE)
			write_found(&h);
	}
	hunt_free(&h);
	return e->code;
}
