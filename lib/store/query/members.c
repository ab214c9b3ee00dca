/* SPDX-License-Identifier: MIT */
#include "store/query/members.h"

#include <stdlib.h>
#include <string.h>

#include "store/query/part.h"

enum { NUMBER_MAX = 1 << 30 }; /* nobody's library: half a byte of memory for each */

void
members_free(struct members *m)
{
	if (m == NULL)
		return;
	buf_free(&m->sql);
	for (int i = 0; i < MEMBER_KINDS; i++)
		free(m->of[i].byte);
	free(m);
}

struct members *
members_new(struct compiler *c, const struct node *n)
{
	struct members *m = calloc(1, sizeof *m);

	if (m == NULL) {
		err_memory(c->e);
		return NULL;
	}
	if (compile_rows(c, n, &m->sql) && c->e->code == ERR_NONE)
		return m;
	members_free(m);
	return NULL;
}

bool
bits_have(const struct bits *b, int64_t number)
{
	return number >= 0 && (uint64_t)number < b->n && b->byte[number >> 3] >> (number & 7) & 1;
}

enum err_code
bits_set(struct bits *b, int64_t number, struct err *e)
{
	if (number < 0 || number >= NUMBER_MAX) /* no row has it that a search would find */
		return ERR_NONE;
	if ((uint64_t)number >= b->n) {
		size_t room = b->n > 0 ? 2 * b->n : 1 << 16;
		uint8_t *more;

		while (room <= (size_t)number)
			room *= 2;
		more = realloc(b->byte, room / 8);
		if (more == NULL)
			return err_memory(e);
		memset(more + b->n / 8, 0, (room - b->n) / 8);
		b->byte = more;
		b->n = room;
	}
	b->byte[number >> 3] |= (uint8_t)(1 << (number & 7));
	return ERR_NONE;
}

/* fonoteca_mark(kind, number) */
static void
mark(sqlite3_context *context, int n, sqlite3_value **value)
{
	struct members *m = sqlite3_user_data(context);
	int kind = sqlite3_value_int(value[0]);
	struct err ignored = { 0 };

	(void)n;
	if (bits_set(&m->of[kind], sqlite3_value_int64(value[1]), &ignored) != ERR_NONE)
		sqlite3_result_error_nomem(context);
}

static void
marked(sqlite3_context *context)
{
	sqlite3_result_int(context, 1);
}

enum err_code
members_fill(struct members *m, struct compiler *c)
{
	struct buf sql = { 0 };
	sqlite3_stmt *st;

	if (m->filled)
		return ERR_NONE;
	if (sqlite3_create_function(c->db->sql, "fonoteca_mark", 2, SQLITE_UTF8 | SQLITE_DIRECTONLY, m, NULL,
		mark, marked) != SQLITE_OK)
		return sql_error(c->db, c->e);
	buf_printf(&sql, "SELECT fonoteca_mark(kind, number) FROM (%s)", m->sql.data);
	st = part_prepare(c, &sql);
	if (st == NULL)
		return c->e->code;
	(void)sql_step(c->db, st, c->e);
	sqlite3_finalize(st);
	m->filled = c->e->code == ERR_NONE;
	return c->e->code;
}
