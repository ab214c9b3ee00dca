/* SPDX-License-Identifier: MIT */
/*
 * Fields of a release.  Assigned to all of its tracks they change it; assigned to some, those tracks go to
 * another release.  Another release that has the same name and agrees in all that was assigned takes the
 * tracks in either way: what is the same stays one.
 */
#include <stdlib.h>
#include <string.h>

#include "base/out.h"
#include "store/edit/priv.h"
#include "text/fold.h"

/* What the chosen tracks of one release are to stand on. */
struct wish {
	int64_t from;
	char *album, *artist, *mbid; /* keys; mbid NULL without one */
	bool all;                    /* no other track of the release is left */
	bool named;                  /* what tells it from others changed: artist, album, MBID */
};

static void
wish_free(struct wish *w)
{
	free(w->album);
	free(w->artist);
	free(w->mbid);
}

static char *
copy_column(sqlite3_stmt *st, int i)
{
	const char *text = (const char *)sqlite3_column_text(st, i);

	return text != NULL ? strdup(text) : NULL;
}

static bool
differs(const struct amend *a, enum field f)
{
	const struct target *t = amend_target(a, f);

	return t != NULL && !texts_equal(&a->before[t - a->targets], &a->after[t - a->targets]);
}

static bool
any_differs(const struct amend *a)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->targets[i].release && !texts_equal(&a->before[i], &a->after[i]))
			return true;
	return false;
}

/* Values of the release before and after. */
static enum err_code
read_release(struct amend *a, int64_t release, struct err *e)
{
	for (size_t i = 0; i < a->n; i++) {
		texts_free(&a->before[i]);
		texts_free(&a->after[i]);
		if (a->targets[i].release &&
		    (value_read(a->db, &a->targets[i], release, &a->before[i], e) != ERR_NONE ||
			amend_apply(a, i, e) != ERR_NONE))
			return e->code;
	}
	return amend_follow(a, F_ALBUMARTIST, F_ALBUMARTISTS, "; ", e);
}

static enum err_code
read_wish(struct amend *a, struct wish *w, struct err *e)
{
	sqlite3_stmt *st = sql_get(a->db,
	    "SELECT album_key, albumartist_key, mb_albumid, NOT EXISTS (SELECT 1 FROM track t"
	    " WHERE t.release_id = ?1 AND t.removed IS NULL AND t.id NOT IN (SELECT id FROM temp.chosen)),"
	    " albumartist IS NULL FROM release WHERE id = ?1",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, w->from);
	if (sql_step(a->db, st, e) == 1) {
		w->album = copy_column(st, 0);
		w->artist = copy_column(st, 1);
		w->mbid = copy_column(st, 2);
		w->all = sqlite3_column_int(st, 3) != 0;
		if (w->album == NULL || w->artist == NULL)
			err_memory(e);
	}
	sql_done(st);
	return e->code;
}

/* The first value of a target after it, "" for none; NULL where it is no target. */
static const char *
wanted(const struct amend *a, enum field f)
{
	const struct target *t = amend_target(a, f);
	const struct texts *after = t != NULL ? &a->after[t - a->targets] : NULL;

	return after == NULL ? NULL : after->n > 0 ? after->v[0] : "";
}

static enum err_code
replace_key(char **key, const char *text, struct err *e)
{
	free(*key);
	*key = fold_key(text);
	return *key == NULL ? err_memory(e) : ERR_NONE;
}

/* The one artist that the chosen tracks have, as a key; "" where they have several. */
static enum err_code
key_of_tracks(struct amend *a, struct wish *w, struct err *e)
{
	sqlite3_stmt *st = sql_get(a->db,
	    "SELECT iif(min(artist_key) = max(artist_key), min(artist_key), '') FROM track"
	    " WHERE release_id = ?1 AND removed IS NULL AND id IN (SELECT id FROM temp.chosen)",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, w->from);
	if (sql_step(a->db, st, e) == 1) {
		free(w->artist);
		w->artist = copy_column(st, 0);
	}
	sql_done(st);
	return w->artist == NULL && e->code == ERR_NONE ? err_memory(e) : e->code;
}

/* The artist's key: of the album artist, or where none is known of the tracks' artist. */
static enum err_code
wish_artist(struct amend *a, struct wish *w, struct err *e)
{
	const char *artist = wanted(a, F_ALBUMARTIST), *of_tracks = NULL;
	sqlite3_stmt *st;
	bool known = true;

	if (artist != NULL && *artist != '\0')
		return replace_key(&w->artist, artist, e);
	if (artist != NULL && differs(a, F_ALBUMARTIST))
		return key_of_tracks(a, w, e);
	for (size_t i = 0; i < a->o->nassigns; i++)
		if (a->o->assigns[i].field == F_ARTIST && *a->o->assigns[i].value != '\0')
			of_tracks = a->o->assigns[i].value;
	if (of_tracks == NULL || (!w->all && *w->album != '\0'))
		return ERR_NONE;
	st = sql_get(a->db, "SELECT albumartist IS NOT NULL FROM release WHERE id = ?1", e);
	if (st == NULL)
		return e->code;
	sql_int(st, 1, w->from);
	if (sql_step(a->db, st, e) == 1)
		known = sqlite3_column_int(st, 0) != 0;
	sql_done(st);
	return e->code != ERR_NONE || known ? e->code : replace_key(&w->artist, of_tracks, e);
}

static enum err_code
make_wish(struct amend *a, struct wish *w, struct err *e)
{
	const char *mbid = wanted(a, F_MB_ALBUMID);
	char *before;

	if (read_wish(a, w, e) != ERR_NONE)
		return e->code;
	before = strdup(w->artist);
	if (before == NULL)
		return err_memory(e);
	if (differs(a, F_ALBUM))
		replace_key(&w->album, wanted(a, F_ALBUM), e);
	if (e->code == ERR_NONE)
		wish_artist(a, w, e);
	w->named = e->code == ERR_NONE &&
	    (differs(a, F_ALBUM) || differs(a, F_ALBUMARTIST) || differs(a, F_MB_ALBUMID) ||
		strcmp(before, w->artist) != 0);
	free(before);
	/* the id of a release does not go with some of its tracks to one of another name */
	if (differs(a, F_MB_ALBUMID) || (!w->all && w->named)) {
		free(w->mbid);
		w->mbid = mbid != NULL && *mbid != '\0' ? strdup(mbid) : NULL;
	}
	return e->code;
}

/* Does a release have, in all that was assigned, the values that are wished for?  1, 0, -1. */
static int
agrees(struct amend *a, int64_t release, struct err *e)
{
	for (size_t i = 0; i < a->n; i++) {
		struct texts there = { 0 };
		bool same;

		if (!a->targets[i].release)
			continue;
		if (value_read(a->db, &a->targets[i], release, &there, e) != ERR_NONE)
			return -1;
		same = texts_equal(&there, &a->after[i]);
		texts_free(&there);
		if (!same)
			return 0;
	}
	return 1;
}

/* Another release that is what is wished for; *to is 0 where there is none. */
static enum err_code
find(struct amend *a, const struct wish *w, int64_t *to, struct err *e)
{
	int64_t last = 0;
	int step, fits = 0;

	*to = 0;
	do {
		sqlite3_stmt *st = sql_get(a->db,
		    "SELECT id FROM release WHERE id > ?1 AND id <> ?2 AND (mb_albumid = ?5 OR"
		    " (album_key = ?3 AND albumartist_key = ?4 AND (mb_albumid IS NULL OR ?5 IS NULL)))"
		    " ORDER BY id LIMIT 1",
		    e);

		if (st == NULL)
			return e->code;
		sql_int(st, 1, last);
		sql_int(st, 2, w->from);
		sql_text(st, 3, w->album);
		sql_text(st, 4, w->artist);
		sql_text(st, 5, w->mbid);
		step = sql_step(a->db, st, e);
		if (step == 1)
			last = sqlite3_column_int64(st, 0);
		sql_done(st);
		if (step == 1)
			fits = agrees(a, last, e);
	} while (step == 1 && fits == 0);
	if (step == 1 && fits == 1)
		*to = last;
	return e->code;
}

/* A copy of the release for some of its tracks. */
static enum err_code
make_copy(struct amend *a, const struct wish *w, int64_t *to, struct err *e)
{
	int64_t args[2] = { w->from, a->c.now };

	if (sql_change(a->db,
		"INSERT INTO release (album, album_key, albumartist, albumartist_key, mb_albumid, disctotal,"
		" compilation, added) SELECT album, album_key, albumartist, albumartist_key, mb_albumid,"
		" disctotal, compilation, ?2 FROM release WHERE id = ?1",
		args, 2, e) != ERR_NONE)
		return e->code;
	*to = args[1] = sqlite3_last_insert_rowid(a->db->sql);
	if (sql_change(a->db,
		"INSERT INTO release_tag SELECT ?2, name_id, seq, value FROM release_tag WHERE release_id = "
		"?1",
		args, 2, e) != ERR_NONE)
		return e->code;
	if (w->named && !differs(a, F_MB_RELEASEGROUPID)) {
		_Static_assert(F_MB_RELEASEGROUPID + 1 == 46, "the statement names the number");
		sql_change(
		    a->db, "DELETE FROM release_tag WHERE release_id = ?1 AND name_id = 46", &args[1], 1, e);
	}
	if (e->code != ERR_NONE)
		return e->code;
	return sql_change(a->db,
	    "INSERT INTO release_credit SELECT ?2, seq, artist_id FROM release_credit WHERE release_id = ?1",
	    args, 2, e);
}

/* Give a release the values that are wished for. */
static enum err_code
fill(struct amend *a, const struct wish *w, int64_t to, struct err *e)
{
	sqlite3_stmt *st;

	for (size_t i = 0; i < a->n; i++)
		if (a->targets[i].release && !texts_equal(&a->before[i], &a->after[i]) &&
		    value_write(&a->c, &a->targets[i], to, &a->after[i], e) != ERR_NONE)
			return e->code;
	st = sql_get(a->db,
	    "UPDATE release SET albumartist_key = ?2, mb_albumid = ?3 WHERE id = ?1 AND"
	    " (albumartist_key <> ?2 OR mb_albumid IS NOT ?3)",
	    e);
	if (st == NULL)
		return e->code;
	sql_int(st, 1, to);
	sql_text(st, 2, w->artist);
	sql_text(st, 3, w->mbid);
	return sql_run(a->db, st, e);
}

/* Pictures go along: to a new release that has a name as its own, else to the tracks where the other release
 * has none. */
static enum err_code
copy_covers(struct amend *a, const struct wish *w, int64_t to, bool fresh, struct err *e)
{
	const int64_t args[] = { w->from, to };

	if (fresh && *w->album != '\0')
		return sql_change(a->db,
		    "INSERT OR IGNORE INTO cover (blob_id, release_id, kind, mime, text)"
		    " SELECT blob_id, ?2, kind, mime, text FROM cover WHERE release_id = ?1",
		    args, 2, e);
	return sql_change(a->db,
	    "INSERT OR IGNORE INTO cover (blob_id, track_id, kind, mime, text)"
	    " SELECT c.blob_id, t.id, c.kind, c.mime, c.text FROM cover c JOIN track t ON t.release_id = ?1"
	    " WHERE c.release_id = ?1 AND t.removed IS NULL AND t.id IN (SELECT id FROM temp.chosen)"
	    " AND NOT EXISTS (SELECT 1 FROM cover WHERE release_id = ?2)",
	    args, 2, e);
}

#define THE_TRACKS                                                                                           \
	"(SELECT id FROM track WHERE release_id = ?1 AND removed IS NULL AND id IN (SELECT id FROM "         \
	"temp.chosen))"

static enum err_code
move_tracks(struct amend *a, const struct wish *w, int64_t to, bool fresh, struct err *e)
{
	const int64_t args[] = { w->from, to };

	if (copy_covers(a, w, to, fresh, e) != ERR_NONE ||
	    sql_change(a->db, "UPDATE track SET release_id = ?2 WHERE id IN " THE_TRACKS, args, 2, e) !=
		ERR_NONE)
		return e->code;
	return fresh ? catalogue_raise_covers(&a->c, to, e) : ERR_NONE;
}

/* The chosen tracks of a release that will be another one, or on another one, leave the index: all of them
 * before anything is written, see chosen_settle(). */
static enum err_code
forget_tracks(struct amend *a, int64_t release, struct err *e)
{
	struct wish w = { .from = release };
	bool changes = read_release(a, release, e) == ERR_NONE && make_wish(a, &w, e) == ERR_NONE &&
	    (any_differs(a) || w.named);
	sqlite3_stmt *st;

	wish_free(&w);
	if (!changes)
		return e->code;
	st = sql_get(a->db,
	    "SELECT id FROM track WHERE release_id = ?1 AND removed IS NULL"
	    " AND id IN (SELECT id FROM temp.chosen)",
	    e);
	if (st == NULL)
		return e->code;
	sql_int(st, 1, release);
	while (e->code == ERR_NONE && sql_step(a->db, st, e) == 1)
		chosen_forget(a->db, sqlite3_column_int64(st, 0), e);
	sql_done(st);
	return e->code;
}

/* What was assigned by hand, and what is told of it, for all the tracks at once. */
static enum err_code
mark_tracks(struct amend *a, const struct wish *w, struct err *e)
{
	struct buf line = { 0 };
	sqlite3_stmt *st;

	buf_puts(&line, a->how->json ? "{" : "");
	for (size_t i = 0; i < a->n && e->code == ERR_NONE; i++) {
		const struct target *t = &a->targets[i];

		if (!t->release || texts_equal(&a->before[i], &a->after[i]))
			continue;
		if (sql_change(a->db,
			"INSERT INTO amended (track_id, name_id, at, event_id) SELECT id, ?2, ?3, ?4 FROM "
			"track WHERE id IN " THE_TRACKS
			" ON CONFLICT (track_id, name_id) DO UPDATE SET at = excluded.at, event_id ="
			" excluded.event_id",
			(const int64_t[]){ w->from, t->name_id, a->c.now, a->event }, 4, e) == ERR_NONE)
			value_tell(t, &a->before[i], &a->after[i], a->how->json, &line, e);
	}
	if (e->code == ERR_NONE && buf_ok(&line, e) == ERR_NONE) {
		if (a->how->json)
			line.data[0] = line.len > 1 ? ',' : '\0';
		st = sql_get(a->db,
		    "UPDATE temp.chosen SET changed = 1, line = ifnull(line, '') || ?2 WHERE id "
		    "IN " THE_TRACKS,
		    e);
		if (st != NULL) {
			sql_int(st, 1, w->from);
			sql_text(st, 2, a->how->ids || line.data == NULL ? "" : line.data);
			sql_run(a->db, st, e);
		}
	}
	buf_free(&line);
	return e->code;
}

static enum err_code
amend_release(struct amend *a, int64_t release, struct err *e)
{
	struct wish w = { .from = release };
	int64_t to = 0;
	bool fresh = false;

	if (read_release(a, release, e) != ERR_NONE || make_wish(a, &w, e) != ERR_NONE ||
	    (!any_differs(a) && !w.named))
		goto out;
	if (mark_tracks(a, &w, e) != ERR_NONE || find(a, &w, &to, e) != ERR_NONE)
		goto out;
	if (to == 0 && !w.all) {
		fresh = true;
		if (make_copy(a, &w, &to, e) != ERR_NONE)
			goto out;
	}
	if ((to == 0 || fresh) && fill(a, &w, fresh ? to : release, e) != ERR_NONE)
		goto out;
	if (to != 0)
		move_tracks(a, &w, to, fresh, e);
out:
	wish_free(&w);
	return e->code;
}

static bool
has_targets(const struct amend *a)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->targets[i].release || a->targets[i].field == F_ARTIST)
			return true;
	return false;
}

/* Do it with each release that has chosen tracks. */
static enum err_code
each(struct amend *a, enum err_code (*fn)(struct amend *a, int64_t release, struct err *e), struct err *e)
{
	int64_t release = 0;
	int step;

	do {
		sqlite3_stmt *st =
		    sql_get(a->db, "SELECT id FROM temp.chosen_release WHERE id > ?1 ORDER BY id LIMIT 1", e);

		if (st == NULL)
			return e->code;
		sql_int(st, 1, release);
		step = sql_step(a->db, st, e);
		if (step == 1)
			release = sqlite3_column_int64(st, 0);
		sql_done(st);
		if (step == 1 &&
		    (edit_go_on(a->how->progress, e) != ERR_NONE || fn(a, release, e) != ERR_NONE))
			return e->code;
	} while (step == 1);
	return e->code;
}

enum err_code
amend_releases(struct amend *a, struct err *e)
{
	if (!has_targets(a))
		return ERR_NONE;
	if (sql_exec(a->db,
		"CREATE TABLE IF NOT EXISTS temp.chosen_release (id INTEGER PRIMARY KEY);"
		"DELETE FROM temp.chosen_release;"
		"INSERT OR IGNORE INTO temp.chosen_release SELECT release_id FROM temp.chosen c JOIN "
		"main.track t ON t.id = c.id",
		e) != ERR_NONE ||
	    each(a, forget_tracks, e) != ERR_NONE)
		return e->code;
	return each(a, amend_release, e);
}
