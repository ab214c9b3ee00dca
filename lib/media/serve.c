/* SPDX-License-Identifier: MIT */
#include "media/serve.h"

#include <string.h>
#include <unistd.h>

#include "media/text/cue.h"
#include "media/text/lrc.h"
#include "media/archive/members.h"
#include "media/read.h"
#include "media/sandbox.h"
#include "media/tag/tagfile.h"
#include "media/write.h"
#include "worker/protocol.h"
#include "worker/serving.h"

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

	serving_alarm(0);
	l->gone = serving_send(l->socket, &head, sizeof head) < 0 || serving_send(l->socket, bytes, len) < 0;
	serving_alarm(l->timeout_ms + 1000);
	return !l->gone;
}

static int
unpack(int socket, int fd, int timeout_ms)
{
	struct listener l = { socket, timeout_ms, false };
	struct err e = { 0 };

	members_read(fd, send_piece, &l, &e);
	return l.gone ? -1 : serving_answer(socket, e.code, e.msg, strlen(e.msg));
}

/* Behind the request comes what the file is to have. */
static enum err_code
write_tags(int socket, int fd, struct record *left, struct err *e)
{
	struct record wanted = { 0 };
	struct buf bytes = { 0 };
	uint32_t len = 0;
	char *room;

	if (serving_receive(socket, &len, sizeof len, e) != ERR_NONE)
		return e->code;
	if (len > PROTOCOL_REPLY_MAX)
		return err_set(e, ERR_FORMAT, "its tags need more than %d MiB", PROTOCOL_REPLY_MAX >> 20);
	room = buf_reserve(&bytes, len);
	if (room == NULL)
		err_memory(e);
	else if (serving_receive(socket, room, len, e) == ERR_NONE &&
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
		return serving_answer(socket, ERR_NONE, status, strlen(status));
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
		rc = serving_answer(socket, ERR_NONE, out.data, out.len);
	else
		rc = serving_answer(socket, e.code, e.msg, strlen(e.msg));
	buf_free(&out);
	return rc;
}

int
serve(int socket, int timeout_ms, bool writes)
{
	int kind, fd, rc = 0;

	while (rc == 0 && (kind = serving_next(socket, &fd)) > 0) {
		serving_alarm(protocol_timeout(fd, timeout_ms) + 1000);
		rc = handle(socket, kind, fd, timeout_ms, writes);
		serving_alarm(0);
		if (fd >= 0)
			close(fd);
		if (tagfile_out_of_memory())
			return 1; /* what the parser left behind is not to be trusted */
	}
	return rc != 0 || kind < 0;
}
