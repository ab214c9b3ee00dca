/* SPDX-License-Identifier: MIT */
#include "intake/render/mix.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Frames that lie in a buffer. */
struct heap {
	float *v;
	size_t n, room;
};

struct mix {
	int channels;
	size_t fade;
	mix_sink *sink;
	void *context;
	struct heap tail; /* of the track before: what may still be faded */
	struct heap head; /* of this one: what was not handed over yet */
	bool joined;      /* to the one before */
	size_t length;    /* of this one so far */
	int64_t begins, written;
};

static const float quarter = 1.57079632679489662F; /* of a turn */

enum err_code
mix_new(struct mix **ret, int channels, size_t fade, mix_sink *sink, void *context, struct err *e)
{
	struct mix *m = calloc(1, sizeof *m);

	if (m == NULL)
		return err_memory(e);
	*m = (struct mix){ .channels = channels, .fade = fade, .sink = sink, .context = context };
	*ret = m;
	return ERR_NONE;
}

void
mix_free(struct mix *m)
{
	if (m == NULL)
		return;
	free(m->tail.v);
	free(m->head.v);
	free(m);
}

static enum err_code
append(const struct mix *m, struct heap *h, const float *frames, size_t n, struct err *e)
{
	size_t channels = (size_t)m->channels;

	if (h->n + n > h->room) {
		size_t room = h->n + n + h->room / 2;
		float *more = realloc(h->v, room * channels * sizeof *more);

		if (more == NULL)
			return err_memory(e);
		h->v = more;
		h->room = room;
	}
	if (n > 0)
		memcpy(h->v + h->n * channels, frames, n * channels * sizeof *frames);
	h->n += n;
	return ERR_NONE;
}

/* Hand over the first n frames. */
static enum err_code
hand_over(struct mix *m, struct heap *h, size_t n, struct err *e)
{
	size_t channels = (size_t)m->channels;

	if (n == 0 || m->sink(m->context, h->v, n, e) != ERR_NONE)
		return e->code;
	m->written += (int64_t)n;
	h->n -= n;
	memmove(h->v, h->v + n * channels, h->n * channels * sizeof *h->v);
	return ERR_NONE;
}

/* What frame i of n of the one that goes and of the one that comes is multiplied by. */
static void
weigh(size_t i, size_t n, bool power, float *goes, float *comes)
{
	float at = ((float)i + 0.5F) / (float)n;

	*comes = power ? sinf(at * quarter) : at;
	*goes = power ? cosf(at * quarter) : 1 - at;
}

/* The n frames of both, as one sample after the other; whether one goes beyond full scale. */
static bool
is_over(const struct mix *m, const float *a, const float *b, size_t n)
{
	float goes, comes;

	for (size_t i = 0; i < n; i++) {
		weigh(i, n, true, &goes, &comes);
		for (int c = 0; c < m->channels; c++, a++, b++)
			if (fabsf(*a * goes + *b * comes) > 1)
				return true;
	}
	return false;
}

/* Fade the whole tail into the first frames of the head. */
static void
fade(struct mix *m)
{
	const float *a = m->tail.v;
	float *b = m->head.v, goes, comes;
	bool power = !is_over(m, a, b, m->tail.n);

	for (size_t i = 0; i < m->tail.n; i++) {
		weigh(i, m->tail.n, power, &goes, &comes);
		for (int c = 0; c < m->channels; c++, a++, b++)
			*b = *a * goes + *b * comes;
	}
	m->tail.n = 0;
}

/* At most so many frames of the head may lie over the tail. */
static enum err_code
join(struct mix *m, size_t most, struct err *e)
{
	size_t overlap = m->tail.n < most ? m->tail.n : most;

	if (hand_over(m, &m->tail, m->tail.n - overlap, e) != ERR_NONE)
		return e->code;
	m->begins = m->written;
	if (overlap > 0)
		fade(m);
	m->joined = true;
	return ERR_NONE;
}

enum err_code
mix_add(struct mix *m, const float *frames, size_t n, struct err *e)
{
	if (append(m, &m->head, frames, n, e) != ERR_NONE)
		return e->code;
	m->length += n;
	if (!m->joined && m->length >= 2 * m->fade && m->length > 0)
		join(m, m->fade, e);
	if (e->code == ERR_NONE && m->joined && m->head.n > m->fade)
		hand_over(m, &m->head, m->head.n - m->fade, e);
	return e->code;
}

enum err_code
mix_next(struct mix *m, int64_t *begins, struct err *e)
{
	size_t half = m->length / 2, keep = half < m->fade ? half : m->fade;
	struct heap old = m->tail;

	*begins = -1;
	if (m->length == 0) /* the one before waits for the next */
		return ERR_NONE;
	if (!m->joined && join(m, keep, e) != ERR_NONE)
		return e->code;
	*begins = m->begins;
	if (hand_over(m, &m->head, m->head.n - keep, e) != ERR_NONE)
		return e->code;
	old.n = 0;
	m->tail = m->head;
	m->head = old;
	m->joined = false;
	m->length = 0;
	return ERR_NONE;
}

enum err_code
mix_finish(struct mix *m, int64_t *frames, struct err *e)
{
	if (hand_over(m, &m->tail, m->tail.n, e) == ERR_NONE)
		*frames = m->written;
	return e->code;
}
