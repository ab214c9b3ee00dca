/* SPDX-License-Identifier: MIT */
#include "store/checked.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "digest/sha256.h"

void
checked_free(struct checked *c)
{
	free(c->files);
	*c = (struct checked){ 0 };
}

static int64_t
change_time(const struct stat *st)
{
	return (int64_t)st->st_ctim.tv_sec * 1000000000 + st->st_ctim.tv_nsec;
}

/* The place of an inode, free or not; there is always a free one. */
static struct checked_file *
find(struct checked_file *files, size_t cap, uint64_t inode)
{
	size_t at = (size_t)(inode * 0x9e3779b97f4a7c15u) & (cap - 1);

	while (files[at].inode != 0 && files[at].inode != inode)
		at = (at + 1) & (cap - 1);
	return &files[at];
}

static enum err_code
grow(struct checked *c, struct err *e)
{
	size_t cap = c->cap == 0 ? 64 : 2 * c->cap;
	struct checked_file *files = calloc(cap, sizeof *files);

	if (files == NULL)
		return err_memory(e);
	for (size_t i = 0; i < c->cap; i++)
		if (c->files[i].inode != 0)
			*find(files, cap, c->files[i].inode) = c->files[i];
	free(c->files);
	c->files = files;
	c->cap = cap;
	return ERR_NONE;
}

enum err_code
checked_add(struct checked *c, const struct stat *st, const uint8_t sha256[32], struct err *e)
{
	struct checked_file *place;

	if (2 * (c->n + 1) > c->cap && grow(c, e) != ERR_NONE)
		return e->code;
	place = find(c->files, c->cap, (uint64_t)st->st_ino);
	c->n += place->inode == 0;
	place->inode = (uint64_t)st->st_ino;
	place->ctime_ns = change_time(st);
	memcpy(place->sha256, sha256, sizeof place->sha256);
	return ERR_NONE;
}

/* Read it, and see that it stood still meanwhile: else it is not right. */
static int
read_bytes(struct checked *c, int fd, const struct stat *before, const uint8_t sha256[32], struct err *e)
{
	uint8_t hash[SHA256_BYTES];
	struct stat after;

	if (sha256_file(fd, hash, NULL, e) != ERR_NONE)
		return -1;
	if (fstat(fd, &after) != 0 || change_time(&after) != change_time(before))
		return 0;
	return checked_add(c, &after, hash, e) == ERR_NONE ? memcmp(hash, sha256, sizeof hash) == 0 : -1;
}

/* What is known of a file without opening it: 1 right, 0 wrong, -1 nothing. */
static int
known(const struct checked *c, int dirfd, const char *name, const uint8_t sha256[32])
{
	const struct checked_file *place;
	struct stat st;

	if (c->cap == 0 || fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
		return -1;
	place = find(c->files, c->cap, (uint64_t)st.st_ino);
	if (place->inode == 0 || place->ctime_ns != change_time(&st))
		return -1;
	return memcmp(place->sha256, sha256, sizeof place->sha256) == 0;
}

int
checked_bytes(struct checked *c, int dirfd, const char *name, const uint8_t sha256[32], struct err *e)
{
	struct stat st;
	int fd, right = known(c, dirfd, name, sha256);

	if (right >= 0)
		return right;
	fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0)
		err_sys(e, errno, "%s", name);
	else if (!S_ISREG(st.st_mode))
		right = 0;
	else
		right = read_bytes(c, fd, &st, sha256, e);
	if (fd >= 0)
		close(fd);
	return right;
}
