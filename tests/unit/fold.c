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

static void
letters(void)
{
	CHECK(gives(fold, "Björk", "bjork"));
	CHECK(gives(fold, "Bjørk", "bjork"));
	CHECK(gives(fold, "Bjo\xcc\x88rk", "bjork"));
	CHECK(gives(fold, "Sigur Rós", "sigur ros"));
	CHECK(gives(fold, "Łódź Straße Æon Œuvre Đorđe Ðð Þór ısı İ",
	    "lodz strasse aeon oeuvre dorde dd thor isi i"));
	CHECK(gives(fold, "MÖTLEY CRÜE", "motley crue"));
	CHECK(gives(fold, "ΣΊΣΥΦΟΣ", "σισυφοσ"));
	CHECK(gives(fold, "Ёлка й", "елка и"));
	CHECK(gives(fold, "ｐｏｐ ﬁre ²", "pop fire 2"));
	CHECK(gives(fold, "हिन्दी", "हिन्दी"));
}

static void
signs(void)
{
	CHECK(gives(fold, "Don't Stop", "dont stop"));
	CHECK(gives(fold, "Don’t  Stop", "dont stop"));
	CHECK(gives(fold, "‘Heroes’", "heroes"));
	CHECK(gives(fold, "AC/DC", "ac dc"));
	CHECK(gives(fold, " Hello,\tGoodbye! ", "hello goodbye"));
	CHECK(gives(fold, "!!!", "!!!"));
	CHECK(gives(fold, "? !", "? !"));
	CHECK(gives(fold, "★", "★"));
	CHECK(gives(fold, "'", "'"));
	CHECK(gives(fold, "", ""));
	CHECK(gives(fold, " \t ", ""));
	CHECK(gives(fold, "Foo™ Bar", "foo bar"));
	CHECK(gives(fold,
	    "a\xff"
	    "b",
	    "a b"));
	CHECK(gives(fold,
	    "zero\xe2\x80\x8bwidth so\xc2\xad"
	    "ft",
	    "zero width soft"));
}

static void
cjk(void)
{
	CHECK(gives(fold, "ガ", "ガ"));
	CHECK(gives(fold, "ｶﾞ", "ガ"));
	CHECK(gives(fold, "カ\xe3\x82\x99", "ガ"));
	CHECK(gives(fold, "カ", "カ"));
	CHECK(gives(fold, "邓丽君", "邓丽君"));
	CHECK(gives(fold_index, "邓丽君", "邓 丽 君"));
	CHECK(gives(fold_index, "YOASOBI夜に駆ける!", "yoasobi 夜 に 駆 け る"));
	CHECK(gives(fold_index, "아이유 IU", "아 이 유 iu"));
	CHECK(gives(fold, "아이유", "아이유"));
	CHECK(gives(fold_index, "Björk", "bjork"));
	CHECK(gives(fold_index, "!!!", "\xee\x80\xa1\xee\x80\xa1\xee\x80\xa1")); /* private-use letters */
}

static void
joined(void)
{
	CHECK(gives(fold_joined, "AC/DC", "acdc"));
	CHECK(gives(fold_joined, "R.E.M. live", "rem"));
	CHECK(gives(fold_joined, "A-ha", "aha"));
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
