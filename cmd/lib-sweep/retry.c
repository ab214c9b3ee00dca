/* SPDX-License-Identifier: MIT */
/* retry: lib-import does it, which knows how to read music; this program does not. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cli.h"
#include "base/err.h"
#include "base/program.h"
#include "cmd/lib-sweep/command.h"

enum { NOTHING = 1, PARTIAL = 3, LATER = 75 };

enum sweep_retried
sweep_try_again(int64_t session, struct err *e)
{
	char id[24], *file = program_sibling("lib-import", e), *library = (char *)(uintptr_t)cli_library();
	char *const argv[] = { file, "--quiet", "--library", library, "--retry", id, "--due", NULL };
	struct program p = { .argv = argv, .ours = true, .in = -1, .out = -1 };
	int status = 0;
	pid_t pid;

	snprintf(id, sizeof id, "s%" PRId64, session);
	if (file == NULL)
		return RETRY_BROKEN;
	if (program_start(&p, &pid, e) == ERR_NONE)
		program_wait(pid, &cli_stop, &status, e);
	free(file);
	if (e->code != ERR_NONE)
		return RETRY_BROKEN;
	if (status == NOTHING || status == LATER)
		return RETRY_RESTS;
	if (status == 0 || status == PARTIAL)
		return RETRY_DONE;
	err_set(e, ERR_IO, "lib-import --retry %s ended with status %d", id, status);
	return RETRY_BROKEN;
}
