/* SPDX-License-Identifier: MIT */
#include "base/words.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cli.h"

struct list {
	char **v;
	size_t n, cap;
};

/* Takes over word, which may be NULL where memory was out. */
static enum err_code
add(struct list *l, char *word, struct err *e)
{
	if (word != NULL && l->n == l->cap) {
		size_t cap = l->cap != 0 ? l->cap * 2 : 64;
		char **more = realloc(l->v, cap * sizeof *more);

		if (more == NULL) {
			free(word);
			return err_memory(e);
		}
		l->v = more;
		l->cap = cap;
	}
	if (word == NULL)
		return err_memory(e);
	l->v[l->n++] = word;
	return ERR_NONE;
}

static enum err_code
add_input(struct list *l, struct err *e)
{
	char *line;
	int row;

	while ((row = cli_read_record(&line, e)) > 0) {
		if (line[0] == '\0')
			free(line);
		else if (add(l, line, e) != ERR_NONE)
			return e->code;
	}
	return row < 0 ? e->code : ERR_NONE;
}

enum err_code
words_read(char **words, char ***out, size_t *n, struct err *e)
{
	struct list l = { 0 };

	for (; *words != NULL; words++) {
		enum err_code code = strcmp(*words, "-") == 0 ? add_input(&l, e) : add(&l, strdup(*words), e);

		if (code != ERR_NONE) {
			words_free(l.v, l.n);
			return code;
		}
	}
	*out = l.v;
	*n = l.n;
	return ERR_NONE;
}

enum err_code
words_file(const char *file, char ***out, size_t *n, struct err *e)
{
	char *input[] = { "-", NULL };

	if (strcmp(file, "-") != 0 && freopen(file, "r", stdin) == NULL)
		return err_sys(e, errno, "cannot read %s", file);
	if (words_read(input, out, n, e) == ERR_NONE || strcmp(file, "-") == 0)
		return e->code;
	if (e->code == ERR_IO && e->sys != 0) /* it is not what the user knows as standard input */
		return err_sys(e, e->sys, "cannot read %s", file);
	return err_context(e, "%s", file);
}

void
words_free(char **words, size_t n)
{
	while (n > 0)
		free(words[--n]);
	free(words);
}

/* Without backslashes, which messages and listings escape. */
static void
quote(struct buf *out, const char *s)
{
	static const char plain[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
	const char *odd = s;

	while (*odd != '\0' && ((unsigned char)*odd >= 0x80 || strchr(plain, *odd) != NULL))
		odd++;
	if (*s != '\0' && *odd == '\0') {
		buf_puts(out, s);
		return;
	}
	buf_putc(out, '\'');
	for (; *s != '\0'; s++)
		buf_printf(out, *s == '\'' ? "'\"%c\"'" : "%c", *s);
	buf_putc(out, '\'');
}

void
words_quote(struct buf *out, char *const *words)
{
	for (size_t i = 0; words[i] != NULL; i++) {
		if (i > 0)
			buf_putc(out, ' ');
		quote(out, words[i]);
	}
}
