/* SPDX-License-Identifier: MIT */
#include "store/vocabulary.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "store/sql.h"
#include "text/distance.h"

enum {
	DOCS_BYTES = 3,
	DOCS_MOST = 0xffffff,
	BYTES_MOST = 4 * DISTANCE_LONGEST,
	FRESH_MOST = 8192, /* words that may wait: they take a millisecond to look through */
	CHANGED_SHARE = 50 /* of all documents: 2 % */
};

/* Is it worth suggesting?  *chars is its length. */
static bool
is_word(const char *s, size_t len, size_t *chars)
{
	if (len < 2 || len > BYTES_MOST || strspn(s, "0123456789") >= len)
		return false;
	for (size_t i = 0; i + 1 < len; i++) { /* signs and marks are private-use characters: fold_index() */
		unsigned char c = (unsigned char)s[i];

		if (c == 0xee || (c == 0xef && (unsigned char)s[i + 1] <= 0xa3))
			return false;
	}
	*chars = text_length(s, len);
	return *chars > 1 && *chars <= DISTANCE_LONGEST;
}

enum err_code
vocabulary_note(struct db *db, const char *words, int docs, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "INSERT INTO fresh_word(word, docs) VALUES(?1, ?2)"
	    " ON CONFLICT(word) DO UPDATE SET docs = docs + excluded.docs",
	    e);

	for (const char *s = words; st != NULL && *s != '\0';) {
		size_t len = strcspn(s, " "), chars;

		if (is_word(s, len, &chars)) {
			sqlite3_bind_text(st, 1, s, (int)len, SQLITE_STATIC);
			sqlite3_bind_int(st, 2, docs);
			if (sql_run(db, st, e) != ERR_NONE)
				break;
		}
		s += len + (s[len] == ' ');
	}
	return e->code;
}

/* A pack for each number of characters and of bytes beyond those. */
struct packing {
	struct buf pack[DISTANCE_LONGEST + 1][BYTES_MOST + 1 - DISTANCE_LONGEST];
};

static void
add_packed(struct packing *p, const char *word, size_t len, int64_t docs)
{
	size_t chars;
	uint32_t n = docs < DOCS_MOST ? (uint32_t)docs : DOCS_MOST;
	const char count[DOCS_BYTES] = { (char)(n >> 16), (char)(n >> 8), (char)n };

	if (!is_word(word, len, &chars))
		return;
	buf_add(&p->pack[chars][len - chars], word, len);
	buf_add(&p->pack[chars][len - chars], count, DOCS_BYTES);
}

static void
packs_free(struct packing *p)
{
	for (size_t chars = 0; chars <= DISTANCE_LONGEST; chars++)
		for (size_t more = 0; more <= BYTES_MOST - DISTANCE_LONGEST; more++)
			buf_free(&p->pack[chars][more]);
}

/* Words of the index and their numbers of documents, in order; finalise it.  What is temporary changes no
 * library, so who only reads may have it, too. */
static sqlite3_stmt *
index_words(struct db *db, struct err *e)
{
	static const char view[] =
	    "CREATE VIRTUAL TABLE IF NOT EXISTS temp.index_word USING fts5vocab('main', 'fts', 'row')";

	if (db->mode != DB_READ)
		sql_exec(db, view, e);
	else if (sql_exec(db, "PRAGMA query_only = OFF", e) == ERR_NONE && sql_exec(db, view, e) == ERR_NONE)
		sql_exec(db, "PRAGMA query_only = ON", e);
	return e->code == ERR_NONE ? sql_prepare(db, "SELECT term, doc FROM temp.index_word", e) : NULL;
}

enum err_code
vocabulary_scan(struct db *db, struct err *e)
{
	sqlite3_stmt *st = index_words(db, e);

	while (st != NULL && sql_step(db, st, e) > 0)
		;
	sqlite3_finalize(st);
	return e->code;
}

static enum err_code
gather(struct db *db, struct packing *p, struct err *e)
{
	sqlite3_stmt *st = index_words(db, e);

	while (st != NULL && sql_step(db, st, e) > 0)
		add_packed(p, (const char *)sqlite3_column_text(st, 0), (size_t)sqlite3_column_bytes(st, 0),
		    sqlite3_column_int64(st, 1));
	sqlite3_finalize(st);
	return e->code;
}

static enum err_code
write_packs(struct db *db, struct packing *p, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "INSERT INTO vocabulary(chars, bytes, words) VALUES(?, ?, ?)", e);

	for (size_t chars = 0; chars <= DISTANCE_LONGEST && st != NULL; chars++)
		for (size_t more = 0; more <= BYTES_MOST - DISTANCE_LONGEST; more++) {
			struct buf *words = &p->pack[chars][more];

			if (buf_ok(words, e) != ERR_NONE)
				return e->code;
			if (words->len == 0)
				continue;
			sql_int(st, 1, (int64_t)chars);
			sql_int(st, 2, (int64_t)(chars + more));
			sqlite3_bind_blob64(st, 3, words->data, words->len, SQLITE_STATIC);
			if (sql_run(db, st, e) != ERR_NONE)
				return e->code;
		}
	return e->code;
}

enum err_code
vocabulary_pack(struct db *db, struct err *e)
{
	struct packing *p = calloc(1, sizeof *p);

	if (p == NULL)
		return err_memory(e);
	if (gather(db, p, e) == ERR_NONE &&
	    sql_exec(db, "DELETE FROM vocabulary; DELETE FROM fresh_word", e) == ERR_NONE)
		write_packs(db, p, e);
	packs_free(p);
	free(p);
	return e->code;
}

/* -- is it right? -------------------------------------------------------- */

/* The packs as they are, and how far each was compared. */
struct comparing {
	struct packing p;
	size_t at[DISTANCE_LONGEST + 1][BYTES_MOST + 1 - DISTANCE_LONGEST];
	bool settled; /* no word waits beside them: they are right to the last number */
};

/* 1, or 0 where one is of no possible size. */
static int
read_packs(struct db *db, struct comparing *c, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT chars, bytes, words FROM vocabulary", e);
	int right = 1;

	while (st != NULL && right == 1 && sql_step(db, st, e) > 0) {
		int64_t chars = sqlite3_column_int64(st, 0), more = sqlite3_column_int64(st, 1) - chars;

		right = chars >= 0 && chars <= DISTANCE_LONGEST && more >= 0 &&
		    more <= BYTES_MOST - DISTANCE_LONGEST;
		if (right == 1)
			buf_add(&c->p.pack[chars][more], sqlite3_column_blob(st, 2),
			    (size_t)sqlite3_column_bytes(st, 2));
	}
	sql_done(st);
	return right;
}

/* Does the word wait beside the packs?  1, 0, -1. */
static int
is_fresh(struct db *db, const char *word, size_t len, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT 1 FROM fresh_word WHERE word = ?1", e);
	int row;

	if (st == NULL)
		return -1;
	sqlite3_bind_text(st, 1, word, (int)len, SQLITE_STATIC);
	row = sql_step(db, st, e);
	sql_done(st);
	return row;
}

/* A word of the index, which come in order: is it packed, or does it wait? */
static int
compare_word(struct db *db, struct comparing *c, const char *word, size_t len, int64_t docs, struct err *e)
{
	const size_t entry = len + DOCS_BYTES;
	const struct buf *pack;
	size_t chars, *at;

	if (!is_word(word, len, &chars))
		return 1;
	pack = &c->p.pack[chars][len - chars];
	at = &c->at[chars][len - chars];
	while (*at + entry <= pack->len && memcmp(pack->data + *at, word, len) < 0 && !c->settled)
		*at += entry;
	if (*at + entry <= pack->len && memcmp(pack->data + *at, word, len) == 0) {
		const unsigned char *n = (const unsigned char *)pack->data + *at + len;
		int64_t packed = n[0] << 16 | n[1] << 8 | n[2];

		*at += entry;
		return !c->settled || packed == (docs < DOCS_MOST ? docs : DOCS_MOST);
	}
	return c->settled ? 0 : is_fresh(db, word, len, e);
}

static int
compare_all(struct db *db, struct comparing *c, struct err *e)
{
	sqlite3_stmt *st = index_words(db, e);
	int right = st == NULL ? -1 : 1;

	while (right == 1 && sql_step(db, st, e) > 0)
		right = compare_word(db, c, (const char *)sqlite3_column_text(st, 0),
		    (size_t)sqlite3_column_bytes(st, 0), sqlite3_column_int64(st, 1), e);
	sqlite3_finalize(st);
	for (size_t chars = 0; right == 1 && c->settled && chars <= DISTANCE_LONGEST; chars++)
		for (size_t more = 0; more <= BYTES_MOST - DISTANCE_LONGEST; more++)
			if (c->at[chars][more] != c->p.pack[chars][more].len)
				right = 0;
	return right;
}

int
vocabulary_holds(struct db *db, struct err *e)
{
	struct comparing *c = calloc(1, sizeof *c);
	sqlite3_stmt *st = sql_get(db, "SELECT NOT EXISTS (SELECT 1 FROM fresh_word)", e);
	int right = -1;

	if (c == NULL)
		err_memory(e);
	else if (st != NULL && sql_step(db, st, e) == 1) {
		c->settled = sqlite3_column_int(st, 0) != 0;
		right = read_packs(db, c, e);
		if (right == 1 && e->code == ERR_NONE)
			right = compare_all(db, c, e);
	}
	sql_done(st);
	if (c != NULL)
		packs_free(&c->p);
	free(c);
	return e->code != ERR_NONE ? -1 : right;
}

enum err_code
vocabulary_settle(struct db *db, int64_t changed, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT ?1 * ?2 > (SELECT coalesce(max(doc), 0) FROM doc)"
	    " OR (SELECT count(*) FROM fresh_word) > ?3",
	    e);
	bool due;

	if (st == NULL || changed == 0)
		return e->code;
	sql_int(st, 1, changed);
	sql_int(st, 2, CHANGED_SHARE);
	sql_int(st, 3, FRESH_MOST);
	due = sql_step(db, st, e) > 0 && sqlite3_column_int(st, 0) != 0;
	sql_done(st);
	return due ? vocabulary_pack(db, e) : e->code;
}

/* The best so far, in order. */
struct best {
	struct distance pattern;
	size_t first; /* bytes of the pattern's first character */
	const char *word;
	struct near_word *near;
	int room;
	int n, most;
};

static bool
is_better(const struct near_word *a, const struct near_word *b)
{
	if (a->distance != b->distance)
		return a->distance < b->distance;
	return a->begins_alike != b->begins_alike ? a->begins_alike : a->docs > b->docs;
}

static void
consider(struct best *b, const char *text, size_t len, int64_t docs)
{
	int distance = distance_to(&b->pattern, text, len, b->most), at;
	struct near_word w;

	if (distance > b->most || distance == 0)
		return;
	w = (struct near_word){ .distance = distance, .docs = docs };
	w.begins_alike = len >= b->first && memcmp(text, b->word, b->first) == 0;
	for (int i = 0; i < b->n; i++) {
		if (strlen(b->near[i].text) != len || memcmp(b->near[i].text, text, len) != 0)
			continue;
		w.docs += b->near[i].docs; /* packed and fresh */
		memmove(&b->near[i], &b->near[i + 1], (size_t)(--b->n - i) * sizeof b->near[0]);
	}
	for (at = b->n; at > 0 && is_better(&w, &b->near[at - 1]); at--)
		;
	if (at == b->room)
		return;
	b->n += b->n < b->room;
	memmove(&b->near[at + 1], &b->near[at], (size_t)(b->n - at - 1) * sizeof b->near[0]);
	memcpy(w.text, text, len);
	b->near[at] = w;
	if (b->n == b->room) /* nothing farther comes in any more */
		b->most = b->near[b->room - 1].distance;
}

static void
consider_pack(struct best *b, const char *words, size_t size, size_t bytes)
{
	for (size_t i = 0; i + bytes + DOCS_BYTES <= size; i += bytes + DOCS_BYTES) {
		const unsigned char *docs = (const unsigned char *)words + i + bytes;

		consider(b, words + i, bytes, docs[0] << 16 | docs[1] << 8 | docs[2]);
	}
}

/* Each edit takes or gives a character, of four bytes at most. */
static enum err_code
near_packed(struct db *db, struct best *b, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT bytes, words FROM vocabulary WHERE chars BETWEEN ?1 - ?3 AND ?1 + ?3"
	    " AND abs(bytes - chars - ?2) <= 3 * ?3 ORDER BY abs(chars - ?1)",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, b->pattern.length);
	sql_int(st, 2, (int64_t)strlen(b->word) - b->pattern.length);
	sql_int(st, 3, b->most);
	while (sql_step(db, st, e) > 0) {
		int64_t bytes = sqlite3_column_int64(st, 0);
		const char *words = sqlite3_column_blob(st, 1);

		if (words != NULL && bytes > 0 && bytes <= BYTES_MOST)
			consider_pack(b, words, (size_t)sqlite3_column_bytes(st, 1), (size_t)bytes);
	}
	sql_done(st);
	return e->code;
}

static enum err_code
near_fresh(struct db *db, struct best *b, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT word, docs FROM fresh_word WHERE docs > 0", e);

	if (st == NULL)
		return e->code;
	while (sql_step(db, st, e) > 0) {
		const char *word = (const char *)sqlite3_column_text(st, 0);
		int bytes = sqlite3_column_bytes(st, 0);

		if (word != NULL && bytes < BYTES_MOST)
			consider(b, word, (size_t)bytes, sqlite3_column_int64(st, 1));
	}
	sql_done(st);
	return e->code;
}

enum err_code
vocabulary_near(struct db *db, const char *word, int most, struct near_word *near, int *n, struct err *e)
{
	struct best b = { .word = word, .near = near, .room = *n, .most = most };

	*n = 0;
	if (most == 0 || !distance_begin(&b.pattern, word, strlen(word)))
		return ERR_NONE;
	for (b.first = 1; ((unsigned char)word[b.first] & 0xc0) == 0x80;)
		b.first++;
	if (near_packed(db, &b, e) == ERR_NONE && near_fresh(db, &b, e) == ERR_NONE)
		*n = b.n;
	return e->code;
}
