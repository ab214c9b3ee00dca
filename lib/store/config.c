#include "store/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/near.h"
#include "base/out.h"
#include "store/sql.h"

static const struct setting_info table[SETTING_COUNT] = {
	[SETTING_CONFLICT] = { "conflict", "attach fail ignore skip", "attach", 0 },
	[SETTING_JOINERS] = { "joiners", NULL,
	    "\" feat. \", \" feat \", \" ft. \", \" ft \", \" featuring \", \"; \", \" / \"", 0 },
	[SETTING_LIST_JOINERS] = { "list-joiners", NULL, "\"; \", \" / \"", 0 },
	[SETTING_ID3_JOINERS] = { "id3-joiners", NULL, "/", 0 },
	[SETTING_EXCEPTIONS] = { "joiner-exceptions", NULL,
	    "AC/DC, AC / DC, M/A/R/R/S, \"Earth, Wind & Fire\", Simon & Garfunkel, Hip-Hop/Rap, Hip Hop/Rap, "
	    "R&B/Soul, "
	    "Pop/Funk, Singer/Songwriter, Christian/Gospel",
	    0 },
	[SETTING_HEALTH_FREE] = { "health-free", NULL, "1024", 1 << 30 },
	[SETTING_HEALTH_BACKUP] = { "health-backup", NULL, "7", 36500 },
	[SETTING_HEALTH_SWEEP] = { "health-sweep", NULL, "7", 36500 },
	[SETTING_HEALTH_SESSION] = { "health-session", NULL, "14", 36500 },
	[SETTING_HEALTH_HEARTBEAT] = { "health-heartbeat", NULL, "15", 1000000 },
	[SETTING_HEALTH_VERIFIED] = { "health-verified", NULL, "0", 100 },
	[SETTING_HEALTH_VERIFY] = { "health-verify", NULL, "90", 36500 },
};

const struct setting_info *
setting_info(enum setting s)
{
	return &table[s];
}

static void
list_free(struct config_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->text[i]);
	free(l->text);
	*l = (struct config_list){ 0 };
}

void
config_free(struct config *c)
{
	for (size_t i = 0; i < SETTING_COUNT; i++)
		list_free(&c->value[i]);
}

const char *
config_word(const struct config *c, enum setting s)
{
	return c->value[s].text[0];
}

int64_t
config_number(const struct config *c, enum setting s)
{
	return strtoll(config_word(c, s), NULL, 10); /* settle() has looked at it */
}

static enum err_code
append(struct config_list *l, const char *text, struct err *e)
{
	char **more = realloc(l->text, (l->n + 1) * sizeof *more);

	if (more == NULL)
		return err_memory(e);
	l->text = more;
	more[l->n] = strdup(text);
	if (more[l->n] == NULL)
		return err_memory(e);
	l->n++;
	return ERR_NONE;
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

/* A text without quotes: up to a comma (of a list) or a comment. */
static enum err_code
bare(const char **at, bool list, struct buf *text, struct err *e)
{
	const char *s = *at;
	size_t len = 0;

	for (; s[len] != '\0' && !(list && s[len] == ','); len++) {
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

/* The texts of a value, appended to *l. */
static enum err_code
read_value(const char *s, bool list, struct config_list *l, struct err *e)
{
	struct buf text = { 0 };

	s = skip_blanks(s);
	while (*s != '\0' && *s != '#') {
		bool in_quotes = *s == '"';

		buf_clear(&text);
		if (in_quotes)
			s++;
		if ((in_quotes ? quoted(&s, &text, e) : bare(&s, list, &text, e)) != ERR_NONE)
			break;
		if (text.len == 0)
			err_set(e, ERR_FORMAT, "an empty text");
		else if (l->n == CONFIG_LIST_MAX)
			err_set(e, ERR_FORMAT, "more than %d texts", CONFIG_LIST_MAX);
		else
			append(l, text.data, e);
		s = skip_blanks(s);
		if (e->code != ERR_NONE || *s == '\0' || *s == '#')
			break;
		if (!list || *s != ',') {
			err_set(e, ERR_FORMAT, list ? "a comma is missing" : "one word, and no more");
			break;
		}
		s = skip_blanks(s + 1);
		if (*s == '\0' || *s == '#')
			err_set(e, ERR_FORMAT, "nothing comes after the last comma");
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
settle(struct config *c, enum setting s, bool add, struct config_list *l, struct err *e)
{
	const char *words = table[s].words;
	int64_t most = table[s].most;

	if ((words != NULL || most > 0) && add)
		return err_set(
		    e, ERR_FORMAT, "holds one %s: += is for lists", words != NULL ? "word" : "number");
	if (most > 0 && (l->n != 1 || !is_number(l->text[0], most)))
		return err_set(e, ERR_FORMAT, "'%s' is no whole number from 0 to %lld",
		    l->n > 0 ? l->text[0] : "", (long long)most);
	if (words != NULL && (l->n != 1 || !is_among(l->text[0], words)))
		return err_set(e, ERR_FORMAT, "'%s' is none of: %s", l->n > 0 ? l->text[0] : "", words);
	for (size_t i = 0; add && i < l->n; i++)
		if (append(&c->value[s], l->text[i], e) != ERR_NONE)
			return e->code;
	if (!add) {
		list_free(&c->value[s]);
		c->value[s] = *l;
		*l = (struct config_list){ 0 };
	}
	return ERR_NONE;
}

static enum err_code
set(struct config *c, enum setting s, bool add, const char *value, struct err *e)
{
	struct config_list l = { 0 };

	if (read_value(value, table[s].words == NULL && table[s].most == 0, &l, e) == ERR_NONE)
		(void)settle(c, s, add, &l, e);
	list_free(&l);
	return e->code == ERR_NONE ? ERR_NONE : err_context(e, "%s", table[s].key);
}

static enum err_code
unknown(const char *key, size_t len, struct err *e)
{
	const char *near = NULL;
	int least = 4; /* fewer edits than this */
	char name[64];

	if (len >= sizeof name)
		return err_set(e, ERR_FORMAT, "there is no setting of such a long name");
	memcpy(name, key, len);
	name[len] = '\0';
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		int d = near_distance(name, table[i].key);

		if (d < least) {
			least = d;
			near = table[i].key;
		}
	}
	return err_set(e, ERR_FORMAT, "there is no setting '%s'%s%s%s", name,
	    near != NULL ? "; did you mean '" : "", near != NULL ? near : "", near != NULL ? "'?" : "");
}

static enum err_code
read_line(struct config *c, const char *line, struct err *e)
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
	for (size_t i = 0; i < SETTING_COUNT; i++)
		if (strlen(table[i].key) == len && memcmp(table[i].key, key, len) == 0)
			return set(c, (enum setting)i, add, s + 1 + add, e);
	return unknown(key, len, e);
}

static enum err_code
standards(struct config *c, struct err *e)
{
	for (size_t i = 0; i < SETTING_COUNT; i++)
		if (set(c, (enum setting)i, false, table[i].standard, e) != ERR_NONE)
			return e->code;
	return ERR_NONE;
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

enum err_code
config_parse(struct config *c, const char *text, size_t len, struct err *e)
{
	struct buf line = { 0 };
	int number = 0;

	if (standards(c, e) != ERR_NONE)
		goto out;
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		len -= 3;
	}
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
			read_line(c, line.data, e);
		if (e->code == ERR_FORMAT)
			err_context(e, "line %d", number);
		n += end != NULL;
		text += n;
		len -= n;
	}
	buf_free(&line);
out:
	if (e->code != ERR_NONE)
		config_free(c);
	return e->code;
}

/* Its bytes; none where there is no file. */
static enum err_code
slurp(int dirfd, struct buf *text, struct err *e)
{
	int fd = openat(dirfd, "config", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	struct stat st;
	ssize_t got;
	char *room;

	if (fd < 0 && errno == ENOENT)
		return ERR_NONE;
	if (fd < 0 && errno == ELOOP)
		return err_set(e, ERR_FORMAT, "is a symbolic link, which is not followed");
	if (fd < 0)
		return err_sys(e, errno, "cannot be opened");
	if (fstat(fd, &st) != 0)
		err_sys(e, errno, "cannot be read");
	else if (!S_ISREG(st.st_mode))
		err_set(e, ERR_FORMAT, "is no file");
	else if ((st.st_mode & S_IWOTH) != 0)
		err_set(e, ERR_DENIED, "everybody may write to it: chmod o-w");
	else if ((room = buf_reserve(text, CONFIG_SIZE_MAX + 1)) == NULL)
		err_memory(e);
	else if ((got = file_read(fd, room, CONFIG_SIZE_MAX + 1)) < 0)
		err_sys(e, errno, "cannot be read");
	else if (got > CONFIG_SIZE_MAX)
		err_set(e, ERR_FORMAT, "is larger than %d KiB", CONFIG_SIZE_MAX >> 10);
	else
		text->len = (size_t)got;
	close(fd);
	return e->code;
}

enum err_code
config_load(struct config *c, struct db *db, struct err *e)
{
	struct buf text = { 0 };

	if (slurp(db->dirfd, &text, e) == ERR_NONE)
		(void)config_parse(c, text.data, text.len, e);
	buf_free(&text);
	if (e->code != ERR_NONE && e->code != ERR_MEMORY)
		err_context(e, "%s/config", db->path);
	return e->code;
}
