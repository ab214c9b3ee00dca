/* SPDX-License-Identifier: MIT */
/* Programs that are waited for: a signal that came before the waiting began is passed on all the same. */
#include <signal.h>

#include "base/program.h"
#include "base/time.h"
#include "unit.h"

static char *const sleeper[] = { "sleep", "30", NULL };
static char *const quick[] = { "true", NULL };

int
main(void)
{
	struct program p = { .argv = sleeper, .in = -1 };
	volatile int stop = SIGTERM; /* it has been there already */
	int64_t began = time_monotonic_ms();
	struct err e = { 0 };
	int status = -1;
	pid_t pid;

	CHECK(program_start(&p, &pid, &e) == ERR_NONE);
	CHECK(program_wait(pid, &stop, &status, &e) == ERR_NONE);
	CHECK(status == 128 + SIGTERM);
	CHECK(time_monotonic_ms() - began < 20000);

	p.argv = quick;
	CHECK(program_start(&p, &pid, &e) == ERR_NONE);
	CHECK(program_wait(pid, NULL, &status, &e) == ERR_NONE);
	CHECK(status == 0);
	return unit_end("program");
}
