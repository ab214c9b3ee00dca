#include "store/report/stats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/out.h"
#include "store/report/chart.h"
#include "store/sql.h"
#include "store/tally.h"
#include "text/fold.h"

enum { GENRES_SHOWN = 12, MONTHS_SHOWN = 12 };
enum { DECADES = 1000, YEARS = 400, FIRST_YEAR = 1970 }; /* of years 0 to 9999; of months since 1970 */

/* What is counted while each table is read once. */
struct counts {
	int64_t tracks, duration_ms, albums, files, size;
	struct tally artists, formats, genres;
	int64_t *removed; /* tracks, ascending: hardly ever any */
	size_t nremoved;
	int64_t decade[DECADES];
	int64_t month[YEARS * 12];
	int64_t day; /* the last that was looked up, and its month */
	int day_month;
};

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
	tally_sort(t);
	for (size_t i = 0; i < t->n; i++)
		bars[i] = (struct bar){ t->entry[i].text, t->entry[i].len, t->entry[i].count };
	chart_add(form, &chart, bars, t->n, out);
	free(bars);
}

static enum err_code
add_removed(struct counts *c, int64_t track, struct err *e)
{
	int64_t *more = c->removed;

	if ((c->nremoved & (c->nremoved - 1)) == 0) /* full at 0, 1, 2, 4, 8, ... */
		more = realloc(c->removed, (c->nremoved > 0 ? 2 * c->nremoved : 1) * sizeof *more);
	if (more == NULL)
		return err_memory(e);
	c->removed = more;
	more[c->nremoved++] = track;
	return ERR_NONE;
}

/* The month of an instant, from 0; -1: none that is counted.  What came together came on one day. */
static int
month_of(struct counts *c, int64_t added)
{
	time_t when = (time_t)added;
	struct tm tm;

	if (added / 86400 == c->day && added > 0)
		return c->day_month;
	if (gmtime_r(&when, &tm) == NULL)
		return -1;
	tm.tm_year += 1900 - FIRST_YEAR;
	c->day = added / 86400;
	c->day_month = tm.tm_year >= 0 && tm.tm_year < YEARS ? tm.tm_year * 12 + tm.tm_mon : -1;
	return c->day_month;
}

static enum err_code
count_track(struct counts *c, sqlite3_stmt *st, struct err *e)
{
	int64_t id = sqlite3_column_int64(st, 0), year = sqlite3_column_int64(st, 1);
	int month = month_of(c, sqlite3_column_int64(st, 2));

	if (sqlite3_column_int(st, 4) != 0)
		return add_removed(c, id, e);
	c->tracks++;
	c->duration_ms += sqlite3_column_int64(st, 3);
	if (year > 0 && year < DECADES * 10)
		c->decade[year / 10]++;
	if (month >= 0)
		c->month[month]++;
	if (sqlite3_column_type(st, 5) != SQLITE_NULL)
		tally_add(
		    &c->artists, sqlite3_column_blob(st, 5), (size_t)sqlite3_column_bytes(st, 5), id, e);
	return e->code;
}

static enum err_code
count_file(struct counts *c, sqlite3_stmt *st, struct err *e)
{
	c->files++;
	c->size += sqlite3_column_int64(st, 1);
	return tally_add(
	    &c->formats, sqlite3_column_blob(st, 0), (size_t)sqlite3_column_bytes(st, 0), c->files, e);
}

static int
compare(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static enum err_code
count_genre(struct counts *c, sqlite3_stmt *st, struct err *e)
{
	int64_t track = sqlite3_column_int64(st, 0), genre = sqlite3_column_int64(st, 1);

	if (c->nremoved > 0 && bsearch(&track, c->removed, c->nremoved, sizeof track, compare) != NULL)
		return ERR_NONE;
	return tally_add(&c->genres, &genre, sizeof genre, track, e);
}

/* Give every row of a statement to a counter. */
static enum err_code
count_rows(struct db *db, const char *sql,
    enum err_code (*count)(struct counts *c, sqlite3_stmt *st, struct err *e), struct counts *c,
    struct err *e)
{
	sqlite3_stmt *st = sql_get(db, sql, e);

	if (st == NULL)
		return e->code;
	while (sql_step(db, st, e) > 0)
		if (count(c, st, e) != ERR_NONE)
			break;
	sql_done(st);
	return e->code;
}

/* Genres were counted by their numbers. */
static enum err_code
name_genres(struct db *db, struct tally *t, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT name FROM genre WHERE id = ?", e);

	for (size_t i = 0; st != NULL && i < t->n && e->code == ERR_NONE; i++) {
		int64_t id;
		char *name = NULL;

		memcpy(&id, t->entry[i].text, sizeof id);
		sqlite3_reset(st);
		sql_int(st, 1, id);
		if (sql_step(db, st, e) > 0) {
			t->entry[i].len = (size_t)sqlite3_column_bytes(st, 0);
			name = strdup((const char *)sqlite3_column_text(st, 0));
		}
		if (name == NULL)
			return e->code != ERR_NONE ? e->code : err_memory(e);
		free(t->entry[i].text);
		t->entry[i].text = name;
	}
	sql_done(st);
	return e->code;
}

/* A file that holds several tracks counts once, as its first part that is not removed. */
#define FILE_ROWS                                                                                            \
	"SELECT f.format, b.size FROM file f NOT INDEXED CROSS JOIN blob b ON b.id = f.blob_id"              \
	" WHERE f.state <> 'removed' AND (f.part = 0 OR NOT EXISTS (SELECT 1 FROM file o"                    \
	" WHERE o.blob_id = f.blob_id AND o.part < f.part AND o.state <> 'removed'))"

static enum err_code
count_albums(struct db *db, int64_t *n, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT count(*) FROM release r WHERE r.album IS NOT NULL"
	    " AND EXISTS (SELECT 1 FROM track t WHERE t.release_id = r.id AND t.removed IS NULL)",
	    e);

	if (st == NULL)
		return e->code;
	if (sql_step(db, st, e) > 0)
		*n = sqlite3_column_int64(st, 0);
	sql_done(st);
	return e->code;
}

static enum err_code
count_all(struct db *db, struct counts *c, struct err *e)
{
	if (count_rows(db,
		"SELECT id, year, added, duration_ms, removed IS NOT NULL, iif(artist IS NULL, NULL, "
		"artist_key) FROM track ORDER BY id",
		count_track, c, e) == ERR_NONE &&
	    count_rows(db, FILE_ROWS, count_file, c, e) == ERR_NONE &&
	    count_rows(db, "SELECT track_id, genre_id FROM track_genre", count_genre, c, e) == ERR_NONE)
		name_genres(db, &c->genres, e);
	if (e->code == ERR_NONE)
		count_albums(db, &c->albums, e);
	return e->code;
}

static void
add_totals(const struct stats_form *form, const struct counts *c, struct buf *out)
{
	const struct {
		const char *name;
		int64_t n;
	} totals[] = { { "tracks", c->tracks }, { "artists", (int64_t)c->artists.n }, { "albums", c->albums },
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
	if (count_all(db, c, e) == ERR_NONE) {
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
	tally_free(&c->artists);
	tally_free(&c->formats);
	tally_free(&c->genres);
	free(c->removed);
	free(c);
	return e->code != ERR_NONE ? e->code : buf_ok(out, e);
}
