/* SPDX-License-Identifier: MIT */
/* The files of a playlist in a tree of folders, for players and phones. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cli.h"
#include "base/out.h"
#include "base/progress.h"
#include "cmd/lib-playlist/command.h"
#include "intake/encode/ffmpeg.h"
#include "intake/playlist_file.h"
#include "intake/tree/disk.h"
#include "intake/tree/tree.h"

static long long failed;

static void
tell_failed(const struct err *e)
{
	failed++;
	cli_failed(e);
}

static void
report(const struct tree *t, struct err *e)
{
	struct buf out = { 0 };

	if (!cli_json()) {
		char encoded[48] = "";

		if (t->coding != NULL)
			snprintf(encoded, sizeof encoded, " (%lld converted)", (long long)t->encoded);
		cli_note("%s: %s%lld made%s, %lld as they were, %lld removed, %lld missing, %lld failed",
		    t->dir, t->dry_run ? "would be: " : "", (long long)t->made, encoded, (long long)t->kept,
		    (long long)t->removed, (long long)t->missing, failed);
		return;
	}
	json_open(&out, "report");
	json_text(&out, "command", "export");
	json_bytes(&out, "dir", t->dir, strlen(t->dir));
	json_int(&out, "made", t->made);
	if (t->coding != NULL)
		json_int(&out, "converted", t->encoded);
	json_int(&out, "unchanged", t->kept);
	json_int(&out, "removed", t->removed);
	json_int(&out, "missing", t->missing);
	json_int(&out, "failed", failed);
	json_int(&out, "bytes", t->bytes);
	if (t->dry_run)
		json_bool(&out, "dry_run", true);
	json_close(&out);
	buf_putc(&out, cli_separator());
	(void)cli_print(&out, e);
}

/* What --convert says, and who does it. */
static enum err_code
read_convert(struct tree *t, struct coding *coding, struct texts *ffmpeg, struct err *e)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (command.convert == NULL)
		return ERR_NONE;
	if (coding_parse(coding, command.convert, e) != ERR_NONE)
		cli_usage("--convert: %s", e->msg);
	t->coding = coding;
	t->ffmpeg = ffmpeg;
	t->jobs = command.jobs > 0 ? command.jobs : cores < 1 ? 1 : cores > 64 ? 64 : (int)cores;
	return ffmpeg_begin(ffmpeg, e);
}

void
tree_export(const char *name, struct err *e)
{
	struct tree t = { .dir = command.copy != NULL ? command.copy : command.link,
		.layout = command.layout,
		.link = command.link != NULL,
		.dry_run = cli_dry_run(),
		.stop = &cli_stop,
		.progress = { .report = cli_progress_draw },
		.failed = tell_failed };
	struct playlist p = { 0 };
	struct playlist_entry *v = NULL;
	struct texts ffmpeg = { 0 };
	struct coding coding;
	int64_t id = 0;
	size_t n = 0;

	cli_catch_signals();
	t.vfat = command.fs != NULL ? strcmp(command.fs, "vfat") == 0 : tree_disk_is_vfat(t.dir);
	if (read_convert(&t, &coding, &ffmpeg, e) == ERR_NONE &&
	    (name == NULL || playlist_find(command.db, name, &id, e) == ERR_NONE) &&
	    playlist_whole(command.db, id, &p, &v, &n, e) == ERR_NONE &&
	    tree_write(command.db, &t, p.name, v, n, e) == ERR_NONE)
		report(&t, e);
	texts_free(&ffmpeg);
	playlist_entries_free(v, n);
	playlist_free(&p);
}
