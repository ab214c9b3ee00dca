/*
 * stats.h - the totals of a library
 */
#ifndef STORE_STATS_H
#define STORE_STATS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"

/* Append them: one "name value" a record, or a JSON object of type "report". */
enum err_code stats_text(struct db *db, bool json, char end, struct buf *out, struct err *e);

#endif
