/* SPDX-License-Identifier: MIT */
/* Files that are converted, several at a time. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/crew.h"
#include "base/file.h"
#include "base/time.h"
#include "intake/encode/encode.h"
#include "intake/tree/work.h"
#include "store/edit/wanted.h"
#include "store/listing/show.h"

/* What is ready gets its name together: all of it is made durable at once. */
enum { NAME_MS = 5000, NAME_FILES = 256, AHEAD = 2, PART_NAME = 48, FULL = 1 << 20 };

/* A file on its way through a thread. */
struct job {
	size_t at; /* in want */
	struct record wanted;
	int64_t size, mtime_ns;
	struct err e;
};

struct run {
	struct work *w;
	struct crew *crew;
	size_t ready[NAME_FILES], nready;
	int64_t named; /* when the last ones got their names */
	int64_t done, total;
	struct err full; /* there is no more room */
};

static void
part_name(char name[PART_NAME], size_t at)
{
	snprintf(name, PART_NAME, TREE_PART "-%zu", at);
}

/* -- a thread ------------------------------------------------------------ */

static void *
begin(void *context)
{
	struct err ignored = { 0 };
	struct worker *w = NULL;

	(void)context;
	(void)worker_new(&w, NULL, NULL, &ignored);
	return w;
}

static void
end(void *own)
{
	worker_free(own);
}

static enum err_code
make(const struct work *w, struct worker *worker, struct job *job, int in, int out)
{
	const struct tree_file *f = &w->want.v[job->at];
	struct encode c = { .ffmpeg = w->t->ffmpeg,
		.coding = w->t->coding,
		.step = f->how.step,
		.in = in,
		.out = out,
		.start_ms = f->how.start_ms,
		.length_ms = f->how.length_ms,
		.bits = f->how.bits,
		.sound_ms = f->how.sound_ms,
		.wanted = &job->wanted,
		.worker = worker,
		.stop = w->t->stop };
	struct stat st;

	if (worker == NULL)
		return err_memory(&job->e);
	if (encode_file(&c, &job->e) != ERR_NONE)
		return job->e.code;
	if (fstat(out, &st) != 0)
		return err_reason(&job->e, errno);
	job->size = st.st_size;
	job->mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	return ERR_NONE;
}

static void
do_one(void *context, void *own, void *of)
{
	const struct work *w = context;
	struct job *job = of;
	const struct tree_file *f = &w->want.v[job->at];
	char part[PART_NAME];
	int in = open(f->from, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), out = -1;

	part_name(part, job->at);
	if (w->t->stop != NULL && *w->t->stop)
		err_set(&job->e, ERR_INTERRUPTED, "stopped");
	else if (in < 0)
		err_sys(&job->e, errno, "%s", f->from);
	else if ((out = openat(w->dirfd, part, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666)) < 0)
		err_reason(&job->e, errno);
	else if (make(w, own, job, in, out) != ERR_NONE)
		(void)unlinkat(w->dirfd, part, 0);
	fd_close(&in);
	fd_close(&out);
	record_free(&job->wanted);
}

/* -- names --------------------------------------------------------------- */

/* What a run that was killed has left. */
static void
remove_parts(int dirfd)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;

	for (struct dirent *d; dir != NULL && (d = readdir(dir)) != NULL;) {
		const char *number = d->d_name + strlen(TREE_PART "-");

		if (strncmp(d->d_name, TREE_PART "-", strlen(TREE_PART "-")) == 0 && *number != '\0' &&
		    number[strspn(number, "0123456789")] == '\0')
			(void)unlinkat(dirfd, d->d_name, 0);
	}
	if (dir != NULL)
		closedir(dir);
	else
		fd_close(&fd);
}

/* Whole, durable and in the manifest with size and time before it has its name: what has one needs no second
 * look. */
static enum err_code
name_ready(struct run *r)
{
	struct work *w = r->w;

	r->named = time_monotonic_ms();
	if (r->nready == 0)
		return ERR_NONE;
	if (syncfs(w->dirfd) != 0)
		return err_sys(w->e, errno, "cannot make %s durable", w->t->dir);
	if (tree_write_state(w, false) != ERR_NONE)
		return w->e->code;
	for (size_t i = 0; i < r->nready; i++) {
		struct tree_file *f = &w->want.v[r->ready[i]];
		struct err e = { 0 };
		char part[PART_NAME];

		part_name(part, r->ready[i]);
		if (tree_file_name(w->dirfd, f, part, &e) == ERR_NONE) {
			f->made = true;
			w->t->made++;
			w->t->encoded += f->how.step != CODING_KEEP;
			w->t->bytes += f->size;
		} else {
			(void)unlinkat(w->dirfd, part, 0);
			tree_tell(w, &e);
		}
	}
	r->nready = 0;
	return w->e->code;
}

/* -- the run ------------------------------------------------------------- */

static bool
is_full(int dirfd)
{
	struct statvfs v;

	return fstatvfs(dirfd, &v) == 0 && (uint64_t)v.f_bavail * v.f_frsize < FULL;
}

static void
draw(struct run *r)
{
	const struct progress *p = &r->w->t->progress;

	if (p->report != NULL)
		p->report(p->context, "converting", r->done, r->total, r->w->t->bytes);
}

static void
settle(struct run *r, struct job *job)
{
	struct work *w = r->w;
	struct tree_file *f = &w->want.v[job->at];

	r->done++;
	if (job->e.code == ERR_NONE) {
		f->size = job->size;
		f->mtime_ns = job->mtime_ns;
		r->ready[r->nready++] = job->at;
	} else if (job->e.code != ERR_INTERRUPTED && (job->e.code == ERR_SPACE || is_full(w->dirfd))) {
		err_set(&r->full, ERR_SPACE, "cannot write %s/%s: no space left", w->t->dir, f->path);
	} else if (job->e.code != ERR_INTERRUPTED) {
		err_context(&job->e, "cannot convert track %lld to %s", (long long)f->how.track, f->path);
		tree_tell(w, &job->e);
	}
	draw(r);
}

static void
take(struct run *r, bool wait)
{
	struct job job;

	while (crew_take(r->crew, &job, wait)) {
		settle(r, &job);
		wait = false;
		if (r->nready == NAME_FILES && name_ready(r) != ERR_NONE)
			return;
	}
	if (time_monotonic_ms() - r->named >= NAME_MS)
		name_ready(r);
}

static bool
goes_on(const struct run *r)
{
	const struct tree *t = r->w->t;

	return r->w->e->code == ERR_NONE && r->full.code == ERR_NONE && (t->stop == NULL || !*t->stop);
}

/* The picture goes along; one that cannot be read is told, and the sound goes without, as something that the
 * next run makes again. */
static enum err_code
add_picture(struct work *w, struct tree_file *f, struct record *r)
{
	int64_t track = f->how.track;
	struct record_cover c = { 0 };
	struct show_picture p = { 0 };
	struct buf bytes = { 0 };
	struct err e = { 0 };

	if (show_picture(w->db, track, &p, w->e) == ERR_NOMATCH) {
		*w->e = (struct err){ 0 };
		return ERR_NONE;
	}
	if (w->e->code != ERR_NONE)
		return w->e->code;
	if (show_cover(w->db, track, &bytes, NULL, &e) != ERR_NONE) {
		tree_tell(w, &e);
		f->blob[0] = '?';
	} else if (bytes.len > 0 && bytes.len <= RECORD_COVER_MAX) {
		snprintf(c.kind, sizeof c.kind, "%s", p.kind);
		snprintf(c.mime, sizeof c.mime, "%s", p.mime);
		c.len = bytes.len;
		c.data = (unsigned char *)buf_detach(&bytes);
		record_add_cover(r, &c, w->e);
	}
	buf_free(&bytes);
	return w->e->code;
}

/* Hand a file to the threads. */
static void
begin_one(struct run *r, size_t at)
{
	struct work *w = r->w;
	struct job job = { .at = at };
	struct tree_file *f = &w->want.v[at];

	if (wanted_tags(w->db, f->how.track, &job.wanted, w->e) == ERR_NONE)
		add_picture(w, f, &job.wanted);
	while (goes_on(r)) {
		if (crew_put(r->crew, &job)) {
			take(r, false);
			return;
		}
		take(r, true);
	}
	record_free(&job.wanted);
}

static void
drop(void *of)
{
	record_free(&((struct job *)of)->wanted);
}

/* What is to be made; what is there already is only counted. */
static size_t
count_new(struct work *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->want.n; i++) {
		struct tree_file *f = &w->want.v[i];

		if (!f->wanted || !f->how.converted)
			continue;
		if (f->made && tree_file_is(w->dirfd, f, w->t->vfat) == 1) {
			w->t->kept++;
			continue;
		}
		f->made = false;
		f->size = -1;
		n++;
	}
	return n;
}

static void
convert_all(struct run *r)
{
	struct work *w = r->w;

	for (size_t i = 0; i < w->want.n && goes_on(r); i++)
		if (w->want.v[i].wanted && w->want.v[i].how.converted && !w->want.v[i].made)
			begin_one(r, i);
	while (crew_inside(r->crew) > 0 && w->e->code == ERR_NONE)
		take(r, true);
}

enum err_code
tree_convert(struct work *w)
{
	static const struct crew_ways ways = { sizeof(struct job), begin, do_one, end };
	struct run r = { .w = w, .named = time_monotonic_ms() };

	remove_parts(w->dirfd);
	r.total = (int64_t)count_new(w);
	if (r.total > 0 && crew_start(&r.crew, &ways, w, w->t->jobs, AHEAD, w->e) == ERR_NONE) {
		convert_all(&r);
		crew_end(r.crew, drop);
		if (w->e->code == ERR_NONE)
			name_ready(&r);
		remove_parts(w->dirfd);
	}
	if (w->e->code == ERR_NONE && r.full.code != ERR_NONE)
		*w->e = r.full;
	else if (w->e->code == ERR_NONE && w->t->stop != NULL && *w->t->stop)
		err_set(w->e, ERR_INTERRUPTED, "stopped; the same command goes on");
	return w->e->code;
}
