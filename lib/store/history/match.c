/* SPDX-License-Identifier: MIT */
/* What was told, and the track that it is: by MBID, by ISRC, by artist and title, where the album helps. */
#include "base/field.h"
#include "store/history/priv.h"

_Static_assert(F_ISRC + 1 == 29 && F_ARTISTS + 1 == 4, "the statements name fields by these numbers");

/* How good a match is; with the release that was told too it is one better. */
enum { LEVEL_NAMES = 1, LEVEL_ISRC = 3, LEVEL_MBID = 5 };

/* ?1 the row of told; ?2: removed tracks too. */
#define TOLD       "FROM told o JOIN song s ON s.id = o.song_id"
#define SAME_ALBUM "(l.album_key = o.album_key AND o.album_key <> '')"
#define OF_TRACK   " JOIN release l ON l.id = t.release_id"
#define LIVE       " AND (t.removed IS NULL OR ?2)"
#define BEST                                                                                                 \
	" ORDER BY t.removed IS NOT NULL, (l.mb_albumid = o.mb_albumid) IS NOT 1, NOT " SAME_ALBUM           \
	", t.id LIMIT 1"
#define ITS_ARTIST(key)                                                                                      \
	"(t.artist_key = " key " OR l.albumartist_key = " key " OR EXISTS (SELECT 1 FROM credit c"           \
	" JOIN artist a ON a.id = c.artist_id WHERE c.track_id = t.id AND c.role = 4 AND a.key = " key "))"

struct found {
	int64_t track;
	int level;
};

/* A statement that gives a track and whether it is on the album: 1, 0, -1. */
static int
look(struct db *db, sqlite3_stmt *st, int64_t told, bool removed, int level, struct found *f, struct err *e)
{
	int step;

	if (st == NULL)
		return -1;
	sql_int(st, 1, told);
	sql_int(st, 2, removed);
	step = sql_step(db, st, e);
	if (step == 1)
		*f = (struct found){ sqlite3_column_int64(st, 0), level + sqlite3_column_int(st, 1) };
	sql_done(st);
	return step;
}

static int
find(struct db *db, int64_t told, bool removed, struct found *f, struct err *e)
{
	int found = look(db,
	    sql_get(db,
		"SELECT t.id, " SAME_ALBUM " " TOLD " JOIN recording r ON r.mb_trackid = o.mb_trackid"
		" JOIN track t ON t.recording_id = r.id" OF_TRACK
		" WHERE o.id = ?1 AND o.mb_trackid <> ''" LIVE BEST,
		e),
	    told, removed, LEVEL_MBID, f, e);

	if (found == 0)
		found = look(db,
		    sql_get(db,
			"SELECT t.id, " SAME_ALBUM " " TOLD
			" JOIN tag g ON g.name_id + 0 = 29 AND g.value = o.isrc"
			" JOIN track t ON t.id = g.track_id" OF_TRACK
			" WHERE o.id = ?1 AND o.isrc <> ''" LIVE BEST,
			e),
		    told, removed, LEVEL_ISRC, f, e);
	if (found == 0)
		found = look(db,
		    sql_get(db,
			"SELECT t.id, " SAME_ALBUM " " TOLD
			" JOIN track t ON t.title_key = s.title_key" OF_TRACK
			" WHERE o.id = ?1 AND s.title_key <> '' AND s.artist_key <> '' AND " ITS_ARTIST(
			    "s.artist_key") LIVE BEST,
			e),
		    told, removed, LEVEL_NAMES, f, e);
	if (found == 0)
		found = look(db,
		    sql_get(db,
			"SELECT t.id, " SAME_ALBUM " " TOLD
			" JOIN track t ON t.title_key = s.title_key" OF_TRACK
			" WHERE o.id = ?1 AND s.title_key <> '' AND o.lead_key <> '' AND " ITS_ARTIST(
			    "o.lead_key") LIVE BEST,
			e),
		    told, removed, LEVEL_NAMES, f, e);
	return found;
}

/* What it is matched to now: how well, by the track's present words; 0 where all of its recording is removed.
 */
static enum err_code
judge(struct db *db, int64_t told, struct found *now, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT t.id, CASE WHEN NOT EXISTS (SELECT 1 FROM track w WHERE w.recording_id = t.recording_id"
	    " AND w.removed IS NULL) THEN 0"
	    " WHEN o.mb_trackid <> '' AND r.mb_trackid = o.mb_trackid THEN 5"
	    " WHEN o.isrc <> '' AND EXISTS (SELECT 1 FROM tag g WHERE g.track_id = t.id AND g.name_id = 29"
	    " AND g.value = o.isrc) THEN 3"
	    " ELSE t.title_key = s.title_key END + " SAME_ALBUM " " TOLD
	    " JOIN track t ON t.id = o.track_id JOIN recording r ON r.id = t.recording_id" OF_TRACK
	    " WHERE o.id = ?1",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, told);
	if (sql_step(db, st, e) == 1)
		*now = (struct found){ sqlite3_column_int64(st, 0), sqlite3_column_int(st, 1) };
	sql_done(st);
	return e->code;
}

enum err_code
told_match(struct db *db, int64_t told, struct err *e)
{
	struct found now = { 0 }, best = { 0 };
	int found;

	if (judge(db, told, &now, e) != ERR_NONE)
		return e->code;
	found = find(db, told, false, &best, e);
	if (found == 0 && now.track == 0)
		found = find(db, told, true, &best, e);
	if (found <= 0 || best.track == now.track || (now.track != 0 && best.level <= now.level))
		return e->code;
	return sql_change(
	    db, "UPDATE told SET track_id = ?2 WHERE id = ?1", (const int64_t[]){ told, best.track }, 2, e);
}

#define ITS_ARTISTS                                                                                          \
	"(SELECT t.artist_key UNION SELECT l.albumartist_key UNION SELECT a.key FROM credit c"               \
	" JOIN artist a ON a.id = c.artist_id WHERE c.track_id = t.id AND c.role = 4)"

/* Rows of told that speak of the track, behind the one that was looked at last. */
static int
next_told(struct db *db, int64_t track, int64_t *told, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT min(id) FROM (SELECT o.id FROM track t JOIN recording r ON r.id = t.recording_id"
	    " JOIN told o ON o.mb_trackid = r.mb_trackid AND o.mb_trackid <> '' WHERE t.id = ?1 AND o.id > ?2"
	    " UNION ALL SELECT o.id FROM tag g JOIN told o ON o.isrc = g.value AND o.isrc <> ''"
	    " WHERE g.track_id = ?1 AND g.name_id = 29 AND o.id > ?2"
	    " UNION ALL SELECT o.id FROM track t JOIN release l ON l.id = t.release_id"
	    " JOIN song s ON s.title_key = t.title_key AND s.artist_key IN " ITS_ARTISTS
	    " CROSS JOIN told o ON o.song_id = s.id WHERE t.id = ?1 AND t.title_key <> '' AND o.id > ?2"
	    " UNION ALL SELECT o.id FROM track t JOIN release l ON l.id = t.release_id"
	    " JOIN told o ON o.lead_key <> '' AND o.lead_key IN " ITS_ARTISTS
	    " CROSS JOIN song s ON s.id = o.song_id AND s.title_key = t.title_key"
	    " WHERE t.id = ?1 AND t.title_key <> '' AND o.id > ?2)",
	    e);
	int step;

	if (st == NULL)
		return -1;
	sql_int(st, 1, track);
	sql_int(st, 2, *told);
	step = sql_step(db, st, e);
	if (step == 1 && sqlite3_column_type(st, 0) == SQLITE_NULL)
		step = 0;
	if (step == 1)
		*told = sqlite3_column_int64(st, 0);
	sql_done(st);
	return step;
}

enum err_code
plays_meet(struct db *db, int64_t track, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT 1 FROM told LIMIT 1", e);
	int64_t told = 0;
	int any;

	if (st == NULL)
		return e->code;
	any = sql_step(db, st, e);
	sql_done(st);
	while (any == 1 && next_told(db, track, &told, e) == 1)
		if (told_match(db, told, e) != ERR_NONE)
			break;
	return e->code;
}
