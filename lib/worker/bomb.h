/* SPDX-License-Identifier: MIT */
/*
 * bomb.h - what an archive may hold before it is taken for one that is made to fill a disk
 */
#ifndef WORKER_BOMB_H
#define WORKER_BOMB_H

#include <stdint.h>

/* What is too much of an archive of packed bytes that gave so many members and bytes so far, in the user's
 * words; NULL while nothing is. */
const char *bomb_says(int64_t packed, int64_t members, int64_t bytes);

#endif
