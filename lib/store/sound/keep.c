/* SPDX-License-Identifier: MIT */
/* Keeping what was found. */
#include <string.h>

#include "base/time.h"
#include "store/sound/near.h"
#include "store/sound/sound.h"
#include "store/sound/twins.h"
#include "store/sql.h"
#include "text/harmony.h"

static void
bind_real(sqlite3_stmt *st, int i, bool known, double x)
{
	if (known)
		sqlite3_bind_double(st, i, x);
	else
		sqlite3_bind_null(st, i);
}

/* The row of this sound, made where there is none; its id. */
static int64_t
row_of(struct db *db, const struct sound_job *j, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "INSERT INTO sound(hash, start_ms, length_ms, at) VALUES (?1, ?2, ?3, ?4)"
	    " ON CONFLICT DO UPDATE SET at = ?4 RETURNING id",
	    e);
	int64_t id = 0;

	if (st == NULL)
		return 0;
	sql_bytes(st, 1, j->hash, sizeof j->hash);
	sql_int(st, 2, j->task.start_ms);
	sql_int(st, 3, j->task.length_ms);
	sql_int(st, 4, time_now());
	if (sql_step(db, st, e) == 1)
		id = sqlite3_column_int64(st, 0);
	sql_done(st);
	return id;
}

/* An UPDATE of row ?1 whose statement is a literal, n values bound by the caller's function. */
static enum err_code
update(struct db *db, const char *text, int64_t id, const struct sound *s,
    void (*bind)(sqlite3_stmt *st, const struct sound *s), struct err *e)
{
	sqlite3_stmt *st = sql_get(db, text, e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, id);
	bind(st, s);
	return sql_run(db, st, e);
}

static void
bind_bpm(sqlite3_stmt *st, const struct sound *s)
{
	bind_real(st, 2, s->bpm > 0, (double)(int64_t)(s->bpm * 100 + 0.5) / 100);
	bind_real(st, 3, s->bpm > 0, s->bpm_confidence);
	bind_real(st, 4, s->bpm > 0, (double)(int64_t)(s->bpm_other * 100 + 0.5) / 100);
}

static void
bind_key(sqlite3_stmt *st, const struct sound *s)
{
	struct music_key k = key_of(s->pitch < 0 ? 0 : s->pitch, s->minor);
	char camelot[KEY_TEXT];

	key_camelot(&k, camelot);
	sql_text(st, 5, s->pitch < 0 ? NULL : camelot);
	sql_text(st, 2, s->pitch < 0 ? NULL : k.name);
	bind_real(st, 3, s->pitch >= 0, s->key_confidence);
	bind_real(st, 4, s->pitch >= 0, s->tuning);
}

static void
bind_loudness(sqlite3_stmt *st, const struct sound *s)
{
	bind_real(st, 2, s->has_loudness, s->lufs);
	bind_real(st, 3, s->has_loudness, s->range);
	bind_real(st, 4, true, s->true_peak);
}

static void
bind_vector(sqlite3_stmt *st, const struct sound *s)
{
	sql_bytes(st, 2, s->vector, sizeof s->vector);
}

static void
bind_damage(sqlite3_stmt *st, const struct sound *s)
{
	sql_text(st, 2, s->damage[0] == '\0' ? NULL : s->damage);
}

/* Pairs of two bytes, the place and then the number of blocks, what is more than fits in another pair. */
static void
bind_blocks(sqlite3_stmt *st, const struct sound *s)
{
	struct buf b = { 0 };

	for (unsigned i = 0; i < SOUND_BLOCKS; i++)
		for (uint32_t left = s->block[i]; left > 0;) {
			uint32_t n = left < UINT16_MAX ? left : UINT16_MAX;

			buf_putc(&b, (char)(i & 0xff));
			buf_putc(&b, (char)(i >> 8));
			buf_putc(&b, (char)(n & 0xff));
			buf_putc(&b, (char)(n >> 8));
			left -= n;
		}
	sql_bytes(st, 2, b.data != NULL ? b.data : "", b.len);
	buf_free(&b);
}

static void
bind_print(sqlite3_stmt *st, const struct sound *s)
{
	sql_bytes(st, 2, s->print, s->nprint * sizeof s->print[0]);
}

static const struct {
	enum sound_kind kind;
	const char *sql;
	void (*bind)(sqlite3_stmt *st, const struct sound *s);
} columns[] = {
	{ SOUND_BPM, "UPDATE sound SET bpm = ?2, bpm_confidence = ?3, bpm_other = ?4 WHERE id = ?1",
	    bind_bpm },
	{ SOUND_KEY,
	    "UPDATE sound SET key = ?2, key_confidence = ?3, tuning = ?4, camelot = ?5 WHERE id = ?1",
	    bind_key },
	{ SOUND_LOUDNESS, "UPDATE sound SET lufs = ?2, range = ?3, peak = ?4 WHERE id = ?1", bind_loudness },
	{ SOUND_LOUDNESS,
	    "INSERT INTO sound_detail(sound_id, blocks) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET blocks = "
	    "?2",
	    bind_blocks },
	{ SOUND_FINGERPRINT,
	    "INSERT INTO sound_detail(sound_id, print) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET print = ?2",
	    bind_print },
	{ SOUND_FEATURES, "UPDATE sound SET vector = ?2 WHERE id = ?1", bind_vector },
	{ SOUND_CHECK, "UPDATE sound SET damage = ?2 WHERE id = ?1", bind_damage },
};

/* The versions that were asked for, and how it ended. */
static enum err_code
mark(struct db *db, int64_t id, const struct sound_result *r, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "UPDATE sound SET bpm_version = ifnull(?2, bpm_version), key_version = ifnull(?3, key_version),"
	    " loudness_version = ifnull(?4, loudness_version), fingerprint_version = ifnull(?5, "
	    "fingerprint_version),"
	    " features_version = ifnull(?6, features_version), check_version = ifnull(?7, check_version),"
	    " error = ?8, duration_ms = ifnull(?9, duration_ms) WHERE id = ?1",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, id);
	for (int i = 0; i < SOUND_KINDS; i++)
		sql_int_or_null(st, 2 + i, (r->job.task.kinds & 1U << i) != 0 ? sound_infos[i].version : 0);
	sql_text(st, 8, r->failed.code != ERR_NONE ? r->failed.msg : NULL);
	sql_int_or_null(st, 9, r->failed.code == ERR_NONE ? r->sound.duration_ms : 0);
	return sql_run(db, st, e);
}

/* Tracks whose preferred file has this sound know its tempo and key. */
static enum err_code
tell_tracks(struct db *db, const struct sound_job *j, int64_t id, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "UPDATE track SET (sound_bpm, sound_key, sound_group) = (SELECT bpm, key, coalesce(twin, id) "
	    "FROM sound WHERE id = ?2) WHERE id IN"
	    " (SELECT f.track_id FROM (SELECT id FROM file WHERE audio = ?1 UNION SELECT id FROM file WHERE"
	    " whole = ?1 UNION SELECT f.id FROM blob b JOIN file f ON f.blob_id = b.id WHERE b.sha256 = ?1) i"
	    " JOIN file_sound f ON f.file_id = i.id WHERE f.preferred AND f.hash = ?1 AND f.start_ms = ?3 AND"
	    " f.length_ms = ?4)",
	    e);

	if (st == NULL)
		return e->code;
	sql_bytes(st, 1, j->hash, sizeof j->hash);
	sql_int(st, 2, id);
	sql_int(st, 3, j->task.start_ms);
	sql_int(st, 4, j->task.length_ms);
	return sql_run(db, st, e);
}

static enum err_code
keep(struct db *db, const struct sound_result *r, struct err *e)
{
	int64_t id = row_of(db, &r->job, e);

	if (e->code != ERR_NONE)
		return e->code;
	for (size_t i = 0; i < sizeof columns / sizeof columns[0] && e->code == ERR_NONE; i++)
		if (r->failed.code == ERR_NONE && (r->job.task.kinds & 1U << columns[i].kind) != 0)
			update(db, columns[i].sql, id, &r->sound, columns[i].bind, e);
	if (e->code == ERR_NONE)
		mark(db, id, r, e);
	if (e->code == ERR_NONE && r->failed.code == ERR_NONE &&
	    (r->job.task.kinds & 1U << SOUND_FINGERPRINT) != 0)
		twins_find(db, id, r->sound.print, r->sound.nprint, e);
	if (e->code == ERR_NONE)
		tell_tracks(db, &r->job, id, e);
	return e->code;
}

enum err_code
sound_keep(struct db *db, const struct sound_result *results, size_t n, struct err *e)
{
	if (sql_begin(db, e) != ERR_NONE)
		return e->code;
	for (size_t i = 0; i < n && e->code == ERR_NONE; i++)
		keep(db, &results[i], e);
	for (size_t i = 0; i < n && e->code == ERR_NONE; i++)
		if (results[i].failed.code == ERR_NONE &&
		    (results[i].job.task.kinds & 1U << SOUND_FEATURES) != 0) {
			sound_outdate(db, e);
			break;
		}
	if (e->code != ERR_NONE || sql_commit(db, e) != ERR_NONE)
		sql_rollback(db);
	return e->code;
}
