/* SPDX-License-Identifier: MIT */
/* Fuzz sniff(): the input is a file's content. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "media/read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct record r = { 0 };
	struct err e = { 0 };
	int fd = memfd_create("input", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	if (media_sniff(fd, &r, &e) == ERR_NONE ? r.suffix[0] == '\0' : e.code != ERR_NOTAUDIO)
		abort();
	record_free(&r);
	close(fd);
	return 0;
}
