/* SPDX-License-Identifier: MIT */
#include "text/charset.h"

#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/out.h"

static iconv_t converters[2];
enum { SHIFT_JIS, GBK };
static bool prepared;

void
charset_prepare(void)
{
	if (prepared)
		return;
	converters[SHIFT_JIS] = iconv_open("UTF-8", "CP932");
	converters[GBK] = iconv_open("UTF-8", "GBK");
	prepared = true;
}

static void
put(struct buf *out, uint32_t c)
{
	if (c == 0 || c == 0xfeff)
		return;
	if (c < 0x80) {
		buf_putc(out, (char)c);
	} else if (c < 0x800) {
		buf_putc(out, (char)(0xc0 | c >> 6));
		buf_putc(out, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		buf_putc(out, (char)(0xe0 | c >> 12));
		buf_putc(out, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_putc(out, (char)(0x80 | (c & 0x3f)));
	} else {
		buf_putc(out, (char)(0xf0 | c >> 18));
		buf_putc(out, (char)(0x80 | (c >> 12 & 0x3f)));
		buf_putc(out, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_putc(out, (char)(0x80 | (c & 0x3f)));
	}
}

/* big: the high byte comes first.  Half a pair becomes U+FFFD. */
static void
utf16(struct buf *out, const unsigned char *p, size_t len, bool big)
{
	for (size_t i = 0; i + 1 < len; i += 2) {
		uint32_t c = (uint32_t)p[i + big] | (uint32_t)p[i + !big] << 8;
		uint32_t low;

		if (c >= 0xd800 && c < 0xdc00 && i + 3 < len &&
		    (low = (uint32_t)p[i + 2 + big] | (uint32_t)p[i + 2 + !big] << 8) >= 0xdc00 &&
		    low < 0xe000) {
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
			i += 2;
		} else if (c >= 0xd800 && c < 0xe000) {
			c = 0xfffd;
		}
		put(out, c);
	}
}

/* The bytes of Windows-1252 that are not those of Latin-1. */
static const uint16_t cp1252[32] = { 0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6,
	0x2030, 0x0160, 0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd, 0xfffd, 0x2018, 0x2019, 0x201c, 0x201d,
	0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178 };

static void
windows(struct buf *out, const unsigned char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		put(out, p[i] >= 0x80 && p[i] < 0xa0 ? cp1252[p[i] - 0x80] : p[i]);
}

/* All of it by the C library's converter; false, and nothing appended, where a byte does not fit. */
static bool
convert(struct buf *out, int which, const unsigned char *p, size_t len)
{
	char chunk[4096], *in = (char *)(uintptr_t)p;
	size_t before = out->len;
	iconv_t cd;

	charset_prepare();
	cd = converters[which];
	if (cd == (iconv_t)-1)
		return false;
	(void)iconv(cd, NULL, NULL, NULL, NULL);
	while (len > 0) {
		char *to = chunk;
		size_t room = sizeof chunk, left = len;
		size_t bad = iconv(cd, &in, &len, &to, &room);

		for (const char *s = chunk; s < to; s++)
			if (*s != '\0')
				buf_putc(out, *s);
		if (bad == (size_t)-1 && len == left) { /* no progress: not this encoding */
			if (out->data != NULL)
				out->data[out->len = before] = '\0';
			return false;
		}
	}
	return true;
}

/* What pairs of bytes look like, counted as if the text were in a double-byte code. */
struct looks {
	size_t runs;     /* of characters of two bytes that follow one another */
	size_t chars;    /* of two bytes */
	size_t kana;     /* Shift-JIS */
	size_t low_lead; /* first bytes that GBK has for rare characters only, and Windows for quotes */
	size_t common;   /* GBK: in the rows of GB 2312 */
};

static bool
is_lead(int which, unsigned char c)
{
	if (which == SHIFT_JIS)
		return (c >= 0x81 && c <= 0x9f) || (c >= 0xe0 && c <= 0xfc);
	return c >= 0x81 && c <= 0xfe;
}

static struct looks
look(int which, const unsigned char *p, size_t len)
{
	struct looks l = { 0 };
	bool inside = false;

	for (size_t i = 0; i < len; i++) {
		unsigned char a = p[i], b = i + 1 < len ? p[i + 1] : 0;

		if (!is_lead(which, a) || b < 0x40) {
			inside = inside && a >= 0x80;
			continue;
		}
		l.chars++;
		l.runs += !inside;
		l.kana += (a == 0x82 && b >= 0x9f && b <= 0xf1) || (a == 0x83 && b <= 0x96);
		l.low_lead += a < 0xa0;
		l.common += a >= 0xa1 && a <= 0xf7 && b >= 0xa1;
		inside = true;
		i++;
	}
	return l;
}

/* Western text has single letters above ASCII among plain ones: runs of one. */
static bool
is_japanese(const unsigned char *p, size_t len)
{
	struct looks l = look(SHIFT_JIS, p, len);

	return l.chars >= 2 && l.low_lead > 0 && (l.kana * 4 >= l.chars || l.chars >= 2 * l.runs);
}

static bool
is_chinese(const unsigned char *p, size_t len)
{
	struct looks l = look(GBK, p, len);

	return l.chars >= 2 && l.common * 10 >= l.chars * 7 && l.chars * 2 >= 3 * l.runs;
}

/* UTF-16 without a mark: every other byte of what is ASCII is NUL. */
static bool
is_utf16(const unsigned char *p, size_t len, size_t at)
{
	size_t zero = 0, other = 0;

	for (size_t i = 0; i + 1 < len && i < 512; i += 2) {
		zero += p[i + at] == 0;
		other += p[i + 1 - at] == 0;
	}
	return zero >= 4 && other == 0;
}

const char *
charset_decode(struct buf *out, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;

	if (len >= 2 && ((p[0] == 0xff && p[1] == 0xfe) || (p[0] == 0xfe && p[1] == 0xff))) {
		utf16(out, p + 2, len - 2, p[0] == 0xfe);
		return "UTF-16";
	}
	if (is_utf16(p, len, 1) || is_utf16(p, len, 0)) {
		utf16(out, p, len, is_utf16(p, len, 0));
		return "UTF-16";
	}
	if (len >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
		p += 3;
		len -= 3;
	}
	if (utf8_valid((const char *)p, len)) {
		for (size_t i = 0; i < len; i++)
			if (p[i] != '\0')
				buf_putc(out, (char)p[i]);
		return "UTF-8";
	}
	if (is_japanese(p, len) && convert(out, SHIFT_JIS, p, len))
		return "Shift-JIS";
	if (is_chinese(p, len) && convert(out, GBK, p, len))
		return "GBK";
	windows(out, p, len);
	return "Windows-1252";
}

void
charset_western(struct buf *out, const void *bytes, size_t len)
{
	if (utf8_valid(bytes, len))
		buf_add(out, bytes, len);
	else
		windows(out, bytes, len);
}
