/* SPDX-License-Identifier: MIT */
/*
 * playlist.h - playlists: named, ordered lists of tracks
 *
 * A playlist is named by its name or by its public id, "p4"; names are unique,
 * not empty, UTF-8 (kept in NFC) and never look like an id.  Positions are
 * 1, 2, 3, ... without a gap, and every change is one transaction with a row in
 * the event log.  Entries are never dropped by anybody but the user: one
 * whose track is gone, or that was added as a path that nothing in the
 * library comes from, stays, is `missing`, and is there again as soon as a
 * commit brings in the file of that path.
 *
 * A smart playlist has a query instead of entries: whoever reads it sees what the
 * query finds at that moment.  Its entries cannot be edited (ERR_STATE), its name can.
 */
#ifndef STORE_PLAYLIST_PLAYLIST_H
#define STORE_PLAYLIST_PLAYLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"

struct playlist {
	int64_t id;
	char *name;
	int64_t owner; /* uid */
	int64_t created, modified;
	int64_t tracks, missing; /* entries, and how many of them are missing */
	int64_t duration_ms;     /* of those that are known */
	bool smart, broken;      /* broken, in a list: its query is none any more */
	char **query;            /* of a smart one, as query_parse() takes it; else NULL */
	char *sort;              /* fields, or NULL */
	int64_t most;            /* at most so many tracks, 0: all */
	char *extra;             /* what its file said of it, as lines "word<tab>text", or NULL */
};
void playlist_free(struct playlist *p); /* release and zero */
void playlists_free(struct playlist *p, size_t n);

struct playlist_entry {
	int64_t position;
	int64_t track; /* 0: none */
	int64_t duration_ms;
	int64_t part, start_ms; /* where it is a part of its file; part 0: all of it */
	int64_t number;         /* of the track on its disc, 0: unknown */
	bool missing;
	char *artist, *title, *album; /* or NULL */
	char *mbid;                   /* of the recording, or NULL */
	char *path;     /* bytes: of the blob, absolute; of a missing entry what it was added as,
			   or where its track came from; or NULL */
	char *location; /* bytes: as it stood in the file that it was imported from, or NULL */
	char *extra;    /* what else that file said, as lines "word<tab>text", or NULL */
};
void playlist_entries_free(struct playlist_entry *v, size_t n);

/* What an edit is told and tells. */
struct playlist_change {
	bool dry_run;                        /* do everything, then take it back */
	void (*failed)(const struct err *e); /* told of each operand that cannot be used, or NULL */
	int64_t id;                          /* of the playlist that was made or changed */
	int64_t event;                       /* in the log, by which lib-commit --undo takes it back */
	int64_t added, missing, removed, moved;
	int64_t tracks; /* entries after the change */
};

/* ERR_NOTFOUND "there is no playlist 'x'". */
enum err_code playlist_find(struct db *db, const char *name, int64_t *id, struct err *e);
enum err_code playlist_load(struct db *db, int64_t id, struct playlist *p, struct err *e);
/* The same without the counts, which cost a look at every entry: they are 0. */
enum err_code playlist_load_head(struct db *db, int64_t id, struct playlist *p, struct err *e);

/* All of them by name; malloced, released by playlists_free(). */
enum err_code playlist_list(struct db *db, struct playlist **list, size_t *n, struct err *e);

/* All entries of one in order, from one snapshot; malloced, released by playlist_entries_free(). */
enum err_code playlist_read(struct db *db, int64_t id, struct playlist_entry **v, size_t *n, struct err *e);

/* What the query of a smart playlist finds, malloced. */
enum err_code playlist_find_tracks(
    struct db *db, const struct playlist *p, int64_t **ids, size_t *n, struct err *e);

/* The same of tracks, wherever they are named. */
enum err_code playlist_read_tracks(
    struct db *db, const int64_t *ids, size_t n, struct playlist_entry **v, size_t *count, struct err *e);

/* ERR_EXISTS where the name is taken, ERR_USAGE where it cannot be one. */
enum err_code playlist_create(struct db *db, const char *name, struct playlist_change *c, struct err *e);
enum err_code playlist_rename(
    struct db *db, int64_t id, const char *name, struct playlist_change *c, struct err *e);
enum err_code playlist_copy(
    struct db *db, int64_t id, const char *name, struct playlist_change *c, struct err *e);
enum err_code playlist_delete(struct db *db, int64_t id, struct playlist_change *c, struct err *e);

/* Make a smart playlist, or give one another query: its words, an order by fields or NULL, at most so many
 * tracks or 0.  *note (malloced, or NULL) is what query_note() says.  ERR_EXISTS where the name is a plain
 * playlist's. */
struct playlist_smart {
	char *const *words;
	const char *sort;
	int64_t most;
};
enum err_code playlist_smart(struct db *db, const char *name, const struct playlist_smart *how, char **note,
    struct playlist_change *c, struct err *e);

/* Put what a smart playlist finds now into a plain one: a new one of that name, or (name NULL) itself. */
enum err_code playlist_freeze(
    struct db *db, int64_t id, const char *name, struct playlist_change *c, struct err *e);

/* Put n things before position `at` (0: at the end).  Digits are a track's id, everything else is a path: of
 * a blob, or of a file that was imported; relative ones start from the working directory; "http://..." stays
 * that, as a missing entry.  A track that does not exist or was removed goes to c->failed; a path that leads
 * to nothing becomes a missing entry. */
enum err_code playlist_add(
    struct db *db, int64_t id, char **refs, size_t n, int64_t at, struct playlist_change *c, struct err *e);

/* Runs of positions are written "3", "5-7", "5..7" or "5-", from the end "-1", and "track:12" is wherever
 * that track is.  Take the runs (up to a NULL; they may overlap) out, or give a run's first entry the
 * position `to`.  ERR_USAGE where text is no position, ERR_NOTFOUND where there is none; nothing is changed
 * then. */
enum err_code playlist_remove(
    struct db *db, int64_t id, char **runs, struct playlist_change *c, struct err *e);
enum err_code playlist_move(
    struct db *db, int64_t id, const char *run, const char *to, struct playlist_change *c, struct err *e);

/* Put the entries in the order of "year-,artist"; what is alike stays as it is, what is missing comes last.
 */
enum err_code playlist_sort(
    struct db *db, int64_t id, const char *fields, struct playlist_change *c, struct err *e);

/* Put them in an order by chance, the same for the same seed and entries. */
enum err_code playlist_shuffle(
    struct db *db, int64_t id, uint64_t seed, struct playlist_change *c, struct err *e);

/* Of each track, or each recording, only the first entry stays; of missing ones, of each place. */
enum err_code playlist_dedupe(
    struct db *db, int64_t id, bool by_recording, struct playlist_change *c, struct err *e);

/* Append {"v":1,"type":"playlist",...} or {"v":1,"type":"entry",...} without a newline. */
void playlist_json(const struct playlist *p, struct buf *out);
void playlist_entry_json(int64_t playlist, const struct playlist_entry *n, struct buf *out);
/* Append {"v":1,"type":"report",...}: what an edit did. */
void playlist_change_json(const char *command, const struct playlist_change *c, struct buf *out);

struct playlist_style {
	bool json;
	bool ids;     /* the tracks' ids alone, missing entries left out */
	bool aligned; /* for a terminal: columns; else separated by tabs */
	char separator;
	size_t missing; /* out: entries that were */
};

/* Append every playlist: id, name, tracks, duration. */
enum err_code playlist_print_list(
    struct db *db, struct playlist_style *style, struct buf *out, struct err *e);

/* Append every entry: position, id, artist, title, duration, "missing" where it is. */
enum err_code playlist_print(
    struct db *db, int64_t id, struct playlist_style *style, struct buf *out, struct err *e);

#endif
