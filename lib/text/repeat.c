/* SPDX-License-Identifier: MIT */
#include "text/repeat.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { REPEAT_MOST = 10000 };

static const struct {
	const char *name;  /* "day"; more of them: "days" */
	const char *other; /* further words, between blanks */
	int seconds;
} units[] = {
	[REPEAT_ONCE] = { "", "", 0 },
	[REPEAT_MINUTE] = { "minute", "min mins m", 60 },
	[REPEAT_HOUR] = { "hour", "h hourly", 3600 },
	[REPEAT_DAY] = { "day", "d daily", 0 },
	[REPEAT_WEEKDAY] = { "weekday", "workday workdays", 0 },
	[REPEAT_WEEK] = { "week", "w weekly", 0 },
	[REPEAT_MONTH] = { "month", "monthly", 0 },
	[REPEAT_YEAR] = { "year", "y yearly", 0 },
};

static bool
is_unit(const char *s, int u)
{
	size_t len = strlen(units[u].name), n;

	if (strncasecmp(s, units[u].name, len) == 0 && (s[len] == '\0' || strcasecmp(s + len, "s") == 0))
		return true;
	for (const char *w = units[u].other; *w != '\0'; w += n + (w[n] == ' ')) {
		n = strcspn(w, " ");
		if (strlen(s) == n && strncasecmp(s, w, n) == 0)
			return true;
	}
	return false;
}

bool
repeat_parse(const char *text, struct repeat *r)
{
	int n = 0;

	if (!isdigit((unsigned char)*text))
		n = 1;
	for (; isdigit((unsigned char)*text); text++)
		if ((n = n * 10 + (*text - '0')) > REPEAT_MOST)
			return false;
	while (*text == ' ')
		text++;
	if (n == 0)
		return false;
	for (int u = REPEAT_MINUTE; u <= REPEAT_YEAR; u++)
		if (is_unit(text, u)) {
			r->unit = (enum repeat_unit)u;
			r->n = n;
			return true;
		}
	return false;
}

void
repeat_format(const struct repeat *r, char text[REPEAT_TEXT])
{
	if (r->n == 1 || r->unit == REPEAT_ONCE)
		snprintf(text, REPEAT_TEXT, "%s", units[r->unit].name);
	else
		snprintf(text, REPEAT_TEXT, "%d %ss", r->n, units[r->unit].name);
}

/* Monday to Friday; what begins on a weekend begins on the Monday after it. */
static void
add_weekdays(struct wall *w, int64_t n)
{
	int day = wall_weekday(w);
	int64_t all;

	if (day > 4) {
		wall_add_days(w, 7 - day);
		day = 0;
	}
	all = day + n;
	wall_add_days(w, all / 5 * 7 + all % 5 - day);
}

int64_t
repeat_at(const struct repeat *r, int64_t k)
{
	struct wall w = r->shown;
	int64_t n = k * r->n;

	switch (r->unit) {
	case REPEAT_ONCE:
	case REPEAT_MINUTE:
	case REPEAT_HOUR:
		return r->first + n * units[r->unit].seconds;
	case REPEAT_DAY:
		wall_add_days(&w, n);
		break;
	case REPEAT_WEEKDAY:
		add_weekdays(&w, n);
		break;
	case REPEAT_WEEK:
		wall_add_days(&w, n * 7);
		break;
	case REPEAT_MONTH:
		wall_add_months(&w, n);
		break;
	case REPEAT_YEAR:
		wall_add_months(&w, n * 12);
		break;
	}
	return k == 0 && r->unit != REPEAT_WEEKDAY ? r->first : wall_instant(&w);
}

int64_t
repeat_after(const struct repeat *r, int64_t k, int64_t instant)
{
	int64_t low = k, step = 1; /* all below low are not later */

	if (r->unit == REPEAT_ONCE)
		return k == 0 && r->first > instant ? 0 : -1;
	while (repeat_at(r, low + step) <= instant && step < INT64_C(1) << 32)
		step *= 2;
	while (step > 0) {
		if (repeat_at(r, low) > instant)
			return low;
		if (repeat_at(r, low + step) <= instant)
			low += step;
		else if (step == 1)
			return low + 1;
		else
			step /= 2;
	}
	return -1;
}
