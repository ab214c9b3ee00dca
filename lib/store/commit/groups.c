#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "store/commit/plan.h"
#include "store/commit/strmap.h"
#include "store/sql.h"

struct group {
	char *album, *artist, *mbid; /* keys */
	bool several;                /* no album artist, and the tracks of this folder name more than one */
	int32_t release;
};

struct groups {
	struct plan *plan;
	struct group *list;
	size_t n, cap;
	struct strmap by_key;   /* of groups */
	struct strmap by_mbid;  /* of releases */
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
	}
	free(g->list);
	strmap_free(&g->by_key);
	strmap_free(&g->by_mbid);
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
		.release = -1 };
	if (new->album == NULL || new->artist == NULL || new->mbid == NULL)
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

enum err_code
groups_add(struct groups *g, const char *path, const struct record *r, const struct piece *p, int32_t *group,
    struct err *e)
{
	const char *artist = *p->albumartist != '\0' ? p->albumartist : p->artist;
	size_t len = *p->albumartist != '\0' ? strlen(artist) : match_artist_len(artist);
	bool by_folder = *p->albumartist == '\0' && *p->album != '\0';
	const char *slash = path != NULL ? strrchr(path, '/') : NULL;
	struct buf key = { 0 };
	int32_t at;

	if (by_folder && is_compilation(r)) {
		by_folder = false;
		len = 0;
	}
	buf_printf(&key, "%s\x1f%s\x1f", p->mb_albumid, p->album);
	if (!by_folder)
		buf_printf(&key, "\x1f%.*s", (int)len, artist);
	else if (slash != NULL)
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

/* Append a release; its index, or -1. */
static int32_t
new_release(
    struct groups *g, int64_t id, const char *album, const char *artist, const char *mbid, struct err *e)
{
	struct plan *p = g->plan;
	struct release *new;

	if (p->nreleases == p->releases_cap) {
		size_t cap = p->releases_cap == 0 ? 64 : 2 * p->releases_cap;
		struct release *list = realloc(p->releases, cap * sizeof *list);
		int32_t *next;

		if (list != NULL)
			p->releases = list;
		next = realloc(g->next, cap * sizeof *next);
		if (next != NULL)
			g->next = next;
		if (list == NULL || next == NULL) {
			err_memory(e);
			return -1;
		}
		p->releases_cap = cap;
	}
	new = &p->releases[p->nreleases++];
	*new = (struct release){
		.id = id, .album = strdup(album), .artist = strdup(artist), .mbid = strdup(mbid)
	};
	g->next[p->nreleases - 1] = -1;
	if (new->album == NULL || new->artist == NULL || new->mbid == NULL) {
		err_memory(e);
		return -1;
	}
	if (*mbid != '\0' && strmap_put(&g->by_mbid, mbid, (int32_t)p->nreleases - 1, e) != ERR_NONE)
		return -1;
	return (int32_t)p->nreleases - 1;
}

static const char *
column(sqlite3_stmt *st, int i)
{
	const char *text = (const char *)sqlite3_column_text(st, i);

	return text != NULL ? text : "";
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
	    "SELECT id, album_key, albumartist_key FROM release WHERE mb_albumid = ?1 ORDER BY id", e);
	if (st == NULL)
		return -1;
	sql_text(st, 1, mbid);
	if (sql_step(g->plan->db, st, e) == 1)
		at = new_release(g, sqlite3_column_int64(st, 0), column(st, 1), column(st, 2), mbid, e);
	sql_done(st);
	return at;
}

/* The catalogue's releases of these names that are not in the plan yet, as a chain: its first, or -1. */
static int32_t
load_chain(struct groups *g, const char *album, const char *artist, struct err *e)
{
	sqlite3_stmt *st = sql_get(g->plan->db,
	    "SELECT id, mb_albumid FROM release WHERE album_key = ?1 AND albumartist_key = ?2 ORDER BY id "
	    "DESC",
	    e);
	int32_t first = -1;

	if (st == NULL)
		return -1;
	sql_text(st, 1, album);
	sql_text(st, 2, artist);
	while (sql_step(g->plan->db, st, e) == 1) {
		const char *mbid = column(st, 1);
		int32_t at = *mbid != '\0' ? strmap_get(&g->by_mbid, mbid) : -1;

		if (at < 0)
			at = new_release(g, sqlite3_column_int64(st, 0), album, artist, mbid, e);
		if (at < 0)
			break;
		if (g->next[at] < 0 && at != first) {
			g->next[at] = first;
			first = at;
		}
	}
	sql_done(st);
	return first;
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
	buf_printf(&key, "%s\x1f%s", group->album, group->artist);
	if (buf_ok(&key, e) != ERR_NONE)
		goto out;
	first = strmap_get(&g->by_names, key.data);
	if (first < 0) {
		first = load_chain(g, group->album, group->artist, e);
		if (e->code != ERR_NONE)
			goto out;
	}
	for (at = first; at >= 0; at = g->next[at])
		if (*group->mbid == '\0' || p->releases[at].mbid[0] == '\0')
			break;
	if (at < 0) {
		at = new_release(g, 0, group->album, group->artist, group->mbid, e);
		if (at < 0)
			goto out;
		g->next[at] = first;
		first = at;
	} else if (*group->mbid != '\0') {
		char *mbid = strdup(group->mbid);

		if (mbid == NULL) {
			err_memory(e);
			goto out;
		}
		free(p->releases[at].mbid);
		p->releases[at].mbid = mbid;
		if (strmap_put(&g->by_mbid, mbid, at, e) != ERR_NONE)
			goto out;
	}
	group->release = at;
	strmap_put(&g->by_names, key.data, first, e);
out:
	buf_free(&key);
	return e->code;
}

enum err_code
groups_settle(struct groups *g, struct err *e)
{
	/* those with an MBID first: the others join them by name */
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < g->n; i++)
			if ((*g->list[i].mbid != '\0') == (pass == 0) &&
			    settle(g, &g->list[i], e) != ERR_NONE)
				return e->code;
	return ERR_NONE;
}

int32_t
groups_release(const struct groups *g, int32_t group)
{
	return g->list[group].release;
}
