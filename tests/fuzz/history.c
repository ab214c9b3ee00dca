/* SPDX-License-Identifier: MIT */
/* Fuzz the readers of histories: whatever a stream holds, and whichever type it is said to be, every row ends
 * as a play with a title and a time, or with a reason; the bytes are a zip archive, gzip, or the history
 * itself. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "exchange/history/history.h"
#include "pack/zip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(int condition)
{
	if (!condition)
		abort();
}

static void
check(const struct history_row *row)
{
	if (row->kind != ROW_PLAY) {
		must(row->reason != NULL && *row->reason != '\0');
		return;
	}
	must(row->listen.title[strspn(row->listen.title, " \t\r\n")] != '\0');
	must(row->listen.start > 0 && row->listen.start < 100000000000);
	must(row->listen.exact_s == 1 || row->listen.exact_s == 60);
	must(row->listen.heard_ms >= -1 && row->listen.length_ms >= -1);
	must(row->listen.artist != NULL && row->listen.album != NULL && row->listen.raw != NULL);
}

static void
read_all(struct stream *s, const char *type)
{
	static const struct zone utc = { .given = true, .fixed = true, .name = "UTC" };
	struct history *h = NULL;
	struct history_row row;
	struct err e = { 0 };

	if (history_open(&h, s, type, &utc, &e) == ERR_NONE) {
		while (history_next(h, &row, &e) > 0)
			check(&row);
	}
	history_close(h);
}

static int
memory_file(const uint8_t *data, size_t size)
{
	int fd = memfd_create("history", MFD_CLOEXEC);

	must(fd >= 0 && write(fd, data, size) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

static void
read_archive(int fd)
{
	struct zip *z = NULL;
	struct buf name = { 0 };
	bool go_on = true;
	struct err e = { 0 };

	if (zip_open(&z, fd, "archive", &e) != ERR_NONE)
		return;
	for (int i = 0; go_on && i < 50; i++) {
		struct stream *s = NULL;
		struct err own = { 0 };
		int step = zip_next(z, &name, &s, &go_on, &own);

		if (step == 1)
			read_all(s, NULL);
		stream_close(s);
		if (step == 0)
			break;
	}
	zip_close(z);
	buf_free(&name);
}

/* The first byte chooses a type that is asked for, or none. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stream *s = NULL;
	struct err e = { 0 };
	const char *type = NULL;
	int fd;

	if (size > 0 && data[0] < 32) {
		for (int i = 0; i <= data[0] && (i == 0 || type != NULL); i++)
			type = history_type_name(i);
		data++;
		size--;
	}
	fd = memory_file(data, size);
	if (zip_is((const char *)data, size))
		read_archive(fd);
	else if (stream_open(&s, fd, "input", &e) == ERR_NONE)
		read_all(s, type);
	stream_close(s);
	close(fd);
	return 0;
}
