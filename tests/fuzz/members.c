/* SPDX-License-Identifier: MIT */
/* Fuzz members_read(): the input is an archive.  Members come in order, and no piece is too long. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "media/archive/members.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BYTES_MAX = 4 << 20, PIECES_MAX = 20000 };

struct seen {
	size_t bytes, pieces;
	bool file; /* a file has begun and not ended */
};

static bool
take(void *context, enum protocol_piece kind, const void *bytes, size_t len)
{
	struct seen *s = context;
	struct protocol_member m;

	if (len > PROTOCOL_PIECE_MAX)
		abort();
	if (kind == PROTOCOL_MEMBER) {
		if (s->file || len < sizeof m)
			abort();
		memcpy(&m, bytes, sizeof m);
		s->file = m.kind == MEMBER_FILE;
	} else if (!s->file) {
		abort();
	} else if (kind == PROTOCOL_END) {
		s->file = false;
	}
	s->bytes += len;
	return s->bytes < BYTES_MAX && ++s->pieces < PIECES_MAX;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("input", MFD_CLOEXEC);
	struct record r = { 0 };
	struct seen s = { 0 };
	struct err e = { 0 };

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	members_prepare();
	if (members_sniff(fd, &r)) {
		if (strcmp(r.format, "archive") != 0 || r.codec[0] == '\0')
			abort();
		if (members_read(fd, take, &s, &e) != e.code ||
		    (e.code == ERR_NONE && s.file && s.bytes < BYTES_MAX && s.pieces < PIECES_MAX))
			abort();
	}
	record_free(&r);
	close(fd);
	return 0;
}
