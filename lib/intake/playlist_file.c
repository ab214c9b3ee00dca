#include "intake/playlist_file.h"

#include <errno.h>
#include <stdlib.h>

#include "exchange/m3u.h"
#include "store/playlist/playlist.h"

enum err_code
playlist_export(struct db *db, int64_t id, const char *relative_to, struct buf *out, struct err *e)
{
	struct playlist p = { 0 };
	struct playlist_entry *v = NULL;
	char *dir = NULL;
	size_t n = 0;

	if (relative_to != NULL) {
		dir = realpath(relative_to, NULL);
		if (dir == NULL)
			return err_sys(e, errno, "%s", relative_to);
	}
	if (playlist_load(db, id, &p, e) != ERR_NONE || playlist_read(db, id, &v, &n, e) != ERR_NONE)
		goto out;
	m3u_begin(out, p.name);
	for (size_t i = 0; i < n; i++) {
		struct m3u_entry entry = { v[i].path, v[i].artist, v[i].title, v[i].duration_ms,
			v[i].part > 0, v[i].start_ms };

		m3u_add(out, &entry, dir);
	}
	buf_ok(out, e);
out:
	playlist_entries_free(v, n);
	playlist_free(&p);
	free(dir);
	return e->code;
}
