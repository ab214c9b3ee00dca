/* SPDX-License-Identifier: MIT */
#include "exchange/history/zone.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

/* After 1971 in seconds, and before the year 5000: less is no time at which anybody heard music. */
#define FIRST_SECOND 31536000.0
#define LAST_SECOND  95617584000.0

/* +02:00, -0330, +1 */
static bool
offset(const char *s, int64_t *seconds)
{
	int h = 0, m = 0, n = 0, sign = *s == '-' ? -1 : 1;

	if (*s != '+' && *s != '-')
		return false;
	s++;
	if (sscanf(s, "%2d:%2d%n", &h, &m, &n) != 2 || s[n] != '\0') {
		size_t len = strlen(s);

		if (len == 0 || len > 4 || len == 3 || strspn(s, "0123456789") != len)
			return false;
		h = atoi(s);
		m = len == 4 ? h % 100 : 0;
		h = len == 4 ? h / 100 : h;
	}
	if (h < 0 || h > 14 || m < 0 || m > 59)
		return false;
	*seconds = sign * (h * 3600 + m * 60);
	return true;
}

static bool
zone_exists(const char *name)
{
	const char *dir = getenv("TZDIR");
	char path[512];

	if (*name == '/' || *name == ':' || strstr(name, "..") != NULL)
		return false;
	snprintf(path, sizeof path, "%s/%s", dir != NULL && *dir != '\0' ? dir : "/usr/share/zoneinfo", name);
	return isupper((unsigned char)*name) && access(path, R_OK) == 0;
}

enum err_code
zone_read(struct zone *z, const char *text, struct err *e)
{
	struct zone found = { .given = true };

	if (strlen(text) >= sizeof found.name)
		return err_set(e, ERR_USAGE, "there is no time zone '%s'", text);
	strcpy(found.name, text);
	if (strcasecmp(text, "UTC") == 0 || strcasecmp(text, "Z") == 0) {
		found.fixed = true;
	} else if (offset(text, &found.ahead)) {
		found.fixed = true;
	} else if (strcmp(text, "local") == 0) {
		const char *set = getenv("TZ");

		if (set != NULL && *set != '\0' && strlen(set) < sizeof found.name)
			strcpy(found.name, set);
	} else {
		if (!zone_exists(text))
			return err_set(e, ERR_USAGE,
			    "there is no time zone '%s': give a name such as Europe/Berlin, +02:00, UTC or "
			    "local",
			    text);
		if (setenv("TZ", text, 1) != 0)
			return err_memory(e);
		tzset();
	}
	*z = found;
	return ERR_NONE;
}

int64_t
zone_instant(const struct zone *z, int64_t shown)
{
	time_t t = (time_t)shown;
	struct tm tm;

	if (z->fixed)
		return shown - z->ahead;
	if (gmtime_r(&t, &tm) == NULL)
		return shown;
	tm.tm_isdst = -1;
	t = mktime(&tm);
	return t == (time_t)-1 ? shown : (int64_t)t;
}

bool
time_of_number(double n, int64_t *seconds)
{
	if (!(n >= FIRST_SECOND) || n >= LAST_SECOND * 1000)
		return false;
	*seconds = (int64_t)(n >= LAST_SECOND ? n / 1000 : n);
	return true;
}

/* 2006-01-02[T 15:04[:05[.123]][Z|+01:00]] */
static bool
year_first(const char *s, struct tm *tm, int *exact_s, bool *told, int64_t *ahead)
{
	int n = 0, m = 0;

	if (sscanf(s, "%4d-%2d-%2d%*1[T ]%2d:%2d%n", &tm->tm_year, &tm->tm_mon, &tm->tm_mday, &tm->tm_hour,
		&tm->tm_min, &n) != 5 ||
	    n == 0)
		return false;
	s += n;
	*exact_s = 60;
	if (sscanf(s, ":%2d%n", &tm->tm_sec, &m) == 1) {
		*exact_s = 1;
		s += m;
		if (*s == '.')
			s += 1 + strspn(s + 1, "0123456789");
	}
	s += strspn(s, " ");
	tm->tm_mon--;
	*told = *s != '\0';
	*ahead = 0;
	return *s == '\0' || strcasecmp(s, "Z") == 0 || strcasecmp(s, "UTC") == 0 || offset(s, ahead);
}

/* 02 Jan 2006[,] 15:04 */
static bool
day_first(const char *s, struct tm *tm)
{
	static const char *const months[] = { "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep",
		"oct", "nov", "dec" };
	char month[12];
	int n = 0;

	if (sscanf(s, "%2d %11[A-Za-z] %4d%*[, ]%2d:%2d%n", &tm->tm_mday, month, &tm->tm_year, &tm->tm_hour,
		&tm->tm_min, &n) != 5 ||
	    n == 0 || s[n] != '\0')
		return false;
	for (tm->tm_mon = 0; tm->tm_mon < 12; tm->tm_mon++)
		if (strncasecmp(month, months[tm->tm_mon], 3) == 0)
			return true;
	return false;
}

static bool
is_number(const char *s)
{
	size_t n = strspn(s, "0123456789.");

	return n > 0 && s[n + strspn(s + n, " ")] == '\0';
}

bool
time_read(const char *s, int64_t *seconds, int *exact_s, bool *told)
{
	struct tm tm = { 0 }, back;
	int64_t ahead = 0;
	time_t t;

	s += strspn(s, " ");
	if (is_number(s)) {
		*exact_s = 1;
		*told = true;
		return time_of_number(strtod(s, NULL), seconds);
	}
	if (!year_first(s, &tm, exact_s, told, &ahead)) {
		tm = (struct tm){ 0 };
		if (!day_first(s, &tm))
			return false;
		*exact_s = 60;
		*told = false;
		ahead = 0;
	}
	tm.tm_year -= 1900;
	back = tm;
	t = timegm(&back);
	/* the 31st of February is no day */
	if (back.tm_mday != tm.tm_mday || back.tm_hour != tm.tm_hour || back.tm_min != tm.tm_min ||
	    t < (time_t)FIRST_SECOND || t >= (time_t)LAST_SECOND)
		return false;
	*seconds = (int64_t)t - ahead;
	return true;
}
