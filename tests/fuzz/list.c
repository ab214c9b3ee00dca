/* SPDX-License-Identifier: MIT */
/* Fuzz the readers of playlist files: the first byte chooses the format.  What is read can be written in any
 * format, and what was written can be read again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/out.h"
#include "exchange/list.h"
#include "exchange/nsp.h"
#include "exchange/place.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct copy {
	struct list_writer w;
	size_t items;
};

static enum err_code
count(void *context, const struct list_item *item, struct err *e)
{
	(void)item, (void)e;
	++*(size_t *)context;
	return ERR_NONE;
}

static enum err_code
copy(void *context, const struct list_item *item, struct err *e)
{
	struct copy *c = context;
	struct buf path = { 0 };

	(void)e;
	if (item->location == NULL && item->title == NULL && item->extra == NULL)
		return ERR_NONE;
	if (item->location != NULL && place_read(item->location, item->uri, "/here", &path) == PLACE_LOCAL &&
	    (path.data == NULL || path.data[0] != '/'))
		abort();
	list_add(&c->w, item);
	c->items++;
	buf_free(&path);
	return ERR_NONE;
}

static void
write_and_read(enum list_format to, enum list_format from, const char *bytes, size_t len)
{
	struct buf out = { 0 };
	struct copy c = { .w = { .format = to, .out = &out } };
	size_t again = 0;
	struct list_reader r = { .item = copy, .context = &c }, second = { .item = count, .context = &again };
	struct err e = { 0 };

	list_begin(&c.w, "Title");
	if (list_read(from, bytes, len, &r, &e) == ERR_NONE) {
		list_end(&c.w);
		if (!out.failed && list_read(to, out.data, out.len, &second, &e) != ERR_NONE)
			abort();
		if (!utf8_valid(out.data, out.len))
			abort();
	} else if (e.msg[0] == '\0') {
		abort();
	}
	list_reader_free(&r);
	list_reader_free(&second);
	buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nsp n = { 0 };
	struct err e = { 0 };
	enum list_format from;
	char *text;

	if (size == 0 || (text = malloc(size)) == NULL)
		return 0;
	from = (enum list_format)(data[0] % LIST_FORMATS);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	if (from == LIST_NSP) {
		if (nsp_read(text, size - 1, &n, &e) == ERR_NONE && n.query == NULL)
			abort();
		nsp_free(&n);
	} else {
		(void)list_guess("x", text, size - 1);
		for (int to = LIST_M3U8; to <= LIST_JSPF; to++)
			write_and_read((enum list_format)to, from, text, size - 1);
	}
	free(text);
	return 0;
}
