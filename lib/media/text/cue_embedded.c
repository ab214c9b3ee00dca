/* SPDX-License-Identifier: MIT */
/* Cue sheets inside audio files: the CUESHEET tag, and the block of FLAC files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "media/format/bytes.h"
#include "media/text/cue.h"
#include "media/tag/value.h"

enum {
	HEAD = 396,
	TRACK = 36,
	INDEX = 12,
	LEAD_OUT_CD = 170,
	LEAD_OUT = 255,
	BLOCK_MAX = 1 << 20,
	BLOCKS_MAX = 1000
};

/* Numbers of a FLAC file that a sheet needs: of STREAMINFO, and where the sheet is. */
struct flac {
	uint64_t rate, samples;
	int64_t sheet; /* offset of the block's content, or 0 */
	uint32_t len;
};

static void
find_sheet(int fd, int64_t at, struct flac *f)
{
	unsigned char head[4], info[34];

	at += 4;
	for (int i = 0; i < BLOCKS_MAX && bytes_at(fd, at, head, 4) == 4; i++) {
		uint32_t len = (uint32_t)head[1] << 16 | (uint32_t)head[2] << 8 | head[3];
		int type = head[0] & 0x7f;

		if (type == 0 && len >= sizeof info &&
		    bytes_at(fd, at + 4, info, sizeof info) == sizeof info) {
			f->rate = be32(info + 10) >> 12;
			f->samples = be64(info + 10) & 0xfffffffffULL;
		} else if (type == 5 && f->sheet == 0) {
			f->sheet = at + 4;
			f->len = len;
		}
		if ((head[0] & 0x80) != 0)
			return;
		at += 4 + (int64_t)len;
	}
}

static int64_t
ms(const struct flac *f, uint64_t samples)
{
	return (int64_t)(samples / f->rate * 1000 + samples % f->rate * 1000 / f->rate);
}

static enum err_code
malformed(struct err *e)
{
	return err_set(e, ERR_FORMAT, "is malformed");
}

/* Characters of a fixed field, up to the first NUL, where they are a code that is set. */
static enum err_code
add_code(struct record *to, enum field f, const unsigned char *bytes, size_t size,
    bool (*normal)(const char *, char *), struct err *e)
{
	char text[130], value[VALUE_TEXT];
	size_t len = strnlen((const char *)bytes, size);

	memcpy(text, bytes, len);
	text[len] = '\0';
	if (strspn(text, "0") == len || !normal(text, value))
		return ERR_NONE;
	return record_add(to, f, NULL, value, e);
}

/* One track of the block as a part; *at moves behind it.  A data track adds none. */
static enum err_code
add_track(struct record *r, const struct flac *f, const unsigned char *block, uint32_t *at, struct err *e)
{
	const unsigned char *t = block + *at;
	struct record part = { 0 };
	uint64_t offset, index = 0;
	char number[8];
	uint32_t n;

	if (f->len - *at < TRACK)
		return malformed(e);
	n = t[35];
	if ((f->len - *at - TRACK) / INDEX < n)
		return malformed(e);
	*at += TRACK + n * INDEX;
	offset = be64(t);
	if (t[8] == LEAD_OUT || t[8] == LEAD_OUT_CD)
		return f->samples != 0 && offset != f->samples
		    ? err_set(e, ERR_FORMAT, "is that of another file")
		    : ERR_NONE;
	for (uint32_t i = 0; i < n; i++)
		if (t[TRACK + i * INDEX + 8] == 1)
			index = be64(t + TRACK + i * INDEX);
	if (offset > (uint64_t)1 << 40 || index > (uint64_t)1 << 40)
		return malformed(e);
	if ((t[21] & 0x80) != 0)
		return ERR_NONE;
	part.start_ms = ms(f, offset + index);
	snprintf(number, sizeof number, "%d", t[8]);
	if (record_add(&part, F_NONE, RECORD_FILE, "", e) == ERR_NONE &&
	    record_add(&part, F_TRACK, NULL, number, e) == ERR_NONE &&
	    add_code(&part, F_ISRC, t + 9, 12, value_isrc, e) == ERR_NONE &&
	    add_code(&part, F_BARCODE, block, 128, value_barcode, e) == ERR_NONE)
		record_add_part(r, &part, e);
	record_free(&part);
	return e->code;
}

static enum err_code
read_block(int fd, int64_t start, struct record *r, struct err *e)
{
	struct flac f = { 0 };
	unsigned char *block;
	uint32_t at = HEAD;

	find_sheet(fd, start, &f);
	if (f.sheet == 0)
		return ERR_NONE;
	if (f.rate == 0 || f.len < HEAD || f.len > BLOCK_MAX)
		return malformed(e);
	block = malloc(f.len);
	if (block == NULL)
		return err_memory(e);
	if (bytes_at(fd, f.sheet, block, f.len) != f.len)
		malformed(e);
	for (int n = block[HEAD - 1]; n > 0 && e->code == ERR_NONE; n--)
		add_track(r, &f, block, &at, e);
	free(block);
	for (size_t i = 0; i + 1 < r->nparts && e->code == ERR_NONE; i++)
		if (r->parts[i + 1].start_ms > r->parts[i].start_ms)
			r->parts[i].duration_ms = r->parts[i + 1].start_ms - r->parts[i].start_ms;
	return e->code;
}

/* A sheet that is of no use is no error of the file. */
static enum err_code
settle(struct record *r, const char *what, struct err *why, struct err *e)
{
	if (why->code == ERR_NONE)
		return ERR_NONE;
	record_drop_parts(r);
	if (why->code == ERR_MEMORY)
		return err_memory(e);
	return record_note(r, e, "%s was left out: it %s", what, why->msg);
}

enum err_code
cue_embedded(int fd, const struct sniffed *s, struct record *r, struct err *e)
{
	struct err why = { 0 };

	for (size_t i = 0; i < r->nvalues && r->nparts == 0; i++) {
		const struct record_value *v = &r->values[i];

		if (v->name == NULL || strcmp(v->name, "cuesheet") != 0)
			continue;
		cue_parse(r, v->value, strlen(v->value), &why);
		if (settle(r, "the cue sheet in its tags", &why, e) != ERR_NONE)
			return e->code;
		break;
	}
	if (r->nparts > 0 || s->type != SNIFF_FLAC)
		return ERR_NONE;
	why = (struct err){ 0 };
	read_block(fd, s->start, r, &why);
	return settle(r, "the cue sheet in its FLAC block", &why, e);
}
