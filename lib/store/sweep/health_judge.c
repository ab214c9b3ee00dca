/* What is right, what wants attention, what is broken. */
#include <stdio.h>
#include <string.h>

#include "base/amount.h"
#include "base/out.h"
#include "store/sweep/health_priv.h"
#include "store/sweep/sweep.h"

static const char *const file_states[HEALTH_FILE_STATES] = { "ok", "missing", "damaged", "removed" };
static const char *const verdicts[] = { "ok", "attention", "broken" };
enum { MISSING = 1, DAMAGED };
enum { FAILED = 4 };
enum { MINUTE = 60, HOUR = 3600, DAY = 86400 };

const char *
health_verdict_name(enum health_verdict verdict)
{
	return verdicts[verdict];
}

const char *
health_file_state(int i)
{
	return file_states[i];
}

static void
comma(struct buf *why)
{
	if (why->len > 0)
		buf_puts(why, ", ");
}

static bool
count(struct buf *why, int64_t n, const char *one, const char *many)
{
	if (n == 0)
		return false;
	comma(why);
	buf_printf(why, "%lld %s", (long long)n, n == 1 ? one : many);
	return true;
}

static bool
judge_broken(const struct health *h, struct buf *why)
{
	bool broken = h->damage[0] != '\0';

	if (broken)
		buf_printf(why, "the catalogue is damaged (%s)", h->damage);
	broken |= count(why, h->missing_blobs, "blob is missing", "blobs are missing");
	broken |= count(why, h->wrong_blobs, "blob has another size", "blobs have another size");
	if (h->first_bad[0] != '\0')
		buf_printf(why, " (%s)", h->first_bad);
	return broken;
}

static bool
is_beyond(int64_t age, int64_t limit)
{
	return limit > 0 && age > limit;
}

/* Sessions: unfinished for long, and held by who is silent. */
static bool
judge_sessions(const struct health *h, struct buf *why)
{
	int64_t age = h->oldest_unfinished != 0 ? health_age(h, h->oldest_unfinished) : 0;
	bool attention = is_beyond(age, h->limits.session);

	if (attention) {
		comma(why);
		buf_printf(why, "a session is unfinished for %lld days", (long long)(age / DAY));
	}
	for (int i = 0; i < h->nsilent; i++) {
		comma(why);
		buf_printf(why, "session s%lld is held without a sign of life for %lld minutes by ",
		    (long long)h->silent[i].id, (long long)(health_age(h, h->silent[i].beat) / MINUTE));
		out_printable(why, h->silent[i].holder, strlen(h->silent[i].holder));
		attention = true;
	}
	return attention;
}

/* Is it one of the tasks that lib-sweep runs by itself? */
static bool
runs_by_itself(const char *name)
{
	for (int task = 0; task < SWEEP_VERIFY; task++)
		if (strcmp(sweep_name((enum sweep_task)task), name) == 0)
			return true;
	return false;
}

static bool
judge_runs(const struct health *h, struct buf *why)
{
	bool attention = false;

	for (int i = 0; i < h->nruns; i++) {
		int64_t since = h->runs[i].succeeded != 0 ? h->runs[i].succeeded : h->runs[i].started;

		if (!runs_by_itself(h->runs[i].name) || !is_beyond(health_age(h, since), h->limits.sweep))
			continue;
		if (!attention) { /* one reason is enough: mostly all of them wait */
			comma(why);
			buf_printf(why, "lib-sweep %s has not ended well for %lld days", h->runs[i].name,
			    (long long)(health_age(h, since) / DAY));
		}
		attention = true;
	}
	return attention;
}

static bool
judge_limits(const struct health *h, struct buf *why)
{
	int64_t unsaved = h->backups.unsaved != 0 ? health_age(h, h->backups.unsaved) : 0;
	char size[AMOUNT_TEXT];
	bool attention = false;

	if (h->free_bytes < h->limits.free) {
		comma(why);
		buf_printf(why, "%s free", amount_bytes(h->free_bytes, size));
		attention = true;
	}
	if (is_beyond(unsaved, h->limits.backup)) {
		comma(why);
		buf_printf(why, "no copy has the changes of the last %lld days", (long long)(unsaved / DAY));
		attention = true;
	}
	if (h->verified * 100 < h->limits.verified * h->blobs) {
		comma(why);
		buf_printf(why, "%lld %% of the blobs verified within %lld days",
		    (long long)(h->verified * 100 / h->blobs), (long long)(h->limits.verify / DAY));
		attention = true;
	}
	if (h->latest > h->now + HOUR) {
		comma(why);
		buf_printf(why, "the clock is %lld hours behind what the library has seen",
		    (long long)((h->latest - h->now) / HOUR));
		attention = true;
	}
	return attention;
}

enum health_verdict
health_judge(const struct health *h, struct buf *why)
{
	struct buf own = { 0 }, *text = why != NULL ? why : &own;
	bool broken = judge_broken(h, text), attention = false;

	attention |= count(text, h->files[MISSING].n, "file known as missing", "files known as missing");
	attention |= count(text, h->files[DAMAGED].n, "damaged file", "damaged files");
	attention |= count(text, h->lost_covers, "lost picture", "lost pictures");
	attention |= count(text, h->sessions[FAILED], "failed session", "failed sessions");
	attention |= count(text, h->stuck, "stuck session", "stuck sessions");
	attention |= count(text, h->failed_items, "failed item", "failed items");
	attention |= judge_sessions(h, text);
	attention |= judge_runs(h, text);
	attention |= judge_limits(h, text);
	buf_free(&own);
	return broken ? HEALTH_BROKEN : attention ? HEALTH_ATTENTION : HEALTH_OK;
}
