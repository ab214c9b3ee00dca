/* SPDX-License-Identifier: MIT */
/* lists: the words of a command, rows for people and for programs, lines of an M3U file */
#include "base/verb.h"
#include "exchange/list.h"
#include "text/table.h"
#include "unit.h"

static const struct cli_verb verbs[] = {
	{ "create", "NAME", "" },
	{ "copy", "NAME NEW", "" },
	{ "move", "NAME FROM TO", "" },
	{ NULL, NULL, NULL },
};

static void
verbs_are_found_or_suggested(void)
{
	const char *near;

	CHECK(verb_find(verbs, "copy", &near) == 1 && near == NULL);
	CHECK(verb_find(verbs, "crate", &near) == -1 && strcmp(near, "create") == 0);
	CHECK(verb_find(verbs, "mvoe", &near) == -1 && strcmp(near, "move") == 0);
	CHECK(verb_find(verbs, "Copy", &near) == -1 && strcmp(near, "copy") == 0);
	CHECK(verb_find(verbs, "frobnicate", &near) == -1 && near == NULL);
	CHECK(verb_find(verbs, "", &near) == -1 && near == NULL);
	CHECK(verb_find(verbs, "a word that is longer than any verb will ever be", &near) == -1 &&
	    near == NULL);
}

static const char *
rows(bool aligned)
{
	static struct buf b;
	struct table t = { .out = &b, .separator = '\n', .aligned = aligned, .right = 1 << 1 };

	buf_clear(&b);
	table_text(&t, "日本");
	table_int(&t, 5);
	table_text(&t, NULL);
	table_row(&t);
	table_text(&t, "a\tb");
	table_int(&t, 12);
	table_text(&t, "end");
	table_row(&t);
	table_end(&t);
	return b.data;
}

static void
tables_align_by_width(void)
{
	CHECK(strcmp(rows(false), "日本\t5\t\na\\tb\t12\tend\n") == 0);
	CHECK(strcmp(rows(true), "日本   5\na\\tb  12  end\n") == 0);
}

static const char *
line(const char *path, const char *artist, const char *title, int64_t ms, const char *relative_to)
{
	static struct buf b;
	struct list_item item = {
		.path = path, .artist = artist, .title = title, .duration_ms = ms, .start_ms = -1
	};
	struct list_writer w = { .format = LIST_M3U8, .relative_to = relative_to, .out = &b };

	buf_clear(&b);
	list_add(&w, &item);
	return b.data;
}

static void
paths_survive_as_bytes(void)
{
	CHECK(strcmp(line("/m/a.mp3", "A", "T", 61499, NULL), "#EXTINF:61,A - T\n/m/a.mp3\n") == 0);
	CHECK(strcmp(line("/m/a.mp3", "A", NULL, 0, NULL), "#EXTINF:-1,a.mp3\n/m/a.mp3\n") == 0);
	CHECK(strcmp(line("/m/a\n%.mp3", NULL, "x\ny", 0, NULL), "#EXTINF:-1,x y\nfile:///m/a%0A%25.mp3\n") ==
	    0);
	CHECK(strcmp(line("/m/\xff", NULL, "t", 0, "/m"), "#EXTINF:-1,t\nfile:///m/%FF\n") == 0);
	CHECK(strcmp(line("/m/a ", NULL, "t", 0, "/m"), "#EXTINF:-1,t\nfile:///m/a%20\n") == 0);
	CHECK(strcmp(line(NULL, "A", "T", 5000, NULL), "#FONOTECA-MISSING:5,A - T\n") == 0);
}

static void
relative_paths_lead_from_the_folder(void)
{
	CHECK(strcmp(line("/x/y/f", NULL, "t", 0, "/x/y"), "#EXTINF:-1,t\nf\n") == 0);
	CHECK(strcmp(line("/x/yz/f", NULL, "t", 0, "/x/y"), "#EXTINF:-1,t\n../yz/f\n") == 0);
	CHECK(strcmp(line("/a/f", NULL, "t", 0, "/x/y"), "#EXTINF:-1,t\n../../a/f\n") == 0);
	CHECK(strcmp(line("/a/f", NULL, "t", 0, "/"), "#EXTINF:-1,t\na/f\n") == 0);
	CHECK(strcmp(line("/x/#f", NULL, "t", 0, "/x"), "#EXTINF:-1,t\n./#f\n") == 0);
	CHECK(strcmp(line("/x/c:/f", NULL, "t", 0, "/x"), "#EXTINF:-1,t\n./c:/f\n") == 0);
}

int
main(void)
{
	verbs_are_found_or_suggested();
	tables_align_by_width();
	paths_survive_as_bytes();
	relative_paths_lead_from_the_folder();
	return unit_end("lists");
}
