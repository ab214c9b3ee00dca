#include "intake/tree/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "exchange/list.h"
#include "intake/tree/file.h"
#include "intake/tree/name.h"
#include "text/fold.h"

struct work {
	struct db *db;
	struct tree *t;
	char *dir; /* without links */
	int dirfd;
	struct tree_list old, want; /* of paths; want also by blob while it is made */
	struct err *e;
};

static void
tell(struct work *w, const struct err *e)
{
	if (w->t->failed != NULL)
		w->t->failed(e);
}

static enum err_code
open_dir(struct work *w)
{
	const char *dir = w->t->dir;

	if (!w->t->dry_run && mkdir(dir, 0777) != 0 && errno != EEXIST)
		return err_sys(w->e, errno, "cannot make %s", dir);
	w->dir = realpath(dir, NULL);
	if (w->dir == NULL && w->t->dry_run && errno == ENOENT)
		return ERR_NONE;
	if (w->dir == NULL)
		return err_sys(w->e, errno, "%s", dir);
	if (strncmp(w->dir, db_path(w->db), strlen(db_path(w->db))) == 0 &&
	    (w->dir[strlen(db_path(w->db))] == '/' || w->dir[strlen(db_path(w->db))] == '\0'))
		return err_set(w->e, ERR_USAGE, "%s is inside the library", dir);
	w->dirfd = open(w->dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (w->dirfd < 0)
		return err_sys(w->e, errno, "%s", dir);
	if (!w->t->dry_run && flock(w->dirfd, LOCK_EX | LOCK_NB) != 0)
		return errno == EWOULDBLOCK
		    ? err_set(w->e, ERR_BUSY, "another lib-playlist is at work in %s", dir)
		    : err_sys(w->e, errno, "%s", dir);
	return tree_list_read(w->dirfd, &w->old, w->e);
}

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

/* Names that are taken: a hash table, half of it empty at least. */
struct names {
	char **v;
	size_t n, size; /* a power of two */
};

static size_t
slot_of(const struct names *names, const char *key)
{
	size_t i = (size_t)fold_hash(key, strlen(key)) & (names->size - 1);

	while (names->v[i] != NULL && strcmp(names->v[i], key) != 0)
		i = (i + 1) & (names->size - 1);
	return i;
}

static bool
grow(struct names *names)
{
	struct names more = { .size = names->size > 0 ? 2 * names->size : 256 };

	more.v = calloc(more.size, sizeof *more.v);
	if (more.v == NULL)
		return false;
	for (size_t i = 0; i < names->size; i++)
		if (names->v[i] != NULL)
			more.v[slot_of(&more, names->v[i])] = names->v[i];
	more.n = names->n;
	free(names->v);
	*names = more;
	return true;
}

/* 1: the key is taken now, and the table's; 0: it was already; -1: no memory. */
static int
take_name(struct names *names, char *key)
{
	size_t i;

	if (2 * (names->n + 1) > names->size && !grow(names))
		return -1;
	i = slot_of(names, key);
	if (names->v[i] != NULL)
		return 0;
	names->v[i] = key;
	names->n++;
	return 1;
}

static void
names_free(struct names *names)
{
	for (size_t i = 0; i < names->size; i++)
		free(names->v[i]);
	free(names->v);
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
		taken = take_name(names, key);
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
static enum err_code
want_all(struct work *w, const struct playlist_entry *v, size_t n)
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
		int taken = blob != NULL ? take_name(&blobs, blob) : -1;

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

/* Is there what its record says, or nothing?  A playlist that was about to be written may have any size. */
static bool
is_ours(const struct work *w, const struct tree_file *old)
{
	return (strcmp(old->blob, "-") == 0 && !old->made) || tree_file_is(w->dirfd, old) >= 0;
}

/* What lies in the way and is not ours is not asked for any more. */
static void
spare_foreign(struct work *w)
{
	for (size_t i = 0; i < w->want.n; i++) {
		struct tree_file *f = &w->want.v[i];
		const struct tree_file *old = tree_list_find(&w->old, f->path);
		struct err e = { 0 };

		if (old != NULL && strcmp(old->blob, f->blob) == 0) {
			f->size = old->size;
			f->mtime_ns = old->mtime_ns;
			f->made = old->made;
		}
		if (old == NULL ? tree_file_is(w->dirfd, f) == 0 : is_ours(w, old))
			continue;
		f->wanted = f->made = false;
		err_set(&e, ERR_EXISTS, "%s/%s is in the way: it is not as this command wrote it", w->t->dir,
		    f->path);
		tell(w, &e);
	}
}

/* The manifest names what is there and what is about to be. */
static enum err_code
write_intent(struct work *w)
{
	struct tree_list all = { 0 };
	bool changes = false;

	for (size_t i = 0; i < w->want.n && w->e->code == ERR_NONE; i++) {
		const struct tree_file *f = &w->want.v[i];
		struct tree_file *copy;

		if (!f->wanted)
			continue;
		changes |= !f->made;
		copy = tree_list_add(&all, f->path, f->blob, NULL, w->e);
		if (copy != NULL) {
			copy->size = f->size;
			copy->mtime_ns = f->mtime_ns;
			copy->made = f->made;
		}
	}
	for (size_t i = 0; i < w->old.n && w->e->code == ERR_NONE; i++) {
		const struct tree_file *f = &w->old.v[i];
		struct tree_file *copy;

		if (tree_list_find(&w->want, f->path) != NULL)
			continue;
		changes = true;
		copy = tree_list_add(&all, f->path, f->blob, NULL, w->e);
		if (copy != NULL) {
			copy->size = f->size;
			copy->mtime_ns = f->mtime_ns;
			copy->made = f->made;
		}
	}
	if (w->e->code == ERR_NONE && changes)
		tree_list_write(w->dirfd, &all, w->e);
	tree_list_free(&all);
	return w->e->code;
}

/* Of what is no longer wanted, or of other bytes by now, what is still as we wrote it goes. */
static void
remove_old(struct work *w)
{
	for (size_t i = 0; i < w->old.n && w->e->code == ERR_NONE; i++) {
		struct tree_file *old = &w->old.v[i];
		const struct tree_file *f = tree_list_find(&w->want, old->path);
		bool ours = is_ours(w, old);
		struct err e = { 0 };

		if (f != NULL && (!f->wanted || (f->made && ours)))
			continue;
		if (!ours)
			err_set(&e, ERR_EXISTS, "%s/%s stays: it was changed by somebody else", w->t->dir,
			    old->path);
		else if (!w->t->dry_run)
			tree_file_remove(w->dirfd, old, &e);
		if (e.code != ERR_NONE)
			tell(w, &e);
		else if (f == NULL)
			w->t->removed++;
	}
}

static enum err_code
make_new(struct work *w)
{
	for (size_t i = 0; i < w->want.n && w->e->code == ERR_NONE; i++) {
		struct tree_file *f = &w->want.v[i];
		struct err e = { 0 };

		if (!f->wanted)
			continue;
		if (w->t->stop != NULL && *w->t->stop)
			return err_set(w->e, ERR_INTERRUPTED, "stopped; the same command goes on");
		if (f->made && tree_file_is(w->dirfd, f) == 1) {
			w->t->kept++;
			continue;
		}
		f->made =
		    w->t->dry_run || tree_file_make(w->dirfd, f, w->t->link, w->t->stop, &e) == ERR_NONE;
		if (e.code == ERR_INTERRUPTED)
			return err_set(w->e, ERR_INTERRUPTED, "stopped; the same command goes on");
		if (f->made) {
			w->t->made++;
			w->t->bytes += f->size;
		} else {
			tell(w, &e);
		}
	}
	return w->e->code;
}

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

/* NAME.m3u8, written only where it differs. */
static enum err_code
write_list(struct work *w, struct tree_file *f, const char *name, const struct playlist_entry *v, size_t n)
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

/* One playlist a tree: another one's file that is still there says so. */
static enum err_code
check_list(struct work *w, const char *file)
{
	for (size_t i = 0; i < w->old.n; i++) {
		const struct tree_file *f = &w->old.v[i];

		if (strcmp(f->blob, "-") == 0 && strcmp(f->path, file) != 0 &&
		    faccessat(w->dirfd, f->path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
			return err_set(w->e, ERR_STATE,
			    "%s holds another playlist, %s: take a folder of its own, or remove that file",
			    w->t->dir, f->path);
	}
	return ERR_NONE;
}

/* Everything is durable before the manifest says that it is made. */
static enum err_code
finish(struct work *w)
{
	struct tree_list made = { 0 };

	if (syncfs(w->dirfd) != 0)
		return err_sys(w->e, errno, "cannot make %s durable", w->t->dir);
	for (size_t i = 0; i < w->want.n && w->e->code == ERR_NONE; i++) {
		const struct tree_file *f = &w->want.v[i];
		struct tree_file *copy;

		if (!f->made)
			continue;
		copy = tree_list_add(&made, f->path, f->blob, NULL, w->e);
		if (copy != NULL) {
			copy->size = f->size;
			copy->mtime_ns = f->mtime_ns;
			copy->made = true;
		}
	}
	if (w->e->code == ERR_NONE)
		tree_list_write(w->dirfd, &made, w->e);
	tree_list_free(&made);
	return w->e->code;
}

static enum err_code
carry_out(struct work *w, const char *name, const char *file, const struct playlist_entry *v, size_t n)
{
	struct tree_file *f;
	bool wanted;

	if (w->dirfd >= 0) {
		spare_foreign(w);
		if (!w->t->dry_run && write_intent(w) != ERR_NONE)
			return w->e->code;
		remove_old(w);
	}
	f = tree_list_find(&w->want, file);
	if (f == NULL)
		return err_set(w->e, ERR_BUG, "%s is not in the list", file);
	if (w->t->dry_run) {
		f->wanted = false;
		if (w->dirfd >= 0)
			return make_new(w);
		w->t->made = (int64_t)w->want.n - 1;
		return ERR_NONE;
	}
	wanted = f->wanted;
	f->wanted = false; /* it is made by itself, at the end */
	if (make_new(w) != ERR_NONE || (wanted && write_list(w, f, name, v, n) != ERR_NONE))
		return w->e->code;
	(void)unlinkat(w->dirfd, TREE_PART, 0);
	return finish(w);
}

enum err_code
tree_write(
    struct db *db, struct tree *t, const char *name, const struct playlist_entry *v, size_t n, struct err *e)
{
	struct work w = { .db = db, .t = t, .dirfd = -1, .e = e };
	struct buf file = { 0 };
	struct tree_file *f;

	if (t->layout != NULL && tree_layout_check(t->layout, e) != ERR_NONE)
		return e->code;
	tree_piece(name, strlen(name), t->vfat, strlen(".m3u8"), &file);
	buf_puts(&file, ".m3u8");
	if (buf_ok(&file, e) == ERR_NONE && open_dir(&w) == ERR_NONE &&
	    (w.dirfd < 0 || check_list(&w, file.data) == ERR_NONE) && want_all(&w, v, n) == ERR_NONE) {
		f = tree_list_add(&w.want, file.data, "-", NULL, e);
		if (f != NULL) {
			f->wanted = true;
			tree_list_sort(&w.want);
			carry_out(&w, name, file.data, v, n);
		}
	}
	tree_list_free(&w.old);
	tree_list_free(&w.want);
	fd_close(&w.dirfd);
	free(w.dir);
	buf_free(&file);
	return e->code;
}
