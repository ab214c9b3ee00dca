/*
 * preview.h - what an import would bring in: looks, creates nothing
 */
#ifndef INTAKE_PREVIEW_H
#define INTAKE_PREVIEW_H

#include "base/err.h"
#include "intake/import.h"
#include "worker/record.h"

struct preview {
	struct db *db; /* open for reading; NULL where there is no library yet */
	const struct import_options *options;
	struct progress *progress;
	void (*found)(void *context, const char *path, int64_t size, const struct record *r);
	void (*failed)(void *context, const struct err *e);
	void *context;
	struct import_counts counts; /* filled in: staged is what would be */
};

enum err_code import_preview(struct preview *p, char **roots, size_t nroots, struct err *e);

#endif
