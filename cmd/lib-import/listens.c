/* SPDX-License-Identifier: MIT */
/* The rows of one history, taken in. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cli.h"
#include "base/progress.h"
#include "cmd/lib-import/heard.h"
#include "store/history/plays.h"

static void
tell_row(const char *name, const struct history_row *row)
{
	struct err why = { 0 };
	char object[40] = "";

	if (row->object != 0)
		snprintf(object, sizeof object, ", object %" PRId64, row->object);
	err_set(&why, ERR_FORMAT, "line %" PRId64 "%s: %s", row->line, object, row->reason);
	if (row->kind == ROW_BROKEN)
		cli_failed_at(name, &why);
	else if (cli_verbose())
		cli_note("%s: %s", name, why.msg);
}

static void
note_zone(const struct run *r, const char *name)
{
	const char *zone = getenv("TZ");

	if (!r->zone.given)
		cli_note("%s tells no time zone: its times are taken as those of this machine%s%s; see --tz",
		    name, zone != NULL && *zone != '\0' ? ", " : "", zone != NULL ? zone : "");
}

/* Take in what a reader gives.  An error of the library is *e; one of the file is told. */
static enum err_code
take_rows(
    struct run *r, const char *name, struct history *h, struct plays *plays, struct tally *t, struct err *e)
{
	struct err wrong = { 0 };
	struct history_row row;
	bool assumed = false;
	int step;

	while ((step = history_next(h, &row, &wrong)) > 0) {
		if (++r->rows % 1000 == 0 && cli_progress())
			cli_progress_draw(NULL, "reading", r->rows, 0, 0);
		if (cli_interrupted())
			return err_set(
			    e, ERR_INTERRUPTED, "stopped; the same command goes on where it stopped");
		t->skipped += row.kind == ROW_SKIPPED;
		t->broken += row.kind == ROW_BROKEN;
		if (row.kind != ROW_PLAY) {
			tell_row(name, &row);
			continue;
		}
		if (*row.listen.zone != '\0' && *row.listen.type == '\0' && !assumed) {
			note_zone(r, name);
			assumed = true;
		}
		if (plays == NULL)
			t->plays.added++;
		else if (plays_add(plays, &row.listen, e) != ERR_NONE)
			return e->code;
	}
	if (step < 0)
		file_failed(r, name, &wrong);
	return ERR_NONE;
}

/* What the import has counted between two streams of it. */
static struct plays_counts
difference(const struct plays_counts *a, const struct plays_counts *b)
{
	return (struct plays_counts){ a->added - b->added, a->near - b->near, a->uncounted - b->uncounted,
		a->matched - b->matched, a->known - b->known, a->shared - b->shared };
}

/* Take in all of it; what was read before an interruption is kept, too. */
static void
take_history(struct run *r, const char *name, const char *kept, struct history *h, struct err *e)
{
	const struct play_origin from = { history_type(h), kept, &r->import };
	struct plays_counts before = r->import.counts;
	struct err last = { 0 };
	struct plays *plays = NULL;
	struct tally t = { 0 };

	if (r->db == NULL || plays_begin(&plays, r->db, &from, e) == ERR_NONE)
		take_rows(r, name, h, plays, &t, e);
	if (e->code != ERR_NONE && e->code != ERR_INTERRUPTED) {
		plays_free(plays);
		return;
	}
	if (plays != NULL && plays_end(plays, &last) != ERR_NONE) {
		if (e->code == ERR_NONE)
			*e = last;
		return;
	}
	if (r->db != NULL)
		t.plays = difference(&r->import.counts, &before);
	r->import.skipped += t.skipped;
	r->import.broken += t.broken;
	say_counts(r, name, from.type, &t, e);
	add_up(&r->all, &t);
}

enum err_code
take_stream(struct run *r, const char *name, const char *kept, struct stream *s, bool *known, struct err *e)
{
	struct err wrong = { 0 };
	struct history *h = NULL;

	*known = history_open(&h, s, r->type, &r->zone, &wrong) == ERR_NONE;
	if (!*known) {
		*e = wrong;
		return e->code;
	}
	r->histories++;
	take_history(r, name, kept, h, e);
	history_close(h);
	return e->code;
}
