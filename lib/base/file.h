/* SPDX-License-Identifier: MIT */
/*
 * file.h - whole reads and writes, durable folders, names
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "base/buf.h"
#include "base/err.h"

/* All of len bytes, EINTR and short counts handled; on error errno and -1.  file_read returns less only at
 * the end. */
ssize_t file_read(int fd, void *bytes, size_t len);
ssize_t file_write(int fd, const void *bytes, size_t len);

/* A whole file into b, at most max bytes (more is ERR_FORMAT). */
enum err_code file_slurp(struct buf *b, int dirfd, const char *name, size_t max, struct err *e);
enum err_code file_slurp_open(struct buf *b, int fd, const char *name, size_t max, struct err *e);

/* A time of struct stat in nanoseconds since 1970. */
int64_t file_ns(struct timespec t);

/* Replace dirfd/name atomically: temporary file, fsync, rename, fsync of the folder. */
enum err_code file_replace(
    int dirfd, const char *name, const void *bytes, size_t len, mode_t mode, struct err *e);

/* Write what the user wants in path: a plain file, also behind a symbolic link, is replaced as by
 * file_replace(); a device or pipe is written to, and stays. */
enum err_code file_output(const char *path, const void *bytes, size_t len, mode_t mode, struct err *e);

/* fsync a folder that is open, or one below dirfd. */
enum err_code dir_sync(int fd, const char *what, struct err *e);
enum err_code dir_sync_at(int dirfd, const char *name, struct err *e);

/* Open a folder below dirfd without following a link (below.h); -1 with *e filled in. */
int dir_open_at(int dirfd, const char *name, struct err *e);

/* Is an open folder a group's: writable by it, and handing its group on (mode 2770)?  What is made in one is
 * the group's, too, whatever the umask says. */
bool dir_is_shared(int fd);

/* A new file in dirfd: mode 0660 where that is shared.  0, or -1 with errno. */
int file_share(int dirfd, int fd);

/* Remove the folder dirfd/name and everything below it, or (count_only) only count it: what is no folder adds
 * to *files and *bytes.  No link is followed and no other file system entered; what is mounted there stays,
 * and is an error. */
enum err_code tree_remove_at(
    int dirfd, const char *name, bool count_only, int64_t *files, int64_t *bytes, struct err *e);

/* close() with fd = -1 allowed; sets *fd to -1. */
void fd_close(int *fd);

/* Paths may be longer than the kernel takes in one call: a folder from which openat(fd, *rest) reaches path,
 * AT_FDCWD where it is short enough.  -1 with errno.  Close it with path_close(). */
int path_near(const char *path, const char **rest);
void path_close(int fd);

/* The last component of path; points into it. */
const char *path_base(const char *path);

/* Take ".", ".." (as far as it is text) and doubled slashes out of an absolute path, in place. */
void path_tidy(char *path);

/* a/b, malloced; b absolute: a copy of b. */
char *path_join(const char *a, const char *b);

#endif
