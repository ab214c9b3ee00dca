/* SPDX-License-Identifier: MIT */
/* Schedules as JSON and as rows of a table. */
#include <stdio.h>
#include <string.h>

#include "base/out.h"
#include "base/time.h"
#include "store/schedule/priv.h"
#include "store/track.h"
#include "text/table.h"

static void
json_bytes_or_none(struct buf *out, const char *key, const char *bytes)
{
	if (bytes != NULL)
		json_bytes(out, key, bytes, strlen(bytes));
}

static void
json_id(struct buf *out, const char *key, char letter, int64_t id)
{
	char text[32];

	snprintf(text, sizeof text, "%c%lld", letter, (long long)id);
	json_text(out, key, text);
}

static void
json_run(const struct schedule *s, struct buf *out)
{
	json_int(out, "runs", s->runs);
	if (s->started == 0)
		return;
	json_object_begin(out, "last");
	json_time(out, "started", s->started);
	if (s->finished != 0) {
		json_time(out, "finished", s->finished);
		json_int(out, "status", s->status);
	}
	json_object_end(out);
}

void
schedule_json(const struct schedule *s, struct buf *out)
{
	char every[REPEAT_TEXT], owner[OWNER_TEXT];

	repeat_format(&s->when, every);
	json_open(out, "schedule");
	if (s->id != 0)
		json_id(out, "id", 'c', s->id);
	json_id(out, "playlist", 'p', s->playlist);
	json_text(out, "name", s->name);
	json_text(out, "owner", owner_name(s->owner, owner));
	json_time(out, "created", s->created);
	json_text(out, "do", schedule_action_name(s->action));
	json_time(out, "at", s->when.first);
	if (*every != '\0')
		json_text(out, "every", every);
	if (s->zone[0] != '\0')
		json_text(out, "zone", s->zone);
	json_text(out, "catch_up", catch_up_name(s->catch_up));
	if (s->shuffle)
		json_bool(out, "shuffle", true);
	if (s->target != NULL)
		json_bytes_or_none(out, s->target, s->path);
	json_bytes_or_none(out, "as", s->format);
	json_bytes_or_none(out, "relative_to", s->relative_to);
	json_bytes_or_none(out, "layout", s->layout);
	json_bytes_or_none(out, "fs", s->fs);
	if (s->next != 0)
		json_time(out, "next_turn", s->next);
	json_run(s, out);
	json_close(out);
}

/* "Sat 2026-11-21 07:00" on the clock here for people, UTC for programs; - for never. */
static void
time_cell(int64_t instant, struct table *t)
{
	static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
	char text[TIME_TEXT + WALL_TEXT] = "-";
	struct wall w;

	if (instant != 0 && t->aligned) {
		wall_of(instant, &w);
		snprintf(text, sizeof text, "%s %04d-%02d-%02d %02d:%02d", days[wall_weekday(&w)], w.year,
		    w.month, w.day, w.hour, w.minute);
	} else if (instant != 0) {
		time_format(instant, text);
	}
	table_text(t, text);
}

/* How the last run ended. */
static void
outcome_cell(const struct schedule *s, struct table *t)
{
	char text[48] = "";

	if (s->started != 0 && s->finished == 0)
		snprintf(text, sizeof text, "not ended");
	else if (s->started != 0 && s->status == 0)
		snprintf(text, sizeof text, "done");
	else if (s->started != 0)
		snprintf(text, sizeof text, "failed (%d)", s->status);
	table_text(t, text);
}

void
schedule_print(const struct schedule *v, size_t n, bool aligned, char separator, struct buf *out)
{
	struct table t = { .out = out, .separator = separator, .aligned = aligned };

	for (size_t i = 0; i < n; i++) {
		char id[32] = "-", every[REPEAT_TEXT];

		if (v[i].id != 0)
			snprintf(id, sizeof id, "c%lld", (long long)v[i].id);
		repeat_format(&v[i].when, every);
		table_text(&t, id);
		time_cell(v[i].next, &t);
		table_text(&t, *every != '\0' ? every : "once");
		table_text(&t, schedule_action_name(v[i].action));
		table_text(&t, v[i].name);
		time_cell(v[i].started, &t);
		outcome_cell(&v[i], &t);
		table_row(&t);
	}
	table_end(&t);
}
