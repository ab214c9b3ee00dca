#include "store/stats.h"

#include "base/out.h"
#include "store/charts.h"
#include "store/sql.h"

static const struct {
	const char *name;
	const char *sql;
} totals[] = {
	{ "tracks", "SELECT count(*) FROM doc" },
	{ "artists",
	    "SELECT count(DISTINCT artist_key) FROM track WHERE removed IS NULL AND artist IS NOT NULL" },
	{ "albums",
	    "SELECT count(*) FROM release r WHERE r.album IS NOT NULL"
	    " AND EXISTS (SELECT 1 FROM track t WHERE t.release_id = r.id AND t.removed IS NULL)" },
	{ "files", "SELECT count(DISTINCT blob_id) FROM file WHERE state <> 'removed'" },
	{ "duration_ms", "SELECT coalesce(sum(duration_ms), 0) FROM track WHERE removed IS NULL" },
	{ "size",
	    "SELECT coalesce(sum(b.size), 0) FROM (SELECT DISTINCT blob_id FROM file WHERE state <> "
	    "'removed') f"
	    " CROSS JOIN blob b ON b.id = f.blob_id" },
};

static enum err_code
add_totals(struct db *db, const struct stats_form *form, struct buf *out, struct err *e)
{
	for (size_t i = 0; i < sizeof totals / sizeof totals[0]; i++) {
		sqlite3_stmt *st = sql_get(db, totals[i].sql, e);
		int64_t n;

		if (st == NULL || sql_step(db, st, e) < 0)
			return e->code;
		n = sqlite3_column_int64(st, 0);
		sql_done(st);
		if (form->columns > 0)
			buf_printf(out, "%-12s %lld%c", totals[i].name, (long long)n, form->end);
		else
			json_int(out, totals[i].name, n);
	}
	return ERR_NONE;
}

enum err_code
stats_print(struct db *db, const struct stats_form *form, struct buf *out, struct err *e)
{
	struct err ignored = { 0 };

	if (sql_begin_read(db, e) != ERR_NONE)
		return e->code;
	if (form->columns == 0)
		json_open(out, "report");
	if (add_totals(db, form, out, e) == ERR_NONE)
		charts_add(db, form, out, e);
	if (form->columns == 0) {
		json_close(out);
		buf_putc(out, form->end);
	}
	if (sql_commit(db, e->code == ERR_NONE ? e : &ignored) != ERR_NONE)
		sql_rollback(db);
	return e->code != ERR_NONE ? e->code : buf_ok(out, e);
}
