/* SPDX-License-Identifier: MIT */
#include "store/report/stats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/out.h"
#include "store/report/chart.h"
#include "store/sql.h"
#include "store/report/count.h"

enum { GENRES_SHOWN = 12, MONTHS_SHOWN = 12 };

static void
add_tally(const struct stats_form *form, const char *title, struct tally *t, size_t shown, struct buf *out,
    struct err *e)
{
	const struct chart chart = { .title = title, .what = "tracks", .shown = shown };
	struct bar *bars = calloc(t->n + 1, sizeof *bars);

	if (bars == NULL) {
		err_memory(e);
		return;
	}
	tally_sort(t, -1, e);
	for (size_t i = 0; i < t->n; i++) {
		bars[i].n = t->entry[i].count;
		bars[i].label = tally_text(&t->entry[i], &bars[i].len);
	}
	chart_add(form, &chart, bars, t->n, out);
	free(bars);
}

static void
add_totals(const struct stats_form *form, const struct counts *c, struct buf *out)
{
	const struct {
		const char *name;
		int64_t n;
	} totals[] = { { "tracks", c->tracks }, { "artists", c->artists }, { "albums", c->albums },
		{ "files", c->files }, { "duration_ms", c->duration_ms }, { "size", c->size } };

	for (size_t i = 0; i < sizeof totals / sizeof totals[0]; i++)
		chart_total(form, totals[i].name, totals[i].n, out);
}

static void
add_decades(const struct stats_form *form, const struct counts *c, struct buf *out)
{
	const struct chart chart = { .title = "decades", .what = "tracks", .number = true };
	struct bar bars[DECADES];
	char label[DECADES][8];
	size_t n = 0;

	for (int i = 0; i < DECADES; i++) {
		if (c->decade[i] == 0)
			continue;
		snprintf(label[n], sizeof label[n], "%d", i * 10);
		bars[n] = (struct bar){ label[n], strlen(label[n]), c->decade[i] };
		n++;
	}
	chart_add(form, &chart, bars, n, out);
}

static enum err_code
add_report(struct db *db, const struct stats_form *form, struct counts *c, struct buf *out, struct err *e)
{
	const struct chart months = {
		.title = "months", .what = "tracks", .shown = MONTHS_SHOWN, .times = true, .grows = true
	};

	if (form->as == STATS_JSON)
		json_open(out, "report");
	if (stats_count(db, c, e) == ERR_NONE) {
		add_totals(form, c, out);
		add_tally(form, "formats", &c->formats, 0, out, e);
		add_decades(form, c, out);
		add_tally(form, "genres", &c->genres, GENRES_SHOWN, out, e);
		chart_months(form, &months, c->month, YEARS * 12, FIRST_YEAR, out, e);
	}
	if (form->as == STATS_JSON) {
		json_close(out);
		buf_putc(out, form->end);
	}
	return e->code;
}

enum err_code
stats_print(struct db *db, const struct stats_form *form, struct buf *out, struct err *e)
{
	struct counts *c = calloc(1, sizeof *c);
	struct err ignored = { 0 };

	if (c == NULL || sql_begin_read(db, e) != ERR_NONE) {
		free(c);
		return e->code != ERR_NONE ? e->code : err_memory(e);
	}
	add_report(db, form, c, out, e);
	if (sql_commit(db, e->code == ERR_NONE ? e : &ignored) != ERR_NONE)
		sql_rollback(db);
	tally_free(&c->formats);
	tally_free(&c->genres);
	free(c);
	return e->code != ERR_NONE ? e->code : buf_ok(out, e);
}
