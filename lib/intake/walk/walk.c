/* SPDX-License-Identifier: MIT */
#include "intake/walk/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/time.h"
#include "intake/walk/trouble.h"

struct level {
	struct folder *folder;
	size_t next; /* of its names */
};

struct later {
	char *path;
	size_t root_len; /* 0: path is a root */
	int attempts;
	int64_t when_ms;
};

struct walk {
	char **roots;
	size_t nroots, root;
	struct walk_options o;
	struct level *levels;
	size_t depth, cap;
	struct folder *single; /* the folder of the last root that was a file */
	char *path;            /* of the last entry */
	struct later *later;   /* what failed in a way that may pass, in the order of its time */
	size_t nlater, later_cap, at_later;
	long dead_base; /* 1 + the base that was found to be out of reach last */
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
	for (size_t i = 0; i < w->nlater; i++)
		free(w->later[i].path);
	free(w->later);
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
enter_single(struct walk *w, const char *folder, size_t root_len, struct err *e)
{
	if (w->single != NULL && strcmp(w->single->path, folder) == 0 && w->single->root_len == root_len)
		return WALK_END;
	folder_unref(w->single);
	w->single = NULL;
	if (folder_new(&w->single, -1, folder, folder, root_len, true, false, e) != ERR_NONE)
		return failure(e);
	return WALK_END;
}

/* root_len 0: as far as the bases tell. */
static enum walk_step
single_file(struct walk *w, const char *root, size_t root_len, const struct stat *st,
    struct walk_entry *entry, struct err *e)
{
	const char *name = path_base(root);
	size_t len = (size_t)(name - root);
	char *folder = strndup(root, len > 1 ? len - 1 : len);
	enum walk_step step;

	if (folder == NULL) {
		err_memory(e);
		return WALK_BROKEN;
	}
	step = enter_single(w, folder, root_len > 0 ? root_len : base_len(w, folder), e);
	if (step == WALK_END)
		step = set_path(w, folder, name, e);
	free(folder);
	if (step != WALK_END)
		return step;
	*entry = (struct walk_entry){ w->single, path_base(w->path), w->path, *st, false };
	return WALK_FILE;
}

/* As fstatat(), for a path of any length; errno 0 where it is there. */
static int
look(const struct walk *w, const char *path, struct stat *st)
{
	const char *rest;
	int near = path_near(path, &rest), why = 0;

	if (near == -1 || fstatat(near, rest, st, w->o.dereference ? 0 : AT_SYMLINK_NOFOLLOW) != 0)
		why = errno;
	path_close(near);
	return why;
}

/* A path by its own name: a root, or one that was put off. */
static enum walk_step
visit(struct walk *w, const char *path, size_t root_len, struct walk_entry *entry, struct err *e)
{
	struct stat st;
	int why = look(w, path, &st);

	if (why != 0) {
		err_reason(e, why);
		return WALK_FAILED;
	}
	if (S_ISDIR(st.st_mode))
		return enter(w, -1, path, path, root_len > 0 ? root_len : strlen(path), e);
	if (S_ISREG(st.st_mode))
		return single_file(w, path, root_len, &st, entry, e);
	err_set(e, ERR_FORMAT, "neither a file nor a folder");
	return WALK_FAILED;
}

/* A root failed: does the base that it lies below, too?  Then that is told, once. */
static enum walk_step
blame_base(struct walk *w, const char *root, struct walk_entry *entry, struct err *e)
{
	long i = roots_find(w->o.bases, w->o.nbases, root);
	struct stat st;
	int why;

	entry->path = (char *)root;
	entry->root = w->o.nbases == 0;
	if (i < 0 || strcmp(w->o.bases[i], root) == 0)
		return WALK_FAILED;
	if (w->dead_base == i + 1) {
		*e = (struct err){ 0 };
		return WALK_END;
	}
	why = look(w, w->o.bases[i], &st);
	if (why == 0)
		return WALK_FAILED;
	w->dead_base = i + 1;
	entry->path = w->o.bases[i];
	entry->root = true;
	err_reason(e, why);
	return WALK_FAILED;
}

/* Remember what failed for the end of the walk.  False: it has failed for good. */
static bool
put_off(struct walk *w, const char *path, size_t root_len, int attempts, const struct err *e)
{
	struct later *more;

	if (!trouble_passes(e) || attempts >= TROUBLE_ATTEMPTS)
		return false;
	if (w->nlater == w->later_cap) {
		size_t cap = 2 * w->later_cap + 16;

		more = realloc(w->later, cap * sizeof *more);
		if (more == NULL)
			return false;
		w->later = more;
		w->later_cap = cap;
	}
	more = &w->later[w->nlater];
	more->path = strdup(path);
	if (more->path == NULL)
		return false;
	more->root_len = root_len;
	more->attempts = attempts;
	more->when_ms = time_monotonic_ms() + trouble_wait_ms(attempts);
	w->nlater++;
	return true;
}

static enum walk_step
next_root(struct walk *w, struct walk_entry *entry, struct err *e)
{
	const char *root = w->roots[w->root++];
	enum walk_step step = visit(w, root, 0, entry, e);

	if (step == WALK_FAILED && w->o.nbases == 0 && put_off(w, root, 0, 1, e)) {
		*e = (struct err){ 0 };
		return WALK_END;
	}
	return step == WALK_FAILED ? blame_base(w, root, entry, e) : step;
}

/* Everything else is done: one that was put off, as soon as its time has come. */
static enum walk_step
next_later(struct walk *w, struct walk_entry *entry, struct err *e)
{
	struct later *l = &w->later[w->at_later++];
	int64_t left = l->when_ms - time_monotonic_ms();
	size_t root_len = l->root_len;
	int attempts = l->attempts;
	char *path = l->path; /* put_off() may move the list */
	enum walk_step step;

	l->path = NULL;
	if (left > 0)
		poll(NULL, 0, (int)left);
	step = visit(w, path, root_len, entry, e);
	if (step == WALK_FAILED && put_off(w, path, root_len, attempts + 1, e)) {
		*e = (struct err){ 0 };
		step = WALK_END;
	}
	if (step != WALK_FAILED) {
		free(path);
		return step;
	}
	free(w->path);
	entry->path = w->path = path;
	entry->root = root_len == 0;
	return step;
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
		err_reason(e, errno);
		step = WALK_FAILED;
	} else if (S_ISDIR(st.st_mode)) {
		/* decided before it is opened: a loop may come back through a folder that cannot be listed */
		if (is_library(w, st.st_dev, st.st_ino) || is_on_the_way(w, st.st_dev, st.st_ino))
			return WALK_END;
		step = enter(w, f->fd, name, w->path, f->root_len, e);
	} else if (S_ISREG(st.st_mode)) {
		*entry = (struct walk_entry){ f, name, w->path, st, false };
		return WALK_FILE;
	} else {
		*(S_ISLNK(st.st_mode) ? &w->counts.links : &w->counts.special) += 1;
	}
	if (step == WALK_FAILED && put_off(w, w->path, f->root_len, 1, e)) {
		*e = (struct err){ 0 };
		return WALK_END;
	}
	if (step == WALK_FAILED)
		entry->path = w->path;
	return step;
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
		*entry = (struct walk_entry){ 0 };
		if (w->depth > 0)
			step = next_name(w, entry, e);
		else if (w->root < w->nroots)
			step = next_root(w, entry, e);
		else if (w->at_later < w->nlater)
			step = next_later(w, entry, e);
		else
			return WALK_END;
		if (step != WALK_END)
			return step;
	}
}
