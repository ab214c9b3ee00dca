/* SPDX-License-Identifier: MIT */
/*
 * edit.h - changes of the catalogue by hand: amend, remove, restore, attach, detach, and taking them back
 *
 * Each function is one command and one transaction: all tracks, or nothing.
 * Where nothing would change there is no event.  Every edit leaves a row in the
 * event log, with what it did to each row of the catalogue (journal.h), so that
 * edit_undo() can take it back; an undo is an event like the others.
 *
 * What was changed is told a line a track, after the commit, in the order in
 * which the tracks were named.
 */
#ifndef STORE_EDIT_EDIT_H
#define STORE_EDIT_EDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/field.h"
#include "base/progress.h"
#include "store/db.h"

/* FIELD=VALUE, FIELD+=VALUE, FIELD-=VALUE; tags.NAME for a free tag whatever its name. */
enum assign_how { ASSIGN_SET, ASSIGN_ADD, ASSIGN_TAKE };
struct assign {
	enum field field; /* F_NONE: a free tag */
	char *name;       /* of a free tag, in lower case */
	bool surely;      /* it was called tags.NAME: no slip of a field's name */
	enum assign_how how;
	char *value; /* in the form that the vocabulary wants; "" with ASSIGN_SET removes the field */
};

/* Operands: ids of tracks, "-" for those on standard input, and assignments. */
struct operands {
	int64_t *tracks;
	size_t ntracks, cap;
	struct assign *assigns;
	size_t nassigns;
};
/* ERR_USAGE where a word is nothing of the kind; assignments only where they are allowed. */
enum err_code operands_read(struct operands *o, char **words, bool assigns, struct err *e);
void operands_free(struct operands *o); /* release and zero */

struct edit_options {
	bool dry_run; /* do everything, tell it, take it back */
	bool json, ids;
	bool gain;                       /* edit_write_tags(): ReplayGain as it was measured, where it was */
	const struct progress *progress; /* or NULL; when it is stopped nothing is changed */
	/* takes a line; the buffer is the caller's and cleared afterwards */
	void (*line)(void *context, struct buf *line);
	/* NULL, or takes what somebody should know beside */
	void (*note)(void *context, const char *text);
	void *context;
};

struct edit_result {
	int64_t event; /* 0: nothing was changed */
	int64_t undone;
	int64_t changed, unchanged; /* tracks */
};

/* Give every track the assigned values.  ERR_NOTFOUND where there is no such track, ERR_STATE where one was
 * removed.  A field of the release, assigned to all tracks of a release, changes the release; assigned to
 * some, it moves them to another one, which is made where there is none. */
enum err_code edit_amend(struct db *db, const struct operands *o, const struct edit_options *how,
    struct edit_result *r, struct err *e);

/* Take tracks out: their files are `removed`, and their bytes are not imported again unless asked for.  The
 * blobs stay until lib-sweep takes them. */
enum err_code edit_remove(struct db *db, const struct operands *o, const struct edit_options *how,
    struct edit_result *r, struct err *e);

/* Bring removed tracks back, with the files that they had then.  ERR_NOTFOUND where the bytes of one are gone
 * for good. */
enum err_code edit_restore(struct db *db, const struct operands *o, const struct edit_options *how,
    struct edit_result *r, struct err *e);

/* The files of a track, the preferred first, a line each: SHA-256, state, "preferred" or nothing, format, bit
 * rate, bit depth, duration, size, source. */
enum err_code edit_files(struct db *db, int64_t track, const struct edit_options *how, struct err *e);

/* Of two tracks the first gives its files to the second, with its places in playlists, and its rating where
 * the other has none; it is removed. */
enum err_code edit_attach(struct db *db, const struct operands *o, const struct edit_options *how,
    struct edit_result *r, struct err *e);

/* A file, named by 8 digits of its SHA-256 or more, becomes a track of its own that says what its track says,
 * of the same release and recording.  ERR_STATE where the track has no other file. */
enum err_code edit_detach(
    struct db *db, const char *file, const struct edit_options *how, struct edit_result *r, struct err *e);

/* "e5" or "5" -> 5 */
enum err_code edit_parse_event(const char *text, int64_t *event, struct err *e);

/* Take an event back; 0: the caller's own last edit that was not undone yet (ERR_NOMATCH where there is
 * none). ERR_STATE, with the reason, where something that came later touched the same. */
enum err_code edit_undo(
    struct db *db, int64_t event, const struct edit_options *how, struct edit_result *r, struct err *e);

/* {"v":1,"type":"report",...}: what an edit did. */
void edit_report_json(const char *command, const struct edit_result *r, bool dry_run, struct buf *out);

#endif
