/* SPDX-License-Identifier: MIT */
#include "base/start.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
take_fd(posix_spawn_file_actions_t *actions, struct start_fd fd)
{
	if (fd.from < 0)
		return posix_spawn_file_actions_addopen(
		    actions, fd.to, "/dev/null", fd.to == STDIN_FILENO ? O_RDONLY : O_WRONLY, 0);
	return posix_spawn_file_actions_adddup2(actions, fd.from, fd.to);
}

static int
no_signals(posix_spawnattr_t *attr)
{
	sigset_t none, all;
	int rc;

	sigemptyset(&none);
	sigfillset(&all);
	rc = posix_spawnattr_setsigmask(attr, &none);
	if (rc == 0)
		rc = posix_spawnattr_setsigdefault(attr, &all);
	if (rc == 0)
		rc = posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	return rc;
}

int
start_program(
    const char *file, char *const argv[], char *const env[], const struct start_fd *fds, size_t n, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int rc = posix_spawn_file_actions_init(&actions);

	if (rc != 0)
		return rc;
	rc = posix_spawnattr_init(&attr);
	if (rc == 0) {
		for (size_t i = 0; i < n && rc == 0; i++)
			rc = take_fd(&actions, fds[i]);
		if (rc == 0)
			rc = no_signals(&attr);
		if (rc == 0)
			rc = posix_spawn(pid, file, &actions, &attr, argv, env);
		posix_spawnattr_destroy(&attr);
	}
	posix_spawn_file_actions_destroy(&actions);
	return rc;
}

char *
start_folder(void)
{
	char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
	char *slash;

	if (len < 0)
		return NULL;
	self[len] = '\0';
	slash = strrchr(self, '/');
	if (slash == NULL) {
		errno = ENOENT; /* "(deleted)" and the like */
		return NULL;
	}
	*slash = '\0';
	return strdup(self);
}
