/* SPDX-License-Identifier: MIT */
/* What two tracks have in common, in words. */
#include <string.h>

#include "base/field.h"
#include "base/out.h"
#include "store/likeness/priv.h"

#define SHARED_CREDITS                                                                                       \
	"SELECT DISTINCT b.name FROM credit x JOIN artist b ON b.id = x.artist_id WHERE x.track_id = ?2"     \
	" AND x.role BETWEEN ?3 AND ?4 AND b.key IN (SELECT a.key FROM credit c JOIN artist a"               \
	" ON a.id = c.artist_id WHERE c.track_id IN (SELECT value FROM json_each(?1)) AND c.role BETWEEN "   \
	"?3 AND ?4) ORDER BY x.role, x.seq"

/* What track ?2 shares with those of the array ?1, or has near to them, playlist ?5 left out; NULL:
 * values_each() knows.  ?3 and ?4: fields. */
static const struct {
	const char *name, *sql;
	enum field low, high;
} reasons[LIKE_REASONS] = {
	[LIKE_ARTISTS] = { "artists", SHARED_CREDITS, F_ARTISTS, F_ARTISTS },
	[LIKE_PEOPLE] = { "people", SHARED_CREDITS, F_COMPOSER, F_REMIXER },
	[LIKE_GENRE] = { "genre",
	    "SELECT DISTINCT b.name FROM track_genre x JOIN genre b ON b.id = x.genre_id WHERE x.track_id = "
	    "?2 AND b.key IN (SELECT g.key FROM track_genre c JOIN genre g ON g.id = c.genre_id"
	    " WHERE c.track_id IN (SELECT value FROM json_each(?1))) ORDER BY x.seq",
	    F_NONE, F_NONE },
	[LIKE_TAGS] = { "tags", NULL, F_NONE, F_NONE },
	[LIKE_LABEL] = { "label", NULL, F_NONE, F_NONE },
	[LIKE_WORK] = { "work", NULL, F_NONE, F_NONE },
	[LIKE_PLAYLISTS] = { "playlists",
	    "SELECT name FROM playlist WHERE id IN (SELECT playlist_id FROM entry WHERE track_id IN"
	    " (SELECT value FROM json_each(?1))) AND id <> ?5"
	    " AND id IN (SELECT playlist_id FROM entry WHERE track_id = ?2) ORDER BY name",
	    F_NONE, F_NONE },
	[LIKE_PLAYS] = { "plays",
	    "SELECT sum(plays) FROM told WHERE recording_id = (SELECT recording_id FROM track WHERE id = ?2)",
	    F_NONE, F_NONE },
	[LIKE_SOUND] = { "sound",
	    "SELECT coalesce(nullif(trim(ifnull(printf('%.0f bpm ', sound_bpm), '') || ifnull(sound_key, "
	    "'')), ''), 'timbre') FROM track WHERE id = ?2",
	    F_NONE, F_NONE },
	[LIKE_YEAR] = { "year", "SELECT year FROM track WHERE id = ?2", F_NONE, F_NONE },
	[LIKE_TEMPO] = { "tempo", "SELECT printf('%.10g', tempo) FROM track WHERE id = ?2", F_NONE, F_NONE },
	[LIKE_KEY] = { "key", "SELECT tone FROM track WHERE id = ?2", F_NONE, F_NONE },
};

/* Names, each ended by NUL. */
static enum err_code
read_rows(struct db *db, const struct likeness_to *to, int64_t other, enum like_reason r, struct buf *names,
    struct err *e)
{
	sqlite3_stmt *st = sql_get(db, reasons[r].sql, e);
	int64_t id[LIKENESS_SAMPLE];
	size_t n = likeness_sample(to, id);
	struct buf ids = { 0 };

	if (st == NULL)
		return e->code;
	for (size_t i = 0; i < n; i++)
		buf_printf(&ids, "%c%lld", i > 0 ? ',' : '[', (long long)id[i]);
	buf_putc(&ids, ']');
	if (buf_ok(&ids, e) == ERR_NONE)
		sql_text(st, 1, ids.data);
	buf_free(&ids);
	sql_int(st, 2, other);
	if (reasons[r].low != F_NONE) {
		sql_int(st, 3, reasons[r].low + 1);
		sql_int(st, 4, reasons[r].high + 1);
	}
	if (r == LIKE_PLAYLISTS)
		sql_int(st, 5, to->playlist);
	while (e->code == ERR_NONE && sql_step(db, st, e) > 0) {
		const char *name = (const char *)sqlite3_column_text(st, 0);

		if (name != NULL)
			buf_add(names, name, strlen(name) + 1);
	}
	sql_done(st);
	return e->code;
}

/* Values that one of the tracks has. */
struct texts {
	int64_t id[LIKENESS_SAMPLE * VALUES_MAX];
	size_t n;
	struct buf *names;
};

static enum err_code
remember(void *context, int64_t id, int name, const char *text, struct err *e)
{
	struct texts *t = context;

	(void)name;
	(void)text;
	for (size_t i = 0; i < t->n; i++)
		if (t->id[i] == id)
			return e->code;
	if (t->n < LIKENESS_SAMPLE * VALUES_MAX)
		t->id[t->n++] = id;
	return e->code;
}

static enum err_code
add_if_shared(void *context, int64_t id, int name, const char *text, struct err *e)
{
	struct texts *t = context;

	(void)name;
	for (size_t i = 0; i < t->n; i++) {
		if (t->id[i] != id)
			continue;
		buf_add(t->names, text, strlen(text) + 1);
		t->id[i] = 0;
	}
	return e->code;
}

static enum err_code
read_names(struct db *db, const struct likeness_to *to, int64_t other, enum like_reason r, struct buf *names,
    struct err *e)
{
	int64_t id[LIKENESS_SAMPLE];
	size_t n = likeness_sample(to, id);
	struct texts t = { .names = names };

	if (reasons[r].sql != NULL)
		return read_rows(db, to, other, r, names, e);
	for (size_t i = 0; i < n && e->code == ERR_NONE; i++)
		values_each(db, r, id[i], remember, &t, e);
	if (e->code == ERR_NONE)
		values_each(db, r, other, add_if_shared, &t, e);
	return e->code;
}

/* The next weightiest reason of those that were not said yet; false where there is none. */
static bool
next_reason(const struct likeness *l, unsigned *said, enum like_reason *r)
{
	double most = 0;

	for (int i = 0; i < LIKE_REASONS; i++) {
		if ((*said >> i & 1) != 0 || l->share[i] <= most)
			continue;
		most = l->share[i];
		*r = (enum like_reason)i;
	}
	*said |= 1U << *r;
	return most > 0;
}

enum err_code
likeness_text(
    struct db *db, const struct likeness_to *to, const struct likeness *l, struct buf *out, struct err *e)
{
	struct buf names = { 0 };
	enum like_reason r = LIKE_ARTISTS;
	unsigned said = 0;

	for (bool first = true; e->code == ERR_NONE && next_reason(l, &said, &r); first = false) {
		buf_clear(&names);
		read_names(db, to, l->id, r, &names, e);
		buf_printf(out, "%s%s %.0f %% (", first ? "" : ", ", reasons[r].name, 100 * l->share[r]);
		for (size_t i = 0; i < names.len; i += strlen(names.data + i) + 1)
			buf_printf(out, "%s%s", i > 0 ? "; " : "", names.data + i);
		buf_putc(out, ')');
	}
	out->failed |= names.failed;
	buf_free(&names);
	return e->code;
}

/* Four digits tell enough. */
static double
rounded(double x)
{
	return (double)(long)(x * 10000 + 0.5) / 10000;
}

/* The track; or how they were named, or all of them. */
static void
add_to(const struct likeness_to *to, struct buf *out)
{
	if (to->name != NULL) {
		json_text(out, "to", to->name);
	} else if (to->n == 1) {
		json_int(out, "to", to->id[0]);
	} else {
		json_array_begin(out, "to");
		for (size_t i = 0; i < to->n; i++)
			json_int(out, NULL, to->id[i]);
		json_array_end(out);
	}
}

enum err_code
likeness_json(
    struct db *db, const struct likeness_to *to, const struct likeness *l, struct buf *out, struct err *e)
{
	struct buf names = { 0 };
	enum like_reason r = LIKE_ARTISTS;
	unsigned said = 0;

	json_object_begin(out, "similar");
	add_to(to, out);
	json_double(out, "score", rounded(l->score));
	json_array_begin(out, "reasons");
	while (e->code == ERR_NONE && next_reason(l, &said, &r)) {
		buf_clear(&names);
		read_names(db, to, l->id, r, &names, e);
		json_object_begin(out, NULL);
		json_text(out, "reason", reasons[r].name);
		json_double(out, "share", rounded(l->share[r]));
		json_array_begin(out, "values");
		for (size_t i = 0; i < names.len; i += strlen(names.data + i) + 1)
			json_text(out, NULL, names.data + i);
		json_array_end(out);
		json_object_end(out);
	}
	json_array_end(out);
	json_object_end(out);
	out->failed |= names.failed;
	buf_free(&names);
	return e->code;
}
