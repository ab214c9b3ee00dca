/* Playlist files. */
#include <string.h>

#include "base/cli.h"
#include "base/file.h"
#include "cmd/lib-playlist/command.h"
#include "intake/playlist_file.h"
#include "store/playlist/playlist.h"

void
file_export(char **words, struct err *e)
{
	struct buf out = { 0 };
	int64_t id;

	if (command.as != NULL && strcmp(command.as, "m3u8") != 0)
		cli_usage("--as takes m3u8, not '%s'", command.as);
	if (playlist_find(command.db, words[0], &id, e) == ERR_NONE)
		playlist_export(command.db, id, command.relative_to, &out, e);
	if (e->code == ERR_NONE && (command.output == NULL || strcmp(command.output, "-") == 0))
		(void)cli_print(&out, e);
	else if (e->code == ERR_NONE && buf_ok(&out, e) == ERR_NONE && !cli_dry_run())
		file_output(command.output, out.data, out.len, 0666, e);
	buf_free(&out);
}
