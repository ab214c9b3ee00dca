/* SPDX-License-Identifier: MIT */
/* Retagged tracks: do they stay on their release, or go to another? */
#include <stdlib.h>
#include <string.h>

#include "store/commit/plan.h"
#include "store/commit/similar.h"
#include "store/sql.h"

/* The release of a track, and whether its name was set by hand there. */
static enum err_code
release_of(struct plan *p, int64_t track, int64_t *release, bool *amended, struct err *e)
{
	sqlite3_stmt *st = sql_get(p->db,
	    "SELECT release_id, EXISTS (SELECT 1 FROM amended a WHERE a.track_id = t.id AND a.name_id IN "
	    "(?2, ?3)) FROM track t WHERE id = ?1",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, track);
	sql_int(st, 2, F_ALBUM + 1);
	sql_int(st, 3, F_ALBUMARTIST + 1);
	if (sql_step(p->db, st, e) == 1) {
		*release = sqlite3_column_int64(st, 0);
		*amended = sqlite3_column_int(st, 1) != 0;
	}
	sql_done(st);
	return e->code;
}

/* How many tracks a release has, and whether it has an album artist of its own. */
static enum err_code
look_at(struct plan *p, struct release *r, struct err *e)
{
	sqlite3_stmt *st = sql_get(p->db,
	    "SELECT albumartist IS NOT NULL,"
	    " (SELECT count(*) FROM track t WHERE t.release_id = r.id AND t.removed IS NULL)"
	    " FROM release r WHERE id = ?1",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, r->id);
	if (sql_step(p->db, st, e) == 1) {
		r->credited = sqlite3_column_int(st, 0) != 0;
		r->tracks = sqlite3_column_int64(st, 1);
	}
	sql_done(st);
	return e->code;
}

static bool
agree(void (*words)(struct buf *, const char *), const char *a, const char *b)
{
	char *x, *y;
	bool same;

	if (strcmp(a, b) == 0)
		return true;
	x = similar(words, a);
	y = similar(words, b);
	same = x != NULL && y != NULL && strcmp(x, y) == 0;
	free(x);
	free(y);
	return same;
}

/* A single track of an album without an album artist keeps its place among the others, whoever made it; one
 * of a release without a name, unless it says now what the others do not. */
static bool
stays(const struct release *r, const struct piece *piece)
{
	size_t len = similar_artist_len(piece->artist);

	if (!agree(similar_album, piece->album, r->album) || match_differ(piece->mb_albumid, r->mbid))
		return false;
	if (*piece->albumartist != '\0')
		return agree(similar_name, piece->albumartist, r->artist);
	if (*piece->album != '\0' && (r->credited || *r->artist == '\0' || r->retagged < r->tracks))
		return true;
	if (strlen(r->artist) != len || strncmp(piece->artist, r->artist, len) != 0)
		return false;
	return *piece->album != '\0' || r->retagged == r->tracks ||
	    (strcmp(piece->label, r->label) == 0 && strcmp(piece->barcode, r->barcode) == 0 &&
		strcmp(piece->catalognumber, r->catalognumber) == 0);
}

static enum err_code
settle(struct plan *p, struct plan_entry *entry, int32_t from, bool amended, struct err *e)
{
	struct told t = { 0 };

	if (plan_read(p, entry, &t, e) == ERR_NONE) {
		if (amended || stays(&p->releases[from], &t.piece))
			entry->release = from;
		p->releases[from].staying += entry->release == from;
	}
	told_free(&t);
	return e->code;
}

/* Two sources can have held one file, and two files one track. */
static enum err_code
meet(struct decider *d, int32_t self, struct err *e)
{
	struct plan_entry *entry = &d->plan->entries[self];

	if (decided_file(d, entry->file)) { /* changed twice, each time in its own way */
		entry->verdict = PLAN_NEW;
		entry->track = entry->file = 0;
		return ERR_NONE;
	}
	entry->first = decided_track(d, entry->track);
	return decide_retag(d, self, e);
}

static enum err_code
settle_one(struct plan *p, struct groups *g, struct plan_entry *entry, bool count, struct err *e)
{
	int64_t release = 0;
	bool amended = false;
	int32_t from;

	if (entry->first >= 0) {
		entry->release = p->entries[entry->first].release;
		return ERR_NONE;
	}
	if (release_of(p, entry->track, &release, &amended, e) != ERR_NONE)
		return e->code;
	from = groups_by_id(g, release, e);
	if (from < 0)
		return e->code;
	if (!count)
		return settle(p, entry, from, amended, e);
	return p->releases[from].retagged++ == 0 ? look_at(p, &p->releases[from], e) : ERR_NONE;
}

enum err_code
retags_settle(struct decider *d, struct groups *g, struct err *e)
{
	struct plan *p = d->plan;

	for (int pass = 0; pass < 3; pass++)
		for (size_t i = 0; i < p->n && e->code == ERR_NONE; i++) {
			struct plan_entry *entry = &p->entries[i];

			if (entry->verdict != PLAN_RETAG || entry->twin)
				continue;
			if (pass == 0)
				meet(d, (int32_t)i, e);
			else
				settle_one(p, g, entry, pass == 1, e);
		}
	return e->code;
}
