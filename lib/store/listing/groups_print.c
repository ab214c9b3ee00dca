/* SPDX-License-Identifier: MIT */
/* Albums and artists as text or JSON. */
#include "base/out.h"
#include "store/listing/groups.h"
#include "store/listing/priv.h"
#include "store/sql.h"
#include "text/table.h"

static void
add_json(enum group_by by, const struct group *g, sqlite3_stmt *st, struct buf *out)
{
	static const char *const names[] = { "album", "albumartist", "mb_albumid" };

	json_open(out, by == GROUP_ALBUMS ? "album" : "artist");
	if (by == GROUP_ARTISTS)
		json_text(out, "artist", (const char *)sqlite3_column_text(st, 0));
	for (int i = 0; by == GROUP_ALBUMS && i < 3; i++)
		if (sqlite3_column_type(st, i) != SQLITE_NULL)
			json_text(out, names[i], (const char *)sqlite3_column_text(st, i));
	if (by == GROUP_ALBUMS && sqlite3_column_int(st, 3) != 0)
		json_bool(out, "compilation", true);
	json_int(out, "tracks", g->tracks);
	if (by == GROUP_ARTISTS)
		json_int(out, "albums", g->albums);
	json_int(out, "duration_ms", g->duration_ms);
	if (g->first_year != 0) {
		json_int(out, "first_year", g->first_year);
		json_int(out, "last_year", g->last_year);
	}
	json_close(out);
}

static void
add_cells(enum group_by by, const struct group *g, sqlite3_stmt *st, struct table *t)
{
	struct buf text = { 0 };

	if (by == GROUP_ALBUMS)
		table_text(t, (const char *)sqlite3_column_text(st, 1));
	table_text(t, (const char *)sqlite3_column_text(st, 0));
	if (g->first_year != 0)
		buf_printf(&text, g->last_year > g->first_year ? "%lld-%lld" : "%lld",
		    (long long)g->first_year, (long long)g->last_year);
	table_cell(t, text.data != NULL ? text.data : "", text.len);
	if (by == GROUP_ARTISTS)
		table_int(t, g->albums);
	table_int(t, g->tracks);
	buf_clear(&text);
	add_length(&text, g->duration_ms);
	table_cell(t, text.data != NULL ? text.data : "", text.len);
	table_row(t);
	t->out->failed |= text.failed;
	buf_free(&text);
}

static void
add_head(enum group_by by, struct table *t)
{
	static const char *const heads[][5] = { { "albumartist", "album", "year", "tracks", "length" },
		{ "artist", "year", "albums", "tracks", "length" } };

	for (int i = 0; i < 5; i++)
		table_text(t, heads[by][i]);
	table_row(t);
}

enum err_code
groups_print(struct db *db, enum group_by by, const struct group *list, size_t n,
    const struct groups_form *form, struct buf *out, struct err *e)
{
	struct table t = { .out = out,
		.separator = form->end,
		.aligned = form->columns > 0,
		.fit = form->columns,
		.head = form->columns > 0,
		.color = form->color,
		.right = by == GROUP_ALBUMS ? 1u << 3 | 1u << 4 : 1u << 2 | 1u << 3 | 1u << 4 };
	sqlite3_stmt *st = sql_get(db,
	    by == GROUP_ALBUMS
		? "SELECT album, coalesce(albumartist, (SELECT t.artist FROM track t WHERE t.release_id ="
		  " r.id AND t.removed IS NULL ORDER BY t.disc, t.track LIMIT 1)),"
		  " mb_albumid, compilation FROM release r WHERE id = ?"
		: "SELECT name FROM artist WHERE id = ?",
	    e);

	if (st == NULL)
		return e->code;
	if (t.head && !form->json)
		add_head(by, &t);
	for (size_t i = 0; i < n; i++) {
		sqlite3_reset(st);
		sql_int(st, 1, list[i].id);
		if (sql_step(db, st, e) <= 0)
			continue; /* gone since, or *e says what */
		if (form->json) {
			add_json(by, &list[i], st, out);
			buf_putc(out, form->end);
		} else {
			add_cells(by, &list[i], st, &t);
		}
	}
	sql_done(st);
	table_end(&t);
	return e->code != ERR_NONE ? e->code : buf_ok(out, e);
}
