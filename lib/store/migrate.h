/* SPDX-License-Identifier: MIT */
/*
 * migrate.h - the schema's versions
 *
 * lib/store/schema/NNN-name.sql are append-only and embedded at build time.  All that a
 * library lacks run in one transaction together with its user_version, after a copy of the
 * catalogue was put into backup/; killed at any point, it is of the old version or of the newest.
 * A library that is newer than the program is refused, so is a database that is not ours.
 */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "base/err.h"
#include "store/sql.h"

enum { FONOTECA_APPLICATION_ID = 0x466f6e6f }; /* "Fono" */

/* ERR_LIBRARY where the open database is not ours, newer than we are, or older and open for reading;
 * ERR_NOTFOUND where it is empty. */
enum err_code migrate_check(struct db *db, struct err *e);

/* ERR_LIBRARY where it holds a trigger or a view that no step makes, word for word: these are code, which
 * runs when others read and write.  Part of migrate_check(). */
enum err_code migrate_check_code(struct db *db, struct err *e);

/* Bring it to the newest version, and its keys and index to the present folding (refold.h); an empty database
 * becomes a library.  */
enum err_code migrate_up(struct db *db, struct err *e);

#endif
