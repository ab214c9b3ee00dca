#include "cmd/lib-import/history.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cli.h"
#include "base/file.h"
#include "base/out.h"
#include "base/progress.h"
#include "base/time.h"
#include "exchange/history/history.h"
#include "pack/zip.h"
#include "store/db.h"
#include "store/history/plays.h"
#include "store/track.h"

/* What became of a file's rows, or of all. */
struct tally {
	struct plays_counts plays;
	int64_t skipped, broken;
};

struct run {
	struct db *db; /* NULL: a dry run */
	const char *type;
	struct zone zone;
	char listener[OWNER_TEXT];
	int64_t rows, files;
	struct tally all;
};

enum err_code
history_check(const struct history_options *o, struct err *e)
{
	struct zone ignored;
	int i = 0;

	if (o->zone != NULL && zone_read(&ignored, o->zone, e) != ERR_NONE)
		return e->code;
	while (o->type != NULL && history_type_name(i) != NULL && strcmp(history_type_name(i), o->type) != 0)
		i++;
	if (o->type != NULL && history_type_name(i) == NULL)
		err_set(e, ERR_USAGE, "there is no type of history '%s': see HISTORIES in lib-import(1)",
		    o->type);
	if (o->user != NULL && *o->user == '\0')
		err_set(e, ERR_USAGE, "a user wants a name");
	return e->code;
}

static enum err_code
begin(struct run *r, const struct history_options *o, struct err *e)
{
	struct db_options how = { .wait_ms = cli_wait_ms(), .make_parents = cli_library_is_default() };
	bool created = false;

	*r = (struct run){ .type = o->type };
	(void)zone_read(&r->zone, o->zone != NULL ? o->zone : "local", e);
	r->zone.given = o->zone != NULL;
	owner_name((int64_t)getuid(), r->listener);
	if (o->user != NULL)
		snprintf(r->listener, sizeof r->listener, "%s", o->user);
	if (cli_dry_run() || e->code != ERR_NONE ||
	    db_open(&r->db, cli_library(), DB_CREATE, &how, &created, e) != ERR_NONE)
		return e->code;
	if (created)
		cli_note("made a new library in %s", db_path(r->db));
	return ERR_NONE;
}

/* -- rows ------------------------------------------------------------------ */

static void
tell_row(const char *name, const struct history_row *row)
{
	struct err why = { 0 };
	char object[40] = "";

	if (row->object != 0)
		snprintf(object, sizeof object, ", object %" PRId64, row->object);
	err_set(&why, ERR_FORMAT, "line %" PRId64 "%s: %s", row->line, object, row->reason);
	if (row->kind == ROW_BROKEN)
		cli_failed_at(name, &why);
	else if (cli_verbose())
		cli_note("%s: %s", name, why.msg);
}

/* Something that is wrong with one file; the others go on. */
static void
file_failed(const char *name, struct err *e)
{
	cli_failed_at(name, e);
	*e = (struct err){ 0 };
}

static void
note_zone(const struct run *r, const char *name)
{
	const char *zone = getenv("TZ");

	if (!r->zone.given)
		cli_note("%s tells no time zone: its times are taken as those of this machine%s%s; see --tz",
		    name, zone != NULL && *zone != '\0' ? ", " : "", zone != NULL ? zone : "");
}

/* Take in what a reader gives.  An error of the library is *e; one of the file is told. */
static enum err_code
take_rows(
    struct run *r, const char *name, struct history *h, struct plays *plays, struct tally *t, struct err *e)
{
	struct err wrong = { 0 };
	struct history_row row;
	bool assumed = false;
	int step;

	while ((step = history_next(h, &row, &wrong)) > 0) {
		if (++r->rows % 1000 == 0 && cli_progress())
			cli_progress_draw(NULL, "reading", r->rows, 0, 0);
		if (cli_interrupted())
			return err_set(
			    e, ERR_INTERRUPTED, "stopped; the same command goes on where it stopped");
		t->skipped += row.kind == ROW_SKIPPED;
		t->broken += row.kind == ROW_BROKEN;
		if (row.kind != ROW_PLAY) {
			tell_row(name, &row);
			continue;
		}
		if (*row.listen.zone != '\0' && *row.listen.type == '\0' && !assumed) {
			note_zone(r, name);
			assumed = true;
		}
		if (plays == NULL)
			t->plays.added++;
		else if (plays_add(plays, &row.listen, e) != ERR_NONE)
			return e->code;
	}
	if (step < 0)
		file_failed(name, &wrong);
	return ERR_NONE;
}

static void
say_counts(const char *name, const char *type, const struct tally *t, struct err *e)
{
	const struct plays_counts *n = &t->plays;
	struct buf out = { 0 };

	if (cli_json()) {
		json_open(&out, type != NULL ? "report" : "summary");
		if (type != NULL) {
			json_bytes(&out, "file", name, strlen(name));
			json_text(&out, "format", type);
		}
		json_int(&out, "added", n->added);
		json_int(&out, "known", n->known);
		json_int(&out, "uncounted", n->uncounted);
		json_int(&out, "near_duplicates", n->near);
		json_int(&out, "matched", n->matched);
		json_int(&out, "skipped", t->skipped);
		json_int(&out, "broken", t->broken);
		if (cli_dry_run())
			json_bool(&out, "dry_run", true);
		json_close(&out);
	} else {
		out_printable(&out, name, strlen(name));
		buf_printf(&out, ": %s: %" PRId64 " %s", type, n->added, cli_dry_run() ? "plays" : "new");
		if (n->matched > 0)
			buf_printf(&out, ", %" PRId64 " of them found in the library", n->matched);
		if (n->uncounted > 0)
			buf_printf(&out, ", %" PRId64 " do not count", n->uncounted);
		if (n->near > 0)
			buf_printf(&out, ", %" PRId64 " told by another source too", n->near);
		if (n->known > 0)
			buf_printf(&out, "; %" PRId64 " known", n->known);
		if (t->skipped > 0)
			buf_printf(&out, "; %" PRId64 " skipped", t->skipped);
		if (t->broken > 0)
			buf_printf(&out, "; %" PRId64 " broken", t->broken);
	}
	buf_putc(&out, cli_separator());
	(void)cli_print(&out, e);
}

static void
add_up(struct tally *all, const struct tally *t)
{
	all->plays.added += t->plays.added;
	all->plays.known += t->plays.known;
	all->plays.near += t->plays.near;
	all->plays.uncounted += t->plays.uncounted;
	all->plays.matched += t->plays.matched;
	all->skipped += t->skipped;
	all->broken += t->broken;
}

/* A stream that is a history, known by a name; *known false where it is none. */
static enum err_code
take_stream(struct run *r, const char *name, const char *kept, struct stream *s, bool *known, struct err *e)
{
	struct play_origin from = { r->listener, NULL, kept };
	struct err wrong = { 0 };
	struct tally t = { 0 };
	struct history *h = NULL;
	struct plays *plays = NULL;

	*known = history_open(&h, s, r->type, &r->zone, &wrong) == ERR_NONE;
	if (!*known) {
		*e = wrong;
		return e->code;
	}
	from.type = history_type(h);
	r->files++;
	if (r->db == NULL || plays_begin(&plays, r->db, &from, &t.plays, e) == ERR_NONE)
		take_rows(r, name, h, plays, &t, e);
	if (e->code == ERR_NONE || e->code == ERR_INTERRUPTED) {
		struct err last = { 0 };

		if (plays != NULL && plays_end(plays, &last) != ERR_NONE && e->code == ERR_NONE)
			*e = last;
		if (last.code == ERR_NONE)
			say_counts(name, from.type, &t, e);
	} else {
		plays_free(plays);
	}
	add_up(&r->all, &t);
	history_close(h);
	return e->code;
}

/* -- files ----------------------------------------------------------------- */

/* The histories among the members of an archive; of the others nobody is told. */
static enum err_code
take_archive(struct run *r, const char *name, int fd, struct err *e)
{
	struct err wrong = { 0 };
	struct zip *z = NULL;
	struct buf member = { 0 }, full = { 0 };
	size_t dir = (size_t)(path_base(name) - name);
	int64_t before = r->files;
	bool go_on = true;

	if (zip_open(&z, fd, name, &wrong) != ERR_NONE)
		goto out;
	while (go_on && e->code == ERR_NONE) {
		struct stream *s = NULL;
		bool known;
		int step = zip_next(z, &member, &s, &go_on, &wrong);

		if (step == 0)
			break;
		buf_clear(&full);
		buf_printf(&full, "%s: %s", name, member.len > 0 ? member.data : "");
		if (buf_ok(&full, e) == ERR_NONE && step > 0 &&
		    take_stream(r, full.data, full.data + dir, s, &known, e) != ERR_NONE && !known) {
			if (e->code != ERR_NOMATCH)
				file_failed(full.data, e);
			*e = (struct err){ 0 };
		}
		stream_close(s);
		if (step < 0)
			file_failed(name, &wrong);
	}
	if (r->files == before && e->code == ERR_NONE)
		err_set(&wrong, ERR_FORMAT, "none of its members is a history that is known here");
out:
	if (wrong.code != ERR_NONE && e->code == ERR_NONE)
		file_failed(name, &wrong);
	zip_close(z);
	buf_free(&member);
	buf_free(&full);
	return e->code;
}

/* An archive that comes through a pipe has its directory at the end: it is kept in a file without a name. */
static int
keep_bytes(struct stream *s, struct err *e)
{
	FILE *f = tmpfile();
	int c = 0, fd = -1;

	while (f != NULL && (c = stream_getc(s, e)) >= 0 && putc(c, f) != EOF)
		continue;
	if (f == NULL || ferror(f) || fflush(f) != 0)
		err_sys(e, errno, "cannot keep an archive from standard input");
	else if (c != -2 && (fd = dup(fileno(f))) < 0)
		err_sys(e, errno, "cannot keep an archive from standard input");
	if (f != NULL)
		fclose(f);
	return fd;
}

static enum err_code
take_fd(struct run *r, const char *name, int fd, struct err *e)
{
	struct stream *s = NULL;
	const char *bytes = "";
	struct stat st;
	size_t len = 0;
	bool known = true;
	int kept = -1;

	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		err_set(e, ERR_FORMAT, "is a folder: name the files of histories in it");
		known = false;
	} else if (stream_open(&s, fd, name, e) != ERR_NONE || stream_peek(s, &bytes, &len, e) != ERR_NONE) {
		known = false;
	} else if (!zip_is(bytes, len)) {
		take_stream(r, name, path_base(name), s, &known, e);
	} else if (S_ISREG(st.st_mode)) {
		take_archive(r, name, fd, e);
	} else if ((kept = keep_bytes(s, e)) >= 0) {
		take_archive(r, name, kept, e);
	}
	if (!known) {
		if (e->code == ERR_NOMATCH)
			e->code = ERR_FORMAT;
		file_failed(name, e);
	}
	fd_close(&kept);
	stream_close(s);
	return e->code;
}

static enum err_code
take_file(struct run *r, const char *path, struct err *e)
{
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0) {
		err_reason(e, errno);
		file_failed(path, e);
		return ERR_NONE;
	}
	take_fd(r, is_stdin ? "standard input" : path, fd, e);
	if (!is_stdin)
		fd_close(&fd);
	return e->code;
}

enum err_code
history_import(const struct history_options *o, char **files, struct err *e)
{
	struct run r = { 0 };

	if (begin(&r, o, e) == ERR_NONE)
		for (; *files != NULL && e->code == ERR_NONE; files++)
			take_file(&r, *files, e);
	if (cli_json() && e->code == ERR_NONE)
		say_counts("", NULL, &r.all, e);
	db_close(r.db);
	return e->code;
}

/* -- one play -------------------------------------------------------------- */

static enum err_code
take_one(struct run *r, struct history *h, struct err *e)
{
	struct play_origin from = { r->listener, "player", "" };
	struct plays *plays = NULL;
	struct tally t = { 0 };
	struct history_row row;
	int step = history_next(h, &row, e);

	if (step == 0)
		return err_set(e, ERR_FORMAT, "no play comes from standard input");
	if (step > 0 && row.kind != ROW_PLAY)
		return err_set(e, ERR_FORMAT, "what comes from standard input is no play: %s", row.reason);
	if (step > 0 && r->db != NULL && plays_begin(&plays, r->db, &from, &t.plays, e) == ERR_NONE &&
	    plays_add(plays, &row.listen, e) == ERR_NONE) {
		plays_end(plays, e);
		plays = NULL;
	}
	plays_free(plays);
	if (e->code == ERR_NONE && cli_json())
		say_counts("standard input", "player", &t, e);
	return e->code;
}

enum err_code
history_played(const struct history_options *o, struct err *e)
{
	struct history_options how = { "fonoteca", o->zone, o->user };
	struct run r = { 0 };
	struct stream *s = NULL;
	struct history *h = NULL;

	if (begin(&r, &how, e) == ERR_NONE &&
	    stream_open(&s, STDIN_FILENO, "standard input", e) == ERR_NONE) {
		if (history_open(&h, s, how.type, &r.zone, e) != ERR_NONE) {
			e->code = e->code == ERR_NOMATCH ? ERR_FORMAT : e->code;
			err_context(e, "what comes from standard input is no play");
		} else {
			history_now(h, time_now());
			take_one(&r, h, e);
		}
	}
	history_close(h);
	stream_close(s);
	db_close(r.db);
	return e->code;
}
