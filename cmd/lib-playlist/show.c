/* SPDX-License-Identifier: MIT */
/* What there is: playlists, and the entries of one. */
#include <unistd.h>

#include "base/cli.h"
#include "cmd/lib-playlist/command.h"
#include "store/playlist/playlist.h"

/* All of it is made before anything is printed. */
static void
print(const char *name, struct err *e)
{
	struct playlist_style style = { cli_json(), command.ids, isatty(1), cli_separator(), 0 };
	struct buf out = { 0 };
	int64_t id;

	if (name == NULL)
		playlist_print_list(command.db, &style, &out, e);
	else if (playlist_find(command.db, name, &id, e) == ERR_NONE)
		playlist_print(command.db, id, &style, &out, e);
	if (e->code == ERR_NONE)
		(void)cli_print(&out, e);
	if (command.ids && style.missing > 0)
		cli_note("left out as missing: %zu", style.missing);
	buf_free(&out);
}

void
show_list(char **words, struct err *e)
{
	(void)words;
	print(NULL, e);
}

void
show_entries(char **words, struct err *e)
{
	print(words[0], e);
}
