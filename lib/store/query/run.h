/* SPDX-License-Identifier: MIT */
/*
 * run.h - from a tree to ids
 *
 * Private to lib/store/query.  Everything else comes between run_begin() and run_end(), in one read
 * transaction.
 */
#ifndef STORE_QUERY_RUN_H
#define STORE_QUERY_RUN_H

#include "store/query/part.h"
#include "store/query/rank.h"

/* Make a compiler for q; run_end() releases it in any case, and returns its error. */
enum err_code run_begin(struct compiler *c, const struct query *q, struct db *db, struct err *e);
enum err_code run_end(struct compiler *c);

/* The terms of the whole query. */
void run_part(struct compiler *c, const struct node *root, struct part *all);

/* The first `need` matches by rank (need < 0: all) into r, sorted. */
enum err_code run_ranked(struct compiler *c, const struct node *root, int64_t need, struct ranking *r);

/* Has the query words to rank by?  Without them the matches are listed as they come. */
bool run_is_ranked(struct compiler *c, const struct node *root);

/* The matches in the query's order, or as they come. */
enum err_code run_listed(
    struct compiler *c, const struct query *q, int64_t limit, int64_t offset, int64_t **ids, size_t *n);

/* The list of ids whose order the results of root take where they have no other, or NULL. */
const struct node *run_order_of_ids(const struct node *root);

/* Append "FROM ... WHERE ..." of the matches, track t, and of what is joined to them; compiler_bind() then
 * binds its parameters. */
void run_set(struct compiler *c, const struct node *root, const char *join, struct buf *sql);

/* Is a track among the matches of a term? */
enum err_code run_matches(struct compiler *c, const struct node *term, int64_t track, bool *matches);

/* What a statement of a search is for stands in a comment behind this, the name of a tier or STEP_LISTED:
 * that name, or NULL where it has none. */
#define STEP_MARK   " /* step: "
#define STEP_LISTED "listed"
const char *run_step_name(const char *sql);

/* Are there `least` matches? */
enum err_code run_finds(struct compiler *c, const struct node *root, int64_t least, bool *found);

enum err_code run_count(struct compiler *c, const struct node *root, int64_t *count);

#endif
