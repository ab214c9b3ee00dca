/* SPDX-License-Identifier: MIT */
#include "base/time.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int64_t
time_now(void)
{
	const char *set = getenv("FONOTECA_NOW");
	struct timespec ts;

	if (set != NULL && *set != '\0') {
		char *end;
		long long n;

		errno = 0;
		n = strtoll(set, &end, 10);
		if (*end == '\0' && errno == 0)
			return n;
	}
	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec;
}

int64_t
time_monotonic_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

struct timespec
time_in_ms(int64_t ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += (long)(ms % 1000) * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	return t;
}

const char *
time_format(int64_t seconds, char text[TIME_TEXT])
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL || strftime(text, TIME_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		snprintf(text, TIME_TEXT, "@%lld", (long long)seconds);
	return text;
}

const char *
time_length(int64_t ms, char text[TIME_TEXT])
{
	long long s = (long long)ms / 1000;

	if (s >= 3600)
		snprintf(text, TIME_TEXT, "%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
	else
		snprintf(text, TIME_TEXT, "%lld:%02lld", s / 60, s % 60);
	return text;
}
