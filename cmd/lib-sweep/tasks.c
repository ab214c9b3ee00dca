/* SPDX-License-Identifier: MIT */
/* Running the tasks of a library's upkeep, and telling what they did. */
#include <stdio.h>
#include <string.h>

#include "base/amount.h"
#include "base/cli.h"
#include "base/out.h"
#include "base/progress.h"
#include "cmd/lib-sweep/command.h"

static long long foreign;

static void
print(struct buf *line)
{
	struct err e = { 0 };

	buf_putc(line, cli_separator());
	if (cli_print(line, &e) != ERR_NONE)
		cli_failed(&e);
}

void
sweep_tell(const char *task, const char *action, const char *thing, int64_t bytes)
{
	struct buf b = { 0 };
	char size[AMOUNT_TEXT];

	foreign += strcmp(action, "foreign") == 0;
	if (!cli_dry_run() && !cli_verbose() &&
	    (strcmp(task, "repair") != 0 || strcmp(action, "foreign") == 0))
		return; /* whoever repairs wants to know what was broken */
	if (cli_json()) {
		json_open(&b, "action");
		json_text(&b, "task", task);
		json_text(&b, "action", action);
		json_bytes(&b, "thing", thing, strlen(thing));
		if (bytes >= 0)
			json_int(&b, "bytes", bytes);
		if (cli_dry_run())
			json_bool(&b, "dry_run", true);
		json_close(&b);
		print(&b);
		return;
	}
	out_printable(&b, thing, strlen(thing));
	if (bytes >= 0)
		buf_printf(&b, " (%s)", amount_bytes(bytes, size));
	if (b.failed || !cli_dry_run()) {
		cli_note("%s: %s %s", task, action, b.failed ? thing : b.data);
		buf_free(&b);
		return;
	}
	printf("%s: %s%s ", task, strcmp(action, "foreign") != 0 ? "would " : "", action);
	print(&b);
}

/* Is there nothing to say of a task that failed but why? */
static bool
says_nothing(const struct sweep_report *r, const struct err *e)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->counts[i].n != 0)
			return false;
	return e->code != ERR_NONE;
}

void
sweep_one(struct db *db, enum sweep_task task, const struct sweep *s, struct err *e)
{
	struct sweep_report r;
	struct buf b = { 0 };

	foreign = 0;
	cli_progress_draw(NULL, sweep_name(task), 0, 0, 0);
	sweep_run(db, task, s, &r, e);
	if (cli_json()) {
		sweep_json(&r, &b);
		print(&b);
	} else if (says_nothing(&r, e)) {
		; /* "nothing to do" would be wrong */
	} else if ((r.changed && !cli_quiet()) || s->dry_run || cli_verbose() ||
	    (task == SWEEP_VERIFY && cli_columns() > 0)) {
		sweep_text(&r, &b);
		print(&b);
	}
	if (foreign > 0 && !cli_verbose())
		cli_note("%s: %lld foreign, left alone; --verbose names them", sweep_name(task), foreign);
}
