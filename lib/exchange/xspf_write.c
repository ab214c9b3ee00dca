/* SPDX-License-Identifier: MIT */
/* XSPF version 1, as its specification has it. */
#include <stdio.h>
#include <string.h>

#include "base/out.h"
#include "exchange/extra.h"
#include "exchange/priv.h"

static void
element(struct buf *out, const char *indent, const char *name, const char *text)
{
	if (text == NULL || *text == '\0')
		return;
	buf_printf(out, "%s<%s>", indent, name);
	out_xml(out, text, strlen(text));
	buf_printf(out, "</%s>\n", name);
}

/* "x y" as <name attribute="x">y</name>. */
static void
pair(struct buf *out, const char *indent, const char *name, char *text)
{
	char *blank = strchr(text, ' ');

	if (blank == NULL)
		return;
	*blank = '\0';
	buf_printf(out, "%s<%s rel=\"", indent, name);
	out_xml(out, text, strlen(text));
	buf_puts(out, "\">");
	out_xml(out, blank + 1, strlen(blank + 1));
	buf_printf(out, "</%s>\n", name);
}

/* What was kept of elements of these names, between blanks. */
static void
add_kept(struct buf *out, const char *extra, const char *indent, const char *names)
{
	struct buf text = { 0 };
	char word[32], spaced[40];

	while (extra_next(&extra, word, &text)) {
		snprintf(spaced, sizeof spaced, " %s ", strcmp(word, "xspf") == 0 ? "extension" : word);
		if (text.data == NULL || strstr(names, spaced) == NULL)
			continue;
		if (strcmp(word, "xspf") == 0)
			buf_printf(out, "%s%s\n", indent, text.data);
		else if (strcmp(word, "link") == 0 || strcmp(word, "meta") == 0)
			pair(out, indent, word, text.data);
		else
			element(out, indent, word, text.data);
	}
	out->failed |= text.failed;
	buf_free(&text);
}

static void
add_attribution(struct buf *out, const char *extra)
{
	struct buf text = { 0 };
	char word[32];
	bool open = false;

	while (extra_next(&extra, word, &text)) {
		char *blank = text.data != NULL ? strchr(text.data, ' ') : NULL;

		if (strcmp(word, "attribution") != 0 || blank == NULL)
			continue;
		*blank = '\0';
		if (strcmp(text.data, "location") != 0 && strcmp(text.data, "identifier") != 0)
			continue;
		if (!open)
			buf_puts(out, "  <attribution>\n");
		open = true;
		element(out, "    ", text.data, blank + 1);
	}
	if (open)
		buf_puts(out, "  </attribution>\n");
	out->failed |= text.failed;
	buf_free(&text);
}

static void
add_namespaces(struct buf *out, const char *extra)
{
	struct buf text = { 0 };
	char word[32];

	while (extra_next(&extra, word, &text)) {
		char *blank = text.data != NULL ? strchr(text.data, ' ') : NULL;

		if (strcmp(word, "xmlns") != 0 || blank == NULL)
			continue;
		*blank = '\0';
		buf_printf(out, " xmlns:%s=\"", text.data);
		out_xml(out, blank + 1, strlen(blank + 1));
		buf_putc(out, '"');
	}
	out->failed |= text.failed;
	buf_free(&text);
}

static void
begin(struct list_writer *w, const char *title)
{
	buf_puts(w->out,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<playlist version=\"1\""
	    " xmlns=\"http://xspf.org/ns/0/\"");
	add_namespaces(w->out, w->extra);
	buf_puts(w->out, ">\n");
	element(w->out, "  ", "title", title);
	add_kept(w->out, w->extra, "  ",
	    " creator annotation info location identifier image date license link meta extension ");
	add_attribution(w->out, w->extra);
	buf_puts(w->out, "  <trackList>\n");
}

static void
add(struct list_writer *w, const struct list_item *item)
{
	const char *indent = "      ";
	struct buf text = { 0 };

	buf_puts(w->out, "    <track>\n");
	if (item->path != NULL || item->location != NULL) {
		list_place_uri(&text, w, item);
		element(w->out, indent, "location", text.data);
	}
	add_kept(w->out, item->extra, indent, " location ");
	if (item->mbid != NULL && !list_says_recording(item->extra, item->mbid))
		buf_printf(w->out, "%s<identifier>" LIST_RECORDING "%s</identifier>\n", indent, item->mbid);
	add_kept(w->out, item->extra, indent, " identifier ");
	element(w->out, indent, "title", item->title);
	element(w->out, indent, "creator", item->artist);
	element(w->out, indent, "album", item->album);
	if (item->number > 0)
		buf_printf(w->out, "%s<trackNum>%lld</trackNum>\n", indent, (long long)item->number);
	if (item->duration_ms > 0)
		buf_printf(w->out, "%s<duration>%lld</duration>\n", indent, (long long)item->duration_ms);
	add_kept(w->out, item->extra, indent,
	    item->number > 0 ? " annotation info image link meta extension "
			     : " annotation info image trackNum link meta extension ");
	buf_puts(w->out, "    </track>\n");
	w->out->failed |= text.failed;
	buf_free(&text);
}

static void
end(struct list_writer *w)
{
	buf_puts(w->out, "  </trackList>\n</playlist>\n");
}

const struct list_form xspf_form = { begin, add, end };
