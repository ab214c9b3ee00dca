/* SPDX-License-Identifier: MIT */
#include "text/parse.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum { NUMBER_MAX = 32 };

/* A decimal at s: its value, half of its last digit's weight, its length; 0 where there is none. */
static size_t
decimal(const char *s, size_t len, double *value, double *half)
{
	char text[NUMBER_MAX];
	size_t n = 0, digits = 0;
	bool point = false;

	*half = 0.5;
	while (n < len && n < NUMBER_MAX - 1) {
		char c = s[n];

		if (isdigit((unsigned char)c)) {
			digits++;
			if (point)
				*half /= 10;
		} else if (c == '.' && !point && n + 1 < len && isdigit((unsigned char)s[n + 1])) {
			point = true;
		} else if (!(n == 0 && (c == '-' || c == '+'))) {
			break;
		}
		n++;
	}
	if (digits == 0 || digits > 18)
		return 0;
	memcpy(text, s, n);
	text[n] = '\0';
	*value = strtod(text, NULL);
	return n;
}

static bool
is_word(const char *s, size_t len, const char *word)
{
	return strlen(word) == len && strncasecmp(s, word, len) == 0;
}

static void
set_span(struct span *v, double value, double half, double unit)
{
	v->exact = value * unit;
	v->lo = v->exact - half * unit;
	v->hi = v->exact + half * unit;
}

/* decimal followed by one of the units {"name", factor}. */
struct unit {
	const char *name;
	double factor;
};

static bool
with_unit(const char *s, size_t len, const struct unit *units, struct span *v)
{
	double value, half;
	size_t n = decimal(s, len, &value, &half);

	if (n == 0)
		return false;
	for (const struct unit *u = units; u->name != NULL; u++) {
		if (!is_word(s + n, len - n, u->name))
			continue;
		set_span(v, value, half, u->factor);
		return true;
	}
	return false;
}

bool
parse_number(const char *s, size_t len, struct span *v)
{
	static const struct unit units[] = { { "", 1 }, { "k", 1e3 }, { "M", 1e6 }, { NULL, 0 } };

	return with_unit(s, len, units, v);
}

bool
parse_size(const char *s, size_t len, struct span *v)
{
	static const struct unit units[] = { { "", 1 }, { "b", 1 }, { "k", 1024 }, { "kib", 1024 },
		{ "kb", 1e3 }, { "M", 1048576 }, { "MiB", 1048576 }, { "MB", 1e6 }, { "G", 1073741824 },
		{ "GiB", 1073741824 }, { "GB", 1e9 }, { "T", 1099511627776 }, { "TiB", 1099511627776 },
		{ "TB", 1e12 }, { NULL, 0 } };

	return with_unit(s, len, units, v);
}

bool
parse_rate(const char *s, int64_t *rate)
{
	struct span v;

	if (!parse_size(s, strlen(s), &v) || v.exact < 1 || v.exact > 1e15)
		return false;
	*rate = (int64_t)v.exact;
	return true;
}

/* 4:30, 1:02:03 */
static bool
clock_duration(const char *s, size_t len, struct span *v)
{
	double total = 0, value, half = 0.5;
	size_t i = 0;
	int parts = 0;

	while (i < len) {
		size_t n = decimal(s + i, len - i, &value, &half);

		if (n == 0 || !isdigit((unsigned char)s[i]) || (parts > 0 && value >= 60) || ++parts > 3)
			return false;
		total = total * 60 + value;
		i += n;
		if (i < len && (s[i] != ':' || ++i == len))
			return false;
	}
	if (parts < 2)
		return false;
	v->exact = v->lo = total * 1000; /* players cut the second off, they do not round it */
	v->hi = (total + 2 * half) * 1000;
	return true;
}

bool
parse_duration(const char *s, size_t len, double unit, struct span *v)
{
	static const struct unit units[] = { { "ms", 1 }, { "s", 1e3 }, { "sec", 1e3 }, { "secs", 1e3 },
		{ "second", 1e3 }, { "seconds", 1e3 }, { "m", 6e4 }, { "min", 6e4 }, { "mins", 6e4 },
		{ "minute", 6e4 }, { "minutes", 6e4 }, { "h", 3.6e6 }, { "hour", 3.6e6 }, { "hours", 3.6e6 },
		{ "d", 8.64e7 }, { "day", 8.64e7 }, { "days", 8.64e7 }, { NULL, 0 } };
	const struct unit plain[] = { { "", unit }, { NULL, 0 } };
	double total = 0;
	struct span part = { 0 };
	size_t i = 0;

	if (clock_duration(s, len, v) || with_unit(s, len, plain, v))
		return true;
	while (i < len) { /* 1h30m20s */
		size_t n = 0;

		while (i + n < len && !isalpha((unsigned char)s[i + n]))
			n++;
		while (i + n < len && isalpha((unsigned char)s[i + n]))
			n++;
		if (!with_unit(s + i, n, units, &part))
			return false;
		total += part.exact;
		i += n;
	}
	if (len == 0)
		return false;
	v->exact = total;
	v->lo = total - (part.exact - part.lo);
	v->hi = total + (part.hi - part.exact);
	return true;
}

/* Up to digits digits at *s. */
static bool
take(const char **s, const char *end, int digits, int min, int max, int *value)
{
	int n = 0;

	*value = 0;
	while (n < digits && *s < end && isdigit((unsigned char)**s)) {
		*value = *value * 10 + (**s - '0');
		(*s)++;
		n++;
	}
	return n == digits && *value >= min && *value <= max;
}

static bool
take_char(const char **s, const char *end, char c)
{
	if (*s == end || **s != c)
		return false;
	(*s)++;
	return true;
}

enum precision { YEAR = 1, MONTH, DAY, HOUR, MINUTE, SECOND };

/* An ISO prefix: its fields, how precise it is, and its zone. */
struct iso {
	struct tm tm;
	enum precision precision;
	bool zoned;
	int zone; /* seconds east */
};

static bool
take_zone(const char **s, const char *end, struct iso *d)
{
	int hours, minutes, sign;

	if (*s == end)
		return true;
	d->zoned = true;
	if (take_char(s, end, 'Z') || take_char(s, end, 'z'))
		return *s == end;
	sign = **s == '-' ? -1 : 1;
	if (!take_char(s, end, '-') && !take_char(s, end, '+'))
		return false;
	if (!take(s, end, 2, 0, 14, &hours))
		return false;
	take_char(s, end, ':');
	if (!take(s, end, 2, 0, 59, &minutes))
		return false;
	d->zone = sign * (hours * 3600 + minutes * 60);
	return *s == end;
}

static int
month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

static bool
parse_iso(const char *s, size_t len, struct iso *d)
{
	const char *end = s + len;
	int year, month = 1, day = 1, value;

	*d = (struct iso){ .precision = YEAR, .tm = { .tm_mday = 1, .tm_isdst = -1 } };
	if (!take(&s, end, 4, 0, 9999, &year))
		return false;
	d->tm.tm_year = year - 1900;
	if (s == end)
		return true;
	if (!take_char(&s, end, '-') || !take(&s, end, 2, 1, 12, &month))
		return false;
	d->tm.tm_mon = month - 1;
	d->precision = MONTH;
	if (s == end)
		return true;
	if (!take_char(&s, end, '-') || !take(&s, end, 2, 1, month_days(year, month), &day))
		return false;
	d->tm.tm_mday = day;
	d->precision = DAY;
	if (s == end)
		return true;
	if ((!take_char(&s, end, 'T') && !take_char(&s, end, 't') && !take_char(&s, end, ' ')) ||
	    !take(&s, end, 2, 0, 23, &value))
		return false;
	d->tm.tm_hour = value;
	d->precision = HOUR;
	if (take_char(&s, end, ':')) {
		if (!take(&s, end, 2, 0, 59, &value))
			return false;
		d->tm.tm_min = value;
		d->precision = MINUTE;
		if (take_char(&s, end, ':')) {
			if (!take(&s, end, 2, 0, 59, &value))
				return false;
			d->tm.tm_sec = value;
			d->precision = SECOND;
		}
	}
	return take_zone(&s, end, d);
}

static int64_t
instant(const struct iso *d)
{
	struct tm tm = d->tm;

	return d->zoned ? (int64_t)timegm(&tm) - d->zone : (int64_t)mktime(&tm);
}

static void
iso_span(const struct iso *d, struct when *w)
{
	struct iso next = *d;

	switch (d->precision) {
	case YEAR:
		next.tm.tm_year++;
		break;
	case MONTH:
		next.tm.tm_mon++;
		break;
	case DAY:
		next.tm.tm_mday++;
		break;
	case HOUR:
		next.tm.tm_hour++;
		break;
	case MINUTE:
		next.tm.tm_min++;
		break;
	case SECOND:
		next.tm.tm_sec++;
		break;
	}
	*w = (struct when){ .from = instant(d), .to = instant(&next) };
}

/* The day that is `back` days ago, local time. */
static void
day_span(int64_t now, int back, struct when *w)
{
	time_t t = (time_t)now;
	struct iso d = { .precision = DAY };

	localtime_r(&t, &d.tm);
	d.tm.tm_mday -= back;
	d.tm.tm_hour = d.tm.tm_min = d.tm.tm_sec = 0;
	d.tm.tm_isdst = -1;
	iso_span(&d, w);
}

/* this week, last_month, last-year: local time, weeks from Monday on. */
static bool
named_span(const char *s, size_t len, int64_t now, struct when *w, enum precision *precision)
{
	bool last = len > 5 && strncasecmp(s, "last", 4) == 0;
	bool named = last || (len > 5 && strncasecmp(s, "this", 4) == 0);
	time_t t = (time_t)now;
	struct iso d = { .precision = DAY }, next;
	int days = 0;

	if (!named || (s[4] != '_' && s[4] != '-' && s[4] != ' '))
		return false;
	localtime_r(&t, &d.tm);
	d.tm.tm_hour = d.tm.tm_min = d.tm.tm_sec = 0;
	d.tm.tm_isdst = -1;
	s += 5;
	len -= 5;
	if (is_word(s, len, "week")) {
		d.tm.tm_mday -= (d.tm.tm_wday + 6) % 7 + (last ? 7 : 0);
		days = 7;
	} else if (is_word(s, len, "month")) {
		d.precision = MONTH;
		d.tm.tm_mday = 1;
		d.tm.tm_mon -= last;
	} else if (is_word(s, len, "year")) {
		d.precision = YEAR;
		d.tm.tm_mday = 1;
		d.tm.tm_mon = 0;
		d.tm.tm_year -= last;
	} else {
		return false;
	}
	iso_span(&d, w);
	next = d;
	next.tm.tm_mday += days;
	if (days > 0)
		w->to = instant(&next);
	*precision = d.precision;
	return true;
}

/* How long ago: 2w, -3m, 14days. */
static bool
ago(const char *s, size_t len, int64_t now, struct when *w)
{
	static const struct {
		const char *names;
		int seconds, months;
	} units[] = {
		{ "s sec secs second seconds", 1, 0 },
		{ "min mins minute minutes", 60, 0 },
		{ "h hour hours", 3600, 0 },
		{ "d day days", 86400, 0 },
		{ "w week weeks", 7 * 86400, 0 },
		{ "m month months", 0, 1 },
		{ "y year years", 0, 12 },
	};
	bool sign = len > 0 && *s == '-';
	size_t i = sign, n = 0;
	int64_t count = 0;

	while (i < len && isdigit((unsigned char)s[i]) && n++ < 6)
		count = count * 10 + (s[i++] - '0');
	if (n == 0 || n > 5 || i == len)
		return false;
	for (size_t u = 0; u < sizeof units / sizeof units[0]; u++) {
		for (const char *name = units[u].names; *name != '\0';) {
			size_t length = strcspn(name, " ");

			if (length == len - i && strncasecmp(name, s + i, length) == 0) {
				time_t t = (time_t)now;
				struct tm tm;

				localtime_r(&t, &tm);
				if (units[u].months > 0) {
					int month = tm.tm_mon - (int)(count * units[u].months % 12);
					int year = tm.tm_year - (int)(count * units[u].months / 12);

					year -= month < 0;
					month += month < 0 ? 12 : 0;
					if (tm.tm_mday > month_days(year + 1900, month + 1))
						tm.tm_mday = month_days(year + 1900, month + 1);
					tm.tm_mon = month;
					tm.tm_year = year;
					tm.tm_isdst = -1;
					now = (int64_t)mktime(&tm);
				}
				now -= count * units[u].seconds;
				*w = (struct when){ now, now, true, !sign };
				return true;
			}
			name += length + (name[length] == ' ');
		}
	}
	return false;
}

bool
parse_when(const char *s, size_t len, int64_t now, struct when *w)
{
	enum precision precision;
	struct iso d;

	if (is_word(s, len, "today") || is_word(s, len, "yesterday")) {
		day_span(now, is_word(s, len, "yesterday"), w);
		return true;
	}
	if (is_word(s, len, "now")) {
		*w = (struct when){ now, now, true, false };
		return true;
	}
	if (named_span(s, len, now, w, &precision))
		return true;
	if (!parse_iso(s, len, &d))
		return ago(s, len, now, w);
	iso_span(&d, w);
	return true;
}

bool
parse_date(const char *s, size_t len, int64_t now, char date[11], bool *relative, bool *age)
{
	static const char *const formats[] = { [YEAR] = "%Y", [MONTH] = "%Y-%m", [DAY] = "%Y-%m-%d" };
	enum precision precision = DAY;
	struct iso d;
	struct when w;
	time_t t;
	struct tm tm;

	*relative = *age = false;
	if (parse_iso(s, len, &d)) {
		if (d.precision > DAY)
			return false;
		memcpy(date, s, len);
		date[len] = '\0';
		return true;
	}
	if (named_span(s, len, now, &w, &precision) ? precision == DAY : !parse_when(s, len, now, &w))
		return false; /* a week is no prefix of dates */
	*relative = w.relative;
	*age = w.age;
	t = (time_t)w.from;
	localtime_r(&t, &tm);
	return strftime(date, 11, formats[precision], &tm) > 0;
}
