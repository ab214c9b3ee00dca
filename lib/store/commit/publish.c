/* SPDX-License-Identifier: MIT */
#include "store/commit/publish.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "store/blob.h"
#include "store/session/items.h"
#include "store/sql.h"

/* What is done with one file. */
typedef enum err_code action(struct publish *pub, struct db *db, struct blob_staged *s, struct err *e);

enum err_code
publish_begin(struct publish *pub, struct db *db, int64_t session, struct err *e)
{
	char *mode = NULL;

	*pub = (struct publish){ 0 };
	if (session_option(db, session, "$.mode", &mode, e) == ERR_NONE)
		pub->moves = mode != NULL && strcmp(mode, "move") == 0;
	free(mode);
	return e->code;
}

void
publish_end(struct publish *pub)
{
	checked_free(&pub->checked);
	free(pub->seen);
	pub->seen = NULL;
}

static bool
was_seen(const struct publish *pub, size_t i)
{
	return pub->seen != NULL && (pub->seen[i / 8] >> i % 8 & 1) != 0;
}

bool
publish_wanted(const struct plan_entry *entry)
{
	return entry->verdict == PLAN_NEW || entry->verdict == PLAN_ATTACH ||
	    entry->verdict == PLAN_DUPLICATE || entry->verdict == PLAN_RESTORE ||
	    entry->verdict == PLAN_RETAG;
}

static enum err_code
ready(struct publish *pub, struct db *db, struct blob_staged *s, struct err *e)
{
	return blob_ready(db, s, &pub->checked, e);
}

static enum err_code
publish(struct publish *pub, struct db *db, struct blob_staged *s, struct err *e)
{
	return blob_publish(db, s, &pub->checked, e);
}

/* What was damaged is whole again: publish() saw to it. */
static enum err_code
mended(struct db *db, const uint8_t sha256[32], struct err *e)
{
	static const char *const changes[] = {
		"UPDATE file SET state = 'ok', changed = ?2 WHERE state = 'damaged'"
		" AND blob_id = (SELECT id FROM blob WHERE sha256 = ?1)",
		"UPDATE blob SET damaged = 0, verified = ?2 WHERE sha256 = ?1"
	};

	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		sqlite3_stmt *st = sql_get(db, changes[i], e);

		if (st == NULL)
			return e->code;
		sql_bytes(st, 1, sha256, 32);
		sql_int(st, 2, time_now());
		if (sql_run(db, st, e) != ERR_NONE)
			return e->code;
	}
	return ERR_NONE;
}

static enum err_code
confirm(struct publish *pub, struct db *db, struct blob_staged *s, struct err *e)
{
	(void)pub;
	return blob_settle(db, s, &s->ctime_ns, e);
}

/* Do it with one file.  Bytes that have a row keep the name that the row gives them. */
static enum err_code
act(struct publish *pub, struct plan *p, action *fn, struct blob_staged *s, struct err *e)
{
	sqlite3_stmt *st = sql_get(p->db, "SELECT suffix, damaged FROM blob WHERE sha256 = ?1", e);
	char known[sizeof s->suffix] = "";
	bool damaged = false, other;

	if (st == NULL)
		return e->code;
	sql_bytes(st, 1, s->sha256, 32);
	if (sql_step(p->db, st, e) == 1) {
		strncpy(known, (const char *)sqlite3_column_text(st, 0), sizeof known - 1);
		damaged = sqlite3_column_int(st, 1) != 0;
	}
	sql_done(st);
	if (e->code != ERR_NONE)
		return e->code;
	other = *known != '\0' && strcmp(known, s->suffix) != 0;
	if (other)
		memcpy(s->suffix, known, sizeof s->suffix);
	s->doubt = s->doubt || damaged;
	s->fresh = s->fresh && *known == '\0';
	if (fn(pub, p->db, s, e) == ERR_NOTFOUND && other && fn != confirm)
		err_context(e, "these bytes were stored as .%s", known);
	if (e->code == ERR_NONE && damaged && fn == confirm)
		mended(p->db, s->sha256, e);
	return e->code;
}

static enum err_code
act_on_covers(struct publish *pub, struct plan *p, action *fn, int64_t item, struct err *e)
{
	sqlite3_stmt *st =
	    sql_get(p->db, "SELECT sha256, size, suffix, staged_ns FROM item_cover WHERE item_id = ?1", e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, item);
	while (sql_step(p->db, st, e) == 1) {
		struct blob_staged s = { .session = p->session,
			.size = sqlite3_column_int64(st, 1),
			.staged_ns = sqlite3_column_int64(st, 3),
			.fresh = true,
			.shared = true };

		memcpy(s.sha256, sqlite3_column_blob(st, 0), sizeof s.sha256);
		strncpy(s.suffix, (const char *)sqlite3_column_text(st, 2), sizeof s.suffix - 1);
		if (act(pub, p, fn, &s, e) != ERR_NONE)
			break;
	}
	sql_done(st);
	return e->code;
}

static enum err_code
act_on_item(struct publish *pub, struct plan *p, action *fn, const struct plan_entry *entry, struct item *it,
    struct err *e)
{
	bool again = entry->twin; /* the same bytes, earlier in this session, were seen to then */
	struct blob_staged s = { .session = p->session,
		.size = it->size,
		.staged_ns = it->staged_ns,
		.doubt = pub->moves && !again,
		.fresh = !again,
		.seen = again || was_seen(pub, (size_t)(entry - p->entries)),
		.linked = it->linked,
		.inode = it->inode,
		.mtime_ns = it->mtime_ns,
		.ctime_ns = it->ctime_ns };

	memcpy(s.sha256, it->sha256, sizeof s.sha256);
	memcpy(s.suffix, it->suffix, sizeof s.suffix);
	if (act(pub, p, fn, &s, e) == ERR_CHANGED && it->linked)
		err_context(e, "was written to since it was imported");
	if (e->code != ERR_NONE)
		return e->code;
	it->ctime_ns = s.ctime_ns;
	/* a duplicate's covers are those that its track has */
	if (entry->verdict != PLAN_NEW && entry->verdict != PLAN_ATTACH && entry->verdict != PLAN_RETAG &&
	    entry->verdict != PLAN_RESTORE)
		return ERR_NONE;
	return act_on_covers(pub, p, fn, it->id, e);
}

/* A hash tells nobody which file it was. */
static void
name_source(const struct item *it, struct err *e)
{
	if ((e->code == ERR_CHANGED || e->code == ERR_NOTFOUND) && it->path != NULL)
		err_context(e, "%s", it->path);
}

static enum err_code
act_on_all(struct publish *pub, struct plan *p, const char *stage, action *fn, int64_t *item, struct err *e)
{
	const struct progress *pr = p->progress;
	bool mine = sqlite3_get_autocommit(p->db->sql) != 0;
	struct item it = { 0 };
	int64_t bytes = 0, done = 0;

	if (mine && sql_begin_read(p->db, e) != ERR_NONE)
		return e->code;
	for (size_t i = 0; i < p->n; i++) {
		if (!publish_wanted(&p->entries[i]) || p->entries[i].item == done)
			continue; /* of a file's parts the first that is wanted stands for all */
		if (pr != NULL && pr->stop != NULL && *pr->stop != 0) {
			err_set(e, ERR_INTERRUPTED, "stopped");
			break;
		}
		*item = done = p->entries[i].item;
		if (item_next(p->db, p->session, *item - 1, &it, e) != 1)
			break;
		if (act_on_item(pub, p, fn, &p->entries[i], &it, e) != ERR_NONE) {
			name_source(&it, e);
			break;
		}
		if (fn == publish)
			pub->seen[i / 8] |= (unsigned char)(1 << i % 8);
		bytes += it.size;
		if (pr != NULL && pr->report != NULL && i % 16 == 0)
			pr->report(pr->context, stage, (int64_t)i, (int64_t)p->n, bytes);
	}
	if (mine)
		sql_rollback(p->db);
	if (e->code == ERR_NONE)
		*item = 0;
	item_free(&it);
	return e->code;
}

enum err_code
publish_look(
    struct publish *pub, struct plan *p, const struct plan_entry *entry, struct item *it, struct err *e)
{
	return act_on_item(pub, p, ready, entry, it, e);
}

enum err_code
publish_check(struct publish *pub, struct plan *p, int64_t *item, struct err *e)
{
	return act_on_all(pub, p, "checking", ready, item, e);
}

enum err_code
publish_all(struct publish *pub, struct plan *p, int64_t *item, struct err *e)
{
	struct err later = { 0 };

	if (pub->seen == NULL && (pub->seen = calloc(p->n / 8 + 1, 1)) == NULL)
		return err_memory(e);
	if (act_on_all(pub, p, "publishing", publish, item, e) != ERR_NONE) {
		(void)blob_sync(p->db, &later); /* only to forget the marks */
		return e->code;
	}
	return blob_sync(p->db, e);
}

enum err_code
publish_confirm(
    struct publish *pub, struct plan *p, const struct plan_entry *entry, struct item *it, struct err *e)
{
#ifdef PLANT_ROWS_BEFORE_BLOBS
	return ERR_NONE;
#endif
	if (act_on_item(pub, p, confirm, entry, it, e) != ERR_NONE)
		name_source(it, e);
	return e->code;
}
