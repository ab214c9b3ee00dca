#include "intake/rebuild/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/below.h"
#include "base/file.h"
#include "digest/sha256.h"
#include "store/blob.h"
#include "worker/client.h"

enum { AHEAD = 2, WAIT_NS = 200000000, SECOND_NS = 1000000000 };

enum place { FREE, READY, AT_WORK, DONE };

struct slot {
	enum place place;
	struct reading job;
};

struct reader {
	int dirfd; /* LIBRARY, the caller's */
	pthread_mutex_t lock;
	pthread_cond_t todo, done;
	bool ending;
	atomic_int halt;
	pthread_t *threads;
	int nthreads, nslots;
	struct slot *slots;
};

/* A slot in this place, or NULL; the lock is held. */
static struct slot *
find(struct reader *r, enum place place)
{
	for (int i = 0; i < r->nslots; i++)
		if (r->slots[i].place == place)
			return &r->slots[i];
	return NULL;
}

static enum reader_end
judge(const struct err *why)
{
	switch (why->code) {
	case ERR_NONE:
		return READ_AUDIO;
	case ERR_NOTAUDIO:
		return READ_NOT_AUDIO;
	case ERR_FORMAT:
		return READ_FAILED;
	case ERR_INTERRUPTED:
		return READ_STOPPED;
	default:
		return READ_BROKEN;
	}
}

/* Its bytes first: what is damaged is no track, whatever its tags say. */
static enum reader_end
read_blob(struct reading *j, struct worker *worker, int fd)
{
	uint8_t sha256[SHA256_BYTES];

	if (fstat(fd, &j->st) != 0 || !S_ISREG(j->st.st_mode)) {
		err_set(&j->why, ERR_FORMAT, "is not a plain file");
		return READ_DAMAGED;
	}
	if (sha256_file(fd, sha256, NULL, &j->why) != ERR_NONE)
		return READ_DAMAGED;
	if (memcmp(sha256, j->blob.sha256, sizeof sha256) != 0) {
		err_set(&j->why, ERR_FORMAT, "its bytes are not those of its name");
		return READ_DAMAGED;
	}
	worker_read(worker, fd, &j->record, &j->why);
	return judge(&j->why);
}

static void
do_one(struct reader *r, struct reading *j, struct worker *worker)
{
	char path[BLOB_PATH];
	int fd;

	if (atomic_load(&r->halt) != 0) {
		j->end = READ_STOPPED;
		return;
	}
	blob_path(path, j->blob.sha256, j->blob.suffix);
	fd = below_open(r->dirfd, path, O_RDONLY | O_NONBLOCK, 0);
	if (fd < 0) {
		err_reason(&j->why, errno);
		j->end = READ_DAMAGED;
		return;
	}
	j->end = read_blob(j, worker, fd);
	fd_close(&fd);
	if (j->end != READ_AUDIO)
		record_free(&j->record);
}

static void *
work(void *context)
{
	struct reader *r = context;
	struct worker_limits limits = { .stop = &r->halt };
	struct worker *worker = NULL;
	struct err cannot = { 0 };
	struct slot *slot;

	worker_new(&worker, NULL, &limits, &cannot);
	pthread_mutex_lock(&r->lock);
	while (!r->ending) {
		slot = find(r, READY);
		if (slot == NULL) {
			pthread_cond_wait(&r->todo, &r->lock);
			continue;
		}
		slot->place = AT_WORK;
		pthread_mutex_unlock(&r->lock);
		if (worker == NULL) {
			slot->job.why = cannot;
			slot->job.end = READ_BROKEN;
		} else {
			do_one(r, &slot->job, worker);
		}
		pthread_mutex_lock(&r->lock);
		slot->place = DONE;
		pthread_cond_signal(&r->done);
	}
	pthread_mutex_unlock(&r->lock);
	worker_free(worker);
	return NULL;
}

enum err_code
reader_start(struct reader **out, int dirfd, int threads, struct err *e)
{
	struct reader *r = calloc(1, sizeof *r);

	if (r == NULL)
		return err_memory(e);
	r->dirfd = dirfd;
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->todo, NULL);
	pthread_cond_init(&r->done, NULL);
	r->nslots = AHEAD * threads;
	r->slots = calloc((size_t)r->nslots, sizeof *r->slots);
	r->threads = calloc((size_t)threads, sizeof *r->threads);
	if (r->slots == NULL || r->threads == NULL)
		err_memory(e);
	while (e->code == ERR_NONE && r->nthreads < threads) {
		int errnum = pthread_create(&r->threads[r->nthreads], NULL, work, r);

		if (errnum != 0 && r->nthreads == 0)
			err_sys(e, errnum, "cannot start a thread");
		if (errnum != 0)
			break; /* fewer will do */
		r->nthreads++;
	}
	if (e->code == ERR_NONE)
		*out = r;
	else
		reader_end(r);
	return e->code;
}

bool
reader_put(struct reader *r, const struct unnamed *blob)
{
	struct slot *slot;

	pthread_mutex_lock(&r->lock);
	slot = find(r, FREE);
	if (slot != NULL) {
		slot->job = (struct reading){ .blob = *blob };
		slot->place = READY;
		pthread_cond_signal(&r->todo);
	}
	pthread_mutex_unlock(&r->lock);
	return slot != NULL;
}

bool
reader_take(struct reader *r, struct reading *out)
{
	struct timespec until;
	struct slot *slot;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += WAIT_NS;
	if (until.tv_nsec >= SECOND_NS) {
		until.tv_sec++;
		until.tv_nsec -= SECOND_NS;
	}
	pthread_mutex_lock(&r->lock);
	slot = find(r, DONE);
	if (slot == NULL && (find(r, READY) != NULL || find(r, AT_WORK) != NULL)) {
		pthread_cond_timedwait(&r->done, &r->lock, &until);
		slot = find(r, DONE);
	}
	if (slot != NULL) {
		*out = slot->job;
		slot->place = FREE;
	}
	pthread_mutex_unlock(&r->lock);
	return slot != NULL;
}

int
reader_inside(struct reader *r)
{
	int n = 0;

	pthread_mutex_lock(&r->lock);
	for (int i = 0; i < r->nslots; i++)
		n += r->slots[i].place != FREE;
	pthread_mutex_unlock(&r->lock);
	return n;
}

void
reader_halt(struct reader *r)
{
	atomic_store(&r->halt, 1);
}

void
reader_end(struct reader *r)
{
	if (r == NULL)
		return;
	reader_halt(r);
	pthread_mutex_lock(&r->lock);
	r->ending = true;
	pthread_cond_broadcast(&r->todo);
	pthread_mutex_unlock(&r->lock);
	for (int i = 0; i < r->nthreads; i++)
		pthread_join(r->threads[i], NULL);
	for (int i = 0; r->slots != NULL && i < r->nslots; i++)
		if (r->slots[i].place == DONE)
			record_free(&r->slots[i].job.record);
	pthread_cond_destroy(&r->done);
	pthread_cond_destroy(&r->todo);
	pthread_mutex_destroy(&r->lock);
	free(r->threads);
	free(r->slots);
	free(r);
}
