/* SPDX-License-Identifier: MIT */
/*
 * layout.h - the folders of a library: made, recognised, opened
 */
#ifndef STORE_LAYOUT_H
#define STORE_LAYOUT_H

#include <stdbool.h>

#include "base/err.h"
#include "store/db.h"

/* Make folder path and everything in it but the database, durably; *dirfd is open on it.  Refuses a folder
 * that holds anything else than a library that was being made.  Two processes may do it at once. */
enum err_code layout_make(const char *path, const struct db_options *o, int *dirfd, struct err *e);

/* Is the library that is there shared with this group?  ERR_STATE. */
enum err_code layout_check_group(int dirfd, const char *path, const char *group, struct err *e);

/* Open an existing library's folder. */
enum err_code layout_open(const char *path, int *dirfd, struct err *e);

/* ERR_LIBRARY where library.db or one of the folders is a symbolic link: none is followed. */
enum err_code layout_check_links(int dirfd, struct err *e);

/* ERR_LIBRARY where blobs/ is a link, empty or not there, though the catalogue has blobs. */
enum err_code layout_check_blobs(int dirfd, struct err *e);

/* Make those folders again that a copy without empty folders has lost, but not blobs/.
 * Refused where layout_check_links() does. */
enum err_code layout_mend(int dirfd, struct err *e);

/* Make a folder below blobs/ again.  Refused where blobs/ is empty but should not be: its disk may not be
 * mounted. */
enum err_code layout_mend_shard(int dirfd, const char *shard, bool has_blobs, struct err *e);

/* Is there anything of a library in the folder that had a catalogue: in blobs/, trash/, or backup/? */
bool layout_is_left(int dirfd);

/* Does the folder hold library.db? */
bool layout_has_database(int dirfd);
bool layout_has_file(int dirfd); /* it may be empty */

/* Open the lock file, making it where create is set; -1 with *e filled in. */
int layout_lock_file(int dirfd, bool create, struct err *e);

/* Is dirfd on a network file system, where SQLite's WAL does not work? */
bool layout_on_network(int dirfd);

#endif
