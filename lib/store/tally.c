/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "store/tally_priv.h"

struct tally_room {
	struct tally_room *before;
	size_t used, size;
	char text[];
};
enum { ROOM = 1 << 16 };

/* Keep a text: NULL where there is no memory for it. */
static char *
keep(struct tally *t, const char *folder, const void *text, size_t len)
{
	const uint32_t head = (uint32_t)len | (folder != NULL ? KEPT_BEHIND : 0);
	size_t whole = sizeof head + (folder != NULL ? sizeof folder : 0) + len + 1;
	struct tally_room *r = t->room;
	char *at, *kept;

	if (r == NULL || r->size - r->used < whole) {
		size_t size = whole < ROOM / 2 ? ROOM : whole;

		r = malloc(sizeof *r + size);
		if (r == NULL)
			return NULL;
		*r = (struct tally_room){ .before = t->room, .size = size };
		t->room = r;
	}
	kept = at = r->text + r->used;
	r->used += whole;
	memcpy(at, &head, sizeof head);
	at += sizeof head;
	if (folder != NULL) {
		memcpy(at, &folder, sizeof folder);
		at += sizeof folder;
	}
	if (len > 0)
		memcpy(at, text, len);
	at[len] = '\0';
	return kept;
}

/* The folder of a path, with its slash, as it was kept last or is kept now. */
static enum err_code
keep_folder(struct tally *t, const char *path, size_t len, struct err *e)
{
	struct parts last;

	if (t->folder != NULL) {
		last = parts_of(t->folder);
		if (last.len[1] == len && memcmp(last.text[1], path, len) == 0)
			return ERR_NONE;
	}
	t->folder = keep(t, NULL, path, len);
	return t->folder != NULL ? ERR_NONE : err_memory(e);
}

static char *
keep_path(struct tally *t, const char *path, size_t len, struct err *e)
{
	const char *slash = memrchr(path, '/', len);
	size_t folder = slash != NULL ? (size_t)(slash + 1 - path) : 0;

	if (folder == 0)
		return keep(t, NULL, path, len);
	if (keep_folder(t, path, folder, e) != ERR_NONE)
		return NULL;
	return keep(t, t->folder, path + folder, len - folder);
}

/* Eight bytes at a time. */
static uint32_t
hash_of(const char *s, size_t len)
{
	const uint64_t by = 0x9e3779b97f4a7c15u;
	uint64_t h = len * by, word;

	for (; len >= sizeof word; s += sizeof word, len -= sizeof word) {
		memcpy(&word, s, sizeof word);
		h = (h ^ word) * by;
		h ^= h >> 32;
	}
	word = 0;
	if (len > 0)
		memcpy(&word, s, len);
	h = (h ^ word) * by;
	return (uint32_t)(h >> 32) ^ (uint32_t)h;
}

/* What a slot says of the entry with that hash: an index and, above it, the part of the hash that has room.
 */
static uint32_t
slot_for(const struct tally *t, uint32_t hash, size_t i)
{
	return (hash & ~(uint32_t)(t->slots - 1)) | (uint32_t)(i + 1);
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
	if (more == NULL || slot == NULL || cap > UINT32_MAX / 4) {
		free(slot);
		return err_memory(e);
	}
	free(t->slot);
	t->slot = slot;
	t->slots = slots;
	t->cap = cap;
	for (size_t i = 0; i < t->n; i++) {
		size_t at = more[i].hash & (slots - 1);

		while (slot[at] != 0)
			at = (at + 1) & (slots - 1);
		slot[at] = slot_for(t, more[i].hash, i);
	}
	return ERR_NONE;
}

static bool
is_text(const struct tally_entry *x, const char *text, size_t len)
{
	struct parts p = parts_of(x->kept);

	return p.len[0] + p.len[1] == len && memcmp(p.text[1], text + p.len[0], p.len[1]) == 0 &&
	    memcmp(p.text[0], text, p.len[0]) == 0;
}

/* The entry of a text, with a count of 0 where it is new; NULL: no memory. */
static struct tally_entry *
entry_of(struct tally *t, const char *text, size_t len, struct err *e)
{
	uint32_t hash, mask;
	size_t at;
	char *kept;

	if (t->n == t->cap && grow(t, e) != ERR_NONE)
		return NULL;
	if (len >= KEPT_BEHIND) {
		err_memory(e);
		return NULL;
	}
	hash = hash_of(text, len);
	mask = (uint32_t)(t->slots - 1);
	for (at = hash & mask; t->slot[at] != 0; at = (at + 1) & mask) {
		struct tally_entry *x = &t->entry[(t->slot[at] & mask) - 1];

		if ((t->slot[at] & ~mask) == (hash & ~mask) && x->hash == hash && is_text(x, text, len))
			return x;
	}
	kept = t->paths ? keep_path(t, text, len, e) : keep(t, NULL, text, len);
	if (kept == NULL) {
		err_memory(e);
		return NULL;
	}
	t->slot[at] = slot_for(t, hash, t->n);
	t->entry[t->n] = (struct tally_entry){ .kept = kept, .hash = hash };
	return &t->entry[t->n++];
}

enum err_code
tally_add(struct tally *t, const void *text, size_t len, int64_t who, int64_t n, struct err *e)
{
	struct tally_entry *x = entry_of(t, text, len, e);

	if (x != NULL) {
		x->count += x->last != (uint32_t)who ? n : 0;
		x->last = (uint32_t)who;
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

const char *
tally_text(const struct tally_entry *x, size_t *len)
{
	struct parts p = parts_of(x->kept);

	*len = p.len[1];
	return p.text[1];
}

void
tally_put(const struct tally_entry *x, struct buf *out)
{
	struct parts p = parts_of(x->kept);

	buf_add(out, p.text[0], p.len[0]);
	buf_add(out, p.text[1], p.len[1]);
}

enum err_code
tally_print(struct tally *t, size_t i, const char *print, struct err *e)
{
	struct tally_entry *x = &t->entry[i];
	size_t len, more = strlen(print);
	const char *text = tally_text(x, &len);
	const uint32_t head = (uint32_t)len;
	char *both = malloc(len + 1 + more), *kept = NULL;

	if (both != NULL) {
		memcpy(both, text, len + 1);
		memcpy(both + len + 1, print, more);
		kept = keep(t, NULL, both, len + 1 + more);
		free(both);
	}
	if (kept == NULL)
		return err_memory(e);
	x->kept = memcpy(kept, &head, sizeof head); /* the text itself ends where it did */
	return ERR_NONE;
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
