/* SPDX-License-Identifier: MIT */
/* The encoded form of a record. */
#include <stdlib.h>
#include <string.h>

#include "base/out.h"
#include "worker/record.h"

static const char magic[4] = { 'F', 'M', 'R', '1' };

/* AUDIO and those below VALUE come at most once each.  A PART holds the encoded form of a record that has
 * only values, a start and a duration. */
enum kind { FORMAT = 1, CODEC, SUFFIX, DAMAGED, NUMBER, VALUE, FREE, COVER, NOTE, AUDIO, PART = 20 };

/* The numbers of a record, by the name of their field. */
static const struct {
	enum field field;
	size_t offset;
} numbers[] = {
	{ F_DURATION, offsetof(struct record, duration_ms) },
	{ F_BITRATE, offsetof(struct record, bitrate) },
	{ F_SAMPLERATE, offsetof(struct record, samplerate) },
	{ F_BITDEPTH, offsetof(struct record, bitdepth) },
	{ F_CHANNELS, offsetof(struct record, channels) },
	{ F_START, offsetof(struct record, start_ms) },
};

static void
put(struct buf *out, uint64_t n, int bytes)
{
	while (bytes-- > 0) {
		buf_putc(out, (char)(n & 0xff));
		n >>= 8;
	}
}

static uint64_t
get(const unsigned char *at, int bytes)
{
	uint64_t n = 0;

	while (bytes-- > 0)
		n = n << 8 | at[bytes];
	return n;
}

static void
entry(struct buf *out, enum kind kind, const char *name, const void *bytes, size_t len)
{
	put(out, kind, 1);
	put(out, strlen(name), 2);
	put(out, len, 4);
	buf_puts(out, name);
	buf_add(out, bytes, len);
}

static void
text(struct buf *out, enum kind kind, const char *s)
{
	if (*s != '\0')
		entry(out, kind, "", s, strlen(s));
}

/* A cover's bytes: kind, mime and text, each with a NUL, then the picture. */
static void
cover(struct buf *out, const struct record_cover *c)
{
	const char *about = c->text != NULL ? c->text : "";
	size_t len = strlen(c->kind) + strlen(c->mime) + strlen(about) + 3 + c->len;

	put(out, COVER, 1);
	put(out, 0, 2);
	put(out, len, 4);
	buf_add(out, c->kind, strlen(c->kind) + 1);
	buf_add(out, c->mime, strlen(c->mime) + 1);
	buf_add(out, about, strlen(about) + 1);
	buf_add(out, c->data, c->len);
}

static enum err_code
part(struct buf *out, const struct record *p, struct err *e)
{
	struct buf inner = { 0 };

	if (record_encode(p, false, &inner, e) == ERR_NONE)
		entry(out, PART, "", inner.data, inner.len);
	buf_free(&inner);
	return e->code;
}

enum err_code
record_encode(const struct record *r, bool with_covers, struct buf *out, struct err *e)
{
	buf_add(out, magic, sizeof magic);
	text(out, FORMAT, r->format);
	text(out, CODEC, r->codec);
	text(out, SUFFIX, r->suffix);
	if (r->damaged)
		entry(out, DAMAGED, "", "", 0);
	if (r->has_audio)
		entry(out, AUDIO, "", r->audio, sizeof r->audio);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		int64_t n;
		unsigned char le[8];

		memcpy(&n, (const char *)r + numbers[i].offset, sizeof n);
		for (int b = 0; b < 8; b++)
			le[b] = (unsigned char)((uint64_t)n >> 8 * b);
		if (n > 0)
			entry(out, NUMBER, field_info(numbers[i].field)->name, le, sizeof le);
	}
	for (size_t i = 0; i < r->nvalues; i++) {
		const struct record_value *v = &r->values[i];

		if (v->field == F_NONE)
			entry(out, FREE, v->name, v->value, strlen(v->value));
		else
			entry(out, VALUE, field_info(v->field)->name, v->value, strlen(v->value));
	}
	for (size_t i = 0; with_covers && i < r->ncovers; i++)
		if (r->covers[i].data != NULL)
			cover(out, &r->covers[i]);
	for (size_t i = 0; i < r->nnotes; i++)
		entry(out, NOTE, "", r->notes[i], strlen(r->notes[i]));
	for (size_t i = 0; i < r->nparts; i++)
		if (part(out, &r->parts[i], e) != ERR_NONE)
			return e->code;
	return buf_ok(out, e);
}

/* Text that a record may hold: UTF-8, no control bytes but newline and tab. */
static bool
clean(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
			return false;
		if (c == 0xc2 && i + 1 < len && (unsigned char)s[i + 1] < 0xa0)
			return false;
	}
	return utf8_valid(s, len);
}

static bool
word(char *to, size_t size, const char *from, size_t len)
{
	if (to[0] != '\0' || len == 0 || len >= size || !clean(from, len))
		return false;
	memcpy(to, from, len);
	to[len] = '\0';
	return true;
}

static bool
number(struct record *r, enum field field, const char *bytes, size_t len)
{
	uint64_t n;
	int64_t old;

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		char *to = (char *)r + numbers[i].offset;

		if (numbers[i].field != field)
			continue;
		memcpy(&old, to, sizeof old);
		n = len == 8 ? get((const unsigned char *)bytes, 8) : 0;
		if (old != 0 || n == 0 || n > INT64_MAX)
			return false;
		memcpy(to, &(int64_t){ (int64_t)n }, sizeof n);
		return true;
	}
	return false;
}

/* The next NUL-terminated string of a cover; NULL where there is none. */
static const char *
string(const char **at, size_t *left)
{
	const char *s = *at;
	const char *end = *left > 0 ? memchr(s, '\0', *left) : NULL;

	if (end == NULL || !clean(s, (size_t)(end - s)))
		return NULL;
	*left -= (size_t)(end - s) + 1;
	*at = end + 1;
	return s;
}

static enum err_code
malformed(struct err *e)
{
	return err_set(e, ERR_FORMAT, "the record of its tags is malformed");
}

static enum err_code
read_cover(struct record *r, const char *bytes, size_t len, struct err *e)
{
	struct record_cover c = { .kind = "" };
	const char *kind = string(&bytes, &len);
	const char *mime = kind != NULL ? string(&bytes, &len) : NULL;
	const char *about = mime != NULL ? string(&bytes, &len) : NULL;

	if (about == NULL || len == 0 || len > RECORD_COVER_MAX ||
	    !word(c.kind, sizeof c.kind, kind, strlen(kind)) ||
	    !word(c.mime, sizeof c.mime, mime, strlen(mime)))
		return malformed(e);
	c.len = len;
	c.data = malloc(len);
	c.text = *about != '\0' ? strdup(about) : NULL;
	if (c.data == NULL || (*about != '\0' && c.text == NULL)) {
		free(c.data);
		free(c.text);
		return err_memory(e);
	}
	memcpy(c.data, bytes, len);
	return record_add_cover(r, &c, e);
}

/* A value, free tag or note: all of them are text. */
static enum err_code
read_text(struct record *r, unsigned kind, const char *name, size_t nlen, const char *bytes, size_t len,
    struct err *e)
{
	enum field field = kind == VALUE ? field_find_n(name, nlen) : F_NONE;
	char *copy = NULL, *key = NULL;
	enum err_code code;

	if (len > RECORD_VALUE_MAX || r->nvalues >= RECORD_VALUES_MAX || r->nnotes >= RECORD_VALUES_MAX ||
	    !clean(bytes, len) || !clean(name, nlen))
		return malformed(e);
	if (kind == VALUE && (field == F_NONE || strlen(field_info(field)->name) != nlen))
		return malformed(e);
	if ((kind == FREE) != (nlen > 0 && kind != VALUE))
		return malformed(e);
	copy = strndup(bytes, len);
	key = strndup(name, nlen);
	if (copy == NULL || key == NULL)
		code = err_memory(e);
	else if (kind == NOTE)
		code = record_note(r, e, "%s", copy);
	else
		code = record_add(r, field, key, copy, e);
	free(copy);
	free(key);
	return code;
}

static enum err_code decode(struct record *r, const void *bytes, size_t len, bool is_part, struct err *e);

static enum err_code
read_part(struct record *r, const char *bytes, size_t len, struct err *e)
{
	struct record p = { 0 };

	if (r->nparts >= RECORD_PARTS_MAX)
		return malformed(e);
	if (decode(&p, bytes, len, true, e) != ERR_NONE)
		return e->code;
	if (p.nvalues <= RECORD_PART_VALUES_MAX && p.ncovers == 0 && p.nnotes == 0 && p.format[0] == '\0' &&
	    p.codec[0] == '\0' && p.suffix[0] == '\0' && !p.damaged && !p.has_audio)
		return record_add_part(r, &p, e);
	record_free(&p);
	return malformed(e);
}

static enum err_code
read_entry(struct record *r, unsigned kind, const char *name, size_t nlen, const char *bytes, size_t len,
    struct err *e)
{
	bool ok = false;

	if (kind >= VALUE && kind != COVER && kind <= NOTE)
		return read_text(r, kind, name, nlen, bytes, len, e);
	if (kind == NUMBER)
		ok = number(r, field_find_n(name, nlen), bytes, len);
	else if (nlen != 0)
		ok = false;
	else if (kind == COVER)
		return read_cover(r, bytes, len, e);
	else if (kind == PART)
		return read_part(r, bytes, len, e);
	else if (kind == FORMAT)
		ok = word(r->format, sizeof r->format, bytes, len);
	else if (kind == CODEC)
		ok = word(r->codec, sizeof r->codec, bytes, len);
	else if (kind == SUFFIX)
		ok = word(r->suffix, sizeof r->suffix, bytes, len);
	else if (kind == DAMAGED && len == 0 && !r->damaged)
		ok = r->damaged = true;
	else if (kind == AUDIO && len == sizeof r->audio && !r->has_audio)
		ok = r->has_audio = memcpy(r->audio, bytes, len) != NULL;
	return ok ? ERR_NONE : malformed(e);
}

/* Parts have no parts: what a worker answers never decides how deep this goes. */
static enum err_code
decode(struct record *r, const void *bytes, size_t len, bool is_part, struct err *e)
{
	const unsigned char *at = bytes;
	enum err_code code = ERR_NONE;

	if (len < sizeof magic || memcmp(at, magic, sizeof magic) != 0)
		return malformed(e);
	at += sizeof magic;
	len -= sizeof magic;
	while (code == ERR_NONE && len > 0) {
		size_t nlen, vlen;

		if (len < 7) {
			code = malformed(e);
			break;
		}
		nlen = (size_t)get(at + 1, 2);
		vlen = (size_t)get(at + 3, 4);
		if (nlen > len - 7 || vlen > len - 7 - nlen || (is_part && at[0] == PART))
			code = malformed(e);
		else
			code = read_entry(
			    r, at[0], (const char *)at + 7, nlen, (const char *)at + 7 + nlen, vlen, e);
		if (code == ERR_NONE) {
			at += 7 + nlen + vlen;
			len -= 7 + nlen + vlen;
		}
	}
	if (code != ERR_NONE)
		record_free(r);
	return code;
}

enum err_code
record_decode(struct record *r, const void *bytes, size_t len, struct err *e)
{
	return decode(r, bytes, len, false, e);
}
