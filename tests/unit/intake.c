/* SPDX-License-Identifier: MIT */
/* intake: guesses from names, --set, roots, the walk, names of pictures */
#include <fcntl.h>
#include <sys/stat.h>

#include "intake/describe/art.h"
#include "intake/describe/guess.h"
#include "intake/set.h"
#include "intake/walk/walk.h"
#include "unit.h"

static char dir[4096];

/* "artist|album|disc|track|title" of an untagged file. */
static void
guess(const char *path, const char *want)
{
	static const enum field fields[] = { F_ARTIST, F_ALBUM, F_DISC, F_TRACK, F_TITLE };
	struct record r = { 0 };
	struct err e = { 0 };
	struct buf got = { 0 };

	CHECK(guess_fill(&r, path, &e) == ERR_NONE);
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		const char *value = record_get(&r, fields[i]);

		buf_printf(&got, "%s%s", i > 0 ? "|" : "", value != NULL ? value : "");
	}
	if (strcmp(got.data, want) != 0)
		fprintf(stderr, "%s: %s, not %s\n", path, got.data, want);
	CHECK(strcmp(got.data, want) == 0);
	buf_free(&got);
	record_free(&r);
}

static void
guesses(void)
{
	guess("Title.mp3", "||||Title");
	guess("02 Title.mp3", "|||2|Title");
	guess("02. Title.mp3", "|||2|Title");
	guess("02 - Title.mp3", "|||2|Title");
	guess("2-03 Title.mp3", "||2|3|Title");
	guess("Album/02_a_b.flac", "|Album||2|a b");
	guess("x/Artist/Album/02 A_B.flac", "Artist|Album||2|A B");
	guess("Artist/Album/CD1/02 T.ogg", "Artist|Album|1|2|T");
	guess("Artist/Album/Disc 2/T.ogg", "Artist|Album|2||T");
	guess("CD2/T.ogg", "||2||T");
	guess("CDs/T.ogg", "|CDs|||T");
	guess("1979.mp3", "||||1979");
	guess("00 Hidden.mp3", "||||00 Hidden");
	guess("2046 Theme.mp3", "||||2046 Theme");
	guess("7.mp3", "||||7");
	guess("07 .mp3", "||||07");
	guess(".mp3", "||||.mp3");
	guess("no suffix", "||||no suffix");
	guess("a.b.mp3", "||||a.b");
	guess("bad\xff.mp3", "||||bad\xef\xbf\xbd");
	guess("new\nline.mp3", "||||new line");
}

static void
guesses_only_what_is_missing(void)
{
	struct record r = { 0 };
	struct err e = { 0 };

	CHECK(record_add(&r, F_TITLE, NULL, "99 Luftballons", &e) == ERR_NONE);
	CHECK(record_add(&r, F_ALBUMARTIST, NULL, "Nena", &e) == ERR_NONE);
	CHECK(guess_fill(&r, "Pop/Best/99 Luftballons.mp3", &e) == ERR_NONE);
	CHECK(strcmp(record_get(&r, F_TITLE), "99 Luftballons") == 0);
	CHECK(record_get(&r, F_TRACK) == NULL);
	CHECK(record_get(&r, F_ARTIST) == NULL);
	CHECK(strcmp(record_get(&r, F_ALBUM), "Best") == 0);
	CHECK(r.nnotes == 0);
	record_free(&r);
}

static void
sets(void)
{
	static const char *const good[][2] = { { "title=a=b", "a=b" }, { "TITLE=x", "x" },
		{ "album_artist=V", "V" }, { "track=3", "3" }, { "bpm=107.5", "107.5" },
		{ "bpm=107,5", "107.5" }, { "key=8A", "Am" }, { "isrc=us-rc1-76-07839", "USRC17607839" },
		{ "rg_track_gain=-7.1 dB", "-7.10" }, { "date=2001", "2001" },
		{ "date=2001-02-03", "2001-02-03" }, { "compilation=yes", "1" }, { "compilation=no", "" },
		{ "comment=", "" }, { "title=e\xcc\x81", "\xc3\xa9" } };
	static const char *const bad[] = { "title", "=x", "", "nothing=1", "id=3", "size=1", "sha256=00",
		"rating=80", "track=x", "track=-1", "track=3x", "bpm=inf", "bpm=0", "date=2001-1", "date=01",
		"date=2001-00", "date=2001-02-29", "track=0", "isrc=x", "key=H", "mb_albumid=1",
		"compilation=maybe", "title=\x01", "title=\xc3" };

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		struct err e = { 0 };
		struct set s = { 0 };

		CHECK(set_parse(&s, good[i][0], &e) == ERR_NONE);
		CHECK(s.value != NULL && strcmp(s.value, good[i][1]) == 0);
		set_free(&s);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct err e = { 0 };
		struct set s = { 0 };

		CHECK(set_parse(&s, bad[i], &e) == ERR_USAGE);
		CHECK(s.value == NULL && e.msg[0] != '\0');
	}
}

static void
applies_sets(void)
{
	static const char *const texts[] = { "genre=A", "genre=B", "title=one", "title=two", "comment=" };
	struct set list[5] = { 0 };
	struct record r = { 0 };
	struct err e = { 0 };
	int genres = 0;

	for (int i = 0; i < 5; i++)
		CHECK(set_parse(&list[i], texts[i], &e) == ERR_NONE);
	CHECK(record_add(&r, F_GENRE, NULL, "Old", &e) == ERR_NONE);
	CHECK(record_add(&r, F_COMMENT, NULL, "gone", &e) == ERR_NONE);
	CHECK(set_apply(&r, list, 5, &e) == ERR_NONE);
	for (size_t i = 0; i < r.nvalues; i++)
		genres += r.values[i].field == F_GENRE;
	CHECK(genres == 2 && strcmp(record_get(&r, F_GENRE), "A") == 0);
	CHECK(strcmp(record_get(&r, F_TITLE), "two") == 0);
	CHECK(record_get(&r, F_COMMENT) == NULL);
	for (int i = 0; i < 5; i++)
		set_free(&list[i]);
	record_free(&r);
}

static void
pictures(void)
{
	const char *mime = NULL, *suffix = NULL;

	CHECK(art_is_name("cover.jpg") && art_is_name("FOLDER.PNG") && art_is_name("Front.WebP"));
	CHECK(!art_is_name("cover.txt") && !art_is_name("cover") && !art_is_name("my cover.jpg"));
	CHECK(!art_is_name(".jpg") && !art_is_name("cover.jpg.mp3"));
	CHECK(art_sniff("\xff\xd8\xff\xe0", 4, &mime, &suffix) && strcmp(mime, "image/jpeg") == 0);
	CHECK(art_sniff("RIFF....WEBP", 12, &mime, &suffix) && strcmp(suffix, "webp") == 0);
	CHECK(!art_sniff("\xff\xd8", 2, &mime, &suffix) && !art_sniff("", 0, &mime, &suffix));
}

static void
touch(const char *name)
{
	char path[8192];
	int fd;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	CHECK(fd >= 0);
	close(fd);
}

static void
make(const char *name)
{
	char path[8192];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	CHECK(mkdir(path, 0700) == 0);
}

/* The names that a walk finds, relative to dir, separated by blanks; "!" for a failure. */
static void
walks(char **roots, size_t n, bool dereference, const char *library, const char *want)
{
	struct walk_options o = { dereference, library, NULL, 0 };
	struct walk_entry entry;
	struct walk *w = NULL;
	struct err e = { 0 };
	struct buf got = { 0 };
	enum walk_step step;

	CHECK(walk_new(&w, roots, n, &o, &e) == ERR_NONE);
	while ((step = walk_next(w, &entry, &e)) != WALK_END && step != WALK_BROKEN) {
		buf_puts(&got, got.len > 0 ? " " : "");
		buf_puts(&got, step == WALK_FILE ? entry.path + strlen(dir) + 1 : "!");
		if (step == WALK_FILE)
			CHECK(strcmp(entry.name, strrchr(entry.path, '/') + 1) == 0 &&
			    S_ISREG(entry.st.st_mode));
	}
	CHECK(step == WALK_END);
	buf_puts(&got, "");
	if (strcmp(got.data, want) != 0)
		fprintf(stderr, "found %s\nnot   %s\n", got.data, want);
	CHECK(strcmp(got.data, want) == 0);
	buf_free(&got);
	walk_free(w);
}

static int failures;

static void
on_failed(const struct err *e)
{
	CHECK(e->msg[0] != '\0');
	failures++;
}

static void
walk_and_roots(void)
{
	char link[8192], library[8192], gone[8192], **roots = NULL;
	char *operands[] = { dir, gone, dir, library, link };
	struct err e = { 0 };
	size_t n = 0;

	make("m");
	make("m/b");
	make("m/lib");
	touch("m/b.mp3");
	touch("m/b/2");
	touch("m/b/1");
	touch("m/.hidden");
	touch("m/a b");
	touch("m/lib/x");
	snprintf(link, sizeof link, "%s/m/b/up", dir);
	CHECK(symlink("..", link) == 0);
	snprintf(link, sizeof link, "%s/m/none", dir);
	CHECK(symlink("nowhere", link) == 0);
	snprintf(library, sizeof library, "%s/m/lib", dir);
	snprintf(gone, sizeof gone, "%s/gone", dir);
	CHECK(roots_resolve(operands, 5, library, false, on_failed, &roots, &n, &e) == ERR_NONE);
	CHECK(failures == 3); /* gone, the library, the link to nowhere */
	CHECK(n == 1 && strcmp(roots[0], dir) == 0);
	walks(roots, n, false, library, "m/.hidden m/a b m/b/1 m/b/2 m/b.mp3");
	walks(roots, n, true, library, "m/.hidden m/a b m/b/1 m/b/2 m/b.mp3 !");
	walks(roots, n, false, NULL, "m/.hidden m/a b m/b/1 m/b/2 m/b.mp3 m/lib/x");
	paths_free(roots);
	operands[0] = gone;
	walks(operands, 1, false, NULL, "!");
}

int
main(void)
{
	char real[4096];

	unit_scratch(real, sizeof real);
	CHECK(realpath(real, dir) != NULL);
	guesses();
	guesses_only_what_is_missing();
	sets();
	applies_sets();
	pictures();
	walk_and_roots();
	return unit_end("intake");
}
