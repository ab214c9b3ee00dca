/* SPDX-License-Identifier: MIT */
#include "worker/record.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/out.h"

void
record_free(struct record *r)
{
	for (size_t i = 0; i < r->nvalues; i++) {
		free(r->values[i].name);
		free(r->values[i].value);
	}
	for (size_t i = 0; i < r->ncovers; i++) {
		free(r->covers[i].text);
		free(r->covers[i].data);
	}
	for (size_t i = 0; i < r->nnotes; i++)
		free(r->notes[i]);
	record_drop_parts(r);
	free(r->values);
	free(r->covers);
	free(r->notes);
	*r = (struct record){ 0 };
}

/* Room for one more element: arrays grow at the powers of two, so they need no capacity of their own. */
static void *
grow(void *array, size_t n, size_t size)
{
	if (n != 0 && (n & (n - 1)) != 0)
		return array;
	return realloc(array, (n == 0 ? 1 : n * 2) * size);
}

enum err_code
record_add(struct record *r, enum field field, const char *name, const char *value, struct err *e)
{
	struct record_value *values = grow(r->values, r->nvalues, sizeof *values);
	struct record_value v = { .field = field };

	if (values == NULL)
		return err_memory(e);
	r->values = values;
	v.value = strdup(value);
	if (field == F_NONE)
		v.name = strdup(name);
	if (v.value == NULL || (field == F_NONE && v.name == NULL)) {
		free(v.name);
		free(v.value);
		return err_memory(e);
	}
	values[r->nvalues++] = v;
	return ERR_NONE;
}

enum { NOTE_MAX = 1000 };

/* What a note quotes may have been cut amid a character, or never was text: such bytes become question marks,
 * since nobody takes a record that holds them. */
static void
make_text(char *s, size_t len)
{
	for (size_t i = 0, n; i < len; i += n) {
		unsigned char c = (unsigned char)s[i];

		n = utf8_len(s + i, len - i);
		if (n > 1 && !(c == 0xc2 && (unsigned char)s[i + 1] < 0xa0))
			continue;
		if (n != 1 || (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
			s[i] = '?';
		n = 1;
	}
}

enum err_code
record_note(struct record *r, struct err *e, const char *fmt, ...)
{
	char **notes = grow(r->notes, r->nnotes, sizeof *notes);
	char *text;
	va_list ap;
	int len;

	if (notes == NULL)
		return err_memory(e);
	r->notes = notes;
	va_start(ap, fmt);
	len = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (len < 0)
		return err_memory(e);
	if (len > NOTE_MAX)
		text[len = NOTE_MAX] = '\0';
	make_text(text, (size_t)len);
	notes[r->nnotes++] = text;
	return ERR_NONE;
}

enum err_code
record_add_cover(struct record *r, struct record_cover *c, struct err *e)
{
	struct record_cover *covers = grow(r->covers, r->ncovers, sizeof *covers);

	if (covers == NULL) {
		free(c->text);
		free(c->data);
		c->text = NULL;
		c->data = NULL;
		return err_memory(e);
	}
	r->covers = covers;
	covers[r->ncovers++] = *c;
	c->text = NULL;
	c->data = NULL;
	return ERR_NONE;
}

const char *
record_get(const struct record *r, enum field field)
{
	for (size_t i = 0; i < r->nvalues; i++)
		if (r->values[i].field == field && field != F_NONE)
			return r->values[i].value;
	return NULL;
}

enum err_code
record_set(struct record *r, enum field field, const char *value, struct err *e)
{
	size_t kept = 0;

	/* the new one first: value may point into the record, and failure must leave it as it was */
	if (value != NULL && record_add(r, field, NULL, value, e) != ERR_NONE)
		return e->code;
	for (size_t i = 0; i < r->nvalues; i++) {
		bool added = value != NULL && i == r->nvalues - 1;

		if (r->values[i].field == field && !added) {
			free(r->values[i].value);
			continue;
		}
		r->values[kept++] = r->values[i];
	}
	r->nvalues = kept;
	return ERR_NONE;
}
