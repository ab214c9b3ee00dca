/* SPDX-License-Identifier: MIT */
#include "cmd/lib-import/history.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cli.h"
#include "base/file.h"
#include "cmd/lib-import/heard.h"
#include "digest/sha256.h"
#include "pack/zip.h"

/* What a list and forgetting take is less. */
static enum err_code
check_action(const struct history_options *o, bool played, int operands, struct err *e)
{
	if (o->action == HISTORY_IMPORT)
		return ERR_NONE;
	if (played || o->type != NULL || o->zone != NULL || o->user != NULL || o->again)
		return err_set(
		    e, ERR_USAGE, "--list and --forget go with --history, without options of an import");
	if (o->action == HISTORY_LIST && operands > 0)
		return err_set(e, ERR_USAGE, "--list takes no names");
	if (o->action == HISTORY_FORGET && operands == 0)
		return err_set(e, ERR_USAGE, "nothing to forget: name imports as --list does, like h3");
	return ERR_NONE;
}

enum err_code
history_check(const struct history_options *o, bool played, int operands, struct err *e)
{
	struct zone ignored;
	int i = 0;

	if (check_action(o, played, operands, e) != ERR_NONE)
		return e->code;
	if (!played && o->action == HISTORY_IMPORT && operands == 0)
		return err_set(e, ERR_USAGE, "no history to import: name files, or - for standard input");
	if (played && (operands > 0 || o->type != NULL || o->again))
		return err_set(
		    e, ERR_USAGE, "--played reads a play from standard input, and its type is known");
	if (o->zone != NULL && zone_read(&ignored, o->zone, e) != ERR_NONE)
		return e->code;
	while (o->type != NULL && history_type_name(i) != NULL && strcmp(history_type_name(i), o->type) != 0)
		i++;
	if (o->type != NULL && history_type_name(i) == NULL)
		err_set(e, ERR_USAGE, "there is no type of history '%s': see HISTORIES in lib-import(1)",
		    o->type);
	if (o->user != NULL && *o->user == '\0')
		err_set(e, ERR_USAGE, "--user wants a name");
	return e->code;
}

enum err_code
run_begin(struct run *r, const struct history_options *o, struct err *e)
{
	struct db_options how = { .wait_ms = cli_wait_ms(), .make_parents = cli_library_is_default() };
	bool created = false;

	*r = (struct run){ .type = o->type, .again = o->again };
	(void)zone_read(&r->zone, o->zone != NULL ? o->zone : "local", e);
	r->zone.given = o->zone != NULL;
	if (o->user != NULL)
		snprintf(r->listener, sizeof r->listener, "%s", o->user);
	else if (e->code == ERR_NONE)
		owner_name_sure((int64_t)getuid(), r->listener, e);
	if (cli_dry_run() || e->code != ERR_NONE ||
	    db_open(&r->db, cli_library(), DB_CREATE, &how, &created, e) != ERR_NONE)
		return e->code;
	if (created)
		cli_note("made a new library in %s", db_path(r->db));
	return ERR_NONE;
}

void
file_failed(struct run *r, const char *name, struct err *e)
{
	cli_failed_at(name, e);
	r->torn = true;
	*e = (struct err){ 0 };
}

/* Is it a file that was taken in before, as it is? */
static enum err_code
look_up(struct run *r, const char *name, int fd, uint8_t hash[SHA256_BYTES], struct err *e)
{
	struct play_import *i = &r->import;
	struct err wrong = { 0 };

	r->torn = false;
	*i = (struct play_import){ .listener = r->listener, .name = path_base(name) };
	if (r->db == NULL || fd == STDIN_FILENO)
		return ERR_NONE;
	if (sha256_file(fd, hash, NULL, &wrong) == ERR_NONE) /* else the reader says what is wrong */
		i->sha256 = hash;
	if (import_find(r->db, i, r->zone.name, e) != ERR_NONE)
		return e->code;
	if (r->type != NULL && i->id != 0 &&
	    strcmp(r->type, i->type) != 0) { /* it was read as something else */
		i->id = 0;
		i->same = false;
	}
	i->same = i->same && !r->again;
	return ERR_NONE;
}

static enum err_code
take_bytes(struct run *r, const char *name, int fd, bool is_file, struct err *e)
{
	struct stream *s = NULL;
	const char *bytes = "";
	char raw[4]; /* an archive that gzip packed is no archive for zip_open() */
	size_t len = 0;
	bool known = true;
	int kept = -1;

	if (stream_open(&s, fd, name, e) != ERR_NONE || stream_peek(s, &bytes, &len, e) != ERR_NONE)
		known = false;
	else if (!zip_is(bytes, len))
		take_stream(r, name, path_base(name), s, &known, e);
	else if (is_file && pread(fd, raw, sizeof raw, 0) == (ssize_t)sizeof raw && zip_is(raw, sizeof raw))
		take_archive(r, name, fd, e);
	else if ((kept = keep_bytes(s, e)) >= 0)
		take_archive(r, name, kept, e);
	if (!known) {
		if (e->code == ERR_NOMATCH)
			e->code = ERR_FORMAT;
		file_failed(r, name, e);
	}
	fd_close(&kept);
	stream_close(s);
	return e->code;
}

static enum err_code
take_fd(struct run *r, const char *name, int fd, struct err *e)
{
	uint8_t hash[SHA256_BYTES];
	struct err last = { 0 };
	struct stat st;

	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		err_set(e, ERR_FORMAT, "is a folder: name the files of histories in it");
		file_failed(r, name, e);
		return e->code;
	}
	if (look_up(r, name, S_ISREG(st.st_mode) ? fd : STDIN_FILENO, hash, e) != ERR_NONE)
		return e->code;
	if (r->import.same) {
		say_counts(
		    r, name, r->import.type, &(struct tally){ .plays = { .known = r->import.before } }, e);
		return e->code;
	}
	take_bytes(r, name, fd, S_ISREG(st.st_mode), e);
	if (r->db != NULL && (e->code == ERR_NONE || e->code == ERR_INTERRUPTED) &&
	    import_end(r->db, &r->import, e->code == ERR_NONE && !r->torn, &last) != ERR_NONE)
		*e = last;
	return e->code;
}

static enum err_code
take_file(struct run *r, const char *path, struct err *e)
{
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0) {
		err_reason(e, errno);
		file_failed(r, path, e);
		return ERR_NONE;
	}
	take_fd(r, is_stdin ? "standard input" : path, fd, e);
	if (!is_stdin)
		fd_close(&fd);
	return e->code;
}

static enum err_code
import(const struct history_options *o, char **files, struct err *e)
{
	struct run r = { 0 };

	if (run_begin(&r, o, e) == ERR_NONE)
		for (; *files != NULL && e->code == ERR_NONE; files++)
			take_file(&r, *files, e);
	if (cli_json() && e->code == ERR_NONE)
		say_counts(&r, "", NULL, &r.all, e);
	db_close(r.db);
	return e->code;
}

enum err_code
history_do(const struct history_options *o, char **operands, struct err *e)
{
	if (o->action == HISTORY_LIST)
		return history_list(e);
	return o->action == HISTORY_FORGET ? history_forget(operands, e) : import(o, operands, e);
}
