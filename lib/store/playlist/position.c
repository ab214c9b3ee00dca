/* SPDX-License-Identifier: MIT */
/* What people write for places in a playlist: 3, 5-7, 5..7, 9-, -1, track:12. */
#include <string.h>

#include "store/playlist/priv.h"

/* Digits without a leading zero into *n; the first byte behind them, or NULL. */
static const char *
digits(const char *s, int64_t *n)
{
	*n = 0;
	if (*s < '1' || *s > '9')
		return NULL;
	for (; *s >= '0' && *s <= '9'; s++) {
		if (*n > INT64_MAX / 10 - 1)
			return NULL;
		*n = *n * 10 + (*s - '0');
	}
	return s;
}

/* A position, counted from the end with a minus before it. */
static const char *
position_of(const char *s, int64_t count, int64_t *n)
{
	bool from_end = *s == '-';

	s = digits(s + from_end, n);
	if (s != NULL && from_end)
		*n = count + 1 - *n;
	return s;
}

static bool
run_of(const char *text, int64_t count, struct playlist_run *r)
{
	const char *s = position_of(text, count, &r->first);

	if (s == NULL)
		return false;
	r->last = r->first;
	if (*s == '\0')
		return true;
	if (*s == '-')
		s++;
	else if (s[0] == '.' && s[1] == '.')
		s += 2;
	else
		return false;
	if (*s == '\0') { /* to the end */
		r->last = count > r->first ? count : r->first;
		return true;
	}
	s = position_of(s, count, &r->last);
	return s != NULL && *s == '\0';
}

bool
playlist_names_track(const char *text, int64_t *track)
{
	const char *end;

	if (strncmp(text, "track:", strlen("track:")) != 0)
		return false;
	end = digits(text + strlen("track:"), track);
	return end != NULL && *end == '\0';
}

enum err_code
playlist_lacks(struct db *db, int64_t id, int64_t track, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT name FROM playlist WHERE id = ?1", e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, id);
	if (sql_step(db, st, e) == 1)
		err_set(e, ERR_NOTFOUND, "track %lld is not in the playlist '%s'", (long long)track,
		    (const char *)sqlite3_column_text(st, 0));
	sql_done(st);
	return e->code;
}

static enum err_code
first_place(struct db *db, int64_t id, int64_t track, struct playlist_run *r, struct err *e)
{
	const int64_t args[] = { id, track };

	if (sql_number(db,
		"SELECT min(position) FROM entry WHERE playlist_id = ?1 AND " PLAYLIST_TRACK("entry") " = ?2",
		args, 2, &r->first, e) < 0)
		return e->code;
	if (r->first == 0)
		return playlist_lacks(db, id, track, e);
	r->last = r->first;
	return e->code;
}

enum err_code
playlist_run(
    struct db *db, int64_t id, const char *text, int64_t count, struct playlist_run *r, struct err *e)
{
	struct playlist_run out = { 0 };
	int64_t track;

	if (playlist_names_track(text, &track)) {
		if (first_place(db, id, track, &out, e) == ERR_NONE)
			*r = out;
		return e->code;
	}
	if (!run_of(text, count, &out))
		return err_set(e, ERR_USAGE,
		    "a position is a number, a run like 5-7, -1 for the last or track:12, not '%s'", text);
	if (out.last < out.first)
		return err_set(e, ERR_USAGE, "a run goes forwards, not '%s'", text);
	if (out.first < 1 || out.last > count)
		return err_set(e, ERR_NOTFOUND, "there is no position %s: the playlist has %lld entr%s", text,
		    (long long)count, count == 1 ? "y" : "ies");
	*r = out;
	return ERR_NONE;
}
