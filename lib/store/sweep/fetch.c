/* SPDX-License-Identifier: MIT */
/* Bytes that were found come in, as those of an import do (repair.h). */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/below.h"
#include "base/file.h"
#include "digest/sha256.h"
#include "store/session/session.h"
#include "store/sweep/repair.h"
#include "store/sweep/scrub.h"

enum { CHUNK = 256 << 10, SECOND_NS = 1000000000, TRIES = 3 };

void
fetch_end(struct repair *p)
{
	struct err ignored = { 0 };

	stage_close(p->stage);
	if (p->session != 0)
		session_scratch_end(p->db, p->session, &ignored); /* or `stage` does */
	checked_free(&p->checked);
	free(p->chunk);
	free(p->by_size);
	free(p->v);
}

static enum err_code
open_stage(struct repair *p, struct err *e)
{
	if (p->chunk == NULL && (p->chunk = malloc(CHUNK)) == NULL)
		return err_memory(e);
	if (p->session == 0 && session_scratch(p->db, &p->session, e) != ERR_NONE)
		return e->code;
	return p->stage == NULL ? stage_open(&p->stage, p->db, p->session, e) : ERR_NONE;
}

/* from's bytes into to, hashed.  1, 0 where from cannot be read, -1 the library's error. */
static int
copy(struct repair *p, int from, int to, uint8_t sha256[32], struct err *e)
{
	struct sha256 h;
	off_t at = 0;
	ssize_t n;

	sha256_begin(&h);
	while ((n = pread(from, p->chunk, CHUNK, at)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return 0;
		if (sweep_stopped(p->s)) {
			err_set(e, ERR_INTERRUPTED, "stopped; the next run goes on");
			return -1;
		}
		sha256_add(&h, p->chunk, (size_t)n);
		if (file_write(to, p->chunk, (size_t)n) < 0) {
			err_sys(e, errno, "cannot write to the library");
			return -1;
		}
		at += n;
	}
	sha256_end(&h, sha256);
	return 1;
}

/* The same without a copy: are they the bytes? */
static int
only_look(const struct wanted *w, int from)
{
	uint8_t sha256[SHA256_BYTES];
	struct err none = { 0 };

	return sha256_file(from, sha256, NULL, &none) == ERR_NONE &&
	    memcmp(sha256, w->sha256, sizeof sha256) == 0;
}

/* A file of staging/ that holds the bytes of w gets its name, durably. */
static enum err_code
name_it(struct repair *p, const struct wanted *w, const char *tmp, int64_t *staged_ns, struct err *e)
{
	char names[1][BLOB_NAME];

	blob_name(names[0], w->sha256, w->suffix);
	if (stage_keep(p->stage, tmp, w->sha256, w->suffix, w->size, false, staged_ns, e) == ERR_NONE)
		stage_sync(p->stage, names, 1, e);
	return e->code;
}

/* A copy in staging/, durable under its name: 1, 0 it is not what is wanted, -1. */
static int
stage(struct repair *p, const struct wanted *w, int from, int64_t *staged_ns, struct err *e)
{
	uint8_t sha256[SHA256_BYTES];
	char tmp[STAGE_TMP];
	int to, right;

	if (open_stage(p, e) != ERR_NONE || (to = stage_file(p->stage, tmp, e)) < 0)
		return -1;
	right = copy(p, from, to, sha256, e);
	fd_close(&to);
	if (right == 1)
		right = memcmp(sha256, w->sha256, sizeof sha256) == 0;
	if (right != 1) {
		stage_drop(p->stage, tmp);
		return right;
	}
	return name_it(p, w, tmp, staged_ns, e) == ERR_NONE ? 1 : -1;
}

enum err_code
fetch_settle(struct repair *p, struct wanted *w, struct scrub_job *j, struct err *e)
{
	char path[BLOB_PATH];
	int again = 1;

	j->blob = w->blob;
	memcpy(j->sha256, w->sha256, sizeof j->sha256);
	memcpy(j->suffix, w->suffix, sizeof j->suffix);
	j->size = w->size;
	blob_path(path, w->sha256, w->suffix);
	for (int tries = 0; again == 1 && tries < TRIES; tries++) {
		struct stat st;

		j->inode = j->ctime_ns = 0;
		if (below_stat(p->db->dirfd, path, &st) == 0 && S_ISREG(st.st_mode)) {
			j->inode = (int64_t)st.st_ino;
			j->ctime_ns = (int64_t)st.st_ctim.tv_sec * SECOND_NS + st.st_ctim.tv_nsec;
		}
		again = sweep_settle(p->db, p->s, p->r, j, e);
	}
	if (e->code == ERR_NONE && j->verdict == SCRUB_RIGHT) {
		w->done = true;
		p->left--;
	}
	return e->code;
}

/* From staging/ to its place, and into the catalogue. */
static enum err_code
publish(struct repair *p, struct wanted *w, int64_t staged_ns, struct err *e)
{
	struct blob_staged b = {
		.session = p->session, .size = w->size, .staged_ns = staged_ns, .doubt = true
	};
	struct scrub_job j = { .verdict = SCRUB_RIGHT };
	char name[BLOB_NAME];

	memcpy(b.sha256, w->sha256, sizeof b.sha256);
	memcpy(b.suffix, w->suffix, sizeof b.suffix);
	if (db_lock_shared(p->db, e) != ERR_NONE)
		return e->code;
	if (blob_publish(p->db, &b, &p->checked, e) == ERR_NONE && blob_sync(p->db, e) == ERR_NONE)
		fetch_settle(p, w, &j, e);
	db_unlock(p->db);
	blob_name(name, w->sha256, w->suffix);
	stage_drop(p->stage, name);
	return e->code;
}

/* What is staged, or would be, comes in, and is told: 1, 0 it cannot, -1. */
static int
bring_in(struct repair *p, struct wanted *w, int64_t staged_ns, const char *shown, struct err *e)
{
	sweep_act(p->s, p->r, "fetch", shown, w->size);
	sweep_add(p->r, "fetched", 1);
	if (p->s->dry_run) {
		w->done = true;
		p->left--;
		return 1;
	}
	if (publish(p, w, staged_ns, e) == ERR_NONE)
		return 1;
	if (e->sys != EISDIR)
		return -1;
	sweep_failed(p->s, e); /* its name is a folder's, which nobody but its maker takes away */
	*e = (struct err){ 0 };
	w->blocked = true;
	return 0;
}

int
fetch(struct repair *p, struct wanted *w, int dirfd, const char *name, const char *shown, bool links,
    struct err *e)
{
	int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	int from = links ? openat(dirfd, name, flags) : below_open(dirfd, name, flags, 0);
	int64_t staged_ns = 0;
	struct stat st;
	int right = 0;

	if (from < 0 || fstat(from, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size != w->size)
		goto out;
	(void)posix_fadvise(from, 0, 0, POSIX_FADV_SEQUENTIAL);
	p->looked++;
	right = p->s->dry_run ? only_look(w, from) : stage(p, w, from, &staged_ns, e);
	if (right == 1)
		right = bring_in(p, w, staged_ns, shown, e);
out:
	fd_close(&from);
	return right;
}

int
fetch_bytes(
    struct repair *p, struct wanted *w, const void *bytes, size_t len, const char *shown, struct err *e)
{
	char names[1][BLOB_NAME];
	int64_t staged_ns = 0;

	blob_name(names[0], w->sha256, w->suffix);
	if (!p->s->dry_run &&
	    (open_stage(p, e) != ERR_NONE ||
		stage_bytes(p->stage, bytes, len, w->sha256, w->suffix, &staged_ns, e) != ERR_NONE ||
		stage_sync(p->stage, names, 1, e) != ERR_NONE))
		return -1;
	return bring_in(p, w, staged_ns, shown, e);
}

/* -- in pieces ----------------------------------------------------------- */

enum err_code
fetch_begin(struct repair *p, struct fetching *f, struct err *e)
{
	if (p->s->dry_run)
		return ERR_NONE;
	if (f->fd >= 0 && (ftruncate(f->fd, 0) != 0 || lseek(f->fd, 0, SEEK_SET) != 0))
		return err_sys(e, errno, "cannot write to the library");
	if (f->fd < 0 && open_stage(p, e) == ERR_NONE)
		f->fd = stage_file(p->stage, f->tmp, e);
	return e->code;
}

enum err_code
fetch_add(struct repair *p, struct fetching *f, const void *bytes, size_t len, struct err *e)
{
	if (!p->s->dry_run && file_write(f->fd, bytes, len) < 0)
		err_sys(e, errno, "cannot write to the library");
	return e->code;
}

int
fetch_keep(struct repair *p, struct wanted *w, struct fetching *f, const char *shown, struct err *e)
{
	int64_t staged_ns = 0;

	fd_close(&f->fd); /* it is named, or dropped, in any case */
	if (!p->s->dry_run && name_it(p, w, f->tmp, &staged_ns, e) != ERR_NONE)
		return -1;
	return bring_in(p, w, staged_ns, shown, e);
}

void
fetch_drop(struct repair *p, struct fetching *f)
{
	if (f->fd < 0)
		return;
	fd_close(&f->fd);
	stage_drop(p->stage, f->tmp);
}
