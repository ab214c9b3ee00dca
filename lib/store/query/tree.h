/* SPDX-License-Identifier: MIT */
/*
 * tree.h - a query as a tree, made by the parser, read by the planner
 *
 * Private to lib/store/query.
 */
#ifndef STORE_QUERY_TREE_H
#define STORE_QUERY_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/field.h"

enum node_kind {
	NODE_ALL,      /* every track */
	NODE_AND,      /* all children */
	NODE_OR,       /* one of the children */
	NODE_NOT,      /* not its only child */
	NODE_TEXT,     /* words, anywhere or in a text field */
	NODE_RANGE,    /* a number, date, ... compared */
	NODE_IS,       /* is:value */
	NODE_HAS,      /* has:field */
	NODE_PLAYLIST, /* playlist:value; smart ones are gone once query_expand() is done */
	NODE_SAVED,    /* @value, query:value; none is left once query_expand() is done */
	NODE_MIX,      /* mix:value, similar:value; none is left once query_relate() is done */
	NODE_SIMILAR,
	NODE_IDS /* one of ids, whose order is that of the results where nothing else gives one */
};

enum op {
	OP_HAS,   /* field:words, or a number or date as it is written */
	OP_EXACT, /* field:=value, byte by byte */
	OP_SAME,  /* field:=~value, the whole value as it folds */
	OP_LESS,
	OP_LESS_EQUAL,
	OP_GREATER,
	OP_GREATER_EQUAL,
	OP_BETWEEN, /* value..high, either may be "" */
	OP_BEGINS,  /* the whole value begins with the text as it folds */
	OP_REGEX,   /* /value/, searched for in the text as it is written */
	OP_FUZZY,   /* words within `distance` edits */
	OP_NEAR,    /* words with at most `distance` others between them */
	OP_NAMED    /* a whole name, without its articles: bare.h.  high: as it was typed, folded */
};

enum {
	DEPTH_MAX = 20, /* of a tree: what the parsers of SQL and of the index bear */
	NEAR_MAX = 1000
};

struct node {
	enum node_kind kind;
	struct node **child;
	size_t n;
	enum field field; /* F_NONE: anywhere, or the free tag `tag` */
	char *tag;        /* name of a free tag, or NULL */
	enum op op;
	char *value, *high;
	int distance;             /* FUZZY, NEAR */
	bool open_low, open_high; /* BETWEEN: without that end itself */
	bool phrase;              /* was in quotes: its words follow each other */
	bool prefix;              /* word* */
	bool last;                /* the last bare word: also as a prefix */
	bool respelt;             /* another spelling of the alternative before it: join.h, bare.h */
	bool at_sign;             /* SAVED: written as @value, which may also be a word */
	bool plain_unit;          /* `duration_ms`: a plain number is milliseconds, not seconds */
	int64_t *ids;             /* IDS */
	size_t nids;
	const char *word; /* the argument it stood in, for messages */
	size_t at;        /* where in it, from 0 */
};

struct node *node_new(enum node_kind kind);
struct node *node_copy(const struct node *from);        /* NULL when memory is out */
bool node_add(struct node *parent, struct node *child); /* takes child, also on failure */
void node_free(struct node *n);

/* Lists in lists of their kind become one, NOT NOT a becomes a.  ERR_USAGE where the tree stays too deep. */
enum err_code node_flatten(struct node **root, struct err *e);

/* One field by which results are ordered. */
struct order {
	enum field field;
	bool descending;
};
enum { ORDER_MAX = 16 };

struct query {
	struct node *root;
	struct order order[ORDER_MAX];
	size_t norder;
	bool plain; /* nothing packed is made use of: for tests, which find the same */
	char *note; /* what the user should know, or NULL; its first `fault` bytes are what is wrong */
	size_t fault;
	char **words; /* the arguments, kept because nodes point to them */
	size_t nwords;
	size_t narguments; /* those of its own: what came with saved searches stands behind them */
};

/* Is name a free tag of this library? */
typedef bool tag_exists(void *context, const char *name);

/* Words of the command line -> tree.  ERR_USAGE with the place where it does not parse and the text has
 * fields: anything else becomes plain words, with a note. */
enum err_code query_read(struct query *q, char **words, tag_exists *exists, void *context, struct err *e);

/* "what is wrong: what is done instead" (NULL: nothing); the first note stays. */
enum err_code query_add_note(struct query *q, struct err *e, const char *instead, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* The length of the name of a saved search at s, 0 where none begins there. */
size_t saved_name_length(const char *s);

/* Text is compared with words, and so are F_NONE and free tags; the other types with numbers and dates. */
bool field_is_text(enum field f);

#endif
