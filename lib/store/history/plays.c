#include "store/history/plays.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/out.h"
#include "base/time.h"
#include "store/history/priv.h"
#include "store/packed/packed.h"
#include "text/fold.h"
#include "text/value.h"

enum { TEXT_MAX = 2000 };

/* A play in the form in which it is kept. */
struct kept {
	struct listen l;
	char *artist, *title, *album, *artist_key, *title_key, *album_key, *lead_key;
	char mb_trackid[VALUE_TEXT], mb_albumid[VALUE_TEXT], isrc[VALUE_TEXT];
	int64_t listener, song, history, told;
};

/* A play that another one in the same file is told to be, and that waits for it. */
struct waiting {
	struct listen l;
	char *texts[12];
};

struct plays {
	struct db *db;
	struct play_origin origin;
	struct plays_counts *counts;
	int64_t in_batch;
	struct waiting *held;
	size_t nheld;
	char *known[4]; /* the latest listener, and type, name and zone of the latest history ... */
	int64_t listener, history;
};

/* -- its form -------------------------------------------------------------- */

/* NFC, blanks trimmed, control characters as blanks, of a length that a title may have. */
static char *
clean(const char *s)
{
	size_t len = strnlen(s, TEXT_MAX), from = 0;
	char *text;

	while (len > 0 && len == TEXT_MAX && ((unsigned char)s[len] & 0xc0) == 0x80)
		len--; /* not amid a character */
	text = text_nfc(s, len);
	if (text == NULL)
		return NULL;
	for (char *c = text; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
	len = strlen(text);
	while (len > 0 && text[len - 1] == ' ')
		len--;
	while (from < len && text[from] == ' ')
		from++;
	memmove(text, text + from, len - from);
	text[len - from] = '\0';
	return text;
}

char *
told_lead(const char *artist, const char *artist_key)
{
	static const char *const joiners[] = { " feat", " ft.", " ft ", " featuring ", " with ", " & ", ", ",
		"; ", "/", " x ", " vs", " (feat", NULL };
	const char *end = NULL;
	char *first, *key;

	for (int i = 0; joiners[i] != NULL; i++) {
		const char *at = strcasestr(artist, joiners[i]);

		if (at != NULL && at > artist && (end == NULL || at < end))
			end = at;
	}
	first = end != NULL ? strndup(artist, (size_t)(end - artist)) : strdup("");
	key = first != NULL ? fold_key(first) : NULL;
	free(first);
	if (key != NULL && strcmp(key, artist_key) == 0)
		*key = '\0';
	return key;
}

static void
kept_free(struct kept *k)
{
	char **const texts[] = { &k->artist, &k->title, &k->album, &k->artist_key, &k->title_key,
		&k->album_key, &k->lead_key };

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		free(*texts[i]);
}

static enum err_code
keep(struct kept *k, const struct listen *l, struct err *e)
{
	k->l = *l;
	k->artist = clean(l->artist);
	k->title = clean(l->title);
	k->album = clean(l->album);
	if (k->artist == NULL || k->title == NULL || k->album == NULL)
		return err_memory(e);
	k->artist_key = fold_key(k->artist);
	k->title_key = fold_key(k->title);
	k->album_key = fold_key(k->album);
	if (k->artist_key == NULL || k->title_key == NULL || k->album_key == NULL ||
	    (k->lead_key = told_lead(k->artist, k->artist_key)) == NULL)
		return err_memory(e);
	if (!value_mbid(l->mb_trackid, strlen(l->mb_trackid), k->mb_trackid))
		*k->mb_trackid = '\0';
	if (!value_mbid(l->mb_albumid, strlen(l->mb_albumid), k->mb_albumid))
		*k->mb_albumid = '\0';
	if (!value_isrc(l->isrc, k->isrc))
		*k->isrc = '\0';
	return ERR_NONE;
}

/* -- rows ------------------------------------------------------------------ */

/* The first column of the row, or 0. */
static enum err_code
id_of(struct db *db, sqlite3_stmt *st, int64_t *id, struct err *e)
{
	*id = 0;
	if (sql_step(db, st, e) == 1)
		*id = sqlite3_column_int64(st, 0);
	sql_done(st);
	return e->code;
}

static enum err_code
inserted(struct db *db, sqlite3_stmt *st, int64_t *id, struct err *e)
{
	if (sql_run(db, st, e) == ERR_NONE)
		*id = sqlite3_last_insert_rowid(db->sql);
	return e->code;
}

static enum err_code
find_listener(struct plays *p, const char *name, int64_t *id, struct err *e)
{
	sqlite3_stmt *st;

	if (p->known[0] != NULL && strcmp(p->known[0], name) == 0) {
		*id = p->listener;
		return ERR_NONE;
	}
	if ((st = sql_get(p->db, "SELECT id FROM listener WHERE name = ?1", e)) == NULL)
		return e->code;
	sql_text(st, 1, name);
	if (id_of(p->db, st, id, e) != ERR_NONE)
		return e->code;
	if (*id == 0) {
		if ((st = sql_get(p->db, "INSERT INTO listener (name) VALUES (?1)", e)) == NULL)
			return e->code;
		sql_text(st, 1, name);
		if (inserted(p->db, st, id, e) != ERR_NONE)
			return e->code;
	}
	free(p->known[0]);
	p->known[0] = strdup(name);
	p->listener = *id;
	return ERR_NONE;
}

static sqlite3_stmt *
with_history(sqlite3_stmt *st, const char *const of[3])
{
	for (int i = 0; st != NULL && i < 3; i++)
		sql_text(st, i + 1, of[i]);
	return st;
}

static enum err_code
find_history(struct plays *p, const struct listen *l, int64_t *id, struct err *e)
{
	const char *const of[3] = { *l->type != '\0' ? l->type : p->origin.type,
		*l->type != '\0' ? l->name : p->origin.name, l->zone };
	bool same = p->history != 0;
	sqlite3_stmt *st;

	for (int i = 0; i < 3 && same; i++)
		same = p->known[i + 1] != NULL && strcmp(p->known[i + 1], of[i]) == 0;
	if (same) {
		*id = p->history;
		return ERR_NONE;
	}
	st = with_history(
	    sql_get(p->db, "SELECT id FROM history WHERE type = ?1 AND name = ?2 AND zone = ?3", e), of);
	if (st == NULL || id_of(p->db, st, id, e) != ERR_NONE)
		return e->code;
	if (*id == 0) {
		st = with_history(
		    sql_get(p->db, "INSERT INTO history (type, name, zone, at) VALUES (?1, ?2, ?3, ?4)", e),
		    of);
		if (st == NULL)
			return e->code;
		sql_int(st, 4, time_now());
		if (inserted(p->db, st, id, e) != ERR_NONE)
			return e->code;
	}
	for (int i = 0; i < 3; i++) {
		free(p->known[i + 1]);
		p->known[i + 1] = strdup(of[i]);
	}
	p->history = *id;
	return ERR_NONE;
}

static enum err_code
find_song(struct db *db, struct kept *k, bool *fresh, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT id FROM song WHERE artist_key = ?1 AND title_key = ?2", e);

	if (st == NULL)
		return e->code;
	sql_text(st, 1, k->artist_key);
	sql_text(st, 2, k->title_key);
	if (id_of(db, st, &k->song, e) != ERR_NONE)
		return e->code;
	*fresh = k->song == 0;
	if (!*fresh)
		return ERR_NONE;
	st = sql_get(db, "INSERT INTO song (artist_key, title_key, fold_version) VALUES (?1, ?2, ?3)", e);
	if (st == NULL)
		return e->code;
	sql_text(st, 1, k->artist_key);
	sql_text(st, 2, k->title_key);
	sql_int(st, 3, FOLD_VERSION);
	return inserted(db, st, &k->song, e);
}

static void
bind_told(sqlite3_stmt *st, const struct kept *k)
{
	sql_int(st, 1, k->song);
	sql_text(st, 2, k->artist);
	sql_text(st, 3, k->title);
	sql_text(st, 4, k->album);
	sql_text(st, 5, k->mb_trackid);
	sql_text(st, 6, k->mb_albumid);
	sql_text(st, 7, k->isrc);
}

static enum err_code
find_told(struct db *db, struct kept *k, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT id FROM told WHERE song_id = ?1 AND artist = ?2 AND title = ?3 AND album = ?4"
	    " AND mb_trackid = ?5 AND mb_albumid = ?6 AND isrc = ?7",
	    e);

	if (st == NULL)
		return e->code;
	bind_told(st, k);
	if (id_of(db, st, &k->told, e) != ERR_NONE || k->told != 0)
		return e->code;
	st = sql_get(db,
	    "INSERT INTO told (song_id, artist, title, album, mb_trackid, mb_albumid, isrc, album_key, "
	    "lead_key)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
	    e);
	if (st == NULL)
		return e->code;
	bind_told(st, k);
	sql_text(st, 8, k->album_key);
	sql_text(st, 9, k->lead_key);
	if (inserted(db, st, &k->told, e) != ERR_NONE)
		return e->code;
	return told_match(db, k->told, e);
}

/* -- the same play --------------------------------------------------------- */

static enum err_code
find_play(struct db *db, const struct kept *k, int64_t start, int64_t *play, struct err *e)
{
	sqlite3_stmt *st =
	    sql_get(db, "SELECT id FROM play WHERE listener_id = ?1 AND song_id = ?2 AND start = ?3", e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, k->listener);
	sql_int(st, 2, k->song);
	sql_int(st, 3, start);
	return id_of(db, st, play, e);
}

/* The play that this one is another account of, or 0.  What counts is no account of what does not. */
static enum err_code
find_near(struct db *db, const struct kept *k, int64_t *play, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT p.id FROM play p JOIN history h ON h.id = p.history_id"
	    " WHERE p.listener_id = ?1 AND p.song_id = ?2 AND p.start BETWEEN ?3 - ?5 AND ?3 + ?5"
	    " AND p.dup_of IS NULL AND (?6 OR p.uncounted IS NULL)"
	    " AND iif(h.type = (SELECT type FROM history WHERE id = ?7),"
	    "  p.heard_ms = ?8 AND abs(p.start - ?3) <= ?9, abs(p.start - ?3) <= ?10 + max(p.exact_s, ?4))"
	    " ORDER BY abs(p.start - ?3), p.id LIMIT 1",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, k->listener);
	sql_int(st, 2, k->song);
	sql_int(st, 3, k->l.start);
	sql_int(st, 4, k->l.exact_s > 1 ? k->l.exact_s : 0);
	sql_int(st, 5, PLAYS_NEAR_S + 60);
	sql_int(st, 6, k->l.uncounted != NULL);
	sql_int(st, 7, k->history);
	if (k->l.heard_ms >= 0)
		sql_int(st, 8, k->l.heard_ms);
	sql_int(st, 9, PLAYS_AGAIN_S);
	sql_int(st, 10, PLAYS_NEAR_S);
	return id_of(db, st, play, e);
}

static enum err_code
insert_play(struct plays *p, const struct kept *k, int64_t dup_of, struct err *e)
{
	struct db *db = p->db;
	sqlite3_stmt *st = sql_get(db,
	    "INSERT INTO play (listener_id, song_id, start, told_id, heard_ms, length_ms, exact_s, uncounted,"
	    " dup_of, history_id, row) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
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
	if (inserted(db, st, &id, e) != ERR_NONE)
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
	int64_t found;

	if (st == NULL)
		return e->code;
	sql_int(st, 1, k->told);
	if (id_of(p->db, st, &found, e) != ERR_NONE)
		return e->code;
	p->counts->added++;
	p->counts->near += near;
	p->counts->uncounted += k->l.uncounted != NULL;
	p->counts->matched += found;
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

static enum err_code
enter(struct plays *p, struct kept *k, bool last_chance, bool *wait, struct err *e)
{
	const char *listener = *k->l.user != '\0' ? k->l.user : p->origin.listener;
	int64_t play = 0, dup_of = 0;
	bool fresh = false;

	*wait = false;
	if (find_listener(p, listener, &k->listener, e) != ERR_NONE ||
	    find_song(p->db, k, &fresh, e) != ERR_NONE ||
	    (!fresh && find_play(p->db, k, k->l.start, &play, e) != ERR_NONE))
		return e->code;
	if (play != 0) {
		p->counts->known++;
		return ERR_NONE;
	}
	if (k->l.dup_of != 0 && find_play(p->db, k, k->l.dup_of, &dup_of, e) != ERR_NONE)
		return e->code;
	*wait = k->l.dup_of != 0 && dup_of == 0 && !last_chance;
	if (*wait)
		return ERR_NONE;
	if (find_history(p, &k->l, &k->history, e) != ERR_NONE || find_told(p->db, k, e) != ERR_NONE ||
	    (!fresh && dup_of == 0 && find_near(p->db, k, &dup_of, e) != ERR_NONE) ||
	    insert_play(p, k, dup_of, e) != ERR_NONE)
		return e->code;
	return count(p, k, dup_of != 0, e);
}

static enum err_code
take(struct plays *p, const struct listen *l, bool last_chance, bool *wait, struct err *e)
{
	struct kept k = { 0 };

	if (keep(&k, l, e) == ERR_NONE)
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

/* The names of what a transaction that is gone had inserted are not to be believed. */
static void
forget_known(struct plays *p)
{
	for (size_t i = 0; i < sizeof p->known / sizeof p->known[0]; i++) {
		free(p->known[i]);
		p->known[i] = NULL;
	}
	p->history = p->listener = 0;
}

static enum err_code
end_batch(struct plays *p, bool last, struct err *e)
{
	if (release_held(p, last, e) == ERR_NONE)
		sql_commit(p->db, e);
	p->in_batch = 0;
	return e->code;
}

enum err_code
plays_begin(struct plays **out, struct db *db, const struct play_origin *origin, struct plays_counts *counts,
    struct err *e)
{
	struct plays *p = calloc(1, sizeof *p);

	if (p == NULL)
		return err_memory(e);
	p->db = db;
	p->origin = *origin;
	p->counts = counts;
	*out = p;
	return ERR_NONE;
}

enum err_code
plays_add(struct plays *p, const struct listen *l, struct err *e)
{
	bool wait = false;

	if (p->in_batch == 0 && sql_begin(p->db, e) != ERR_NONE)
		return e->code;
	p->in_batch++;
	if (take(p, l, p->nheld == PLAYS_HELD, &wait, e) != ERR_NONE || (wait && hold(p, l, e) != ERR_NONE)) {
		sql_rollback(p->db);
		forget_known(p);
		p->in_batch = 0;
		return e->code;
	}
	if (p->in_batch >= PLAYS_BATCH) /* others may want to write, too */
		return end_batch(p, false, e);
	return ERR_NONE;
}

enum err_code
plays_end(struct plays *p, struct err *e)
{
	struct buf data = { 0 };

	if (p->in_batch == 0 && (p->nheld > 0 || p->counts->added > 0) && sql_begin(p->db, e) != ERR_NONE)
		goto out;
	if (release_held(p, true, e) == ERR_NONE && p->counts->added > 0) {
		buf_puts(&data, "{");
		json_text(&data, "type", p->origin.type);
		json_text(&data, "name", p->origin.name);
		json_int(&data, "added", p->counts->added);
		json_int(&data, "known", p->counts->known);
		buf_puts(&data, "}");
		if (buf_ok(&data, e) == ERR_NONE)
			db_event(p->db, "history", NULL, data.data, e);
	}
	if (e->code == ERR_NONE && p->counts->added > 0)
		packed_refresh(p->db, false, NULL, e);
	if (e->code == ERR_NONE && p->db->in_txn)
		sql_commit(p->db, e);
out:
	buf_free(&data);
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
	forget_known(p);
	free(p);
}
