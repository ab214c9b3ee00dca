/* SPDX-License-Identifier: MIT */
#include "text/credit.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void
credit_free(char **names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

static bool
is_word(char c)
{
	return (unsigned char)c >= 0x80 || isalnum((unsigned char)c);
}

/* Does word stand at text + at, and is it not a part of a longer one? */
static bool
stands_alone(const char *text, size_t at, const char *word, size_t len)
{
	if (strncasecmp(text + at, word, len) != 0)
		return false;
	if (at > 0 && is_word(text[at - 1]) && is_word(word[0]))
		return false;
	return !is_word(text[at + len]) || !is_word(word[len - 1]);
}

/* Mark the bytes that no joiner may touch. */
static void
protect(const char *text, const struct credit_rules *rules, bool *is_safe)
{
	for (size_t i = 0; i < rules->nexceptions; i++) {
		const char *word = rules->exceptions[i];
		size_t len = strlen(word);

		for (size_t at = 0; text[at] != '\0' && len > 0; at++)
			if (stands_alone(text, at, word, len))
				memset(is_safe + at, true, len);
	}
}

static bool
any(const bool *is_safe, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (is_safe[i])
			return true;
	return false;
}

/* The bracket that closes the rest of the text, and has nothing behind it; NULL. */
static const char *
closing(const char *rest, char open)
{
	char close = open == '(' ? ')' : ']';
	const char *end = strchr(rest, close);

	return end != NULL && end[1 + strspn(end + 1, " ")] == '\0' && strchr(rest, open) == NULL ? end
												  : NULL;
}

/* So many bytes of a joiner stand at s, or 0.  *bracket is where the one that it opens closes, or NULL. */
static size_t
joiner_at(const char *s, const bool *is_safe, char *const *joiners, size_t n, const char **bracket)
{
	size_t best = 0;

	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(joiners[i]);
		const char *end;

		if (len > best && strncasecmp(s, joiners[i], len) == 0 && !any(is_safe, len)) {
			best = len;
			*bracket = NULL;
		} else if (len > 1 && len + 1 > best && joiners[i][0] == ' ' && s[0] == ' ' &&
		    (s[1] == '(' || s[1] == '[') && strncasecmp(s + 2, joiners[i] + 1, len - 1) == 0 &&
		    !any(is_safe, len + 1) && (end = closing(s + len + 1, s[1])) != NULL) {
			best = len + 1;
			*bracket = end;
		}
	}
	return best;
}

/* Append s[0..len) without the blanks around it; a name that is there already is not added again. */
static enum err_code
add(char ***names, size_t *n, const char *s, size_t len, struct err *e)
{
	char **more;

	while (len > 0 && s[0] == ' ') {
		s++;
		len--;
	}
	while (len > 0 && s[len - 1] == ' ')
		len--;
	if (len == 0)
		return err_set(e, ERR_NOMATCH, "an empty name");
	for (size_t i = 0; i < *n; i++)
		if (strlen((*names)[i]) == len && memcmp((*names)[i], s, len) == 0)
			return ERR_NONE;
	more = realloc(*names, (*n + 1) * sizeof *more);
	if (more == NULL)
		return err_memory(e);
	*names = more;
	more[*n] = strndup(s, len);
	if (more[*n] == NULL)
		return err_memory(e);
	++*n;
	return ERR_NONE;
}

/* ERR_NOMATCH where a name would be empty. */
static enum err_code
cut(const char *text, const struct credit_rules *rules, const bool *is_safe, char ***names, size_t *n,
    struct err *e)
{
	const char *from = text, *end = text + strlen(text);

	for (const char *s = text; s < end && e->code == ERR_NONE;) {
		const char *bracket = NULL, *other = NULL;
		const bool *safe = is_safe + (s - text);
		size_t len = joiner_at(s, safe, rules->joiners, rules->njoiners, &bracket);
		size_t more = joiner_at(s, safe, rules->more, rules->nmore, &other);

		if (more > len) {
			len = more;
			bracket = other;
		}
		if (len == 0) {
			s++;
			continue;
		}
		add(names, n, from, (size_t)(s - from), e);
		s += len;
		from = s;
		if (bracket != NULL)
			end = bracket;
	}
	if (from > text && e->code == ERR_NONE)
		add(names, n, from, (size_t)(end - from), e);
	return e->code;
}

enum err_code
credit_split(const char *text, const struct credit_rules *rules, char ***ret, size_t *count, struct err *e)
{
	struct err why = { 0 };
	size_t len = strlen(text), n = 0;
	char **names = NULL;
	bool *is_safe;

	*ret = NULL;
	*count = 0;
	if (len == 0 || len > CREDIT_LEN_MAX)
		return ERR_NONE;
	is_safe = calloc(len + 1, sizeof *is_safe);
	if (is_safe == NULL)
		return err_memory(e);
	protect(text, rules, is_safe);
	if (cut(text, rules, is_safe, &names, &n, &why) == ERR_NONE && n > 1) {
		*ret = names;
		*count = n;
		n = 0;
		names = NULL;
	}
	credit_free(names, n);
	free(is_safe);
	return why.code == ERR_MEMORY ? err_memory(e) : ERR_NONE;
}
