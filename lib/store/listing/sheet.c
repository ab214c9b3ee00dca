/* SPDX-License-Identifier: MIT */
/* Tracks for other programs: columns between tabs, CSV as RFC 4180 has it, M3U. */
#include <ctype.h>
#include <string.h>

#include "base/out.h"
#include "store/listing/priv.h"

/* Between double quotes where something in it would end the field. */
static void
add_csv(const struct listing *l, struct buf *out, const char *s, size_t len)
{
	struct buf safe = { 0 };
	bool quote = false;

	if (l->columns > 0) { /* a terminal */
		out_escape(&safe, s, len);
		s = safe.data != NULL ? safe.data : "";
		len = safe.len;
	}
	for (size_t i = 0; i < len; i++)
		quote |= strchr("\",\r\n", s[i]) != NULL;
	if (quote)
		buf_putc(out, '"');
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '"')
			buf_putc(out, '"');
		buf_putc(out, s[i]);
	}
	if (quote)
		buf_putc(out, '"');
	out->failed |= safe.failed;
	buf_free(&safe);
}

static void
add_cell(const struct listing *l, bool last, const char *s, size_t len, struct buf *out)
{
	if (l->form == LISTING_CSV) {
		add_csv(l, out, s, len);
		buf_puts(out, last ? "\r\n" : ",");
	} else {
		add_safe(l->end, out, s, len);
		buf_putc(out, last ? l->end : '\t');
	}
}

void
sheet_head(const struct listing *l, struct buf *out)
{
	size_t n = l->form == LISTING_CSV ? format_count(l->format) : 0;

	if (l->form == LISTING_M3U8)
		buf_puts(out, "#EXTM3U\n");
	for (size_t i = 0; i < n; i++) {
		const char *name = format_name(l->format, i);

		add_cell(l, i + 1 == n, name, strlen(name), out);
	}
}

void
sheet_row(const struct listing *l, const struct track *t, struct buf *out)
{
	size_t n = format_count(l->format);
	struct buf cell = { 0 };

	for (size_t i = 0; i < n; i++) {
		buf_clear(&cell);
		format_cell(l->format, i, t, &cell);
		add_cell(l, i + 1 == n, cell.data != NULL ? cell.data : "", cell.len, out);
	}
	out->failed |= cell.failed;
	buf_free(&cell);
}

/* As it is where a reader takes it for a path of UTF-8 text, else as a URI. */
static void
add_location(struct buf *out, const char *path, size_t len)
{
	bool plain = utf8_valid(path, len);

	for (size_t i = 0; i < len; i++)
		plain &= !iscntrl((unsigned char)path[i]);
	if (plain) {
		buf_add(out, path, len);
		return;
	}
	buf_puts(out, "file://");
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)path[i];

		buf_printf(out, isalnum(c) || strchr("/-._~", c) != NULL ? "%c" : "%%%02X", c);
	}
}

void
m3u8_entry(const struct track *t, struct buf *out)
{
	const struct value *artist = &t->v[F_ARTIST], *title = &t->v[F_TITLE], *file = &t->v[F_FILE];

	if (file->n == 0)
		return;
	if (title->n > 0) {
		buf_printf(out, "#EXTINF:%lld,",
		    t->v[F_DURATION].n > 0 ? (long long)(t->v[F_DURATION].num + 500) / 1000 : -1LL);
		if (artist->n > 0) {
			out_printable(out, artist->text[0], artist->len);
			buf_puts(out, " - ");
		}
		out_printable(out, title->text[0], title->len);
		buf_putc(out, '\n');
	}
	add_location(out, file->text[0], file->len);
	buf_putc(out, '\n');
}
