/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <utf8proc.h>

#include "base/out.h"
#include "text/fold.h"

bool
text_has_letters(const char *s)
{
	size_t len = strlen(s);

	for (size_t i = 0, n; i<len; i += n> 0 ? n : 1) {
		utf8proc_int32_t c = 0;
		utf8proc_category_t category;

		n = utf8_len(s + i, len - i);
		if (n > 0)
			utf8proc_iterate((const utf8proc_uint8_t *)s + i, (utf8proc_ssize_t)n, &c);
		category = utf8proc_category(c);
		if ((category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO) ||
		    category == UTF8PROC_CATEGORY_CO)
			return true;
	}
	return false;
}
