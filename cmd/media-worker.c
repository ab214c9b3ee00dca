/* SPDX-License-Identifier: MIT */
/* media-worker - parse one audio file or archive after another for Fonoteca's commands, shut in a sandbox */
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "text/charset.h"
#include "media/archive/members.h"
#include "media/sandbox.h"
#include "media/serve.h"
#include "worker/protocol.h"
#include "worker/serving.h"

int
main(int argc, char **argv)
{
	struct serving how;

	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("media-worker (Fonoteca) " VERSION);
		return fflush(stdout) == 0 ? 0 : 4;
	}
	if (!serving_started(argc, argv, &how)) {
		fputs("media-worker: reads audio files for lib-import and its companions, which start it by "
		      "themselves\n",
		    stderr);
		return 2;
	}
	charset_prepare();
	members_prepare();
	sandbox_enter(how.memory_bytes, how.file_bytes);
	/* nothing is left to be flushed, and what exit handlers may want to do the sandbox forbids */
	_exit(serve(PROTOCOL_FD, how.timeout_ms, how.writes));
}
