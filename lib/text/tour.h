/* SPDX-License-Identifier: MIT */
/*
 * tour.h - the cheapest way through all of a number of places, each once
 *
 * Up to TOUR_EXACT places the way is the cheapest there is.  Beyond, several ways
 * that always go on to the nearest place are improved by turning stretches round
 * (2-opt) and by moving short ones (Or-opt) until neither helps, and the best of
 * them by swapping two stretches somewhere and improving again, as often as
 * there is time for: 1,000 places take about a second.  The same places in the
 * same order always give the same way.
 */
#ifndef TEXT_TOUR_H
#define TEXT_TOUR_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { TOUR_EXACT = 9 };

/* What it costs to go from a to b, which is what it costs to go back. */
typedef double tour_cost(const void *context, size_t a, size_t b);

/* Fill in order with 0 .. n - 1; first: where to begin, or n where that does not matter. */
enum err_code tour_find(
    size_t n, tour_cost *cost, const void *context, size_t first, uint32_t *order, struct err *e);

/* What a way costs. */
double tour_length(size_t n, tour_cost *cost, const void *context, const uint32_t *order);

#endif
