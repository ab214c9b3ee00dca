/* SPDX-License-Identifier: MIT */
/* What is right, what wants attention, what is broken. */
#include <stdarg.h>
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
enum { HOUR = 3600 };

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

/* Who is told, and what was found so far. */
struct judge {
	health_reason_fn *reason;
	void *context;
	bool attention;
};

static void __attribute__((format(printf, 3, 4)))
say(struct judge *j, const char *advice, const char *format, ...)
{
	struct buf what = { 0 };
	va_list ap;

	va_start(ap, format);
	buf_vprintf(&what, format, ap);
	va_end(ap);
	j->attention = true;
	if (j->reason != NULL)
		j->reason(j->context, what.failed ? "no memory" : what.data, advice);
	buf_free(&what);
}

static void
count(struct judge *j, int64_t n, const char *one, const char *many, const char *advice)
{
	if (n > 0)
		say(j, advice, "%lld %s", (long long)n, n == 1 ? one : many);
}

static void
judge_broken(struct judge *j, const struct health *h)
{
	static const char *const fetch =
	    "lib-sweep repair fetches what is lost again, with --from DIR from a mirror or a backup";
	char first[sizeof h->first_bad + 4] = "";

	if (h->damage[0] != '\0')
		say(j, "lib-sweep restore FILE goes back to a copy of it, lib-sweep rebuild makes it anew",
		    "the catalogue is damaged (%s)", h->damage);
	if (h->first_bad[0] != '\0')
		snprintf(first, sizeof first, " (%s)", h->first_bad);
	if (h->missing_blobs > 0)
		say(j, fetch, "%lld %s%s", (long long)h->missing_blobs,
		    h->missing_blobs == 1 ? "blob is missing" : "blobs are missing",
		    h->wrong_blobs == 0 ? first : "");
	if (h->wrong_blobs > 0)
		say(j, fetch, "%lld %s%s", (long long)h->wrong_blobs,
		    h->wrong_blobs == 1 ? "blob has another size" : "blobs have another size", first);
}

static void
judge_known(struct judge *j, const struct health *h)
{
	static const char *const mend =
	    "lib-search is:missing and is:damaged list the tracks, lib-sweep repair "
	    "fetches what is lost again, with --from DIR from a mirror or a backup";

	count(j, h->files[MISSING].n, "missing file", "missing files", mend);
	count(j, h->files[DAMAGED].n, "damaged file", "damaged files", mend);
	count(j, h->trash_unknown, "file in trash/ that the catalogue has never heard of",
	    "files in trash/ that the catalogue has never heard of",
	    "lib-sweep rebuild takes in what is music, lib-sweep --grace 0 trash lets go of the rest, as a "
	    "year does");
	count(j, h->lost_covers, "lost cover", "lost covers",
	    "lib-sweep repair takes covers out of the audio again, or fetches them from beside it");
}

static bool
is_beyond(int64_t age, int64_t limit)
{
	return limit > 0 && age > limit;
}

/* Sessions: failed, unfinished for long, and held by who is silent. */
static void
judge_sessions(struct judge *j, const struct health *h)
{
	int64_t age = h->oldest_unfinished != 0 ? health_age(h, h->oldest_unfinished) : 0;
	char span[AMOUNT_TEXT];

	count(j, h->sessions[FAILED], "failed session", "failed sessions",
	    "lib-commit --list says why, --retry ID tries again, --reject ID gives it up");
	count(j, h->stuck, "stuck session", "stuck sessions",
	    "lib-sweep stuck puts sessions back, lib-commit goes on with them");
	count(j, h->failed_items, "failed item", "failed items",
	    "lib-import --status --failed says which and why, --retry ID tries again");
	if (is_beyond(age, h->limits.session))
		say(j, "lib-commit --list names it: commit it, or give it up by --reject ID",
		    "a session is unfinished for %s", amount_span(age, span));
	for (int i = 0; i < h->nsilent; i++) {
		struct buf holder = { 0 };

		out_printable(&holder, h->silent[i].holder, strlen(h->silent[i].holder));
		say(j, "see whether that process hangs; when it is gone the session can be gone on with",
		    "session s%lld is held without a sign of life for %s by %s", (long long)h->silent[i].id,
		    amount_span(health_age(h, h->silent[i].beat), span),
		    holder.failed || holder.data == NULL ? "" : holder.data);
		buf_free(&holder);
	}
}

/* Is it one of the tasks that lib-sweep runs by itself, whether there is anything to do or not? */
static bool
runs_by_itself(const char *name)
{
	for (int task = 0; task < SWEEP_VERIFY; task++)
		if (strcmp(sweep_name((enum sweep_task)task), name) == 0)
			return true;
	return false;
}

/* One reason is enough: mostly all of them wait. */
static void
judge_runs(struct judge *j, const struct health *h)
{
	for (int i = 0; i < h->nruns; i++) {
		int64_t since = h->runs[i].succeeded != 0 ? h->runs[i].succeeded : h->runs[i].started;
		char span[AMOUNT_TEXT];

		if (!runs_by_itself(h->runs[i].name) || !is_beyond(health_age(h, since), h->limits.sweep))
			continue;
		say(j, "see that cron or the timer still runs lib-sweep, and what it says",
		    "lib-sweep %s has not ended well for %s", h->runs[i].name,
		    amount_span(health_age(h, since), span));
		return;
	}
}

static void
judge_schedules(struct judge *j, const struct health *h)
{
	int64_t late = h->next_turn != 0 ? health_age(h, h->next_turn) : 0;
	char span[AMOUNT_TEXT];

	for (int i = 0; i < h->nfailed_schedules; i++) {
		char how[32] = "was cut short";

		if (h->failed_schedules[i].status != HEALTH_CUT_SHORT)
			snprintf(how, sizeof how, "failed with status %d", h->failed_schedules[i].status);
		say(j,
		    "the next turn may do better; lib-playlist schedule lists them, --cancel ID forgets one",
		    "schedule c%lld (%s) %s", (long long)h->failed_schedules[i].id,
		    h->failed_schedules[i].what, how);
	}
	if (h->schedules_failed > h->nfailed_schedules)
		say(j, "lib-playlist schedule lists them", "%lld more schedule%s failed",
		    (long long)(h->schedules_failed - h->nfailed_schedules),
		    amount_s(h->schedules_failed - h->nfailed_schedules));
	if (is_beyond(late, h->limits.sweep))
		say(j, "see that cron or a timer runs lib-sweep schedules as the user whose it is",
		    "a schedule is due for %s", amount_span(late, span));
}

static void
judge_limits(struct judge *j, const struct health *h)
{
	int64_t unsaved = h->backups.unsaved != 0 ? health_age(h, h->backups.unsaved) : 0;
	char size[AMOUNT_TEXT], span[AMOUNT_TEXT];

	if (h->free_bytes < h->limits.free)
		say(j, "make room; lib-sweep --grace 0 trash lets go what was taken out", "%s free",
		    amount_bytes(h->free_bytes, size));
	if (is_beyond(unsaved, h->limits.backup))
		say(j, "lib-sweep backup makes one, lib-sweep alone one a day",
		    "no copy has the changes of the last %s", amount_span(unsaved, span));
	if (h->verified * 100 < h->limits.verified * h->blobs)
		say(j, "lib-sweep --time-limit 30min verify, night by night, comes round to all of them",
		    "%lld %% of the blobs verified within %s", (long long)(h->verified * 100 / h->blobs),
		    amount_span(h->limits.verify, span));
	if (h->latest > h->now + HOUR)
		say(j, "set the clock; what is dated while it is behind counts from the last sweep",
		    "the clock is %s behind what the library has seen",
		    amount_span(h->latest - h->now, span));
}

enum health_verdict
health_reasons(const struct health *h, health_reason_fn *reason, void *context)
{
	struct judge j = { reason, context, false };
	bool broken;

	judge_broken(&j, h);
	broken = j.attention;
	judge_known(&j, h);
	judge_sessions(&j, h);
	judge_runs(&j, h);
	judge_schedules(&j, h);
	judge_limits(&j, h);
	return broken ? HEALTH_BROKEN : j.attention ? HEALTH_ATTENTION : HEALTH_OK;
}

static void
append(void *context, const char *what, const char *advice)
{
	struct buf *why = context;

	(void)advice;
	if (why != NULL)
		buf_printf(why, "%s%s", why->len > 0 ? ", " : "", what);
}

enum health_verdict
health_judge(const struct health *h, struct buf *why)
{
	return health_reasons(h, append, why);
}
