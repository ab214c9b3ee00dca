/* SPDX-License-Identifier: MIT */
#include "store/sound/gain.h"

#include "store/sql.h"
#include "worker/sound.h"

static const double reference = -18; /* LUFS */

/* Add the blocks as keep.c wrote them. */
static void
add_blocks(const unsigned char *pair, int len, uint32_t *block)
{
	for (; len >= 4; len -= 4, pair += 4) {
		unsigned i = pair[0] | (unsigned)pair[1] << 8;

		if (i < SOUND_BLOCKS)
			block[i] += pair[2] | (unsigned)pair[3] << 8;
	}
}

static enum err_code
read_album(struct db *db, sqlite3_stmt *st, int64_t track, struct sound_gain *g, struct err *e)
{
	uint32_t block[SOUND_BLOCKS] = { 0 };
	bool all = true;
	double lufs;

	while (sql_step(db, st, e) == 1) {
		bool known = sqlite3_column_type(st, 1) != SQLITE_NULL;
		double peak = sqlite3_column_double(st, 3);

		if (sqlite3_column_int64(st, 0) == track && sqlite3_column_type(st, 2) != SQLITE_NULL) {
			g->track = true;
			g->track_gain = reference - sqlite3_column_double(st, 2);
			g->track_peak = peak;
		}
		all = all && known;
		add_blocks(sqlite3_column_blob(st, 1), sqlite3_column_bytes(st, 1), block);
		if (peak > g->album_peak)
			g->album_peak = peak;
	}
	g->album = e->code == ERR_NONE && all && sound_gated(block, &lufs);
	if (g->album)
		g->album_gain = reference - lufs;
	return e->code;
}

enum err_code
sound_gain(struct db *db, int64_t track, struct sound_gain *g, struct err *e)
{
	sqlite3_stmt *st = sql_get(db,
	    "SELECT t.id, d.blocks, s.lufs, s.peak FROM track t LEFT JOIN file_sound f ON f.track_id = t.id "
	    "AND f.preferred LEFT JOIN sound s USING (hash, start_ms, length_ms) LEFT JOIN sound_detail d ON"
	    " d.sound_id = s.id WHERE t.removed IS NULL AND t.release_id = (SELECT release_id FROM track "
	    "WHERE id = ?1)",
	    e);

	*g = (struct sound_gain){ 0 };
	if (st == NULL)
		return e->code;
	sql_int(st, 1, track);
	read_album(db, st, track, g, e);
	sql_done(st);
	return e->code;
}
