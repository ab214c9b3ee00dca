/* SPDX-License-Identifier: MIT */
/*
 * begin.h - lib-import: what is to be read, and into which session
 */
#ifndef CMD_LIB_IMPORT_BEGIN_H
#define CMD_LIB_IMPORT_BEGIN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "intake/import.h"

/* The PATHs of the command line, or those that --files-from names where `from` is not NULL. */
enum err_code begin_roots(
    const struct import_options *o, const char *from, char ***roots, size_t *n, struct err *e);

/* Open the library as r->db.  A new session, the unfinished one of the same roots, or the one that was named
 * as r->session.  A library that is made is shared with group, unless that is NULL. */
enum err_code begin_session(struct import_run *r, bool named, const char *group,
    struct import_options *options, char ***roots, size_t *n, struct err *e);

#endif
