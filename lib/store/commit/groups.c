/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "store/commit/plan.h"
#include "store/commit/similar.h"
#include "store/commit/strmap.h"
#include "store/sql.h"

struct group {
	char *album, *artist, *mbid; /* keys */
	char *label, *catalognumber, *barcode;
	bool several; /* no album artist, and the tracks of this folder name more than one */
	int32_t release;
};

struct groups {
	struct plan *plan;
	struct group *list;
	size_t n, cap;
	struct strmap by_key;   /* of groups */
	struct strmap by_mbid;  /* of releases */
	struct strmap by_id;    /* of those in the catalogue */
	struct strmap by_names; /* album and artist: the first of a chain of releases */
	int32_t *next;          /* the chain, parallel to plan->releases */
	size_t next_cap;
};

enum err_code
groups_new(struct groups **g, struct plan *p, struct err *e)
{
	struct groups *new = calloc(1, sizeof *new);

	if (new == NULL)
		return err_memory(e);
	new->plan = p;
	*g = new;
	return ERR_NONE;
}

void
groups_free(struct groups *g)
{
	if (g == NULL)
		return;
	for (size_t i = 0; i < g->n; i++) {
		free(g->list[i].album);
		free(g->list[i].artist);
		free(g->list[i].mbid);
		free(g->list[i].label);
		free(g->list[i].catalognumber);
		free(g->list[i].barcode);
	}
	free(g->list);
	strmap_free(&g->by_key);
	strmap_free(&g->by_mbid);
	strmap_free(&g->by_id);
	strmap_free(&g->by_names);
	free(g->next);
	free(g);
}

static enum err_code
new_group(struct groups *g, const struct piece *p, const char *artist, size_t artist_len, struct err *e)
{
	struct group *new;

	if (g->n == g->cap) {
		size_t cap = g->cap == 0 ? 64 : 2 * g->cap;
		struct group *list = realloc(g->list, cap * sizeof *list);

		if (list == NULL)
			return err_memory(e);
		g->list = list;
		g->cap = cap;
	}
	new = &g->list[g->n++];
	*new = (struct group){ .album = strdup(p->album),
		.artist = strndup(artist, artist_len),
		.mbid = strdup(p->mb_albumid),
		.label = strdup(p->label),
		.catalognumber = strdup(p->catalognumber),
		.barcode = strdup(p->barcode),
		.release = -1 };
	if (new->album == NULL || new->artist == NULL || new->mbid == NULL || new->label == NULL ||
	    new->catalognumber == NULL || new->barcode == NULL)
		return err_memory(e);
	return ERR_NONE;
}

/* One more track artist of a group without an album artist. */
static enum err_code
meet_artist(struct group *g, const char *artist, size_t len, struct err *e)
{
	if (len == 0 || g->several || (strlen(g->artist) == len && memcmp(g->artist, artist, len) == 0))
		return ERR_NONE;
	g->several = *g->artist != '\0';
	free(g->artist);
	g->artist = g->several ? strdup("") : strndup(artist, len);
	return g->artist != NULL ? ERR_NONE : err_memory(e);
}

static bool
is_compilation(const struct record *r)
{
	const char *value = record_get(r, F_COMPILATION);

	return value != NULL && strcmp(value, "1") == 0;
}

/* Append what two releases of the same name have in common. */
static enum err_code
add_names(struct buf *key, const char *album, const char *artist, size_t len, struct err *e)
{
	struct buf words = { 0 };
	char *name = strndup(artist, len);

	similar_album(&words, album);
	buf_add(key, words.data, words.len);
	buf_putc(key, '\x1f');
	buf_clear(&words);
	if (name != NULL)
		similar_name(&words, name);
	buf_add(key, words.data, words.len);
	if (name == NULL || words.failed)
		err_memory(e);
	free(name);
	buf_free(&words);
	return e->code != ERR_NONE ? e->code : buf_ok(key, e);
}

enum err_code
groups_add(struct groups *g, const char *path, const struct record *r, const struct piece *p, int32_t *group,
    struct err *e)
{
	const char *artist = *p->albumartist != '\0' ? p->albumartist : p->artist;
	size_t len = *p->albumartist != '\0' ? strlen(artist) : similar_artist_len(artist);
	bool by_folder = *p->albumartist == '\0' && *p->album != '\0';
	const char *slash = path != NULL ? strrchr(path, '/') : NULL;
	struct buf key = { 0 };
	int32_t at;

	if (by_folder && is_compilation(r)) {
		by_folder = false;
		len = 0;
	}
	buf_printf(&key, "%s\x1f%s\x1f", p->mb_albumid, p->barcode);
	if (add_names(&key, p->album, by_folder ? "" : artist, by_folder ? 0 : len, e) != ERR_NONE)
		goto out;
	buf_putc(&key, '\x1f');
	if (*p->album == '\0')
		buf_printf(&key, "%s\x1f%s", p->label, p->catalognumber);
	else if (by_folder && slash != NULL)
		buf_add(&key, path, (size_t)(slash - path));
	if (buf_ok(&key, e) != ERR_NONE)
		goto out;
	at = strmap_get(&g->by_key, key.data);
	if (at < 0) {
		at = (int32_t)g->n;
		if (new_group(g, p, artist, len, e) != ERR_NONE ||
		    strmap_put(&g->by_key, key.data, at, e) != ERR_NONE)
			goto out;
	} else if (by_folder && meet_artist(&g->list[at], artist, len, e) != ERR_NONE) {
		goto out;
	}
	*group = at;
out:
	buf_free(&key);
	return e->code;
}

static enum err_code
make_room(struct groups *g, struct err *e)
{
	struct plan *p = g->plan;
	size_t cap = p->releases_cap == 0 ? 64 : 2 * p->releases_cap;
	struct release *list;
	int32_t *next;

	if (p->nreleases < p->releases_cap)
		return ERR_NONE;
	list = realloc(p->releases, cap * sizeof *list);
	if (list != NULL)
		p->releases = list;
	next = realloc(g->next, cap * sizeof *next);
	if (next != NULL)
		g->next = next;
	if (list == NULL || next == NULL)
		return err_memory(e);
	p->releases_cap = cap;
	return ERR_NONE;
}

/* Append a release; its index, or -1. */
static int32_t
new_release(
    struct groups *g, int64_t id, const char *album, const char *artist, const char *mbid, struct err *e)
{
	struct plan *p = g->plan;
	struct release *new;
	char text[24];
	int32_t at;

	if (make_room(g, e) != ERR_NONE)
		return -1;
	at = (int32_t)p->nreleases++;
	new = &p->releases[at];
	*new = (struct release){ .id = id,
		.album = strdup(album),
		.artist = strdup(artist),
		.mbid = strdup(mbid),
		.label = strdup(""),
		.catalognumber = strdup(""),
		.barcode = strdup("") };
	g->next[at] = -1;
	if (new->album == NULL || new->artist == NULL || new->mbid == NULL || new->label == NULL ||
	    new->catalognumber == NULL || new->barcode == NULL) {
		err_memory(e);
		return -1;
	}
	if (*mbid != '\0' && strmap_put(&g->by_mbid, mbid, at, e) != ERR_NONE)
		return -1;
	snprintf(text, sizeof text, "%lld", (long long)id);
	return id == 0 || strmap_put(&g->by_id, text, at, e) == ERR_NONE ? at : -1;
}

static const char *
column(sqlite3_stmt *st, int i)
{
	const char *text = (const char *)sqlite3_column_text(st, i);

	return text != NULL ? text : "";
}

static enum err_code
set(char **to, const char *text, struct err *e)
{
	char *copy = strdup(text);

	if (copy == NULL)
		return err_memory(e);
	free(*to);
	*to = copy;
	return ERR_NONE;
}

/* What tells a release of the catalogue from others of its name. */
static enum err_code
load_evidence(struct groups *g, int32_t at, struct err *e)
{
	struct release *r = &g->plan->releases[at];
	sqlite3_stmt *st = sql_get(g->plan->db,
	    "SELECT name_id, value FROM release_tag WHERE release_id = ?1 AND name_id IN (?2, ?3, ?4) AND "
	    "seq = 0",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, r->id);
	sql_int(st, 2, F_LABEL + 1);
	sql_int(st, 3, F_CATALOGNUMBER + 1);
	sql_int(st, 4, F_BARCODE + 1);
	while (sql_step(g->plan->db, st, e) == 1) {
		int64_t name = sqlite3_column_int64(st, 0);
		char *key = name == F_LABEL + 1 ? match_words(column(st, 1)) : match_number(column(st, 1));

		if (key == NULL ||
		    set(name == F_LABEL + 1         ? &r->label
			    : name == F_BARCODE + 1 ? &r->barcode
						    : &r->catalognumber,
			key, e) != ERR_NONE) {
			free(key);
			err_memory(e);
			break;
		}
		free(key);
	}
	sql_done(st);
	return e->code;
}

/* The release in a statement's row (id, MBID, album, artist): its index, or -1. */
static int32_t
load_release(struct groups *g, sqlite3_stmt *st, struct err *e)
{
	char text[24];
	int32_t at;

	snprintf(text, sizeof text, "%lld", (long long)sqlite3_column_int64(st, 0));
	at = strmap_get(&g->by_id, text);
	if (at < 0) {
		at = new_release(
		    g, sqlite3_column_int64(st, 0), column(st, 2), column(st, 3), column(st, 1), e);
		if (at >= 0 && load_evidence(g, at, e) != ERR_NONE)
			at = -1;
	}
	return at;
}

int32_t
groups_by_id(struct groups *g, int64_t id, struct err *e)
{
	sqlite3_stmt *st = sql_get(
	    g->plan->db, "SELECT id, mb_albumid, album_key, albumartist_key FROM release WHERE id = ?1", e);
	int32_t at = -1;

	if (st == NULL)
		return -1;
	sql_int(st, 1, id);
	if (sql_step(g->plan->db, st, e) == 1)
		at = load_release(g, st, e);
	else if (e->code == ERR_NONE)
		err_set(e, ERR_LIBRARY, "there is no release %lld", (long long)id);
	sql_done(st);
	return at;
}

/* The release of an MBID in this plan or in the catalogue, or -1. */
static int32_t
release_by_mbid(struct groups *g, const char *mbid, struct err *e)
{
	int32_t at = strmap_get(&g->by_mbid, mbid);
	sqlite3_stmt *st;

	if (at >= 0)
		return at;
	st = sql_get(g->plan->db,
	    "SELECT id, mb_albumid, album_key, albumartist_key FROM release WHERE mb_albumid = ?1 ORDER BY "
	    "id",
	    e);
	if (st == NULL)
		return -1;
	sql_text(st, 1, mbid);
	if (sql_step(g->plan->db, st, e) == 1)
		at = load_release(g, st, e);
	sql_done(st);
	return at;
}

static bool
same_album(const char *a, const char *b)
{
	char *x = similar(similar_album, a), *y = similar(similar_album, b);
	bool same = x != NULL && y != NULL && strcmp(x, y) == 0;

	free(x);
	free(y);
	return same;
}

#define ARTIST_NAME SIMILAR_NAME_SQL("albumartist_key")
#define ALBUM_NAME  SIMILAR_NAME_SQL("album_key")

/* The catalogue's releases of such names that are in no chain yet, as a chain, those of just these names
 * first: its first, or -1. */
static int32_t
load_chain(struct groups *g, const struct group *group, struct err *e)
{
	char *artist = similar(similar_name, group->artist), *word = similar(similar_name, group->album);
	sqlite3_stmt *st = sql_get(g->plan->db,
	    "SELECT id, mb_albumid, album_key, albumartist_key FROM release"
	    " WHERE " ARTIST_NAME " = ?1 AND " ALBUM_NAME " >= ?2 AND " ALBUM_NAME " < ?2 || '!'"
	    " ORDER BY album_key = ?3 AND albumartist_key = ?4, id DESC",
	    e);
	int32_t first = -1;

	if (artist == NULL || word == NULL)
		err_memory(e);
	if (st == NULL || e->code != ERR_NONE)
		goto out;
	word[strcspn(word, " ")] = '\0'; /* the index finds albums by their first word */
	sql_text(st, 1, artist);
	sql_text(st, 2, word);
	sql_text(st, 3, group->album);
	sql_text(st, 4, group->artist);
	while (sql_step(g->plan->db, st, e) == 1) {
		int32_t at;

		if (!same_album(column(st, 2), group->album))
			continue;
		at = load_release(g, st, e);
		if (at < 0)
			break;
		if (g->next[at] < 0 && at != first) {
			g->next[at] = first;
			first = at;
		}
	}
	sql_done(st);
out:
	free(artist);
	free(word);
	return first;
}

/* May a group of this name be the release?  One without a name tells nothing of tracks that do not say so
 * themselves. */
static bool
compatible(const struct group *group, const struct release *r)
{
	if (match_differ(group->mbid, r->mbid) || match_differ(group->barcode, r->barcode))
		return false;
	if (*r->album == '\0')
		return strcmp(group->label, r->label) == 0 && strcmp(group->barcode, r->barcode) == 0 &&
		    strcmp(group->catalognumber, r->catalognumber) == 0;
	return !match_differ(group->label, r->label) || !match_differ(group->catalognumber, r->catalognumber);
}

/* A release learns what the group knows of it, for the groups that follow. */
static enum err_code
learn(struct groups *g, int32_t at, const struct group *group, struct err *e)
{
	struct release *r = &g->plan->releases[at];

	if (*r->mbid == '\0' && *group->mbid != '\0' &&
	    (set(&r->mbid, group->mbid, e) != ERR_NONE ||
		strmap_put(&g->by_mbid, group->mbid, at, e) != ERR_NONE))
		return e->code;
	if ((*r->barcode == '\0' && set(&r->barcode, group->barcode, e) != ERR_NONE) ||
	    (*r->label == '\0' && set(&r->label, group->label, e) != ERR_NONE) ||
	    (*r->catalognumber == '\0' && set(&r->catalognumber, group->catalognumber, e) != ERR_NONE))
		return e->code;
	return ERR_NONE;
}

static enum err_code
settle(struct groups *g, struct group *group, struct err *e)
{
	struct plan *p = g->plan;
	struct buf key = { 0 };
	int32_t first, at;

	if (*group->mbid != '\0') {
		group->release = release_by_mbid(g, group->mbid, e);
		if (group->release >= 0 || e->code != ERR_NONE)
			return e->code;
	}
	if (add_names(&key, group->album, group->artist, strlen(group->artist), e) != ERR_NONE)
		goto out;
	first = strmap_get(&g->by_names, key.data);
	if (first < 0) {
		first = load_chain(g, group, e);
		if (e->code != ERR_NONE)
			goto out;
	}
	for (at = first; at >= 0; at = g->next[at])
		if (compatible(group, &p->releases[at]))
			break;
	if (at < 0) {
		at = new_release(g, 0, group->album, group->artist, group->mbid, e);
		if (at < 0)
			goto out;
		g->next[at] = first;
		first = at;
	}
	group->release = at;
	if (learn(g, at, group, e) == ERR_NONE)
		strmap_put(&g->by_names, key.data, first, e);
out:
	buf_free(&key);
	return e->code;
}

enum err_code
groups_settle(struct groups *g, struct err *e)
{
	/* those with an MBID first, then those with a barcode: the others join them by name */
	for (int pass = 0; pass < 3; pass++)
		for (size_t i = 0; i < g->n; i++) {
			struct group *group = &g->list[i];
			int turn = *group->mbid != '\0' ? 0 : *group->barcode != '\0' ? 1 : 2;

			if (turn == pass && settle(g, group, e) != ERR_NONE)
				return e->code;
		}
	return ERR_NONE;
}

int32_t
groups_release(const struct groups *g, int32_t group)
{
	return g->list[group].release;
}
