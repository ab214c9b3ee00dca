/* SPDX-License-Identifier: MIT */
/* match: which pairs of files are the same place on a release, and which file is better */
#include "store/commit/match.h"
#include "store/commit/similar.h"
#include "text/fold.h"
#include "unit.h"

#include <string.h>

struct pair_side {
	const char *title, *artist, *album, *disc, *track, *composer, *work, *label, *number;
	const char *albumid, *trackid, *placeid;
	int64_t ms;
};

static void
add(struct record *r, enum field f, const char *value)
{
	struct err e = { 0 };

	if (value != NULL)
		CHECK(record_add(r, f, NULL, value, &e) == ERR_NONE);
}

static void
make(struct piece *p, const struct pair_side *s)
{
	struct err e = { 0 };
	struct record r = { .duration_ms = s->ms };

	add(&r, F_TITLE, s->title);
	add(&r, F_ARTIST, s->artist);
	add(&r, F_ALBUM, s->album);
	add(&r, F_DISC, s->disc);
	add(&r, F_TRACK, s->track);
	add(&r, F_COMPOSER, s->composer);
	add(&r, F_WORK, s->work);
	add(&r, F_LABEL, s->label);
	add(&r, F_CATALOGNUMBER, s->number);
	add(&r, F_MB_ALBUMID, s->albumid);
	add(&r, F_MB_TRACKID, s->trackid);
	add(&r, F_MB_RELEASETRACKID, s->placeid);
	CHECK(piece_of_record(p, &r, &e) == ERR_NONE);
	record_free(&r);
}

static bool
same(struct pair_side a, struct pair_side b)
{
	struct piece x = { 0 }, y = { 0 };
	bool one, other;

	make(&x, &a);
	make(&y, &b);
	one = match_same_place(&x, &y) != SAME_NOT;
	other = match_same_place(&y, &x) != SAME_NOT;
	CHECK(one == other);
	piece_free(&x);
	piece_free(&y);
	return one;
}

#define SIDE(...)                                                                                            \
	((struct pair_side){                                                                                 \
	    .title = "Love", .artist = "Air", .album = "Moon", .track = "3", .ms = 200000, __VA_ARGS__ })

#pragma GCC diagnostic ignored "-Woverride-init"
#ifdef __clang__
#pragma clang diagnostic ignored "-Winitializer-overrides"
#endif

static void
the_same_place(void)
{
	CHECK(same(SIDE(.ms = 200000), SIDE(.ms = 202000)));
	CHECK(same(SIDE(.title = "L\xc3\xb6ve"), SIDE(.title = "LOVE")));
	CHECK(same(SIDE(.disc = "1"), SIDE(.disc = NULL)));
	CHECK(same(SIDE(.track = NULL), SIDE(.track = NULL)));
	CHECK(same(SIDE(.track = NULL), SIDE(.track = "3")));
	CHECK(same(SIDE(.title = "Love (2011 Remaster)"), SIDE(.title = "Love")));
	CHECK(same(SIDE(.title = "Love (Album Version)"), SIDE(.title = "Love")));
	CHECK(same(SIDE(.title = "Love (feat. Beth)"), SIDE(.title = "Love")));
	CHECK(same(SIDE(.track = NULL, .artist = "Air feat. Beth"), SIDE(.track = NULL)));
	CHECK(same(SIDE(.composer = "Satie"), SIDE(.composer = NULL)));
	CHECK(same(SIDE(.composer = "Erik Satie"), SIDE(.composer = "erik satie")));
	CHECK(same(SIDE(.composer = "J. S. Bach"), SIDE(.composer = "Johann Sebastian Bach")));
	CHECK(same(SIDE(.composer = "Lennon/McCartney"), SIDE(.composer = "John Lennon, Paul McCartney")));
	CHECK(same(SIDE(.track = NULL, .title = "Love (2011 Remaster)"), SIDE(.track = NULL)));
	CHECK(same(SIDE(.track = NULL, .artist = "The Air"), SIDE(.track = NULL)));
	CHECK(same(SIDE(.label = "EMI"), SIDE(.label = "Parlophone")));
	CHECK(same(SIDE(.number = "7 46446 2"), SIDE(.number = "7464462")));
	CHECK(same(SIDE(.label = "EMI", .title = "Love (Remastered)"), SIDE(.label = "emi")));
	CHECK(same(SIDE(.work = "Op. 9 No. 2"), SIDE(.work = "op 9 nr. ii")));
}

static void
kept_apart(void)
{
	CHECK(!same(SIDE(.ms = 200000), SIDE(.ms = 202001)));
	CHECK(!same(SIDE(.ms = 0), SIDE(.ms = 0)));
	CHECK(!same(SIDE(.title = NULL), SIDE(.title = NULL)));
	CHECK(!same(SIDE(.artist = NULL), SIDE(.artist = NULL)));
	CHECK(!same(SIDE(.track = "3"), SIDE(.track = "4")));
	CHECK(!same(SIDE(.disc = "1"), SIDE(.disc = "2")));
	CHECK(!same(SIDE(.title = "Love"), SIDE(.title = "Hate")));
	CHECK(!same(SIDE(.title = "Love (Live)"), SIDE(.title = "Love")));
	CHECK(!same(SIDE(.title = "Love (Moby Remix)"), SIDE(.title = "Love")));
	CHECK(!same(SIDE(.title = "Love (feat. Beth) [Live]"), SIDE(.title = "Love (feat. Beth)")));
	CHECK(!same(SIDE(.title = "Love, Part 1"), SIDE(.title = "Love, Part 2")));
	CHECK(!same(SIDE(.title = "Love, Pt. I"), SIDE(.title = "Love, Pt. II")));
	CHECK(!same(SIDE(.title = "Love Vol. 2"), SIDE(.title = "Love")));
	CHECK(!same(SIDE(.title = "1999"), SIDE(.title = "1984")));
	CHECK(!same(SIDE(.title = "Remaster"), SIDE(.title = "Remastered")));
	CHECK(!same(SIDE(.composer = "Satie"), SIDE(.composer = "Ravel")));
	CHECK(!same(SIDE(.composer = "Johann Strauss"), SIDE(.composer = "Richard Strauss")));
	CHECK(!same(SIDE(.work = "Op. 1"), SIDE(.work = "Op. 2")));
	CHECK(!same(SIDE(.track = NULL, .artist = "Moby"), SIDE(.track = NULL)));
	CHECK(!same(SIDE(.album = NULL, .title = "Love (2011 Remaster)"), SIDE(.album = NULL)));
	CHECK(!same(SIDE(.label = "EMI", .number = "1"), SIDE(.label = "Parlophone", .number = "2")));
	CHECK(!same(SIDE(.label = "EMI", .title = "Love (Remastered)"), SIDE(.label = "Parlophone")));
}

static void
mbids_decide(void)
{
	CHECK(same(SIDE(.placeid = "A", .ms = 1000, .title = "Lov"), SIDE(.placeid = "a")));
	CHECK(!same(SIDE(.placeid = "a"), SIDE(.placeid = "b")));
	CHECK(!same(SIDE(.albumid = "a"), SIDE(.albumid = "b")));
	CHECK(!same(SIDE(.trackid = "a"), SIDE(.trackid = "b")));
	CHECK(!same(SIDE(.albumid = "a", .placeid = "x"), SIDE(.albumid = "b", .placeid = "x")));
	CHECK(same(SIDE(.trackid = "a", .ms = 1000), SIDE(.trackid = "a")));
	CHECK(same(SIDE(.trackid = "a"), SIDE(.trackid = NULL)));
	CHECK(!same(SIDE(.trackid = "a", .track = "4"), SIDE(.trackid = "a")));
	CHECK(!same(SIDE(.placeid = "a", .title = NULL), SIDE(.placeid = "a")));
}

static void
better_files(void)
{
	struct quality mp3 = quality_of("mpeg", "mp3", 320000, 0), low = quality_of("mpeg", "mp3", 128000, 0);
	struct quality flac = quality_of("flac", "flac", 200000, 16),
		       deep = quality_of("flac", "flac", 200000, 24);
	struct quality alac = quality_of("mp4", "alac", 700000, 16),
		       aac = quality_of("mp4", "aac", 256000, 0);
	struct quality wav = quality_of("wav", "", 1411000, 16);

	CHECK(quality_better(&flac, &mp3));
	CHECK(!quality_better(&mp3, &flac));
	CHECK(quality_better(&mp3, &low));
	CHECK(quality_better(&mp3, &aac));
	CHECK(quality_better(&alac, &mp3));
	CHECK(quality_better(&deep, &flac));
	CHECK(quality_better(&wav, &mp3));
	CHECK(!quality_better(&flac, &flac));
	flac.damaged = true;
	CHECK(quality_better(&mp3, &flac));
	CHECK(!quality_better(&flac, &low));
}

/* Titles as taggers write them: do they say the same? */
static const struct {
	const char *a, *b;
	bool same;
} titles[] = {
	{ "Björk’s Song", "BJORKS SONG", true },
	{ "Don't Stop Me Now", "Dont stop me now!", true },
	{ "The Model", "Model", true },
	{ "Rock & Roll", "Rock and Roll", true },
	{ "Come Together - 2019 Mix", "Come Together", false },
	{ "Come Together - Remastered 2009", "Come Together", true },
	{ "Come Together - 2009 Remaster", "Come Together (Remastered)", true },
	{ "Come Together (2009 Digital Remaster)", "Come Together", true },
	{ "Come Together [Digitally Remastered]", "Come Together", true },
	{ "Come Together (Remastered Version)", "Come Together", true },
	{ "1999 (Remastered 2019)", "1999", true },
	{ "1999 - 2019 Remaster", "1984 - 2019 Remaster", false },
	{ "Song (Album Version)", "Song", true },
	{ "Song (Single Version)", "Song", false },
	{ "Song (Bonus Track)", "Song", true },
	{ "Song (Deluxe Edition)", "Song", true },
	{ "Song (20th Anniversary Edition)", "Song", true },
	{ "Special", "Special Edition", false },
	{ "Anniversary", "Song", false },
	{ "The Album", "The", false },
	{ "Song (Live)", "Song", false },
	{ "Song - Live at Wembley", "Song (Live in Paris)", false },
	{ "Song (Acoustic)", "Song", false },
	{ "Song (Instrumental)", "Song", false },
	{ "Song (Demo)", "Song", false },
	{ "Song (Moby Remix)", "Song", false },
	{ "Song (Original Mix)", "Song", false },
	{ "Song (Radio Edit)", "Song", false },
	{ "Song (Mono)", "Song (Stereo)", false },
	{ "Song (Reprise)", "Song", false },
	{ "Song feat. Beth", "Song (featuring Beth Hirsch)", true },
	{ "Song (ft. 50 Cent)", "Song", true },
	{ "Song (feat. Beth) [Remastered 2011]", "Song", true },
	{ "Song (feat. Beth) [Live]", "Song [Live]", true },
	{ "Song (feat. Beth) [Live]", "Song (feat. Beth)", false },
	{ "Song (feat. Beth) [Moby Remix]", "Song (feat. Beth) [Air Remix]", false },
	{ "Song (feat. Beth) [Moby Remix]", "Song (feat. Beth)", false },
	{ "Song (feat. Beth) Pt. 2", "Song, Part II", true },
	{ "Song (feat. Beth) Pt. 2", "Song (feat. Beth) Pt. 1", false },
	{ "Feat", "Song", false },
	{ "Brick, Pt. 2", "Brick (Part II)", true },
	{ "Brick, Part Two", "Brick (Pt. 2)", true },
	{ "Brick, Pt. 02", "Brick, Part 2", true },
	{ "Brick, Part 1", "Brick, Part 2", false },
	{ "Brick, Part I", "Brick, Part II", false },
	{ "Brick, Part IV", "Brick, Part VI", false },
	{ "Brick", "Brick, Part 2", false },
	{ "Hits, Vol. 1", "Hits, Volume I", true },
	{ "Hits, Vol. 1", "Hits, Vol. 2", false },
	{ "Sonata No. 3: II. Adagio", "Sonata No. 3: III. Adagio", false },
	{ "Sonata No. 3: Adagio", "Sonata Nr. 3 - Adagio", true },
	{ "Sonata No. 3: Adagio", "Sonata No. 4: Adagio", false },
	{ "Op. 9 No. 1", "Op. 9 No. 2", false },
	{ "Group", "Группа", false },
	{ "Группа крови", "группа крови (Remastered 2010)", true },
};

static bool
agree(void (*words)(struct buf *, const char *), const char *a, const char *b)
{
	char *x = fold_key(a), *y = fold_key(b), *one = similar(words, x), *other = similar(words, y);
	bool same = one != NULL && other != NULL && strcmp(one, other) == 0;

	free(x);
	free(y);
	free(one);
	free(other);
	return same;
}

static void
titles_agree(void)
{
	for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++) {
		bool is = agree(similar_title, titles[i].a, titles[i].b);

		if (is != titles[i].same)
			fprintf(stderr, "'%s', '%s'\n", titles[i].a, titles[i].b);
		CHECK(is == titles[i].same);
	}
}

static void
albums_agree(void)
{
	CHECK(agree(similar_album, "Abbey Road (Remastered)", "Abbey Road"));
	CHECK(agree(similar_album, "The Wall", "Wall [2011 Remaster]"));
	CHECK(!agree(similar_album, "Abbey Road (Deluxe Edition)", "Abbey Road"));
	CHECK(!agree(similar_album, "Abbey Road (Super Deluxe Edition)", "Abbey Road (Deluxe Edition)"));
	CHECK(!agree(similar_album, "Hits, Vol. 1", "Hits, Vol. 2"));
	CHECK(agree(similar_album, "Hits, Vol. 1", "Hits, Volume One"));
	CHECK(!agree(similar_album, "MTV Unplugged", "MTV"));
	CHECK(agree(similar_name, "Simon & Garfunkel", "Simon and Garfunkel"));
	CHECK(agree(similar_name, "The Beatles", "Beatles"));
}

static void
guests_are_cut_off(void)
{
	CHECK(similar_artist_len("air") == 3);
	CHECK(similar_artist_len("air feat beth hirsch") == 3);
	CHECK(similar_artist_len("air ft beth") == 3);
	CHECK(similar_artist_len("featuring nobody") == 16);
	CHECK(similar_artist_len("") == 0);
}

int
main(void)
{
	the_same_place();
	kept_apart();
	mbids_decide();
	better_files();
	titles_agree();
	albums_agree();
	guests_are_cut_off();
	return unit_end("match");
}
