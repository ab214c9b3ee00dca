/* SPDX-License-Identifier: MIT */
/* Fuzz what of media_read() is our own: the input is a file's content, in which sound is looked for, its
 * damage, its hash and its gain.  None of it may read past the input, loop, or differ from one time to the
 * next. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "media/damage/damage.h"
#include "media/tag/gain.h"
#include "media/payload/payload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
each(void *context, const char *key, const char *value)
{
	int *n = context;

	if (strstr(key, "_GAIN") == NULL && strstr(key, "_PEAK") == NULL)
		abort();
	return value[0] != '\0' && ++*n < 8;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sniffed s;
	uint8_t first[SHA256_BYTES] = { 0 }, second[SHA256_BYTES] = { 0 };
	int fd = memfd_create("input", MFD_CLOEXEC), gains = 0;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	sniff(fd, &s);
	if (s.type != SNIFF_NONE) {
		bool has;

		damage_find(fd, &s);
		has = payload_hash(fd, &s, first);
		if (payload_hash(fd, &s, second) != has || memcmp(first, second, sizeof first) != 0)
			abort();
		if (s.audio < 0 || s.sound < 0 || memchr(s.damage, '\0', sizeof s.damage) == NULL)
			abort();
		gain_of_lame(fd, &s, each, &gains);
	}
	close(fd);
	return 0;
}
