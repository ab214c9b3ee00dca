/* SPDX-License-Identifier: MIT */
/*
 * unit.h - what the small C tests share: CHECK, a scratch folder, a verdict
 *
 * A test is a main() that calls functions full of CHECKs and ends with
 * `return unit_end("name")`, which prints one line and gives the status.
 */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int unit_checks, unit_failures;

#define CHECK(condition)                                                                                     \
	do {                                                                                                 \
		unit_checks++;                                                                               \
		if (!(condition)) {                                                                          \
			unit_failures++;                                                                     \
			fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);            \
		}                                                                                            \
	} while (0)

static char unit_folder[4096];

static inline void
unit_remove_scratch(void)
{
	char command[4200];

	snprintf(command, sizeof command, "rm -rf '%s'", unit_folder);
	if (system(command) != 0)
		fprintf(stderr, "cannot remove %s\n", unit_folder);
}

/* A fresh folder, removed at exit. */
static inline void
unit_scratch(char *dir, size_t size)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(unit_folder, sizeof unit_folder, "%s/fonoteca-unit-XXXXXX", tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(unit_folder) == NULL) {
		perror(unit_folder);
		exit(1);
	}
	snprintf(dir, size, "%s", unit_folder);
	atexit(unit_remove_scratch);
}

static inline int
unit_end(const char *name)
{
	printf("%s: %d checks, %d failed\n", name, unit_checks, unit_failures);
	return unit_failures > 0;
}

#endif
