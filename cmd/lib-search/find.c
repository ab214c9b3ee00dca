/* SPDX-License-Identifier: MIT */
/* What a query finds: tracks, their number, their values, albums and artists. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cli.h"
#include "base/out.h"
#include "cmd/lib-search/command.h"
#include "store/listing/groups.h"
#include "store/query/facet.h"
#include "text/table.h"

/* Batch by batch; nothing is held in the database while a pager waits. */
static void
print(const int64_t *ids, size_t n, struct err *e)
{
	for (size_t i = 0; i < n && e->code == ERR_NONE && !ferror(stdout); i += LISTING_BATCH) {
		size_t batch = n - i < LISTING_BATCH ? n - i : LISTING_BATCH;
		struct buf out = { 0 };

		if (listing_add(&command.listing, command.db, ids + i, batch, &out, e) == ERR_NONE)
			(void)cli_print(&out, e);
		buf_free(&out);
	}
}

void
find_tracks(struct err *e)
{
	struct query *q;
	int64_t *ids = NULL;
	size_t n = 0;

	if (command.explain && command.similar == NULL) {
		explain_query(e);
		return;
	}
	q = command_query(e);
	for (bool search = q != NULL; search;) {
		free(ids);
		ids = NULL;
		search = query_ids(q, command.db, command.limit, command.offset, &ids, &n, e) == ERR_NONE &&
		    n == 0 && command.limit != 0 && command_correct(&q, e);
	}
	if (e->code == ERR_NONE && command.explain)
		similar_explain(ids, n, e);
	else if (e->code == ERR_NONE)
		print(ids, n, e);
	if (e->code == ERR_NONE && q != NULL)
		command_few(q, n, e);
	free(ids);
	query_free(q);
}

/* The number says that there is nothing: only a correction is worth a note. */
static bool
count_corrected(struct query **q, struct err *e)
{
	bool again = command_correct(q, e);

	if (e->code == ERR_NOMATCH)
		*e = (struct err){ .code = ERR_NOMATCH };
	return again;
}

void
find_count(struct err *e)
{
	struct query *q = command_query(e);
	int64_t count = 0;

	for (bool search = q != NULL; search;)
		search =
		    query_count(q, command.db, &count, e) == ERR_NONE && count == 0 && count_corrected(&q, e);
	if (q != NULL && (e->code == ERR_NONE || e->code == ERR_NOMATCH)) {
		printf(cli_json() ? "{\"v\":1,\"type\":\"summary\",\"count\":%lld}%c" : "%lld%c",
		    (long long)count, cli_separator());
		if (count == 0)
			e->code = ERR_NOMATCH;
	}
	query_free(q);
}

/* Some at a time: a million values need not be there twice. */
enum { PRINTED = 1 << 16 };

static void
print_facets(const struct facets *f, size_t first, struct err *e)
{
	const char *name = f->field != F_NONE ? field_info(f->field)->name : command.subject;
	enum field_type type = f->field != F_NONE ? field_info(f->field)->type : FIELD_TEXT;
	struct buf out = { 0 }, text = { 0 };
	struct table t = { .out = &out,
		.separator = cli_separator(),
		.aligned = command.listing.columns > 0 && !cli_null(),
		.fit = command.listing.columns,
		.right = 1 };

	for (size_t i = first; i < f->values.n; i++) {
		const struct tally_entry *x = &f->values.entry[i];

		if (!t.aligned && out.len > PRINTED && cli_print(&out, e) != ERR_NONE)
			break;
		buf_clear(&text);
		tally_put(x, &text);
		buf_putc(&text, '\0');
		if (text.failed) {
			err_memory(e);
			break;
		}
		if (!cli_json()) {
			table_int(&t, x->count);
			table_cell(&t, text.data, text.len - 1);
			table_row(&t);
			continue;
		}
		json_open(&out, "facet");
		json_text(&out, "field", name);
		if (type == FIELD_INT && f->field != F_OWNER)
			json_int(&out, "value", strtoll(text.data, NULL, 10));
		else if (type == FIELD_REAL)
			json_double(&out, "value", strtod(text.data, NULL));
		else if (type == FIELD_BOOL)
			json_bool(&out, "value", true);
		else
			json_bytes(&out, "value", text.data, text.len - 1);
		json_int(&out, "tracks", x->count);
		json_close(&out);
		buf_putc(&out, cli_separator());
	}
	table_end(&t);
	(void)cli_print(&out, e);
	buf_free(&text);
}

/* Its tracks may be without values. */
static bool
finds_nothing(struct query *q, struct err *e)
{
	bool found = false;

	return query_finds(q, command.db, false, 1, &found, e) == ERR_NONE && !found;
}

void
find_facet(struct err *e)
{
	int64_t most = command.limit < 0 ? -1 : command.limit + command.offset;
	struct query *q = command_query(e);
	struct facets f = { .field = F_NONE };

	for (bool search = q != NULL; search;) {
		facets_free(&f);
		search = facets_count(q, command.db, command.subject, most, &f, e) == ERR_NONE &&
		    f.values.n == 0 && command.limit != 0 && finds_nothing(q, e) && command_correct(&q, e);
	}
	if (e->code == ERR_NONE) {
		size_t first, page = command_page(f.values.n, &first);

		if (page == 0 && command.limit != 0)
			command_nothing(e);
		else
			print_facets(&f, first, e);
	}
	facets_free(&f);
	query_free(q);
}

static void
print_groups(enum group_by by, const struct group *list, size_t n, struct err *e)
{
	struct groups_form form = { .json = cli_json(),
		.color = command.listing.color,
		.end = cli_separator(),
		.columns = cli_null() ? 0 : command.listing.columns };
	struct buf out = { 0 };

	if (groups_print(command.db, by, list, n, &form, &out, e) == ERR_NONE)
		(void)cli_print(&out, e);
	buf_free(&out);
}

static void
find_groups(enum group_by by, struct err *e)
{
	struct query *q = command_query(e);
	struct group *list = NULL;
	int64_t *ids = NULL, by_name = 0;
	size_t n = 0, count = 0, first;

	for (bool search = q != NULL; search;) {
		free(ids);
		ids = NULL;
		search = query_ids(q, command.db, -1, 0, &ids, &n, e) == ERR_NONE && n == 0 &&
		    command.limit != 0 && command_correct(&q, e);
	}
	if (q != NULL && e->code == ERR_NONE && !query_has_order(q, command.db))
		by_name = command.limit >= 0 ? command.limit + command.offset : -1;
	if (q != NULL && e->code == ERR_NONE &&
	    groups_make(command.db, by, &ids, n, by_name, &list, &count, e) == ERR_NONE) {
		size_t page = command_page(count, &first);

		if (page == 0 && command.limit != 0)
			command_nothing(e);
		else
			print_groups(by, list + first, page, e);
	}
	free(list);
	free(ids);
	query_free(q);
}

void
find_albums(struct err *e)
{
	find_groups(GROUP_ALBUMS, e);
}

void
find_artists(struct err *e)
{
	find_groups(GROUP_ARTISTS, e);
}
