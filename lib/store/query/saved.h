/* SPDX-License-Identifier: MIT */
/*
 * saved.h - searches with a name, for use in others: @NAME, query:NAME
 *
 * A name is a word of letters, digits, '_', '-', '.' and whatever is beyond
 * ASCII, begins with none of the signs, and is kept in NFC.  What is saved was understood once: a
 * query that does not parse, or that would lead back to itself through others, is
 * refused.  Saving and forgetting are short transactions with a row in the event log.
 */
#ifndef STORE_QUERY_SAVED_H
#define STORE_QUERY_SAVED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/db.h"

struct saved {
	char *name;
	char **words; /* as query_parse() takes them, NULL-terminated */
	size_t nwords;
	int64_t changed; /* when it was saved */
};

/* Save the words under a name, in the place of what had it before.  *note is what query_note() would say,
 * malloced, or NULL. */
enum err_code saved_put(struct db *db, const char *name, char *const *words, char **note, struct err *e);

/* ERR_NOTFOUND where there is none of that name, ERR_STATE where another saved search uses it. */
enum err_code saved_forget(struct db *db, const char *name, struct err *e);

/* All of them by name, malloced. */
enum err_code saved_list(struct db *db, struct saved **list, size_t *n, struct err *e);
void saved_free(struct saved *list, size_t n);

#endif
