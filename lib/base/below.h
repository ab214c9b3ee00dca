/* SPDX-License-Identifier: MIT */
/*
 * below.h - paths below an open folder in which no link is followed, in no component
 *
 * O_NOFOLLOW and AT_SYMLINK_NOFOLLOW keep the last component alone from being a
 * link; here each folder on the way is opened by itself, so that one that is a link, or becomes one
 * meanwhile, leads nowhere: ENOTDIR or ELOOP.  path is relative and has no "..".
 */
#ifndef BASE_BELOW_H
#define BASE_BELOW_H

#include <sys/stat.h>
#include <sys/types.h>

/* openat(), with O_NOFOLLOW and O_CLOEXEC. */
int below_open(int dirfd, const char *path, int flags, mode_t mode);

/* fstatat(), of the link itself where the last component is one. */
int below_stat(int dirfd, const char *path, struct stat *st);

/* Of a plain file, never of what a link names. */
int below_chmod(int dirfd, const char *path, mode_t mode);

int below_unlink(int dirfd, const char *path, int flags);
int below_rename(int from, const char *old, int to, const char *name);

/* mkdir() with mode 0700, or 2770 in a folder that is a group's (file.h). */
int below_mkdir(int dirfd, const char *path);

#endif
