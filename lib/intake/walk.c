#include "intake/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

struct level {
	struct folder *folder;
	size_t next; /* of its names */
};

struct walk {
	char **roots;
	size_t nroots, root;
	struct walk_options o;
	struct level *levels;
	size_t depth, cap;
	struct folder *single; /* the folder of the last root that was a file */
	char *path;            /* of the last entry */
	dev_t library_dev;
	ino_t library_ino;
	bool library_known;
	struct walk_counts counts;
};

enum err_code
walk_new(struct walk **ret, char **roots, size_t nroots, const struct walk_options *o, struct err *e)
{
	struct walk *w = calloc(1, sizeof *w);
	struct stat st;

	if (w == NULL)
		return err_memory(e);
	w->roots = roots;
	w->nroots = nroots;
	w->o = *o;
	if (o->library != NULL && stat(o->library, &st) == 0) {
		w->library_known = true;
		w->library_dev = st.st_dev;
		w->library_ino = st.st_ino;
	}
	*ret = w;
	return ERR_NONE;
}

static void
leave(struct walk *w)
{
	folder_unref(w->levels[--w->depth].folder);
}

void
walk_free(struct walk *w)
{
	if (w == NULL)
		return;
	while (w->depth > 0)
		leave(w);
	folder_unref(w->single);
	free(w->levels);
	free(w->path);
	free(w);
}

const struct walk_counts *
walk_counts(const struct walk *w)
{
	return &w->counts;
}

static bool
is_library(const struct walk *w, dev_t dev, ino_t ino)
{
	return w->library_known && dev == w->library_dev && ino == w->library_ino;
}

static bool
is_on_the_way(const struct walk *w, dev_t dev, ino_t ino)
{
	for (size_t i = 0; i < w->depth; i++)
		if (w->levels[i].folder->dev == dev && w->levels[i].folder->ino == ino)
			return true;
	return false;
}

/* Takes over f. */
static enum walk_step
push(struct walk *w, struct folder *f, struct err *e)
{
	if (w->depth == w->cap) {
		size_t cap = 2 * w->cap + 16;
		struct level *levels = realloc(w->levels, cap * sizeof *levels);

		if (levels == NULL) {
			folder_unref(f);
			err_memory(e);
			return WALK_BROKEN;
		}
		w->levels = levels;
		w->cap = cap;
	}
	w->levels[w->depth++] = (struct level){ f, 0 };
	return WALK_END;
}

static enum walk_step
failure(const struct err *e)
{
	return e->code == ERR_MEMORY ? WALK_BROKEN : WALK_FAILED;
}

/* WALK_END: nothing to report, go on. */
static enum walk_step
enter(struct walk *w, int dirfd, const char *name, const char *path, size_t root_len, struct err *e)
{
	struct folder *f = NULL;

	if (folder_new(&f, dirfd, name, path, root_len, w->o.dereference, true, e) != ERR_NONE)
		return failure(e);
	if (is_library(w, f->dev, f->ino) || is_on_the_way(w, f->dev, f->ino)) {
		folder_unref(f);
		return WALK_END;
	}
	return push(w, f, e);
}

enum err_code
walk_folder(struct walk **ret, int dirfd, const char *path, struct err *e)
{
	struct walk_options plain = { 0 };
	struct walk *w = NULL;

	if (walk_new(&w, NULL, 0, &plain, e) == ERR_NONE)
		(void)enter(w, dirfd, ".", path, strlen(path), e);
	if (e->code == ERR_NONE)
		*ret = w;
	else
		walk_free(w);
	return e->code;
}

static enum walk_step
set_path(struct walk *w, const char *folder, const char *name, struct err *e)
{
	free(w->path);
	w->path = path_join(folder, name);
	if (w->path != NULL)
		return WALK_END;
	err_memory(e);
	return WALK_BROKEN;
}

/* So many bytes of a file's folder are the root that it counts as found below. */
static size_t
base_len(const struct walk *w, const char *folder)
{
	size_t full = strlen(folder), best = full;

	for (size_t i = 0; i < w->o.nbases; i++) {
		size_t len = strlen(w->o.bases[i]);

		if (len < best && strncmp(folder, w->o.bases[i], len) == 0 &&
		    (folder[len] == '/' || folder[len - 1] == '/'))
			best = len;
	}
	return best;
}

/* The folder of a root that is a file: the one of the root before, where that is the same. */
static enum walk_step
enter_single(struct walk *w, const char *folder, struct err *e)
{
	if (w->single != NULL && strcmp(w->single->path, folder) == 0)
		return WALK_END;
	folder_unref(w->single);
	w->single = NULL;
	if (folder_new(&w->single, -1, folder, folder, base_len(w, folder), true, false, e) != ERR_NONE)
		return failure(e);
	return WALK_END;
}

static enum walk_step
single_file(struct walk *w, const char *root, const struct stat *st, struct walk_entry *entry, struct err *e)
{
	const char *name = path_base(root);
	size_t len = (size_t)(name - root);
	char *folder = strndup(root, len > 1 ? len - 1 : len);
	enum walk_step step;

	if (folder == NULL) {
		err_memory(e);
		return WALK_BROKEN;
	}
	step = enter_single(w, folder, e);
	if (step == WALK_END)
		step = set_path(w, folder, name, e);
	free(folder);
	if (step != WALK_END)
		return step;
	*entry = (struct walk_entry){ w->single, path_base(w->path), w->path, *st };
	return WALK_FILE;
}

static enum walk_step
next_root(struct walk *w, struct walk_entry *entry, struct err *e)
{
	const char *root = w->roots[w->root++];
	struct stat st;

	if (fstatat(AT_FDCWD, root, &st, w->o.dereference ? 0 : AT_SYMLINK_NOFOLLOW) != 0) {
		err_sys(e, errno, "%s", root);
		return WALK_FAILED;
	}
	if (S_ISDIR(st.st_mode))
		return enter(w, -1, root, root, strlen(root), e);
	if (S_ISREG(st.st_mode))
		return single_file(w, root, &st, entry, e);
	err_set(e, ERR_FORMAT, "%s: neither a file nor a folder", root);
	return WALK_FAILED;
}

static enum walk_step
next_name(struct walk *w, struct walk_entry *entry, struct err *e)
{
	struct level *at = &w->levels[w->depth - 1];
	struct folder *f = at->folder;
	const char *name = f->names[at->next++];
	enum walk_step step = set_path(w, f->path, name, e);
	struct stat st;

	if (step != WALK_END)
		return step;
	if (fstatat(f->fd, name, &st, w->o.dereference ? 0 : AT_SYMLINK_NOFOLLOW) != 0) {
		err_sys(e, errno, "%s", w->path);
		return WALK_FAILED;
	}
	if (S_ISDIR(st.st_mode)) {
		/* decided before it is opened: a loop may come back through a folder that cannot be listed */
		if (is_library(w, st.st_dev, st.st_ino) || is_on_the_way(w, st.st_dev, st.st_ino))
			return WALK_END;
		return enter(w, f->fd, name, w->path, f->root_len, e);
	}
	if (S_ISREG(st.st_mode)) {
		*entry = (struct walk_entry){ f, name, w->path, st };
		return WALK_FILE;
	}
	*(S_ISLNK(st.st_mode) ? &w->counts.links : &w->counts.special) += 1;
	return WALK_END;
}

enum walk_step
walk_next(struct walk *w, struct walk_entry *entry, struct err *e)
{
	for (;;) {
		enum walk_step step;

		if (w->depth > 0 && w->levels[w->depth - 1].next == w->levels[w->depth - 1].folder->nnames) {
			leave(w);
			continue;
		}
		if (w->depth == 0 && w->root == w->nroots)
			return WALK_END;
		step = w->depth > 0 ? next_name(w, entry, e) : next_root(w, entry, e);
		if (step != WALK_END)
			return step;
	}
}
