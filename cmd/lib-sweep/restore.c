/* SPDX-License-Identifier: MIT */
/* restore FILE: go back to a copy of the catalogue. */
#include "base/amount.h"
#include "base/cli.h"
#include "base/out.h"
#include "cmd/lib-sweep/command.h"
#include "store/backup/backup.h"

static void
print_json(const struct backup_restored *r, struct buf *b)
{
	json_open(b, "report");
	json_text(b, "task", "restore");
	json_int(b, "tracks", r->tracks);
	json_int(b, "missing", r->missing);
	if (r->before[0] != '\0')
		json_text(b, "before", r->before);
	if (cli_dry_run())
		json_bool(b, "dry_run", true);
	json_close(b);
}

void
sweep_restore(const char *file, bool force, struct err *e)
{
	struct backup_restored r = { 0 };
	struct buf b = { 0 };

	if (backup_restore(cli_library(), file, force, cli_dry_run(), &cli_stop, &r, e) != ERR_NONE)
		return;
	if (cli_json())
		print_json(&r, &b);
	else if (cli_dry_run())
		buf_printf(&b, "restore: would be: %lld track%s", (long long)r.tracks, amount_s(r.tracks));
	else
		buf_printf(&b, "restore: %lld track%s, %lld blob%s missing", (long long)r.tracks,
		    amount_s(r.tracks), (long long)r.missing, amount_s(r.missing));
	buf_putc(&b, cli_separator());
	if (cli_print(&b, e) != ERR_NONE || cli_dry_run())
		return;
	if (r.before[0] != '\0')
		cli_note("the catalogue as it was is in backup/%s", r.before);
	if (r.missing > 0)
		err_set(e, ERR_ATTENTION,
		    "restore: %lld blob%s missing: lib-search is:missing lists the tracks, lib-sweep repair "
		    "looks for copies",
		    (long long)r.missing, amount_s(r.missing));
}
