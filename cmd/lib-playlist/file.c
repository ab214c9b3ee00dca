/* SPDX-License-Identifier: MIT */
/* Playlist files. */
#include <string.h>

#include "base/cli.h"
#include "base/file.h"
#include "base/out.h"
#include "cmd/lib-playlist/command.h"
#include "intake/playlist_file.h"
#include "store/playlist/playlist.h"

/* What --as and the name of --output say; M3U8 where they say nothing. */
static enum list_format
export_format(void)
{
	const char *dot = command.output != NULL ? strrchr(path_base(command.output), '.') : NULL;
	enum list_format f = dot != NULL ? list_format_of(dot + 1) : LIST_M3U8;

	if (command.as != NULL)
		f = list_format_of(command.as);
	if (command.as != NULL && (f == LIST_FORMATS || f == LIST_NSP))
		cli_usage("--as takes m3u8, m3u, pls, xspf, jspf or json, not '%s'", command.as);
	if (command.as == NULL && command.output == NULL && cli_json())
		return LIST_JSON;
	return f == LIST_FORMATS || f == LIST_NSP ? LIST_M3U8 : f;
}

/* A name, or --all; a file, or a tree. */
static void
check_export(const char *name)
{
	bool tree = command.copy != NULL || command.link != NULL;

	if (command.all == (name != NULL))
		cli_usage("export takes NAME or --all");
	if (command.copy != NULL && command.link != NULL)
		cli_usage("--copy and --link do not go together");
	if (tree && (command.as != NULL || command.output != NULL || command.relative_to != NULL))
		cli_usage("--as, --output and --relative-to are for files, not for trees");
	if (!tree && (command.layout != NULL || command.fs != NULL))
		cli_usage("--layout and --fs go with --copy or --link");
	if (command.convert != NULL && command.copy == NULL)
		cli_usage("--convert goes with --copy");
	if (command.jobs > 0 && command.convert == NULL)
		cli_usage("--jobs goes with --convert");
	if (command.fs != NULL && strcmp(command.fs, "posix") != 0 && strcmp(command.fs, "vfat") != 0)
		cli_usage("--fs takes posix or vfat, not '%s'", command.fs);
}

void
file_export(char **words, struct err *e)
{
	enum list_format format = export_format();
	struct buf out = { 0 };
	int64_t id = 0;

	check_export(words[0]);
	if (command.copy != NULL || command.link != NULL) {
		tree_export(words[0], e);
		return;
	}
	if (words[0] == NULL || playlist_find(command.db, words[0], &id, e) == ERR_NONE)
		playlist_export(command.db, id, format, command.relative_to, &out, e);
	if (e->code == ERR_NONE && (command.output == NULL || strcmp(command.output, "-") == 0))
		(void)cli_print(&out, e);
	else if (e->code == ERR_NONE && buf_ok(&out, e) == ERR_NONE && !cli_dry_run())
		file_output(command.output, out.data, out.len, 0666, e);
	buf_free(&out);
}

/* An object for each entry: how it was found. */
static void
print_match(void *context, int64_t playlist, int64_t position, enum playlist_how how, int64_t track,
    const char *location)
{
	struct buf out = { 0 };

	(void)context;
	if (!cli_json()) {
		if (cli_verbose() && how != HOW_PATH && how != HOW_MISSING)
			cli_note("entry %lld: track %lld by %s: %s", (long long)position, (long long)track,
			    playlist_how_name(how), location);
		else if (cli_verbose() && how == HOW_MISSING)
			cli_note("entry %lld is missing: %s", (long long)position, location);
		return;
	}
	json_open(&out, "match");
	buf_printf(&out, ",\"playlist\":\"p%lld\"", (long long)playlist);
	json_int(&out, "position", position);
	json_text(&out, "how", playlist_how_name(how));
	if (track != 0)
		json_int(&out, "track", track);
	if (*location != '\0')
		json_bytes(&out, "location", location, strlen(location));
	json_close(&out);
	cli_print_line(NULL, &out);
	buf_free(&out);
}

static void
report_json(const struct playlist_file *f, struct buf *out)
{
	const struct playlist_import *i = &f->import;

	json_open(out, "report");
	json_text(out, "command", "import");
	json_bytes(out, "file", f->file, strlen(f->file));
	json_text(out, "format", list_format_name(f->format));
	buf_printf(out, ",\"playlist\":\"p%lld\"", (long long)i->id);
	if (f->format != LIST_NSP) {
		json_int(out, "entries", i->entries);
		json_object_begin(out, "found");
		for (int how = HOW_PATH; how < HOW_COUNT; how++)
			if (i->how[how] > 0)
				json_int(out, playlist_how_name((enum playlist_how)how), i->how[how]);
		json_object_end(out);
		json_int(out, "missing", i->how[HOW_MISSING]);
	}
	if (i->unchanged)
		json_bool(out, "unchanged", true);
	if (i->dry_run)
		json_bool(out, "dry_run", true);
	json_close(out);
}

/* "p3<tab>120 entries<tab>100 path, 10 tags, 10 missing" */
static void
report_text(const struct playlist_file *f, struct buf *out)
{
	const struct playlist_import *i = &f->import;
	const char *comma = "";

	if (i->id != 0 && !i->dry_run)
		buf_printf(out, "p%lld", (long long)i->id);
	buf_printf(out, "\t");
	out_escape(out, f->file, strlen(f->file));
	if (f->format == LIST_NSP) {
		buf_puts(out, "\tsmart");
		return;
	}
	buf_printf(out, "\t%lld entr%s\t", (long long)i->entries, i->entries == 1 ? "y" : "ies");
	for (int how = 0; how < HOW_COUNT; how++) {
		int which = (how + 1) % HOW_COUNT; /* missing comes last */

		if (i->how[which] == 0)
			continue;
		buf_printf(out, "%s%lld %s", comma, (long long)i->how[which],
		    playlist_how_name((enum playlist_how)which));
		comma = ", ";
	}
	if (i->unchanged)
		buf_printf(out, "%sunchanged", *comma != '\0' ? ", " : "");
}

static enum err_code
import_one(const char *file, enum list_format format, struct err *e)
{
	struct playlist_file f = { .file = file,
		.name = command.name,
		.encoding = command.encoding,
		.format = format,
		.import = { .replace = command.replace, .dry_run = cli_dry_run(), .match = print_match } };
	struct buf out = { 0 };

	if (playlist_import_file(command.db, &f, e) == ERR_NONE) {
		for (char *line = f.left_out.data, *next; line != NULL && *line != '\0'; line = next) {
			next = strchr(line, '\n');
			*next++ = '\0';
			cli_note("%s: %s", file, line);
		}
		if (cli_json())
			report_json(&f, &out);
		else
			report_text(&f, &out);
		cli_print_line(NULL, &out);
	}
	buf_free(&out);
	buf_free(&f.left_out);
	return e->code;
}

void
file_import(char **words, struct err *e)
{
	enum list_format format = command.as != NULL ? list_format_of(command.as) : LIST_FORMATS;

	(void)e;
	if (command.as != NULL && format == LIST_FORMATS)
		cli_usage("--as takes m3u8, m3u, pls, xspf, jspf, json or nsp, not '%s'", command.as);
	if (command.name != NULL && words[1] != NULL)
		cli_usage("--name goes with one file");
	for (; *words != NULL; words++) {
		struct err one = { 0 };

		if (import_one(*words, format, &one) != ERR_NONE)
			cli_failed(&one);
	}
}
