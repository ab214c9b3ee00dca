/* SPDX-License-Identifier: MIT */
/* XSPF: elements become items as they end; what has no place of its own is kept as text, extensions as XML.
 */
#include <expat.h>
#include <stdlib.h>
#include <string.h>

#include "exchange/extra.h"
#include "exchange/place.h"
#include "exchange/priv.h"
#include "text/value.h"

enum { DEPTH_MAX = 200, DEPTH_FIELD = 4 /* playlist, trackList, track, location */, BASE_MAX = 8192 };

struct xspf {
	XML_Parser parser;
	struct list_reader *r;
	struct err *e;
	int depth, raw; /* raw: the depth of the element that is kept as it is, or 0 */
	bool in_tracks, in_track, is_playlist;
	struct buf text, raw_text, rel;
	struct buf base[DEPTH_FIELD + 1]; /* by depth: what relative places start from, as xml:base has it */
	/* the track */
	struct buf location, extra;
	char *title, *artist, *album, *mbid;
	int64_t duration_ms;
};

/* "x:title" is title: whoever declares a prefix means XSPF by it, everything else lives in extensions. */
static const char *
local(const char *name)
{
	const char *colon = strchr(name, ':');

	return colon != NULL ? colon + 1 : name;
}

static void
add_escaped(struct buf *out, const char *s, size_t len, bool attribute)
{
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '<')
			buf_puts(out, "&lt;");
		else if (s[i] == '>')
			buf_puts(out, "&gt;");
		else if (s[i] == '&')
			buf_puts(out, "&amp;");
		else if (s[i] == '"' && attribute)
			buf_puts(out, "&quot;");
		else if (s[i] == '\r' || (attribute && (s[i] == '\n' || s[i] == '\t')))
			buf_printf(out, "&#%d;", s[i]);
		else
			buf_putc(out, s[i]);
	}
}

static void
raw_start(struct xspf *x, const char *name, const char **attributes)
{
	buf_printf(&x->raw_text, "<%s", name);
	for (; *attributes != NULL; attributes += 2) {
		buf_printf(&x->raw_text, " %s=\"", attributes[0]);
		add_escaped(&x->raw_text, attributes[1], strlen(attributes[1]), true);
		buf_putc(&x->raw_text, '"');
	}
	buf_putc(&x->raw_text, '>');
}

static void
stop(struct xspf *x)
{
	(void)XML_StopParser(x->parser, XML_FALSE);
}

static const char *
attribute(const char **attributes, const char *name)
{
	for (; *attributes != NULL; attributes += 2)
		if (strcmp(attributes[0], name) == 0)
			return attributes[1];
	return NULL;
}

/* Each element may say what its places are relative to, itself relative to what the one around it says. */
static void
set_base(struct xspf *x, const char **attributes)
{
	const char *base = attribute(attributes, "xml:base");
	const struct buf *around = &x->base[x->depth - 1];
	const char *before = around->len > 0 ? around->data : "";

	buf_clear(&x->base[x->depth]);
	if (base != NULL)
		place_resolve(&x->base[x->depth], before, base);
	else
		buf_puts(&x->base[x->depth], before);
	if (x->base[x->depth].len > BASE_MAX) { /* it would be repeated with every track */
		err_set(x->e, ERR_FORMAT, "an xml:base is longer than %d bytes", BASE_MAX);
		stop(x);
	}
}

static void
root(struct xspf *x, const char *name, const char **attributes)
{
	x->is_playlist = strcmp(local(name), "playlist") == 0;
	if (!x->is_playlist) {
		err_set(x->e, ERR_FORMAT, "is no XSPF: it begins with <%s>; " LIST_SAVE_AS, name);
		stop(x);
		return;
	}
	for (; *attributes != NULL; attributes += 2) {
		struct buf pair = { 0 };

		if (strncmp(attributes[0], "xmlns:", 6) == 0) {
			buf_printf(&pair, "%s %s", attributes[0] + 6, attributes[1]);
			if (!pair.failed)
				extra_add(&x->r->extra, "xmlns", pair.data, pair.len);
		}
		buf_free(&pair);
	}
}

static void XMLCALL
start(void *context, const XML_Char *name, const XML_Char **attributes)
{
	struct xspf *x = context;
	const char *rel;

	if (++x->depth > DEPTH_MAX) {
		err_set(x->e, ERR_FORMAT, "elements are nested more than %d deep", DEPTH_MAX);
		stop(x);
		return;
	}
	if (x->raw > 0) {
		raw_start(x, name, attributes);
		return;
	}
	buf_clear(&x->text);
	if (x->depth <= DEPTH_FIELD)
		set_base(x, attributes);
	if (x->depth == 1)
		root(x, name, attributes);
	else if (x->depth == 2 && strcmp(local(name), "trackList") == 0)
		x->in_tracks = true;
	else if (x->depth == 3 && x->in_tracks && strcmp(local(name), "track") == 0)
		x->in_track = true;
	else if (strcmp(local(name), "extension") == 0 && x->depth == (x->in_track ? 4 : 2)) {
		x->raw = x->depth;
		buf_clear(&x->raw_text);
		raw_start(x, name, attributes);
	} else if (x->depth == (x->in_track ? 4 : 2)) {
		buf_clear(&x->rel);
		rel = attribute(attributes, "rel");
		buf_puts(&x->rel, rel != NULL ? rel : "");
	}
}

/* Blanks at the ends are the layout's. */
static void
trim(struct buf *b)
{
	size_t from = 0;

	while (b->len > 0 && strchr(" \t\r\n", b->data[b->len - 1]) != NULL)
		b->data[--b->len] = '\0';
	while (from < b->len && strchr(" \t\r\n", b->data[from]) != NULL)
		from++;
	if (from > 0) {
		memmove(b->data, b->data + from, b->len - from + 1);
		b->len -= from;
	}
}

static void
take(struct xspf *x, char **field)
{
	if (*field != NULL || x->text.len == 0)
		return;
	*field = strndup(x->text.data, x->text.len);
	if (*field == NULL)
		err_memory(x->e);
}

/* An element that keeps its name: <link rel="x">y</link> as "x y". */
static void
keep(struct buf *extra, const struct xspf *x, const char *name)
{
	struct buf pair = { 0 };

	if (strcmp(name, "link") == 0 || strcmp(name, "meta") == 0)
		buf_printf(&pair, "%s ", x->rel.data != NULL ? x->rel.data : "");
	buf_add(&pair, x->text.data, x->text.len);
	if (strlen(name) < 32 && !pair.failed)
		extra_add(extra, name, pair.data, pair.len);
	extra->failed |= pair.failed;
	buf_free(&pair);
}

/* https://musicbrainz.org/recording/<uuid> */
static void
take_identifier(struct xspf *x)
{
	char id[VALUE_TEXT];

	if (x->mbid == NULL && list_mbid(x->text.data, id))
		x->mbid = strdup(id);
	keep(&x->extra, x, "identifier");
}

static void
take_location(struct xspf *x)
{
	if (x->location.len > 0) {
		keep(&x->extra, x, "location");
		return;
	}
	place_resolve(
	    &x->location, x->base[DEPTH_FIELD].len > 0 ? x->base[DEPTH_FIELD].data : "", x->text.data);
}

static void
end_of_field(struct xspf *x, const char *name)
{
	if (x->text.len == 0)
		return;
	if (strcmp(name, "location") == 0)
		take_location(x);
	else if (strcmp(name, "title") == 0)
		take(x, &x->title);
	else if (strcmp(name, "creator") == 0)
		take(x, &x->artist);
	else if (strcmp(name, "album") == 0)
		take(x, &x->album);
	else if (strcmp(name, "identifier") == 0)
		take_identifier(x);
	else if (strcmp(name, "duration") == 0)
		x->duration_ms = strtoll(x->text.data, NULL, 10) > 0 ? strtoll(x->text.data, NULL, 10) : 0;
	else
		keep(&x->extra, x, name);
}

static void
end_of_track(struct xspf *x)
{
	struct list_item item = { .location = x->location.len > 0 ? x->location.data : NULL,
		.uri = true,
		.title = x->title,
		.artist = x->artist,
		.album = x->album,
		.mbid = x->mbid,
		.extra = x->extra.len > 0 ? x->extra.data : NULL,
		.duration_ms = x->duration_ms,
		.start_ms = -1 };

	if (x->e->code == ERR_NONE && buf_ok(&x->location, x->e) == ERR_NONE &&
	    buf_ok(&x->extra, x->e) == ERR_NONE)
		list_hand_over(x->r, &item, x->e);
	free(x->title);
	free(x->artist);
	free(x->album);
	free(x->mbid);
	x->title = x->artist = x->album = x->mbid = NULL;
	x->duration_ms = 0;
	buf_clear(&x->location);
	buf_clear(&x->extra);
	x->in_track = false;
}

static void XMLCALL
end(void *context, const XML_Char *name)
{
	struct xspf *x = context;
	int depth = x->depth--;

	if (x->raw > 0) {
		buf_printf(&x->raw_text, "</%s>", name);
		if (depth == x->raw) {
			if (!x->raw_text.failed)
				extra_add(x->in_track ? &x->extra : &x->r->extra, "xspf", x->raw_text.data,
				    x->raw_text.len);
			x->raw = 0;
		}
		return;
	}
	if (x->text.data != NULL)
		trim(&x->text);
	if (x->in_track && depth == 4)
		end_of_field(x, local(name));
	else if (x->in_track && depth == 3)
		end_of_track(x);
	else if (depth == 2 && strcmp(local(name), "trackList") == 0)
		x->in_tracks = false;
	else if (depth == 2 && strcmp(local(name), "title") == 0)
		list_title(x->r, x->text.data, x->text.len);
	else if (depth == 2 && x->text.len > 0)
		keep(&x->r->extra, x, local(name));
	else if (depth == 3 && x->text.len > 0 && !x->in_tracks) { /* within attribution */
		struct buf pair = { 0 };

		buf_printf(&pair, "%s %s", local(name), x->text.data);
		if (!pair.failed)
			extra_add(&x->r->extra, "attribution", pair.data, pair.len);
		buf_free(&pair);
	}
	buf_clear(&x->text);
	if (x->e->code != ERR_NONE)
		stop(x);
}

static void XMLCALL
characters(void *context, const XML_Char *s, int len)
{
	struct xspf *x = context;

	if (x->raw > 0)
		add_escaped(&x->raw_text, s, (size_t)len, false);
	else
		buf_add(&x->text, s, (size_t)len);
}

/* What declares entities is refused before it declares any. */
static void XMLCALL
doctype(void *context, const XML_Char *name, const XML_Char *system, const XML_Char *public, int internal)
{
	struct xspf *x = context;

	(void)system, (void)public, (void)internal;
	if (strcmp(name, "playlist") == 0)
		err_set(x->e, ERR_FORMAT, "has a DOCTYPE, which no playlist needs");
	else
		err_set(x->e, ERR_FORMAT, "is no XSPF: its DOCTYPE is '%s'; " LIST_SAVE_AS, name);
	stop(x);
}

/* Old code pages that expat does not know: Windows-1252. */
static int XMLCALL
unknown(void *context, const XML_Char *name, XML_Encoding *info)
{
	static const unsigned short high[32] = { 0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021,
		0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0x8d, 0x17d, 0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d,
		0x2022, 0x2013, 0x2014, 0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178 };

	(void)context;
	if (strcasecmp(name, "windows-1252") != 0 && strcasecmp(name, "cp1252") != 0)
		return XML_STATUS_ERROR;
	for (int i = 0; i < 256; i++)
		info->map[i] = i >= 0x80 && i < 0xa0 ? high[i - 0x80] : i;
	info->data = NULL;
	info->convert = NULL;
	info->release = NULL;
	return XML_STATUS_OK;
}

static void
parse(struct xspf *x, const char *bytes, size_t len)
{
	enum { PIECE = 1 << 20 };
	enum XML_Status status = XML_STATUS_OK;

	while (status == XML_STATUS_OK && x->e->code == ERR_NONE) {
		size_t n = len < PIECE ? len : PIECE;

		status = XML_Parse(x->parser, bytes, (int)n, n == len);
		bytes += n;
		len -= n;
		if (len == 0)
			break;
	}
	if (status != XML_STATUS_OK && x->e->code == ERR_NONE &&
	    XML_GetErrorCode(x->parser) == XML_ERROR_NO_ELEMENTS)
		err_set(x->e, ERR_FORMAT, "it breaks off in line %lu",
		    (unsigned long)XML_GetCurrentLineNumber(x->parser));
	else if (status != XML_STATUS_OK && x->e->code == ERR_NONE)
		err_set(x->e, ERR_FORMAT, "line %lu: %s", (unsigned long)XML_GetCurrentLineNumber(x->parser),
		    XML_ErrorString(XML_GetErrorCode(x->parser)));
	if (x->e->code == ERR_NONE && (x->text.failed || x->raw_text.failed || x->r->extra.failed))
		err_memory(x->e);
}

enum err_code
xspf_read(const char *bytes, size_t len, struct list_reader *r, struct err *e)
{
	struct xspf x = { .r = r, .e = e, .parser = XML_ParserCreate(r->encoding) };

	if (x.parser == NULL)
		return err_memory(e);
	XML_SetUserData(x.parser, &x);
	XML_SetElementHandler(x.parser, start, end);
	XML_SetCharacterDataHandler(x.parser, characters);
	XML_SetStartDoctypeDeclHandler(x.parser, doctype);
	XML_SetUnknownEncodingHandler(x.parser, unknown, NULL);
	parse(&x, bytes, len);
	XML_ParserFree(x.parser);
	free(x.title);
	free(x.artist);
	free(x.album);
	free(x.mbid);
	buf_free(&x.text);
	buf_free(&x.raw_text);
	buf_free(&x.rel);
	for (int depth = 0; depth <= DEPTH_FIELD; depth++)
		buf_free(&x.base[depth]);
	buf_free(&x.location);
	buf_free(&x.extra);
	return e->code;
}
