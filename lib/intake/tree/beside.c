/* The playlist beside the files. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "exchange/list.h"
#include "intake/tree/work.h"

static int
by_blob(const void *a, const void *b)
{
	return strcmp(
	    (*(const struct tree_file *const *)a)->blob, (*(const struct tree_file *const *)b)->blob);
}

/* The playlist, of the files that are there now. */
static enum err_code
list_text(struct work *w, const char *name, const struct playlist_entry *v, size_t n, struct buf *out)
{
	struct list_writer writer = { .format = LIST_M3U8, .relative_to = w->dir, .out = out };
	const struct tree_file **sorted = calloc(w->want.n + 1, sizeof *sorted), **hit;
	struct buf path = { 0 };

	if (sorted == NULL)
		return err_memory(w->e);
	for (size_t i = 0; i < w->want.n; i++)
		sorted[i] = &w->want.v[i];
	qsort(sorted, w->want.n, sizeof *sorted, by_blob);
	list_begin(&writer, name);
	for (size_t i = 0; i < n && w->e->code == ERR_NONE; i++) {
		struct tree_file key = { .blob = v[i].missing ? "" : (char *)path_base(v[i].path) };
		const struct tree_file *k = &key;
		struct list_item item = { .artist = v[i].artist,
			.title = v[i].title,
			.duration_ms = v[i].duration_ms,
			.start_ms = v[i].part > 0 ? v[i].start_ms : -1 };

		hit = bsearch(&k, sorted, w->want.n, sizeof *sorted, by_blob);
		if (hit == NULL || !(*hit)->made)
			continue;
		buf_clear(&path);
		buf_printf(&path, "%s/%s", w->dir, (*hit)->path);
		item.path = path.data;
		if (buf_ok(&path, w->e) == ERR_NONE)
			list_add(&writer, &item);
	}
	list_end(&writer);
	buf_free(&path);
	free(sorted);
	return w->e->code != ERR_NONE ? w->e->code : buf_ok(out, w->e);
}

enum err_code
tree_write_list(
    struct work *w, struct tree_file *f, const char *name, const struct playlist_entry *v, size_t n)
{
	struct buf text = { 0 }, there = { 0 };
	struct err none = { 0 };
	struct stat st;

	if (list_text(w, name, v, n, &text) != ERR_NONE)
		goto out;
	if (fstatat(w->dirfd, f->path, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode) ||
	    file_slurp(&there, w->dirfd, f->path, 256 << 20, &none) != ERR_NONE || there.len != text.len ||
	    memcmp(there.data, text.data, text.len) != 0)
		tree_replace(w->dirfd, f->path, text.data, text.len, w->e);
	if (w->e->code == ERR_NONE && fstatat(w->dirfd, f->path, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		f->size = st.st_size;
		f->mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
		f->made = true;
	}
out:
	buf_free(&text);
	buf_free(&there);
	return w->e->code;
}
