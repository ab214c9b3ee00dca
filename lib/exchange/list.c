/* SPDX-License-Identifier: MIT */
#include "exchange/list.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/out.h"
#include "exchange/extra.h"
#include "exchange/place.h"
#include "exchange/priv.h"
#include "text/charset.h"
#include "text/value.h"

#define NOT_TEXT "holds NUL bytes: it is no playlist"

static const struct {
	const char *name;
	list_read_fn *read;
	const struct list_form *form;
} formats[LIST_FORMATS] = {
	[LIST_M3U8] = { "m3u8", m3u_read, &m3u_form },
	[LIST_M3U] = { "m3u", m3u_read, &m3u_form },
	[LIST_PLS] = { "pls", pls_read, &pls_form },
	[LIST_XSPF] = { "xspf", xspf_read, &xspf_form },
	[LIST_JSPF] = { "jspf", jspf_read, &jspf_form },
	[LIST_JSON] = { "json", entries_read, NULL },
	[LIST_NSP] = { "nsp", NULL, NULL },
};

const char *
list_format_name(enum list_format f)
{
	return formats[f].name;
}

enum list_format
list_format_of(const char *name)
{
	int f = 0;

	while (f < LIST_FORMATS && strcasecmp(formats[f].name, name) != 0)
		f++;
	return (enum list_format)f;
}

/* Is there a member of that name among the first ones? */
static bool
has_member(const char *bytes, size_t len, const char *quoted)
{
	return memmem(bytes, len < 4096 ? len : 4096, quoted, strlen(quoted)) != NULL;
}

enum list_format
list_guess(const char *name, const char *bytes, size_t len)
{
	const char *dot = strrchr(path_base(name), '.');
	enum list_format by_name = dot != NULL ? list_format_of(dot + 1) : LIST_FORMATS;
	const char *s = bytes, *end = bytes + len;

	if (len >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0)
		s += 3;
	while (s < end && strchr(" \t\r\n", *s) != NULL && *s != '\0')
		s++;
	if (s < end && *s == '<')
		return LIST_XSPF;
	if (s < end && (*s == '{' || *s == '[') && by_name != LIST_M3U && by_name != LIST_M3U8 &&
	    by_name != LIST_PLS) {
		size_t n = (size_t)(end - s);

		if (by_name == LIST_NSP || by_name == LIST_JSPF)
			return by_name;
		if (has_member(s, n, "\"type\":\"playlist\""))
			return LIST_JSON;
		if (has_member(s, n, "\"all\"") || has_member(s, n, "\"any\""))
			return LIST_NSP;
		return LIST_JSPF;
	}
	if ((size_t)(end - s) >= 10 && strncasecmp(s, "[playlist]", 10) == 0)
		return LIST_PLS;
	return by_name != LIST_FORMATS ? by_name : LIST_M3U;
}

enum err_code
list_hand_over(struct list_reader *r, const struct list_item *item, struct err *e)
{
	r->items++;
	return r->item(r->context, item, e);
}

void
list_title(struct list_reader *r, const char *title, size_t len)
{
	while (len > 0 && (*title == ' ' || *title == '\t'))
		title++, len--;
	if (r->title == NULL && len > 0)
		r->title = strndup(title, len);
}

void
list_reader_free(struct list_reader *r)
{
	free(r->title);
	r->title = NULL;
	buf_free(&r->extra);
}

/* Is there a line with characters beyond ASCII that are UTF-8? */
static bool
has_utf8_line(const char *s, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t n = 0;
		bool beyond = false;

		while (i + n < len && s[i + n] != '\n' && s[i + n] != '\r')
			beyond |= (unsigned char)s[i + n++] >= 0x80;
		if (beyond && utf8_valid(s + i, n))
			return true;
		i += n + 1;
	}
	return false;
}

static enum err_code
convert(const char *encoding, const char *bytes, size_t len, struct buf *out, struct err *e)
{
	iconv_t cd = iconv_open("UTF-8", encoding);
	char *in = (char *)bytes, room[4096];

	if (cd == (iconv_t)-1)
		return err_set(e, ERR_USAGE, "there is no encoding '%s'", encoding);
	while (len > 0) {
		char *to = room;
		size_t left = sizeof room;

		if (iconv(cd, &in, &len, &to, &left) == (size_t)-1 && errno != E2BIG) {
			in++; /* no character of this encoding */
			len--;
			buf_add(out, room, (size_t)(to - room));
			buf_puts(out, "\xef\xbf\xbd");
			continue;
		}
		buf_add(out, room, (size_t)(to - room));
	}
	iconv_close(cd);
	return buf_ok(out, e);
}

/* Text as UTF-8.  *raw: lines may hold names that are not, and stay bytes. */
static enum err_code
decode(enum list_format f, const char *bytes, size_t len, const char *encoding, struct buf *out, bool *raw,
    struct err *e)
{
	bool mark = len >= 2 && (memcmp(bytes, "\xff\xfe", 2) == 0 || memcmp(bytes, "\xfe\xff", 2) == 0);
	bool zeros = memchr(bytes, '\0', len < 64 ? len : 64) != NULL;

	*raw = false;
	if (encoding != NULL)
		return convert(encoding, bytes, len, out, e);
	if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
		bytes += 3;
		len -= 3;
	}
	if (!mark && !zeros && (utf8_valid(bytes, len) || (f == LIST_M3U8 || has_utf8_line(bytes, len)))) {
		*raw = true;
		buf_add(out, bytes, len);
	} else if (strcmp(charset_decode(out, bytes, len), "UTF-16") != 0 &&
	    memchr(bytes, '\0', len) != NULL) {
		return err_set(e, ERR_FORMAT, NOT_TEXT);
	}
	return buf_ok(out, e);
}

/* The line that begins at s, without blanks in front; where it ends goes to *next. */
static const char *
line_at(const char *s, const char **next)
{
	s += strspn(s, " \t");
	*next = s + strcspn(s, "\r\n");
	*next += strspn(*next, "\r\n");
	return s;
}

/* "TRACK 01 AUDIO" */
static bool
is_cue_sheet(const char *text)
{
	for (const char *s = text, *next; *s != '\0'; s = next) {
		s = line_at(s, &next);
		if (strncasecmp(s, "TRACK ", 6) == 0 &&
		    strncasecmp(s + 6 + strspn(s + 6, "0123456789"), " AUDIO", 6) == 0)
			return true;
		if (*s == '#')
			return false;
	}
	return false;
}

/* A first line that names columns, and no path: what streaming services are exported as. */
static bool
is_table(const char *text)
{
	size_t len = strcspn(text, "\r\n");
	struct buf line = { 0 };
	bool table;

	buf_add(&line, text, len);
	table = line.data != NULL && line.data[0] != '#' && strpbrk(line.data, ",;\t") != NULL &&
	    strpbrk(line.data, "/\\.") == NULL && strcasestr(line.data, "artist") != NULL &&
	    (strcasestr(line.data, "track") != NULL || strcasestr(line.data, "title") != NULL);
	buf_free(&line);
	return table;
}

/* Text whose every line would pass for a path, and is none. */
static enum err_code
check_lines(const char *text, struct err *e)
{
	if (is_cue_sheet(text))
		err_set(e, ERR_FORMAT, "is a cue sheet, no playlist: lib-import reads it beside its audio");
	else if (is_table(text))
		err_set(e, ERR_FORMAT, "is a table, no playlist: " LIST_SAVE_AS);
	return e->code;
}

enum err_code
list_read(enum list_format f, const char *bytes, size_t len, struct list_reader *r, struct err *e)
{
	struct buf text = { 0 };
	bool raw;

	if (f == LIST_XSPF) /* XML says itself what it is written in */
		return xspf_read(bytes, len, r, e);
	if (decode(f, bytes, len, r->encoding, &text, &raw, e) != ERR_NONE)
		goto out;
	if (text.len > 0 && memchr(text.data, '\0', text.len) != NULL)
		err_set(e, ERR_FORMAT, NOT_TEXT);
	else if (f <= LIST_M3U && text.len > 0 && check_lines(text.data, e) != ERR_NONE)
		goto out;
	else if (f <= LIST_M3U && !raw)
		m3u_read_lines(text.data != NULL ? text.data : "", text.len, bytes, len, r, e);
	else
		formats[f].read(text.data != NULL ? text.data : "", text.len, r, e);
	if (e->code == ERR_NONE)
		buf_ok(&r->extra, e);
out:
	buf_free(&text);
	return e->code;
}

void
list_begin(struct list_writer *w, const char *title)
{
	formats[w->format].form->begin(w, title);
}

void
list_add(struct list_writer *w, const struct list_item *item)
{
	formats[w->format].form->add(w, item);
}

void
list_end(struct list_writer *w)
{
	formats[w->format].form->end(w);
}

void
list_line(struct buf *out, const char *s)
{
	size_t len = strlen(s);

	while (len > 0) {
		size_t n = utf8_len(s, len);

		if (n == 0)
			buf_puts(out, "\xef\xbf\xbd");
		else if ((unsigned char)*s < 0x20 || *s == 0x7f)
			buf_putc(out, ' ');
		else
			buf_add(out, s, n);
		n = n == 0 ? 1 : n;
		s += n;
		len -= n;
	}
}

void
list_label(struct buf *out, const struct list_item *item)
{
	if (item->artist != NULL && item->title != NULL) {
		list_line(out, item->artist);
		buf_puts(out, " - ");
	}
	if (item->title != NULL)
		list_line(out, item->title);
	else if (item->path != NULL)
		list_line(out, path_base(item->path));
}

/* Can path stand on a line and be read back as it is? */
static bool
is_plain(const char *path)
{
	size_t len = strlen(path);

	if (!utf8_valid(path, len) || (len > 0 && (path[0] == ' ' || path[len - 1] == ' ')))
		return false;
	for (const char *s = path; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
	return true;
}

void
list_place_line(struct buf *out, const struct list_writer *w, const struct list_item *item)
{
	struct buf relative = { 0 };

	if (item->path == NULL && (is_plain(item->location) || item->known == NULL)) {
		if (item->location[0] == '#')
			buf_puts(out, "./");
		list_line(out, item->location);
	} else if (item->path == NULL || !is_plain(item->path)) {
		place_uri(out, item->path != NULL ? item->path : item->known, false);
	} else if (w->relative_to != NULL) {
		place_relative(&relative, w->relative_to, item->path);
		if (relative.len > 0 &&
		    (relative.data[0] == '#' ||
			(strchr(relative.data, ':') != NULL && relative.data[0] != '.')))
			buf_puts(out, "./");
		buf_add(out, relative.data, relative.len);
	} else {
		buf_puts(out, item->path);
	}
	out->failed |= relative.failed;
	buf_free(&relative);
}

void
list_place_uri(struct buf *out, const struct list_writer *w, const struct list_item *item)
{
	struct buf path = { 0 };

	if (item->path != NULL && w->relative_to != NULL) {
		place_relative(&path, w->relative_to, item->path);
		if (!path.failed)
			place_uri(out, path.data, true);
	} else if (item->path != NULL) {
		place_uri(out, item->path, false);
	} else if (place_is_uri(item->location)) {
		buf_puts(out, item->location);
	} else if (place_read(item->location, false, "", &path) == PLACE_REMOTE || path.data == NULL) {
		place_uri(out, item->location, true);
	} else if (path.data[0] != '/') { /* C:/Music */
		struct buf rooted = { 0 };

		buf_printf(&rooted, "/%s", path.data);
		if (!rooted.failed)
			place_uri(out, rooted.data, false);
		buf_free(&rooted);
	} else {
		place_uri(out, item->known != NULL ? item->known : path.data, false);
	}
	out->failed |= path.failed;
	buf_free(&path);
}

bool
list_mbid(const char *identifier, char *mbid)
{
	const char *at = strstr(identifier, "musicbrainz.org/recording/");

	if (at == NULL)
		return false;
	at += strlen("musicbrainz.org/recording/");
	return value_mbid(at, strcspn(at, "/?#"), mbid);
}

bool
list_says_recording(const char *extra, const char *mbid)
{
	struct buf text = { 0 };
	char word[32], found[VALUE_TEXT];
	bool says = false;

	while (!says && extra_next(&extra, word, &text))
		says = strcmp(word, "identifier") == 0 && text.data != NULL && list_mbid(text.data, found) &&
		    strcmp(found, mbid) == 0;
	buf_free(&text);
	return says;
}

int64_t
list_seconds(const char *s, const char **end)
{
	const char *p = s;
	int64_t n = 0, unit = 100;
	bool negative = *p == '-';

	p += *p == '-' || *p == '+';
	if (*p < '0' || *p > '9') {
		*end = s;
		return 0;
	}
	for (; *p >= '0' && *p <= '9'; p++)
		n = n < INT64_MAX / 100000 ? n * 10 + (*p - '0') : n;
	n = n < INT64_MAX / 10000 ? n * 1000 : 0;
	if (*p == '.' && p[1] >= '0' && p[1] <= '9')
		for (p++; *p >= '0' && *p <= '9'; p++, unit /= 10)
			n += unit * (*p - '0');
	*end = p;
	return negative ? 0 : n;
}
