/* SPDX-License-Identifier: MIT */
#include "exchange/jansson.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

enum { RESERVE = 256 << 10, ALIGN = alignof(max_align_t) };

static alignas(max_align_t) char reserve[RESERVE];
static size_t used, users; /* bytes of it, and pieces that were not given back */
static bool touched;       /* since the last look */

static void *
take(size_t size)
{
	void *p = malloc(size);

	if (p != NULL)
		return p;
	touched = true;
	size = (size + ALIGN - 1) / ALIGN * ALIGN;
	if (size > RESERVE - used)
		return NULL;
	p = reserve + used;
	used += size;
	users++;
	return p;
}

static void
give_back(void *p)
{
	uintptr_t at = (uintptr_t)p, begin = (uintptr_t)reserve;

	if (at < begin || at >= begin + RESERVE)
		free(p);
	else if (--users == 0)
		used = 0;
}

json_t *
jansson_load(const char *text, size_t len, size_t flags, json_error_t *why, struct err *e)
{
	json_t *value;

	json_set_alloc_funcs(take, give_back);
	touched = false;
	value = json_loadb(text, len, flags, why);
	if (!touched)
		return value;
	json_decref(value);
	err_memory(e);
	return NULL;
}

void
jansson_dump(struct buf *b, const json_t *value)
{
	size_t flags = JSON_COMPACT | JSON_ENCODE_ANY, len;
	char *at;

	touched = false;
	len = json_dumpb(value, NULL, 0, flags);
	at = len == 0 || touched ? NULL : buf_reserve(b, len);
	if (at == NULL || json_dumpb(value, at, len, flags) != len || touched) {
		b->failed = true;
		return;
	}
	b->len += len;
	b->data[b->len] = '\0';
}
