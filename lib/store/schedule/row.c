/* SPDX-License-Identifier: MIT */
/* Schedules as rows of their table. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "store/schedule/priv.h"

static const char *const actions[SCHEDULE_ACTIONS] = { "play", "export", "notify" };
static const char *const catch_ups[CATCH_UPS] = { "once", "all", "skip" };

/* The place of text in a list of n words, or n. */
static int
place_of(const char *const *words, int n, const char *text)
{
	int i = 0;

	while (i < n && strcmp(words[i], text) != 0)
		i++;
	return i;
}

const char *
schedule_action_name(enum schedule_action a)
{
	return actions[a];
}

enum schedule_action
schedule_action_of(const char *text)
{
	return (enum schedule_action)place_of(actions, SCHEDULE_ACTIONS, text);
}

const char *
catch_up_name(enum catch_up c)
{
	return catch_ups[c];
}

enum catch_up
catch_up_of(const char *text)
{
	return (enum catch_up)place_of(catch_ups, CATCH_UPS, text);
}

bool
schedule_may_write(const char *path)
{
	static const char *const suffixes[] = { ".m3u8", ".m3u", ".pls", ".xspf", ".jspf" };
	const char *dot = strrchr(path_base(path), '.');

	for (size_t i = 0; dot != NULL && i < sizeof suffixes / sizeof suffixes[0]; i++)
		if (strcasecmp(dot, suffixes[i]) == 0)
			return true;
	return false;
}

void
schedule_free(struct schedule *s)
{
	free(s->name);
	free(s->target);
	free(s->path);
	free(s->format);
	free(s->relative_to);
	free(s->layout);
	free(s->fs);
	*s = (struct schedule){ 0 };
}

void
schedules_free(struct schedule *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		schedule_free(&v[i]);
	free(v);
}

int64_t
schedule_at(const struct schedule *s, int64_t k)
{
	int64_t at;

	wall_use_zone(s->zone);
	at = repeat_at(&s->when, k);
	wall_use_zone(NULL);
	return at;
}

int64_t
schedule_after(const struct schedule *s, int64_t k, int64_t instant)
{
	int64_t turn;

	wall_use_zone(s->zone);
	turn = repeat_after(&s->when, k, instant);
	wall_use_zone(NULL);
	return turn;
}

enum {
	COL_ID,
	COL_PLAYLIST,
	COL_OWNER,
	COL_CREATED,
	COL_NAME,
	COL_ACTION,
	COL_FIRST,
	COL_SHOWN,
	COL_ZONE,
	COL_EVERY,
	COL_CATCH_UP,
	COL_TURN,
	COL_SHUFFLE,
	COL_TARGET,
	COL_PATH,
	COL_FORMAT,
	COL_RELATIVE_TO,
	COL_LAYOUT,
	COL_FS,
	COL_STARTED,
	COL_FINISHED,
	COL_STATUS,
	COL_RUNS
};

static const char *
text_of(sqlite3_stmt *st, int col)
{
	const char *text = (const char *)sqlite3_column_text(st, col);

	return text != NULL ? text : "";
}

/* A column's bytes, malloced and NUL-terminated; NULL stays NULL. */
static bool
take(sqlite3_stmt *st, int col, char **out)
{
	const void *bytes = sqlite3_column_blob(st, col);

	if (sqlite3_column_type(st, col) == SQLITE_NULL)
		return true;
	*out = strndup(bytes != NULL ? bytes : "", (size_t)sqlite3_column_bytes(st, col));
	return *out != NULL;
}

static bool
take_texts(sqlite3_stmt *st, struct schedule *s)
{
	return take(st, COL_NAME, &s->name) && take(st, COL_TARGET, &s->target) &&
	    take(st, COL_PATH, &s->path) && take(st, COL_FORMAT, &s->format) &&
	    take(st, COL_RELATIVE_TO, &s->relative_to) && take(st, COL_LAYOUT, &s->layout) &&
	    take(st, COL_FS, &s->fs);
}

enum err_code
schedule_row(sqlite3_stmt *st, struct schedule *s, struct err *e)
{
	const char *every = text_of(st, COL_EVERY), *zone = text_of(st, COL_ZONE);

	s->id = sqlite3_column_int64(st, COL_ID);
	s->playlist = sqlite3_column_int64(st, COL_PLAYLIST);
	s->owner = sqlite3_column_int64(st, COL_OWNER);
	s->created = sqlite3_column_int64(st, COL_CREATED);
	s->action = schedule_action_of(text_of(st, COL_ACTION));
	s->catch_up = catch_up_of(text_of(st, COL_CATCH_UP));
	s->when.first = sqlite3_column_int64(st, COL_FIRST);
	s->shuffle = sqlite3_column_int(st, COL_SHUFFLE) != 0;
	s->started = sqlite3_column_int64(st, COL_STARTED);
	s->finished = sqlite3_column_int64(st, COL_FINISHED);
	s->status = sqlite3_column_int(st, COL_STATUS);
	s->runs = sqlite3_column_int64(st, COL_RUNS);
	s->turn = sqlite3_column_type(st, COL_TURN) == SQLITE_NULL ? -1 : sqlite3_column_int64(st, COL_TURN);
	if (!wall_read(text_of(st, COL_SHOWN), &s->when.shown) ||
	    (*every != '\0' && !repeat_parse(every, &s->when)) || strlen(zone) >= sizeof s->zone)
		return err_set(e, ERR_LIBRARY, "schedule c%lld is not one", (long long)s->id);
	memcpy(s->zone, zone, strlen(zone) + 1);
	if (!take_texts(st, s))
		return err_memory(e);
	s->next = s->turn < 0 ? 0 : schedule_at(s, s->turn);
	return ERR_NONE;
}

enum err_code
schedule_rows(struct db *db, sqlite3_stmt *st, struct schedule **v, size_t *n, struct err *e)
{
	struct schedule *all = NULL;
	size_t count = 0;

	while (sql_step(db, st, e) > 0) {
		struct schedule *more = realloc(all, (count + 1) * sizeof *more);

		if (more == NULL) {
			err_memory(e);
			break;
		}
		all = more;
		all[count] = (struct schedule){ 0 };
		if (schedule_row(st, &all[count++], e) != ERR_NONE)
			break;
	}
	sql_done(st);
	if (e->code != ERR_NONE) {
		schedules_free(all, count);
		return e->code;
	}
	*v = all;
	*n = count;
	return ERR_NONE;
}
