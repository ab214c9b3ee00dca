#include "store/tally.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static uint64_t
hash_of(const unsigned char *s, size_t len)
{
	uint64_t h = 1469598103934665603u; /* FNV-1a */

	for (size_t i = 0; i < len; i++)
		h = (h ^ s[i]) * 1099511628211u;
	return h ^ h >> 29;
}

/* Twice the room in both tables. */
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
		size_t at = more[i].hash % slots;

		while (slot[at] != 0)
			at = (at + 1) % slots;
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
	uint64_t hash;
	size_t at;

	if (t->n > 0 && is_text(&t->entry[t->latest], text, len))
		return &t->entry[t->latest];

	if (t->n == t->cap && grow(t, e) != ERR_NONE)
		return NULL;
	hash = hash_of(text, len);
	for (at = hash % t->slots; t->slot[at] != 0; at = (at + 1) % t->slots) {
		t->latest = t->slot[at] - 1;
		x = &t->entry[t->latest];
		if (x->hash == hash && is_text(x, text, len))
			return x;
	}
	x = &t->entry[t->n];
	*x = (struct tally_entry){ malloc(len + 1), len, hash, 0, 0 };
	if (x->text == NULL) {
		err_memory(e);
		return NULL;
	}
	memcpy(x->text, text, len);
	x->text[len] = '\0';
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

static int
compare(const void *a, const void *b)
{
	const struct tally_entry *x = a, *y = b;
	int order = memcmp(x->text, y->text, x->len < y->len ? x->len : y->len);

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

void
tally_sort(struct tally *t)
{
	if (t->n > 0)
		qsort(t->entry, t->n, sizeof *t->entry, compare);
}

void
tally_free(struct tally *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->entry[i].text);
	free(t->entry);
	free(t->slot);
	*t = (struct tally){ 0 };
}
