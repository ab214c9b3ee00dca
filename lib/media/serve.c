#include "media/serve.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/file.h"
#include "media/text/cue.h"
#include "media/text/lrc.h"
#include "media/archive/members.h"
#include "media/read.h"
#include "media/sandbox.h"
#include "media/tag/tagfile.h"
#include "media/write.h"
#include "worker/protocol.h"

/* The next request's kind, 0 at the end, -1 on an error; *fd is the descriptor that came with it, or -1. */
static int
next_request(int socket, int *fd)
{
	char request[4];
	struct iovec iov = { request, sizeof request };
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;
	ssize_t n;

	*fd = -1;
	do {
		msg.msg_control = control.space;
		msg.msg_controllen = sizeof control.space;
		n = recvmsg(socket, &msg, MSG_CMSG_CLOEXEC | MSG_WAITALL);
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		return (int)n;
	c = CMSG_FIRSTHDR(&msg);
	if (c != NULL && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
	    c->cmsg_len == CMSG_LEN(sizeof *fd))
		memcpy(fd, CMSG_DATA(c), sizeof *fd);
	if (n != (ssize_t)sizeof request || memcmp(request, PROTOCOL_REQUEST, 3) != 0)
		return -1;
	return request[3];
}

static int
send_all(int socket, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len > 0) {
		ssize_t n = send(socket, at, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

static int
answer(int socket, enum err_code code, const void *bytes, size_t len)
{
	struct protocol_head head = { { 'F', 'M', 'A', '1' }, (uint32_t)code, (uint32_t)len };

	if (send_all(socket, &head, sizeof head) < 0)
		return -1;
	return send_all(socket, bytes, len);
}

static void
alarm_in(int ms)
{
	struct itimerval t = { .it_value = { ms / 1000, ms % 1000 * 1000 } };

	setitimer(ITIMER_REAL, &t, NULL);
}

struct listener {
	int socket, timeout_ms;
	bool gone;
};

/* Time that the other side takes to write the bytes down is not the archive's. */
static bool
send_piece(void *context, enum protocol_piece kind, const void *bytes, size_t len)
{
	struct listener *l = context;
	struct protocol_head head = { { 'F', 'M', 'A', (char)kind }, ERR_NONE, (uint32_t)len };

	alarm_in(0);
	l->gone = send_all(l->socket, &head, sizeof head) < 0 || send_all(l->socket, bytes, len) < 0;
	alarm_in(l->timeout_ms + 1000);
	return !l->gone;
}

static int
unpack(int socket, int fd, int timeout_ms)
{
	struct listener l = { socket, timeout_ms, false };
	struct err e = { 0 };

	members_read(fd, send_piece, &l, &e);
	return l.gone ? -1 : answer(socket, e.code, e.msg, strlen(e.msg));
}

static enum err_code
receive(int socket, void *bytes, size_t len, struct err *e)
{
	if (file_read(socket, bytes, len) != (ssize_t)len)
		return err_set(e, ERR_IO, "the request is not whole");
	return ERR_NONE;
}

/* Behind the request comes what the file is to have. */
static enum err_code
write_tags(int socket, int fd, struct record *left, struct err *e)
{
	struct record wanted = { 0 };
	struct buf bytes = { 0 };
	uint32_t len = 0;
	char *room;

	if (receive(socket, &len, sizeof len, e) != ERR_NONE)
		return e->code;
	if (len > PROTOCOL_REPLY_MAX)
		return err_set(e, ERR_FORMAT, "its tags need more than %d MiB", PROTOCOL_REPLY_MAX >> 20);
	room = buf_reserve(&bytes, len);
	if (room == NULL)
		err_memory(e);
	else if (receive(socket, room, len, e) == ERR_NONE &&
	    record_decode(&wanted, room, len, e) == ERR_NONE)
		media_write(fd, &wanted, left, e);
	record_free(&wanted);
	buf_free(&bytes);
	return e->code;
}

static int
handle(int socket, int kind, int fd, int timeout_ms, bool writes)
{
	struct err e = { 0 };
	struct record r = { 0 };
	struct buf out = { 0 };
	char status[128];
	int rc;

	if (kind == PROTOCOL_SANDBOX) {
		sandbox_status(status, sizeof status);
		return answer(socket, ERR_NONE, status, strlen(status));
	}
	if (kind == PROTOCOL_UNPACK && fd >= 0)
		return unpack(socket, fd, timeout_ms);
	if (fd < 0)
		err_set(&e, ERR_FORMAT, "came without a descriptor");
	else if (writes != (kind == PROTOCOL_WRITE))
		err_set(&e, ERR_FORMAT, "was sent to the wrong worker");
	else if (writes)
		write_tags(socket, fd, &r, &e);
	else if (kind == PROTOCOL_SNIFF)
		media_sniff(fd, &r, &e);
	else if (kind == PROTOCOL_CUE)
		cue_read(fd, &r, &e);
	else if (kind == PROTOCOL_LYRICS)
		lrc_read(fd, &r, &e);
	else
		media_read(fd, &r, &e);
	if (e.code == ERR_NONE)
		record_encode(&r, true, &out, &e);
	record_free(&r);
	if (e.code == ERR_NONE)
		rc = answer(socket, ERR_NONE, out.data, out.len);
	else
		rc = answer(socket, e.code, e.msg, strlen(e.msg));
	buf_free(&out);
	return rc;
}

int
serve(int socket, int timeout_ms, bool writes)
{
	int kind, fd, rc = 0;

	while (rc == 0 && (kind = next_request(socket, &fd)) > 0) {
		alarm_in(protocol_timeout(fd, timeout_ms) + 1000);
		rc = handle(socket, kind, fd, timeout_ms, writes);
		alarm_in(0);
		if (fd >= 0)
			close(fd);
		if (tagfile_out_of_memory())
			return 1; /* what the parser left behind is not to be trusted */
	}
	return rc != 0 || kind < 0;
}
