/* SPDX-License-Identifier: MIT */
/* regex: what a pattern finds, what is no pattern, and that none hangs */
#include "text/regex.h"
#include "unit.h"

/* 1, 0, -1: it takes too long, -2: it is no pattern. */
static int
finds(const char *pattern, const char *text)
{
	struct regex *r = NULL;
	struct err e = { 0 };
	size_t at = 0;
	int found = -2;

	if (regex_new(&r, pattern, &at, &e) == ERR_NONE)
		found = regex_match(r, text, strlen(text));
	else
		CHECK(e.code == ERR_USAGE && e.msg[0] != '\0' && at <= strlen(pattern));
	regex_free(r);
	return found;
}

static void
letters(void)
{
	CHECK(finds("^LOVE$", "love") == 1);
	CHECK(finds("(?-i)^LOVE$", "love") == 0);
	CHECK(finds("ÖR", "Björk") == 1);
	CHECK(finds("o\xcc\x88r", "Bj\xc3\xb6rk") == 1); /* both become NFC */
	CHECK(finds("bjork", "Björk") == 0);
	CHECK(finds("^\\w+$", "愛してる") == 1);
	CHECK(finds("^.$", "夜") == 1);
	CHECK(finds("a$", "a\n") == 0);
	CHECK(finds("^$", "") == 1);
}

static void
broken_text(void)
{
	CHECK(finds("b$",
		  "a\xff"
		  "b") == 1);
	CHECK(finds("a.b",
		  "a\xff"
		  "b") == 0);
	CHECK(finds("\xff", "a") == -2);
}

static void
broken_patterns(void)
{
	struct regex *r = NULL;
	struct err e = { 0 };
	size_t at = 0;

	CHECK(finds("a(", "a") == -2);
	CHECK(finds("[", "a") == -2);
	CHECK(finds("*", "a") == -2);
	CHECK(finds("\\C", "a") == -2);
	CHECK(regex_new(&r, "ab)c", &at, &e) == ERR_USAGE && at == 2 && strstr(e.msg, "unmatched") != NULL);
}

static void
limits(void)
{
	struct regex *r = NULL;
	struct err e = { 0 };
	size_t at;
	bool all = true;

	CHECK(finds("^(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!") == -1);
	CHECK(finds("(x+x+)+[yz]", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx") == -1);
	CHECK(regex_new(&r, "l(o|a)ve$", &at, &e) == ERR_NONE);
	for (int i = 0; i < 10000; i++) /* before and after it was translated */
		all &= regex_match(r, "I love", 6) == 1 && regex_match(r, "I live", 6) == 0;
	CHECK(all);
	regex_free(r);
}

int
main(void)
{
	letters();
	broken_text();
	broken_patterns();
	limits();
	return unit_end("regex");
}
