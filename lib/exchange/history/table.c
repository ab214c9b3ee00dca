/* SPDX-License-Identifier: MIT */
/* Rows that are lines of cells: between tabs, or as comma-separated values. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/out.h"
#include "exchange/history/priv.h"
#include "text/charset.h"

enum { LINES_TOGETHER = 16 }; /* a quoted cell may hold that many lines; more is a quote that was forgotten */

/* -- cells ----------------------------------------------------------------- */

static void
split_tabs(struct history *h)
{
	char *at = h->text.data;

	h->cells = 0;
	while (at != NULL && h->cells < CELLS_MAX) {
		h->cell[h->cells++] = at;
		at = strchr(at, '\t');
		if (at != NULL)
			*at++ = '\0';
	}
}

/* Cut into cells in place; false where a quote is still open at the end. */
static bool
split_commas(struct history *h)
{
	char *from = h->text.data, *to = from;

	h->cells = 0;
	for (bool more = true; more;) {
		bool quoted;

		from += *from == ' ' ? strspn(from, " ") : 0;
		quoted = *from == '"';
		if (h->cells < CELLS_MAX)
			h->cell[h->cells++] = to;
		from += quoted;
		while (*from != '\0' && (quoted || *from != h->separator)) {
			if (quoted && *from == '"') {
				if (from[1] != '"') {
					quoted = false;
					from++;
					continue;
				}
				from++;
			}
			*to++ = *from++;
		}
		if (quoted)
			return false;
		more = *from == h->separator && *from != '\0';
		from += more;
		*to++ = '\0';
	}
	return true;
}

/* Is a quote open at the end of the line? */
static bool
is_open(const char *s, char separator)
{
	bool quoted = false, begins = true;

	for (; *s != '\0'; s++) {
		if (quoted && *s == '"' && s[1] == '"')
			s++;
		else if (*s == '"' && (quoted || begins))
			quoted = !quoted;
		begins = *s == separator || (begins && *s == ' ');
	}
	return quoted;
}

/* The next line: one that was put back, or of the stream. */
static int
next_line(struct history *h, struct buf *line, bool *cut, struct err *e)
{
	*cut = false;
	if (h->nlines == 0)
		return stream_line(h->in, line, HISTORY_ROW_MAX, cut, e);
	buf_clear(line);
	buf_puts(line, h->lines[0].data);
	for (int i = 0; i + 1 < h->nlines; i++) {
		struct buf first = h->lines[i];

		h->lines[i] = h->lines[i + 1];
		h->lines[i + 1] = first;
	}
	h->nlines--;
	return buf_ok(line, e) == ERR_NONE ? 1 : -1;
}

static bool
put_back(struct history *h, const struct buf *lines, int n, struct err *e)
{
	int old = h->nlines;

	if (old + n > LINES_TOGETHER)
		return true;
	for (int i = 0; i < n; i++) {
		buf_clear(&h->lines[old + i]);
		buf_puts(&h->lines[old + i], lines[i].data);
		if (buf_ok(&h->lines[old + i], e) != ERR_NONE)
			return false;
	}
	h->nlines += n;
	return true;
}

/* A quote is open: the row goes on in the next lines, or else the quote was forgotten and they are rows. */
static int
join_lines(struct history *h, bool *closed, struct err *e)
{
	struct buf more[LINES_TOGETHER] = { { 0 } }, whole = { 0 };
	bool cut = false;
	int n = 0, step = 1;

	*closed = false;
	buf_puts(&whole, h->text.data);
	while (n < LINES_TOGETHER - 1 && !*closed && whole.len < HISTORY_ROW_MAX &&
	    (step = next_line(h, &more[n], &cut, e)) == 1 && !cut) {
		buf_putc(&whole, '\n');
		buf_puts(&whole, more[n++].data);
		*closed = !whole.failed && !is_open(whole.data, h->separator);
	}
	if (step >= 0 && *closed) {
		buf_clear(&h->text);
		buf_puts(&h->text, whole.data);
		h->line += n;
		step = buf_ok(&h->text, e) == ERR_NONE ? 1 : -1;
	} else if (step >= 0) {
		step = put_back(h, more, n, e) ? 1 : -1;
	}
	for (int i = 0; i < LINES_TOGETHER; i++)
		buf_free(&more[i]);
	buf_free(&whole);
	return step;
}

static void
keep_cells(struct history *h)
{
	buf_clear(&h->raw);
	buf_putc(&h->raw, '[');
	for (int i = 0; i < h->cells; i++)
		json_text_n(&h->raw, NULL, h->cell[i], strlen(h->cell[i]));
	buf_putc(&h->raw, ']');
}

/* A row of an old code page, as portable players and old exports have it. */
static enum err_code
to_utf8(struct history *h, struct err *e)
{
	struct buf text = { 0 };

	if (utf8_valid(h->text.data, h->text.len))
		return ERR_NONE;
	charset_decode(&text, h->text.data, h->text.len);
	if (buf_ok(&text, e) == ERR_NONE) {
		struct buf old = h->text;

		h->text = text;
		text = old;
	}
	buf_free(&text);
	return e->code;
}

int
table_next(struct history *h, struct history_row *row, struct err *e)
{
	bool cut, closed = true;
	int step = next_line(h, &h->text, &cut, e);

	if (step <= 0)
		return step;
	row->line = row->listen.row = ++h->line;
	h->cells = 0;
	if (cut) {
		row_broken(h, row, "it is longer than a megabyte");
		return 2;
	}
	if (h->text.len != strlen(h->text.data)) {
		row_broken(h, row, "it holds a NUL byte");
		return 2;
	}
	if (h->separator == '\t') {
		if (to_utf8(h, e) != ERR_NONE)
			return -1;
		split_tabs(h);
		return 1;
	}
	if (is_open(h->text.data, h->separator) && join_lines(h, &closed, e) < 0)
		return -1;
	if (to_utf8(h, e) != ERR_NONE)
		return -1;
	if (!closed || !split_commas(h)) {
		row_broken(h, row, "a quote in it does not end");
		return 2;
	}
	return 1;
}

/* -- .scrobbler.log -------------------------------------------------------- */

bool
is_scrobbler_log(struct history *h, const char *bytes, size_t len)
{
	h->separator = '\t';
	return len > 16 && strncasecmp(bytes, "#AUDIOSCROBBLER/", 16) == 0;
}

/* #TZ/UTC or #TZ/UNKNOWN: by the player's own clock. */
static void
take_header(struct history *h, const char *line)
{
	if (strncasecmp(line, "#TZ/", 4) == 0)
		h->clock_told = strncasecmp(line + 4, "UTC", 3) == 0;
}

/* artist, album, title, number, length, rating, time and, from version 1.1 on, MBID */
static void
take_scrobble(struct history *h, struct history_row *row)
{
	struct listen *l = &row->listen;
	char *end;
	long long at = strtoll(h->cell[6], &end, 10);
	double seconds = strtod(h->cell[4], NULL);

	if (end[strspn(end, " ")] != '\0' || end == h->cell[6]) {
		row_broken(h, row, "'%s' is no time", h->cell[6]);
		return;
	}
	if (at <= 0 || !time_of_number((double)at, &l->start)) {
		row_broken(h, row, at == 0 ? "it has no time: the player had no clock" : "its time is none");
		return;
	}
	if (!h->clock_told) {
		l->start = zone_instant(h->zone, l->start);
		l->zone = h->zone->name;
	}
	if (strcasecmp(h->cell[0], "<UNTAGGED>") != 0)
		l->artist = h->cell[0];
	l->album = strcasecmp(h->cell[1], "<UNTAGGED>") != 0 ? h->cell[1] : "";
	l->title = h->cell[2];
	if (seconds > 0 && seconds < 1e9)
		l->length_ms = (int64_t)(seconds * 1000);
	if (h->cells > 7)
		l->mb_trackid = h->cell[7];
	if (*h->cell[5] == 'S' || *h->cell[5] == 's')
		l->uncounted = "skipped";
	else if (*h->cell[5] != 'L' && *h->cell[5] != 'l')
		row_broken(h, row, "'%s' is no rating: L or S", h->cell[5]);
}

int
scrobbler_log_next(struct history *h, struct history_row *row, struct err *e)
{
	int step;

	while ((step = table_next(h, row, e)) == 1) {
		if (h->text.data[0] == '#') { /* in the first column alone: titles may begin so */
			take_header(h, h->text.data);
			if (strncasecmp(h->text.data, "# FAILED", 8) != 0)
				continue;
			row_skipped(row, "the player says that it failed");
			return 1;
		}
		if (h->cells == 1 && *h->cell[0] == '\0')
			continue;
		keep_cells(h);
		row->listen.raw = h->raw.data;
		if (h->cells < 7)
			row_broken(h, row, "it has %d fields where 7 or 8 are wanted", h->cells);
		else
			take_scrobble(h, row);
		return 1;
	}
	return step < 0 ? -1 : step > 0;
}

/* -- columns with names ---------------------------------------------------- */

static const struct {
	enum column column;
	const char *name;
} names[] = { { COL_TIME, "uts" }, { COL_TIME, "timestamp" }, { COL_TIME, "time" }, { COL_TIME, "date" },
	{ COL_TIME, "utc_time" }, { COL_TIME, "listened_at" }, { COL_TIME, "played_at" },
	{ COL_ARTIST, "artist" }, { COL_ARTIST, "artist_name" }, { COL_TITLE, "track" },
	{ COL_TITLE, "title" }, { COL_TITLE, "track_name" }, { COL_TITLE, "song" }, { COL_ALBUM, "album" },
	{ COL_ALBUM, "album_name" }, { COL_ALBUM, "release_name" }, { COL_MBID, "track_mbid" },
	{ COL_MBID, "trackmbid" }, { COL_MBID, "recording_mbid" }, { COL_ALBUM_MBID, "album_mbid" },
	{ COL_ALBUM_MBID, "albummbid" }, { COL_ISRC, "isrc" }, { COL_LENGTH, "duration_ms" } };

/* Do the cells name what is needed?  A name that is earlier in the list is the better one. */
static bool
read_head(struct history *h)
{
	int found[COLS];

	for (int c = 0; c < COLS; c++)
		h->column[c] = found[c] = -1;
	for (int n = (int)(sizeof names / sizeof names[0]) - 1; n >= 0; n--)
		for (int i = 0; i < h->cells; i++)
			if (strcasecmp(h->cell[i], names[n].name) == 0)
				found[names[n].column] = i;
	memcpy(h->column, found, sizeof found);
	return found[COL_TIME] >= 0 && found[COL_ARTIST] >= 0 && found[COL_TITLE] >= 0;
}

static const char *
cell_of(const struct history *h, enum column c)
{
	return h->column[c] >= 0 && h->column[c] < h->cells ? h->cell[h->column[c]] : "";
}

/* The first line that is no comment, as cells. */
static bool
peek_cells(struct history *h, const char *bytes, size_t len, char separator)
{
	size_t n;

	while (len > 0 && (*bytes == '#' || *bytes == '\n' || *bytes == '\r')) {
		const char *newline = memchr(bytes, '\n', len);

		if (newline == NULL)
			return false;
		len -= (size_t)(newline + 1 - bytes);
		bytes = newline + 1;
	}
	for (n = 0; n < len && bytes[n] != '\n' && bytes[n] != '\0'; n++)
		continue;
	while (n > 0 && bytes[n - 1] == '\r')
		n--;
	buf_clear(&h->text);
	buf_add(&h->text, bytes, n);
	if (n == 0 || h->text.failed)
		return false;
	h->separator = separator;
	if (separator == '\t')
		split_tabs(h);
	return separator == '\t' || split_commas(h);
}

static bool
is_day(const char *s)
{
	int64_t seconds;
	int exact_s;
	bool told;

	return time_read(s, &seconds, &exact_s, &told);
}

static void
set_columns(struct history *h, int time, int artist, int title, int album)
{
	for (int c = 0; c < COLS; c++)
		h->column[c] = -1;
	h->column[COL_TIME] = time;
	h->column[COL_ARTIST] = artist;
	h->column[COL_TITLE] = title;
	h->column[COL_ALBUM] = album;
	h->head_done = true;
}

/* With a head that has "uts", or four columns without one: artist, album, track, date. */
bool
is_lastfm_csv(struct history *h, const char *bytes, size_t len)
{
	if (!peek_cells(h, bytes, len, ','))
		return false;
	if (h->cells == 4 && (is_day(h->cell[3]) || *h->cell[3] == '\0')) {
		set_columns(h, 3, 0, 2, 1);
		h->head_cells = 4;
		return true;
	}
	return read_head(h) && strcasecmp(cell_of(h, COL_TIME), "uts") == 0;
}

bool
is_librefm(struct history *h, const char *bytes, size_t len)
{
	return (peek_cells(h, bytes, len, ',') && read_head(h)) ||
	    (peek_cells(h, bytes, len, '\t') && read_head(h)) ||
	    (peek_cells(h, bytes, len, ';') && read_head(h));
}

/* timestamp, track, artist, album, MBIDs of track, artist, album; no head */
bool
is_lastexport(struct history *h, const char *bytes, size_t len)
{
	int64_t seconds;

	if (!peek_cells(h, bytes, len, '\t') || h->cells < 4 || strspn(h->cell[0], "0123456789") < 9 ||
	    !time_of_number(strtod(h->cell[0], NULL), &seconds))
		return false;
	set_columns(h, 0, 2, 1, 3);
	h->column[COL_MBID] = 4;
	h->column[COL_ALBUM_MBID] = 6;
	return true;
}

static void
take_columns(struct history *h, struct history_row *row)
{
	struct listen *l = &row->listen;
	const char *length = cell_of(h, COL_LENGTH), *time = cell_of(h, COL_TIME);

	l->artist = cell_of(h, COL_ARTIST);
	l->title = cell_of(h, COL_TITLE);
	l->album = cell_of(h, COL_ALBUM);
	l->mb_trackid = cell_of(h, COL_MBID);
	l->mb_albumid = cell_of(h, COL_ALBUM_MBID);
	l->isrc = cell_of(h, COL_ISRC);
	if (*length != '\0' && strspn(length, "0123456789") == strlen(length) && strlen(length) < 15)
		l->length_ms = strtoll(length, NULL, 10);
	if (*time == '\0')
		row_skipped(row, "it plays just now");
	else
		(void)row_time(
		    h, row, time, h->format->is_table == is_librefm && h->zone->given ? h->zone : NULL);
}

/* How many cells a row must have, and may: what stands behind the last column was cut where it should not be.
 */
static bool
has_its_cells(struct history *h, struct history_row *row)
{
	int wanted = 1, n = h->cells;

	for (int c = COL_TIME; c <= COL_ALBUM; c++)
		wanted = h->column[c] >= wanted ? h->column[c] + 1 : wanted;
	if (n < wanted && *h->cell[0] == '#')
		row_skipped(row, "it is a comment");
	else if (n < wanted)
		row_broken(h, row, "it has %d fields where %d are wanted", n, wanted);
	while (h->head_cells > 0 && n > h->head_cells && *h->cell[n - 1] == '\0')
		n--;
	if (h->head_cells > 0 && n > h->head_cells)
		row_broken(h, row, "it has %d fields where %d are wanted", n, h->head_cells);
	return row->kind == ROW_PLAY;
}

int
columns_next(struct history *h, struct history_row *row, struct err *e)
{
	int step;

	while ((step = table_next(h, row, e)) == 1) {
		if (h->cells == 0 || (!h->head_done && *h->cell[0] == '#') ||
		    (h->cells == 1 && *h->cell[0] == '\0'))
			continue;
		if (!h->head_done) {
			h->head_done = true;
			h->head_cells = h->cells;
			if (!read_head(h)) {
				err_set(e, ERR_FORMAT, "it names no columns of time, artist and track");
				return -1;
			}
			continue;
		}
		keep_cells(h);
		row->listen.raw = h->raw.data;
		if (has_its_cells(h, row))
			take_columns(h, row);
		return 1;
	}
	return step < 0 ? -1 : step > 0;
}
