/* media-worker - parse one audio file or archive after another for Fonoteca's commands, shut in a sandbox */
#include <locale.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "text/charset.h"
#include "media/archive/members.h"
#include "media/sandbox.h"
#include "media/serve.h"
#include "worker/protocol.h"

/* A terminal's ^C is for the command, which then ends us. */
static void
ignore_signals(void)
{
	static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE,
		SIGXFSZ }; /* of a file that grows too long the write fails */

	for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
		signal(ignored[i], SIG_IGN);
}

/* Called with our socket as descriptor 3? */
static int
is_socket(int fd)
{
	int type;
	socklen_t len = sizeof type;

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0;
}

int
main(int argc, char **argv)
{
	int timeout_ms;
	long memory_bytes, file_bytes;
	bool writes = argc == 6 && strcmp(argv[1], PROTOCOL_WRITES) == 0;

	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("media-worker (Fonoteca) " VERSION);
		return fflush(stdout) == 0 ? 0 : 4;
	}
	if ((!writes && (argc != 5 || strcmp(argv[1], PROTOCOL_SERVE) != 0)) || !is_socket(PROTOCOL_FD)) {
		fputs("media-worker: reads audio files for lib-import and its companions, which start it by "
		      "themselves\n",
		    stderr);
		return 2;
	}
	timeout_ms = atoi(argv[3]);
	memory_bytes = atol(argv[4]);
	file_bytes = writes ? atol(argv[5]) : 0;
	ignore_signals();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != atoi(argv[2]))
		return 2; /* the parent died before that */
	close_range(PROTOCOL_FD + 1, ~0U, 0);
	charset_prepare();
	members_prepare();
	sandbox_enter(memory_bytes, file_bytes);
	/* nothing is left to be flushed, and what exit handlers may want to do the sandbox forbids */
	_exit(serve(PROTOCOL_FD, timeout_ms, writes));
}
