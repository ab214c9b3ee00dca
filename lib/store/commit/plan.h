/*
 * plan.h - what a commit of a session will make of each item, decided by reading alone
 *
 * The same plan serves the commit, --dry-run and --show, so that all three say
 * the same.  It holds numbers and the keys of the releases, some hundred bytes
 * an item, never the items' records.
 *
 * Which tracks are one release: the same MusicBrainz release id, else the same
 * album and album artist.  Without an album artist the tracks of one album in
 * one folder belong together: to their artist, or to "" (various) where they
 * have several or say that they are a compilation.  Tracks without an album
 * share one release without a name per artist.
 */
#ifndef STORE_COMMIT_PLAN_H
#define STORE_COMMIT_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/progress.h"
#include "store/catalogue/catalogue.h"
#include "store/commit/match.h"
#include "store/db.h"

/* What to do with another file for the same place on the same release. */
enum conflict { CONFLICT_ATTACH, CONFLICT_FAIL, CONFLICT_IGNORE, CONFLICT_SKIP };

/* "attach", "fail", "ignore", "skip"; ERR_USAGE for another word. */
enum err_code conflict_parse(const char *word, enum conflict *policy, struct err *e);

enum verdict {
	PLAN_NEW,       /* a track of its own */
	PLAN_DUPLICATE, /* these bytes are there, as a track or earlier in this session */
	PLAN_ATTACH,    /* a conflict: another file of a track */
	PLAN_CONFLICT,  /* a conflict that fails the session */
	PLAN_SKIP,      /* a conflict that is left out */
	PLAN_REMOVED,   /* these bytes were taken out earlier */
	PLAN_RESTORE,   /* the same, but asked for again: the track comes back */
	PLAN_FAILED,    /* failed at import */
	PLAN_SETTLED,   /* nothing to do: it was dealt with before, or never read */
	PLAN_VERDICTS
};

/* "new", "duplicate", "conflict", "skipped", "removed-earlier", "failed", ... as --show prints it. */
const char *verdict_name(enum verdict v);

/* One for each item, or for each part of an item that a cue sheet cuts into tracks. */
struct plan_entry {
	int64_t item;
	int64_t track;       /* the track in the catalogue that it joins, or 0 */
	int32_t first;       /* the entry of this plan whose track it joins, or -1 */
	int32_t release;     /* in releases, or -1 */
	int32_t duration_ms; /* INT32_MAX at most */
	int32_t part;        /* of the item's file, from 1 on; 0: all of it */
	enum verdict verdict;
};

struct plan {
	struct db *db;
	int64_t session;
	enum conflict policy;
	bool again; /* the import asked for what was removed earlier */
	const struct progress *progress;

	struct plan_entry *entries; /* by item id and part */
	size_t n, cap;
	struct release *releases;
	size_t nreleases, releases_cap;
	int64_t counts[PLAN_VERDICTS]; /* of tracks where they are made, else of files */
};

/* Decide on every item of a session as the library stands now.  progress may be NULL. */
enum err_code plan_make(struct plan **p, struct db *db, int64_t session, enum conflict policy,
    const struct progress *progress, struct err *e);
void plan_free(struct plan *p);

/* The entry of an item, or of its first part; NULL. */
struct plan_entry *plan_find(struct plan *p, int64_t item);

/* Is entry i the first, or the last, of its item? */
bool plan_is_first(const struct plan *p, size_t i);
bool plan_is_last(const struct plan *p, size_t i);

/* What was read from an item, or from one part of it, into a zeroed *r. */
enum err_code plan_record(const struct item *it, int32_t part, struct record *r, struct err *e);

/* Private to the planner: the steps of plan_make(). */
struct groups; /* items that belong to one release, as far as the session tells */
enum err_code groups_new(struct groups **g, struct plan *p, struct err *e);
void groups_free(struct groups *g);
enum err_code groups_add(struct groups *g, const char *path, const struct record *r,
    const struct piece *piece, int32_t *group, struct err *e);
/* Find or invent the release of every group; then p->releases stands. */
enum err_code groups_settle(struct groups *g, struct err *e);
int32_t groups_release(const struct groups *g, int32_t group);

struct decider; /* the places taken by this session's own tracks */
enum err_code decider_new(struct decider **d, struct plan *p, struct err *e);
void decider_free(struct decider *d);
enum err_code decide(struct decider *d, struct plan_entry *entry, const struct item *it,
    const struct piece *piece, struct err *e);

#endif
