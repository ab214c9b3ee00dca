/* SPDX-License-Identifier: MIT */
/*
 * blob.h - the content-addressed directory: write once, never modify
 *
 * blobs/ab/<sha256>.<suffix>, mode 0444.  Callers may rely on:
 *  - a name that exists holds exactly the bytes it names, as long as nobody writes
 *    to a source that was imported by --mode=hardlink;
 *  - blobs are published under the shared library lock that is held until
 *    their rows are committed, and taken away only under the exclusive one,
 *    so a committed row never names a missing blob;
 *  - a crash leaves at worst an unreferenced blob or a file in staging/, and
 *    lib-sweep clears both.
 */
#ifndef STORE_BLOB_H
#define STORE_BLOB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "store/checked.h"
#include "store/db.h"

/* SQL: a file that is not removed, or a cover, names blob b. */
#define BLOB_IS_NAMED                                                                                        \
	" (EXISTS (SELECT 1 FROM file f WHERE f.blob_id = b.id AND f.state <> 'removed')"                    \
	" OR EXISTS (SELECT 1 FROM cover c WHERE c.blob_id = b.id))"

enum { BLOB_NAME = 64 + 1 + 7 + 1, BLOB_PATH = 6 + 3 + BLOB_NAME };

/* "<64 hex>.<suffix>" */
void blob_name(char name[BLOB_NAME], const uint8_t sha256[32], const char *suffix);
/* "blobs/ab/<64 hex>.<suffix>", relative to the library */
void blob_path(char path[BLOB_PATH], const uint8_t sha256[32], const char *suffix);
/* Is name exactly what blob_name() makes?  Fills sha256 and suffix (8 bytes). */
bool blob_parse(const char *name, uint8_t sha256[32], char suffix[8]);

/* A file as an import staged it under its hash: a copy of its own, or the source itself under one name more,
 * which its owner may write to at any time. */
struct blob_staged {
	int64_t session;
	uint8_t sha256[32];
	char suffix[8];
	int64_t size;
	int64_t staged_ns; /* the ctime of a copy when it got its name, 0: not known */
	bool doubt;        /* a blob of that name is judged by its bytes, not by its size */
	bool fresh;        /* the catalogue has no row of such a blob */
	bool seen;         /* its bytes were looked at by this process, which published it: size will do */
	bool shared;       /* several may name it: what was found of it is remembered */
	bool linked;
	int64_t inode, mtime_ns, ctime_ns; /* of a linked one, as the import left it */
};

/* Give staging/<session>/<name> its place in blobs/.  The caller holds the shared library lock.  A blob that
 * is there already and right is kept, a wrong one replaced; where the staged file is gone
 * but the blob is there the call succeeds.  ERR_NOTFOUND where neither is there.  Durable after blob_sync().
 */
enum err_code blob_publish(struct db *db, const struct blob_staged *s, struct checked *c, struct err *e);

/* Would blob_publish() succeed?  What has to be read for that is read here, without a lock, and remembered in
 * *c.  ERR_NOTFOUND where neither the staged file nor the blob is there, ERR_CHANGED where the staged file is
 * not the plain file of this size that it was, or was touched since and has not its bytes. */
enum err_code blob_ready(struct db *db, const struct blob_staged *s, struct checked *c, struct err *e);

/* Inside the transaction that writes its row: blob_check(), and a linked source loses its name in staging/.
 * *ctime_ns becomes the source's last time of change where that is known. */
enum err_code blob_settle(struct db *db, const struct blob_staged *s, int64_t *ctime_ns, struct err *e);

/* fsync the shard folders marked by blob_publish() calls since the last call. */
enum err_code blob_sync(struct db *db, struct err *e);

/* Is the blob there with this size?  ERR_NOTFOUND or ERR_FORMAT (another size) if not. */
enum err_code blob_check(
    struct db *db, const uint8_t sha256[32], const char *suffix, int64_t size, struct err *e);

#endif
