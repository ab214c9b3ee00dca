/* SPDX-License-Identifier: MIT */
/*
 * priv.h - what the files of this room share
 */
#ifndef STORE_EDIT_PRIV_H
#define STORE_EDIT_PRIV_H

#include "base/texts.h"
#include "store/catalogue/catalogue.h"
#include "store/edit/edit.h"
#include "store/edit/journal.h"
#include "store/sql.h"

/* -- journal: tables and their columns ---------------------------------- */

enum { JOURNAL_COLUMNS = 32 };
struct journal_column {
	char *name;
	bool key;     /* part of the primary key */
	bool bytes;   /* a BLOB: hex in JSON */
	bool real;    /* compared as JSON writes it */
	bool passing; /* when it was modified, what its sound told: neither kept nor compared */
};
struct journal_columns {
	struct journal_column v[JOURNAL_COLUMNS];
	int n;
};
extern const char *const journal_tables[]; /* up to a NULL */
enum err_code journal_columns_read(
    struct db *db, const char *table, struct journal_columns *t, struct err *e);
void journal_columns_free(struct journal_columns *t);

/* The tracks whose rows, or whose release's rows, event ?1 changed. */
#define JOURNAL_TRACKS                                                                                       \
	" SELECT json_extract(coalesce(after, before), '$.id') FROM main.change WHERE event_id = ?1"         \
	" AND name = 'track'"                                                                                \
	" UNION SELECT json_extract(coalesce(after, before), '$.track_id') FROM main.change"                 \
	" WHERE event_id = ?1 AND name IN ('tag', 'credit', 'track_genre', 'amended', 'cover')"              \
	" AND json_extract(coalesce(after, before), '$.track_id') IS NOT NULL"                               \
	" UNION SELECT f.track_id FROM main.change c JOIN main.file f ON f.id ="                             \
	" json_extract(coalesce(c.after, c.before), '$.id') WHERE c.event_id = ?1 AND c.name = 'file'"       \
	" UNION SELECT t.id FROM main.change c JOIN main.track t ON t.release_id ="                          \
	" json_extract(coalesce(c.after, c.before), iif(c.name = 'release', '$.id', '$.release_id'))"        \
	" WHERE c.event_id = ?1 AND c.name IN ('release', 'release_tag', 'release_credit')"

/* ERR_DENIED where, in a shared library, the event changed what is another's. */
enum err_code journal_check_owner(struct db *db, int64_t event, struct err *e);

/* -- values: the texts of a field --------------------------------------- */

/* A field that is assigned to: its number in tagname, and what it is called. */
struct target {
	enum field field; /* F_NONE: a free tag */
	int64_t name_id;
	const char *name;
	bool release; /* belongs to the release */
};

/* The values of a target, of a track or, where target.release is set, of a release; in their order. */
enum err_code value_read(struct db *db, const struct target *t, int64_t id, struct texts *out, struct err *e);

/* Replace them.  Keys of folded text follow; the search index is the caller's. */
enum err_code value_write(
    struct catalogue *c, const struct target *t, int64_t id, const struct texts *values, struct err *e);

/* One field of a track before and after, as part of its line. */
enum err_code value_tell(const struct target *t, const struct texts *before, const struct texts *after,
    bool json, struct buf *out, struct err *e);

/* -- chosen: the tracks of an edit, in a table of this connection -------- */

/* temp.chosen (seq, id, changed, forgotten, line): made or emptied, and filled. */
enum err_code chosen_start(struct db *db, const int64_t *tracks, size_t n, struct err *e);

/* The next one in order: 1, 0, -1; *seq starts as 0.  Tells of the progress of a stage, and stops where that
 * is asked for. */
int chosen_next(struct db *db, const struct edit_options *how, const char *stage, int64_t *seq,
    int64_t *track, struct err *e);

/* ERR_INTERRUPTED where somebody asked to stop; progress may be NULL. */
enum err_code edit_go_on(const struct progress *progress, struct err *e);

/* ERR_NOTFOUND where one does not exist; with live set ERR_STATE where one was removed. */
enum err_code chosen_check(struct db *db, bool live, struct err *e);

/* Take its words out of the index, once; its rows are about to change. */
enum err_code chosen_forget(struct db *db, int64_t track, struct err *e);

/* It was changed; line, which may be NULL, is added to what is told of it. */
enum err_code chosen_changed(struct db *db, int64_t track, const char *line, struct err *e);

/* Every track that was changed is modified now, and back in the index; counts them. */
enum err_code chosen_settle(
    struct db *db, const struct edit_options *how, int64_t now, struct edit_result *r, struct err *e);

/* Hand over a line for each that was changed. */
enum err_code chosen_tell(struct db *db, const struct edit_options *how, struct err *e);

/* The same in two steps, for a transaction that is rolled back before anything is told: all lines, each ended
 * by NUL. */
enum err_code chosen_lines(struct db *db, const struct edit_options *how, struct buf *out, struct err *e);
void chosen_tell_lines(const struct edit_options *how, const struct buf *lines);

/* -- the frame of an edit: a transaction with its journal ---------------- */

/* End it: journal, commit (or roll back: dry run, nothing changed, *e set), tell.  data are further members
 * of the event's JSON, or NULL. */
enum err_code edit_finish(struct db *db, int64_t event, const char *kind, const char *data,
    const struct edit_options *how, struct edit_result *r, struct err *e);

/* -- amend --------------------------------------------------------------- */

struct amend {
	struct db *db;
	struct catalogue c;
	int64_t event;
	const struct operands *o;
	const struct edit_options *how;
	struct target *targets;
	size_t n;
	struct texts *before, *after; /* n each, of what is at hand */
};

/* What the assignments make of a target's values. */
enum err_code amend_apply(const struct amend *a, size_t target, struct err *e);

/* A printed artist that is just the listed ones, and the list, follow each other: fill in the other one of
 * the pair where it is to follow.  joint stands between the listed ones. */
enum err_code amend_follow(
    struct amend *a, enum field printed, enum field listed, const char *joint, struct err *e);

/* Fields of releases, of all chosen tracks. */
enum err_code amend_releases(struct amend *a, struct err *e);

/* The target of a field, or NULL. */
const struct target *amend_target(const struct amend *a, enum field f);

/* -- tags for a file ------------------------------------------------------ */

/* The tags of a track as its file is to have them; free tags that were taken out by hand are empty. measured:
 * ReplayGain is not what the tags say, but what was heard, where it was. */
enum err_code wanted_read(
    struct db *db, int64_t track, int64_t release, bool measured, struct record *r, struct err *e);

/* ReplayGain as it was measured becomes the track's in the catalogue, too: else the next write would take it
 * out. */
enum err_code wanted_keep_gain(
    struct catalogue *c, int64_t track, int64_t release, const struct record *wanted, struct err *e);

/* value_tell() of each that differs. */
enum err_code wanted_tell(
    const struct record *have, const struct record *wanted, bool json, struct buf *line, struct err *e);

/* -- files that come back ------------------------------------------------ */

/* temp.wanted (id): the blobs that are to be in blobs/; made or emptied. */
enum err_code unearth_start(struct db *db, struct err *e);

/* For every blob in temp.wanted (id): ERR_NOTFOUND where one is neither in blobs/ nor whole in trash/. */
enum err_code unearth_check(struct db *db, struct err *e);
/* Move those in trash/ back, durably; the caller holds the library lock. */
enum err_code unearth_all(struct db *db, struct err *e);
/* Inside the transaction: all are there; their rows in table trash go. */
enum err_code unearth_confirm(struct db *db, bool dry_run, struct err *e);
#endif
