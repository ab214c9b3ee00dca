/* SPDX-License-Identifier: MIT */
/*
 * Fuzz queries: NUL cuts the input into arguments.  What the parser accepts is a tree that makes sense, and
 * what is searched for in a small library is found, or refused in words: never an error of SQL, of the index,
 * of memory.  What is found, and what its negation finds, are all tracks; an order loses none.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/catalogue/catalogue.h"
#include "store/index.h"
#include "store/query/query.h"
#include "store/query/tree.h"
#include "store/sql.h"
#include "text/fold.h"
#include "../unit/unit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static struct db *db;
static int64_t tracks;

static const struct {
	enum field field;
	const char *value[6];
} columns[] = {
	{ F_TITLE, { "Love Me Do", "AC/DC", "我只在乎你", "!!!", "Don't Stop", NULL } },
	{ F_ARTIST, { "Björk", "R.E.M.", "The Beatles", "love", "", "Ke$ha" } },
	{ F_ALBUM, { "Post", "Love", "", "Help!", "夜", "a b c d" } },
	{ F_DATE, { "1990", "1999-12-31", "", "2024-03", "1963", "1990-05" } },
	{ F_GENRE, { "Rock", "Pop", "", "Rock", "Hip-Hop", "" } },
	{ F_BPM, { "120", "", "119.8", "60", "180", "" } },
	{ F_COMMENT, { "a (b) [c]", "", "50%", "", "\\", "" } },
};

static void
add_track(struct catalogue *c, int number, struct err *e)
{
	struct record r = { .format = "mpeg", .codec = "mp3", .suffix = "mp3", .duration_ms = 1000 * number };
	struct item it = {
		.session = c->session, .size = 1000 * number, .suffix = "mp3", .has_sha256 = true
	};
	struct release release = { .mbid = (char[]){ "" } };
	int64_t track = 0;

	memset(it.sha256, number, sizeof it.sha256);
	for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
		const char *value = columns[i].value[(size_t)number * (i + 1) % 6];

		if (value != NULL && *value != '\0')
			record_add(&r, columns[i].field, NULL, value, e);
	}
	record_add(&r, F_NONE, "mytag", number % 2 == 0 ? "7" : "seven", e);
	release.album = fold_key(record_get(&r, F_ALBUM));
	release.artist = fold_key(record_get(&r, F_ARTIST));
	if (catalogue_release(c, &release, &r, e) == ERR_NONE &&
	    catalogue_add(c, release.id, 0, &it, &r, &track, e) == ERR_NONE)
		index_track(c->db, track, e);
	free(release.album);
	free(release.artist);
	record_free(&r);
}

static void
make_library(struct err *e)
{
	struct catalogue c = { .now = 1700000000 };
	char dir[4096], path[8192];

	unit_scratch(dir, sizeof dir);
	snprintf(path, sizeof path, "%s/library", dir);
	if (db_open(&db, path, DB_CREATE, NULL, NULL, e) != ERR_NONE || sql_begin(db, e) != ERR_NONE ||
	    sql_exec(db,
		"INSERT INTO session(state, owner, created, changed, heartbeat, staging)"
		" VALUES('committed', 0, 0, 0, 0, 0)",
		e) != ERR_NONE)
		return;
	c.db = db;
	c.session = sqlite3_last_insert_rowid(db->sql);
	for (int i = 1; i <= 24 && e->code == ERR_NONE; i++)
		add_track(&c, i, e);
	tracks = 24;
	if (e->code == ERR_NONE)
		sql_exec(db,
		    "INSERT INTO playlist(name, owner, created, modified) VALUES('x', 0, 0, 0);"
		    "INSERT INTO entry(playlist_id, position, track_id, added) VALUES(1, 1, 3, 0);"
		    "INSERT INTO playlist(name, owner, created, modified, query) VALUES('y', 0, 0, 0, "
		    "'[\"love\"]');"
		    "INSERT INTO saved VALUES('a', '[\"love\", \"year-\"]', 0, 0), ('b', '[\"@a or @c\"]', "
		    "0, 0),"
		    " ('c', '[\"@b\"]', 0, 0)",
		    e);
	if (e->code == ERR_NONE)
		sql_commit(db, e);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct err e = { 0 };

	(void)argc;
	(void)argv;
	make_library(&e);
	if (e.code == ERR_NONE)
		return 0;
	fprintf(stderr, "no library: %s\n", e.msg);
	abort();
}

static void
check(const struct node *n)
{
	size_t children = n->kind == NODE_NOT ? 1 : n->kind == NODE_AND || n->kind == NODE_OR ? n->n : 0;

	if (n->n != children || (n->kind == NODE_OR && n->n < 2))
		abort();
	if ((n->kind == NODE_TEXT || n->kind == NODE_IS || n->kind == NODE_HAS) && n->value == NULL)
		abort();
	if (n->kind == NODE_RANGE && n->field == F_NONE)
		abort();
	if ((n->kind == NODE_RANGE || n->kind == NODE_TEXT) && (n->op == OP_BETWEEN) != (n->high != NULL))
		abort();
	for (size_t i = 0; i < n->n; i++)
		check(n->child[i]);
}

static bool
tag(void *context, const char *name)
{
	(void)context;
	return strcmp(name, "mytag") == 0;
}

static void
only_usage(const struct err *e, const char *what)
{
	if (e->code == ERR_NONE || (e->code == ERR_USAGE && e->msg[0] != '\0'))
		return;
	fprintf(stderr, "%s: %s\n", what, e->msg);
	abort();
}

/* *counted where the query is one that can be searched for. */
static int64_t
count(struct query *q, bool *counted)
{
	struct err e = { 0 };
	int64_t n = 0;

	query_count(q, db, &n, &e);
	only_usage(&e, "count");
	*counted = e.code == ERR_NONE;
	return n;
}

static void
same_in_order(struct query *q, int64_t found)
{
	struct err e = { 0 };
	int64_t *ids = NULL;
	size_t n = 0;

	if (query_ids(q, db, -1, 0, &ids, &n, &e) == ERR_NONE && (int64_t)n != found) {
		fprintf(stderr, "%zu listed, %lld counted\n", n, (long long)found);
		abort();
	}
	only_usage(&e, "list");
	free(ids);
}

static void
search(char **words)
{
	struct query *q = NULL;
	struct err e = { 0 };
	struct node *negation;
	int64_t found, others;
	bool counted;

	query_parse(&q, db, words, &e);
	only_usage(&e, "parse");
	if (e.code != ERR_NONE)
		return;
	found = count(q, &counted);
	if (counted) {
		same_in_order(q, found);
		if (query_sort(q, "year-,title", &e) == ERR_NONE)
			same_in_order(q, found);
		negation = node_new(NODE_NOT);
		if (!node_add(negation, q->root))
			abort();
		q->root = negation;
		others = count(q, &counted);
		if (counted && found + others != tracks) {
			fprintf(stderr, "%lld and %lld without\n", (long long)found, (long long)others);
			abort();
		}
	}
	query_free(q);
}

/* Searching takes a hundred times as long as parsing: one input in eight is searched for. */
static bool
searched(const uint8_t *data, size_t size)
{
	return fold_hash((const char *)data, size) % 8 == 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum { ARGUMENTS = 8 };
	char *text = malloc(size + 1), *words[ARGUMENTS + 1];
	struct query q = { 0 };
	struct err e = { 0 };
	size_t n = 0;

	if (text == NULL)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	for (char *s = text; s <= text + size && n < ARGUMENTS; s += strlen(s) + 1)
		words[n++] = s;
	words[n] = NULL;
	if (searched(data, size))
		search(words); /* copies them */
	if (query_read(&q, words, tag, NULL, &e) == ERR_NONE)
		check(q.root);
	else if (e.code != ERR_USAGE || e.msg[0] == '\0' || q.root != NULL)
		abort();
	node_free(q.root);
	free(q.note);
	free(text);
	return 0;
}
