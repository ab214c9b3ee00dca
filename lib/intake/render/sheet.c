/* SPDX-License-Identifier: MIT */
#include "intake/render/sheet.h"

#include <string.h>

enum { CUE_FRAMES = 75 }; /* in a second */

/* A sheet has no way to write a quote, or a line's end, inside a text. */
static void
add_text(struct buf *out, const char *indent, const char *word, const char *text)
{
	if (text == NULL || *text == '\0')
		return;
	buf_printf(out, "%s%s \"", indent, word);
	for (; *text != '\0'; text++)
		buf_putc(out,
		    *text == '"'                                       ? '\''
			: (unsigned char)*text < 0x20 || *text == 0x7f ? ' '
								       : *text);
	buf_putc(out, '"');
}

void
sheet_begin(struct buf *out, const char *file, const char *kind, const char *title)
{
	add_text(out, "", "TITLE", title);
	buf_putc(out, '\n');
	add_text(out, "", "FILE", file);
	buf_printf(out, " %s\n", kind);
}

void
sheet_track(struct buf *out, int number, const char *title, const char *performer, int64_t frame, int rate)
{
	int64_t at = frame * CUE_FRAMES / rate;

	buf_printf(out, "  TRACK %02d AUDIO\n", number);
	add_text(out, "    ", "TITLE", title);
	buf_puts(out, title != NULL && *title != '\0' ? "\n" : "");
	add_text(out, "    ", "PERFORMER", performer);
	buf_puts(out, performer != NULL && *performer != '\0' ? "\n" : "");
	buf_printf(out, "    INDEX 01 %02lld:%02lld:%02lld\n", (long long)(at / CUE_FRAMES / 60),
	    (long long)(at / CUE_FRAMES % 60), (long long)(at % CUE_FRAMES));
}
