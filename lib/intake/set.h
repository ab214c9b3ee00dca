/* SPDX-License-Identifier: MIT */
/*
 * set.h - FIELD=VALUE as a user writes it, checked against the vocabulary
 */
#ifndef INTAKE_SET_H
#define INTAKE_SET_H

#include <stddef.h>

#include "base/err.h"
#include "base/field.h"
#include "worker/record.h"

struct set {
	enum field field;
	char *value; /* NFC, in the form that the vocabulary wants; "" removes the field */
};

/* ERR_USAGE where it is no assignment, no field, none that may be set, or not a value of its type. */
enum err_code set_parse(struct set *s, const char *text, struct err *e);
void set_free(struct set *s);

/* Give all of them to a record and its parts, in their order: the first of a field replaces what the file
 * says, further ones of a list are added. */
enum err_code set_apply(struct record *r, const struct set *sets, size_t n, struct err *e);

#endif
