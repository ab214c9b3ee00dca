/* SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
buf_free(struct buf *b)
{
	free(b->data);
	*b = (struct buf){ 0 };
}

void
buf_clear(struct buf *b)
{
	b->len = 0;
	b->failed = false;
	if (b->data != NULL)
		b->data[0] = '\0';
}

char *
buf_reserve(struct buf *b, size_t len)
{
	size_t cap = b->cap > 0 ? b->cap : 64;
	char *data;

	if (b->failed)
		return NULL;
	if (len > SIZE_MAX / 4 || b->len > SIZE_MAX / 4) {
		b->failed = true;
		return NULL;
	}
	if (b->data != NULL && b->cap - b->len > len)
		return b->data + b->len;
	while (cap - b->len <= len)
		cap *= 2;
	data = realloc(b->data, cap);
	if (data == NULL) {
		b->failed = true;
		return NULL;
	}
	b->data = data;
	b->cap = cap;
	return b->data + b->len;
}

void
buf_add(struct buf *b, const void *bytes, size_t len)
{
	char *at = buf_reserve(b, len);

	if (at == NULL)
		return;
	if (len > 0)
		memcpy(at, bytes, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void
buf_puts(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_putc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void
buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	size_t room = b->data != NULL && !b->failed ? b->cap - b->len : 0;
	va_list again;
	char *at;
	int len;

	va_copy(again, ap);
	len = vsnprintf(room > 0 ? b->data + b->len : NULL, room, fmt, again); /* mostly there is room */
	va_end(again);
	if (len >= 0 && (size_t)len < room) {
		b->len += (size_t)len;
		return;
	}
	if (room > 0)
		b->data[b->len] = '\0';
	if (len < 0) {
		b->failed = true;
		return;
	}
	at = buf_reserve(b, (size_t)len);
	if (at == NULL)
		return;
	vsnprintf(at, (size_t)len + 1, fmt, ap);
	b->len += (size_t)len;
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

enum err_code
buf_ok(const struct buf *b, struct err *e)
{
	return b->failed ? err_memory(e) : ERR_NONE;
}

char *
buf_detach(struct buf *b)
{
	char *data;

	buf_add(b, "", 0);
	data = b->failed ? NULL : b->data;
	if (b->failed)
		free(b->data);
	*b = (struct buf){ 0 };
	return data;
}
