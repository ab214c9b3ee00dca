/* SPDX-License-Identifier: MIT */
#include "store/query/rank.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "text/fold.h"

enum { WORDS_MAX = 64 };

void
ranking_free(struct ranking *r)
{
	free(r->c);
	free(r->slot);
	free(r->text);
	for (size_t i = 0; i < r->nwords; i++)
		free(r->word[i]);
	*r = (struct ranking){ 0 };
}

enum err_code
ranking_words(struct ranking *r, const char *text, struct err *e)
{
	free(r->text);
	for (size_t i = 0; i < r->nwords; i++)
		free(r->word[i]);
	r->nwords = 0;
	r->text = strdup(text);
	if (r->text == NULL)
		return err_memory(e);
	for (const char *s = text; *s != '\0' && r->nwords < WORDS_MAX;) {
		size_t len = strcspn(s, " ");

		r->word[r->nwords] = strndup(s, len);
		if (r->word[r->nwords] == NULL)
			return err_memory(e);
		r->nwords++;
		s += len + (s[len] == ' ');
	}
	return ERR_NONE;
}

void
ranking_branch(struct ranking *r)
{
	r->branch++;
	r->found = 0;
}

/* Where a word of an alphabet ends; CJK has no such places. */
static bool
is_edge(unsigned char c)
{
	return c == ' ' || c == '\0' || c >= 0x80;
}

/* Does the key have the word (prefix: its beginning)? */
static bool
has_word(const char *key, const char *word, bool prefix)
{
	size_t len = strlen(word);

	for (const char *at = key; (at = strstr(at, word)) != NULL; at++) {
		bool begins = at == key || is_edge((unsigned char)at[-1]);

		if (begins &&
		    (prefix || is_edge((unsigned char)at[len]) || (unsigned char)word[len - 1] >= 0x80))
			return true;
	}
	return false;
}

static bool
begins_with(const char *key, const char *text)
{
	return strncmp(key, text, strlen(text)) == 0;
}

/* Is every word of the key one of the query's? */
static bool
covered(const struct ranking *r, const char *key)
{
	for (const char *s = key; *s != '\0';) {
		size_t len = strcspn(s, " ");
		bool found = false;

		for (size_t i = 0; i < r->nwords && !found; i++)
			found = strncmp(r->word[i], s, len) == 0 && r->word[i][len] == '\0';
		if (!found)
			return false;
		s += len + (s[len] == ' ');
	}
	return *key != '\0';
}

/* All words anywhere: "creep radiohead" finds Creep by Radiohead before a live take, and words in titles
 * count more than those in artists, albums and elsewhere. */
static void
score_words(const struct ranking *r, struct candidate *c, const struct keys *k)
{
	int sum = 0;
	bool in_title = false;

	for (size_t i = 0; i < r->nwords; i++) {
		bool prefix = c->tier == TIER_PREFIX && i + 1 == r->nwords;
		bool title = has_word(k->title, r->word[i], prefix);

		in_title |= title;
		if (!title)
			sum += has_word(k->artist, r->word[i], prefix) ? 1
			    : has_word(k->album, r->word[i], prefix)   ? 2
								       : 3;
	}
	c->score = 1000 + sum;
	c->by_album = !in_title;
	if (r->nwords > 1 && covered(r, k->title))
		c->score = covered(r, k->artist) ? 0 : 500 + sum;
	else if (r->nwords > 1 && covered(r, k->artist))
		c->score = 700 + sum;
}

enum { NAME_MAX_BYTES = 512, RESPELT = 4000 };

/* As people remember it; else the key itself. */
static const char *
bare(char *out, const char *key)
{
	return fold_bare(out, NAME_MAX_BYTES, key) ? out : key;
}

/* "acdc" and "ac dc" */
static bool
same_letters(const char *a, const char *b)
{
	for (;; a++, b++) {
		a += *a == ' ';
		b += *b == ' ';
		if (*a != *b)
			return false;
		if (*a == '\0')
			return true;
	}
}

/* The same name but for articles, "and" and blanks? */
static bool
same_name(const char *a, const char *b)
{
	char bare_a[NAME_MAX_BYTES], bare_b[NAME_MAX_BYTES];

	return same_letters(bare(bare_a, a), bare(bare_b, b));
}

static void
set_score(const struct ranking *r, struct candidate *c, const struct keys *k)
{
	char title[NAME_MAX_BYTES], text[NAME_MAX_BYTES];

	c->length = (int32_t)strnlen(k->title, 1 << 20);
	switch ((enum tier)c->tier) {
	case TIER_TITLE: /* as it was typed, but for an article, in another spelling */
		c->score = strcmp(k->title, r->text) == 0                     ? 0
		    : strcmp(bare(title, k->title), bare(text, r->text)) == 0 ? 1
									      : 2;
		break;
	case TIER_MEANT:
	case TIER_ARTIST: /* alone, with others */
		c->score = !same_name(k->artist, r->text);
		c->by_album = true;
		break;
	case TIER_ALBUM:
	case TIER_ALBUMARTIST:
		c->by_album = true;
		break;
	case TIER_IN_TITLE:
		c->score = strstr(k->title, r->text) == NULL;
		break;
	case TIER_PREFIX:
		score_words(r, c, k);
		if (begins_with(k->title, r->text))
			c->score = 0;
		else if (begins_with(k->artist, r->text))
			c->score = 1;
		else if (begins_with(k->album, r->text))
			c->score = 2;
		c->by_album = c->score == 1 || c->score == 2 || (c->score > 2 && c->by_album);
		break;
	case TIER_ALL:
		score_words(r, c, k);
		break;
	case TIER_NAMED:
		break;
	case TIER_BEGINS:
		c->by_album = !begins_with(k->title, r->text);
		break;
	case TIER_REST:
	case TIERS:
		break;
	}
	c->score += r->respelt ? RESPELT : 0;
}

static size_t
slot_of(const struct ranking *r, int64_t id)
{
	size_t i = (size_t)((uint64_t)id * 0x9e3779b97f4a7c15u >> 20) & (r->nslots - 1);

	while (r->slot[i] != 0 && r->c[r->slot[i] - 1].id != id)
		i = (i + 1) & (r->nslots - 1);
	return i;
}

static enum err_code
grow(struct ranking *r, struct err *e)
{
	size_t cap = r->cap > 0 ? 2 * r->cap : 512;
	struct candidate *more = realloc(r->c, cap * sizeof *more);
	uint32_t *slot;

	if (more == NULL)
		return err_memory(e);
	r->c = more;
	slot = calloc(2 * cap, sizeof *slot);
	if (slot == NULL)
		return err_memory(e);
	free(r->slot);
	r->slot = slot;
	r->nslots = 2 * cap;
	r->cap = cap;
	for (size_t i = 0; i < r->n; i++)
		r->slot[slot_of(r, r->c[i].id)] = (uint32_t)(i + 1);
	return ERR_NONE;
}

enum err_code
ranking_add(struct ranking *r, struct candidate *c, const struct keys *k, struct err *e)
{
	struct candidate *old = NULL;
	size_t slot;

	if (r->n == r->cap && grow(r, e) != ERR_NONE)
		return e->code;
	slot = slot_of(r, c->id);
	if (r->slot[slot] != 0) {
		old = &r->c[r->slot[slot] - 1];
		r->found += old->branch != r->branch;
		old->branch = r->branch;
		if (old->tier < c->tier || (old->tier == c->tier && old->window <= c->window))
			return ERR_NONE;
	}
	if (k != NULL)
		set_score(r, c, k);
	c->branch = r->branch;
	c->arrival = old != NULL ? old->arrival : (uint32_t)r->n;
	if (old != NULL) {
		*old = *c;
		return ERR_NONE;
	}
	r->found++;
	r->c[r->n++] = *c;
	r->slot[slot] = (uint32_t)r->n;
	return ERR_NONE;
}

static int
compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int
by_rank(const void *left, const void *right)
{
	const struct candidate *a = left, *b = right;
	int order = compare(a->tier, b->tier);

	if (order == 0 && a->tier == TIER_REST)
		return compare(a->arrival, b->arrival);
	if (order == 0)
		order = compare(a->window, b->window);
	if (order == 0)
		order = compare(a->score, b->score);
	if (order == 0)
		order = compare(b->by_album, a->by_album);
	if (order == 0 && a->by_album) {
		order = compare(a->year, b->year);
		order = order != 0 ? order : compare(a->release, b->release);
		order = order != 0 ? order : compare(a->disc, b->disc);
		order = order != 0 ? order : compare(a->track, b->track);
	}
	if (order == 0 && !a->by_album)
		order = compare(b->plays, a->plays);
	if (order == 0 && !a->by_album)
		order = compare(b->rating, a->rating);
	if (order == 0 && !a->by_album)
		order = compare(a->length, b->length);
	return order != 0 ? order : compare(a->id, b->id);
}

static bool
same_album(const struct candidate *a, const struct candidate *b)
{
	return a->tier == b->tier && a->window == b->window && a->release == b->release;
}

static int
by_album(const void *left, const void *right)
{
	const struct candidate *a = left, *b = right;
	int order = compare(a->tier, b->tier);

	if (order == 0)
		order = compare(a->window, b->window);
	if (order == 0)
		order = compare(a->release, b->release);
	return order != 0 ? order : compare(a->id, b->id);
}

/* An album stays together though its tracks tell different years, or none: the earliest is that of all. */
static void
share_years(struct ranking *r)
{
	qsort(r->c, r->n, sizeof *r->c, by_album);
	for (size_t i = 0, next; i < r->n; i = next) {
		int32_t year = 0;

		for (next = i; next < r->n && same_album(&r->c[i], &r->c[next]); next++)
			if (r->c[next].year > 0 && (year == 0 || r->c[next].year < year))
				year = r->c[next].year;
		for (size_t k = i; k < next && r->c[i].release != 0; k++)
			r->c[k].year = year;
	}
}

void
ranking_sort(struct ranking *r)
{
	if (r->n < 2)
		return;
	share_years(r);
	qsort(r->c, r->n, sizeof *r->c, by_rank);
}

const char *
ranking_tier(enum tier tier)
{
	static const char *const names[TIERS] = { [TIER_MEANT] = "the artist that is meant",
		[TIER_TITLE] = "whole title",
		[TIER_ARTIST] = "whole artist",
		[TIER_ALBUM] = "whole album",
		[TIER_ALBUMARTIST] = "whole album artist",
		[TIER_NAMED] = "whole title but for articles",
		[TIER_BEGINS] = "begins with the words",
		[TIER_IN_TITLE] = "words in the title",
		[TIER_ALL] = "words anywhere",
		[TIER_PREFIX] = "last word begins one",
		[TIER_REST] = "as it comes" };

	return names[tier];
}

/* What of the words matched, within the tier. */
static const char *
closeness(const struct candidate *c)
{
	int32_t score = c->score % RESPELT;

	switch ((enum tier)c->tier) {
	case TIER_TITLE:
		return score == 0 ? "as typed" : score == 1 ? "but for articles" : "spelt otherwise";
	case TIER_MEANT:
	case TIER_ARTIST:
		return score == 0 ? "alone" : "with others";
	case TIER_IN_TITLE:
		return score == 0 ? "in a row" : "apart";
	case TIER_ALL:
	case TIER_PREFIX:
		return score == 0  ? "title and artist, nothing else"
		    : score < 3    ? "a name begins so"
		    : score < 700  ? "whole title, and more"
		    : score < 1000 ? "whole artist, and more"
				   : "among others";
	default:
		return "";
	}
}

void
ranking_reasons(const struct candidate *c, char *text, size_t size)
{
	const char *close = closeness(c);
	struct buf b = { 0 };

	buf_printf(&b, "%s%s%s", ranking_tier((enum tier)c->tier), *close != '\0' ? ", " : "", close);
	if (c->tier != TIER_REST && c->score >= RESPELT)
		buf_puts(&b, "; another spelling");
	if (c->tier != TIER_REST && c->by_album)
		buf_puts(&b, "; in the order of albums");
	else if (c->tier != TIER_REST) {
		if (c->plays > 0)
			buf_printf(&b, "; %d plays", (int)c->plays);
		if (c->rating > 0)
			buf_printf(&b, "; rated %d", (int)c->rating);
	}
	snprintf(text, size, "%s", b.failed ? "" : b.data);
	buf_free(&b);
}
