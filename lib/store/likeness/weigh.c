/* SPDX-License-Identifier: MIT */
/* How much a value says: the fewer tracks have it, the more. */
#include "base/field.h"
#include "store/likeness/priv.h"

enum { BITS_MAX = 10 };

/* The logarithm to base 2 of x >= 1, straight between the powers. */
static double
bits(double x)
{
	double whole = 0;

	for (; x >= 2; x /= 2)
		whole++;
	return whole + x - 1;
}

/* How much a value says that n of all tracks have, 0 to 1: one of 1,000 is as rare as can be, in a small
 * library one that two tracks have. */
static double
rarity(double n, double all)
{
	double most = bits(all) - 1;

	if (most > BITS_MAX)
		most = BITS_MAX;
	if (most < 1)
		most = 1;
	if (n < 2) /* the track alone has it */
		n = 2;
	return n >= all ? 0 : bits(all / n) < most ? bits(all / n) / most : 1;
}

static const char credits[] =
    "SELECT count(*) FROM (SELECT 1 FROM credit WHERE artist_id = ?1 AND role BETWEEN ?3 AND ?4 LIMIT ?2)";
static const char genres[] = "SELECT count(*) FROM (SELECT 1 FROM track_genre WHERE genre_id = ?1 LIMIT ?2)";
static const char playlists[] = "SELECT count(*) FROM (SELECT 1 FROM entry WHERE playlist_id = ?1 LIMIT ?2)";
static const char words[] = "SELECT count(*) FROM (SELECT 1 FROM fts WHERE fts MATCH ?1 LIMIT ?2)";

static sqlite3_stmt *
prepare(struct db *db, enum like_reason set, const struct value *v, struct err *e)
{
	struct buf match = { 0 };
	sqlite3_stmt *st = NULL;

	switch (set) {
	case LIKE_ARTISTS:
	case LIKE_PEOPLE:
		st = sql_get(db, credits, e);
		if (st != NULL) {
			sql_int(st, 3, (set == LIKE_ARTISTS ? F_ARTISTS : F_COMPOSER) + 1);
			sql_int(st, 4, (set == LIKE_ARTISTS ? F_ARTISTS : F_REMIXER) + 1);
		}
		break;
	case LIKE_GENRE:
		st = sql_get(db, genres, e);
		break;
	case LIKE_PLAYLISTS:
		st = sql_get(db, playlists, e);
		break;
	default:
		if (value_words(v, &match, e) && buf_ok(&match, e) == ERR_NONE)
			st = sql_get(db, words, e);
		if (st != NULL)
			sql_text(st, 1, match.data);
		buf_free(&match);
		return st;
	}
	if (st != NULL)
		sql_int(st, 1, v->id);
	return st;
}

/* Counts no further than to where the rest says little. */
static enum err_code
weigh_value(
    struct db *db, struct profile *p, enum like_reason set, const struct value *v, double *n, struct err *e)
{
	int64_t most = p->library / 16 + 100;
	sqlite3_stmt *st = prepare(db, set, v, e);

	if (st == NULL)
		return e->code;
	sql_int(st, 2, most);
	if (sql_step(db, st, e) == 1)
		*n += sqlite3_column_double(st, 0);
	sql_done(st);
	return e->code;
}

/* Even a common artist or genre says something; tags may be about anything. */
static double
weight(enum like_reason set, double n, double all)
{
	return set == LIKE_TAGS ? rarity(n, all) : 0.25 + 0.75 * rarity(n, all);
}

enum err_code
like_weigh(struct db *db, struct profile *p, struct err *e)
{
	for (enum like_reason r = 0; r < LIKE_SETS; r++) {
		struct value_set *s = &p->set[r];
		double n[VALUES_MAX] = { 0 };

		for (size_t i = 0; i < s->n; i++) {
			if (s->value[i].id != 0 &&
			    weigh_value(db, p, r, &s->value[i], &n[s->value[i].group], e) != ERR_NONE)
				return e->code;
		}
		for (int g = 0; g < s->groups; g++) {
			s->counted[g] = n[g] > 0;
			s->weight[g] = n[g] > 0 ? weight(r, n[g], (double)p->library) : 0;
		}
	}
	return ERR_NONE;
}

void
like_weigh_rest(struct profile *p, const struct candidate *list, size_t n)
{
	for (enum like_reason r = 0; r < LIKE_SETS; r++) {
		struct value_set *s = &p->set[r];
		double having[VALUES_MAX];

		for (int g = 0; g < s->groups; g++)
			having[g] = 1; /* the track itself */
		for (size_t i = 0; i < n; i++)
			for (int g = 0; g < s->groups; g++)
				having[g] += list[i].shared[r] >> g & 1;
		for (int g = 0; g < s->groups; g++)
			if (!s->counted[g])
				s->weight[g] = weight(r, having[g], (double)n + 1);
	}
}
