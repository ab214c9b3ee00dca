/* SPDX-License-Identifier: MIT */
/* playlist:NAME, playlist:p4, playlist:* - what stands in a playlist. */
#include "store/query/member.h"

#include <stdlib.h>
#include <string.h>

#include "store/playlist/nearest.h"
#include "store/query/compile.h"
#include "text/fold.h"

/* "p4", or 0. */
static int64_t
read_id(const char *s)
{
	size_t len = strlen(s);

	return (*s == 'p' || *s == 'P') && len > 1 && len < 19 && strspn(s + 1, "0123456789") == len - 1
	    ? strtoll(s + 1, NULL, 10)
	    : 0;
}

int
member_find(struct db *db, const char *name, int64_t *id, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT id, name FROM playlist ORDER BY id", e);
	char *nfc = text_nfc(name, strlen(name)), *key = fold_key(name);
	int64_t wanted = read_id(name), exact = 0, folded = 0;

	if (st == NULL || nfc == NULL || key == NULL) {
		if (e->code == ERR_NONE)
			err_memory(e);
		goto out;
	}
	while (sql_step(db, st, e) > 0 && exact == 0) {
		const char *other = (const char *)sqlite3_column_text(st, 1);
		char *other_key;

		if (sqlite3_column_int64(st, 0) == wanted || strcmp(other, nfc) == 0)
			exact = sqlite3_column_int64(st, 0);
		other_key = fold_key(other);
		if (other_key != NULL && folded == 0 && *key != '\0' && strcmp(other_key, key) == 0)
			folded = sqlite3_column_int64(st, 0);
		free(other_key);
	}
out:
	sql_done(st);
	free(nfc);
	free(key);
	if (e->code != ERR_NONE)
		return -1;
	if (exact == 0 && folded == 0)
		return 0;
	*id = exact != 0 ? exact : folded;
	return 1;
}

void
compile_playlist(struct compiler *c, const struct node *n, struct buf *sql)
{
	struct err why = { 0 };
	int64_t id = 0;
	int found, playlist;

	if (strcmp(n->value, "*") == 0 && !n->phrase) {
		buf_puts(sql,
		    "(EXISTS (SELECT 1 FROM entry e WHERE e.track_id = t.id) OR EXISTS (SELECT 1 FROM found d"
		    " JOIN entry e ON e.id = d.entry_id WHERE d.track_id = t.id))");
		return;
	}
	found = member_find(c->db, n->value, &id, &why);
	if (found < 0 && c->e->code == ERR_NONE)
		*c->e = why;
	if (found == 0) {
		char *near = playlist_nearest(c->db, n->value);

		if (near != NULL)
			compile_complain(
			    c, n, "there is no playlist '%s'; did you mean '%s'?", n->value, near);
		else
			compile_complain(c, n, "there is no playlist '%s'", n->value);
		free(near);
	}
	playlist = param_int(c, id);
	buf_printf(sql,
	    "t.id IN (SELECT e.track_id FROM entry e WHERE e.playlist_id = ?%d UNION ALL SELECT d.track_id "
	    "FROM entry e JOIN found d ON d.entry_id = e.id WHERE e.playlist_id = ?%d)",
	    playlist, playlist);
}
