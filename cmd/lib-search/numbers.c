/* SPDX-License-Identifier: MIT */
/* The library and what was heard in numbers: JSON, bars on a terminal, a page for a browser. */
#include <stdlib.h>
#include <string.h>

#include "base/cli.h"
#include "base/time.h"
#include "cmd/lib-search/command.h"
#include "store/history/list.h"
#include "store/report/page.h"
#include "store/report/stats.h"

static struct stats_form
form_wanted(void)
{
	struct stats_form f = {
		.end = cli_separator(), .columns = command.listing.columns, .color = command.listing.color
	};

	f.as = cli_json() || cli_null() || f.columns <= 0 ? STATS_JSON : STATS_LINES;
	if (command.html)
		f.as = STATS_HTML;
	return f;
}

/* A page's title: the folder that the library lies in. */
static void
begin(struct buf *out)
{
	struct buf title = { 0 };

	if (!command.html)
		return;
	buf_printf(&title, "Music in %s", cli_library());
	page_begin(out, title.data != NULL ? title.data : "Music", time_now());
	buf_free(&title);
}

static void
end(struct buf *out, struct err *e)
{
	if (command.html)
		page_end(out);
	if (e->code == ERR_NONE)
		(void)cli_print(out, e);
	buf_free(out);
}

void
numbers_library(struct err *e)
{
	struct stats_form form = form_wanted();
	struct plays_wanted all = { 0 };
	struct buf out = { 0 }, heard = { 0 };
	int64_t plays = 0;

	begin(&out);
	if (stats_print(command.db, &form, &out, e) == ERR_NONE && command.html &&
	    plays_stats(command.db, &all, &form, -1, &plays, &heard, e) == ERR_NONE && plays > 0) {
		page_section(&out, "What was heard");
		buf_add(&out, heard.data, heard.len);
	}
	buf_free(&heard);
	end(&out, e);
}

void
numbers_plays(struct err *e)
{
	struct stats_form form = form_wanted();
	int64_t *tracks = NULL, plays = 0;
	struct plays_wanted w;
	struct buf out = { 0 };

	begin(&out);
	if (plays_read_wanted(&w, &tracks, e) == ERR_NONE &&
	    plays_stats(command.db, &w, &form, command.shown, &plays, &out, e) == ERR_NONE && plays == 0)
		command_nothing(e);
	end(&out, e);
	free(tracks);
}
