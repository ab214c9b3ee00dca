/* SPDX-License-Identifier: MIT */
#include "media/format/window.h"

#include "media/format/bytes.h"

unsigned char *
window_room(void)
{
	static unsigned char room[WINDOW_BYTES];

	return room;
}

const unsigned char *
window_at(struct window *w, int64_t at, size_t need, size_t *len)
{
	*len = 0;
	if (at < 0 || at >= w->end)
		return w->bytes;
	if (at < w->from || at >= w->from + (int64_t)w->len ||
	    (at + (int64_t)need > w->from + (int64_t)w->len && w->from + (int64_t)w->len < w->end)) {
		int64_t left = w->end - at;

		w->from = at;
		w->len =
		    bytes_at(w->fd, at, w->bytes, left < WINDOW_BYTES ? (size_t)left : (size_t)WINDOW_BYTES);
	}
	if (at - w->from >= (int64_t)w->len)
		return w->bytes;
	*len = w->len - (size_t)(at - w->from);
	return w->bytes + (at - w->from);
}
