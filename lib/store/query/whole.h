/*
 * whole.h - the values of a field in the whole library
 *
 * Private to lib/store/query.  Without a query to choose tracks the tables of the values are read as they
 * lie, not track by track.
 */
#ifndef STORE_QUERY_WHOLE_H
#define STORE_QUERY_WHOLE_H

#include "store/query/compile.h"
#include "store/tally.h"

/* Is there such a way for a field? */
bool whole_has(enum field f);

/* Count the tracks with each value of a field that whole_has(). */
enum err_code whole_count(struct compiler *c, enum field f, struct tally *t);

#endif
