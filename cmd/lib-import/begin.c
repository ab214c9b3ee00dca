/* SPDX-License-Identifier: MIT */
#include "cmd/lib-import/begin.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cli.h"
#include "base/words.h"
#include "intake/walk/walk.h"
#include "store/db.h"

enum err_code
begin_roots(const struct import_options *o, const char *from, char ***roots, size_t *n, struct err *e)
{
	char **words = NULL, *library = realpath(cli_library(), NULL);
	bool blobs = o->mode == COPY_BYTES || o->mode == COPY_REFLINK;
	size_t nwords = 0;

	if (from == NULL)
		(void)roots_resolve(
		    cli_operands(), (size_t)cli_noperands(), library, blobs, cli_failed, roots, n, e);
	else if (words_file(from, &words, &nwords, e) == ERR_NONE && nwords == 0)
		err_set(e, ERR_NOMATCH, "no path comes from %s: nothing to import",
		    strcmp(from, "-") == 0 ? "standard input" : from);
	else if (e->code == ERR_NONE)
		(void)roots_resolve(words, nwords, library, blobs, cli_failed, roots, n, e);
	words_free(words, nwords);
	free(library);
	return e->code;
}

enum err_code
begin_session(struct import_run *r, bool named, const char *group, struct import_options *options,
    char ***roots, size_t *n, struct err *e)
{
	struct db_options o = {
		.wait_ms = cli_wait_ms(), .make_parents = cli_library_is_default(), .group = group
	};
	bool created = false, resumed = false;

	if (db_open(&r->db, cli_library(), named ? DB_WRITE : DB_CREATE, &o, &created, e) != ERR_NONE)
		return e->code;
	if (created)
		cli_note("made a new library in %s", db_path(r->db));
	if (named)
		return import_resume(r, roots, n, options, e);
	if (import_begin(r->db, *roots, *n, options, &r->session, &resumed, e) == ERR_NONE && resumed)
		cli_note("going on with session s%" PRId64 ", which was not finished", r->session);
	return e->code;
}
