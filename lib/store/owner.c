/* SPDX-License-Identifier: MIT */
#include "store/owner.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "store/sql.h"
#include "store/track.h"

int64_t
owner_limit(const struct db *db)
{
	int64_t me = (int64_t)getuid();

	return !db->shared || me == 0 || me == db->owner ? -1 : me;
}

enum err_code
owner_check(const struct db *db, int64_t user, const char *what, struct err *e)
{
	int64_t limit = owner_limit(db);
	char name[OWNER_TEXT], owner[OWNER_TEXT];

	if (limit < 0 || user == limit)
		return ERR_NONE;
	owner_name(user, name);
	owner_name(db->owner, owner);
	if (user == db->owner)
		return err_set(
		    e, ERR_DENIED, "%s belongs to %s, and only %s may change it", what, name, name);
	return err_set(e, ERR_DENIED, "%s belongs to %s: only %s and the library's owner, %s, may change it",
	    what, name, name, owner);
}

enum err_code
owner_check_library(const struct db *db, const char *what, struct err *e)
{
	char name[OWNER_TEXT];

	if (owner_limit(db) < 0)
		return ERR_NONE;
	return err_set(e, ERR_DENIED, "only the owner of the shared library in %s, %s, may %s", db->path,
	    owner_name(db->owner, name), what);
}

enum err_code
owner_check_open(const struct db *db, struct err *e)
{
	char name[OWNER_TEXT];

	if (db->shared || db->owner == (int64_t)geteuid())
		return ERR_NONE;
	return err_set(e, ERR_DENIED,
	    "the library in %s belongs to %s and is not shared: only its owner writes to it", db->path,
	    owner_name(db->owner, name));
}

enum err_code
owner_check_session(struct db *db, int64_t session, struct err *e)
{
	sqlite3_stmt *st;
	int64_t user = -1;
	char what[40];

	if (owner_limit(db) < 0)
		return ERR_NONE;
	st = sql_get(db, "SELECT owner FROM session WHERE id = ?1", e);
	if (st == NULL)
		return e->code;
	sql_int(st, 1, session);
	if (sql_step(db, st, e) == 1)
		user = sqlite3_column_int64(st, 0);
	sql_done(st);
	if (e->code != ERR_NONE || user < 0)
		return e->code;
	snprintf(what, sizeof what, "session s%" PRId64, session);
	return owner_check(db, user, what, e);
}
