/* SPDX-License-Identifier: MIT */
#include "store/query/saved.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/near.h"
#include "base/out.h"
#include "base/time.h"
#include "store/owner.h"
#include "store/query/compile.h"
#include "store/query/expand.h"
#include "store/query/query.h"
#include "text/fold.h"

static void
free_words(char **words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(words[i]);
	free(words);
}

void
saved_free(struct saved *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(list[i].name);
		free_words(list[i].words, list[i].nwords);
	}
	free(list);
}

/* One more text, with NULL behind it. */
static enum err_code
add_word(char ***words, size_t *n, const char *text, struct err *e)
{
	char **more = realloc(*words, (*n + 2) * sizeof *more);

	if (more == NULL)
		return err_memory(e);
	*words = more;
	more[*n] = strdup(text);
	if (more[*n] == NULL)
		return err_memory(e);
	more[++*n] = NULL;
	return ERR_NONE;
}

/* The form of a name that is stored: malloced, or NULL after filling in *e. */
static char *
stored_name(const char *name, struct err *e)
{
	size_t len = strlen(name);
	char *nfc = NULL;

	if (len == 0 || saved_name_length(name) != len || !utf8_valid(name, len))
		err_set(e, ERR_USAGE,
		    "'%s' cannot be the name of a saved search: letters, digits, '_', '-' and '.' can", name);
	else if ((nfc = text_nfc(name, len)) == NULL)
		err_memory(e);
	return nfc;
}

/* The rows of a statement as words: how many statements found something, 1 or 0, or -1. */
static int
take_words(struct db *db, sqlite3_stmt *st, char ***ret, size_t *n, struct err *e)
{
	char **words = NULL;
	size_t count = 0;

	while (sql_step(db, st, e) > 0)
		if (add_word(&words, &count, (const char *)sqlite3_column_text(st, 0), e) != ERR_NONE)
			break;
	sql_done(st);
	if (e->code != ERR_NONE || count == 0) {
		free_words(words, count);
		return e->code != ERR_NONE ? -1 : 0;
	}
	*ret = words;
	*n = count;
	return 1;
}

int
saved_words(struct db *db, const char *name, char ***words, size_t *n, struct err *e)
{
	sqlite3_stmt *st = sql_get(
	    db, "SELECT j.value FROM saved s, json_each(s.query) j WHERE s.name = ? ORDER BY j.key", e);
	char *nfc = text_nfc(name, strlen(name));

	if (nfc == NULL && e->code == ERR_NONE)
		err_memory(e);
	if (e->code == ERR_NONE)
		sql_text(st, 1, nfc);
	free(nfc);
	return e->code == ERR_NONE ? take_words(db, st, words, n, e) : -1;
}

static enum err_code
smart_order(struct db *db, int64_t playlist, char **sort, int64_t *most, struct err *e)
{
	sqlite3_stmt *st =
	    sql_get(db, "SELECT sort, most FROM playlist WHERE id = ? AND query IS NOT NULL", e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, playlist);
	if (sql_step(db, st, e) > 0) {
		const char *text = (const char *)sqlite3_column_text(st, 0);

		*most = sqlite3_column_int64(st, 1);
		*sort = text != NULL ? strdup(text) : NULL;
		if (text != NULL && *sort == NULL)
			err_memory(e);
	}
	sql_done(st);
	return e->code;
}

int
smart_words(
    struct db *db, int64_t playlist, char ***words, size_t *n, char **sort, int64_t *most, struct err *e)
{
	sqlite3_stmt *st;

	*sort = NULL;
	*most = 0;
	if (smart_order(db, playlist, sort, most, e) != ERR_NONE)
		return -1;
	st = sql_get(db,
	    "SELECT coalesce(j.value, '') FROM playlist p,"
	    " json_each(iif(json_valid(p.query), p.query, json_array(p.query))) j"
	    " WHERE p.id = ? AND p.query IS NOT NULL ORDER BY j.key",
	    e);
	if (st == NULL)
		return -1;
	sql_int(st, 1, playlist);
	return take_words(db, st, words, n, e);
}

char *
saved_nearest(struct db *db, const char *name)
{
	struct err ignored = { 0 };
	sqlite3_stmt *st = sql_get(db, "SELECT name FROM saved ORDER BY name", &ignored);
	int nearest = strlen(name) < 5 ? 2 : 3;
	char *best = NULL;

	while (st != NULL && sql_step(db, st, &ignored) > 0) {
		const char *other = (const char *)sqlite3_column_text(st, 0);
		int d = near_distance(name, other);

		if (d >= nearest)
			continue;
		nearest = d;
		free(best);
		best = strdup(other);
	}
	sql_done(st);
	return best;
}

/* Does it parse, do its values, does it not lead back to itself? */
static enum err_code
check(struct db *db, const char *name, char *const *words, char **note, struct err *e)
{
	struct compiler c = { .db = db, .e = e, .now = time_now() };
	struct query *q = NULL;
	struct buf sql = { 0 };

	for (char *const *w = words; *w != NULL; w++)
		if (!utf8_valid(*w, strlen(*w)))
			return err_set(e, ERR_USAGE, "the query is not UTF-8: '%s'", *w);
	if (query_parse_as(&q, db, words, name, e) == ERR_NONE)
		compile_where(&c, q->root, &sql);
	if (e->code == ERR_NONE && q->note != NULL) {
		*note = q->note;
		q->note = NULL;
	}
	compiler_free(&c);
	buf_free(&sql);
	query_free(q);
	return e->code;
}

static enum err_code
log_event(struct db *db, const char *kind, const char *name, const char *query, struct err *e)
{
	struct buf subject = { 0 }, data = { 0 };

	buf_printf(&subject, "@%s", name);
	if (query != NULL) {
		json_object_begin(&data, NULL);
		json_raw(&data, "query", query);
		json_object_end(&data);
	}
	if (buf_ok(&subject, e) == ERR_NONE && buf_ok(&data, e) == ERR_NONE)
		db_event(db, kind, subject.data, data.data, e);
	buf_free(&subject);
	buf_free(&data);
	return e->code;
}

/* Another's is neither replaced nor forgotten. */
static enum err_code
check_owner(struct db *db, const char *name, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT owner FROM saved WHERE name = ?1", e);
	struct buf what = { 0 };

	if (st == NULL)
		return e->code;
	sql_text(st, 1, name);
	buf_printf(&what, "the saved search '%s'", name);
	if (sql_step(db, st, e) == 1 && buf_ok(&what, e) == ERR_NONE)
		owner_check(db, sqlite3_column_int64(st, 0), what.data, e);
	sql_done(st);
	buf_free(&what);
	return e->code;
}

static enum err_code
write_row(struct db *db, const char *name, char *const *words, struct err *e)
{
	sqlite3_stmt *st =
	    sql_get(db, "INSERT OR REPLACE INTO saved(name, query, owner, changed) VALUES(?, ?, ?, ?)", e);
	struct buf query = { 0 };

	if (st == NULL || check_owner(db, name, e) != ERR_NONE)
		return e->code;
	json_array_begin(&query, NULL);
	for (; *words != NULL; words++)
		json_text(&query, NULL, *words);
	json_array_end(&query);
	if (buf_ok(&query, e) == ERR_NONE) {
		sql_text(st, 1, name);
		sql_text(st, 2, query.data);
		sql_int(st, 3, (int64_t)getuid());
		sql_int(st, 4, time_now());
		if (sql_run(db, st, e) == ERR_NONE)
			log_event(db, "search-save", name, query.data, e);
	}
	buf_free(&query);
	return e->code;
}

enum err_code
saved_put(struct db *db, const char *name, char *const *words, char **note, struct err *e)
{
	char *nfc, *own_note = NULL;

	if (*words == NULL)
		return err_set(e, ERR_USAGE, "a query is missing: what is '%s' to stand for?", name);
	nfc = stored_name(name, e);
	if (nfc == NULL || sql_begin(db, e) != ERR_NONE) {
		free(nfc);
		return e->code;
	}
	if (check(db, nfc, words, &own_note, e) != ERR_NONE || write_row(db, nfc, words, e) != ERR_NONE ||
	    sql_commit(db, e) != ERR_NONE) {
		sql_rollback(db);
		free(own_note);
		own_note = NULL;
	}
	free(nfc);
	*note = own_note;
	return e->code;
}

static bool
names(const struct node *n, const char *name)
{
	bool found = n->kind == NODE_SAVED && strcmp(n->value, name) == 0;

	for (size_t i = 0; i < n->n && !found; i++)
		found = names(n->child[i], name);
	return found;
}

/* What another saved search needs is not forgotten. */
static enum err_code
check_unused(struct db *db, const char *name, struct err *e)
{
	struct saved *list = NULL;
	size_t n = 0;

	if (saved_list(db, &list, &n, e) != ERR_NONE)
		return e->code;
	for (size_t i = 0; i < n && e->code == ERR_NONE; i++) {
		struct query q = { 0 };
		struct err ignored = { 0 };

		if (strcmp(list[i].name, name) != 0 &&
		    query_read(&q, list[i].words, NULL, NULL, &ignored) == ERR_NONE && names(q.root, name))
			err_set(e, ERR_STATE, "the saved search '%s' is used by '%s'", name, list[i].name);
		node_free(q.root);
		free(q.note);
	}
	saved_free(list, n);
	return e->code;
}

static enum err_code
delete_row(struct db *db, const char *name, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "DELETE FROM saved WHERE name = ?", e);

	if (st == NULL || check_owner(db, name, e) != ERR_NONE)
		return e->code;
	sql_text(st, 1, name);
	if (sql_run(db, st, e) != ERR_NONE)
		return e->code;
	if (sqlite3_changes64(db->sql) == 0)
		return err_set(e, ERR_NOTFOUND, "there is no saved search '%s'", name);
	return log_event(db, "search-forget", name, NULL, e);
}

enum err_code
saved_forget(struct db *db, const char *name, struct err *e)
{
	char *nfc = text_nfc(name, strlen(name));

	if (nfc == NULL)
		return err_memory(e);
	if (sql_begin(db, e) == ERR_NONE &&
	    (check_unused(db, nfc, e) != ERR_NONE || delete_row(db, nfc, e) != ERR_NONE ||
		sql_commit(db, e) != ERR_NONE))
		sql_rollback(db);
	free(nfc);
	return e->code;
}

/* One more, still without words; NULL after filling in *e. */
static struct saved *
add_saved(struct saved **list, size_t *n, const char *name, struct err *e)
{
	struct saved *more = realloc(*list, (*n + 1) * sizeof *more);
	char *copy = strdup(name);

	if (more != NULL)
		*list = more;
	if (more == NULL || copy == NULL) {
		free(copy);
		err_memory(e);
		return NULL;
	}
	more[*n] = (struct saved){ .name = copy };
	return &more[(*n)++];
}

enum err_code
saved_list(struct db *db, struct saved **ret, size_t *ret_n, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT s.name, s.changed, j.value FROM saved s, json_each(s.query) j ORDER BY s.name, j.key", e);
	struct saved *list = NULL, *last = NULL;
	size_t n = 0;

	if (st == NULL)
		return e->code;
	while (sql_step(db, st, e) > 0) {
		const char *name = (const char *)sqlite3_column_text(st, 0);

		if (last == NULL || strcmp(last->name, name) != 0)
			last = add_saved(&list, &n, name, e);
		if (last == NULL)
			break;
		last->changed = sqlite3_column_int64(st, 1);
		if (add_word(&last->words, &last->nwords, (const char *)sqlite3_column_text(st, 2), e) !=
		    ERR_NONE)
			break;
	}
	sql_done(st);
	if (e->code != ERR_NONE) {
		saved_free(list, n);
		return e->code;
	}
	*ret = list;
	*ret_n = n;
	return ERR_NONE;
}
