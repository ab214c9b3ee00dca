/* SPDX-License-Identifier: MIT */
#include "text/wall.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "text/parse.h"

enum { DAY = 86400 };

/* Days since 1970-01-01 of a day of the Gregorian calendar, months counted from March on. */
static int64_t
days_of(int64_t year, int month, int day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void
day_of(int64_t days, struct wall *w)
{
	time_t t = (time_t)(days * DAY);
	struct tm tm;

	if (gmtime_r(&t, &tm) != NULL) {
		w->year = tm.tm_year + 1900;
		w->month = tm.tm_mon + 1;
		w->day = tm.tm_mday;
	}
}

static int
month_days(int64_t year, int month)
{
	return (int)(days_of(month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1) -
	    days_of(year, month, 1));
}

/* Seconds, were there no zones. */
static int64_t
bare(const struct wall *w)
{
	return days_of(w->year, w->month, w->day) * DAY + w->hour * 3600 + w->minute * 60 + w->second;
}

static int64_t
offset_at(int64_t instant)
{
	time_t t = (time_t)instant;
	struct tm tm;

	return localtime_r(&t, &tm) != NULL ? tm.tm_gmtoff : 0;
}

int64_t
wall_instant(const struct wall *w)
{
	int64_t seconds = bare(w);
	int64_t before = seconds - offset_at(seconds - DAY), after = seconds - offset_at(seconds + DAY);
	bool first = before + offset_at(before) == seconds, second = after + offset_at(after) == seconds;

	if (first && second)
		return before < after ? before : after;
	return second ? after : before; /* left out: as the clock went before */
}

void
wall_of(int64_t instant, struct wall *w)
{
	int64_t seconds = instant + offset_at(instant);
	int64_t days = seconds / DAY - (seconds % DAY < 0), of_day = seconds - days * DAY;

	day_of(days, w);
	w->hour = (int)(of_day / 3600);
	w->minute = (int)(of_day / 60 % 60);
	w->second = (int)(of_day % 60);
}

void
wall_format(const struct wall *w, char text[WALL_TEXT])
{
	snprintf(text, WALL_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d", w->year, w->month, w->day, w->hour,
	    w->minute, w->second);
}

/* Two or four digits. */
static bool
digits(const char **s, int n, int min, int max, int *value)
{
	*value = 0;
	for (int i = 0; i < n; i++) {
		if (!isdigit((unsigned char)**s))
			return false;
		*value = *value * 10 + (*(*s)++ - '0');
	}
	return *value >= min && *value <= max;
}

static bool
skip(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

static bool
read_date(const char **s, struct wall *w)
{
	return digits(s, 4, 1970, 9999, &w->year) && skip(s, '-') && digits(s, 2, 1, 12, &w->month) &&
	    skip(s, '-') && digits(s, 2, 1, month_days(w->year, w->month), &w->day);
}

/* 7:00, 07:00 or 07:00:30. */
static bool
read_clock(const char **s, struct wall *w)
{
	bool short_hour = isdigit((unsigned char)**s) && (*s)[1] == ':';

	w->second = 0;
	return digits(s, short_hour ? 1 : 2, 0, 23, &w->hour) && skip(s, ':') &&
	    digits(s, 2, 0, 59, &w->minute) && (!skip(s, ':') || digits(s, 2, 0, 59, &w->second));
}

/* 7am, 7:30 PM. */
static bool
read_half_day(const char **s, struct wall *w)
{
	size_t n = strspn(*s, "0123456789");

	w->minute = w->second = 0;
	if (n < 1 || n > 2 || !digits(s, (int)n, 1, 12, &w->hour) ||
	    (skip(s, ':') && !digits(s, 2, 0, 59, &w->minute)))
		return false;
	skip(s, ' ');
	if (strcasecmp(*s, "am") != 0 && strcasecmp(*s, "pm") != 0)
		return false;
	w->hour = w->hour % 12 + (strcasecmp(*s, "pm") == 0 ? 12 : 0);
	*s += 2;
	return true;
}

/* A time as people write it, up to the end. */
static bool
read_time(const char *s, struct wall *w)
{
	const char *half = s;

	if (strcasecmp(s, "noon") == 0 || strcasecmp(s, "midnight") == 0) {
		w->hour = strcasecmp(s, "noon") == 0 ? 12 : 0;
		w->minute = w->second = 0;
		return true;
	}
	return (read_clock(&s, w) && *s == '\0') || (read_half_day(&half, w) && *half == '\0');
}

bool
wall_read(const char *text, struct wall *w)
{
	return read_date(&text, w) && skip(&text, 'T') && read_clock(&text, w) && *text == '\0';
}

void
wall_add_days(struct wall *w, int64_t days)
{
	day_of(days_of(w->year, w->month, w->day) + days, w);
}

void
wall_add_months(struct wall *w, int64_t months)
{
	int64_t all = w->year * 12LL + w->month - 1 + months;

	w->year = (int)(all / 12);
	w->month = (int)(all % 12) + 1;
	if (w->day > month_days(w->year, w->month))
		w->day = month_days(w->year, w->month);
}

int
wall_weekday(const struct wall *w)
{
	return (int)((days_of(w->year, w->month, w->day) + 3) % 7); /* 1970-01-01 was a Thursday */
}

/* The name of a zone, or a rule as POSIX writes it; never a path that leads elsewhere. */
static bool
is_zone(const char *name)
{
	if (*name == '\0' || strlen(name) >= WALL_ZONE || strstr(name, "..") != NULL)
		return false;
	for (const char *s = name; *s != '\0'; s++)
		if (!isalnum((unsigned char)*s) && strchr("+-_/,.:<>", *s) == NULL)
			return false;
	return *name != '/' && *name != ':' && *name != '.';
}

void
wall_zone(char name[WALL_ZONE])
{
	static const char database[] = "/usr/share/zoneinfo/";
	const char *tz = getenv("TZ");

	name[0] = '\0';
	if (tz == NULL)
		return;
	tz += *tz == ':';
	if (strncmp(tz, database, sizeof database - 1) == 0)
		tz += sizeof database - 1;
	if (*tz == '\0')
		tz = "UTC"; /* what an empty one means */
	if (is_zone(tz))
		snprintf(name, WALL_ZONE, "%s", tz);
}

void
wall_use_zone(const char *name)
{
	static char *own;
	static bool kept;

	if (!kept) {
		const char *tz = getenv("TZ");

		own = tz != NULL ? strdup(tz) : NULL;
		kept = true;
	}
	if (name == NULL && own != NULL)
		setenv("TZ", own, 1);
	else if (name != NULL && is_zone(name))
		setenv("TZ", name, 1);
	else
		unsetenv("TZ");
	tzset();
}

/* today, tomorrow, or the next day of that name: how many days from w's on; a day of the week may be w's own
 * (0), and then again a week later. */
static bool
read_day(const char **s, const struct wall *w, int *days, int *again)
{
	static const char *const names[] = { "monday", "tuesday", "wednesday", "thursday", "friday",
		"saturday", "sunday" };
	size_t len = 0;

	while (isalpha((unsigned char)(*s)[len]))
		len++;
	*again = 0;
	if ((len == 5 && strncasecmp(*s, "today", 5) == 0) ||
	    (len == 8 && strncasecmp(*s, "tomorrow", 8) == 0)) {
		*days = len == 8;
		*s += len;
		return true;
	}
	for (int i = 0; i < 7; i++)
		if (len >= 3 && len <= strlen(names[i]) && strncasecmp(*s, names[i], len) == 0) {
			*days = (i - wall_weekday(w) + 7) % 7;
			*again = 7;
			*s += len;
			return true;
		}
	return false;
}

/* [DAY] CLOCK in the zone of this process. */
static bool
parse_local(const char *s, int64_t now, int64_t *instant, struct wall *w)
{
	int days = 0, again = 1;

	wall_of(now, w);
	if (!read_time(s, w) && (isalpha((unsigned char)*s) || strchr(s, '-') != NULL)) {
		if (isalpha((unsigned char)*s) ? !read_day(&s, w, &days, &again) : !read_date(&s, w))
			return false;
		again = isdigit((unsigned char)s[-1]) ? 0 : again;
		if (!skip(&s, 'T') && !skip(&s, 't') && !skip(&s, ' '))
			return false;
		while (*s == ' ')
			s++;
	}
	if (!read_time(s, w))
		return false;
	wall_add_days(w, days);
	*instant = wall_instant(w);
	if (again > 0 && *instant <= now) {
		wall_add_days(w, again);
		*instant = wall_instant(w);
	}
	return true;
}

static bool
parse_instant(const char *s, int64_t now, int64_t *instant)
{
	struct when when;
	struct span span;
	char *end;

	if (strcasecmp(s, "now") == 0) {
		*instant = now;
		return true;
	}
	if (*s == '@' && isdigit((unsigned char)s[1])) {
		*instant = strtoll(s + 1, &end, 10);
		return *end == '\0' && *instant < INT64_C(1) << 40;
	}
	if (*s == '+') {
		if (isdigit((unsigned char)s[strlen(s) - 1]) ||
		    !parse_duration(s + 1, strlen(s + 1), 1000, &span) || span.exact < 0 || span.exact > 1e14)
			return false;
		*instant = now + (int64_t)(span.exact / 1000);
		return true;
	}
	if (strchr(s, ':') == NULL || !parse_when(s, strlen(s), now, &when) || when.relative)
		return false;
	*instant = when.from;
	return true;
}

bool
wall_parse(const char *text, int64_t now, int64_t *instant, struct wall *shown)
{
	while (*text == ' ')
		text++;
	if (parse_local(text, now, instant, shown))
		return true;
	if (!parse_instant(text, now, instant))
		return false;
	wall_of(*instant, shown);
	return true;
}
