/* What is known of a track. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/field.h"
#include "store/commit/similar.h"
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
			 "t.release_id"
			 " WHERE t.id = ?1 AND v.name_id BETWEEN ?2 AND ?3",
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

static bool
has_value(const struct value_set *s, int64_t id)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->value[i].id == id)
			return true;
	return false;
}

static enum err_code
add_value(struct value_set *s, int64_t id, int name, const char *text, int group, struct err *e)
{
	char *copy = NULL;

	if (s->n == SPELLINGS_MAX || has_value(s, id))
		return ERR_NONE;
	if (text != NULL && (copy = strdup(text)) == NULL)
		return err_memory(e);
	s->value[s->n++] = (struct value){ id, name, copy, group };
	return ERR_NONE;
}

/* A value of the track itself, of a group of its own. */
static enum err_code
add_group(void *context, int64_t id, int name, const char *text, struct err *e)
{
	struct value_set *s = context;

	if (s->groups == VALUES_MAX || has_value(s, id))
		return ERR_NONE;
	return add_value(s, id, name, text, s->groups++, e);
}

/* The other rows whose names fold to the same: Beyoncé, Beyonce.  Names that stand for nobody go. */
static enum err_code
add_spellings(struct db *db, enum like_reason set, struct value_set *s, struct err *e)
{
	static const char genres[] =
	    "SELECT o.id, o.key FROM genre g JOIN genre o ON o.key = g.key WHERE g.id = ?";
	static const char artists[] =
	    "SELECT o.id, o.key FROM artist a JOIN artist o ON o.key = a.key WHERE a.id = ?";
	static const char *const nobody[] = { "various artists", "various", "unknown artist", "unknown",
		"va" };
	size_t own = s->n;

	for (size_t i = 0; i < own && e->code == ERR_NONE; i++) {
		sqlite3_stmt *st = sql_get(db, set == LIKE_GENRE ? genres : artists, e);

		if (st == NULL)
			return e->code;
		sql_int(st, 1, s->value[i].id);
		while (e->code == ERR_NONE && sql_step(db, st, e) > 0) {
			const char *key = (const char *)sqlite3_column_text(st, 1);

			for (size_t k = 0; set != LIKE_GENRE && k < sizeof nobody / sizeof nobody[0]; k++)
				if (strcmp(key, nobody[k]) == 0)
					s->value[i].id = 0;
			if (s->value[i].id != 0)
				add_value(s, sqlite3_column_int64(st, 0), 0, NULL, s->value[i].group, e);
		}
		sql_done(st);
	}
	return e->code;
}

static enum err_code
load_sets(struct db *db, struct profile *p, struct err *e)
{
	for (enum like_reason r = 0; r < LIKE_SETS && e->code == ERR_NONE; r++) {
		if (values_each(db, r, p->id, add_group, &p->set[r], e) != ERR_NONE)
			break;
		if (r == LIKE_ARTISTS || r == LIKE_PEOPLE || r == LIKE_GENRE)
			add_spellings(db, r, &p->set[r], e);
	}
	return e->code;
}

static enum err_code
load_names(struct db *db, struct profile *p, struct err *e)
{
	sqlite3_stmt *st = sql_get(
	    db, "SELECT title_key, artist_key, (SELECT max(id) FROM track) FROM track WHERE id = ?", e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, p->id);
	if (sql_step(db, st, e) == 1) {
		const char *artist = (const char *)sqlite3_column_text(st, 1);

		p->title = similar(similar_title, (const char *)sqlite3_column_text(st, 0));
		p->artist = strndup(artist, similar_artist_len(artist));
		p->library = sqlite3_column_int64(st, 2);
		if (p->title == NULL || p->artist == NULL)
			err_memory(e);
	}
	sql_done(st);
	return e->code;
}

enum err_code
profile_load(struct db *db, int64_t id, struct profile *p, struct err *e)
{
	struct candidate c;
	int step = candidate_row(db, id, &c, e);

	if (step == 0)
		return err_set(e, ERR_NOTFOUND, "there is no track %lld", (long long)id);
	if (step < 0)
		return e->code;
	p->id = id;
	p->recording = c.recording;
	p->year = c.year;
	p->bpm = c.bpm;
	p->keyed = c.keyed;
	p->key = c.key;
	if (load_names(db, p, e) != ERR_NONE || load_sets(db, p, e) != ERR_NONE ||
	    coplays_load(db, p, e) != ERR_NONE || sound_near(db, id, &p->near, &p->nnear, e) != ERR_NONE)
		profile_free(p);
	return e->code;
}

void
profile_free(struct profile *p)
{
	for (int r = 0; r < LIKE_SETS; r++)
		for (size_t i = 0; i < p->set[r].n; i++)
			free(p->set[r].value[i].text);
	free(p->near);
	free(p->title);
	free(p->artist);
	*p = (struct profile){ 0 };
}
