/* SPDX-License-Identifier: MIT */
/* Fuzz config_parse(): whatever a file says, every word is one of its choices, and an error names its line.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "store/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config c = { 0 };
	struct err e = { 0 };

	if (config_parse(&c, (const char *)data, size, &e) == ERR_NONE) {
		const char *word = config_word(&c, SETTING_CONFLICT);

		if (strstr(setting_info(SETTING_CONFLICT)->words, word) == NULL)
			abort();
		for (int s = 0; s < SETTING_COUNT; s++)
			for (size_t i = 0; i < c.value[s].n; i++)
				if (c.value[s].v[i][0] == '\0')
					abort();
	} else if (e.code != ERR_FORMAT || strncmp(e.msg, "line ", 5) != 0) {
		abort();
	}
	config_free(&c);
	return 0;
}
