#include "intake/say.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/out.h"
#include "store/session/session.h"

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
say_session(int64_t session, const struct import_counts *c, bool json, struct buf *out)
{
	if (!json) {
		buf_printf(out, "s%" PRId64, session);
		return;
	}
	json_open(out, "session");
	report_session_id(out, "id", session);
	json_text(out, "state", "staged");
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
	if (session != 0)
		buf_printf(out, "s%" PRId64 ": ", session);
	buf_printf(out, "%" PRId64 " file%s %s (%.1f MB)", c->staged, c->staged == 1 ? "" : "s",
	    session != 0 ? "staged" : "would be staged", (double)c->bytes / 1e6);
	part(out, c->damaged, "damaged");
	part(out, c->earlier, "staged earlier");
	part(out, c->unchanged, "unchanged");
	part(out, c->skipped, "no audio");
	part(out, c->links, "symbolic links not followed");
	part(out, c->special, "special files passed over");
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
	    "; %" PRId64 " file%s so far: 'lib-import --resume s%" PRId64 "' goes on", files,
	    files == 1 ? "" : "s", session);
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

static void
failed_item(const struct item *it, bool json, struct buf *out)
{
	const char *path = it->path != NULL ? it->path : "", *reason = it->reason != NULL ? it->reason : "";

	if (json) {
		json_open(out, "item");
		json_int(out, "id", it->id);
		report_session_id(out, "session", it->session);
		json_text(out, "state", it->state);
		json_bytes(out, "source", path, strlen(path));
		json_text(out, "code", it->code != NULL ? it->code : "");
		json_text(out, "reason", reason);
		json_close(out);
		return;
	}
	buf_printf(out, "%s\t", it->state);
	out_escape(out, path, strlen(path));
	buf_putc(out, '\t');
	out_escape(out, reason, strlen(reason));
}

static enum err_code
one_status(struct db *db, int64_t session, bool json, report_line *fn, void *context, struct err *e)
{
	struct session s = { 0 };
	struct item it = { 0 };
	struct buf line = { 0 };
	int64_t after = 0;

	if (session_load(db, session, &s, e) != ERR_NONE)
		return e->code;
	report_session(&s, json, &line);
	if (buf_ok(&line, e) == ERR_NONE)
		fn(context, &line);
	while (e->code == ERR_NONE && item_next(db, session, after, &it, e) == 1) {
		after = it.id;
		if (strcmp(it.state, "failed") != 0)
			continue;
		buf_clear(&line);
		failed_item(&it, json, &line);
		if (buf_ok(&line, e) == ERR_NONE)
			fn(context, &line);
	}
	session_free(&s);
	item_free(&it);
	buf_free(&line);
	return e->code;
}

enum err_code
say_status(struct db *db, char **ids, bool json, report_line *fn, void *context, struct err *e)
{
	int64_t id;

	if (*ids == NULL)
		return report_open_sessions(db, json, fn, context, e);
	for (; *ids != NULL && e->code == ERR_NONE; ids++)
		if (session_parse(*ids, &id, e) == ERR_NONE)
			(void)one_status(db, id, json, fn, context, e);
	return e->code;
}
