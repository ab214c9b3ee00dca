/* SPDX-License-Identifier: MIT */
/* Other spellings of names: joined, with signs for letters, without "the" and "and". */
#include <string.h>

#include "text/fold.h"
#include "text/fold_chars.h"

/* Signs that stand for letters inside a name: Ke$ha, P!nk, A$AP, deadm@u5. */
static char
letter_of_sign(char c)
{
	return c == '$' ? 's' : c == '!' ? 'i' : c == '@' ? 'a' : '\0';
}

static bool
inside_word(const char *s, size_t i, size_t len)
{
	unsigned char before = i > 0 ? (unsigned char)s[i - 1] : ' ';
	unsigned char after = i + 1 < len ? (unsigned char)s[i + 1] : ' ';

	return (before >= 128 || fold_ascii[before] > FOLD_GONE) &&
	    (after >= 128 || fold_ascii[after] > FOLD_GONE);
}

static void
add_word(struct buf *out, size_t start, const char *s, size_t len)
{
	if (out->len > start)
		buf_putc(out, ' ');
	buf_add(out, s, len);
}

/* Did fold() find nothing but signs, and keep them? */
static bool
is_signs(const char *folded)
{
	for (const char *s = folded; *s != '\0'; s++)
		if (*s != ' ' && (unsigned char)*s < 128 && fold_ascii[(unsigned char)*s] <= FOLD_GONE)
			return true;
	return false;
}

/* The joined forms of one word without blanks. */
static enum err_code
join_word(struct buf *out, size_t start, const char *s, size_t len, struct err *e)
{
	enum { LONGEST = 64 };
	char spelt[LONGEST];
	struct buf folded = { 0 };
	bool signs = false;
	size_t n = 0;

	if (len > LONGEST)
		return ERR_NONE;
	if (fold(&folded, s, len, e) != ERR_NONE)
		goto out;
	if (memchr(folded.data, ' ', folded.len) == NULL || is_signs(folded.data))
		goto out;
	for (size_t i = 0; i < folded.len; i++)
		if (folded.data[i] != ' ')
			folded.data[n++] = folded.data[i];
	add_word(out, start, folded.data, n);
	for (size_t i = 0; i < len; i++) {
		bool sign = letter_of_sign(s[i]) != '\0' && inside_word(s, i, len);

		spelt[i] = sign ? letter_of_sign(s[i]) : s[i];
		signs |= sign;
	}
	buf_clear(&folded);
	if (signs && fold(&folded, spelt, len, e) == ERR_NONE && memchr(folded.data, ' ', folded.len) == NULL)
		add_word(out, start, folded.data, folded.len);
out:
	buf_free(&folded);
	return e->code != ERR_NONE ? e->code : buf_ok(out, e);
}

enum err_code
fold_joined(struct buf *out, const char *s, size_t len, struct err *e)
{
	size_t start = out->len;

	for (size_t i = 0; i < len;) {
		size_t n = 0;
		bool signs = false;

		while (i + n < len && s[i + n] != ' ') {
			signs |=
			    (unsigned char)s[i + n] >= 128 || fold_ascii[(unsigned char)s[i + n]] == FOLD_GAP;
			n++;
		}
		if (signs && n > 1 && join_word(out, start, s + i, n, e) != ERR_NONE)
			return e->code;
		i += n + 1;
	}
	return ERR_NONE;
}

/* Guns N' Roses, Rock 'n' Roll: an n that stands alone between words. */
static bool
has_lone_n(const char *s)
{
	for (const char *at = s; (at = strpbrk(at, "nN")) != NULL; at++) {
		bool begins = at > s && (at[-1] == ' ' || at[-1] == '\'');
		size_t after = fold_apostrophe(at + 1, strlen(at + 1));

		if (begins && (at[1] == ' ' || after > 0) && at[1 + after] != '\0')
			return true;
	}
	return false;
}

bool
fold_says_and(const char *s)
{
	return strstr(s, " & ") != NULL || strstr(s, " + ") != NULL || has_lone_n(s);
}

static bool
is_word(const char *s, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(s, word, len) == 0;
}

bool
fold_bare(char *out, size_t size, const char *folded)
{
	size_t n = 0;
	bool changed = false;

	if (strlen(folded) >= size)
		return false;
	for (const char *s = folded; *s != '\0';) {
		size_t len = strcspn(s, " ");
		bool first = s == folded, last = s[len] == '\0';

		if ((first != last && is_word(s, len, "the")) ||
		    (!first && !last && (is_word(s, len, "and") || is_word(s, len, "n")))) {
			changed = true;
		} else {
			if (n > 0)
				out[n++] = ' ';
			memcpy(out + n, s, len);
			n += len;
		}
		s += len + !last;
	}
	out[n] = '\0';
	return changed && n > 0;
}
