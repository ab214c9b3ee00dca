/* SPDX-License-Identifier: MIT */
#include "text/fold_chars.h"

#include "base/out.h"

const unsigned char fold_ascii[128] = {
	['\''] = FOLD_GONE,
	['`'] = FOLD_GONE,
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

bool
folds_cjk(int32_t c)
{
	return c >= 0x1100 &&
	    (c <= 0x11ff || (c >= 0x2e80 && c <= 0x2fdf) || (c >= 0x3005 && c <= 0x3007) ||
		(c >= 0x3021 && c <= 0x3035) || (c >= 0x303b && c <= 0x31ff) ||
		(c >= 0x3400 && c <= 0x4dbf) || (c >= 0x4e00 && c <= 0x9fff) ||
		(c >= 0xa960 && c <= 0xa97f) || (c >= 0xac00 && c <= 0xd7ff) ||
		(c >= 0xf900 && c <= 0xfaff) || (c >= 0x1aff0 && c <= 0x1b16f) ||
		(c >= 0x20000 && c <= 0x3ffff));
}

bool
folds_apostrophe(int32_t c)
{
	return c == 0x2018 || c == 0x2019 || c == 0x201b || c == 0x2032 || c == 0xb4 ||
	    (c >= 0x2b9 && c <= 0x2bf) || c == 0xff07 || c == 0xff40;
}

bool
folds_away(int32_t c)
{
	return c < 0x900 || (c >= 0x1ab0 && c <= 0x1aff) || (c >= 0x1dc0 && c <= 0x1dff) ||
	    (c >= 0x20d0 && c <= 0x20ff) || (c >= 0xfe00 && c <= 0xfe2f) || c >= 0xe0100;
}

const char *
fold_letters(int32_t c)
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

/* Each script's ten digits stand in a row. */
int32_t
fold_character(int32_t c, utf8proc_category_t category)
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

size_t
fold_apostrophe(const char *s, size_t len)
{
	utf8proc_int32_t c = -1;
	size_t n = len > 0 ? utf8_len(s, len) : 0;

	if (n == 0)
		return 0;
	utf8proc_iterate((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)n, &c);
	return c == '\'' || c == '`' || folds_apostrophe(c) ? n : 0;
}
