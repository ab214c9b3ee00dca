/* SPDX-License-Identifier: MIT */
#include "text/fold.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/out.h"

/* What becomes of each ASCII byte: itself in lower case, GAP between words, GONE without a trace. */
enum { GAP = 0, GONE = 1 };
static const unsigned char ascii[128] = {
	['\''] = GONE,
	['`'] = GONE,
	['0'] = '0',
	['1'] = '1',
	['2'] = '2',
	['3'] = '3',
	['4'] = '4',
	['5'] = '5',
	['6'] = '6',
	['7'] = '7',
	['8'] = '8',
	['9'] = '9',
	['A'] = 'a',
	['B'] = 'b',
	['C'] = 'c',
	['D'] = 'd',
	['E'] = 'e',
	['F'] = 'f',
	['G'] = 'g',
	['H'] = 'h',
	['I'] = 'i',
	['J'] = 'j',
	['K'] = 'k',
	['L'] = 'l',
	['M'] = 'm',
	['N'] = 'n',
	['O'] = 'o',
	['P'] = 'p',
	['Q'] = 'q',
	['R'] = 'r',
	['S'] = 's',
	['T'] = 't',
	['U'] = 'u',
	['V'] = 'v',
	['W'] = 'w',
	['X'] = 'x',
	['Y'] = 'y',
	['Z'] = 'z',
	['a'] = 'a',
	['b'] = 'b',
	['c'] = 'c',
	['d'] = 'd',
	['e'] = 'e',
	['f'] = 'f',
	['g'] = 'g',
	['h'] = 'h',
	['i'] = 'i',
	['j'] = 'j',
	['k'] = 'k',
	['l'] = 'l',
	['m'] = 'm',
	['n'] = 'n',
	['o'] = 'o',
	['p'] = 'p',
	['q'] = 'q',
	['r'] = 'r',
	['s'] = 's',
	['t'] = 't',
	['u'] = 'u',
	['v'] = 'v',
	['w'] = 'w',
	['x'] = 'x',
	['y'] = 'y',
	['z'] = 'z',
};

struct folding {
	struct buf *out;
	size_t start; /* where this text begins in out */
	bool gap;     /* a separator came since the last character */
	bool split;   /* for the index: one word a CJK character */
	bool after_cjk;
	int32_t *run; /* code points of a stretch that is not ASCII */
	size_t len, cap;
};

static bool
is_cjk(int32_t c)
{
	return c >= 0x1100 &&
	    (c <= 0x11ff || (c >= 0x2e80 && c <= 0x2fdf) || (c >= 0x3005 && c <= 0x3007) ||
		(c >= 0x3021 && c <= 0x3035) || (c >= 0x303b && c <= 0x31ff) ||
		(c >= 0x3400 && c <= 0x4dbf) || (c >= 0x4e00 && c <= 0x9fff) ||
		(c >= 0xa960 && c <= 0xa97f) || (c >= 0xac00 && c <= 0xd7ff) ||
		(c >= 0xf900 && c <= 0xfaff) || (c >= 0x1aff0 && c <= 0x1b16f) ||
		(c >= 0x20000 && c <= 0x3ffff));
}

static bool
is_apostrophe(int32_t c)
{
	return c == 0x2018 || c == 0x2019 || c == 0x201b || c == 0x2032 || c == 0xb4 ||
	    (c >= 0x2b9 && c <= 0x2bf) || c == 0xff07 || c == 0xff40;
}

/* Marks of alphabets go; what spells vowels in Indic scripts and voices kana stays. */
static bool
is_stripped_mark(int32_t c)
{
	return c < 0x900 || (c >= 0x1ab0 && c <= 0x1aff) || (c >= 0x1dc0 && c <= 0x1dff) ||
	    (c >= 0x20d0 && c <= 0x20ff) || (c >= 0xfe00 && c <= 0xfe2f) || c >= 0xe0100;
}

/* Letters that Unicode does not decompose, nor takes for those that they are read as. */
static const char *
plain_letters(int32_t c)
{
	static const struct {
		int32_t from;
		const char *to;
	} small_capitals[] = { { 0x1d00, "a" }, { 0x299, "b" }, { 0x1d04, "c" }, { 0x1d05, "d" },
		{ 0x1d07, "e" }, { 0xa730, "f" }, { 0x262, "g" }, { 0x29c, "h" }, { 0x26a, "i" },
		{ 0x1d0a, "j" }, { 0x1d0b, "k" }, { 0x29f, "l" }, { 0x1d0d, "m" }, { 0x274, "n" },
		{ 0x1d0f, "o" }, { 0x1d18, "p" }, { 0x280, "r" }, { 0xa731, "s" }, { 0x1d1b, "t" },
		{ 0x1d1c, "u" }, { 0x1d20, "v" }, { 0x1d21, "w" }, { 0x28f, "y" }, { 0x1d22, "z" } };

	switch (c) {
	case 0xf8:
		return "o";
	case 0x142:
	case 0x19a:
		return "l";
	case 0xdf:
		return "ss";
	case 0xe6:
		return "ae";
	case 0x153:
		return "oe";
	case 0x111:
	case 0xf0:
	case 0x256:
	case 0x257:
		return "d";
	case 0xfe:
		return "th";
	case 0x131:
	case 0x268:
		return "i";
	case 0x127:
		return "h";
	case 0x167:
		return "t";
	case 0x14b:
		return "n";
	case 0x138:
	case 0x199:
		return "k";
	case 0x180:
	case 0x253:
		return "b";
	case 0x1b6:
		return "z";
	case 0x259:
	case 0x25b:
		return "e";
	case 0x254:
		return "o";
	case 0x192:
		return "f";
	case 0x289:
		return "u";
	case 0x1b4:
		return "y";
	case 0x671: /* alef, teh marbuta, yeh and kaf however Arabic, Persian and Urdu write them */
		return "\u0627";
	case 0x629:
	case 0x6c1:
		return "\u0647";
	case 0x649:
	case 0x6cc:
		return "\u064a";
	case 0x6a9:
		return "\u0643";
	default:
		break;
	}
	for (size_t i = 0; i < sizeof small_capitals / sizeof small_capitals[0]; i++)
		if (small_capitals[i].from == c)
			return small_capitals[i].to;
	return NULL;
}

/* Katakana as hiragana, digits of other scripts as ours.  Each script's ten stand in a row. */
static int32_t
plain_character(int32_t c, utf8proc_category_t category)
{
	int32_t first = c;

	if ((c >= 0x30a1 && c <= 0x30f6) || c == 0x30fd || c == 0x30fe)
		return c - 0x60;
	if (category != UTF8PROC_CATEGORY_ND)
		return c;
	while (utf8proc_category(first - 1) == UTF8PROC_CATEGORY_ND)
		first--;
	return '0' + (c - first) % 10;
}

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
		char letter = (char)ascii[c];

		if (letter == GAP)
			f->gap = true;
		else if (letter != GONE)
			put_word_bytes(f, &letter, 1, false);
		return;
	}
	plain = plain_letters(c);
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
	c = plain_character(c, category);
	if (f->split && (category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC))
		c = private_use(c);
	put_word_bytes(f, (char *)bytes, (size_t)utf8proc_encode_char(c, bytes), is_cjk(c));
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

		if ((mark && is_stripped_mark(parts[i])) || is_apostrophe(parts[i]) || parts[i] == 0x640)
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

/* The bytes of the apostrophe at s, 0 where there is none. */
static size_t
apostrophe_length(const char *s, size_t len)
{
	utf8proc_int32_t c = -1;
	size_t n = len > 0 ? utf8_len(s, len) : 0;

	if (n == 0)
		return 0;
	utf8proc_iterate((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)n, &c);
	return c == '\'' || c == '`' || is_apostrophe(c) ? n : 0;
}

/* rock'n'roll is rock 'n' roll: the bytes of an n between apostrophes at s, else 0. */
static size_t
and_length(const char *s, size_t len)
{
	size_t before = apostrophe_length(s, len), after;

	if (before == 0 || before + 1 >= len || (s[before] != 'n' && s[before] != 'N'))
		return 0;
	after = apostrophe_length(s + before + 1, len - before - 1);
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
		if (is_apostrophe(c))
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
		char c = (char)ascii[(unsigned char)s[i]];

		if (c > GONE) {
			if (f.gap && n > 0)
				to[n++] = ' ';
			f.gap = false;
			to[n++] = c;
		} else if (c == GAP) {
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

/* Signs that stand for letters inside a name: Ke$ha, P!nk, A$AP, deadm@u5. */
static char
letter_of_sign(char c)
{
	return c == '$' ? 's' : c == '!' ? 'i' : c == '@' ? 'a' : '\0';
}

static bool
inside_word(const char *s, size_t i, size_t len)
{
	unsigned char before = i > 0 ? (unsigned char)s[i - 1] : ' ';
	unsigned char after = i + 1 < len ? (unsigned char)s[i + 1] : ' ';

	return (before >= 128 || ascii[before] > GONE) && (after >= 128 || ascii[after] > GONE);
}

static void
add_word(struct buf *out, size_t start, const char *s, size_t len)
{
	if (out->len > start)
		buf_putc(out, ' ');
	buf_add(out, s, len);
}

/* Did fold() find nothing but signs, and keep them? */
static bool
is_signs(const char *folded)
{
	for (const char *s = folded; *s != '\0'; s++)
		if (*s != ' ' && (unsigned char)*s < 128 && ascii[(unsigned char)*s] <= GONE)
			return true;
	return false;
}

/* The joined forms of one word without blanks. */
static enum err_code
join_word(struct buf *out, size_t start, const char *s, size_t len, struct err *e)
{
	enum { LONGEST = 64 };
	char spelt[LONGEST];
	struct buf folded = { 0 };
	bool signs = false;
	size_t n = 0;

	if (len > LONGEST)
		return ERR_NONE;
	if (fold(&folded, s, len, e) != ERR_NONE)
		goto out;
	if (memchr(folded.data, ' ', folded.len) == NULL || is_signs(folded.data))
		goto out;
	for (size_t i = 0; i < folded.len; i++)
		if (folded.data[i] != ' ')
			folded.data[n++] = folded.data[i];
	add_word(out, start, folded.data, n);
	for (size_t i = 0; i < len; i++) {
		bool sign = letter_of_sign(s[i]) != '\0' && inside_word(s, i, len);

		spelt[i] = sign ? letter_of_sign(s[i]) : s[i];
		signs |= sign;
	}
	buf_clear(&folded);
	if (signs && fold(&folded, spelt, len, e) == ERR_NONE && memchr(folded.data, ' ', folded.len) == NULL)
		add_word(out, start, folded.data, folded.len);
out:
	buf_free(&folded);
	return e->code != ERR_NONE ? e->code : buf_ok(out, e);
}

enum err_code
fold_joined(struct buf *out, const char *s, size_t len, struct err *e)
{
	size_t start = out->len;

	for (size_t i = 0; i < len;) {
		size_t n = 0;
		bool signs = false;

		while (i + n < len && s[i + n] != ' ') {
			signs |= (unsigned char)s[i + n] >= 128 || ascii[(unsigned char)s[i + n]] == GAP;
			n++;
		}
		if (signs && n > 1 && join_word(out, start, s + i, n, e) != ERR_NONE)
			return e->code;
		i += n + 1;
	}
	return ERR_NONE;
}

/* Guns N' Roses, Rock 'n' Roll: an n that stands alone between words. */
static bool
has_lone_n(const char *s)
{
	for (const char *at = s; (at = strpbrk(at, "nN")) != NULL; at++) {
		bool begins = at > s && (at[-1] == ' ' || at[-1] == '\'');
		size_t after = apostrophe_length(at + 1, strlen(at + 1));

		if (begins && (at[1] == ' ' || after > 0) && at[1 + after] != '\0')
			return true;
	}
	return false;
}

bool
fold_says_and(const char *s)
{
	return strstr(s, " & ") != NULL || strstr(s, " + ") != NULL || has_lone_n(s);
}

static bool
is_word(const char *s, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(s, word, len) == 0;
}

bool
fold_bare(char *out, size_t size, const char *folded)
{
	size_t n = 0;
	bool changed = false;

	if (strlen(folded) >= size)
		return false;
	for (const char *s = folded; *s != '\0';) {
		size_t len = strcspn(s, " ");
		bool first = s == folded, last = s[len] == '\0';

		if ((first != last && is_word(s, len, "the")) ||
		    (!first && !last && (is_word(s, len, "and") || is_word(s, len, "n")))) {
			changed = true;
		} else {
			if (n > 0)
				out[n++] = ' ';
			memcpy(out + n, s, len);
			n += len;
		}
		s += len + !last;
	}
	out[n] = '\0';
	return changed && n > 0;
}

int64_t
fold_hash(const char *folded, size_t len)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)folded[i]) * 0x100000001b3u;
	return h == 0 ? 1 : (int64_t)h;
}
