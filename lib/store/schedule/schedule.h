/* SPDX-License-Identifier: MIT */
/*
 * schedule.h - playlists that are played, exported or told of at set times
 *
 * A schedule belongs to who made it and is named by its public id, "c3".  It is run by lib-sweep of its
 * owner: whoever finds it due takes the turn by a compare-and-swap of its number before anything runs, so
 * that no turn is run twice, however many look; one whose runner died is not run again.
 *
 * What comes more than SCHEDULE_LATE late was missed.  Of missed turns `once` runs one, `all` each (the last
 * SCHEDULE_ALL_MAX of them), `skip` none.
 */
#ifndef STORE_SCHEDULE_SCHEDULE_H
#define STORE_SCHEDULE_SCHEDULE_H

#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"
#include "text/repeat.h"

enum { SCHEDULE_LATE = 15 * 60, SCHEDULE_ALL_MAX = 100, SCHEDULE_KEPT = 30 * 86400 };

enum schedule_action { SCHEDULE_PLAY, SCHEDULE_EXPORT, SCHEDULE_NOTIFY, SCHEDULE_ACTIONS };
enum catch_up { CATCH_UP_ONCE, CATCH_UP_ALL, CATCH_UP_SKIP, CATCH_UPS };

/* "play", "once", ...; the number of words where text is none of them. */
const char *schedule_action_name(enum schedule_action a);
enum schedule_action schedule_action_of(const char *text);
enum catch_up catch_up_of(const char *text);

/* May an export be scheduled into this file?  Only if its name ends as a playlist's does: who can write into
 * a library that is shared can also write schedules into it, and shall not reach other files of its users. */
bool schedule_may_write(const char *path);

struct schedule {
	int64_t id, playlist, owner, created;
	char *name; /* of the playlist, where it was read */
	enum schedule_action action;
	struct repeat when;
	char zone[WALL_ZONE];
	enum catch_up catch_up;
	int64_t turn; /* the next one, -1: there is none */
	int64_t next; /* when it is due, 0: never */
	bool shuffle;
	/* of an export; texts are malloced where it was read */
	char *target, *path, *format, *relative_to, *layout, *fs;
	/* the last run; 0: there was none, it has not ended */
	int64_t started, finished, runs;
	int status;
};
void schedule_free(struct schedule *s); /* release and zero */
void schedules_free(struct schedule *v, size_t n);

/* A new one, its id and owner filled in; dry_run: only these and when it would be due. */
enum err_code schedule_add(struct db *db, struct schedule *s, bool dry_run, struct err *e);

/* Of one playlist, or (0) of all, by when they are due; malloced. */
enum err_code schedule_list(struct db *db, int64_t playlist, struct schedule **v, size_t *n, struct err *e);

/* "c3" of this user: it is no more.  ERR_NOTFOUND, ERR_DENIED. */
enum err_code schedule_cancel(struct db *db, const char *id, bool dry_run, struct err *e);

/* How many of this user's are due. */
enum err_code schedule_count_due(struct db *db, int64_t now, int64_t *n, struct err *e);

/* Take the turn of one that is due: 1 with *s to be run, 0 there is none, -1.  One whose last run still goes
 * on waits for its end: elsewhere, as its lock tells, or here, where running are the ids of what this process
 * has taken.  *missed counts turns that are not run.  What was taken is locked until schedule_ended(). */
int schedule_take(struct db *db, int64_t now, const int64_t *running, size_t nrunning, struct schedule *s,
    int64_t *missed, struct err *e);
enum err_code schedule_ended(struct db *db, const struct schedule *s, int status, struct err *e);

/* Append {"v":1,"type":"schedule",...}. */
void schedule_json(const struct schedule *s, struct buf *out);

/* Append a table: id, next, every, action, playlist, last run, how that ended; times as the clock here shows
 * them where it is aligned, else RFC 3339 UTC. */
void schedule_print(const struct schedule *v, size_t n, bool aligned, char separator, struct buf *out);

#endif
