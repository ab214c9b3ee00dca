/* SPDX-License-Identifier: MIT */
/* rebuild: a catalogue from a copy of it and the blobs, or from the blobs alone. */
#include <stdio.h>
#include <stdlib.h>

#include "base/amount.h"
#include "base/cli.h"
#include "base/file.h"
#include "base/out.h"
#include "base/progress.h"
#include "cmd/lib-sweep/command.h"
#include "intake/rebuild/rebuild.h"
#include "store/backup/backup.h"
#include "store/sweep/adopt.h"

static void
passed_over(const char *name, const struct err *why)
{
	cli_note("backup/%s cannot be used: %s", name, why->msg);
}

static void
left(const char *blob, const struct err *why)
{
	struct err told = *why;

	err_context(&told, "%s is left as it is", blob);
	told.code = ERR_ATTENTION;
	cli_failed(&told);
}

static void
print_json(const struct backup_base *base, const struct rebuild *r, int64_t unnamed, struct buf *b)
{
	json_open(b, "report");
	json_text(b, "task", "rebuild");
	json_text(b, "from", base->present ? "catalogue" : base->copy[0] != '\0' ? "copy" : "blobs");
	if (base->copy[0] != '\0')
		json_text(b, "copy", base->copy);
	if (base->r.before[0] != '\0')
		json_text(b, "before", base->r.before);
	json_int(b, "adopted", r->result.tracks);
	json_int(b, "attached", r->result.attached);
	json_int(b, "damaged", r->damaged);
	json_int(b, "unreadable", r->unreadable);
	json_int(b, "missing", base->r.missing);
	json_int(b, "unnamed", unnamed);
	if (cli_dry_run())
		json_bool(b, "dry_run", true);
	json_close(b);
}

static void
print_text(const struct backup_base *base, const struct rebuild *r, int64_t unnamed, struct buf *b)
{
	buf_printf(b, "rebuild:%s from ", cli_dry_run() ? " would be:" : "");
	if (base->present)
		buf_puts(b, "the catalogue that is there");
	else if (base->copy[0] != '\0')
		buf_printf(b, "the copy %s", base->copy);
	else
		buf_puts(b, "the blobs alone");
	if (!cli_dry_run())
		buf_printf(
		    b, ", %lld track%s taken in", (long long)r->result.tracks, amount_s(r->result.tracks));
	if (r->result.attached > 0)
		buf_printf(
		    b, ", %lld file%s attached", (long long)r->result.attached, amount_s(r->result.attached));
	if (base->r.missing > 0)
		buf_printf(b, ", %lld blob%s missing", (long long)base->r.missing, amount_s(base->r.missing));
	if (unnamed > 0)
		buf_printf(b, ", %lld blob%s unnamed", (long long)unnamed, amount_s(unnamed));
}

/* What is not as it was, and what may help. */
static void
want_attention(const struct backup_base *base, const struct rebuild *r, struct err *e)
{
	const struct {
		int64_t n;
		const char *what;
	} kinds[] = { { r->damaged, "damaged" }, { r->unreadable, "not readable" },
		{ base->r.missing, "missing" } };
	struct buf b = { 0 };

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (kinds[i].n > 0)
			buf_printf(&b, "%s%lld blob%s %s", b.len > 0 ? ", " : "", (long long)kinds[i].n,
			    amount_s(kinds[i].n), kinds[i].what);
	if (b.len > 0 && base->r.missing > 0)
		buf_puts(&b, ": lib-sweep repair looks for them where they came from, and below --from");
	if (b.len > 0 && buf_ok(&b, e) == ERR_NONE)
		err_set(e, ERR_ATTENTION, "rebuild: %s", b.data);
	buf_free(&b);
}

static void
tell(const struct backup_base *base, const struct rebuild *r, int64_t unnamed, struct err *e)
{
	struct buf b = { 0 };

	if (cli_json())
		print_json(base, r, unnamed, &b);
	else
		print_text(base, r, unnamed, &b);
	buf_putc(&b, cli_separator());
	if (cli_print(&b, e) != ERR_NONE || cli_dry_run())
		return;
	if (base->r.before[0] != '\0')
		cli_note("the catalogue as it was is in backup/%s", base->r.before);
	want_attention(base, r, e);
}

/* Take in what nothing names, then say what is still not named. */
static enum err_code
adopt(struct db *db, struct rebuild *r, int64_t *unnamed, struct err *e)
{
	struct unnamed *list = NULL;
	size_t n = 0;

	if (sweep_lock(db, e) != ERR_NONE || adopt_from_trash(db, e) != ERR_NONE ||
	    rebuild_adopt(r, e) != ERR_NONE || adopt_list(db, &cli_stop, &list, &n, e) != ERR_NONE)
		return e->code;
	free(list);
	*unnamed = (int64_t)n;
	return adopt_note(db, r->result.tracks, *unnamed, e);
}

void
sweep_rebuild(const char *file, bool alone, bool force, int jobs, struct err *e)
{
	struct progress progress = { .report = cli_progress_draw, .stop = &cli_stop };
	struct rebuild r = { .jobs = jobs, .dry_run = cli_dry_run(), .progress = &progress, .left = left };
	struct db_options o = { .wait_ms = cli_wait_ms() };
	struct backup_base base = { .copy = "" };
	struct backup_restored restored = { 0 };
	int64_t unnamed = 0;

	if (file != NULL &&
	    backup_restore(cli_library(), file, force, cli_dry_run(), &cli_stop, &restored, e) != ERR_NONE)
		return;
	if (backup_find_base(cli_library(), alone, force, cli_dry_run(), &cli_stop, passed_over, &base, e) !=
	    ERR_NONE)
		return;
	if (file != NULL) {
		base.present = false;
		base.r = restored;
		snprintf(base.copy, sizeof base.copy, "%s", path_base(file));
	}
	if (cli_dry_run()) {
		tell(&base, &r, 0, e);
		return;
	}
	if (db_open(&r.db, cli_library(), DB_WRITE, &o, NULL, e) == ERR_NONE &&
	    adopt(r.db, &r, &unnamed, e) == ERR_NONE)
		tell(&base, &r, unnamed, e);
	db_close(r.db);
}
