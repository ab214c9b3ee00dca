/* SPDX-License-Identifier: MIT */
/*
 * reader.h - threads that read blobs: their hash, then what they say, each with a media worker of its own
 *
 * Private to lib/intake/rebuild.  Whoever asks puts blobs in and takes them out read, in any order; the
 * threads know no database.
 */
#ifndef INTAKE_REBUILD_READER_H
#define INTAKE_REBUILD_READER_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/err.h"
#include "store/sweep/adopt.h"
#include "worker/record.h"

enum reader_end {
	READ_AUDIO,     /* the record says what it is */
	READ_NOT_AUDIO, /* a picture, mostly */
	READ_DAMAGED,   /* its bytes are not those of its name, or the device does not give them back */
	READ_FAILED,    /* the worker could make nothing of it */
	READ_BROKEN,    /* the machine's fault: no worker, no memory */
	READ_STOPPED
};

struct reading {
	struct unnamed blob;
	enum reader_end end;
	struct stat st;
	struct record record;
	struct err why; /* where it is not audio that can be read */
};

struct reader;
enum err_code reader_start(struct reader **r, int dirfd, int threads, struct err *e);

/* Put a blob in; false: there are enough, take one first. */
bool reader_put(struct reader *r, const struct unnamed *blob);

/* Take one that was read, waiting for up to 200 ms; its record is the caller's. */
bool reader_take(struct reader *r, struct reading *out);

/* Blobs that were put in and not taken out. */
int reader_inside(struct reader *r);

/* What is at work ends as stopped, soon. */
void reader_halt(struct reader *r);

/* Halt, end the threads, release; NULL is allowed. */
void reader_end(struct reader *r);

#endif
