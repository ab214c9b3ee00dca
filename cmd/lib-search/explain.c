/* SPDX-License-Identifier: MIT */
/* How a query was understood, what was done for it, and why each track stands where it does. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cli.h"
#include "base/out.h"
#include "cmd/lib-search/command.h"
#include "store/query/explain.h"
#include "store/track.h"

static int64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void
add_track(int64_t id, struct buf *out, struct err *e)
{
	struct buf artist = { 0 }, title = { 0 };
	struct track t = { 0 };

	if (track_load(command.db, id, &t, e) == ERR_NONE) {
		track_text(&t, F_ARTIST, &artist);
		track_text(&t, F_TITLE, &title);
		out_printable(out, artist.len > 0 ? artist.data : "?", artist.len > 0 ? artist.len : 1);
		buf_puts(out, " - ");
		out_printable(out, title.len > 0 ? title.data : "?", title.len > 0 ? title.len : 1);
		out->failed |= artist.failed || title.failed;
	}
	buf_free(&artist);
	buf_free(&title);
	track_free(&t);
}

static void
print_text(const struct query *q, const struct explanation *x, int64_t parse_us, struct err *e)
{
	struct buf out = { 0 }, tree = { 0 };

	explain_tree(q, &tree);
	buf_puts(&out, "query\n");
	for (size_t i = 0; i < tree.len;) {
		size_t len = strcspn(tree.data + i, "\n");

		out_printable(&out, tree.data + i, len);
		buf_putc(&out, '\n');
		i += len + 1;
	}
	buf_printf(&out, "steps\n  %8.1f ms  parse\n", (double)parse_us / 1000);
	for (size_t i = 0; i < x->nsteps; i++) {
		const struct step *s = &x->steps[i];

		buf_printf(&out, "  %8.1f ms  %s: %" PRId64 " %s", (double)s->us / 1000, s->name, s->rows,
		    s->rows == 1 ? "row" : "rows");
		if (s->index != NULL)
			buf_printf(&out, " by %s", s->index);
		buf_putc(&out, '\n');
	}
	buf_puts(&out, "tracks\n");
	for (size_t i = 0; i < x->nplaces && e->code == ERR_NONE; i++) {
		buf_printf(
		    &out, "  %4lld  %" PRId64 "  ", command.offset + (long long)i + 1, x->places[i].id);
		add_track(x->places[i].id, &out, e);
		buf_printf(&out, ": %s\n", x->places[i].reasons);
	}
	out.failed |= tree.failed;
	buf_free(&tree);
	(void)cli_print(&out, e);
}

static void
print_json(const struct query *q, const struct explanation *x, int64_t parse_us, struct err *e)
{
	struct buf out = { 0 };

	json_open(&out, "explanation");
	explain_tree_json(q, "query", &out);
	if (query_note(q) != NULL)
		json_text(&out, "note", query_note(q));
	json_double(&out, "parse_ms", (double)parse_us / 1000);
	json_array_begin(&out, "steps");
	for (size_t i = 0; i < x->nsteps; i++) {
		json_object_begin(&out, NULL);
		json_text(&out, "name", x->steps[i].name);
		if (x->steps[i].index != NULL)
			json_text_n(&out, "by", x->steps[i].index, strlen(x->steps[i].index));
		json_int(&out, "rows", x->steps[i].rows);
		json_double(&out, "ms", (double)x->steps[i].us / 1000);
		json_object_end(&out);
	}
	json_array_end(&out);
	json_array_begin(&out, "tracks");
	for (size_t i = 0; i < x->nplaces; i++) {
		json_object_begin(&out, NULL);
		json_int(&out, "rank", command.offset + (long long)i + 1);
		json_int(&out, "id", x->places[i].id);
		json_text(&out, "reasons", x->places[i].reasons);
		json_object_end(&out);
	}
	json_array_end(&out);
	json_close(&out);
	buf_putc(&out, cli_separator());
	(void)cli_print(&out, e);
}

static void
print_why(int64_t track, int64_t rank, const struct buf *why, struct err *e)
{
	const char *text = why->len > 0 ? why->data : "";
	struct buf out = { 0 };

	if (cli_json()) {
		json_open(&out, "explanation");
		json_int(&out, "id", track);
		if (rank > 0)
			json_int(&out, "rank", rank);
		/* without the end of the last line */
		json_text_n(&out, rank > 0 ? "reasons" : "misses", text,
		    why->len - (why->len > 0 && text[why->len - 1] == '\n'));
		json_close(&out);
		buf_putc(&out, cli_separator());
	} else if (rank > 0) {
		add_track(track, &out, e);
		buf_printf(&out, " is number %" PRId64 ": %s\n", rank, text);
	} else {
		add_track(track, &out, e);
		buf_puts(&out, " is not found: it does not match\n");
		for (const char *s = text; *s != '\0';) {
			size_t len = strcspn(s, "\n");

			buf_puts(&out, "  ");
			out_printable(&out, s, len);
			buf_putc(&out, '\n');
			s += len + (s[len] == '\n');
		}
	}
	(void)cli_print(&out, e);
	if (rank == 0 && e->code == ERR_NONE)
		e->code = ERR_NOMATCH; /* told already */
}

static void
explain_one(struct query *q, struct err *e)
{
	struct buf why = { 0 };
	int64_t track, rank = 0;

	if (track_parse(command.why, &track, e) == ERR_NONE &&
	    explain_why(q, command.db, track, &rank, &why, e) == ERR_NONE && buf_ok(&why, e) == ERR_NONE)
		print_why(track, rank, &why, e);
	buf_free(&why);
}

void
explain_query(struct err *e)
{
	struct explanation x = { 0 };
	int64_t began = now_us(), parsed;
	struct query *q = command_query(e);

	parsed = now_us() - began;
	if (q != NULL && command.why != NULL) {
		explain_one(q, e);
	} else if (q != NULL) {
		int64_t limit = command.limit >= 0 ? command.limit : 50;

		for (bool search = true; search;) {
			explanation_free(&x);
			x = (struct explanation){ 0 };
			search = explain_run(q, command.db, limit, command.offset, &x, e) == ERR_NONE &&
			    x.nplaces == 0 && limit != 0 && command.correct && command_correct(&q, e);
		}
		if (e->code == ERR_NONE || e->code == ERR_NOMATCH) {
			struct err told = *e;

			*e = (struct err){ 0 };
			(cli_json() ? print_json : print_text)(q, &x, parsed, e);
			if (e->code == ERR_NONE && x.nplaces == 0)
				*e = (struct err){ .code = ERR_NOMATCH };
			if (e->code == ERR_NOMATCH && told.code != ERR_NONE)
				*e = told;
		}
	}
	explanation_free(&x);
	query_free(q);
}
