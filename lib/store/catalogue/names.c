/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/out.h"
#include "store/catalogue/catalogue.h"
#include "store/sql.h"
#include "text/fold.h"

char *
catalogue_text(const char *value, struct err *e)
{
	const char *p = value;
	char *text;

	while (*p > 0)
		p++;
	text = *p == '\0' ? strdup(value) : text_nfc(value, strlen(value)); /* ASCII is NFC */
	if (text == NULL)
		err_memory(e);
	return text;
}

enum err_code
catalogue_joined(const struct record *r, enum field field, enum field list, const char *separator,
    char **text, struct err *e)
{
	const char *value = record_get(r, field);
	struct buf joined = { 0 };

	*text = NULL;
	if (value == NULL || *value == '\0') {
		for (size_t i = 0; list != F_NONE && i < r->nvalues; i++)
			if (r->values[i].field == list) {
				buf_puts(&joined, joined.len > 0 ? separator : "");
				buf_puts(&joined, r->values[i].value);
			}
		if (buf_ok(&joined, e) != ERR_NONE)
			return e->code;
		value = joined.data;
	}
	if (value != NULL && *value != '\0')
		*text = catalogue_text(value, e);
	buf_free(&joined);
	return e->code;
}

/* The first column of a statement whose parameter 1 is name: 1 found, 0 not, -1. */
static int
lookup(struct db *db, sqlite3_stmt *st, const char *name, int64_t *id, struct err *e)
{
	int step;

	if (st == NULL)
		return -1;
	sql_text(st, 1, name);
	step = sql_step(db, st, e);
	if (step == 1)
		*id = sqlite3_column_int64(st, 0);
	sql_done(st);
	return step;
}

/* Insert (name, key). */
static enum err_code
insert_named(struct db *db, sqlite3_stmt *st, const char *name, int64_t *id, struct err *e)
{
	char *key;

	if (st == NULL)
		return e->code;
	key = fold_key(name);
	if (key == NULL)
		return err_memory(e);
	sql_text(st, 1, name);
	sql_text(st, 2, key);
	free(key);
	if (sql_run(db, st, e) != ERR_NONE)
		return e->code;
	*id = sqlite3_last_insert_rowid(db->sql);
	return ERR_NONE;
}

enum err_code
catalogue_artist(struct catalogue *c, const char *name, int64_t *id, struct err *e)
{
	int found = lookup(c->db, sql_get(c->db, "SELECT id FROM artist WHERE name = ?1", e), name, id, e);

	if (found != 0)
		return e->code;
	return insert_named(
	    c->db, sql_get(c->db, "INSERT INTO artist (name, key) VALUES (?1, ?2)", e), name, id, e);
}

enum err_code
catalogue_genre(struct catalogue *c, const char *name, int64_t *id, struct err *e)
{
	int found = lookup(c->db, sql_get(c->db, "SELECT id FROM genre WHERE name = ?1", e), name, id, e);

	if (found != 0)
		return e->code;
	return insert_named(
	    c->db, sql_get(c->db, "INSERT INTO genre (name, key) VALUES (?1, ?2)", e), name, id, e);
}

enum err_code
catalogue_field(struct catalogue *c, enum field field, struct err *e)
{
	sqlite3_stmt *st;

	if (c->known[field])
		return ERR_NONE;
	st = sql_get(c->db, "INSERT OR IGNORE INTO tagname (id, name) VALUES (?1, ?2)", e);
	if (st == NULL)
		return e->code;
	sql_int(st, 1, field + 1);
	sql_text(st, 2, field_info(field)->name);
	if (sql_run(c->db, st, e) == ERR_NONE)
		c->known[field] = true;
	return e->code;
}

static enum err_code
tagname(struct catalogue *c, const char *name, int64_t *id, struct err *e)
{
	int found = lookup(c->db, sql_get(c->db, "SELECT id FROM tagname WHERE name = ?1", e), name, id, e);
	sqlite3_stmt *st;

	if (found != 0)
		return e->code;
	st = sql_get(c->db,
	    "INSERT INTO tagname (id, name) SELECT max(1000, ifnull(max(id), 0) + 1), ?1 FROM tagname", e);
	if (st == NULL)
		return e->code;
	sql_text(st, 1, name);
	if (sql_run(c->db, st, e) != ERR_NONE)
		return e->code;
	*id = sqlite3_last_insert_rowid(c->db->sql);
	return ERR_NONE;
}

/* A file may call a tag "id" or "size", as the fields of ours that no file can set: it gets a prefix. */
enum err_code
catalogue_tagname(struct catalogue *c, const char *name, int64_t *id, struct err *e)
{
	struct buf longer = { 0 };
	enum field f = field_find(name);

	if (f == F_NONE || strcmp(field_info(f)->name, name) != 0)
		return tagname(c, name, id, e);
	buf_printf(&longer, "tag_%s", name);
	if (buf_ok(&longer, e) == ERR_NONE)
		(void)tagname(c, longer.data, id, e);
	buf_free(&longer);
	return e->code;
}
