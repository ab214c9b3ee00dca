/* SPDX-License-Identifier: MIT */
/* Health for Prometheus' textfile collector: base units, no timestamps, one HELP and TYPE a metric. */
#include <string.h>

#include "base/out.h"
#include "store/sweep/health_priv.h"

struct page {
	struct buf *out;
	const char *library; /* its path, a label of every sample */
};

static void
begin(struct page *p, const char *name, const char *help)
{
	buf_printf(p->out, "# HELP fonoteca_%s %s\n# TYPE fonoteca_%s gauge\n", name, help, name);
}

/* name="text".  out_printable() leaves no newline and only UTF-8; a backslash and a quote are escaped here.
 */
static void
put_label(struct buf *out, const char *name, const char *text)
{
	struct buf plain = { 0 };

	out_printable(&plain, text, strlen(text));
	buf_printf(out, "%s=\"", name);
	for (size_t i = 0; i < plain.len; i++) {
		if (plain.data[i] == '\\' || plain.data[i] == '"')
			buf_putc(out, '\\');
		buf_putc(out, plain.data[i]);
	}
	buf_putc(out, '"');
	out->failed |= plain.failed;
	buf_free(&plain);
}

/* One sample; key NULL where the library is its only label. */
static void
sample(struct page *p, const char *name, const char *key, const char *value, int64_t n)
{
	buf_printf(p->out, "fonoteca_%s{", name);
	put_label(p->out, "library", p->library);
	if (key != NULL) {
		buf_putc(p->out, ',');
		put_label(p->out, key, value);
	}
	buf_printf(p->out, "} %lld\n", (long long)n);
}

static void
gauge(struct page *p, const char *name, const char *help, int64_t n)
{
	begin(p, name, help);
	sample(p, name, NULL, NULL, n);
}

static void
states(struct page *p, const char *name, const char *help, const int64_t *counts, int n,
    const char *state(int i))
{
	begin(p, name, help);
	for (int i = 0; i < n; i++)
		sample(p, name, "state", state(i), counts[i]);
}

static void
catalogue(struct page *p, const struct health *h)
{
	gauge(p, "schema_version", "Version of the catalogue's tables.", h->schema);
	gauge(p, "tracks", "Tracks in the catalogue.", h->tracks);
	gauge(p, "albums", "Albums that have tracks.", h->albums);
	gauge(p, "artists", "Artists that have tracks.", h->artists);
	gauge(p, "sounds", "Pieces of audio that lib-analyze has heard.", h->sound.sounds);
	gauge(p, "sounds_failed", "Of these, what it could not decode.", h->sound.failed);
	gauge(p, "sounds_damaged", "Of these, what it found damaged.", h->sound.damaged);
	begin(p, "files", "Files of tracks by state.");
	for (int i = 0; i < HEALTH_FILE_STATES; i++)
		sample(p, "files", "state", health_file_state(i), h->files[i].n);
	begin(p, "file_bytes", "Size of the files of tracks by state.");
	for (int i = 0; i < HEALTH_FILE_STATES; i++)
		sample(p, "file_bytes", "state", health_file_state(i), h->files[i].bytes);
}

static void
sessions(struct page *p, const struct health *h)
{
	states(p, "sessions", "Import sessions by state.", h->sessions, HEALTH_SESSION_STATES,
	    health_session_state);
	states(p, "items", "Items of unfinished sessions by state.", h->items, HEALTH_ITEM_STATES,
	    health_item_state);
	gauge(p, "stuck_sessions", "Sessions whose committer died.", h->stuck);
	gauge(p, "silent_holders", "Sessions that are held without a sign of life.", h->nsilent);
	gauge(p, "failed_items", "Items that failed at import within the last 30 days.", h->failed_items);
	if (h->nfailures > 0)
		begin(p, "failed_items_by_reason", "The most frequent of their reasons.");
	for (int i = 0; i < h->nfailures; i++)
		sample(p, "failed_items_by_reason", "reason", h->failures[i].code, h->failures[i].n);
	gauge(p, "oldest_unfinished_session_age_seconds", "Age of the oldest unfinished session.",
	    h->oldest_unfinished != 0 ? health_age(h, h->oldest_unfinished) : 0);
	gauge(p, "sources_leaving", "Sources of moves that are still to be removed.", h->leaving);
	gauge(p, "resting_sources", "Roots of imports that automatic retries leave alone.", h->nresting);
}

static void
storage(struct page *p, const struct health *h)
{
	gauge(p, "free_bytes", "Free space on the library's file system.", h->free_bytes);
	gauge(p, "database_bytes", "Size of the catalogue.", h->database_bytes);
	gauge(p, "wal_bytes", "Size of the catalogue's write-ahead log.", h->wal_bytes);
	gauge(p, "staging_bytes", "Size of what waits for a commit.", h->staging_bytes);
	gauge(p, "lost_covers", "Pictures that are missing or damaged.", h->lost_covers);
	gauge(p, "orphans", "Blobs that nothing names.", h->orphans);
	gauge(p, "orphan_bytes", "Size of the blobs that nothing names.", h->orphan_bytes);
	gauge(p, "trash_files", "Files in the trash.", h->trash);
	gauge(p, "trash_unknown_files", "Files in the trash of which the catalogue has never heard.",
	    h->trash_unknown);
	gauge(p, "trash_bytes", "Size of the trash.", h->trash_bytes);
	gauge(p, "foreign_files", "Entries of blobs that are none of the library's.", h->foreign);
	gauge(p, "blobs", "Blobs that the catalogue names.", h->blobs);
	gauge(p, "verified_blobs", "Blobs that were verified lately.", h->verified);
	gauge(p, "missing_blobs", "Blobs that the catalogue names and that are not there.", h->missing_blobs);
	gauge(p, "wrong_blobs", "Blobs of another size than the catalogue says.", h->wrong_blobs);
	gauge(p, "backups", "Copies of the catalogue.", h->backups.n);
	gauge(p, "backup_bytes", "Size of the copies of the catalogue.", h->backups.bytes);
	if (h->backups.last != 0)
		gauge(p, "backup_last_success_timestamp_seconds", "When the catalogue was last copied.",
		    h->backups.last);
	gauge(p, "unsaved_age_seconds", "Age of the first change that no copy of the catalogue has.",
	    h->backups.unsaved != 0 ? health_age(h, h->backups.unsaved) : 0);
}

static void
runs(struct page *p, const struct health *h)
{
	gauge(p, "schedules", "Schedules of playlists.", h->schedules);
	gauge(p, "schedules_failed", "Schedules whose last run failed.", h->schedules_failed);
	gauge(p, "schedule_late_seconds", "How long the next turn of a schedule is due.",
	    h->next_turn != 0 ? health_age(h, h->next_turn) : 0);
	if (h->nruns == 0)
		return;
	begin(p, "task_last_run_timestamp_seconds", "When each task of lib-sweep last began.");
	for (int i = 0; i < h->nruns; i++)
		sample(p, "task_last_run_timestamp_seconds", "task", h->runs[i].name, h->runs[i].started);
	begin(p, "task_last_run_exit_code", "The status that each task of lib-sweep last ended with.");
	for (int i = 0; i < h->nruns; i++)
		sample(p, "task_last_run_exit_code", "task", h->runs[i].name, h->runs[i].status);
	begin(p, "task_last_success_timestamp_seconds", "When each task of lib-sweep last ended well.");
	for (int i = 0; i < h->nruns; i++)
		sample(
		    p, "task_last_success_timestamp_seconds", "task", h->runs[i].name, h->runs[i].succeeded);
}

void
health_metrics(const char *path, const struct health *h, struct buf *out)
{
	struct page p = { .out = out, .library = path };

	gauge(&p, "health_status", "0 fine, 1 wants attention, 2 broken.",
	    h != NULL ? (int64_t)health_judge(h, NULL) : HEALTH_BROKEN);
	if (h != NULL) {
		catalogue(&p, h);
		sessions(&p, h);
		storage(&p, h);
		runs(&p, h);
	}
}
