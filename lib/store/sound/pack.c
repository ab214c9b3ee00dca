/* SPDX-License-Identifier: MIT */
/* Making what near.c reads: apart, since only who analyses needs a library of mathematics. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "store/sound/near.h"
#include "store/sql.h"

enum { CHUNK = 4096, KEPT_DAYS = 400 };

static const char vectors[] =
    "SELECT t.id, s.vector FROM track t JOIN file_sound f ON f.track_id = t.id AND f.preferred JOIN sound s "
    "ON s.hash = f.hash AND s.start_ms = f.start_ms AND s.length_ms = f.length_ms WHERE t.removed IS NULL AND"
    " length(s.vector) = ?1 ORDER BY t.id";

static bool
read_vector(sqlite3_stmt *st, float *v)
{
	const void *bytes = sqlite3_column_blob(st, 1);

	if (bytes == NULL || sqlite3_column_bytes(st, 1) != SOUND_VECTOR * (int)sizeof *v)
		return false;
	memcpy(v, bytes, SOUND_VECTOR * sizeof *v);
	return true;
}

struct scale {
	double n, mean[SOUND_VECTOR], deviation[SOUND_VECTOR];
};

static enum err_code
measure(struct db *db, struct scale *s, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, vectors, e);
	float v[SOUND_VECTOR];

	if (st == NULL)
		return e->code;
	sql_int(st, 1, sizeof v);
	while (sql_step(db, st, e) == 1) {
		if (!read_vector(st, v))
			continue;
		s->n++;
		for (int i = 0; i < SOUND_VECTOR;
		     i++) { /* Welford's way, which does not lose small deviations */
			double off = (double)v[i] - s->mean[i];

			s->mean[i] += off / s->n;
			s->deviation[i] += off * ((double)v[i] - s->mean[i]);
		}
	}
	sql_done(st);
	for (int i = 0; i < SOUND_VECTOR && s->n > 0; i++)
		s->deviation[i] = sqrt(s->deviation[i] / s->n);
	return e->code;
}

static enum err_code
put_chunk(struct db *db, int64_t number, const struct packed_sound *list, size_t n, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "INSERT INTO sound_near(chunk, v) VALUES (?1, ?2)", e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, number);
	sql_bytes(st, 2, list, n * sizeof *list);
	return sql_run(db, st, e);
}

static struct packed_sound
pack_one(int64_t track, const float *v, const struct scale *s)
{
	struct packed_sound p = { .track = track };

	for (int i = 0; i < SOUND_VECTOR; i++) {
		double x =
		    s->deviation[i] > 1e-9 ? NEAR_UNIT * ((double)v[i] - s->mean[i]) / s->deviation[i] : 0;

		p.v[i] = (int8_t)(x > 127 ? 127 : x < -127 ? -127 : x);
	}
	return p;
}

static enum err_code
pack_all(struct db *db, const struct scale *s, struct err *e)
{
	struct packed_sound *list = calloc(CHUNK, sizeof *list);
	sqlite3_stmt *st = list == NULL ? NULL : sql_get(db, vectors, e);
	float v[SOUND_VECTOR];
	int64_t number = 0;
	size_t n = 0;

	if (list == NULL)
		return err_memory(e);
	if (st != NULL)
		sql_int(st, 1, sizeof v);
	while (st != NULL && e->code == ERR_NONE && sql_step(db, st, e) == 1) {
		if (read_vector(st, v))
			list[n++] = pack_one(sqlite3_column_int64(st, 0), v, s);
		if (n == CHUNK) {
			put_chunk(db, number++, list, n, e);
			n = 0;
		}
	}
	sql_done(st);
	if (e->code == ERR_NONE && n > 0)
		put_chunk(db, number, list, n, e);
	free(list);
	return e->code;
}

static const char forgotten[] = "DELETE FROM sound WHERE at < ?1 AND NOT EXISTS (SELECT 1 FROM file WHERE "
				"audio = sound.hash) AND NOT EXISTS"
				" (SELECT 1 FROM file WHERE whole = sound.hash) AND NOT EXISTS (SELECT 1 "
				"FROM blob WHERE sha256 = sound.hash)";

/* The mark of that is a chunk of nothing before the first, which goes with the others. */
enum err_code
sound_outdate(struct db *db, struct err *e)
{
	return sql_exec(db, "INSERT OR IGNORE INTO sound_near(chunk, v) VALUES (-1, x'')", e);
}

static bool
is_outdated(struct db *db, struct err *e)
{
	int64_t marks = 0;

	sql_number(db, "SELECT count(*) FROM sound_near WHERE chunk = -1", NULL, 0, &marks, e);
	return marks > 0;
}

enum err_code
sound_pack(struct db *db, struct err *e)
{
	const int64_t before = time_now() - (int64_t)KEPT_DAYS * 86400;
	struct scale s = { 0 };

	if (!is_outdated(db, e) || sql_begin(db, e) != ERR_NONE)
		return e->code;
	/* what nobody has asked for in a year, and no file has any more, not even a removed one */
	sql_change(db, forgotten, &before, 1, e);
	if (e->code == ERR_NONE && measure(db, &s, e) == ERR_NONE &&
	    sql_exec(db, "DELETE FROM sound_near", e) == ERR_NONE)
		pack_all(db, &s, e);
	if (e->code != ERR_NONE || sql_commit(db, e) != ERR_NONE)
		sql_rollback(db);
	return e->code;
}
