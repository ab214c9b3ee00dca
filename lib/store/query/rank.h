/*
 * rank.h - candidates and their order
 *
 * Private to lib/store/query.  Candidates come in tiers, the best first; one that
 * comes again keeps its first tier.
 */
#ifndef STORE_QUERY_RANK_H
#define STORE_QUERY_RANK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum tier {
	TIER_TITLE,       /* the whole title */
	TIER_ARTIST,      /* the whole artist */
	TIER_ALBUM,       /* the whole album */
	TIER_ALBUMARTIST, /* the whole album artist */
	TIER_BEGINS,      /* a field begins with the words */
	TIER_IN_TITLE,    /* all words in the title */
	TIER_ALL,         /* all words anywhere */
	TIER_PREFIX,      /* the last word is only the beginning of one */
	TIER_REST         /* found by other things than words: as they come */
};

struct candidate {
	int64_t id;
	enum tier tier;
	int score;     /* within the tier, less is better */
	bool by_album; /* in the order of albums, else by length */
	int length;    /* of the title */
	int64_t year, release, disc, track;
	size_t arrival;
};

struct ranking {
	struct candidate *c;
	size_t n, cap;
	uint32_t *slot; /* hash table of indexes + 1 */
	size_t nslots;
	char *text; /* the folded query */
	char *word[64];
	size_t nwords;
};

/* text: the folded words of the query; copied. */
enum err_code ranking_words(struct ranking *r, const char *text, struct err *e);
void ranking_free(struct ranking *r);

/* The folded keys of a track that the score is taken from. */
struct keys {
	const char *title, *artist, *album;
};

/* Add c (id, tier, year, release, disc, track set) unless it is there; keys NULL: no score. */
enum err_code ranking_add(struct ranking *r, struct candidate *c, const struct keys *k, struct err *e);

void ranking_sort(struct ranking *r);

#endif
