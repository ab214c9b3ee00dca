/* SPDX-License-Identifier: MIT */
/* What the user named, as roots of a walk (walk.h). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "intake/walk/walk.h"

/* Bytes with '/' first, so that what lies in a folder follows it at once. */
static int
by_path(const void *a, const void *b)
{
	const unsigned char *p = *(unsigned char *const *)a, *q = *(unsigned char *const *)b;

	while (*p != '\0' && *p == *q) {
		p++;
		q++;
	}
	if (*p == *q)
		return 0;
	if (*p == '\0' || *q == '\0')
		return *p == '\0' ? -1 : 1;
	if (*p == '/' || *q == '/')
		return *p == '/' ? -1 : 1;
	return *p < *q ? -1 : 1;
}

static bool
is_inside(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	if (strcmp(folder, "/") == 0)
		return true;
	return strncmp(path, folder, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

long
roots_find(char **roots, size_t n, const char *path)
{
	size_t low = 0, high = n;

	while (low < high) { /* the last that does not come after path */
		size_t middle = low + (high - low) / 2;

		if (by_path(&roots[middle], &path) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 && is_inside(path, roots[low - 1]) ? (long)low - 1 : -1;
}

/* Is it in the library, and not among the blobs where those may be taken? */
static bool
is_the_librarys(const char *path, const char *library, bool blobs)
{
	size_t len = library != NULL ? strlen(library) : 0;

	if (library == NULL || !is_inside(path, library))
		return false;
	return !blobs || strcmp(library, "/") == 0 || !is_inside(path + len, "/blobs");
}

/* NULL with *e filled in. */
static char *
resolve(const char *operand, const char *library, bool blobs, struct err *e)
{
	char *path = realpath(operand, NULL);
	struct stat st;

	if (path == NULL && errno == ENOMEM) {
		err_memory(e);
		return NULL;
	}
	if (path == NULL || stat(path, &st) != 0) {
		err_sys(e, errno, "%s", *operand != '\0' ? operand : "''");
		free(path);
		return NULL;
	}
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		err_set(e, ERR_FORMAT, "%s: neither a file nor a folder", operand);
	else if (is_the_librarys(path, library, blobs))
		err_set(e, ERR_STATE, "%s is inside the library itself: it is not imported", operand);
	else
		return path;
	free(path);
	return NULL;
}

static size_t
drop_contained(char **roots, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (kept > 0 && is_inside(roots[i], roots[kept - 1]))
			free(roots[i]);
		else
			roots[kept++] = roots[i];
	}
	roots[kept] = NULL;
	return kept;
}

enum err_code
roots_resolve(char **operands, size_t n, const char *library, bool blobs, void (*failed)(const struct err *e),
    char ***ret, size_t *nroots, struct err *e)
{
	char **roots = calloc(n + 1, sizeof *roots);
	size_t found = 0;

	if (roots == NULL)
		return err_memory(e);
	for (size_t i = 0; i < n; i++) {
		struct err why = { 0 };
		char *path = resolve(operands[i], library, blobs, &why);

		if (path != NULL) {
			roots[found++] = path;
		} else if (why.code == ERR_MEMORY) {
			paths_free(roots);
			return err_memory(e);
		} else {
			failed(&why);
		}
	}
	if (found > 1)
		qsort(roots, found, sizeof *roots, by_path);
	*nroots = drop_contained(roots, found);
	*ret = roots;
	return ERR_NONE;
}

/* Cut the path of an archive's member to that of the archive. */
static void
cut_to_file(char *path)
{
	struct stat st;
	char *slash;

	if (lstat(path, &st) == 0 || errno != ENOTDIR)
		return;
	while ((slash = strrchr(path, '/')) != NULL && slash != path) {
		*slash = '\0';
		if (lstat(path, &st) == 0)
			return;
	}
}

void
roots_of_items(char **paths, size_t *n)
{
	for (size_t i = 0; i < *n; i++)
		cut_to_file(paths[i]);
	if (*n > 1)
		qsort(paths, *n, sizeof *paths, by_path);
	*n = drop_contained(paths, *n);
}
