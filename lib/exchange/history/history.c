/* SPDX-License-Identifier: MIT */
#include "exchange/history/history.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exchange/history/priv.h"

/* In the order in which they are tried. */
const struct format formats[] = {
	{ "scrobbler-log", "the .scrobbler.log of Rockbox and other players", is_scrobbler_log,
	    scrobbler_log_next, NULL, NULL, NULL },
	{ "spotify", "Spotify's extended streaming history", NULL, object_next, is_spotify, take_spotify,
	    NULL },
	{ "spotify-account", "StreamingHistory of Spotify's account data", NULL, object_next,
	    is_spotify_account, take_spotify_account, NULL },
	{ "listenbrainz", "ListenBrainz: its archive, lines, or an array", NULL, object_next, is_listenbrainz,
	    take_listenbrainz, "listens" },
	{ "lastfm-json", "Last.fm as its API tells it", NULL, object_next, is_lastfm_json, take_lastfm_json,
	    "track" },
	{ "maloja", "Maloja's export", NULL, object_next, is_maloja, take_maloja, "scrobbles" },
	{ "pano", "Pano Scrobbler's lines", NULL, object_next, is_pano, take_pano, NULL },
	{ "fonoteca", "JSON lines of lib-search --plays", NULL, object_next, is_own, take_own, NULL },
	{ "lastfm-csv", "Last.fm as comma-separated values", is_lastfm_csv, columns_next, NULL, NULL, NULL },
	{ "lastfm-tsv", "Last.fm by lastexport, between tabs", is_lastexport, columns_next, NULL, NULL,
	    NULL },
	{ "librefm", "Libre.fm, and any table whose head names time, artist and track", is_librefm,
	    columns_next, NULL, NULL, NULL },
	{ NULL, NULL, NULL, NULL, NULL, NULL, NULL },
};

const char *
history_type_name(int i)
{
	return formats[i].name;
}

const char *
history_type_about(int i)
{
	return formats[i].about;
}

const char *
history_type(const struct history *h)
{
	return h->format->name;
}

void
history_now(struct history *h, int64_t now)
{
	h->now = now;
}

void
row_broken(struct history *h, struct history_row *row, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(h->reason, sizeof h->reason, fmt, ap);
	va_end(ap);
	row->kind = ROW_BROKEN;
	row->reason = h->reason;
}

void
row_skipped(struct history_row *row, const char *reason)
{
	row->kind = ROW_SKIPPED;
	row->reason = reason;
}

bool
row_time(struct history *h, struct history_row *row, const char *text, const struct zone *assumed)
{
	struct listen *l = &row->listen;
	bool told = false;
	int64_t at;

	if (!time_read(text, &at, &l->exact_s, &told)) {
		row_broken(h, row, "'%.60s' is no time", text);
		return false;
	}
	if (!told && assumed != NULL) {
		at = zone_instant(assumed, at);
		l->zone = assumed->name;
	}
	l->start = at;
	return true;
}

static const struct format *
find_format(const char *type)
{
	for (const struct format *f = formats; f->name != NULL; f++)
		if (strcmp(f->name, type) == 0)
			return f;
	return NULL;
}

/* Behind the mark that some write before UTF-8. */
static enum err_code
first_bytes(struct history *h, const char **bytes, size_t *len, struct err *e)
{
	if (stream_peek(h->in, bytes, len, e) != ERR_NONE)
		return e->code;
	if (*len >= 2 && (memcmp(*bytes, "\xff\xfe", 2) == 0 || memcmp(*bytes, "\xfe\xff", 2) == 0))
		return err_set(e, ERR_FORMAT, "it is UTF-16: histories are read as UTF-8");
	if (*len < 3 || memcmp(*bytes, "\xef\xbb\xbf", 3) != 0)
		return ERR_NONE;
	for (int i = 0; i < 3; i++)
		(void)stream_getc(h->in, e);
	return stream_peek(h->in, bytes, len, e);
}

static enum err_code
find_type(struct history *h, const struct format *asked, struct err *e)
{
	const char *bytes = "";
	size_t len = 0;

	if (first_bytes(h, &bytes, &len, e) != ERR_NONE)
		return e->code;
	if (len == 0)
		return err_set(e, ERR_NOMATCH, "it is empty");
	if (!object_find(h, bytes, len, asked, e))
		for (const struct format *f = formats; f->name != NULL && h->format == NULL; f++)
			if (f->is_table != NULL && (asked == NULL || asked == f) &&
			    (f->is_table(h, bytes, len) || asked == f))
				h->format = f;
	if (h->format == NULL && e->code == ERR_NONE)
		err_set(e, ERR_NOMATCH,
		    asked != NULL ? "it is nothing of type %s" : "it is no history that is known here",
		    asked != NULL ? asked->name : "");
	return e->code;
}

enum err_code
history_open(
    struct history **out, struct stream *from, const char *type, const struct zone *zone, struct err *e)
{
	const struct format *asked = type != NULL ? find_format(type) : NULL;
	struct history *h;

	if (type != NULL && asked == NULL)
		return err_set(e, ERR_USAGE, "there is no type of history '%s'", type);
	h = calloc(1, sizeof *h);
	if (h == NULL)
		return err_memory(e);
	h->in = from;
	h->zone = zone;
	if (find_type(h, asked, e) == ERR_NONE)
		*out = h;
	else
		history_close(h);
	return e->code;
}

void
history_close(struct history *h)
{
	if (h == NULL)
		return;
	for (size_t i = 0; i < sizeof h->lines / sizeof h->lines[0]; i++)
		buf_free(&h->lines[i]);
	json_decref(h->object);
	buf_free(&h->cut.object);
	buf_free(&h->text);
	buf_free(&h->raw);
	buf_free(&h->joined);
	free(h);
}

static bool
is_blank_text(const char *s)
{
	return s[strspn(s, " \t\r\n")] == '\0';
}

int
history_next(struct history *h, struct history_row *row, struct err *e)
{
	int step;

	*row = (struct history_row){ .listen = { .exact_s = 1, .heard_ms = -1, .length_ms = -1 } };
	row->listen.artist = row->listen.title = row->listen.album = "";
	row->listen.mb_trackid = row->listen.mb_albumid = row->listen.isrc = "";
	row->listen.user = row->listen.type = row->listen.name = row->listen.zone = "";
	row->listen.raw = "null";
	step = h->format->next(h, row, e);
	if (step > 0 && row->kind == ROW_PLAY && is_blank_text(row->listen.title))
		row_broken(h, row, "it has no title");
	if (step > 0 && row->kind == ROW_PLAY &&
	    !time_of_number((double)row->listen.start, &row->listen.start))
		row_broken(h, row, "its time is none");
	if (step > 0 && row->kind == ROW_PLAY && row->listen.uncounted == NULL && row->listen.heard_ms >= 0 &&
	    row->listen.heard_ms < LISTEN_COUNTS_MS)
		row->listen.uncounted = "short";
	return step;
}
