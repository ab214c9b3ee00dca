/* SPDX-License-Identifier: MIT */
/*
 * owner.h - who may change what in a library
 *
 * A library belongs to the owner of its folder, and nobody else writes to it, unless it is shared:
 * a folder of mode 2770 is a group's.  There everybody reads everything and adds sessions, tracks, playlists
 * and saved searches of their own; those of others are changed by the library's owner (and root) alone.
 * This keeps people from each other's things by mistake: who may write to the folder can do as he likes with
 * other programs.
 *
 * Private to lib/store.
 */
#ifndef STORE_OWNER_H
#define STORE_OWNER_H

#include <stdint.h>

#include "base/err.h"
#include "store/db.h"

/* The user whose things alone this process may change, -1 where it may change everybody's. */
int64_t owner_limit(const struct db *db);

/* ERR_DENIED "what belongs to anna: ..." where this user's things are not to be changed. */
enum err_code owner_check(const struct db *db, int64_t user, const char *what, struct err *e);

/* ERR_DENIED "only the library's owner, anna, may what". */
enum err_code owner_check_library(const struct db *db, const char *what, struct err *e);

/* May this process write to the library at all?  ERR_DENIED. */
enum err_code owner_check_open(const struct db *db, struct err *e);

/* Of a session; one that does not exist is nobody's. */
enum err_code owner_check_session(struct db *db, int64_t session, struct err *e);

#endif
