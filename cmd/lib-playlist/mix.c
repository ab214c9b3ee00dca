/* SPDX-License-Identifier: MIT */
/* Harmonic order, and one transition explained. */
#include <errno.h>
#include <stdlib.h>

#include "base/cli.h"
#include "cmd/lib-playlist/command.h"
#include "store/playlist/mix.h"

static int64_t
track_id(const char *what, const char *text)
{
	return cli_number(what, text, 1, INT64_MAX);
}

void
mix_sort(char **words, struct err *e)
{
	struct playlist_change c;
	int64_t id, start = command.start != NULL ? track_id("--start", command.start) : 0;

	if (words[1] != NULL)
		cli_usage("fields and --mix do not go together");
	if (command_change(words[0], &c, &id, e) == ERR_NONE)
		playlist_mix(command.db, id, start, &c, e);
	command_report(&c, e);
}

void
mix_show(char **words, struct err *e)
{
	int64_t from = track_id("the track A", words[0]), to = track_id("the track B", words[1]);
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
