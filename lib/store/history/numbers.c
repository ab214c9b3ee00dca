/* SPDX-License-Identifier: MIT */
/* What was heard, in numbers: every play is looked at once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/out.h"
#include "store/report/chart.h"
#include "store/history/list.h"
#include "store/sql.h"
#include "store/tally.h"

enum { YEARS = 400, FIRST_YEAR = 1970, SHOWN = 10, MONTHS_SHOWN = 24 };

struct counts {
	int64_t plays, listened_ms;
	int64_t *told; /* plays of each row of told, by its id */
	int64_t ntold;
	int64_t month[YEARS * 12], hour[24];
	struct tally artists, albums, tracks; /* by their folded names, with the printed one behind a NUL */
};

static void
count_time(struct counts *c, int64_t start)
{
	time_t t = (time_t)start;
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL)
		return;
	c->hour[tm.tm_hour]++;
	tm.tm_year += 1900 - FIRST_YEAR;
	if (tm.tm_year >= 0 && tm.tm_year < YEARS)
		c->month[tm.tm_year * 12 + tm.tm_mon]++;
}

static enum err_code
count_plays(struct db *db, const struct plays_wanted *w, struct counts *c, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT p.told_id, p.start, p.heard_ms FROM play p WHERE p.uncounted IS NULL AND p.dup_of IS NULL"
	    " AND +p.start >= ?1 AND (?2 = 0 OR +p.start < ?2)"
	    " AND (?3 IS NULL OR p.listener_id = (SELECT id FROM listener WHERE name = ?3))",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, w->since != 0 ? w->since : INT64_MIN);
	sql_int(st, 2, w->until);
	sql_text(st, 3, w->user);
	while (sql_step(db, st, e) == 1) {
		int64_t told = sqlite3_column_int64(st, 0);

		if (told < 0 || told >= c->ntold || c->told[told] < 0)
			continue;
		c->told[told]++;
		c->plays++;
		c->listened_ms += sqlite3_column_int64(st, 2);
		count_time(c, sqlite3_column_int64(st, 1));
	}
	sql_done(st);
	return e->code;
}

/* Room for each row of told; -1 where its plays are not wanted. */
static enum err_code
make_room(struct db *db, bool narrowed, struct counts *c, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT ifnull(max(id), 0) + 1 FROM told", e);

	if (st == NULL)
		return e->code;
	if (sql_step(db, st, e) == 1)
		c->ntold = sqlite3_column_int64(st, 0);
	sql_done(st);
	if (e->code != ERR_NONE)
		return e->code;
	c->told = calloc((size_t)c->ntold + 1, sizeof *c->told);
	if (c->told == NULL)
		return err_memory(e);
	if (!narrowed)
		return ERR_NONE;
	if ((st = sql_get(db, "SELECT id FROM told WHERE NOT wanted(recording_id)", e)) == NULL)
		return e->code;
	while (sql_step(db, st, e) == 1)
		c->told[sqlite3_column_int64(st, 0)] = -1;
	sql_done(st);
	return e->code;
}

/* One key for all prints of a name: the first print that comes stands for it. */
static enum err_code
tell(struct tally *t, const char *a, const char *b, const char *print_a, const char *print_b, int64_t n,
    struct err *e)
{
	struct buf key = { 0 };
	size_t before = t->n;

	buf_printf(&key, "%s%c%s", a, '\0', b != NULL ? b : "");
	if (buf_ok(&key, e) == ERR_NONE && tally_add_times(t, key.data, key.len, n, e) == ERR_NONE &&
	    t->n > before) {
		struct buf print = { 0 };

		buf_puts(&print, print_a);
		if (print_b != NULL)
			buf_printf(&print, "%s%s", *print_a != '\0' ? " - " : "", print_b);
		if (buf_ok(&print, e) == ERR_NONE)
			tally_print(t, before, print.data != NULL ? print.data : "", e);
		buf_free(&print);
	}
	buf_free(&key);
	return e->code;
}

static enum err_code
count_names(struct db *db, struct counts *c, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT o.id, s.artist_key, s.title_key, o.album_key, o.artist, o.title, o.album"
	    " FROM told o JOIN song s ON s.id = o.song_id",
	    e);

	if (st == NULL)
		return e->code;
	while (e->code == ERR_NONE && sql_step(db, st, e) == 1) {
		int64_t told = sqlite3_column_int64(st, 0), n = told < c->ntold ? c->told[told] : 0;
		const char *v[7] = { NULL };

		for (int i = 1; i < 7; i++)
			v[i] = (const char *)sqlite3_column_text(st, i);
		if (n <= 0)
			continue;
		if (*v[1] != '\0')
			tell(&c->artists, v[1], NULL, v[4], NULL, n, e);
		if (e->code == ERR_NONE && *v[3] != '\0')
			tell(&c->albums, v[1], v[3], v[4], v[6], n, e);
		if (e->code == ERR_NONE)
			tell(&c->tracks, v[1], v[2], v[4], v[5], n, e);
	}
	sql_done(st);
	return e->code;
}

/* -- printed --------------------------------------------------------------- */

static enum err_code
add_names(const struct stats_form *form, const char *title, struct tally *t, int64_t shown, struct buf *out,
    struct err *e)
{
	const struct chart chart = { .title = title, .what = "plays" };
	struct bar *bars = calloc(t->n + 1, sizeof *bars);
	size_t n = shown >= 0 && t->n > (uint64_t)shown ? (size_t)shown : t->n;

	if (bars == NULL)
		return err_memory(e);
	tally_sort(t, -1, e);
	for (size_t i = 0; i < n; i++) {
		size_t len;
		const char *print = tally_text(&t->entry[i], &len);

		print += len + 1;
		bars[i] = (struct bar){ print, strlen(print), t->entry[i].count };
	}
	chart_add(form, &chart, bars, n, out);
	free(bars);
	return ERR_NONE;
}

static void
add_hours(const struct stats_form *form, const struct counts *c, struct buf *out)
{
	const struct chart chart = { .title = "hours", .what = "plays", .number = true, .times = true };
	struct bar bars[24];
	char label[24][4];

	for (int i = 0; i < 24; i++) {
		snprintf(label[i], sizeof label[i], "%02d", i);
		bars[i] = (struct bar){ label[i], 2, c->hour[i] };
	}
	chart_add(form, &chart, bars, 24, out);
}

static void
add_totals(const struct stats_form *form, const struct counts *c, struct buf *out)
{
	chart_total(form, "plays", c->plays, out);
	if (form->as == STATS_JSON || form->as == STATS_HTML)
		chart_total(form, "heard_ms", c->listened_ms, out);
	if (form->as == STATS_JSON)
		return; /* the lists below are whole */
	chart_total(form, "artists", (int64_t)c->artists.n, out);
	chart_total(form, "albums", (int64_t)c->albums.n, out);
	chart_total(form, "tracks", (int64_t)c->tracks.n, out);
}

static enum err_code
add_report(const struct stats_form *form, struct counts *c, int64_t shown, struct buf *out, struct err *e)
{
	const bool json = form->as == STATS_JSON;
	int64_t most = shown >= 0 || json ? shown : SHOWN;
	struct chart months = { .title = "months", .what = "plays", .times = true };

	months.most = shown > 0 ? (size_t)shown : 0;
	months.shown = shown >= 0 ? 0 : MONTHS_SHOWN;
	if (json)
		json_open(out, "report");
	add_totals(form, c, out);
	if (add_names(form, "artists", &c->artists, most, out, e) == ERR_NONE &&
	    add_names(form, "albums", &c->albums, most, out, e) == ERR_NONE &&
	    add_names(form, "tracks", &c->tracks, most, out, e) == ERR_NONE &&
	    chart_months(form, &months, c->month, YEARS * 12, FIRST_YEAR, out, e) == ERR_NONE)
		add_hours(form, c, out);
	if (json) {
		json_close(out);
		buf_putc(out, form->end);
	}
	return e->code != ERR_NONE ? e->code : buf_ok(out, e);
}

enum err_code
plays_stats(struct db *db, const struct plays_wanted *w, const struct stats_form *form, int64_t shown,
    int64_t *plays, struct buf *out, struct err *e)
{
	struct counts *c = calloc(1, sizeof *c);
	struct err ignored = { 0 };
	int64_t *set = NULL;

	if (c == NULL || sql_begin_read(db, e) != ERR_NONE) {
		free(c);
		return e->code != ERR_NONE ? e->code : err_memory(e);
	}
	if ((w->tracks == NULL || plays_want(db, w, &set, e) == ERR_NONE) &&
	    make_room(db, w->tracks != NULL, c, e) == ERR_NONE && count_plays(db, w, c, e) == ERR_NONE &&
	    count_names(db, c, e) == ERR_NONE)
		add_report(form, c, shown, out, e);
	if (sql_commit(db, e->code == ERR_NONE ? e : &ignored) != ERR_NONE)
		sql_rollback(db);
	*plays = c->plays;
	tally_free(&c->artists);
	tally_free(&c->albums);
	tally_free(&c->tracks);
	free(c->told);
	free(set);
	free(c);
	return e->code;
}
