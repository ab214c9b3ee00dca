/* SPDX-License-Identifier: MIT */
/* The playlist beside the files. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "exchange/list.h"
#include "intake/tree/work.h"

/* By the file of the library that it is made of, and the part of that. */
static int
by_source(const void *a, const void *b)
{
	const struct tree_file *x = *(const struct tree_file *const *)a,
			       *y = *(const struct tree_file *const *)b;
	int way = strcmp(x->from != NULL ? x->from : "", y->from != NULL ? y->from : "");

	return way != 0 ? way : (x->how.part > y->how.part) - (x->how.part < y->how.part);
}

/* What an entry became: its part, or the whole file, or NULL. */
static const struct tree_file *
file_of(const struct tree_file **sorted, size_t n, const struct playlist_entry *v)
{
	struct tree_file key = { .from = v->path, .how = { .part = v->part } };
	const struct tree_file *k = &key, **hit;

	if (v->missing || v->path == NULL)
		return NULL;
	hit = bsearch(&k, sorted, n, sizeof *sorted, by_source);
	key.how.part = 0;
	if (hit == NULL && v->part > 0)
		hit = bsearch(&k, sorted, n, sizeof *sorted, by_source);
	return hit != NULL && (*hit)->made ? *hit : NULL;
}

/* The playlist, of the files that are there now. */
static enum err_code
list_text(struct work *w, const char *name, const struct playlist_entry *v, size_t n, struct buf *out)
{
	struct list_writer writer = { .format = LIST_M3U8, .relative_to = w->dir, .out = out };
	const struct tree_file **sorted = calloc(w->want.n + 1, sizeof *sorted);
	struct buf path = { 0 };

	if (sorted == NULL)
		return err_memory(w->e);
	for (size_t i = 0; i < w->want.n; i++)
		sorted[i] = &w->want.v[i];
	qsort(sorted, w->want.n, sizeof *sorted, by_source);
	list_begin(&writer, name);
	for (size_t i = 0; i < n && w->e->code == ERR_NONE; i++) {
		const struct tree_file *f = file_of(sorted, w->want.n, &v[i]);
		struct list_item item = { .artist = v[i].artist,
			.title = v[i].title,
			.duration_ms = v[i].duration_ms,
			.start_ms = f != NULL && v[i].part > f->how.part ? v[i].start_ms : -1 };

		if (f == NULL)
			continue;
		buf_clear(&path);
		buf_printf(&path, "%s/%s", w->dir, f->path);
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
