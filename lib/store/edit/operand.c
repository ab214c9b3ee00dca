/* SPDX-License-Identifier: MIT */
/* What stands behind --amend, --remove and --restore: tracks and assignments. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/cli.h"
#include "base/out.h"
#include "store/edit/edit.h"
#include "store/track.h"
#include "text/value.h"

static void
assign_free(struct assign *a)
{
	free(a->name);
	free(a->value);
	*a = (struct assign){ 0 };
}

void
operands_free(struct operands *o)
{
	for (size_t i = 0; i < o->nassigns; i++)
		assign_free(&o->assigns[i]);
	free(o->assigns);
	free(o->tracks);
	*o = (struct operands){ 0 };
}

static enum err_code
add_track(struct operands *o, const char *word, struct err *e)
{
	int64_t id;

	if (track_parse(word, &id, e) != ERR_NONE)
		return e->code;
	if (o->ntracks == o->cap) {
		size_t cap = o->cap != 0 ? o->cap * 2 : 64;
		int64_t *more = realloc(o->tracks, cap * sizeof *more);

		if (more == NULL)
			return err_memory(e);
		o->tracks = more;
		o->cap = cap;
	}
	o->tracks[o->ntracks++] = id;
	return ERR_NONE;
}

static enum err_code
add_tracks_of_stdin(struct operands *o, struct err *e)
{
	char *line;

	while (cli_read_record(&line, e) > 0) {
		if (*line != '\0')
			add_track(o, line, e);
		free(line);
		if (e->code != ERR_NONE)
			break;
	}
	return e->code;
}

/* A free tag's name is kept in lower case, as the media worker writes it. */
static enum err_code
name_tag(struct assign *a, const char *name, size_t len, struct err *e)
{
	a->field = F_NONE;
	a->surely = len > 5 && strncasecmp(name, "tags.", 5) == 0;
	if (a->surely) {
		name += 5;
		len -= 5;
	}
	if (!utf8_valid(name, len) || len > 200)
		return err_set(e, ERR_USAGE, "'%.*s' cannot be the name of a tag", (int)len, name);
	a->name = strndup(name, len);
	if (a->name == NULL)
		return err_memory(e);
	for (char *p = a->name; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return err_set(e, ERR_USAGE, "'%s' cannot be the name of a tag", a->name);
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	}
	return ERR_NONE;
}

static enum err_code
read_value(struct assign *a, const char *value, struct err *e)
{
	bool list = a->field == F_NONE || field_info(a->field)->type == FIELD_LIST;

	if (a->field != F_NONE && (field_info(a->field)->flags & FIELD_WRITABLE) == 0)
		return err_set(e, ERR_USAGE, "the field '%s' cannot be amended: %s",
		    field_info(a->field)->name, field_fixed(a->field));
	if (a->how != ASSIGN_SET && !list)
		return err_set(e, ERR_USAGE, "%s holds one value: += and -= are for fields that hold several",
		    field_info(a->field)->name);
	if ((a->field == F_NONE ? value_typed_tag(a->name, value, &a->value, e)
				: value_typed(a->field, value, &a->value, e)) != ERR_NONE)
		return e->code;
	if (a->how != ASSIGN_SET && *a->value == '\0')
		return err_set(e, ERR_USAGE, "%s%c= wants a value",
		    a->field == F_NONE ? a->name : field_info(a->field)->name,
		    a->how == ASSIGN_ADD ? '+' : '-');
	return ERR_NONE;
}

static enum err_code
assign_parse(struct assign *a, const char *text, struct err *e)
{
	const char *equals = strchr(text, '=');
	size_t len = (size_t)(equals - text);

	if (len > 0 && (text[len - 1] == '+' || text[len - 1] == '-'))
		a->how = text[--len] == '+' ? ASSIGN_ADD : ASSIGN_TAKE;
	if (len == 0)
		return err_set(e, ERR_USAGE, "'%s' is no FIELD=VALUE", text);
	a->field = field_find_n(text, len);
	if (a->field == F_NONE && name_tag(a, text, len, e) != ERR_NONE)
		return e->code;
	return read_value(a, equals + 1, e);
}

static bool
same_field(const struct assign *a, const struct assign *b)
{
	return a->field == b->field && (a->field != F_NONE || strcmp(a->name, b->name) == 0);
}

static enum err_code
add_assign(struct operands *o, const char *word, struct err *e)
{
	struct assign *more = realloc(o->assigns, (o->nassigns + 1) * sizeof *more), *a;

	if (more == NULL)
		return err_memory(e);
	o->assigns = more;
	a = &more[o->nassigns];
	*a = (struct assign){ 0 };
	if (assign_parse(a, word, e) != ERR_NONE) {
		assign_free(a);
		return e->code;
	}
	o->nassigns++;
	if (a->field == F_NONE || field_info(a->field)->type == FIELD_LIST)
		return ERR_NONE;
	for (size_t i = 0; i + 1 < o->nassigns; i++)
		if (same_field(&more[i], a))
			return err_set(e, ERR_USAGE, "%s holds one value, and was given two",
			    field_info(a->field)->name);
	return ERR_NONE;
}

enum err_code
operands_read(struct operands *o, char **words, bool assigns, struct err *e)
{
	for (; *words != NULL && e->code == ERR_NONE; words++) {
		if (strcmp(*words, "-") == 0)
			add_tracks_of_stdin(o, e);
		else if (assigns && strchr(*words, '=') != NULL)
			add_assign(o, *words, e);
		else
			add_track(o, *words, e);
	}
	if (e->code != ERR_NONE)
		operands_free(o);
	return e->code;
}
