/* Format strings: $artist - ${title} */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/field.h"
#include "store/listing/priv.h"

struct piece {
	char *text;       /* literal text, or the name of a free tag */
	enum field field; /* F_NONE: see value */
	bool value;       /* a value, not literal text */
};

struct format {
	struct piece *piece;
	size_t n;
};

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
	more[f->n++] = (struct piece){ text, value ? field_find(text) : F_NONE, value };
	return ERR_NONE;
}

static enum err_code
add_value(struct format *f, const char *s, size_t len, struct err *e)
{
	const char *name;
	enum field near;

	if (add_piece(f, s, len, true, e) != ERR_NONE || f->piece[f->n - 1].field != F_NONE)
		return e->code;
	name = f->piece[f->n - 1].text;
	near = field_nearest(name);
	if (near != F_NONE)
		return err_set(e, ERR_USAGE, "there is no field '%s' for --format: did you mean '%s'?", name,
		    field_info(near)->name);
	return ERR_NONE;
}

static enum err_code
read_pieces(struct format *f, const char *s, struct err *e)
{
	while (*s != '\0') {
		size_t len = strcspn(s, "$");

		if (len > 0) {
			if (add_piece(f, s, len, false, e) != ERR_NONE)
				return e->code;
			s += len;
			continue;
		}
		if (s[1] == '$') {
			if (add_piece(f, s, 1, false, e) != ERR_NONE)
				return e->code;
			s += 2;
			continue;
		}
		if (s[1] == '{') {
			len = strcspn(s + 2, "}");
			if (s[2 + len] != '}' || len == 0)
				return err_set(e, ERR_USAGE, "--format: '${' wants a name and '}'");
			if (add_value(f, s + 2, len, e) != ERR_NONE)
				return e->code;
			s += len + 3;
			continue;
		}
		len = 0;
		while (isalnum((unsigned char)s[1 + len]) || s[1 + len] == '_')
			len++;
		if (len == 0)
			return err_set(
			    e, ERR_USAGE, "--format: '$' wants a field's name; write '$$' for the sign");
		if (add_value(f, s + 1, len, e) != ERR_NONE)
			return e->code;
		s += len + 1;
	}
	return ERR_NONE;
}

enum err_code
format_read(struct format **ret, const char *text, struct err *e)
{
	struct format *f = calloc(1, sizeof *f);

	if (f == NULL)
		return err_memory(e);
	if (read_pieces(f, text, e) != ERR_NONE) {
		format_free(f);
		return e->code;
	}
	*ret = f;
	return ERR_NONE;
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

void
format_track(const struct format *f, const struct track *t, struct buf *out)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct piece *p = &f->piece[i];

		if (!p->value)
			buf_puts(out, p->text);
		else if (p->field != F_NONE)
			track_text(t, p->field, out);
		else
			free_tag_text(t, p->text, out);
	}
}
