#include "store/sweep/scrub.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/below.h"
#include "base/file.h"
#include "base/rate.h"
#include "digest/sha256.h"

enum { CHUNK = 256 << 10, AHEAD = 4, WAIT_NS = 200000000, SECOND_NS = 1000000000 };

enum place { FREE, READY, AT_WORK, DONE };

struct slot {
	enum place place;
	struct scrub_job job;
};

struct scrub {
	int dirfd;
	pthread_mutex_t lock;
	pthread_cond_t todo, done;
	bool ending;
	atomic_int halt;
	struct rate rate;
	pthread_t *threads;
	int nthreads, nslots;
	struct slot *slots;
};

/* A slot in this place, or NULL; the lock is held. */
static struct slot *
find(struct scrub *s, enum place place)
{
	for (int i = 0; i < s->nslots; i++)
		if (s->slots[i].place == place)
			return &s->slots[i];
	return NULL;
}

static bool
is_lost(int errnum)
{
	return errnum == EIO || errnum == EUCLEAN || errnum == EBADMSG;
}

static void
set(struct scrub_job *j, enum scrub_verdict verdict, int errnum)
{
	j->verdict = verdict;
	if (errnum != 0)
		err_reason(&j->e, errnum);
}

/* Hash what is open, piece by piece, so that a halt or a rate is kept amid a large file. */
static void
read_all(struct scrub *s, struct scrub_job *j, int fd, unsigned char *chunk)
{
	uint8_t hash[SHA256_BYTES];
	struct sha256 h;
	int64_t at = 0;

	sha256_begin(&h);
	for (;;) {
		ssize_t n = pread(fd, chunk, rate_piece(&s->rate, CHUNK), (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			set(j, is_lost(errno) ? SCRUB_UNREADABLE : SCRUB_FAILED, errno);
			return;
		}
		if (!rate_wait(&s->rate, (size_t)n, &s->halt) || atomic_load(&s->halt) != 0) {
			j->verdict = SCRUB_UNFINISHED;
			return;
		}
		if (n == 0)
			break;
		sha256_add(&h, chunk, (size_t)n);
		at += n;
	}
	sha256_end(&h, hash);
	j->verdict = SCRUB_RIGHT;
	if (at != j->size || memcmp(hash, j->sha256, sizeof hash) != 0) {
		j->verdict = SCRUB_WRONG;
		err_set(&j->e, ERR_FORMAT, "its bytes are not those of its name");
	}
}

static void
examine(struct scrub *s, struct scrub_job *j, unsigned char *chunk)
{
	char path[BLOB_PATH];
	struct stat st;
	int fd;

	j->e = (struct err){ 0 };
	j->inode = j->ctime_ns = 0;
	blob_path(path, j->sha256, j->suffix);
	fd = below_open(s->dirfd, path, O_RDONLY | O_NONBLOCK, 0);
	if (fd < 0 && (errno == ENOENT || errno == ELOOP || errno == ENOTDIR)) {
		set(j, SCRUB_MISSING, errno);
	} else if (fd < 0 || fstat(fd, &st) != 0) {
		set(j, is_lost(errno) ? SCRUB_UNREADABLE : SCRUB_FAILED, errno);
	} else if (!S_ISREG(st.st_mode)) {
		j->verdict = SCRUB_MISSING;
		err_set(&j->e, ERR_FORMAT, "is not a plain file");
	} else {
		j->inode = (int64_t)st.st_ino;
		j->ctime_ns = (int64_t)st.st_ctim.tv_sec * SECOND_NS + st.st_ctim.tv_nsec;
		(void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
		(void)posix_fadvise(fd, 0, 0, POSIX_FADV_NOREUSE); /* others' files stay in memory */
		if (st.st_size == j->size) {
			read_all(s, j, fd, chunk);
		} else {
			j->verdict = SCRUB_WRONG;
			err_set(&j->e, ERR_FORMAT, "has %lld bytes instead of %lld", (long long)st.st_size,
			    (long long)j->size);
		}
	}
	fd_close(&fd);
}

static void *
work(void *context)
{
	struct scrub *s = context;
	unsigned char *chunk = malloc(CHUNK);
	struct slot *slot;

	pthread_mutex_lock(&s->lock);
	while (!s->ending) {
		slot = find(s, READY);
		if (slot == NULL) {
			pthread_cond_wait(&s->todo, &s->lock);
			continue;
		}
		slot->place = AT_WORK;
		pthread_mutex_unlock(&s->lock);
		if (chunk == NULL)
			set(&slot->job, SCRUB_FAILED, ENOMEM);
		else if (atomic_load(&s->halt) != 0)
			slot->job.verdict = SCRUB_UNFINISHED;
		else
			examine(s, &slot->job, chunk);
		pthread_mutex_lock(&s->lock);
		slot->place = DONE;
		pthread_cond_signal(&s->done);
	}
	pthread_mutex_unlock(&s->lock);
	free(chunk);
	return NULL;
}

enum err_code
scrub_start(struct scrub **out, int dirfd, int threads, int64_t limit, struct err *e)
{
	struct scrub *s = calloc(1, sizeof *s);

	if (s == NULL)
		return err_memory(e);
	s->dirfd = dirfd;
	s->rate.limit = limit;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->todo, NULL);
	pthread_cond_init(&s->done, NULL);
	s->nslots = AHEAD * threads;
	s->slots = calloc((size_t)s->nslots, sizeof *s->slots);
	s->threads = calloc((size_t)threads, sizeof *s->threads);
	if (s->slots == NULL || s->threads == NULL)
		err_memory(e);
	while (e->code == ERR_NONE && s->nthreads < threads) {
		int errnum = pthread_create(&s->threads[s->nthreads], NULL, work, s);

		if (errnum != 0 && s->nthreads == 0)
			err_sys(e, errnum, "cannot start a thread");
		if (errnum != 0)
			break; /* fewer will do */
		s->nthreads++;
	}
	if (e->code == ERR_NONE)
		*out = s;
	else
		scrub_end(s);
	return e->code;
}

bool
scrub_put(struct scrub *s, const struct scrub_job *job)
{
	struct slot *slot;

	pthread_mutex_lock(&s->lock);
	slot = find(s, FREE);
	if (slot != NULL) {
		slot->job = *job;
		slot->place = READY;
		pthread_cond_signal(&s->todo);
	}
	pthread_mutex_unlock(&s->lock);
	return slot != NULL;
}

bool
scrub_take(struct scrub *s, struct scrub_job *job)
{
	struct timespec until;
	struct slot *slot;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += WAIT_NS;
	if (until.tv_nsec >= SECOND_NS) {
		until.tv_sec++;
		until.tv_nsec -= SECOND_NS;
	}
	pthread_mutex_lock(&s->lock);
	slot = find(s, DONE);
	if (slot == NULL && (find(s, READY) != NULL || find(s, AT_WORK) != NULL)) {
		pthread_cond_timedwait(&s->done, &s->lock, &until);
		slot = find(s, DONE);
	}
	if (slot != NULL) {
		*job = slot->job;
		slot->place = FREE;
	}
	pthread_mutex_unlock(&s->lock);
	return slot != NULL;
}

int
scrub_working(struct scrub *s)
{
	int n = 0;

	pthread_mutex_lock(&s->lock);
	for (int i = 0; i < s->nslots; i++)
		n += s->slots[i].place != FREE;
	pthread_mutex_unlock(&s->lock);
	return n;
}

void
scrub_halt(struct scrub *s)
{
	atomic_store(&s->halt, 1);
}

void
scrub_end(struct scrub *s)
{
	if (s == NULL)
		return;
	scrub_halt(s);
	pthread_mutex_lock(&s->lock);
	s->ending = true;
	pthread_cond_broadcast(&s->todo);
	pthread_mutex_unlock(&s->lock);
	for (int i = 0; i < s->nthreads; i++)
		pthread_join(s->threads[i], NULL);
	pthread_cond_destroy(&s->todo);
	pthread_cond_destroy(&s->done);
	pthread_mutex_destroy(&s->lock);
	free(s->threads);
	free(s->slots);
	free(s);
}
