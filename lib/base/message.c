/* SPDX-License-Identifier: MIT */
/* What a command prints and says on stderr, and how it ends. */
#include "base/cli.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/cli_state.h"
#include "base/out.h"
#include "base/progress.h"
#include "base/time.h"

volatile int cli_stop;
static volatile time_t first_signal; /* in seconds of the monotonic clock */

static const char *command = "fonoteca";
static int64_t started_ms;
static int remembered; /* the worst status of an operand */
static char run_id[17];
static char about[24]; /* the session that the command works on */

void
cli_message_start(const char *name)
{
	command = name;
	started_ms = time_monotonic_ms();
}

static const char *
run(void)
{
	uint64_t bits = 0;

	if (run_id[0] == '\0') {
		if (getrandom(&bits, sizeof bits, 0) < 0)
			bits = (uint64_t)time_monotonic_ms() * 0x9e3779b97f4a7c15u ^ (uint64_t)getpid();
		snprintf(run_id, sizeof run_id, "%016llx", (unsigned long long)bits);
	}
	return run_id;
}

void
cli_log_session(const char *session)
{
	snprintf(about, sizeof about, "%s", session);
}

void
cli_log_begin(struct buf *b, const char *level)
{
	json_open(b, "log");
	json_time(b, "time", time_now());
	json_text(b, "run", run());
	json_int(b, "ms", time_monotonic_ms() - started_ms);
	json_text(b, "command", command);
	if (about[0] != '\0')
		json_text(b, "session", about);
	json_text(b, "level", level);
}

void
cli_log_end(struct buf *b)
{
	json_close(b);
	buf_putc(b, '\n');
	if (!b->failed)
		fwrite(b->data, 1, b->len, stderr);
	buf_free(b);
}

static void
log_line(const char *level, const char *path, enum err_code code, const char *text)
{
	struct buf b = { 0 };

	cli_log_begin(&b, level);
	if (cli_progress_stage() != NULL)
		json_text(&b, "stage", cli_progress_stage());
	if (path != NULL)
		json_bytes(&b, "path", path, strlen(path));
	if (code != ERR_NONE)
		json_text(&b, "code", err_name(code));
	json_text(&b, "message", text);
	cli_log_end(&b);
}

static void
print_line(const char *level, const char *path, enum err_code code, const char *text)
{
	struct buf b = { 0 };

	if (cli_state.log_json) {
		log_line(level, path, code, text);
		return;
	}
	buf_printf(&b, "%s: ", command);
	if (path != NULL) {
		out_printable(&b, path, strlen(path));
		buf_puts(&b, ": ");
	}
	out_printable(&b, text, strlen(text));
	buf_putc(&b, '\n');
	cli_progress_clear();
	if (b.failed)
		fprintf(stderr, "%s: out of memory\n", command);
	else
		fwrite(b.data, 1, b.len, stderr);
	buf_free(&b);
}

static void
print_list(const char *level, const char *fmt, va_list ap)
{
	struct buf b = { 0 };

	buf_vprintf(&b, fmt, ap);
	print_line(level, NULL, ERR_NONE, b.failed ? "out of memory" : b.data);
	buf_free(&b);
}

void
cli_message(const char *level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_list(level, fmt, ap);
	va_end(ap);
}

void
cli_note(const char *fmt, ...)
{
	va_list ap;

	if (cli_state.quiet)
		return;
	va_start(ap, fmt);
	print_list("note", fmt, ap);
	va_end(ap);
}

void
cli_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_list("warning", fmt, ap);
	va_end(ap);
}

void
cli_failed(const struct err *e)
{
	cli_failed_at(NULL, e);
}

void
cli_failed_at(const char *path, const struct err *e)
{
	int status = err_status(e->code);

	print_line("error", path, e->code, e->msg);
	/* one operand's failure is not the whole command's, unless the library itself is at fault */
	if (status == 4 && e->code != ERR_SPACE && e->code != ERR_LIBRARY && e->code != ERR_MEMORY)
		status = 3;
	remembered = err_worse(remembered, status);
}

enum err_code
cli_print(struct buf *text, struct err *e)
{
	if (buf_ok(text, e) == ERR_NONE && text->len > 0) {
		cli_progress_clear();
		fwrite(text->data, 1, text->len, stdout);
	}
	buf_free(text);
	return e->code;
}

void
cli_print_line(void *unused, struct buf *line)
{
	(void)unused;
	cli_progress_clear();
	if (line->len > 0)
		fwrite(line->data, 1, line->len, stdout);
	putchar(cli_separator());
}

/* Who asks again a second later does not want to wait for a clean end: nothing is lost by a hard one. */
static void
on_signal(int signo)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (cli_stop != 0 && now.tv_sec > first_signal + 1) {
		signal(signo, SIG_DFL);
		raise(signo);
		return;
	}
	if (cli_stop == 0)
		first_signal = now.tv_sec;
	cli_stop = signo;
}

void
cli_catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal }, old;

	sigemptyset(&sa.sa_mask);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	if (sigaction(SIGHUP, NULL, &old) == 0 && old.sa_handler != SIG_IGN) /* nohup's stays ignored */
		sigaction(SIGHUP, &sa, NULL);
}

static void
on_alarm(int signo)
{
	if (cli_stop == 0)
		cli_stop = signo;
}

void
cli_time_limit(int64_t ms)
{
	struct sigaction sa = { .sa_handler = on_alarm };
	struct itimerval timer = { .it_value = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 } };

	sigemptyset(&sa.sa_mask);
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

bool
cli_time_is_over(void)
{
	return cli_stop == SIGALRM;
}

bool
cli_interrupted(void)
{
	return cli_stop != 0;
}

int
cli_finish(const struct err *e)
{
	int status = err_worse(remembered, err_status(e->code));

	cli_progress_clear();
	cli_progress_end();
	if (e->code != ERR_NONE && e->msg[0] != '\0' && !(e->code == ERR_NOMATCH && cli_state.quiet))
		print_line(e->code == ERR_NOMATCH ? "note" : "error", NULL, e->code, e->msg);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		int why = errno;
		char reason[128];

		cli_message(
		    "error", "cannot write to standard output: %s", strerror_r(why, reason, sizeof reason));
		status = err_worse(status, 4);
	}
	if (cli_stop != 0 && !cli_time_is_over()) {
		signal(cli_stop, SIG_DFL);
		raise(cli_stop);
	}
	return status;
}
