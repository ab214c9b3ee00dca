/* SPDX-License-Identifier: MIT */
#include "store/listing/listing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/out.h"
#include "base/time.h"
#include "store/blob.h"
#include "store/listing/priv.h"
#include "store/sql.h"

void
add_length(struct buf *b, int64_t ms)
{
	char text[TIME_TEXT];

	buf_puts(b, time_length(ms, text));
}

void
add_safe(char end, struct buf *out, const char *s, size_t len)
{
	if (end == '\0')
		buf_add(out, s, len);
	else
		out_escape(out, s, len);
}

/* One track's cells: 1, 0 where there is no such track, -1. */
static int
read_row(struct db *db, int64_t id, const struct listing *l, struct listing_row *row, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT t.artist, t.title, r.album, t.year, t.duration_ms"
	    " FROM track t JOIN release r ON r.id = t.release_id WHERE t.id = ?",
	    e);
	int step;

	if (st == NULL)
		return -1;
	sql_int(st, 1, id);
	step = sql_step(db, st, e);
	for (int i = 0; i < CELLS; i++)
		buf_clear(&row->cell[i]);
	row->id = id;
	if (step == 1) {
		buf_printf(&row->cell[CELL_ID], "%lld", (long long)id);
		for (int i = 0; i < 4; i++)
			if (sqlite3_column_type(st, i) != SQLITE_NULL)
				add_safe(l->end, &row->cell[CELL_ARTIST + i],
				    (const char *)sqlite3_column_text(st, i),
				    (size_t)sqlite3_column_bytes(st, i));
		if (sqlite3_column_type(st, 4) != SQLITE_NULL)
			add_length(&row->cell[CELL_LENGTH], sqlite3_column_int64(st, 4));
	}
	sql_done(st);
	return step;
}

static void
free_row(struct listing_row *row)
{
	for (int i = 0; i < CELLS; i++)
		buf_free(&row->cell[i]);
}

static enum err_code
add_lines(struct listing *l, struct db *db, const int64_t *ids, size_t n, struct buf *out, struct err *e)
{
	struct listing_row row = { 0 };

	for (size_t i = 0; i < n && e->code == ERR_NONE; i++) {
		if (read_row(db, ids[i], l, &row, e) <= 0)
			continue;
		for (int k = CELL_ID; k <= CELL_ALBUM; k++) {
			buf_add(out, row.cell[k].data, row.cell[k].len);
			buf_putc(out, k < CELL_ALBUM ? '\t' : l->end);
		}
	}
	free_row(&row);
	return e->code;
}

static enum err_code
add_table(struct listing *l, struct db *db, const int64_t *ids, size_t n, struct buf *out, struct err *e)
{
	struct listing_row *rows = calloc(n + 1, sizeof *rows);
	size_t count = 0;

	if (rows == NULL)
		return err_memory(e);
	for (size_t i = 0; i < n && e->code == ERR_NONE; i++)
		count += read_row(db, ids[i], l, &rows[count], e) > 0;
	if (e->code == ERR_NONE)
		table_add(l, rows, count, out);
	for (size_t i = 0; i <= count && i < n; i++)
		free_row(&rows[i]);
	free(rows);
	return e->code;
}

static enum err_code
add_file(const struct listing *l, struct db *db, int64_t id, struct buf *out, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT b.sha256, b.suffix FROM file f JOIN blob b ON b.id = f.blob_id"
	    " WHERE f.track_id = ? AND f.preferred = 1",
	    e);
	char path[BLOB_PATH];

	if (st == NULL)
		return e->code;
	sql_int(st, 1, id);
	if (sql_step(db, st, e) == 1 && sqlite3_column_bytes(st, 0) == 32) {
		blob_path(path, sqlite3_column_blob(st, 0), (const char *)sqlite3_column_text(st, 1));
		buf_printf(out, "%s/%s", db_path(db), path);
		buf_putc(out, l->end);
	}
	sql_done(st);
	return e->code;
}

static void
add_record(const struct listing *l, const struct track *t, struct buf *out)
{
	switch (l->form) {
	case LISTING_JSON:
		track_json(t, out);
		buf_putc(out, l->end);
		break;
	case LISTING_FORMAT:
		format_track(l->format, t, l->end != '\0', out);
		buf_putc(out, l->end);
		break;
	case LISTING_M3U8:
		m3u8_entry(t, out);
		break;
	default:
		sheet_row(l, t, out);
	}
}

static enum err_code
add_track(struct listing *l, struct db *db, int64_t id, struct buf *out, struct err *e)
{
	struct track t = { 0 };

	if (track_load(db, id, &t, e) == ERR_NONE)
		add_record(l, &t, out);
	else if (e->code == ERR_NOTFOUND) /* gone since */
		*e = (struct err){ 0 };
	track_free(&t);
	return e->code;
}

static enum err_code
add_each(struct listing *l, struct db *db, const int64_t *ids, size_t n, struct buf *out, struct err *e)
{
	for (size_t i = 0; i < n && e->code == ERR_NONE; i++) {
		if (l->form == LISTING_IDS) {
			buf_printf(out, "%lld", (long long)ids[i]);
			buf_putc(out, l->end);
		} else if (l->form == LISTING_FILES) {
			add_file(l, db, ids[i], out, e);
		} else {
			add_track(l, db, ids[i], out, e);
		}
	}
	return e->code;
}

enum err_code
listing_add(struct listing *l, struct db *db, const int64_t *ids, size_t n, struct buf *out, struct err *e)
{
	struct err ignored = { 0 };

	if (l->form == LISTING_IDS) {
		add_each(l, db, ids, n, out, e);
		return buf_ok(out, e);
	}
	if (sql_begin_read(db, e) != ERR_NONE)
		return e->code;
	if (!l->started)
		sheet_head(l, out);
	if (l->form == LISTING_TSV && l->format == NULL)
		add_lines(l, db, ids, n, out, e);
	else if (l->form == LISTING_TABLE)
		add_table(l, db, ids, n, out, e);
	else
		add_each(l, db, ids, n, out, e);
	l->started = true;
	if (sql_commit(db, e->code == ERR_NONE ? e : &ignored) != ERR_NONE)
		sql_rollback(db);
	return e->code != ERR_NONE ? e->code : buf_ok(out, e);
}
