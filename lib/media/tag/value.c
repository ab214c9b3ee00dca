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

bool
value_year(const char *s, char *out)
{
	int year = digits(&s, 4);

	if (year <= 0 || isdigit((unsigned char)*s))
		return false;
	snprintf(out, VALUE_TEXT, "%04d", year);
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
