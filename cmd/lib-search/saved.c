/* SPDX-License-Identifier: MIT */
/* Saved searches: the only writing that lib-search does. */
#include <stdlib.h>

#include "base/cli.h"
#include "base/out.h"
#include "base/words.h"
#include "cmd/lib-search/command.h"
#include "store/query/saved.h"
#include "text/table.h"

/* With --json: what became of a saved search. */
static void
report(const char *name, bool forgotten, struct err *e)
{
	struct buf out = { 0 };

	if (!cli_json())
		return;
	json_open(&out, "saved");
	json_text(&out, "name", name);
	if (forgotten)
		json_bool(&out, "forgotten", true);
	else {
		json_array_begin(&out, "query");
		for (char **word = cli_operands(); *word != NULL; word++)
			json_text(&out, NULL, *word);
		json_array_end(&out);
	}
	json_close(&out);
	buf_putc(&out, cli_separator());
	(void)cli_print(&out, e);
}

void
saved_save(struct err *e)
{
	char *note = NULL;

	if (saved_put(command.db, command.subject, cli_operands(), &note, e) == ERR_NONE && note != NULL)
		cli_note("%s", note);
	if (e->code == ERR_NONE)
		report(command.subject, false, e);
	free(note);
}

static void
add_json(struct buf *out, const struct saved *s)
{
	json_open(out, "saved");
	json_text(out, "name", s->name);
	json_array_begin(out, "query");
	for (size_t i = 0; i < s->nwords; i++)
		json_text(out, NULL, s->words[i]);
	json_array_end(out);
	json_time(out, "modified", s->changed);
	json_close(out);
	buf_putc(out, cli_separator());
}

void
saved_print(struct err *e)
{
	struct saved *list = NULL;
	struct buf out = { 0 }, query = { 0 };
	struct table t = { .out = &out,
		.separator = cli_separator(),
		.aligned = command.listing.columns > 0 && !cli_null(),
		.fit = command.listing.columns };
	size_t n = 0;

	if (saved_list(command.db, &list, &n, e) == ERR_NONE && n == 0)
		err_set(e, ERR_NOMATCH, "no search is saved");
	for (size_t i = 0; i < n; i++) {
		if (cli_json()) {
			add_json(&out, &list[i]);
			continue;
		}
		buf_clear(&query);
		words_quote(&query, list[i].words);
		table_text(&t, list[i].name);
		table_cell(&t, query.data, query.len);
		table_row(&t);
	}
	table_end(&t);
	out.failed |= query.failed;
	if (e->code == ERR_NONE)
		(void)cli_print(&out, e);
	buf_free(&out);
	buf_free(&query);
	saved_free(list, n);
}

/* The option's name, then the operands. */
void
saved_drop(struct err *e)
{
	const char *name = command.subject;
	char **more = cli_operands();
	int dropped = 0;

	for (; name != NULL; name = *more++) {
		struct err own = { 0 };

		if (saved_forget(command.db, name, &own) != ERR_NONE) {
			cli_failed(&own);
			continue;
		}
		dropped++;
		report(name, true, e);
	}
	if (dropped == 0 && e->code == ERR_NONE)
		e->code = ERR_NOTFOUND; /* told already */
}
