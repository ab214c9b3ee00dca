/* SPDX-License-Identifier: MIT */
#include "exchange/place.h"

#include <ctype.h>
#include <string.h>

#include "base/file.h"
#include "base/out.h"

/* The length of the scheme before ':', 0 where there is none.  One letter is a drive. */
static size_t
scheme_length(const char *s)
{
	size_t n = 0;

	if (!isalpha((unsigned char)*s))
		return 0;
	while (isalnum((unsigned char)s[n]) || (s[n] != '\0' && strchr("+-.", s[n]) != NULL))
		n++;
	return n > 1 && s[n] == ':' ? n : 0;
}

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0'
	    : c >= 'a' && c <= 'f'  ? c - 'a' + 10
	    : c >= 'A' && c <= 'F'  ? c - 'A' + 10
				    : -1;
}

/* Percent codes become bytes; what is none, or would be a NUL, stays. */
static void
add_decoded(struct buf *out, const char *s)
{
	for (; *s != '\0'; s++) {
		int high = *s == '%' ? hex_digit(s[1]) : -1, low = high >= 0 ? hex_digit(s[2]) : -1;

		if (low < 0 || high * 16 + low == 0) {
			buf_putc(out, *s);
			continue;
		}
		buf_putc(out, (char)(high * 16 + low));
		s += 2;
	}
	buf_add(out, "", 0);
}

/* "C:\x", "C:/x", "\\server\x": *rest is what follows the drive. */
static bool
is_foreign(const char *s)
{
	if (isalpha((unsigned char)s[0]) && s[1] == ':' && (s[2] == '\\' || s[2] == '/'))
		return true;
	return s[0] == '\\' || (strchr(s, '\\') != NULL && strchr(s, '/') == NULL);
}

static enum place_kind
foreign_path(struct buf *path, const char *s)
{
	buf_puts(path, s);
	for (size_t i = 0; !path->failed && i < path->len; i++)
		if (path->data[i] == '\\')
			path->data[i] = '/';
	return PLACE_FOREIGN;
}

/* Behind "file:": a host, which is this one or another, then a path. */
static enum place_kind
file_uri(const char *s, const char *dir, struct buf *path)
{
	struct buf plain = { 0 };
	enum place_kind kind = PLACE_LOCAL;

	if (s[0] == '/' && s[1] == '/') {
		const char *host = s + 2;
		size_t len = strcspn(host, "/");

		s = host + len;
		if (len == 2 && host[1] == ':') /* file://C:/Music */
			s = host;
		else if (len > 0 && !(len == strlen("localhost") && strncasecmp(host, "localhost", len) == 0))
			kind = PLACE_FOREIGN;
	}
	add_decoded(&plain, s);
	if (plain.data != NULL &&
	    (is_foreign(plain.data) || (plain.data[0] == '/' && is_foreign(plain.data + 1))))
		kind = foreign_path(path, plain.data + (plain.data[0] == '/'));
	else if (kind == PLACE_FOREIGN)
		buf_puts(path, plain.data);
	else if (plain.data != NULL) {
		buf_printf(path, "%s/%s", plain.data[0] == '/' ? "" : dir, plain.data);
		if (!path->failed)
			path_tidy(path->data);
		path->len = path->failed ? 0 : strlen(path->data);
	}
	path->failed |= plain.failed;
	buf_free(&plain);
	return kind;
}

enum place_kind
place_read(const char *location, bool uri, const char *dir, struct buf *path)
{
	size_t scheme = scheme_length(location);
	struct buf plain = { 0 };
	enum place_kind kind = PLACE_LOCAL;

	buf_clear(path);
	if (scheme == strlen("file") && strncasecmp(location, "file", scheme) == 0)
		return file_uri(location + scheme + 1, dir, path);
	if (scheme > 0 && (uri || strncmp(location + scheme, "://", 3) == 0))
		return PLACE_REMOTE;
	if (uri)
		add_decoded(&plain, location);
	else
		buf_puts(&plain, location);
	if (plain.data != NULL && is_foreign(plain.data)) {
		bool absolute = plain.data[0] == '\\' || plain.data[1] == ':';

		/* "Music\x.mp3" may be a path from here, written elsewhere */
		if (!absolute)
			buf_printf(path, "%s/", dir);
		kind = foreign_path(path, plain.data);
		if (!absolute)
			kind = PLACE_LOCAL;
	} else if (plain.data != NULL) {
		buf_printf(path, "%s/%s", plain.data[0] == '/' ? "" : dir, plain.data);
	}
	if (kind == PLACE_LOCAL && !path->failed && path->data != NULL) {
		path_tidy(path->data);
		path->len = strlen(path->data);
	}
	path->failed |= plain.failed;
	buf_free(&plain);
	return kind;
}

void
place_uri(struct buf *out, const char *path, bool relative)
{
	if (!relative)
		buf_puts(out, "file://");
	else if (path[strcspn(path, ":/")] == ':')
		buf_puts(out, "./");
	for (const unsigned char *s = (const unsigned char *)path; *s != '\0'; s++) {
		if (*s < 0x80 && (isalnum(*s) || strchr("/-._~", *s) != NULL))
			buf_putc(out, (char)*s);
		else
			buf_printf(out, "%%%02X", *s);
	}
}

/* The length of the common folders of two absolute paths, without the slash behind them. */
static size_t
common_folders(const char *dir, const char *path)
{
	size_t i = 0, last = 0;

	for (;; i++) {
		bool dir_ends = dir[i] == '/' || dir[i] == '\0';

		if (dir_ends && path[i] == '/')
			last = i;
		if (dir[i] == '\0' || dir[i] != path[i])
			return last;
	}
}

void
place_relative(struct buf *out, const char *dir, const char *path)
{
	size_t same = common_folders(dir, path);

	for (const char *s = dir + same; *s != '\0'; s++)
		if (*s == '/' && s[1] != '\0')
			buf_puts(out, "../");
	buf_puts(out, path + same + 1);
}

void
place_resolve(struct buf *out, const char *base, const char *reference)
{
	size_t scheme = scheme_length(base) + (scheme_length(base) > 0), start = scheme;
	size_t end = start + strcspn(base + start, "?#");
	bool drive = isalpha((unsigned char)reference[0]) && reference[1] == ':';

	if (strncmp(base + start, "//", 2) == 0)
		start += 2 + strcspn(base + start + 2, "/?#");
	if (drive || scheme_length(reference) > 0)
		end = 0;
	else if (strncmp(reference, "//", 2) == 0)
		end = scheme;
	else if (*reference == '/')
		end = start;
	else if (*reference != '\0' && strchr("?#", *reference) == NULL)
		while (end > start && base[end - 1] != '/')
			end--;
	buf_add(out, base, end);
	if (end == start && start > scheme && *reference != '/')
		buf_putc(out, '/'); /* an authority without a path */
	buf_puts(out, reference);
}

bool
place_is_uri(const char *text)
{
	static const char allowed[] = "-._~:/?#[]@!$&'()*+,;=%";

	if (isalpha((unsigned char)text[0]) && text[1] == ':')
		return false;
	for (const char *s = text; *s != '\0'; s++) {
		if (!isalnum((unsigned char)*s) && ((unsigned char)*s >= 0x80 || strchr(allowed, *s) == NULL))
			return false;
		if (*s == '%' && (hex_digit(s[1]) < 0 || hex_digit(s[2]) < 0))
			return false;
	}
	return *text != '\0';
}
