/* SPDX-License-Identifier: MIT */
/* Regular expressions: field:/pattern/, field::pattern, /pattern/ */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/query/compile.h"
#include "text/regex.h"

/* fonoteca_regex(value, pattern) */
static void
sql_regex(sqlite3_context *context, int n, sqlite3_value **arg)
{
	struct regex *r = sqlite3_value_pointer(arg[1], "regex");
	const char *text = (const char *)sqlite3_value_text(arg[0]);
	int found;

	(void)n;
	if (text == NULL || r == NULL)
		return;
	found = regex_match(r, text, (size_t)sqlite3_value_bytes(arg[0]));
	if (found >= 0) {
		sqlite3_result_int(context, found);
		return;
	}
	sqlite3_result_error(context, "the regular expression took too long", -1);
	sqlite3_result_error_code(context, SQLITE_CONSTRAINT_FUNCTION);
}

enum err_code
pattern_functions(struct db *db, struct err *e)
{
	int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;

	if (sqlite3_create_function(db->sql, "fonoteca_regex", 2, flags, NULL, sql_regex, NULL, NULL) !=
	    SQLITE_OK)
		return sql_error(db, e);
	return ERR_NONE;
}

/* A value in the form in which it is printed. */
static void
put_text_of(const struct node *n, const char *value, struct buf *sql)
{
	enum field_type type = n->field != F_NONE ? field_info(n->field)->type : FIELD_TEXT;

	if (n->field == F_SHA256)
		buf_printf(sql, "lower(hex(%s))", value);
	else if (n->field == F_SESSION)
		buf_printf(sql, "'s' || %s", value);
	else if (type == FIELD_TIME)
		buf_printf(sql, "strftime('%%Y-%%m-%%dT%%H:%%M:%%SZ', %s, 'unixepoch')", value);
	else if (type == FIELD_REAL)
		buf_printf(sql, "printf('%%.10g', %s)", value);
	else if (type == FIELD_BOOL)
		buf_printf(sql, "iif(%s, 'true', NULL)", value);
	else
		buf_puts(sql, value);
}

/* Names and albums are fewer than tracks: they are searched once, and the tracks taken from their indexes. */
static bool
by_names(const struct node *n, const struct place *p, int pattern, struct buf *sql)
{
	bool credit = n->field == F_ARTISTS || (n->field >= F_COMPOSER && n->field <= F_REMIXER);

	if (n->tag != NULL)
		return false;
	if (n->field == F_ALBUM || n->field == F_ALBUMARTIST || n->field == F_MB_ALBUMID)
		buf_printf(sql, "t.release_id IN (SELECT r.id FROM release r WHERE fonoteca_regex(%s, ?%d))",
		    p->value, pattern);
	else if (n->field == F_ALBUMARTISTS)
		buf_printf(sql,
		    "t.release_id IN (SELECT c.release_id FROM release_credit c JOIN artist a"
		    " ON a.id = c.artist_id WHERE fonoteca_regex(a.name, ?%d))",
		    pattern);
	else if (n->field == F_GENRE)
		buf_printf(sql,
		    "t.id IN (SELECT c.track_id FROM track_genre c WHERE c.genre_id IN"
		    " (SELECT g.id FROM genre g WHERE fonoteca_regex(g.name, ?%d)))",
		    pattern);
	else if (strncmp(p->from, "FROM file f WHERE f.track_id = t.id AND ", 40) == 0) {
		buf_printf(
		    sql, "t.id IN (SELECT f.track_id FROM file f WHERE %s AND fonoteca_regex(", p->from + 40);
		put_text_of(n, p->value, sql);
		buf_printf(sql, ", ?%d))", pattern);
	} else if (credit)
		buf_printf(sql,
		    "t.id IN (SELECT c.track_id FROM credit c WHERE c.role = %d AND c.artist_id IN"
		    " (SELECT a.id FROM artist a WHERE fonoteca_regex(a.name, ?%d)))",
		    n->field + 1, pattern);
	else
		return false;
	return true;
}

static void
in_field(struct compiler *c, const struct node *n, int pattern, struct buf *sql)
{
	struct place p[PLACES_MAX];
	int name = n->tag != NULL ? param_text(c, n->tag, strlen(n->tag)) : 0;
	int count = field_places(n->field, n->tag != NULL, name, p);

	if (!c->driven && count == 1 && by_names(n, &p[0], pattern, sql))
		return;
	for (int i = 0; i < count; i++) {
		place_open(p, i, c->rows, sql);
		buf_puts(sql, "fonoteca_regex(");
		put_text_of(n, p[i].value, sql);
		buf_printf(sql, ", ?%d)", pattern);
	}
	place_close(p, count, c->rows, sql);
}

/* A pattern that is found in the empty text, as ^$ is, is found where there is no value. */
static void
in_missing(struct compiler *c, const struct node *n, struct buf *sql)
{
	struct node has = { .kind = NODE_HAS, .field = F_NONE };

	has.value = n->tag != NULL ? n->tag : (char *)field_info(n->field)->name;
	buf_puts(sql, " OR ((");
	compile_has(c, &has, sql);
	buf_puts(sql, ") IS NOT TRUE)");
}

/* Title and artist of each track; albums and names once each, as there are fewer of them. */
static void
in_default_fields(struct compiler *c, int pattern, struct buf *sql)
{
	static const enum field fields[] = { F_TITLE, F_ARTIST, F_ALBUM, F_ALBUMARTIST, F_GENRE, F_ARTISTS,
		F_COMPOSER, F_LYRICIST, F_CONDUCTOR, F_PERFORMER, F_REMIXER };

	if (c->rows) {
		buf_printf(sql,
		    "SELECT 1 AS kind, t.id AS number FROM track t WHERE fonoteca_regex(t.title, ?%d)"
		    " OR fonoteca_regex(t.artist, ?%d) UNION ALL"
		    " SELECT 2, r.id FROM release r WHERE fonoteca_regex(r.album, ?%d)"
		    " OR fonoteca_regex(r.albumartist, ?%d) UNION ALL"
		    " SELECT 1, c.track_id FROM artist a CROSS JOIN credit c ON c.artist_id = a.id"
		    " WHERE fonoteca_regex(a.name, ?%d) UNION ALL"
		    " SELECT 1, c.track_id FROM genre g CROSS JOIN track_genre c ON c.genre_id = g.id"
		    " WHERE fonoteca_regex(g.name, ?%d)",
		    pattern, pattern, pattern, pattern, pattern, pattern);
		return;
	}
	if (!c->driven) {
		buf_printf(sql,
		    "fonoteca_regex(t.title, ?%d) OR fonoteca_regex(t.artist, ?%d)"
		    " OR t.release_id IN (SELECT r.id FROM release r WHERE fonoteca_regex(r.album, ?%d)"
		    " OR fonoteca_regex(r.albumartist, ?%d))"
		    " OR t.id IN (SELECT c.track_id FROM credit c WHERE c.artist_id IN"
		    " (SELECT a.id FROM artist a WHERE fonoteca_regex(a.name, ?%d)))"
		    " OR t.id IN (SELECT c.track_id FROM track_genre c WHERE c.genre_id IN"
		    " (SELECT g.id FROM genre g WHERE fonoteca_regex(g.name, ?%d)))",
		    pattern, pattern, pattern, pattern, pattern, pattern);
		return;
	}
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		struct node n = { .kind = NODE_TEXT, .field = fields[i] };

		buf_puts(sql, i > 0 ? " OR " : "");
		in_field(c, &n, pattern, sql);
	}
}

void
compile_pattern(struct compiler *c, const struct node *n, struct buf *sql)
{
	struct regex *r = NULL;
	struct err why = { 0 };
	size_t at = 0;
	bool empty;
	int pattern;

	if (regex_new(&r, n->value, &at, &why) != ERR_NONE) {
		if (why.code == ERR_USAGE)
			compile_complain(c, n, "the regular expression is wrong at its character %zu: %s",
			    at + 1, why.msg);
		else if (c->e->code == ERR_NONE)
			*c->e = why;
		return;
	}
	empty = regex_match(r, "", 0) > 0;
	pattern = param_regex(c, r);
	buf_puts(sql, c->rows ? "" : "(");
	if (n->field == F_NONE && n->tag == NULL)
		in_default_fields(c, pattern, sql);
	else
		in_field(c, n, pattern, sql);
	if (empty && (n->field != F_NONE || n->tag != NULL))
		in_missing(c, n, sql);
	buf_puts(sql, c->rows ? "" : ")");
}
