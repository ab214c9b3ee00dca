/* lib-import - stage music for the library */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cli.h"
#include "base/progress.h"
#include "intake/import.h"
#include "intake/preview.h"
#include "intake/say.h"
#include "intake/walk.h"
#include "store/db.h"
#include "store/session/items.h"
#include "store/session/session.h"

enum { SET = CLI_LONG, FILES_FROM, DEREFERENCE, STRICT, AGAIN, RESUME, STATUS, RETRY, MODE };

static const struct opt opts[] = { { 'j', "jobs", "N",
				       "read N files at a time (the number of cores, at most 8)" },
	{ FILES_FROM, "files-from", "FILE", "read paths from FILE, one a line (- is standard input)" },
	{ SET, "set", "FIELD=VALUE", "give every file this value, whatever its tags say" },
	{ MODE, "mode", "MODE", "copy (sharing blocks where possible) or reflink (share blocks or fail)" },
	{ DEREFERENCE, "dereference", NULL, "follow symbolic links below PATH" },
	{ STRICT, "strict", NULL, "files that are no audio or damaged are errors" },
	{ AGAIN, "again", NULL, "take back in what was removed from the library earlier" },
	{ RESUME, "resume", "ID", "go on with an unfinished session" },
	{ RETRY, "retry", "ID", "try the failed files of a session again" },
	{ STATUS, "status", NULL, "list open sessions, or the one named and its failed files" }, CLI_DRY_RUN,
	CLI_WAITING, CLI_COMMON, OPT_END };
static const struct cli cli = {
	.name = "lib-import",
	.operands = "PATH...",
	.summary = "Stage every audio file below the PATHs and print the session's id.",
	.opts = opts,
	.more = "lib-import ~/Music | lib-commit\n",
};

static struct import_options options;
static struct progress progress = { cli_progress_draw, NULL, &cli_stop };
static char **paths; /* of --files-from, NULL-terminated */
static size_t npaths;

static void
on_failed(void *context, const struct err *e)
{
	(void)context;
	cli_failed(e);
}

static void
print_line(void *context, struct buf *line)
{
	(void)context;
	fwrite(line->data, 1, line->len, stdout);
	putchar(cli_separator());
}

static void
on_found(void *context, const char *path, int64_t size, const struct record *r)
{
	struct buf line = { 0 };

	(void)context;
	say_file(path, size, r, cli_json(), cli_null(), &line);
	if (!line.failed)
		print_line(NULL, &line);
	buf_free(&line);
}

static enum err_code
read_paths(const char *file, struct err *e)
{
	char *line;
	int got;

	if (strcmp(file, "-") != 0 && freopen(file, "r", stdin) == NULL)
		return err_sys(e, errno, "cannot read %s", file);
	while ((got = cli_read_record(&line, e)) == 1) {
		char **more;

		if (*line == '\0') {
			free(line);
			continue;
		}
		more = realloc(paths, (npaths + 2) * sizeof *more);
		if (more == NULL)
			return err_memory(e);
		paths = more;
		paths[npaths++] = line;
		paths[npaths] = NULL;
	}
	if (got == 0 && npaths == 0)
		return err_set(e, ERR_NOMATCH, "no path comes from %s: nothing to import",
		    strcmp(file, "-") == 0 ? "standard input" : file);
	if (got < 0 && strcmp(file, "-") != 0)
		err_context(e, "%s", file);
	return got < 0 ? e->code : ERR_NONE;
}

static void
say(int64_t session, const struct import_counts *c)
{
	struct buf text = { 0 };

	if (!cli_verbose() && !cli_progress())
		return;
	say_summary(session, c, &text);
	if (!text.failed)
		cli_note("%s", text.data);
	buf_free(&text);
}

static enum err_code
dry_run(char **roots, size_t nroots, struct err *e)
{
	struct preview p = {
		.options = &options, .progress = &progress, .found = on_found, .failed = on_failed
	};
	struct err none = { 0 };
	struct buf line = { 0 };

	(void)db_open(&p.db, cli_library(), DB_READ, NULL, NULL, &none); /* there need not be one */
	(void)import_preview(&p, roots, nroots, e);
	say(0, &p.counts);
	if (cli_json())
		say_preview(&p.counts, &line);
	if (line.len > 0)
		print_line(NULL, &line);
	buf_free(&line);
	db_close(p.db);
	return e->code;
}

static enum err_code
run(struct db *db, int64_t session, int jobs, bool retry, char **roots, size_t nroots, struct err *e)
{
	struct import_run r = { .db = db,
		.session = session,
		.options = &options,
		.jobs = jobs,
		.retry = retry,
		.progress = &progress,
		.failed = on_failed };
	struct buf line = { 0 };

	if (import_run(&r, roots, nroots, e) == ERR_NONE) {
		say(session, &r.counts);
		say_session(session, &r.counts, cli_json(), &line);
		buf_putc(&line, '\n');
		if (buf_ok(&line, e) == ERR_NONE)
			fwrite(line.data, 1, line.len, stdout);
		buf_free(&line);
	} else if (e->code != ERR_STATE) {
		say_resumable(session, &r.counts, e);
	}
	return e->code;
}

static enum err_code
status(char **operands, struct err *e)
{
	struct db *db = NULL;

	if (db_open(&db, cli_library(), DB_READ, NULL, NULL, e) != ERR_NONE)
		return e->code;
	(void)say_status(db, operands, cli_json(), print_line, NULL, e);
	db_close(db);
	return e->code;
}

/* A new import, or the unfinished one of the same paths. */
static enum err_code
import_paths(int jobs, char **operands, size_t n, struct err *e)
{
	struct db_options o = { cli_wait_ms() > 0 ? cli_wait_ms() : -1, cli_library_is_default() };
	char **roots = NULL, *library = realpath(cli_library(), NULL);
	bool created = false, resumed = false;
	struct db *db = NULL;
	size_t nroots = 0;
	int64_t session;

	if (roots_resolve(operands, n, library, on_failed, NULL, &roots, &nroots, e) != ERR_NONE ||
	    nroots == 0)
		goto out;
	if (cli_dry_run()) {
		(void)dry_run(roots, nroots, e);
		goto out;
	}
	if (db_open(&db, cli_library(), DB_CREATE, &o, &created, e) != ERR_NONE)
		goto out;
	if (created)
		cli_note("made a new library in %s", db_path(db));
	if (import_begin(db, roots, nroots, &options, &session, &resumed, e) != ERR_NONE)
		goto out;
	if (resumed)
		cli_note("going on with session s%" PRId64 ", which was not finished", session);
	(void)run(db, session, jobs, false, roots, nroots, e);
out:
	db_close(db);
	paths_free(roots);
	free(library);
	return e->code;
}

static enum err_code
go_on(const char *id, int jobs, bool retry, struct err *e)
{
	struct db_options o = { .wait_ms = cli_wait_ms() > 0 ? cli_wait_ms() : -1 };
	char **roots = NULL;
	struct db *db = NULL;
	size_t nroots = 0;
	int64_t session;

	if (session_parse(id, &session, e) == ERR_NONE &&
	    db_open(&db, cli_library(), DB_WRITE, &o, NULL, e) == ERR_NONE &&
	    import_resume(db, session, retry, &roots, &nroots, &options, e) == ERR_NONE)
		(void)run(db, session, jobs, retry, roots, nroots, e);
	db_close(db);
	paths_free(roots);
	return e->code;
}

int
main(int argc, char **argv)
{
	const char *value, *from = NULL, *resume = NULL, *retry = NULL;
	int key, jobs = import_default_jobs();
	bool list = false, asked = false;
	struct err e = { 0 };

	cli_start(&cli, argc, argv);
	while ((key = cli_next(&value)) != 0) {
		asked = asked || (key >= SET && key <= AGAIN) || key == MODE;
		switch (key) {
		case 'j':
			jobs = (int)cli_number("--jobs", value, 1, 64);
			break;
		case SET:
			if (options_set(&options, value, &e) != ERR_NONE)
				cli_usage("--set: %s", e.msg);
			break;
		case FILES_FROM:
			from = value;
			break;
		case DEREFERENCE:
			options.dereference = true;
			break;
		case STRICT:
			options.strict = true;
			break;
		case AGAIN:
			options.again = true;
			break;
		case MODE:
			options.mode = strcmp(value, "reflink") == 0 ? COPY_REFLINK : COPY_BYTES;
			if (options.mode == COPY_BYTES && strcmp(value, "copy") != 0)
				cli_usage("--mode takes copy or reflink, not '%s'", value);
			break;
		case RESUME:
			resume = value;
			break;
		case RETRY:
			retry = value;
			break;
		case STATUS:
			list = true;
			break;
		}
	}
	npaths = (size_t)cli_noperands();
	if ((resume != NULL) + (retry != NULL) + list > 1)
		cli_usage("--resume, --retry and --status are ways of their own: use one of them");
	if ((resume != NULL || retry != NULL) && (npaths > 0 || asked))
		cli_usage("a session goes on with the paths and options that it began with");
	if (list && asked)
		cli_usage("--status takes sessions, no options of an import");
	if (!list && resume == NULL && retry == NULL && npaths == 0 && from == NULL)
		cli_usage("nothing to import: name files or folders");
	if (npaths > 0 && from != NULL)
		cli_usage("name the paths or use --files-from, not both");
	npaths = 0;
	cli_catch_signals();
	if (list)
		(void)status(cli_operands(), &e);
	else if (resume != NULL || retry != NULL)
		(void)go_on(resume != NULL ? resume : retry, jobs, retry != NULL, &e);
	else if (from == NULL)
		(void)import_paths(jobs, cli_operands(), (size_t)cli_noperands(), &e);
	else if (read_paths(from, &e) == ERR_NONE)
		(void)import_paths(jobs, paths, npaths, &e);
	paths_free(paths);
	options_free(&options);
	return cli_finish(&e);
}
