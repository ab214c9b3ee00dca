/* SPDX-License-Identifier: MIT */
#include "store/commit/plan.h"

#include <stdlib.h>
#include <string.h>

#include "store/config.h"
#include "store/sound/staged.h"
#include "store/sound/twins.h"
#include "store/sql.h"

static const char *const policies[] = { [CONFLICT_ATTACH] = "attach",
	[CONFLICT_FAIL] = "fail",
	[CONFLICT_IGNORE] = "ignore",
	[CONFLICT_SKIP] = "skip" };

enum err_code
conflict_parse(const char *word, enum conflict *policy, struct err *e)
{
	for (size_t i = 0; i < sizeof policies / sizeof policies[0]; i++)
		if (strcmp(word, policies[i]) == 0) {
			*policy = (enum conflict)i;
			return ERR_NONE;
		}
	return err_set(e, ERR_USAGE, "it takes attach, fail, ignore or skip, not '%s'", word);
}

enum err_code
conflict_setting(struct db *db, enum conflict *policy, struct err *e)
{
	struct config c = { 0 };

	if (config_load(&c, db, e) == ERR_NONE)
		conflict_parse(config_word(&c, SETTING_CONFLICT), policy, e);
	config_free(&c);
	return e->code;
}

const char *
verdict_name(enum verdict v)
{
	static const char *const names[PLAN_VERDICTS] = { [PLAN_NEW] = "new",
		[PLAN_DUPLICATE] = "duplicate",
		[PLAN_ATTACH] = "conflict",
		[PLAN_CONFLICT] = "conflict",
		[PLAN_SKIP] = "skipped",
		[PLAN_REMOVED] = "removed-earlier",
		[PLAN_RESTORE] = "restored",
		[PLAN_RETAG] = "retag",
		[PLAN_FAILED] = "failed",
		[PLAN_SETTLED] = "settled",
		[PLAN_MISSING] = "missing",
		[PLAN_ALTERED] = "altered" };

	return names[v];
}

void
plan_free(struct plan *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->nreleases; i++) {
		free(p->releases[i].album);
		free(p->releases[i].artist);
		free(p->releases[i].mbid);
		free(p->releases[i].label);
		free(p->releases[i].catalognumber);
		free(p->releases[i].barcode);
	}
	free(p->releases);
	free(p->entries);
	free(p);
}

struct plan_entry *
plan_find(struct plan *p, int64_t item)
{
	size_t low = 0, high = p->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (p->entries[mid].item < item)
			low = mid + 1;
		else
			high = mid;
	}
	return low < p->n && p->entries[low].item == item ? &p->entries[low] : NULL;
}

static struct plan_entry *
append(struct plan *p, struct err *e)
{
	if (p->n == p->cap) {
		size_t cap = p->cap == 0 ? 256 : 2 * p->cap;
		struct plan_entry *entries =
		    cap > INT32_MAX ? NULL : realloc(p->entries, cap * sizeof *entries);

		if (entries == NULL) {
			err_memory(e);
			return NULL;
		}
		p->entries = entries;
		p->cap = cap;
	}
	p->entries[p->n] =
	    (struct plan_entry){ .first = -1, .kin = -1, .release = -1, .verdict = PLAN_SETTLED };
	return &p->entries[p->n++];
}

static enum err_code
go_on(const struct plan *p, const char *stage, int64_t done, int64_t total, struct err *e)
{
	const struct progress *pr = p->progress;

	if (pr == NULL)
		return ERR_NONE;
	if (pr->stop != NULL && *pr->stop != 0)
		return err_set(e, ERR_INTERRUPTED, "stopped");
	if (pr->report != NULL && done % 64 == 0)
		pr->report(pr->context, stage, done, total, 0);
	return ERR_NONE;
}

void
told_free(struct told *t)
{
	item_free(&t->it);
	record_free(&t->r);
	piece_free(&t->piece);
}

bool
plan_is_first(const struct plan *p, size_t i)
{
	return i == 0 || p->entries[i - 1].item != p->entries[i].item;
}

bool
plan_is_last(const struct plan *p, size_t i)
{
	return i + 1 == p->n || p->entries[i + 1].item != p->entries[i].item;
}

enum err_code
plan_record(const struct item *it, int32_t part, struct record *r, struct err *e)
{
	struct record whole = { 0 };

	if (it->record == NULL || !it->has_sha256)
		return err_set(e, ERR_FORMAT, "item %lld has lost what was read from it", (long long)it->id);
	if (record_decode(&whole, it->record, it->record_len, e) != ERR_NONE)
		return err_context(e, "item %lld", (long long)it->id);
	if (part == 0) {
		*r = whole;
		return ERR_NONE;
	}
	if ((size_t)part > whole.nparts)
		err_set(e, ERR_BUG, "item %lld has no part %d", (long long)it->id, (int)part);
	else
		record_of_part(&whole, (size_t)part, r, e);
	record_free(&whole);
	return e->code;
}

/* Decode what stands in t->it. */
static enum err_code
tell(struct plan *p, struct told *t, int32_t part, struct err *e)
{
	struct sound_job sound = { .track = 0 };

	record_free(&t->r);
	if (plan_record(&t->it, part, &t->r, e) != ERR_NONE ||
	    piece_of_record(&t->piece, &t->r, e) != ERR_NONE)
		return e->code;
	sound_of_item(&t->it, &t->r, &sound);
	return twins_group(p->db, &sound, &t->piece.sound, e);
}

enum err_code
plan_read(struct plan *p, const struct plan_entry *entry, struct told *t, struct err *e)
{
	int step = item_next(p->db, p->session, entry->item - 1, &t->it, e);

	if (step == 1 && t->it.id == entry->item)
		return tell(p, t, entry->part, e);
	if (step >= 0)
		err_set(e, ERR_STATE, "item %lld is gone", (long long)entry->item);
	return e->code;
}

/* What an entry's bytes tell, and its group. */
static enum err_code
gather_entry(struct plan *p, struct groups *g, struct plan_entry *entry, const struct told *t, struct err *e)
{
	entry->item = t->it.id;
	if (known(p, entry, t, e) != ERR_NONE ||
	    groups_add(g, t->it.path, &t->r, &t->piece, &entry->release, e) != ERR_NONE)
		return e->code;
	entry->duration_ms = t->piece.duration_ms > INT32_MAX ? INT32_MAX : (int32_t)t->piece.duration_ms;
	return go_on(p, "looking", (int64_t)p->n, 0, e);
}

/* The entries of a staged item, one for each of its parts; the first of them is there already. */
static enum err_code
gather_item(struct plan *p, struct groups *g, struct told *t, struct err *e)
{
	struct plan_entry *entry = &p->entries[p->n - 1];
	size_t first = p->n - 1;
	int32_t nparts;

	if (tell(p, t, 0, e) != ERR_NONE)
		return e->code;
	nparts = (int32_t)t->r.nparts;
	if (nparts == 0)
		return gather_entry(p, g, entry, t, e);
	for (int32_t n = 1; n <= nparts && e->code == ERR_NONE; n++) {
		if (n > 1 && (entry = append(p, e)) == NULL)
			break;
		entry->part = n;
		if (tell(p, t, n, e) == ERR_NONE)
			gather_entry(p, g, entry, t, e);
	}
	return e->code != ERR_NONE ? e->code : known_parts(p, first, e);
}

/* First pass: every item gets its entry, the staged ones what their bytes tell, and their group. */
static enum err_code
gather(struct plan *p, struct groups *g, struct err *e)
{
	struct told t = { 0 };
	int64_t after = 0;

	while (item_next(p->db, p->session, after, &t.it, e) == 1) {
		struct plan_entry *entry = append(p, e);

		if (entry == NULL)
			break;
		after = entry->item = t.it.id;
		entry->track = t.it.track;
		if (strcmp(t.it.state, "failed") == 0)
			entry->verdict = PLAN_FAILED;
		if (strcmp(t.it.state, "staged") != 0)
			continue;
		if (gather_item(p, g, &t, e) != ERR_NONE)
			break;
	}
	told_free(&t);
	return e->code;
}

static enum err_code
place_retags(struct decider *d, struct err *e)
{
	struct plan *p = d->plan;
	struct told t = { 0 };

	for (size_t i = 0; i < p->n && e->code == ERR_NONE; i++) {
		const struct plan_entry *entry = &p->entries[i];

		if (entry->verdict == PLAN_RETAG && plan_read(p, entry, &t, e) == ERR_NONE)
			decide_place(d, (int32_t)i, &t, e);
	}
	told_free(&t);
	return e->code;
}

/* The same bytes share the fate of the first of them. */
static void
follow(const struct plan *p, struct plan_entry *entry)
{
	const struct plan_entry *first = &p->entries[entry->first];

	entry->track = first->track;
	entry->verdict = first->verdict;
	switch (first->verdict) {
	case PLAN_NEW:
	case PLAN_RETAG:
		entry->verdict = PLAN_DUPLICATE;
		break;
	case PLAN_ATTACH:
	case PLAN_RESTORE:
		entry->verdict = PLAN_DUPLICATE;
		entry->first = first->first;
		break;
	default:
		entry->why = first->why;
		entry->first = first->first;
	}
}

/* A file with parts is one duplicate, but several tracks. */
static bool
makes_track(enum verdict v)
{
	return v == PLAN_NEW || v == PLAN_RESTORE || v == PLAN_ATTACH || v == PLAN_CONFLICT || v == PLAN_SKIP;
}

/* What counts[] holds of an entry. */
static void
count(struct plan *p, size_t i, int64_t n)
{
	if (makes_track(p->entries[i].verdict) || plan_is_first(p, i))
		p->counts[p->entries[i].verdict] += n;
}

void
plan_overrule(struct plan *p, size_t first, enum verdict v)
{
	for (size_t i = first;; i++) {
		count(p, i, -1);
		p->entries[i].verdict = v;
		count(p, i, 1);
		if (plan_is_last(p, i))
			return;
	}
}

/* Last pass: each staged item against the catalogue and against those before it. */
static enum err_code
decide_all(struct plan *p, struct decider *d, struct err *e)
{
	struct told t = { 0 };

	for (size_t i = 0; i < p->n && e->code == ERR_NONE; i++) {
		struct plan_entry *entry = &p->entries[i];

		if (entry->twin) {
			follow(p, entry);
		} else if (entry->verdict == PLAN_NEW) {
			if (go_on(p, "deciding", (int64_t)i, (int64_t)p->n, e) != ERR_NONE ||
			    plan_read(p, entry, &t, e) != ERR_NONE ||
			    decide(d, (int32_t)i, &t, e) != ERR_NONE)
				break;
		} else if (entry->verdict == PLAN_DUPLICATE && decided_file(d, entry->file)) {
			entry->verdict = PLAN_REMOVED; /* these are the bytes that a retag replaces */
		} else if (entry->verdict == PLAN_RESTORE) {
			entry->further = !entry->gone;
			if (entry->gone && decided_return(d, (int32_t)i, &entry->further, e) != ERR_NONE)
				break;
			p->further += entry->further;
		}
		count(p, i, 1);
	}
	told_free(&t);
	return e->code;
}

static enum err_code
read_options(struct plan *p, struct err *e)
{
	sqlite3_stmt *st = sql_get(
	    p->db, "SELECT ifnull(json_extract(options, '$.again'), 0) FROM session WHERE id = ?1", e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, p->session);
	if (sql_step(p->db, st, e) == 1)
		p->again = sqlite3_column_int(st, 0) != 0;
	sql_done(st);
	return e->code;
}

enum err_code
plan_make(struct plan **out, struct db *db, int64_t session, enum conflict policy,
    const struct progress *progress, struct err *e)
{
	struct plan *p = calloc(1, sizeof *p);
	struct groups *g = NULL;
	struct decider d = { .plan = p };
	bool mine = sqlite3_get_autocommit(db->sql) != 0;

	if (p == NULL)
		return err_memory(e);
	/* one snapshot: it is also much cheaper than one for each statement */
	if (mine && sql_begin_read(db, e) != ERR_NONE) {
		free(p);
		return e->code;
	}
	p->db = db;
	p->session = session;
	p->policy = policy;
	p->progress = progress;
	if (groups_new(&g, p, e) != ERR_NONE || read_options(p, e) != ERR_NONE ||
	    gather(p, g, e) != ERR_NONE || groups_settle(g, e) != ERR_NONE)
		goto out;
	for (size_t i = 0; i < p->n; i++)
		if (p->entries[i].release >= 0)
			p->entries[i].release = groups_release(g, p->entries[i].release);
	if (taken_init(&d.taken, p->n, e) != ERR_NONE || retags_settle(&d, g, e) != ERR_NONE)
		goto out;
	if (place_retags(&d, e) == ERR_NONE && decide_all(p, &d, e) == ERR_NONE) {
		*out = p;
		p = NULL;
	}
out:
	if (mine)
		sql_rollback(db);
	groups_free(g);
	taken_free(&d.taken);
	plan_free(p);
	return e->code;
}
