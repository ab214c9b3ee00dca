/* SPDX-License-Identifier: MIT */
/*
 * config.h - the settings of a library: LIBRARY/config
 *
 * base/settings.h tells how they are written.  No setting of a library runs a program: those stand in the
 * user's own configuration, base/own.h.
 *
 * fonoteca-library(5) has the table of settings; tests/docs.bats compares it with this one.
 */
#ifndef STORE_CONFIG_H
#define STORE_CONFIG_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/settings.h"
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
	SETTING_KEEP_EVENTS,
	SETTING_COUNT
};

struct config {
	struct texts value[SETTING_COUNT];
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
