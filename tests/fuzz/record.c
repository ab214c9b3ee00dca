/* SPDX-License-Identifier: MIT */
/* Fuzz record_decode(): whatever it accepts, record_encode() must write back in the same bytes' meaning. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "worker/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct record r = { 0 }, again = { 0 };
	struct buf out = { 0 }, twice = { 0 };
	struct err e = { 0 };

	if (record_decode(&r, data, size, &e) == ERR_NONE) {
		if (record_encode(&r, true, &out, &e) != ERR_NONE ||
		    record_decode(&again, out.data, out.len, &e) != ERR_NONE ||
		    record_encode(&again, true, &twice, &e) != ERR_NONE)
			abort();
		if (out.len != twice.len || memcmp(out.data, twice.data, out.len) != 0)
			abort();
	} else if (r.nvalues != 0 || r.ncovers != 0 || r.nnotes != 0 || e.code == ERR_NONE) {
		abort();
	}
	record_free(&r);
	record_free(&again);
	buf_free(&out);
	buf_free(&twice);
	return 0;
}
