/* Where the file of each entry goes. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "intake/tree/name.h"
#include "intake/tree/names.h"
#include "intake/tree/work.h"
#include "store/track.h"
#include "text/fold.h"

/* The key under which the file system knows a path. */
static char *
key_of(const struct work *w, const char *path)
{
	struct buf key = { 0 };

	for (const char *s = path; w->t->vfat; s++) {
		size_t len = strcspn(s, "/");
		struct err ignored = { 0 };

		fold(&key, s, len, &ignored);
		if (s[len] == '\0')
			return buf_detach(&key);
		buf_putc(&key, '/');
		s += len;
	}
	return strdup(path);
}

/* path, or "path (2).flac" where that is another track's already. */
static enum err_code
unique_path(struct work *w, struct names *names, const char *path, struct buf *out)
{
	const char *dot = strrchr(path, '.');

	for (int n = 1; n < 1000; n++) {
		char *key;
		int taken;

		buf_clear(out);
		if (n == 1)
			buf_puts(out, path);
		else
			buf_printf(out, "%.*s (%d)%s", (int)(dot - path), path, n, dot);
		if (buf_ok(out, w->e) != ERR_NONE)
			return w->e->code;
		key = key_of(w, out->data);
		if (key == NULL)
			return err_memory(w->e);
		taken = names_take(names, key);
		if (taken > 0)
			return ERR_NONE;
		free(key);
		if (taken < 0)
			return err_memory(w->e);
	}
	return err_set(w->e, ERR_EXISTS, "too many tracks are called %s", path);
}

static int
by_track(const void *a, const void *b)
{
	const struct playlist_entry *const *x = a, *const *y = b;

	return (*x)->track < (*y)->track ? -1 : (*x)->track > (*y)->track;
}

/* Where the file of an entry goes, once. */
static enum err_code
want_one(struct work *w, struct names *names, const struct playlist_entry *n)
{
	struct track track = { 0 };
	struct buf path = { 0 }, out = { 0 };
	const char *blob = path_base(n->path), *dot = strrchr(blob, '.');

	if (track_load(w->db, n->track, &track, w->e) != ERR_NONE)
		return w->e->code;
	tree_name(w->t->layout != NULL ? w->t->layout : TREE_LAYOUT, &track, dot != NULL ? dot + 1 : "audio",
	    w->t->vfat, &path);
	if (buf_ok(&path, w->e) == ERR_NONE && unique_path(w, names, path.data, &out) == ERR_NONE) {
		struct tree_file *f = tree_list_add(&w->want, out.data, blob, n->path, w->e);
		struct stat st;

		if (f != NULL)
			f->wanted = true;
		if (f != NULL && stat(n->path, &st) == 0) {
			f->size = st.st_size;
			f->mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
		}
	}
	track_free(&track);
	buf_free(&path);
	buf_free(&out);
	return w->e->code;
}

/* By track, so that the same tracks get the same names whatever their order; a file that is cut into tracks
 * goes by its first. */
enum err_code
tree_want(struct work *w, const struct playlist_entry *v, size_t n)
{
	const struct playlist_entry **sorted = calloc(n + 1, sizeof *sorted);
	struct names names = { 0 }, blobs = { 0 };
	size_t there = 0;

	if (sorted == NULL)
		return err_memory(w->e);
	for (size_t i = 0; i < n; i++)
		if (v[i].missing)
			w->t->missing++;
		else
			sorted[there++] = &v[i];
	qsort(sorted, there, sizeof *sorted, by_track);
	for (size_t i = 0; i < there && w->e->code == ERR_NONE; i++) {
		char *blob = strdup(sorted[i]->path);
		int taken = blob != NULL ? names_take(&blobs, blob) : -1;

		if (taken < 0)
			err_memory(w->e);
		else if (taken > 0)
			want_one(w, &names, sorted[i]);
		if (taken <= 0)
			free(blob);
	}
	names_free(&names);
	names_free(&blobs);
	free(sorted);
	tree_list_sort(&w->want);
	return w->e->code;
}
