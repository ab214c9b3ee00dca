/* SPDX-License-Identifier: MIT */
#include "text/distance.h"

#include <string.h>

#include "base/out.h"

/* The code point at s, and its bytes in *n; -1 for a byte that is not UTF-8. */
static int32_t
code_point(const char *s, size_t len, size_t *n)
{
	const unsigned char *u = (const unsigned char *)s;

	if (*u < 0x80) {
		*n = 1;
		return *u;
	}
	*n = utf8_len(s, len);
	switch (*n) {
	case 2:
		return (u[0] & 0x1f) << 6 | (u[1] & 0x3f);
	case 3:
		return (u[0] & 0x0f) << 12 | (u[1] & 0x3f) << 6 | (u[2] & 0x3f);
	case 4:
		return (u[0] & 0x07) << 18 | (u[1] & 0x3f) << 12 | (u[2] & 0x3f) << 6 | (u[3] & 0x3f);
	default:
		*n = 1;
		return -1;
	}
}

size_t
text_length(const char *s, size_t len)
{
	size_t count = 0, n;

	for (size_t i = 0; i < len; i += n, count++)
		(void)code_point(s + i, len - i, &n);
	return count;
}

static uint64_t *
place_of(struct distance *d, int32_t c)
{
	int i = 0;

	if (c < 128)
		return &d->ascii[c];
	while (i < d->nothers && d->other[i].c != c)
		i++;
	if (i == d->nothers)
		d->other[d->nothers++].c = c;
	return &d->other[i].at;
}

bool
distance_begin(struct distance *d, const char *pattern, size_t len)
{
	size_t n;

	*d = (struct distance){ 0 };
	for (size_t i = 0; i < len; i += n) {
		int32_t c = code_point(pattern + i, len - i, &n);

		if (c < 0 || d->length == DISTANCE_LONGEST)
			return false;
		*place_of(d, c) |= (uint64_t)1 << d->length++;
	}
	return d->length > 0;
}

static uint64_t
find(const struct distance *d, int32_t c)
{
	if (c >= 0 && c < 128)
		return d->ascii[c];
	for (int i = 0; i < d->nothers; i++)
		if (d->other[i].c == c)
			return d->other[i].at;
	return 0;
}

/* A column of the table of distances is kept as its steps up (more) and down (less), a bit each. */
int
distance_to(const struct distance *d, const char *word, size_t len, int most)
{
	uint64_t more = ~(uint64_t)0, less = 0, same = 0, before = 0;
	uint64_t last = (uint64_t)1 << (d->length - 1);
	int score = d->length;
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		uint64_t at = find(d, code_point(word + i, len - i, &n));
		uint64_t swapped = (((~same) & at) << 1) & before;
		uint64_t right_more, right_less;

		same = ((((at & more) + more) ^ more) | at | less) | swapped;
		right_more = less | ~(same | more);
		right_less = same & more;
		score += (right_more & last) != 0;
		score -= (right_less & last) != 0;
		if (score > most && (size_t)(score - most) > len - i - n) /* it falls by one a step at best */
			return most + 1;
		right_more = right_more << 1 | 1;
		right_less <<= 1;
		more = right_less | ~(same | right_more);
		less = right_more & same;
		before = at;
	}
	return score > most ? most + 1 : score;
}

int
text_distance(const char *a, const char *b, int most)
{
	struct distance d;

	if (*a == '\0' && text_length(b, strlen(b)) <= (size_t)most)
		return (int)text_length(b, strlen(b));
	if (!distance_begin(&d, a, strlen(a)))
		return most + 1;
	return distance_to(&d, b, strlen(b), most);
}
