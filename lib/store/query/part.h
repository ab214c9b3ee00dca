/* SPDX-License-Identifier: MIT */
/*
 * part.h - terms that must all match, as what the index and the rows are asked
 *
 * Private to lib/store/query.
 */
#ifndef STORE_QUERY_PART_H
#define STORE_QUERY_PART_H

#include "store/query/sieve.h"

struct part {
	struct buf match;   /* for the index; empty: it cannot help */
	struct buf without; /* what goes behind an expression that others make */
	struct buf where;   /* what it could not tell; empty: nothing */
	struct buf docs;    /* or else a SELECT of the documents of all matches, and of nothing else */
	int set;            /* of the sieve, for these */
	int sure;           /* the set that together with match tells all: scan.h */
};

void part_free(struct part *p);

/* The terms of n as an AND that borrows them; only holds one that is no AND. */
void part_list(const struct node *n, struct node **only, struct node *list);

/* Compile the terms of a list. */
void part_make(struct compiler *c, struct node *all, struct part *p);

/* Of a query of alternatives, each of which the index or the names in it give by themselves, make p->docs;
 * p stays as it is where there is any other. */
void part_alternatives(struct compiler *c, const struct node *any, struct part *p);

/* Tracks t by the index, as a release r of theirs. */
#define PART_FROM_INDEX                                                                                      \
	"FROM fts CROSS JOIN doc d ON d.doc = fts.rowid CROSS JOIN track t ON t.id = d.track_id"
#define PART_WITH_RELEASE " CROSS JOIN release r ON r.id = t.release_id"

/* Append " AND ..." behind what gives the rows, by documents of that name. */
void part_conditions(const struct part *p, const char *doc, struct buf *sql);

/* Append FROM and WHERE of the part: by the index, by what the sieve lets through, or by the rows that are
 * named. */
void part_from(
    struct compiler *c, const struct part *p, const char *rows, const char *release, struct buf *sql);

/* A statement with its parameters, of text that is freed; NULL with *c->e filled in. */
sqlite3_stmt *part_prepare(struct compiler *c, struct buf *sql);

#endif
