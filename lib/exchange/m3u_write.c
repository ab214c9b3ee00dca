/* SPDX-License-Identifier: MIT */
/*
 * Extended M3U as MPD, VLC, mpv and Navidrome read it alike: UTF-8, LF, #EXTM3U first, whole seconds in
 * #EXTINF.
 *
 * A path is bytes and must survive as such, so one that is not UTF-8, has control bytes, or blanks
 * at an end is written as a file:// URI; a relative one that could be taken
 * for a comment or a URI begins with "./".  A part of a file is the
 * file's path behind #EXTVLCOPT lines with its times, which VLC obeys; other players play all of the file.
 */
#include <string.h>

#include "exchange/extra.h"
#include "exchange/priv.h"

/* The lines of the list, or of an entry, that are kept under a word: how many. */
static int
add_lines(struct buf *out, const char *extra, const char *word)
{
	struct buf text = { 0 };
	char found[32];
	int lines = 0;

	while (extra_next(&extra, found, &text))
		if (strcmp(found, word) == 0 && text.data != NULL) {
			list_line(out, text.data);
			buf_putc(out, '\n');
			lines++;
		}
	out->failed |= text.failed;
	buf_free(&text);
	return lines;
}

static void
begin(struct list_writer *w, const char *title)
{
	struct buf attributes = { 0 };

	buf_puts(w->out, "#EXTM3U");
	if (extra_find(w->extra, "extm3u", &attributes) && attributes.data != NULL)
		list_line(w->out, attributes.data);
	buf_putc(w->out, '\n');
	if (title != NULL) {
		buf_puts(w->out, "#PLAYLIST:");
		list_line(w->out, title);
		buf_putc(w->out, '\n');
	}
	add_lines(w->out, w->extra, "m3u-head");
	buf_free(&attributes);
}

static void
add_time(struct buf *out, const char *what, int64_t ms)
{
	buf_printf(
	    out, "#EXTVLCOPT:%s-time=%lld.%03lld\n", what, (long long)(ms / 1000), (long long)(ms % 1000));
}

static void
add_info(struct buf *out, const struct list_item *item)
{
	struct buf attributes = { 0 };

	buf_printf(out, "#EXTINF:%lld",
	    item->duration_ms > 0 ? (long long)((item->duration_ms + 500) / 1000) : -1LL);
	if (extra_find(item->extra, "extinf", &attributes) && attributes.data != NULL)
		list_line(out, attributes.data);
	buf_putc(out, ',');
	list_label(out, item);
	buf_putc(out, '\n');
	buf_free(&attributes);
}

static void
add(struct list_writer *w, const struct list_item *item)
{
	add_lines(w->out, item->extra, "m3u");
	if (item->path == NULL && item->location == NULL) { /* no player takes it for one of its own */
		buf_printf(w->out, "#FONOTECA-MISSING:%lld,",
		    item->duration_ms > 0 ? (long long)((item->duration_ms + 500) / 1000) : -1LL);
		list_label(w->out, item);
		buf_putc(w->out, '\n');
		return;
	}
	add_info(w->out, item);
	if (add_lines(w->out, item->extra, M3U_TIMES) == 0 && item->start_ms >= 0) {
		add_time(w->out, "start", item->start_ms);
		if (item->duration_ms > 0)
			add_time(w->out, "stop", item->start_ms + item->duration_ms);
	}
	list_place_line(w->out, w, item);
	buf_putc(w->out, '\n');
}

static void
end(struct list_writer *w)
{
	add_lines(w->out, w->extra, "m3u-end");
}

const struct list_form m3u_form = { begin, add, end };
