/* SPDX-License-Identifier: MIT */
/*
 * media-dump - print what the media worker says of files, for tests
 *
 * Usage: media-dump FILE...     lines "FILE<tab>field<tab>value"; errors as field "error"
 *        media-dump --sandbox [sound]   how the worker, or the sound worker, is shut in
 *        media-dump --time FILE...   files a second instead
 */
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/out.h"
#include "base/time.h"
#include "worker/client.h"

static void
line(const char *file, const char *field, const char *value)
{
	struct buf b = { 0 };

	out_escape(&b, value, strlen(value));
	printf("%s\t%s\t%s\n", file, field, b.data != NULL ? b.data : "");
	buf_free(&b);
}

static void
number(const char *file, enum field f, int64_t n)
{
	if (n != 0)
		printf("%s\t%s\t%lld\n", file, field_info(f)->name, (long long)n);
}

static void
dump(const char *file, const struct record *r)
{
	line(file, "format", r->format);
	line(file, "codec", r->codec);
	line(file, "suffix", r->suffix);
	number(file, F_DURATION, r->duration_ms);
	number(file, F_BITRATE, r->bitrate);
	number(file, F_SAMPLERATE, r->samplerate);
	number(file, F_BITDEPTH, r->bitdepth);
	number(file, F_CHANNELS, r->channels);
	if (r->has_audio) {
		char hex[sizeof r->audio * 2 + 1];

		for (size_t i = 0; i < sizeof r->audio; i++)
			snprintf(hex + 2 * i, 3, "%02x", r->audio[i]);
		line(file, "audio", hex);
	}
	if (r->damaged)
		line(file, "damaged", "1");
	for (size_t i = 0; i < r->nvalues; i++) {
		const struct record_value *v = &r->values[i];
		char name[300];

		if (v->field == F_NONE)
			snprintf(name, sizeof name, "tags.%s", v->name);
		line(file, v->field == F_NONE ? name : field_info(v->field)->name, v->value);
	}
	for (size_t i = 0; i < r->ncovers; i++)
		printf(
		    "%s\tcover\t%s %s %zu\n", file, r->covers[i].kind, r->covers[i].mime, r->covers[i].len);
	for (size_t i = 0; i < r->nnotes; i++)
		line(file, "note", r->notes[i]);
}

/* This program lies in unit/, the worker in libexec/ beside that. */
static void
find_worker(const char *self)
{
	char *copy = strdup(self), *path;

	if (asprintf(&path, "%s/../libexec/media-worker", dirname(copy)) >= 0) {
		setenv("FONOTECA_WORKER", path, 0);
		free(path);
	}
	free(copy);
}

int
main(int argc, char **argv)
{
	struct err e = { 0 };
	struct worker *w = NULL;
	char status[128];
	int64_t begin = time_monotonic_ms();
	int timing = argc > 1 && strcmp(argv[1], "--time") == 0;

	find_worker(argv[0]);
	if (argc == 3 && strcmp(argv[2], "sound") == 0 ? worker_new_sound(&w, NULL, &e) != ERR_NONE
						       : worker_new(&w, NULL, NULL, &e) != ERR_NONE)
		goto out;
	if (argc >= 2 && strcmp(argv[1], "--sandbox") == 0) {
		if (worker_sandbox(w, status, sizeof status, &e) == ERR_NONE)
			puts(status);
		goto out;
	}
	for (int i = 1 + timing; i < argc; i++) {
		struct record r = { 0 };
		int fd = open(argv[i], O_RDONLY | O_CLOEXEC);

		e = (struct err){ 0 };
		if (fd < 0 || worker_read(w, fd, &r, &e) != ERR_NONE) {
			if (!timing)
				printf("%s\terror\t%s %s\n", argv[i], err_name(e.code), e.msg);
			if (e.code != ERR_FORMAT && e.code != ERR_NOTAUDIO)
				break;
			e.code = ERR_NONE;
		} else if (!timing) {
			dump(argv[i], &r);
		}
		record_free(&r);
		close(fd);
	}
	if (timing && time_monotonic_ms() > begin)
		printf("%.0f files/s\n", (argc - 2) * 1000.0 / (double)(time_monotonic_ms() - begin));
out:
	worker_free(w);
	if (e.code != ERR_NONE)
		fprintf(stderr, "media-dump: %s\n", e.msg);
	return e.code != ERR_NONE;
}
