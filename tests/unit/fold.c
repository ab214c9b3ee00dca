/* SPDX-License-Identifier: MIT */
/* fold: what is the same to a listener is the same to the search */
#include <stdlib.h>
#include <string.h>

#include "text/fold.h"
#include "unit.h"

typedef enum err_code folder(struct buf *out, const char *s, size_t len, struct err *e);

static bool
gives(folder *how, const char *s, const char *want)
{
	struct err e = { 0 };
	struct buf b = { 0 };
	bool same;

	CHECK(how(&b, s, strlen(s), &e) == ERR_NONE);
	same = strcmp(b.data != NULL ? b.data : "", want) == 0;
	if (!same)
		fprintf(stderr, "'%s' gives '%s', not '%s'\n", s, b.data, want);
	buf_free(&b);
	return same;
}

/* Are they the same to the index? */
static bool
gives_same(const char *a, const char *b)
{
	struct err e = { 0 };
	struct buf x = { 0 }, y = { 0 };
	bool same;

	CHECK(fold_index(&x, a, strlen(a), &e) == ERR_NONE && fold_index(&y, b, strlen(b), &e) == ERR_NONE);
	same = strcmp(x.data, y.data) == 0;
	buf_free(&x);
	buf_free(&y);
	return same;
}

static void
check_all(const char *const (*table)[2], size_t n)
{
	for (size_t i = 0; i < n; i++)
		CHECK(gives(fold, table[i][0], table[i][1]));
}

static void
letters(void)
{
	static const char *const table[][2] = {
		{ "Björk", "bjork" },
		{ "Bjørk", "bjork" },
		{ "Bjo\xcc\x88rk", "bjork" },
		{ "Sigur Rós", "sigur ros" },
		{ "MÖTLEY CRÜE", "motley crue" },
		{ "Łódź Straße ẞ Æon Œuvre Đorđe Ðð Þór ısı İ",
		    "lodz strasse ss aeon oeuvre dorde dd thor isi i" },
		{ "Ħaż-Żebbuġ Ŋ ŧ ĸ", "haz zebbug n t k" },
		{ "ñ ç ğ ş ș ő ű å Å ỉ ơ", "n c g s s o u a a i o" },
		{ "Əlvida ɛ ɔ ɓ ɗ ƙ ƒ", "elvida e o b d k f" },
		{ "ᴛʜᴇ ʙᴏᴏᴋ ꜱʏ", "the book sy" },
		{ "Ǆ ĳ ŉ", "dz ij n" },
		/* Greek and Cyrillic: final sigma, accents, yo and short i as those who type fast write them
		 */
		{ "ΣΊΣΥΦΟΣ Σίσυφος", "σισυφοσ σισυφοσ" },
		{ "Ἀθῆναι ΐ µ", "αθηναι ι μ" },
		{ "Ёлка ЙОД Ї Ў", "елка иод і у" },
		{ "и\xcc\x86", "и" },
		/* Arabic and Hebrew: vowel points, the line that stretches, forms of alef, Persian letters */
		{ "مُحَمَّد", "محمد" },
		{ "أحمد إ آ ٱ", "احمد ا ا ا" },
		{ "مـــا", "ما" },
		{ "فارسی ک ة ى", "فارسي ك ه ي" },
		{ "שָׁלוֹם", "שלום" },
		/* the vowel signs of these scripts are letters to their readers */
		{ "हिन्दी", "हिन्दी" },
		{ "தமிழ்", "தமிழ்" },
		{ "বাংলা", "বাংলা" },
		{ "ก็", "ก็" },
		{ "น้ำ", "น้ํา" },
		/* widths, ligatures, signs made of letters, digits and numbers */
		{ "ｐｏｐ ＰＯＰ ﬁre ﬂow ² ½ ①", "pop pop fire flow 2 1 2 1" },
		{ "𝐁𝐨𝐥𝐝 Ⓐ", "bold a" },
		{ "Ⅳ Ⅻ ⅷ", "iv xii viii" },
		{ "١٢٣ १२३ ۴۵ ๗ ０", "123 123 45 7 0" },
		{ "Foo™ Bar® ©1999 № 5", "foo bar 1999 no 5" },
	};

	check_all(table, sizeof table / sizeof table[0]);
	CHECK(!gives_same("हिन्दी", "हानद")); /* nor for the index's tokenizer */
}

static void
signs(void)
{
	static const char *const table[][2] = {
		{ "Don't Don’t Don‘t Donʼt Don＇t Don`t Don´t Don′t Donʻt",
		    "dont dont dont dont dont dont dont dont dont" },
		{ "‘Heroes’", "heroes" },
		{ "L'Été", "lete" },
		{ "Rock'n'Roll rock ’n’ roll rock’N’roll", "rock n roll rock n roll rock n roll" },
		{ "Guns N' Roses", "guns n roses" },
		{ "AC/DC", "ac dc" },
		{ "R.E.M.", "r e m" },
		{ "blink-182 Blink‐182 Jay–Z", "blink 182 blink 182 jay z" },
		{ " Hello,\tGoodbye! ", "hello goodbye" },
		{ "*NSYNC (sic) [x]", "nsync sic x" },
		{ "!!!", "!!!" },
		{ "? !", "? !" },
		{ "★", "★" },
		{ "'", "'" },
		{ "¥€$", "¥€$" },
		{ "", "" },
		{ " \t ", "" },
		/* an emoji is all there is, or nothing; what joins, hides or hyphenates is not there */
		{ "😀", "😀" },
		{ "❤️ Love 👩‍👩‍👧", "love" },
		{ "so\xc2\xad"
		  "ft \xef\xbb\xbf"
		  "bom",
		    "soft bom" },
		{ "zero\xe2\x80\x8bwidth", "zero width" },
		{ "a\xff"
		  "b",
		    "a b" },
	};

	check_all(table, sizeof table / sizeof table[0]);
	CHECK(fold_says_and("Simon & Garfunkel") && fold_says_and("Florence + the Machine"));
	CHECK(!fold_says_and("R&B") && !fold_says_and("C++"));
}

static void
cjk(void)
{
	static const char *const table[][2] = {
		/* katakana is hiragana, of any width; what voices it stays */
		{ "ガ が ｶﾞ", "が が が" },
		{ "カ\xe3\x82\x99 カ゛ ﾊﾟ", "が が ぱ" },
		{ "カ か ｶ", "か か か" },
		{ "アイドル", "あいどる" },
		{ "キャリー ヴ ヽ", "きゃりー ゔ ゝ" },
		{ "【推しの子】", "推しの子" },
		{ "邓丽君", "邓丽君" },
		{ "아이유", "아이유" },
		{ "\xe1\x84\x8b\xe1\x85\xa1\xe1\x84\x8b\xe1\x85\xb5\xe1\x84\x8b\xe1\x85\xb2",
		    "아이유" }, /* letter by letter */
		{ "ㅋㅋ", "ᄏᄏ" },
	};

	check_all(table, sizeof table / sizeof table[0]);
	CHECK(gives(fold_index, "邓丽君", "邓 丽 君"));
	CHECK(gives(fold_index, "YOASOBI夜に駆ける!", "yoasobi 夜 に 駆 け る"));
	CHECK(gives(fold_index, "아이유 IU", "아 이 유 iu"));
	CHECK(gives(fold_index, "Björk", "bjork"));
	CHECK(gives(fold_index, "!!!", "\xee\x80\xa1\xee\x80\xa1\xee\x80\xa1")); /* private-use letters */
}

static void
joined(void)
{
	CHECK(gives(fold_joined, "AC/DC", "acdc"));
	CHECK(gives(fold_joined, "R.E.M. live", "rem"));
	CHECK(gives(fold_joined, "A-ha", "aha"));
	CHECK(gives(fold_joined, "T.N.T. N.W.A M.I.A. t.A.T.u. blink-182", "tnt nwa mia tatu blink182"));
	CHECK(gives(fold_joined, "deadm@u5 A$AP will.i.am", "deadmu5 deadmau5 aap asap william"));
	CHECK(gives(fold_joined, "Ke$ha and P!nk", "keha kesha pnk pink"));
	CHECK(gives(fold_joined, "Plain Words, no more", ""));
	CHECK(gives(fold_joined, "don't", ""));
	CHECK(gives(fold_joined, "\"\xff--", ""));
}

static void
hashes_and_columns(void)
{
	char *key = fold_key(NULL);

	CHECK(key != NULL && *key == '\0');
	free(key);
	CHECK(fold_hash("", 0) != 0);
	CHECK(fold_hash("a", 1) == (int64_t)0xaf63dc4c8601ec8cu);
	CHECK(text_width("abc", 3) == 3);
	CHECK(text_width("夜に", strlen("夜に")) == 4);
	CHECK(text_width("e\xcc\x81", 3) == 1);
	CHECK(text_fit("夜に駆", strlen("夜に駆"), 5) == strlen("夜に"));
	CHECK(text_fit("abc", 3, 9) == 3);
	key = text_nfc("e\xcc\x81\xff", 4);
	CHECK(key != NULL && strcmp(key, "é\xef\xbf\xbd") == 0);
	free(key);
}

int
main(void)
{
	letters();
	signs();
	cjk();
	joined();
	hashes_and_columns();
	return unit_end("fold");
}
