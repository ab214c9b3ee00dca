/* SPDX-License-Identifier: MIT */
/* In a shared library an edit changes its user's own tracks, playlists and schedules alone.  What an edit
 * changed its journal tells, whatever command it was: so it is asked at the end, and rolled back. */
#include <inttypes.h>
#include <stdio.h>

#include "store/edit/priv.h"
#include "store/owner.h"

/* The owner of the first row among those that st finds (id, owner) that is another's; kind is what stands
 * before its id. */
static enum err_code
refuse_first(struct db *db, sqlite3_stmt *st, int64_t event, const char *kind, struct err *e)
{
	char what[40];

	if (st == NULL)
		return e->code;
	sql_int(st, 1, event);
	sql_int(st, 2, owner_limit(db));
	if (sql_step(db, st, e) == 1) {
		snprintf(what, sizeof what, "%s%" PRId64, kind, (int64_t)sqlite3_column_int64(st, 0));
		owner_check(db, sqlite3_column_int64(st, 1), what, e);
	}
	sql_done(st);
	return e->code;
}

enum err_code
journal_check_owner(struct db *db, int64_t event, struct err *e)
{
	if (owner_limit(db) < 0)
		return ERR_NONE;
	if (refuse_first(db,
		sql_get(db,
		    "SELECT id, owner FROM main.track WHERE owner <> ?2 AND id IN (" JOURNAL_TRACKS
		    " UNION SELECT json_extract(before, '$.track_id') FROM main.change WHERE event_id = ?1"
		    " AND name = 'file') LIMIT 1",
		    e),
		event, "track ", e) != ERR_NONE)
		return e->code;
	if (refuse_first(db,
		sql_get(db,
		    "SELECT c.id, coalesce(p.owner, c.owner) FROM"
		    " (SELECT json_extract(coalesce(before, after), '$.id') AS id,"
		    " json_extract(coalesce(before, after), '$.owner') AS owner"
		    " FROM main.change WHERE event_id = ?1 AND name = 'playlist'"
		    " UNION SELECT coalesce(json_extract(coalesce(v.before, v.after), '$.playlist_id'),"
		    " (SELECT playlist_id FROM main.entry WHERE id = json_extract(v.before, '$.id'))), NULL"
		    " FROM main.change v WHERE event_id = ?1 AND name = 'entry') AS c"
		    " LEFT JOIN main.playlist p ON p.id = c.id WHERE coalesce(p.owner, c.owner) <> ?2 LIMIT "
		    "1",
		    e),
		event, "playlist p", e) != ERR_NONE)
		return e->code;
	return refuse_first(db,
	    sql_get(db,
		"SELECT c.id, coalesce(s.owner, c.owner) FROM"
		" (SELECT json_extract(coalesce(before, after), '$.id') AS id,"
		" json_extract(coalesce(before, after), '$.owner') AS owner"
		" FROM main.change WHERE event_id = ?1 AND name = 'schedule') AS c"
		" LEFT JOIN main.schedule s ON s.id = c.id WHERE coalesce(s.owner, c.owner) <> ?2 LIMIT 1",
		e),
	    event, "schedule c", e);
}
