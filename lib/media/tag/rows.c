/* SPDX-License-Identifier: MIT */
#include "media/tag/rows.h"

#include <string.h>

#include "media/tag/map.h"

const struct row tag_rows[] = {
	{ "TITLE", F_TITLE, TEXT },
	{ "ALBUM", F_ALBUM, TEXT },
	{ "TRACKNUMBER", F_TRACK, NUMBER },
	{ "TRACK", F_TRACK, NUMBER },
	{ "TRACKTOTAL", F_TRACKTOTAL, TOTAL },
	{ "TOTALTRACKS", F_TRACKTOTAL, TOTAL },
	{ "TRACKC", F_TRACKTOTAL, TOTAL },
	{ "DISCNUMBER", F_DISC, NUMBER },
	{ "DISC", F_DISC, NUMBER },
	{ "DISCTOTAL", F_DISCTOTAL, TOTAL },
	{ "TOTALDISCS", F_DISCTOTAL, TOTAL },
	{ "DISCC", F_DISCTOTAL, TOTAL },
	{ "DATE", F_DATE, DATE },
	{ "YEAR", F_DATE, DATE },
	{ "RELEASEDATE", F_DATE, DATE },
	{ "ORIGINALDATE", F_ORIGINALDATE, DATE },
	{ "ORIGINALYEAR", F_ORIGINALDATE, DATE },
	{ "GENRE", F_GENRE, GENRE },
	{ "COMPOSER", F_COMPOSER, LIST },
	{ "LYRICIST", F_LYRICIST, LIST },
	{ "CONDUCTOR", F_CONDUCTOR, LIST },
	{ "PERFORMER", F_PERFORMER, LIST },
	{ "REMIXER", F_REMIXER, LIST },
	{ "MIXARTIST", F_REMIXER, LIST },
	{ "COMMENT", F_COMMENT, TEXT },
	{ "DESCRIPTION", F_COMMENT, TEXT },
	{ "LYRICS", F_LYRICS, TEXT },
	{ "UNSYNCEDLYRICS", F_LYRICS, TEXT },
	{ "UNSYNCED LYRICS", F_LYRICS, TEXT },
	{ "SYLT", F_LYRICS, SPARE },
	{ "GROUPING", F_GROUPING, TEXT },
	{ "WORK", F_WORK, TEXT },
	{ "LABEL", F_LABEL, LIST },
	{ "PUBLISHER", F_LABEL, LIST },
	{ "ORGANIZATION", F_LABEL, LIST },
	{ "CATALOGNUMBER", F_CATALOGNUMBER, LIST },
	{ "CATALOGID", F_CATALOGNUMBER, LIST },
	{ "LABELNO", F_CATALOGNUMBER, LIST },
	{ "BARCODE", F_BARCODE, BARCODE },
	{ "UPC", F_BARCODE, BARCODE },
	{ "EAN/UPN", F_BARCODE, BARCODE },
	{ "ISRC", F_ISRC, ISRC },
	{ "ISWC", F_ISWC, ISWC },
	{ "COMPILATION", F_COMPILATION, TRUTH },
	{ "ISCOMPILATION", F_COMPILATION, TRUTH },
	{ "BPM", F_BPM, BPM },
	{ "TEMPO", F_BPM, BPM },
	{ "BEATSPERMINUTE", F_BPM, BPM },
	{ "INITIALKEY", F_KEY, KEY },
	{ "KEY", F_KEY, KEY },
	{ "MOOD", F_MOOD, LIST },
	{ "LANGUAGE", F_LANGUAGE, LIST },
	{ "COPYRIGHT", F_COPYRIGHT, TEXT },
	{ "MEDIA", F_MEDIA, TEXT },
	{ "TITLESORT", F_TITLESORT, TEXT },
	{ "ARTISTSORT", F_ARTISTSORT, TEXT },
	{ "ALBUMSORT", F_ALBUMSORT, TEXT },
	{ "ALBUMARTISTSORT", F_ALBUMARTISTSORT, TEXT },
	{ "MUSICBRAINZ_TRACKID", F_MB_TRACKID, MBID },
	{ "MUSICBRAINZ_RECORDINGID", F_MB_TRACKID, MBID },
	{ "MUSICBRAINZ_ALBUMID", F_MB_ALBUMID, MBID },
	{ "MUSICBRAINZ_ARTISTID", F_MB_ARTISTID, MBID },
	{ "MUSICBRAINZ_ALBUMARTISTID", F_MB_ALBUMARTISTID, MBID },
	{ "MUSICBRAINZ_RELEASEGROUPID", F_MB_RELEASEGROUPID, MBID },
	{ "MUSICBRAINZ_RELEASETRACKID", F_MB_RELEASETRACKID, MBID },
	{ "MUSICBRAINZ_WORKID", F_MB_WORKID, MBID },
	{ "R128_TRACK_GAIN", F_RG_TRACK_GAIN, R128 },
	{ "R128_ALBUM_GAIN", F_RG_ALBUM_GAIN, R128 },
	{ "REPLAYGAIN_TRACK_GAIN", F_RG_TRACK_GAIN, GAIN },
	{ "REPLAYGAIN_TRACK_PEAK", F_RG_TRACK_PEAK, PEAK },
	{ "REPLAYGAIN_ALBUM_GAIN", F_RG_ALBUM_GAIN, GAIN },
	{ "REPLAYGAIN_ALBUM_PEAK", F_RG_ALBUM_PEAK, PEAK },
	{ "R128_TRACK_GAIN", F_RG_TRACK_GAIN, R128_LATE },
	{ "R128_ALBUM_GAIN", F_RG_ALBUM_GAIN, R128_LATE },
	{ "RVA2_TRACK_GAIN", F_RG_TRACK_GAIN, GAIN },
	{ "RVA2_TRACK_PEAK", F_RG_TRACK_PEAK, PEAK },
	{ "RVA2_ALBUM_GAIN", F_RG_ALBUM_GAIN, GAIN },
	{ "RVA2_ALBUM_PEAK", F_RG_ALBUM_PEAK, PEAK },
	{ "MPC_TRACK_GAIN", F_RG_TRACK_GAIN, GAIN },
	{ "MPC_TRACK_PEAK", F_RG_TRACK_PEAK, PEAK },
	{ "MPC_ALBUM_GAIN", F_RG_ALBUM_GAIN, GAIN },
	{ "MPC_ALBUM_PEAK", F_RG_ALBUM_PEAK, PEAK },
	{ "RGAD_TRACK_GAIN", F_RG_TRACK_GAIN, GAIN },
	{ "RGAD_ALBUM_GAIN", F_RG_ALBUM_GAIN, GAIN },
	{ "LAME_TRACK_GAIN", F_RG_TRACK_GAIN, GAIN },
	{ "LAME_TRACK_PEAK", F_RG_TRACK_PEAK, PEAK },
	{ "LAME_ALBUM_GAIN", F_RG_ALBUM_GAIN, GAIN },
	{ "POPM", F_RATING, POPM },
	{ "FMPS_RATING", F_RATING, RATING_PART },
	{ "RATING", F_RATING, RATING },
	{ "SHAREDUSERRATING", F_RATING, RATING_SHARED },
	{ "COVERARTMIME", F_NONE, SKIP },
};

const size_t tag_nrows = sizeof tag_rows / sizeof tag_rows[0];

const char *const rows_artist[] = { "ARTIST", NULL };
const char *const rows_albumartist[] = { "ALBUMARTIST", "ALBUM ARTIST", "ALBUM_ARTIST", NULL };

static bool
one_of(const char *key, const char *const *keys)
{
	for (; *keys != NULL; keys++)
		if (strcmp(key, *keys) == 0)
			return true;
	return false;
}

const struct row *
row_of(const char *key)
{
	for (size_t i = 0; i < tag_nrows; i++)
		if (strcmp(tag_rows[i].key, key) == 0)
			return &tag_rows[i];
	return NULL;
}

const char *
map_key(enum field f, size_t n)
{
	const char *const *own = f == F_ARTIST ? rows_artist : f == F_ALBUMARTIST ? rows_albumartist : NULL;

	if (f == F_ARTISTS || f == F_ALBUMARTISTS)
		return n > 0 ? NULL : f == F_ARTISTS ? "ARTISTS" : "ALBUMARTISTS";
	for (size_t i = 0; own != NULL && own[i] != NULL; i++)
		if (n-- == 0)
			return own[i];
	for (size_t i = 0; i < tag_nrows; i++)
		if (tag_rows[i].field == f && f != F_NONE && n-- == 0)
			return tag_rows[i].key;
	return NULL;
}

bool
map_is_field(const char *key)
{
	return row_of(key) != NULL || one_of(key, rows_artist) || one_of(key, rows_albumartist) ||
	    strcmp(key, "ARTISTS") == 0 || strcmp(key, "ALBUMARTISTS") == 0;
}
