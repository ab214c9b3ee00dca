/* SPDX-License-Identifier: MIT */
/* Conditions on text fields that look at the value itself. */
#include <ctype.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/out.h"
#include "store/query/compile.h"
#include "store/query/place.h"
#include "text/fold.h"
#include "text/harmony.h"
#include "text/value.h"

/* Does haystack have the words of needle in a row (the last may go on)? */
static bool
words_in(const char *haystack, const char *needle, bool prefix)
{
	size_t len = strlen(needle);

	for (const char *at = haystack; len > 0 && (at = strstr(at, needle)) != NULL; at++)
		if ((at == haystack || at[-1] == ' ') && (prefix || at[len] == ' ' || at[len] == '\0'))
			return true;
	return false;
}

/* fonoteca_words(text, needle folded for the index, prefix) */
static void
sql_words(sqlite3_context *context, int n, sqlite3_value **arg)
{
	const char *text = (const char *)sqlite3_value_text(arg[0]);
	const char *needle = (const char *)sqlite3_value_text(arg[1]);
	bool prefix = sqlite3_value_int(arg[2]) != 0;
	struct buf folded = { 0 }, joined = { 0 };
	struct err e = { 0 };
	bool found = false;
	size_t len;

	(void)n;
	if (text == NULL || needle == NULL)
		return;
	len = (size_t)sqlite3_value_bytes(arg[0]);
	if (fold_index(&folded, text, len, &e) == ERR_NONE && fold_joined(&joined, text, len, &e) == ERR_NONE)
		found = words_in(folded.data, needle, prefix) ||
		    (joined.len > 0 && words_in(joined.data, needle, prefix)) ||
		    (fold_says_and(text) && words_in("and", needle, prefix)); /* as the index has it */
	if (e.code != ERR_NONE)
		sqlite3_result_error_nomem(context);
	else
		sqlite3_result_int(context, found);
	buf_free(&folded);
	buf_free(&joined);
}

static void
sql_fold(sqlite3_context *context, int n, sqlite3_value **arg)
{
	const char *text = (const char *)sqlite3_value_text(arg[0]);
	char *key;

	(void)n;
	if (text == NULL)
		return;
	key = fold_key(text);
	if (key == NULL)
		sqlite3_result_error_nomem(context);
	else
		sqlite3_result_text(context, key, -1, free);
}

enum err_code
compile_functions(struct db *db, struct err *e)
{
	int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;

	if (sqlite3_create_function(db->sql, "fonoteca_words", 3, flags, NULL, sql_words, NULL, NULL) !=
		SQLITE_OK ||
	    sqlite3_create_function(db->sql, "fonoteca_fold", 1, flags, NULL, sql_fold, NULL, NULL) !=
		SQLITE_OK)
		return sql_error(db, e);
	if (compare_functions(db, e) != ERR_NONE || path_functions(db, e) != ERR_NONE)
		return e->code;
	return pattern_functions(db, e);
}

/* Every word of the leaf is in the value. */
static void
test_words(struct compiler *c, const struct node *n, const struct place *p, struct buf *sql)
{
	const char *s = n->value;
	bool any = false;

	while (*s != '\0') {
		size_t len = n->phrase ? strlen(s) : strcspn(s, " \t\r\n");
		struct buf folded = { 0 }, joined = { 0 };
		bool prefix = n->prefix && s[len] == '\0';

		if (compile_spellings(c, s, len, &folded, &joined)) {
			buf_printf(sql, "%s(fonoteca_words(%s, ?%d, %d)", any ? " AND " : "", p->value,
			    param_text(c, folded.data, folded.len), prefix);
			for (size_t i = 0; i < joined.len;) {
				size_t word = strcspn(joined.data + i, " ");

				buf_printf(sql, " OR fonoteca_words(%s, ?%d, %d)", p->value,
				    param_text(c, joined.data + i, word), prefix);
				i += word + 1;
			}
			buf_putc(sql, ')');
			any = true;
		}
		buf_free(&folded);
		buf_free(&joined);
		s += len;
		s += strspn(s, " \t\r\n");
	}
	if (!any)
		buf_puts(sql, "0");
}

static void
test_whole(struct compiler *c, const struct node *n, const struct place *p, struct buf *sql)
{
	char *value = n->op == OP_EXACT ? text_nfc(n->value, strlen(n->value)) : fold_key(n->value);
	int param = value != NULL ? param_text(c, value, strlen(value)) : 0;

	if (value == NULL)
		err_memory(c->e);
	else if (n->op == OP_EXACT)
		buf_printf(sql, "%s = ?%d", p->value, param);
	else if (p->key != NULL)
		buf_printf(sql, "%s = ?%d", p->key, param);
	else
		buf_printf(sql, "fonoteca_fold(%s) = ?%d", p->value, param);
	free(value);
}

/* Files are known by their suffixes, formats by their names. */
static const char *
format_name(const char *value)
{
	static const char *const names[][2] = { { "mp3", "mpeg" }, { "m4a", "mp4" }, { "m4b", "mp4" },
		{ "oga", "ogg" }, { "aif", "aiff" }, { "wma", "asf" }, { "wv", "wavpack" },
		{ "mpc", "musepack" }, { "mka", "matroska" } };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcasecmp(value, names[i][0]) == 0)
			return names[i][1];
	return value;
}

/* A suffix that several formats share, and that people call a format: the codec is meant. */
static const char *
codec_name(const char *value)
{
	static const char *const names[][2] = { { "opus", "opus" }, { "spx", "speex" }, { "alac", "alac" },
		{ "aac", "aac" }, { "vorbis", "vorbis" } };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcasecmp(value, names[i][0]) == 0)
			return names[i][1];
	return NULL;
}

/* A code as the catalogue has it, whatever stands between its parts: us-rc1-76-07839. */
static const char *
code_value(const struct node *n, char text[VALUE_TEXT])
{
	switch (n->prefix ? F_NONE : n->field) {
	case F_ISRC:
		return value_isrc(n->value, text) ? text : n->value;
	case F_ISWC:
		return value_iswc(n->value, text) ? text : n->value;
	case F_BARCODE:
		return value_barcode(n->value, text) ? text : n->value;
	case F_FORMAT:
		return format_name(n->value);
	default:
		return n->value;
	}
}

static void
test_code(struct compiler *c, const struct node *n, const struct place *p, struct buf *sql)
{
	char text[VALUE_TEXT];
	const char *codec = n->field == F_FORMAT && !n->prefix ? codec_name(n->value) : NULL;
	const char *value = codec != NULL ? codec : code_value(n, text);
	const char *column = codec != NULL ? "f.codec" : p->value;
	int param = param_text(c, value, strlen(value));

	if (n->prefix)
		buf_printf(sql, "substr(%s, 1, length(?%d)) = ?%d COLLATE NOCASE", column, param, param);
	else
		buf_printf(sql, "%s = ?%d COLLATE NOCASE", column, param);
}

static void
test_value(struct compiler *c, const struct node *n, const struct place *p, struct buf *sql)
{
	bool path = n->tag == NULL && (n->field == F_SOURCE || n->field == F_FILE);

	if (path)
		compile_path(c, n, p, sql);
	else if (compile_compared(c, n, p, sql))
		return;
	else if (n->tag == NULL && field_is_code(n->field) && n->op != OP_EXACT)
		test_code(c, n, p, sql);
	else if (n->op == OP_HAS)
		test_words(c, n, p, sql);
	else
		test_whole(c, n, p, sql);
}

/* sha256:ab12 - the beginning of a hash, by the index of blobs. */
static void
where_hash(struct compiler *c, const struct node *n, struct buf *sql)
{
	uint8_t low[32], high[32];
	char hex[64];
	size_t len = strlen(n->value);
	int first;

	if (len == 0 || len > 64 || strspn(n->value, "0123456789abcdefABCDEF") != len) {
		compile_complain(c, n, "sha256 takes up to 64 hexadecimal digits, not '%s'", n->value);
		return;
	}
	memcpy(hex, n->value, len);
	memset(hex + len, '0', 64 - len);
	hex_read(low, 32, hex);
	memset(hex + len, 'f', 64 - len);
	hex_read(high, 32, hex);
	first = param_text(c, (const char *)low, 32);
	if (first == 0 || param_text(c, (const char *)high, 32) == 0)
		return;
	c->param[first - 1].type = c->param[first].type = PARAM_BYTES;
	buf_printf(sql,
	    "t.id IN (SELECT f.track_id FROM blob b JOIN file f ON f.blob_id = b.id"
	    " WHERE b.sha256 BETWEEN ?%d AND ?%d AND f.state <> 'removed')",
	    first, first + 1);
}

static void
where_session(struct compiler *c, const struct node *n, struct buf *sql)
{
	const char *digits = n->value + (*n->value == 's' || *n->value == 'S');
	size_t len = strlen(digits);

	if (len == 0 || len > 18 || strspn(digits, "0123456789") != len)
		compile_complain(c, n, "session takes an id such as s3, not '%s'", n->value);
	else
		buf_printf(sql, "t.id IN (SELECT f.track_id FROM file f WHERE f.session_id = ?%d)",
		    param_int(c, strtoll(digits, NULL, 10)));
}

static void
where_owner(struct compiler *c, const struct node *n, struct buf *sql)
{
	const struct passwd *user = getpwnam(n->value);
	size_t len = strlen(n->value);

	if (user != NULL)
		buf_printf(sql, "t.owner = ?%d", param_int(c, (int64_t)user->pw_uid));
	else if (len > 0 && len < 18 && strspn(n->value, "0123456789") == len)
		buf_printf(sql, "t.owner = ?%d", param_int(c, strtoll(n->value, NULL, 10)));
	else
		buf_puts(sql, "0");
}

static void
where_compilation(struct compiler *c, const struct node *n, struct buf *sql)
{
	static const char *const words[] = { "false", "no", "0", "true", "yes", "1" };
	int found = -1;

	for (int i = 0; i < 6; i++)
		if (strcasecmp(n->value, words[i]) == 0)
			found = i >= 3;
	if (found < 0)
		compile_complain(c, n, "compilation takes true or false, not '%s'", n->value);
	else
		buf_printf(
		    sql, "(SELECT r.compilation FROM release r WHERE r.id = t.release_id) = %d", found);
}

/* However the key is spelt: Am, "A minor", 8A. */
static void
where_key(struct compiler *c, const struct node *n, struct buf *sql)
{
	char name[KEY_SPELLINGS][KEY_TEXT] = { "o" }; /* off the keys, as ID3 has it */
	struct music_key k;
	int count = 1;

	if (key_read(n->value, &k))
		count = key_spellings(&k, name);
	else if (strcasecmp(n->value, "o") != 0)
		compile_complain(c, n, "key: '%s' is not a key such as C#m, Eb, A minor or 8A", n->value);
	buf_puts(sql, "t.tone IN (");
	for (int i = 0; i < count; i++)
		buf_printf(sql, "%s'%s'", i > 0 ? ", " : "", name[i]);
	buf_putc(sql, ')');
}

/* A credit is one value, and so is each of the names in it; MPD calls the place where a file is `file`. */
static enum field
names_beside(const struct node *n)
{
	if (n->tag != NULL || n->op == OP_BETWEEN || (n->op >= OP_LESS && n->op <= OP_GREATER_EQUAL))
		return F_NONE;
	if (n->field == F_FILE && n->op == OP_SAME)
		return F_SOURCE;
	return n->field == F_ARTIST ? F_ARTISTS : n->field == F_ALBUMARTIST ? F_ALBUMARTISTS : F_NONE;
}

/* One of the field's values passes the test. */
static void
in_places(struct compiler *c, const struct node *n, enum field f, int name, struct buf *sql)
{
	struct place p[PLACES_MAX];
	int count = field_places(f, n->tag != NULL, name, p);

	for (int i = 0; i < count; i++) {
		place_open(p, i, c->rows, sql);
		test_value(c, n, &p[i], sql);
	}
	place_close(p, count, c->rows, sql);
}

void
compile_text(struct compiler *c, const struct node *n, struct buf *sql)
{
	int name = 0;

	if (n->tag == NULL) {
		switch (n->field) {
		case F_SHA256:
			where_hash(c, n, sql);
			return;
		case F_SESSION:
			where_session(c, n, sql);
			return;
		case F_OWNER:
			where_owner(c, n, sql);
			return;
		case F_COMPILATION:
			where_compilation(c, n, sql);
			return;
		case F_KEY:
			if (n->prefix || (n->op != OP_HAS && n->op != OP_SAME))
				break;
			where_key(c, n, sql);
			return;
		default:
			break;
		}
	} else {
		name = param_text(c, n->tag, strlen(n->tag));
	}
	buf_puts(sql, c->rows ? "" : "(");
	in_places(c, n, n->field, name, sql);
	if (names_beside(n) != F_NONE) {
		buf_puts(sql, c->rows ? "" : " OR ");
		in_places(c, n, names_beside(n), 0, sql);
	}
	buf_puts(sql, c->rows ? "" : ")");
}
