/* Health in words and in JSON. */
#include <stdio.h>
#include <string.h>

#include "base/out.h"
#include "base/time.h"
#include "store/sweep/health.h"

static const char *const file_states[HEALTH_FILE_STATES] = { "ok", "missing", "damaged", "removed" };
static const char *const session_states[HEALTH_SESSION_STATES] = { "staging", "staged", "committing",
	"committed", "failed", "rejected", "expired" };
static const char *const verdicts[] = { "ok", "attention", "broken" };
enum { OK, MISSING, DAMAGED };
enum { FAILED = 4 };

static bool
add_why(struct buf *why, int64_t n, const char *one, const char *many)
{
	if (n == 0)
		return false;
	if (why != NULL)
		buf_printf(why, "%s%lld %s", why->len > 0 ? ", " : "", (long long)n, n == 1 ? one : many);
	return true;
}

enum health_verdict
health_judge(const struct health *h, struct buf *why)
{
	bool broken = false, attention = false;

	if (h->damage[0] != '\0') {
		broken = true;
		if (why != NULL)
			buf_printf(why, "the catalogue is damaged (%s)", h->damage);
	}
	broken |= add_why(why, h->missing_blobs, "blob is missing", "blobs are missing");
	broken |= add_why(why, h->wrong_blobs, "blob has another size", "blobs have another size");
	if (why != NULL && h->first_bad[0] != '\0')
		buf_printf(why, " (%s)", h->first_bad);
	attention |= add_why(why, h->files[MISSING].n, "file known as missing", "files known as missing");
	attention |= add_why(why, h->files[DAMAGED].n, "damaged file", "damaged files");
	attention |= add_why(why, h->sessions[FAILED], "failed session", "failed sessions");
	attention |= add_why(why, h->stuck, "stuck session", "stuck sessions");
	attention |= add_why(why, h->failed_items, "failed item", "failed items");
	return broken ? HEALTH_BROKEN : attention ? HEALTH_ATTENTION : HEALTH_OK;
}

static void
line(struct buf *out, const char *name)
{
	buf_printf(out, "%-18s", name);
}

static void
count_line(struct buf *out, const char *name, int64_t n, int64_t bytes)
{
	line(out, name);
	buf_printf(out, "%lld, %lld bytes\n", (long long)n, (long long)bytes);
}

void
health_text(const struct db *db, const struct health *h, struct buf *out)
{
	char when[TIME_TEXT];
	struct buf why = { 0 };
	enum health_verdict verdict = health_judge(h, &why);

	line(out, "health");
	buf_printf(out, "%s%s%s\n", verdicts[verdict], why.len > 0 ? ": " : "", why.len > 0 ? why.data : "");
	out->failed |= why.failed;
	buf_free(&why);
	line(out, "library");
	out_escape(out, db_path(db), strlen(db_path(db)));
	buf_printf(out, "\n%-18s%d\n%-18s%lld tracks, %lld albums, %lld artists\n", "schema", h->schema,
	    "catalogue", (long long)h->tracks, (long long)h->albums, (long long)h->artists);
	for (int i = 0; i < HEALTH_FILE_STATES; i++) {
		char name[32];

		snprintf(name, sizeof name, "files %s", file_states[i]);
		if (i == OK || h->files[i].n > 0)
			count_line(out, name, h->files[i].n, h->files[i].bytes);
	}
	line(out, "sessions");
	for (int i = 0; i < HEALTH_SESSION_STATES; i++)
		buf_printf(out, "%s%lld %s", i > 0 ? ", " : "", (long long)h->sessions[i], session_states[i]);
	buf_printf(out, "\n%-18s%lld\n%-18s%lld\n", "stuck sessions", (long long)h->stuck, "failed items",
	    (long long)h->failed_items);
	line(out, "oldest unfinished");
	buf_printf(out, "%s\n", h->oldest_unfinished != 0 ? time_format(h->oldest_unfinished, when) : "none");
	count_line(out, "orphans", h->orphans, h->orphan_bytes);
	count_line(out, "trash", h->trash, h->trash_bytes);
	buf_printf(out, "%-18s%lld\n%-18s%lld bytes\n", "foreign in blobs", (long long)h->foreign,
	    "free space", (long long)h->free_bytes);
	for (int i = 0; i < h->nruns; i++) {
		line(out, i == 0 ? "last runs" : "");
		buf_printf(out, "%s %s, status %d\n", time_format(h->runs[i].started, when), h->runs[i].name,
		    h->runs[i].status);
	}
	if (h->nruns == 0) {
		line(out, "last runs");
		buf_puts(out, "never\n");
	}
	for (int i = 0; i < h->nresting; i++) {
		line(out, i == 0 ? "resting" : "");
		buf_printf(out, "%s until %s: %s\n", h->resting[i].root,
		    time_format(h->resting[i].until, when), h->resting[i].reason);
	}
}

static void
pair_json(struct buf *out, const char *key, const char *n_name, int64_t n, int64_t bytes)
{
	json_object_begin(out, key);
	json_int(out, n_name, n);
	json_int(out, "bytes", bytes);
	json_object_end(out);
}

void
health_json(const struct db *db, const struct health *h, struct buf *out)
{
	struct buf why = { 0 };

	json_open(out, "health");
	json_text(out, "status", verdicts[health_judge(h, &why)]);
	if (why.len > 0)
		json_text(out, "reason", why.data);
	out->failed |= why.failed;
	buf_free(&why);
	json_bytes(out, "library", db_path(db), strlen(db_path(db)));
	json_int(out, "schema", h->schema);
	json_int(out, "tracks", h->tracks);
	json_int(out, "albums", h->albums);
	json_int(out, "artists", h->artists);
	json_object_begin(out, "files");
	for (int i = 0; i < HEALTH_FILE_STATES; i++)
		pair_json(out, file_states[i], "count", h->files[i].n, h->files[i].bytes);
	json_object_end(out);
	json_object_begin(out, "sessions");
	for (int i = 0; i < HEALTH_SESSION_STATES; i++)
		json_int(out, session_states[i], h->sessions[i]);
	json_object_end(out);
	json_int(out, "stuck_sessions", h->stuck);
	json_int(out, "failed_items", h->failed_items);
	if (h->oldest_unfinished != 0)
		json_time(out, "oldest_unfinished", h->oldest_unfinished);
	json_int(out, "free_bytes", h->free_bytes);
	pair_json(out, "orphans", "count", h->orphans, h->orphan_bytes);
	pair_json(out, "trash", "count", h->trash, h->trash_bytes);
	json_int(out, "foreign", h->foreign);
	json_int(out, "missing_blobs", h->missing_blobs);
	json_int(out, "wrong_blobs", h->wrong_blobs);
	if (h->damage[0] != '\0')
		json_text(out, "damage", h->damage);
	json_array_begin(out, "runs");
	for (int i = 0; i < h->nruns; i++) {
		json_object_begin(out, NULL);
		json_text(out, "task", h->runs[i].name);
		json_time(out, "started", h->runs[i].started);
		json_int(out, "status", h->runs[i].status);
		json_object_end(out);
	}
	json_array_end(out);
	json_array_begin(out, "resting");
	for (int i = 0; i < h->nresting; i++) {
		json_object_begin(out, NULL);
		json_text(out, "root", h->resting[i].root);
		json_time(out, "until", h->resting[i].until);
		json_text(out, "reason", h->resting[i].reason);
		json_object_end(out);
	}
	json_array_end(out);
	json_close(out);
}
