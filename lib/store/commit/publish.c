#include "store/commit/publish.h"

#include <string.h>

#include "store/blob.h"
#include "store/sql.h"

typedef enum err_code action(struct db *db, int64_t session, const uint8_t sha256[32], const char *suffix,
    int64_t size, struct err *e);

bool
publish_wanted(const struct plan_entry *entry)
{
	return entry->verdict == PLAN_NEW || entry->verdict == PLAN_ATTACH ||
	    entry->verdict == PLAN_DUPLICATE || entry->verdict == PLAN_RESTORE ||
	    entry->verdict == PLAN_RETAG;
}

static enum err_code
confirm(
    struct db *db, int64_t session, const uint8_t sha256[32], const char *suffix, int64_t size, struct err *e)
{
	(void)session;
	return blob_check(db, sha256, suffix, size, e);
}

/* Do it with one file.  Bytes that have a row keep the name that the row gives them. */
static enum err_code
act(struct plan *p, action *fn, const uint8_t sha256[32], const char *suffix, int64_t size, struct err *e)
{
	sqlite3_stmt *st = sql_get(p->db, "SELECT suffix FROM blob WHERE sha256 = ?1", e);
	char known[8] = "";
	enum err_code rc;

	if (st == NULL)
		return e->code;
	sql_bytes(st, 1, sha256, 32);
	if (sql_step(p->db, st, e) == 1)
		strncpy(known, (const char *)sqlite3_column_text(st, 0), sizeof known - 1);
	sql_done(st);
	if (e->code != ERR_NONE)
		return e->code;
	if (*known == '\0' || strcmp(known, suffix) == 0)
		return fn(p->db, p->session, sha256, suffix, size, e);
	rc = fn(p->db, p->session, sha256, known, size, e);
	if (rc == ERR_NOTFOUND && fn != confirm)
		err_context(e, "these bytes were stored as .%s", known);
	return rc;
}

static enum err_code
act_on_covers(struct plan *p, action *fn, int64_t item, struct err *e)
{
	sqlite3_stmt *st =
	    sql_get(p->db, "SELECT sha256, size, suffix FROM item_cover WHERE item_id = ?1", e);

	if (st == NULL)
		return e->code;
	sql_int(st, 1, item);
	while (sql_step(p->db, st, e) == 1) {
		uint8_t sha256[32];

		memcpy(sha256, sqlite3_column_blob(st, 0), sizeof sha256);
		if (act(p, fn, sha256, (const char *)sqlite3_column_text(st, 2), sqlite3_column_int64(st, 1),
			e) != ERR_NONE)
			break;
	}
	sql_done(st);
	return e->code;
}

static enum err_code
act_on_item(struct plan *p, action *fn, const struct plan_entry *entry, const struct item *it, struct err *e)
{
	if (act(p, fn, it->sha256, it->suffix, it->size, e) != ERR_NONE)
		return e->code;
	/* a duplicate's covers are those that its track has */
	if (entry->verdict != PLAN_NEW && entry->verdict != PLAN_ATTACH && entry->verdict != PLAN_RETAG)
		return ERR_NONE;
	return act_on_covers(p, fn, it->id, e);
}

static enum err_code
act_on_all(struct plan *p, const char *stage, action *fn, int64_t *item, struct err *e)
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
			err_set(e, ERR_INTERRUPTED, "interrupted");
			break;
		}
		*item = done = p->entries[i].item;
		if (item_next(p->db, p->session, *item - 1, &it, e) != 1 ||
		    act_on_item(p, fn, &p->entries[i], &it, e) != ERR_NONE)
			break;
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
publish_check(struct plan *p, int64_t *item, struct err *e)
{
	return act_on_all(p, "checking", blob_ready, item, e);
}

enum err_code
publish_all(struct plan *p, int64_t *item, struct err *e)
{
	struct err later = { 0 };

	if (act_on_all(p, "publishing", blob_publish, item, e) != ERR_NONE) {
		(void)blob_sync(p->db, &later); /* only to forget the marks */
		return e->code;
	}
	return blob_sync(p->db, e);
}

enum err_code
publish_confirm(struct plan *p, const struct plan_entry *entry, const struct item *it, struct err *e)
{
#ifdef PLANT_ROWS_BEFORE_BLOBS
	return ERR_NONE;
#endif
	return act_on_item(p, confirm, entry, it, e);
}
