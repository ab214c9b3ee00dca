/* SPDX-License-Identifier: MIT */
/*
 * scan.h - all matches where the index and packed columns alone can tell
 *
 * Private to lib/store/query.  Chunk by chunk, without a row of the catalogue but of the few that a code says
 * too little of, so that a million tracks are counted or grouped in some hundredths of a second.
 */
#ifndef STORE_QUERY_SCAN_H
#define STORE_QUERY_SCAN_H

#include "store/query/part.h"

/* Some matches, by their places in a chunk; in no order but that of chunks, and a chunk may come again. */
struct scan_batch {
	int64_t chunk;
	size_t n;
	uint16_t place[PACKED_CHUNK];
};
typedef enum err_code scan_take(void *context, struct compiler *c, const struct scan_batch *b);

/* Is p such? */
bool scan_can(const struct compiler *c, const struct part *p);

/* And are all tracks matches that there are? */
bool scan_is_all(const struct compiler *c, const struct part *p);

enum err_code scan_matches(struct compiler *c, const struct part *p, scan_take *take, void *context);

/* The codes of a column for a batch. */
enum err_code scan_codes(
    struct compiler *c, const struct scan_batch *b, enum packed_column column, uint64_t *code);

/* Their ids as bits, and how many. */
enum err_code scan_tracks(struct compiler *c, const struct part *p, struct bits *tracks, size_t *n);

/* How many; their ids, ascending, malloced. */
enum err_code scan_count(struct compiler *c, const struct part *p, int64_t *count);
enum err_code scan_ids(struct compiler *c, const struct part *p, int64_t **ids, size_t *n);

#endif
