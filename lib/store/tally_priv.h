/* SPDX-License-Identifier: MIT */
/*
 * tally_priv.h - how the texts of a tally are kept
 *
 * Private to lib/store/tally*.c.  A length, with the uppermost bit where the address of another text that
 * comes before it follows; the bytes; NUL.
 */
#ifndef STORE_TALLY_PRIV_H
#define STORE_TALLY_PRIV_H

#include <string.h>

#include "store/tally.h"

#define KEPT_BEHIND ((uint32_t)1 << 31)

/* A text in its two parts. */
struct parts {
	const char *text[2];
	size_t len[2];
};

static inline struct parts
parts_of(const char *kept)
{
	struct parts p = { { "", "" }, { 0, 0 } };
	const char *folder;
	uint32_t len;

	memcpy(&len, kept, sizeof len);
	kept += sizeof len;
	if ((len & KEPT_BEHIND) != 0) {
		memcpy(&folder, kept, sizeof folder);
		kept += sizeof folder;
		memcpy(&len, folder, sizeof len);
		p.text[0] = folder + sizeof len;
		p.len[0] = len;
		memcpy(&len, kept - sizeof folder - sizeof len, sizeof len);
	}
	p.text[1] = kept;
	p.len[1] = len & ~KEPT_BEHIND;
	return p;
}

#endif
