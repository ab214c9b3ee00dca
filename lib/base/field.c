/* SPDX-License-Identifier: MIT */
#include "base/field.h"

#include <string.h>
#include <strings.h>

#include "base/near.h"

#define T FIELD_TAG
#define W FIELD_WRITABLE
#define R FIELD_RELEASE
#define P FIELD_PROPERTY

static const struct field_info table[F_COUNT] = {
	[F_ID] = { "id", FIELD_INT, 0, NULL, NULL },
	[F_TITLE] = { "title", FIELD_TEXT, T | W, NULL, "name" },
	[F_ARTIST] = { "artist", FIELD_TEXT, T | W, NULL, NULL },
	[F_ARTISTS] = { "artists", FIELD_LIST, T | W, NULL, NULL },
	[F_ALBUM] = { "album", FIELD_TEXT, T | W | R, NULL, "release" },
	[F_ALBUMARTIST] = { "albumartist", FIELD_TEXT, T | W | R, NULL, "album_artist" },
	[F_ALBUMARTISTS] = { "albumartists", FIELD_LIST, T | W | R, NULL, "album_artists" },
	[F_TRACK] = { "track", FIELD_INT, T | W, NULL, "tracknumber" },
	[F_TRACKTOTAL] = { "tracktotal", FIELD_INT, T | W, NULL, "totaltracks" },
	[F_DISC] = { "disc", FIELD_INT, T | W, NULL, "discnumber" },
	[F_DISCTOTAL] = { "disctotal", FIELD_INT, T | W | R, NULL, "totaldiscs" },
	[F_POSITION] = { "position", FIELD_TEXT, T | W, NULL, NULL },
	[F_DATE] = { "date", FIELD_DATE, T | W, NULL, NULL },
	[F_YEAR] = { "year", FIELD_INT, 0, NULL, NULL },
	[F_ORIGINALDATE] = { "originaldate", FIELD_DATE, T | W, NULL, "original_date" },
	[F_GENRE] = { "genre", FIELD_LIST, T | W, NULL, "genres" },
	[F_COMPOSER] = { "composer", FIELD_LIST, T | W, NULL, "composers" },
	[F_LYRICIST] = { "lyricist", FIELD_LIST, T | W, NULL, NULL },
	[F_CONDUCTOR] = { "conductor", FIELD_LIST, T | W, NULL, NULL },
	[F_PERFORMER] = { "performer", FIELD_LIST, T | W, NULL, NULL },
	[F_REMIXER] = { "remixer", FIELD_LIST, T | W, NULL, NULL },
	[F_COMMENT] = { "comment", FIELD_TEXT, T | W, NULL, "comments" },
	[F_LYRICS] = { "lyrics", FIELD_TEXT, T | W, NULL, NULL },
	[F_GROUPING] = { "grouping", FIELD_TEXT, T | W, NULL, NULL },
	[F_WORK] = { "work", FIELD_TEXT, T | W, NULL, NULL },
	[F_LABEL] = { "label", FIELD_LIST, T | W | R, NULL, "publisher" },
	[F_CATALOGNUMBER] = { "catalognumber", FIELD_LIST, T | W | R, NULL, "catalog" },
	[F_BARCODE] = { "barcode", FIELD_TEXT, T | W | R, NULL, NULL },
	[F_ISRC] = { "isrc", FIELD_LIST, T | W, NULL, NULL },
	[F_ISWC] = { "iswc", FIELD_LIST, T | W, NULL, NULL },
	[F_COMPILATION] = { "compilation", FIELD_BOOL, T | W | R, NULL, "comp" },
	[F_BPM] = { "bpm", FIELD_REAL, T | W, NULL, "tempo" },
	[F_KEY] = { "key", FIELD_TEXT, T | W, NULL, "initialkey" },
	[F_MOOD] = { "mood", FIELD_LIST, T | W, NULL, NULL },
	[F_LANGUAGE] = { "language", FIELD_LIST, T | W, NULL, NULL },
	[F_COPYRIGHT] = { "copyright", FIELD_TEXT, T | W, NULL, NULL },
	[F_MEDIA] = { "media", FIELD_TEXT, T | W, NULL, NULL },
	[F_TITLESORT] = { "titlesort", FIELD_TEXT, T | W, NULL, NULL },
	[F_ARTISTSORT] = { "artistsort", FIELD_TEXT, T | W, NULL, NULL },
	[F_ALBUMSORT] = { "albumsort", FIELD_TEXT, T | W | R, NULL, NULL },
	[F_ALBUMARTISTSORT] = { "albumartistsort", FIELD_TEXT, T | W | R, NULL, NULL },
	[F_MB_TRACKID] = { "mb_trackid", FIELD_TEXT, T | W, NULL, "mbid mb_recordingid" },
	[F_MB_ALBUMID] = { "mb_albumid", FIELD_TEXT, T | W | R, NULL, "mb_releaseid" },
	[F_MB_ARTISTID] = { "mb_artistid", FIELD_LIST, T | W, NULL, NULL },
	[F_MB_ALBUMARTISTID] = { "mb_albumartistid", FIELD_LIST, T | W | R, NULL, NULL },
	[F_MB_RELEASEGROUPID] = { "mb_releasegroupid", FIELD_TEXT, T | W | R, NULL, NULL },
	[F_MB_RELEASETRACKID] = { "mb_releasetrackid", FIELD_TEXT, T | W, NULL, NULL },
	[F_MB_WORKID] = { "mb_workid", FIELD_LIST, T | W, NULL, NULL },
	[F_RG_TRACK_GAIN] = { "rg_track_gain", FIELD_REAL, T | W, "dB", NULL },
	[F_RG_TRACK_PEAK] = { "rg_track_peak", FIELD_REAL, T | W, NULL, NULL },
	[F_RG_ALBUM_GAIN] = { "rg_album_gain", FIELD_REAL, T | W, "dB", NULL },
	[F_RG_ALBUM_PEAK] = { "rg_album_peak", FIELD_REAL, T | W, NULL, NULL },
	[F_DURATION] = { "duration_ms", FIELD_INT, P, "ms", "duration length" },
	[F_FORMAT] = { "format", FIELD_TEXT, P, NULL, NULL },
	[F_CODEC] = { "codec", FIELD_TEXT, P, NULL, NULL },
	[F_BITRATE] = { "bitrate", FIELD_INT, P, "bit/s", NULL },
	[F_SAMPLERATE] = { "samplerate", FIELD_INT, P, "Hz", NULL },
	[F_BITDEPTH] = { "bitdepth", FIELD_INT, P, "bits", NULL },
	[F_CHANNELS] = { "channels", FIELD_INT, P, NULL, NULL },
	[F_SIZE] = { "size", FIELD_INT, 0, "bytes", "filesize" },
	[F_SHA256] = { "sha256", FIELD_TEXT, 0, NULL, "sha hash" },
	[F_FILE] = { "file", FIELD_PATH, 0, NULL, NULL },
	[F_SOURCE] = { "source", FIELD_PATH, 0, NULL, "path" },
	[F_SESSION] = { "session", FIELD_TEXT, 0, NULL, NULL },
	[F_RECORDING] = { "recording", FIELD_INT, 0, NULL, NULL },
	[F_ADDED] = { "added", FIELD_TIME, 0, NULL, NULL },
	[F_MODIFIED] = { "modified", FIELD_TIME, 0, NULL, "mtime" },
	[F_OWNER] = { "owner", FIELD_TEXT, 0, NULL, NULL },
	[F_PLAYS] = { "plays", FIELD_INT, 0, NULL, "playcount" },
	[F_LASTPLAYED] = { "lastplayed", FIELD_TIME, 0, NULL, "played" },
	[F_RATING] = { "rating", FIELD_INT, W, NULL, NULL },
	[F_TAGS] = { "tags", FIELD_OBJECT, 0, NULL, NULL },
	[F_COVER] = { "cover", FIELD_TEXT, 0, NULL, "art" },
	[F_NOTES] = { "notes", FIELD_LIST, 0, NULL, "note" },
	[F_PART] = { "part", FIELD_INT, 0, NULL, NULL },
	[F_START] = { "start_ms", FIELD_INT, P, "ms", NULL },
};

const struct field_info *
field_info(enum field f)
{
	return &table[f];
}

static bool
has_alias(const char *aliases, const char *name, size_t len)
{
	while (aliases != NULL && *aliases != '\0') {
		size_t n = strcspn(aliases, " ");

		if (n == len && strncasecmp(aliases, name, len) == 0)
			return true;
		aliases += n;
		aliases += *aliases == ' ';
	}
	return false;
}

enum field
field_find_n(const char *name, size_t len)
{
	for (int f = 0; f < F_COUNT; f++) {
		const struct field_info *info = &table[f];

		if (strlen(info->name) == len && strncasecmp(info->name, name, len) == 0)
			return (enum field)f;
	}
	for (int f = 0; f < F_COUNT; f++)
		if (has_alias(table[f].aliases, name, len))
			return (enum field)f;
	return F_NONE;
}

enum field
field_find(const char *name)
{
	return field_find_n(name, strlen(name));
}

const char *
field_fixed(enum field f)
{
	if (f == F_YEAR)
		return "it follows date";
	if ((field_info(f)->flags & FIELD_PROPERTY) != 0)
		return "it is measured from the audio";
	return "the library keeps it";
}

enum field
field_nearest(const char *name)
{
	enum field best = F_NONE;
	int nearest = strlen(name) < 5 ? 2 : 3;

	for (int f = 0; f < F_COUNT; f++) {
		int d = near_distance(name, table[f].name);

		if (d < nearest) {
			nearest = d;
			best = (enum field)f;
		}
	}
	return best;
}
