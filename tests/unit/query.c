/* SPDX-License-Identifier: MIT */
/* query: how words become a tree, and that nothing typed ever becomes an error of SQL */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "store/query/query.h"
#include "store/query/tree.h"
#include "store/sql.h"
#include "text/parse.h"
#include "unit.h"

static void
show(const struct node *n, struct buf *out)
{
	static const char *const ops[] = { ":", ":=", ":=~", "<", "<=", ">", ">=", ":", " begins ",
		"::", ":~", " near " };
	static const char *const names[] = { "all", "and", "or", "not", "", "", "is", "has", "playlist",
		"saved", "mix", "ids" };

	if (n->kind == NODE_TEXT || n->kind == NODE_RANGE) {
		if (n->tag != NULL || n->field != F_NONE)
			buf_printf(
			    out, "%s%s", n->tag != NULL ? n->tag : field_info(n->field)->name, ops[n->op]);
		else if (n->op != OP_HAS)
			buf_puts(out, ops[n->op]);
		buf_printf(out, n->phrase ? "\"%s\"" : "%s", n->value);
		if (n->op == OP_BETWEEN)
			buf_printf(out, "%s..%s%s", n->open_low ? "<" : "", n->open_high ? "<" : "", n->high);
		if (n->op == OP_FUZZY || n->op == OP_NEAR)
			buf_printf(out, "~%d", n->distance);
		buf_puts(out, n->prefix ? "*" : n->last ? "~" : "");
		return;
	}
	buf_puts(out, names[n->kind]);
	if (n->value != NULL && n->kind != NODE_ALL)
		buf_printf(out, " %s", n->value);
	for (size_t i = 0; i < n->n; i++) {
		buf_puts(out, i == 0 ? "(" : " ");
		show(n->child[i], out);
	}
	buf_puts(out, n->n > 0 ? ")" : "");
}

static bool
tag(void *context, const char *name)
{
	(void)context;
	return strcmp(name, "label2") == 0;
}

/* Arguments are separated by newlines. */
static bool
reads(const char *arguments, const char *want)
{
	char text[1024], *words[32], *s = text;
	struct query q = { 0 };
	struct err e = { 0 };
	struct buf tree = { 0 };
	size_t n = 0;
	bool same;

	snprintf(text, sizeof text, "%s", arguments);
	while (s != NULL && n < 31)
		words[n++] = strsep(&s, "\n");
	words[n] = NULL;
	if (query_read(&q, words, tag, NULL, &e) == ERR_NONE)
		show(q.root, &tree);
	else
		buf_printf(&tree, "error: %s", e.msg);
	same = !tree.failed && strncmp(tree.data, want, strlen(want)) == 0 &&
	    (tree.data[strlen(want)] == '\0' || strncmp(want, "error", 5) == 0);
	if (!same)
		fprintf(stderr, "%s\n  gives %s\n  not   %s\n", arguments, tree.data, want);
	node_free(q.root);
	free(q.note);
	buf_free(&tree);
	return same;
}

static void
words_and_operators(void)
{
	CHECK(reads("", "all"));
	CHECK(reads("*", "all"));
	CHECK(reads("love", "love~"));
	CHECK(reads("magnetic\ntomorrow", "and(magnetic tomorrow~)"));
	CHECK(reads("magnetic tomorrow", "and(magnetic tomorrow~)"));
	CHECK(reads("magnetic\ntomorrow\n,\nbeatles\nyesterday",
	    "or(and(magnetic tomorrow) and(beatles yesterday~))"));
	CHECK(reads("a\nOR\nb\nAND\nc", "or(a and(b c~))"));
	CHECK(reads("love\n-live", "and(love~ not(live))"));
	CHECK(reads("love\n^live\n!demo", "and(love~ not(live) not(demo))"));
	CHECK(reads("love NOT live", "and(love~ not(live))"));
	CHECK(reads("\"fade away\" love*", "and(\"fade away\" love*)"));
	CHECK(reads("+love -live", "and(love~ not(live))"));
	CHECK(reads("(a OR b) c", "and(or(a b) c~)"));
	CHECK(reads("a b year-", "and(a b~)"));
}

static void
songs_are_called_like_operators(void)
{
	CHECK(reads("Wanted\nDead\nor\nAlive", "and(Wanted Dead or Alive~)"));
	CHECK(reads("Wanted Dead or Alive", "and(Wanted Dead or Alive~)"));
	CHECK(reads("Not Fade Away", "and(Not Fade Away~)"));
	CHECK(reads("Hello, Goodbye", "and(Hello, Goodbye~)"));
	CHECK(reads("!!!", "!!!"));
	CHECK(reads("Artist - Title", "and(Artist Title~)"));
	CHECK(reads("Simon & Garfunkel", "and(Simon Garfunkel~)"));
	CHECK(reads("Re:Stacks", "Re:Stacks~"));
	CHECK(reads("(What", "(What~"));
	CHECK(reads("say \"what", "and(say \"what~)"));
	CHECK(reads("OR", "OR~"));
	CHECK(reads("NOT", "NOT~"));
	CHECK(reads("5<6", "5<6~"));
	CHECK(reads("E=MC2", "E=MC2~"));
	CHECK(reads("title:wanted dead or alive", "title:wanted dead or alive"));
	CHECK(reads("f(x)", "f(x)~"));
}

static void
fields(void)
{
	CHECK(reads(
	    "artist:air\nyear:1990..1999\n^genre:jazz", "and(artist:air year:1990..1999 not(genre:jazz))"));
	CHECK(reads("(artist:bach or artist:handel) and not genre:pop",
	    "and(or(artist:bach artist:handel) not(genre:pop))"));
	CHECK(reads("artist:(air OR moby)", "or(artist:air artist:moby)"));
	CHECK(reads("year:(1990 or 1995..)", "or(year:1990 year:1995..)"));
	CHECK(reads("artist:=~\"dave matthews\"", "artist:=~\"dave matthews\""));
	CHECK(reads("artist:=~dave matthews", "artist:=~dave matthews"));
	CHECK(reads("artist:=Air", "artist:=Air"));
	CHECK(reads("artist:*", "has artist"));
	CHECK(reads("label2:*", "has label2"));
	CHECK(reads("year:*", "has year"));
	CHECK(reads("genre:(jazz or *)", "or(genre:jazz has genre)"));
	CHECK(reads("path:*/a/*", "source:*/a/*"));
	CHECK(reads("title::^a", "title::^a"));
	CHECK(reads("missing:albm", "error: there is no field 'albm'; did you mean 'album'?"));
	CHECK(reads("artist!=Air", "not(artist:=~Air)"));
	CHECK(reads("bpm >= 160", "bpm>=160"));
	CHECK(reads("bpm>=160 love", "and(bpm>=160 love~)"));
	CHECK(reads("year:[1990 TO 1999]", "year:1990..1999"));
	CHECK(reads("length:..4:30", "duration_ms:..4:30"));
	CHECK(reads(
	    "((artist == \"Air\") AND (album contains \"Moon\"))", "and(artist:=~\"Air\" album:\"Moon\")"));
	CHECK(reads("is:lossless\nmissing:mbid\nhas:art", "and(is lossless not(has mbid) has art)"));
	CHECK(reads("label2:warp", "label2:warp"));
	CHECK(reads("artst:air", "error: there is no field 'artst'; did you mean 'artist'?"));
	CHECK(reads("artist:air (", "error: a term is missing, at character 13"));
	CHECK(reads("artist:\"air", "error: a quotation mark is never closed, at character 8"));
	CHECK(reads("artist: air", "artist:air"));
	CHECK(reads("title: fade away", "title:fade away"));
	CHECK(reads("has: art love", "and(has art love~)"));
	CHECK(reads("codec:mp3 love", "and(codec:mp3 love~)"));
	CHECK(reads("key:A minor", "key:A minor"));
	CHECK(reads("key:8A love", "and(key:8A love~)"));
	CHECK(reads("artist:", "error: artist wants a value, at character 1"));
	CHECK(reads("artist<air", "artist<air"));
}

static void
patterns_and_misspelt_words(void)
{
	CHECK(reads("/^the .*s$/", "::^the .*s$"));
	CHECK(reads("title:/^re:/ love", "and(title::^re: love~)"));
	CHECK(reads("title:/a\\/b/", "title::a/b"));
	CHECK(reads("title:/a/c", "title::(?-i)a"));
	CHECK(reads("artist::^the (b|r)", "artist::^the (b|r)"));
	CHECK(reads("(title =~ \"^a b\")", "title::\"^a b\""));
	CHECK(reads("genre:(jazz or /^p/)", "or(genre:jazz genre::^p)"));
	CHECK(reads("year:/^199/", "year::^199"));
	CHECK(reads("-/live/ love", "and(not(::live) love~)"));
	CHECK(reads("AC/DC", "AC/DC~"));
	CHECK(reads("path:/in/x/", "source:/in/x/"));
	CHECK(reads("/home/me/Music", "source:/home/me/Music"));
	CHECK(reads("/home/me/Music/", "source:/home/me/Music/"));
	CHECK(reads("bjork~", ":~bjork~1"));
	CHECK(reads("bjork~2 love", "and(:~bjork~2 love~)"));
	CHECK(reads("bjork~0.8", ":~bjork~1"));
	CHECK(reads("~bjork", ":~bjork~1"));
	CHECK(reads("artist:bjork~", "artist:~bjork~1"));
	CHECK(reads("artist:~bjork", "artist:~bjork~1"));
	CHECK(reads("artist:(air or bjork~2)", "or(artist:air artist:~bjork~2)"));
	CHECK(reads("title:fade awya~", "and(title:fade title:~awya~1)"));
	CHECK(reads("title:fade aw*", "and(title:fade title:aw*)"));
	CHECK(reads("title:bjork~3", "error: word~N takes 1 or 2 edits, not '3', at character 1"));
	CHECK(reads("year:1990~", "error: year: only words can be misspelt, at character 1"));
	CHECK(reads("\"fade away\"~3", " near \"fade away\"~3"));
	CHECK(reads("title:\"fade away\"~3", "title near \"fade away\"~3"));
	CHECK(reads("title:\"fade aw\"*", "title:\"fade aw\"*"));
}

static void
ranges(void)
{
	CHECK(reads("year:{1990 TO 1999}", "year:1990<..<1999"));
	CHECK(reads("year:[1990 TO 1999} love", "and(year:1990..<1999 love~)"));
	CHECK(reads("year:[* TO 1999]", "year:..1999"));
	CHECK(reads("date:[\"1990-01\" TO \"1991\"]", "date:1990-01..1991"));
	CHECK(reads("year:1990-1999", "year:1990..1999"));
	CHECK(reads("year:1990–1999", "year:1990..1999"));
	CHECK(reads("year:1990…1999", "year:1990..1999"));
	CHECK(reads("year:1990...1999", "year:1990..1999"));
	CHECK(reads("year:1990s", "year:1990..1999"));
	CHECK(reads("artist:a..c", "artist:a..c"));
	CHECK(reads("artist:..c", "artist:..c"));
	CHECK(reads("title:...baby", "title:...baby"));
	CHECK(reads("title:\"a..c\"", "title:\"a..c\""));
	CHECK(reads("artist>=m", "artist>=m"));
	CHECK(reads("sha256<ab", "error: sha256 has no order to compare by"));
	CHECK(reads("genre:\"\"", "not(has genre)"));
	CHECK(reads("(genre == \"\")", "not(has genre)"));
}

static void
what_other_programs_write(void)
{
	CHECK(reads("(any contains \"x y\")", "\"x y\""));
	CHECK(reads("(any == 'x')", "\"x\""));
	CHECK(reads("((artist == 'Air') AND (album !contains \"Moon\"))",
	    "and(artist:=~\"Air\" not(album:\"Moon\"))"));
	CHECK(reads("(title starts_with \"Lov\")", "title begins \"Lov\""));
	CHECK(reads("(artist eq_cs \"Air\")", "artist:=\"Air\""));
	CHECK(reads("(artist !~ \"^A\")", "not(artist::\"^A\")"));
	CHECK(reads("(base \"in\")", "source begins \"in\""));
	CHECK(reads("(modified-since \"2024-01-01\")", "modified>=\"2024-01-01\""));
	CHECK(reads("(!(artist == \"Air\"))", "not(artist:=~\"Air\")"));
	CHECK(reads("(AudioFormat == \"44100:16:*\")", "and(samplerate:44100 bitdepth:16)"));
	CHECK(reads("&(artist = air, album = moon)", "and(artist:=~air album:=~moon)"));
	CHECK(reads("|(artist = air, !album = moon)", "or(artist:=~air not(album:=~moon))"));
	CHECK(reads("#(1990 <= year < 2000)", "and(year>=1990 year<2000)"));
	CHECK(reads("#(bpm > 120) love", "and(bpm>120 love~)"));
	CHECK(reads("#(added < 2 weeks)", "added<2weeks"));
	CHECK(reads("artist = /^a/", "artist::^a"));
	CHECK(reads("-genre:* love", "and(not(has genre) love~)"));
	CHECK(reads("_exists_:genre", "has genre"));
	CHECK(reads("love^2 AND NOT live", "and(love~ not(live))"));
	CHECK(reads("a && b || c", "or(and(a b) c~)"));
	CHECK(reads("“fade away” –live", "and(\"fade away\" not(live))"));
	CHECK(reads("Radiohead – Creep", "and(Radiohead Creep~)"));
	CHECK(reads("title:“fade away”", "title:\"fade away\""));
	CHECK(reads("Don’t Stop", "and(Don’t Stop~)"));
	CHECK(reads("playlist:\"my mix\" love", "and(playlist my mix love~)"));
	CHECK(reads("path:(a or b)", "or(source:a source:b)"));
	CHECK(reads("((((love))))", "love~"));
	CHECK(reads("NOT NOT love", "love~"));
	CHECK(reads("(a OR (b OR c)) d", "and(or(a b c) d~)"));
}

static void
values(void)
{
	struct span v;
	struct when w;
	char date[11];
	bool relative, age;

	setenv("TZ", "UTC", 1);
	CHECK(parse_number("44.1k", 5, &v) && v.exact == 44100 && v.lo < 44056 && v.hi > 44144);
	CHECK(!parse_number("1990x", 5, &v));
	CHECK(!parse_number("", 0, &v));
	CHECK(parse_duration("4:30", 4, 1000, &v) && v.lo == 270000 && v.hi == 271000);
	CHECK(parse_duration("1:02:03", 7, 1000, &v) && v.exact == 3723000);
	CHECK(parse_duration("1h30m", 5, 1000, &v) && v.exact == 5400000);
	CHECK(parse_duration("90", 2, 1000, &v) && v.exact == 90000);
	CHECK(!parse_duration("4:75", 4, 1000, &v));
	CHECK(!parse_duration("4:", 2, 1000, &v));
	CHECK(parse_size("10M", 3, &v) && v.exact == 10485760);
	CHECK(parse_size("10MB", 4, &v) && v.exact == 10000000);
	CHECK(parse_when("2024-03", 7, 0, &w) && w.from == 1709251200 && w.to == 1711929600);
	CHECK(parse_when("2024-03-05T10:00+01:00", 22, 0, &w) && w.from == 1709629200);
	CHECK(parse_when("2w", 2, 1709629200, &w) && w.from == 1709629200 - 14 * 86400 && w.age);
	CHECK(parse_when("-1m", 3, 1711843200, &w) && w.from == 1709164800 && !w.age); /* 31 to 29 */
	CHECK(parse_when("today", 5, 1709629200, &w) && w.from == 1709596800 && w.to - w.from == 86400);
	CHECK(!parse_when("2024-02-30", 10, 0, &w));
	CHECK(!parse_when("soon", 4, 0, &w));
	CHECK(
	    parse_date("1999-12", 7, 0, date, &relative, &age) && strcmp(date, "1999-12") == 0 && !relative);
}

/* Pieces of every kind, put together at random, against a real library. */
static void
never_an_error_of_sql(struct db *db)
{
	static const char *const pieces[] = { "love", "artist:", "title:", "genre:", "\"", "(", ")", " ", " ",
		"OR", " or ", "NOT ", "-", "^", "!", "*", "..", "year:", "1990", "added:", "2w",
		"length:", "4:30", "size>", "10M", "is:", "lossless", "has:", "art", "missing:", "夜", "ガ",
		"'", "''", ";", "\\", "sha256:", "ab", "=", "!=", "<", ">", "~", ":", ",", "|", "[", "]",
		" TO ", "NEAR", "rowid", "{", "}", "+", "path:", "key:", "C#m", "id:", "date:", "1999-12",
		"compilation:", "yes", "tags:", "mytag:", "x", "\xff", "\xe2\x80\xa6", "!!!",
		"session:", "s1", "owner:", "--", "/*", "%", "$", "plays:", "cover:" };
	unsigned seed = 12345;
	int understood = 0;

	for (int round = 0; round < 3000; round++) {
		struct buf text = { 0 };
		struct err e = { 0 };
		struct query *q = NULL;
		int64_t *ids = NULL, count = 0;
		size_t n = 0;
		char *words[2] = { NULL, NULL };

		for (int i = 0; i < 1 + round % 9; i++) {
			seed = seed * 1103515245 + 12345;
			buf_puts(&text, pieces[(seed >> 16) % (sizeof pieces / sizeof pieces[0])]);
		}
		words[0] = text.data;
		if (query_parse(&q, db, words, &e) == ERR_NONE &&
		    query_ids(q, db, 10, 0, &ids, &n, &e) == ERR_NONE &&
		    query_count(q, db, &count, &e) == ERR_NONE) {
			understood++;
			CHECK((int64_t)n <= count); /* every result counts */
		}
		if (e.code != ERR_NONE && e.code != ERR_USAGE) {
			fprintf(stderr, "'%s': %s\n", text.data, e.msg);
			CHECK(e.code == ERR_USAGE);
		}
		free(ids);
		query_free(q);
		buf_free(&text);
	}
	CHECK(understood > 500);
}

int
main(void)
{
	static char dir[4096], path[8192];
	struct err e = { 0 };
	struct db *db = NULL;

	words_and_operators();
	songs_are_called_like_operators();
	fields();
	patterns_and_misspelt_words();
	ranges();
	what_other_programs_write();
	values();
	unit_scratch(dir, sizeof dir);
	snprintf(path, sizeof path, "%s/library", dir);
	CHECK(db_open(&db, path, DB_CREATE, NULL, NULL, &e) == ERR_NONE);
	never_an_error_of_sql(db);
	db_close(db);
	return unit_end("query");
}
