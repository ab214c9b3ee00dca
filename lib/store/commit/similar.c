/* SPDX-License-Identifier: MIT */
#include "store/commit/similar.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const guests[] = { "feat", "ft", "featuring", NULL };
static const char *const remasters[] = { "remaster", "remastered", NULL };
static const char *const digital[] = { "digital", "digitally", "newly", NULL };
static const char *const issues[] = { "version", "edition", NULL };
static const char *const editions[] = { "super", "deluxe", "expanded", "special", "limited", "anniversary",
	NULL };
/* another piece by themselves, and with the name before them */
static const char *const apart[] = { "live", "acoustic", "unplugged", "instrumental", "demo", "karaoke",
	"reprise", NULL };
static const char *const apart_with_name[] = { "remix", "remixed", "rmx", "mix", "edit", "dub", "version",
	"cover", "take", "session", NULL };
/* what a numeral follows, and the word that stands for it */
static const struct {
	const char *word, *means;
} counted[] = { { "part", "part" }, { "pt", "part" }, { "volume", "volume" }, { "vol", "volume" },
	{ "number", "number" }, { "no", "number" }, { "nr", "number" }, { "movement", "movement" },
	{ "mvt", "movement" }, { "act", "act" }, { "op", "opus" }, { "opus", "opus" }, { "book", "book" },
	{ "chapter", "chapter" }, { "disc", "disc" } };
static const struct {
	const char *word;
	int number;
} numerals[] = { { "i", 1 }, { "ii", 2 }, { "iii", 3 }, { "iv", 4 }, { "v", 5 }, { "vi", 6 }, { "vii", 7 },
	{ "viii", 8 }, { "ix", 9 }, { "x", 10 }, { "xi", 11 }, { "xii", 12 }, { "xiii", 13 }, { "xiv", 14 },
	{ "xv", 15 }, { "one", 1 }, { "two", 2 }, { "three", 3 }, { "four", 4 }, { "five", 5 }, { "six", 6 },
	{ "seven", 7 }, { "eight", 8 }, { "nine", 9 }, { "ten", 10 } };

static size_t
word_len(const char *at)
{
	return strcspn(at, " ");
}

static const char *
next_word(const char *at)
{
	at += word_len(at);
	return at + (*at == ' ');
}

static bool
is_word(const char *at, const char *word)
{
	return word_len(at) == strlen(word) && strncmp(at, word, strlen(word)) == 0;
}

static bool
one_of(const char *at, const char *const *list)
{
	for (; *list != NULL; list++)
		if (is_word(at, *list))
			return true;
	return false;
}

static bool
is_number(const char *at)
{
	return *at != '\0' && strspn(at, "0123456789") == word_len(at);
}

static bool
is_year(const char *at)
{
	return is_number(at) && word_len(at) == 4 && (*at == '1' || *at == '2');
}

/* "20th" */
static bool
is_ordinal(const char *at)
{
	size_t digits = strspn(at, "0123456789");

	return digits > 0 && word_len(at) == digits + 2;
}

/* Behind "2011 digital remaster version 2011", or at itself. */
static const char *
skip_remaster(const char *at)
{
	const char *p = at;
	bool year = is_year(p);

	if (year)
		p = next_word(p);
	while (one_of(p, digital))
		p = next_word(p);
	if (!one_of(p, remasters))
		return at;
	p = next_word(p);
	if (one_of(p, issues))
		p = next_word(p);
	return !year && is_year(p) ? next_word(p) : p;
}

/* Behind "20th anniversary deluxe edition", or at itself. */
static const char *
skip_edition(const char *at)
{
	const char *p = is_ordinal(at) ? next_word(at) : at;

	if (!one_of(p, editions))
		return at;
	while (one_of(p, editions))
		p = next_word(p);
	return one_of(p, issues) ? next_word(p) : at;
}

static const char *
skip_idle(const char *at, bool title)
{
	const char *p = skip_remaster(at);

	if (p != at || !title)
		return p;
	if ((is_word(at, "album") && is_word(next_word(at), "version")) ||
	    (is_word(at, "bonus") && is_word(next_word(at), "track")))
		return next_word(next_word(at));
	return skip_edition(at);
}

static void
put(struct buf *out, const char *word, size_t len)
{
	if (out->len > 0)
		buf_putc(out, ' ');
	buf_add(out, word, len);
}

/* "part ii" in one way of writing; false where it is no such thing. */
static bool
put_counted(struct buf *out, const char **at)
{
	const char *numeral = next_word(*at);
	char text[16];

	for (size_t i = 0; i < sizeof counted / sizeof counted[0]; i++) {
		if (!is_word(*at, counted[i].word))
			continue;
		for (size_t n = 0; n < sizeof numerals / sizeof numerals[0]; n++)
			if (is_word(numeral, numerals[n].word)) {
				put(out, counted[i].means, strlen(counted[i].means));
				snprintf(text, sizeof text, "%d", numerals[n].number);
				put(out, text, strlen(text));
				*at = next_word(numeral);
				return true;
			}
		if (!is_number(numeral))
			return false;
		put(out, counted[i].means, strlen(counted[i].means));
		numeral += strspn(numeral, "0") < word_len(numeral) ? strspn(numeral, "0") : 0;
		put(out, numeral, word_len(numeral));
		*at = next_word(numeral);
		return true;
	}
	return false;
}

/* Where, behind a guest's name, words begin that make another piece; the end where there are none. */
static const char *
behind_guest(const char *guest)
{
	struct buf unused = { 0 };
	const char *own = NULL;

	for (const char *at = next_word(guest); *at != '\0';) {
		const char *p = skip_idle(at, true);

		if (p != at) {
			at = p;
			continue;
		}
		if (one_of(at, apart_with_name)) { /* whose is not told: keep them all */
			own = guest;
			break;
		}
		if (own == NULL && one_of(at, apart))
			own = at;
		p = at;
		if (put_counted(&unused, &p)) {
			if (own == NULL)
				own = at;
			at = p;
			continue;
		}
		at = next_word(at);
	}
	buf_free(&unused);
	return own != NULL ? own : guest + strlen(guest);
}

static const char *
without_article(const char *key)
{
	return strncmp(key, "the ", 4) == 0 ? key + 4 : key;
}

static void
telling_words(struct buf *out, const char *key, bool title)
{
	bool guest = false;

	for (const char *at = without_article(key); *at != '\0';) {
		const char *p = out->len > 0 ? skip_idle(at, title) : at;

		if (p != at) {
			at = p;
		} else if (title && !guest && out->len > 0 && one_of(at, guests)) {
			guest = true;
			at = behind_guest(at);
		} else if (out->len > 0 && is_word(at, "and") && *next_word(at) != '\0') {
			at = next_word(at);
		} else if (!put_counted(out, &at)) {
			put(out, at, word_len(at));
			at = next_word(at);
		}
	}
}

void
similar_title(struct buf *out, const char *key)
{
	telling_words(out, key, true);
}

void
similar_album(struct buf *out, const char *key)
{
	telling_words(out, key, false);
}

/* As SIMILAR_NAME_SQL. */
void
similar_name(struct buf *out, const char *key)
{
	const char *at = without_article(key), *and;

	while ((and = strstr(at, " and ")) != NULL) {
		buf_add(out, at, (size_t)(and-at));
		buf_putc(out, ' ');
		at = and+strlen(" and ");
	}
	buf_puts(out, at);
}

char *
similar(void (*words)(struct buf *out, const char *key), const char *key)
{
	struct buf b = { 0 };

	buf_puts(&b, "");
	words(&b, key);
	if (b.failed) {
		buf_free(&b);
		return NULL;
	}
	return b.data != NULL ? buf_detach(&b) : strdup("");
}

size_t
similar_artist_len(const char *key)
{
	for (const char *at = key; *at != '\0'; at = next_word(at))
		if (at > key && one_of(at, guests))
			return (size_t)(at - key) - 1;
	return strlen(key);
}
