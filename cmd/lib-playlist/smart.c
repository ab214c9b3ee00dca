/* SPDX-License-Identifier: MIT */
/* Playlists that are a query. */
#include <stdlib.h>

#include "base/cli.h"
#include "cmd/lib-playlist/command.h"
#include "store/playlist/playlist.h"

void
smart_set(char **words, struct err *e)
{
	struct playlist_change c = { .dry_run = cli_dry_run() };
	struct playlist_smart how = { words + 1, command.sort, command.limit };
	char *note = NULL;

	playlist_smart(command.db, words[0], &how, &note, &c, e);
	if (note != NULL)
		cli_note("%s", note);
	free(note);
	command_report(&c, e);
}

void
smart_freeze(char **words, struct err *e)
{
	struct playlist_change c;
	int64_t id;

	if (command_change(words[0], &c, &id, e) == ERR_NONE)
		playlist_freeze(command.db, id, words[1], &c, e);
	command_report(&c, e);
}
