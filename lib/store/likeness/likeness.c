/* SPDX-License-Identifier: MIT */
#include "store/likeness/likeness.h"

#include <stdlib.h>
#include <string.h>

#include "store/likeness/priv.h"

/* What was chosen already, so that nothing comes twice and nobody too often. */
struct choice {
	struct likeness *list;
	size_t n;
	bool open; /* to what else there is of an artist or release */
	struct chosen {
		int64_t recording, release;
		struct song song;
	} chosen[LIKENESS_MAX];
};

static bool
same_song(const struct song *a, const struct song *b)
{
	return *a->title != '\0' && strcmp(a->title, b->title) == 0 && strcmp(a->artist, b->artist) == 0;
}

/* Is it a song that was named, of other tags? */
static bool
is_own(const struct profile *p, const struct candidate *c, const struct song *song)
{
	size_t n;
	const struct song *own = profile_songs(p, song->title, &n);

	if (*song->title == '\0' || n == 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (same_song(&own[i], song))
			return true;
	return c->shared[LIKE_ARTISTS] != 0;
}

/* Is it new, and its artist and release not there too often? */
static bool
is_welcome(
    const struct choice *x, const struct profile *p, const struct candidate *c, const struct chosen *one)
{
	int of_artist = 0, of_release = 0;

	if (is_own(p, c, &one->song))
		return false;
	for (size_t i = 0; i < x->n; i++) {
		const struct chosen *other = &x->chosen[i];

		if (other->recording == one->recording || same_song(&other->song, &one->song))
			return false;
		of_artist += *one->song.artist != '\0' && strcmp(other->song.artist, one->song.artist) == 0;
		of_release += other->release == one->release;
	}
	return x->open || (of_artist < LIKENESS_ARTIST && of_release < LIKENESS_RELEASE);
}

static enum err_code
choose(struct db *db, const struct profile *p, const struct candidate *list, size_t n, struct choice *x,
    struct err *e)
{
	for (size_t i = 0; i < n && x->n < LIKENESS_MAX && e->code == ERR_NONE; i++) {
		struct chosen one = { .recording = list[i].recording, .release = list[i].release };
		struct likeness *l = &x->list[x->n];

		if (song_load(db, list[i].id, &one.song, e) != ERR_NONE ||
		    !is_welcome(x, p, &list[i], &one)) {
			song_free(&one.song);
			continue;
		}
		l->id = list[i].id;
		l->score = list[i].score;
		memcpy(l->share, list[i].share, sizeof l->share);
		x->chosen[x->n++] = one;
	}
	return e->code;
}

static enum err_code
find(struct db *db, struct profile *p, const int64_t *among, size_t namong, struct choice *x, struct err *e)
{
	struct candidate *list = NULL;
	struct pool pool = { 0 };
	size_t n = 0;

	if (like_gather(db, p, among, namong, &pool, e) == ERR_NONE &&
	    candidates_score(db, p, &pool, &list, &n, e) == ERR_NONE)
		choose(db, p, list, n, x, e);
	if (among != NULL && e->code == ERR_NONE) {
		x->open = true;
		choose(db, p, list, n, x, e);
	}
	free(list);
	like_pool_free(&pool);
	return e->code;
}

enum err_code
likeness_find(struct db *db, const struct likeness_to *to, const int64_t *among, size_t namong,
    struct likeness **list, size_t *n, struct err *e)
{
	struct profile *p = calloc(1, sizeof *p);
	struct choice *x = calloc(1, sizeof *x);
	struct err ignored = { 0 };

	if (p == NULL || x == NULL || (x->list = calloc(LIKENESS_MAX, sizeof *x->list)) == NULL) {
		err_memory(e);
		goto out;
	}
	if (sql_begin_read(db, e) != ERR_NONE)
		goto out;
	if (profile_load(db, to, p, e) == ERR_NONE)
		find(db, p, among, namong, x, e);
	if (sql_commit(db, e->code == ERR_NONE ? e : &ignored) != ERR_NONE)
		sql_rollback(db);
	if (e->code == ERR_NONE) {
		*list = x->list;
		*n = x->n;
		x->list = NULL;
	}
out:
	if (p != NULL)
		profile_free(p);
	for (size_t i = 0; x != NULL && i < x->n; i++)
		song_free(&x->chosen[i].song);
	if (x != NULL)
		free(x->list);
	free(x);
	free(p);
	return e->code;
}
