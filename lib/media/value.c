#include "media/value.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/out.h"
#include "media/tagfile.h"
#include "worker/record.h"

static bool
blank(const char *s, size_t len)
{
	return len > 0 && (*s == ' ' || *s == '\n' || *s == '\t');
}

bool
value_clean(struct buf *out, const char *s)
{
	size_t left = strlen(s), begin = out->len;
	bool whole = true;

	if (strncmp(s, "\xef\xbb\xbf", 3) == 0) {
		s += 3;
		left -= 3;
	}
	while (left > 0) {
		unsigned char c = (unsigned char)*s;
		size_t n = utf8_len(s, left);

		if (out->len - begin + 4 > RECORD_VALUE_MAX) {
			whole = false;
			break;
		}
		if (n == 0) {
			buf_puts(out, "\xef\xbf\xbd");
			n = 1;
		} else if (c == '\r') {
			if (left == 1 || s[1] != '\n')
				buf_putc(out, '\n');
		} else if ((c >= 0x20 && c != 0x7f && !(c == 0xc2 && (unsigned char)s[1] < 0xa0)) ||
		    c == '\n' || c == '\t') {
			if (out->len > begin || !blank(s, n))
				buf_add(out, s, n);
		}
		s += n;
		left -= n;
	}
	while (!out->failed && out->len > begin && blank(out->data + out->len - 1, 1))
		out->data[--out->len] = '\0';
	return whole;
}

/* n digits at *s, with *s moved behind them; -1 where they are fewer. */
static int
digits(const char **s, int n)
{
	int value = 0;

	for (int i = 0; i < n; i++) {
		if (!isdigit((unsigned char)(*s)[i]))
			return -1;
		value = value * 10 + ((*s)[i] - '0');
	}
	*s += n;
	return value;
}

/* A month or day: one or two digits. */
static int
small(const char **s)
{
	int value = digits(s, 2);

	return value >= 0 ? value : digits(s, 1);
}

bool
value_date(const char *s, char *out)
{
	static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year = digits(&s, 4), month = 0, day = 0;
	char separator = *s;

	if (year <= 0)
		return false;
	if (isdigit((unsigned char)separator)) { /* 20010827 */
		month = digits(&s, 2);
		day = digits(&s, 2);
		if (month < 1 || day < 1 || isdigit((unsigned char)*s))
			return false;
	} else if (separator != '\0' && strchr("-/.: ", separator) != NULL) {
		s++;
		month = small(&s);
		if (month > 0 && *s == separator) {
			s++;
			day = small(&s);
		}
		if (isdigit((unsigned char)*s)) /* "2001-123": no month */
			return false;
	}
	if (*s != '\0' && strchr(" T-/.:", *s) == NULL)
		return false;
	if (month < 1 || month > 12)
		snprintf(out, VALUE_TEXT, "%04d", year);
	else if (day < 1 || day > days[month - 1])
		snprintf(out, VALUE_TEXT, "%04d-%02d", year, month);
	else
		snprintf(out, VALUE_TEXT, "%04d-%02d-%02d", year, month, day);
	return true;
}

bool
value_year(const char *s, char *out)
{
	int year = digits(&s, 4);

	if (year <= 0 || isdigit((unsigned char)*s))
		return false;
	snprintf(out, VALUE_TEXT, "%04d", year);
	return true;
}

static bool
camelot(const char *s, char *out)
{
	static const char *const minor[] = { "G#m", "Ebm", "Bbm", "Fm", "Cm", "Gm", "Dm", "Am", "Em", "Bm",
		"F#m", "C#m" };
	static const char *const major[] = { "B", "F#", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A",
		"E" };
	char *end;
	long hour = strtol(s, &end, 10);

	if (!isdigit((unsigned char)*s) || hour < 1 || hour > 12 || end[0] == '\0' || end[1] != '\0')
		return false;
	switch (*end) {
	case 'A':
	case 'a':
		snprintf(out, VALUE_TEXT, "%s", minor[hour - 1]);
		return true;
	case 'B':
	case 'b':
		snprintf(out, VALUE_TEXT, "%s", major[hour - 1]);
		return true;
	case 'm': /* Open Key: the same wheel, seven hours on */
		snprintf(out, VALUE_TEXT, "%s", minor[(hour + 6) % 12]);
		return true;
	case 'd':
		snprintf(out, VALUE_TEXT, "%s", major[(hour + 6) % 12]);
		return true;
	default:
		return false;
	}
}

bool
value_key(const char *s, char *out)
{
	static const char *const minor[] = { "m", "min", "minor", "moll", "-" };
	static const char *const major[] = { "", "maj", "major", "dur" };
	char note = (char)toupper((unsigned char)*s);
	const char *sign = "";

	if (strcmp(s, "o") == 0 || strcmp(s, "O") == 0) {
		snprintf(out, VALUE_TEXT, "o");
		return true;
	}
	if (camelot(s, out))
		return true;
	if (note < 'A' || note > 'G')
		return false;
	s++;
	if (*s == '#' || strncmp(s, "\xe2\x99\xaf", 3) == 0) {
		sign = "#";
		s += *s == '#' ? 1 : 3;
	} else if (*s == 'b' || strncmp(s, "\xe2\x99\xad", 3) == 0) {
		sign = "b";
		s += *s == 'b' ? 1 : 3;
	}
	while (*s == ' ')
		s++;
	if (strcmp(s, "M") == 0)
		s++;
	for (size_t i = 0; i < sizeof minor / sizeof minor[0]; i++)
		if (strcasecmp(s, minor[i]) == 0) {
			snprintf(out, VALUE_TEXT, "%c%sm", note, sign);
			return true;
		}
	for (size_t i = 0; i < sizeof major / sizeof major[0]; i++)
		if (strcasecmp(s, major[i]) == 0) {
			snprintf(out, VALUE_TEXT, "%c%s", note, sign);
			return true;
		}
	return false;
}

/* A decimal number and where it ends; a comma counts as a point. */
static bool
decimal(const char *s, double *value, const char **rest)
{
	char text[64], *end, *comma;

	snprintf(text, sizeof text, "%s", s);
	comma = strchr(text, ',');
	if (comma != NULL)
		*comma = '.';
	if (!isdigit((unsigned char)text[strspn(text, "+-. ")]) || strpbrk(text, "xX") != NULL)
		return false;
	*value = strtod(text, &end);
	*rest = s + (end - text);
	return end > text && isfinite(*value);
}

/* Up to six decimals, without the zeros at the end. */
static void
shortest(double value, char *out)
{
	char *end;

	snprintf(out, VALUE_TEXT, "%.6f", value);
	end = out + strlen(out);
	while (end[-1] == '0')
		*--end = '\0';
	if (end[-1] == '.')
		end[-1] = '\0';
}

bool
value_bpm(const char *s, char *out)
{
	double value;
	const char *rest;

	if (!decimal(s, &value, &rest) || value <= 0 || value >= 1000)
		return false;
	if (*rest != '\0' && *rest != ' ')
		return false;
	shortest(value, out);
	return true;
}

bool
value_gain(const char *s, char *out)
{
	double value;
	const char *rest;

	if (!decimal(s, &value, &rest) || fabs(value) > 200)
		return false;
	rest += strspn(rest, " ");
	if (*rest != '\0' && strcasecmp(rest, "db") != 0)
		return false;
	snprintf(out, VALUE_TEXT, "%.2f", value);
	return true;
}

bool
value_peak(const char *s, char *out)
{
	double value;
	const char *rest;

	if (!decimal(s, &value, &rest) || value < 0 || value > 1000 || *rest != '\0')
		return false;
	shortest(value, out);
	return true;
}

bool
value_r128(const char *s, char *out)
{
	char *end;
	long q = strtol(s, &end, 10);

	if (end == s || *end != '\0' || q < -32768 || q > 32767)
		return false;
	snprintf(out, VALUE_TEXT, "%.2f", (double)q / 256 + 5);
	return true;
}

bool
value_mbid(const char *s, size_t len, char *out)
{
	if (len != 36)
		return false;
	for (size_t i = 0; i < len; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? s[i] != '-' : !isxdigit((unsigned char)s[i]))
			return false;
		out[i] = (char)tolower((unsigned char)s[i]);
	}
	out[len] = '\0';
	return true;
}

/* s without the separators that people put in, upper-case; its length, or 0 where it is too long. */
static size_t
squeeze(const char *s, const char *separators, char *out)
{
	size_t n = 0;

	for (; *s != '\0'; s++) {
		if (strchr(separators, *s) != NULL)
			continue;
		if (n >= VALUE_TEXT - 1)
			return 0;
		out[n++] = (char)toupper((unsigned char)*s);
	}
	out[n] = '\0';
	return n;
}

bool
value_isrc(const char *s, char *out)
{
	if (squeeze(s, " -", out) != 12)
		return false;
	for (int i = 0; i < 12; i++) {
		unsigned char c = (unsigned char)out[i];

		if (i < 2 ? !isalpha(c) : i < 5 ? !isalnum(c) : !isdigit(c))
			return false;
	}
	return true;
}

bool
value_iswc(const char *s, char *out)
{
	char plain[VALUE_TEXT];

	if (squeeze(s, " -.", plain) != 11 || plain[0] != 'T' || strspn(plain + 1, "0123456789") != 10)
		return false;
	snprintf(out, VALUE_TEXT, "T-%.9s-%c", plain + 1, plain[10]);
	return true;
}

bool
value_barcode(const char *s, char *out)
{
	size_t n = squeeze(s, " -", out);

	return n >= 8 && n <= 14 && strspn(out, "0123456789") == n;
}

bool
value_true(const char *s)
{
	return strcmp(s, "1") == 0 || strcasecmp(s, "true") == 0 || strcasecmp(s, "yes") == 0;
}

bool
value_number(const char *s, long *n, long *total)
{
	char *end;

	*n = *total = 0;
	if (*s != '/') {
		if (!isdigit((unsigned char)*s))
			return false;
		*n = strtol(s, &end, 10);
		s = end + strspn(end, " ");
	}
	if (*s == '\0')
		return *n < 1000000;
	if (*s == '/')
		s++;
	else if (strncasecmp(s, "of ", 3) == 0)
		s += 3;
	else
		return false;
	s += strspn(s, " ");
	if (*s != '\0') {
		*total = strtol(s, &end, 10);
		if (!isdigit((unsigned char)*s) || *end != '\0')
			return false;
	}
	return *n < 1000000 && *total < 1000000;
}

bool
value_position(const char *s, char *out)
{
	size_t letters = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
	size_t numbers = strspn(s + letters, "0123456789");

	if (letters < 1 || letters > 2 || numbers > 3 || s[letters + numbers] != '\0')
		return false;
	squeeze(s, "", out);
	return true;
}

/* A number's or abbreviation's genre; false where it is neither. */
static bool
numbered_genre(const char *s, size_t len, char *out, size_t size)
{
	char name[64] = "";

	if (len == 2 && strncmp(s, "RX", 2) == 0) {
		snprintf(out, size, "Remix");
		return true;
	}
	if (len == 2 && strncmp(s, "CR", 2) == 0) {
		snprintf(out, size, "Cover");
		return true;
	}
	if (len == 0 || len > 3 || strspn(s, "0123456789") < len)
		return false;
	tagfile_genre(atoi(s), name);
	snprintf(out, size, "%s", name);
	return name[0] != '\0';
}

bool
value_genre(const char **s, char *out, size_t size)
{
	size_t len;

	while (**s == ' ')
		(*s)++;
	if (**s == '\0')
		return false;
	if (**s == '(' && (*s)[1] != '(') {
		len = strcspn(*s + 1, ")");
		if ((*s)[1 + len] == ')' && numbered_genre(*s + 1, len, out, size)) {
			*s += len + 2;
			return true;
		}
	}
	if (strncmp(*s, "((", 2) == 0) /* an escaped parenthesis */
		(*s)++;
	len = strlen(*s);
	if (!numbered_genre(*s, len, out, size))
		snprintf(out, size, "%s", *s);
	*s += len;
	return true;
}
