/* SPDX-License-Identifier: MIT */
#include "base/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/near.h"
#include "base/out.h"

/* What is being read into what. */
struct reading {
	const struct setting_info *table;
	size_t n;
	struct texts *values;
};

static bool
is_command(const struct setting_info *s)
{
	return s->words != NULL && *s->words == '\0';
}

static bool
is_list(const struct setting_info *s)
{
	return s->words == NULL && s->most == 0;
}

/* A word or a number. */
static bool
is_one(const struct setting_info *s)
{
	return !is_list(s) && !is_command(s);
}

void
settings_free(struct texts *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		texts_free(&values[i]);
}

static const char *
skip_blanks(const char *s)
{
	return s + strspn(s, " \t");
}

/* A text in quotes, *at behind the first of them; *at ends behind the last. */
static enum err_code
quoted(const char **at, struct buf *text, struct err *e)
{
	const char *s = *at;

	for (; *s != '"'; s++) {
		if (*s == '\\' && (s[1] == '"' || s[1] == '\\'))
			s++;
		if (*s == '\0')
			return err_set(e, ERR_FORMAT, "a quote is not closed");
		buf_putc(text, *s);
	}
	*at = s + 1;
	return buf_ok(text, e);
}

/* A text without quotes: up to one of the bytes that end it, or a comment. */
static enum err_code
bare(const char **at, const char *ends, struct buf *text, struct err *e)
{
	const char *s = *at;
	size_t len = 0;

	for (; s[len] != '\0' && strchr(ends, s[len]) == NULL; len++) {
		if (s[len] == '"')
			return err_set(e, ERR_FORMAT, "a quote inside a text: put the whole text in quotes");
		if (s[len] == '#' && (len == 0 || s[len - 1] == ' ' || s[len - 1] == '\t'))
			break;
	}
	*at = s + len;
	while (len > 0 && (s[len - 1] == ' ' || s[len - 1] == '\t'))
		len--;
	buf_add(text, s, len);
	return buf_ok(text, e);
}

/* What may stand between a text and the next: *at goes behind it. */
static enum err_code
between(const struct setting_info *info, const char **at, struct err *e)
{
	const char *s = skip_blanks(*at);

	if (*s != '\0' && *s != '#') {
		if (is_command(info) && s == *at)
			return err_set(e, ERR_FORMAT, "a blank is missing behind a quote");
		if (is_one(info))
			return err_set(e, ERR_FORMAT, "one word, and no more");
		if (is_list(info) && *s != ',')
			return err_set(e, ERR_FORMAT, "a comma is missing");
	}
	if (is_list(info) && *s == ',') {
		s = skip_blanks(s + 1);
		if (*s == '\0' || *s == '#')
			return err_set(e, ERR_FORMAT, "nothing comes after the last comma");
	}
	*at = s;
	return ERR_NONE;
}

/* The texts of a value, appended to *l. */
static enum err_code
read_value(const struct setting_info *info, const char *s, struct texts *l, struct err *e)
{
	const char *ends = is_command(info) ? " \t" : is_list(info) ? "," : "";
	struct buf text = { 0 };

	s = skip_blanks(s);
	while (*s != '\0' && *s != '#' && e->code == ERR_NONE) {
		bool in_quotes = *s == '"';

		buf_clear(&text);
		if (in_quotes)
			s++;
		if ((in_quotes ? quoted(&s, &text, e) : bare(&s, ends, &text, e)) != ERR_NONE)
			break;
		if (text.len == 0 && !(is_command(info) && l->n > 0))
			err_set(e, ERR_FORMAT, "an empty text");
		else if (l->n == SETTINGS_LIST_MAX)
			err_set(e, ERR_FORMAT, "more than %d texts", SETTINGS_LIST_MAX);
		else if (texts_add(l, text.len > 0 ? text.data : "", e) == ERR_NONE)
			between(info, &s, e);
	}
	buf_free(&text);
	return e->code;
}

static bool
is_among(const char *word, const char *words)
{
	size_t len = strlen(word);

	for (; *words != '\0'; words += *words == ' ') {
		size_t n = strcspn(words, " ");

		if (n == len && memcmp(word, words, n) == 0)
			return true;
		words += n;
	}
	return false;
}

/* Digits alone, and no more than the setting's most. */
static bool
is_number(const char *text, int64_t most)
{
	int64_t n = 0;

	if (*text == '\0')
		return false;
	for (; *text >= '0' && *text <= '9' && n <= most; text++)
		n = n * 10 + *text - '0';
	return *text == '\0' && n <= most;
}

/* Take over a value that was read: *l is freed or moved. */
static enum err_code
settle(const struct setting_info *info, struct texts *value, bool add, struct texts *l, struct err *e)
{
	const char *one = l->n == 1 ? l->v[0] : "";

	if (is_one(info) && add)
		return err_set(
		    e, ERR_FORMAT, "holds one %s: += is for lists", info->most > 0 ? "number" : "word");
	if (info->most > 0 && !is_number(one, info->most))
		return err_set(
		    e, ERR_FORMAT, "'%s' is no whole number from 0 to %lld", one, (long long)info->most);
	if (is_one(info) && info->most == 0 && !is_among(one, info->words))
		return err_set(e, ERR_FORMAT, "'%s' is none of: %s", one, info->words);
	for (size_t i = 0; add && i < l->n; i++)
		if (texts_add(value, l->v[i], e) != ERR_NONE)
			return e->code;
	if (!add) {
		texts_free(value);
		*value = *l;
		*l = (struct texts){ 0 };
	}
	return ERR_NONE;
}

static enum err_code
set(struct reading *r, size_t i, bool add, const char *text, struct err *e)
{
	const struct setting_info *info = &r->table[i];
	struct texts l = { 0 };

	if (read_value(info, text, &l, e) == ERR_NONE)
		(void)settle(info, &r->values[i], add, &l, e);
	texts_free(&l);
	return e->code == ERR_NONE ? ERR_NONE : err_context(e, "%s", info->key);
}

static enum err_code
unknown(const struct reading *r, const char *key, size_t len, struct err *e)
{
	const char *near = NULL;
	int least = 4; /* fewer edits than this */
	char name[64];

	if (len >= sizeof name)
		return err_set(e, ERR_FORMAT, "there is no setting of such a long name");
	memcpy(name, key, len);
	name[len] = '\0';
	for (size_t i = 0; i < r->n; i++) {
		int d = near_distance(name, r->table[i].key);

		if (d < least) {
			least = d;
			near = r->table[i].key;
		}
	}
	return err_set(e, ERR_FORMAT, "there is no setting '%s'%s%s%s", name,
	    near != NULL ? "; did you mean '" : "", near != NULL ? near : "", near != NULL ? "'?" : "");
}

static enum err_code
read_line(struct reading *r, const char *line, struct err *e)
{
	const char *key = skip_blanks(line), *s;
	size_t len = strcspn(key, " \t=+#\"");
	bool add;

	if (*key == '\0' || *key == '#')
		return ERR_NONE;
	s = skip_blanks(key + len);
	add = s[0] == '+' && s[1] == '=';
	if (len == 0 || (*s != '=' && !add))
		return err_set(e, ERR_FORMAT, "is no 'key = value'");
	for (size_t i = 0; i < r->n; i++)
		if (strlen(r->table[i].key) == len && memcmp(r->table[i].key, key, len) == 0)
			return set(r, i, add, s + 1 + add, e);
	return unknown(r, key, len, e);
}

/* Text that may stand in the file: UTF-8, no control bytes but tabs. */
static bool
is_text(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (((unsigned char)s[i] < ' ' && s[i] != '\t') || s[i] == 0x7f)
			return false;
	return utf8_valid(s, len);
}

static enum err_code
read_lines(struct reading *r, const char *text, size_t len, struct err *e)
{
	struct buf line = { 0 };
	int number = 0;

	while (len > 0 && e->code == ERR_NONE) {
		const char *end = memchr(text, '\n', len);
		size_t n = end != NULL ? (size_t)(end - text) : len;
		size_t kept = n > 0 && text[n - 1] == '\r' ? n - 1 : n;

		number++;
		buf_clear(&line);
		buf_add(&line, text, kept);
		if (buf_ok(&line, e) != ERR_NONE)
			break;
		if (!is_text(text, kept))
			err_set(e, ERR_FORMAT, "is no text in UTF-8");
		else if (kept > 0)
			read_line(r, line.data, e);
		if (e->code == ERR_FORMAT)
			err_context(e, "line %d", number);
		n += end != NULL;
		text += n;
		len -= n;
	}
	buf_free(&line);
	return e->code;
}

enum err_code
settings_parse(const struct setting_info *table, size_t n, struct texts *values, const char *text, size_t len,
    struct err *e)
{
	struct reading r = { table, n, values };

	for (size_t i = 0; i < n && e->code == ERR_NONE; i++)
		set(&r, i, false, table[i].standard, e);
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		len -= 3;
	}
	if (e->code == ERR_NONE)
		read_lines(&r, text, len, e);
	if (e->code != ERR_NONE)
		settings_free(values, n);
	return e->code;
}

/* Whoever may write to the folder may put another file there; a sticky one keeps what is the user's. */
static bool
is_open_to_others(const struct stat *st)
{
	return (st->st_mode & (S_IWGRP | S_IWOTH)) != 0 && (st->st_mode & S_ISVTX) == 0;
}

static bool
is_foreign(const struct stat *st)
{
	return st->st_uid != geteuid() && st->st_uid != 0;
}

static enum err_code
check_own(int dirfd, const struct stat *st, struct err *e)
{
	struct stat dir;

	if (is_foreign(st))
		return err_set(e, ERR_DENIED, "belongs to somebody else, and is not obeyed");
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return err_set(e, ERR_DENIED, "others may write to it, so it is not obeyed: chmod go-w");
	if (fstat(dirfd, &dir) != 0)
		return err_sys(e, errno, "its folder cannot be read");
	if (is_foreign(&dir) || is_open_to_others(&dir))
		return err_set(
		    e, ERR_DENIED, "others may write to its folder, so it is not obeyed: chmod go-w");
	return ERR_NONE;
}

static enum err_code
check(int dirfd, int fd, enum settings_trust trust, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_sys(e, errno, "cannot be read");
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_FORMAT, "is no file");
	if (trust == SETTINGS_OWN)
		return check_own(dirfd, &st, e);
	if ((st.st_mode & S_IWOTH) != 0)
		return err_set(e, ERR_DENIED, "everybody may write to it: chmod o-w");
	return ERR_NONE;
}

enum err_code
settings_slurp(int dirfd, const char *name, enum settings_trust trust, struct buf *text, struct err *e)
{
	int flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | (trust == SETTINGS_OWN ? 0 : O_NOFOLLOW);
	int fd = openat(dirfd, name, flags);
	ssize_t got;
	char *room;

	if (fd < 0 && errno == ENOENT)
		return ERR_NONE;
	if (fd < 0 && errno == ELOOP && trust != SETTINGS_OWN)
		return err_set(e, ERR_FORMAT, "is a symbolic link, which is not followed");
	if (fd < 0)
		return err_sys(e, errno, "cannot be opened");
	if (check(dirfd, fd, trust, e) != ERR_NONE)
		goto out;
	room = buf_reserve(text, SETTINGS_SIZE_MAX + 1);
	if (room == NULL)
		err_memory(e);
	else if ((got = file_read(fd, room, SETTINGS_SIZE_MAX + 1)) < 0)
		err_sys(e, errno, "cannot be read");
	else if (got > SETTINGS_SIZE_MAX)
		err_set(e, ERR_FORMAT, "is larger than %d KiB", SETTINGS_SIZE_MAX >> 10);
	else
		text->len = (size_t)got;
out:
	close(fd);
	return e->code;
}
