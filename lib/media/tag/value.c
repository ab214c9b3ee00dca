/* SPDX-License-Identifier: MIT */
#include "media/tag/value.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/out.h"
#include "media/tag/tagfile.h"
#include "worker/record.h"

/* The length of a blank, of any width or none, that s begins with, or ends with; 0 where it is none. */
static size_t
blank(const char *s, size_t len, bool last)
{
	static const char *const wide[] = { "\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81",
		"\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86",
		"\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\x8b",
		"\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80", "\xef\xbb\xbf" };

	if (len > 0 && strchr(" \n\t", last ? s[len - 1] : s[0]) != NULL)
		return 1;
	for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++) {
		size_t n = strlen(wide[i]);

		if (n <= len && memcmp(last ? s + len - n : s, wide[i], n) == 0)
			return n;
	}
	return 0;
}

bool
value_clean(struct buf *out, const char *s)
{
	size_t left = strlen(s), begin = out->len, n;
	bool whole = true;

	if (strncmp(s, "\xef\xbb\xbf", 3) == 0) {
		s += 3;
		left -= 3;
	}
	while (left > 0) {
		unsigned char c = (unsigned char)*s;

		n = utf8_len(s, left);
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
			if (out->len > begin || blank(s, n, false) == 0)
				buf_add(out, s, n);
		}
		s += n;
		left -= n;
	}
	while (
	    !out->failed && out->len > begin && (n = blank(out->data + begin, out->len - begin, true)) > 0) {
		out->len -= n;
		out->data[out->len] = '\0';
	}
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

/* "27.08.2001", which can only be meant in one way, unlike what has slashes. */
static bool
day_first(const char *s, char *out)
{
	char turned[VALUE_TEXT];
	int day = small(&s), month = 0, year = 0;

	if (*s == '.') {
		s++;
		month = small(&s);
	}
	if (*s == '.') {
		s++;
		year = digits(&s, 4);
	}
	if (day < 1 || month < 1 || year < 1 || *s != '\0')
		return false;
	snprintf(turned, sizeof turned, "%04d-%02d-%02d", year, month, day);
	return value_date(turned, out);
}

bool
value_date(const char *s, char *out)
{
	static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	const char *begin = s;
	int year = digits(&s, 4), month = 0, day = 0;
	char separator = *s;

	if (year < 0)
		return day_first(begin, out);
	if (year == 0)
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

/* "ca. 1970", "[1999]", "31/12/1999", whose day nobody tells from its month: the only number that can be one.
 */
static int
year_amid(const char *s)
{
	int year = 0;

	while (*s != '\0') {
		const char *begin = s;
		size_t n = strspn(s, "0123456789");
		int found = n == 4 ? digits(&s, 4) : 0;

		s = begin + (n > 0 ? n : 1);
		if (found < 1000 || found > 2999 || found == year)
			continue;
		if (year != 0)
			return 0;
		year = found;
	}
	return year;
}

bool
value_year(const char *s, char *out)
{
	const char *rest = s;
	int year = digits(&rest, 4);

	if (year <= 0 || isdigit((unsigned char)*rest))
		year = year_amid(s);
	if (year > 0)
		snprintf(out, VALUE_TEXT, "%04d", year);
	return year > 0;
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
		s = end + (end[0] == '.' && end[1] == '\0');
		s += strspn(s, " ");
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
