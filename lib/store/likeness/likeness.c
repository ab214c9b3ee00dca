#include "store/likeness/likeness.h"

#include <stdlib.h>
#include <string.h>

#include "store/commit/similar.h"
#include "store/likeness/priv.h"

/* What was chosen already, so that nothing comes twice and nobody too often. */
struct choice {
	struct likeness *list;
	size_t n;
	bool open; /* to what else there is of an artist or release */
	struct chosen {
		int64_t recording, release;
		char *title, *artist; /* telling words */
	} chosen[LIKENESS_MAX];
};

static void
forget(struct chosen *c)
{
	free(c->title);
	free(c->artist);
}

static enum err_code
read_names(struct db *db, int64_t id, struct chosen *c, struct err *e)
{
	sqlite3_stmt *st = sql_get(db, "SELECT title_key, artist_key FROM track WHERE id = ?", e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, id);
	if (sql_step(db, st, e) == 1) {
		const char *artist = (const char *)sqlite3_column_text(st, 1);

		c->title = similar(similar_title, (const char *)sqlite3_column_text(st, 0));
		c->artist = strndup(artist, similar_artist_len(artist));
	}
	sql_done(st);
	if (e->code == ERR_NONE && (c->title == NULL || c->artist == NULL))
		err_memory(e);
	return e->code;
}

static bool
same_song(const char *title, const char *artist, const struct chosen *c)
{
	return *title != '\0' && strcmp(title, c->title) == 0 && strcmp(artist, c->artist) == 0;
}

/* Is it new, and its artist and release not there too often? */
static bool
is_welcome(
    const struct choice *x, const struct profile *p, const struct candidate *c, const struct chosen *names)
{
	int of_artist = 0, of_release = 0;

	if (same_song(p->title, p->artist, names) ||
	    (*p->title != '\0' && strcmp(p->title, names->title) == 0 && c->shared[LIKE_ARTISTS] != 0))
		return false;
	for (size_t i = 0; i < x->n; i++) {
		const struct chosen *other = &x->chosen[i];

		if (other->recording == names->recording || same_song(other->title, other->artist, names))
			return false;
		of_artist += *names->artist != '\0' && strcmp(other->artist, names->artist) == 0;
		of_release += other->release == names->release;
	}
	return x->open || (of_artist < LIKENESS_ARTIST && of_release < LIKENESS_RELEASE);
}

static enum err_code
choose(struct db *db, const struct profile *p, const struct candidate *list, size_t n, struct choice *x,
    struct err *e)
{
	for (size_t i = 0; i < n && x->n < LIKENESS_MAX && e->code == ERR_NONE; i++) {
		struct chosen names = { .recording = list[i].recording, .release = list[i].release };
		struct likeness *l = &x->list[x->n];

		if (read_names(db, list[i].id, &names, e) != ERR_NONE ||
		    !is_welcome(x, p, &list[i], &names)) {
			forget(&names);
			continue;
		}
		l->id = list[i].id;
		l->score = list[i].score;
		memcpy(l->share, list[i].share, sizeof l->share);
		x->chosen[x->n++] = names;
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
likeness_find(struct db *db, int64_t id, const int64_t *among, size_t namong, struct likeness **list,
    size_t *n, struct err *e)
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
	if (profile_load(db, id, p, e) == ERR_NONE)
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
		forget(&x->chosen[i]);
	if (x != NULL)
		free(x->list);
	free(x);
	free(p);
	return e->code;
}
