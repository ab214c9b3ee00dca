/* SPDX-License-Identifier: MIT */
/*
 * err.h - the error object, and the one table of exit statuses
 *
 * The caller owns a struct err, zeroed before use.  A library function that
 * can fail returns ERR_NONE, or a code after filling in *e; its out parameters
 * are then untouched and nothing new is left open.  Iterators named _next
 * return 1 for a row, 0 at the end and -1 after filling in *e.  The library
 * never prints and never exits: base/cli prints e->msg, once, in a command.
 *
 * Messages are lower case without a full stop, name the thing and the reason
 * in the user's words, and may hold any bytes of a file's name: cli escapes
 * control bytes when it prints.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum err_code {
	ERR_NONE = 0,
	ERR_NOMATCH,     /* nothing found, nothing to do                 1 */
	ERR_USAGE,       /* the command line or a query is wrong         2 */
	ERR_PARTIAL,     /* done, but some operands failed               3 */
	ERR_ATTENTION,   /* damage found, or health wants a look         3 */
	ERR_BUSY,        /* somebody else holds it: try again later     75 */
	ERR_MEMORY,      /* out of memory                                4 */
	ERR_IO,          /* a device or file failed: may pass            4 */
	ERR_SPACE,       /* ENOSPC, EDQUOT, EROFS of the library         4 */
	ERR_DENIED,      /* permission                                   4 */
	ERR_NOTFOUND,    /* a thing that was named does not exist        4 */
	ERR_EXISTS,      /* a thing that must be new exists              4 */
	ERR_FORMAT,      /* bytes or text that do not parse              4 */
	ERR_NOTAUDIO,    /* a file that holds no audio we know           4 */
	ERR_CHANGED,     /* a source changed while it was read           4 */
	ERR_STATE,       /* not allowed in the state it is in, or too new 4 */
	ERR_LIBRARY,     /* missing, not ours or broken                  4 */
	ERR_INTERRUPTED, /* SIGINT or SIGTERM: stopped cleanly             */
	ERR_BUG          /* cannot happen                                4 */
};

struct err {
	enum err_code code;
	int sys; /* errno behind it, or 0 */
	char msg[1024];
};

/* Fill in e and return code. */
enum err_code err_set(struct err *e, enum err_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The same from an errno: the code follows from it and ": reason" is added. */
enum err_code err_sys(struct err *e, int errnum, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* The reason of an errno alone, where the caller names the thing apart. */
enum err_code err_reason(struct err *e, int errnum);

enum err_code err_memory(struct err *e);

/* Put "text: " before the message of an e that is set. */
enum err_code err_context(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Short upper-case name, as it stands in JSON ("NOT_AUDIO", "NO_SPACE"). */
const char *err_name(enum err_code code);

/* The exit status of the suite's table for code. */
int err_status(enum err_code code);

/* Of two exit statuses the one that a command must end with: 2, 4, 75, 3, 1. */
int err_worse(int a, int b);

#endif
