/* lib-search - find tracks */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cli.h"
#include "store/db.h"
#include "store/listing/listing.h"
#include "store/query/query.h"
#include "store/stats.h"

enum { OPT_OFFSET = CLI_LONG, OPT_FILES, OPT_IDS, OPT_TSV, OPT_COUNT, OPT_SHOW, OPT_STATS };

static const struct opt opts[] = {
	{ 'l', "limit", "N", "at most N tracks (50 on a terminal)" },
	{ OPT_OFFSET, "offset", "N", "leave out the first N" },
	{ 's', "sort", "FIELD[-],...", "order by fields, not by relevance; - is descending" },
	{ 'f', "format", "FORMAT", "a line such as '$artist - $title' for each track" },
	{ OPT_FILES, "files", NULL, "print the paths of the files" },
	{ OPT_IDS, "ids", NULL, "print the ids" },
	{ OPT_TSV, "tsv", NULL, "print id, artist, title, album between tabs" },
	{ OPT_COUNT, "count", NULL, "print how many there are" },
	{ OPT_SHOW, "show", "TRACK", "print everything that is known of one track" },
	{ OPT_STATS, "stats", NULL, "print the totals of the library" },
	CLI_COMMON,
	OPT_END,
};

static const struct cli cli = { "lib-search", "[QUERY]...",
	"Find tracks: words, fields (artist:air year:1990..1999), -word, OR, parentheses.", opts,
	"See fonoteca-query(7) for the query language.\n", true, NULL, NULL };

static const struct {
	int mode;
	enum listing_form form;
} forms[] = { { 'f', LISTING_FORMAT }, { OPT_FILES, LISTING_FILES }, { OPT_IDS, LISTING_IDS },
	{ OPT_TSV, LISTING_TSV }, { OPT_SHOW, LISTING_FULL } };

static struct {
	int mode; /* the option that chose what is printed, or 0 */
	long long limit, offset, show;
	const char *sort;
	struct listing listing;
} me = { .limit = -1 };

static void
choose(int mode)
{
	if (me.mode != 0 && me.mode != mode)
		cli_usage("choose one of --format, --files, --ids, --tsv, --count, --show and --stats");
	me.mode = mode;
}

/* What says nothing together is not left unsaid. */
static void
check_options(void)
{
	bool one = me.mode == OPT_SHOW || me.mode == OPT_STATS;
	bool paged = me.limit >= 0 || me.offset > 0;

	if (cli_json() && me.mode != 0 && !one && me.mode != OPT_COUNT)
		cli_usage("--json has its own form: leave out --format, --files, --ids and --tsv");
	if (one && (cli_noperands() > 0 || paged || me.sort != NULL))
		cli_usage("--show and --stats take no query, --limit, --offset or --sort");
	if (me.mode == OPT_COUNT && paged)
		cli_usage("--count counts all of them: leave out --limit and --offset");
}

static void
read_options(int argc, char **argv)
{
	struct err e = { 0 };
	const char *value;
	int key;

	cli_start(&cli, argc, argv);
	while ((key = cli_next(&value)) != 0) {
		switch (key) {
		case 'l':
			me.limit = cli_number("--limit", value, 0, 1000000000000);
			break;
		case OPT_OFFSET:
			me.offset = cli_number("--offset", value, 0, 1000000000000);
			break;
		case 's':
			me.sort = value;
			break;
		case 'f':
			choose(key);
			format_free(me.listing.format);
			me.listing.format = NULL;
			if (format_read(&me.listing.format, value, &e) != ERR_NONE)
				cli_usage("%s", e.msg);
			break;
		case OPT_SHOW:
			if (me.mode == OPT_SHOW)
				cli_usage("--show takes one track");
			me.show = cli_number("--show", value, 1, 1000000000000);
			choose(key);
			break;
		default:
			choose(key);
		}
	}
	check_options();
}

static void
choose_form(void)
{
	struct listing *l = &me.listing;

	l->end = cli_separator();
	l->color = cli_color();
	l->columns = cli_columns();
	l->form = l->columns > 0 && !cli_null() ? LISTING_TABLE : LISTING_TSV;
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
		if (forms[i].mode == me.mode)
			l->form = forms[i].form;
	if (cli_json())
		l->form = LISTING_JSON;
	if (l->columns > 0 && me.limit < 0)
		me.limit = 50;
}

/* Batch by batch; nothing is held in the database while a pager waits. */
static enum err_code
print(struct db *db, const int64_t *ids, size_t n, struct err *e)
{
	struct buf out = { 0 };

	for (size_t i = 0; i < n && e->code == ERR_NONE && !ferror(stdout); i += LISTING_BATCH) {
		size_t batch = n - i < LISTING_BATCH ? n - i : LISTING_BATCH;

		buf_clear(&out);
		if (listing_add(&me.listing, db, ids + i, batch, &out, e) == ERR_NONE && out.len > 0)
			fwrite(out.data, 1, out.len, stdout);
	}
	buf_free(&out);
	return e->code;
}

static enum err_code
search(struct db *db, struct query *q, struct err *e)
{
	int64_t *ids = NULL, count = 0;
	size_t n = 0;

	if (query_note(q) != NULL)
		cli_note("%s", query_note(q));
	if (me.mode == OPT_COUNT) {
		if (query_count(q, db, &count, e) != ERR_NONE)
			return e->code;
		printf(cli_json() ? "{\"v\":1,\"type\":\"summary\",\"count\":%lld}%c" : "%lld%c",
		    (long long)count, cli_separator());
		return count == 0 ? (e->code = ERR_NOMATCH) : ERR_NONE;
	}
	if (query_ids(q, db, me.limit, me.offset, &ids, &n, e) != ERR_NONE)
		return e->code;
	if (n == 0 && me.limit != 0)
		err_set(e, ERR_NOMATCH, "%s", cli_quiet() ? "" : "nothing found");
	print(db, ids, n, e);
	free(ids);
	return e->code;
}

/* --show, --stats */
static void
print_one(struct db *db, struct err *e)
{
	struct buf out = { 0 };

	if (me.mode == OPT_SHOW)
		listing_one(&me.listing, db, me.show, &out, e);
	else
		stats_text(db, cli_json(), cli_separator(), &out, e);
	if (e->code == ERR_NONE)
		(void)cli_print(&out, e);
	buf_free(&out);
}

int
main(int argc, char **argv)
{
	struct err e = { 0 };
	struct db *db = NULL;
	struct query *q = NULL;

	read_options(argc, argv);
	choose_form();
	if (db_open(&db, cli_library(), DB_READ, NULL, NULL, &e) != ERR_NONE)
		goto out;
	if (me.mode == OPT_SHOW || me.mode == OPT_STATS)
		print_one(db, &e);
	else if (query_parse(&q, db, cli_operands(), &e) == ERR_NONE &&
	    (me.sort == NULL || query_sort(q, me.sort, &e) == ERR_NONE))
		search(db, q, &e);
out:
	query_free(q);
	format_free(me.listing.format);
	db_close(db);
	return cli_finish(&e);
}
