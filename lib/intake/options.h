/* SPDX-License-Identifier: MIT */
/*
 * options.h - what an import was asked for; kept with its session, so that it goes on as it began
 */
#ifndef INTAKE_OPTIONS_H
#define INTAKE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "intake/run/copy.h"
#include "intake/set.h"
#include "store/db.h"

struct import_options {
	enum copy_mode mode;
	bool dereference;
	bool strict; /* what is no audio, or damaged, is an error */
	bool again;  /* lib-commit takes back in what was removed earlier */
	struct set *sets;
	size_t nsets;
};

void options_free(struct import_options *o); /* release and zero */

/* Append FIELD=VALUE; ERR_USAGE as set_parse(). */
enum err_code options_set(struct import_options *o, const char *text, struct err *e);

/* Take an option as the command line has it, by its long name; value NULL where it takes none.  ERR_USAGE. */
enum err_code options_take(struct import_options *o, const char *name, const char *value, struct err *e);

/* As kept in session.options; the same options always give the same bytes. */
enum err_code options_json(const struct import_options *o, struct buf *out, struct err *e);

/* Those of a session, into a zeroed *o. */
enum err_code options_load(struct import_options *o, struct db *db, int64_t session, struct err *e);

#endif
