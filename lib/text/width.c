/* SPDX-License-Identifier: MIT */
/* Normal form and terminal columns. */
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/out.h"
#include "text/fold.h"

char *
text_nfc(const char *s, size_t len)
{
	struct buf valid = { 0 };
	utf8proc_uint8_t *nfc = NULL;
	bool ascii = true;

	for (size_t i = 0; i < len;) {
		size_t n = utf8_len(s + i, len - i);

		ascii &= n == 1;
		if (n == 0)
			buf_puts(&valid, "\xef\xbf\xbd");
		else
			buf_add(&valid, s + i, n);
		i += n > 0 ? n : 1;
	}
	if (ascii)
		return buf_detach(&valid);
	if (!valid.failed &&
	    utf8proc_map((utf8proc_uint8_t *)valid.data, (utf8proc_ssize_t)valid.len, &nfc,
		UTF8PROC_STABLE | UTF8PROC_COMPOSE) < 0)
		nfc = NULL;
	buf_free(&valid);
	return (char *)nfc;
}

/* The columns of the character at s, its length in *n. */
static int
char_width(const char *s, size_t len, size_t *n)
{
	utf8proc_int32_t c = 0;

	if ((unsigned char)*s < 128) {
		*n = 1;
		return *s >= ' ' && *s != 127;
	}
	*n = utf8_len(s, len);
	if (*n == 0) {
		*n = 1;
		return 1;
	}
	utf8proc_iterate((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)*n, &c);
	return utf8proc_charwidth(c);
}

int
text_width(const char *s, size_t len)
{
	int width = 0;
	size_t n;

	for (size_t i = 0; i < len; i += n)
		width += char_width(s + i, len - i, &n);
	return width;
}

size_t
text_fit(const char *s, size_t len, int columns)
{
	int width = 0;
	size_t n = 0, i = 0;

	for (; i < len; i += n) {
		width += char_width(s + i, len - i, &n);
		if (width > columns)
			break;
	}
	return i;
}
