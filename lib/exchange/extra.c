/* SPDX-License-Identifier: MIT */
#include "exchange/extra.h"

#include <string.h>

void
extra_add(struct buf *out, const char *word, const char *text, size_t len)
{
	buf_printf(out, "%s\t", word);
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n')
			buf_puts(out, "\\n");
		else if (text[i] == '\r')
			buf_puts(out, "\\r");
		else if (text[i] == '\\')
			buf_puts(out, "\\\\");
		else
			buf_putc(out, text[i]);
	}
	buf_putc(out, '\n');
}

static void
add_plain(struct buf *text, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (s[i] != '\\' || i + 1 == len) {
			buf_putc(text, s[i]);
			continue;
		}
		i++;
		buf_putc(text, s[i] == 'n' ? '\n' : s[i] == 'r' ? '\r' : s[i]);
	}
	buf_add(text, "", 0);
}

bool
extra_next(const char **s, char word[32], struct buf *text)
{
	while (*s != NULL && **s != '\0') {
		const char *line = *s;
		size_t len = strcspn(line, "\n"), head = strcspn(line, "\t\n");

		*s = line + len + (line[len] == '\n');
		if (head == 0 || head >= 32 || line[head] != '\t')
			continue;
		memcpy(word, line, head);
		word[head] = '\0';
		buf_clear(text);
		add_plain(text, line + head + 1, len - head - 1);
		return true;
	}
	return false;
}

bool
extra_find(const char *extra, const char *word, struct buf *text)
{
	struct buf one = { 0 };
	char found[32];
	bool is = false;

	while (!is && extra_next(&extra, found, &one))
		is = strcmp(found, word) == 0;
	if (is)
		buf_add(text, one.data, one.len);
	text->failed |= one.failed;
	buf_free(&one);
	return is;
}
