/* SPDX-License-Identifier: MIT */
/*
 * plan.h - what a commit of a session will make of each item, decided by reading alone
 *
 * The same plan serves the commit, --dry-run and --show, so that all three say
 * the same.  It holds numbers and the keys of the releases, some hundred bytes
 * an item, never the items' records.  Three passes: what the bytes and their
 * source tell of each item (known.c) and which release it belongs to (groups.c);
 * the retags (retag.c), so that all others meet the places as they will be; then
 * conflicts (decide.c) and recordings (recording.c).
 *
 * Which tracks are one release: the same MusicBrainz release id, else the same
 * album and album artist, as far as similar.h calls them so, unless the barcodes,
 * or both label and catalogue number, tell that they are two.
 * Without an album artist the tracks of one album in
 * one folder belong together: to their artist, or to "" (various) where they
 * have several or say that they are a compilation.  Tracks without an album
 * share one release without a name per artist and label, catalogue number and
 * barcode: no track gets those of another.
 *
 * A *retag* is an item whose audio is that of a file in the library, and whose
 * source had that file's bytes when it was last committed.  It takes the file's
 * place, and its track the newer tags; so do all parts of a file that is cut as
 * it was.
 *
 * A new track is of the same *recording* as another by MusicBrainz id, by equal
 * audio, by an ISRC with agreeing titles and at most three seconds of
 * difference, or by its fingerprint with agreeing titles, where lib-analyze heard both; different MusicBrainz
 * ids keep recordings apart.
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
#include "store/commit/taken.h"
#include "store/db.h"

/* What to do with another file for the same place on the same release. */
enum conflict { CONFLICT_ATTACH, CONFLICT_FAIL, CONFLICT_IGNORE, CONFLICT_SKIP };

/* "attach", "fail", "ignore", "skip"; ERR_USAGE for another word. */
enum err_code conflict_parse(const char *word, enum conflict *policy, struct err *e);

/* What the library's config says of it. */
enum err_code conflict_setting(struct db *db, enum conflict *policy, struct err *e);

enum verdict {
	PLAN_NEW,       /* a track of its own */
	PLAN_DUPLICATE, /* these bytes are there, as a track or earlier in this session */
	PLAN_ATTACH,    /* a conflict: another file of a track */
	PLAN_CONFLICT,  /* a conflict that fails the session */
	PLAN_SKIP,      /* a conflict that is left out */
	PLAN_REMOVED,   /* these bytes were taken out earlier */
	PLAN_RESTORE,   /* the same, but asked for again: the track comes back */
	PLAN_RETAG,     /* the audio of a file whose source now has these bytes: takes its place */
	PLAN_FAILED,    /* failed at import */
	PLAN_SETTLED,   /* nothing to do: it was dealt with before, or never read */
	PLAN_MISSING,   /* --show: its staged file is gone, which fails the session */
	PLAN_ALTERED,   /* the same, where the file is not what it was */
	PLAN_VERDICTS
};

/* "new", "duplicate", "conflict", "skipped", "removed-earlier", "failed", ... as --show prints it. */
const char *verdict_name(enum verdict v);

/* By what a new track's recording was known. */
enum heard { HEARD_NEW, HEARD_MBID, HEARD_AUDIO, HEARD_ISRC, HEARD_SOUND };
const char *heard_name(enum heard h); /* "mbid", "audio", "isrc", "sound", "" */

/* One for each item, or for each part of an item that a cue sheet cuts into tracks. */
struct plan_entry {
	int64_t item;
	int64_t track;   /* the track in the catalogue that it joins, or 0 */
	int64_t file;    /* the file in the catalogue with these bytes, or the one that a retag replaces */
	int64_t of;      /* a track in the catalogue of the same recording, or 0 */
	int32_t first;   /* the entry of this plan whose track it joins, or -1 */
	int32_t kin;     /* the entry of this plan whose recording it shares, or -1 */
	int32_t release; /* in releases, or -1 */
	int32_t duration_ms; /* INT32_MAX at most */
	int32_t part;        /* of the item's file, from 1 on; 0: all of it */
	enum verdict verdict;
	enum same why;    /* of a conflict */
	enum heard heard; /* why of, or kin */
	bool twin;        /* the bytes of entry `first` again */
	bool gone;        /* the track that it joins was removed */
	bool further; /* PLAN_RESTORE: a further file of a track that is there, or comes back by another */
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
	int64_t counts[PLAN_VERDICTS]; /* of tracks where there are any, else of files */
	int64_t further;               /* entries that are */
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

/* All entries of the item of which `first` is the first get this verdict, in the counts too. */
void plan_overrule(struct plan *p, size_t first, enum verdict v);

/* The item of an entry with its record, or that of its part, and what is compared of it. */
struct told {
	struct item it;
	struct record r;
	struct piece piece;
};
void told_free(struct told *t); /* release and zero */

/* What was read from an item, or of one part of it, into a zeroed *r. */
enum err_code plan_record(const struct item *it, int32_t part, struct record *r, struct err *e);

/* Private to the planner: the steps of plan_make(). */
enum err_code plan_read(struct plan *p, const struct plan_entry *entry, struct told *t, struct err *e);

/* What is known of these bytes and their source: sets the verdict, PLAN_NEW where nothing is. */
enum err_code known(struct plan *p, struct plan_entry *entry, const struct told *t, struct err *e);

/* The parts of a file, from entry `first` to the last that there is, are a retag together or not at all:
 * where the file is cut in another way now nobody knows which track is which. */
enum err_code known_parts(struct plan *p, size_t first, struct err *e);

struct groups; /* items that belong to one release, as far as the session tells */
enum err_code groups_new(struct groups **g, struct plan *p, struct err *e);
void groups_free(struct groups *g);
enum err_code groups_add(struct groups *g, const char *path, const struct record *r,
    const struct piece *piece, int32_t *group, struct err *e);
/* Find or invent the release of every group; then p->releases stands. */
enum err_code groups_settle(struct groups *g, struct err *e);
int32_t groups_release(const struct groups *g, int32_t group);
/* A release of the catalogue by its id: its index, or -1. */
int32_t groups_by_id(struct groups *g, int64_t id, struct err *e);

struct decider {
	struct plan *plan;
	struct taken taken;
};

/* Which release every retagged track goes to, or stays on.  Of a track with several files retagged the first
 * leads, the others have it as `first`. */
enum err_code retags_settle(struct decider *d, struct groups *g, struct err *e);

/* What a retag replaces, and then its new place, is taken before all others are decided on. */
enum err_code decide_retag(struct decider *d, int32_t entry, struct err *e);
enum err_code decide_place(struct decider *d, int32_t entry, const struct told *t, struct err *e);
/* Is this file of the catalogue replaced by a retag of the plan?  The first entry that retags a track, or -1.
 */
bool decided_file(const struct decider *d, int64_t file);
/* Does a track come back by an entry before self?  Remembers that it does by self. */
enum err_code decided_return(struct decider *d, int32_t self, bool *again, struct err *e);
int32_t decided_track(const struct decider *d, int64_t track);

enum err_code decide(struct decider *d, int32_t entry, const struct told *t, struct err *e);

/* Of which recording is a new track?  Sets of or kin, and heard; and takes it for those that follow. */
enum err_code find_recording(struct decider *d, int32_t entry, const struct told *t, struct err *e);

#endif
