/* match: which pairs of files are the same place on a release, and which file is better */
#include "store/commit/match.h"
#include "unit.h"

#include <string.h>

struct pair_side {
	const char *title, *artist, *disc, *track, *composer, *work, *albumid, *trackid, *placeid;
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
	add(&r, F_DISC, s->disc);
	add(&r, F_TRACK, s->track);
	add(&r, F_COMPOSER, s->composer);
	add(&r, F_WORK, s->work);
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
	one = match_same_place(&x, &y);
	other = match_same_place(&y, &x);
	CHECK(one == other);
	piece_free(&x);
	piece_free(&y);
	return one;
}

#define SIDE(...)                                                                                            \
	((struct pair_side){ .title = "Love", .artist = "Air", .track = "3", .ms = 200000, __VA_ARGS__ })

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
	CHECK(!same(SIDE(.work = "Op. 1"), SIDE(.work = "Op. 2")));
	CHECK(!same(SIDE(.track = NULL, .artist = "Moby"), SIDE(.track = NULL)));
	CHECK(!same(SIDE(.track = NULL, .title = "Love (2011 Remaster)"), SIDE(.track = NULL)));
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
}

static void
guests_are_cut_off(void)
{
	CHECK(match_artist_len("air") == 3);
	CHECK(match_artist_len("air feat beth hirsch") == 3);
	CHECK(match_artist_len("air ft beth") == 3);
	CHECK(match_artist_len("featuring nobody") == 16);
	CHECK(match_artist_len("") == 0);
}

int
main(void)
{
	the_same_place();
	kept_apart();
	mbids_decide();
	better_files();
	guests_are_cut_off();
	return unit_end("match");
}
