/* SPDX-License-Identifier: MIT */
/*
 * gather.h - the documents that a statement finds, in one step
 *
 * Private to lib/store/query.
 */
#ifndef STORE_QUERY_GATHER_H
#define STORE_QUERY_GATHER_H

#include "store/query/part.h"

struct documents {
	uint32_t *doc; /* of the index, as they came */
	size_t n, cap;
};

/* What p->match or p->docs finds, ascending: p->set and p->where are not asked. */
enum err_code gather_part(struct compiler *c, const char *match, const char *docs, struct documents *d);

/* Those of the documents whose rows fulfil a condition on track t. */
enum err_code gather_rows(
    struct compiler *c, const struct documents *of, const char *where, struct documents *d);

enum err_code documents_add(struct documents *d, uint32_t doc, struct err *e);
void documents_free(struct documents *d); /* release and zero */

/* As a JSON array, for json_each(). */
enum err_code documents_json(const struct documents *d, struct buf *json, struct err *e);

#endif
