/*
 * facet.h - how many of a query's tracks have each value of a field
 */
#ifndef STORE_QUERY_FACET_H
#define STORE_QUERY_FACET_H

#include "base/field.h"
#include "store/query/query.h"

struct facet {
	char *value; /* as track_text() writes it; of F_TAGS the name of a free tag */
	size_t len;
	int64_t tracks;
};

/* The values of a field by name (an alias, or a free tag), the most frequent first, then by their bytes; a
 * track counts once for each of its values.  *f is the field, F_NONE for a free tag.  ERR_USAGE where there
 * is no such field or tag. */
enum err_code facet_count(struct query *q, struct db *db, const char *name, enum field *f,
    struct facet **list, size_t *n, struct err *e);
void facet_free(struct facet *list, size_t n);

#endif
