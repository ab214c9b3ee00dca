/* SPDX-License-Identifier: MIT */
/* A worker's process: its beginning and its end. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "worker/priv.h"
#include "worker/spawn.h"

enum { FILES_MAX = 1000 /* then it is replaced, so that no leak of a parser grows for long */ };

int
worker_stop(struct worker *w)
{
	int status = -1;

	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
	if (w->pid > 0) {
		kill(w->pid, SIGKILL);
		while (waitpid(w->pid, &status, 0) < 0)
			if (errno != EINTR) {
				status = -1;
				break;
			}
	}
	w->pid = 0;
	w->served = 0;
	return status;
}

enum err_code
worker_start(struct worker *w, struct err *e)
{
	if (w->pid > 0 && waitpid(w->pid, NULL, WNOHANG) != 0) {
		w->pid = 0; /* reaped: the number may be somebody else's by now */
		worker_stop(w);
	}
	if (w->pid > 0 && w->served >= FILES_MAX)
		worker_stop(w);
	if (w->pid > 0)
		return ERR_NONE;
	return spawn_worker(w->program, w->timeout_ms, w->memory_bytes, w->file_bytes, &w->pid, &w->fd, e);
}

int
worker_remains(struct worker *w)
{
	int status;

	for (int tries = 0; tries < 200; tries++) {
		pid_t pid = waitpid(w->pid, &status, WNOHANG);

		if (pid == w->pid) {
			w->pid = 0;
			worker_stop(w);
			return status;
		}
		if (pid < 0 && errno != EINTR)
			break;
		poll(NULL, 0, 5);
	}
	return worker_stop(w);
}

/* Ended by a signal that no parser gets by itself: ^C, timeout(1) and service managers send theirs to all
 * processes, and it may come before the worker ignores it. */
bool
worker_was_killed(int status)
{
	static const int sent[] = { SIGKILL, SIGTERM, SIGINT, SIGHUP, SIGQUIT };

	for (size_t i = 0; status != -1 && WIFSIGNALED(status) && i < sizeof sent / sizeof sent[0]; i++)
		if (WTERMSIG(status) == sent[i])
			return true;
	return false;
}

enum err_code
worker_autopsy(struct worker *w, int status, const char *reader, struct err *e)
{
	int code = status != -1 && WIFEXITED(status) ? WEXITSTATUS(status) : 0;

	if (status != -1 && WIFSIGNALED(status)) {
		if (WTERMSIG(status) == SIGALRM)
			return err_set(e, ERR_FORMAT, "%s did not finish in time", reader);
		return err_set(e, ERR_FORMAT, "%s crashed (signal %d)", reader, WTERMSIG(status));
	}
	if (code == 2 || code == 126 || code == 127) /* its usage, a shell's and the loader's */
		return err_set(e, ERR_IO, "%s: cannot run (status %d)", w->program, code);
	return err_set(e, ERR_FORMAT, "%s ended without an answer (status %d)", reader, code);
}
