/* SPDX-License-Identifier: MIT */
/* A track's tags into its file: copied, written, read back, put in the old one's place. */
#include "store/edit/write.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/below.h"
#include "base/file.h"
#include "base/out.h"
#include "base/time.h"
#include "digest/sha256.h"
#include "store/blob.h"
#include "store/edit/priv.h"
#include "store/edit/written.h"
#include "store/session/session.h"
#include "store/session/stage.h"
#include "worker/client.h"

enum { CHUNK = 256 << 10 };

struct writing {
	struct db *db;
	struct worker *worker;
	int64_t session; /* 0: nothing was written yet */
	struct stage *stage;
	struct checked checked;
	char chunk[CHUNK];
};

/* One track on its way. */
struct job {
	struct writing *w;
	struct db *db;
	const struct edit_options *how;
	int64_t track, release, file, session;
	bool there;           /* the track has a row */
	struct item old, new; /* blobs as items of the import that they came with */
	struct written says;
	char tmp[STAGE_TMP]; /* "": none */
	int fd;
};

enum err_code
writing_start(struct writing **ret, struct db *db, struct err *e)
{
	struct writing *w = calloc(1, sizeof *w);

	if (w == NULL)
		return err_memory(e);
	w->db = db;
	if (worker_new(&w->worker, NULL, NULL, e) != ERR_NONE) {
		free(w);
		return e->code;
	}
	*ret = w;
	return ERR_NONE;
}

void
writing_end(struct writing *w)
{
	struct err ignored = { 0 };

	if (w == NULL)
		return;
	stage_close(w->stage);
	if (w->session != 0)
		session_scratch_end(w->db, w->session, &ignored); /* or lib-sweep does */
	worker_free(w->worker);
	checked_free(&w->checked);
	free(w);
}

static void
job_end(struct job *j)
{
	fd_close(&j->fd);
	if (j->tmp[0] != '\0')
		stage_drop(j->w->stage, j->tmp);
	item_free(&j->old);
	item_free(&j->new);
	record_free(&j->says.wanted);
	record_free(&j->says.have);
	record_free(&j->says.now);
	record_free(&j->says.left);
}

/* -- what there is ------------------------------------------------------- */

static enum err_code
read_row(struct job *j, sqlite3_stmt *st, struct err *e)
{
	const void *source = sqlite3_column_blob(st, 8);

	if (sqlite3_column_int(st, 1) != 0)
		return err_set(
		    e, ERR_STATE, "was removed; to bring it back: lib-commit --restore %" PRId64, j->track);
	if (sqlite3_column_type(st, 2) == SQLITE_NULL)
		return err_set(e, ERR_STATE, "has no file that is there and whole");
	if (sqlite3_column_int(st, 9) != 0)
		return err_set(e, ERR_STATE, "is a part of a file, which has no tags of its own");
	j->release = sqlite3_column_int64(st, 0);
	j->file = sqlite3_column_int64(st, 2);
	memcpy(j->old.sha256, sqlite3_column_blob(st, 3), 32);
	snprintf(j->old.suffix, sizeof j->old.suffix, "%s", (const char *)sqlite3_column_text(st, 4));
	j->old.size = sqlite3_column_int64(st, 5);
	j->session = sqlite3_column_int64(st, 6);
	j->new.mtime_ns = sqlite3_column_int64(st, 7) * 1000000000;
	if (source != NULL && (j->new.path = strndup(source, (size_t)sqlite3_column_bytes(st, 8))) == NULL)
		return err_memory(e);
	return ERR_NONE;
}

static enum err_code
find_file(struct job *j, struct err *e)
{
	sqlite3_stmt *st = sql_get(j->db,
	    "SELECT t.release_id, t.removed IS NOT NULL, f.id, b.sha256, b.suffix, b.size, f.session_id,"
	    " f.mtime, f.source, f.part > 0 OR EXISTS (SELECT 1 FROM file o WHERE o.blob_id = f.blob_id"
	    " AND o.part > 0 AND o.state <> 'removed')"
	    " FROM track t LEFT JOIN file f ON f.track_id = t.id AND f.preferred = 1 AND f.state = 'ok'"
	    " LEFT JOIN blob b ON b.id = f.blob_id WHERE t.id = ?1",
	    e);
	int step;

	if (st == NULL)
		return e->code;
	sql_int(st, 1, j->track);
	step = sql_step(j->db, st, e);
	j->there = step == 1;
	if (step == 1)
		read_row(j, st, e);
	else if (step == 0)
		err_set(e, ERR_NOTFOUND, "there is no track %" PRId64, j->track);
	sql_done(st);
	return e->code;
}

/* The blob, open; what it says goes to j->says.have. */
static int
read_old(struct job *j, struct err *e)
{
	char path[BLOB_PATH];
	int fd;

	blob_path(path, j->old.sha256, j->old.suffix);
	fd = below_open(j->db->dirfd, path, O_RDONLY | O_NONBLOCK, 0);
	if (fd < 0) {
		err_sys(e, errno, "%s", path);
		return -1;
	}
	if (worker_read(j->w->worker, fd, &j->says.have, e) == ERR_NONE && !j->says.have.has_audio)
		err_set(e, ERR_FORMAT, "the audio of this %s file cannot be told from its tags",
		    j->says.have.format);
	if (e->code != ERR_NONE)
		fd_close(&fd);
	return fd;
}

/* -- the new file -------------------------------------------------------- */

static enum err_code
open_stage(struct writing *w, struct err *e)
{
	if (w->session == 0 && session_scratch(w->db, &w->session, e) != ERR_NONE)
		return e->code;
	if (w->stage == NULL)
		return stage_open(&w->stage, w->db, w->session, e);
	return ERR_NONE;
}

/* The old bytes into a new file of ours; if they are still what they were. */
static enum err_code
copy_old(struct job *j, int from, struct err *e)
{
	uint8_t sha256[SHA256_BYTES];
	struct sha256 h;
	off_t at = 0;
	ssize_t n;

	if (open_stage(j->w, e) != ERR_NONE || (j->fd = stage_file(j->w->stage, j->tmp, e)) < 0) {
		j->tmp[0] = '\0';
		return e->code;
	}
	sha256_begin(&h);
	while ((n = pread(from, j->w->chunk, CHUNK, at)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, errno, "its file cannot be read");
		sha256_add(&h, j->w->chunk, (size_t)n);
		if (file_write(j->fd, j->w->chunk, (size_t)n) < 0)
			return err_sys(e, errno, "cannot write to the library");
		at += n;
	}
	sha256_end(&h, sha256);
	if (memcmp(sha256, j->old.sha256, sizeof sha256) != 0)
		return err_set(e, ERR_FORMAT, "its file is damaged: lib-sweep verify tells more");
	return ERR_NONE;
}

static enum err_code
hash_new(struct job *j, struct err *e)
{
	return sha256_file(j->fd, j->new.sha256, &j->new.size, e);
}

static bool
is_as_before(const struct job *j)
{
	return memcmp(j->new.sha256, j->old.sha256, sizeof j->new.sha256) == 0;
}

static enum err_code
tell_left(struct job *j, struct err *e)
{
	struct buf names = { 0 };

	if (written_left(&j->says, &names, e) == ERR_NONE && names.len > 0 && j->how->note != NULL) {
		char text[600];

		snprintf(text, sizeof text,
		    "track %" PRId64 ": its file cannot hold what the library has as %.500s", j->track,
		    names.data);
		j->how->note(j->how->context, text);
	}
	buf_free(&names);
	return e->code;
}

/* Copy, write, read back.  *same: the file says so already, as far as its format goes. */
static enum err_code
make_new(struct job *j, int from, bool *same, struct err *e)
{
	const char *what;

	if (copy_old(j, from, e) != ERR_NONE ||
	    worker_write(j->w->worker, j->fd, &j->says.wanted, &j->says.left, e) != ERR_NONE ||
	    tell_left(j, e) != ERR_NONE || hash_new(j, e) != ERR_NONE)
		return e->code;
	*same = is_as_before(j);
	if (*same)
		return e->code;
	if (worker_read(j->w->worker, j->fd, &j->says.now, e) != ERR_NONE)
		return err_context(e, "cannot be read any more with the tags in it, and nothing was changed");
	snprintf(j->new.suffix, sizeof j->new.suffix, "%s", j->says.now.suffix);
	if ((what = written_wrong(&j->says)) != NULL)
		err_set(e, ERR_FORMAT, "%s of the new file would not be right; nothing was changed", what);
	return e->code;
}

/* -- into the library ---------------------------------------------------- */

/* Durable under its hash in staging/. */
static enum err_code
keep_new(struct job *j, char name[BLOB_NAME], struct err *e)
{
	char names[1][BLOB_NAME];
	enum err_code rc;

	fd_close(&j->fd);
	blob_name(name, j->new.sha256, j->new.suffix);
	rc = stage_keep(
	    j->w->stage, j->tmp, j->new.sha256, j->new.suffix, j->new.size, false, &j->new.staged_ns, e);
	j->tmp[0] = '\0';
	memcpy(names[0], name, BLOB_NAME);
	return rc != ERR_NONE ? rc : stage_sync(j->w->stage, names, 1, e);
}

/* Inside the transaction: is the file still the track's, and would none have the same bytes? */
static enum err_code
check_rows(struct job *j, struct err *e)
{
	sqlite3_stmt *st = sql_get(j->db,
	    "SELECT NOT EXISTS (SELECT 1 FROM file f JOIN track t ON t.id = f.track_id WHERE f.id = ?1"
	    " AND t.id = ?2 AND t.removed IS NULL AND f.preferred = 1 AND f.state = 'ok'),"
	    " (SELECT f.track_id FROM file f JOIN blob b ON b.id = f.blob_id WHERE b.sha256 = ?3"
	    " AND (f.state <> 'removed' OR f.track_id <> ?2 OR f.part > 0) LIMIT 1)",
	    e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, j->file);
	sql_int(st, 2, j->track);
	sql_bytes(st, 3, j->new.sha256, 32);
	if (sql_step(j->db, st, e) == 1) {
		if (sqlite3_column_int(st, 0) != 0)
			err_set(e, ERR_STATE, "was changed meanwhile");
		else if (sqlite3_column_type(st, 1) != SQLITE_NULL)
			err_set(e, ERR_STATE, "its file would become that of track %" PRId64 ", byte by byte",
			    (int64_t)sqlite3_column_int64(st, 1));
	}
	sql_done(st);
	return e->code;
}

/* A source that had the old bytes stands for the new ones: should it get other tags, it is a retag of these.
 */
static enum err_code
move_sources(struct job *j, struct err *e)
{
	sqlite3_stmt *st = sql_get(j->db, "UPDATE source SET sha256 = ?2 WHERE sha256 = ?1", e);

	if (st == NULL)
		return e->code;
	sql_bytes(st, 1, j->old.sha256, 32);
	sql_bytes(st, 2, j->new.sha256, 32);
	return sql_run(j->db, st, e);
}

static enum err_code
replace(struct job *j, const char *line, struct err *e)
{
	struct catalogue c = {
		.db = j->db, .session = j->session, .owner = (int64_t)getuid(), .now = time_now()
	};

	if (check_rows(j, e) != ERR_NONE ||
	    blob_check(j->db, j->new.sha256, j->new.suffix, j->new.size, e) != ERR_NONE ||
	    catalogue_replace(&c, j->track, j->file, &j->new, &j->says.now, e) != ERR_NONE ||
	    move_sources(j, e) != ERR_NONE ||
	    (j->how->gain && wanted_keep_gain(&c, j->track, j->release, &j->says.wanted, e) != ERR_NONE))
		return e->code;
	return chosen_changed(j->db, j->track, j->how->ids ? NULL : line, e);
}

static enum err_code
publish(struct job *j, struct err *e)
{
	struct blob_staged s = {
		.session = j->w->session, .size = j->new.size, .staged_ns = j->new.staged_ns, .doubt = true
	};

	memcpy(s.sha256, j->new.sha256, 32);
	memcpy(s.suffix, j->new.suffix, sizeof s.suffix);
	if (blob_publish(j->db, &s, &j->w->checked, e) != ERR_NONE)
		return e->code;
	return blob_sync(j->db, e);
}

static enum err_code
commit(struct job *j, const char *line, struct edit_result *r, struct err *e)
{
	struct buf data = { 0 }, hex = { 0 };
	int64_t event = 0;

	out_hex(&hex, j->old.sha256, 32);
	buf_printf(&data, "\"was\":\"%s\"", hex.failed ? "" : hex.data);
	buf_free(&hex);
	if (buf_ok(&data, e) != ERR_NONE || chosen_start(j->db, &j->track, 1, e) != ERR_NONE ||
	    db_lock_shared(j->db, e) != ERR_NONE)
		goto out;
	if (publish(j, e) == ERR_NONE && sql_begin(j->db, e) == ERR_NONE) {
		if (journal_begin(j->db, &event, e) == ERR_NONE)
			replace(j, line, e);
		edit_finish(j->db, event, "write-tags", data.data, j->how, r, e);
	}
	db_unlock(j->db);
out:
	buf_free(&data);
	return e->code;
}

/* -- one track ----------------------------------------------------------- */

/* What is told of it; *line is empty where nothing differs. */
static enum err_code
compose(struct job *j, struct buf *line, struct err *e)
{
	buf_clear(line);
	buf_puts(line, "{"); /* so that the first member knows itself the first */
	if (wanted_tell(&j->says.have, &j->says.wanted, j->how->json, line, e) != ERR_NONE ||
	    buf_ok(line, e) != ERR_NONE)
		return e->code;
	if (line->len == 1)
		buf_clear(line);
	else if (j->how->json)
		line->data[0] = ',';
	return ERR_NONE;
}

static const char *
told(const struct job *j, const struct buf *line)
{
	return j->how->json ? line->data : line->data + 1;
}

/* A dry run: only told. */
static enum err_code
tell_only(struct job *j, const struct buf *line, struct edit_result *r, struct err *e)
{
	if (chosen_start(j->db, &j->track, 1, e) != ERR_NONE ||
	    chosen_changed(j->db, j->track, j->how->ids ? NULL : told(j, line), e) != ERR_NONE)
		return e->code;
	r->changed = 1;
	return chosen_tell(j->db, j->how, e);
}

static enum err_code
write_track(struct job *j, int from, struct buf *line, struct edit_result *r, struct err *e)
{
	char name[BLOB_NAME];
	bool same = false;

	if (compose(j, line, e) != ERR_NONE)
		return e->code;
	r->unchanged = line->len == 0;
	if (line->len == 0)
		return ERR_NONE;
	if (j->how->dry_run)
		return tell_only(j, line, r, e);
	if (make_new(j, from, &same, e) != ERR_NONE)
		return e->code;
	r->unchanged = same;
	if (same || compose(j, line, e) != ERR_NONE || keep_new(j, name, e) != ERR_NONE)
		return e->code;
	commit(j, told(j, line), r, e);
	stage_drop(j->w->stage, name);
	return e->code;
}

enum err_code
edit_write_tags(
    struct writing *w, int64_t track, const struct edit_options *how, struct edit_result *r, struct err *e)
{
	struct job j = { .w = w, .db = w->db, .how = how, .track = track, .fd = -1 };
	struct buf line = { 0 };
	int from = -1;

	*r = (struct edit_result){ 0 };
	if (edit_go_on(how->progress, e) != ERR_NONE)
		return e->code;
	if (find_file(&j, e) == ERR_NONE &&
	    wanted_read(j.db, track, j.release, how->gain, &j.says.wanted, e) == ERR_NONE &&
	    (from = read_old(&j, e)) >= 0)
		write_track(&j, from, &line, r, e);
	fd_close(&from);
	job_end(&j);
	buf_free(&line);
	if (e->code != ERR_NONE && e->code != ERR_INTERRUPTED && e->code != ERR_BUSY && j.there)
		err_context(e, "track %" PRId64, track);
	return e->code;
}
