/* SPDX-License-Identifier: MIT */
#include "pack/gzip.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { CHUNK = 256 << 10 };

struct gzip {
	gzFile file;
};

static gzFile
open_on(int fd, const char *mode, struct err *e)
{
	int own = dup(fd); /* gzclose() closes */
	gzFile file = own < 0 ? NULL : gzdopen(own, mode);

	if (file == NULL && own >= 0) {
		close(own);
		err_memory(e);
	} else if (own < 0) {
		err_reason(e, errno);
	} else {
		(void)gzbuffer(file, CHUNK);
	}
	return file;
}

/* What zlib says, or the system below it. */
static enum err_code
complain(int code, int errnum, struct err *e)
{
	if (code == Z_MEM_ERROR)
		return err_memory(e);
	if (code == Z_ERRNO)
		return err_reason(e, errnum);
	if (code == Z_BUF_ERROR)
		return err_set(e, ERR_FORMAT, "it is cut short");
	return err_set(e, ERR_FORMAT, "its compressed bytes are damaged");
}

enum err_code
gzip_begin(struct gzip **out, int to, struct err *e)
{
	struct gzip *g = malloc(sizeof *g);

	if (g == NULL)
		return err_memory(e);
	g->file = open_on(to, "wb6", e);
	if (g->file == NULL)
		free(g);
	else
		*out = g;
	return e->code;
}

enum err_code
gzip_add(struct gzip *g, const void *bytes, size_t len, struct err *e)
{
	const char *at = bytes;

	while (len > 0) {
		unsigned n = len < CHUNK ? (unsigned)len : CHUNK;
		int code;

		errno = 0;
		if (gzwrite(g->file, at, n) != (int)n) {
			int errnum = errno;

			(void)gzerror(g->file, &code);
			return complain(code, errnum, e);
		}
		at += n;
		len -= n;
	}
	return ERR_NONE;
}

enum err_code
gzip_end(struct gzip *g, struct err *e)
{
	int code;

	errno = 0;
	code = gzclose(g->file);
	free(g);
	if (code != Z_OK && e->code == ERR_NONE)
		complain(code, errno, e);
	return e->code;
}

enum err_code
gzip_pack(int from, int to, volatile const int *stop, struct err *e)
{
	struct gzip *g = NULL;
	char *chunk = malloc(CHUNK);

	if (chunk == NULL)
		return err_memory(e);
	if (gzip_begin(&g, to, e) == ERR_NONE) {
		for (;;) {
			ssize_t n = read(from, chunk, CHUNK);

			if (n < 0 && errno == EINTR)
				continue;
			if (n < 0)
				err_reason(e, errno);
			else if (stop != NULL && *stop != 0)
				err_set(e, ERR_INTERRUPTED, "stopped");
			if (n <= 0 || e->code != ERR_NONE || gzip_add(g, chunk, (size_t)n, e) != ERR_NONE)
				break;
		}
		gzip_end(g, e);
	}
	free(chunk);
	return e->code;
}

enum err_code
gzip_unpack(int from, gzip_sink *sink, void *context, struct err *e)
{
	char *chunk = malloc(CHUNK);
	gzFile file;
	int n, code;

	if (chunk == NULL)
		return err_memory(e);
	if (lseek(from, 0, SEEK_SET) != 0 || (file = open_on(from, "rb", e)) == NULL) {
		free(chunk);
		return e->code != ERR_NONE ? e->code : err_reason(e, errno);
	}
	errno = 0;
	while ((n = gzread(file, chunk, CHUNK)) > 0)
		if (sink(context, chunk, (size_t)n, e) != ERR_NONE)
			break;
	if (n < 0) {
		int errnum = errno;

		(void)gzerror(file, &code);
		complain(code, errnum, e);
	}
	code = gzclose(file);
	if (code != Z_OK && e->code == ERR_NONE)
		complain(code, errno, e);
	free(chunk);
	return e->code;
}
