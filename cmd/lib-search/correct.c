/* SPDX-License-Identifier: MIT */
/* Nothing was found: did you mean ...? */
#include <stdlib.h>

#include "base/cli.h"
#include "base/out.h"
#include "base/words.h"
#include "cmd/lib-search/command.h"
#include "store/query/suggest.h"

static void
print_json(char *const *words, const char *text, struct err *e)
{
	struct buf out = { 0 };

	json_open(&out, "suggestion");
	json_array_begin(&out, "query");
	for (size_t i = 0; words[i] != NULL; i++)
		json_text(&out, NULL, words[i]);
	json_array_end(&out);
	json_text(&out, "text", text);
	json_close(&out);
	buf_putc(&out, cli_separator());
	(void)cli_print(&out, e);
}

/* Tell of the corrected query, or put it into the place of *q: true. */
static bool
take(struct query **q, char **words, struct err *e)
{
	struct buf text = { 0 };
	struct query *better = NULL;

	words_quote(&text, words);
	if (buf_ok(&text, e) != ERR_NONE)
		goto out;
	if (command.correct) {
		better = command_parse(words, e);
		if (better != NULL) {
			cli_note("nothing found: searching for %s", text.data);
			query_free(*q);
			*q = better;
		}
	} else {
		if (cli_json())
			print_json(words, text.data, e);
		cli_note("nothing found; did you mean: %s", text.data);
		if (e->code == ERR_NONE)
			e->code = ERR_NOMATCH; /* told already */
	}
out:
	buf_free(&text);
	return better != NULL;
}

static void
free_words(char **words)
{
	size_t n = 0;

	while (words != NULL && words[n] != NULL)
		n++;
	words_free(words, n);
}

bool
command_correct(struct query **q, struct err *e)
{
	bool wanted = command.correct || cli_json() || !cli_quiet();
	char **words = NULL;
	bool again = false;

	if (wanted && command.offset == 0 && query_suggest(*q, command.db, &words, e) != ERR_NONE)
		return false;
	if (words != NULL)
		again = take(q, words, e);
	else
		command_nothing(e);
	free_words(words);
	return again;
}

void
command_few(struct query *q, size_t n, struct err *e)
{
	struct buf text = { 0 };
	char **words = NULL;
	int64_t least = 0;

	if (n == 0 || n > SUGGEST_FEW || command.offset > 0 || cli_quiet() ||
	    (command.limit >= 0 && command.limit <= SUGGEST_FEW) ||
	    query_suggest_more(q, command.db, n, &words, &least, e) != ERR_NONE || words == NULL)
		return;
	words_quote(&text, words);
	if (buf_ok(&text, e) == ERR_NONE)
		cli_note("%lld tracks or more are found by: %s", (long long)least, text.data);
	buf_free(&text);
	free_words(words);
}
