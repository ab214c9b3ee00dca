/* SPDX-License-Identifier: MIT */
#include "worker/client.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/time.h"
#include "worker/spawn.h"

enum {
	FILES_MAX = 1000, /* then it is replaced, so that no leak of a parser grows for long */
	BIG = 1 << 20,
	WRITE_MARGIN = 8 << 20, /* what padding and indices may add to a file, beside its tags */
	GLANCE_MS = 100         /* so often a waiting call looks whether to stop */
};

struct worker {
	char *program;
	int timeout_ms;
	long memory_bytes;
	pid_t pid; /* 0: not running */
	int fd;
	int served;
	void (*big)(void *context);
	void *context;
	const atomic_int *stop;
	const struct buf *more; /* what a request goes on with, or NULL */
	int64_t file_bytes;     /* of one that writes, else 0 */
	bool listens;           /* a sound worker */
};

/* How one exchange ended. */
enum outcome { DONE, FAILED, STOPPED, SLOW, STUCK, DEAD };

enum err_code
worker_new(struct worker **w, const char *program, const struct worker_limits *limits, struct err *e)
{
	struct worker *made = calloc(1, sizeof *made);

	if (made == NULL)
		return err_memory(e);
	made->fd = -1;
	made->timeout_ms = limits != NULL && limits->timeout_ms > 0 ? limits->timeout_ms : 10000;
	made->memory_bytes = limits != NULL && limits->memory_bytes > 0 ? limits->memory_bytes : 512L << 20;
	if (limits != NULL) {
		made->big = limits->big;
		made->context = limits->context;
		made->stop = limits->stop;
	}
	if (program != NULL) {
		made->program = strdup(program);
		if (made->program == NULL)
			err_memory(e);
	} else {
		made->program = worker_program("media-worker", "FONOTECA_WORKER", e);
	}
	if (made->program == NULL) {
		free(made);
		return e->code;
	}
	*w = made;
	return ERR_NONE;
}

/* End the process; its wait status, or -1 where it had none. */
static int
stop(struct worker *w)
{
	int status = -1;

	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
	if (w->pid > 0) {
		kill(w->pid, SIGKILL);
		while (waitpid(w->pid, &status, 0) < 0)
			if (errno != EINTR) {
				status = -1;
				break;
			}
	}
	w->pid = 0;
	w->served = 0;
	return status;
}

void
worker_free(struct worker *w)
{
	if (w == NULL)
		return;
	stop(w);
	free(w->program);
	free(w);
}

/* A running process: the old one, or a fresh one where it had its fill or died while it had nothing to do. */
static enum err_code
start(struct worker *w, struct err *e)
{
	if (w->pid > 0 && waitpid(w->pid, NULL, WNOHANG) != 0) {
		w->pid = 0; /* reaped: the number may be somebody else's by now */
		stop(w);
	}
	if (w->pid > 0 && w->served >= FILES_MAX)
		stop(w);
	if (w->pid > 0)
		return ERR_NONE;
	return spawn_worker(w->program, w->timeout_ms, w->memory_bytes, w->file_bytes, &w->pid, &w->fd, e);
}

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

static bool
ask(struct worker *w, char kind, int fd)
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

static bool
is_stopped(const struct worker *w)
{
	return w->stop != NULL && atomic_load(w->stop) != 0;
}

/* Exactly len bytes before the deadline. */
static enum outcome
receive(struct worker *w, void *bytes, size_t len, int64_t deadline)
{
	char *at = bytes;

	while (len > 0) {
		struct pollfd p = { .fd = w->fd, .events = POLLIN };
		int64_t left = deadline - time_monotonic_ms();
		int ready = poll(&p, 1, left <= 0 ? 0 : left < GLANCE_MS ? (int)left : GLANCE_MS);
		ssize_t n;

		if (ready == 0 && is_stopped(w))
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

	if (!ask(w, kind, fd)) {
		if (!w->listens || errno == EPIPE || errno == ECONNRESET)
			return DEAD;
		err_sys(e, errno, "cannot ask the sound reader");
		stop(w);
		return FAILED;
	}
	how = receive(w, &head, sizeof head, deadline);
	if (how != DONE)
		return how;
	if (memcmp(head.magic, "FMA1", 4) != 0 || head.len > PROTOCOL_REPLY_MAX) {
		err_set(e, ERR_FORMAT, "its tags and covers need more than %d MiB", PROTOCOL_REPLY_MAX >> 20);
		stop(w);
		return FAILED;
	}
	if (head.len > BIG && w->big != NULL) {
		w->big(w->context);
		deadline = time_monotonic_ms() + protocol_timeout(fd, w->timeout_ms);
	}
	room = buf_reserve(out, head.len);
	if (room == NULL) {
		err_memory(e);
		stop(w);
		return FAILED;
	}
	how = receive(w, room, head.len, deadline);
	if (how != DONE)
		return how;
	out->len += head.len;
	room[head.len] = '\0';
	if (head.code == ERR_NONE)
		return DONE;
	if (head.code == ERR_MEMORY) {
		err_set(e, ERR_FORMAT, "%s more than %ld MiB",
		    w->listens ? "its sound needs" : "its tags need", w->memory_bytes >> 20);
		stop(w);
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

/* Why the process is gone: as a rule the file's fault, but a program that cannot start is not. */
static enum err_code
autopsy(struct worker *w, int status, const char *reader, struct err *e)
{
	int code = status != -1 && WIFEXITED(status) ? WEXITSTATUS(status) : 0;

	if (status != -1 && WIFSIGNALED(status)) {
		if (WTERMSIG(status) == SIGALRM)
			return err_set(e, ERR_FORMAT, "%s did not finish in time", reader);
		return err_set(e, ERR_FORMAT, "%s crashed (signal %d)", reader, WTERMSIG(status));
	}
	if (code == 2 || code == 126 || code == 127) /* its usage, a shell's and the loader's */
		return err_set(e, ERR_IO, "%s: cannot run (status %d)", w->program, code);
	return err_set(e, ERR_FORMAT, "%s ended without an answer (status %d)", reader, code);
}

/* The status of a process that closed its end: it is about to die by itself, so give it a moment. */
static int
remains(struct worker *w)
{
	int status;

	for (int tries = 0; tries < 200; tries++) {
		pid_t pid = waitpid(w->pid, &status, WNOHANG);

		if (pid == w->pid) {
			w->pid = 0;
			stop(w);
			return status;
		}
		if (pid < 0 && errno != EINTR)
			break;
		poll(NULL, 0, 5);
	}
	return stop(w);
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
		stop(w);
	return how;
}

/* Ended by a signal that no parser gets by itself: ^C, timeout(1) and service managers send theirs to all
 * processes, and it may come before the worker ignores it. */
static bool
was_killed(int status)
{
	static const int sent[] = { SIGKILL, SIGTERM, SIGINT, SIGHUP, SIGQUIT };

	for (size_t i = 0; status != -1 && WIFSIGNALED(status) && i < sizeof sent / sizeof sent[0]; i++)
		if (WTERMSIG(status) == sent[i])
			return true;
	return false;
}

/* A death by somebody else's doing gets a second try, unless it was amid writing, and is no word on the file
 * where we are to stop.  So does any of who listens: what it says of a file is kept for good. */
static enum err_code
call(struct worker *w, char kind, int fd, struct buf *out, struct err *e)
{
	const char *name = w->file_bytes > 0 ? "tag writer" : w->listens ? "sound reader" : "tag reader";
	enum outcome how = DEAD;
	bool again = true;
	int status = -1;

	for (int attempt = 0; attempt < 2 && again && how == DEAD; attempt++) {
		if (start(w, e) != ERR_NONE)
			return e->code;
		buf_clear(out);
		how = exchange_in_time(w, kind, fd, out, e);
		again = false;
		if (how == DEAD) {
			status = remains(w);
			again = (was_killed(status) || w->listens) && w->file_bytes == 0;
			if (was_killed(status) && is_stopped(w))
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
	return autopsy(w, status, name, e);
}

static enum err_code
fetch(struct worker *w, char kind, int fd, struct record *r, struct err *e)
{
	struct buf answer = { 0 };
	off_t offset = lseek(fd, 0, SEEK_CUR); /* is the worker's too; it may die anywhere */
	enum err_code code = call(w, kind, fd, &answer, e);

	if (offset >= 0)
		lseek(fd, offset, SEEK_SET);
	if (code == ERR_NONE)
		code = record_decode(r, answer.data, answer.len, e);
	buf_free(&answer);
	return code;
}

enum err_code
worker_sniff(struct worker *w, int fd, struct record *r, struct err *e)
{
	return fetch(w, PROTOCOL_SNIFF, fd, r, e);
}

enum err_code
worker_read(struct worker *w, int fd, struct record *r, struct err *e)
{
	return fetch(w, PROTOCOL_READ, fd, r, e);
}

/* A head, and its bytes into out, NUL-terminated. */
static enum outcome
receive_piece(struct worker *w, struct protocol_head *head, struct buf *out, struct err *e)
{
	int64_t deadline = time_monotonic_ms() + w->timeout_ms;
	enum outcome how = receive(w, head, sizeof *head, deadline);
	char *room;

	if (how != DONE)
		return how;
	buf_clear(out);
	if (memcmp(head->magic, "FMA", 3) != 0 || strchr("1MDE", head->magic[3]) == NULL ||
	    head->len > PROTOCOL_PIECE_MAX ||
	    (head->magic[3] == PROTOCOL_MEMBER && head->len < sizeof(struct protocol_member))) {
		stop(w);
		err_set(e, ERR_FORMAT, "the archive reader's answer makes no sense");
		return FAILED;
	}
	room = buf_reserve(out, head->len);
	if (room == NULL) {
		err_memory(e);
		stop(w);
		return FAILED;
	}
	how = receive(w, room, head->len, deadline);
	if (how == DONE) {
		out->len = head->len;
		room[head->len] = '\0';
	}
	return how;
}

static bool
hand_over(const struct worker_sink *sink, char kind, const struct buf *b)
{
	struct protocol_member m;

	switch (kind) {
	case PROTOCOL_MEMBER:
		memcpy(&m, b->data, sizeof m);
		return sink->member(sink->context, (enum protocol_member_kind)m.kind, m.mtime,
		    b->data + sizeof m, b->len - sizeof m);
	case PROTOCOL_DATA:
		return sink->data(sink->context, b->data, b->len);
	default:
		return sink->end(sink->context, b->len > 0 ? b->data : NULL);
	}
}

/* The worker's last word. */
static enum err_code
unpacked(const struct worker *w, enum err_code code, const char *text, struct err *e)
{
	switch (code) {
	case ERR_NONE:
		return ERR_NONE;
	case ERR_MEMORY:
		return err_set(
		    e, ERR_FORMAT, "needs more than %ld MiB to be unpacked", w->memory_bytes >> 20);
	case ERR_IO:
		err_set(e, ERR_FORMAT, "%s", text);
		e->sys = EIO;
		return e->code;
	default:
		return err_set(e, ERR_FORMAT, "%s", text);
	}
}

/* Everything until the worker's last word. */
static enum outcome
receive_pieces(struct worker *w, const struct worker_sink *sink, struct buf *b, struct err *e)
{
	for (;;) {
		struct protocol_head head;
		enum outcome how = receive_piece(w, &head, b, e);

		if (how != DONE)
			return how;
		if (head.magic[3] == '1')
			return unpacked(w, (enum err_code)head.code, b->data, e) == ERR_NONE ? DONE : FAILED;
		if (!hand_over(sink, head.magic[3], b)) {
			stop(w); /* it would go on sending */
			err_set(e, ERR_INTERRUPTED, "stopped");
			return FAILED;
		}
	}
}

enum err_code
worker_unpack(struct worker *w, int fd, const struct worker_sink *sink, struct err *e)
{
	off_t offset = lseek(fd, 0, SEEK_CUR);
	enum outcome how = DEAD;
	struct buf b = { 0 };

	if (start(w, e) != ERR_NONE)
		return e->code;
	if (ask(w, PROTOCOL_UNPACK, fd))
		how = receive_pieces(w, sink, &b, e);
	w->served++;
	if (how == SLOW) {
		stop(w);
		err_set(e, ERR_FORMAT, "archive reader was at a standstill for %g s", w->timeout_ms / 1000.0);
	} else if (how == STOPPED) {
		stop(w);
		err_set(e, ERR_INTERRUPTED, "stopped");
	} else if (how == DEAD) {
		autopsy(w, remains(w), "archive reader", e);
	}
	if (offset >= 0)
		lseek(fd, offset, SEEK_SET);
	buf_free(&b);
	return e->code;
}

enum err_code
worker_cue(struct worker *w, int fd, struct record *r, struct err *e)
{
	return fetch(w, PROTOCOL_CUE, fd, r, e);
}

enum err_code
worker_lyrics(struct worker *w, int fd, struct record *r, struct err *e)
{
	return fetch(w, PROTOCOL_LYRICS, fd, r, e);
}

enum err_code
worker_write(struct worker *w, int fd, const struct record *wanted, struct record *left, struct err *e)
{
	struct buf bytes = { 0 };
	struct worker writer = { .program = w->program,
		.timeout_ms = w->timeout_ms,
		.memory_bytes = w->memory_bytes,
		.fd = -1,
		.stop = w->stop,
		.more = &bytes };
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_sys(e, errno, "cannot be written");
	if (record_encode(wanted, true, &bytes, e) == ERR_NONE) {
		writer.file_bytes = (int64_t)st.st_size + 4 * (int64_t)bytes.len + WRITE_MARGIN;
		fetch(&writer, PROTOCOL_WRITE, fd, left, e);
	}
	stop(&writer);
	buf_free(&bytes);
	return e->code;
}

enum err_code
worker_sandbox(struct worker *w, char *text, size_t size, struct err *e)
{
	struct buf answer = { 0 };
	enum err_code code = call(w, PROTOCOL_SANDBOX, -1, &answer, e);

	if (code == ERR_NONE)
		snprintf(text, size, "%s", answer.data);
	buf_free(&answer);
	return code;
}

enum err_code
worker_lacks(struct worker *w, char *text, size_t size, struct err *e)
{
	static const struct {
		const char *off, *name;
	} pieces[] = { { "landlock=0", "landlock" }, { "seccomp=0", "seccomp" },
		{ "rlimit_as=0", "a limit of memory" } };
	char status[128] = "";
	size_t len = 0;

	text[0] = '\0';
#ifdef FONOTECA_SAN
	return ERR_NONE;
#endif
	if (worker_sandbox(w, status, sizeof status, e) != ERR_NONE)
		return e->code;
	for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++)
		if (strstr(status, pieces[i].off) != NULL && len < size)
			len += (size_t)snprintf(
			    text + len, size - len, "%s%s", len > 0 ? ", " : "", pieces[i].name);
	return ERR_NONE;
}

enum err_code
worker_new_sound(struct worker **w, const struct worker_limits *limits, struct err *e)
{
	char *program = worker_program("sound-worker", "FONOTECA_SOUND_WORKER", e);

	if (program != NULL && worker_new(w, program, limits, e) == ERR_NONE)
		(*w)->listens = true;
	free(program);
	return e->code;
}

enum err_code
worker_listen(struct worker *w, int fd, const struct sound_task *task, struct sound *s, struct err *e)
{
	struct buf more = { 0 }, answer = { 0 };

	buf_add(&more, task, sizeof *task);
	w->more = &more;
	if (buf_ok(&more, e) == ERR_NONE && call(w, PROTOCOL_LISTEN, fd, &answer, e) == ERR_NONE)
		sound_read(s, answer.data, answer.len, e);
	w->more = NULL;
	buf_free(&more);
	buf_free(&answer);
	return e->code;
}
