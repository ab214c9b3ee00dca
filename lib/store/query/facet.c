/* SPDX-License-Identifier: MIT */
#include "store/query/facet.h"

#include <stddef.h>
#include <string.h>

#include "base/time.h"
#include "store/query/facet_value.h"
#include "store/query/run.h"

void
facets_free(struct facets *f)
{
	tally_free(&f->values);
}

static enum err_code
find_field(struct db *db, const char *name, enum field *ret, struct err *e)
{
	enum field f = field_find(name), near = field_nearest(name);
	sqlite3_stmt *st;
	int step;

	if (f == F_FILE || f == F_ID)
		return err_set(e, ERR_USAGE, "--facet: every track has its own %s", field_info(f)->name);
	if (f != F_NONE) {
		*ret = f;
		return ERR_NONE;
	}
	st = sql_get(db, "SELECT 1 FROM tagname WHERE name = ? AND id >= 1000", e);
	if (st == NULL)
		return e->code;
	sql_text(st, 1, name);
	step = sql_step(db, st, e);
	sql_done(st);
	if (step < 0)
		return e->code;
	if (step == 0 && near != F_NONE)
		return err_set(e, ERR_USAGE, "--facet: there is no field '%s'; did you mean '%s'?", name,
		    field_info(near)->name);
	if (step == 0)
		return err_set(e, ERR_USAGE,
		    "--facet: there is no field '%s', and no track has a tag of that name", name);
	*ret = F_NONE;
	return ERR_NONE;
}

const char *
facet_shown(enum field f, const char *value)
{
	switch (f) {
	case F_SHA256:
		return "lower(hex(b.sha256))";
	case F_TAGS:
		return "(SELECT n.name FROM tagname n WHERE n.id = v.name_id)";
	default:
		return value;
	}
}

/* A row per value of each track: "FROM tables WHERE conditions" of the place are joined to the matches. */
static void
add_statement(struct compiler *c, const struct query *q, enum field f, const struct place *p, struct buf *sql)
{
	static const char from[] = "FROM ", where[] = " WHERE ";
	const char *conditions = strstr(p->from, where);
	struct buf join = { 0 };

	if (conditions != NULL) /* else it is a column of the track itself */
		buf_printf(&join, " CROSS JOIN %.*s", (int)(conditions - p->from - (ptrdiff_t)strlen(from)),
		    p->from + strlen(from));
	buf_printf(sql, "SELECT t.id, %s ", facet_shown(f, p->value));
	run_set(c, q->root, conditions != NULL && !join.failed ? join.data : "", sql);
	if (conditions != NULL)
		buf_printf(sql, " AND %s", conditions + strlen(where));
	sql->failed |= join.failed;
	buf_free(&join);
}

static enum err_code
count_place(struct compiler *c, const struct query *q, const struct place *p, struct facet_values *v)
{
	struct buf sql = { 0 };
	sqlite3_stmt *st = NULL;

	add_statement(c, q, v->field, p, &sql);
	if (c->e->code == ERR_NONE && buf_ok(&sql, c->e) == ERR_NONE)
		st = sql_prepare(c->db, sql.data, c->e);
	buf_free(&sql);
	if (st == NULL)
		return c->e->code;
	compiler_bind(c, st);
	while (sql_step(c->db, st, c->e) > 0)
		if (facet_values_add(v, sqlite3_column_value(st, 1), sqlite3_column_int64(st, 0), c->e) !=
		    ERR_NONE)
			break;
	sqlite3_finalize(st);
	return c->e->code;
}

/* By what is packed, by the tables of values, or by the rows of the matches. */
static enum err_code
count_values(struct compiler *c, const struct query *q, const char *name, struct facet_values *v)
{
	bool tag = v->field == F_NONE, done = false;
	struct place p[PLACES_MAX];
	struct part all = { 0 };
	int places;

	run_part(c, q->root, &all);
	if (facet_scan(c, &all, v, &done) == ERR_NONE && !done)
		facet_whole(c, &all, name, v, &done);
	part_free(&all);
	if (done || c->e->code != ERR_NONE)
		return c->e->code;
	places = field_places(v->field, tag, tag ? param_text(c, name, strlen(name)) : 0, p);
	for (int i = 0; i < places && c->e->code == ERR_NONE; i++)
		count_place(c, q, &p[i], v);
	return c->e->code;
}

enum err_code
facets_count(struct query *q, struct db *db, const char *name, int64_t most, struct facets *f, struct err *e)
{
	struct facet_values v = { .field = F_NONE };
	struct compiler c;

	if (find_field(db, name, &v.field, e) != ERR_NONE || run_begin(&c, q, db, e) != ERR_NONE)
		return e->code;
	v.texts.paths = v.field == F_SOURCE;
	if (count_values(&c, q, name, &v) == ERR_NONE)
		facet_values_end(&v, e);
	if (run_end(&c) == ERR_NONE && tally_sort(&v.texts, most, e) == ERR_NONE) {
		*f = (struct facets){ v.texts, v.field };
		v.texts = (struct tally){ 0 };
	}
	facet_values_free(&v);
	return e->code;
}
