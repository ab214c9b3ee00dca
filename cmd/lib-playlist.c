/* SPDX-License-Identifier: MIT */
/* lib-playlist - make, change, show and export playlists */
#include <stdlib.h>
#include <string.h>

#include "base/cli.h"
#include "base/verb.h"
#include "cmd/lib-playlist/command.h"

/* clang-format off */
enum { OPT_AT = CLI_LONG, OPT_QUERY, OPT_SEED, OPT_BY, OPT_MIX, OPT_START, OPT_NAME, OPT_REPLACE, OPT_ENCODING,
	OPT_AS, OPT_IDS, OPT_RELATIVE, OPT_ALL, OPT_LINK, OPT_COPY, OPT_LAYOUT, OPT_FS, OPT_CONVERT, OPT_CROSSFADE, OPT_GAIN, OPT_FORCE, OPT_SHUFFLE,
	OPT_EVERY, OPT_DO, OPT_CATCH_UP, OPT_CANCEL };
/* clang-format on */

static const struct opt opts[] = {
	{ OPT_AT, "at", "N|TIME", "add before, or play from, position N; schedule at this time" },
	{ OPT_QUERY, "query", "QUERY", "add, or play, what a query finds" },
	{ 's', "sort", "FIELD[-],...", "order what a query finds by fields; - is descending" },
	{ 'l', "limit", "N", "at most N of what a query finds" },
	{ OPT_SHUFFLE, "shuffle", NULL, "play in random order" },
	{ OPT_SEED, "seed", "N", "shuffle in the order that belongs to N" },
	{ OPT_BY, "by", "WHAT", "dedupe by track (the default) or recording" },
	{ OPT_MIX, "mix", NULL, "sort so that neighbours fit by key and tempo" },
	{ OPT_START, "start", "TRACK", "with --mix: begin with this track" },
	{ OPT_NAME, "name", "NAME", "import under this name" },
	{ OPT_REPLACE, "replace", NULL, "import into the place of a playlist of that name" },
	{ OPT_ENCODING, "encoding", "NAME", "import text that is written in an old encoding" },
	{ OPT_AS, "as", "FORMAT", "m3u8, m3u, pls, xspf, jspf or json (as FILE is called)" },
	{ 'o', "output", "FILE", "export into FILE, replaced as a whole" },
	{ OPT_RELATIVE, "relative-to", "DIR", "export paths relative to DIR" },
	{ OPT_ALL, "all", NULL, "export, or play, every track of the library" },
	{ OPT_COPY, "copy", "DIR", "export the files themselves into a tree of folders" },
	{ OPT_LINK, "link", "DIR", "the same; hard links will do" },
	{ OPT_LAYOUT, "layout", "LAYOUT",
	    "the tree's folders and names ('$albumartist/$album/$track $title')" },
	{ OPT_FS, "fs", "WHAT", "names for posix or vfat (what the disk is)" },
	{ OPT_CONVERT, "convert", "FORMAT",
	    "copy as opus:96, mp3:V2, aac:160, vorbis:q5, flac, alac, wav, aiff; by ffmpeg" },
	{ OPT_CROSSFADE, "crossfade", "SECONDS", "render: fade each track into the next" },
	{ OPT_GAIN, "gain", "[=WHAT]", "render: make all equally loud, by track (the default) or album" },
	{ OPT_FORCE, "force", NULL, "render: replace a file that is there" },
	{ 'j', "jobs", "N", "convert N files at a time (the number of cores)" },
	{ OPT_DO, "do", "WHAT", "schedule: play, export or notify" },
	{ OPT_EVERY, "every", "PERIOD", "schedule: again every hour, day, weekday, 2weeks, month ..." },
	{ OPT_CATCH_UP, "catch-up", "HOW", "schedule: of missed times run once (the default), all, or skip" },
	{ OPT_CANCEL, "cancel", NULL, "schedule: forget those with these ids" },
	{ OPT_IDS, "ids", NULL, "show the tracks' ids alone" },
	CLI_DRY_RUN,
	CLI_WAITING,
	CLI_COMMON,
	OPT_END,
};

static const struct cli_verb verbs[] = {
	{ "create", "NAME", "make an empty playlist" },
	{ "list", NULL, "all playlists: id, name, tracks, duration" },
	{ "show", "NAME", "its entries: position, id, artist, title, duration, state" },
	{ "add", "NAME [TRACK]...", "add tracks by id or path; - reads them from stdin" },
	{ "remove", "NAME PLACE...", "take out positions (3, -1), runs (5-7, 9-) or track:ID" },
	{ "move", "NAME FROM TO", "give the entry or run FROM the position TO" },
	{ "sort", "NAME [FIELD[-],...]", "put the entries in the order of fields, or with --mix" },
	{ "shuffle", "NAME", "put the entries in random order" },
	{ "dedupe", "NAME", "keep the first entry of each track" },
	{ "mix", "A B", "tell how track B can follow track A: tempo, pitch" },
	{ "rename", "NAME NEW", "give it another name" },
	{ "copy", "NAME NEW", "make another with its entries" },
	{ "delete", "NAME...", "delete playlists; tracks stay" },
	{ "smart", "NAME QUERY...", "make a playlist of whatever a query finds" },
	{ "freeze", "NAME [NEW]", "make a plain playlist of a smart one" },
	{ "import", "FILE...", "make playlists of playlist files" },
	{ "export", "[NAME]", "write it as a playlist file" },
	{ "render", "[NAME] FILE", "make one continuous file of it, and a cue sheet" },
	{ "play", "[NAME|QUERY]...", "play it, or what a query finds, through your player" },
	{ "schedule", "[NAME]...", "play, export or give notice of it at set times; list and cancel that" },
	{ "notify", "NAME", "show a notice of it, by your program for that" },
	{ NULL, NULL, NULL },
};

static const struct cli cli = { "lib-playlist", "COMMAND [ARG]...",
	"Make, change, show and export playlists.", opts, "A playlist is named by its name or its id (p4).\n",
	false, verbs, "Commands" };

struct command command;

/* What each command does, in the order of verbs; whether it writes; the options that it looks at. */
static const struct action {
	command_fn *run;
	bool writes;
	const char *options;
} actions[] = {
	{ edit_create, true, "" },
	{ show_list, false, "" },
	{ show_entries, false, "ids" },
	{ edit_add, true, "at query sort limit" },
	{ edit_remove, true, "" },
	{ edit_move, true, "" },
	{ order_sort, true, "mix start" },
	{ order_shuffle, true, "seed" },
	{ order_dedupe, true, "by" },
	{ mix_show, false, "" },
	{ edit_rename, true, "" },
	{ edit_copy, true, "" },
	{ edit_delete, true, "" },
	{ smart_set, true, "sort limit" },
	{ smart_freeze, true, "" },
	{ file_import, true, "as name replace encoding" },
	{ file_export, false, "as output relative-to all copy link layout fs convert jobs" },
	{ render_playlist, false, "all query sort limit crossfade gain force convert" },
	{ play_through, false, "all at query sort limit shuffle seed" },
	{ schedule_set, true,
	    "at every do catch-up cancel shuffle as output relative-to copy link layout fs convert" },
	{ play_notify, false, "" },
};

static const char *given[sizeof opts / sizeof opts[0]];
static int ngiven;

static void
take(int key, const char *value)
{
	switch (key) {
	case OPT_AT:
		command.at = value;
		break;
	case OPT_QUERY:
		command.query = value;
		break;
	case 's':
		command.sort = value;
		break;
	case 'l':
		command.limit = cli_number("--limit", value, 1, INT64_MAX);
		break;
	case OPT_CONVERT:
		command.convert = value;
		break;
	case OPT_CROSSFADE:
		command.crossfade = value;
		break;
	case OPT_GAIN:
		command.gain = value != NULL ? value : "";
		break;
	case OPT_FORCE:
		command.force = true;
		break;
	case 'j':
		command.jobs = (int)cli_number("--jobs", value, 1, 64);
		break;
	case OPT_SHUFFLE:
		command.shuffle = true;
		break;
	case OPT_SEED:
		command.seed = (uint64_t)cli_number("--seed", value, 0, INT64_MAX);
		command.seeded = true;
		break;
	case OPT_BY:
		command.by = value;
		break;
	case OPT_NAME:
		command.name = value;
		break;
	case OPT_REPLACE:
		command.replace = true;
		break;
	case OPT_ENCODING:
		command.encoding = value;
		break;
	case OPT_MIX:
		command.mix = true;
		break;
	case OPT_START:
		command.start = value;
		break;
	case OPT_AS:
		command.as = value;
		break;
	case 'o':
		command.output = value;
		break;
	case OPT_RELATIVE:
		command.relative_to = value;
		break;
	case OPT_ALL:
		command.all = true;
		break;
	case OPT_COPY:
		command.copy = value;
		break;
	case OPT_LINK:
		command.link = value;
		break;
	case OPT_LAYOUT:
		command.layout = value;
		break;
	case OPT_FS:
		command.fs = value;
		break;
	case OPT_DO:
		command.action = value;
		break;
	case OPT_EVERY:
		command.every = value;
		break;
	case OPT_CATCH_UP:
		command.catch_up = value;
		break;
	case OPT_CANCEL:
		command.cancel = true;
		break;
	case OPT_IDS:
		command.ids = true;
	}
}

/* Is word one of a list of words between blanks? */
static bool
is_among(const char *words, const char *word)
{
	size_t len = strlen(word);

	for (const char *s = words; (s = strstr(s, word)) != NULL; s += len)
		if ((s == words || s[-1] == ' ') && (s[len] == ' ' || s[len] == '\0'))
			return true;
	return false;
}

/* An option that the command would not look at is a mistake. */
static void
check_options(const struct action *a)
{
	for (int i = 0; i < ngiven; i++)
		if (!is_among(a->options, given[i]))
			cli_usage("%s does not take --%s", command.verb, given[i]);
}

int
main(int argc, char **argv)
{
	struct err e = { 0 };
	const struct action *a;
	const char *value;
	int key, verb;
	bool writes;

	cli_start(&cli, argc, argv);
	while ((key = cli_next(&value)) != 0) {
		take(key, value);
		if (ngiven < (int)(sizeof given / sizeof given[0]))
			given[ngiven++] = cli_option_name(key);
	}
	verb = verb_wanted(verbs);
	a = &actions[verb];
	command.verb = verbs[verb].name;
	check_options(a);
	if (command.at != NULL && a->run != schedule_set)
		command.position = cli_number("--at", command.at, 1, INT64_MAX);
	writes = a->writes && (a->run != schedule_set || command.at != NULL || command.cancel);
	if (db_open(&command.db, cli_library(), writes ? DB_WRITE : DB_READ,
		&(struct db_options){ .wait_ms = cli_wait_ms() }, NULL, &e) == ERR_NONE)
		a->run(cli_operands() + 1, &e);
	db_close(command.db);
	verb = cli_finish(&e);
	return verb == 0 ? command.status : verb;
}
