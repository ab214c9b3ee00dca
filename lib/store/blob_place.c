/* SPDX-License-Identifier: MIT */
/* From staging/ to blobs/: what may be published, how, and what is left of it (blob.h). */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/blob.h"
#include "store/layout.h"
#include "store/sql.h"

/* A file written this short before it was linked may have been written again within the same tick. */
enum { RACY_NS = 2000000000 };

/* Where one blob may lie: the open folders of its two places, and its name. */
struct place {
	int staging, shard;
	char name[BLOB_NAME];
	char shard_name[9];    /* "blobs/ab" */
	char staging_name[48]; /* "staging/s3" */
};

static void
place_close(struct place *p)
{
	fd_close(&p->staging);
	fd_close(&p->shard);
}

/* A copy of the library without its empty folders lacks some of blobs/. */
static int
shard_again(struct db *db, const char *shard, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT 1 FROM blob LIMIT 1", e);
	int has_blobs = st == NULL ? -1 : sql_step(db, st, e);

	sql_done(st);
	if (has_blobs < 0 || layout_mend_shard(db->dirfd, shard, has_blobs == 1, e) != ERR_NONE)
		return -1;
	return dir_open_at(db->dirfd, shard, e);
}

/* A staging folder that is gone is no error: its files may be in blobs/ already. */
static enum err_code
place_open(struct place *p, struct db *db, const struct blob_staged *s, struct err *e)
{
	char path[BLOB_PATH];

	p->staging = p->shard = -1;
	blob_path(path, s->sha256, s->suffix);
	memcpy(p->name, path + 9, sizeof p->name);
	memcpy(p->shard_name, path, 8);
	p->shard_name[8] = '\0';
	p->shard = dir_open_at(db->dirfd, p->shard_name, e);
	if (p->shard < 0 && e->sys == ENOENT) {
		*e = (struct err){ 0 };
		p->shard = shard_again(db, p->shard_name, e);
	}
	if (p->shard < 0)
		return e->code;
	snprintf(p->staging_name, sizeof p->staging_name, "staging/s%" PRId64, s->session);
	p->staging = dir_open_at(db->dirfd, p->staging_name, e);
	if (p->staging < 0 && e->sys != ENOENT) {
		fd_close(&p->shard);
		return e->code;
	}
	*e = (struct err){ 0 };
	return ERR_NONE;
}

/* ERR_NONE, ERR_NOTFOUND, ERR_CHANGED (another size, no plain file) of dirfd/name. */
static enum err_code
look(int dirfd, const char *folder, const char *name, int64_t size, struct stat *st, struct err *e)
{
	if (dirfd < 0)
		return err_set(e, ERR_NOTFOUND, "%s/%s is missing", folder, name);
	if (fstatat(dirfd, name, st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(e, errno, "%s/%s", folder, name);
	if (!S_ISREG(st->st_mode))
		return err_set(e, ERR_CHANGED, "%s/%s is no plain file", folder, name);
	if (st->st_size != size)
		return err_set(e, ERR_CHANGED, "%s/%s has %lld bytes instead of %lld", folder, name,
		    (long long)st->st_size, (long long)size);
	return ERR_NONE;
}

/* Nobody has touched what the import linked: not since, and not so short before that its times do not tell.
 */
static bool
stood_still(const struct blob_staged *s, const struct stat *st)
{
	return (int64_t)st->st_ino == s->inode && file_ns(st->st_mtim) == s->mtime_ns &&
	    file_ns(st->st_ctim) == s->ctime_ns && s->ctime_ns - s->mtime_ns > RACY_NS;
}

static enum err_code
hash(struct checked *c, int dirfd, const char *folder, const char *name, const struct blob_staged *s,
    struct err *e)
{
	int right = checked_bytes(c, dirfd, name, s->sha256, e);

	if (right < 0 && e->sys != EIO)
		return e->code;
	if (right < 0)
		e->code = ERR_CHANGED; /* bytes that cannot be read are lost */
	else if (right == 0)
		err_set(e, ERR_CHANGED, "%s/%s: its bytes are not those of its name", folder, name);
	return e->code;
}

/* Nobody has touched the copy since it got its name.  A later link to it counts as a touch: a commit that
 * goes on where one died reads the bytes. */
static bool
untouched(const struct blob_staged *s, const struct stat *st)
{
	return s->staged_ns != 0 && file_ns(st->st_ctim) == s->staged_ns;
}

/* The staged file.  One that was touched since tells by its bytes. */
static enum err_code
look_staged(const struct place *p, const struct blob_staged *s, struct checked *c, struct err *e)
{
	struct stat st;

	if (look(p->staging, p->staging_name, p->name, s->size, &st, e) != ERR_NONE)
		return e->code;
	if (s->seen)
		return ERR_NONE;
	if (s->linked ? stood_still(s, &st) : untouched(s, &st))
		return s->shared ? checked_add(c, &st, s->sha256, e) : ERR_NONE;
	return hash(c, p->staging, p->staging_name, p->name, s, e);
}

/* The blob.  One without a row is what a commit left that failed or died, and may be the source of a link. */
static enum err_code
look_blob(const struct place *p, const struct blob_staged *s, struct checked *c, struct err *e)
{
	struct stat st;

	if (look(p->shard, p->shard_name, p->name, s->size, &st, e) != ERR_NONE)
		return e->code;
	if (s->seen || (!s->doubt && !s->fresh))
		return ERR_NONE;
	return hash(c, p->shard, p->shard_name, p->name, s, e);
}

/* Can this file system not make hard links (of this file)? */
static bool
no_links(int errnum)
{
	return errnum == EPERM || errnum == EOPNOTSUPP || errnum == ENOSYS || errnum == EMLINK ||
	    errnum == EINVAL;
}

static enum err_code
rename_staged(const struct place *p, struct err *e)
{
	if (renameat2(p->staging, p->name, p->shard, p->name, RENAME_NOREPLACE) == 0 || errno == EEXIST)
		return ERR_NONE;
	/* what another process puts there under this name would have the same bytes */
	if ((errno == EINVAL || errno == ENOSYS) && renameat(p->staging, p->name, p->shard, p->name) == 0)
		return ERR_NONE;
	return err_sys(e, errno, "%s/%s", p->shard_name, p->name);
}

/* A second name for the staged copy, so that it is still there should the transaction fail; where links are
 * not to be had the copy itself moves, and the rerun finds it in blobs/.  So does a linked source: each name
 * less would change its time of change again, which has to be known in the transaction. */
static enum err_code
bring(const struct place *p, bool linked, struct err *e)
{
	if (linked)
		return rename_staged(p, e);
	if (linkat(p->staging, p->name, p->shard, p->name, 0) == 0 || errno == EEXIST)
		return ERR_NONE;
	return no_links(errno) ? rename_staged(p, e) : err_sys(e, errno, "%s/%s", p->shard_name, p->name);
}

/* Put the staged file in the place of a blob that is not what its name says. */
static enum err_code
replace(const struct place *p, bool linked, struct err *e)
{
	char copy[BLOB_NAME];

	snprintf(copy, sizeof copy, "tmp-%.16s", p->name); /* as stage.h names unfinished files */
	if (unlinkat(p->staging, copy, 0) < 0 && errno != ENOENT)
		return err_sys(e, errno, "%s/%s", p->staging_name, copy);
	if (linked || linkat(p->staging, p->name, p->staging, copy, 0) < 0) {
		if (!linked && !no_links(errno))
			return err_sys(e, errno, "%s/%s", p->staging_name, copy);
		memcpy(copy, p->name, sizeof p->name);
	}
	if (renameat(p->staging, copy, p->shard, p->name) < 0)
		return err_sys(e, errno, "%s/%s", p->shard_name, p->name);
	return ERR_NONE;
}

static void
mark(struct db *db, const uint8_t sha256[32])
{
	db->shards[sha256[0] >> 3] |= (uint8_t)(1 << (sha256[0] & 7));
}

enum err_code
blob_publish(struct db *db, const struct blob_staged *s, struct checked *c, struct err *e)
{
	struct place p;
	struct stat st;
	struct err there = { 0 };
	enum err_code found;

	if (place_open(&p, db, s, e) != ERR_NONE)
		return e->code;
	found = look_blob(&p, s, c, &there);
	if (found == ERR_NOTFOUND || found == ERR_CHANGED) {
		if (look_staged(&p, s, c, e) != ERR_NONE)
			goto out;
		if ((found == ERR_NOTFOUND ? bring(&p, s->linked, e) : replace(&p, s->linked, e)) != ERR_NONE)
			goto out;
		if (look(p.shard, p.shard_name, p.name, s->size, &st, e) == ERR_NONE && s->shared)
			checked_add(c, &st, s->sha256, e);
	} else if (found != ERR_NONE) {
		*e = there;
	}
	/* also where it was there before: whoever made it may not have synced it yet */
	mark(db, s->sha256);
out:
	place_close(&p);
	return e->code;
}

enum err_code
blob_ready(struct db *db, const struct blob_staged *s, struct checked *c, struct err *e)
{
	struct place p;
	struct err there = { 0 };
	enum err_code found;

	if (place_open(&p, db, s, e) != ERR_NONE)
		return e->code;
	found = look_blob(&p, s, c, &there);
	if (look_staged(&p, s, c, e) == ERR_NOTFOUND && found != ERR_NOTFOUND)
		*e = there;
	place_close(&p);
	return e->code;
}

/* Remove the staged name, if it is still there, and learn what that makes of the source's time of change. */
static enum err_code
let_go(const struct place *p, const struct blob_staged *s, int64_t *ctime_ns, struct err *e)
{
	int fd = p->staging < 0 ? -1 : openat(p->staging, p->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 && fstatat(p->shard, p->name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return err_sys(e, errno, "%s/%s", p->shard_name, p->name);
	if (fd >= 0 && (unlinkat(p->staging, p->name, 0) != 0 || fstat(fd, &st) != 0))
		err_sys(e, errno, "%s/%s", p->staging_name, p->name);
	else if ((int64_t)st.st_ino == s->inode)
		*ctime_ns = file_ns(st.st_ctim);
	fd_close(&fd);
	return e->code;
}

enum err_code
blob_settle(struct db *db, const struct blob_staged *s, int64_t *ctime_ns, struct err *e)
{
	struct place p;

	if (blob_check(db, s->sha256, s->suffix, s->size, e) != ERR_NONE || !s->linked)
		return e->code;
	if (place_open(&p, db, s, e) != ERR_NONE)
		return e->code;
	let_go(&p, s, ctime_ns, e);
	place_close(&p);
	return e->code;
}
