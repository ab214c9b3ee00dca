/* SPDX-License-Identifier: MIT */
/* The event log: what happened, and what happens. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/cli.h"
#include "cmd/lib-search/command.h"
#include "store/events.h"

enum { BATCH = 256, POLL_MS = 200 };

/* Where to begin: behind --after, which may be older than the log. */
static enum err_code
begin(long long latest, int64_t *after, struct err *e)
{
	bool missed = false;

	if (command.after < 0)
		return events_start(command.db, latest, after, e);
	*after = command.after;
	if (events_missed(command.db, *after, &missed, e) == ERR_NONE && missed)
		cli_note("the log does not go back to e%lld: some of what followed is forgotten",
		    (long long)command.after);
	return e->code;
}

/* At most `most` events (-1: all) behind *after; how many there were. */
static long long
print(int64_t *after, long long most, struct events_form *form, struct err *e)
{
	long long printed = 0;
	size_t n = 1;

	while (e->code == ERR_NONE && n > 0 && printed != most && !ferror(stdout)) {
		struct buf out = { 0 };

		n = most >= 0 && most - printed < BATCH ? (size_t)(most - printed) : BATCH;
		if (events_print(command.db, after, &n, form, &out, e) == ERR_NONE && n > 0)
			(void)cli_print(&out, e);
		buf_free(&out);
		printed += (long long)n;
	}
	return printed;
}

void
events_list(struct err *e)
{
	struct events_form form = { .json = cli_json(),
		.color = command.listing.color,
		.end = cli_separator(),
		.columns = cli_null() ? 0 : command.listing.columns };
	int64_t after = 0;

	if (begin(command.limit, &after, e) == ERR_NONE && print(&after, command.limit, &form, e) == 0 &&
	    e->code == ERR_NONE && command.limit != 0)
		err_set(e, ERR_NOMATCH, "%s", cli_quiet() ? "" : "no event");
}

/* Wait; has the reader gone meanwhile?  Only a look at the pipe tells, as long as there is nothing to write.
 */
static bool
reader_gone(void)
{
	struct pollfd p = { .fd = STDOUT_FILENO, .events = 0 };

	return poll(&p, 1, POLL_MS) > 0 && (p.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
}

/* JSON lines in any case: for programs that go on where they stopped. */
void
events_follow(struct err *e)
{
	struct events_form form = { .json = true, .end = cli_separator() };
	int64_t after = 0, version = 0;
	bool changed;

	cli_catch_signals();
	if (begin(0, &after, e) != ERR_NONE)
		return;
	while (!cli_interrupted() && events_changed(command.db, &version, &changed, e) == ERR_NONE) {
		if (changed && print(&after, -1, &form, e) > 0)
			fflush(stdout);
		if (e->code != ERR_NONE || ferror(stdout))
			return;
		if (reader_gone())
			raise(SIGPIPE);
	}
}
