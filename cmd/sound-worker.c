/* SPDX-License-Identifier: MIT */
/* sound-worker - decode one audio file after another and tell what it sounds like, shut in a sandbox */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "media/sandbox.h"
#include "sound/serve.h"
#include "worker/protocol.h"
#include "worker/serving.h"

enum { STANDSTILL_MS = 60000 };

int
main(int argc, char **argv)
{
	struct serving how;

	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("sound-worker (Fonoteca) " VERSION);
		return fflush(stdout) == 0 ? 0 : 4;
	}
	if (!serving_started(argc, argv, &how)) {
		fputs(
		    "sound-worker: decodes audio files for lib-analyze, which starts it by itself\n", stderr);
		return 2;
	}
	sandbox_enter(how.memory_bytes, 0);
	/* nothing is left to be flushed, and what exit handlers may want to do the sandbox forbids */
	_exit(sound_serve(PROTOCOL_FD, how.timeout_ms < STANDSTILL_MS ? how.timeout_ms : STANDSTILL_MS));
}
