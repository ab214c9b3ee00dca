/* SPDX-License-Identifier: MIT */
/* What is still to be found out. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/below.h"
#include "base/lock.h"
#include "store/blob.h"
#include "store/sound/sound.h"
#include "store/sql.h"

enum {
	STAGED_PATH = BLOB_NAME + 40,
	FIRST_VERSION = 8
}; /* columns of the versions, in the order of enum sound_kind */

/* Files of one sound become one row; SQLite takes the other columns from the row with the smallest file. */
static const char waiting[] =
    "SELECT min(f.id), f.track_id, b.sha256, b.suffix, b.size, x.hash, x.start_ms, x.length_ms,"
    " ifnull(s.bpm_version, 0), ifnull(s.key_version, 0), ifnull(s.loudness_version, 0),"
    " ifnull(s.fingerprint_version, 0), ifnull(s.features_version, 0), ifnull(s.check_version, 0),"
    " ifnull(f.duration_ms, 0) FROM file f JOIN blob b ON b.id = f.blob_id JOIN file_sound x ON x.file_id = "
    "f.id LEFT JOIN sound s ON s.hash = x.hash AND s.start_ms = x.start_ms AND s.length_ms = x.length_ms"
    " WHERE f.state = 'ok' AND (?1 OR f.track_id IN (SELECT value FROM json_each(?2)))"
    " GROUP BY x.hash, x.start_ms, x.length_ms ORDER BY 1";

/* Bind parameters i and i + 1: whether all tracks are meant, and those that are, as a JSON array. */
static enum err_code
bind_tracks(sqlite3_stmt *st, int i, const int64_t *tracks, size_t n, struct err *e)
{
	struct buf b = { 0 };

	buf_putc(&b, '[');
	for (size_t k = 0; tracks != NULL && k < n; k++)
		buf_printf(&b, "%s%" PRId64, k > 0 ? "," : "", tracks[k]);
	buf_putc(&b, ']');
	sql_int(st, i, tracks == NULL);
	if (buf_ok(&b, e) == ERR_NONE)
		sql_text(st, i + 1, b.data);
	buf_free(&b);
	return e->code;
}

/* The kinds of the wish that are not known, or of an older version. */
static uint32_t
kinds_left(sqlite3_stmt *st, const struct sound_wish *wish)
{
	uint32_t kinds = 0;

	for (int i = 0; i < SOUND_KINDS; i++)
		if (wish->again || sqlite3_column_int(st, FIRST_VERSION + i) < sound_infos[i].version)
			kinds |= wish->kinds & 1U << i;
	return kinds;
}

static bool
read_job(sqlite3_stmt *st, struct sound_job *j)
{
	const char *suffix = (const char *)sqlite3_column_text(st, 3);

	if (suffix == NULL || strlen(suffix) >= sizeof j->suffix || sqlite3_column_bytes(st, 2) != 32 ||
	    sqlite3_column_bytes(st, 5) != 32)
		return false;
	j->track = sqlite3_column_int64(st, 1);
	memcpy(j->sha256, sqlite3_column_blob(st, 2), 32);
	strcpy(j->suffix, suffix);
	j->size = sqlite3_column_int64(st, 4);
	memcpy(j->hash, sqlite3_column_blob(st, 5), 32);
	j->task.start_ms = sqlite3_column_int64(st, 6);
	j->task.length_ms = sqlite3_column_int64(st, 7);
	j->duration_ms = sqlite3_column_int64(st, FIRST_VERSION + SOUND_KINDS);
	return true;
}

enum err_code
sound_todo(struct db *db, const struct sound_wish *wish, struct sound_job **jobs, size_t *n, struct err *e)
{
	struct sound_job *list = NULL;
	size_t count = 0, room = 0;
	sqlite3_stmt *st;

	st = sql_get(db, waiting, e);
	if (st == NULL || bind_tracks(st, 1, wish->tracks, wish->ntracks, e) != ERR_NONE)
		return e->code;
	while (sql_step(db, st, e) == 1) {
		uint32_t kinds = kinds_left(st, wish);
		struct sound_job j = { .task = { .kinds = kinds } };

		if (kinds == 0 || !read_job(st, &j))
			continue;
		if (count == room) {
			struct sound_job *more = realloc(list, (room = room * 2 + 64) * sizeof *more);

			if (more == NULL) {
				err_memory(e);
				break;
			}
			list = more;
		}
		list[count++] = j;
	}
	sql_done(st);
	if (e->code != ERR_NONE) {
		free(list);
		return e->code;
	}
	*jobs = list;
	*n = count;
	return ERR_NONE;
}

enum err_code
sound_lock(struct db *db, struct err *e)
{
	if (lock_take(db->lockfd, LOCK_SOUND, LOCK_EXCLUSIVE, 0, e) == ERR_BUSY)
		err_set(e, ERR_BUSY, "another lib-analyze is at work on this library");
	return e->code;
}

int
sound_open(int library, const struct sound_job *job, struct err *e)
{
	char path[BLOB_PATH], name[BLOB_NAME], staged[STAGED_PATH];
	int fd = -1;

	if (job->session != 0) {
		blob_name(name, job->sha256, job->suffix);
		snprintf(staged, sizeof staged, "staging/s%" PRId64 "/%s", job->session, name);
		fd = below_open(library, staged, O_RDONLY | O_NONBLOCK, 0);
	}
	blob_path(path, job->sha256, job->suffix);
	if (fd < 0 && (job->session == 0 || errno == ENOENT)) /* committed meanwhile */
		fd = below_open(library, path, O_RDONLY | O_NONBLOCK, 0);
	if (fd < 0)
		err_sys(e, errno, "%s", job->session != 0 ? staged : path);
	return fd;
}

enum err_code
sound_prefer(struct db *db, bool sound, const int64_t *tracks, size_t n, int64_t *changed, struct err *e)
{
	sqlite3_stmt *st;

	if (sql_begin(db, e) != ERR_NONE)
		return e->code;
	st = sql_get(db,
	    "UPDATE track SET sound_first = ?1 WHERE sound_first <> ?1 AND (?2 OR id IN (SELECT value FROM"
	    " json_each(?3)))",
	    e);
	if (st != NULL && bind_tracks(st, 2, tracks, n, e) == ERR_NONE) {
		sql_int(st, 1, sound);
		sql_run(db, st, e);
	}
	*changed = sqlite3_changes64(db->sql);
	if (e->code != ERR_NONE || sql_commit(db, e) != ERR_NONE)
		sql_rollback(db);
	return e->code;
}

enum err_code
sound_counts(struct db *db, struct sound_count *c, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT count(*), coalesce(sum(bpm_version < ?1 OR key_version < ?2 OR loudness_version < ?3 OR"
	    " fingerprint_version < ?4 OR features_version < ?5 OR check_version < ?6), 0), count(error),"
	    " count(damage) FROM sound WHERE EXISTS (SELECT 1 FROM file f WHERE f.audio = sound.hash AND"
	    " f.state = 'ok') OR EXISTS (SELECT 1 FROM file f WHERE f.whole = sound.hash AND f.state = 'ok') "
	    "OR EXISTS (SELECT 1 FROM blob b JOIN file f ON f.blob_id = b.id WHERE b.sha256 = sound.hash AND"
	    " f.state = 'ok')",
	    e);

	if (st == NULL)
		return e->code;
	for (int i = 0; i < SOUND_KINDS; i++)
		sql_int(st, i + 1, sound_infos[i].version);
	if (sql_step(db, st, e) == 1)
		*c = (struct sound_count){ sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 1),
			sqlite3_column_int64(st, 2), sqlite3_column_int64(st, 3) };
	sql_done(st);
	return e->code;
}
