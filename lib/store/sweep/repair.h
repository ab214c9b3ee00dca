/* SPDX-License-Identifier: MIT */
/*
 * repair.h - blobs that are missing or damaged, and where their bytes are sought
 *
 * Private to the task `repair`: repair.c has its order, wanted.c knows what is
 * wanted, hunt.c where to look, places.c which paths that are, inside.c looks into audio and archives with
 * the media worker, fetch.c knows how bytes that are found come in.  They take the way of an import: copied
 * to staging/ and hashed on the way, synced, renamed into blobs/ under the shared library lock, and then the
 * rows say so.  A run that is killed leaves at worst a folder under staging/ that lib-sweep clears.
 */
#ifndef STORE_SWEEP_REPAIR_H
#define STORE_SWEEP_REPAIR_H

#include "store/checked.h"
#include "store/session/stage.h"
#include "store/sweep/priv.h"

struct wanted {
	int64_t blob; /* id */
	uint8_t sha256[32];
	char suffix[8];
	int64_t size;
	bool marked;  /* the catalogue holds it for missing or damaged */
	bool there;   /* a plain file has its name */
	bool cover;   /* no file names it */
	bool done;    /* it is right by now */
	bool blocked; /* its bytes were found, but a folder has its name */
};

struct repair {
	struct db *db;
	const struct sweep *s;
	struct sweep_report *r;
	struct wanted *v; /* by hash */
	size_t n, cap;
	size_t *by_size; /* indices of v */
	size_t left;     /* not done */
	int64_t looked;  /* files that were looked at */
	int64_t session; /* that owns our folder under staging/; 0: none yet */
	struct stage *stage;
	struct checked checked;
	char *chunk;
};

/* Fill p->v with what is named, and is not there, of another size, or marked. */
enum err_code wanted_list(struct repair *p, struct err *e);

/* The one of a hash; the first of a size, by_size from *at on; NULL. */
struct wanted *wanted_by_hash(struct repair *p, const uint8_t sha256[32]);
struct wanted *wanted_by_size(struct repair *p, int64_t size, size_t *at);

/* Is there nothing more to do, or a reason to end, which is *e then? */
bool repair_over(const struct repair *p, struct err *e);

/* Paths at which something of what is not done may lie. */
struct places {
	struct place {
		size_t wanted; /* index of p->v */
		char *path;
	} * v;
	size_t n, cap;
};
void places_free(struct places *l);
enum err_code places_add(struct places *l, size_t wanted, const void *path, size_t len, struct err *e);
void places_sort(struct places *l); /* by path */

/* Append: the files that had the bytes when they were last read; of pictures the files of their tracks, and
 * the blobs of these, below LIBRARY. */
enum err_code places_sources(struct repair *p, struct places *l, struct err *e);
enum err_code places_of_pictures(struct repair *p, struct places *l, struct err *e);
enum err_code places_with_pictures(struct repair *p, struct places *l, struct err *e);

/* Look where its bytes may be: its own place, trash/, staging/, where they came from, the folders of
 * p->s->from, then inside archives that they came from and the audio that brought them.  What is right is
 * fetched, and done.  A copy that cannot be read is passed over; errors are the library's. */
enum err_code hunt(struct repair *p, struct err *e);

/* The last of that. */
enum err_code inside(struct repair *p, struct err *e);

/* Is dirfd/name it?  Then it is brought in: 1; 0; -1.  shown: as people know the file.  links: one may lead
 * there. */
int fetch(struct repair *p, struct wanted *w, int dirfd, const char *name, const char *shown, bool links,
    struct err *e);

/* The same of bytes that are known to be its own. */
int fetch_bytes(
    struct repair *p, struct wanted *w, const void *bytes, size_t len, const char *shown, struct err *e);

/* The same of bytes that come in pieces, of which it is known in the end what they are: fetch_begin() anew
 * for each try, fetch_drop() after the last. */
struct fetching {
	int fd; /* -1: none yet */
	char tmp[STAGE_TMP];
};
enum err_code fetch_begin(struct repair *p, struct fetching *f, struct err *e);
enum err_code fetch_add(struct repair *p, struct fetching *f, const void *bytes, size_t len, struct err *e);
int fetch_keep(struct repair *p, struct wanted *w, struct fetching *f, const char *shown, struct err *e);
void fetch_drop(struct repair *p, struct fetching *f);

/* The catalogue learns how a blob is: whole (verdict SCRUB_RIGHT), or for which reason not. */
struct scrub_job;
enum err_code fetch_settle(struct repair *p, struct wanted *w, struct scrub_job *j, struct err *e);

void fetch_end(struct repair *p);

#endif
