/* SPDX-License-Identifier: MIT */
/* Playlists and their entries. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cli.h"
#include "base/words.h"
#include "cmd/lib-playlist/command.h"
#include "exchange/place.h"
#include "store/playlist/playlist.h"
#include "store/query/query.h"

void
command_report(const struct playlist_change *c, struct err *e)
{
	struct buf out = { 0 };

	if (e->code != ERR_NONE)
		return;
	if (cli_json()) {
		playlist_change_json(command.verb, c, &out);
		buf_putc(&out, cli_separator());
		(void)cli_print(&out, e);
	} else if (cli_verbose() || c->dry_run)
		cli_note("p%lld: %s%lld added (%lld missing), %lld removed, %lld moved; %lld tracks",
		    (long long)c->id, c->dry_run ? "would be " : "", (long long)c->added,
		    (long long)c->missing, (long long)c->removed, (long long)c->moved, (long long)c->tracks);
}

enum err_code
command_change(const char *word, struct playlist_change *c, int64_t *id, struct err *e)
{
	*c = (struct playlist_change){ .dry_run = cli_dry_run(), .failed = cli_failed };
	return playlist_find(command.db, word, id, e);
}

void
edit_create(char **words, struct err *e)
{
	struct playlist_change c = { .dry_run = cli_dry_run() };

	playlist_create(command.db, words[0], &c, e);
	command_report(&c, e);
}

void
edit_rename(char **words, struct err *e)
{
	struct playlist_change c;
	int64_t id;

	if (command_change(words[0], &c, &id, e) == ERR_NONE)
		playlist_rename(command.db, id, words[1], &c, e);
	command_report(&c, e);
}

void
edit_copy(char **words, struct err *e)
{
	struct playlist_change c;
	int64_t id;

	if (command_change(words[0], &c, &id, e) == ERR_NONE)
		playlist_copy(command.db, id, words[1], &c, e);
	command_report(&c, e);
}

void
edit_delete(char **words, struct err *e)
{
	(void)e;
	for (; *words != NULL; words++) {
		struct playlist_change c;
		struct err one = { 0 };
		int64_t id;

		if (command_change(*words, &c, &id, &one) == ERR_NONE)
			playlist_delete(command.db, id, &c, &one);
		command_report(&c, &one);
		if (one.code != ERR_NONE)
			cli_failed(&one);
	}
}

enum err_code
command_find(char *const *words, int64_t **ids, size_t *n, struct err *e)
{
	struct query *q = NULL;

	if (query_parse(&q, command.db, words, e) == ERR_NONE &&
	    (command.sort == NULL || query_sort(q, command.sort, e) == ERR_NONE) &&
	    query_ids(q, command.db, command.limit > 0 ? command.limit : -1, 0, ids, n, e) == ERR_NONE &&
	    query_note(q) != NULL)
		cli_note("%s", query_note(q));
	query_free(q);
	return e->code;
}

/* What --query finds, as more words. */
static enum err_code
add_found(char ***refs, size_t *n, struct err *e)
{
	int64_t *ids = NULL;
	size_t found = 0;
	char *words[] = { (char *)command.query, NULL }, **more;

	if (command_find(words, &ids, &found, e) != ERR_NONE)
		return e->code;
	more = realloc(*refs, (*n + found + 1) * sizeof *more);
	if (more == NULL) {
		err_memory(e);
		goto out;
	}
	*refs = more;
	for (size_t i = 0; i < found && e->code == ERR_NONE; i++)
		if (asprintf(&more[*n], "%" PRId64, ids[i]) < 0)
			err_memory(e);
		else
			++*n;
out:
	free(ids);
	return e->code;
}

/* file:///a%20b is a path. */
static enum err_code
read_uris(char **refs, size_t n, struct err *e)
{
	for (size_t i = 0; i < n && e->code == ERR_NONE; i++) {
		struct buf path = { 0 };

		if (strncasecmp(refs[i], "file:", 5) == 0 &&
		    place_read(refs[i], true, "/", &path) == PLACE_LOCAL && buf_ok(&path, e) == ERR_NONE) {
			free(refs[i]);
			refs[i] = buf_detach(&path);
			if (refs[i] == NULL)
				err_memory(e);
		}
		buf_free(&path);
	}
	return e->code;
}

void
edit_add(char **words, struct err *e)
{
	struct playlist_change c;
	char **refs = NULL;
	size_t n = 0;
	int64_t id;

	if (command.query == NULL && words[1] == NULL)
		cli_usage("add takes NAME TRACK..., or NAME --query QUERY");
	if (command.query == NULL && (command.sort != NULL || command.limit > 0))
		cli_usage("--sort and --limit go with --query");
	if (command_change(words[0], &c, &id, e) != ERR_NONE ||
	    words_read(words + 1, &refs, &n, e) != ERR_NONE || read_uris(refs, n, e) != ERR_NONE ||
	    (command.query != NULL && add_found(&refs, &n, e) != ERR_NONE))
		goto out;
	if (n == 0 && command.query != NULL)
		err_set(e, ERR_NOMATCH, "nothing to add: the query finds nothing");
	else if (n == 0)
		err_set(e, ERR_NOMATCH, "nothing to add: no tracks came on standard input");
	else
		playlist_add(command.db, id, refs, n, command.position, &c, e);
	command_report(&c, e);
out:
	words_free(refs, n);
}

void
edit_remove(char **words, struct err *e)
{
	struct playlist_change c;
	int64_t id;

	if (command_change(words[0], &c, &id, e) == ERR_NONE)
		playlist_remove(command.db, id, words + 1, &c, e);
	command_report(&c, e);
}

void
edit_move(char **words, struct err *e)
{
	struct playlist_change c;
	int64_t id;

	if (command_change(words[0], &c, &id, e) == ERR_NONE)
		playlist_move(command.db, id, words[1], words[2], &c, e);
	command_report(&c, e);
}
