/* SPDX-License-Identifier: MIT */
/* Fuzz lrc_parse(): what it accepts has lyrics and can be sent. */
#include <stdint.h>
#include <stdlib.h>

#include "media/text/lrc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct record r = { 0 }, back = { 0 };
	struct buf out = { 0 };
	struct err e = { 0 };

	if (lrc_parse(&r, data, size, &e) == ERR_NONE) {
		if (record_get(&r, F_LYRICS) == NULL || record_encode(&r, true, &out, &e) != ERR_NONE ||
		    record_decode(&back, out.data, out.len, &e) != ERR_NONE)
			abort();
	} else if (r.nvalues != 0 || e.code != ERR_FORMAT) {
		abort();
	}
	record_free(&r);
	record_free(&back);
	buf_free(&out);
	return 0;
}
