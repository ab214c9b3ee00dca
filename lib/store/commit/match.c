#include "store/commit/match.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "text/fold.h"

static bool
one_of(const char *word, size_t len, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strlen(*list) == len && memcmp(word, *list, len) == 0)
			return true;
	return false;
}

static const char *const guests[] = { "feat", "ft", "featuring", NULL };
/* words that two taggers add or leave out for the same recording */
static const char *const idle[] = { "remaster", "remastered", "digital", "digitally", "album", "version",
	NULL };
/* words that make another piece even behind a guest's name */
static const char *const apart[] = { "live", "remix", "remixed", "mix", "edit", "dub", "demo", "acoustic",
	"unplugged", "instrumental", "karaoke", "cover", "reprise", "part", "pt", "vol", "volume", "no", "op",
	"act", "version", "session", "take", "i", "ii", "iii", "iv", "v", "vi", NULL };

static bool
is_number(const char *word, size_t len)
{
	return strspn(word, "0123456789") >= len;
}

static bool
is_year(const char *word, size_t len)
{
	return len == 4 && is_number(word, len) && (word[0] == '1' || word[0] == '2');
}

/* The words of a title that tell it from others, each followed by a blank. */
static void
telling_words(struct buf *out, const char *title)
{
	bool remaster = strstr(title, "remaster") != NULL;
	bool guest = false;

	while (*title != '\0') {
		size_t len = strcspn(title, " ");

		if (one_of(title, len, guests))
			guest = true;
		else if (guest ? one_of(title, len, apart) || is_number(title, len)
			       : !one_of(title, len, idle) && !(remaster && is_year(title, len))) {
			buf_add(out, title, len);
			buf_putc(out, ' ');
		}
		title += len;
		title += *title == ' ';
	}
}

static bool
titles_agree(const char *a, const char *b)
{
	struct buf x = { 0 }, y = { 0 };
	bool same;

	if (strcmp(a, b) == 0)
		return true;
	telling_words(&x, a);
	telling_words(&y, b);
	same = !x.failed && !y.failed && x.len > 0 && x.len == y.len && memcmp(x.data, y.data, x.len) == 0;
	buf_free(&x);
	buf_free(&y);
	return same;
}

size_t
match_artist_len(const char *key)
{
	size_t at = 0;

	while (key[at] != '\0') {
		size_t len = strcspn(key + at, " ");

		if (at > 0 && one_of(key + at, len, guests))
			return at - 1;
		at += len;
		at += key[at] == ' ';
	}
	return at;
}

static bool
artists_agree(const char *a, const char *b)
{
	size_t n = match_artist_len(a);

	return n == match_artist_len(b) && memcmp(a, b, n) == 0;
}

static bool
both(const char *a, const char *b)
{
	return *a != '\0' && *b != '\0';
}

static bool
differ(const char *a, const char *b)
{
	return both(a, b) && strcmp(a, b) != 0;
}

bool
match_same_place(const struct piece *a, const struct piece *b)
{
	int64_t apart_ms = a->duration_ms > b->duration_ms ? a->duration_ms - b->duration_ms
							   : b->duration_ms - a->duration_ms;
	bool numbered = a->track > 0 && b->track > 0;

	if (!both(a->title, b->title) || !both(a->artist, b->artist))
		return false;
	if (differ(a->mb_albumid, b->mb_albumid) || differ(a->mb_trackid, b->mb_trackid))
		return false;
	if (both(a->mb_releasetrackid, b->mb_releasetrackid))
		return strcmp(a->mb_releasetrackid, b->mb_releasetrackid) == 0;
	if (numbered && (a->track != b->track || (a->disc > 1 ? a->disc : 1) != (b->disc > 1 ? b->disc : 1)))
		return false;
	if (both(a->mb_trackid, b->mb_trackid)) /* equal here */
		return numbered || strcmp(a->title, b->title) == 0;
	if (a->duration_ms <= 0 || b->duration_ms <= 0 || apart_ms > MATCH_MS)
		return false;
	if (differ(a->composer, b->composer) || differ(a->work, b->work))
		return false;
	if (numbered)
		return titles_agree(a->title, b->title);
	return strcmp(a->title, b->title) == 0 && artists_agree(a->artist, b->artist);
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

enum err_code
piece_of_record(struct piece *p, const struct record *r, struct err *e)
{
	struct piece new = {
		.title = fold_key(record_get(r, F_TITLE)),
		.artist = folded_first(r, F_ARTIST, F_ARTISTS),
		.album = fold_key(record_get(r, F_ALBUM)),
		.albumartist = folded_first(r, F_ALBUMARTIST, F_ALBUMARTISTS),
		.composer = folded(r, F_COMPOSER),
		.work = fold_key(record_get(r, F_WORK)),
		.mb_albumid = lower(record_get(r, F_MB_ALBUMID)),
		.mb_trackid = lower(record_get(r, F_MB_TRACKID)),
		.mb_releasetrackid = lower(record_get(r, F_MB_RELEASETRACKID)),
		.disc = number(record_get(r, F_DISC)),
		.track = number(record_get(r, F_TRACK)),
		.duration_ms = r->duration_ms,
	};

	if (new.title == NULL || new.artist == NULL || new.album == NULL || new.albumartist == NULL ||
	    new.composer == NULL || new.work == NULL || new.mb_albumid == NULL || new.mb_trackid == NULL ||
	    new.mb_releasetrackid == NULL) {
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
	free(p->title);
	free(p->artist);
	free(p->album);
	free(p->albumartist);
	free(p->composer);
	free(p->work);
	free(p->mb_albumid);
	free(p->mb_trackid);
	free(p->mb_releasetrackid);
	*p = (struct piece){ 0 };
}

struct quality
quality_of(const char *format, const char *codec, int64_t bitrate, int64_t bitdepth)
{
	static const char *const codecs[] = { "flac", "alac", "pcm", "ape", "wavpack", "tta", "dsd", NULL };
	static const char *const formats[] = { "flac", "wav", "aiff", "ape", "wavpack", "tta", "dsf", "dff",
		NULL };
	bool lossless = codec != NULL && *codec != '\0' ? one_of(codec, strlen(codec), codecs)
							: one_of(format, strlen(format), formats);

	return (struct quality){ lossless, bitrate, bitdepth };
}

bool
quality_better(const struct quality *a, const struct quality *b)
{
	if (a->lossless != b->lossless)
		return a->lossless;
	if (a->bitrate != b->bitrate)
		return a->bitrate > b->bitrate;
	return a->bitdepth > b->bitdepth;
}
