/* SPDX-License-Identifier: MIT */
/* Options and help.  What is printed while a command runs is in message.c. */
#include "base/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cli_state.h"
#include "base/file.h"
#include "base/near.h"

enum { MAX_OPTS = 64 };

struct cli_state cli_state;

static struct {
	const struct cli *cli;
	int argc;
	char **argv;
	struct option longs[MAX_OPTS + 2];
	char shorts[2 * MAX_OPTS + 4];
	char **operands;
	int noperands;
	bool only_operands; /* "--" was seen */
	char *library;
	bool library_named, null, dry_run, color_always, color_never;
	int wait_ms;
} me;

/* Descriptors 0 to 2 that the caller closed must not become the database's.  Reading and writing them fails.
 */
static void
hold_standard_descriptors(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) < 0)
			_exit(4);
}

static void
build_getopt(const struct opt *opts)
{
	int n = 0;
	char *s = me.shorts;

	*s++ = '-'; /* operands come in order, as key 1 */
	*s++ = ':';
	for (; opts[n].key != 0 && n < MAX_OPTS; n++) {
		me.longs[n] = (struct option){ opts[n].name,
			opts[n].arg == NULL       ? no_argument
			    : *opts[n].arg == '[' ? optional_argument
						  : required_argument,
			NULL, opts[n].key };
		if (opts[n].key < CLI_LONG) {
			*s++ = (char)opts[n].key;
			if (opts[n].arg != NULL)
				*s++ = ':';
		}
	}
	me.longs[n] = (struct option){ "dump-options", no_argument, NULL, CLI_DUMP };
}

void
cli_start(const struct cli *cli, int argc, char **argv)
{
	hold_standard_descriptors();
	setlocale(LC_CTYPE, "");
	signal(SIGPIPE, SIG_DFL);
	me.cli = cli;
	me.argc = argc;
	me.argv = argv;
	me.wait_ms = 60000;
	cli_message_start(cli->name);
	me.operands = calloc((size_t)argc + 1, sizeof *me.operands);
	if (me.operands == NULL) {
		cli_message("error", "out of memory");
		_exit(4);
	}
	build_getopt(cli->opts);
	opterr = 0;
}

void
cli_usage(const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	cli_message("error", "%s", text);
	if (!cli_state.log_json)
		fprintf(stderr, "Try '%s --help'.\n", me.cli->name);
	exit(2);
}

static int
left_column(char *text, size_t size, const struct opt *o)
{
	char letter[8] = "    ";

	if (o->key < CLI_LONG)
		snprintf(letter, sizeof letter, "-%c, ", o->key);
	return snprintf(text, size, "  %s--%s%s%s", letter, o->name,
	    o->arg != NULL && *o->arg != '[' ? "=" : "", o->arg != NULL ? o->arg : "");
}

static void
print_help(void)
{
	char left[128];

	printf("Usage: %s [OPTION]... %s\n%s\n\nOptions:\n", me.cli->name, me.cli->operands, me.cli->summary);
	for (const struct opt *o = me.cli->opts; o->key != 0; o++) {
		int width = left_column(left, sizeof left, o);

		printf("%-30s%s%s\n", left, width >= 30 ? "\n                              " : "", o->help);
	}
	if (me.cli->verbs != NULL) {
		printf("\n%s:\n", me.cli->verbs_title);
		for (const struct cli_verb *v = me.cli->verbs; v->name != NULL; v++) {
			int width = snprintf(left, sizeof left, "  %s%s%s", v->name,
			    v->args != NULL ? " " : "", v->args != NULL ? v->args : "");

			printf("%-30s%s%s\n", left, width >= 30 ? "\n                              " : "",
			    v->help);
		}
	}
	if (me.cli->more != NULL)
		printf("\n%s", me.cli->more);
	printf("\nExit status: 0 done, 1 nothing found or nothing to do, 2 usage, 3 done but some\n"
	       "operands failed, 4 failed, 75 busy: try again later.  See %s(1).\n",
	    me.cli->name);
}

/* For completions and for the test that holds them, the manual page and --help together. */
static void
dump_options(void)
{
	for (const struct opt *o = me.cli->opts; o->key != 0; o++) {
		char letter[2] = { o->key < CLI_LONG ? (char)o->key : '\0', '\0' };

		printf("option\t%s\t%s\t%s\t%s\n", letter, o->name, o->arg != NULL ? o->arg : "", o->help);
	}
	for (const struct cli_verb *v = me.cli->verbs; v != NULL && v->name != NULL; v++)
		printf("verb\t%s\t%s\t%s\n", v->name, v->args != NULL ? v->args : "", v->help);
}

static void
finish_early(void)
{
	struct err none = { 0 };

	exit(cli_finish(&none));
}

static void
choose_color(const char *when)
{
	me.color_always = strcmp(when, "always") == 0;
	me.color_never = strcmp(when, "never") == 0;
	if (!me.color_always && !me.color_never && strcmp(when, "auto") != 0)
		cli_usage("--color takes auto, always or never, not '%s'", when);
}

static void
choose_log(const char *format)
{
	cli_state.log_json = strcmp(format, "json") == 0;
	if (!cli_state.log_json && strcmp(format, "text") != 0)
		cli_usage("--log takes text or json, not '%s'", format);
}

/* True where key was one of the common options. */
static bool
common(int key, const char *value)
{
	switch (key) {
	case 'L':
		if (*value == '\0')
			cli_usage("--library is empty");
		free(me.library);
		me.library = strdup(value);
		me.library_named = true;
		return true;
	case 'n':
		me.dry_run = true;
		return true;
	case 'q':
		cli_state.quiet = true;
		return true;
	case 'v':
		cli_state.verbose = true;
		return true;
	case '0':
		me.null = true;
		return true;
	case CLI_JSON:
		cli_state.json = true;
		return true;
	case CLI_COLOR:
		choose_color(value);
		return true;
	case CLI_LOG:
		choose_log(value);
		return true;
	case CLI_WAIT:
		me.wait_ms = 1000 * (int)cli_number("--wait", value, 0, 86400);
		return true;
	case 'h':
		print_help();
		finish_early();
		return true;
	case 'V':
		printf("%s (Fonoteca) %s\n", me.cli->name, VERSION);
		finish_early();
		return true;
	case CLI_DUMP:
		dump_options();
		finish_early();
		return true;
	default:
		return false;
	}
}

/* The option that --word, or --word=value, may be a slip of, or NULL. */
static const char *
nearest_option(const char *word)
{
	char name[32];
	const char *nearest = NULL;
	int length = (int)strcspn(word, "="), least = length > 5 ? 3 : 2; /* fewer edits than this */

	snprintf(name, sizeof name, "%.*s", length - 2, word + 2);
	for (const struct opt *o = me.cli->opts; o->key != 0; o++) {
		int d = near_distance(o->name, name);

		if (d < least) {
			least = d;
			nearest = o->name;
		}
	}
	return nearest;
}

/* "--list, --limit or --library", where --word begins several. */
static bool
begins_options(const char *word, char *list, size_t size)
{
	size_t length = strcspn(word, "=") - 2, used = 0;
	const struct opt *last = NULL;

	*list = '\0';
	for (const struct opt *o = me.cli->opts; length > 0 && o->key != 0; o++) {
		if (strncmp(o->name, word + 2, length) != 0)
			continue;
		if (last != NULL && used < size)
			used += (size_t)snprintf(
			    list + used, size - used, "%s--%s", used > 0 ? ", " : "", last->name);
		last = o;
	}
	if (used > 0 && used < size)
		snprintf(list + used, size - used, " or --%s", last->name);
	return used > 0;
}

static void
no_such_option(const char *word)
{
	const char *nearest;
	char list[256];

	if (begins_options(word, list, sizeof list))
		cli_usage("%.*s may be %s", (int)strcspn(word, "="), word, list);
	nearest = nearest_option(word);
	if (nearest != NULL)
		cli_usage(
		    "there is no option %.*s; did you mean --%s?", (int)strcspn(word, "="), word, nearest);
	cli_usage("there is no option %.*s", (int)strcspn(word, "="), word);
}

static void
bad_option(int key)
{
	const char *word = me.argv[optind - 1];

	if (key == ':') {
		if (optopt < CLI_LONG && strncmp(word, "--", 2) != 0)
			cli_usage("option -%c wants a value", optopt);
		cli_usage("option %s wants a value", word);
	}
	if (optopt > 0 && optopt < CLI_LONG && strncmp(word, "--", 2) != 0)
		cli_usage("there is no option -%c", optopt);
	if (optopt != 0) /* a value given to a long option that takes none */
		cli_usage("option %.*s takes no value", (int)strcspn(word, "="), word);
	no_such_option(word);
}

/* Words that getopt must not see: all after "--", "-word" after the first operand where dashes negate, and
 * "-1", the last one, where there are verbs: no option is a digit but -0. */
static bool
take_raw_operand(void)
{
	const char *word = optind < me.argc ? me.argv[optind] : NULL;
	bool negation;

	if (word == NULL)
		return false;
	if (!me.only_operands && strcmp(word, "--") == 0) {
		me.only_operands = true;
		optind++;
		word = me.argv[optind];
		if (word == NULL)
			return false;
	}
	negation = me.cli->dashes_negate && me.noperands > 0 && word[0] == '-' && word[1] != '-';
	negation |= me.cli->verbs != NULL && word[0] == '-' && word[1] >= '1' && word[1] <= '9';
	if (!me.only_operands && !negation)
		return false;
	me.operands[me.noperands++] = me.argv[optind++];
	return true;
}

int
cli_next(const char **value)
{
	for (;;) {
		int key;

		while (take_raw_operand())
			;
		key = getopt_long(me.argc, me.argv, me.shorts, me.longs, NULL);
		if (key == -1)
			return 0;
		if (key == 1)
			me.operands[me.noperands++] = optarg;
		else if (key == '?' || key == ':')
			bad_option(key);
		else if (!common(key, optarg)) {
			*value = optarg;
			return key;
		}
	}
}

char **
cli_operands(void)
{
	return me.operands;
}

int
cli_noperands(void)
{
	return me.noperands;
}

const char *
cli_option_name(int key)
{
	for (const struct opt *o = me.cli->opts; o->key != 0; o++)
		if (o->key == key)
			return o->name;
	return "";
}

long long
cli_number(const char *option, const char *value, long long min, long long max)
{
	char *end;
	long long n;

	errno = 0;
	n = strtoll(value, &end, 10);
	if (end == value || *end != '\0')
		cli_usage("%s takes a whole number, not '%s'", option, value);
	if (errno != 0 || n < min || n > max)
		cli_usage("%s takes a number from %lld to %lld, not %s", option, min, max, value);
	return n;
}

/* An XDG value that is empty or relative counts as unset. */
const char *
cli_library(void)
{
	const char *set = getenv("FONOTECA_LIBRARY");
	const char *data = getenv("XDG_DATA_HOME");
	const char *home = getenv("HOME");

	if (me.library != NULL)
		return me.library;
	if (set != NULL && *set != '\0')
		me.library = strdup(set);
	else if (data != NULL && *data == '/')
		me.library = path_join(data, "fonoteca");
	else if (home != NULL && *home == '/')
		me.library = path_join(home, ".local/share/fonoteca");
	else
		cli_usage("no library is named: use --library, $FONOTECA_LIBRARY or $HOME");
	return me.library != NULL ? me.library : "";
}

bool
cli_library_is_default(void)
{
	const char *set = getenv("FONOTECA_LIBRARY");

	if (me.library == NULL)
		cli_library();
	return !me.library_named && (set == NULL || *set == '\0');
}

bool
cli_json(void)
{
	return cli_state.json;
}

bool
cli_null(void)
{
	return me.null;
}

bool
cli_quiet(void)
{
	return cli_state.quiet;
}

bool
cli_verbose(void)
{
	return cli_state.verbose;
}

bool
cli_dry_run(void)
{
	return me.dry_run;
}

int
cli_wait_ms(void)
{
	return me.wait_ms;
}

char
cli_separator(void)
{
	return me.null ? '\0' : '\n';
}

bool
cli_color(void)
{
	const char *no = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (me.color_always || me.color_never)
		return me.color_always;
	return isatty(1) && (no == NULL || *no == '\0') && term != NULL && strcmp(term, "dumb") != 0;
}

int
cli_columns(void)
{
	struct winsize w = { 0 };

	if (!isatty(1))
		return 0;
	return ioctl(1, TIOCGWINSZ, &w) == 0 && w.ws_col > 0 ? w.ws_col : 80;
}

bool
cli_log(void)
{
	return cli_state.log_json;
}

bool
cli_progress(void)
{
	return !cli_state.quiet && !cli_state.log_json && isatty(2);
}

int
cli_read_record(char **line, struct err *e)
{
	static size_t cap;
	char *data = NULL;
	ssize_t n;

	errno = 0;
	cap = 0;
	n = getdelim(&data, &cap, me.null ? '\0' : '\n', stdin);
	if (n < 0) {
		bool failed = ferror(stdin) != 0;
		int why = errno;

		free(data);
		if (failed && cli_interrupted())
			err_set(e, ERR_INTERRUPTED, "stopped");
		else if (failed)
			err_sys(e, why, "cannot read standard input");
		return failed ? -1 : 0;
	}
	if (n > 0 && data[n - 1] == cli_separator())
		data[n - 1] = '\0';
	*line = data;
	return 1;
}
