/* SPDX-License-Identifier: MIT */
/*
 * look.h - lib-import: what is told of sessions and files, and nothing changed
 */
#ifndef CMD_LIB_IMPORT_LOOK_H
#define CMD_LIB_IMPORT_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/progress.h"
#include "intake/import.h"

/* --status, of the sessions that are operands; failed: of the files that failed alone. */
enum err_code look_status(bool failed, struct err *e);

/* --dry-run: what an import of the roots would stage. */
enum err_code look_ahead(
    const struct import_options *options, struct progress *progress, char **roots, size_t n, struct err *e);

/* The counts of an import, with --verbose or on a terminal. */
void look_summary(int64_t session, const struct import_counts *c);

/* What was noted of a file: of what is damaged everybody wants to know. */
void look_notes(const char *path, bool damaged, const char *notes);

#endif
