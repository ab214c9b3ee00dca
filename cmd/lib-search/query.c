/* SPDX-License-Identifier: MIT */
/* The query of the command line, and what of its results is wanted. */
#include <stdlib.h>

#include "base/cli.h"
#include "cmd/lib-search/command.h"

/* What would be a note is an error. */
static enum err_code
refuse_note(const struct query *q, struct err *e)
{
	char *fault = query_fault(q);

	if (fault != NULL)
		err_set(e, ERR_USAGE, "%s", fault);
	free(fault);
	return e->code;
}

struct query *
command_parse(char *const *words, struct err *e)
{
	struct query *q = NULL;

	if (query_parse(&q, command.db, words, e) != ERR_NONE)
		return NULL;
	if (command.strict && refuse_note(q, e) != ERR_NONE) {
		query_free(q);
		return NULL;
	}
	if (command.sort != NULL && query_sort(q, command.sort, e) != ERR_NONE) {
		query_free(q);
		return NULL;
	}
	if (query_note(q) != NULL)
		cli_note("%s", query_note(q));
	return q;
}

struct query *
command_query(struct err *e)
{
	struct query *q = command_parse(cli_operands(), e);

	if (q != NULL && command.similar != NULL && similar_narrow(&q, e) != ERR_NONE) {
		query_free(q);
		q = NULL;
	}
	return q;
}

enum err_code
command_nothing(struct err *e)
{
	return err_set(e, ERR_NOMATCH, "%s", cli_quiet() ? "" : "nothing found");
}

size_t
command_page(size_t n, size_t *first)
{
	*first = (unsigned long long)command.offset < n ? (size_t)command.offset : n;
	n -= *first;
	return command.limit >= 0 && n > (unsigned long long)command.limit ? (size_t)command.limit : n;
}
