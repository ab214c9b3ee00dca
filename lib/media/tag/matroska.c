/* SPDX-License-Identifier: MIT */
#include "media/tag/matroska.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "media/format/bytes.h"
#include "media/format/matroska.h"
#include "media/tag/cover.h"

enum { ELEMENTS_MAX = 16384, NAME_MAX_BYTES = 256, TEXT_MAX = RECORD_VALUE_MAX + 1 };
enum {
	SEEKHEAD = 0x114d9b74,
	SEEK = 0x4dbb,
	SEEK_ID = 0x53ab,
	SEEK_POSITION = 0x53ac,
	INFO = 0x1549a966,
	INFO_TITLE = 0x7ba9,
	TAGS = 0x1254c367,
	TAG = 0x7373,
	TARGETS = 0x63c0,
	TARGET_LEVEL = 0x68ca,
	TARGET_TRACK = 0x63c5,
	TARGET_EDITION = 0x63c9,
	TARGET_CHAPTER = 0x63c4,
	TARGET_ATTACHMENT = 0x63c6,
	SIMPLE = 0x67c8,
	SIMPLE_NAME = 0x45a3,
	SIMPLE_TEXT = 0x4487,
	ATTACHMENTS = 0x1941a469,
	ATTACHED = 0x61a7,
	ATTACHED_NAME = 0x466e,
	ATTACHED_TEXT = 0x467e,
	ATTACHED_DATA = 0x465c
};
enum { LEVEL_TRACK = 30, LEVEL_DISC = 40, LEVEL_ALBUM = 50 };

struct element {
	uint64_t id;
	int64_t body, end;
};

struct reader {
	int fd, elements;
	bool (*each)(void *context, const char *key, const char *value);
	void *context;
	bool titled, credited, full;
	uint64_t unsaid;      /* the level of tags that name none */
	char *title, *artist; /* of the file, of the album: where no tag of the piece tells */
	struct record *r;     /* for covers */
	struct err *e;
	size_t covers;
};

/* The next element inside of something that ends at `end`; one of unknown size goes on to there. */
static bool
next(struct reader *w, int64_t at, int64_t end, struct element *x)
{
	unsigned char h[16];
	size_t got = at < end ? bytes_at(w->fd, at, h, sizeof h) : 0;
	uint64_t size = 0;
	int n = matroska_number(h, got, true, &x->id),
	    m = n > 0 ? matroska_number(h + n, got - (size_t)n, false, &size) : 0;

	if (m == 0 || w->full || w->elements++ >= ELEMENTS_MAX)
		return false;
	x->body = at + n + m;
	if (x->body > end)
		return false;
	x->end = size > (uint64_t)(end - x->body) ? end : x->body + (int64_t)size;
	return true;
}

static uint64_t
integer(struct reader *w, const struct element *x)
{
	unsigned char bytes[8];
	size_t len = x->end - x->body < 8 ? (size_t)(x->end - x->body) : 8;
	uint64_t n = 0;

	len = bytes_at(w->fd, x->body, bytes, len);
	for (size_t i = 0; i < len; i++)
		n = n << 8 | bytes[i];
	return n;
}

/* What an element holds, with a NUL behind it, malloced; NULL: no memory. */
static char *
text(struct reader *w, const struct element *x, int64_t most)
{
	size_t len = (size_t)(x->end - x->body < most ? x->end - x->body : most);
	char *s = malloc(len + 1);

	if (s == NULL)
		w->full = true;
	else
		s[bytes_at(w->fd, x->body, s, len)] = '\0';
	return s;
}

/* The name that other formats have for a tag; level 0 is one that tells of nothing in particular. */
static const char *
known_as(const char *name, uint64_t level)
{
	static const struct {
		uint64_t level; /* 0: any */
		const char *name, *key;
	} names[] = { { LEVEL_ALBUM, "TITLE", "ALBUM" }, { LEVEL_ALBUM, "ARTIST", "ALBUMARTIST" },
		{ LEVEL_ALBUM, "SUBTITLE", "ALBUMSUBTITLE" }, { LEVEL_ALBUM, "TOTAL_PARTS", "TRACKTOTAL" },
		{ LEVEL_ALBUM, "PART_NUMBER", "VOLUME" },
		{ LEVEL_ALBUM, "REPLAYGAIN_GAIN", "REPLAYGAIN_ALBUM_GAIN" },
		{ LEVEL_ALBUM, "REPLAYGAIN_PEAK", "REPLAYGAIN_ALBUM_PEAK" },
		{ LEVEL_DISC, "TITLE", "DISCSUBTITLE" }, { LEVEL_DISC, "PART_NUMBER", "DISCNUMBER" },
		{ LEVEL_DISC, "TOTAL_PARTS", "TRACKTOTAL" }, { 0, "PART_NUMBER", "TRACKNUMBER" },
		{ 0, "TOTAL_PARTS", "TRACKTOTAL" }, { 0, "DATE_RELEASED", "DATE" },
		{ 0, "DATE_RELEASE", "DATE" }, { 0, "REPLAYGAIN_GAIN", "REPLAYGAIN_TRACK_GAIN" },
		{ 0, "REPLAYGAIN_PEAK", "REPLAYGAIN_TRACK_PEAK" }, { 0, "LEAD_PERFORMER", "PERFORMER" },
		{ 0, "REMIXED_BY", "REMIXER" }, { 0, "MIXED_BY", "MIXER" },
		{ 0, "CATALOG_NUMBER", "CATALOGNUMBER" }, { 0, "LABEL_CODE", "LABELCODE" },
		{ 0, "INITIAL_KEY", "INITIALKEY" } };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if ((names[i].level == 0 || names[i].level == level) && strcmp(names[i].name, name) == 0)
			return names[i].key;
	return name;
}

/* What mkvmerge counts in a track; no tags. */
static bool
is_statistic(const char *name)
{
	static const char *const names[] = { "_STATISTICS", "BPS", "DURATION", "NUMBER_OF_FRAMES",
		"NUMBER_OF_BYTES" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strncmp(name, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static void
give(struct reader *w, const char *key, const char *value)
{
	if (!w->full && value[0] != '\0' && !w->each(w->context, key, value))
		w->full = true;
}

static void
simple_tag(struct reader *w, const struct element *tag, uint64_t level, bool of_track)
{
	struct element x;
	char *name = NULL, *value = NULL;
	const char *key;

	for (int64_t at = tag->body; next(w, at, tag->end, &x); at = x.end) {
		if (x.id == SIMPLE_NAME && name == NULL)
			name = text(w, &x, NAME_MAX_BYTES);
		else if (x.id == SIMPLE_TEXT && value == NULL)
			value = text(w, &x, TEXT_MAX);
	}
	for (char *p = name; p != NULL && *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
	if (name != NULL && name[0] != '\0' && value != NULL && !(of_track && is_statistic(name))) {
		key = known_as(name, level);
		w->titled |= strcmp(key, "TITLE") == 0;
		w->credited |= strcmp(key, "ARTIST") == 0;
		give(w, key, value);
		if (strcmp(key, "ALBUMARTIST") == 0 && w->artist == NULL) {
			w->artist = value;
			value = NULL;
		}
	}
	free(name);
	free(value);
}

struct target {
	uint64_t level; /* 0: it names none */
	bool track, part;
};

/* What a tag is about. */
static struct target
target_of(struct reader *w, const struct element *tag)
{
	struct target t = { 0 };
	struct element x, y;

	for (int64_t at = tag->body; next(w, at, tag->end, &x); at = x.end)
		for (int64_t in = x.body; x.id == TARGETS && next(w, in, x.end, &y); in = y.end) {
			if (y.id == TARGET_LEVEL)
				t.level = integer(w, &y);
			else if (y.id == TARGET_TRACK)
				t.track |= integer(w, &y) != 0;
			else if (y.id == TARGET_EDITION || y.id == TARGET_CHAPTER ||
			    y.id == TARGET_ATTACHMENT)
				t.part |= integer(w, &y) != 0;
		}
	return t;
}

static void
one_tag(struct reader *w, const struct element *tag)
{
	struct target t = target_of(w, tag);
	struct element x;

	for (int64_t at = tag->body; !t.part && next(w, at, tag->end, &x); at = x.end)
		if (x.id == SIMPLE)
			simple_tag(w, &x, t.level != 0 ? t.level : w->unsaid, t.track);
}

/* A tag that names no level is about the album, says the format, and about the only piece there is, say files
 * in which nothing else is. */
static uint64_t
unsaid_level(struct reader *w, const struct element *tags)
{
	struct element x;

	for (int64_t at = tags->body; next(w, at, tags->end, &x); at = x.end)
		if (x.id == TAG && target_of(w, &x).level == LEVEL_TRACK)
			return LEVEL_ALBUM;
	return 0;
}

static void
one_picture(struct reader *w, const struct element *attached)
{
	struct element x, data = { 0 };
	TagLib_Complex_Property_Picture_Data p = { 0 };
	char *name = NULL, *says = NULL;

	for (int64_t at = attached->body; next(w, at, attached->end, &x); at = x.end) {
		if (x.id == ATTACHED_NAME && name == NULL)
			name = text(w, &x, NAME_MAX_BYTES);
		else if (x.id == ATTACHED_TEXT && says == NULL)
			says = text(w, &x, NAME_MAX_BYTES);
		else if (x.id == ATTACHED_DATA)
			data = x;
	}
	p.data = data.end - data.body > RECORD_COVER_MAX ? NULL : text(w, &data, RECORD_COVER_MAX);
	p.size = (unsigned int)(data.end - data.body);
	p.description = says;
	/* the names that the format asks for, and that others use */
	p.pictureType = name != NULL && strncasecmp(name, "back", 4) == 0 ? "Back Cover" : "Front Cover";
	if (p.data != NULL && cover_mime(p.data, p.size) != NULL)
		cover_add(w->r, &p, &w->covers, w->e);
	free(p.data);
	free(name);
	free(says);
}

/* One of the segment's own elements, of the kind that is looked for. */
static void
top(struct reader *w, const struct element *of)
{
	struct element x;

	w->unsaid = of->id == TAGS ? unsaid_level(w, of) : 0;
	for (int64_t at = of->body; next(w, at, of->end, &x); at = x.end) {
		if (of->id == INFO && x.id == INFO_TITLE && w->title == NULL)
			w->title = text(w, &x, TEXT_MAX);
		else if (of->id == TAGS && x.id == TAG)
			one_tag(w, &x);
		else if (of->id == ATTACHMENTS && x.id == ATTACHED)
			one_picture(w, &x);
	}
}

/* Where an index says that an element stands; 0 where it does not. */
static int64_t
listed(struct reader *w, const struct element *head, const struct element *segment, uint64_t wanted)
{
	struct element seek, x;
	int64_t found = 0;

	for (int64_t at = head->body; next(w, at, head->end, &seek); at = seek.end) {
		uint64_t id = 0, where = 0;

		for (int64_t in = seek.body; seek.id == SEEK && next(w, in, seek.end, &x); in = x.end) {
			if (x.id == SEEK_ID)
				id = integer(w, &x);
			else if (x.id == SEEK_POSITION)
				where = integer(w, &x);
		}
		if (id == wanted && where < (uint64_t)(segment->end - segment->body))
			found = segment->body + (int64_t)where;
	}
	return found;
}

/* The index in front may have no room for more than where another one stands. */
static int64_t
sought(struct reader *w, const struct element *head, const struct element *segment, uint64_t wanted)
{
	int64_t found = listed(w, head, segment, wanted), other;
	struct element x;

	if (found != 0 || (other = listed(w, head, segment, SEEKHEAD)) == 0 ||
	    !next(w, other, segment->end, &x) || x.id != SEEKHEAD)
		return found;
	return listed(w, &x, segment, wanted);
}

/* Elements of one kind, and with tags the head of the file: in front of the sound, else where the index says.
 */
static void
walk(struct reader *w, const struct sniffed *s, uint64_t wanted)
{
	struct element segment = { 0 }, x = { 0 };
	int64_t behind = 0, at = s->start;

	while (next(w, at, s->size, &segment) && segment.id != MATROSKA_SEGMENT)
		at = segment.end;
	if (segment.id != MATROSKA_SEGMENT)
		return;
	for (at = segment.body; next(w, at, segment.end, &x) && x.id != MATROSKA_CLUSTER; at = x.end) {
		if (x.id == SEEKHEAD && behind == 0)
			behind = sought(w, &x, &segment, wanted);
		else if (x.id == wanted || (wanted == TAGS && x.id == INFO))
			top(w, &x);
	}
	if (behind > at && next(w, behind, segment.end, &x) && x.id == wanted)
		top(w, &x);
}

void
matroska_tags(int fd, const struct sniffed *s,
    bool (*each)(void *context, const char *key, const char *value), void *context)
{
	struct reader w = { .fd = fd, .each = each, .context = context };

	walk(&w, s, TAGS);
	if (!w.titled && w.title != NULL)
		give(&w, "TITLE", w.title);
	if (!w.credited && w.artist != NULL)
		give(&w, "ARTIST", w.artist);
	free(w.title);
	free(w.artist);
}

enum err_code
matroska_covers(int fd, const struct sniffed *s, struct record *r, struct err *e)
{
	struct reader w = { .fd = fd, .r = r, .e = e };

	walk(&w, s, ATTACHMENTS);
	return e->code;
}
