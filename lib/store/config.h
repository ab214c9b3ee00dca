/*
 * config.h - the settings of a library: LIBRARY/config
 *
 *	# comment
 *	conflict = skip
 *	joiners = " feat. ", "; "
 *	joiner-exceptions += "Earth, Wind & Fire"
 *
 * A line is a comment, blank, or `key = value`.  A value is a word, a whole number or a list of
 * texts between commas; blanks around a text do not count, and one with
 * blanks at an end, a comma, a quote or a # in it stands in double quotes, where \" and
 * \\ are a quote and a backslash.  `=` replaces what the setting was, also by nothing,
 * `+=` adds to a list.  An unknown key is an error that names the nearest one, so that no
 * setting is ever misspelt in silence.  No setting of a library runs a program.
 *
 * fonoteca-library(5) has the table of settings; tests/docs.bats compares it with this one.
 */
#ifndef STORE_CONFIG_H
#define STORE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"

enum setting {
	SETTING_CONFLICT,
	SETTING_JOINERS,
	SETTING_LIST_JOINERS,
	SETTING_ID3_JOINERS,
	SETTING_EXCEPTIONS,
	SETTING_HEALTH_FREE,
	SETTING_HEALTH_BACKUP,
	SETTING_HEALTH_SWEEP,
	SETTING_HEALTH_SESSION,
	SETTING_HEALTH_HEARTBEAT,
	SETTING_HEALTH_VERIFIED,
	SETTING_HEALTH_VERIFY,
	SETTING_COUNT
};

struct setting_info {
	const char *key;
	const char *words;    /* what a word may be, separated by blanks; NULL: a list, or a number */
	const char *standard; /* what it is by itself, as it would stand in the file */
	int64_t most;         /* > 0: a whole number from 0 to this */
};

enum { CONFIG_SIZE_MAX = 64 << 10, CONFIG_LIST_MAX = 1000 };

struct config {
	struct config_list {
		char **text;
		size_t n;
	} value[SETTING_COUNT];
};

const struct setting_info *setting_info(enum setting s);

/* The settings of a library into a zeroed *c; where it has no file, what they are by themselves.  ERR_FORMAT
 * names file, line and key; a symbolic link or a file that everybody may write to is refused. */
enum err_code config_load(struct config *c, struct db *db, struct err *e);

/* The same from text; ERR_FORMAT names line and key. */
enum err_code config_parse(struct config *c, const char *text, size_t len, struct err *e);
void config_free(struct config *c); /* release and zero */

/* The value of a setting that is a word, or a number. */
const char *config_word(const struct config *c, enum setting s);
int64_t config_number(const struct config *c, enum setting s);

#endif
