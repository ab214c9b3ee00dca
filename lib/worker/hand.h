/* SPDX-License-Identifier: MIT */
/*
 * hand.h - the worker that a thread of a crew (base/crew.h) keeps for itself, or why it has none
 */
#ifndef WORKER_HAND_H
#define WORKER_HAND_H

#include "base/err.h"

struct worker;

struct hand {
	struct worker *worker;
	struct err cannot; /* why there is none */
};

/* A hand for whoever begins a thread to fill in, by worker_new() or worker_new_sound(); NULL without memory.
 */
struct hand *hand_new(void);

/* The worker of a hand, which may be NULL; NULL after filling in *e where there is none. */
struct worker *hand_worker(const struct hand *hand, struct err *e);

/* Fits crew_ways.end. */
void hand_end(void *hand);

#endif
