/* SPDX-License-Identifier: MIT */
/* A copy of the catalogue: made, checked, packed, read back, named. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/time.h"
#include "digest/sha256.h"
#include "pack/gzip.h"
#include "store/backup/priv.h"
#include "store/snapshot.h"
#include "store/sql.h"

/* A copy at work: the folder, and the names in it. */
struct copy {
	struct db *db;
	volatile const int *stop;
	char *folder; /* absolute */
	int dir;
	char name[BACKUP_NAME], sum[BACKUP_NAME + 8], blobs[BACKUP_NAME];
	char part[BACKUP_NAME], packed[BACKUP_NAME + 8]; /* while they are not whole */
	struct snapshot made;
};

static void
choose_names(struct copy *c, int64_t at)
{
	char stamp[BACKUP_STAMP];

	backup_stamp(at, stamp);
	snprintf(c->name, sizeof c->name, "library-%s.db.gz", stamp);
	snprintf(c->sum, sizeof c->sum, "%s.sha256", c->name);
	snprintf(c->blobs, sizeof c->blobs, "library-%s.blobs.gz", stamp);
	snprintf(c->part, sizeof c->part, "library-%s.part", stamp);
	snprintf(c->packed, sizeof c->packed, "%s.part", c->name);
}

static int
create(struct copy *c, const char *name, struct err *e)
{
	int fd;

	(void)unlinkat(
	    c->dir, name, 0); /* of a copy that was killed; never write into what others know as well */
	fd = openat(c->dir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		err_sys(e, errno, "cannot write %s/%s", c->folder, name);
	else
		(void)file_share(c->dir, fd);
	return fd;
}

static enum err_code
add_hash(void *context, const void *bytes, size_t len, struct err *e)
{
	(void)e;
	sha256_add(context, bytes, len);
	return ERR_NONE;
}

/* What was packed must come out again, byte for byte. */
static enum err_code
read_back(struct copy *c, int part, int packed, struct err *e)
{
	uint8_t before[SHA256_BYTES], after[SHA256_BYTES];
	struct sha256 h;

	sha256_begin(&h);
	if (sha256_file(part, before, NULL, e) != ERR_NONE ||
	    gzip_unpack(packed, add_hash, &h, e) != ERR_NONE)
		return err_context(e, "%s/%s", c->folder, c->packed);
	sha256_end(&h, after);
	if (memcmp(before, after, sizeof before) != 0)
		err_set(e, ERR_IO, "%s/%s does not hold what was written to it", c->folder, c->packed);
	return e->code;
}

/* The line that sha256sum -c wants. */
static enum err_code
write_sum(struct copy *c, int packed, struct err *e)
{
	uint8_t sum[SHA256_BYTES];
	char line[2 * SHA256_BYTES + BACKUP_NAME + 4], *at = line;
	int fd;

	if (sha256_file(packed, sum, NULL, e) != ERR_NONE)
		return e->code;
	for (int i = 0; i < SHA256_BYTES; i++)
		at += sprintf(at, "%02x", sum[i]);
	at += sprintf(at, "  %s\n", c->name);
	if (file_replace(c->dir, c->sum, line, (size_t)(at - line), 0600, e) != ERR_NONE)
		return e->code;
	fd = openat(c->dir, c->sum, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0)
		(void)file_share(c->dir, fd);
	fd_close(&fd);
	return ERR_NONE;
}

static enum err_code
pack(struct copy *c, struct err *e)
{
	int part = openat(c->dir, c->part, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), packed = -1;

	if (part < 0)
		err_sys(e, errno, "%s/%s", c->folder, c->part);
	else if ((packed = create(c, c->packed, e)) >= 0) {
		if (gzip_pack(part, packed, c->stop, e) != ERR_NONE)
			err_context(e, "cannot write %s/%s", c->folder, c->packed);
		else if (fsync(packed) != 0)
			err_sys(e, errno, "cannot write %s/%s", c->folder, c->packed);
		else if (read_back(c, part, packed, e) == ERR_NONE)
			write_sum(c, packed, e);
	}
	fd_close(&part);
	fd_close(&packed);
	return e->code;
}

/* The paths of the blobs that the copy names. */
static enum err_code
list_blobs(struct copy *c, struct err *e)
{
	char *path = path_join(c->folder, c->part);
	struct gzip *g = NULL;
	int fd = create(c, c->blobs, e);

	if (path == NULL)
		err_memory(e);
	if (e->code == ERR_NONE && gzip_begin(&g, fd, e) == ERR_NONE) {
		backup_blobs_of(path, backup_write_path, g, e);
		gzip_end(g, e);
	}
	if (e->code == ERR_NONE && fsync(fd) != 0)
		err_sys(e, errno, "cannot write %s/%s", c->folder, c->blobs);
	fd_close(&fd);
	free(path);
	return e->code;
}

/* The name comes last: what has it is whole. */
static enum err_code
give_name(struct copy *c, struct err *e)
{
	if (renameat2(c->dir, c->packed, c->dir, c->name, RENAME_NOREPLACE) != 0 && errno != EINVAL)
		return err_sys(e, errno, "cannot write %s/%s", c->folder, c->name);
	if (faccessat(c->dir, c->packed, F_OK, AT_SYMLINK_NOFOLLOW) ==
		0 && /* a file system that knows no flags */
	    renameat(c->dir, c->packed, c->dir, c->name) != 0)
		return err_sys(e, errno, "cannot write %s/%s", c->folder, c->name);
	return dir_sync(c->dir, c->folder, e);
}

/* SQLite opens it by its path, and follows no link at its end; the folder could have become another
 * meanwhile. */
static enum err_code
is_still(struct copy *c, int fd, struct err *e)
{
	struct stat ours, there;

	if (fstat(fd, &ours) != 0 || fstatat(c->dir, c->part, &there, AT_SYMLINK_NOFOLLOW) != 0)
		return err_sys(e, errno, "%s/%s", c->folder, c->part);
	if (ours.st_ino != there.st_ino || ours.st_dev != there.st_dev || ours.st_size == 0)
		return err_set(e, ERR_CHANGED, "%s/%s was replaced while it was written", c->folder, c->part);
	return ERR_NONE;
}

static enum err_code
take(struct copy *c, struct err *e)
{
	char *path = path_join(c->folder, c->part);
	int fd;

	if (path == NULL)
		return err_memory(e);
	fd = create(c, c->part, e); /* SQLite's own would be for everybody to read */
	if (e->code == ERR_NONE && snapshot_make(c->db, path, e) == ERR_NONE &&
	    is_still(c, fd, e) == ERR_NONE && snapshot_look(path, &c->made, e) != ERR_NONE)
		err_context(e, "the copy in %s", path);
	fd_close(&fd);
	free(path);
	if (e->code != ERR_NONE || pack(c, e) != ERR_NONE || list_blobs(c, e) != ERR_NONE)
		return e->code;
	return give_name(c, e);
}

/* A folder of the library's own where a copy would be foreign: all but backup/. */
static bool
is_foreign_there(const char *library, const char *folder)
{
	size_t n = strlen(library);

	return strncmp(folder, library, n) == 0 && (folder[n] == '/' || folder[n] == '\0') &&
	    strcmp(folder + n, "/backup") != 0;
}

static enum err_code
open_folder(struct copy *c, const char *dir, struct err *e)
{
	c->folder = dir != NULL ? realpath(dir, NULL) : path_join(c->db->path, "backup");
	if (c->folder == NULL)
		return errno == ENOMEM ? err_memory(e)
				       : err_sys(e, errno, "%s", dir != NULL ? dir : "the library's backup/");
	if (is_foreign_there(c->db->path, c->folder))
		return err_set(
		    e, ERR_USAGE, "%s is inside the library: without --to copies go to its backup/", dir);
	if (dir == NULL) {
		c->dir = dir_open_at(c->db->dirfd, "backup", e);
	} else {
		c->dir = open(c->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (c->dir < 0)
			err_sys(e, errno, "%s", dir);
	}
	return e->code;
}

/* Names tell seconds, and which copy is the newest: what is made now is later than what is there, though the
 * clock was put back a little. */
static enum err_code
choose_time(struct copy *c, int64_t *at, struct err *e)
{
	struct backup_file *list = NULL;
	size_t n = 0, i = 0;

	if (backup_list(c->dir, &list, &n, e) != ERR_NONE)
		return e->code;
	while (i < n && list[i].at > *at + BACKUP_AHEAD)
		i++;
	if (i < n && list[i].at >= *at)
		*at = list[i].at + 1;
	free(list);
	return ERR_NONE;
}

static enum err_code
note(struct copy *c, bool ours, int64_t at, struct err *e)
{
	sqlite3_stmt *st = sql_get(
	    c->db, "INSERT OR REPLACE INTO backup(name, at, schema, reason) VALUES(?, ?, ?, 'asked')", e);

	if (st == NULL || sql_begin(c->db, e) != ERR_NONE)
		return e->code;
	sql_text(st, 1, c->name);
	sql_int(st, 2, at);
	sql_int(st, 3, c->made.version);
	if ((ours && sql_run(c->db, st, e) != ERR_NONE) ||
	    db_event(c->db, "backup", c->name, NULL, e) != ERR_NONE || sql_commit(c->db, e) != ERR_NONE)
		sql_rollback(c->db);
	sql_done(st);
	return e->code;
}

enum err_code
backup_make(struct db *db, const char *dir, volatile const int *stop, struct backup *b, struct err *e)
{
	struct copy c = { .db = db, .stop = stop, .dir = -1 };
	struct backup made = { .at = time_now() };
	struct stat st;

	if (open_folder(&c, dir, e) != ERR_NONE)
		goto out;
	if (choose_time(&c, &made.at, e) != ERR_NONE)
		goto out;
	choose_names(&c, made.at);
	if (take(&c, e) == ERR_NONE && fstatat(c.dir, c.name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    note(&c, dir == NULL, made.at, e) == ERR_NONE) {
		memcpy(made.name, c.name, sizeof made.name);
		made.bytes = st.st_size;
		made.tracks = c.made.tracks;
		*b = made;
	}
	(void)unlinkat(c.dir, c.part, 0);
	(void)unlinkat(c.dir, c.packed, 0);
out:
	fd_close(&c.dir);
	free(c.folder);
	return e->code;
}
