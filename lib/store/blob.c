#include "store/blob.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/layout.h"
#include "store/sql.h"

static const char hex[] = "0123456789abcdef";

static char *
put_hex(char *p, const uint8_t sha256[32])
{
	for (int i = 0; i < 32; i++) {
		*p++ = hex[sha256[i] >> 4];
		*p++ = hex[sha256[i] & 15];
	}
	return p;
}

void
blob_name(char name[BLOB_NAME], const uint8_t sha256[32], const char *suffix)
{
	char *p = put_hex(name, sha256);

	snprintf(p, BLOB_NAME - 64, ".%s", suffix);
}

void
blob_path(char path[BLOB_PATH], const uint8_t sha256[32], const char *suffix)
{
	memcpy(path, "blobs/", 6);
	path[6] = hex[sha256[0] >> 4];
	path[7] = hex[sha256[0] & 15];
	path[8] = '/';
	blob_name(path + 9, sha256, suffix);
}

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
blob_parse(const char *name, uint8_t sha256[32], char suffix[8])
{
	uint8_t bytes[32];
	size_t len;

	for (int i = 0; i < 32; i++) {
		int high = digit(name[2 * i]);
		int low = high < 0 ? -1 : digit(name[2 * i + 1]);

		if (low < 0)
			return false;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	if (name[64] != '.')
		return false;
	len = strspn(name + 65, "abcdefghijklmnopqrstuvwxyz0123456789");
	if (len == 0 || len > 7 || name[65 + len] != '\0')
		return false;
	memcpy(sha256, bytes, sizeof bytes);
	memcpy(suffix, name + 65, len + 1);
	return true;
}

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
place_open(struct place *p, struct db *db, int64_t session, const uint8_t sha256[32], const char *suffix,
    struct err *e)
{
	char path[BLOB_PATH];

	p->staging = p->shard = -1;
	blob_path(path, sha256, suffix);
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
	snprintf(p->staging_name, sizeof p->staging_name, "staging/s%" PRId64, session);
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
look(int dirfd, const char *folder, const char *name, int64_t size, struct err *e)
{
	struct stat st;

	if (dirfd < 0)
		return err_set(e, ERR_NOTFOUND, "%s/%s: no such file", folder, name);
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(e, errno, "%s/%s", folder, name);
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_CHANGED, "%s/%s is not a plain file", folder, name);
	if (st.st_size != size)
		return err_set(e, ERR_CHANGED, "%s/%s has %lld bytes instead of %lld", folder, name,
		    (long long)st.st_size, (long long)size);
	return ERR_NONE;
}

/* Can this file system not make hard links (of this file)? */
static bool
no_links(int errnum)
{
	return errnum == EPERM || errnum == EOPNOTSUPP || errnum == ENOSYS || errnum == EMLINK ||
	    errnum == EINVAL;
}

/* A second name for the staged copy, so that it is still there should the transaction fail; where links are
 * not to be had the copy itself moves, and the rerun finds it in blobs/. */
static enum err_code
bring(const struct place *p, struct err *e)
{
	if (linkat(p->staging, p->name, p->shard, p->name, 0) == 0 || errno == EEXIST)
		return ERR_NONE;
	if (!no_links(errno))
		return err_sys(e, errno, "%s/%s", p->shard_name, p->name);
	if (renameat2(p->staging, p->name, p->shard, p->name, RENAME_NOREPLACE) == 0 || errno == EEXIST)
		return ERR_NONE;
	/* what another process puts there under this name would have the same bytes */
	if ((errno == EINVAL || errno == ENOSYS) && renameat(p->staging, p->name, p->shard, p->name) == 0)
		return ERR_NONE;
	return err_sys(e, errno, "%s/%s", p->shard_name, p->name);
}

/* Put the staged copy in the place of a blob that is not what its name says. */
static enum err_code
replace(const struct place *p, struct err *e)
{
	char copy[BLOB_NAME];

	snprintf(copy, sizeof copy, "tmp-%.16s", p->name); /* as stage.h names unfinished files */
	if (unlinkat(p->staging, copy, 0) < 0 && errno != ENOENT)
		return err_sys(e, errno, "%s/%s", p->staging_name, copy);
	if (linkat(p->staging, p->name, p->staging, copy, 0) < 0) {
		if (!no_links(errno))
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
blob_publish(
    struct db *db, int64_t session, const uint8_t sha256[32], const char *suffix, int64_t size, struct err *e)
{
	struct place p;
	struct err there = { 0 };
	enum err_code found;

	if (place_open(&p, db, session, sha256, suffix, e) != ERR_NONE)
		return e->code;
	found = look(p.shard, p.shard_name, p.name, size, &there);
	if (found == ERR_NOTFOUND || found == ERR_CHANGED) {
		if (look(p.staging, p.staging_name, p.name, size, e) != ERR_NONE)
			goto out;
		if ((found == ERR_NOTFOUND ? bring(&p, e) : replace(&p, e)) != ERR_NONE)
			goto out;
		look(p.shard, p.shard_name, p.name, size, e);
	} else if (found != ERR_NONE) {
		*e = there;
	}
	/* also where it was there before: whoever made it may not have synced it yet */
	mark(db, sha256);
out:
	place_close(&p);
	return e->code;
}

enum err_code
blob_ready(
    struct db *db, int64_t session, const uint8_t sha256[32], const char *suffix, int64_t size, struct err *e)
{
	struct place p;
	struct err there = { 0 };

	if (place_open(&p, db, session, sha256, suffix, e) != ERR_NONE)
		return e->code;
	if (look(p.staging, p.staging_name, p.name, size, e) == ERR_NOTFOUND &&
	    look(p.shard, p.shard_name, p.name, size, &there) == ERR_NONE)
		*e = (struct err){ 0 };
	place_close(&p);
	return e->code;
}

enum err_code
blob_sync(struct db *db, struct err *e)
{
	char folder[9];
	enum err_code rc = ERR_NONE;

	for (int i = 0; i < 256; i++) {
		if ((db->shards[i >> 3] & 1 << (i & 7)) == 0)
			continue;
		snprintf(folder, sizeof folder, "blobs/%02x", (unsigned)i & 255);
		/* a failed fsync is not tried again: the next one may lie */
		if (rc == ERR_NONE)
			rc = dir_sync_at(db->dirfd, folder, e);
	}
	memset(db->shards, 0, sizeof db->shards);
	return rc;
}

enum err_code
blob_check(struct db *db, const uint8_t sha256[32], const char *suffix, int64_t size, struct err *e)
{
	char path[BLOB_PATH];
	struct stat st;

	blob_path(path, sha256, suffix);
	if (fstatat(db->dirfd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(e, errno, "%s", path);
	if (!S_ISREG(st.st_mode) || st.st_size != size)
		return err_set(
		    e, ERR_FORMAT, "%s is not the file of %lld bytes that it was", path, (long long)size);
	return ERR_NONE;
}
