/* SPDX-License-Identifier: MIT */
/*
 * staged.h - the sounds of files that are staged: heard before the commit, which then knows what they are
 */
#ifndef STORE_SOUND_STAGED_H
#define STORE_SOUND_STAGED_H

#include "store/session/session.h"
#include "store/sound/sound.h"
#include "worker/record.h"

/* What of the wish, whose tracks do not count, is to be done of the items of these sessions, or (NULL) of all
 * that wait for their commit; malloced.  ERR_NOTFOUND, and ERR_STATE "session s3 is committed". */
enum err_code sound_todo_staged(struct db *db, const int64_t *sessions, size_t nsessions,
    const struct sound_wish *wish, struct sound_job **jobs, size_t *n, struct err *e);

/* Fill in what the sound of an item is kept under; r: its record, or that of its part. */
void sound_of_item(const struct item *it, const struct record *r, struct sound_job *j);

#endif
