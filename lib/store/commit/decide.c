#include <stdlib.h>
#include <string.h>

#include "store/commit/plan.h"
#include "store/sql.h"
#include "text/fold.h"

/* A place on a release that one of this session's own tracks takes, in a chain of its hash. */
struct place {
	uint64_t hash;
	int32_t entry;
	int32_t next;
};

struct decider {
	struct plan *plan;
	struct place *places;
	size_t n, cap;
	int32_t *heads;
	size_t nheads; /* a power of two */
};

enum err_code
decider_new(struct decider **d, struct plan *p, struct err *e)
{
	struct decider *new = calloc(1, sizeof *new);

	if (new == NULL)
		return err_memory(e);
	for (new->nheads = 64; new->nheads < 2 * p->n;)
		new->nheads *= 2;
	new->plan = p;
	new->heads = malloc(new->nheads * sizeof *new->heads);
	if (new->heads == NULL) {
		decider_free(new);
		return err_memory(e);
	}
	for (size_t i = 0; i < new->nheads; i++)
		new->heads[i] = -1;
	*d = new;
	return ERR_NONE;
}

void
decider_free(struct decider *d)
{
	if (d == NULL)
		return;
	free(d->places);
	free(d->heads);
	free(d);
}

static uint64_t
mix(uint64_t a, uint64_t b)
{
	uint64_t x = a * 0x9e3779b97f4a7c15u ^ (b + 0x7f4a7c159e3779b9u + (a << 6) + (a >> 2));

	return x ^ x >> 29;
}

static uint64_t
hash_of_number(int32_t release, const struct piece *p)
{
	return mix(mix((uint64_t)release, 1), (uint64_t)((p->disc > 1 ? p->disc : 1) << 32 | p->track));
}

static uint64_t
hash_of_title(int32_t release, const struct piece *p)
{
	return mix(mix((uint64_t)release, 2), (uint64_t)fold_hash(p->title, strlen(p->title)));
}

static enum err_code
take_place(struct decider *d, uint64_t hash, int32_t entry, struct err *e)
{
	size_t head = hash & (d->nheads - 1);

	if (d->n == d->cap) {
		size_t cap = d->cap == 0 ? 256 : 2 * d->cap;
		struct place *places = realloc(d->places, cap * sizeof *places);

		if (places == NULL)
			return err_memory(e);
		d->places = places;
		d->cap = cap;
	}
	d->places[d->n] = (struct place){ hash, entry, d->heads[head] };
	d->heads[head] = (int32_t)d->n++;
	return ERR_NONE;
}

/* Read one of this session's items again, to compare it. */
static enum err_code
load_item(struct plan *p, const struct plan_entry *entry, struct piece *piece, struct err *e)
{
	struct item it = { 0 };
	struct record r = { 0 };

	if (item_next(p->db, p->session, entry->item - 1, &it, e) == 1 &&
	    plan_record(&it, entry->part, &r, e) == ERR_NONE)
		piece_of_record(piece, &r, e);
	record_free(&r);
	item_free(&it);
	return e->code;
}

/* The entry among those of this hash that is the same place: 1 found, 0 not, -1. */
static int
match_here(
    struct decider *d, uint64_t hash, struct plan_entry *entry, const struct piece *piece, struct err *e)
{
	struct plan *p = d->plan;

	for (int32_t at = d->heads[hash & (d->nheads - 1)]; at >= 0; at = d->places[at].next) {
		struct plan_entry *other = &p->entries[d->places[at].entry];
		struct piece theirs = { 0 };
		bool same;

		if (d->places[at].hash != hash || other->release != entry->release)
			continue;
		if (other->item == entry->item) /* tracks of one file are never the same */
			continue;
		if (*piece->mb_trackid == '\0' && *piece->mb_releasetrackid == '\0' &&
		    labs((long)other->duration_ms - (long)entry->duration_ms) > MATCH_MS)
			continue;
		if (load_item(p, other, &theirs, e) != ERR_NONE)
			return -1;
		same = match_same_place(piece, &theirs);
		piece_free(&theirs);
		if (same) {
			entry->first = d->places[at].entry;
			return 1;
		}
	}
	return 0;
}

static char *
text_column(sqlite3_stmt *st, int i)
{
	const char *text = (const char *)sqlite3_column_text(st, i);

	return (char *)(uintptr_t)(text != NULL ? text : "");
}

#define PLACE                                                                                                \
	"SELECT t.id, t.title_key, t.artist_key, t.disc, t.track, t.duration_ms,"                            \
	" (SELECT mb_trackid FROM recording WHERE id = t.recording_id), release.mb_albumid,"                 \
	" (SELECT lower(value) FROM tag WHERE track_id = t.id AND name_id = ?4 AND seq = 0),"                \
	" (SELECT value FROM tag WHERE track_id = t.id AND name_id = ?5 AND seq = 0),"                       \
	" (SELECT group_concat(key, ' ') FROM (SELECT key FROM credit JOIN artist ON artist.id = artist_id"  \
	" WHERE track_id = t.id AND role = ?6 ORDER BY seq))"                                                \
	" FROM track AS t JOIN release ON release.id = t.release_id WHERE t.removed IS NULL AND "

/* The track among a statement's rows that is the same place: 1 found, 0 not, -1. */
static int
match_rows(
    struct plan *p, sqlite3_stmt *st, struct plan_entry *entry, const struct piece *piece, struct err *e)
{
	int step, found = 0;

	sql_int(st, 4, F_MB_RELEASETRACKID + 1);
	sql_int(st, 5, F_WORK + 1);
	sql_int(st, 6, F_COMPOSER + 1);
	while (found == 0 && (step = sql_step(p->db, st, e)) == 1) {
		struct piece theirs = { .title = text_column(st, 1),
			.artist = text_column(st, 2),
			.disc = sqlite3_column_int64(st, 3),
			.track = sqlite3_column_int64(st, 4),
			.duration_ms = sqlite3_column_int64(st, 5),
			.mb_trackid = text_column(st, 6),
			.mb_albumid = text_column(st, 7),
			.mb_releasetrackid = text_column(st, 8),
			.work = fold_key(text_column(st, 9)),
			.composer = text_column(st, 10) };

		if (theirs.work == NULL) {
			err_memory(e);
			break;
		}
		if (match_same_place(piece, &theirs)) {
			entry->track = sqlite3_column_int64(st, 0);
			found = 1;
		}
		free(theirs.work);
	}
	sql_done(st);
	return e->code != ERR_NONE ? -1 : found;
}

/* Among the tracks of the release in the catalogue: 1, 0, -1. */
static int
match_there(struct plan *p, struct plan_entry *entry, const struct piece *piece, struct err *e)
{
	int64_t release = p->releases[entry->release].id;
	sqlite3_stmt *st;
	int found = 0;

	/* disc 1 is often not written: NULL is the same place */
	for (int pass = 0; piece->track > 0 && pass < 2 && found == 0; pass++) {
		if (pass == 1 && piece->disc > 1)
			break;
		st = sql_get(
		    p->db, PLACE "t.release_id = ?1 AND t.disc IS ?2 AND t.track = ?3 ORDER BY t.id", e);
		if (st == NULL)
			return -1;
		sql_int(st, 1, release);
		sql_int_or_null(st, 2, pass == 1 ? 0 : piece->disc > 1 ? piece->disc : 1);
		sql_int(st, 3, piece->track);
		found = match_rows(p, st, entry, piece, e);
	}
	if (found != 0)
		return found;
	/* by the title's index: a release without a name can hold any number of tracks */
	st = sql_get(p->db, PLACE "+t.release_id = ?1 AND t.title_key = ?2 ORDER BY t.id", e);
	if (st == NULL)
		return -1;
	sql_int(st, 1, release);
	sql_text(st, 2, piece->title);
	return match_rows(p, st, entry, piece, e);
}

static int
match(struct decider *d, struct plan_entry *entry, const struct piece *piece, struct err *e)
{
	int found = 0;

	if (*piece->title == '\0' || *piece->artist == '\0')
		return 0;
	if (d->plan->releases[entry->release].id != 0)
		found = match_there(d->plan, entry, piece, e);
	if (found == 0 && piece->track > 0)
		found = match_here(d, hash_of_number(entry->release, piece), entry, piece, e);
	if (found == 0)
		found = match_here(d, hash_of_title(entry->release, piece), entry, piece, e);
	return found;
}

/* Are these bytes known?  Sets entry->verdict and returns 1, or 0, or -1.  A file that is in the catalogue
 * stays cut as it is there, whatever a cue sheet says now: a part that is not among its tracks counts as one
 * of them. */
static int
known_bytes(struct plan *p, struct plan_entry *entry, const struct item *it, struct err *e)
{
	sqlite3_stmt *st = sql_get(p->db,
	    "SELECT track_id, file.state = 'removed' OR track.removed IS NOT NULL FROM blob"
	    " JOIN file ON file.blob_id = blob.id JOIN track ON track.id = track_id WHERE sha256 = ?1"
	    " ORDER BY part = ?2 DESC, (file.state = 'removed' OR track.removed IS NOT NULL) = ?3 DESC, part",
	    e);
	bool removed = false;
	int step;

	if (st == NULL)
		return -1;
	sql_bytes(st, 1, it->sha256, 32);
	sql_int(st, 2, entry->part);
	sql_int(st, 3, p->again);
	step = sql_step(p->db, st, e);
	if (step == 1) {
		entry->track = sqlite3_column_int64(st, 0);
		removed = sqlite3_column_int(st, 1) != 0;
		entry->verdict = !removed ? PLAN_DUPLICATE : p->again ? PLAN_RESTORE : PLAN_REMOVED;
	}
	sql_done(st);
	if (step != 0 || p->again)
		return step;
	st = sql_get(p->db, "SELECT 1 FROM removed WHERE sha256 = ?1", e);
	if (st == NULL)
		return -1;
	sql_bytes(st, 1, it->sha256, 32);
	step = sql_step(p->db, st, e);
	if (step == 1)
		entry->verdict = PLAN_REMOVED;
	sql_done(st);
	return step;
}

/* The same bytes earlier in this session? */
static int
twice(struct plan *p, struct plan_entry *entry, const struct item *it, struct err *e)
{
	sqlite3_stmt *st = sql_get(p->db,
	    "SELECT min(id) FROM item INDEXED BY item_sha WHERE state = 'staged' AND sha256 = ?1 AND "
	    "+session_id = ?2",
	    e);
	struct plan_entry *first = NULL;

	if (st == NULL)
		return -1;
	sql_bytes(st, 1, it->sha256, 32);
	sql_int(st, 2, p->session);
	if (sql_step(p->db, st, e) == 1 && sqlite3_column_int64(st, 0) < it->id)
		first = plan_find(p, sqlite3_column_int64(st, 0));
	sql_done(st);
	if (e->code != ERR_NONE)
		return -1;
	if (first == NULL)
		return 0;
	for (int32_t n = entry->part; n > 1 && !plan_is_last(p, (size_t)(first - p->entries)); n--)
		first++;
	*entry = (struct plan_entry){ .item = entry->item,
		.part = entry->part,
		.track = first->track,
		.first = first->first,
		.release = entry->release,
		.duration_ms = entry->duration_ms,
		.verdict = first->verdict };
	if (first->verdict == PLAN_NEW)
		entry->first = (int32_t)(first - p->entries);
	if (first->verdict == PLAN_NEW || first->verdict == PLAN_ATTACH || first->verdict == PLAN_RESTORE)
		entry->verdict = PLAN_DUPLICATE;
	return 1;
}

enum err_code
decide(struct decider *d, struct plan_entry *entry, const struct item *it, const struct piece *piece,
    struct err *e)
{
	struct plan *p = d->plan;
	int32_t self = (int32_t)(entry - p->entries);
	int found;

	found = twice(p, entry, it, e);
	if (found == 0)
		found = known_bytes(p, entry, it, e);
	if (found != 0)
		return e->code;
	entry->verdict = PLAN_NEW;
	if (p->policy != CONFLICT_IGNORE) {
		static const enum verdict verdicts[] = { [CONFLICT_ATTACH] = PLAN_ATTACH,
			[CONFLICT_FAIL] = PLAN_CONFLICT,
			[CONFLICT_IGNORE] = PLAN_NEW,
			[CONFLICT_SKIP] = PLAN_SKIP };

		found = match(d, entry, piece, e);
		if (found < 0)
			return e->code;
		if (found > 0) {
			entry->verdict = verdicts[p->policy];
			return ERR_NONE;
		}
	}
	if (*piece->title == '\0' || *piece->artist == '\0')
		return ERR_NONE;
	if (piece->track > 0 && take_place(d, hash_of_number(entry->release, piece), self, e) != ERR_NONE)
		return e->code;
	return take_place(d, hash_of_title(entry->release, piece), self, e);
}
