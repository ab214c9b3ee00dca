/* SPDX-License-Identifier: MIT */
/* Health on one screen. */
#include <stdio.h>
#include <string.h>

#include "base/amount.h"
#include "base/out.h"
#include "base/time.h"
#include "store/sweep/health_priv.h"

enum { OK };

static void
line(struct buf *out, const char *name)
{
	buf_printf(out, "%-18s", name);
}

static void
put_size(struct buf *out, int64_t bytes)
{
	char text[AMOUNT_TEXT];

	buf_puts(out, amount_bytes(bytes, text));
}

static void
put_span(struct buf *out, int64_t seconds)
{
	char text[AMOUNT_TEXT];

	buf_puts(out, amount_span(seconds, text));
}

/* "2026-11-21T04:30:00Z, 3 h ago" */
static void
put_instant(const struct health *h, struct buf *out, int64_t at)
{
	char when[TIME_TEXT];

	buf_printf(out, "%s, ", time_format(at, when));
	put_span(out, health_age(h, at));
	buf_puts(out, " ago");
}

static void
count_line(struct buf *out, const char *name, int64_t n, int64_t bytes)
{
	line(out, name);
	buf_printf(out, "%lld, ", (long long)n);
	put_size(out, bytes);
	buf_putc(out, '\n');
}

static void
advise(void *context, const char *what, const char *advice)
{
	buf_printf(context, "  %s: %s\n", what, advice);
}

static void
verdict(const struct health *h, struct buf *out)
{
	struct buf why = { 0 };
	enum health_verdict is = health_judge(h, &why);

	line(out, "health");
	buf_printf(
	    out, "%s%s%s\n", health_verdict_name(is), why.len > 0 ? ": " : "", why.len > 0 ? why.data : "");
	out->failed |= why.failed;
	buf_free(&why);
	(void)health_reasons(h, advise, out);
}

static void
catalogue(const struct db *db, const struct health *h, struct buf *out)
{
	char name[32];

	line(out, "library");
	out_escape(out, db_path(db), strlen(db_path(db)));
	buf_printf(out, "\n%-18s%d, of Fonoteca %s\n%-18s%lld track%s, %lld album%s, %lld artist%s\n",
	    "schema", h->schema, VERSION, "catalogue", (long long)h->tracks, amount_s(h->tracks),
	    (long long)h->albums, amount_s(h->albums), (long long)h->artists, amount_s(h->artists));
	if (h->sound.sounds > 0)
		buf_printf(out, "%-18s%lld analysed, %lld in part, %lld failed, %lld damaged\n", "sounds",
		    (long long)h->sound.sounds, (long long)h->sound.waiting, (long long)h->sound.failed,
		    (long long)h->sound.damaged);
	line(out, "database");
	put_size(out, h->database_bytes);
	buf_puts(out, ", log ");
	put_size(out, h->wal_bytes);
	buf_puts(out, ", staging ");
	put_size(out, h->staging_bytes);
	buf_putc(out, '\n');
	for (int i = 0; i < HEALTH_FILE_STATES; i++) {
		snprintf(name, sizeof name, "files %s", health_file_state(i));
		if (i == OK || h->files[i].n > 0)
			count_line(out, name, h->files[i].n, h->files[i].bytes);
	}
}

/* "sessions          0 staging, 2 staged, ...", without the zeros where all of them say little. */
static void
state_line(
    struct buf *out, const char *name, const int64_t *counts, int n, const char *state(int i), bool zeros)
{
	const char *comma = "";

	line(out, name);
	for (int i = 0; i < n; i++) {
		if (counts[i] == 0 && !zeros)
			continue;
		buf_printf(out, "%s%lld %s", comma, (long long)counts[i], state(i));
		comma = ", ";
	}
	buf_puts(out, *comma == '\0' ? "none\n" : "\n");
}

static void
sessions(const struct health *h, struct buf *out)
{
	state_line(out, "sessions", h->sessions, HEALTH_SESSION_STATES, health_session_state, true);
	state_line(out, "unfinished items", h->items, HEALTH_ITEM_STATES, health_item_state, false);
	buf_printf(out, "%-18s%lld\n%-18s%lld", "stuck sessions", (long long)h->stuck, "failed items",
	    (long long)h->failed_items);
	for (int i = 0; i < h->nfailures; i++)
		buf_printf(
		    out, "%s%lld %s", i == 0 ? ": " : ", ", (long long)h->failures[i].n, h->failures[i].code);
	buf_putc(out, '\n');
	line(out, "oldest unfinished");
	if (h->oldest_unfinished != 0)
		put_instant(h, out, h->oldest_unfinished);
	else
		buf_puts(out, "none");
	buf_putc(out, '\n');
	for (int i = 0; i < h->nsilent; i++) {
		line(out, i == 0 ? "silent holders" : "");
		buf_printf(out, "s%lld: ", (long long)h->silent[i].id);
		out_escape(out, h->silent[i].holder, strlen(h->silent[i].holder));
		buf_puts(out, ", last heard of ");
		put_instant(h, out, h->silent[i].beat);
		buf_putc(out, '\n');
	}
	if (h->lost_covers > 0)
		buf_printf(out, "%-18s%lld\n", "lost covers", (long long)h->lost_covers);
	if (h->leaving > 0)
		buf_printf(out, "%-18s%lld source%s of --mode=move still to be removed\n", "leaving",
		    (long long)h->leaving, amount_s(h->leaving));
}

static void
storage(const struct health *h, struct buf *out)
{
	count_line(out, "orphans", h->orphans, h->orphan_bytes);
	count_line(out, "trash", h->trash, h->trash_bytes);
	count_line(out, "copies", h->backups.n, h->backups.bytes);
	line(out, "last copy");
	if (h->backups.last != 0)
		put_instant(h, out, h->backups.last);
	else
		buf_puts(out, "never");
	buf_printf(out, "\n%-18s%lld\n", "foreign in blobs", (long long)h->foreign);
	line(out, "free space");
	put_size(out, h->free_bytes);
	buf_printf(out, "\n%-18s%lld of %lld blob%s within ", "verified", (long long)h->verified,
	    (long long)h->blobs, amount_s(h->blobs));
	put_span(out, h->limits.verify);
	buf_putc(out, '\n');
}

static void
runs(const struct health *h, struct buf *out)
{
	char when[TIME_TEXT];

	for (int i = 0; i < h->nruns; i++) {
		line(out, i == 0 ? "last runs" : "");
		buf_printf(out, "%s %s, status %d", time_format(h->runs[i].started, when), h->runs[i].name,
		    h->runs[i].status);
		if (h->runs[i].succeeded == 0)
			buf_puts(out, "; it never ended well");
		else if (h->runs[i].status != 0) {
			buf_puts(out, "; ended well ");
			put_instant(h, out, h->runs[i].succeeded);
		}
		buf_putc(out, '\n');
	}
	if (h->nruns == 0) {
		line(out, "last runs");
		buf_puts(out, "never\n");
	}
	if (h->schedules > 0) {
		line(out, "schedules");
		buf_printf(out, "%lld, %lld failed", (long long)h->schedules, (long long)h->schedules_failed);
		if (h->next_turn != 0)
			buf_printf(out, ", the next turn %s", time_format(h->next_turn, when));
		buf_putc(out, '\n');
	}
	for (int i = 0; i < h->nresting; i++) {
		line(out, i == 0 ? "resting" : "");
		buf_printf(
		    out, "%s until %s, for ", h->resting[i].root, time_format(h->resting[i].until, when));
		put_span(out, h->resting[i].until - h->now);
		buf_printf(out, ": %s\n", h->resting[i].reason);
	}
}

void
health_text(const struct db *db, const struct health *h, struct buf *out)
{
	verdict(h, out);
	catalogue(db, h, out);
	sessions(h, out);
	storage(h, out);
	runs(h, out);
}
