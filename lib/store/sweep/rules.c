/* SPDX-License-Identifier: MIT */
/* fonoteca-library(5)'s invariants as far as rows can tell. */
#include <stdio.h>
#include <string.h>

#include "store/sweep/sound.h"

/* What must not be there: the violators, a text each; and what makes it right, NULL where nothing here does.
 */
#define SOUND_OF_TRACK                                                                                       \
	" FROM track t JOIN file_sound f ON f.track_id = t.id AND f.preferred JOIN sound s USING (hash,"     \
	" start_ms, length_ms) WHERE t.removed IS NULL"

static const struct rule {
	const char *sql, *what, *mend;
	bool index; /* the search index is made anew */
} rules[] = {
	{ "SELECT 'playlist ' || name FROM playlist p WHERE EXISTS (SELECT 1 FROM entry WHERE playlist_id = "
	  "p.id)"
	  " AND (SELECT max(position) <> count(*) OR min(position) <> 1 FROM entry WHERE playlist_id = p.id)",
	    "has gaps among its positions",
	    "UPDATE entry SET position = -n FROM (SELECT id AS i, row_number() OVER (PARTITION BY playlist_id"
	    " ORDER BY position, id) AS n FROM entry) WHERE id = i;"
	    "UPDATE entry SET position = -position WHERE position < 0",
	    false },
	{ "SELECT 'track ' || track_id FROM doc WHERE NOT EXISTS"
	  " (SELECT 1 FROM track WHERE id = track_id AND removed IS NULL)",
	    "is in the search index, but not in the catalogue", NULL, true },
	{ "SELECT 'track ' || id FROM track t WHERE EXISTS (SELECT 1 FROM file WHERE track_id = t.id)"
	  " AND NOT EXISTS (SELECT 1 FROM file WHERE track_id = t.id AND preferred = 1)",
	    "has no preferred file",
	    "UPDATE file SET preferred = 1 WHERE id IN (SELECT (SELECT f.id FROM file f WHERE f.track_id = "
	    "t.id"
	    " ORDER BY f.state = 'ok' DESC, f.state = 'removed', f.id LIMIT 1) FROM track t WHERE NOT EXISTS"
	    " (SELECT 1 FROM file WHERE track_id = t.id AND preferred = 1))",
	    false },
	{ "SELECT 'file of blob ' || lower(hex(b.sha256)) FROM blob b WHERE damaged AND EXISTS"
	  " (SELECT 1 FROM file WHERE blob_id = b.id AND state = 'ok')",
	    "is said to be whole, its blob to be damaged",
	    /* which of the two it is the blobs tell, later in the same run */
	    "UPDATE file SET state = 'damaged', changed = unixepoch() WHERE state = 'ok'"
	    " AND blob_id IN (SELECT id FROM blob WHERE damaged)",
	    false },
	{ "SELECT 'session s' || s.id FROM session s WHERE s.state = 'committed' AND EXISTS"
	  " (SELECT 1 FROM item WHERE session_id = s.id AND state IN ('pending', 'reading', 'staged'))",
	    "is committed, some of its items are not",
	    "UPDATE item SET state = 'skipped', code = 'STUCK', reason = 'its session was committed without "
	    "it' WHERE state IN ('pending', 'reading', 'staged')"
	    " AND session_id IN (SELECT id FROM session WHERE state = 'committed')",
	    false },
	{ "SELECT 'the plays of ' || o.artist || ' - ' || o.title FROM told o WHERE o.recording_id IS NOT"
	  " (SELECT recording_id FROM track WHERE id = o.track_id)",
	    "are counted for another recording than their track's",
	    "UPDATE told SET recording_id = (SELECT recording_id FROM track WHERE id = told.track_id)"
	    " WHERE recording_id IS NOT (SELECT recording_id FROM track WHERE id = told.track_id)",
	    false },
	{ "SELECT 'the plays of ' || o.artist || ' - ' || o.title FROM told o WHERE (o.plays, o.last) IS NOT"
	  " (SELECT count(*), max(start) FROM play WHERE told_id = o.id AND uncounted IS NULL AND dup_of IS "
	  "NULL)",
	    "are not counted as they are",
	    "UPDATE told SET (plays, last) = (SELECT count(*), max(start) FROM play WHERE told_id = told.id"
	    " AND uncounted IS NULL AND dup_of IS NULL) WHERE (plays, last) IS NOT (SELECT count(*), "
	    "max(start) FROM play WHERE told_id = told.id AND uncounted IS NULL AND dup_of IS NULL)",
	    false },
	{ "SELECT 'recording ' || recording_id FROM (SELECT recording_id, plays, last FROM heard EXCEPT"
	  " SELECT recording_id, sum(plays), max(last) FROM told WHERE plays > 0 AND recording_id IS NOT NULL"
	  " GROUP BY recording_id) UNION SELECT 'recording ' || recording_id FROM (SELECT recording_id, "
	  "sum(plays),"
	  " max(last) FROM told WHERE plays > 0 AND recording_id IS NOT NULL GROUP BY recording_id EXCEPT"
	  " SELECT recording_id, plays, last FROM heard)",
	    "has another number of plays than were heard of it",
	    "DELETE FROM heard; INSERT INTO heard (recording_id, plays, last) SELECT recording_id, "
	    "sum(plays),"
	    " max(last) FROM told WHERE plays > 0 AND recording_id IS NOT NULL GROUP BY recording_id",
	    false },
	{ "SELECT 'track ' || t.id" SOUND_OF_TRACK " AND (t.sound_bpm, t.sound_key, t.sound_group) IS NOT"
	  " (s.bpm, s.key, coalesce(s.twin, s.id))",
	    "has not the tempo, key or group of its sound",
	    "UPDATE track SET (sound_bpm, sound_key, sound_group) = (SELECT s.bpm, s.key, coalesce(s.twin, "
	    "s.id)" SOUND_OF_TRACK " AND t.id = track.id) WHERE id IN (SELECT t.id" SOUND_OF_TRACK
	    " AND (t.sound_bpm, t.sound_key, t.sound_group) IS NOT (s.bpm, s.key, coalesce(s.twin, s.id)))",
	    false },
	{ "SELECT 'what sounds alike, piece ' || chunk FROM sound_near WHERE length(v) % 32 <> 0",
	    "is damaged", "DELETE FROM sound_near" /* the next lib-analyze makes it */, false },
};

/* Each violator is told; *n is how many there were. */
static enum err_code
ask(struct soundness *k, const struct rule *rule, int64_t *n, struct err *e)
{
	sqlite3_stmt *st = sql_prepare(k->db, rule->sql, e);

	if (st == NULL)
		return e->code;
	for (*n = 0; sql_step(k->db, st, e) == 1; ++*n) {
		const char *thing = (const char *)sqlite3_column_text(st, 0);

		sound_fault(k, thing != NULL ? thing : "something", rule->what,
		    k->mends && (rule->mend != NULL || rule->index));
	}
	sqlite3_finalize(st);
	return e->code;
}

static enum err_code
keep(struct soundness *k, const struct rule *rule, struct err *e)
{
	bool writes = k->mends && !k->s->dry_run && rule->mend != NULL;
	int64_t n = 0;

	if (ask(k, rule, &n, e) != ERR_NONE || n == 0)
		return e->code;
	k->index_anew = k->index_anew || rule->index;
	if (!writes || sql_begin(k->db, e) != ERR_NONE)
		return e->code;
	if (sql_exec(k->db, rule->mend, e) != ERR_NONE || sql_commit(k->db, e) != ERR_NONE)
		sql_rollback(k->db);
	return e->code;
}

enum err_code
sound_rules(struct soundness *k, struct err *e)
{
	for (size_t i = 0; i < sizeof rules / sizeof rules[0] && e->code == ERR_NONE; i++)
		keep(k, &rules[i], e);
	return e->code;
}
