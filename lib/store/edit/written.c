/* SPDX-License-Identifier: MIT */
#include "store/edit/written.h"

#include <stdlib.h>
#include <string.h>

#include "base/out.h"
#include "worker/same.h"

static bool
same_covers(const struct record *a, const struct record *b)
{
	if (a->ncovers != b->ncovers)
		return false;
	for (size_t i = 0; i < a->ncovers; i++)
		if (a->covers[i].len != b->covers[i].len ||
		    memcmp(a->covers[i].data, b->covers[i].data, a->covers[i].len) != 0)
			return false;
	return true;
}

static bool
is_asked_for(const struct record *r, const char *name)
{
	for (size_t i = 0; i < r->nvalues; i++)
		if (r->values[i].field == F_NONE && strcmp(r->values[i].name, name) == 0)
			return true;
	return false;
}

/* Did the format not hold it?  Then the old value may have had to make room for another field's. */
static bool
is_left(const struct written *w, enum field f, const char *name)
{
	for (size_t i = 0; i < w->left.nvalues; i++)
		if (w->left.values[i].field == f &&
		    (name == NULL || strcmp(w->left.values[i].name, name) == 0))
			return true;
	return false;
}

const char *
written_wrong(const struct written *w)
{
	if (!w->now.has_audio || memcmp(w->now.audio, w->have.audio, sizeof w->have.audio) != 0 ||
	    strcmp(w->now.format, w->have.format) != 0 || (w->now.damaged && !w->have.damaged))
		return "the audio";
	if (!same_covers(&w->have, &w->now))
		return "the covers";
	for (int f = 0; f < F_COUNT; f++)
		if ((field_info((enum field)f)->flags & FIELD_TAG) != 0 &&
		    !record_same(&w->wanted, &w->now, (enum field)f) &&
		    !(is_left(w, (enum field)f, NULL) && record_get(&w->now, (enum field)f) == NULL))
			return field_info((enum field)f)->name;
	for (size_t i = 0; i < w->wanted.nvalues; i++)
		if (w->wanted.values[i].field == F_NONE &&
		    !record_same_tag(&w->wanted, &w->now, w->wanted.values[i].name))
			return w->wanted.values[i].name;
	for (size_t i = 0; i < w->have.nvalues; i++)
		if (w->have.values[i].field == F_NONE && !is_asked_for(&w->wanted, w->have.values[i].name) &&
		    !record_same_tag(&w->have, &w->now, w->have.values[i].name))
			return w->have.values[i].name;
	return NULL;
}

/* What the format cannot hold is wanted as it was. */
static enum err_code
want_no_more(struct written *w, const struct record_value *v, struct err *e)
{
	struct record *r = &w->wanted;
	size_t kept = 0;

	for (size_t i = 0; i < r->nvalues; i++) {
		struct record_value *o = &r->values[i];

		if (o->field != v->field || (v->field == F_NONE && strcmp(o->name, v->name) != 0)) {
			r->values[kept++] = *o;
			continue;
		}
		free(o->name);
		free(o->value);
	}
	r->nvalues = kept;
	for (size_t i = 0; i < w->have.nvalues && e->code == ERR_NONE; i++) {
		const struct record_value *o = &w->have.values[i];

		if (o->field == v->field && (v->field != F_NONE || strcmp(o->name, v->name) == 0))
			record_add(r, o->field, o->name, o->value, e);
	}
	return e->code;
}

enum err_code
written_left(struct written *w, struct buf *names, struct err *e)
{
	for (size_t i = 0; i < w->left.nvalues && e->code == ERR_NONE; i++) {
		const struct record_value *v = &w->left.values[i];
		const char *name = v->field == F_NONE ? v->name : field_info(v->field)->name;

		buf_puts(names, i > 0 ? ", " : "");
		out_escape(names, name, strlen(name));
		want_no_more(w, v, e);
	}
	return e->code != ERR_NONE ? e->code : buf_ok(names, e);
}
