/* SPDX-License-Identifier: MIT */
/* What became of the rows of a history, in words and in JSON. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cli.h"
#include "base/out.h"
#include "base/time.h"
#include "cmd/lib-import/heard.h"

static void
json_counts(const struct run *r, const char *name, const char *type, const struct tally *t, struct buf *out)
{
	const struct plays_counts *n = &t->plays;
	char id[24];

	json_open(out, type != NULL ? "report" : "summary");
	if (type != NULL) {
		json_bytes(out, "file", name, strlen(name));
		json_text(out, "format", type);
	}
	json_int(out, "added", n->added);
	json_int(out, "known", n->known);
	json_int(out, "uncounted", n->uncounted);
	json_int(out, "near_duplicates", n->near);
	json_int(out, "matched", n->matched);
	json_int(out, "skipped", t->skipped);
	json_int(out, "broken", t->broken);
	if (type != NULL && r->import.id != 0) {
		snprintf(id, sizeof id, "h%" PRId64, r->import.id);
		json_text(out, "import", id);
	}
	if (type != NULL && r->import.same)
		json_bool(out, "same", true);
	if (cli_dry_run())
		json_bool(out, "dry_run", true);
	json_close(out);
}

static void
print_counts(const struct run *r, const char *name, const char *type, const struct tally *t, struct buf *out)
{
	const struct plays_counts *n = &t->plays;
	char at[TIME_TEXT];

	out_printable(out, name, strlen(name));
	buf_printf(out, ": %s: ", type);
	buf_printf(out, "%" PRId64 " %s", n->added, cli_dry_run() ? "plays" : "new");
	if (n->matched > 0)
		buf_printf(out, ", %" PRId64 " of them found in the library", n->matched);
	if (n->uncounted > 0)
		buf_printf(out, ", %" PRId64 " do not count", n->uncounted);
	if (n->near > 0)
		buf_printf(out, ", %" PRId64 " told by another source too", n->near);
	if (n->known > 0)
		buf_printf(out, "; %" PRId64 " known", n->known);
	if (t->skipped > 0)
		buf_printf(out, "; %" PRId64 " skipped", t->skipped);
	if (t->broken > 0)
		buf_printf(out, "; %" PRId64 " broken", t->broken);
	if (r->import.same)
		buf_printf(out, ": this file is h%" PRId64 ", of %.10s", r->import.id,
		    time_format(r->import.at, at));
}

void
say_counts(const struct run *r, const char *name, const char *type, const struct tally *t, struct err *e)
{
	struct buf out = { 0 };

	if (cli_json())
		json_counts(r, name, type, t, &out);
	else
		print_counts(r, name, type, t, &out);
	buf_putc(&out, cli_separator());
	(void)cli_print(&out, e);
}

void
add_up(struct tally *all, const struct tally *t)
{
	all->plays.added += t->plays.added;
	all->plays.known += t->plays.known;
	all->plays.near += t->plays.near;
	all->plays.uncounted += t->plays.uncounted;
	all->plays.matched += t->plays.matched;
	all->skipped += t->skipped;
	all->broken += t->broken;
}
