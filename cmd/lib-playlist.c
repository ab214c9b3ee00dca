/* lib-playlist - make, change, show and export playlists */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cli.h"
#include "base/file.h"
#include "base/verb.h"
#include "base/words.h"
#include "intake/playlist_file.h"
#include "store/playlist/playlist.h"

enum { OPT_AT = CLI_LONG, OPT_AS, OPT_IDS, OPT_RELATIVE };

static const struct opt opts[] = {
	{ OPT_AT, "at", "N", "add before position N, not at the end" },
	{ OPT_AS, "as", "FORMAT", "export as m3u8 (the default)" },
	{ 'o', "output", "FILE", "export into FILE, replaced as a whole" },
	{ OPT_RELATIVE, "relative-to", "DIR", "export paths relative to DIR" },
	{ OPT_IDS, "ids", NULL, "show the tracks' ids alone" },
	CLI_DRY_RUN,
	CLI_WAITING,
	CLI_COMMON,
	OPT_END,
};

enum verb { CREATE, LIST, SHOW, ADD, REMOVE, MOVE, RENAME, COPY, DELETE, EXPORT };

static const struct cli_verb verbs[] = {
	{ "create", "NAME", "make an empty playlist" },
	{ "list", NULL, "all playlists: id, name, tracks, duration" },
	{ "show", "NAME", "its entries: position, id, artist, title, duration, state" },
	{ "add", "NAME TRACK...", "add tracks by id or path; - reads them from stdin" },
	{ "remove", "NAME POSITION...", "take out positions (3) or runs (5-7, 9-)" },
	{ "move", "NAME FROM TO", "give the entry or run FROM the position TO" },
	{ "rename", "NAME NEW", "give it another name" },
	{ "copy", "NAME NEW", "make another with its entries" },
	{ "delete", "NAME...", "delete playlists; tracks stay" },
	{ "export", "NAME", "write it as a playlist file" },
	{ NULL, NULL, NULL },
};

static const struct cli cli = { "lib-playlist", "COMMAND [ARG]...",
	"Make, change, show and export playlists.", opts, "A playlist is named by its name or its id (p4).\n",
	false, verbs, "Commands" };

static struct {
	long long at;
	const char *output, *relative_to;
	bool as, ids;
} me;

/* list, show and export: all of it is made before anything is printed. */
static enum err_code
print(struct db *db, enum verb verb, const char *name, struct err *e)
{
	struct playlist_style style = { cli_json(), me.ids, isatty(1), cli_separator(), 0 };
	struct buf out = { 0 };
	int64_t id;

	if (verb != LIST && playlist_find(db, name, &id, e) != ERR_NONE)
		return e->code;
	if (verb == LIST)
		playlist_print_list(db, &style, &out, e);
	else if (verb == SHOW)
		playlist_print(db, id, &style, &out, e);
	else
		playlist_export(db, id, me.relative_to, &out, e);
	if (e->code == ERR_NONE && (me.output == NULL || strcmp(me.output, "-") == 0))
		(void)cli_print(&out, e);
	else if (e->code == ERR_NONE && buf_ok(&out, e) == ERR_NONE && !cli_dry_run())
		file_output(me.output, out.data, out.len, 0666, e);
	if (me.ids && style.missing > 0)
		cli_note("left out as missing: %zu", style.missing);
	buf_free(&out);
	return e->code;
}

static enum err_code
add(struct db *db, int64_t id, char **words, struct playlist_change *c, struct err *e)
{
	char **refs = NULL;
	size_t n = 0;

	if (words_read(words, &refs, &n, e) != ERR_NONE)
		return e->code;
	if (n == 0)
		err_set(e, ERR_NOMATCH, "nothing to add: no tracks came on standard input");
	else
		playlist_add(db, id, refs, n, me.at, c, e);
	words_free(refs, n);
	return e->code;
}

static void
report(const char *command, const struct playlist_change *c, struct err *e)
{
	struct buf out = { 0 };

	if (cli_json()) {
		playlist_change_json(command, c, &out);
		buf_putc(&out, cli_separator());
		(void)cli_print(&out, e);
	} else if (cli_verbose() || c->dry_run)
		cli_note("p%lld: %s%lld added (%lld missing), %lld removed, %lld moved; %lld tracks",
		    (long long)c->id, c->dry_run ? "would be " : "", (long long)c->added,
		    (long long)c->missing, (long long)c->removed, (long long)c->moved, (long long)c->tracks);
}

/* One edit of the playlist that word names; words are what follows it. */
static enum err_code
edit(struct db *db, enum verb verb, const char *word, char **words, struct err *e)
{
	struct playlist_change c = { .dry_run = cli_dry_run(), .failed = cli_failed };
	int64_t id = 0;

	if (verb != CREATE && playlist_find(db, word, &id, e) != ERR_NONE)
		return e->code;
	switch (verb) {
	case CREATE:
		playlist_create(db, word, &c, e);
		break;
	case ADD:
		add(db, id, words, &c, e);
		break;
	case REMOVE:
		playlist_remove(db, id, words, &c, e);
		break;
	case MOVE:
		playlist_move(db, id, words[0], words[1], &c, e);
		break;
	case RENAME:
		playlist_rename(db, id, words[0], &c, e);
		break;
	case COPY:
		playlist_copy(db, id, words[0], &c, e);
		break;
	default:
		playlist_delete(db, id, &c, e);
	}
	if (e->code == ERR_NONE)
		report(verbs[verb].name, &c, e);
	return e->code;
}

/* An option that the command would not look at is a mistake. */
static void
check_options(enum verb verb)
{
	const char *stray = me.at != 0 && verb != ADD  ? "--at"
	    : me.ids && verb != SHOW                   ? "--ids"
	    : me.as && verb != EXPORT                  ? "--as"
	    : me.output != NULL && verb != EXPORT      ? "--output"
	    : me.relative_to != NULL && verb != EXPORT ? "--relative-to"
						       : NULL;

	if (stray != NULL)
		cli_usage("%s does not take %s", verbs[verb].name, stray);
}

int
main(int argc, char **argv)
{
	struct err e = { 0 };
	struct db *db = NULL;
	const char *value;
	char **words;
	int key, verb;

	cli_start(&cli, argc, argv);
	while ((key = cli_next(&value)) != 0) {
		switch (key) {
		case OPT_AT:
			me.at = cli_number("--at", value, 1, INT64_MAX);
			break;
		case OPT_AS:
			if (strcmp(value, "m3u8") != 0)
				cli_usage("--as takes m3u8, not '%s'", value);
			me.as = true;
			break;
		case 'o':
			me.output = value;
			break;
		case OPT_RELATIVE:
			me.relative_to = value;
			break;
		case OPT_IDS:
			me.ids = true;
		}
	}
	words = cli_operands();
	verb = verb_wanted(verbs);
	check_options((enum verb)verb);
	words++;
	if (db_open(&db, cli_library(), verb == LIST || verb == SHOW || verb == EXPORT ? DB_READ : DB_WRITE,
		&(struct db_options){ .wait_ms = cli_wait_ms() }, NULL, &e) != ERR_NONE)
		goto out;
	if (verb == LIST || verb == SHOW || verb == EXPORT)
		print(db, (enum verb)verb, words[0], &e);
	else if (verb != DELETE)
		edit(db, (enum verb)verb, words[0], words + 1, &e);
	else
		for (; *words != NULL; words++) {
			struct err one = { 0 };

			if (edit(db, DELETE, *words, NULL, &one) != ERR_NONE)
				cli_failed(&one);
		}
out:
	db_close(db);
	return cli_finish(&e);
}
