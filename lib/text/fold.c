/* SPDX-License-Identifier: MIT */
#include "text/fold.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/out.h"
#include "text/fold_chars.h"

struct folding {
	struct buf *out;
	size_t start; /* where this text begins in out */
	bool gap;     /* a separator came since the last character */
	bool split;   /* for the index: one word a CJK character */
	bool after_cjk;
	int32_t *run; /* code points of a stretch that is not ASCII */
	size_t len, cap;
};

/* Characters that the index's tokenizer would split words at are told to it as private-use ones. */
static int32_t
private_use(int32_t c)
{
	return 0xe000 + c % 0x1900;
}

static void
put_word_bytes(struct folding *f, const char *bytes, size_t len, bool cjk)
{
	bool apart = f->gap || (f->split && (cjk || f->after_cjk));

	if (apart && f->out->len > f->start)
		buf_putc(f->out, ' ');
	buf_add(f->out, bytes, len);
	f->gap = false;
	f->after_cjk = cjk;
}

static void
put_code_point(struct folding *f, int32_t c)
{
	const char *plain;
	utf8proc_uint8_t bytes[4];
	utf8proc_category_t category;

	if (c < 128) {
		char letter = (char)fold_ascii[c];

		if (letter == FOLD_GAP)
			f->gap = true;
		else if (letter != FOLD_GONE)
			put_word_bytes(f, &letter, 1, false);
		return;
	}
	plain = fold_letters(c);
	if (plain != NULL) {
		put_word_bytes(f, plain, strlen(plain), false);
		return;
	}
	category = utf8proc_category(c);
	if (category == UTF8PROC_CATEGORY_CF || category == UTF8PROC_CATEGORY_CN) {
		f->gap |= c == 0x200b;
		return;
	}
	if ((category < UTF8PROC_CATEGORY_LU || category > UTF8PROC_CATEGORY_NO) &&
	    category != UTF8PROC_CATEGORY_CO) {
		f->gap = true;
		return;
	}
	c = fold_character(c, category);
	if (f->split && (category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC))
		c = private_use(c);
	put_word_bytes(f, (char *)bytes, (size_t)utf8proc_encode_char(c, bytes), folds_cjk(c));
}

static bool
grow_run(struct folding *f, size_t more)
{
	int32_t *bigger;

	if (f->len + more <= f->cap)
		return true;
	bigger = realloc(f->run, (f->len + more + 64) * 2 * sizeof *bigger);
	if (bigger == NULL) {
		f->out->failed = true;
		return false;
	}
	f->run = bigger;
	f->cap = (f->len + more + 64) * 2;
	return true;
}

/* One code point, decomposed and case-folded, onto the run; alphabets' marks are left out. */
static void
decompose(struct folding *f, int32_t c)
{
	int32_t parts[32];
	int boundary = 0;
	utf8proc_ssize_t n;

	if (c == 0x2122 || c == 0x2120 || c == 0xae ||
	    c == 0xa9) { /* signs, not the letters they decompose to */
		parts[0] = ' ';
		n = 1;
	} else if (c == 0x309b || c == 0x309c) { /* voicing marks behind their kana, not apart from it */
		parts[0] = c - 2;
		n = 1;
	} else {
		n = utf8proc_decompose_char(
		    c, parts, 32, UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD, &boundary);
	}
	if (n < 0 || n > 32 || !grow_run(f, (size_t)n))
		return;
	for (utf8proc_ssize_t i = 0; i < n; i++) {
		utf8proc_category_t category = utf8proc_category(parts[i]);
		bool mark = category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME;

		if ((mark && folds_away(parts[i])) || folds_apostrophe(parts[i]) || parts[i] == 0x640)
			continue;
		f->run[f->len++] = parts[i];
	}
}

/* Canonical order, composition (Hangul, voiced kana), output. */
static void
flush_run(struct folding *f)
{
	utf8proc_ssize_t n;

	for (size_t i = 1; i < f->len; i++) {
		int32_t c = f->run[i];
		utf8proc_propval_t class = utf8proc_get_property(c)->combining_class;
		size_t j = i;

		while (class != 0 && j > 0 && utf8proc_get_property(f->run[j - 1])->combining_class > class) {
			f->run[j] = f->run[j - 1];
			j--;
		}
		f->run[j] = c;
	}
	n = utf8proc_normalize_utf32(f->run, (utf8proc_ssize_t)f->len, UTF8PROC_COMPOSE | UTF8PROC_STABLE);
	for (utf8proc_ssize_t i = 0; i < n; i++)
		put_code_point(f, f->run[i]);
	f->len = 0;
}

/* rock'n'roll is rock 'n' roll: the bytes of an n between apostrophes at s, else 0. */
static size_t
and_length(const char *s, size_t len)
{
	size_t before = fold_apostrophe(s, len), after;

	if (before == 0 || before + 1 >= len || (s[before] != 'n' && s[before] != 'N'))
		return 0;
	after = fold_apostrophe(s + before + 1, len - before - 1);
	return after > 0 ? before + 1 + after : 0;
}

static void
put_and(struct folding *f)
{
	f->gap = true;
	put_word_bytes(f, "n", 1, false);
	f->gap = true;
}

/* From the first byte that is not ASCII. */
static void
fold_unicode(struct folding *f, const char *s, size_t len)
{
	for (size_t i = 0; i < len;) {
		utf8proc_int32_t c = -1;
		size_t n = utf8_len(s + i, len - i), and = and_length(s + i, len - i);

		if (and > 0) {
			flush_run(f);
			put_and(f);
			i += and;
			continue;
		}
		if ((unsigned char)s[i] < 128) {
			flush_run(f);
			put_code_point(f, (unsigned char)s[i++]);
			continue;
		}
		if (n == 0) {
			flush_run(f);
			f->gap = true;
			i++;
			continue;
		}
		utf8proc_iterate((const utf8proc_uint8_t *)s + i, (utf8proc_ssize_t)n, &c);
		i += n;
		if (folds_apostrophe(c))
			continue;
		decompose(f, c);
	}
	flush_run(f);
	free(f->run);
}

/* Text without a letter or digit keeps its signs.  The index's tokenizer knows no signs: there each is a
 * private-use character. */
static void
fold_signs(struct folding *f, const char *s, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t n = utf8_len(s + i, len - i);
		utf8proc_int32_t c = ' ';
		utf8proc_uint8_t bytes[4];

		if (n > 0)
			utf8proc_iterate((const utf8proc_uint8_t *)s + i, (utf8proc_ssize_t)n, &c);
		i += n > 0 ? n : 1;
		if (c <= ' ' || c == 127 || utf8proc_category(c) == UTF8PROC_CATEGORY_ZS ||
		    utf8proc_category(c) == UTF8PROC_CATEGORY_CC) {
			f->gap = true;
			continue;
		}
		if (f->split)
			c = private_use(c);
		put_word_bytes(f, (char *)bytes, (size_t)utf8proc_encode_char(c, bytes), false);
	}
}

static enum err_code
fold_to(struct buf *out, const char *s, size_t len, bool split, struct err *e)
{
	struct folding f = { .out = out, .start = out->len, .split = split };
	char *to = buf_reserve(out, len + 1);
	size_t n = 0, i = 0;

	if (to == NULL)
		return err_memory(e);
	for (; i < len && (unsigned char)s[i] < 128; i++) {
		char c = (char)fold_ascii[(unsigned char)s[i]];

		if (c > FOLD_GONE) {
			if (f.gap && n > 0)
				to[n++] = ' ';
			f.gap = false;
			to[n++] = c;
		} else if (c == FOLD_GAP) {
			f.gap = true;
		} else if (and_length(s + i, len - i) > 0) {
			break;
		}
	}
	to[n] = '\0';
	out->len += n;
	if (i < len)
		fold_unicode(&f, s + i, len - i);
	if (out->len == f.start) {
		f.gap = false;
		fold_signs(&f, s, len);
	}
	return buf_ok(out, e);
}

enum err_code
fold(struct buf *out, const char *s, size_t len, struct err *e)
{
	return fold_to(out, s, len, false, e);
}

enum err_code
fold_index(struct buf *out, const char *s, size_t len, struct err *e)
{
	return fold_to(out, s, len, true, e);
}

char *
fold_key(const char *s)
{
	struct buf b = { 0 };
	struct err e = { 0 };

	if (s != NULL && fold(&b, s, strlen(s), &e) != ERR_NONE) {
		buf_free(&b);
		return NULL;
	}
	return buf_detach(&b);
}

int64_t
fold_hash(const char *folded, size_t len)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)folded[i]) * 0x100000001b3u;
	return h == 0 ? 1 : (int64_t)h;
}
