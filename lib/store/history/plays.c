/* SPDX-License-Identifier: MIT */
#include "store/history/plays.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/history/priv.h"

/* A play that another one in the same file is told to be, and that waits for it. */
struct waiting {
	struct listen l;
	char *texts[12];
};

struct plays {
	struct db *db;
	struct play_origin origin;
	int64_t in_batch, batch;
	struct waiting *held;
	size_t nheld;
	struct names names;
};

/* -- the same play --------------------------------------------------------- */

/* The listener's play of this song in that second, and the import that brought it; or 0. */
static enum err_code
find_play(struct db *db, const struct kept *k, int64_t start, int64_t *play, int64_t *import, struct err *e)
{
	sqlite3_stmt *st = sql_get(
	    db, "SELECT id, import_id FROM play WHERE listener_id = ?1 AND song_id = ?2 AND start = ?3", e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, k->listener);
	sql_int(st, 2, k->song);
	sql_int(st, 3, start);
	*play = *import = 0;
	if (sql_step(db, st, e) == 1) {
		*play = sqlite3_column_int64(st, 0);
		*import = sqlite3_column_int64(st, 1);
	}
	sql_done(st);
	return e->code;
}

/* The play that this one is another account of, or 0. */
static enum err_code
find_near(struct db *db, const struct kept *k, int64_t *play, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT p.id FROM play p JOIN history h ON h.id = p.history_id WHERE " IS_NEAR(
		"?1", "?2", "?3", "?4", "?5", "?6", "?7") " ORDER BY abs(p.start - ?3), p.id LIMIT 1",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, k->listener);
	sql_int(st, 2, k->song);
	sql_int(st, 3, k->l.start);
	sql_int(st, 4, k->l.exact_s);
	sql_int(st, 5, k->l.uncounted != NULL);
	sql_int(st, 6, k->history);
	if (k->l.heard_ms >= 0)
		sql_int(st, 7, k->l.heard_ms);
	sql_int(st, 20, PLAYS_NEAR_S);
	sql_int(st, 21, PLAYS_AGAIN_S);
	return row_id(db, st, play, e);
}

static enum err_code
insert_play(struct plays *p, const struct kept *k, int64_t dup_of, struct err *e)
{
	struct db *db = p->db;
	sqlite3_stmt *st = sql_get(db,
	    "INSERT INTO play (listener_id, song_id, start, told_id, heard_ms, length_ms, exact_s, uncounted,"
	    " dup_of, history_id, row, import_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
	    e);
	int64_t id = 0;

	if (st == NULL)
		return e->code;
	sql_int(st, 1, k->listener);
	sql_int(st, 2, k->song);
	sql_int(st, 3, k->l.start);
	sql_int(st, 4, k->told);
	if (k->l.heard_ms >= 0)
		sql_int(st, 5, k->l.heard_ms);
	if (k->l.length_ms >= 0)
		sql_int(st, 6, k->l.length_ms);
	sql_int(st, 7, k->l.exact_s);
	sql_text(st, 8, k->l.uncounted);
	sql_int_or_null(st, 9, dup_of);
	sql_int(st, 10, k->history);
	sql_int(st, 11, k->l.row);
	sql_int(st, 12, p->origin.import->id);
	if (row_inserted(db, st, &id, e) != ERR_NONE)
		return e->code;
	if ((st = sql_get(db, "INSERT INTO play_raw (play_id, raw) VALUES (?1, ?2)", e)) == NULL)
		return e->code;
	sql_int(st, 1, id);
	sql_text(st, 2, k->l.raw);
	return sql_run(db, st, e);
}

static enum err_code
count(struct plays *p, const struct kept *k, bool near, struct err *e)
{
	sqlite3_stmt *st = sql_get(p->db, "SELECT 1 FROM told WHERE id = ?1 AND track_id IS NOT NULL", e);
	struct plays_counts *n = &p->origin.import->counts;
	int64_t found;

	if (st == NULL)
		return e->code;
	sql_int(st, 1, k->told);
	if (row_id(p->db, st, &found, e) != ERR_NONE)
		return e->code;
	n->added++;
	n->near += near;
	n->uncounted += k->l.uncounted != NULL;
	n->matched += found;
	return ERR_NONE;
}

/* -- accounts of plays that come later in the file ---------------------------- */

static void
held_free(struct waiting *h)
{
	for (size_t i = 0; i < sizeof h->texts / sizeof h->texts[0]; i++)
		free(h->texts[i]);
}

static enum err_code
hold(struct plays *p, const struct listen *l, struct err *e)
{
	struct waiting *h;
	const char **fields;
	size_t n = 0;

	if (p->held == NULL && (p->held = calloc(PLAYS_HELD, sizeof *p->held)) == NULL)
		return err_memory(e);
	h = &p->held[p->nheld];
	*h = (struct waiting){ .l = *l };
	const char **all[] = { &h->l.artist, &h->l.title, &h->l.album, &h->l.mb_trackid, &h->l.mb_albumid,
		&h->l.isrc, &h->l.raw, &h->l.user, &h->l.type, &h->l.name, &h->l.zone };
	for (; n < sizeof all / sizeof all[0]; n++) {
		fields = all[n];
		h->texts[n] = strdup(*fields);
		*fields = h->texts[n];
		if (h->texts[n] == NULL) {
			held_free(h);
			return err_memory(e);
		}
	}
	p->nheld++;
	return ERR_NONE;
}

/* -- taking in ------------------------------------------------------------- */

/* A play that is not there yet, and that nothing holds up. */
static enum err_code
add(struct plays *p, struct kept *k, bool fresh, int64_t dup_of, struct err *e)
{
	struct play_import *import = p->origin.import;
	bool own = *k->l.type == '\0';
	const char *const of[3] = { own ? p->origin.type : k->l.type, own ? p->origin.name : k->l.name,
		k->l.zone };

	if (own && *import->zone == '\0')
		snprintf(import->zone, sizeof import->zone, "%s", k->l.zone);
	if (import_row(p->db, import, p->origin.type, e) != ERR_NONE ||
	    names_history(p->db, &p->names, of, &k->history, e) != ERR_NONE ||
	    find_told(p->db, k, e) != ERR_NONE ||
	    (!fresh && dup_of == 0 && find_near(p->db, k, &dup_of, e) != ERR_NONE) ||
	    insert_play(p, k, dup_of, e) != ERR_NONE)
		return e->code;
	return count(p, k, dup_of != 0, e);
}

static enum err_code
enter(struct plays *p, struct kept *k, bool last_chance, bool *wait, struct err *e)
{
	struct play_import *import = p->origin.import;
	const char *listener = *k->l.user != '\0' ? k->l.user : import->listener;
	int64_t play = 0, dup_of = 0, from = 0;
	bool fresh = false;

	*wait = false;
	if (names_listener(p->db, &p->names, listener, &k->listener, e) != ERR_NONE ||
	    find_song(p->db, k, &fresh, e) != ERR_NONE ||
	    (!fresh && find_play(p->db, k, k->l.start, &play, &from, e) != ERR_NONE))
		return e->code;
	if (play != 0) {
		import->counts.known++;
		import->counts.shared += from != import->id;
		return ERR_NONE;
	}
	if (k->l.dup_of != 0 && find_play(p->db, k, k->l.dup_of, &dup_of, &from, e) != ERR_NONE)
		return e->code;
	*wait = k->l.dup_of != 0 && dup_of == 0 && !last_chance;
	return *wait ? ERR_NONE : add(p, k, fresh, dup_of, e);
}

static enum err_code
take(struct plays *p, const struct listen *l, bool last_chance, bool *wait, struct err *e)
{
	struct kept k = { 0 };

	if (kept_make(&k, l, e) == ERR_NONE)
		enter(p, &k, last_chance, wait, e);
	kept_free(&k);
	return e->code;
}

/* What waited, as far as the plays have come that it waits for. */
static enum err_code
release_held(struct plays *p, bool last_chance, struct err *e)
{
	size_t left = 0;

	for (size_t i = 0; i < p->nheld; i++) {
		bool wait = true;

		if (e->code == ERR_NONE)
			take(p, &p->held[i].l, last_chance, &wait, e);
		if (e->code == ERR_NONE && !wait)
			held_free(&p->held[i]);
		else
			p->held[left++] = p->held[i];
	}
	p->nheld = left;
	return e->code;
}

static enum err_code
begin_batch(struct plays *p, struct err *e)
{
	if (sql_begin(p->db, e) == ERR_NONE && import_goes_on(p->db, p->origin.import, e) != ERR_NONE)
		sql_rollback(p->db);
	return e->code;
}

static enum err_code
end_batch(struct plays *p, bool last, struct err *e)
{
	if (release_held(p, last, e) == ERR_NONE && import_keep(p->db, p->origin.import, e) == ERR_NONE)
		sql_commit(p->db, e);
	p->in_batch = 0;
	p->batch = p->batch < PLAYS_BATCH ? p->batch * 2 : PLAYS_BATCH;
	return e->code;
}

enum err_code
plays_begin(struct plays **out, struct db *db, const struct play_origin *origin, struct err *e)
{
	struct plays *p = calloc(1, sizeof *p);

	if (p == NULL)
		return err_memory(e);
	p->db = db;
	p->origin = *origin;
	p->batch = PLAYS_FIRST;
	*out = p;
	return ERR_NONE;
}

enum err_code
plays_add(struct plays *p, const struct listen *l, struct err *e)
{
	bool wait = false;

	if (p->in_batch == 0 && begin_batch(p, e) != ERR_NONE)
		return e->code;
	p->in_batch++;
	if (take(p, l, p->nheld == PLAYS_HELD, &wait, e) != ERR_NONE || (wait && hold(p, l, e) != ERR_NONE)) {
		sql_rollback(p->db);
		names_forget(&p->names);
		p->in_batch = 0;
		return e->code;
	}
	if (p->in_batch >= p->batch) /* others may want to write, too */
		return end_batch(p, false, e);
	return ERR_NONE;
}

enum err_code
plays_end(struct plays *p, struct err *e)
{
	if (p->in_batch > 0 || (p->nheld > 0 && begin_batch(p, e) == ERR_NONE))
		end_batch(p, true, e);
	plays_free(p);
	return e->code;
}

void
plays_free(struct plays *p)
{
	if (p == NULL)
		return;
	if (p->db->in_txn)
		sql_rollback(p->db);
	for (size_t i = 0; i < p->nheld; i++)
		held_free(&p->held[i]);
	free(p->held);
	names_forget(&p->names);
	free(p);
}
