/* SPDX-License-Identifier: MIT */
#include "intake/set.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "text/value.h"

enum err_code
set_parse(struct set *s, const char *text, struct err *e)
{
	const char *equals = strchr(text, '=');
	const struct field_info *info;
	enum field f, near;

	if (equals == NULL || equals == text)
		return err_set(e, ERR_USAGE, "'%s' is no FIELD=VALUE", text);
	f = field_find_n(text, (size_t)(equals - text));
	if (f == F_NONE) {
		char *name = strndup(text, (size_t)(equals - text));

		if (name == NULL)
			return err_memory(e);
		near = field_nearest(name);
		err_set(e, ERR_USAGE, "there is no field '%s'%s%s%s", name,
		    near != F_NONE ? "; did you mean '" : "", near != F_NONE ? field_info(near)->name : "",
		    near != F_NONE ? "'?" : "");
		free(name);
		return e->code;
	}
	info = field_info(f);
	if ((info->flags & (FIELD_TAG | FIELD_WRITABLE)) != (FIELD_TAG | FIELD_WRITABLE))
		return err_set(e, ERR_USAGE, "the field '%s' cannot be set at import: %s", info->name,
		    (info->flags & FIELD_WRITABLE) != 0 ? "it is amended, track by track" : field_fixed(f));
	if (value_typed(f, equals + 1, &s->value, e) != ERR_NONE)
		return e->code;
	s->field = f;
	return ERR_NONE;
}

void
set_free(struct set *s)
{
	free(s->value);
	*s = (struct set){ 0 };
}

static bool
set_before(const struct set *sets, size_t n, enum field f)
{
	for (size_t i = 0; i < n; i++)
		if (sets[i].field == f)
			return true;
	return false;
}

static enum err_code
apply(struct record *r, const struct set *sets, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		const char *value = *sets[i].value != '\0' ? sets[i].value : NULL;
		bool add = value != NULL && field_info(sets[i].field)->type == FIELD_LIST &&
		    set_before(sets, i, sets[i].field);

		if ((add ? record_add(r, sets[i].field, NULL, value, e)
			 : record_set(r, sets[i].field, value, e)) != ERR_NONE)
			return e->code;
	}
	return ERR_NONE;
}

enum err_code
set_apply(struct record *r, const struct set *sets, size_t n, struct err *e)
{
	if (apply(r, sets, n, e) != ERR_NONE)
		return e->code;
	for (size_t i = 0; i < r->nparts; i++)
		if (apply(&r->parts[i], sets, n, e) != ERR_NONE)
			return e->code;
	return ERR_NONE;
}
