/* SPDX-License-Identifier: MIT */
/* How a library is: health for people and programs, metrics for Prometheus. */
#include "store/sweep/health.h"

#include <string.h>
#include <sys/stat.h>

#include "base/cli.h"
#include "base/file.h"
#include "cmd/lib-sweep/command.h"

void
sweep_health(struct db *db, struct err *e)
{
	struct health h = { 0 };
	struct buf out = { 0 }, why = { 0 };
	enum health_verdict verdict;

	if (health_read(db, &cli_stop, &h, e) != ERR_NONE)
		return;
	if (cli_json())
		health_json(db, &h, &out);
	else
		health_text(db, &h, &out);
	if (cli_json())
		buf_putc(&out, cli_separator());
	(void)cli_print(&out, e);
	verdict = health_judge(&h, &why);
	if (verdict != HEALTH_OK && buf_ok(&why, e) == ERR_NONE)
		err_set(e, verdict == HEALTH_BROKEN ? ERR_LIBRARY : ERR_ATTENTION, "%s", why.data);
	buf_free(&why);
}

/* Where the library cannot be read the file says that it is broken, and so does the status. */
void
sweep_metrics(const char *file, struct err *e)
{
	struct health h = { 0 };
	struct buf out = { 0 };
	struct err failed = { 0 };
	struct db *db = NULL;
	bool read = db_open(&db, cli_library(), DB_READ, NULL, NULL, e) == ERR_NONE &&
	    health_read(db, &cli_stop, &h, e) == ERR_NONE;

	if (!read && e->code != ERR_LIBRARY)
		goto out;
	health_metrics(db != NULL ? db_path(db) : cli_library(), read ? &h : NULL, &out);
	if (buf_ok(&out, &failed) == ERR_NONE && strcmp(file, "-") == 0)
		cli_print(&out, &failed);
	else if (failed.code == ERR_NONE && !cli_dry_run()) {
		(void)umask(S_IWGRP | S_IWOTH); /* the collector is another user */
		file_output(file, out.data, out.len, 0644, &failed);
	}
	if (failed.code != ERR_NONE)
		*e = failed;
out:
	buf_free(&out);
	db_close(db);
}
