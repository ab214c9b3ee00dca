/* SPDX-License-Identifier: MIT */
/* How near a file is to what an entry says. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "store/playlist/hunt.h"

enum { NEAR_MS = 3000 };

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
		hunt_fold(h, &h->key, pa, na);
		hunt_fold(h, &h->other, pb, nb);
		if (h->key.len != h->other.len || memcmp(h->key.data, h->other.data, h->key.len) != 0)
			return same;
		same++;
	}
}

/* "01", "Track 07": a name that says nothing. */
static bool
is_telling(const char *name)
{
	size_t n = hunt_stem(name), letters = 0;

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
	score += strcasecmp(path_base(s->path) + hunt_stem(path_base(s->path)),
		     path_base(c->path) + hunt_stem(path_base(c->path))) == 0;
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
	uint64_t hash = hunt_hash(kind, text, len);

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

void
hunt_try(struct hunt *h, const struct candidate *c)
{
	const char *name = path_base(c->path);
	char number[32];

	if (*name != '\0') {
		hunt_fold(h, &h->key, name, hunt_stem(name));
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
