/* SPDX-License-Identifier: MIT */
/*
 * protocol.h - what client and media worker say to each other
 *
 * Over a stream socket: the client sends a request of four bytes, one of the
 * kinds below last, with the file's descriptor beside it (SCM_RIGHTS); the
 * worker answers with a head and that many bytes: an encoded record where the
 * code is ERR_NONE, else a reason.
 *
 * Behind PROTOCOL_WRITE come four bytes more, a length, and an encoded record: the
 * tags that the file is to have, and a cover if it has none.  Its descriptor can be written to.  The answer's
 * record has a value for each field, or free tag, that this format cannot hold as
 * it was wanted.  Only a worker that was started with PROTOCOL_WRITES takes it, and it
 * is for one file.
 *
 * To PROTOCOL_UNPACK the answer is long: before its end come pieces, each a head
 * whose magic ends in one of enum protocol_piece instead of '1', and its bytes.
 * A member begins with PROTOCOL_MEMBER (struct protocol_member and its name); where it is a
 * file its bytes follow, PROTOCOL_DATA by PROTOCOL_DATA, and PROTOCOL_END: with a
 * reason where it is not whole.  The time limit is for each piece.
 */
#ifndef WORKER_PROTOCOL_H
#define WORKER_PROTOCOL_H

#include <limits.h>
#include <stdint.h>
#include <sys/stat.h>

#define PROTOCOL_REQUEST "FMQ" /* and the kind */

enum protocol_kind {
	PROTOCOL_SNIFF = 'S',
	PROTOCOL_READ = 'R',
	PROTOCOL_CUE = 'C',
	PROTOCOL_LYRICS = 'L',
	PROTOCOL_UNPACK = 'U',
	PROTOCOL_WRITE = 'W',
	PROTOCOL_LISTEN =
	    'A', /* to a sound worker: a length and a struct sound_task follow, it answers a struct sound */
	PROTOCOL_SANDBOX = '?'
};

enum protocol_piece { PROTOCOL_MEMBER = 'M', PROTOCOL_DATA = 'D', PROTOCOL_END = 'E' };

enum {
	PROTOCOL_FD = 3,               /* the worker's end of the socket */
	PROTOCOL_REPLY_MAX = 32 << 20, /* bytes after the head; more is the file's error */
	PROTOCOL_PIECE_MAX = 256 << 10,
	PROTOCOL_TEXT_MAX = 8 << 20,   /* of all values of one file */
	PROTOCOL_COVERS_MAX = 20 << 20 /* of all covers of one file; the client holds them twice */
};

struct protocol_head {
	char magic[4]; /* "FMA1" */
	uint32_t code; /* enum err_code; ERR_MEMORY means the worker's own limit */
	uint32_t len;
};

enum protocol_member_kind { MEMBER_FILE, MEMBER_FOLDER, MEMBER_LINK, MEMBER_SPECIAL };

struct protocol_member { /* the name follows, without a NUL: bytes, UTF-8 where the archive tells */
	int64_t mtime;   /* 0 = unknown */
	uint32_t kind;   /* enum protocol_member_kind; a hard link is a link, too */
	uint32_t reserved;
};

/* How long a request may take: a time for the tags, and for the sound, all of which is read, a second for
 * each 10 MB, as the slowest disks need it. */
static inline int
protocol_timeout(int fd, int timeout_ms)
{
	struct stat st;
	int64_t ms = timeout_ms;

	if (fstat(fd, &st) == 0)
		ms += (int64_t)st.st_size / 10000;
	return ms < INT_MAX / 2 ? (int)ms : INT_MAX / 2;
}

/* The worker's command line: media-worker --serve PARENT-PID TIMEOUT-MS MEMORY-BYTES, or, where it may make
 * the file that it is handed as long as FILE-BYTES: media-worker --write PARENT-PID TIMEOUT-MS MEMORY-BYTES
 * FILE-BYTES */
#define PROTOCOL_SERVE  "--serve"
#define PROTOCOL_WRITES "--write"

#endif
