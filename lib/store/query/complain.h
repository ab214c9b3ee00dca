/* SPDX-License-Identifier: MIT */
/*
 * complain.h - what is wrong with a query, and where
 *
 * Private to lib/store/query.
 */
#ifndef STORE_QUERY_COMPLAIN_H
#define STORE_QUERY_COMPLAIN_H

#include <stddef.h>

#include "base/err.h"

/* ERR_USAGE "what, at character 7 of 'the argument'": characters, not bytes, and of a long argument the part
 * around the place.  word NULL: no place is known. */
enum err_code query_complain(struct err *e, const char *word, size_t at, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

#endif
