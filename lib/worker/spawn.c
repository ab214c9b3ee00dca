#include "worker/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "worker/client.h"
#include "worker/protocol.h"

/* The worker gets its socket as descriptor 3, nothing else but /dev/null, and no signal masked or ignored. */
static int
launch(const char *program, char *const argv[], int socket, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int rc = posix_spawn_file_actions_init(&actions);

	if (rc != 0)
		return rc;
	rc = posix_spawnattr_init(&attr);
	if (rc != 0) {
		posix_spawn_file_actions_destroy(&actions);
		return rc;
	}
	sigemptyset(&none);
	sigfillset(&all);
	rc = posix_spawn_file_actions_adddup2(&actions, socket, PROTOCOL_FD);
	if (rc == 0)
		rc = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	if (rc == 0)
		rc = posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
#ifndef FONOTECA_SAN
	if (rc == 0)
		rc = posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
#endif
	if (rc == 0)
		rc = posix_spawnattr_setsigmask(&attr, &none);
	if (rc == 0)
		rc = posix_spawnattr_setsigdefault(&attr, &all);
	if (rc == 0)
		rc = posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	if (rc == 0)
		rc = posix_spawn(pid, program, &actions, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return rc;
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

char *
worker_program(const char *name, const char *variable, struct err *e)
{
	enum { PLACES = 3 };
	static const char *const places[PLACES] = { "libexec", "../libexec/fonoteca", LIBEXECDIR };
	const char *named = getenv(variable);
	char self[PATH_MAX], *path = NULL, *slash;
	ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);

	if (named != NULL && *named != '\0') {
		path = strdup(named);
		if (path == NULL)
			err_memory(e);
		return path;
	}
	self[len > 0 ? len : 0] = '\0';
	slash = strrchr(self, '/');
	for (int i = 0; i < PLACES; i++) {
		bool beside = i < PLACES - 1; /* the command */

		if (beside && slash == NULL)
			continue;
		if (asprintf(&path, "%.*s%s%s/%s", beside ? (int)(slash - self) : 0, self, beside ? "/" : "",
			places[i], name) < 0) {
			err_memory(e);
			return NULL;
		}
		if (access(path, X_OK) == 0)
			return path;
		if (!beside)
			err_sys(e, errno, "%s", path);
		free(path);
	}
	return NULL;
}
