/* SPDX-License-Identifier: MIT */
#include "intake/tree/name.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/out.h"

enum { PIECE_MAX = 255 };

/* The field that "$name" or "${name}" at s names, and its length in the layout. */
static enum field
field_at(const char *s, size_t *len)
{
	bool braced = s[1] == '{';
	size_t from = braced ? 2 : 1, n = from;

	while (isalnum((unsigned char)s[n]) || s[n] == '_')
		n++;
	*len = n + (braced && s[n] == '}');
	return n > from ? field_find_n(s + from, n - from) : F_NONE;
}

enum err_code
tree_layout_check(const char *layout, struct err *e)
{
	size_t len;
	bool any = false;

	for (const char *s = layout; *s != '\0'; s++) {
		if (*s != '$')
			continue;
		if (field_at(s, &len) == F_NONE)
			return err_set(e, ERR_USAGE, "--layout: there is no field '%.*s'", (int)len, s);
		any = true;
	}
	if (!any || layout[0] == '/' || layout[strlen(layout) - 1] == '/')
		return err_set(e, ERR_USAGE, "--layout wants fields between slashes, as '" TREE_LAYOUT "'");
	return ERR_NONE;
}

/* What stands for a value that is not known. */
static void
add_stand_in(const struct track *t, enum field f, struct buf *out)
{
	size_t before = out->len;

	if (f == F_ALBUMARTIST || f == F_ARTIST) {
		track_text(t, F_ARTIST, out);
		if (out->len == before)
			buf_puts(out, "Unknown Artist");
	} else if (f == F_ALBUM) {
		buf_puts(out, "Unknown Album");
	} else if (f == F_TITLE) {
		const char *name = t->v[F_SOURCE].n > 0 ? path_base(t->v[F_SOURCE].text[0]) : "Untitled";
		const char *dot = strrchr(name, '.');

		buf_add(out, name, dot != NULL && dot > name ? (size_t)(dot - name) : strlen(name));
	}
}

static void
add_value(const struct track *t, enum field f, struct buf *out)
{
	size_t before = out->len;

	if ((f == F_TRACK || f == F_DISC) && t->v[f].n > 0)
		buf_printf(out, "%02lld", (long long)t->v[f].num);
	else
		track_text(t, f, out);
	if (out->len == before)
		add_stand_in(t, f, out);
}

static bool
is_reserved(const char *s, size_t len)
{
	static const char *const names[] = { "con", "prn", "aux", "nul" };
	size_t n = 0;

	while (n < len && s[n] != '.' && s[n] != ' ')
		n++;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (n == 3 && strncasecmp(s, names[i], 3) == 0)
			return true;
	return n == 4 && s[3] >= '1' && s[3] <= '9' &&
	    (strncasecmp(s, "com", 3) == 0 || strncasecmp(s, "lpt", 3) == 0);
}

/* Can the character of n bytes (0: no UTF-8) stand in a name? */
static bool
is_allowed(const char *s, size_t n, bool vfat)
{
	if (*s == '/' || (unsigned char)*s < 0x20 || *s == 0x7f)
		return false;
	return !vfat || (n > 0 && strchr("<>:\"\\|?*", *s) == NULL);
}

void
tree_piece(const char *s, size_t len, bool vfat, size_t room, struct buf *out)
{
	size_t start = out->len, max = PIECE_MAX - room;

	while (len > 0 && *s == ' ')
		s++, len--;
	if (len > 0 && *s == '.') {
		buf_putc(out, '_');
		s++, len--;
	}
	if (vfat && is_reserved(s, len))
		buf_putc(out, '_');
	while (len > 0) {
		size_t n = utf8_len(s, len), bytes = n > 0 ? n : 1;

		if (out->len - start + bytes > max)
			break;
		if (is_allowed(s, n, vfat))
			buf_add(out, s, bytes);
		else
			buf_putc(out, '_');
		s += bytes;
		len -= bytes;
	}
	while (
	    out->len > start && (out->data[out->len - 1] == ' ' || (vfat && out->data[out->len - 1] == '.')))
		out->data[--out->len] = '\0';
	if (out->len == start)
		buf_putc(out, '_');
}

void
tree_name(const char *layout, const struct track *t, const char *suffix, bool vfat, struct buf *out)
{
	struct buf piece = { 0 };

	for (const char *s = layout;;) {
		size_t len = 1;

		if (*s == '$')
			add_value(t, field_at(s, &len), &piece);
		else if (*s != '/' && *s != '\0')
			buf_putc(&piece, *s);
		else {
			/* room for " (99)" and the suffix */
			tree_piece(piece.data != NULL ? piece.data : "", piece.len, vfat,
			    *s == '\0' ? strlen(suffix) + 7 : 0, out);
			if (*s == '\0')
				break;
			buf_putc(out, '/');
			buf_clear(&piece);
		}
		s += len;
	}
	out->failed |= piece.failed;
	buf_printf(out, ".%s", suffix);
	buf_free(&piece);
}
