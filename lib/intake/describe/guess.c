/* SPDX-License-Identifier: MIT */
#include "intake/describe/guess.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "text/fold.h"

/* What one part of a path may say. */
struct stem {
	char *title; /* malloced */
	int disc, track;
};

static size_t
digits(const char *s)
{
	return strspn(s, "0123456789");
}

/* Blanks at both ends go; where there are none at all, underscores were meant as blanks.  NULL: no memory. */
static char *
clean(const char *s, size_t len)
{
	char *text = text_nfc(s, len);
	size_t n;

	if (text == NULL)
		return NULL;
	if (strchr(text, ' ') == NULL)
		for (char *p = text; *p != '\0'; p++)
			*p = *p == '_' ? ' ' : *p;
	for (char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = ' ';
	n = strspn(text, " ");
	memmove(text, text + n, strlen(text + n) + 1);
	for (n = strlen(text); n > 0 && text[n - 1] == ' '; n--)
		text[n - 1] = '\0';
	return text;
}

/* The number that the name begins with, where something follows it: "02 x", "02. x", "02 - x", "1-02 x". */
static const char *
leading_number(const char *s, struct stem *stem)
{
	size_t n = digits(s), m;
	const char *rest = s;

	if (n == 0 || n > 3)
		return s;
	if (n <= 2 && s[n] == '-' && (m = digits(s + n + 1)) > 0 && m <= 3) {
		stem->disc = atoi(s);
		stem->track = atoi(s + n + 1);
		rest = s + n + 1 + m;
	} else {
		stem->track = atoi(s);
		rest = s + n;
	}
	m = strspn(rest, " ._-");
	if (m == 0 || rest[m] == '\0' || stem->track == 0) {
		stem->disc = stem->track = 0;
		return s;
	}
	return rest + m;
}

static enum err_code
read_stem(const char *name, struct stem *stem, struct err *e)
{
	const char *dot = strrchr(name, '.');
	size_t len = dot == NULL || dot == name ? strlen(name) : (size_t)(dot - name);
	char *whole = strndup(name, len);
	const char *rest;

	if (whole == NULL)
		return err_memory(e);
	rest = leading_number(whole, stem);
	stem->title = clean(rest, strlen(rest));
	free(whole);
	return stem->title == NULL ? err_memory(e) : ERR_NONE;
}

/* "CD1", "Disc 2", "disk_3": its number, else 0. */
static int
disc_folder(const char *name, size_t len)
{
	static const char *const words[] = { "cd", "disc", "disk" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		size_t n = strlen(words[i]);

		if (len <= n || strncasecmp(name, words[i], n) != 0)
			continue;
		n += strspn(name + n, " _-.");
		if (n < len && digits(name + n) == len - n && len - n <= 2)
			return atoi(name + n);
	}
	return 0;
}

static enum err_code
fill(struct record *r, enum field f, const char *value, struct err *e)
{
	if (value == NULL || *value == '\0' || record_get(r, f) != NULL)
		return ERR_NONE;
	return record_add(r, f, NULL, value, e);
}

static enum err_code
fill_number(struct record *r, enum field f, int n, struct err *e)
{
	char text[16];

	if (n <= 0)
		return ERR_NONE;
	snprintf(text, sizeof text, "%d", n);
	return fill(r, f, text, e);
}

/* The last folder in path[0..*len), and *len cut before it; false where there is none. */
static bool
last_folder(const char *path, size_t *len, const char **name, size_t *name_len)
{
	size_t end = *len, start;

	while (end > 0 && path[end - 1] == '/')
		end--;
	if (end == 0)
		return false;
	for (start = end; start > 0 && path[start - 1] != '/'; start--)
		;
	*name = path + start;
	*name_len = end - start;
	*len = start;
	return true;
}

static enum err_code
fill_from(struct record *r, enum field f, const char *name, size_t len, struct err *e)
{
	char *text = clean(name, len);
	enum err_code rc;

	if (text == NULL)
		return err_memory(e);
	rc = fill(r, f, text, e);
	free(text);
	return rc;
}

static enum err_code
fill_folders(struct record *r, const char *path, size_t len, struct err *e)
{
	const char *name;
	size_t name_len;
	int disc;

	if (!last_folder(path, &len, &name, &name_len))
		return ERR_NONE;
	disc = disc_folder(name, name_len);
	if (disc > 0) {
		if (fill_number(r, F_DISC, disc, e) != ERR_NONE)
			return e->code;
		if (!last_folder(path, &len, &name, &name_len))
			return ERR_NONE;
	}
	if (fill_from(r, F_ALBUM, name, name_len, e) != ERR_NONE)
		return e->code;
	if (!last_folder(path, &len, &name, &name_len))
		return ERR_NONE;
	/* an album artist is known: the track's own is not the folder's */
	return record_get(r, F_ALBUMARTIST) != NULL ? ERR_NONE : fill_from(r, F_ARTIST, name, name_len, e);
}

enum err_code
guess_fill(struct record *r, const char *path, struct err *e)
{
	const char *name = path_base(path), *title = record_get(r, F_TITLE);
	bool untitled = title == NULL;
	struct stem stem = { 0 };
	enum err_code rc = read_stem(name, &stem, e);

	if (rc != ERR_NONE)
		return rc;
	/* "99 Luftballons": the number is part of a title that the tags give */
	if (!untitled && digits(title) > 0 && digits(title) == digits(name))
		stem.track = stem.disc = 0;
	if (record_get(r, F_TRACK) == NULL && record_get(r, F_POSITION) == NULL) {
		rc = fill_number(r, F_TRACK, stem.track, e);
		if (rc == ERR_NONE)
			rc = fill_number(r, F_DISC, stem.disc, e);
	}
	if (rc == ERR_NONE)
		rc = fill(r, F_TITLE, stem.title, e);
	free(stem.title);
	if (rc == ERR_NONE && (record_get(r, F_ARTIST) == NULL || record_get(r, F_ALBUM) == NULL))
		rc = fill_folders(r, path, (size_t)(name - path), e);
	if (rc == ERR_NONE && untitled && r->nparts == 0) /* parts have titles of their own */
		rc = record_note(r, e, "the title is taken from the file's name");
	return rc;
}
