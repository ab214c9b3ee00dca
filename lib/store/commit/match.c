/* SPDX-License-Identifier: MIT */
#include "store/commit/match.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "store/commit/similar.h"
#include "text/fold.h"

enum { PIECE_STRINGS = 15 };

static bool
both(const char *a, const char *b)
{
	return *a != '\0' && *b != '\0';
}

bool
match_differ(const char *a, const char *b)
{
	return both(a, b) && strcmp(a, b) != 0;
}

/* Is the name, or for a single letter the initial of one, among these words? */
static bool
names(const char *list, const char *word, size_t len)
{
	while (*list != '\0') {
		size_t n = strcspn(list, " ");

		if ((n == len && memcmp(list, word, len) == 0) || ((n == 1 || len == 1) && *list == *word))
			return true;
		list += n;
		list += *list == ' ';
	}
	return false;
}

static bool
all_named(const char *list, const char *words)
{
	while (*words != '\0') {
		size_t n = strcspn(words, " ");

		if (!names(list, words, n))
			return false;
		words += n;
		words += *words == ' ';
	}
	return true;
}

/* "lennon mccartney" and "john lennon paul mccartney", "j s bach" and "bach" may be the same people. */
static bool
other_people(const char *a, const char *b)
{
	return both(a, b) && !all_named(a, b) && !all_named(b, a);
}

static bool
artists_agree(const char *a, const char *b)
{
	char *x, *y;
	bool same;

	if (strcmp(a, b) == 0)
		return true;
	x = strndup(a, similar_artist_len(a));
	y = strndup(b, similar_artist_len(b));
	same = x != NULL && y != NULL;
	if (same) {
		struct buf one = { 0 }, other = { 0 };

		similar_name(&one, x);
		similar_name(&other, y);
		same = !one.failed && !other.failed && one.len == other.len &&
		    memcmp(one.data, other.data, one.len) == 0;
		buf_free(&one);
		buf_free(&other);
	}
	free(x);
	free(y);
	return same;
}

/* Is this the '#' of "in C# minor", not that of "#1"? */
static bool
is_sharp(const char *title, const char *at)
{
	return at > title && at[-1] >= 'A' && at[-1] <= 'G' && (at - 1 == title || at[-2] == ' ');
}

char *
match_signs(const char *title)
{
	struct buf signs = { 0 };

	buf_puts(&signs, "");
	for (const char *at = title; at != NULL && *at != '\0'; at++)
		if (strncmp(at, "\u266f", 3) == 0 || (*at == '#' && is_sharp(title, at)))
			buf_putc(&signs, '#');
		else if (strncmp(at, "\u266d", 3) == 0)
			buf_putc(&signs, 'b');
	if (signs.failed) {
		buf_free(&signs);
		return NULL;
	}
	return signs.data != NULL ? buf_detach(&signs) : strdup("");
}

static bool
other_disc(const struct piece *a, const struct piece *b)
{
	return a->disc > 0 && b->disc > 0 && a->disc != b->disc;
}

static bool
same_number(const struct piece *a, const struct piece *b)
{
	return a->track == b->track && (a->disc > 1 ? a->disc : 1) == (b->disc > 1 ? b->disc : 1);
}

/* What speaks against two pieces of equal titles and length. */
static bool
evidence_against(const struct piece *a, const struct piece *b)
{
	bool labels = match_differ(a->label, b->label);

	if (other_disc(a, b) || match_differ(a->position, b->position) || strcmp(a->signs, b->signs) != 0)
		return true;
	if (other_people(a->composer, b->composer) || match_differ(a->work, b->work))
		return true;
	return labels &&
	    (strcmp(a->title, b->title) != 0 || match_differ(a->catalognumber, b->catalognumber));
}

enum same
match_same_place(const struct piece *a, const struct piece *b)
{
	int64_t apart_ms = a->duration_ms > b->duration_ms ? a->duration_ms - b->duration_ms
							   : b->duration_ms - a->duration_ms;
	bool numbered = a->track > 0 && b->track > 0;

	if (!both(a->title, b->title) || !both(a->artist, b->artist))
		return SAME_NOT;
	if (match_differ(a->mb_albumid, b->mb_albumid) || match_differ(a->mb_trackid, b->mb_trackid))
		return SAME_NOT;
	if (both(a->mb_releasetrackid, b->mb_releasetrackid))
		return strcmp(a->mb_releasetrackid, b->mb_releasetrackid) == 0 ? SAME_PLACE_ID : SAME_NOT;
	if (numbered && !same_number(a, b))
		return SAME_NOT;
	if (both(a->mb_trackid, b->mb_trackid)) /* equal here */
		return numbered || strcmp(a->told, b->told) == 0 ? SAME_RECORDING_ID : SAME_NOT;
	if (a->sound != 0 && a->sound == b->sound && !other_disc(a, b) &&
	    !match_differ(a->position, b->position) && (numbered || strcmp(a->told, b->told) == 0))
		return SAME_SOUND;
	if (a->duration_ms <= 0 || b->duration_ms <= 0 || apart_ms > MATCH_MS)
		return SAME_NOT;
	/* without an album there is no place: only the very same title is the same piece */
	if (strcmp(*a->album != '\0' ? a->told : a->title, *a->album != '\0' ? b->told : b->title) != 0 ||
	    evidence_against(a, b))
		return SAME_NOT;
	if (numbered)
		return SAME_NUMBER;
	return artists_agree(a->artist, b->artist) ? SAME_TITLE : SAME_NOT;
}

static const struct {
	const char *name, *words;
} reasons[] = { [SAME_NOT] = { "", "" },
	[SAME_PLACE_ID] = { "place-id", "the same MusicBrainz place" },
	[SAME_RECORDING_ID] = { "recording-id", "the same MusicBrainz recording" },
	[SAME_SOUND] = { "sound", "the same sound, by its fingerprint" },
	[SAME_NUMBER] = { "number", "the same number, title and length" },
	[SAME_TITLE] = { "title", "the same title, artist and length" } };

const char *
same_name(enum same why)
{
	return reasons[why].name;
}

const char *
same_words(enum same why)
{
	return reasons[why].words;
}

static int64_t
number(const char *text)
{
	char *end;
	long n;

	if (text == NULL)
		return 0;
	n = strtol(text, &end, 10);
	return end == text || *end != '\0' || n < 0 || n > 1000000 ? 0 : n;
}

static char *
lower(const char *text)
{
	char *s = strdup(text != NULL ? text : "");

	for (char *p = s; p != NULL && *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return s;
}

/* All values of a field, folded; the values' order is no difference that a listener would hear of, but
 * taggers keep it. */
static char *
folded(const struct record *r, enum field field)
{
	struct buf all = { 0 };
	char *key = NULL;

	for (size_t i = 0; i < r->nvalues; i++)
		if (r->values[i].field == field) {
			if (all.len > 0)
				buf_putc(&all, ' ');
			buf_puts(&all, r->values[i].value);
		}
	if (!all.failed)
		key = fold_key(all.data);
	buf_free(&all);
	return key;
}

static char *
folded_first(const struct record *r, enum field field, enum field other)
{
	const char *value = record_get(r, field);

	if (value != NULL && *value != '\0')
		return fold_key(value);
	return folded(r, other);
}

/* Numbers are written with blanks and without. */
static char *
packed(char *key)
{
	char *to = key;

	for (const char *at = key; at != NULL && *at != '\0'; at++)
		if (*at != ' ')
			*to++ = *at;
	if (to != NULL)
		*to = '\0';
	return key;
}

char *
match_words(const char *value)
{
	return fold_key(value);
}

char *
match_number(const char *value)
{
	return packed(fold_key(value));
}

/* The telling words of a key, which is freed. */
static char *
told(char *key)
{
	char *words = key != NULL ? similar(similar_title, key) : NULL;

	free(key);
	return words;
}

/* The strings of a piece, for what is done with each of them. */
static void
strings(struct piece *p, char **list[PIECE_STRINGS])
{
	char **all[PIECE_STRINGS] = { &p->title, &p->told, &p->artist, &p->album, &p->albumartist,
		&p->composer, &p->work, &p->label, &p->catalognumber, &p->barcode, &p->mb_albumid,
		&p->mb_trackid, &p->mb_releasetrackid, &p->signs, &p->position };

	memcpy(list, all, sizeof all);
}

enum err_code
piece_of_record(struct piece *p, const struct record *r, struct err *e)
{
	struct piece new = {
		.title = fold_key(record_get(r, F_TITLE)),
		.told = told(fold_key(record_get(r, F_TITLE))),
		.signs = match_signs(record_get(r, F_TITLE)),
		.position = lower(record_get(r, F_POSITION)),
		.artist = folded_first(r, F_ARTIST, F_ARTISTS),
		.album = fold_key(record_get(r, F_ALBUM)),
		.albumartist = folded_first(r, F_ALBUMARTIST, F_ALBUMARTISTS),
		.composer = folded(r, F_COMPOSER),
		.work = told(fold_key(record_get(r, F_WORK))),
		.label = match_words(record_get(r, F_LABEL)),
		.catalognumber = match_number(record_get(r, F_CATALOGNUMBER)),
		.barcode = match_number(record_get(r, F_BARCODE)),
		.mb_albumid = lower(record_get(r, F_MB_ALBUMID)),
		.mb_trackid = lower(record_get(r, F_MB_TRACKID)),
		.mb_releasetrackid = lower(record_get(r, F_MB_RELEASETRACKID)),
		.disc = number(record_get(r, F_DISC)),
		.track = number(record_get(r, F_TRACK)),
		.duration_ms = r->duration_ms,
	};
	char **list[PIECE_STRINGS];

	strings(&new, list);
	for (size_t i = 0; i < PIECE_STRINGS; i++)
		if (*list[i] == NULL) {
			piece_free(&new);
			return err_memory(e);
		}
	piece_free(p);
	*p = new;
	return ERR_NONE;
}

void
piece_free(struct piece *p)
{
	char **list[PIECE_STRINGS];

	strings(p, list);
	for (size_t i = 0; i < PIECE_STRINGS; i++)
		free(*list[i]);
	*p = (struct piece){ 0 };
}

static bool
one_of(const char *word, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(word, *list) == 0)
			return true;
	return false;
}

struct quality
quality_of(const char *format, const char *codec, int64_t bitrate, int64_t bitdepth)
{
	static const char *const codecs[] = { "flac", "alac", "pcm", "ape", "wavpack", "tta", "dsd", NULL };
	static const char *const formats[] = { "flac", "wav", "aiff", "ape", "wavpack", "tta", "dsf", "dff",
		NULL };
	bool lossless = codec != NULL && *codec != '\0' ? one_of(codec, codecs) : one_of(format, formats);

	return (struct quality){ lossless, bitrate, bitdepth, false };
}

bool
quality_better(const struct quality *a, const struct quality *b)
{
	if (a->damaged != b->damaged)
		return b->damaged;
	if (a->lossless != b->lossless)
		return a->lossless;
	if (a->bitrate != b->bitrate)
		return a->bitrate > b->bitrate;
	return a->bitdepth > b->bitdepth;
}
