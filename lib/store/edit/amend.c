/* SPDX-License-Identifier: MIT */
/* Fields of tracks, set by hand. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

#include "base/out.h"
#include "base/time.h"
#include "store/edit/priv.h"
#include "store/playlist/import.h"
#include "store/index.h"

/* -- what is assigned --------------------------------------------------- */

static enum err_code
check_slip(struct amend *a, const struct assign *s, struct err *e)
{
	enum field near = field_nearest(s->name);
	sqlite3_stmt *st;
	int known;

	if (s->surely || near == F_NONE)
		return ERR_NONE;
	st = sql_get(a->db, "SELECT 1 FROM tagname WHERE name = ?1 AND id >= 1000", e);
	if (st == NULL)
		return e->code;
	sql_text(st, 1, s->name);
	known = sql_step(a->db, st, e);
	sql_done(st);
	if (known == 0)
		err_set(e, ERR_USAGE,
		    "there is no field '%s'; did you mean '%s'? (A tag of that name: tags.%s)", s->name,
		    field_info(near)->name, s->name);
	return e->code;
}

static bool
is_target_of(const struct target *t, const struct assign *s)
{
	return t->field == s->field && (s->field != F_NONE || strcmp(t->name, s->name) == 0);
}

static enum err_code
add_target(struct amend *a, enum field f, const char *name, struct err *e)
{
	struct target *t = &a->targets[a->n];

	*t = (struct target){ .field = f, .name = name, .name_id = f + 1 };
	if (f == F_NONE) {
		if (catalogue_tagname(&a->c, name, &t->name_id, e) != ERR_NONE)
			return e->code;
	} else {
		t->name = field_info(f)->name;
		t->release = (field_info(f)->flags & FIELD_RELEASE) != 0;
		if (catalogue_field(&a->c, f, e) != ERR_NONE)
			return e->code;
	}
	a->n++;
	return ERR_NONE;
}

/* A printed artist may be followed by the list, and the other way round: the list of targets has both. */
static enum err_code
add_partner(struct amend *a, enum field one, enum field other, struct err *e)
{
	if (amend_target(a, one) == NULL || amend_target(a, other) != NULL)
		return ERR_NONE;
	return add_target(a, other, NULL, e);
}

static enum err_code
find_targets(struct amend *a, struct err *e)
{
	size_t max = a->o->nassigns + 4;

	a->targets = calloc(max, sizeof *a->targets);
	a->before = calloc(max, sizeof *a->before);
	a->after = calloc(max, sizeof *a->after);
	if (a->targets == NULL || a->before == NULL || a->after == NULL)
		return err_memory(e);
	for (size_t i = 0; i < a->o->nassigns; i++) {
		const struct assign *s = &a->o->assigns[i];
		bool known = false;

		for (size_t k = 0; k < a->n; k++)
			known |= is_target_of(&a->targets[k], s);
		if (known)
			continue;
		if (s->field == F_NONE && check_slip(a, s, e) != ERR_NONE)
			return e->code;
		if (add_target(a, s->field, s->name, e) != ERR_NONE)
			return e->code;
	}
	if (add_partner(a, F_ARTIST, F_ARTISTS, e) == ERR_NONE &&
	    add_partner(a, F_ARTISTS, F_ARTIST, e) == ERR_NONE &&
	    add_partner(a, F_ALBUMARTIST, F_ALBUMARTISTS, e) == ERR_NONE)
		add_partner(a, F_ALBUMARTISTS, F_ALBUMARTIST, e);
	return e->code;
}

const struct target *
amend_target(const struct amend *a, enum field f)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->targets[i].field == f)
			return &a->targets[i];
	return NULL;
}

static void
take_out(struct texts *t, const char *value)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->n; i++) {
		if (strcmp(t->v[i], value) == 0)
			free(t->v[i]);
		else
			t->v[kept++] = t->v[i];
	}
	t->n = kept;
}

enum err_code
amend_apply(const struct amend *a, size_t target, struct err *e)
{
	const struct target *t = &a->targets[target];
	struct texts *to = &a->after[target];
	bool set = false;

	for (size_t i = 0; i < a->before[target].n; i++)
		if (texts_add(to, a->before[target].v[i], e) != ERR_NONE)
			return e->code;
	for (size_t i = 0; i < a->o->nassigns; i++) {
		const struct assign *s = &a->o->assigns[i];

		if (!is_target_of(t, s))
			continue;
		if (s->how == ASSIGN_SET && !set)
			texts_free(to);
		set |= s->how == ASSIGN_SET;
		if (s->how == ASSIGN_TAKE)
			take_out(to, s->value);
		else if (*s->value != '\0' && !texts_have(to, s->value) &&
		    texts_add(to, s->value, e) != ERR_NONE)
			return e->code;
	}
	return ERR_NONE;
}

/* -- artists as printed, and listed -------------------------------------- */

static enum err_code
join(const struct texts *list, const char *joint, struct texts *out, struct err *e)
{
	struct buf all = { 0 };

	for (size_t i = 0; i < list->n; i++) {
		buf_puts(&all, i > 0 ? joint : "");
		buf_puts(&all, list->v[i]);
	}
	if (list->n > 0 && buf_ok(&all, e) == ERR_NONE)
		texts_add(out, all.data, e);
	buf_free(&all);
	return e->code;
}

static bool
is_assigned(const struct amend *a, enum field f)
{
	for (size_t i = 0; i < a->o->nassigns; i++)
		if (a->o->assigns[i].field == f)
			return true;
	return false;
}

enum err_code
amend_follow(struct amend *a, enum field printed, enum field listed, const char *joint, struct err *e)
{
	const struct target *p = amend_target(a, printed), *l = amend_target(a, listed);
	struct texts joined = { 0 };
	bool together;

	if (p == NULL || l == NULL || (is_assigned(a, printed) && is_assigned(a, listed)))
		return ERR_NONE;
	if (join(&a->before[l - a->targets], joint, &joined, e) != ERR_NONE)
		return e->code;
	together = texts_equal(&a->before[p - a->targets], &joined);
	texts_free(&joined);
	if (!together)
		return ERR_NONE;
	if (is_assigned(a, listed)) {
		texts_free(&a->after[p - a->targets]);
		return join(&a->after[l - a->targets], joint, &a->after[p - a->targets], e);
	}
	if (texts_equal(&a->before[p - a->targets], &a->after[p - a->targets]))
		return ERR_NONE;
	texts_free(&a->after[l - a->targets]);
	return join(&a->after[p - a->targets], joint, &a->after[l - a->targets], e);
}

/* -- one track ----------------------------------------------------------- */

static void
forget_values(struct amend *a)
{
	for (size_t i = 0; i < a->n; i++) {
		texts_free(&a->before[i]);
		texts_free(&a->after[i]);
	}
}

static enum err_code
read_track(struct amend *a, int64_t track, struct err *e)
{
	forget_values(a);
	for (size_t i = 0; i < a->n; i++)
		if (!a->targets[i].release &&
		    (value_read(a->db, &a->targets[i], track, &a->before[i], e) != ERR_NONE ||
			amend_apply(a, i, e) != ERR_NONE))
			return e->code;
	return amend_follow(a, F_ARTIST, F_ARTISTS, ", ", e);
}

static enum err_code
mark(struct amend *a, const struct target *t, int64_t track, struct err *e)
{
	return sql_change(a->db,
	    "INSERT INTO amended (track_id, name_id, at, event_id) VALUES (?1, ?2, ?3, ?4)"
	    " ON CONFLICT (track_id, name_id) DO UPDATE SET at = excluded.at, event_id = excluded.event_id",
	    (const int64_t[]){ track, t->name_id, a->c.now, a->event }, 4, e);
}

/* The members that value_tell() made become the line of a track. */
static enum err_code
amend_told(struct amend *a, int64_t track, struct buf *line, struct err *e)
{
	const char *text = line->data + 1;

	if (a->how->json) {
		line->data[0] = ',';
		text = line->data;
	}
	return chosen_changed(a->db, track, a->how->ids ? NULL : text, e);
}

static bool
differs(const struct amend *a, size_t i)
{
	return !texts_equal(&a->before[i], &a->after[i]);
}

/* Does the index hold words of this field, or the year that comes of it? */
static bool
is_indexed(enum field f)
{
	return f == F_DATE || f == F_ORIGINALDATE || (f != F_NONE && index_column(f) != NULL);
}

/* Will the index hold other words of this track?  Then it forgets it: all of them before anything is written,
 * see chosen_settle(). */
static enum err_code
forget_track(struct amend *a, int64_t track, struct err *e)
{
	if (read_track(a, track, e) != ERR_NONE)
		return e->code;
	for (size_t i = 0; i < a->n; i++)
		if (differs(a, i) && is_indexed(a->targets[i].field))
			return chosen_forget(a->db, track, e);
	return ERR_NONE;
}

static enum err_code
amend_track(struct amend *a, int64_t track, struct err *e)
{
	struct buf line = { 0 };

	if (read_track(a, track, e) != ERR_NONE)
		return e->code;
	buf_puts(&line, "{"); /* so that the first member knows itself the first */
	for (size_t i = 0; i < a->n && e->code == ERR_NONE; i++)
		if (differs(a, i) && value_write(&a->c, &a->targets[i], track, &a->after[i], e) == ERR_NONE &&
		    mark(a, &a->targets[i], track, e) == ERR_NONE)
			value_tell(&a->targets[i], &a->before[i], &a->after[i], a->how->json, &line, e);
	if (e->code == ERR_NONE && buf_ok(&line, e) == ERR_NONE && line.len > 1)
		amend_told(a, track, &line, e);
	buf_free(&line);
	return e->code;
}

/* Do it with each track, if a field of tracks is assigned at all. */
static enum err_code
each(struct amend *a, const char *stage, enum err_code (*fn)(struct amend *a, int64_t track, struct err *e),
    struct err *e)
{
	int64_t seq = 0, track;
	bool any = false;

	for (size_t i = 0; i < a->n; i++)
		any |= !a->targets[i].release;
	while (any && e->code == ERR_NONE && chosen_next(a->db, a->how, stage, &seq, &track, e) == 1)
		fn(a, track, e);
	return e->code;
}

static enum err_code
amend_all(struct amend *a, struct err *e)
{
	if (chosen_check(a->db, true, e) != ERR_NONE || find_targets(a, e) != ERR_NONE ||
	    each(a, "reading", forget_track, e) != ERR_NONE || amend_releases(a, e) != ERR_NONE)
		return e->code;
	return each(a, "amending", amend_track, e);
}

/* "fields":["title"] */
static enum err_code
name_fields(const struct amend *a, struct buf *data, struct err *e)
{
	buf_puts(data, "\"fields\":[");
	for (size_t i = 0; i < a->n; i++)
		if (a->targets[i].field == F_NONE || is_assigned(a, a->targets[i].field))
			json_text(data, NULL, a->targets[i].name);
	buf_puts(data, "]");
	return buf_ok(data, e);
}

enum err_code
edit_amend(struct db *db, const struct operands *o, const struct edit_options *how, struct edit_result *r,
    struct err *e)
{
	struct amend a = {
		.db = db, .c = { .db = db, .owner = (int64_t)getuid(), .now = time_now() }, .o = o, .how = how
	};
	struct buf data = { 0 };

	*r = (struct edit_result){ 0 };
	if (chosen_start(db, o->tracks, o->ntracks, e) != ERR_NONE || sql_begin(db, e) != ERR_NONE)
		return e->code;
	if (journal_begin(db, &a.event, e) == ERR_NONE && amend_all(&a, e) == ERR_NONE &&
	    playlist_hunt_changed(db, e) == ERR_NONE)
		name_fields(&a, &data, e);
	edit_finish(db, a.event, "amend", data.data, how, r, e);
	forget_values(&a);
	free(a.targets);
	free(a.before);
	free(a.after);
	buf_free(&data);
	return e->code;
}
