/* SPDX-License-Identifier: MIT */
/* Tracks by their ids: all that is known, the cover; and the library in numbers. */
#include <stdlib.h>
#include <unistd.h>

#include "base/cli.h"
#include "base/words.h"
#include "cmd/lib-search/command.h"
#include "store/listing/show.h"
#include "store/track.h"

static enum err_code
show(const char *text, struct err *e)
{
	struct buf out = { 0 };
	int64_t id;

	if (track_parse(text, &id, e) == ERR_NONE &&
	    show_track(command.db, id, cli_json(), cli_separator(), &out, e) == ERR_NONE)
		(void)cli_print(&out, e);
	buf_free(&out);
	return e->code;
}

/* One that fails does not stop the others. */
void
one_show(struct err *e)
{
	char *only[] = { (char *)command.subject, NULL }, **words = NULL;
	size_t n = 0, shown = 0, failed = 0;

	for (int part = 0; part < 2; part++) { /* the option's argument, the operands */
		if (words_read(part == 0 ? only : cli_operands(), &words, &n, e) != ERR_NONE)
			return;
		for (size_t i = 0; i < n; i++) {
			struct err own = { 0 };

			if (show(words[i], &own) == ERR_NONE) {
				shown++;
				continue;
			}
			failed++;
			cli_failed(&own);
		}
		words_free(words, n);
	}
	if (shown == 0 && e->code == ERR_NONE)
		e->code = failed > 0 ? ERR_NOTFOUND : ERR_NOMATCH; /* told already */
}

void
one_cover(struct err *e)
{
	struct buf out = { 0 }, about = { 0 };
	int64_t id;

	if (!cli_json() && isatty(STDOUT_FILENO))
		cli_usage("the bytes of a picture do not go to a terminal: lib-search --cover %s >cover",
		    command.subject);
	if (track_parse(command.subject, &id, e) == ERR_NONE &&
	    show_cover(command.db, id, cli_json() ? NULL : &out, &about, e) == ERR_NONE) {
		if (cli_json())
			buf_putc(&about, cli_separator());
		(void)cli_print(cli_json() ? &about : &out, e);
	}
	buf_free(&out);
	buf_free(&about);
}
