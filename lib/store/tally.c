/* SPDX-License-Identifier: MIT */
#include "store/tally.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct tally_room {
	struct tally_room *before;
	size_t used, size;
	char text[];
};
enum { ROOM = 1 << 16 };

static char *
copy(struct tally *t, const void *text, size_t len)
{
	struct tally_room *r = t->room;
	char *at;

	if (r == NULL || r->size - r->used <= len) {
		size_t size = len < ROOM / 2 ? ROOM : len + 1;

		r = malloc(sizeof *r + size);
		if (r == NULL)
			return NULL;
		*r = (struct tally_room){ .before = t->room, .size = size };
		t->room = r;
	}
	at = r->text + r->used;
	memcpy(at, text, len);
	at[len] = '\0';
	r->used += len + 1;
	return at;
}

static uint32_t
hash_of(const unsigned char *s, size_t len)
{
	uint64_t h = 1469598103934665603u; /* FNV-1a */

	for (size_t i = 0; i < len; i++)
		h = (h ^ s[i]) * 1099511628211u;
	return (uint32_t)(h ^ h >> 29);
}

/* Twice the room in both tables, whose sizes are powers of two. */
static enum err_code
grow(struct tally *t, struct err *e)
{
	size_t cap = t->cap > 0 ? 2 * t->cap : 64, slots = 2 * cap;
	struct tally_entry *more = realloc(t->entry, cap * sizeof *more);
	uint32_t *slot = calloc(slots, sizeof *slot);

	if (more != NULL)
		t->entry = more;
	if (more == NULL || slot == NULL || cap > UINT32_MAX / 2) {
		free(slot);
		return err_memory(e);
	}
	for (size_t i = 0; i < t->n; i++) {
		size_t at = more[i].hash & (slots - 1);

		while (slot[at] != 0)
			at = (at + 1) & (slots - 1);
		slot[at] = (uint32_t)i + 1;
	}
	free(t->slot);
	t->slot = slot;
	t->slots = slots;
	t->cap = cap;
	return ERR_NONE;
}

static bool
is_text(const struct tally_entry *x, const void *text, size_t len)
{
	return x->len == len && memcmp(x->text, text, len) == 0;
}

/* The entry of a text, with a count of 0 where it is new; NULL: no memory. */
static struct tally_entry *
entry_of(struct tally *t, const void *text, size_t len, struct err *e)
{
	struct tally_entry *x;
	uint32_t hash;
	size_t at;

	if (t->n > 0 && is_text(&t->entry[t->latest], text, len))
		return &t->entry[t->latest];

	if (t->n == t->cap && grow(t, e) != ERR_NONE)
		return NULL;
	if (len > UINT32_MAX - 1) {
		err_memory(e);
		return NULL;
	}
	hash = hash_of(text, len);
	for (at = hash & (t->slots - 1); t->slot[at] != 0; at = (at + 1) & (t->slots - 1)) {
		t->latest = t->slot[at] - 1;
		x = &t->entry[t->latest];
		if (x->hash == hash && is_text(x, text, len))
			return x;
	}
	x = &t->entry[t->n];
	*x = (struct tally_entry){ copy(t, text, len), (uint32_t)len, hash, 0, 0 };
	if (x->text == NULL) {
		err_memory(e);
		return NULL;
	}
	t->latest = t->n;
	t->slot[at] = (uint32_t)++t->n;
	return x;
}

enum err_code
tally_add(struct tally *t, const void *text, size_t len, int64_t who, struct err *e)
{
	struct tally_entry *x = entry_of(t, text, len, e);

	if (x != NULL) {
		x->count += x->last != who;
		x->last = who;
	}
	return e->code;
}

enum err_code
tally_add_times(struct tally *t, const void *text, size_t len, int64_t n, struct err *e)
{
	struct tally_entry *x = entry_of(t, text, len, e);

	if (x != NULL)
		x->count += n;
	return e->code;
}

enum err_code
tally_print(struct tally *t, size_t i, const char *print, struct err *e)
{
	struct tally_entry *x = &t->entry[i];
	size_t len = strlen(print);
	char *both = malloc(x->len + 1 + len), *kept = NULL;

	if (both != NULL) {
		memcpy(both, x->text, x->len + 1);
		memcpy(both + x->len + 1, print, len);
		kept = copy(t, both, x->len + 1 + len);
		free(both);
	}
	if (kept == NULL)
		return err_memory(e);
	x->text = kept;
	return ERR_NONE;
}

/* How many bytes all texts begin with, as paths do. */
static size_t
common_beginning(const struct tally *t)
{
	size_t same = t->n > 0 ? t->entry[0].len : 0;

	for (size_t i = 1; i < t->n; i++) {
		const struct tally_entry *x = &t->entry[i];

		same = x->len < same ? x->len : same;
		while (memcmp(x->text, t->entry[0].text, same) != 0)
			same--;
	}
	return same;
}

/* The bytes from there on as a number of the same order. */
static uint64_t
head_of(const struct tally_entry *x, size_t from)
{
	uint64_t head = 0;

	for (size_t i = from; i < from + 8; i++)
		head = head << 8 | (i < x->len ? (unsigned char)x->text[i] : 0);
	return head;
}

/* Once all are counted, `last` is the head. */
static int
compare(const void *a, const void *b)
{
	const struct tally_entry *x = a, *y = b;
	uint64_t left = (uint64_t)x->last, right = (uint64_t)y->last;
	int order;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	if (left != right)
		return left < right ? -1 : 1;
	order = memcmp(x->text, y->text, x->len < y->len ? x->len : y->len);
	return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

/* The first `most` come to the front: as a heap, the last of them on top. */
static void
choose(struct tally_entry *e, size_t n, size_t most)
{
	for (size_t i = 0; i < n; i++) {
		struct tally_entry x = e[i];
		size_t at, child;

		if (i < most) {
			for (at = i; at > 0 && compare(&e[(at - 1) / 2], &x) < 0; at = (at - 1) / 2)
				e[at] = e[(at - 1) / 2];
			e[at] = x;
			continue;
		}
		if (compare(&x, &e[0]) >= 0)
			continue;
		for (at = 0; (child = 2 * at + 1) < most; at = child) {
			child += child + 1 < most && compare(&e[child], &e[child + 1]) < 0;
			if (compare(&e[child], &x) <= 0)
				break;
			e[at] = e[child];
		}
		e[at] = x;
	}
}

void
tally_sort(struct tally *t, int64_t most)
{
	size_t from = common_beginning(t);

	for (size_t i = 0; i < t->n; i++)
		t->entry[i].last = (int64_t)head_of(&t->entry[i], from);
	if (most >= 0 && (uint64_t)most < t->n) {
		if (most > 0)
			choose(t->entry, t->n, (size_t)most);
		t->n = (size_t)most;
	}
	if (t->n > 0)
		qsort(t->entry, t->n, sizeof *t->entry, compare);
}

void
tally_free(struct tally *t)
{
	while (t->room != NULL) {
		struct tally_room *before = t->room->before;

		free(t->room);
		t->room = before;
	}
	free(t->entry);
	free(t->slot);
	*t = (struct tally){ 0 };
}
