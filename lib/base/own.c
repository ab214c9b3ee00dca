/* SPDX-License-Identifier: MIT */
#include "base/own.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "base/file.h"

static const struct setting_info table[OWN_COUNT] = {
	[OWN_PLAYER] = { "player", SETTINGS_COMMAND, "", 0 },
	[OWN_NOTIFY] = { "notify", SETTINGS_COMMAND, "", 0 },
	[OWN_FFMPEG] = { "ffmpeg", SETTINGS_COMMAND, "", 0 },
};

const struct setting_info *
own_info(enum own_setting s)
{
	return &table[s];
}

void
own_free(struct own *o)
{
	settings_free(o->value, OWN_COUNT);
}

/* The folder of the file, malloced; NULL with *e untouched where no home is named.  An XDG value that is
 * empty or relative counts as unset. */
static char *
folder(struct err *e)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	char *dir;

	if (config != NULL && *config == '/')
		dir = path_join(config, "fonoteca");
	else if (home != NULL && *home == '/')
		dir = path_join(home, ".config/fonoteca");
	else
		return NULL;
	if (dir == NULL)
		err_memory(e);
	return dir;
}

static enum err_code
load(struct own *o, const char *dir, struct err *e)
{
	struct buf text = { 0 };
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 && errno != ENOENT && errno != ENOTDIR)
		err_sys(e, errno, "cannot be opened");
	else if (fd >= 0)
		settings_slurp(fd, "config", SETTINGS_OWN, &text, e);
	if (e->code == ERR_NONE)
		settings_parse(table, OWN_COUNT, o->value, text.data, text.len, e);
	fd_close(&fd);
	buf_free(&text);
	return e->code;
}

enum err_code
own_load(struct own *o, struct err *e)
{
	char *dir = folder(e);

	if (dir != NULL && load(o, dir, e) != ERR_NONE && e->code != ERR_MEMORY)
		err_context(e, "%s/config", dir);
	free(dir);
	return e->code;
}
