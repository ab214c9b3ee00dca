/* SPDX-License-Identifier: MIT */
/* What each service calls things, and what it gets wrong. */
#include <string.h>

#include "exchange/history/priv.h"

static bool
has_number(const json_t *o, const char *key)
{
	return number_of(o, key) >= 0;
}

static bool
has_text(const json_t *o, const char *key)
{
	return json_is_string(json_object_get(o, key));
}

static int64_t
ms_of(const json_t *o, const char *key, double unit)
{
	double n = number_of(o, key);

	return n < 0 || n * unit > 9e15 ? -1 : (int64_t)(n * unit + 0.5);
}

/* The first text or number among keys, ended by NULL. */
static const char *
first_text(const json_t *o, const char *const *keys)
{
	const char *s = "";

	for (; *keys != NULL && *s == '\0'; keys++)
		s = text_of(o, *keys);
	return s;
}

/* A number of seconds or milliseconds, or a text. */
static bool
time_member(struct history *h, const json_t *v, struct history_row *row, const struct zone *assumed)
{
	if (json_is_string(v))
		return row_time(h, row, json_string_value(v), assumed);
	if (json_is_number(v) && time_of_number(json_number_value(v), &row->listen.start))
		return true;
	row_broken(h, row, v == NULL || json_is_null(v) ? "it has no time" : "its time is none");
	return false;
}

/* -- Spotify --------------------------------------------------------------- */

bool
is_spotify(const json_t *o)
{
	return has_text(o, "ts") && has_number(o, "ms_played");
}

/* Less than half a minute that ended so was no choice to hear it. */
static bool
cut_short(const json_t *o)
{
	static const char *const ends[] = { "fwdbtn", "backbtn", "clickrow", "clickside", "endplay",
		"playbtn", "remote", "logout", "popup", "trackerror", "unexpected-exit",
		"unexpected-exit-while-paused", "unknown", NULL };
	const char *end = text_of(o, "reason_end");

	if (json_is_true(json_object_get(o, "skipped")))
		return true;
	for (int i = 0; ends[i] != NULL; i++)
		if (strcmp(ends[i], end) == 0)
			return true;
	return false;
}

/* ts is when it ended. */
void
take_spotify(struct history *h, const json_t *o, struct history_row *row)
{
	struct listen *l = &row->listen;

	l->title = text_of(o, "master_metadata_track_name");
	l->artist = text_of(o, "master_metadata_album_artist_name");
	l->album = text_of(o, "master_metadata_album_album_name");
	if (*l->title == '\0') {
		row_skipped(row,
		    *text_of(o, "episode_name") != '\0'          ? "a podcast"
			: *text_of(o, "audiobook_title") != '\0' ? "an audio book"
								 : "no title");
		return;
	}
	l->heard_ms = ms_of(o, "ms_played", 1);
	if (!time_member(h, json_object_get(o, "ts"), row, NULL))
		return;
	if (l->heard_ms > 0)
		l->start -= l->heard_ms / 1000;
	if (json_is_true(json_object_get(o, "incognito_mode")))
		l->uncounted = "private";
	else if (l->heard_ms >= 0 && l->heard_ms < LISTEN_COUNTS_MS)
		l->uncounted = cut_short(o) ? "skipped" : "short";
}

bool
is_spotify_account(const json_t *o)
{
	return has_text(o, "endTime") && has_number(o, "msPlayed");
}

void
take_spotify_account(struct history *h, const json_t *o, struct history_row *row)
{
	struct listen *l = &row->listen;

	l->title = text_of(o, "trackName");
	l->artist = text_of(o, "artistName");
	if (*l->title == '\0') {
		row_skipped(row, has_text(o, "episodeName") ? "a podcast" : "no title");
		return;
	}
	l->heard_ms = ms_of(o, "msPlayed", 1);
	if (!time_member(h, json_object_get(o, "endTime"), row, NULL))
		return;
	if (l->heard_ms > 0)
		l->start -= l->heard_ms / 1000;
}

/* -- ListenBrainz ---------------------------------------------------------- */

bool
is_listenbrainz(const json_t *o)
{
	return json_object_get(o, "listened_at") != NULL &&
	    json_is_object(json_object_get(o, "track_metadata"));
}

static const char *
of_either(const json_t *first, const json_t *second, const char *key)
{
	const char *s = text_of(first, key);

	return *s != '\0' ? s : text_of(second, key);
}

void
take_listenbrainz(struct history *h, const json_t *o, struct history_row *row)
{
	const json_t *m = json_object_get(o, "track_metadata");
	const json_t *info = json_object_get(m, "additional_info"), *map = json_object_get(m, "mbid_mapping");
	struct listen *l = &row->listen;

	l->title = text_of(m, "track_name");
	l->artist = text_of(m, "artist_name");
	l->album = text_of(m, "release_name");
	/* what the player's tags said goes before the server's guess */
	l->mb_trackid = of_either(info, map, "recording_mbid");
	l->mb_albumid = of_either(info, map, "release_mbid");
	l->isrc = text_of(info, "isrc");
	l->length_ms = ms_of(info, "duration_ms", 1);
	if (l->length_ms < 0)
		l->length_ms = ms_of(info, "duration", 1000);
	l->heard_ms = ms_of(info, "duration_played", 1000);
	(void)time_member(h, json_object_get(o, "listened_at"), row, NULL);
}

/* -- Last.fm --------------------------------------------------------------- */

bool
is_lastfm_json(const json_t *o)
{
	return has_text(o, "name") && json_is_object(json_object_get(o, "artist")) &&
	    (json_is_object(json_object_get(o, "date")) || json_is_object(json_object_get(o, "@attr")));
}

static const char *
hash_text(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);
	const char *s = json_is_string(v) ? json_string_value(v) : text_of(v, "#text");

	return *s != '\0' ? s : text_of(v, "name");
}

void
take_lastfm_json(struct history *h, const json_t *o, struct history_row *row)
{
	const json_t *date = json_object_get(o, "date");
	struct listen *l = &row->listen;

	l->title = text_of(o, "name");
	l->artist = hash_text(o, "artist");
	l->album = hash_text(o, "album");
	l->mb_trackid = text_of(o, "mbid");
	l->mb_albumid = text_of(json_object_get(o, "album"), "mbid");
	if (date == NULL || json_is_null(date))
		row_skipped(row, "it plays just now");
	else if (json_object_get(date, "uts") != NULL)
		(void)time_member(h, json_object_get(date, "uts"), row, NULL);
	else
		(void)time_member(h, json_object_get(date, "#text"), row, NULL);
}

/* -- Maloja ---------------------------------------------------------------- */

bool
is_maloja(const json_t *o)
{
	const json_t *track = json_object_get(o, "track");

	return has_number(o, "time") && json_is_object(track) && has_text(track, "title");
}

/* "A feat. B, C": the first is whom the others join. */
static const char *
join_artists(struct history *h, const json_t *list)
{
	const json_t *name;
	size_t i;

	if (json_is_string(list))
		return json_string_value(list);
	buf_clear(&h->joined);
	json_array_foreach(list, i, name)
	{
		const char *s = json_is_string(name) ? json_string_value(name) : "";

		buf_puts(&h->joined, i == 0 ? "" : i == 1 ? " feat. " : ", ");
		buf_puts(&h->joined, s);
	}
	return h->joined.len > 0 && !h->joined.failed ? h->joined.data : "";
}

void
take_maloja(struct history *h, const json_t *o, struct history_row *row)
{
	const json_t *track = json_object_get(o, "track"), *album = json_object_get(track, "album");
	struct listen *l = &row->listen;

	l->title = text_of(track, "title");
	l->artist = join_artists(h, json_object_get(track, "artists"));
	l->album = json_is_string(album) ? json_string_value(album) : text_of(album, "albumtitle");
	l->length_ms = ms_of(track, "length", 1000);
	l->heard_ms = ms_of(o, "duration", 1000);
	(void)time_member(h, json_object_get(o, "time"), row, NULL);
}

/* -- Pano Scrobbler -------------------------------------------------------- */

bool
is_pano(const json_t *o)
{
	return has_number(o, "timeMs") && has_text(o, "track");
}

void
take_pano(struct history *h, const json_t *o, struct history_row *row)
{
	struct listen *l = &row->listen;

	l->title = text_of(o, "track");
	l->artist = text_of(o, "artist");
	l->album = text_of(o, "album");
	l->length_ms = ms_of(o, "durationMs", 1);
	(void)time_member(h, json_object_get(o, "timeMs"), row, NULL);
}

/* -- our own --------------------------------------------------------------- */

bool
is_own(const json_t *o)
{
	return strcmp(text_of(o, "type"), "play") == 0 ||
	    (has_text(o, "title") && has_text(o, "artist") && json_object_get(o, "start") != NULL);
}

/* Why it does not count, as one of the words that are known. */
static const char *
reason_of(const char *told)
{
	static const char *const reasons[] = { "short", "skipped", "private", NULL };

	for (int i = 0; reasons[i] != NULL; i++)
		if (strcmp(told, reasons[i]) == 0)
			return reasons[i];
	return NULL;
}

void
take_own(struct history *h, const json_t *o, struct history_row *row)
{
	static const char *const track_ids[] = { "mb_trackid", "mbid", "recording_mbid", NULL };
	static const char *const lengths[] = { "duration_ms", "length_ms", NULL };
	const json_t *isrc = json_object_get(o, "isrc");
	struct listen *l = &row->listen;
	double precision = number_of(o, "exact_s");
	int64_t kept = number_of(o, "row") > 0 ? (int64_t)number_of(o, "row") : row->listen.row;

	l->title = text_of(o, "title");
	l->artist = text_of(o, "artist");
	l->album = text_of(o, "album");
	l->mb_trackid = first_text(o, track_ids);
	l->mb_albumid = text_of(o, "mb_albumid");
	l->isrc = json_is_array(isrc) && json_is_string(json_array_get(isrc, 0))
	    ? json_string_value(json_array_get(isrc, 0))
	    : text_of(o, "isrc");
	l->heard_ms = ms_of(o, "heard_ms", 1);
	for (int i = 0; lengths[i] != NULL && l->length_ms < 0; i++)
		l->length_ms = ms_of(o, lengths[i], 1);
	l->user = text_of(o, "user");
	l->type = text_of(o, "source");
	l->name = text_of(o, "source_name");
	if (*l->type == '\0' && *text_of(o, "player") != '\0') {
		l->type = "player";
		l->name = text_of(o, "player");
	}
	l->zone = text_of(o, "zone");
	l->row = kept;
	if (json_object_get(o, "dup_of") != NULL) {
		if (!time_member(h, json_object_get(o, "dup_of"), row, h->zone))
			return;
		l->dup_of = l->start;
	}
	if (json_object_get(o, "start") == NULL && h->now != 0)
		l->start = h->now - (l->heard_ms > 0 ? l->heard_ms / 1000 : 0);
	else if (!time_member(h, json_object_get(o, "start"), row, h->zone))
		return;
	if (precision >= 1)
		l->exact_s = precision > 1 ? 60 : 1;
	l->uncounted = reason_of(text_of(o, "uncounted"));
}
