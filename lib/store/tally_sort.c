/* SPDX-License-Identifier: MIT */
/* The entries of a tally in their order. */
#include <endian.h>
#include <stdlib.h>

#include "store/tally_priv.h"

/* Texts that are not the same, by their bytes. */
static int
compare_text(const struct tally_entry *a, const struct tally_entry *b)
{
	struct parts x = parts_of(a->kept), y = parts_of(b->kept);
	size_t i = x.text[0] == y.text[0], k = i; /* one folder */

	while (i < 2 && k < 2) {
		size_t len = x.len[i] < y.len[k] ? x.len[i] : y.len[k];
		int order = memcmp(x.text[i], y.text[k], len);

		if (order != 0)
			return order;
		x.text[i] += len;
		y.text[k] += len;
		x.len[i] -= len;
		y.len[k] -= len;
		i += x.len[i] == 0;
		k += y.len[k] == 0;
	}
	return (i < 2) - (k < 2);
}

static int
compare(const struct tally_entry *a, const struct tally_entry *b)
{
	return a->count != b->count ? a->count > b->count ? -1 : 1 : compare_text(a, b);
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

/* What an entry is compared by next, and where it is. */
struct key {
	uint64_t key;
	uint32_t i;
};
enum { STEP = 7, BY_COUNT = -STEP }; /* bytes of the text in a key; where the first of them is the next */

/* The bytes of the text from `depth` on as a number of the same order; the lowest tells how many there are.
 */
static uint64_t
text_key(const struct tally_entry *x, size_t depth)
{
	struct parts p = parts_of(x->kept);
	size_t left, n = 0;
	uint64_t key = 0;
	char *bytes = (char *)&key;

	if (depth < p.len[0]) {
		n = p.len[0] - depth < STEP ? p.len[0] - depth : STEP;
		memcpy(bytes, p.text[0] + depth, n);
		left = p.len[1] < STEP - n ? p.len[1] : STEP - n;
		memcpy(bytes + n, p.text[1], left);
		left = p.len[0] - depth + p.len[1];
	} else {
		depth -= p.len[0];
		left = p.len[1] > depth ? p.len[1] - depth : 0;
		memcpy(bytes, p.text[1] + depth, left < STEP ? left : STEP);
	}
	bytes[STEP] = (char)(left > STEP ? STEP + 1 : left);
	return be64toh(key);
}

static void
swap(struct key *a, struct key *b)
{
	struct key x = *a;

	*a = *b;
	*b = x;
}

static uint64_t
middle(uint64_t a, uint64_t b, uint64_t c)
{
	return a < b ? b < c ? b : a < c ? c : a : a < c ? a : b < c ? c : b;
}

static void
insertion_sort(const struct tally_entry *e, struct key *k, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct key x = k[i];
		size_t at = i;

		for (; at > 0 &&
		     (k[at - 1].key != x.key ? k[at - 1].key > x.key : compare(&e[k[at - 1].i], &e[x.i]) > 0);
		     at--)
			k[at] = k[at - 1];
		k[at] = x;
	}
}

/* Quicksort by the keys, and where they are the same by the next ones; the keys of depth are there already.
 */
static void
sort_keys(const struct tally_entry *e, struct key *k, size_t n, int64_t depth)
{
	enum { FEW = 12 };

	while (n > FEW) {
		uint64_t pivot = middle(k[0].key, k[n / 2].key, k[n - 1].key);
		size_t less = 0, more = n;

		for (size_t i = 0; i < more;)
			if (k[i].key < pivot)
				swap(&k[i++], &k[less++]);
			else if (k[i].key > pivot)
				swap(&k[i], &k[--more]);
			else
				i++;
		for (size_t i = less; i < more; i++)
			k[i].key = text_key(&e[k[i].i], (size_t)(depth + STEP));
		/* the largest of the three goes on here: so deep no stack is */
		if (more - less > less && more - less > n - more) {
			sort_keys(e, k, less, depth);
			sort_keys(e, k + more, n - more, depth);
			k += less;
			n = more - less;
			depth += STEP;
			continue;
		}
		sort_keys(e, k + less, more - less, depth + STEP);
		if (less < n - more) {
			sort_keys(e, k, less, depth);
			k += more;
			n -= more;
		} else {
			sort_keys(e, k + more, n - more, depth);
			n = less;
		}
	}
	insertion_sort(e, k, n);
}

/* Each to its place: k[i].i says which one comes to i. */
static void
move(struct tally_entry *e, struct key *k, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct tally_entry first = e[i];
		size_t at = i;

		while (k[at].i != i) {
			size_t from = k[at].i;

			e[at] = e[from];
			k[at].i = (uint32_t)at;
			at = from;
		}
		e[at] = first;
		k[at].i = (uint32_t)at;
	}
}

enum err_code
tally_sort(struct tally *t, int64_t most, struct err *e)
{
	struct key *k;

	free(t->slot);
	t->slot = NULL;
	t->slots = 0;
	if (most >= 0 && (uint64_t)most < t->n) {
		if (most > 0)
			choose(t->entry, t->n, (size_t)most);
		t->n = (size_t)most;
	}
	k = malloc((t->n + 1) * sizeof *k);
	if (k == NULL)
		return err_memory(e);
	for (size_t i = 0; i < t->n; i++)
		k[i] = (struct key){ ~(uint64_t)t->entry[i].count, (uint32_t)i };
	sort_keys(t->entry, k, t->n, BY_COUNT);
	move(t->entry, k, t->n);
	free(k);
	return ERR_NONE;
}
