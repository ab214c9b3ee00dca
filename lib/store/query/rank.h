/* SPDX-License-Identifier: MIT */
/*
 * rank.h - candidates and their order
 *
 * Private to lib/store/query.  Candidates come in tiers, the best first; one that
 * comes again keeps the best place that it was given.
 */
#ifndef STORE_QUERY_RANK_H
#define STORE_QUERY_RANK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum tier {
	TIER_MEANT,       /* the whole artist, who has many more tracks than there are such titles */
	TIER_TITLE,       /* the whole title */
	TIER_ARTIST,      /* the whole artist */
	TIER_ALBUM,       /* the whole album */
	TIER_ALBUMARTIST, /* the whole album artist */
	TIER_NAMED,       /* the whole title but for articles, where others have the name as it was typed */
	TIER_BEGINS,      /* a field begins with the words */
	TIER_IN_TITLE,    /* all words in the title */
	TIER_ALL,         /* all words anywhere */
	TIER_PREFIX,      /* the last word is only the beginning of one */
	TIER_REST,        /* found by other things than words: as they come */
	TIERS
};

/* Within a tier as many rows as this are put in order among each other, then the next so many: so the first
 * page is the same whatever was asked for, and pages neither overlap nor leave anything out. */
enum { RANK_WINDOW = 250 };

struct candidate {
	int64_t id, release;
	int32_t year, disc, track;
	int32_t length; /* of the title */
	int32_t score;  /* within the window, less is better */
	int32_t plays, rating;
	uint32_t window;  /* of the tier */
	uint32_t arrival; /* the order in which TIER_REST is listed */
	uint16_t branch;  /* the last alternative that found it */
	uint8_t tier;     /* enum tier */
	bool by_album;    /* in the order of albums, else by length */
};

struct ranking {
	struct candidate *c;
	size_t n, cap;
	uint32_t *slot; /* hash table of indexes + 1 */
	size_t nslots;
	char *text;    /* the folded query */
	bool respelt;  /* it is another spelling of what was typed: behind what is spelt so */
	bool as_typed; /* the alternative, or the one it is another spelling of, has found whole names */
	char *word[64];
	size_t nwords;
	uint16_t branch; /* the alternative at work */
	size_t found;    /* how many tracks it has found */
};

/* text: the folded words of the query; copied. */
enum err_code ranking_words(struct ranking *r, const char *text, struct err *e);
void ranking_free(struct ranking *r);

/* What is added from here on is found by another alternative of an OR. */
void ranking_branch(struct ranking *r);

/* The folded keys of a track that the score is taken from. */
struct keys {
	const char *title, *artist, *album;
};

/* Add c (id, tier, window, year, release, disc, track, plays, rating set) unless it has a better place; keys
 * NULL: no score.
 */
enum err_code ranking_add(struct ranking *r, struct candidate *c, const struct keys *k, struct err *e);

void ranking_sort(struct ranking *r);

/* A tier in words; why a candidate stands where it does, separated by "; ". */
const char *ranking_tier(enum tier tier);
void ranking_reasons(const struct candidate *c, char *text, size_t size);

#endif
