/* SPDX-License-Identifier: MIT */
/* Fuzz what lib-analyze alone reads: the input is a file's content, which is decoded and heard; and the
 * answer of a worker that was taken over.  What is heard must make sense to who keeps it, and be the same
 * again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sound/listen.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
no_progress(void *context)
{
	(void)context;
}

static enum err_code
hear(int fd, const struct sound_task *task, struct sound *s)
{
	struct err e = { 0 };

	return sound_listen(fd, task, no_progress, NULL, s, &e);
}

/* Part of it, too, some analyses alone, and twice, as its last bytes tell. */
static void
listen_to(const uint8_t *data, size_t size)
{
	static struct sound first, second, read;
	uint8_t last = size > 2 ? data[size - 1] : 0;
	struct sound_task task = { .kinds = last % 8 == 0 ? SOUND_ALL : last & SOUND_ALL };
	int fd = memfd_create("input", MFD_CLOEXEC);
	struct err e = { 0 };

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	if (size > 2 && last / 8 % 4 == 0) {
		task.start_ms = data[size - 2] * 20;
		task.length_ms = data[size - 3] * 20;
	}
	if (hear(fd, &task, &first) == ERR_NONE) {
		if (sound_read(&read, &first, sizeof first, &e) != ERR_NONE)
			abort();
		if (last / 32 == 0 &&
		    (hear(fd, &task, &second) != ERR_NONE || memcmp(&first, &second, sizeof first) != 0))
			abort();
	}
	close(fd);
}

/* An answer, or the beginning of one: numbers that are none are refused. */
static void
read_answer(const uint8_t *data, size_t size)
{
	static struct sound s;
	static uint8_t bytes[sizeof s];
	struct err e = { 0 };
	double lufs;

	if (sound_read(&s, data, size, &e) == ERR_NONE && size != sizeof s)
		abort();
	memset(bytes, 0, sizeof bytes);
	for (size_t i = 0; i < size; i++) /* so that little is far from what is right */
		bytes[i * 7919 % sizeof bytes] = data[i];
	e = (struct err){ 0 };
	if (sound_read(&s, bytes, sizeof bytes, &e) != ERR_NONE)
		return;
	if (s.nprint > SOUND_PRINT_MAX || s.pitch < -1 || s.pitch > 11 ||
	    memchr(s.damage, '\0', sizeof s.damage) == NULL)
		abort();
	(void)sound_gated(s.block, &lufs);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	listen_to(data, size);
	read_answer(data, size);
	return 0;
}
