/* SPDX-License-Identifier: MIT */
/* A play in the form in which it is kept: NFC, folded keys, ids as they are compared. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "store/history/priv.h"
#include "text/fold.h"

enum { TEXT_MAX = 2000 };

/* NFC, blanks trimmed, control characters as blanks, of a length that a title may have. */
static char *
clean(const char *s)
{
	size_t len = strnlen(s, TEXT_MAX), from = 0;
	char *text;

	while (len > 0 && len == TEXT_MAX && ((unsigned char)s[len] & 0xc0) == 0x80)
		len--; /* not amid a character */
	text = text_nfc(s, len);
	if (text == NULL)
		return NULL;
	for (char *c = text; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
	len = strlen(text);
	while (len > 0 && text[len - 1] == ' ')
		len--;
	while (from < len && text[from] == ' ')
		from++;
	memmove(text, text + from, len - from);
	text[len - from] = '\0';
	return text;
}

char *
told_lead(const char *artist, const char *artist_key)
{
	static const char *const joiners[] = { " feat", " ft.", " ft ", " featuring ", " with ", " & ", ", ",
		"; ", "/", " x ", " vs", " (feat", NULL };
	const char *end = NULL;
	char *first, *key;

	for (int i = 0; joiners[i] != NULL; i++) {
		const char *at = strcasestr(artist, joiners[i]);

		if (at != NULL && at > artist && (end == NULL || at < end))
			end = at;
	}
	first = end != NULL ? strndup(artist, (size_t)(end - artist)) : strdup("");
	key = first != NULL ? fold_key(first) : NULL;
	free(first);
	if (key != NULL && strcmp(key, artist_key) == 0)
		*key = '\0';
	return key;
}

void
kept_free(struct kept *k)
{
	char **const texts[] = { &k->artist, &k->title, &k->album, &k->artist_key, &k->title_key,
		&k->album_key, &k->lead_key };

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		free(*texts[i]);
}

enum err_code
kept_make(struct kept *k, const struct listen *l, struct err *e)
{
	k->l = *l;
	k->artist = clean(l->artist);
	k->title = clean(l->title);
	k->album = clean(l->album);
	if (k->artist == NULL || k->title == NULL || k->album == NULL)
		return err_memory(e);
	k->artist_key = fold_key(k->artist);
	k->title_key = fold_key(k->title);
	k->album_key = fold_key(k->album);
	if (k->artist_key == NULL || k->title_key == NULL || k->album_key == NULL ||
	    (k->lead_key = told_lead(k->artist, k->artist_key)) == NULL)
		return err_memory(e);
	if (!value_mbid(l->mb_trackid, strlen(l->mb_trackid), k->mb_trackid))
		*k->mb_trackid = '\0';
	if (!value_mbid(l->mb_albumid, strlen(l->mb_albumid), k->mb_albumid))
		*k->mb_albumid = '\0';
	if (!value_isrc(l->isrc, k->isrc))
		*k->isrc = '\0';
	return ERR_NONE;
}
