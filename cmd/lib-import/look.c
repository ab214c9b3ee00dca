/* SPDX-License-Identifier: MIT */
#include "cmd/lib-import/look.h"

#include <string.h>

#include "base/cli.h"
#include "intake/preview.h"
#include "intake/say.h"
#include "intake/status.h"
#include "store/db.h"

void
look_summary(int64_t session, const struct import_counts *c)
{
	struct buf text = { 0 };

	if (!cli_verbose() && !cli_progress() && !cli_log())
		return;
	say_summary(session, c, &text);
	if (!text.failed)
		cli_note("%s", text.data);
	buf_free(&text);
}

void
look_notes(const char *path, bool damaged, const char *notes)
{
	const char *what = damaged ? "damaged: " : ""; /* the first note says how */

	for (size_t len; *notes != '\0' && (*what != '\0' || cli_verbose()); notes += len + 1, what = "") {
		len = strcspn(notes, "\n");
		cli_note("%s: %s%.*s", path, what, (int)len, notes);
	}
}

enum err_code
look_status(bool failed, struct err *e)
{
	const struct status_form form = { cli_json(), cli_columns() > 0, cli_separator(), cli_print };
	struct db *db = NULL;

	if (db_open(&db, cli_library(), DB_READ, NULL, NULL, e) == ERR_NONE)
		(void)(failed ? status_failed : status_print)(db, cli_operands(), &form, e);
	db_close(db);
	return e->code;
}

enum err_code
look_ahead(
    const struct import_options *options, struct progress *progress, char **roots, size_t n, struct err *e)
{
	struct preview p = { .options = options,
		.progress = progress,
		.json = cli_json(),
		.raw = cli_null(),
		.line = cli_print_line,
		.failed = cli_failed_at };
	struct err none = { 0 };

	(void)db_open(&p.db, cli_library(), DB_READ, NULL, NULL, &none); /* there need not be one */
	(void)import_preview(&p, roots, n, e);
	look_summary(0, &p.counts);
	db_close(p.db);
	return e->code;
}
