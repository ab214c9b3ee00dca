/* SPDX-License-Identifier: MIT */
/* An archive's members, that a worker unpacks piece by piece. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/time.h"
#include "worker/priv.h"

/* A head, and its bytes into out, NUL-terminated. */
static enum outcome
receive_piece(struct worker *w, struct protocol_head *head, struct buf *out, struct err *e)
{
	int64_t deadline = time_monotonic_ms() + w->timeout_ms;
	enum outcome how = worker_receive(w, head, sizeof *head, deadline);
	char *room;

	if (how != DONE)
		return how;
	buf_clear(out);
	if (memcmp(head->magic, "FMA", 3) != 0 || strchr("1MDE", head->magic[3]) == NULL ||
	    head->len > PROTOCOL_PIECE_MAX ||
	    (head->magic[3] == PROTOCOL_MEMBER && head->len < sizeof(struct protocol_member))) {
		worker_stop(w);
		err_set(e, ERR_FORMAT, "the archive reader's answer makes no sense");
		return FAILED;
	}
	room = buf_reserve(out, head->len);
	if (room == NULL) {
		err_memory(e);
		worker_stop(w);
		return FAILED;
	}
	how = worker_receive(w, room, head->len, deadline);
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
			worker_stop(w); /* it would go on sending */
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

	if (worker_start(w, e) != ERR_NONE)
		return e->code;
	if (worker_ask(w, PROTOCOL_UNPACK, fd))
		how = receive_pieces(w, sink, &b, e);
	w->served++;
	if (how == SLOW) {
		worker_stop(w);
		err_set(e, ERR_FORMAT, "archive reader was at a standstill for %g s", w->timeout_ms / 1000.0);
	} else if (how == STOPPED) {
		worker_stop(w);
		err_set(e, ERR_INTERRUPTED, "stopped");
	} else if (how == DEAD) {
		worker_autopsy(w, worker_remains(w), "archive reader", e);
	}
	if (offset >= 0)
		lseek(fd, offset, SEEK_SET);
	buf_free(&b);
	return e->code;
}
