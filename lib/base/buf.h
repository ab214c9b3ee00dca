/* SPDX-License-Identifier: MIT */
/*
 * buf.h - bytes that grow
 *
 * A struct buf starts as { 0 } and is released by buf_free().  Appending never
 * fails visibly: once memory is out, `failed` stays set, later calls do
 * nothing, and the owner asks buf_ok() once before it uses the bytes.  data is
 * always NUL-terminated after the first append.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct buf {
	char *data;
	size_t len, cap;
	bool failed;
};

void buf_free(struct buf *b);  /* release and zero */
void buf_clear(struct buf *b); /* len = 0, keeps the memory and clears failed */
void buf_add(struct buf *b, const void *bytes, size_t len);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *fmt, va_list ap);

/* Room for len more bytes at data + len, or NULL; the caller adds to len what it used. */
char *buf_reserve(struct buf *b, size_t len);

/* ERR_NONE, or ERR_MEMORY where an append failed. */
enum err_code buf_ok(const struct buf *b, struct err *e);

/* The bytes, NUL-terminated ("" where none), now the caller's to free(); NULL after failure. */
char *buf_detach(struct buf *b);

#endif
