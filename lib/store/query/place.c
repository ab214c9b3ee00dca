/* SPDX-License-Identifier: MIT */
#include "store/query/place.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define FROM_RELEASE "FROM release r WHERE r.id = t.release_id"
#define FROM_FILE    "FROM file f WHERE f.track_id = t.id AND f.preferred = 1"
#define FROM_BLOB    "FROM file f JOIN blob b ON b.id = f.blob_id WHERE f.track_id = t.id AND f.preferred = 1"

static const struct {
	const char *from, *value, *key;
} columns[F_COUNT] = {
	[F_ID] = { "", "t.id", NULL },
	[F_TITLE] = { "", "t.title", "t.title_key" },
	[F_ARTIST] = { "", "t.artist", "t.artist_key" },
	[F_TRACK] = { "", "t.track", NULL },
	[F_DISC] = { "", "t.disc", NULL },
	[F_DATE] = { "", "t.date", NULL },
	[F_YEAR] = { "", "t.year", NULL },
	[F_BPM] = { "", "t.tempo", NULL },
	[F_KEY] = { "", "t.tone", NULL },
	[F_DURATION] = { "", "t.duration_ms", NULL },
	[F_RATING] = { "", "t.rating", NULL },
	[F_ADDED] = { "", "t.added", NULL },
	[F_MODIFIED] = { "", "t.modified", NULL },
	[F_RECORDING] = { "", "t.recording_id", NULL },
	[F_OWNER] = { "", "t.owner", NULL },
	[F_ALBUM] = { FROM_RELEASE, "r.album", "r.album_key" },
	[F_ALBUMARTIST] = { FROM_RELEASE, "r.albumartist", NULL },
	[F_DISCTOTAL] = { FROM_RELEASE, "r.disctotal", NULL },
	[F_COMPILATION] = { FROM_RELEASE, "nullif(r.compilation, 0)", NULL },
	[F_MB_ALBUMID] = { FROM_RELEASE, "r.mb_albumid", NULL },
	[F_MB_TRACKID] = { "FROM recording c WHERE c.id = t.recording_id", "c.mb_trackid", NULL },
	/* no row: not heard, and a number that compares as one */
	[F_PLAYS] = { "", "ifnull((SELECT h.plays FROM heard h WHERE h.recording_id = t.recording_id), 0)",
	    NULL },
	[F_LASTPLAYED] = { "FROM heard h WHERE h.recording_id = t.recording_id", "h.last", NULL },
	[F_FORMAT] = { FROM_FILE, "f.format", NULL },
	[F_CODEC] = { FROM_FILE, "f.codec", NULL },
	[F_BITRATE] = { FROM_FILE, "f.bitrate", NULL },
	[F_SAMPLERATE] = { FROM_FILE, "f.samplerate", NULL },
	[F_BITDEPTH] = { FROM_FILE, "f.bitdepth", NULL },
	[F_CHANNELS] = { FROM_FILE, "f.channels", NULL },
	[F_SOURCE] = { FROM_FILE, "f.source", NULL },
	[F_NOTES] = { FROM_FILE, "f.notes", NULL },
	[F_SESSION] = { FROM_FILE, "f.session_id", NULL },
	[F_PART] = { FROM_FILE, "nullif(f.part, 0)", NULL },
	[F_START] = { FROM_FILE, "f.start_ms", NULL },
	[F_SIZE] = { FROM_BLOB, "b.size", NULL },
	[F_SHA256] = { FROM_BLOB, "b.sha256", NULL },
	[F_FILE] = { FROM_BLOB,
	    "'blobs/' || substr(lower(hex(b.sha256)), 1, 2) || '/' || lower(hex(b.sha256)) || '.' || "
	    "b.suffix",
	    NULL },
	[F_ALBUMARTISTS] = { "FROM release_credit c JOIN artist a ON a.id = c.artist_id WHERE c.release_id = "
			     "t.release_id",
	    "a.name", "a.key" },
	[F_GENRE] = { "FROM track_genre c JOIN genre g ON g.id = c.genre_id WHERE c.track_id = t.id",
	    "g.name", "g.key" },
};

static bool
is_credit(enum field f)
{
	return f == F_ARTISTS || (f >= F_COMPOSER && f <= F_REMIXER);
}

/* Tags are compared as text, but a number among them as one. */
static const char *
tag_value(enum field f)
{
	return f != F_NONE && (field_info(f)->type == FIELD_INT || field_info(f)->type == FIELD_REAL)
	    ? "CAST(v.value AS REAL)"
	    : "v.value";
}

int
field_places(enum field f, bool free_tag, int name, struct place p[PLACES_MAX])
{
	char which[80];

	memset(p, 0, PLACES_MAX * sizeof *p);
	if (!free_tag && columns[f].value != NULL) {
		snprintf(p[0].from, sizeof p[0].from, "%s", columns[f].from);
		p[0].value = columns[f].value;
		p[0].key = columns[f].key;
		return 1;
	}
	if (!free_tag && is_credit(f)) {
		snprintf(p[0].from, sizeof p[0].from,
		    "FROM credit c JOIN artist a ON a.id = c.artist_id WHERE c.track_id = t.id AND c.role = "
		    "%d",
		    f + 1);
		p[0].value = "a.name";
		p[0].key = "a.key";
		return 1;
	}
	if (!free_tag && f == F_COVER) {
		snprintf(p[0].from, sizeof p[0].from,
		    "FROM cover c JOIN blob b ON b.id = c.blob_id WHERE c.track_id = t.id");
		snprintf(p[1].from, sizeof p[1].from,
		    "FROM cover c JOIN blob b ON b.id = c.blob_id WHERE c.release_id = t.release_id");
		p[0].value = p[1].value = "lower(hex(b.sha256))";
		return 2;
	}
	if (free_tag)
		snprintf(which, sizeof which,
		    "IN (SELECT n.id FROM tagname n WHERE n.name = ?%d COLLATE NOCASE)", name);
	else if (f == F_TAGS)
		snprintf(which, sizeof which, ">= 1000");
	else
		snprintf(which, sizeof which, "= %d", f + 1);
	snprintf(p[0].from, sizeof p[0].from, "FROM tag v WHERE v.track_id = t.id AND v.name_id %s", which);
	snprintf(p[1].from, sizeof p[1].from,
	    "FROM release_tag v WHERE v.release_id = t.release_id AND v.name_id %s", which);
	p[0].value = p[1].value = tag_value(free_tag ? F_NONE : f);
	return 2;
}

/* Where a place names its track or release ("v.track_id = t.id"): the text up to there, and what is behind.
 */
static int
find_owner(const struct place *p, const char **name, const char **behind)
{
	static const char *const owners[] = { " = t.id", " = t.release_id" };

	for (int i = 0; i < 2; i++) {
		const char *at = strstr(p->from, owners[i]);

		if (at == NULL)
			continue;
		*behind = at + strlen(owners[i]);
		while (at > p->from && at[-1] != ' ')
			at--;
		*name = at;
		return i + 1;
	}
	return 0;
}

bool
place_has_rows(const struct place *p)
{
	const char *name, *behind;

	return p->from[0] == '\0' || find_owner(p, &name, &behind) > 0;
}

/* Files are read as they lie, not by some index: what is behind the name of that table. */
static const char *
as_they_lie(const char *from, struct buf *sql)
{
	static const char file[] = "FROM file f ";

	if (strncmp(from, file, strlen(file)) != 0)
		return from;
	buf_puts(sql, "FROM file f NOT INDEXED ");
	return from + strlen(file);
}

/* SELECT kind, number FROM ... WHERE ... AND ( */
static void
open_rows(const struct place *p, struct buf *sql)
{
	const char *name, *behind, *from = p->from;
	int kind = *from != '\0' ? find_owner(p, &name, &behind) : 0;

	if (sql->len > 0)
		buf_puts(sql, " UNION ALL ");
	if (kind == 0) {
		buf_puts(sql, "SELECT 1 AS kind, t.id AS number FROM track t WHERE (");
		return;
	}
	buf_printf(sql, "SELECT %d AS kind, %.*s AS number ", kind,
	    (int)(behind - name - (ptrdiff_t)strlen(kind == 1 ? " = t.id" : " = t.release_id")), name);
	from = as_they_lie(from, sql);
	buf_printf(sql, "%.*s1%s AND (", (int)(name - from), from, behind);
}

int
place_values(const struct place *p, struct buf *number, struct buf *rows)
{
	const char *name, *behind, *where = strstr(p->from, " WHERE ");
	int kind = where != NULL ? find_owner(p, &name, &behind) : 0;
	size_t owner = strlen(kind == 1 ? " = t.id" : " = t.release_id");

	if (kind > 0) {
		const char *from = as_they_lie(p->from, rows), *join = strstr(from, " JOIN ");

		buf_printf(number, "%.*s", (int)(behind - name - (ptrdiff_t)owner), name);
		if (join != NULL) {
			buf_printf(rows, "%.*s CROSS", (int)(join - from), from);
			from = join;
		}
		if (from != p->from && join == NULL)
			buf_printf(rows, "%.*s1%s", (int)(name - from), from, behind);
		else /* for the sake of keys that begin with it: else SQLite would rather follow some index */
			buf_printf(rows, "%.*s > 0%s", (int)(behind - from - (ptrdiff_t)owner), from, behind);
		return kind;
	}
	buf_puts(number, "t.id");
	buf_puts(rows, "FROM track t");
	if (where != NULL)
		buf_printf(rows, " CROSS JOIN %s", p->from + strlen("FROM "));
	return 1;
}

static void
end_exists(const struct place *p, bool rows, struct buf *sql)
{
	if (rows || p->from[0] != '\0')
		buf_putc(sql, ')');
}

void
place_open(const struct place *p, int i, bool rows, struct buf *sql)
{
	if (i > 0)
		end_exists(&p[i - 1], rows, sql);
	if (rows) {
		open_rows(&p[i], sql);
		return;
	}
	buf_puts(sql, i > 0 ? " OR " : "(");
	if (p[i].from[0] != '\0')
		buf_printf(sql, "EXISTS (SELECT 1 %s AND ", p[i].from);
}

void
place_close(const struct place *p, int count, bool rows, struct buf *sql)
{
	if (count > 0)
		end_exists(&p[count - 1], rows, sql);
	if (!rows)
		buf_puts(sql, count > 0 ? ")" : "(0)");
}

bool
field_is_code(enum field f)
{
	switch (f) {
	case F_POSITION:
	case F_BARCODE:
	case F_ISRC:
	case F_ISWC:
	case F_KEY:
	case F_FORMAT:
	case F_CODEC:
	case F_COVER:
	case F_MB_TRACKID:
	case F_MB_ALBUMID:
	case F_MB_ARTISTID:
	case F_MB_ALBUMARTISTID:
	case F_MB_RELEASEGROUPID:
	case F_MB_RELEASETRACKID:
	case F_MB_WORKID:
		return true;
	default:
		return false;
	}
}

int
order_places(enum field f, struct place p[PLACES_MAX])
{
	return field_places(f == F_FILE ? F_SHA256 : f, false, 0, p); /* its name */
}

/* (SELECT value FROM ... LIMIT 1): the first table is gone through first, so that of several values it is the
 * one of the least number. */
static void
add_first(const struct place *p, struct buf *sql)
{
	const char *join = strstr(p->from, " JOIN ");

	buf_printf(sql, "(SELECT %s %.*s%s%s LIMIT 1)", p->key != NULL ? p->key : p->value,
	    join != NULL ? (int)(join - p->from) : (int)strlen(p->from), p->from,
	    join != NULL ? " CROSS" : "", join != NULL ? join : "");
}

void
field_order(enum field f, struct buf *sql)
{
	struct place p[PLACES_MAX];
	int n = order_places(f, p);

	if (n == 0)
		buf_puts(sql, "NULL");
	else if (p[0].from[0] == '\0')
		buf_puts(sql, p[0].key != NULL ? p[0].key : p[0].value);
	else if (n == 1)
		add_first(&p[0], sql);
	else {
		buf_puts(sql, "coalesce(");
		add_first(&p[0], sql);
		buf_puts(sql, ", ");
		add_first(&p[1], sql);
		buf_putc(sql, ')');
	}
}
