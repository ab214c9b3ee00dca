#include "store/commit/plan.h"

#include <stdlib.h>
#include <string.h>

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
	return err_set(e, ERR_USAGE, "'%s' is none of attach, fail, ignore, skip", word);
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
		[PLAN_FAILED] = "failed",
		[PLAN_SETTLED] = "settled" };

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
	p->entries[p->n] = (struct plan_entry){ .first = -1, .release = -1, .verdict = PLAN_SETTLED };
	return &p->entries[p->n++];
}

static enum err_code
go_on(struct plan *p, int64_t done, struct err *e)
{
	const struct progress *pr = p->progress;

	if (pr == NULL)
		return ERR_NONE;
	if (pr->stop != NULL && *pr->stop != 0)
		return err_set(e, ERR_INTERRUPTED, "interrupted");
	if (pr->report != NULL && done % 64 == 0)
		pr->report(pr->context, "deciding", done, (int64_t)(2 * p->n), 0);
	return ERR_NONE;
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

static enum err_code
read_piece(const struct item *it, int32_t part, struct piece *piece, struct err *e)
{
	struct record r = { 0 };

	if (plan_record(it, part, &r, e) == ERR_NONE)
		piece_of_record(piece, &r, e);
	record_free(&r);
	return e->code;
}

/* What an entry tells of itself, for its group. */
static enum err_code
gather_entry(struct plan *p, struct groups *g, const struct item *it, struct plan_entry *entry,
    const struct record *r, struct err *e)
{
	struct piece piece = { 0 };

	entry->item = it->id;
	entry->track = it->track;
	if (piece_of_record(&piece, r, e) == ERR_NONE &&
	    groups_add(g, it->path, r, &piece, &entry->release, e) == ERR_NONE) {
		entry->verdict = PLAN_NEW;
		entry->duration_ms = piece.duration_ms > INT32_MAX ? INT32_MAX : (int32_t)piece.duration_ms;
	}
	piece_free(&piece);
	return e->code == ERR_NONE ? go_on(p, (int64_t)p->n, e) : e->code;
}

/* The entries of a staged item, one for each of its parts; the first of them is there already. */
static enum err_code
gather_item(struct plan *p, struct groups *g, const struct item *it, struct err *e)
{
	struct record whole = { 0 }, r = { 0 };
	struct plan_entry *entry = &p->entries[p->n - 1];

	if (plan_record(it, 0, &whole, e) == ERR_NONE && whole.nparts == 0)
		gather_entry(p, g, it, entry, &whole, e);
	for (size_t n = 1; n <= whole.nparts && e->code == ERR_NONE; n++) {
		if (n > 1 && (entry = append(p, e)) == NULL)
			break;
		entry->part = (int32_t)n;
		if (record_of_part(&whole, n, &r, e) == ERR_NONE)
			gather_entry(p, g, it, entry, &r, e);
		record_free(&r);
	}
	record_free(&whole);
	return e->code;
}

/* First pass: every item gets its entry, the staged ones their group. */
static enum err_code
gather(struct plan *p, struct groups *g, struct err *e)
{
	struct item it = { 0 };
	int64_t after = 0;

	while (item_next(p->db, p->session, after, &it, e) == 1) {
		struct plan_entry *entry = append(p, e);

		if (entry == NULL)
			break;
		after = entry->item = it.id;
		entry->track = it.track;
		if (strcmp(it.state, "failed") == 0)
			entry->verdict = PLAN_FAILED;
		if (strcmp(it.state, "staged") != 0)
			continue;
		if (gather_item(p, g, &it, e) != ERR_NONE)
			break;
	}
	item_free(&it);
	return e->code;
}

/* A file with parts is one duplicate, but several tracks. */
static bool
makes_track(enum verdict v)
{
	return v == PLAN_NEW || v == PLAN_RESTORE || v == PLAN_ATTACH || v == PLAN_CONFLICT || v == PLAN_SKIP;
}

/* Second pass: each staged item against the catalogue and against those before it. */
static enum err_code
decide_all(struct plan *p, struct err *e)
{
	struct decider *d = NULL;
	struct item it = { 0 };
	struct piece piece = { 0 };

	if (decider_new(&d, p, e) != ERR_NONE)
		return e->code;
	for (size_t i = 0; i < p->n && e->code == ERR_NONE; i++) {
		struct plan_entry *entry = &p->entries[i];

		if (entry->verdict == PLAN_NEW) {
			if (go_on(p, (int64_t)(p->n + i), e) != ERR_NONE ||
			    item_next(p->db, p->session, entry->item - 1, &it, e) != 1 ||
			    read_piece(&it, entry->part, &piece, e) != ERR_NONE ||
			    decide(d, entry, &it, &piece, e) != ERR_NONE)
				break;
		}
		if (makes_track(entry->verdict) || plan_is_first(p, i))
			p->counts[entry->verdict]++;
	}
	piece_free(&piece);
	item_free(&it);
	decider_free(d);
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
	groups_free(g);
	g = NULL;
	if (decide_all(p, e) == ERR_NONE) {
		*out = p;
		p = NULL;
	}
out:
	if (mine)
		sql_rollback(db);
	groups_free(g);
	plan_free(p);
	return e->code;
}
