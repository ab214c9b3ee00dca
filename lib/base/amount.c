/* SPDX-License-Identifier: MIT */
#include "base/amount.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

enum { MINUTE = 60, HOUR = 3600, DAY = 86400 };

const char *
amount_s(int64_t n)
{
	return n == 1 ? "" : "s";
}

const char *
amount_bytes(int64_t bytes, char text[AMOUNT_TEXT])
{
	static const char *const units[] = { "kB", "MB", "GB", "TB", "PB" };
	double n = (double)bytes / 1000;
	size_t unit = 0;

	if (bytes < 1000) {
		snprintf(text, AMOUNT_TEXT, "%" PRId64 " byte%s", bytes, amount_s(bytes));
		return text;
	}
	/* what would be rounded to 1000 of a unit is 1.0 of the next */
	for (; n >= 999.5 && unit + 1 < sizeof units / sizeof units[0]; unit++)
		n /= 1000;
	snprintf(text, AMOUNT_TEXT, "%.*f %s", n < 99.95 ? 1 : 0, n, units[unit]);
	return text;
}

const char *
amount_span(int64_t seconds, char text[AMOUNT_TEXT])
{
	if (seconds < 2 * MINUTE)
		snprintf(text, AMOUNT_TEXT, "%" PRId64 " s", seconds);
	else if (seconds < 2 * HOUR)
		snprintf(text, AMOUNT_TEXT, "%" PRId64 " min", seconds / MINUTE);
	else if (seconds < 2 * DAY)
		snprintf(text, AMOUNT_TEXT, "%" PRId64 " h", seconds / HOUR);
	else
		snprintf(text, AMOUNT_TEXT, "%" PRId64 " days", seconds / DAY);
	return text;
}
