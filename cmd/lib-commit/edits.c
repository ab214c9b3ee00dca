/* SPDX-License-Identifier: MIT */
/* What is in the library, changed by hand: amended, removed, restored; and edits undone. */
#include <inttypes.h>
#include <stdbool.h>

#include "base/cli.h"
#include "base/progress.h"
#include "cmd/lib-commit/command.h"
#include "store/edit/edit.h"
#include "store/edit/write.h"

typedef enum err_code edit(struct db *db, const struct operands *o, const struct edit_options *how,
    struct edit_result *r, struct err *e);

static struct edit_options
options(void)
{
	return (struct edit_options){ .dry_run = cli_dry_run(),
		.json = cli_json(),
		.ids = command.ids,
		.line = cli_print_line,
		.progress = &command.progress };
}

/* What there is to say beside the tracks. */
static enum err_code
report(const char *name, const struct edit_result *r, struct err *e)
{
	struct buf line = { 0 };

	if (cli_json() && !command.ids) {
		edit_report_json(name, r, cli_dry_run(), &line);
		return command_print(&line, e);
	}
	if (r->changed == 0 && r->undone == 0)
		cli_note("nothing to change");
	else if (r->undone != 0)
		cli_note(
		    cli_dry_run() ? "e%" PRId64 " can be undone" : "e%" PRId64 " was undone by e%" PRId64,
		    r->undone, r->event);
	else if (cli_verbose() && r->event != 0)
		cli_note("e%" PRId64 ": %" PRId64 " changed, %" PRId64 " as they were", r->event, r->changed,
		    r->unchanged);
	return ERR_NONE;
}

static void
edit_tracks(edit *fn, const char *name, bool assigns, struct err *e)
{
	struct edit_options how = options();
	struct operands o = { 0 };
	struct edit_result r;
	struct db *db;

	if (cli_noperands() == 0)
		cli_usage("--%s wants the ids of tracks; - reads them from standard input", name);
	if (operands_read(&o, cli_operands(), assigns, e) != ERR_NONE)
		return;
	if (assigns && o.nassigns == 0)
		err_set(e, ERR_USAGE, "--amend wants at least one FIELD=VALUE");
	else if (o.ntracks == 0)
		err_set(e, ERR_NOMATCH, "no track was named: nothing to do");
	else if ((db = command_library(e)) != NULL && fn(db, &o, &how, &r, e) == ERR_NONE)
		report(name, &r, e);
	operands_free(&o);
}

void
edits_amend(struct err *e)
{
	edit_tracks(edit_amend, "amend", true, e);
}

void
edits_remove(struct err *e)
{
	edit_tracks(edit_remove, "remove", false, e);
}

void
edits_restore(struct err *e)
{
	edit_tracks(edit_restore, "restore", false, e);
}

void
edits_attach(struct err *e)
{
	edit_tracks(edit_attach, "attach", false, e);
}

static void
note(void *unused, const char *text)
{
	(void)unused;
	cli_note("%s", text);
}

/* One track after the other, each an edit of its own.  False: stop. */
static bool
write_tags(
    struct writing *w, int64_t track, const struct edit_options *how, struct edit_result *all, struct err *e)
{
	struct edit_result r;
	struct err own = { 0 };

	if (edit_write_tags(w, track, how, &r, &own) == ERR_NONE) {
		if (r.unchanged != 0 && cli_verbose())
			cli_note("track %" PRId64 ": its file says so already", track);
		all->changed += r.changed;
		all->unchanged += r.unchanged;
		all->event = all->changed == 1 ? r.event + all->event : 0;
		return true;
	}
	if (own.code == ERR_INTERRUPTED) {
		err_set(e, ERR_INTERRUPTED, "stopped; the same command goes on");
		return false;
	}
	if (own.code == ERR_BUSY || own.code == ERR_SPACE) {
		*e = own;
		return false;
	}
	cli_failed(&own);
	return true;
}

void
edits_write_tags(struct err *e)
{
	struct edit_options how = options();
	struct edit_result all = { 0 };
	struct writing *w = NULL;
	struct operands o = { 0 };
	struct db *db;

	how.note = note;
	how.gain = command.gain;
	if (cli_noperands() == 0)
		cli_usage("--write-tags wants the ids of tracks; - reads them from standard input");
	if (operands_read(&o, cli_operands(), false, e) != ERR_NONE)
		return;
	if (o.ntracks == 0)
		err_set(e, ERR_NOMATCH, "no track was named: nothing to do");
	else if ((db = command_library(e)) != NULL && writing_start(&w, db, e) == ERR_NONE) {
		for (size_t i = 0; i < o.ntracks && write_tags(w, o.tracks[i], &how, &all, e); i++)
			cli_progress_draw(NULL, "writing tags", (int64_t)i + 1, (int64_t)o.ntracks, 0);
		if (e->code == ERR_NONE && all.changed + all.unchanged == 0)
			e->code = ERR_STATE; /* each was told already */
		else if (e->code == ERR_NONE)
			report("write-tags", &all, e);
	}
	writing_end(w);
	operands_free(&o);
}

/* One operand after the other, each an edit of its own; the error of one does not stop the others. */
void
edits_detach(struct err *e)
{
	struct edit_options how = options();
	struct db *db;
	int done = 0;

	if (cli_noperands() == 0)
		cli_usage("--detach wants the files, by their SHA-256; --files TRACK shows it");
	db = command_library(e);
	for (char **name = cli_operands(); db != NULL && *name != NULL && !cli_interrupted(); name++) {
		struct edit_result r;
		struct err own = { 0 };

		if (edit_detach(db, *name, &how, &r, &own) == ERR_NONE &&
		    report("detach", &r, &own) == ERR_NONE)
			done++;
		else
			cli_failed(&own);
		if (done == 0 && name[1] == NULL)
			e->code = own.code; /* it was told already */
	}
}

void
edits_files(struct err *e)
{
	struct edit_options how = options();
	struct operands o = { 0 };
	struct db *db;
	size_t done = 0;

	if (cli_noperands() == 0)
		cli_usage("--files wants the ids of tracks; - reads them from standard input");
	if (operands_read(&o, cli_operands(), false, e) != ERR_NONE || (db = command_library(e)) == NULL)
		goto out;
	for (size_t i = 0; i < o.ntracks; i++) {
		struct err own = { 0 };

		if (edit_files(db, o.tracks[i], &how, &own) == ERR_NONE)
			done++;
		else
			cli_failed(&own);
		if (done == 0 && i + 1 == o.ntracks)
			e->code = own.code;
	}
out:
	operands_free(&o);
}

void
edits_undo(struct err *e)
{
	struct edit_options how = options();
	struct edit_result r;
	struct db *db;
	int64_t event = 0;

	if (cli_noperands() > 1)
		cli_usage("--undo takes one event");
	if (cli_noperands() == 1 && edit_parse_event(cli_operands()[0], &event, e) != ERR_NONE)
		return;
	db = command_library(e);
	if (db != NULL && edit_undo(db, event, &how, &r, e) == ERR_NONE)
		report("undo", &r, e);
}
