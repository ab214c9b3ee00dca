/* SPDX-License-Identifier: MIT */
/* The talk with a worker: a request, and its answer in time. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/time.h"
#include "worker/priv.h"

enum { BIG = 1 << 20, GLANCE_MS = 100 /* so often a waiting call looks whether to stop */ };

static bool
send_all(int fd, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len > 0) {
		ssize_t n = send(fd, at, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

/* What a request goes on with. */
static bool
ask_for(const struct worker *w)
{
	uint32_t len = (uint32_t)w->more->len;

	return send_all(w->fd, &len, sizeof len) && send_all(w->fd, w->more->data, len);
}

bool
worker_ask(struct worker *w, char kind, int fd)
{
	char request[4] = PROTOCOL_REQUEST;
	struct iovec iov = { request, sizeof request };
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n;

	request[3] = kind;
	if (fd >= 0) {
		struct cmsghdr *c = &control.align;

		msg.msg_control = control.space;
		msg.msg_controllen = sizeof control.space;
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(c), &fd, sizeof fd);
	}
	do
		n = sendmsg(w->fd, &msg, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof request && (w->more == NULL || ask_for(w));
}

bool
worker_is_stopped(const struct worker *w)
{
	return w->stop != NULL && atomic_load(w->stop) != 0;
}

enum outcome
worker_receive(struct worker *w, void *bytes, size_t len, int64_t deadline)
{
	char *at = bytes;

	while (len > 0) {
		struct pollfd p = { .fd = w->fd, .events = POLLIN };
		int64_t left = deadline - time_monotonic_ms();
		int ready = poll(&p, 1, left <= 0 ? 0 : left < GLANCE_MS ? (int)left : GLANCE_MS);
		ssize_t n;

		if (ready == 0 && worker_is_stopped(w))
			return STOPPED;
		if (ready < 0 && errno != EINTR)
			return DEAD;
		if (ready == 0 && left <= 0)
			return SLOW;
		if (ready <= 0)
			continue;
		n = recv(w->fd, at, len, MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
			return DEAD;
		if (n > 0) {
			at += n;
			len -= (size_t)n;
		}
	}
	return DONE;
}

/* One request and its answer into out; FAILED with *e set where the worker says so. */
static enum outcome
exchange(struct worker *w, char kind, int fd, struct buf *out, struct err *e)
{
	int64_t deadline = time_monotonic_ms() + protocol_timeout(fd, w->timeout_ms);
	struct protocol_head head;
	enum outcome how;
	char *room;

	if (!worker_ask(w, kind, fd)) {
		if (!w->listens || errno == EPIPE || errno == ECONNRESET)
			return DEAD;
		err_sys(e, errno, "cannot ask the sound reader");
		worker_stop(w);
		return FAILED;
	}
	how = worker_receive(w, &head, sizeof head, deadline);
	if (how != DONE)
		return how;
	if (memcmp(head.magic, "FMA1", 4) != 0 || head.len > PROTOCOL_REPLY_MAX) {
		err_set(e, ERR_FORMAT, "its tags and covers need more than %d MiB", PROTOCOL_REPLY_MAX >> 20);
		worker_stop(w);
		return FAILED;
	}
	if (head.len > BIG && w->big != NULL) {
		w->big(w->context);
		deadline = time_monotonic_ms() + protocol_timeout(fd, w->timeout_ms);
	}
	room = buf_reserve(out, head.len);
	if (room == NULL) {
		err_memory(e);
		worker_stop(w);
		return FAILED;
	}
	how = worker_receive(w, room, head.len, deadline);
	if (how != DONE)
		return how;
	out->len += head.len;
	room[head.len] = '\0';
	if (head.code == ERR_NONE)
		return DONE;
	if (head.code == ERR_MEMORY) {
		err_set(e, ERR_FORMAT, "%s more than %ld MiB",
		    w->listens ? "its sound needs" : "its tags need", w->memory_bytes >> 20);
		worker_stop(w);
	} else {
		bool disk = w->listens && head.code == ERR_IO; /* what it heard of is no word on the file */

		err_set(e,
		    disk                            ? ERR_IO
			: head.code == ERR_NOTAUDIO ? ERR_NOTAUDIO
						    : ERR_FORMAT,
		    "%s", out->data);
	}
	return FAILED;
}

/* What the process has computed so far; 0 where nobody tells. */
static int64_t
cpu_ms(const struct worker *w)
{
	clockid_t clock;
	struct timespec t;

	if (w->pid <= 0 || clock_getcpuclockid(w->pid, &clock) != 0 || clock_gettime(clock, &t) != 0)
		return 0;
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* exchange(), and a process that was late is ended: it is stuck where it computed for a good part of the
 * time, which no sound file asks for. */
static enum outcome
exchange_in_time(struct worker *w, char kind, int fd, struct buf *out, struct err *e)
{
	int64_t before = cpu_ms(w);
	enum outcome how = exchange(w, kind, fd, out, e);

	if (how == SLOW && cpu_ms(w) - before > protocol_timeout(fd, w->timeout_ms) / 4)
		how = STUCK;
	if (how == SLOW || how == STUCK || how == STOPPED)
		worker_stop(w);
	return how;
}

/* A death by somebody else's doing gets a second try, unless it was amid writing, and is no word on the file
 * where we are to stop.  So does any of who listens: what it says of a file is kept for good. */
enum err_code
worker_call(struct worker *w, char kind, int fd, struct buf *out, struct err *e)
{
	const char *name = w->file_bytes > 0 ? "tag writer" : w->listens ? "sound reader" : "tag reader";
	enum outcome how = DEAD;
	bool again = true;
	int status = -1;

	for (int attempt = 0; attempt < 2 && again && how == DEAD; attempt++) {
		if (worker_start(w, e) != ERR_NONE)
			return e->code;
		buf_clear(out);
		how = exchange_in_time(w, kind, fd, out, e);
		again = false;
		if (how == DEAD) {
			status = worker_remains(w);
			again = (worker_was_killed(status) || w->listens) && w->file_bytes == 0;
			if (worker_was_killed(status) && worker_is_stopped(w))
				how = STOPPED;
		}
	}
	w->served++;
	switch (how) {
	case DONE:
		return ERR_NONE;
	case FAILED:
		return e->code;
	case STOPPED:
		return err_set(e, ERR_INTERRUPTED, "stopped");
	case SLOW:
	case STUCK:
		err_set(e, ERR_FORMAT, "%s did not finish within %g s", name,
		    protocol_timeout(fd, w->timeout_ms) / 1000.0);
		e->sys = how == SLOW ? ETIMEDOUT : 0;
		return e->code;
	case DEAD:
		break;
	}
	return worker_autopsy(w, status, name, e);
}
