/* SPDX-License-Identifier: MIT */
/*
 * client.h - start, feed and outlive a media worker
 *
 * A worker is a process of its own (libexec/fonoteca/media-worker), started with
 * posix_spawn, that parses hostile bytes in a sandbox.  One worker serves one
 * thread; a thread that wants to work in parallel starts its own.  It is
 * handed an open descriptor and answers with a struct record.  When it crashes,
 * runs out of its memory limit or does not answer in time it is killed and the
 * call reports that as the file's own error (ERR_FORMAT); the next call
 * starts a fresh one.  It is replaced after 1,000 files anyway.  Where it was late
 * without having computed all the time, the machine or the file's device was slow
 * and not the file to blame: then e->sys is ETIMEDOUT, and another try may do.
 *
 * The caller's message names the file: errors from here hold only the reason.
 */
#ifndef WORKER_CLIENT_H
#define WORKER_CLIENT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "worker/protocol.h"
#include "worker/record.h"
#include "worker/sound.h"

struct worker;

struct worker_limits {
	int timeout_ms;    /* for one file, and 1 more for each 10,000 bytes; 0 = 10,000 */
	long memory_bytes; /* address space; 0 = 512 MiB */
	void (*big)(
	    void *context); /* NULL, or called before an answer of more than 1 MiB is taken in: may wait */
	void *context;
	const atomic_int *stop; /* NULL, or: while it is not 0 calls end soon, with ERR_INTERRUPTED */
};

/* Prepare a worker; the process starts with the first call.  program NULL: the media worker as
 * worker_program() finds it. */
enum err_code worker_new(
    struct worker **w, const char *program, const struct worker_limits *limits, struct err *e);

/* Stop the process and free; NULL is allowed. */
void worker_free(struct worker *w);

/* What is fd?  ERR_NOTAUDIO where it is no audio format that we know.  Fills format, codec where the
 * container tells it, and suffix of a zeroed *r.  The descriptor's offset does not matter and is not moved.
 */
enum err_code worker_sniff(struct worker *w, int fd, struct record *r, struct err *e);

/* Everything: format, properties, tags and covers of fd into a zeroed *r. */
enum err_code worker_read(struct worker *w, int fd, struct record *r, struct err *e);

/* A cue sheet that lies beside the audio, into a zeroed *r: a part for each of its audio tracks, the name
 * that FILE gives in the free tag RECORD_FILE, durations 0 where the next track begins on no or another FILE.
 */
enum err_code worker_cue(struct worker *w, int fd, struct record *r, struct err *e);

/* An .lrc file that lies beside the audio, into a zeroed *r: `lyrics`, the free tag syncedlyrics where it has
 * times, and title, artist and album where it names them. */
enum err_code worker_lyrics(struct worker *w, int fd, struct record *r, struct err *e);

/* What worker_unpack() hands over, in this order: a member; where it is a file, its bytes, and its end, with
 * the reason where it is not whole.  One that returns false stops the unpacking. */
struct worker_sink {
	bool (*member)(
	    void *context, enum protocol_member_kind kind, int64_t mtime, const char *name, size_t len);
	bool (*data)(void *context, const void *bytes, size_t len);
	bool (*end)(void *context, const char *broken); /* NULL: whole */
	void *context;
};

/* The members of the archive fd.  The time limit is for each piece, and nothing is tried twice.
 * ERR_INTERRUPTED where the sink stopped it; ERR_FORMAT where the archive ends before its end, e->sys being
 * that of a read that failed, or 0. */
enum err_code worker_unpack(struct worker *w, int fd, const struct worker_sink *sink, struct err *e);

/* Give fd, which must be open for reading and writing, the tags that *wanted has: its fields, none where it
 * has none, and the free tags that it names, an empty value taking one out.  Other free tags and covers stay;
 * a file without a picture gets the first cover of *wanted, where it has one.
 * What the format cannot hold is left as it was and comes in a zeroed *left.  This is done by a process of
 * its own, which may write to fd alone; after an error fd may hold anything. */
enum err_code worker_write(
    struct worker *w, int fd, const struct record *wanted, struct record *left, struct err *e);

/* How the worker is shut in, for health and tests: "landlock=7 seccomp=1 rlimit_as=536870912"; 0 where the
 * kernel or the build lacks it. */
enum err_code worker_sandbox(struct worker *w, char *text, size_t size, struct err *e);

/* What of it this kernel lacks, as "landlock, seccomp"; "" where nothing.  A sanitizer's build, which can
 * have none of it, lacks nothing. */
enum err_code worker_lacks(struct worker *w, char *text, size_t size, struct err *e);

/* The path of the worker of that name that belongs to this program: what the environment's variable says,
 * else beside the running executable (a build tree), else the installed one.  Malloced; NULL after filling in
 * *e. */
char *worker_program(const char *name, const char *variable, struct err *e);

/* Prepare a sound worker ($FONOTECA_SOUND_WORKER), which comes with lib-analyze; it takes worker_listen()
 * alone. */
enum err_code worker_new_sound(struct worker **w, const struct worker_limits *limits, struct err *e);

/* Decode fd and tell of it what task asks for.  The worker's own limit is a time without progress; that of
 * limits is for all of it. */
enum err_code worker_listen(
    struct worker *w, int fd, const struct sound_task *task, struct sound *s, struct err *e);

#endif
