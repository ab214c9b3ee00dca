/* SPDX-License-Identifier: MIT */
#include "intake/tree/list.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

static const char head[] = "# What lib-playlist wrote here; it changes and removes nothing else.\n";
enum { MANIFEST_MAX = 256 << 20 };

void
tree_list_free(struct tree_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].path);
		free(l->v[i].blob);
		free(l->v[i].from);
	}
	free(l->v);
	*l = (struct tree_list){ 0 };
}

struct tree_file *
tree_list_add(struct tree_list *l, const char *path, const char *blob, const char *from, struct err *e)
{
	struct tree_file *f;

	if (l->n == l->cap) {
		size_t cap = l->cap > 0 ? 2 * l->cap : 64;
		struct tree_file *more = realloc(l->v, cap * sizeof *more);

		if (more == NULL) {
			err_memory(e);
			return NULL;
		}
		l->v = more;
		l->cap = cap;
	}
	f = &l->v[l->n++];
	*f = (struct tree_file){
		.path = strdup(path), .blob = strdup(blob), .from = from != NULL ? strdup(from) : NULL
	};
	if (f->path == NULL || f->blob == NULL || (from != NULL && f->from == NULL)) {
		err_memory(e);
		return NULL;
	}
	return f;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(((const struct tree_file *)a)->path, ((const struct tree_file *)b)->path);
}

void
tree_list_sort(struct tree_list *l)
{
	if (l->n > 0)
		qsort(l->v, l->n, sizeof *l->v, compare);
}

struct tree_file *
tree_list_find(const struct tree_list *l, const char *path)
{
	struct tree_file key = { .path = (char *)path };

	return l->n > 0 ? bsearch(&key, l->v, l->n, sizeof *l->v, compare) : NULL;
}

/* A path stays below its folder: relative, no "..", no manifest. */
static bool
is_inside(const char *path)
{
	if (*path == '/' || *path == '\0' || strcmp(path, TREE_MANIFEST) == 0)
		return false;
	for (const char *s = path; s != NULL; s = strchr(s, '/') != NULL ? strchr(s, '/') + 1 : NULL)
		if (strncmp(s, "../", 3) == 0 || strcmp(s, "..") == 0)
			return false;
	return true;
}

static enum err_code
read_line(struct tree_list *l, char *line, struct err *e)
{
	char state, *path, blob[80];
	int64_t size, mtime;
	int at = 0;
	struct tree_file *f;

	if (sscanf(line, "%c\t%" SCNd64 "\t%" SCNd64 "\t%79[^\t]\t%n", &state, &size, &mtime, blob, &at) !=
		4 ||
	    at == 0 || (state != '=' && state != '?') || !is_inside(line + at))
		return err_set(e, ERR_FORMAT, "%s is none of ours: '%.60s'", TREE_MANIFEST, line);
	path = line + at;
	f = tree_list_add(l, path, blob, NULL, e);
	if (f == NULL)
		return e->code;
	f->size = size;
	f->mtime_ns = mtime;
	f->made = state == '=';
	return ERR_NONE;
}

enum err_code
tree_list_read(int dirfd, struct tree_list *l, struct err *e)
{
	struct buf text = { 0 };
	int fd = openat(dirfd, TREE_MANIFEST, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return ERR_NONE;
	if (fd < 0)
		return err_sys(e, errno, "%s", TREE_MANIFEST);
	fd_close(&fd);
	if (file_slurp(&text, dirfd, TREE_MANIFEST, MANIFEST_MAX, e) != ERR_NONE)
		goto out;
	if (text.len < sizeof head - 1 || memcmp(text.data, head, sizeof head - 1) != 0)
		err_set(e, ERR_FORMAT, "%s is none of ours", TREE_MANIFEST);
	for (char *s = text.data + sizeof head - 1, *next; e->code == ERR_NONE && *s != '\0'; s = next) {
		size_t len = strcspn(s, "\n");

		next = s + len + (s[len] == '\n');
		s[len] = '\0';
		read_line(l, s, e);
	}
	tree_list_sort(l);
out:
	buf_free(&text);
	return e->code;
}

enum err_code
tree_replace(int dirfd, const char *name, const void *bytes, size_t len, struct err *e)
{
	int fd;

	(void)unlinkat(dirfd, TREE_PART, 0);
	fd = openat(dirfd, TREE_PART, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (fd < 0)
		return err_sys(e, errno, "cannot write %s", name);
	if (file_write(fd, bytes, len) < 0 || fsync(fd) != 0)
		err_sys(e, errno, "cannot write %s", name);
	if (close(fd) != 0 && e->code == ERR_NONE)
		err_sys(e, errno, "cannot write %s", name);
	if (e->code == ERR_NONE && renameat(dirfd, TREE_PART, dirfd, name) != 0)
		err_sys(e, errno, "cannot write %s", name);
	return e->code != ERR_NONE ? e->code : dir_sync(dirfd, name, e);
}

enum err_code
tree_list_write(int dirfd, const struct tree_list *l, struct err *e)
{
	struct buf text = { 0 };

	buf_puts(&text, head);
	for (size_t i = 0; i < l->n; i++)
		buf_printf(&text, "%c\t%" PRId64 "\t%" PRId64 "\t%s\t%s\n", l->v[i].made ? '=' : '?',
		    l->v[i].size, l->v[i].mtime_ns, l->v[i].blob, l->v[i].path);
	if (buf_ok(&text, e) == ERR_NONE)
		tree_replace(dirfd, TREE_MANIFEST, text.data, text.len, e);
	buf_free(&text);
	return e->code;
}
