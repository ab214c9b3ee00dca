/* SPDX-License-Identifier: MIT */
#include "intake/say.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/amount.h"
#include "base/out.h"

static void
json_counts(const struct import_counts *c, struct buf *out)
{
	json_int(out, "staged", c->staged);
	json_int(out, "bytes", c->bytes);
	json_int(out, "damaged", c->damaged);
	json_int(out, "staged_earlier", c->earlier);
	json_int(out, "unchanged", c->unchanged);
	json_int(out, "not_audio", c->skipped);
	json_int(out, "failed", c->failed);
	json_int(out, "links", c->links);
	json_int(out, "special", c->special);
}

void
say_session(int64_t session, const char *state, const struct import_counts *c, bool json, struct buf *out)
{
	if (!json) {
		buf_printf(out, "s%" PRId64, session);
		return;
	}
	json_open(out, "session");
	report_session_id(out, "id", session);
	json_text(out, "state", state);
	json_counts(c, out);
	json_close(out);
}

static void
part(struct buf *out, int64_t n, const char *what)
{
	if (n > 0)
		buf_printf(out, ", %" PRId64 " %s", n, what);
}

void
say_summary(int64_t session, const struct import_counts *c, struct buf *out)
{
	char size[AMOUNT_TEXT];

	if (session != 0)
		buf_printf(out, "s%" PRId64 ": ", session);
	buf_printf(out, "%" PRId64 " file%s %s (%s)", c->staged, amount_s(c->staged),
	    session != 0 ? "staged" : "would be staged", amount_bytes(c->bytes, size));
	part(out, c->damaged, "damaged");
	part(out, c->earlier, "staged earlier");
	part(out, c->unchanged, "unchanged");
	part(out, c->skipped, "no audio");
	part(out, c->links, c->links == 1 ? "symbolic link not followed" : "symbolic links not followed");
	part(out, c->special, c->special == 1 ? "special file passed over" : "special files passed over");
	part(out, c->failed, "failed");
}

void
say_resumable(int64_t session, const struct import_counts *c, struct err *e)
{
	size_t len = strlen(e->msg);
	int64_t files = c->staged + c->earlier;

	if (len > sizeof e->msg / 2)
		len = sizeof e->msg / 2;
	snprintf(e->msg + len, sizeof e->msg - len,
	    "; %" PRId64 " file%s so far; to go on: lib-import --resume s%" PRId64, files, amount_s(files),
	    session);
}

void
say_file(const char *path, int64_t size, const struct record *r, bool json, bool raw, struct buf *out)
{
	size_t len = strlen(path);

	if (!json) {
		if (raw)
			buf_add(out, path, len);
		else
			out_escape(out, path, len);
		return;
	}
	json_open(out, "file");
	json_bytes(out, "source", path, len);
	json_int(out, "size", size);
	json_text(out, "format", r->format);
	if (r->codec[0] != '\0')
		json_text(out, "codec", r->codec);
	json_close(out);
}

void
say_preview(const struct import_counts *c, struct buf *out)
{
	json_open(out, "summary");
	json_bool(out, "dry_run", true);
	json_counts(c, out);
	json_close(out);
}
