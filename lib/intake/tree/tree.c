/* SPDX-License-Identifier: MIT */
#include "intake/tree/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "intake/tree/name.h"
#include "intake/tree/work.h"

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
	if (tree_list_read(w->dirfd, &w->old, w->e) == ERR_FORMAT)
		err_set(w->e, ERR_FORMAT,
		    "%s/" TREE_MANIFEST " is not as this command wrote it: remove it, or take another folder",
		    dir);
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

static enum err_code
carry_out(struct work *w, const char *name, const char *file, const struct playlist_entry *v, size_t n)
{
	struct tree_file *f;

	if (w->dirfd >= 0) {
		tree_spare_foreign(w);
		if (tree_remove_old(w) != ERR_NONE ||
		    (!w->t->dry_run && tree_write_state(w, false) != ERR_NONE))
			return w->e->code;
	}
	f = tree_list_find(&w->want, file);
	if (f == NULL)
		return err_set(w->e, ERR_BUG, "%s is not in the list", file);
	if (tree_make_new(w) != ERR_NONE || w->t->dry_run)
		return w->e->code;
	if ((w->t->coding != NULL && tree_convert(w) != ERR_NONE) ||
	    (f->wanted && tree_write_list(w, f, name, v, n) != ERR_NONE))
		return w->e->code;
	(void)unlinkat(w->dirfd, TREE_PART, 0);
	return tree_finish(w);
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
	    (w.dirfd < 0 || check_list(&w, file.data) == ERR_NONE) && tree_want(&w, v, n) == ERR_NONE) {
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
