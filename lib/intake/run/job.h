/* SPDX-License-Identifier: MIT */
/*
 * job.h - one file on its way through an import, and what is done with it
 *
 * Made by the main thread, worked on by one thread, handed back to the main
 * thread; nobody else touches it in between.
 */
#ifndef INTAKE_RUN_JOB_H
#define INTAKE_RUN_JOB_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/err.h"
#include "intake/run/copy.h"
#include "intake/walk/folder.h"
#include "intake/options.h"
#include "intake/archive/unpack.h"
#include "store/config.h"
#include "store/session/items.h"
#include "worker/client.h"

enum job_end {
	JOB_STOPPED,   /* not done: the import stops */
	JOB_STAGED,    /* its bytes are in staging under their hash, not yet durable */
	JOB_NOT_AUDIO, /* no audio */
	JOB_ARCHIVE,   /* an archive: to be done again with `unpack` set */
	JOB_UNPACKED,  /* one that lies unpacked in staging: see archive */
	JOB_NESTED,    /* an archive inside another */
	JOB_IMPORTED,  /* made by archives.h: all members of an archive are recorded */
	JOB_FAILED,    /* its own fault: why says what */
	JOB_AGAIN,     /* failed for what may pass: to be done again, not before again_ms */
	JOB_BROKEN     /* the library's or the machine's fault: the import must stop */
};

struct job {
	struct job *next;
	struct folder *folder;    /* NULL: it could not be looked at, and has failed from the start */
	char *path;               /* absolute */
	const char *name;         /* points into path */
	int64_t order;            /* in which the walk found it */
	struct unpacked *from;    /* the archive that it came out of, or NULL; not the job's own */
	bool unpack;              /* take it apart */
	struct unpacked *archive; /* of JOB_UNPACKED */

	enum job_end end;
	struct err why; /* of JOB_FAILED and JOB_BROKEN: without the file's name */
	struct stat st;
	bool linked; /* into staging: st is that of after the link */
	int64_t seen;
	int attempts;
	bool transient;   /* of JOB_FAILED: may pass by itself, later */
	int64_t again_ms; /* of JOB_AGAIN, as time_monotonic_ms() */
	uint8_t sha256[SHA256_BYTES];
	bool damaged;
	struct buf notes; /* of the record, each ended by a newline */
	bool has_audio;
	uint8_t audio[32]; /* of the record */
	char suffix[8];
	int64_t staged_ns; /* as stage_keep() told */
	struct buf record; /* encoded */
	struct item_cover *covers;
	size_t ncovers;
	int64_t members; /* of JOB_IMPORTED */
};

/* What the threads of one import share, all of it read-only or atomic. */
struct job_shared {
	const struct import_options *options;
	const struct config *config;
	struct copy_shared copy;
	pthread_mutex_t big; /* held by the one thread whose file has large tags or covers */
	atomic_int stop;
	atomic_bool asked; /* somebody looks after the next, or has: */
	char lacks[64];    /* what the sandbox of the workers lacks; read it when the threads have ended */
};

/* A job for folder/name (folder is referenced, path copied); NULL when memory is out. */
struct job *job_new(struct folder *folder, const char *path);

/* One that has failed for this reason before it could begin; NULL when memory is out. */
struct job *job_failed(const char *path, const struct err *why);
void job_free(struct job *j); /* NULL is allowed */

/* One attempt to read, copy and understand; fills in everything after `name`.  chunk has COPY_CHUNK bytes. */
void job_do(struct job *j, struct job_shared *shared, struct worker *worker, char *chunk);

#endif
