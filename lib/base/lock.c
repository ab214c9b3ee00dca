/* SPDX-License-Identifier: MIT */
#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>

#include "base/time.h"

static struct flock
range(int64_t byte, enum lock_mode mode)
{
	return (struct flock){
		.l_type = mode == LOCK_EXCLUSIVE ? F_WRLCK : F_RDLCK,
		.l_whence = SEEK_SET,
		.l_start = (off_t)byte,
		.l_len = 1,
	};
}

int64_t
lock_session_byte(int64_t session)
{
	return LOCK_SESSIONS + session;
}

int64_t
lock_schedule_byte(int64_t schedule)
{
	return LOCK_SCHEDULES + schedule % (LOCK_SESSIONS - LOCK_SCHEDULES);
}

enum err_code
lock_take(int fd, int64_t byte, enum lock_mode mode, int wait_ms, struct err *e)
{
	int64_t end = time_monotonic_ms() + wait_ms;
	struct timespec nap = { 0, 5 * 1000 * 1000 };

	for (;;) {
		struct flock l = range(byte, mode);

		if (fcntl(fd, F_OFD_SETLK, &l) == 0)
			return ERR_NONE;
		if (errno != EAGAIN && errno != EACCES && errno != EINTR)
			return err_sys(e, errno, "cannot lock the library");
		if (time_monotonic_ms() >= end)
			return err_set(e, ERR_BUSY, "the library is in use by another process");
		nanosleep(&nap, NULL);
		if (nap.tv_nsec < 50 * 1000 * 1000)
			nap.tv_nsec *= 2;
	}
}

void
lock_release(int fd, int64_t byte)
{
	struct flock l = range(byte, LOCK_SHARED);

	l.l_type = F_UNLCK;
	(void)fcntl(fd, F_OFD_SETLK, &l);
}

int
lock_is_held(int fd, int64_t byte, enum lock_mode mode)
{
	struct flock l = range(byte, mode);

	return fcntl(fd, F_OFD_GETLK, &l) == 0 && l.l_type != F_UNLCK;
}

int
lock_any_session(int fd)
{
	struct flock l = range(LOCK_SESSIONS, LOCK_EXCLUSIVE);

	l.l_len = 0; /* to the end */
	return fcntl(fd, F_OFD_GETLK, &l) == 0 && l.l_type != F_UNLCK;
}
