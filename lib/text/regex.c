/* SPDX-License-Identifier: MIT */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "text/regex.h"

#include <pcre2.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/out.h"
#include "text/fold.h"

/* Limits of one match, and the processor time of all of them. */
enum { STEPS_MAX = 500000, HEAP_KIB = 16384, SECONDS_MAX = 10 };
/* Translating a pattern takes as long as some thousands of matches. */
enum { MATCHES_BEFORE_JIT = 4000, MATCHES_BETWEEN_LOOKS = 1024 };

struct regex {
	pcre2_code *code;
	pcre2_match_data *match;
	pcre2_match_context *limits;
	uint64_t matches;
	clock_t since;
};

void
regex_free(struct regex *r)
{
	if (r == NULL)
		return;
	pcre2_match_data_free(r->match);
	pcre2_match_context_free(r->limits);
	pcre2_code_free(r->code);
	free(r);
}

static enum err_code
compile(struct regex *r, const char *pattern, size_t *at, struct err *e)
{
	uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_CASELESS | PCRE2_MATCH_INVALID_UTF |
	    PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY;
	PCRE2_UCHAR why[256];
	PCRE2_SIZE place = 0;
	int code = 0;

	*at = 0;
	if (!utf8_valid(pattern, strlen(pattern)))
		return err_set(e, ERR_USAGE, "it is not UTF-8");
	r->code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, options, &code, &place, NULL);
	if (r->code != NULL)
		return ERR_NONE;
	if (code == PCRE2_ERROR_NOMEMORY)
		return err_memory(e);
	*at = place;
	pcre2_get_error_message(code, why, sizeof why);
	return err_set(e, ERR_USAGE, "%s", (char *)why);
}

enum err_code
regex_new(struct regex **ret, const char *pattern, size_t *at, struct err *e)
{
	struct regex *r = calloc(1, sizeof *r);
	char *nfc = utf8_valid(pattern, strlen(pattern)) ? text_nfc(pattern, strlen(pattern)) : NULL;

	if (r == NULL)
		err_memory(e);
	else if (compile(r, nfc != NULL ? nfc : pattern, at, e) == ERR_NONE) {
		r->match = pcre2_match_data_create(1, NULL);
		r->limits = pcre2_match_context_create(NULL);
		if (r->match == NULL || r->limits == NULL)
			err_memory(e);
	}
	free(nfc);
	if (e->code != ERR_NONE) {
		regex_free(r);
		return e->code;
	}
	pcre2_set_match_limit(r->limits, STEPS_MAX);
	pcre2_set_heap_limit(r->limits, HEAP_KIB);
	r->since = clock();
	*ret = r;
	return ERR_NONE;
}

int
regex_match(struct regex *r, const char *s, size_t len)
{
	int found;

	r->matches++;
	if (r->matches == MATCHES_BEFORE_JIT)
		(void)pcre2_jit_compile(
		    r->code, PCRE2_JIT_COMPLETE); /* where it may not, it goes on without */
	if (r->matches % MATCHES_BETWEEN_LOOKS == 0 && (clock() - r->since) / CLOCKS_PER_SEC >= SECONDS_MAX)
		return -1;
	found = pcre2_match(r->code, (PCRE2_SPTR)s, len, 0, 0, r->match, r->limits);
	if (found == PCRE2_ERROR_JIT_STACKLIMIT)
		found = pcre2_match(r->code, (PCRE2_SPTR)s, len, 0, PCRE2_NO_JIT, r->match, r->limits);
	return found >= 0 ? 1 : found == PCRE2_ERROR_NOMATCH ? 0 : -1;
}
