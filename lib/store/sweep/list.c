/* SPDX-License-Identifier: MIT */
/* Lists: names in folders, hashes in the catalogue, and the two against each other. */
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

enum { CHECKED = 50000 };

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

static int
compare_entries(const void *a, const void *b)
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
		qsort(l->v, l->n, sizeof *l->v, compare_entries);
out:
	closedir(dir);
	return e->code;
}

void
blob_survey_free(struct blob_survey *v)
{
	blob_list_free(&v->orphans);
}

/* What is in blobs/ beside 00 to ff. */
static enum err_code
foreign_shards(struct db *db, foreign_fn *foreign, void *context, struct err *e)
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

struct look {
	struct db *db;
	struct blob_survey *v;
	const struct hash_set *spared;
	bool check;
	int64_t step, seen; /* every step-th named blob is looked at */
};

static int
stat_blob(struct look *k, const struct blob_entry *b, struct stat *st)
{
	char path[BLOB_PATH];

	blob_path(path, b->sha256, b->suffix);
	return below_stat(k->db->dirfd, path, st);
}

static void
bad(struct look *k, int64_t *count, const struct blob_entry *b)
{
	if (k->v->missing + k->v->wrong == 0)
		blob_path(k->v->first_bad, b->sha256, b->suffix);
	++*count;
}

/* A file that the catalogue does not name. */
static enum err_code
orphan(struct look *k, const struct blob_entry *b, bool removed, struct err *e)
{
	struct blob_entry o = *b;
	struct stat st;

	if (hash_set_has(k->spared, b->sha256) || stat_blob(k, b, &st) != 0)
		return ERR_NONE;
	o.size = st.st_size;
	o.removed = removed;
	return blob_list_add(&k->v->orphans, &o, e);
}

/* A blob that the catalogue names. */
static void
named(struct look *k, const struct blob_entry *want, bool there)
{
	struct stat st;

	if (!there) {
		/* listed before it was published? */
		if (stat_blob(k, want, &st) != 0 && errno == ENOENT)
			bad(k, &k->v->missing, want);
	} else if (k->check && k->seen++ % k->step == 0 && stat_blob(k, want, &st) == 0 &&
	    st.st_size != want->size) {
		bad(k, &k->v->wrong, want);
	}
}

enum { REMOVED, NAMED_OK, NAMED_NOT_OK, UNNAMED }; /* column 3 */

/* The next row of the catalogue into *want: 1, 0, -1. */
static int
next_row(struct look *k, sqlite3_stmt *st, struct blob_entry *want, int *state, struct err *e)
{
	int row = sql_step(k->db, st, e);

	if (row > 0) {
		memcpy(want->sha256, sqlite3_column_blob(st, 0), 32);
		snprintf(want->suffix, sizeof want->suffix, "%s", (const char *)sqlite3_column_text(st, 1));
		want->size = sqlite3_column_int64(st, 2);
		*state = sqlite3_column_int(st, 3);
	}
	return row;
}

/* The blobs of a shard in the catalogue, merged with its files: both are in the order of their hashes. */
static enum err_code
merge_shard(struct look *k, int shard, const struct blob_list *files, struct err *e)
{
	sqlite3_stmt *st = sql_get(k->db,
	    "SELECT b.sha256, b.suffix, b.size, CASE WHEN NOT" BLOB_IS_NAMED " THEN CASE WHEN EXISTS"
	    " (SELECT 1 FROM file f WHERE f.blob_id = b.id) OR EXISTS (SELECT 1 FROM removed r WHERE "
	    "r.sha256 ="
	    " b.sha256) THEN 0 ELSE 3 END WHEN EXISTS"
	    " (SELECT 1 FROM file f WHERE f.blob_id = b.id AND f.state IN ('missing', 'damaged')) THEN 2 "
	    "ELSE 1 END"
	    " FROM blob b WHERE b.sha256 >= ?1 AND b.sha256 < ?2 ORDER BY b.sha256",
	    e);
	uint8_t low = (uint8_t)shard, high[33];
	struct blob_entry want = { 0 };
	size_t i = 0;
	int row, state = REMOVED;

	if (st == NULL)
		return e->code;
	memset(high, 0xff, sizeof high);
	if (shard < 255)
		high[0] = (uint8_t)(shard + 1);
	sql_bytes(st, 1, &low, 1);
	sql_bytes(st, 2, high, shard < 255 ? 1 : sizeof high);
	do {
		row = next_row(k, st, &want, &state, e);
		if (row < 0)
			break;
		while (i < files->n && (row == 0 || compare_entries(&files->v[i], &want) < 0))
			if (orphan(k, &files->v[i++], false, e) != ERR_NONE)
				goto out;
		if (row > 0) {
			bool there = i < files->n && compare_entries(&files->v[i], &want) == 0;

			if (state == NAMED_OK)
				named(k, &want, there);
			else if (there && state != NAMED_NOT_OK &&
			    orphan(k, &want, state == REMOVED, e) != ERR_NONE)
				goto out;
			i += there;
		}
	} while (row > 0);
out:
	sql_done(st);
	return e->code;
}

static enum err_code
count_blobs(struct db *db, int64_t *n, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT count(*) FROM blob", e);

	if (st == NULL)
		return e->code;
	if (sql_step(db, st, e) < 0)
		return e->code;
	*n = sqlite3_column_int64(st, 0);
	sql_done(st);
	return ERR_NONE;
}

enum err_code
sweep_survey(struct db *db, bool check, volatile const int *stop, struct blob_survey *v, foreign_fn *foreign,
    void *context, struct err *e)
{
	struct hash_set spared = { 0 };
	struct look k = { .db = db, .v = v, .spared = &spared, .check = check };
	char folder[16];
	int64_t blobs = 0;

	if (count_blobs(db, &blobs, e) != ERR_NONE || sweep_spared(db, &spared, e) != ERR_NONE ||
	    foreign_shards(db, foreign, context, e) != ERR_NONE)
		goto out;
	k.step = blobs / CHECKED + 1;
	for (int shard = 0; shard < 256 && e->code == ERR_NONE; shard++) {
		struct blob_list files = { 0 };

		if (stop != NULL && *stop != 0)
			err_set(e, ERR_INTERRUPTED, "stopped");
		snprintf(folder, sizeof folder, "blobs/%02x", (unsigned)shard & 255);
		if (e->code == ERR_NONE &&
		    sweep_list(db, folder, shard, &files, foreign, context, e) == ERR_NONE)
			merge_shard(&k, shard, &files, e);
		v->files += (int64_t)files.n;
		blob_list_free(&files);
	}
out:
	hash_set_free(&spared);
	if (e->code != ERR_NONE)
		blob_survey_free(v);
	return e->code;
}
