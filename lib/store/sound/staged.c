/* SPDX-License-Identifier: MIT */
#include "store/sound/staged.h"

#include <stdlib.h>
#include <string.h>

#include "store/sql.h"

/* As view file_sound has it of the file that the item becomes. */
void
sound_of_item(const struct item *it, const struct record *r, struct sound_job *j)
{
	const uint8_t *audio = r->part > 0 ? (it->has_audio ? it->audio : NULL)
	    : r->has_audio                 ? r->audio
					   : NULL;

	memcpy(j->hash, audio != NULL ? audio : it->sha256, sizeof j->hash);
	j->task.start_ms = r->part > 0 ? r->start_ms : 0;
	j->task.length_ms = r->part > 0 ? r->duration_ms : 0;
}

struct list {
	struct db *db;
	const struct sound_wish *wish;
	struct sound_job *jobs;
	size_t n, room;
};

/* The kinds of the wish that are not known of it, or of an older version. */
static uint32_t
kinds_left(struct list *l, const struct sound_job *j, struct err *e)
{
	sqlite3_stmt *st = sql_get(l->db,
	    "SELECT bpm_version, key_version, loudness_version, fingerprint_version, features_version, "
	    "check_version FROM sound WHERE hash = ?1 AND start_ms = ?2 AND length_ms = ?3",
	    e);
	uint32_t kinds = l->wish->kinds;

	if (st == NULL)
		return 0;
	sql_bytes(st, 1, j->hash, sizeof j->hash);
	sql_int(st, 2, j->task.start_ms);
	sql_int(st, 3, j->task.length_ms);
	if (sql_step(l->db, st, e) == 1 && !l->wish->again)
		for (int i = 0; i < SOUND_KINDS; i++)
			if (sqlite3_column_int(st, i) >= sound_infos[i].version)
				kinds &= ~(1U << i);
	sql_done(st);
	return kinds;
}

static enum err_code
add(struct list *l, const struct item *it, const struct record *r, struct err *e)
{
	struct sound_job j = { .item = it->id, .session = it->session, .size = it->size };

	memcpy(j.sha256, it->sha256, sizeof j.sha256);
	memcpy(j.suffix, it->suffix, sizeof j.suffix);
	j.duration_ms = r->duration_ms;
	sound_of_item(it, r, &j);
	j.task.kinds = kinds_left(l, &j, e);
	if (e->code != ERR_NONE || j.task.kinds == 0)
		return e->code;
	if (l->n == l->room) {
		struct sound_job *more = realloc(l->jobs, (l->room = 2 * l->room + 64) * sizeof *more);

		if (more == NULL)
			return err_memory(e);
		l->jobs = more;
	}
	l->jobs[l->n++] = j;
	return ERR_NONE;
}

static enum err_code
add_item(struct list *l, const struct item *it, struct err *e)
{
	struct record r = { 0 }, part = { 0 };

	if (strcmp(it->state, "staged") != 0 || !it->has_sha256 || it->record == NULL)
		return ERR_NONE;
	if (record_decode(&r, it->record, it->record_len, e) != ERR_NONE)
		return err_context(e, "item %lld", (long long)it->id);
	if (r.nparts == 0)
		add(l, it, &r, e);
	for (size_t n = 1; n <= r.nparts && e->code == ERR_NONE; n++) {
		if (record_of_part(&r, n, &part, e) == ERR_NONE)
			add(l, it, &part, e);
		record_free(&part);
	}
	record_free(&r);
	return e->code;
}

/* Only what waits for its commit has files under staging/ that stay. */
static enum err_code
add_session(struct list *l, int64_t id, struct err *e)
{
	struct session s = { 0 };
	struct item it = { 0 };
	int64_t after = 0;

	if (session_load(l->db, id, &s, e) == ERR_NONE && strcmp(s.state, "staged") != 0)
		err_set(e, ERR_STATE, "session s%lld is %s", (long long)id, s.state);
	session_free(&s);
	while (e->code == ERR_NONE && item_next(l->db, id, after, &it, e) == 1) {
		after = it.id;
		add_item(l, &it, e);
	}
	item_free(&it);
	return e->code;
}

static int
compare_sounds(const void *a, const void *b)
{
	const struct sound_job *x = a, *y = b;
	int hash = memcmp(x->hash, y->hash, sizeof x->hash);

	if (hash != 0)
		return hash;
	if (x->task.start_ms != y->task.start_ms)
		return x->task.start_ms < y->task.start_ms ? -1 : 1;
	return (x->task.length_ms > y->task.length_ms) - (x->task.length_ms < y->task.length_ms);
}

static int
compare_items(const void *a, const void *b)
{
	const struct sound_job *x = a, *y = b;

	if (x->item != y->item)
		return x->item < y->item ? -1 : 1;
	return (x->task.start_ms > y->task.start_ms) - (x->task.start_ms < y->task.start_ms);
}

/* One audio is heard once, whatever its tags. */
static void
keep_first(struct list *l)
{
	size_t n = 0;

	if (l->n == 0)
		return;
	qsort(l->jobs, l->n, sizeof *l->jobs, compare_sounds);
	for (size_t i = 0; i < l->n; i++)
		if (n == 0 || compare_sounds(&l->jobs[n - 1], &l->jobs[i]) != 0)
			l->jobs[n++] = l->jobs[i];
	l->n = n;
	qsort(l->jobs, n, sizeof *l->jobs, compare_items);
}

enum err_code
sound_todo_staged(struct db *db, const int64_t *sessions, size_t nsessions, const struct sound_wish *wish,
    struct sound_job **jobs, size_t *n, struct err *e)
{
	struct list l = { .db = db, .wish = wish };
	int64_t *all = NULL;

	if (sessions == NULL && session_list(db, "staged", &all, &nsessions, e) == ERR_NONE)
		sessions = all;
	for (size_t i = 0; i < nsessions && e->code == ERR_NONE; i++)
		add_session(&l, sessions[i], e);
	free(all);
	keep_first(&l);
	if (e->code != ERR_NONE) {
		free(l.jobs);
		return e->code;
	}
	*jobs = l.jobs;
	*n = l.n;
	return ERR_NONE;
}
