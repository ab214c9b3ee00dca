/* SPDX-License-Identifier: MIT */
/* Another order of the entries, and each only once. */
#include <string.h>
#include <sys/random.h>

#include "base/cli.h"
#include "base/time.h"
#include "cmd/lib-playlist/command.h"
#include "store/playlist/playlist.h"

void
order_sort(char **words, struct err *e)
{
	struct playlist_change c;
	int64_t id;

	if (command.mix) {
		mix_sort(words, e);
		return;
	}
	if (words[1] != NULL && strcmp(words[1], "mix") == 0)
		cli_usage("there is no field 'mix' to sort by; did you mean --mix?");
	if (words[1] == NULL || command.start != NULL)
		cli_usage(words[1] == NULL ? "sort wants fields, or --mix" : "--start goes with --mix");
	if (command_change(words[0], &c, &id, e) == ERR_NONE)
		playlist_sort(command.db, id, words[1], &c, e);
	command_report(&c, e);
}

uint64_t
command_seed(void)
{
	uint64_t seed = command.seed;

	if (!command.seeded && getrandom(&seed, sizeof seed, 0) != sizeof seed)
		seed = (uint64_t)time_monotonic_ms();
	seed &= INT64_MAX; /* so that --seed can say it again */
	if (cli_verbose() && !command.seeded)
		cli_note("the order of --seed %llu", (unsigned long long)seed);
	return seed;
}

void
order_shuffle(char **words, struct err *e)
{
	struct playlist_change c;
	int64_t id;

	if (command_change(words[0], &c, &id, e) == ERR_NONE)
		playlist_shuffle(command.db, id, command_seed(), &c, e);
	command_report(&c, e);
}

void
order_dedupe(char **words, struct err *e)
{
	struct playlist_change c;
	bool by_recording = command.by != NULL && strcmp(command.by, "recording") == 0;
	int64_t id;

	if (command.by != NULL && !by_recording && strcmp(command.by, "track") != 0)
		cli_usage("--by takes track or recording, not '%s'", command.by);
	if (command_change(words[0], &c, &id, e) == ERR_NONE)
		playlist_dedupe(command.db, id, by_recording, &c, e);
	command_report(&c, e);
}
