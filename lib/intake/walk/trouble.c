/* SPDX-License-Identifier: MIT */
#include "intake/walk/trouble.h"

#include <errno.h>

enum { FIRST_WAIT_MS = 250 };

/* The device or the network behind it did not do what it should. */
static bool
is_device(int errnum)
{
	switch (errnum) {
	case EIO:
	case ESTALE:
	case ETIMEDOUT:
	case EBUSY:
	case EREMOTEIO:
	case ENXIO:
	case ENODEV:
	case ENOTCONN:
	case ENETDOWN:
	case ENETUNREACH:
	case EHOSTDOWN:
	case EHOSTUNREACH:
		return true;
	default:
		return false;
	}
}

bool
trouble_passes(const struct err *e)
{
	if (e->code == ERR_CHANGED)
		return true;
	return is_device(e->sys) || e->sys == EAGAIN || e->sys == EMFILE || e->sys == ENFILE;
}

/* A reader of tags that was late once more under the same load will hardly be in time at the third try. */
int
trouble_attempts(const struct err *e)
{
	return e->code == ERR_FORMAT ? TROUBLE_ATTEMPTS - 1 : TROUBLE_ATTEMPTS;
}

int
trouble_wait_ms(int attempts)
{
	return FIRST_WAIT_MS << 2 * (attempts - 1);
}

enum rest_class
trouble_class(const struct err *e)
{
	if (e->code == ERR_DENIED)
		return REST_ACCESS;
	return e->code == ERR_IO && is_device(e->sys) ? REST_IO : REST_UNKNOWN;
}
