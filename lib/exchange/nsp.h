/* SPDX-License-Identifier: MIT */
/*
 * nsp.h - Navidrome's smart playlists, as queries of fonoteca-query(7)
 *
 *	{"name":"90s","all":[{"inTheRange":{"year":[1990,1999]}},{"is":{"genre":"Rock"}}],"sort":"year","limit":50}
 *
 * What has no counterpart here is left out and told.
 */
#ifndef EXCHANGE_NSP_H
#define EXCHANGE_NSP_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct nsp {
	char *name;  /* or NULL */
	char *query; /* one word of a command line */
	char *sort;  /* fields, or NULL */
	int64_t limit;
	struct buf left_out; /* a line for each rule that could not be mapped, or only nearly */
};

/* ERR_FORMAT where it is no smart playlist, or where nothing of it can be mapped. */
enum err_code nsp_read(const char *text, size_t len, struct nsp *out, struct err *e);
void nsp_free(struct nsp *n);

#endif
