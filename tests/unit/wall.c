/* SPDX-License-Identifier: MIT */
/* What clocks show: zones whose clocks are changed by an hour, by half of one, by a day; times that people
 * type; things that happen again. */
#include "text/repeat.h"

#include "unit.h"

static int64_t
instant_of(const char *zone, const char *shown)
{
	struct wall w;

	wall_use_zone(zone);
	CHECK(wall_read(shown, &w));
	return wall_instant(&w);
}

static void
changes_of_the_clock(void)
{
	/* left out: as far behind the change */
	CHECK(instant_of("America/New_York", "2026-03-08T01:59:59") == 1772953199);
	CHECK(instant_of("America/New_York", "2026-03-08T02:30:00") == 1772953200 + 1800);
	CHECK(instant_of("America/New_York", "2026-03-08T03:30:00") == 1772953200 + 1800);
	/* shown twice: the first */
	CHECK(instant_of("America/New_York", "2026-11-01T01:30:00") == 1793511000);
	CHECK(instant_of("America/New_York", "2026-11-01T00:30:00") == 1793511000 - 3600);
	CHECK(instant_of("America/New_York", "2026-11-01T02:00:00") == 1793511000 + 5400);
	CHECK(instant_of("Europe/Berlin", "2026-03-29T02:00:00") == 1774746000);
	CHECK(instant_of("Europe/Berlin", "2026-10-25T02:59:59") == 1792889999);
	CHECK(instant_of("Europe/Berlin", "2026-10-25T03:00:00") == 1792893600);
	/* half an hour; a day that never was */
	CHECK(instant_of("Australia/Lord_Howe", "2026-10-04T02:15:00") == 1791041400 + 900);
	CHECK(instant_of("Pacific/Apia", "2011-12-30T12:00:00") ==
	    instant_of("Pacific/Apia", "2011-12-31T12:00:00"));
	CHECK(instant_of("UTC", "2026-02-28T12:00:00") == 1772280000);
}

/* The clock shows an instant, and what it shows is that instant, or the first one like it. */
static void
there_and_back(void)
{
	static const char *const zones[] = { "UTC", "America/New_York", "Europe/Berlin",
		"Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu", "America/St_Johns",
		"Africa/Casablanca" };

	for (size_t z = 0; z < sizeof zones / sizeof zones[0]; z++) {
		wall_use_zone(zones[z]);
		for (int64_t t = 1300000000; t < 1900000000; t += 1234567 / 100 * 37) {
			struct wall w, again;
			int64_t back;
			char text[WALL_TEXT], other[WALL_TEXT];

			wall_of(t, &w);
			back = wall_instant(&w);
			wall_of(back, &again);
			wall_format(&w, text);
			wall_format(&again, other);
			CHECK(back <= t && back > t - 7201 && strcmp(text, other) == 0);
		}
	}
}

static int64_t
parsed(const char *text, int64_t now)
{
	struct wall w;
	int64_t t;

	return wall_parse(text, now, &t, &w) ? t : -1;
}

static void
what_people_type(void)
{
	const int64_t now = 1772368496; /* Sunday, 2026-03-01 13:34:56 in Berlin */
	const int64_t today = 1772319600;

	wall_use_zone("Europe/Berlin");
	CHECK(parsed("14:00", now) == today + 14 * 3600);
	CHECK(parsed("7:00", now) == today + (24 + 7) * 3600);
	CHECK(parsed("07:00:30", now) == today + (24 + 7) * 3600 + 30);
	CHECK(parsed("7am", now) == today + (24 + 7) * 3600);
	CHECK(parsed("7:30 PM", now) == today + 19 * 3600 + 1800);
	CHECK(parsed("12am", now) == today + 24 * 3600 && parsed("12pm", now) == today + 36 * 3600);
	CHECK(parsed("noon", now) == today + 36 * 3600 && parsed("midnight", now) == today + 24 * 3600);
	CHECK(parsed("tomorrow noon", now) == today + 36 * 3600 &&
	    parsed("fri 6pm", now) == today + (5 * 24 + 18) * 3600);
	CHECK(parsed("today 07:00", now) == today + 7 * 3600);
	CHECK(parsed("Tomorrow 07:00", now) == today + (24 + 7) * 3600);
	CHECK(parsed("sun 14:00", now) == today + 14 * 3600);
	CHECK(parsed("sunday 13:00", now) == today + (7 * 24 + 13) * 3600);
	CHECK(parsed("mon 13:00", now) == today + (24 + 13) * 3600);
	CHECK(parsed("2026-03-01 12:00", now) == today + 12 * 3600);
	CHECK(parsed("2026-03-01T12:00Z", now) == today + 13 * 3600);
	CHECK(parsed("2026-03-01T12:00:00-05:00", now) == today + 18 * 3600);
	CHECK(parsed("+30min", now) == now + 1800);
	CHECK(parsed("+1h30m", now) == now + 5400);
	CHECK(parsed("@5", now) == 5);
	CHECK(parsed("now", now) == now);
	for (const char *const *bad = (const char *const[]){ "", "7", "24:00", "7:60", "2026-02-29 07:00",
		 "2026-03-01", "tomorrow", "13pm", "0am", "7 xm", "noonish", "someday 7:00", "yesterday",
		 "2w", "+", "+5", "+-5min", "@", "@x", "7:00 tomorrow", "7:00x", "2026-03-01T12:00Zx",
		 "su 7:00", "+99999999999999h", "2026-13-01 00:00", NULL };
	     *bad != NULL; bad++)
		CHECK(parsed(*bad, now) == -1);
}

static int64_t
nth(const char *zone, const char *shown, const char *every, int64_t k)
{
	struct repeat r = { 0 };

	r.first = instant_of(zone, shown);
	CHECK(wall_read(shown, &r.shown));
	CHECK(*every == '\0' || repeat_parse(every, &r));
	/* the first that is later than the one before is it */
	if (k > 0)
		CHECK(repeat_after(&r, 0, repeat_at(&r, k) - 1) == k);
	CHECK(*every == '\0' || repeat_after(&r, 0, repeat_at(&r, k)) == k + 1);
	return repeat_at(&r, k);
}

#define IS(zone, from, every, k, shown) CHECK(nth(zone, from, every, k) == instant_of(zone, shown))

static void
again_and_again(void)
{
	IS("Europe/Berlin", "2026-03-27T02:30:00", "day", 1, "2026-03-28T02:30:00");
	IS("Europe/Berlin", "2026-03-27T02:30:00", "day", 2, "2026-03-29T03:30:00"); /* left out */
	IS("Europe/Berlin", "2026-03-27T02:30:00", "daily", 3, "2026-03-30T02:30:00");
	IS("Europe/Berlin", "2026-10-24T02:30:00", "1 day", 1, "2026-10-25T02:30:00");
	IS("Europe/Berlin", "2026-03-28T07:00:00", "week", 30, "2026-10-24T07:00:00");
	IS("UTC", "2026-01-31T07:00:00", "month", 1, "2026-02-28T07:00:00");
	IS("UTC", "2026-01-31T07:00:00", "monthly", 2, "2026-03-31T07:00:00");
	IS("UTC", "2024-02-29T07:00:00", "year", 1, "2025-02-28T07:00:00");
	IS("UTC", "2024-02-29T07:00:00", "years", 4, "2028-02-29T07:00:00");
	IS("UTC", "2026-11-20T07:00:00", "weekday", 1, "2026-11-23T07:00:00"); /* a Friday */
	IS("UTC", "2026-11-21T07:00:00", "weekdays", 0, "2026-11-23T07:00:00");
	IS("UTC", "2026-11-18T07:00:00", "3weekdays", 4, "2026-12-04T07:00:00");
	IS("UTC", "2026-11-18T07:00:00", "2 weeks", 5, "2027-01-27T07:00:00");
	/* hours pass, whatever the clock shows */
	CHECK(nth("Europe/Berlin", "2026-03-29T01:30:00", "hour", 1) ==
	    instant_of("Europe/Berlin", "2026-03-29T03:30:00"));
	CHECK(nth("Europe/Berlin", "2026-10-25T02:30:00", "90min", 2) ==
	    instant_of("Europe/Berlin", "2026-10-25T02:30:00") + 3 * 3600);
	/* a day that never was: both turns fall on one instant, and one of them is the later */
	CHECK(nth("Pacific/Apia", "2011-12-29T12:00:00", "day", 3) ==
	    instant_of("Pacific/Apia", "2012-01-01T12:00:00"));
}

static void
periods(void)
{
	struct repeat r;
	char text[REPEAT_TEXT];

	for (const char *const *bad = (const char *const[]){ "", "0 days", "-1day", "dayz", "fortnight",
		 "10001 days", "99999999999999999999d", "1.5h", "day day", NULL };
	     *bad != NULL; bad++)
		CHECK(!repeat_parse(*bad, &r));
	CHECK(repeat_parse("14d", &r));
	repeat_format(&r, text);
	CHECK(strcmp(text, "14 days") == 0);
	CHECK(repeat_parse("Weekly", &r));
	repeat_format(&r, text);
	CHECK(strcmp(text, "week") == 0 && repeat_parse(text, &r));
}

static void
zones(void)
{
	char name[WALL_ZONE];

	setenv("TZ", "Europe/Berlin", 1);
	wall_zone(name);
	CHECK(strcmp(name, "Europe/Berlin") == 0);
	setenv("TZ", ":/usr/share/zoneinfo/Asia/Tokyo", 1);
	wall_zone(name);
	CHECK(strcmp(name, "Asia/Tokyo") == 0);
	setenv("TZ", "<+0330>-3:30", 1);
	wall_zone(name);
	CHECK(strcmp(name, "<+0330>-3:30") == 0);
	for (const char *const *other =
		 (const char *const[]){ ":/etc/localtime", "/etc/passwd", "../../etc/passwd", NULL };
	     *other != NULL; other++) {
		setenv("TZ", *other, 1);
		wall_zone(name);
		CHECK(name[0] == '\0');
	}
	unsetenv("TZ");
	wall_zone(name);
	CHECK(name[0] == '\0');
}

int
main(void)
{
	if (access("/usr/share/zoneinfo/Pacific/Apia", R_OK) != 0) {
		fprintf(stderr, "there is no database of time zones\n");
		return 77;
	}
	unsetenv("TZ");
	changes_of_the_clock();
	there_and_back();
	what_people_type();
	again_and_again();
	periods();
	zones();
	return unit_end("wall");
}
