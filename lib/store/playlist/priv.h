/*
 * priv.h - what the files of playlist.h share
 */
#ifndef STORE_PLAYLIST_PRIV_H
#define STORE_PLAYLIST_PRIV_H

#include "store/playlist/playlist.h"
#include "store/sql.h"

/* The track that the file of a path carries now, of several the first: a subquery, over source's index, of an
 * SQL expression. */
#define PLAYLIST_TRACK_OF(path)                                                                              \
	"(SELECT rf.track_id FROM source rs JOIN blob rb ON rb.sha256 = rs.sha256"                           \
	" JOIN file rf ON rf.blob_id = rb.id AND rf.state = 'ok'"                                            \
	" JOIN track rt ON rt.id = rf.track_id AND rt.removed IS NULL WHERE rs.path = " path                 \
	" ORDER BY rf.part LIMIT 1)"

/* One thing to add. */
struct playlist_ref {
	const char *text;
	char *path; /* absolute, or NULL for a track's id and for a blob's path that was found */
	int64_t track;
	bool bad;
};

/* Resolve all of refs to tracks and paths; bad ones are told to failed (may be NULL). */
enum err_code playlist_resolve(
    struct db *db, struct playlist_ref *refs, size_t n, void (*failed)(const struct err *e), struct err *e);
void playlist_refs_free(struct playlist_ref *refs, size_t n);

/* BEGIN IMMEDIATE, with a journal of what the edit does to each row. */
enum err_code playlist_begin(struct db *db, struct playlist_change *c, struct err *e);

/* The end of an edit, inside its transaction: `modified`, entries that a path finds by now, the event, the
 * count; then COMMIT, or ROLLBACK for a dry run.  data is JSON or NULL. */
enum err_code playlist_finish(
    struct db *db, const char *kind, const char *data, struct playlist_change *c, struct err *e);

/* How many entries there are. */
enum err_code playlist_count(struct db *db, int64_t id, int64_t *n, struct err *e);

#endif
