/* SPDX-License-Identifier: MIT */
/*
 * chart.h - numbers as bars, as JSON or as a drawing
 *
 * Private to lib/store.
 */
#ifndef STORE_REPORT_CHART_H
#define STORE_REPORT_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "store/report/stats.h"

struct bar {
	const char *label;
	size_t len;
	int64_t n;
};

struct chart {
	const char *title; /* in JSON the key of its array */
	const char *what;  /* is counted: "tracks" */
	size_t most;       /* bars anywhere, 0: all of them */
	size_t shown;      /* on a terminal, and lying on a page, 0: all of them */
	bool number;       /* the labels are numbers */
	bool times;        /* they follow each other in time: the last ones are shown, a page has columns */
	bool grows;        /* and a page shows their sum up to each month */
};

/* Append the chart as form has it; JSON has what was asked for, the others what can be looked at. */
void chart_add(
    const struct stats_form *form, const struct chart *c, const struct bar *bars, size_t n, struct buf *out);

/* A number under a name, among others that stand before the charts. */
void chart_total(const struct stats_form *form, const char *name, int64_t n, struct buf *out);

/* Months from the first that is not empty to the last, named 2024-09; only a page gets those in between that
 * are.  month[0] is January of first_year. */
enum err_code chart_months(const struct stats_form *form, const struct chart *c, const int64_t *month,
    size_t n, int first_year, struct buf *out, struct err *e);

/* Parts of a page (page.h): a number, bars that lie, columns that stand, the line of sums that grow. */
void svg_total(const char *name, int64_t n, struct buf *out);
void svg_bars(const struct chart *c, const struct bar *bars, size_t n, struct buf *out);
void svg_columns(const struct chart *c, const struct bar *bars, size_t n, struct buf *out);
void svg_growth(const struct chart *c, const struct bar *bars, size_t n, struct buf *out);

#endif
