/* SPDX-License-Identifier: MIT */
/* Bytes that no file holds alone: pictures inside audio, members of archives (repair.h). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/below.h"
#include "base/file.h"
#include "digest/sha256.h"
#include "store/sweep/repair.h"
#include "worker/bomb.h"
#include "worker/client.h"

/* What is wrong with one file is no reason to end: it is not the place, then.  Without a worker there are no
 * such places. */
static bool
goes_on(struct repair *p, struct err *why)
{
	if (why->code == ERR_NONE || why->code == ERR_FORMAT || why->code == ERR_NOTAUDIO ||
	    why->code == ERR_INTERRUPTED)
		return true;
	err_context(why, "cannot look inside files");
	sweep_failed(p->s, why);
	return false;
}

/* The one that has these bytes and is not done yet, or NULL. */
static struct wanted *
wanted_of(struct repair *p, int64_t size, const uint8_t sha256[32])
{
	struct wanted *w = wanted_by_hash(p, sha256);

	return w != NULL && !w->done && w->size == size ? w : NULL;
}

/* -- pictures ------------------------------------------------------------ */

static enum err_code
try_picture(struct repair *p, const struct record_cover *c, const char *shown, struct err *e)
{
	uint8_t sha256[SHA256_BYTES];
	struct wanted *w;
	struct sha256 h;
	size_t at = 0;

	if (c->data == NULL || wanted_by_size(p, (int64_t)c->len, &at) == NULL)
		return ERR_NONE;
	sha256_begin(&h);
	sha256_add(&h, c->data, c->len);
	sha256_end(&h, sha256);
	if ((w = wanted_of(p, (int64_t)c->len, sha256)) != NULL)
		(void)fetch_bytes(p, w, c->data, c->len, shown, e);
	return e->code;
}

/* A blob of audio; false where no other need be tried. */
static bool
read_pictures(struct repair *p, struct worker *worker, const char *path, struct err *e)
{
	int fd = below_open(p->db->dirfd, path, O_RDONLY | O_NONBLOCK, 0);
	struct record r = { 0 };
	struct err why = { 0 };

	if (fd < 0)
		return true;
	p->looked++;
	if (worker_read(worker, fd, &r, &why) == ERR_NONE)
		for (size_t i = 0; i < r.ncovers && e->code == ERR_NONE; i++)
			try_picture(p, &r.covers[i], path, e);
	record_free(&r);
	fd_close(&fd);
	return goes_on(p, &why);
}

static enum err_code
in_audio(struct repair *p, struct worker *worker, struct err *e)
{
	struct places l = { 0 };
	const char *last = "";

	if (places_with_pictures(p, &l, e) == ERR_NONE)
		places_sort(&l); /* each is read once, for all that is sought in it */
	for (size_t i = 0; i < l.n && !repair_over(p, e); i++) {
		if (p->v[l.v[i].wanted].done || strcmp(l.v[i].path, last) == 0)
			continue;
		last = l.v[i].path;
		if (!read_pictures(p, worker, last, e))
			break;
	}
	places_free(&l);
	return e->code;
}

/* -- archives ------------------------------------------------------------ */

/* An archive that is being unpacked.  Members are written one after the other into one file of staging/,
 * which is kept where its bytes are wanted. */
struct unpacking {
	struct repair *p;
	const char *path;
	int64_t packed, members, bytes;
	int64_t largest; /* that is wanted */
	char *name;      /* of the member, NULL: it is no file */
	int64_t size;    /* of it, so far */
	struct sha256 h;
	struct fetching f;
	struct err *e; /* the library's */
};

static bool
take_member(void *context, enum protocol_member_kind kind, int64_t mtime, const char *name, size_t len)
{
	struct unpacking *u = context;

	(void)mtime;
	free(u->name);
	u->name = kind == MEMBER_FILE ? strndup(name, len) : NULL;
	if (kind == MEMBER_FILE && u->name == NULL)
		err_memory(u->e);
	u->size = 0;
	sha256_begin(&u->h);
	u->p->looked++;
	return u->e->code == ERR_NONE && !repair_over(u->p, u->e) &&
	    bomb_says(u->packed, ++u->members, u->bytes) == NULL &&
	    fetch_begin(u->p, &u->f, u->e) == ERR_NONE;
}

static bool
take_data(void *context, const void *bytes, size_t len)
{
	struct unpacking *u = context;

	u->bytes += (int64_t)len;
	u->size += (int64_t)len;
	if (repair_over(u->p, u->e) || bomb_says(u->packed, u->members, u->bytes) != NULL)
		return false;
	if (u->name == NULL || u->size > u->largest)
		return true;
	sha256_add(&u->h, bytes, len);
	return fetch_add(u->p, &u->f, bytes, len, u->e) == ERR_NONE;
}

static bool
take_end(void *context, const char *broken)
{
	struct unpacking *u = context;
	uint8_t sha256[SHA256_BYTES];
	struct buf shown = { 0 };
	struct wanted *w;

	if (u->name == NULL || broken != NULL || u->size > u->largest)
		return true;
	sha256_end(&u->h, sha256);
	if ((w = wanted_of(u->p, u->size, sha256)) != NULL) {
		buf_printf(&shown, "%s/%s", u->path, u->name);
		if (buf_ok(&shown, u->e) == ERR_NONE)
			(void)fetch_keep(u->p, w, &u->f, shown.data, u->e);
		buf_free(&shown);
	}
	return u->e->code == ERR_NONE && u->p->left > 0;
}

static int64_t
largest(const struct repair *p)
{
	int64_t size = 0;

	for (size_t i = 0; i < p->n; i++)
		if (!p->v[i].done && p->v[i].size > size)
			size = p->v[i].size;
	return size;
}

/* False where no other archive need be tried. */
static bool
unpack(struct repair *p, struct worker *worker, const char *path, struct err *e)
{
	struct unpacking u = { .p = p, .path = path, .largest = largest(p), .f = { .fd = -1 }, .e = e };
	struct worker_sink sink = { take_member, take_data, take_end, &u };
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct err why = { 0 };
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		u.packed = (int64_t)st.st_size;
		(void)worker_unpack(worker, fd, &sink, &why);
	}
	fetch_drop(p, &u.f);
	free(u.name);
	fd_close(&fd);
	return goes_on(p, &why);
}

/* How much of the path of a member is that of the archive: 0 where there is no file on the way. */
static size_t
archive_len(char *path)
{
	struct stat st;
	char *slash;

	for (size_t len = strlen(path); (slash = memrchr(path, '/', len)) != NULL && slash > path;) {
		int there;

		len = (size_t)(slash - path);
		*slash = '\0';
		there = stat(path, &st);
		*slash = '/';
		if (there == 0)
			return S_ISREG(st.st_mode) ? len : 0;
		if (errno != ENOENT && errno != ENOTDIR)
			return 0;
	}
	return 0;
}

/* Of all the places, what lies in an archive: the archive. */
static void
only_archives(struct places *l)
{
	for (size_t i = 0; i < l->n; i++)
		l->v[i].path[archive_len(l->v[i].path)] = '\0';
}

static enum err_code
in_archives(struct repair *p, struct worker *worker, struct err *e)
{
	struct places l = { 0 };
	const char *last = "";

	if (places_sources(p, &l, e) == ERR_NONE && places_of_pictures(p, &l, e) == ERR_NONE) {
		only_archives(&l);
		places_sort(&l);
	}
	for (size_t i = 0; i < l.n && !repair_over(p, e); i++) {
		if (p->v[l.v[i].wanted].done || strcmp(l.v[i].path, last) == 0)
			continue;
		last = l.v[i].path;
		if (!unpack(p, worker, last, e))
			break;
	}
	places_free(&l);
	return e->code;
}

enum err_code
inside(struct repair *p, struct err *e)
{
	struct worker *worker = NULL;
	struct err why = { 0 };

	if (worker_new(&worker, NULL, NULL, &why) != ERR_NONE) {
		(void)goes_on(p, &why);
		return ERR_NONE;
	}
	/* what comes out of an archive may have the picture inside it */
	if (in_archives(p, worker, e) == ERR_NONE)
		in_audio(p, worker, e);
	worker_free(worker);
	return e->code;
}
