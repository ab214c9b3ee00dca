/* SPDX-License-Identifier: MIT */
/* Tracks by a name: those of a playlist, or of a saved search. */
#include <stdlib.h>
#include <string.h>

#include "cmd/lib-search/command.h"
#include "store/playlist/playlist.h"
#include "store/query/saved.h"

static int
compare_ids(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Missing entries are no tracks, and none counts twice. */
static enum err_code
of_playlist(int64_t playlist, int64_t **ids, size_t *n, struct err *e)
{
	struct playlist_entry *entries = NULL;
	size_t count = 0, distinct = 0;

	if (playlist_read(command.db, playlist, &entries, &count, e) != ERR_NONE)
		return e->code;
	*ids = calloc(count + 1, sizeof **ids);
	if (*ids == NULL)
		err_memory(e);
	for (size_t i = 0; *ids != NULL && i < count; i++)
		if (entries[i].track > 0)
			(*ids)[(*n)++] = entries[i].track;
	playlist_entries_free(entries, count);
	if (*n > 0)
		qsort(*ids, *n, sizeof **ids, compare_ids);
	for (size_t i = 0; i < *n; i++)
		if (i == 0 || (*ids)[i] != (*ids)[i - 1])
			(*ids)[distinct++] = (*ids)[i];
	*n = distinct;
	return e->code;
}

static enum err_code
is_saved(const char *name, bool *known, struct err *e)
{
	struct saved *list = NULL;
	size_t n = 0;

	if (saved_list(command.db, &list, &n, e) != ERR_NONE)
		return e->code;
	for (size_t i = 0; i < n; i++)
		*known |= strcmp(list[i].name, name) == 0;
	saved_free(list, n);
	return ERR_NONE;
}

static enum err_code
of_search(const char *name, int64_t **ids, size_t *n, struct err *e)
{
	struct buf word = { 0 };
	struct query *q = NULL;

	buf_printf(&word, "query:%s", name);
	if (buf_ok(&word, e) == ERR_NONE &&
	    query_parse(&q, command.db, (char *[]){ word.data, NULL }, e) == ERR_NONE)
		query_ids(q, command.db, -1, 0, ids, n, e);
	query_free(q);
	buf_free(&word);
	return e->code;
}

enum err_code
tracks_named(const char *name, int64_t **ids, size_t *n, int64_t *playlist, struct err *e)
{
	struct err why = { 0 };
	bool saved = false;

	if (playlist_find(command.db, name, playlist, &why) == ERR_NONE)
		return of_playlist(*playlist, ids, n, e);
	*playlist = 0;
	if (why.code != ERR_NOTFOUND && why.code != ERR_USAGE) {
		*e = why;
		return e->code;
	}
	if (is_saved(name, &saved, e) != ERR_NONE)
		return e->code;
	if (!saved)
		return err_set(e, ERR_NOTFOUND, "there is no playlist or saved search '%s'", name);
	return of_search(name, ids, n, e);
}
