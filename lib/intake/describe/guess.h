/* SPDX-License-Identifier: MIT */
/*
 * guess.h - what a file's name tells where its tags do not
 *
 * "Artist/Album/02 Title.flac", "2-03 Title.mp3", "CD 2/05. Title.ogg".  Only what
 * is missing is filled in: the title (the name's stem at least), the track and
 * disc number; album and artist from the two folders above, as far as they
 * lie below the root that was named.  lib-import(1) documents the rules.
 */
#ifndef INTAKE_DESCRIBE_GUESS_H
#define INTAKE_DESCRIBE_GUESS_H

#include "base/err.h"
#include "worker/record.h"

/* path is the file's, relative to the root: folders separated by '/', bytes. */
enum err_code guess_fill(struct record *r, const char *path, struct err *e);

#endif
