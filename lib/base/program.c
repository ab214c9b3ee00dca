/* SPDX-License-Identifier: MIT */
#include "base/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/start.h"
#include "base/texts.h"

#define STANDARD_PATH "/usr/local/bin:/usr/bin:/bin"

enum { LOOK_MS = 100 };

/* What a program of the user's desktop or terminal goes by; whatever changes how programs are loaded or
 * interpreted is not among it. */
static const char *const kept[] = { "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "LC_*", "TZ", "TERM",
	"COLORTERM", "NO_COLOR", "TMPDIR", "DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY", "XDG_*",
	"DBUS_SESSION_BUS_ADDRESS", "PULSE_*", "PIPEWIRE_*", "JACK_*", "SDL_AUDIODRIVER", "SDL_VIDEODRIVER",
	"AUDIODEV", "MPD_HOST", "MPD_PORT", NULL };

static bool
is_kept(const char *variable)
{
	size_t len = strcspn(variable, "=");

	for (int i = 0; kept[i] != NULL; i++) {
		size_t n = strcspn(kept[i], "*");
		bool any = kept[i][n] == '*';

		if ((any ? len >= n : len == n) && strncmp(kept[i], variable, n) == 0)
			return true;
	}
	return false;
}

/* Append the folders of $PATH that may be looked into. */
static enum err_code
safe_path(struct buf *out, struct err *e)
{
	const char *path = getenv("PATH");

	for (size_t n = 0; path != NULL && *path != '\0'; path += n + (path[n] == ':')) {
		struct stat st;
		char *dir;

		n = strcspn(path, ":");
		dir = strndup(path, n);
		if (dir == NULL)
			return err_memory(e);
		if (*dir == '/' && stat(dir, &st) == 0 && S_ISDIR(st.st_mode) && (st.st_mode & S_IWOTH) == 0)
			buf_printf(out, "%s%s", out->len > 0 ? ":" : "", dir);
		free(dir);
	}
	if (out->len == 0)
		buf_puts(out, STANDARD_PATH);
	return buf_ok(out, e);
}

static enum err_code
check_file(const char *path, struct err *e)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return err_sys(e, errno, "cannot run %s", path);
	if (!S_ISREG(st.st_mode) || access(path, X_OK) != 0)
		return err_set(e, ERR_DENIED, "cannot run %s: it is no program", path);
	if ((st.st_mode & S_IWOTH) != 0)
		return err_set(e, ERR_DENIED, "%s is not run: everybody may write to it", path);
	return ERR_NONE;
}

/* A name without a slash, in the folders of path. */
static char *
find_in(const char *path, const char *name, struct err *e)
{
	for (size_t n = 0; *path != '\0'; path += n + (path[n] == ':')) {
		struct stat st;
		char *file;

		n = strcspn(path, ":");
		if (asprintf(&file, "%.*s/%s", (int)n, path, name) < 0) {
			err_memory(e);
			return NULL;
		}
		if (stat(file, &st) == 0 && S_ISREG(st.st_mode) && access(file, X_OK) == 0)
			return file;
		free(file);
	}
	err_set(e, ERR_NOTFOUND, "there is no program '%s' in PATH", name);
	return NULL;
}

char *
program_find(const char *name, struct err *e)
{
	const char *home = getenv("HOME");
	struct buf path = { 0 };
	char *file = NULL;

	if (name[0] == '~' && name[1] == '/' && home != NULL && home[0] == '/')
		file = path_join(home, name + 2);
	else if (name[0] == '/')
		file = strdup(name);
	else if (strchr(name, '/') != NULL) {
		err_set(e, ERR_USAGE, "the program '%s' wants a whole path, or none", name);
		return NULL;
	} else if (safe_path(&path, e) == ERR_NONE)
		file = find_in(path.data, name, e);
	buf_free(&path);
	if (file == NULL && e->code == ERR_NONE)
		err_memory(e);
	if (file != NULL && check_file(file, e) != ERR_NONE) {
		free(file);
		file = NULL;
	}
	return file;
}

char *
program_sibling(const char *command, struct err *e)
{
	char *folder = start_folder(), *path;

	if (folder == NULL) {
		err_sys(e, errno, "cannot tell where %s is", command);
		return NULL;
	}
	path = path_join(folder, command);
	free(folder);
	if (path == NULL) {
		err_memory(e);
		return NULL;
	}
	if (access(path, X_OK) != 0) {
		err_sys(e, errno, "cannot run %s", path);
		free(path);
		return NULL;
	}
	return path;
}

static enum err_code
clean_environment(const struct program *p, struct texts *env, struct err *e)
{
	struct buf path = { 0 };

	for (char **v = environ; *v != NULL; v++)
		if (is_kept(*v) && texts_add(env, *v, e) != ERR_NONE)
			return e->code;
	if (safe_path(&path, e) == ERR_NONE && texts_printf(env, e, "PATH=%s", path.data) == ERR_NONE &&
	    p->library != NULL)
		texts_printf(env, e, "FONOTECA_LIBRARY=%s", p->library);
	buf_free(&path);
	return e->code;
}

static int
start(const struct program *p, const char *file, char *const *env, pid_t *pid)
{
	struct start_fd fds[3];
	size_t n = 0;

	if (p->in != 0)
		fds[n++] = (struct start_fd){ STDIN_FILENO, p->in };
	if (p->out != 0)
		fds[n++] = (struct start_fd){ STDOUT_FILENO, p->out };
	if (p->err != 0)
		fds[n++] = (struct start_fd){ STDERR_FILENO, p->err };
	return start_program(file, p->argv, env, fds, n, pid);
}

enum err_code
program_start(const struct program *p, pid_t *pid, struct err *e)
{
	char *file = program_find(p->argv[0], e);
	struct texts env = { 0 };
	int rc;

	if (file == NULL)
		return e->code;
	if (p->ours || clean_environment(p, &env, e) == ERR_NONE) {
		rc = start(p, file, p->ours ? environ : env.v, pid);
		if (rc != 0)
			err_sys(e, rc, "cannot run %s", file);
	}
	texts_free(&env);
	free(file);
	return e->code;
}

static int
status_of(int how)
{
	return WIFSIGNALED(how) ? 128 + WTERMSIG(how) : WEXITSTATUS(how);
}

/* Wait for its end, or a little.  A signal that comes just before is not lost: it is looked for again. */
static void
wait_a_little(int pidfd)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };

	(void)poll(&p, 1, LOOK_MS);
}

enum err_code
program_wait(pid_t pid, volatile const int *stop, int *status, struct err *e)
{
	int pidfd =
	    (int)syscall(SYS_pidfd_open, pid, 0); /* an older kernel has none: then it is looked for */
	bool told = false;
	int ended;

	while ((ended = program_ended(pid, status, e)) == 0) {
		if (stop != NULL && *stop != 0 && *stop != SIGINT && !told) {
			kill(pid, *stop);
			told = true;
		}
		wait_a_little(pidfd);
	}
	fd_close(&pidfd);
	return ended == 1 ? ERR_NONE : e->code;
}

int
program_ended(pid_t pid, int *status, struct err *e)
{
	int how;
	pid_t got = waitpid(pid, &how, WNOHANG);

	if (got < 0 && errno != EINTR) {
		err_sys(e, errno, "cannot wait for a program");
		return -1;
	}
	if (got <= 0)
		return 0;
	*status = status_of(how);
	return 1;
}

void
program_stop(pid_t pid)
{
	kill(pid, SIGTERM);
}

void
program_kill(pid_t pid)
{
	kill(pid, SIGKILL);
}

void
program_limit(pid_t pid, int64_t seconds, int64_t bytes)
{
	const struct rlimit computing = { (rlim_t)seconds, (rlim_t)seconds + 10 };
	const struct rlimit memory = { (rlim_t)bytes, (rlim_t)bytes };

	(void)prlimit(pid, RLIMIT_CPU, &computing, NULL);
	(void)prlimit(pid, RLIMIT_AS, &memory, NULL);
}

enum err_code
program_run(const struct program *p, volatile const int *stop, struct err *e)
{
	int status = 0;
	pid_t pid;

	if (program_start(p, &pid, e) != ERR_NONE || program_wait(pid, stop, &status, e) != ERR_NONE)
		return e->code;
	if (status > 128)
		return err_set(e, ERR_PARTIAL, "%s was ended by signal %d", p->argv[0], status - 128);
	if (status != 0)
		return err_set(e, ERR_PARTIAL, "%s ended with status %d", p->argv[0], status);
	return ERR_NONE;
}

int
program_input(const void *bytes, size_t len, struct err *e)
{
	int fd = memfd_create("fonoteca", MFD_CLOEXEC);

	if (fd < 0 || file_write(fd, bytes, len) < 0 || lseek(fd, 0, SEEK_SET) != 0) {
		err_sys(e, errno, "cannot hand over what a program shall read");
		fd_close(&fd);
	}
	return fd;
}
