/* SPDX-License-Identifier: MIT */
#include "intake/archive/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/file.h"
#include "intake/archive/member.h"
#include "worker/bomb.h"

/* One unpacking. */
struct sink {
	struct unpacked *u;
	const struct unpack_shared *shared;
	struct member_place place;
	char *name; /* of the member that is being written, or NULL: it is not wanted */
	int fd;     /* -1: nothing was written yet */
	int64_t mtime, size, members, refused;
	struct buf top; /* the first component of all names */
	bool many;
	enum unpack_fault fault;
	struct err broken;  /* nothing more can come: a limit, or the library */
	struct err refusal; /* the first member that was left out */
};

static bool
stop_with(struct sink *s, enum unpack_fault fault)
{
	s->fault = fault;
	return false;
}

static bool
within_limits(struct sink *s)
{
	const char *much = bomb_says((int64_t)s->u->st.st_size, s->members, s->size);

	if (much == NULL)
		return true;
	err_set(&s->broken, ERR_FORMAT, "was not unpacked: %s", much);
	return stop_with(s, UNPACK_ARCHIVE);
}

/* A member that is left out, while the others come. */
static void
leave_out(struct sink *s, const char *name, size_t len, const char *why)
{
	s->refused++;
	if (s->refusal.code == ERR_NONE)
		err_set(
		    &s->refusal, ERR_FORMAT, "its member '%.*s' %s", (int)(len < 300 ? len : 300), name, why);
}

/* Does everything lie in one folder?  name is that of a file. */
static void
note_top(struct sink *s, const char *name)
{
	const char *slash;

	while (strncmp(name, "./", 2) == 0)
		name += 2;
	slash = strchr(name, '/');
	if (slash == NULL)
		s->many = true;
	else if (s->top.len == 0)
		buf_add(&s->top, name, (size_t)(slash - name) + 1);
	else if (strncmp(name, s->top.data, s->top.len) != 0)
		s->many = true;
}

static bool
take_member(void *context, enum protocol_member_kind kind, int64_t mtime, const char *name, size_t len)
{
	struct sink *s = context;
	const char *wrong = member_wrong(name, len);

	free(s->name);
	s->name = NULL;
	if (atomic_load(s->shared->stop) != 0)
		return stop_with(s, UNPACK_STOPPED);
	s->members++;
	if (!within_limits(s))
		return false;
	s->u->links += kind == MEMBER_LINK;
	s->u->special += kind == MEMBER_SPECIAL;
	if (kind != MEMBER_FILE)
		return true;
	s->mtime = mtime;
	s->name = strndup(name, len);
	if (s->name == NULL) {
		err_memory(&s->broken);
		return stop_with(s, UNPACK_LIBRARY);
	}
	s->u->promising = s->u->promising || member_named_audio(s->name);
	if (wrong == NULL) {
		note_top(s, s->name);
	} else {
		leave_out(s, name, len, wrong);
		free(s->name);
		s->name = NULL;
	}
	return true;
}

static bool
take_data(void *context, const void *bytes, size_t len)
{
	struct sink *s = context;
	const char *refused = NULL;

	if (atomic_load(s->shared->stop) != 0)
		return stop_with(s, UNPACK_STOPPED);
	s->size += (int64_t)len;
	if (!within_limits(s))
		return false;
	if (s->name == NULL || len == 0)
		return true;
	if (s->fd < 0) {
		s->fd = member_create(&s->place, s->name, &refused, &s->broken);
		if (s->fd < 0 && refused == NULL)
			return stop_with(s, UNPACK_LIBRARY);
		if (s->fd < 0) {
			leave_out(s, s->name, strlen(s->name), refused);
			free(s->name);
			s->name = NULL;
			return true;
		}
	}
	if (file_write(s->fd, bytes, len) >= 0)
		return true;
	err_sys(&s->broken, errno, "cannot write to the library");
	return stop_with(s, UNPACK_LIBRARY);
}

/* A member is no newer than its archive, whatever it says. */
static void
set_mtime(const struct sink *s)
{
	struct timespec archive = s->u->st.st_mtim, own = { s->mtime, 0 };
	struct timespec t[2] = { { 0, UTIME_OMIT },
		s->mtime > 0 && s->mtime < (int64_t)archive.tv_sec ? own : archive };

	(void)futimens(s->fd, t);
}

static bool
take_end(void *context, const char *broken)
{
	struct sink *s = context;

	if (s->name == NULL)
		return true;
	if (broken != NULL)
		leave_out(s, s->name, strlen(s->name), broken);
	if (s->fd < 0) {
		s->u->empty += broken == NULL;
	} else {
		if (broken != NULL)
			member_drop(&s->place, s->name);
		set_mtime(s);
		if (close(s->fd) != 0) {
			s->fd = -1;
			err_sys(&s->broken, errno, "cannot write to the library");
			return stop_with(s, UNPACK_LIBRARY);
		}
		s->fd = -1;
	}
	free(s->name);
	s->name = NULL;
	return true;
}

/* What did not come, as the archive's own fault.  *damage says why it ended early, if it did. */
static void
sum_up(struct sink *s, const struct err *damage)
{
	struct err *why = &s->u->why;
	char more[64] = "";

	if (damage->code != ERR_NONE) {
		*why = *damage;
		if (s->members == 0)
			s->u->promising = true; /* what it holds nobody knows */
		return;
	}
	if (s->refused > 1)
		snprintf(more, sizeof more, ", and %" PRId64 " more are left out", s->refused - 1);
	if (s->refused > 0)
		err_set(why, ERR_FORMAT, "%.800s%s", s->refusal.msg, more);
}

/* How the unpacking ended, told from what the worker and the sink say. */
static enum err_code
judge(struct sink *s, const struct err *worker, enum unpack_fault *fault, struct err *e)
{
	*fault = s->fault;
	if (worker->code == ERR_INTERRUPTED && s->broken.code == ERR_NONE && s->refusal.code == ERR_NONE)
		*fault = UNPACK_STOPPED; /* not the sink ended it, but who waited for the worker */
	if (worker->code == ERR_INTERRUPTED && *fault == UNPACK_STOPPED)
		return err_set(e, ERR_INTERRUPTED, "stopped");
	if (s->broken.code != ERR_NONE) {
		*e = s->broken;
		return e->code;
	}
	if (worker->code == ERR_NONE || (worker->code == ERR_FORMAT && worker->sys == 0)) {
		sum_up(s, worker);
		return ERR_NONE;
	}
	*fault = worker->code == ERR_FORMAT ? UNPACK_ARCHIVE : UNPACK_LIBRARY;
	*e = *worker;
	return e->code;
}

/* The name without what tells the format, which may be "tar.gz". */
static size_t
stem_len(const char *name)
{
	const char *dot = strrchr(name, '.');
	size_t len = dot == NULL || dot == name ? strlen(name) : (size_t)(dot - name);

	if (len > 4 && strncasecmp(name + len - 4, ".tar", 4) == 0)
		len -= 4;
	return len;
}

char *
unpack_base(const char *path, bool one_folder)
{
	const char *name = path_base(path);
	struct buf b = { 0 };

	buf_add(&b, path, (size_t)(name - path));
	if (!one_folder) {
		buf_add(&b, name, stem_len(name));
		buf_putc(&b, '/');
	}
	return buf_detach(&b);
}

static bool
stood_still(int fd, const struct stat *before)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_size == before->st_size &&
	    st.st_mtim.tv_sec == before->st_mtim.tv_sec && st.st_mtim.tv_nsec == before->st_mtim.tv_nsec &&
	    st.st_ctim.tv_sec == before->st_ctim.tv_sec && st.st_ctim.tv_nsec == before->st_ctim.tv_nsec;
}

enum err_code
unpack_archive(struct unpacked *u, const struct unpack_shared *shared, struct worker *worker, int fd,
    const struct stat *st, enum unpack_fault *fault, struct err *e)
{
	struct sink s = { .u = u, .shared = shared, .fd = -1, .place = { -1, -1, NULL } };
	struct worker_sink sink = { take_member, take_data, take_end, &s };
	struct err why = { 0 }, ignored = { 0 };

	*fault = UNPACK_LIBRARY;
	u->st = *st;
	u->fd = stage_folder(shared->stage, u->folder, e);
	if (u->fd < 0)
		return e->code;
	s.place.root = u->fd;
	(void)worker_unpack(worker, fd, &sink, &why);
	if (s.fd >= 0)
		member_drop(&s.place, s.name);
	fd_close(&s.fd);
	member_place_free(&s.place);
	u->one_folder = s.top.len > 0 && !s.many;
	free(s.name);
	buf_free(&s.top);
	if (judge(&s, &why, fault, e) == ERR_NONE && !stood_still(fd, st)) {
		*fault = UNPACK_ARCHIVE;
		err_set(e, ERR_CHANGED, "changed while it was read");
	}
	if (e->code != ERR_NONE) {
		(void)unpack_remove(u, shared->stage, &ignored);
		u->why = (struct err){ 0 };
	}
	return e->code;
}

void
unpack_borrow(const struct unpacked *u, struct stat *st)
{
	st->st_dev = u->st.st_dev;
	st->st_ino = u->st.st_ino;
	st->st_ctim = u->st.st_ctim;
}

enum err_code
unpack_remove(struct unpacked *u, struct stage *stage, struct err *e)
{
	fd_close(&u->fd);
	if (u->folder[0] == '\0')
		return ERR_NONE;
	if (stage_drop_folder(stage, u->folder, e) == ERR_NONE)
		u->folder[0] = '\0';
	return e->code;
}

void
unpacked_free(struct unpacked *u)
{
	if (u == NULL)
		return;
	fd_close(&u->fd);
	free(u->path);
	free(u->base);
	free(u);
}
