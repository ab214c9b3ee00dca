/* SPDX-License-Identifier: MIT */
#include "cmd/lib-import/commit.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/cli.h"
#include "store/commit/commit.h"
#include "store/commit/report.h"

static void
stays(const char *path, const char *state, const char *reason)
{
	cli_note("%s stays where it is: %s", path, report_why_stays(state, reason));
}

enum err_code
commit_staged(struct db *db, int64_t session, const struct progress *progress, struct err *e)
{
	struct commit_options how = { .progress = progress, .failed = cli_failed, .stays = stays };
	struct commit_result result;
	struct buf line = { 0 };

	fflush(stdout); /* cli_finish() tells of what fails */
	if (conflict_setting(db, &how.policy, e) != ERR_NONE ||
	    commit_session(db, session, &how, &result, e) != ERR_NONE) {
		if (e->code == ERR_INTERRUPTED)
			err_set(e, ERR_INTERRUPTED, "stopped; to go on: lib-commit s%" PRId64, session);
		return e->code;
	}
	report_commit(session, &result, false, cli_json(), &line);
	if (cli_json()) {
		buf_putc(&line, '\n');
		return cli_print(&line, e);
	}
	if (!line.failed)
		cli_note("%s", line.data);
	buf_free(&line);
	return ERR_NONE;
}
