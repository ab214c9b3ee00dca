/* SPDX-License-Identifier: MIT */
/* Histories that were taken in: the list, and one taken out again. */
#include <inttypes.h>
#include <stdio.h>

#include "base/cli.h"
#include "base/out.h"
#include "cmd/lib-import/history.h"
#include "store/db.h"
#include "store/history/imports.h"

enum err_code
history_list(struct err *e)
{
	const struct imports_form form = { cli_json(), cli_columns() > 0, cli_separator() };
	struct buf out = { 0 };
	struct db *db = NULL;
	int64_t n = 0;

	if (db_open(&db, cli_library(), DB_READ, NULL, NULL, e) == ERR_NONE &&
	    imports_list(db, &form, &out, &n, e) == ERR_NONE && cli_print(&out, e) == ERR_NONE && n == 0)
		e->code = ERR_NOMATCH;
	buf_free(&out);
	db_close(db);
	return e->code;
}

static void
note_again(int64_t id, const char *name)
{
	cli_note("h%" PRId64
		 " told of plays that another import brought first: import %s again, some may be gone",
	    id, name);
}

static enum err_code
say(const char *id, int64_t plays, struct err *e)
{
	struct buf out = { 0 };

	if (cli_json()) {
		json_open(&out, "history");
		json_text(&out, "id", id);
		json_int(&out, "plays", plays);
		json_bool(&out, cli_dry_run() ? "dry_run" : "forgotten", true);
		json_close(&out);
	} else {
		buf_printf(&out, "%s: %" PRId64 " plays%s", id, plays, cli_dry_run() ? "" : " forgotten");
	}
	buf_putc(&out, cli_separator());
	return cli_print(&out, e);
}

/* One that cannot be forgotten is told of, and the others go on. */
enum err_code
history_forget(char **ids, struct err *e)
{
	const struct db_options how = { .wait_ms = cli_wait_ms() };
	struct db *db = NULL;
	int64_t id = 0;

	for (char **p = ids; *p != NULL; p++)
		if (import_parse(*p, &id, e) != ERR_NONE)
			return e->code;
	if (db_open(&db, cli_library(), cli_dry_run() ? DB_READ : DB_WRITE, &how, NULL, e) != ERR_NONE)
		return e->code;
	for (; *ids != NULL && e->code == ERR_NONE && !cli_interrupted(); ids++) {
		struct err wrong = { 0 };
		int64_t plays = 0;
		char name[24];

		if (import_parse(*ids, &id, &wrong) == ERR_NONE &&
		    import_forget(db, id, cli_dry_run(), &plays, note_again, &wrong) == ERR_NONE) {
			snprintf(name, sizeof name, "h%" PRId64, id);
			say(name, plays, e);
		} else if (wrong.code == ERR_NOTFOUND) {
			cli_failed(&wrong);
		} else {
			*e = wrong;
		}
	}
	db_close(db);
	return e->code;
}
