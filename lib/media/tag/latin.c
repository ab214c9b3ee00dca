/* SPDX-License-Identifier: MIT */
#include "media/tag/latin.h"

#include <string.h>

#include "base/buf.h"
#include "text/charset.h"

char *
latin_text(const char *bytes, size_t len)
{
	struct buf b = { 0 };

	buf_puts(&b, "");
	if (len > 0)
		charset_western(&b, bytes, strnlen(bytes, len));
	if (b.failed) {
		buf_free(&b);
		return NULL;
	}
	return buf_detach(&b);
}
