/* SPDX-License-Identifier: MIT */
#include "worker/serving.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/file.h"
#include "worker/protocol.h"

/* A terminal's ^C is for the command, which then ends us. */
static void
ignore_signals(void)
{
	static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE,
		SIGXFSZ }; /* of a file that grows too long the write fails */

	for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
		signal(ignored[i], SIG_IGN);
}

/* Called with our socket as descriptor 3? */
static bool
is_socket(int fd)
{
	int type;
	socklen_t len = sizeof type;

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0;
}

bool
serving_started(int argc, char **argv, struct serving *s)
{
	s->writes = argc == 6 && strcmp(argv[1], PROTOCOL_WRITES) == 0;
	if ((!s->writes && (argc != 5 || strcmp(argv[1], PROTOCOL_SERVE) != 0)) || !is_socket(PROTOCOL_FD))
		return false;
	s->timeout_ms = atoi(argv[3]);
	s->memory_bytes = atol(argv[4]);
	s->file_bytes = s->writes ? atol(argv[5]) : 0;
	ignore_signals();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != atoi(argv[2]))
		return false; /* the parent died before that */
	close_range(PROTOCOL_FD + 1, ~0U, 0);
	return true;
}

int
serving_next(int socket, int *fd)
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

enum err_code
serving_receive(int socket, void *bytes, size_t len, struct err *e)
{
	if (file_read(socket, bytes, len) != (ssize_t)len)
		return err_set(e, ERR_IO, "the request is not whole");
	return ERR_NONE;
}

int
serving_send(int socket, const void *bytes, size_t len)
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

int
serving_answer(int socket, enum err_code code, const void *bytes, size_t len)
{
	struct protocol_head head = { { 'F', 'M', 'A', '1' }, (uint32_t)code, (uint32_t)len };

	if (serving_send(socket, &head, sizeof head) < 0)
		return -1;
	return serving_send(socket, bytes, len);
}

void
serving_alarm(int ms)
{
	struct itimerval t = { .it_value = { ms / 1000, ms % 1000 * 1000 } };

	setitimer(ITIMER_REAL, &t, NULL);
}
