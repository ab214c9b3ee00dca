/* SPDX-License-Identifier: MIT */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int status;
} table[] = {
	[ERR_NONE] = { "OK", 0 },
	[ERR_NOMATCH] = { "NOTHING_FOUND", 1 },
	[ERR_USAGE] = { "USAGE", 2 },
	[ERR_PARTIAL] = { "PARTIAL", 3 },
	[ERR_ATTENTION] = { "ATTENTION", 3 },
	[ERR_BUSY] = { "BUSY", 75 },
	[ERR_MEMORY] = { "NO_MEMORY", 4 },
	[ERR_IO] = { "IO", 4 },
	[ERR_SPACE] = { "NO_SPACE", 4 },
	[ERR_DENIED] = { "DENIED", 4 },
	[ERR_NOTFOUND] = { "NOT_FOUND", 4 },
	[ERR_EXISTS] = { "EXISTS", 4 },
	[ERR_FORMAT] = { "MALFORMED", 4 },
	[ERR_NOTAUDIO] = { "NOT_AUDIO", 4 },
	[ERR_CHANGED] = { "CHANGED", 4 },
	[ERR_STATE] = { "WRONG_STATE", 4 },
	[ERR_LIBRARY] = { "LIBRARY", 4 },
	[ERR_INTERRUPTED] = { "INTERRUPTED", 4 },
	[ERR_BUG] = { "BUG", 4 },
};

static enum err_code
code_of_errno(int errnum)
{
	switch (errnum) {
	case ENOMEM:
		return ERR_MEMORY;
	case ENOSPC:
	case EDQUOT:
	case EROFS:
		return ERR_SPACE;
	case EACCES:
	case EPERM:
		return ERR_DENIED;
	case ENOENT:
	case ENOTDIR:
		return ERR_NOTFOUND;
	case EEXIST:
	case ENOTEMPTY:
		return ERR_EXISTS;
	default:
		return ERR_IO;
	}
}

enum err_code
err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	e->code = code;
	e->sys = 0;
	va_start(ap, fmt);
	vsnprintf(e->msg, sizeof e->msg, fmt, ap);
	va_end(ap);
	return code;
}

enum err_code
err_sys(struct err *e, int errnum, const char *fmt, ...)
{
	char reason[128];
	size_t len;
	va_list ap;

	e->code = code_of_errno(errnum);
	e->sys = errnum;
	va_start(ap, fmt);
	vsnprintf(e->msg, sizeof e->msg, fmt, ap);
	va_end(ap);
	len = strlen(e->msg);
	/* GNU strerror_r: may or may not use the buffer, never fails */
	snprintf(e->msg + len, sizeof e->msg - len, ": %s", strerror_r(errnum, reason, sizeof reason));
	return e->code;
}

enum err_code
err_reason(struct err *e, int errnum)
{
	char reason[128];

	e->code = code_of_errno(errnum);
	e->sys = errnum;
	snprintf(e->msg, sizeof e->msg, "%s", strerror_r(errnum, reason, sizeof reason));
	return e->code;
}

enum err_code
err_memory(struct err *e)
{
	e->code = ERR_MEMORY;
	e->sys = ENOMEM;
	memcpy(e->msg, "out of memory", sizeof "out of memory");
	return ERR_MEMORY;
}

enum err_code
err_context(struct err *e, const char *fmt, ...)
{
	char old[sizeof e->msg];
	size_t len;
	va_list ap;

	memcpy(old, e->msg, sizeof old);
	va_start(ap, fmt);
	vsnprintf(e->msg, sizeof e->msg, fmt, ap);
	va_end(ap);
	len = strlen(e->msg);
	snprintf(e->msg + len, sizeof e->msg - len, ": %.*s", (int)sizeof old - 1, old);
	return e->code;
}

const char *
err_name(enum err_code code)
{
	if ((unsigned)code >= sizeof table / sizeof table[0])
		return "BUG";
	return table[code].name;
}

int
err_status(enum err_code code)
{
	if ((unsigned)code >= sizeof table / sizeof table[0])
		return 4;
	return table[code].status;
}

int
err_worse(int a, int b)
{
	static const int order[] = { 2, 4, 75, 3, 1, 0 };

	for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return 4;
}
