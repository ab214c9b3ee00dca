/* SPDX-License-Identifier: MIT */
#include "sound/serve.h"

#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "media/sandbox.h"
#include "sound/listen.h"
#include "worker/protocol.h"
#include "worker/serving.h"

static struct sound found;

static void
still_alive(void *context)
{
	const int *timeout_ms = context;

	serving_alarm(*timeout_ms);
}

static int
listen_to(int socket, int fd, int *timeout_ms)
{
	struct sound_task task;
	struct err e = { 0 };
	uint32_t len = 0;

	if (serving_receive(socket, &len, sizeof len, &e) != ERR_NONE || len != sizeof task ||
	    serving_receive(socket, &task, sizeof task, &e) != ERR_NONE)
		return -1;
	sound_listen(fd, &task, still_alive, timeout_ms, &found, &e);
	if (e.code == ERR_NONE)
		return serving_answer(socket, ERR_NONE, &found, sizeof found);
	return serving_answer(socket, e.code, e.msg, strlen(e.msg));
}

int
sound_serve(int socket, int timeout_ms)
{
	int kind, fd, rc = 0;

	while (rc == 0 && (kind = serving_next(socket, &fd)) > 0) {
		char status[128];

		serving_alarm(timeout_ms);
		if (kind == PROTOCOL_SANDBOX) {
			sandbox_status(status, sizeof status);
			rc = serving_answer(socket, ERR_NONE, status, strlen(status));
		} else {
			rc = kind == PROTOCOL_LISTEN && fd >= 0 ? listen_to(socket, fd, &timeout_ms) : -1;
		}
		serving_alarm(0);
		if (fd >= 0)
			close(fd);
	}
	return rc != 0 || kind < 0;
}
