/* SPDX-License-Identifier: MIT */
/*
 * priv.h - what the files of playlist.h share
 */
#ifndef STORE_PLAYLIST_PRIV_H
#define STORE_PLAYLIST_PRIV_H

#include "store/playlist/playlist.h"
#include "store/sql.h"

/* The track that the file of an SQL expression's path carries now, of several the one that begins at start,
 * else the first: a subquery, over source's index. */
#define PLAYLIST_TRACK_OF(path, start)                                                                       \
	"(SELECT id FROM (SELECT rf.track_id AS id, rf.part AS part, abs(coalesce(rf.start_ms, 0) -"         \
	" coalesce(" start ", 0)) AS off FROM source rs JOIN blob rb ON rb.sha256 = rs.sha256"               \
	" JOIN file rf ON rf.blob_id = rb.id AND rf.state = 'ok'"                                            \
	" JOIN track rt ON rt.id = rf.track_id AND rt.removed IS NULL WHERE rs.path = " path                 \
	") ORDER BY off, part LIMIT 1)"

/* The track that an entry is: what it was added as, what its path leads to by now, what it was found to be.
 */
#define PLAYLIST_TRACK(entry)                                                                                \
	"coalesce((SELECT id FROM track WHERE id = " entry                                                   \
	".track_id AND removed IS NULL), " PLAYLIST_TRACK_OF(entry ".path",                                  \
	    entry ".start_ms") ", (SELECT fd.track_id FROM found fd JOIN track ft ON"                        \
			       " ft.id = fd.track_id AND ft.removed IS NULL WHERE fd.entry_id"               \
			       " = " entry ".id), " entry ".track_id)"

/* The columns of an entry that hold what it was added as. */
#define PLAYLIST_SAID "path, title, artist, duration_ms, location, album, mb_trackid, start_ms, extra"

/* Is path .../ab/<64 hex>.<suffix>? */
bool playlist_names_blob(const char *path, uint8_t sha256[32]);

/* The track whose file has these bytes, of several the one that begins at start_ms; the one that the file of
 * a path carries.  1, 0, -1. */
int playlist_track_by_hash(
    struct db *db, const uint8_t sha256[32], int64_t start_ms, int64_t *track, struct err *e);
int playlist_track_by_source(
    struct db *db, const char *path, int64_t start_ms, int64_t *track, struct err *e);

/* One thing to add. */
struct playlist_ref {
	const char *text;
	char *path; /* absolute, or NULL for a track's id and for a blob's path that was found */
	int64_t track;
	bool stream; /* text is a URL, and stays one */
	bool bad;
};

/* Resolve all of refs to tracks and paths; bad ones are told to failed (may be NULL). */
enum err_code playlist_resolve(
    struct db *db, struct playlist_ref *refs, size_t n, void (*failed)(const struct err *e), struct err *e);
void playlist_refs_free(struct playlist_ref *refs, size_t n);

/* BEGIN IMMEDIATE, with a journal of what the edit does to each row. */
enum err_code playlist_begin(struct db *db, struct playlist_change *c, struct err *e);

/* The same for a change of entries: ERR_STATE where the playlist is a smart one. */
enum err_code playlist_begin_entries(struct db *db, int64_t id, struct playlist_change *c, struct err *e);

/* Positions, of 1 or more, become 1, 2, 3 again. */
enum err_code playlist_close_gaps(struct db *db, int64_t id, struct err *e);

/* The form of a name that is stored: malloced, or NULL after filling in *e. */
char *playlist_stored_name(const char *name, struct err *e);

/* Inside a transaction: a new row, its id in c->id; ERR_EXISTS where the name is taken. */
enum err_code playlist_insert(struct db *db, const char *stored, struct playlist_change *c, struct err *e);

/* The id that has a name, 0 where none has; -1 after filling in *e. */
int64_t playlist_id_of_name(struct db *db, const char *stored, struct err *e);

/* playlist_finish() with {"name":...} and, where there is one, "from":"p3". */
enum err_code playlist_finish_named(struct db *db, const char *kind, const char *name, int64_t from,
    struct playlist_change *c, struct err *e);

/* The words of a smart playlist's query into p->query, NULL-terminated. */
enum err_code playlist_load_words(struct db *db, struct playlist *p, struct err *e);

/* What its row does not say of a smart playlist: its query, how many tracks it finds, how long they are. */
enum err_code playlist_look_into(struct db *db, struct playlist *p, struct err *e);

/* Ids as a JSON array, for json_each(). */
void playlist_ids_json(const int64_t *ids, size_t n, struct buf *out);

/* A run of positions, both ends included. */
struct playlist_run {
	int64_t first, last;
};
/* The run that text names, within 1..count; of "track:12" the first place. */
enum err_code playlist_run(
    struct db *db, int64_t id, const char *text, int64_t count, struct playlist_run *r, struct err *e);
/* Is text "track:12"?  Then *track is 12. */
bool playlist_names_track(const char *text, int64_t *track);

/* The end of an edit, inside its transaction: `modified`, entries that a path finds by now, the event, the
 * count; then COMMIT, or ROLLBACK for a dry run.  data is JSON or NULL. */
enum err_code playlist_finish(
    struct db *db, const char *kind, const char *data, struct playlist_change *c, struct err *e);

/* The ids of the entries' rows, malloced: by their positions, or in an order that does not depend on these,
 * so that a number shuffles the same entries alike, however they lie. */
enum err_code playlist_entry_ids(
    struct db *db, int64_t id, bool as_they_lie, int64_t **ids, size_t *n, struct err *e);

/* Give all entries, by the ids of their rows, the positions 1 to n; and the end of such an edit: how many
 * have another one now, then playlist_finish(). */
enum err_code playlist_put_in_order(struct db *db, const int64_t *ids, size_t n, struct err *e);
enum err_code playlist_settle(
    struct db *db, const char *kind, const char *data, struct playlist_change *c, struct err *e);

/* ERR_NOTFOUND: the playlist has no entry of this track. */
enum err_code playlist_lacks(struct db *db, int64_t id, int64_t track, struct err *e);

/* How many entries there are. */
enum err_code playlist_count(struct db *db, int64_t id, int64_t *n, struct err *e);

#endif
