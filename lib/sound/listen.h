/* SPDX-License-Identifier: MIT */
/*
 * listen.h - decode a file once and find out all that is asked of it
 */
#ifndef SOUND_LISTEN_H
#define SOUND_LISTEN_H

#include "base/err.h"
#include "worker/sound.h"

/* Into *s, all of which is set.  progress is called now and then while samples come. */
enum err_code sound_listen(int fd, const struct sound_task *task, void (*progress)(void *context),
    void *context, struct sound *s, struct err *e);

#endif
