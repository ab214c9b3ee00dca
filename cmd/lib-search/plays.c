/* SPDX-License-Identifier: MIT */
/* Plays: what was heard, one by one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cli.h"
#include "base/time.h"
#include "cmd/lib-search/command.h"
#include "store/history/list.h"
#include "text/parse.h"

enum { BATCH = 256 };

static const struct {
	const char *name;
	enum plays_form form;
} forms[] = { { "json", PLAYS_JSON }, { "scrobbler-log", PLAYS_SCROBBLER_LOG },
	{ "listenbrainz", PLAYS_LISTENBRAINZ } };

int
plays_form_of(const char *name)
{
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
		if (strcmp(forms[i].name, name) == 0)
			return (int)forms[i].form;
	return -1;
}

void
plays_time(const char *option, const char *value, bool end, int64_t *seconds)
{
	struct when w;

	if (!parse_when(value, strlen(value), time_now(), &w))
		cli_usage("%s: '%s' is not a date such as 2024-03, today or 2w", option, value);
	*seconds = end ? w.to : w.from;
}

enum err_code
plays_read_wanted(struct plays_wanted *w, int64_t **ids, struct err *e)
{
	struct query *q = NULL;

	*w = (struct plays_wanted){ .since = command.since, .until = command.until, .user = command.user };
	if (cli_noperands() == 0)
		return ERR_NONE;
	q = command_query(e);
	if (q != NULL && query_ids(q, command.db, -1, 0, ids, &w->ntracks, e) == ERR_NONE) {
		if (w->ntracks == 0)
			command_nothing(e);
		w->tracks = *ids;
	}
	query_free(q);
	return e->code;
}

void
plays_list(struct err *e)
{
	struct plays_sheet sheet = { .end = cli_separator(), .color = command.listing.color };
	bool people = command.listing.columns > 0 && !cli_null();
	int64_t *tracks = NULL, *ids = NULL;
	struct plays_wanted w;
	size_t n = 0;

	sheet.form = command.as >= 0 ? (enum plays_form)command.as
	    : cli_json()             ? PLAYS_JSON
	    : people                 ? PLAYS_TABLE
				     : PLAYS_TEXT;
	sheet.columns = sheet.form == PLAYS_TABLE ? command.listing.columns : 0;
	if (plays_read_wanted(&w, &tracks, e) == ERR_NONE &&
	    plays_ids(command.db, &w, sheet.form, command.limit, command.offset, &ids, &n, e) == ERR_NONE) {
		if (n == 0 && command.limit != 0)
			command_nothing(e);
		for (size_t i = 0; i < n && e->code == ERR_NONE && !ferror(stdout); i += BATCH) {
			struct buf out = { 0 };

			if (i == 0)
				plays_head(&sheet, &out);
			if (plays_print(command.db, &sheet, ids + i, n - i < BATCH ? n - i : BATCH, &out,
				e) == ERR_NONE)
				(void)cli_print(&out, e);
			buf_free(&out);
		}
	}
	free(tracks);
	free(ids);
}
