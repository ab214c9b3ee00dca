/* SPDX-License-Identifier: MIT */
/*
 * expand.h - @NAME, query:NAME and smart playlists give way to what was saved under the name
 *
 * Private to lib/store/query.
 */
#ifndef STORE_QUERY_EXPAND_H
#define STORE_QUERY_EXPAND_H

#include "store/db.h"
#include "store/query/tree.h"

/* Put the trees of saved searches into q's, to any depth.  self: the name under which q is about to be saved,
 * or NULL.  ERR_USAGE where a name is unknown, where searches go in a circle (named), or where it gets
 * too long.  The words of saved searches become q's, their order follows its own. */
enum err_code query_expand(
    struct query *q, struct db *db, const char *self, tag_exists *exists, struct err *e);

/* The words of a saved search, NULL-terminated: 1, 0 where there is none of that name, -1. */
int saved_words(struct db *db, const char *name, char ***words, size_t *n, struct err *e);

/* The same of a smart playlist; 0 where it is an ordinary one.  *sort: its order, malloced, or NULL; *most:
 * how many of its tracks it has, 0: all. */
int smart_words(
    struct db *db, int64_t playlist, char ***words, size_t *n, char **sort, int64_t *most, struct err *e);

/* The saved search whose name is nearest to a misspelt one, malloced; NULL where none is near. */
char *saved_nearest(struct db *db, const char *name);

/* After query_expand(): mix: and word~ give way to what they stand for, and the tree gets its simplest form.
 */
enum err_code query_settle(struct query *q, struct db *db, bool look, struct err *e);

/* query_parse() for the search that is about to be saved as self. */
struct query;
enum err_code query_parse_as(
    struct query **q, struct db *db, char *const *words, const char *self, struct err *e);

#endif
