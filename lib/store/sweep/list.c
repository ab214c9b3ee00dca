/* SPDX-License-Identifier: MIT */
/* Lists: names in folders, hashes in the catalogue. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/below.h"
#include "base/file.h"
#include "store/sweep/priv.h"

void
blob_list_free(struct blob_list *l)
{
	free(l->v);
	*l = (struct blob_list){ 0 };
}

enum err_code
blob_list_add(struct blob_list *l, const struct blob_entry *b, struct err *e)
{
	if (l->n == l->cap) {
		size_t cap = l->cap != 0 ? l->cap * 2 : 64;
		struct blob_entry *more = realloc(l->v, cap * sizeof *more);

		if (more == NULL)
			return err_memory(e);
		l->v = more;
		l->cap = cap;
	}
	l->v[l->n++] = *b;
	return ERR_NONE;
}

int
blob_entry_compare(const void *a, const void *b)
{
	const struct blob_entry *x = a, *y = b;
	int order = memcmp(x->sha256, y->sha256, 32);

	return order != 0 ? order : strcmp(x->suffix, y->suffix);
}

void
hash_set_free(struct hash_set *h)
{
	free(h->v);
	*h = (struct hash_set){ 0 };
}

static int
compare_hashes(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

enum err_code
hash_set_add(struct hash_set *h, const uint8_t sha256[32], struct err *e)
{
	if (h->n == h->cap) {
		size_t cap = h->cap != 0 ? h->cap * 2 : 256;
		void *more = realloc(h->v, cap * 32);

		if (more == NULL)
			return err_memory(e);
		h->v = more;
		h->cap = cap;
	}
	memcpy(h->v[h->n++], sha256, 32);
	return ERR_NONE;
}

void
hash_set_sort(struct hash_set *h)
{
	if (h->n > 0)
		qsort(h->v, h->n, 32, compare_hashes);
}

bool
hash_set_has(const struct hash_set *h, const uint8_t sha256[32])
{
	return h->n > 0 && bsearch(sha256, h->v, h->n, 32, compare_hashes) != NULL;
}

enum err_code
sweep_spared(struct db *db, struct hash_set *h, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT i.sha256 FROM session s JOIN item i ON i.session_id = s.id"
	    " WHERE " SWEEP_UNFINISHED " AND i.sha256 IS NOT NULL"
	    " UNION ALL SELECT c.sha256 FROM session s JOIN item i ON i.session_id = s.id"
	    " JOIN item_cover c ON c.item_id = i.id WHERE " SWEEP_UNFINISHED,
	    e);
	if (st == NULL)
		return e->code;
	while (sql_step(db, st, e) > 0 && hash_set_add(h, sqlite3_column_blob(st, 0), e) == ERR_NONE)
		;
	sql_done(st);
	if (e->code != ERR_NONE)
		hash_set_free(h);
	hash_set_sort(h);
	return e->code;
}

int
sweep_is_named(struct db *db, const struct blob_entry *b, struct err *e)
{
	sqlite3_stmt *st =
	    sql_get(db, "SELECT 1 FROM blob b WHERE b.sha256 = ?1 AND b.suffix = ?2 AND" BLOB_IS_NAMED, e);
	int row;

	if (st == NULL)
		return -1;
	sql_bytes(st, 1, b->sha256, 32);
	sql_text(st, 2, b->suffix);
	row = sql_step(db, st, e);
	sql_done(st);
	return row;
}

static void
tell(foreign_fn *foreign, void *context, const char *folder, const char *name)
{
	struct buf path = { 0 };

	buf_puts(&path, folder);
	if (name != NULL)
		buf_printf(&path, "/%s", name);
	if (foreign != NULL && !path.failed)
		foreign(context, path.data);
	buf_free(&path);
}

/* A folder's stream; NULL with e->code ERR_NONE where it is missing or a link (which was told). */
static DIR *
open_folder(struct db *db, const char *folder, foreign_fn *foreign, void *context, struct err *e)
{
	int fd = dir_open_at(db->dirfd, folder, e);
	DIR *dir;

	if (fd < 0) {
		if (e->sys == ELOOP || e->sys == ENOTDIR)
			tell(foreign, context, folder, NULL);
		if (e->sys == ELOOP || e->sys == ENOTDIR || e->sys == ENOENT)
			*e = (struct err){ 0 };
		return NULL;
	}
	dir = fdopendir(fd);
	if (dir == NULL) {
		err_sys(e, errno, "%s", folder);
		close(fd);
	}
	return dir;
}

/* Is this entry a blob of ours?  1, 0 it is foreign, -1 it is gone by now. */
static int
read_entry(DIR *dir, const struct dirent *d, int shard, struct blob_entry *b)
{
	struct stat st;

	if (!blob_parse(d->d_name, b->sha256, b->suffix) || (shard >= 0 && b->sha256[0] != shard))
		return 0;
	if (d->d_type != DT_REG && d->d_type != DT_UNKNOWN)
		return 0;
	if (d->d_type == DT_REG)
		return 1;
	if (fstatat(dirfd(dir), d->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return -1;
	return S_ISREG(st.st_mode);
}

enum err_code
sweep_list(struct db *db, const char *folder, int shard, struct blob_list *l, foreign_fn *foreign,
    void *context, struct err *e)
{
	DIR *dir = open_folder(db, folder, foreign, context, e);
	struct dirent *d;

	if (dir == NULL)
		return e->code;
	for (errno = 0; (d = readdir(dir)) != NULL; errno = 0) {
		struct blob_entry b = { 0 };
		int ours;

		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		ours = read_entry(dir, d, shard, &b);
		if (ours == 0)
			tell(foreign, context, folder, d->d_name);
		else if (ours > 0 && blob_list_add(l, &b, e) != ERR_NONE)
			goto out;
	}
	if (errno != 0)
		err_sys(e, errno, "%s", folder);
	if (l->n > 0)
		qsort(l->v, l->n, sizeof *l->v, blob_entry_compare);
out:
	closedir(dir);
	return e->code;
}

enum err_code
sweep_list_shards(struct db *db, foreign_fn *foreign, void *context, struct err *e)
{
	static const char hex[] = "0123456789abcdef";
	DIR *dir = open_folder(db, "blobs", foreign, context, e);
	struct dirent *d;

	if (dir == NULL)
		return e->code;
	while ((d = readdir(dir)) != NULL) {
		const char *n = d->d_name;

		if (n[0] == '.' && (n[1] == '\0' || (n[1] == '.' && n[2] == '\0')))
			continue;
		if (strlen(n) != 2 || strchr(hex, n[0]) == NULL || strchr(hex, n[1]) == NULL)
			tell(foreign, context, "blobs", n);
	}
	closedir(dir);
	return ERR_NONE;
}
