/* SPDX-License-Identifier: MIT */
/* Which session an import works on (import.h). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "intake/import.h"
#include "intake/retry.h"
#include "intake/walk/walk.h"
#include "store/session/items.h"
#include "store/session/session.h"

enum err_code
import_begin(struct db *db, char **roots, size_t nroots, const struct import_options *o, int64_t *session,
    bool *resumed, struct err *e)
{
	struct buf json = { 0 };
	int64_t id = 0;

	if (options_json(o, &json, e) != ERR_NONE)
		goto out;
	for (;;) {
		if (session_find(db, roots, nroots, json.data, &id, e) != ERR_NONE)
			goto out;
		*resumed = id != 0;
		if (id == 0)
			(void)session_create(db, roots, nroots, json.data, &id, e);
		else if (db_lock_session(db, id, e) == ERR_NONE)
			(void)session_move(db, id, "staging", "staging", e);
		if (id == 0 || e->code != ERR_STATE)
			break;
		/* whoever had it came to its end between our look and our lock */
		db_unlock_session(db, id);
		*e = (struct err){ 0 };
	}
	if (e->code == ERR_NONE)
		*session = id;
out:
	buf_free(&json);
	return e->code;
}

/* Why there is nothing to be done in a session of this state. */
static enum err_code
refuse(const struct import_run *run, const struct session *s, struct err *e)
{
	const char *why = "there is nothing to go on with";

	if (run->retry)
		why = strcmp(s->state, "committed") == 0
		    ? "its files that failed come in by a new import of the same paths"
		    : "its files cannot be tried again, import them anew";
	else if (strcmp(s->state, "staged") == 0)
		why = "it is whole, lib-commit takes it";
	return err_set(e, ERR_STATE, "session s%" PRId64 " is %s: %s", run->session, s->state, why);
}

static bool
is_open(const char *state, bool retry)
{
	if (strcmp(state, "staging") == 0)
		return true;
	return retry && (strcmp(state, "staged") == 0 || strcmp(state, "failed") == 0);
}

enum err_code
import_resume(
    const struct import_run *run, char ***roots, size_t *nroots, struct import_options *o, struct err *e)
{
	struct db *db = run->db;
	struct session s = { 0 };

	if (session_load(db, run->session, &s, e) != ERR_NONE)
		return e->code;
	if (!is_open(s.state, run->retry))
		refuse(run, &s, e);
	session_free(&s);
	if (e->code != ERR_NONE || db_lock_session(db, run->session, e) != ERR_NONE ||
	    options_load(o, db, run->session, e) != ERR_NONE)
		return e->code;
	if (run->retry) {
		if (retry_paths(db, run->session, run->due, roots, nroots, e) == ERR_NONE)
			roots_of_items(*roots, nroots);
		return e->code;
	}
	if (session_move(db, run->session, "staging", "staging", e) != ERR_NONE)
		return e->code;
	return session_roots(db, run->session, roots, nroots, e);
}
