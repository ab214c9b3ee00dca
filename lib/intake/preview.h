/* SPDX-License-Identifier: MIT */
/*
 * preview.h - what an import would bring in: looks, creates nothing
 */
#ifndef INTAKE_PREVIEW_H
#define INTAKE_PREVIEW_H

#include "base/err.h"
#include "intake/import.h"
#include "store/commit/report.h"

struct preview {
	struct db *db; /* open for reading; NULL where there is no library yet */
	const struct import_options *options;
	struct progress *progress;
	bool json, raw;    /* form of the lines (say_file()) */
	report_line *line; /* for each file that would be staged; in JSON the totals follow */
	void *context;     /* of line */
	void (*failed)(const char *path, const struct err *e);
	struct import_counts counts; /* filled in: staged is what would be */
};

enum err_code import_preview(struct preview *p, char **roots, size_t nroots, struct err *e);

#endif
