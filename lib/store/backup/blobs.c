/* SPDX-License-Identifier: MIT */
/* Which blobs the kept copies name. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "store/backup/priv.h"
#include "store/blob.h"
#include "store/sql.h"

enum err_code
backup_write_path(void *context, const uint8_t sha256[32], const char *suffix, struct err *e)
{
	char path[BLOB_PATH + 1];
	size_t n;

	blob_path(path, sha256, suffix);
	n = strlen(path);
	path[n++] = '\n';
	return gzip_add(context, path, n, e);
}

enum err_code
backup_blobs_of(const char *path, backup_row_fn *fn, void *context, struct err *e)
{
	sqlite3 *sql = NULL;
	sqlite3_stmt *st = NULL;
	int step = SQLITE_DONE;

	if (sqlite3_open_v2(path, &sql, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOFOLLOW, NULL) != SQLITE_OK ||
	    sqlite3_db_config(sql, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(sql,
		"SELECT sha256, suffix FROM blob b WHERE" BLOB_IS_NAMED " ORDER BY sha256", -1, &st,
		NULL) != SQLITE_OK) {
		err_set(e, ERR_FORMAT, "%s: %s", path, sql != NULL ? sqlite3_errmsg(sql) : "out of memory");
	} else {
		while (e->code == ERR_NONE && (step = sqlite3_step(st)) == SQLITE_ROW)
			if (sqlite3_column_bytes(st, 0) == 32)
				fn(context, sqlite3_column_blob(st, 0),
				    (const char *)sqlite3_column_text(st, 1), e);
		if (e->code == ERR_NONE && step != SQLITE_DONE)
			err_set(e, ERR_FORMAT, "%s: %s", path, sqlite3_errmsg(sql));
	}
	sqlite3_finalize(st);
	sqlite3_close(sql);
	return e->code;
}

/* Who reads a list of paths: lines come in pieces. */
struct lines {
	backup_blob_fn *fn;
	void *context;
	char line[BLOB_PATH + 1];
	size_t n;
};

static enum err_code
end_of_line(struct lines *l, struct err *e)
{
	uint8_t sha256[32];
	char suffix[8];

	l->line[l->n] = '\0';
	if (l->n < 9 || !blob_parse(l->line + 9, sha256, suffix)) /* behind "blobs/ab/" */
		return err_set(e, ERR_FORMAT, "'%.80s' is no path of a blob", l->line);
	l->n = 0;
	return l->fn(l->context, sha256, e);
}

static enum err_code
add_piece(void *context, const void *bytes, size_t len, struct err *e)
{
	struct lines *l = context;
	const char *at = bytes;

	for (size_t i = 0; i < len && e->code == ERR_NONE; i++) {
		if (at[i] == '\n')
			end_of_line(l, e);
		else if (l->n == sizeof l->line - 1)
			err_set(e, ERR_FORMAT, "a line is too long for a path of a blob");
		else
			l->line[l->n++] = at[i];
	}
	return e->code;
}

struct plain {
	backup_blob_fn *fn;
	void *context;
};

static enum err_code
pass_on(void *context, const uint8_t sha256[32], const char *suffix, struct err *e)
{
	const struct plain *p = context;

	(void)suffix;
	return p->fn(p->context, sha256, e);
}

static enum err_code
of_plain(struct db *db, const char *name, backup_blob_fn *fn, void *context, struct err *e)
{
	struct plain p = { fn, context };
	char *folder = path_join(db->path, "backup"), *path = folder == NULL ? NULL : path_join(folder, name);

	if (path == NULL)
		err_memory(e);
	else
		backup_blobs_of(path, pass_on, &p, e);
	free(path);
	free(folder);
	return e->code;
}

static enum err_code
of_packed(int dirfd, const char *name, backup_blob_fn *fn, void *context, struct err *e)
{
	struct lines l = { .fn = fn, .context = context };
	char blobs[BACKUP_NAME];
	int fd;

	backup_blobs_name(name, blobs);
	fd = openat(dirfd, blobs, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		err_set(e, ERR_FORMAT, "backup/%s: %s", blobs, strerror(errno));
	else if (gzip_unpack(fd, add_piece, &l, e) != ERR_NONE)
		err_context(e, "backup/%s", blobs);
	fd_close(&fd);
	return e->code;
}

enum err_code
backup_blobs(struct db *db, backup_blob_fn *fn, void *context, struct err *e)
{
	struct backup_file *list = NULL;
	size_t n = 0;
	int dir = openat(db->dirfd, "backup", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (dir < 0) /* no folder, no copies */
		return errno == ENOENT ? ERR_NONE : err_sys(e, errno, "cannot read the library's backup/");
	backup_list(dir, &list, &n, e);
	for (size_t i = 0; i < n && e->code == ERR_NONE; i++)
		if (list[i].packed)
			of_packed(dir, list[i].name, fn, context, e);
		else
			of_plain(db, list[i].name, fn, context, e);
	fd_close(&dir);
	free(list);
	return e->code;
}
