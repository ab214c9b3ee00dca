/* SPDX-License-Identifier: MIT */
/* Fuzz cue_parse(): what it accepts can be sent, and every part names its file and its number. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "media/text/cue.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct record r = { 0 }, back = { 0 };
	struct buf out = { 0 };
	struct err e = { 0 };

	if (cue_parse(&r, data, size, &e) == ERR_NONE) {
		if (r.nparts == 0 || record_encode(&r, true, &out, &e) != ERR_NONE ||
		    record_decode(&back, out.data, out.len, &e) != ERR_NONE || back.nparts != r.nparts)
			abort();
		for (size_t i = 0; i < r.nparts; i++)
			if (strcmp(r.parts[i].values[0].name, RECORD_FILE) != 0 || r.parts[i].start_ms < 0 ||
			    r.parts[i].duration_ms < 0)
				abort();
	} else if (r.nparts != 0 || e.code != ERR_FORMAT) {
		abort();
	}
	record_free(&r);
	record_free(&back);
	buf_free(&out);
	return 0;
}
