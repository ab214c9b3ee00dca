/* SPDX-License-Identifier: MIT */
/* Paths: as their bytes are, or as people see them. */
#include <stdlib.h>
#include <string.h>

#include "base/out.h"
#include "store/query/compile.h"
#include "text/charset.h"
#include "text/fold.h"

/* A part of it, or with * and ? a pattern for the whole or for its end. */
static bool
has(const char *path, const char *pattern)
{
	bool found;

	if (strpbrk(pattern, "*?") == NULL)
		return strcasestr(path, pattern) != NULL;
	found = sqlite3_strglob(pattern, path) == 0;
	for (const char *s = path; !found && (s = strchr(s, '/')) != NULL;)
		found = sqlite3_strglob(pattern, ++s) == 0;
	return found;
}

/* The whole path, or what follows one of its slashes? */
static bool
ends(const char *path, const char *end)
{
	size_t len = strlen(path), end_len = strlen(end);
	const char *at = path + len - end_len;

	return end_len <= len && strcmp(at, end) == 0 && (at == path || at[-1] == '/' || *end == '/');
}

static bool
is_ascii(const char *s)
{
	while (*s != '\0' && (unsigned char)*s < 0x80)
		s++;
	return *s == '\0';
}

/* Can another spelling of a path have what its bytes have not? */
static bool
asks_for_more(const char *value)
{
	return strpbrk(value, "\\?") != NULL || !is_ascii(value);
}

/* The names in a path that are not UTF-8 as an old code page has them. */
static void
decode(const char *path, struct buf *out)
{
	for (size_t len; *path != '\0'; path += len) {
		len = *path == '/' ? 1 : strcspn(path, "/");
		if (utf8_valid(path, len))
			buf_add(out, path, len);
		else
			charset_decode(out, path, len);
	}
}

/* The same of other spellings of a path: as it is printed, decoded, composed.  1, 0, or -1 without memory. */
static int
seen(bool (*test)(const char *path, const char *value), const char *path, const char *value)
{
	struct buf printed = { 0 }, text = { 0 };
	char *composed = NULL, *asked = NULL;
	int found = -1;

	if (!utf8_valid(path, strlen(path)))
		out_printable(&printed, path, strlen(path));
	decode(path, &text);
	if (!printed.failed && !text.failed) {
		asked = text_nfc(value, strlen(value));
		composed = text_nfc(text.data, text.len);
	}
	if (asked != NULL && composed != NULL)
		found = (printed.len > 0 && test(printed.data, value)) || test(composed, asked);
	free(asked);
	free(composed);
	buf_free(&printed);
	buf_free(&text);
	return found;
}

static void
answer(sqlite3_context *context, sqlite3_value **arg, bool (*test)(const char *path, const char *value))
{
	size_t len = (size_t)sqlite3_value_bytes(arg[0]);
	const void *bytes = sqlite3_value_blob(arg[0]);
	const char *value = (const char *)sqlite3_value_text(arg[1]);
	char *path;
	int found = -1;

	if (bytes == NULL || value == NULL)
		return;
	path = strndup(bytes, len);
	if (path != NULL) {
		found = test(path, value);
		if (!found && asks_for_more(value) && !is_ascii(path))
			found = seen(test, path, value);
	}
	free(path);
	if (found < 0)
		sqlite3_result_error_nomem(context);
	else
		sqlite3_result_int(context, found);
}

/* fonoteca_path(path, pattern) */
static void
sql_path(sqlite3_context *context, int n, sqlite3_value **arg)
{
	(void)n;
	answer(context, arg, has);
}

/* fonoteca_ends(path, end) */
static void
sql_ends(sqlite3_context *context, int n, sqlite3_value **arg)
{
	(void)n;
	answer(context, arg, ends);
}

enum err_code
path_functions(struct db *db, struct err *e)
{
	int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;

	if (sqlite3_create_function(db->sql, "fonoteca_path", 2, flags, NULL, sql_path, NULL, NULL) !=
		SQLITE_OK ||
	    sqlite3_create_function(db->sql, "fonoteca_ends", 2, flags, NULL, sql_ends, NULL, NULL) !=
		SQLITE_OK)
		return sql_error(db, e);
	return ERR_NONE;
}

/* A path as a pattern of SQLite's: brackets are nothing special. */
static void
put_literal(struct buf *pattern, const char *text)
{
	for (; *text != '\0'; text++)
		buf_puts(pattern, *text == '[' ? "[[]" : (char[]){ *text, '\0' });
}

/* path: by a part or a pattern, path= by all of it or what follows a slash, base "dir" by a folder in it. */
void
compile_path(struct compiler *c, const struct node *n, const struct place *p, struct buf *sql)
{
	bool pattern = n->op == OP_HAS && strpbrk(n->value, "*?") != NULL && !n->phrase;
	struct buf text = { 0 };

	if (pattern || n->op == OP_BEGINS)
		put_literal(&text, n->value);
	else
		buf_puts(&text, n->value);
	if (n->op == OP_BEGINS)
		buf_puts(&text, text.len > 0 && text.data[text.len - 1] == '/' ? "*" : "/*");
	if (buf_ok(&text, c->e) != ERR_NONE)
		buf_puts(sql, "0");
	else if (n->op == OP_HAS || n->op == OP_BEGINS)
		buf_printf(sql, "fonoteca_path(%s, ?%d)", p->value, param_text(c, text.data, text.len));
	else
		buf_printf(sql, "fonoteca_ends(%s, ?%d)", p->value, param_text(c, text.data, text.len));
	buf_free(&text);
}
