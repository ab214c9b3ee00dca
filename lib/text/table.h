/* SPDX-License-Identifier: MIT */
/*
 * table.h - rows of cells: aligned for people, tab-separated for programs
 *
 * Cells are escaped (base/out.h) as they come.  For a terminal they are kept
 * until table_end() and laid out in columns by their width there, 60 at most, or
 * cut to fit a terminal that is told of;
 * in a pipe the rows are already in place, cells separated by tabs, each row
 * ended by the separator.
 *
 *	struct table t = { .out = &b, .separator = '\n', .aligned = isatty(1) };
 *	table_cell(&t, "p1", 2); table_cell(&t, "Party", 5); table_row(&t);
 *	table_end(&t);
 */
#ifndef TEXT_TABLE_H
#define TEXT_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum { TABLE_COLUMNS = 16 };

struct table {
	struct buf *out;
	char separator;
	bool aligned;
	unsigned right; /* bit n set: column n is a number, laid to the right */
	int fit;        /* aligned: columns of the terminal, the widest texts are cut to it; 0: none are */
	bool head;      /* the first row names the columns */
	bool color;     /* ... and is printed bold */
	/* its own */
	struct buf cells; /* NUL-terminated, row after row */
	int column, width[TABLE_COLUMNS];
	int columns;
	size_t rows;
};

void table_cell(struct table *t, const char *bytes, size_t len);
void table_text(struct table *t, const char *s);    /* NULL: an empty cell */
void table_escaped(struct table *t, const char *s); /* the same of text that was escaped already */
void table_int(struct table *t, long long n);

/* A count: "12 failed" aligned, and nothing of none; the bare number in a pipe.  So of bytes, "8.9 MB" with
 * per
 * ("/s") behind it. */
void table_count(struct table *t, long long n, const char *what);
void table_bytes(struct table *t, long long n, const char *per);
void table_row(struct table *t); /* every row must have as many cells as the first */
void table_end(struct table *t); /* writes what was kept; releases everything */

#endif
