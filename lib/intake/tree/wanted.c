/* SPDX-License-Identifier: MIT */
/* Where the file of each entry goes. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/out.h"
#include "digest/sha256.h"
#include "intake/tree/name.h"
#include "intake/tree/names.h"
#include "intake/tree/work.h"
#include "store/edit/wanted.h"
#include "store/listing/show.h"
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

/* The picture of a track: zeros where it has none. */
static enum err_code
find_picture(struct work *w, int64_t track, struct show_picture *p)
{
	if (show_picture(w->db, track, p, w->e) == ERR_NOMATCH)
		*w->e = (struct err){ 0 };
	return w->e->code;
}

/* What a converted file is made of: whatever makes other bytes makes another hash. */
static enum err_code
name_recipe(struct work *w, const struct tree_how *f, const char *blob, struct buf *out)
{
	struct show_picture picture = { 0 };
	struct record tags = { 0 };
	struct buf recipe = { 0 };
	uint8_t hash[SHA256_BYTES];
	struct sha256 h;

	buf_printf(&recipe, "1 %s %lld %lld %lld %d %s\n", blob, (long long)f->part, (long long)f->start_ms,
	    (long long)f->length_ms, (int)f->step, f->step == CODING_KEEP ? "" : w->t->coding->text);
	if (find_picture(w, f->track, &picture) == ERR_NONE &&
	    wanted_tags(w->db, f->track, &tags, w->e) == ERR_NONE &&
	    record_encode(&tags, false, &recipe, w->e) == ERR_NONE && buf_ok(&recipe, w->e) == ERR_NONE) {
		sha256_begin(&h);
		sha256_add(&h, picture.sha256, sizeof picture.sha256);
		sha256_add(&h, recipe.data, recipe.len);
		sha256_end(&h, hash);
		out_hex(out, hash, sizeof hash);
	}
	record_free(&tags);
	buf_free(&recipe);
	return w->e->code != ERR_NONE ? w->e->code : buf_ok(out, w->e);
}

/* How an entry becomes a file. */
static void
plan(const struct work *w, const struct playlist_entry *n, const struct track *t, struct tree_how *f)
{
	if (w->t->coding == NULL)
		return;
	f->track = n->track;
	f->step = coding_step(w->t->coding, t, n->part > 0);
	f->converted = n->part == 0 || f->step == CODING_ENCODE;
	if (f->converted && n->part > 0) {
		f->part = n->part;
		f->start_ms = n->start_ms;
		f->length_ms = n->duration_ms;
	}
	f->sound_ms = n->duration_ms > 0 ? n->start_ms + n->duration_ms : 0;
	f->bits = t->v[F_BITDEPTH].n > 0 ? t->v[F_BITDEPTH].num : 0;
}

/* A file of the tree, at a path that is free. */
static enum err_code
add(struct work *w, const struct tree_how *how, const char *path, const char *blob,
    const struct playlist_entry *n)
{
	struct buf made_of = { 0 };
	struct tree_file *f;
	struct stat st;

	if (how->converted)
		name_recipe(w, how, blob, &made_of);
	f = w->e->code == ERR_NONE
	    ? tree_list_add(&w->want, path, how->converted ? made_of.data : blob, n->path, w->e)
	    : NULL;
	buf_free(&made_of);
	if (f == NULL)
		return w->e->code;
	f->wanted = true;
	f->how = *how;
	if (how->converted) {
		f->size = -1;
	} else if (stat(n->path, &st) == 0) {
		f->size = st.st_size;
		f->mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	}
	return ERR_NONE;
}

/* Is the file of an entry wanted already?  1, 0, or -1. */
static int
is_known(struct work *w, struct names *files, const struct playlist_entry *n, const struct tree_how *f)
{
	struct buf key = { 0 };
	char *name;
	int taken;

	buf_printf(&key, "%lld %s", (long long)f->part, n->path);
	if (buf_ok(&key, w->e) != ERR_NONE)
		return -1;
	name = buf_detach(&key);
	taken = names_take(files, name);
	if (taken <= 0)
		free(name);
	if (taken < 0)
		err_memory(w->e);
	return taken < 0 ? -1 : taken == 0;
}

/* Where the file of an entry goes, once. */
static enum err_code
want_one(struct work *w, struct names *names, struct names *files, const struct playlist_entry *n)
{
	struct track track = { 0 };
	struct tree_how how = { 0 };
	struct buf path = { 0 }, out = { 0 };
	const char *blob = path_base(n->path), *dot = strrchr(blob, '.');

	if (track_load(w->db, n->track, &track, w->e) == ERR_NONE)
		plan(w, n, &track, &how);
	if (w->e->code == ERR_NONE && is_known(w, files, n, &how) == 0) {
		tree_name(w->t->layout != NULL ? w->t->layout : TREE_LAYOUT, &track,
		    how.converted && how.step != CODING_KEEP ? w->t->coding->suffix
			: dot != NULL                        ? dot + 1
							     : "audio",
		    w->t->vfat, &path);
		if (buf_ok(&path, w->e) == ERR_NONE && unique_path(w, names, path.data, &out) == ERR_NONE)
			add(w, &how, out.data, blob, n);
	}
	track_free(&track);
	buf_free(&path);
	buf_free(&out);
	return w->e->code;
}

/* By track, so that the same tracks get the same names whatever their order; a file that is cut into tracks,
 * and stays whole, goes by its first. */
enum err_code
tree_want(struct work *w, const struct playlist_entry *v, size_t n)
{
	const struct playlist_entry **sorted = calloc(n + 1, sizeof *sorted);
	struct names names = { 0 }, files = { 0 };
	size_t there = 0;

	if (sorted == NULL)
		return err_memory(w->e);
	for (size_t i = 0; i < n; i++)
		if (v[i].missing)
			w->t->missing++;
		else
			sorted[there++] = &v[i];
	qsort(sorted, there, sizeof *sorted, by_track);
	for (size_t i = 0; i < there && w->e->code == ERR_NONE; i++)
		want_one(w, &names, &files, sorted[i]);
	names_free(&names);
	names_free(&files);
	free(sorted);
	tree_list_sort(&w->want);
	return w->e->code;
}
