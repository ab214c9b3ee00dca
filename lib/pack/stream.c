/* SPDX-License-Identifier: MIT */
#include "pack/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { GZIP_WINDOW = 15 + 16, CHUNK = 32768 };

struct stream {
	struct stream_source from;
	char *name;
	int fd;
	bool gzip, between; /* between two members of a gzip file */
	bool end;           /* the source has nothing more */
	z_stream z;
	uint8_t packed[CHUNK];
	char data[STREAM_PEEK];
	size_t at, len;
	struct err trouble; /* what came behind bytes that are still to be given */
};

static long
read_fd(void *context, void *bytes, size_t len, struct err *e)
{
	struct stream *s = context;
	ssize_t n;

	do
		n = read(s->fd, bytes, len);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		err_sys(e, errno, "cannot read %s", s->name);
	return (long)n;
}

/* More packed bytes behind those that are left: 1, 0 at the end, -1. */
static int
more_packed(struct stream *s, struct err *e)
{
	long n;

	memmove(s->packed, s->z.next_in, s->z.avail_in);
	s->z.next_in = s->packed;
	if (s->end)
		return 0;
	n = s->from.read(s->from.context, s->packed + s->z.avail_in, CHUNK - s->z.avail_in, e);
	if (n > 0)
		s->z.avail_in += (uInt)n;
	s->end = n == 0;
	return n < 0 ? -1 : n > 0;
}

/* A gzip file may have several members, and padding behind the last. */
static bool
another_member(struct stream *s)
{
	return s->z.avail_in >= 2 && s->z.next_in[0] == 0x1f && s->z.next_in[1] == 0x8b &&
	    inflateReset(&s->z) == Z_OK;
}

static long
unpack(struct stream *s, void *bytes, size_t len, struct err *e)
{
	s->z.next_out = bytes;
	s->z.avail_out = (uInt)len;
	while (s->z.avail_out == len) {
		int rc;

		if (s->z.avail_in < 2 && more_packed(s, e) < 0)
			return -1;
		if (s->between && !another_member(s))
			return 0;
		s->between = false;
		rc = inflate(&s->z, Z_NO_FLUSH);
		if (rc == Z_STREAM_END) {
			s->between = true;
		} else if (rc == Z_BUF_ERROR && s->end) {
			err_set(e, ERR_FORMAT, "%s ends within what gzip packed", s->name);
			return -1;
		} else if (rc != Z_OK && rc != Z_BUF_ERROR) {
			err_set(e, ERR_FORMAT, "%s is damaged: gzip cannot unpack it", s->name);
			return -1;
		}
	}
	return (long)(len - s->z.avail_out);
}

static long
source_read(struct stream *s, void *bytes, size_t len, struct err *e)
{
	return s->gzip ? unpack(s, bytes, len, e) : s->from.read(s->from.context, bytes, len, e);
}

/* Keep what is there and read on, until the buffer is full or (once) anything came. */
static int
fill(struct stream *s, bool once, struct err *e)
{
	bool got = false;

	memmove(s->data, s->data + s->at, s->len - s->at);
	s->len -= s->at;
	s->at = 0;
	while (s->trouble.code == ERR_NONE && s->len < sizeof s->data && !(once && got)) {
		long n = source_read(s, s->data + s->len, sizeof s->data - s->len, &s->trouble);

		if (n <= 0)
			break;
		s->len += (size_t)n;
		got = true;
	}
	if (s->len > 0 || s->trouble.code == ERR_NONE)
		return s->len > 0;
	*e = s->trouble;
	return -1;
}

/* Is it gzip?  Then what was read so far is packed. */
static enum err_code
sniff(struct stream *s, struct err *e)
{
	while (s->len < 2) {
		long n = s->from.read(s->from.context, s->data + s->len, CHUNK - s->len, e);

		if (n < 0)
			return e->code;
		if (n == 0)
			return ERR_NONE;
		s->len += (size_t)n;
	}
	if ((uint8_t)s->data[0] != 0x1f || (uint8_t)s->data[1] != 0x8b)
		return ERR_NONE;
	if (inflateInit2(&s->z, GZIP_WINDOW) != Z_OK)
		return err_memory(e);
	s->gzip = true;
	memcpy(s->packed, s->data, s->len);
	s->z.next_in = s->packed;
	s->z.avail_in = (uInt)s->len;
	s->len = 0;
	return ERR_NONE;
}

enum err_code
stream_of(struct stream **out, const struct stream_source *from, const char *name, struct err *e)
{
	struct stream *s = calloc(1, sizeof *s);

	if (s == NULL || (s->name = strdup(name)) == NULL) {
		free(s);
		if (from->close != NULL)
			from->close(from->context);
		return err_memory(e);
	}
	s->from = *from;
	s->fd = -1;
	if (sniff(s, e) == ERR_NONE) {
		*out = s;
		return ERR_NONE;
	}
	stream_close(s);
	return e->code;
}

enum err_code
stream_open(struct stream **out, int fd, const char *name, struct err *e)
{
	struct stream *s = calloc(1, sizeof *s);

	if (s == NULL || (s->name = strdup(name)) == NULL) {
		free(s);
		return err_memory(e);
	}
	s->from = (struct stream_source){ .read = read_fd, .context = s };
	s->fd = fd;
	if (sniff(s, e) == ERR_NONE) {
		*out = s;
		return ERR_NONE;
	}
	stream_close(s);
	return e->code;
}

void
stream_close(struct stream *s)
{
	if (s == NULL)
		return;
	if (s->gzip)
		inflateEnd(&s->z);
	if (s->from.close != NULL)
		s->from.close(s->from.context);
	free(s->name);
	free(s);
}

enum err_code
stream_peek(struct stream *s, const char **bytes, size_t *len, struct err *e)
{
	if (fill(s, false, e) < 0)
		return e->code;
	*bytes = s->data;
	*len = s->len;
	return ERR_NONE;
}

int
stream_getc(struct stream *s, struct err *e)
{
	if (s->at == s->len) {
		int got = fill(s, true, e);

		if (got <= 0)
			return got < 0 ? -2 : -1;
	}
	return (unsigned char)s->data[s->at++];
}

int
stream_line(struct stream *s, struct buf *line, size_t max, bool *cut, struct err *e)
{
	bool any = false, end = false;

	buf_clear(line);
	*cut = false;
	while (!end) {
		const char *from, *newline;
		size_t n, room;
		int got = s->at < s->len ? 1 : fill(s, true, e);

		if (got < 0)
			return -1;
		if (got == 0)
			break;
		any = true;
		from = s->data + s->at;
		newline = memchr(from, '\n', s->len - s->at);
		end = newline != NULL;
		n = end ? (size_t)(newline - from) : s->len - s->at;
		room = max - line->len;
		*cut |= n > room;
		buf_add(line, from, n < room ? n : room);
		s->at += n + end;
	}
	if (!any)
		return 0;
	if (line->len > 0 && !*cut && line->data[line->len - 1] == '\r')
		line->data[--line->len] = '\0';
	if (line->data == NULL)
		buf_puts(line, "");
	return buf_ok(line, e) == ERR_NONE ? 1 : -1;
}
