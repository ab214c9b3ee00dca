/* SPDX-License-Identifier: MIT */
/* What changes in a tree: only what differs, and nothing that is not ours. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "intake/tree/work.h"

void
tree_tell(struct work *w, const struct err *e)
{
	if (w->t->failed != NULL)
		w->t->failed(e);
}

/* The playlist, which is made by itself, at the end. */
static bool
is_list(const struct tree_file *f)
{
	return strcmp(f->blob, "-") == 0;
}

/* Is there what its record says, or nothing?  A playlist that was about to be written may have any size. */
static bool
is_ours(const struct work *w, const struct tree_file *old)
{
	return (is_list(old) && !old->made) || tree_file_is(w->dirfd, old, w->t->vfat) >= 0;
}

void
tree_spare_foreign(struct work *w)
{
	for (size_t i = 0; i < w->want.n; i++) {
		struct tree_file *f = &w->want.v[i];
		const struct tree_file *old = tree_list_find(&w->old, f->path);
		struct err e = { 0 };

		if (old != NULL && strcmp(old->blob, f->blob) == 0) {
			f->size = old->size;
			f->mtime_ns = old->mtime_ns;
			/* what is converted was made durable before it got its name */
			f->made =
			    old->made || (f->how.converted && tree_file_is(w->dirfd, old, w->t->vfat) == 1);
		}
		if (old == NULL ? tree_file_is(w->dirfd, f, w->t->vfat) == 0 : is_ours(w, old))
			continue;
		f->wanted = f->made = false;
		err_set(&e, ERR_EXISTS, "%s/%s is in the way: it is not as this command wrote it", w->t->dir,
		    f->path);
		tree_tell(w, &e);
	}
}

/* What a manifest says of a file; as long as files are made the playlist is about to be, with any size. */
static void
add_copy(struct work *w, struct tree_list *list, const struct tree_file *f, bool at_the_end)
{
	struct tree_file *copy = tree_list_add(list, f->path, f->blob, NULL, w->e);

	if (copy != NULL) {
		copy->size = f->size;
		copy->mtime_ns = f->mtime_ns;
		copy->made = f->made && (at_the_end || !is_list(f));
	}
}

/* Of what is no longer wanted, or of other bytes by now, what is still as we wrote it goes; for good, before
 * the manifest says something else of it. */
enum err_code
tree_remove_old(struct work *w)
{
	bool any = false;

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
			tree_tell(w, &e);
		else if (f == NULL)
			w->t->removed++;
		any |= e.code == ERR_NONE;
	}
	if (any && !w->t->dry_run && syncfs(w->dirfd) != 0)
		err_sys(w->e, errno, "cannot make %s durable", w->t->dir);
	return w->e->code;
}

enum err_code
tree_make_new(struct work *w)
{
	for (size_t i = 0; i < w->want.n && w->e->code == ERR_NONE; i++) {
		struct tree_file *f = &w->want.v[i];
		struct err e = { 0 };

		if (!f->wanted || is_list(f) || (f->how.converted && !w->t->dry_run))
			continue; /* convert.c has those */
		if (w->t->stop != NULL && *w->t->stop)
			return err_set(w->e, ERR_INTERRUPTED, "stopped; the same command goes on");
		if (f->made && tree_file_is(w->dirfd, f, w->t->vfat) == 1) {
			w->t->kept++;
			continue;
		}
		if (w->t->progress.report != NULL)
			w->t->progress.report(w->t->progress.context, w->t->link ? "linking" : "copying",
			    (int64_t)i, (int64_t)w->want.n, w->t->bytes);
		f->made =
		    w->t->dry_run || tree_file_make(w->dirfd, f, w->t->link, w->t->stop, &e) == ERR_NONE;
		if (e.code == ERR_INTERRUPTED)
			return err_set(w->e, ERR_INTERRUPTED, "stopped; the same command goes on");
		if (e.code == ERR_SPACE) { /* nor has what comes behind it */
			(void)unlinkat(w->dirfd, TREE_PART, 0);
			*w->e = e;
			return ERR_SPACE;
		}
		if (f->made) {
			w->t->made++;
			w->t->encoded += f->how.converted && f->how.step != CODING_KEEP;
			w->t->bytes += f->size > 0 ? f->size : 0;
		} else {
			tree_tell(w, &e);
		}
	}
	return w->e->code;
}

enum err_code
tree_write_state(struct work *w, bool at_the_end)
{
	struct tree_list list = { 0 };

	for (size_t i = 0; i < w->want.n && w->e->code == ERR_NONE; i++) {
		const struct tree_file *f = &w->want.v[i];

		if (at_the_end ? f->made : f->wanted)
			add_copy(w, &list, f, at_the_end);
	}
	if (w->e->code == ERR_NONE)
		tree_list_write(w->dirfd, &list, w->e);
	tree_list_free(&list);
	return w->e->code;
}

/* Everything is durable before the manifest says that it is made. */
enum err_code
tree_finish(struct work *w)
{
	if (syncfs(w->dirfd) != 0)
		return err_sys(w->e, errno, "cannot make %s durable", w->t->dir);
	return tree_write_state(w, true);
}
