/* SPDX-License-Identifier: MIT */
/* What the rows of the catalogue tell of a library's health. */
#include <stdio.h>

#include "store/sweep/health_priv.h"
#include "store/sweep/priv.h"

/* What no copy has: events after the last one that are more than upkeep. */
#define UNSAVED                                                                                              \
	" FROM event WHERE kind NOT IN ('sweep', 'backup')"                                                  \
	" AND id > ifnull((SELECT max(id) FROM event WHERE kind = 'backup'), 0)"

/* In the order of the rows: the index of hashes would lead to their files all over the catalogue. */
#define NAMED " FROM blob b NOT INDEXED WHERE" BLOB_IS_NAMED

static enum err_code
read_numbers(struct db *db, struct health *h, struct err *e)
{
	int64_t since = h->now - h->limits.verify, version = 0;
	const struct {
		const char *sql;
		int64_t *n;
	} counts[] = {
		{ "SELECT count(*) FROM track WHERE removed IS NULL", &h->tracks },
		{ "SELECT count(*) FROM release r NOT INDEXED WHERE EXISTS (SELECT 1 FROM track t WHERE "
		  "t.release_id = r.id"
		  " AND t.id NOT IN (SELECT id FROM track WHERE removed IS NOT NULL))", /* two indexes tell */
		    &h->albums },
		{ "SELECT count(DISTINCT artist_key) FROM track WHERE removed IS NULL AND artist IS NOT NULL",
		    &h->artists },
		{ "SELECT min(created) FROM session s WHERE " SWEEP_UNFINISHED, &h->oldest_unfinished },
		{ "SELECT sum(i.size) FROM item i JOIN session s ON s.id = i.session_id"
		  " WHERE i.state = 'staged' AND " SWEEP_UNFINISHED,
		    &h->staging_bytes },
		{ "SELECT count(*) FROM leaving", &h->leaving },
		{ "SELECT count(*)" NAMED " AND b.damaged AND NOT EXISTS (SELECT 1 FROM file f"
		  " WHERE f.blob_id = b.id AND f.state <> 'removed')",
		    &h->lost_covers },
		{ "SELECT count(*) FROM trash", &h->trash },
		{ "SELECT sum(size) FROM trash", &h->trash_bytes },
		{ "SELECT count(*) FROM trash t WHERE" SWEEP_UNKNOWN, &h->trash_unknown },
		{ "SELECT max(ifnull((SELECT max(at) FROM event WHERE kind = 'backup'), 0),"
		  " ifnull((SELECT max(at) FROM backup), 0))",
		    &h->backups.last },
		{ "SELECT min(at)" UNSAVED, &h->backups.unsaved },
		{ "SELECT count(*)" NAMED, &h->blobs },
		{ "SELECT min(ifnull(b.verified, 0))" NAMED, &h->oldest_check },
		{ "SELECT max(ifnull((SELECT at FROM event ORDER BY id DESC LIMIT 1), 0),"
		  " ifnull((SELECT max(finished) FROM task), 0))",
		    &h->latest },
		{ "PRAGMA user_version", &version },
	};

	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
		if (sql_number(db, counts[i].sql, NULL, 0, counts[i].n, e) < 0)
			return e->code;
	h->schema = (int)version;
	sql_number(db, "SELECT count(*)" NAMED " AND b.verified >= ?1", &since, 1, &h->verified, e);
	return e->code;
}

#define FILES_THAT_ARE(state) "sum(f.state = '" state "'), sum(iif(f.state = '" state "', b.size, 0))"

/* Files by their state, those of one blob once. */
static enum err_code
read_files(struct db *db, struct health *h, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT " FILES_THAT_ARE("ok") ", " FILES_THAT_ARE("missing") ", " FILES_THAT_ARE(
		"damaged") ", " FILES_THAT_ARE("removed") " FROM file f JOIN blob b ON b.id = f.blob_id"
							  " WHERE NOT EXISTS (SELECT 1 FROM file g WHERE "
							  "g.blob_id = f.blob_id"
							  " AND g.id < f.id AND g.state = f.state)",
	    e);
	int row;

	if (st == NULL)
		return e->code;
	row = sql_step(db, st, e);
	for (int i = 0; row > 0 && i < HEALTH_FILE_STATES; i++) {
		h->files[i].n = sqlite3_column_int64(st, 2 * i);
		h->files[i].bytes = sqlite3_column_int64(st, 2 * i + 1);
	}
	sql_done(st);
	return row < 0 ? e->code : ERR_NONE;
}

static enum err_code
read_runs(struct db *db, struct health *h, struct err *e)
{
	sqlite3_stmt *st =
	    sql_get(db, "SELECT name, started, ifnull(succeeded, 0), status FROM task ORDER BY name", e);
	int row;

	if (st == NULL)
		return e->code;
	while ((row = sql_step(db, st, e)) > 0 && h->nruns < HEALTH_RUNS) {
		snprintf(h->runs[h->nruns].name, sizeof h->runs[0].name, "%s",
		    (const char *)sqlite3_column_text(st, 0));
		h->runs[h->nruns].started = sqlite3_column_int64(st, 1);
		h->runs[h->nruns].succeeded = sqlite3_column_int64(st, 2);
		h->runs[h->nruns++].status = sqlite3_column_int(st, 3);
	}
	sql_done(st);
	return row < 0 ? e->code : ERR_NONE;
}

enum err_code
health_count(struct db *db, struct health *h, struct err *e)
{
	if (read_numbers(db, h, e) != ERR_NONE || read_files(db, h, e) != ERR_NONE ||
	    sound_counts(db, &h->sound, e) != ERR_NONE)
		return e->code;
	return read_runs(db, h, e);
}
