/* SPDX-License-Identifier: MIT */
/*
 * verb.h - the words that a command takes as its first operand
 */
#ifndef BASE_VERB_H
#define BASE_VERB_H

#include "base/cli.h"

/* The place of word in a table that a NULL name ends, or -1; then *nearest is the verb that it may be a slip
 * of, or NULL. */
int verb_find(const struct cli_verb *verbs, const char *word, const char **nearest);

/* The verb that the first operand is, with as many operands behind it as its args tell ("NAME TRACK...": two
 * or more; "NAME [NEW]": one or two); else a message as cli_usage() prints it, and exit with 2. */
int verb_wanted(const struct cli_verb *verbs);

#endif
