/* SPDX-License-Identifier: MIT */
/* Values of fields as people type them, on command lines. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

#include "base/out.h"
#include "text/fold.h"
#include "text/value.h"

bool
value_day(const char *s)
{
	static const char form[] = "dddd-dd-dd";
	static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	size_t len = strlen(s);
	int year, month, day;

	if (len != 4 && len != 7 && len != 10)
		return false;
	for (size_t i = 0; i < len; i++)
		if (form[i] == 'd' ? s[i] < '0' || s[i] > '9' : s[i] != '-')
			return false;
	year = atoi(s);
	month = len >= 7 ? atoi(s + 5) : 1;
	day = len == 10 ? atoi(s + 8) : 1;
	if (year < 1 || month < 1 || month > 12 || day < 1 || day > days[month - 1])
		return false;
	return month != 2 || day < 29 || (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}

static bool
whole_number(const char *s, long min, long max, char *out)
{
	char *end;
	long n;

	if (*s < '0' || *s > '9')
		return false;
	errno = 0;
	n = strtol(s, &end, 10);
	if (*end != '\0' || errno != 0 || n < min || n > max)
		return false;
	snprintf(out, VALUE_TEXT, "%ld", n);
	return true;
}

static bool
truth(const char *s, char *out)
{
	bool yes = strcasecmp(s, "true") == 0 || strcasecmp(s, "yes") == 0 || strcmp(s, "1") == 0;

	snprintf(out, VALUE_TEXT, "%s", yes ? "1" : "");
	return yes || strcasecmp(s, "false") == 0 || strcasecmp(s, "no") == 0 || strcmp(s, "0") == 0;
}

static bool
date(const char *s, char *out)
{
	if (!value_day(s))
		return false;
	snprintf(out, VALUE_TEXT, "%s", s);
	return true;
}

static bool
mbid(const char *s, char *out)
{
	return value_mbid(s, strlen(s), out);
}

static bool
counted(const char *s, char *out)
{
	return whole_number(s, 1, 1000000, out);
}

static bool
percent(const char *s, char *out)
{
	return whole_number(s, 0, 100, out);
}

/* What a field takes that is more than text. */
static const struct kind {
	bool (*read)(const char *s, char *out);
	const char *want;
} number = { counted, "a whole number from 1 to 1000000" },
  day = { date, "a date as YYYY, YYYY-MM or YYYY-MM-DD" }, boolean = { truth, "true or false" },
  rating = { percent, "a whole number from 0 to 100" }, id = { mbid, "a MusicBrainz id" },
  gain = { value_gain, "a gain in dB" }, peak = { value_peak, "a number that is not negative" },
  bpm = { value_bpm, "a number of beats a minute below 1000" },
  key = { value_key, "a key such as C#m, Eb, A minor or 8A" },
  isrc = { value_isrc, "an ISRC such as USRC17607839" },
  iswc = { value_iswc, "an ISWC such as T-345246800-1" },
  barcode = { value_barcode, "8 to 14 digits whose last one is the check digit" },
  position = { value_position, "a place such as A1" };

static const struct kind *
kind_of(enum field f)
{
	switch (f) {
	case F_RATING:
		return &rating;
	case F_KEY:
		return &key;
	case F_BPM:
		return &bpm;
	case F_RG_TRACK_GAIN:
	case F_RG_ALBUM_GAIN:
		return &gain;
	case F_RG_TRACK_PEAK:
	case F_RG_ALBUM_PEAK:
		return &peak;
	case F_ISRC:
		return &isrc;
	case F_ISWC:
		return &iswc;
	case F_BARCODE:
		return &barcode;
	case F_POSITION:
		return &position;
	case F_MB_TRACKID:
	case F_MB_ALBUMID:
	case F_MB_ARTISTID:
	case F_MB_ALBUMARTISTID:
	case F_MB_RELEASEGROUPID:
	case F_MB_RELEASETRACKID:
	case F_MB_WORKID:
		return &id;
	default:
		break;
	}
	switch (field_info(f)->type) {
	case FIELD_INT:
		return &number;
	case FIELD_DATE:
		return &day;
	case FIELD_BOOL:
		return &boolean;
	default:
		return NULL;
	}
}

/* Text of several lines? */
static bool
has_lines(enum field f)
{
	return f == F_NONE || f == F_LYRICS || f == F_COMMENT;
}

static bool
is_control(utf8proc_int32_t c, bool lines)
{
	if (lines && (c == '\n' || c == '\t'))
		return false;
	return c < ' ' || (c >= 0x7f && c < 0xa0);
}

/* Blanks of all scripts, and what takes no place at all. */
static bool
is_blank(utf8proc_int32_t c)
{
	utf8proc_category_t category = utf8proc_category(c);

	return c == ' ' || c == '\n' || c == '\t' || c == 0x200b || c == 0xfeff ||
	    category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
	    category == UTF8PROC_CATEGORY_ZP;
}

/* Point *text at what stands between the blanks around it, *len bytes.  What is wrong with the bytes, or
 * NULL. */
static const char *
clean(enum field f, const char **text, size_t *len)
{
	const utf8proc_uint8_t *s = (const utf8proc_uint8_t *)*text;
	size_t all = strlen(*text), begin = all, end = 0, control = all;
	utf8proc_int32_t c;

	if (!utf8_valid(*text, all))
		return "text in UTF-8";
	for (size_t at = 0; at < all;) {
		size_t n = (size_t)utf8proc_iterate(s + at, (utf8proc_ssize_t)(all - at), &c);

		if (!is_blank(c)) {
			begin = begin < at ? begin : at;
			end = at + n;
		}
		if (is_control(c, has_lines(f)) && at >= begin && control == all)
			control = at;
		at += n;
	}
	if (control < end)
		return has_lines(f) ? "text without control characters"
				    : "one line of text, without control characters";
	*text += end == 0 ? 0 : begin;
	*len = end == 0 ? 0 : end - begin;
	return NULL;
}

static enum err_code
take(enum field f, const char *name, const char *typed, char **out, struct err *e)
{
	const struct kind *kind = f == F_NONE ? NULL : kind_of(f);
	const char *text = typed, *want;
	char form[VALUE_TEXT], *value;
	size_t len = 0;

	want = clean(f, &text, &len);
	value = text_nfc(text, len);
	if (value == NULL)
		return err_memory(e);
	if (want == NULL && kind != NULL && len > 0) {
		want = kind->read(value, form) ? NULL : kind->want;
		free(value);
		value = want == NULL ? strdup(form) : NULL;
		if (want == NULL && value == NULL)
			return err_memory(e);
	}
	if (want != NULL) {
		free(value);
		return err_set(e, ERR_USAGE, "%s takes %s, not '%s'", name, want, typed);
	}
	*out = value;
	return ERR_NONE;
}

enum err_code
value_typed(enum field f, const char *text, char **out, struct err *e)
{
	return take(f, field_info(f)->name, text, out, e);
}

enum err_code
value_typed_tag(const char *name, const char *text, char **out, struct err *e)
{
	return take(F_NONE, name, text, out, e);
}
