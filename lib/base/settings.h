/* SPDX-License-Identifier: MIT */
/*
 * settings.h - files of `key = value` lines, and whether they may be trusted
 *
 *	# comment
 *	conflict = skip
 *	joiners = " feat. ", "; "
 *	joiner-exceptions += "Earth, Wind & Fire"
 *	player = mpv --no-video
 *
 * A line is a comment, blank, or `key = value`.  A value is a word, a whole number, a list of texts between
 *commas, or a command: texts between blanks.  Blanks around a text do not count; one with blanks at an end
 *(of a command: anywhere), a comma, a quote or a # in it stands in double quotes, where \" and \\ are a quote
 *and a backslash.  `=` replaces what the setting was, also by nothing, `+=` adds to a list.  An unknown key
 *is an error that names the nearest one, so that no setting is ever misspelt in silence.
 */
#ifndef BASE_SETTINGS_H
#define BASE_SETTINGS_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/texts.h"

/* In the place of a setting's words: it is a command. */
#define SETTINGS_COMMAND ""

struct setting_info {
	const char *key;
	const char *words;    /* what a word may be, separated by blanks; SETTINGS_COMMAND; NULL: a list, or
				 a number */
	const char *standard; /* what it is by itself, as it would stand in the file */
	int64_t most;         /* > 0: a whole number from 0 to this */
};

enum { SETTINGS_SIZE_MAX = 64 << 10, SETTINGS_LIST_MAX = 1000 };

/* Read text into the n zeroed values of a table's settings; those that it does not name get their standard.
 * ERR_FORMAT names line and key, and the values are empty then. */
enum err_code settings_parse(const struct setting_info *table, size_t n, struct texts *values,
    const char *text, size_t len, struct err *e);
void settings_free(struct texts *values, size_t n);

enum settings_trust {
	SETTINGS_ANY, /* no link, and not everybody may write to it */
	SETTINGS_OWN  /* the user's or root's, and nobody else may write to it or put another in its place */
};

/* The bytes of such a file; none where there is none.  ERR_DENIED, with what to do, where it is not to be
 * trusted. */
enum err_code settings_slurp(
    int dirfd, const char *name, enum settings_trust trust, struct buf *text, struct err *e);

#endif
