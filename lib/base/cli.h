/* SPDX-License-Identifier: MIT */
/*
 * cli.h - what every command does alike: options, help, messages, status
 *
 * One table of options feeds parsing, --help, the hidden --dump-options (read
 * by the completions' and manual pages' tests) and nothing else lists them.
 * This is the one place that prints messages and picks the exit status; only
 * commands use it, no other layer does.
 *
 *	cli_start(&cli, argc, argv);
 *	while ((key = cli_next(&value)) != 0)
 *		switch (key) { ... }
 *	...
 *	return cli_finish(&e);
 *
 * Results go to stdout, everything else to stderr.  cli_finish() flushes stdout
 * and turns a failed write (a full disk, /dev/full) into status 4; a closed
 * pipe ends the process quietly by SIGPIPE.
 */
#ifndef BASE_CLI_H
#define BASE_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct opt {
	int key;          /* the short letter, or >= CLI_LONG for one that has none */
	const char *name; /* long name without dashes */
	const char *arg;  /* NULL, or the argument's name as --help prints it; "[=NAME]": may be left out */
	const char *help; /* a phrase */
};

enum { CLI_LONG = 256 }; /* keys of long-only options start here; cli's own are above 900 */

/* Keys that cli handles by itself; commands never see them. */
enum { CLI_JSON = 900, CLI_COLOR, CLI_LOG, CLI_WAIT, CLI_DUMP };

#define CLI_COMMON                                                                                           \
	{ 'L', "library", "DIR", "the library's folder (else $FONOTECA_LIBRARY)" },                          \
	    { 'q', "quiet", NULL, "no progress, no notes" }, { 'v', "verbose", NULL, "say more on stderr" }, \
	    { CLI_JSON, "json", NULL, "one JSON object a line" },                                            \
	    { '0', "null", NULL, "NUL instead of newline in what is listed or read" },                       \
	    { CLI_COLOR, "color", "WHEN", "auto, always or never" },                                         \
	    { CLI_LOG, "log", "FORMAT", "messages on stderr as text or json" },                              \
	    { 'h', "help", NULL, "print this help" },                                                        \
	{                                                                                                    \
		'V', "version", NULL, "print the version"                                                    \
	}
#define CLI_DRY_RUN                                                                                          \
	{                                                                                                    \
		'n', "dry-run", NULL, "say what would be done, change nothing"                               \
	}
#define CLI_WAITING                                                                                          \
	{                                                                                                    \
		CLI_WAIT, "wait", "SECONDS", "how long to wait for a busy library (60)"                      \
	}
#define OPT_END                                                                                              \
	{                                                                                                    \
		0, NULL, NULL, NULL                                                                          \
	}

/* A word that a command takes as its first operand: "create", "orphans". */
struct cli_verb {
	const char *name;
	const char *args; /* "NAME TRACK...", or NULL */
	const char *help; /* a phrase */
};

struct cli {
	const char *name;     /* "lib-import" */
	const char *operands; /* "PATH..." */
	const char *summary;  /* one sentence */
	const struct opt *opts;
	const char *more;             /* text after the options in --help (commands, examples), or NULL */
	bool dashes_negate;           /* after the first operand "-word" is an operand (lib-search) */
	const struct cli_verb *verbs; /* ended by a NULL name, or NULL: part of --help and --dump-options */
	const char *verbs_title;      /* "Commands", "Tasks" */
};

/* Locale, signals, options.  Must be the first call of main(). */
void cli_start(const struct cli *cli, int argc, char **argv);

/* The next option's key with its value in *value, or 0 when only operands are left.  Common options are
 * handled inside.  A wrong option prints the usage hint and exits with 2. */
int cli_next(const char **value);

/* NULL-terminated operands, in order; valid after cli_next() returned 0. */
char **cli_operands(void);
int cli_noperands(void);

/* A whole number between min and max, or exit with 2 and a message that names the option. */
long long cli_number(const char *option, const char *value, long long min, long long max);

/* The long name of an option of the command's table. */
const char *cli_option_name(int key);

/* Print a message and "Try 'x --help'", exit with 2: for what only the command can know of its usage. */
void cli_usage(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/* The library's folder: -L, $FONOTECA_LIBRARY, $XDG_DATA_HOME/fonoteca, ~/.local/share/fonoteca. */
const char *cli_library(void);
bool cli_library_is_default(void); /* nobody named it: its parents may be made, as XDG has it */

bool cli_json(void);
bool cli_null(void);
bool cli_quiet(void);
bool cli_verbose(void);
bool cli_dry_run(void);
int cli_wait_ms(void);    /* of --wait, default 60,000 */
char cli_separator(void); /* '\n', or '\0' with -0 */
bool cli_color(void);     /* colour on stdout */
int cli_columns(void);    /* of the terminal that stdout is, 80 where it does not say; 0: it is none */
bool cli_log(void);       /* messages go out as JSON */
bool cli_progress(void);  /* stderr is a terminal and nobody said --quiet */

/* A note on stderr (not with --quiet), a warning (always), an operand's error: printed with its status
 * remembered for cli_finish() as "done, but some operands failed"; cli_failed_at() names the file that it is
 * about.  Control bytes are escaped. */
void cli_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void cli_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void cli_failed(const struct err *e);
void cli_failed_at(const char *path, const struct err *e);

/* With --log=json every message from now on is about this session ("s3"). */
void cli_log_session(const char *session);

/* Results on stdout.  cli_print() prints text as it is and releases it; nothing where memory was out for some
 * of it, which becomes *e.  cli_print_line() adds the end of a line (newline, or NUL with -0) and fits the
 * library's functions that hand over a line at a time. */
enum err_code cli_print(struct buf *text, struct err *e);
void cli_print_line(void *unused, struct buf *line);

/* Print e (if set and it has a message), flush stdout, and give main()'s return value: the worse of e's
 * status and of what cli_failed() remembered.  After a signal that was caught it ends by that signal. */
int cli_finish(const struct err *e);

/* SIGINT, SIGTERM or SIGHUP came: stop between two items, leave things resumable, then cli_finish().
 * Installed by cli_catch_signals(); without that call the signals kill as usual. */
void cli_catch_signals(void);
bool cli_interrupted(void);

/* cli_stop is set after ms milliseconds as if a signal had come, but the command ends with its status; 0: it
 * is not. */
void cli_time_limit(int64_t ms);
bool cli_time_is_over(void);

/* Where long-running library code asks whether to stop: &flag, set by the signal handler. */
extern volatile int cli_stop;

/* The next record of fd 0 (newline, or NUL with -0) into a malloced *line without its end: 1, 0 at the end,
 * -1. */
int cli_read_record(char **line, struct err *e);

#endif
