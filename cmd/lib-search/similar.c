/* SPDX-License-Identifier: MIT */
/* The tracks most like others: --similar narrows whatever else is asked for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cli.h"
#include "base/out.h"
#include "base/words.h"
#include "cmd/lib-search/command.h"
#include "store/likeness/likeness.h"
#include "store/track.h"
#include "text/table.h"

static int
compare_ids(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* What was found, and for which tracks; kept so that its reasons can be told. */
static struct {
	struct likeness_to to;
	struct likeness *list;
	size_t n;
} found;

static enum err_code
nothing_similar(struct err *e)
{
	char name[32];
	const char *what = found.to.name != NULL ? found.to.name : found.to.n == 1 ? name : "these tracks";

	snprintf(name, sizeof name, "track %lld", (long long)found.to.id[0]);
	if (cli_quiet())
		return err_set(e, ERR_NOMATCH, "%s", "");
	if (cli_noperands() > 0)
		return err_set(e, ERR_NOMATCH, "nothing that was found is similar to %s", what);
	return err_set(e, ERR_NOMATCH,
	    "nothing is similar to %s: no other has an artist, genre, tag or the like in common with %s",
	    what, found.to.n == 1 ? "it" : "them");
}

/* "12", "12,15". */
static enum err_code
read_ids(const char *word, int64_t **ids, size_t *n, struct err *e)
{
	char *copy = strdup(word), *rest = copy, *one;

	if (copy == NULL)
		return err_memory(e);
	while (e->code == ERR_NONE && (one = strsep(&rest, ",")) != NULL) {
		int64_t *more = realloc(*ids, (*n + 1) * sizeof *more);

		if (more == NULL)
			err_memory(e);
		else if (track_parse(one, &(*ids = more)[*n], e) == ERR_NONE)
			++*n;
	}
	free(copy);
	return e->code;
}

/* The tracks of --similar, which may come from standard input; those of a playlist's or saved search's name.
 */
static enum err_code
read_tracks(struct err *e)
{
	char *only[] = { (char *)command.similar, NULL }, **words = NULL;
	int64_t *ids = NULL;
	size_t n = 0, nwords = 0;

	if (*command.similar == '@') {
		found.to.name = command.similar;
		tracks_named(command.similar + 1, &ids, &n, &found.to.playlist, e);
	} else if (words_read(only, &words, &nwords, e) == ERR_NONE) {
		for (size_t i = 0; i < nwords && e->code == ERR_NONE; i++)
			read_ids(words[i], &ids, &n, e);
		if (e->code == ERR_NONE && n == 0)
			err_set(e, ERR_USAGE, "--similar wants a track, and got none");
		words_free(words, nwords);
	}
	if (e->code == ERR_NONE && n == 0)
		err_set(e, ERR_NOMATCH, cli_quiet() ? "%.0s" : "there are no tracks in %s", command.similar);
	found.to.id = ids;
	found.to.n = n;
	return e->code;
}

/* What the query itself finds, sorted; a misspelt one is corrected as ever. */
static enum err_code
find_among(struct query **q, int64_t **among, size_t *n, struct err *e)
{
	for (bool search = cli_noperands() > 0; search;) {
		free(*among);
		*among = NULL;
		search = query_ids(*q, command.db, -1, 0, among, n, e) == ERR_NONE && *n == 0 &&
		    command_correct(q, e);
	}
	if (e->code == ERR_NONE && *among != NULL)
		qsort(*among, *n, sizeof **among, compare_ids);
	return e->code;
}

enum err_code
similar_narrow(struct query **q, struct err *e)
{
	int64_t ids[LIKENESS_MAX], *among = NULL;
	size_t namong = 0;

	if (read_tracks(e) != ERR_NONE || find_among(q, &among, &namong, e) != ERR_NONE)
		goto out;
	if (likeness_find(command.db, &found.to, among, namong, &found.list, &found.n, e) != ERR_NONE)
		goto out;
	for (size_t i = 0; i < found.n; i++)
		ids[i] = found.list[i].id;
	if (found.n == 0)
		nothing_similar(e);
	else
		query_only(*q, ids, found.n, e);
out:
	free(among);
	return e->code;
}

static void
add_json(const struct track *t, const struct likeness *l, struct buf *out, struct err *e)
{
	track_json_open(t, out);
	likeness_json(command.db, &found.to, l, out, e);
	json_close(out);
	buf_putc(out, cli_separator());
}

static const enum field names[] = { F_ARTIST, F_TITLE, F_ALBUM };
enum { NAMES = sizeof names / sizeof names[0] };

/* 0.71  12  Artist - Title - Album, and the reasons below. */
static void
add_lines(const struct track *t, const struct likeness *l, struct buf *out, struct err *e)
{
	struct buf text = { 0 };
	const char *join = "  ";

	buf_printf(out, "%.2f  %lld", l->score, (long long)t->id);
	for (int i = 0; i < NAMES; i++) {
		buf_clear(&text);
		track_text(t, names[i], &text);
		if (text.len == 0)
			continue;
		buf_puts(out, join);
		out_escape(out, text.data, text.len);
		join = " - ";
	}
	buf_puts(out, "\n      ");
	buf_clear(&text);
	likeness_text(command.db, &found.to, l, &text, e);
	out_escape(out, text.data != NULL ? text.data : "", text.len);
	buf_putc(out, '\n');
	out->failed |= text.failed;
	buf_free(&text);
}

static void
add_cells(const struct track *t, const struct likeness *l, struct buf *out, struct err *e)
{
	struct table row = { .out = out, .separator = cli_separator() };
	struct buf text = { 0 };

	table_int(&row, t->id);
	for (int i = 0; i < NAMES; i++) {
		buf_clear(&text);
		track_text(t, names[i], &text);
		table_cell(&row, text.data != NULL ? text.data : "", text.len);
	}
	buf_clear(&text);
	buf_printf(&text, "%.2f", l->score);
	table_text(&row, text.data);
	buf_clear(&text);
	likeness_text(command.db, &found.to, l, &text, e);
	table_cell(&row, text.data != NULL ? text.data : "", text.len);
	table_row(&row);
	table_end(&row);
	out->failed |= text.failed;
	buf_free(&text);
}

static void
explain(const struct likeness *l, struct err *e)
{
	struct buf out = { 0 };
	struct track t = { 0 };

	if (track_load(command.db, l->id, &t, e) == ERR_NONE) {
		if (cli_json())
			add_json(&t, l, &out, e);
		else if (command.listing.form == LISTING_TABLE)
			add_lines(&t, l, &out, e);
		else
			add_cells(&t, l, &out, e);
		(void)cli_print(&out, e);
	}
	track_free(&t);
	buf_free(&out);
}

void
similar_explain(const int64_t *ids, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < found.n && e->code == ERR_NONE; k++)
			if (found.list[k].id == ids[i])
				explain(&found.list[k], e);
}
