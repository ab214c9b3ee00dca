/* SPDX-License-Identifier: MIT */
/*
 * own.h - the user's own configuration: which programs their commands may run
 *
 *	$XDG_CONFIG_HOME/fonoteca/config, else ~/.config/fonoteca/config
 *
 *	player = mpv --no-video
 *	notify = notify-send --app-name Fonoteca
 *	ffmpeg = /opt/ffmpeg/bin/ffmpeg
 *
 * It is written as base/settings.h tells.  No library's config names a program, so that nobody who
 * writes into a shared library, or hands one on, runs anything here; and this file is obeyed only where
 * nobody but the user, or root, can write to it.
 */
#ifndef BASE_OWN_H
#define BASE_OWN_H

#include "base/settings.h"

enum own_setting { OWN_PLAYER, OWN_NOTIFY, OWN_FFMPEG, OWN_COUNT };

struct own {
	struct texts value[OWN_COUNT]; /* commands: a program and its arguments; n 0 where none is named */
};

const struct setting_info *own_info(enum own_setting s);

/* Into a zeroed *o; where there is no file, nothing is named.  ERR_DENIED: it cannot be trusted; ERR_FORMAT
 * names file, line and key. */
enum err_code own_load(struct own *o, struct err *e);
void own_free(struct own *o); /* release and zero */

#endif
