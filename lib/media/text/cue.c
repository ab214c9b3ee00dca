/* SPDX-License-Identifier: MIT */
#include "media/text/cue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "media/format/bytes.h"
#include "text/charset.h"
#include "media/tag/map.h"
#include "media/text/textfile.h"
#include "media/tag/value.h"
#include "worker/protocol.h"

enum { LINES_MAX = 100, VALUE_LEN = 4096 };

/* What the lines of the album, or of one track, say: names as TagLib would give them. */
struct said {
	char *key[LINES_MAX], *value[LINES_MAX];
	size_t n;
};

struct sheet {
	struct record *r;
	struct err *e;
	struct said album, track;
	char *file;   /* that the last FILE named */
	char *source; /* in which the track begins */
	bool inside;  /* a track was begun, and it is audio */
	long number;
	int64_t start; /* ms of INDEX 01, else of INDEX 00, or -1 */
	bool first;    /* start is that of INDEX 01 */
	bool any;      /* there was a track, if only of data */
	size_t bytes;  /* of all values */
};

static void
forget(struct said *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->key[i]);
		free(s->value[i]);
	}
	s->n = 0;
}

static const char *
get(const struct said *s, const char *key)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->key[i], key) == 0)
			return s->value[i];
	return NULL;
}

/* Keep one line; the first of a name counts. */
static void
say(struct sheet *sh, struct said *s, const char *key, size_t key_len, const char *value, size_t len)
{
	char *name, *text;

	if (len == 0 || len > VALUE_LEN || key_len > 64 || s->n == LINES_MAX)
		return;
	name = strndup(key, key_len);
	text = strndup(value, len);
	if (name == NULL || text == NULL || get(s, name) != NULL) {
		if (name == NULL || text == NULL)
			err_memory(sh->e);
		free(name);
		free(text);
		return;
	}
	s->key[s->n] = name;
	s->value[s->n++] = text;
}

/* The name that a line of the album has as a tag of its tracks. */
static const char *
album_key(const char *key)
{
	static const char *const names[][2] = { { "TITLE", "ALBUM" }, { "ARTIST", "ALBUMARTIST" } };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(key, names[i][0]) == 0)
			return names[i][1];
	return key;
}

/* One tag of the part. */
static void
put(struct sheet *sh, struct map *m, const char *key, const char *value)
{
	sh->bytes += strlen(value);
	if (sh->bytes > PROTOCOL_TEXT_MAX)
		err_set(sh->e, ERR_FORMAT, "holds more text than is kept");
	if (sh->e->code == ERR_NONE)
		map_put(m, key, value);
}

/* Where the same FILE went on before, its last track ends here. */
static void
end_last(struct record *r, const char *file, int64_t start)
{
	struct record *last = r->nparts > 0 ? &r->parts[r->nparts - 1] : NULL;

	if (last != NULL && strcmp(last->values[0].value, file) == 0 && start > last->start_ms)
		last->duration_ms = start - last->start_ms;
}

/* The first value of a part. */
static enum err_code
add_file(struct record *part, const char *file, struct err *e)
{
	struct buf clean = { 0 };

	value_clean(&clean, file);
	if (buf_ok(&clean, e) == ERR_NONE)
		record_add(part, F_NONE, RECORD_FILE, clean.len > 0 ? clean.data : "", e);
	buf_free(&clean);
	return e->code;
}

/* A part has no notes of its own: they are the sheet's, each once. */
static void
lift_notes(struct record *to, struct record *part, struct err *e)
{
	for (size_t i = 0; i < part->nnotes; i++) {
		bool known = false;

		for (size_t k = 0; k < to->nnotes && !known; k++)
			known = strcmp(to->notes[k], part->notes[i]) == 0;
		if (!known && e->code == ERR_NONE && to->nnotes < RECORD_PARTS_MAX)
			(void)record_note(to, e, "%s", part->notes[i]);
		free(part->notes[i]);
	}
	part->nnotes = 0;
}

/* The track is complete: a part. */
static void
end_track(struct sheet *sh)
{
	struct record part = { 0 };
	struct map m = { .r = &part, .e = sh->e };
	const char *file = sh->source != NULL ? sh->source : sh->file != NULL ? sh->file : "";
	char number[24];

	if (!sh->inside)
		return;
	sh->inside = false;
	if (sh->start < 0)
		err_set(sh->e, ERR_FORMAT, "track %ld has no INDEX 01", sh->number);
	else if (sh->r->nparts == RECORD_PARTS_MAX)
		err_set(sh->e, ERR_FORMAT, "has more than %d tracks", RECORD_PARTS_MAX);
	if (sh->e->code != ERR_NONE || add_file(&part, file, sh->e) != ERR_NONE)
		return;
	part.start_ms = sh->start;
	snprintf(number, sizeof number, "%ld", sh->number);
	put(sh, &m, "TRACKNUMBER", number);
	for (size_t i = 0; i < sh->track.n; i++)
		put(sh, &m, sh->track.key[i], sh->track.value[i]);
	for (size_t i = 0; i < sh->album.n; i++) {
		const char *key = sh->album.key[i];

		if (strcmp(album_key(key), key) != 0 || get(&sh->track, key) == NULL)
			put(sh, &m, album_key(key), sh->album.value[i]);
		if (strcmp(key, "ARTIST") == 0 && get(&sh->track, key) == NULL)
			put(sh, &m, key, sh->album.value[i]);
	}
	map_finish(&m);
	lift_notes(sh->r, &part, sh->e);
	if (sh->e->code == ERR_NONE && part.nvalues > RECORD_PART_VALUES_MAX)
		err_set(sh->e, ERR_FORMAT, "track %ld has too many lines", sh->number);
	if (sh->e->code == ERR_NONE) {
		end_last(sh->r, part.values[0].value, part.start_ms);
		record_add_part(sh->r, &part, sh->e);
	}
	record_free(&part);
}

static size_t
word_len(const char *s)
{
	return strcspn(s, " \t");
}

static bool
is_word(const char *s, size_t len, const char *word)
{
	return strlen(word) == len && strncasecmp(s, word, len) == 0;
}

/* What stands behind a command: without the quotes around it, of which the last may be missing. */
static size_t
text_of(const char **s)
{
	size_t len;

	*s += strspn(*s, " \t");
	len = strlen(*s);
	if (**s == '"') {
		const char *end = strrchr(++*s, '"');

		len = end != NULL ? (size_t)(end - *s) : strlen(*s);
	}
	while (len > 0 && ((*s)[len - 1] == ' ' || (*s)[len - 1] == '\t'))
		len--;
	return len;
}

static void
file_line(struct sheet *sh, const char *s)
{
	size_t len;

	s += strspn(s, " \t");
	len = strlen(s);
	if (*s != '"' && strrchr(s, ' ') != NULL)
		len = (size_t)(strrchr(s, ' ') - s); /* the type behind a name without quotes */
	else
		len = text_of(&s);
	free(sh->file);
	sh->file = strndup(s, len < VALUE_LEN ? len : 0);
	if (sh->file == NULL)
		err_memory(sh->e);
}

static void
track_line(struct sheet *sh, const char *s)
{
	char *end;
	long number = strtol(s, &end, 10);

	end_track(sh);
	forget(&sh->track);
	free(sh->source);
	sh->source = NULL;
	sh->any = true;
	sh->start = -1;
	sh->first = false;
	sh->number = end == s || number < 0 || number > 9999 ? 0 : number;
	end += strspn(end, " \t");
	sh->inside = *end == '\0' || is_word(end, word_len(end), "AUDIO");
}

/* mm:ss:ff in milliseconds, 75 frames a second; mm may be any number of minutes.  -1 where it is none. */
static int64_t
position(const char *s)
{
	int64_t n[3] = { 0 };

	for (int i = 0; i < 3; i++) {
		size_t len = strspn(s, "0123456789");

		if (len == 0 || len > 6 || (i < 2 && s[len] != ':'))
			return -1;
		n[i] = atol(s);
		s += len + (i < 2);
	}
	return (n[0] * 60 + n[1]) * 1000 + n[2] * 1000 / 75;
}

static void
index_line(struct sheet *sh, const char *s)
{
	char *end;
	long number = strtol(s, &end, 10);
	int64_t at = position(end + strspn(end, " \t"));

	if (!sh->inside || end == s || number > 1 || at < 0 || sh->first)
		return;
	sh->start = at;
	sh->first = number == 1;
	free(sh->source);
	sh->source = strdup(sh->file != NULL ? sh->file : "");
	if (sh->source == NULL)
		err_memory(sh->e);
}

static bool
is_zeros(const char *s, size_t len)
{
	return strspn(s, "0") >= len;
}

/* "REM NAME value"; other remarks are prose. */
static void
rem_line(struct sheet *sh, struct said *to, const char *s)
{
	size_t len = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
	const char *value = s + len, *key = s;
	size_t n;

	if (len < 3 || (*value != ' ' && *value != '\t'))
		return;
	n = text_of(&value);
	say(sh, to, key, len, value, n);
}

static void
text_line(struct sheet *sh, struct said *to, const char *s, size_t len)
{
	static const char *const names[][2] = { { "TITLE", "TITLE" }, { "PERFORMER", "ARTIST" },
		{ "SONGWRITER", "COMPOSER" }, { "ISRC", "ISRC" }, { "CATALOG", "BARCODE" } };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *value = s + len;
		size_t n;

		if (!is_word(s, len, names[i][0]))
			continue;
		n = text_of(&value);
		if (i < 3 || !is_zeros(value, n)) /* codes that are not set */
			say(sh, to, names[i][1], strlen(names[i][1]), value, n);
	}
}

static void
read_line(struct sheet *sh, const char *line)
{
	const char *s = line + strspn(line, " \t");
	size_t len = word_len(s);
	const char *rest = s + len + strspn(s + len, " \t");
	struct said *to = sh->any ? &sh->track : &sh->album;

	if (is_word(s, len, "FILE"))
		file_line(sh, rest);
	else if (is_word(s, len, "TRACK"))
		track_line(sh, rest);
	else if (is_word(s, len, "INDEX"))
		index_line(sh, rest);
	else if (is_word(s, len, "REM"))
		rem_line(sh, to, rest);
	else
		text_line(sh, to, s, len);
}

enum err_code
cue_parse(struct record *r, const void *bytes, size_t len, struct err *e)
{
	struct sheet sh = { .r = r, .e = e };
	struct buf text = { 0 };

	charset_decode(&text, bytes, len);
	if (buf_ok(&text, e) == ERR_NONE && text.len > 0)
		for (char *line = text.data, *end; line != NULL && e->code == ERR_NONE; line = end) {
			end = strpbrk(line, "\r\n");
			if (end != NULL)
				*end++ = '\0';
			read_line(&sh, line);
		}
	if (e->code == ERR_NONE)
		end_track(&sh);
	if (e->code == ERR_NONE && r->nparts == 0)
		err_set(e, ERR_FORMAT, sh.any ? "has no audio track" : "is no cue sheet");
	if (e->code != ERR_NONE)
		record_drop_parts(r);
	forget(&sh.album);
	forget(&sh.track);
	free(sh.file);
	free(sh.source);
	buf_free(&text);
	return e->code;
}

enum err_code
cue_read(int fd, struct record *r, struct err *e)
{
	struct buf bytes = { 0 };

	if (textfile_read(fd, &bytes, e) == ERR_NONE)
		cue_parse(r, bytes.data, bytes.len, e);
	buf_free(&bytes);
	return e->code;
}
