/* SPDX-License-Identifier: MIT */
/*
 * same.h - do two records say the same of a field?
 *
 * As people read it: numbers by their value and as finely as formats keep them,
 * and a list of artists that is just the printed one as none.  ASF keeps the
 * values of one name in several places: their order is nobody's.
 */
#ifndef WORKER_SAME_H
#define WORKER_SAME_H

#include "worker/record.h"

bool record_same(const struct record *a, const struct record *b, enum field field);

/* The same of a free tag; an empty value is none. */
bool record_same_tag(const struct record *a, const struct record *b, const char *name);

#endif
