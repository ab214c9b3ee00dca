/* SPDX-License-Identifier: MIT */
/*
 * status.h - how far the sessions are: at work, unfinished, waiting for lib-commit
 */
#ifndef INTAKE_STATUS_H
#define INTAKE_STATUS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"

struct status_form {
	bool json;
	bool aligned; /* columns for people; else cells by tabs */
	char separator;
	enum err_code (*print)(struct buf *text, struct err *e); /* takes whole lines, and releases them */
};

/* Every open session, or each one named, that one followed by its files that failed. */
enum err_code status_print(struct db *db, char **ids, const struct status_form *form, struct err *e);

/* The files that failed, of these sessions, or of all that were not rejected and have not expired: session,
 * "dead" or when it is tried again by itself, attempts, seconds since the last, path, reason. */
enum err_code status_failed(struct db *db, char **ids, const struct status_form *form, struct err *e);

#endif
