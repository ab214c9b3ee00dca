/* SPDX-License-Identifier: MIT */
#include "worker/spawn.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/start.h"
#include "worker/client.h"
#include "worker/protocol.h"

/* The worker gets its socket as descriptor 3, nothing else but /dev/null. */
static int
launch(const char *program, char *const argv[], int socket, pid_t *pid)
{
	const struct start_fd fds[] = {
		{ PROTOCOL_FD, socket },
		{ STDIN_FILENO, -1 },
		{ STDOUT_FILENO, -1 },
#ifndef FONOTECA_SAN
		{ STDERR_FILENO, -1 },
#endif
	};

	return start_program(program, argv, environ, fds, sizeof fds / sizeof *fds, pid);
}

enum err_code
spawn_worker(const char *program, int timeout_ms, long memory_bytes, int64_t file_bytes, pid_t *pid, int *fd,
    struct err *e)
{
	char serve[] = PROTOCOL_SERVE, writes[] = PROTOCOL_WRITES;
	char parent[24], timeout[24], memory[24], file[24];
	const char *slash = strrchr(program, '/');
	char *argv[] = { (char *)(slash != NULL ? slash + 1 : program), file_bytes > 0 ? writes : serve,
		parent, timeout, memory, file_bytes > 0 ? file : NULL, NULL };
	int ends[2], rc;

	snprintf(parent, sizeof parent, "%ld", (long)getpid());
	snprintf(timeout, sizeof timeout, "%d", timeout_ms);
	snprintf(memory, sizeof memory, "%ld", memory_bytes);
	snprintf(file, sizeof file, "%lld", (long long)file_bytes);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return err_sys(e, errno, "cannot reach %s", program);
	rc = launch(program, argv, ends[1], pid);
	close(ends[1]);
	if (rc != 0) {
		close(ends[0]);
		return err_sys(e, rc, "cannot start %s", program);
	}
	*fd = ends[0];
	return ERR_NONE;
}

/* The file at one of the places, where it may be run: NULL with errno set. */
static char *
program_at(const char *folder, const char *place, const char *name)
{
	char *path;
	int n = place[0] == '/' ? asprintf(&path, "%s/%s", place, name)
				: asprintf(&path, "%s/%s/%s", folder, place, name);

	if (n < 0)
		return NULL;
	if (access(path, X_OK) != 0) {
		free(path);
		return NULL;
	}
	return path;
}

char *
worker_program(const char *name, const char *variable, struct err *e)
{
	static const char *const places[] = { "libexec", "../libexec/fonoteca", LIBEXECDIR };
	const char *named = getenv(variable);
	char *folder, *path = NULL;

	if (named != NULL && *named != '\0') {
		path = strdup(named);
		if (path == NULL)
			err_memory(e);
		return path;
	}
	folder = start_folder();
	for (size_t i = 0; i < sizeof places / sizeof *places && path == NULL; i++)
		if (folder != NULL || places[i][0] == '/')
			path = program_at(folder, places[i], name);
	if (path == NULL)
		err_sys(e, errno, "%s/%s", LIBEXECDIR, name);
	free(folder);
	return path;
}
