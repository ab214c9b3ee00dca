#include "store/charts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/out.h"
#include "store/sql.h"
#include "store/tally.h"
#include "text/fold.h"

enum { BAR_MAX = 40, GENRES_SHOWN = 12, MONTHS_SHOWN = 12 };
enum { DECADES = 1000, YEARS = 400, FIRST_YEAR = 1970 }; /* of years 0 to 9999; of months since 1970 */

/* What is counted while the tracks are read once. */
struct counts {
	int64_t decade[DECADES];
	int64_t month[YEARS * 12];
};

struct bar {
	const char *label;
	size_t len;
	int64_t tracks;
};

/* Eighths of a column, so that small differences show. */
static void
draw_bar(struct buf *out, int64_t n, int64_t most, int room)
{
	int eighths = most > 0 ? (int)(n * room * 8 / most) : 0;

	if (n > 0 && eighths == 0)
		eighths = 1;
	for (; eighths >= 8; eighths -= 8)
		buf_puts(out, "\xe2\x96\x88");
	if (eighths > 0)
		buf_printf(out, "\xe2\x96%c", (char)(0x90 - eighths));
}

static void
draw(const struct stats_form *form, const char *title, const struct bar *bars, size_t n, struct buf *out)
{
	int widest = 1, room, limit = form->columns / 3;
	int64_t most = 0;

	for (size_t i = 0; i < n; i++) {
		int width = text_width(bars[i].label, bars[i].len);

		widest = width > widest ? width : widest;
		most = bars[i].tracks > most ? bars[i].tracks : most;
	}
	if (widest > limit)
		widest = limit > 1 ? limit : 1;
	room = form->columns - widest - 14;
	if (room > BAR_MAX)
		room = BAR_MAX;
	buf_printf(out, "%c%s%s%s%c", form->end, form->color ? "\033[1m" : "", title,
	    form->color ? "\033[0m" : "", form->end);
	for (size_t i = 0; i < n; i++) {
		size_t fits = text_fit(bars[i].label, bars[i].len, widest);

		out_printable(out, bars[i].label, fits);
		for (int w = text_width(bars[i].label, fits); w < widest; w++)
			buf_putc(out, ' ');
		buf_printf(out, " %9lld  ", (long long)bars[i].tracks);
		draw_bar(out, bars[i].tracks, most, room > 0 ? room : 0);
		buf_putc(out, form->end);
	}
}

/* The last `shown` of them as bars (first: the first of them), or all as JSON. */
static void
add_chart(const struct stats_form *form, const char *title, const struct bar *bars, size_t n, size_t shown,
    bool first, struct buf *out)
{
	size_t skip = n > shown && !first ? n - shown : 0;
	bool numbers;

	if (form->columns > 0) {
		if (n > 0)
			draw(form, title, bars + skip, n > shown ? shown : n, out);
		return;
	}
	numbers = strcmp(title, "decades") == 0;
	json_array(out, title);
	for (size_t i = 0; i < n; i++) {
		json_object(out, NULL);
		if (numbers)
			json_int(out, "value", strtoll(bars[i].label, NULL, 10));
		else
			json_text_n(out, "value", bars[i].label, bars[i].len);
		json_int(out, "tracks", bars[i].tracks);
		json_object_end(out);
	}
	json_array_end(out);
}

static void
add_tally(const struct stats_form *form, const char *title, struct tally *t, size_t shown, struct buf *out,
    struct err *e)
{
	struct bar *bars = calloc(t->n + 1, sizeof *bars);

	if (bars == NULL) {
		err_memory(e);
		return;
	}
	tally_sort(t);
	for (size_t i = 0; i < t->n; i++)
		bars[i] = (struct bar){ t->entry[i].text, t->entry[i].len, t->entry[i].count };
	add_chart(form, title, bars, t->n, shown, true, out);
	free(bars);
}

/* Count the first column of every row. */
static enum err_code
count_texts(struct db *db, const char *sql, struct tally *t, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, sql, e);
	int64_t row = 0;

	if (st == NULL)
		return e->code;
	while (sql_step(db, st, e) > 0)
		if (tally_add(t, sqlite3_column_blob(st, 0), (size_t)sqlite3_column_bytes(st, 0), ++row, e) !=
		    ERR_NONE)
			break;
	sql_done(st);
	return e->code;
}

static enum err_code
count_tracks(struct db *db, struct counts *c, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT year, added FROM track WHERE removed IS NULL", e);

	if (st == NULL)
		return e->code;
	while (sql_step(db, st, e) > 0) {
		int64_t year = sqlite3_column_int64(st, 0);
		time_t added = (time_t)sqlite3_column_int64(st, 1);
		struct tm tm;

		if (year > 0 && year < DECADES * 10)
			c->decade[year / 10]++;
		if (gmtime_r(&added, &tm) == NULL)
			continue;
		tm.tm_year += 1900 - FIRST_YEAR;
		if (tm.tm_year >= 0 && tm.tm_year < YEARS)
			c->month[tm.tm_year * 12 + tm.tm_mon]++;
	}
	sql_done(st);
	return e->code;
}

static void
add_decades(const struct stats_form *form, const struct counts *c, struct buf *out)
{
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
	add_chart(form, "decades", bars, n, n, true, out);
}

static void
add_months(const struct stats_form *form, const struct counts *c, struct buf *out)
{
	struct bar bars[YEARS * 12];
	char label[YEARS * 12][16];
	size_t n = 0;

	for (int i = 0; i < YEARS * 12; i++) {
		if (c->month[i] == 0)
			continue;
		snprintf(label[n], sizeof label[n], "%04d-%02d", FIRST_YEAR + i / 12, i % 12 + 1);
		bars[n] = (struct bar){ label[n], strlen(label[n]), c->month[i] };
		n++;
	}
	add_chart(form, "months", bars, n, MONTHS_SHOWN, false, out);
}

enum err_code
charts_add(struct db *db, const struct stats_form *form, struct buf *out, struct err *e)
{
	struct counts *c = calloc(1, sizeof *c);
	struct tally formats = { 0 }, genres = { 0 };

	if (c == NULL)
		return err_memory(e);
	if (count_texts(db, "SELECT format FROM file WHERE state <> 'removed'", &formats, e) == ERR_NONE &&
	    count_tracks(db, c, e) == ERR_NONE &&
	    count_texts(db,
		"SELECT g.name FROM track_genre c CROSS JOIN track t ON t.id = c.track_id"
		" CROSS JOIN genre g ON g.id = c.genre_id WHERE t.removed IS NULL",
		&genres, e) == ERR_NONE) {
		add_tally(form, "formats", &formats, formats.n, out, e);
		add_decades(form, c, out);
		add_tally(form, "genres", &genres, GENRES_SHOWN, out, e);
		add_months(form, c, out);
	}
	tally_free(&formats);
	tally_free(&genres);
	free(c);
	return e->code;
}
