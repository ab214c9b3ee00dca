/* SPDX-License-Identifier: MIT */
/* What lies in blobs/ against what the catalogue names, shard by shard (priv.h).
 *
 * Hashes are scattered over the rows of the catalogue: asking for what each blob is in their order reads all
 * of its tables again and again.  So that is read once before, in the order of the rows, a byte a blob; and
 * again, of one blob, wherever it makes a finding. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/below.h"
#include "store/sweep/priv.h"

enum { CHECKED = 50000 };

enum standing { REMOVED, NAMED_OK, NAMED_NOT_OK, UNNAMED };
enum { STANDINGS = 4, SUFFIXES = 63 };

/* A blob's standing and its suffix's place in the list, 1 + standing + STANDINGS * place; 0: not known. */
struct known {
	uint8_t *of;
	int64_t n;
	char suffixes[SUFFIXES][8];
	int nsuffixes;
};

struct look {
	struct db *db;
	struct blob_survey *v;
	struct hash_set spared;
	struct known known;
	bool check;
	int64_t step, seen; /* every step-th named blob is looked at */
};

/* A row of the catalogue. */
struct wanted {
	int64_t id;
	struct blob_entry blob; /* its size only where row_again() read it */
	enum standing standing;
	bool sure; /* read just now */
};

/* Column 3 of the rows. */
#define STANDING                                                                                             \
	" CASE (SELECT max(CASE f.state WHEN 'ok' THEN 1 WHEN 'removed' THEN 0 ELSE 2 END) FROM file f"      \
	" WHERE f.blob_id = b.id) WHEN 1 THEN 1 WHEN 2 THEN 2"                                               \
	" ELSE CASE WHEN EXISTS (SELECT 1 FROM cover c WHERE c.blob_id = b.id) THEN 1"                       \
	" WHEN EXISTS (SELECT 1 FROM file f WHERE f.blob_id = b.id)"                                         \
	" OR EXISTS (SELECT 1 FROM removed r WHERE r.sha256 = b.sha256) THEN 0 ELSE 3 END END"

void
blob_survey_free(struct blob_survey *v)
{
	blob_list_free(&v->orphans);
}

/* The place of a suffix in the list, -1 where that is full. */
static int
suffix_place(struct known *k, const char *suffix)
{
	int i = 0;

	while (i < k->nsuffixes && strcmp(k->suffixes[i], suffix) != 0)
		i++;
	if (i == SUFFIXES || strlen(suffix) >= sizeof k->suffixes[0])
		return -1;
	if (i == k->nsuffixes)
		memcpy(k->suffixes[k->nsuffixes++], suffix, strlen(suffix) + 1);
	return i;
}

/* All blobs whose ids are not much greater than there are blobs: the others are asked for one by one. */
static enum err_code
know(struct look *k, int64_t blobs, struct err *e)
{
	sqlite3_stmt *st =
	    sql_get(k->db, "SELECT b.id, b.suffix," STANDING " FROM blob b NOT INDEXED ORDER BY b.id", e);
	struct known *known = &k->known;

	known->n = 4 * blobs + 4096;
	known->of = calloc((size_t)known->n, 1);
	if (known->of == NULL)
		return err_memory(e);
	while (st != NULL && sql_step(k->db, st, e) > 0) {
		int64_t id = sqlite3_column_int64(st, 0);
		int place = suffix_place(known, (const char *)sqlite3_column_text(st, 1));

		if (id >= known->n)
			break;
		if (id >= 0 && place >= 0)
			known->of[id] = (uint8_t)(1 + sqlite3_column_int(st, 2) + STANDINGS * place);
	}
	sql_done(st);
	return e->code;
}

/* What the catalogue says of a blob now: 1, 0 its row is gone, -1. */
static int
row_again(struct look *k, struct wanted *w, struct err *e)
{
	sqlite3_stmt *st;
	int row;

	if (w->sure)
		return 1;
	st = sql_get(
	    k->db, "SELECT b.suffix, b.size," STANDING " FROM blob b WHERE b.id = ?1 AND b.sha256 = ?2", e);
	if (st == NULL)
		return -1;
	sql_int(st, 1, w->id);
	sql_bytes(st, 2, w->blob.sha256, 32);
	row = sql_step(k->db, st, e);
	if (row > 0) {
		snprintf(
		    w->blob.suffix, sizeof w->blob.suffix, "%s", (const char *)sqlite3_column_text(st, 0));
		w->blob.size = sqlite3_column_int64(st, 1);
		w->standing = (enum standing)sqlite3_column_int(st, 2);
		w->sure = true;
	}
	sql_done(st);
	return row;
}

/* The next row of a shard: 1, 0, -1. */
static int
next_row(struct look *k, sqlite3_stmt *st, struct wanted *w, struct err *e)
{
	const struct known *known = &k->known;
	int row;

	while ((row = sql_step(k->db, st, e)) > 0) {
		uint8_t byte;

		*w = (struct wanted){ .id = sqlite3_column_int64(st, 1) };
		memcpy(w->blob.sha256, sqlite3_column_blob(st, 0), 32);
		byte = w->id >= 0 && w->id < known->n ? known->of[w->id] : 0;
		if (byte != 0) {
			w->standing = (byte - 1) % STANDINGS;
			memcpy(
			    w->blob.suffix, known->suffixes[(byte - 1) / STANDINGS], sizeof w->blob.suffix);
			return 1;
		}
		row = row_again(k, w, e);
		if (row != 0)
			return row;
	}
	return row;
}

static int
stat_blob(struct look *k, const struct blob_entry *b, struct stat *st)
{
	char path[BLOB_PATH];

	blob_path(path, b->sha256, b->suffix);
	return below_stat(k->db->dirfd, path, st);
}

static void
bad(struct look *k, int64_t *count, const struct blob_entry *b)
{
	if (k->v->missing + k->v->wrong == 0)
		blob_path(k->v->first_bad, b->sha256, b->suffix);
	++*count;
}

/* A file that the catalogue does not name. */
static enum err_code
orphan(struct look *k, const struct blob_entry *b, bool removed, struct err *e)
{
	struct blob_entry o = *b;
	struct stat st;

	if (hash_set_has(&k->spared, b->sha256) || stat_blob(k, b, &st) != 0)
		return ERR_NONE;
	o.size = st.st_size;
	o.removed = removed;
	return blob_list_add(&k->v->orphans, &o, e);
}

/* A file beside the rows, unless one came meanwhile. */
static enum err_code
stray(struct look *k, const struct blob_entry *b, struct err *e)
{
	int named = sweep_is_named(k->db, b, e);

	return named == 0 ? orphan(k, b, false, e) : e->code;
}

/* A row whose blob is there, or not. */
static enum err_code
compare(struct look *k, struct wanted *w, bool there, struct err *e)
{
	bool look = there && w->standing == NAMED_OK && k->check && k->seen++ % k->step == 0;
	struct stat st;

	if (there && w->standing == NAMED_OK && !look)
		return ERR_NONE;
	if (row_again(k, w, e) <= 0)
		return e->code;
	if (w->standing == NAMED_OK) {
		bool found = stat_blob(k, &w->blob, &st) == 0;

		/* listed before it was published? */
		if (!there && !found && errno == ENOENT)
			bad(k, &k->v->missing, &w->blob);
		if (look && found && st.st_size != w->blob.size)
			bad(k, &k->v->wrong, &w->blob);
		return ERR_NONE;
	}
	if (there && w->standing != NAMED_NOT_OK)
		return orphan(k, &w->blob, w->standing == REMOVED, e);
	return ERR_NONE;
}

/* The blobs of a shard in the catalogue, merged with its files: both are in the order of their hashes. */
static enum err_code
merge_shard(struct look *k, int shard, const struct blob_list *files, struct err *e)
{
	sqlite3_stmt *st = sql_get(
	    k->db, "SELECT sha256, id FROM blob WHERE sha256 >= ?1 AND sha256 < ?2 ORDER BY sha256", e);
	uint8_t low = (uint8_t)shard, high[33];
	struct wanted want = { 0 };
	size_t i = 0;
	int row;

	if (st == NULL)
		return e->code;
	memset(high, 0xff, sizeof high);
	if (shard < 255)
		high[0] = (uint8_t)(shard + 1);
	sql_bytes(st, 1, &low, 1);
	sql_bytes(st, 2, high, shard < 255 ? 1 : sizeof high);
	do {
		row = next_row(k, st, &want, e);
		if (row < 0)
			break;
		while (i < files->n && (row == 0 || blob_entry_compare(&files->v[i], &want.blob) < 0))
			if (stray(k, &files->v[i++], e) != ERR_NONE)
				goto out;
		if (row > 0) {
			bool there = i < files->n && blob_entry_compare(&files->v[i], &want.blob) == 0;

			if (compare(k, &want, there, e) != ERR_NONE)
				goto out;
			i += there;
		}
	} while (row > 0);
out:
	sql_done(st);
	return e->code;
}

enum err_code
sweep_survey(struct db *db, bool check, volatile const int *stop, struct blob_survey *v, foreign_fn *foreign,
    void *context, struct err *e)
{
	struct look k = { .db = db, .v = v, .check = check };
	char folder[16];
	int64_t blobs = 0;

	if (sql_number(db, "SELECT count(*) FROM blob", NULL, 0, &blobs, e) < 0 ||
	    sweep_spared(db, &k.spared, e) != ERR_NONE || know(&k, blobs, e) != ERR_NONE ||
	    sweep_list_shards(db, foreign, context, e) != ERR_NONE)
		goto out;
	k.step = blobs / CHECKED + 1;
	for (int shard = 0; shard < 256 && e->code == ERR_NONE; shard++) {
		struct blob_list files = { 0 };

		if (stop != NULL && *stop != 0)
			err_set(e, ERR_INTERRUPTED, "stopped");
		snprintf(folder, sizeof folder, "blobs/%02x", (unsigned)shard & 255);
		if (e->code == ERR_NONE &&
		    sweep_list(db, folder, shard, &files, foreign, context, e) == ERR_NONE)
			merge_shard(&k, shard, &files, e);
		v->files += (int64_t)files.n;
		blob_list_free(&files);
	}
out:
	free(k.known.of);
	hash_set_free(&k.spared);
	if (e->code != ERR_NONE)
		blob_survey_free(v);
	return e->code;
}
