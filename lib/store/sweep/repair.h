/*
 * repair.h - blobs that are missing or damaged, and where their bytes are sought
 *
 * Private to the task `repair`: repair.c has its order, wanted.c knows what is
 * wanted, hunt.c where to look, fetch.c how bytes that are found come in.  They take the
 * way of an import: copied to staging/ and hashed on the way, synced, renamed into blobs/
 * under the shared library lock, and then the rows say so.  A run that is killed leaves
 * at worst a folder under staging/ that lib-sweep clears.
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
	bool marked; /* the catalogue holds it for missing or damaged */
	bool there;  /* a plain file has its name */
	bool cover;  /* no file names it */
	bool done;   /* it is right by now */
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

/* Look where its bytes may be: its own place, trash/, staging/, where they came from, the folders of
 * p->s->from. What is right is fetched, and done.  A copy that cannot be read is passed over; errors are the
 * library's. */
enum err_code hunt(struct repair *p, struct err *e);

/* Is dirfd/name it?  Then it is brought in: 1; 0; -1.  shown: as people know the file.  links: one may lead
 * there. */
int fetch(struct repair *p, struct wanted *w, int dirfd, const char *name, const char *shown, bool links,
    struct err *e);

/* The catalogue learns how a blob is: whole (verdict SCRUB_RIGHT), or for which reason not. */
struct scrub_job;
enum err_code fetch_settle(struct repair *p, struct wanted *w, struct scrub_job *j, struct err *e);

void fetch_end(struct repair *p);

#endif
