/* SPDX-License-Identifier: MIT */
/* Harmonic order, and one transition explained. */
#include "base/cli.h"
#include "cmd/lib-playlist/command.h"
#include "store/playlist/mix.h"
#include "store/track.h"

static int64_t
track_id(const char *text)
{
	struct err e = { 0 };
	int64_t id = 0;

	if (track_parse(text, &id, &e) != ERR_NONE)
		cli_usage("%s", e.msg);
	return id;
}

void
mix_sort(char **words, struct err *e)
{
	struct playlist_change c;
	int64_t id, start = command.start != NULL ? track_id(command.start) : 0;

	if (words[1] != NULL)
		cli_usage("fields and --mix do not go together");
	if (command_change(words[0], &c, &id, e) == ERR_NONE)
		playlist_mix(command.db, id, start, &c, e);
	command_report(&c, e);
}

void
mix_show(char **words, struct err *e)
{
	int64_t from = track_id(words[0]), to = track_id(words[1]);
	struct mix_tags a = { 0 }, b = { 0 };
	struct buf out = { 0 };

	if (mix_tags_load(command.db, from, &a, e) != ERR_NONE ||
	    mix_tags_load(command.db, to, &b, e) != ERR_NONE)
		return;
	if (cli_json()) {
		mix_json(&a, &b, &out);
		buf_putc(&out, cli_separator());
	} else {
		mix_text(&a, &b, cli_separator(), &out);
	}
	(void)cli_print(&out, e);
	buf_free(&out);
}
