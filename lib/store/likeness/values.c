/* SPDX-License-Identifier: MIT */
/* The values of a track by which others are compared with it. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/field.h"
#include "store/likeness/priv.h"
#include "text/fold.h"

enum { NAME = 1, FREE_TAGS = 1000, TEXT_MAX = 100 };

/* The values of a track in each set: a row's id, or the tag's name_id, value and name. */
static const struct {
	const char *sql;
	enum field low, high; /* parameters 2 and 3 */
} sources[LIKE_SETS] = {
	[LIKE_ARTISTS] = { "SELECT artist_id FROM credit WHERE track_id = ?1 AND role BETWEEN ?2 AND ?3",
	    F_ARTISTS, F_ARTISTS },
	[LIKE_PEOPLE] = { "SELECT DISTINCT artist_id FROM credit WHERE track_id = ?1 AND role BETWEEN ?2 AND "
			  "?3",
	    F_COMPOSER, F_REMIXER },
	[LIKE_GENRE] = { "SELECT genre_id FROM track_genre WHERE track_id = ?1", F_NONE, F_NONE },
	[LIKE_TAGS] = { "SELECT v.name_id, v.value, n.name FROM tag v CROSS JOIN tagname n ON n.id = "
			"v.name_id"
			" WHERE v.track_id = ?1 AND (v.name_id BETWEEN ?2 AND ?3 OR v.name_id >= 1000)",
	    F_MOOD, F_LANGUAGE },
	[LIKE_LABEL] = { "SELECT v.name_id, v.value FROM track t CROSS JOIN release_tag v ON v.release_id = "
			 "t.release_id WHERE t.id = ?1 AND v.name_id BETWEEN ?2 AND ?3",
	    F_LABEL, F_LABEL },
	[LIKE_WORK] = { "SELECT name_id, value FROM tag WHERE track_id = ?1 AND name_id IN (?2, ?3)", F_WORK,
	    F_MB_WORKID },
	[LIKE_PLAYLISTS] = { "SELECT DISTINCT playlist_id FROM entry WHERE track_id = ?1", F_NONE, F_NONE },
};

/* Free tags that programs leave behind say nothing of the music. */
static bool
is_technical(const char *name)
{
	static const char *const beginnings[] = { "accuraterip", "acoustid", "album gain", "cddb", "ctdb",
		"discid", "discogs", "encod", "isrc", "itun", "log", "mcn", "musicbrainz", "mp3gain",
		"purchase", "r128", "replaygain", "rip", "source", "tool", "track gain", "url", "www",
		"upload" };

	for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++)
		if (strncasecmp(name, beginnings[i], strlen(beginnings[i])) == 0)
			return true;
	return false;
}

/* A tag's text as a value: its hash holds the name. */
static enum err_code
text_value(sqlite3_stmt *st, on_value *each, void *context, struct err *e)
{
	int name = sqlite3_column_int(st, 0);
	const char *text = (const char *)sqlite3_column_text(st, 1);
	char *key;

	if (text == NULL || sqlite3_column_bytes(st, 1) > TEXT_MAX ||
	    (name >= FREE_TAGS && is_technical((const char *)sqlite3_column_text(st, 2))))
		return ERR_NONE;
	key = fold_key(text);
	if (key == NULL)
		return err_memory(e);
	if (*key != '\0')
		each(context, fold_hash(key, strlen(key)) + name, name, text, e);
	free(key);
	return e->code;
}

enum err_code
values_each(struct db *db, enum like_reason set, int64_t track, on_value *each, void *context, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, sources[set].sql, e);
	bool text = set == LIKE_TAGS || set == LIKE_LABEL || set == LIKE_WORK;

	if (st == NULL)
		return e->code;
	sql_int(st, 1, track);
	if (sources[set].low != F_NONE) {
		sql_int(st, 2, sources[set].low + NAME);
		sql_int(st, 3, sources[set].high + NAME);
	}
	while (e->code == ERR_NONE && sql_step(db, st, e) > 0) {
		if (text)
			text_value(st, each, context, e);
		else
			each(context, sqlite3_column_int64(st, 0), 0, NULL, e);
	}
	sql_done(st);
	return e->code;
}
