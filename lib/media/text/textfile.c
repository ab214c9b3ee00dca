/* SPDX-License-Identifier: MIT */
#include "media/text/textfile.h"

#include "media/format/bytes.h"

enum err_code
textfile_read(int fd, struct buf *out, struct err *e)
{
	size_t n = 1;

	while (n > 0 && out->len <= TEXTFILE_MAX) {
		char *room = buf_reserve(out, 64 << 10);

		if (room == NULL)
			return err_memory(e);
		n = bytes_at(fd, (int64_t)out->len, room, 64 << 10);
		out->len += n;
	}
	if (out->len > TEXTFILE_MAX)
		return err_set(e, ERR_FORMAT, "is larger than %d MiB", TEXTFILE_MAX >> 20);
	if (out->len == 0)
		return err_set(e, ERR_FORMAT, "is empty, or cannot be read");
	return ERR_NONE;
}
