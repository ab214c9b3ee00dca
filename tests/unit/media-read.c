/* SPDX-License-Identifier: MIT */
/* media-read - the real worker: tags, crashes, hangs, limits, and that it does not outlive anybody */
#include <fcntl.h>
#include <libgen.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "unit.h"
#include "worker/client.h"

static char fixtures[4096] = "tests/fixtures";
static char folder[4096];

static int
open_fixture(const char *name)
{
	char path[5000];
	int fd;

	snprintf(path, sizeof path, "%s/%s", fixtures, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		perror(path);
		exit(1);
	}
	return fd;
}

static int
file_of(const void *bytes, size_t len)
{
	int fd = memfd_create("file", MFD_CLOEXEC);

	if (fd < 0 || write(fd, bytes, len) != (ssize_t)len)
		exit(1);
	return fd;
}

static struct worker *
worker(int timeout_ms, const char *program)
{
	struct worker_limits limits = { .timeout_ms = timeout_ms };
	struct worker *w = NULL;
	struct err e = { 0 };

	if (worker_new(&w, program, &limits, &e) != ERR_NONE) {
		fprintf(stderr, "%s\n", e.msg);
		exit(1);
	}
	return w;
}

/* The next good file is read, whatever came before it. */
static void
still_reads(struct worker *w)
{
	int fd = open_fixture("audio/not-up-to-you.mp3");
	struct record r = { 0 };
	struct err e = { 0 };

	lseek(fd, 7, SEEK_SET);
	CHECK(worker_read(w, fd, &r, &e) == ERR_NONE);
	CHECK(lseek(fd, 0, SEEK_CUR) == 7);
	CHECK(record_get(&r, F_ARTIST) != NULL && strcmp(record_get(&r, F_ARTIST), "Björk") == 0);
	CHECK(record_get(&r, F_TRACK) != NULL && strcmp(record_get(&r, F_TRACK), "3") == 0);
	CHECK(r.ncovers == 2 && r.duration_ms > 500);
	record_free(&r);
	close(fd);
}

static void
a_good_file_is_read(void)
{
	struct worker *w = worker(0, NULL);
	int fd = open_fixture("other/notes.txt");
	struct record r = { 0 };
	struct err e = { 0 };

	still_reads(w);
	CHECK(worker_read(w, fd, &r, &e) == ERR_NOTAUDIO);
	close(fd);
	fd = open_fixture("audio/hoppipolla.opus");
	e = (struct err){ 0 };
	CHECK(worker_sniff(w, fd, &r, &e) == ERR_NONE);
	CHECK(strcmp(r.suffix, "opus") == 0 && r.nvalues == 0);
	record_free(&r);
	close(fd);
	worker_free(w);
}

/* 64 bytes over which TagLib 1.13 loops for ever: a WavPack block that says it is nearly 4 GiB long. */
static void
a_hang_is_the_files_error(void)
{
	unsigned char bytes[64] = "wvpk\xf8\xff\xff\xff\x10\x04";
	struct worker *w = worker(700, NULL);
	struct record r = { 0 };
	struct err e = { 0 };
	int fd = file_of(bytes, sizeof bytes);
	enum err_code code = worker_read(w, fd, &r, &e);

	/* later versions of TagLib say at once that it is no WavPack */
	CHECK(code == ERR_FORMAT || code == ERR_NONE);
	CHECK(code == ERR_NONE || strstr(e.msg, "did not finish within 0.7 s") != NULL ||
	    strstr(e.msg, "cannot be read") != NULL);
	record_free(&r);
	close(fd);
	still_reads(w);
	worker_free(w);
}

/* A track of sound, then 300,000 boxes inside each other: a stack overflow in TagLib before 2.3. */
static void
a_crash_is_the_files_error(void)
{
	static const char sound[] = "\0\0\0\x10"
				    "ftypM4A \0\0\0\0\0\0\0\x38moov\0\0\0\x30trak\0\0\0\x28mdia"
				    "\0\0\0\x20hdlr\0\0\0\0\0\0\0\0soun\0\0\0\0\0\0\0\0\0\0\0";
	enum { DEEP = 300000 };
	struct worker *w = worker(0, NULL);
	struct record r = { 0 };
	struct err e = { 0 };
	size_t len = sizeof sound + (size_t)DEEP * 8;
	char *bytes = malloc(len);
	enum err_code code;
	int fd;

	memcpy(bytes, sound, sizeof sound);
	for (size_t at = sizeof sound; at < len; at += 8)
		memcpy(bytes + at, "\0\0\0\0moov", 8);
	fd = file_of(bytes, len);
	code = worker_read(w, fd, &r, &e);
	/* later versions read it, or say that they cannot; an ASan build ends with a report instead of a
	 * signal */
	CHECK(code == ERR_FORMAT || code == ERR_NONE);
	CHECK(code == ERR_NONE || strstr(e.msg, "tag reader crashed") != NULL ||
	    strstr(e.msg, "cannot be read") != NULL || strstr(e.msg, "ended without") != NULL);
	record_free(&r);
	close(fd);
	free(bytes);
	still_reads(w);
	worker_free(w);
}

static char *
script(const char *name, const char *text)
{
	char *path;
	FILE *f;

	if (asprintf(&path, "%s/%s", folder, name) < 0 || (f = fopen(path, "we")) == NULL)
		exit(1);
	fputs(text, f);
	if (fclose(f) != 0 || chmod(path, 0755) != 0)
		exit(1);
	return path;
}

/* Whatever a worker does, the reason is told in the user's words. */
static void
reasons(void)
{
	static const struct {
		const char *text, *reason;
		enum err_code code;
	} cases[] = {
		{ "#!/bin/sh\nkill -SEGV $$\n", "tag reader crashed (signal 11)", ERR_FORMAT },
		{ "#!/bin/sh\nsleep 60 3<&- &\nwait\n", "tag reader did not finish within 0.3 s",
		    ERR_FORMAT },
		{ "#!/bin/sh\nprintf 'FMA1\\6\\0\\0\\0\\0\\0\\0\\0' >&3\nsleep 60\n",
		    "its tags need more than 512 MiB", ERR_FORMAT },
		{ "#!/bin/sh\nprintf 'FMA1\\0\\0\\0\\0\\377\\377\\377\\377' >&3\nsleep 60\n",
		    "its tags and covers need more than 32 MiB", ERR_FORMAT },
		{ "#!/bin/sh\nprintf 'FMA1\\0\\0\\0\\0\\4\\0\\0\\0FMR2' >&3\nsleep 60\n",
		    "the record of its tags is malformed", ERR_FORMAT },
		{ "#!/bin/sh\nexit 127\n", "cannot run (status 127)", ERR_IO },
		{ "#!/bin/sh\nexit 1\n", "tag reader ended without an answer (status 1)", ERR_FORMAT },
		{ "#!/no/such/interpreter\n", "no such file", ERR_NOTFOUND },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *path = script("worker", cases[i].text);
		struct worker *w = worker(300, path);
		struct record r = { 0 };
		struct err e = { 0 };
		int fd = open_fixture("audio/untagged.wav");

		CHECK(worker_read(w, fd, &r, &e) == cases[i].code);
		if (strcasestr(e.msg, cases[i].reason) == NULL) {
			fprintf(stderr, "got \"%s\", want \"%s\"\n", e.msg, cases[i].reason);
			unit_failures++;
		}
		close(fd);
		worker_free(w);
		free(path);
	}
}

static void
a_missing_program_is_named(void)
{
	struct worker *w = worker(0, "/nonexistent/media-worker");
	struct record r = { 0 };
	struct err e = { 0 };
	int fd = open_fixture("audio/untagged.wav");

	CHECK(worker_read(w, fd, &r, &e) == ERR_NOTFOUND);
	CHECK(strstr(e.msg, "/nonexistent/media-worker") != NULL);
	close(fd);
	worker_free(w);
}

static void *
read_many(void *arg)
{
	struct worker *w = worker(0, NULL);

	(void)arg;
	for (int i = 0; i < 1200; i++) { /* over the 1,000 after which it is replaced */
		int fd = open_fixture("audio/under-pressure.flac");
		struct record r = { 0 };
		struct err e = { 0 };

		if (worker_read(w, fd, &r, &e) != ERR_NONE || r.nvalues < 10) {
			fprintf(stderr, "file %d: %s\n", i, e.msg);
			close(fd);
			worker_free(w);
			return arg;
		}
		record_free(&r);
		close(fd);
	}
	worker_free(w);
	return NULL;
}

static void
threads_have_their_own(void)
{
	pthread_t t[3];
	void *failed;

	for (int i = 0; i < 3; i++)
		CHECK(pthread_create(&t[i], NULL, read_many, folder) == 0);
	for (int i = 0; i < 3; i++) {
		pthread_join(t[i], &failed);
		CHECK(failed == NULL);
	}
}

/* Our only child process. */
static long
child(void)
{
	char path[64];
	long pid = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/self/task/%ld/children", (long)getpid());
	f = fopen(path, "re");
	CHECK(f != NULL && fscanf(f, "%ld", &pid) == 1);
	if (f != NULL)
		fclose(f);
	return pid;
}

/* Running, and not just waiting to be reaped? */
static bool
runs(long pid)
{
	char path[64], state = 'Z';
	FILE *f;

	snprintf(path, sizeof path, "/proc/%ld/stat", pid);
	f = fopen(path, "re");
	if (f == NULL)
		return false;
	if (fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
		state = 'Z';
	fclose(f);
	return state != 'Z' && state != 'X';
}

/* A worker that was killed while it had nothing to do is replaced without a word. */
static void
an_idle_death_is_nobodys_error(void)
{
	struct worker *w = worker(0, NULL);
	long pid;

	still_reads(w);
	pid = child();
	CHECK(pid > 0 && kill((pid_t)pid, SIGKILL) == 0);
	still_reads(w);
	CHECK(child() != pid);
	worker_free(w);
}

static void
no_worker_outlives_its_parent(void)
{
	int ends[2], status;
	long worker_pid = 0;
	pid_t pid;

	CHECK(pipe2(ends, O_CLOEXEC) == 0);
	pid = fork();
	if (pid == 0) {
		struct worker *w = worker(0, NULL);

		still_reads(w);
		worker_pid = child();
		if (write(ends[1], &worker_pid, sizeof worker_pid) == sizeof worker_pid)
			kill(getpid(), SIGKILL);
		_exit(1);
	}
	CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
	CHECK(read(ends[0], &worker_pid, sizeof worker_pid) == sizeof worker_pid && worker_pid > 0);
	for (int i = 0; i < 500 && runs(worker_pid); i++)
		usleep(10000);
	CHECK(!runs(worker_pid));
	close(ends[0]);
	close(ends[1]);
}

static void
the_sandbox_is_closed(void)
{
	struct worker *w = worker(0, NULL);
	struct err e = { 0 };
	char status[128] = "";

	CHECK(worker_sandbox(w, status, sizeof status, &e) == ERR_NONE);
	CHECK(strstr(status, "landlock=") != NULL);
#ifndef FONOTECA_SAN
	CHECK(strstr(status, "seccomp=1") != NULL);
	CHECK(strstr(status, "rlimit_as=536870912") != NULL);
#endif
	worker_free(w);
}

int
main(int argc, char **argv)
{
	char *self = strdup(argv[0]), *path;

	(void)argc;
	if (getenv("FIXTURES") != NULL)
		snprintf(fixtures, sizeof fixtures, "%s", getenv("FIXTURES"));
	if (asprintf(&path, "%s/../libexec/media-worker", dirname(self)) < 0)
		return 1;
	setenv("FONOTECA_WORKER", path, 0);
	free(path);
	free(self);
	unit_scratch(folder, sizeof folder);
	a_good_file_is_read();
	a_hang_is_the_files_error();
	a_crash_is_the_files_error();
	reasons();
	a_missing_program_is_named();
	threads_have_their_own();
	an_idle_death_is_nobodys_error();
	no_worker_outlives_its_parent();
	the_sandbox_is_closed();
	return unit_end("media-read");
}
