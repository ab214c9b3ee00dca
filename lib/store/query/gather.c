/* SPDX-License-Identifier: MIT */
#include "store/query/gather.h"

#include <stdlib.h>
#include <string.h>

#include "store/query/top.h"

enum err_code
documents_add(struct documents *d, uint32_t doc, struct err *e)
{
	if (d->n == d->cap) {
		size_t cap = d->cap > 0 ? 2 * d->cap : 4096;
		uint32_t *more = realloc(d->doc, cap * sizeof *more);

		if (more == NULL)
			return err_memory(e);
		d->doc = more;
		d->cap = cap;
	}
	d->doc[d->n++] = doc;
	return ERR_NONE;
}

void
documents_free(struct documents *d)
{
	free(d->doc);
	*d = (struct documents){ 0 };
}

static void
gather(sqlite3_context *context, int n, sqlite3_value **value)
{
	struct documents *d = sqlite3_user_data(context);
	struct err ignored = { 0 };

	(void)n;
	if (documents_add(d, (uint32_t)sqlite3_value_int64(value[0]), &ignored) != ERR_NONE)
		sqlite3_result_error_nomem(context);
}

static void
gathered(sqlite3_context *context)
{
	sqlite3_result_int(context, 1);
}

/* As an aggregate: rows that leave a statement one by one take twice the time. */
static enum err_code
run(struct compiler *c, struct buf *sql, struct documents *d)
{
	sqlite3_stmt *st;

	if (sqlite3_create_function(c->db->sql, "fonoteca_gather", 1, SQLITE_UTF8 | SQLITE_DIRECTONLY, d,
		NULL, gather, gathered) != SQLITE_OK) {
		buf_free(sql);
		return sql_error(c->db, c->e);
	}
	st = part_prepare(c, sql);
	if (st == NULL)
		return c->e->code;
	(void)sql_step(c->db, st, c->e);
	sqlite3_finalize(st);
	return c->e->code;
}

enum err_code
gather_part(struct compiler *c, const char *match, const char *docs, struct documents *d)
{
	struct buf sql = { 0 };

	if (match != NULL)
		buf_printf(&sql, "SELECT fonoteca_gather(rowid) FROM fts WHERE fts MATCH ?%d",
		    param_text(c, match, strlen(match)));
	else
		buf_printf(&sql, "SELECT fonoteca_gather(doc) FROM (%s ORDER BY 1)", docs);
	return run(c, &sql, d);
}

static void
add_number(struct buf *json, uint64_t n)
{
	char text[24], *at = text + sizeof text;

	do
		*--at = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	buf_putc(json, json->len > 0 ? ',' : '[');
	buf_add(json, at, (size_t)(text + sizeof text - at));
}

enum err_code
documents_json(const struct documents *d, struct buf *json, struct err *e)
{
	for (size_t i = 0; i < d->n; i++)
		add_number(json, d->doc[i]);
	buf_puts(json, d->n > 0 ? "]" : "[]");
	return buf_ok(json, e);
}

enum err_code
gather_rows(struct compiler *c, const struct documents *of, const char *where, struct documents *d)
{
	struct buf json = { 0 }, sql = { 0 };

	if (documents_json(of, &json, c->e) == ERR_NONE) {
		buf_printf(
		    &sql, "SELECT fonoteca_gather(d.doc) " TOP_FROM, param_text(c, json.data, json.len));
		buf_printf(&sql, " WHERE %s", where);
		run(c, &sql, d);
	}
	buf_free(&json);
	return c->e->code;
}
