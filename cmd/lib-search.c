/* SPDX-License-Identifier: MIT */
/* lib-search - find tracks, and all else that can be read in a library */
#include <stdlib.h>
#include <string.h>

#include "base/cli.h"
#include "cmd/lib-search/command.h"
#include "store/events.h"

/* clang-format off */
enum { O_OFFSET = CLI_LONG, O_FIELDS, O_FILES, O_IDS, O_TSV, O_CSV, O_M3U8, O_COUNT, O_FACET, O_ALBUMS, O_ARTISTS,
	O_SHOW, O_COVER, O_SIMILAR, O_EXPLAIN, O_WHY, O_STATS, O_EVENTS, O_FOLLOW, O_AFTER, O_SAVE, O_SAVED, O_FORGET,
	O_PLAYS, O_AS, O_SINCE, O_UNTIL, O_USER, O_CORRECT, O_STRICT, O_HTML };
/* clang-format on */

static const struct opt opts[] = {
	{ 'l', "limit", "N", "at most N rows (50 on a terminal)" },
	{ O_OFFSET, "offset", "N", "leave out the first N" },
	{ 's', "sort", "FIELD[-],...", "order by fields, not by relevance; - is descending" },
	{ O_STRICT, "strict", NULL, "unknown fields and queries that do not parse are errors" },
	{ 'f', "format", "FORMAT", "a line such as '$artist - $title' for each track" },
	{ O_FIELDS, "fields", "FIELD,...", "the columns of --tsv and --csv" },
	{ O_FILES, "files", NULL, "print the paths of the files" },
	{ O_IDS, "ids", NULL, "print the ids" },
	{ O_TSV, "tsv", NULL, "print id, artist, title, album between tabs" },
	{ O_CSV, "csv", NULL, "the same as comma-separated values with a header" },
	{ O_M3U8, "m3u8", NULL, "print a playlist of the files" },
	{ O_COUNT, "count", NULL, "print how many there are" },
	{ O_FACET, "facet", "FIELD", "print how many tracks have each value of a field" },
	{ O_ALBUMS, "albums", NULL, "print the albums of the tracks" },
	{ O_ARTISTS, "artists", NULL, "print the artists of the tracks" },
	{ O_SHOW, "show", "TRACK", "print everything that is known of tracks" },
	{ O_COVER, "cover", "TRACK", "write the picture of a track to stdout" },
	{ O_SIMILAR, "similar", "TRACK|@NAME",
	    "find tracks most like this one, these (1,2) or a playlist's" },
	{ O_EXPLAIN, "explain", NULL, "say how the query is understood, and why each track is there" },
	{ O_WHY, "why", "TRACK", "say why a track is found, and where, or why not" },
	{ O_STATS, "stats", "[=plays]", "print the library, or what was heard, in numbers" },
	{ O_HTML, "html", NULL, "with --stats: as one page for a browser" },
	{ O_PLAYS, "plays", NULL, "print what was heard, of the query's tracks where there is one" },
	{ O_AS, "as", "FORMAT", "with --plays: json, scrobbler-log or listenbrainz" },
	{ O_SINCE, "since", "WHEN", "with --plays and --stats=plays: what was heard from then on" },
	{ O_UNTIL, "until", "WHEN", "with --plays and --stats=plays: what was heard up to then" },
	{ O_USER, "user", "NAME", "with --plays and --stats=plays: by whom it was heard" },
	{ O_EVENTS, "events", NULL, "print what happened in the library" },
	{ O_FOLLOW, "follow", NULL, "print what happens, as it happens, as JSON" },
	{ O_AFTER, "after", "EVENT", "with --events and --follow: what came after that one" },
	{ O_SAVE, "save", "NAME", "save the query: it can be used as @NAME in others" },
	{ O_SAVED, "saved", NULL, "list the saved queries" },
	{ O_FORGET, "forget", "NAME", "forget saved queries" },
	{ O_CORRECT, "auto-correct", NULL, "where nothing is found, search for what was meant" },
	CLI_WAITING,
	CLI_COMMON,
	OPT_END,
};

static const struct cli cli = { "lib-search", "[QUERY]...",
	"Find tracks: words, fields (artist:air year:1990..1999), -word, OR, parentheses.", opts,
	"See fonoteca-query(7) for the query language.\n", true, NULL, NULL };

/* What goes with an action. */
enum {
	PAGED = 1,
	SORTED = 2,
	OPERANDS = 4,
	JSON = 8,
	WRITES = 16,
	AFTER = 32,
	TEXT = 64,      /* its form is no JSON */
	NARROWED = 128, /* by --similar */
	HEARD = 256     /* plays: of a time, of a listener */
};

/* The actions that an option stands for, and its form where it is one of the list of tracks. */
static const struct action {
	int key;
	void (*run)(struct err *e);
	unsigned flags;
	enum listing_form form;
} actions[] = {
	{ 0, find_tracks, PAGED | SORTED | OPERANDS | NARROWED, LISTING_TSV },
	{ 'f', find_tracks, PAGED | SORTED | OPERANDS | NARROWED | TEXT, LISTING_FORMAT },
	{ O_FILES, find_tracks, PAGED | SORTED | OPERANDS | NARROWED | TEXT, LISTING_FILES },
	{ O_IDS, find_tracks, PAGED | SORTED | OPERANDS | NARROWED | TEXT, LISTING_IDS },
	{ O_TSV, find_tracks, PAGED | SORTED | OPERANDS | NARROWED | TEXT, LISTING_TSV },
	{ O_CSV, find_tracks, PAGED | SORTED | OPERANDS | NARROWED | TEXT, LISTING_CSV },
	{ O_M3U8, find_tracks, PAGED | SORTED | OPERANDS | NARROWED | TEXT, LISTING_M3U8 },
	{ O_COUNT, find_count, SORTED | OPERANDS | NARROWED, 0 },
	{ O_FACET, find_facet, PAGED | OPERANDS | NARROWED, 0 },
	{ O_ALBUMS, find_albums, PAGED | SORTED | OPERANDS | NARROWED, 0 },
	{ O_ARTISTS, find_artists, PAGED | SORTED | OPERANDS | NARROWED, 0 },
	{ O_SHOW, one_show, OPERANDS, 0 },
	{ O_COVER, one_cover, 0, 0 },
	{ O_STATS, numbers_library, 0, 0 },
	{ O_PLAYS, plays_list, PAGED | OPERANDS | HEARD, 0 },
	{ O_EVENTS, events_list, PAGED | AFTER, 0 },
	{ O_FOLLOW, events_follow, AFTER, 0 },
	{ O_SAVE, saved_save, OPERANDS | WRITES, 0 },
	{ O_SAVED, saved_print, 0, 0 },
	{ O_FORGET, saved_drop, OPERANDS | WRITES, 0 },
};
enum { ACTIONS = sizeof actions / sizeof actions[0] };
static const struct action numbers = { O_STATS, numbers_plays, PAGED | OPERANDS | HEARD, 0 };

struct command command = { .limit = -1, .after = -1, .as = -1 };
static const struct action *action = &actions[0];
static const char *fields;

static void
choose(int key, const char *value)
{
	if (action->key != 0 && action->key != key)
		cli_usage(
		    "--%s and --%s do not go together", cli_option_name(action->key), cli_option_name(key));
	if (command.subject != NULL && value != NULL && key != 'f')
		cli_usage("--%s is given twice", cli_option_name(key));
	for (int i = 0; i < ACTIONS; i++)
		if (actions[i].key == key)
			action = &actions[i];
	if (key == O_STATS && value != NULL && strcmp(value, "plays") != 0)
		cli_usage("--stats takes plays, or nothing, not '%s'", value);
	if (key == O_STATS && value != NULL)
		action = &numbers;
	command.subject = value;
}

static void
read_option(int key, const char *value)
{
	struct err e = { 0 };

	switch (key) {
	case 'l':
		command.limit = cli_number("--limit", value, 0, 1000000000000);
		break;
	case O_OFFSET:
		command.offset = cli_number("--offset", value, 0, 1000000000000);
		break;
	case 's':
		command.sort = value;
		break;
	case O_FIELDS:
		fields = value;
		break;
	case O_STRICT:
		command.strict = true;
		break;
	case O_SIMILAR:
		if (command.similar != NULL)
			cli_usage("--similar is given twice");
		command.similar = value;
		break;
	case O_EXPLAIN:
		command.explain = true;
		break;
	case O_WHY:
		command.explain = true;
		command.why = value;
		break;
	case O_AS:
		if ((command.as = plays_form_of(value)) < 0)
			cli_usage("--as takes json, scrobbler-log or listenbrainz, not '%s'", value);
		break;
	case O_SINCE:
	case O_UNTIL:
		plays_time(key == O_SINCE ? "--since" : "--until", value, key == O_UNTIL,
		    key == O_SINCE ? &command.since : &command.until);
		break;
	case O_USER:
		command.user = value;
		break;
	case O_HTML:
		command.html = true;
		break;
	case O_CORRECT:
		command.correct = true;
		break;
	case O_AFTER:
		if (event_parse(value, &command.after, &e) != ERR_NONE)
			cli_usage("--after: %s", e.msg);
		break;
	default:
		choose(key, value);
	}
}

/* What says nothing together is not left unsaid. */
static void
check_options(void)
{
	const char *name = cli_option_name(action->key);
	bool paged = command.limit >= 0 || command.offset > 0;
	bool sheet = action->key == O_TSV || action->key == O_CSV;

	if (paged && (action->flags & PAGED) == 0)
		cli_usage("--%s is not cut to pages: leave out --limit and --offset", name);
	if (command.offset > 0 && action->key == O_EVENTS)
		cli_usage("--events goes on from --after, not from --offset");
	if (command.sort != NULL && (action->flags & SORTED) == 0)
		cli_usage("--%s has its own order: leave out --sort", name);
	if (cli_noperands() > 0 && (action->flags & OPERANDS) == 0)
		cli_usage("--%s takes no query", name);
	if (command.after >= 0 && (action->flags & AFTER) == 0)
		cli_usage("--after goes with --events and --follow");
	if ((command.since != 0 || command.until != 0 || command.user != NULL) &&
	    (action->flags & HEARD) == 0)
		cli_usage("--since, --until and --user go with --plays and --stats=plays");
	if (command.as >= 0 && (action->key != O_PLAYS || cli_json() || cli_null()))
		cli_usage("--as goes with --plays, without --json and -0");
	if (action == &numbers && command.offset > 0)
		cli_usage("--stats has no pages: leave out --offset");
	if (command.html && (action->key != O_STATS || cli_json() || cli_null()))
		cli_usage("--html goes with --stats, without --json and -0");
	if (command.similar != NULL && (action->flags & NARROWED) == 0)
		cli_usage("--%s and --similar do not go together", name);
	if (command.explain &&
	    (action->run != find_tracks || (action->key != 0 && action->key != O_TSV) || fields != NULL))
		cli_usage("--%s has its own form: leave out --%s", command.why != NULL ? "why" : "explain",
		    fields != NULL ? "fields" : name);
	if (command.explain && command.similar == NULL && action->key != 0)
		cli_usage("--explain is no table: leave out --%s", name);
	if (command.why != NULL && (command.similar != NULL || paged || command.correct))
		cli_usage("--why is about one track of a whole query: leave out what makes it another");
	if (command.correct && ((action->flags & OPERANDS) == 0 || (action->flags & (PAGED | SORTED)) == 0))
		cli_usage("--%s looks for nothing: leave out --auto-correct", name);
	if (fields != NULL && (cli_json() || (action->key != 0 && !sheet)))
		cli_usage("--fields goes with --tsv and --csv");
	if (cli_json() && (action->flags & TEXT) != 0)
		cli_usage("--json has its own form: leave out --%s", name);
	if (cli_null() && (action->key == O_CSV || action->key == O_M3U8))
		cli_usage("the lines of --%s end as its format has it: leave out -0", name);
}

static void
choose_form(void)
{
	struct listing *l = &command.listing;
	struct err e = { 0 };

	l->end = cli_separator();
	l->color = cli_color();
	l->columns = cli_columns();
	l->form = cli_json() ? LISTING_JSON : action->form;
	if (action->key == 0 && !cli_json() && fields == NULL && l->columns > 0 && !cli_null())
		l->form = LISTING_TABLE;
	command.shown = command.limit;
	if (l->columns > 0 && command.limit < 0 && command.as < 0 &&
	    (command.after < 0 || action->key != O_EVENTS))
		command.limit = 50;
	if (action->key == 'f')
		format_read(&l->format, command.subject, &e);
	else if (fields != NULL || action->key == O_CSV)
		format_columns(&l->format, fields != NULL ? fields : "id,artist,title,album", &e);
	if (e.code != ERR_NONE)
		cli_usage("%s", e.msg);
}

int
main(int argc, char **argv)
{
	struct err e = { 0 };
	struct db_options o = { 0 };
	const char *value;
	int key;

	cli_start(&cli, argc, argv);
	while ((key = cli_next(&value)) != 0)
		read_option(key, value);
	check_options();
	choose_form();
	o.wait_ms = cli_wait_ms();
	if (db_open(&command.db, cli_library(), (action->flags & WRITES) != 0 ? DB_WRITE : DB_READ, &o, NULL,
		&e) == ERR_NONE)
		action->run(&e);
	format_free(command.listing.format);
	db_close(command.db);
	return cli_finish(&e);
}
