/* SPDX-License-Identifier: MIT */
/* One play, as a player's hook tells of it. */
#include <string.h>
#include <unistd.h>

#include "base/cli.h"
#include "base/time.h"
#include "cmd/lib-import/heard.h"
#include "store/history/plays.h"

/* A play that names no player is of lib-import's user. */
static enum err_code
keep_one(struct run *r, const struct listen *l, struct err *e)
{
	struct play_import *i = &r->import;
	const struct play_origin from = { "player", "", i };
	struct plays *plays = NULL;

	*i = (struct play_import){ .listener = *l->user != '\0' ? l->user : r->listener,
		.name = *l->name != '\0' ? l->name : "lib-import --played",
		.player = true };
	if (import_find(r->db, i, NULL, e) != ERR_NONE || plays_begin(&plays, r->db, &from, e) != ERR_NONE)
		return e->code;
	if (plays_add(plays, l, e) != ERR_NONE)
		plays_free(plays);
	else if (plays_end(plays, e) == ERR_NONE)
		import_end(r->db, i, true, e);
	return e->code;
}

static enum err_code
take_one(struct run *r, struct history *h, struct err *e)
{
	struct tally t = { 0 };
	struct history_row row;
	int step = history_next(h, &row, e);

	if (step == 0)
		return err_set(e, ERR_FORMAT, "no play comes from standard input");
	if (step > 0 && row.kind != ROW_PLAY)
		return err_set(e, ERR_FORMAT, "what comes from standard input is no play: %s", row.reason);
	if (step > 0 && r->db != NULL)
		keep_one(r, &row.listen, e);
	t.plays = r->import.counts;
	if (e->code == ERR_NONE && cli_json())
		say_counts(r, "standard input", "player", &t, e);
	return e->code;
}

enum err_code
history_played(const struct history_options *o, struct err *e)
{
	struct history_options how = { .type = "fonoteca", .zone = o->zone, .user = o->user };
	struct run r = { 0 };
	struct stream *s = NULL;
	struct history *h = NULL;

	if (run_begin(&r, &how, e) == ERR_NONE &&
	    stream_open(&s, STDIN_FILENO, "standard input", e) == ERR_NONE) {
		if (history_open(&h, s, how.type, &r.zone, e) != ERR_NONE) {
			e->code = e->code == ERR_NOMATCH ? ERR_FORMAT : e->code;
			err_context(e, "what comes from standard input is no play");
		} else {
			history_now(h, time_now());
			take_one(&r, h, e);
		}
	}
	history_close(h);
	stream_close(s);
	db_close(r.db);
	return e->code;
}
