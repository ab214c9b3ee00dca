/* SPDX-License-Identifier: MIT */
/* One continuous file of a playlist. */
#include <stdlib.h>
#include <string.h>

#include "base/amount.h"
#include "base/cli.h"
#include "base/out.h"
#include "base/progress.h"
#include "cmd/lib-playlist/command.h"
#include "intake/encode/ffmpeg.h"
#include "intake/playlist_file.h"
#include "intake/render/render.h"
#include "text/parse.h"

enum { FADE_MOST_MS = 30000 };

/* "5", "2.5" or "2.5s" */
static int64_t
read_fade(const char *text)
{
	struct span v;

	if (text == NULL)
		return 0;
	if (!parse_duration(text, strlen(text), 1000, &v) || v.exact < 0 || v.exact > FADE_MOST_MS)
		cli_usage("--crossfade: '%s' is no time of at most %d seconds", text, FADE_MOST_MS / 1000);
	return (int64_t)v.exact;
}

static enum render_gain
read_gain(const char *text)
{
	if (text == NULL)
		return GAIN_NONE;
	if (*text != '\0' && strcmp(text, "track") != 0 && strcmp(text, "album") != 0)
		cli_usage("--gain takes track or album, not '%s'", text);
	return strcmp(text, "album") == 0 ? GAIN_ALBUM : GAIN_TRACK;
}

/* Format and quality are those of --convert, else of the name. */
static void
read_coding(struct coding *c, const char *file)
{
	struct err e = { 0 };

	if (command.convert != NULL && coding_parse(c, command.convert, &e) != ERR_NONE)
		cli_usage("--convert: %s", e.msg);
	if (command.convert == NULL && coding_of_file(c, file, &e) != ERR_NONE)
		cli_usage("%s: %s", file, e.msg);
}

static void
report(const struct render *r, struct err *e)
{
	struct buf out = { 0 };
	int64_t ms = r->rate > 0 ? r->frames * 1000 / r->rate : 0;

	if (r->without_gain > 0)
		cli_note("the loudness of %lld tracks is not known, so they are as they are: run lib-analyze "
			 "--only loudness",
		    (long long)r->without_gain);
	if (!cli_json()) {
		cli_note("%s: %s%lld tracks, %lld missing, %d Hz, %d channel%s", r->file,
		    r->dry_run ? "would be: " : "", (long long)r->tracks, (long long)r->missing, r->rate,
		    r->channels, amount_s(r->channels));
		return;
	}
	json_open(&out, "report");
	json_text(&out, "command", "render");
	json_bytes(&out, "file", r->file, strlen(r->file));
	json_bytes(&out, "sheet", r->sheet, strlen(r->sheet));
	json_int(&out, "tracks", r->tracks);
	json_int(&out, "missing", r->missing);
	json_int(&out, "broken", r->broken);
	if (r->gain != GAIN_NONE)
		json_int(&out, "without_gain", r->without_gain);
	if (!r->dry_run) {
		json_int(&out, "frames", r->frames);
		json_int(&out, "duration_ms", ms);
	}
	json_int(&out, "samplerate", r->rate);
	json_int(&out, "channels", r->channels);
	if (r->dry_run)
		json_bool(&out, "dry_run", true);
	json_close(&out);
	buf_putc(&out, cli_separator());
	(void)cli_print(&out, e);
}

void
render_playlist(char **words, struct err *e)
{
	bool named = command.query == NULL && !command.all;
	struct render r = { .fade_ms = read_fade(command.crossfade),
		.gain = read_gain(command.gain),
		.force = command.force,
		.dry_run = cli_dry_run(),
		.progress = { .report = cli_progress_draw },
		.stop = &cli_stop,
		.failed = cli_failed };
	struct texts ffmpeg = { 0 };
	struct playlist p = { 0 };
	struct playlist_entry *v = NULL;
	struct coding coding;
	int64_t id = 0;
	size_t n = 0;

	if (command.query != NULL && command.all)
		cli_usage("--query and --all do not go together");
	if (words[0] == NULL || (named ? words[1] == NULL || words[2] != NULL : words[1] != NULL))
		cli_usage(
		    named ? "render takes NAME and FILE" : "render with --query or --all takes FILE alone");
	r.file = words[named ? 1 : 0];
	read_coding(&coding, r.file);
	r.coding = &coding;
	r.ffmpeg = &ffmpeg;
	cli_catch_signals();
	if (ffmpeg_begin(&ffmpeg, e) == ERR_NONE &&
	    (!named || playlist_find(command.db, words[0], &id, e) == ERR_NONE) &&
	    command_entries(id, NULL, &p, &v, &n, e) == ERR_NONE &&
	    render_write(command.db, &r, p.name, v, n, e) == ERR_NONE)
		report(&r, e);
	free(r.sheet);
	texts_free(&ffmpeg);
	playlist_entries_free(v, n);
	playlist_free(&p);
}
