/* SPDX-License-Identifier: MIT */
/*
 * heard.h - what the files of lib-import --history share
 */
#ifndef CMD_LIB_IMPORT_HEARD_H
#define CMD_LIB_IMPORT_HEARD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "cmd/lib-import/history.h"
#include "exchange/history/history.h"
#include "pack/stream.h"
#include "store/db.h"
#include "store/history/imports.h"
#include "store/track.h"

/* What became of a file's rows, or of all. */
struct tally {
	struct plays_counts plays;
	int64_t skipped, broken;
};

struct run {
	struct db *db; /* NULL: a dry run */
	const char *type;
	bool again;
	struct zone zone;
	char listener[OWNER_TEXT];
	struct play_import import; /* of the file that is read now */
	bool torn;                 /* it could not be read to its end */
	int64_t rows, histories;   /* read so far */
	struct tally all;
};

/* history.c */
enum err_code run_begin(struct run *r, const struct history_options *o, struct err *e);

/* history.c: something that is wrong with one file; the others go on. */
void file_failed(struct run *r, const char *name, struct err *e);

/* listens.c: a stream that is a history, known by a name; *known false where it is none. */
enum err_code take_stream(
    struct run *r, const char *name, const char *kept, struct stream *s, bool *known, struct err *e);

/* archive.c: the histories among the members of an archive; of the others nobody is told. */
enum err_code take_archive(struct run *r, const char *name, int fd, struct err *e);

/* archive.c: a stream's bytes in a file without a name, or -1: an archive's directory is at its end. */
int keep_bytes(struct stream *s, struct err *e);

/* tally.c: a line of what came of a file; without a type, of all. */
void say_counts(
    const struct run *r, const char *name, const char *type, const struct tally *t, struct err *e);
void add_up(struct tally *all, const struct tally *t);

#endif
