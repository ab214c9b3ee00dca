/* SPDX-License-Identifier: MIT */
/* Health as one JSON object. */
#include <stdio.h>
#include <string.h>

#include "base/out.h"
#include "store/sweep/health_priv.h"

static void
pair(struct buf *out, const char *key, int64_t n, int64_t bytes)
{
	json_object_begin(out, key);
	json_int(out, "count", n);
	json_int(out, "bytes", bytes);
	json_object_end(out);
}

/* An instant that may not have come yet, and how long ago it was. */
static void
instant(const struct health *h, struct buf *out, const char *key, int64_t at)
{
	char age[48];

	if (at == 0)
		return;
	snprintf(age, sizeof age, "%s_age_ms", key);
	json_time(out, key, at);
	json_int(out, age, health_age(h, at) * 1000);
}

static void
states(struct buf *out, const char *key, const int64_t *counts, int n, const char *state(int i))
{
	json_object_begin(out, key);
	for (int i = 0; i < n; i++)
		json_int(out, state(i), counts[i]);
	json_object_end(out);
}

static void
catalogue(const struct db *db, const struct health *h, struct buf *out)
{
	json_bytes(out, "library", db_path(db), strlen(db_path(db)));
	json_text(out, "version", VERSION);
	json_int(out, "schema", h->schema);
	json_int(out, "tracks", h->tracks);
	json_int(out, "albums", h->albums);
	json_int(out, "artists", h->artists);
	json_object_begin(out, "sounds");
	json_int(out, "analysed", h->sound.sounds);
	json_int(out, "in_part", h->sound.waiting);
	json_int(out, "failed", h->sound.failed);
	json_int(out, "damaged", h->sound.damaged);
	json_object_end(out);
	json_object_begin(out, "files");
	for (int i = 0; i < HEALTH_FILE_STATES; i++)
		pair(out, health_file_state(i), h->files[i].n, h->files[i].bytes);
	json_object_end(out);
}

/* An array of n objects, each as one() has it. */
static void
list(const struct health *h, struct buf *out, const char *key, int n,
    void one(const struct health *h, int i, struct buf *out))
{
	json_array_begin(out, key);
	for (int i = 0; i < n; i++) {
		json_object_begin(out, NULL);
		one(h, i, out);
		json_object_end(out);
	}
	json_array_end(out);
}

/* "s3", "c3" */
static void
id(struct buf *out, const char *key, char kind, int64_t n)
{
	char text[24];

	snprintf(text, sizeof text, "%c%lld", kind, (long long)n);
	json_text(out, key, text);
}

static void
failure(const struct health *h, int i, struct buf *out)
{
	json_text(out, "code", h->failures[i].code);
	json_int(out, "count", h->failures[i].n);
}

static void
silent(const struct health *h, int i, struct buf *out)
{
	id(out, "session", 's', h->silent[i].id);
	json_text(out, "holder", h->silent[i].holder);
	instant(h, out, "heartbeat", h->silent[i].beat);
}

static void
run(const struct health *h, int i, struct buf *out)
{
	json_text(out, "task", h->runs[i].name);
	json_time(out, "started", h->runs[i].started);
	instant(h, out, "succeeded", h->runs[i].succeeded);
	json_int(out, "status", h->runs[i].status);
}

static void
resting(const struct health *h, int i, struct buf *out)
{
	json_text(out, "root", h->resting[i].root);
	json_time(out, "until", h->resting[i].until);
	json_int(out, "left_ms", (h->resting[i].until - h->now) * 1000);
	json_text(out, "reason", h->resting[i].reason);
}

static void
failed_schedule(const struct health *h, int i, struct buf *out)
{
	id(out, "schedule", 'c', h->failed_schedules[i].id);
	json_text(out, "what", h->failed_schedules[i].what);
	instant(h, out, "at", h->failed_schedules[i].at);
	if (h->failed_schedules[i].status != HEALTH_CUT_SHORT)
		json_int(out, "status", h->failed_schedules[i].status);
}

static void
sessions(const struct health *h, struct buf *out)
{
	states(out, "sessions", h->sessions, HEALTH_SESSION_STATES, health_session_state);
	states(out, "items", h->items, HEALTH_ITEM_STATES, health_item_state);
	json_int(out, "stuck_sessions", h->stuck);
	json_int(out, "failed_items", h->failed_items);
	list(h, out, "failed_by_reason", h->nfailures, failure);
	instant(h, out, "oldest_unfinished", h->oldest_unfinished);
	list(h, out, "silent", h->nsilent, silent);
	json_int(out, "leaving", h->leaving);
	json_int(out, "lost_covers", h->lost_covers);
}

static void
storage(const struct health *h, struct buf *out)
{
	json_int(out, "free_bytes", h->free_bytes);
	json_int(out, "database_bytes", h->database_bytes);
	json_int(out, "wal_bytes", h->wal_bytes);
	json_int(out, "staging_bytes", h->staging_bytes);
	pair(out, "orphans", h->orphans, h->orphan_bytes);
	pair(out, "trash", h->trash, h->trash_bytes);
	json_int(out, "trash_unknown", h->trash_unknown);
	pair(out, "copies", h->backups.n, h->backups.bytes);
	instant(h, out, "last_copy", h->backups.last);
	instant(h, out, "unsaved_since", h->backups.unsaved);
	json_int(out, "foreign", h->foreign);
	json_int(out, "missing_blobs", h->missing_blobs);
	json_int(out, "wrong_blobs", h->wrong_blobs);
	json_int(out, "blobs", h->blobs);
	json_int(out, "verified_blobs", h->verified);
	if (h->blobs > 0)
		json_double(out, "verified_share", (double)h->verified / (double)h->blobs);
	instant(h, out, "oldest_check", h->oldest_check);
	if (h->damage[0] != '\0')
		json_text(out, "damage", h->damage);
}

static void
schedules(const struct health *h, struct buf *out)
{
	json_int(out, "schedules", h->schedules);
	if (h->next_turn != 0)
		json_time(out, "next_turn", h->next_turn);
	list(h, out, "failed_schedules", h->nfailed_schedules, failed_schedule);
}

static void
add_reason(void *context, const char *what, const char *advice)
{
	json_object_begin(context, NULL);
	json_text(context, "what", what);
	json_text(context, "advice", advice);
	json_object_end(context);
}

void
health_json(const struct db *db, const struct health *h, struct buf *out)
{
	struct buf why = { 0 };

	json_open(out, "health");
	json_text(out, "status", health_verdict_name(health_judge(h, &why)));
	if (why.len > 0)
		json_text(out, "reason", why.data);
	out->failed |= why.failed;
	buf_free(&why);
	json_array_begin(out, "reasons");
	(void)health_reasons(h, add_reason, out);
	json_array_end(out);
	json_time(out, "at", h->now);
	catalogue(db, h, out);
	sessions(h, out);
	storage(h, out);
	list(h, out, "runs", h->nruns, run);
	list(h, out, "resting", h->nresting, resting);
	schedules(h, out);
	json_close(out);
}
