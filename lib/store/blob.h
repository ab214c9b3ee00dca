/*
 * blob.h - the content-addressed directory: write once, never modify
 *
 * blobs/ab/<sha256>.<suffix>, mode 0444.  Callers may rely on:
 *  - a name that exists holds exactly the bytes it names;
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
#include "store/db.h"

enum { BLOB_NAME = 64 + 1 + 7 + 1, BLOB_PATH = 6 + 3 + BLOB_NAME };

/* "<64 hex>.<suffix>" */
void blob_name(char name[BLOB_NAME], const uint8_t sha256[32], const char *suffix);
/* "blobs/ab/<64 hex>.<suffix>", relative to the library */
void blob_path(char path[BLOB_PATH], const uint8_t sha256[32], const char *suffix);
/* Is name exactly what blob_name() makes?  Fills sha256 and suffix (8 bytes). */
bool blob_parse(const char *name, uint8_t sha256[32], char suffix[8]);

/* Give staging/<session>/<name> its place in blobs/.  The caller holds the shared library lock.  A blob that
 * is there already with the right size is kept, one with a wrong size replaced; where the staged file is gone
 * but the blob is there the call succeeds.  ERR_NOTFOUND where neither is there.  Durable after blob_sync().
 */
enum err_code blob_publish(struct db *db, int64_t session, const uint8_t sha256[32], const char *suffix,
    int64_t size, struct err *e);

/* Would blob_publish() succeed?  ERR_NOTFOUND where neither the staged copy nor the blob is there,
 * ERR_CHANGED where the staged copy is not the plain file of this size that it was. */
enum err_code blob_ready(struct db *db, int64_t session, const uint8_t sha256[32], const char *suffix,
    int64_t size, struct err *e);

/* fsync the shard folders marked by blob_publish() calls since the last call. */
enum err_code blob_sync(struct db *db, struct err *e);

/* Is the blob there with this size?  ERR_NOTFOUND or ERR_FORMAT (another size) if not. */
enum err_code blob_check(
    struct db *db, const uint8_t sha256[32], const char *suffix, int64_t size, struct err *e);

#endif
