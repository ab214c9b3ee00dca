/*
 * chart.h - numbers as bars, for a terminal
 *
 * Private to lib/store.
 */
#ifndef STORE_CHART_H
#define STORE_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "store/stats.h"

struct bar {
	const char *label;
	size_t len;
	int64_t n;
};

/* A title and n lines, the longest bar as wide as the terminal allows. */
void chart_draw(
    const struct stats_form *form, const char *title, const struct bar *bars, size_t n, struct buf *out);

/* The same as a member of a JSON object: [{"value":label,key:n},...]; number: labels are numbers. */
void chart_json(
    const char *title, const char *key, const struct bar *bars, size_t n, bool number, struct buf *out);

#endif
