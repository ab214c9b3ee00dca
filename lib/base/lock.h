/* SPDX-License-Identifier: MIT */
/*
 * lock.h - the library's one lock file: OFD byte-range locks
 *
 * Byte 0 is the library, byte 1 the sweep at work, byte 2 the analysis, bytes 100 to 999 schedules whose
 * program runs (schedule N is byte 100 + N mod 900), byte 1000 + N session N.  The
 * locks belong to the open file description, so they die with their process
 * however it ends, and none is ever orphaned.  Order everywhere: session,
 * library, SQLite.
 */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

#include <stdint.h>

#include "base/err.h"

enum lock_mode { LOCK_SHARED, LOCK_EXCLUSIVE };

enum { LOCK_LIBRARY = 0, LOCK_SWEEP = 1, LOCK_SOUND = 2, LOCK_SCHEDULES = 100, LOCK_SESSIONS = 1000 };

/* The byte of a session, of a schedule. */
int64_t lock_session_byte(int64_t session);
int64_t lock_schedule_byte(int64_t schedule);

/* Take a byte of fd within wait_ms (0: at once or not at all): ERR_BUSY where somebody else holds it. */
enum err_code lock_take(int fd, int64_t byte, enum lock_mode mode, int wait_ms, struct err *e);

void lock_release(int fd, int64_t byte);

/* Does another open file description hold the byte in a way that conflicts with mode? */
int lock_is_held(int fd, int64_t byte, enum lock_mode mode);

/* Is anybody at work on any session? */
int lock_any_session(int fd);

#endif
