/* SPDX-License-Identifier: MIT */
#include "store/blob.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/below.h"
#include "base/file.h"
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
	if (below_stat(db->dirfd, path, &st) < 0)
		return err_sys(e, errno, "%s", path);
	if (!S_ISREG(st.st_mode) || st.st_size != size)
		return err_set(
		    e, ERR_FORMAT, "%s is not the file of %lld bytes that it was", path, (long long)size);
	return ERR_NONE;
}
