/* SPDX-License-Identifier: MIT */
/* Format strings: $artist - ${title}, ${albumartist|artist|nobody}; and lists of columns. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/field.h"
#include "base/out.h"
#include "store/listing/priv.h"

/* Literal text, or a value: that of the first piece of a run of alternatives that has one. */
struct piece {
	char *text;       /* literal text, or the name of a free tag, or HEARD */
	enum field field; /* F_NONE: see value */
	bool value;       /* a value, not literal text */
	bool more;        /* the next piece is for where this one is empty */
};

struct format {
	struct piece *piece;
	size_t n;
};

/* No field, and in JSON beside them: which of bpm and key were heard. */
static const char heard[] = "heard";

void
format_free(struct format *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->n; i++)
		free(f->piece[i].text);
	free(f->piece);
	free(f);
}

static enum err_code
add_piece(struct format *f, const char *s, size_t len, bool value, struct err *e)
{
	struct piece *more = realloc(f->piece, (f->n + 1) * sizeof *more);
	char *text = strndup(s, len);

	if (more != NULL)
		f->piece = more;
	if (more == NULL || text == NULL) {
		free(text);
		return err_memory(e);
	}
	more[f->n++] = (struct piece){ text, value ? field_find(text) : F_NONE, value, false };
	return ERR_NONE;
}

static enum err_code
add_value(struct format *f, const char *option, const char *s, size_t len, struct err *e)
{
	const char *name;
	enum field near;

	if (len == 0)
		return err_set(e, ERR_USAGE, "%s: a field's name is missing", option);
	if (add_piece(f, s, len, true, e) != ERR_NONE || f->piece[f->n - 1].field != F_NONE)
		return e->code;
	name = f->piece[f->n - 1].text;
	near = field_nearest(name);
	if (near != F_NONE && strcmp(name, heard) != 0)
		return err_set(e, ERR_USAGE, "%s: there is no field '%s'; did you mean '%s'?", option, name,
		    field_info(near)->name);
	return ERR_NONE;
}

/* name|name|text: the last is text where it is no field. */
static enum err_code
add_alternatives(struct format *f, const char *s, size_t len, struct err *e)
{
	const char *end = s + len, *bar;

	while ((bar = memchr(s, '|', (size_t)(end - s))) != NULL) {
		if (add_value(f, "--format", s, (size_t)(bar - s), e) != ERR_NONE)
			return e->code;
		f->piece[f->n - 1].more = true;
		s = bar + 1;
	}
	len = (size_t)(end - s);
	if (f->n > 0 && f->piece[f->n - 1].more)
		return add_piece(f, s, len,
		    field_find_n(s, len) != F_NONE || (len == strlen(heard) && memcmp(s, heard, len) == 0),
		    e);
	return add_value(f, "--format", s, len, e);
}

/* Text up to a dollar sign, with its backslashes taken. */
static enum err_code
add_text(struct format *f, const char **s, struct err *e)
{
	struct buf text = { 0 };

	for (; **s != '\0' && (**s != '$' || (*s)[1] == '$'); (*s)++) {
		char next = (*s)[1];

		if (**s == '$')
			buf_putc(&text, *++*s);
		else if (**s == '\\' && next != '\0' && strchr("tn\\$", next) != NULL)
			buf_putc(&text, *++*s == 't' ? '\t' : **s == 'n' ? '\n' : **s);
		else
			buf_putc(&text, **s);
	}
	if (text.len > 0 && buf_ok(&text, e) == ERR_NONE)
		add_piece(f, text.data, text.len, false, e);
	buf_free(&text);
	return e->code;
}

static enum err_code
read_pieces(struct format *f, const char *s, struct err *e)
{
	while (add_text(f, &s, e) == ERR_NONE && *s == '$') {
		bool braces = s[1] == '{';
		size_t len = 0;

		s += 1 + braces;
		if (braces)
			len = strcspn(s, "}");
		else
			while (isalnum((unsigned char)s[len]) || s[len] == '_')
				len++;
		if (braces && (s[len] != '}' || len == 0))
			return err_set(e, ERR_USAGE, "--format: '${' wants a name and '}'");
		if (len == 0)
			return err_set(
			    e, ERR_USAGE, "--format: '$' wants a field's name; write '$$' for the sign");
		if (braces)
			add_alternatives(f, s, len, e);
		else
			add_value(f, "--format", s, len, e);
		s += len + braces;
		if (e->code != ERR_NONE)
			break;
	}
	return e->code;
}

static enum err_code
read_columns(struct format *f, const char *s, struct err *e)
{
	size_t len;

	for (;; s += len + 1) {
		len = strcspn(s, ",");
		if (add_value(f, "--fields", s, len, e) != ERR_NONE || s[len] == '\0')
			return e->code;
	}
}

static enum err_code
make(struct format **ret, const char *text,
    enum err_code (*read)(struct format *, const char *, struct err *), struct err *e)
{
	struct format *f = calloc(1, sizeof *f);

	if (f == NULL)
		return err_memory(e);
	if (read(f, text, e) != ERR_NONE) {
		format_free(f);
		return e->code;
	}
	*ret = f;
	return ERR_NONE;
}

enum err_code
format_read(struct format **f, const char *text, struct err *e)
{
	return make(f, text, read_pieces, e);
}

enum err_code
format_columns(struct format **f, const char *names, struct err *e)
{
	return make(f, names, read_columns, e);
}

static void
free_tag_text(const struct track *t, const char *name, struct buf *out)
{
	for (size_t i = 0; i < t->ntags; i++) {
		if (strcmp(t->tags[i].name, name) != 0)
			continue;
		for (size_t k = 0; k < t->tags[i].n; k++)
			buf_printf(out, "%s%s", k > 0 ? "; " : "", t->tags[i].value[k]);
	}
}

static void
value_text(const struct piece *p, const struct track *t, struct buf *out)
{
	if (p->field != F_NONE)
		track_text(t, p->field, out);
	else if (strcmp(p->text, heard) == 0)
		track_heard_text(t, out);
	else
		free_tag_text(t, p->text, out);
}

void
format_track(const struct format *f, const struct track *t, bool escape, struct buf *out)
{
	struct buf value = { 0 };

	for (size_t i = 0; i < f->n; i++) {
		const struct piece *p = &f->piece[i];

		buf_clear(&value);
		if (!p->value)
			buf_puts(out, p->text);
		else
			value_text(p, t, &value);
		if (escape)
			out_printable(out, value.data, value.len);
		else
			buf_add(out, value.data, value.len);
		while (value.len > 0 && f->piece[i].more) /* the other alternatives */
			i++;
	}
	out->failed |= value.failed;
	buf_free(&value);
}

size_t
format_count(const struct format *f)
{
	return f->n;
}

const char *
format_name(const struct format *f, size_t i)
{
	return f->piece[i].text;
}

void
format_cell(const struct format *f, size_t i, const struct track *t, struct buf *out)
{
	value_text(&f->piece[i], t, out);
}
