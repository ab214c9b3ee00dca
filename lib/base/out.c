/* SPDX-License-Identifier: MIT */
#include "base/out.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"

size_t
utf8_len(const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t n;

	if (len == 0)
		return 0;
	if (p[0] < 0x80)
		return 1;
	n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || len < n)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) || /* overlong, surrogate */
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

bool
utf8_valid(const char *s, size_t len)
{
	while (len > 0) {
		size_t n = utf8_len(s, len);

		if (n == 0)
			return false;
		s += n;
		len -= n;
	}
	return true;
}

/* A control character of two bytes, which terminals obey as well. */
static bool
is_c1(const char *s, size_t n)
{
	return n == 2 && (unsigned char)s[0] == 0xc2 && (unsigned char)s[1] < 0xa0;
}

/* How many bytes from s on are neither to be escaped nor to be looked at once more. */
static size_t
plain_len(const char *s, size_t len)
{
	size_t at = 0;

	while (at < len) {
		unsigned char c = (unsigned char)s[at];
		size_t n = 1;

		if (c < 0x20 || c == 0x7f || c == '"' || c == '\\')
			break;
		if (c >= 0x80 && ((n = utf8_len(s + at, len - at)) == 0 || is_c1(s + at, n)))
			break;
		at += n;
	}
	return at;
}

/* Append that, and step over it; is there anything behind? */
static bool
add_plain(struct buf *b, const char **s, size_t *len)
{
	size_t n = plain_len(*s, *len);

	buf_add(b, *s, n);
	*s += n;
	*len -= n;
	return *len > 0;
}

static void
escape(struct buf *b, const char *s, size_t len, bool backslash)
{
	while (add_plain(b, &s, &len)) {
		unsigned char c = (unsigned char)*s;
		size_t n = utf8_len(s, len);

		if (c == '\\' && backslash)
			buf_puts(b, "\\\\");
		else if (c == '\n')
			buf_puts(b, "\\n");
		else if (c == '\t')
			buf_puts(b, "\\t");
		else if (n == 0 || c < 0x20 || c == 0x7f)
			buf_printf(b, "\\x%02x", c);
		else if (is_c1(s, n))
			buf_printf(b, "\\x%02x\\x%02x", c, (unsigned char)s[1]);
		else
			buf_add(b, s, n);
		n = n == 0 ? 1 : n;
		s += n;
		len -= n;
	}
}

void
out_escape(struct buf *b, const char *s, size_t len)
{
	escape(b, s, len, true);
}

void
out_printable(struct buf *b, const char *s, size_t len)
{
	escape(b, s, len, false);
}

/* A carriage return is escaped, too: a reader of XML would make a newline of it. */
void
out_xml(struct buf *b, const char *s, size_t len)
{
	while (len > 0) {
		size_t n = utf8_len(s, len);
		unsigned char c = (unsigned char)*s;

		if (n == 0 || (c < 0x20 && c != '\t' && c != '\n' && c != '\r') ||
		    (n == 3 && memcmp(s, "\xef\xbf", 2) == 0 && (unsigned char)s[2] >= 0xbe))
			buf_puts(b, "\xef\xbf\xbd");
		else if (c == '&')
			buf_puts(b, "&amp;");
		else if (c == '<')
			buf_puts(b, "&lt;");
		else if (c == '>')
			buf_puts(b, "&gt;");
		else if (c == '"')
			buf_puts(b, "&quot;");
		else if (c == '\r')
			buf_puts(b, "&#13;");
		else
			buf_add(b, s, n);
		n = n == 0 ? 1 : n;
		s += n;
		len -= n;
	}
}

void
out_base64(struct buf *b, const void *bytes, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = bytes;

	for (; len > 0; p += 3) {
		size_t n = len < 3 ? len : 3;
		unsigned v = (unsigned)p[0] << 16 | (n > 1 ? (unsigned)p[1] << 8 : 0) | (n > 2 ? p[2] : 0);
		char quad[4] = { digits[v >> 18], digits[v >> 12 & 63], n > 1 ? digits[v >> 6 & 63] : '=',
			n > 2 ? digits[v & 63] : '=' };

		buf_add(b, quad, 4);
		len -= n;
	}
}

void
out_hex(struct buf *b, const uint8_t *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		buf_putc(b, digits[bytes[i] >> 4]);
		buf_putc(b, digits[bytes[i] & 15]);
	}
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
hex_read(uint8_t *bytes, size_t len, const char *hex)
{
	for (size_t i = 0; i < len; i++) {
		int hi = hex_digit(hex[2 * i]);
		int lo = hi < 0 ? -1 : hex_digit(hex[2 * i + 1]);

		if (lo < 0)
			return false;
		bytes[i] = (uint8_t)(hi << 4 | lo);
	}
	return true;
}

static void
quoted(struct buf *b, const char *s, size_t len)
{
	buf_putc(b, '"');
	while (add_plain(b, &s, &len)) {
		unsigned char c = (unsigned char)*s;
		size_t n = utf8_len(s, len);

		if (n == 0)
			buf_puts(b, "\xef\xbf\xbd");
		else if (c == '"' || c == '\\')
			buf_printf(b, "\\%c", c);
		else if (c == '\n')
			buf_puts(b, "\\n");
		else if (c == '\t')
			buf_puts(b, "\\t");
		else if (c < 0x20 || c == 0x7f)
			buf_printf(b, "\\u%04x", c);
		else
			buf_printf(b, "\\u%04x", (unsigned char)s[1]); /* is_c1() */
		n = n == 0 ? 1 : n;
		s += n;
		len -= n;
	}
	buf_putc(b, '"');
}

/* A comma where a member came before, then the key. */
static void
member(struct buf *b, const char *key)
{
	char last = b->len > 0 ? b->data[b->len - 1] : '{';

	if (last != '{' && last != '[' && last != '\n')
		buf_putc(b, ',');
	if (key != NULL) {
		quoted(b, key, strlen(key)); /* the name of a tag may be anything */
		buf_putc(b, ':');
	}
}

void
json_open(struct buf *b, const char *type)
{
	buf_puts(b, "{\"v\":1");
	json_text(b, "type", type);
}

void
json_close(struct buf *b)
{
	buf_putc(b, '}');
}

void
json_text_n(struct buf *b, const char *key, const char *s, size_t len)
{
	member(b, key);
	quoted(b, s, len);
}

void
json_text(struct buf *b, const char *key, const char *s)
{
	json_text_n(b, key, s, strlen(s));
}

void
json_bytes(struct buf *b, const char *key, const char *s, size_t len)
{
	if (utf8_valid(s, len)) {
		json_text_n(b, key, s, len);
		return;
	}
	if (key == NULL) {
		member(b, NULL);
	} else {
		char name[64];

		snprintf(name, sizeof name, "%s_b64", key);
		member(b, name);
	}
	buf_putc(b, '"');
	out_base64(b, s, len);
	buf_putc(b, '"');
}

void
json_int(struct buf *b, const char *key, int64_t n)
{
	member(b, key);
	buf_printf(b, "%lld", (long long)n);
}

void
json_double(struct buf *b, const char *key, double x)
{
	char text[40];

	if (!isfinite(x))
		return;
	member(b, key);
	for (int digits = 6; digits <= 17; digits++) { /* the shortest that reads back */
		snprintf(text, sizeof text, "%.*g", digits, x);
		if (strtod(text, NULL) == x)
			break;
	}
	buf_puts(b, text);
}

void
json_bool(struct buf *b, const char *key, bool yes)
{
	member(b, key);
	buf_puts(b, yes ? "true" : "false");
}

void
json_time(struct buf *b, const char *key, int64_t seconds)
{
	char text[TIME_TEXT];

	json_text(b, key, time_format(seconds, text));
}

void
json_raw(struct buf *b, const char *key, const char *json)
{
	member(b, key);
	buf_puts(b, json);
}

void
json_array_begin(struct buf *b, const char *key)
{
	member(b, key);
	buf_putc(b, '[');
}

void
json_array_end(struct buf *b)
{
	buf_putc(b, ']');
}

void
json_object_begin(struct buf *b, const char *key)
{
	member(b, key);
	buf_putc(b, '{');
}

void
json_object_end(struct buf *b)
{
	buf_putc(b, '}');
}
