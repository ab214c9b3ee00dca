/* SPDX-License-Identifier: MIT */
/*
 * The settings of a library: their text, their errors.
 *
 * `config table` prints the rows of fonoteca-library(5)'s table; tests/docs.bats compares them with the page;
 * to renew it, put this output between the page's "settings: begin" and "settings: end".
 */
#include "store/config.h"

#include "unit.h"

static void
table(void)
{
	for (int s = 0; s < SETTING_COUNT; s++) {
		const struct setting_info *info = setting_info((enum setting)s);

		printf(".It Sy %s Ta %s Ta ", info->key,
		    info->words != NULL  ? info->words
			: info->most > 0 ? "a number"
					 : "a list");
		for (const char *at = info->standard; *at != '\0'; at++)
			if (*at == '"')
				fputs("\\(dq", stdout);
			else
				putchar(*at);
		putchar('\n');
	}
}

/* A setting of a file, its texts in brackets; or the error. */
static const char *
read_one(const char *text, enum setting s)
{
	static char out[2048];
	struct config c = { 0 };
	struct err e = { 0 };

	out[0] = '\0';
	if (config_parse(&c, text, strlen(text), &e) != ERR_NONE) {
		snprintf(out, sizeof out, "%s", e.msg);
		CHECK(e.code == ERR_FORMAT);
		CHECK(c.value[0].v == NULL);
		return out;
	}
	for (size_t i = 0; i < c.value[s].n; i++)
		snprintf(out + strlen(out), sizeof out - strlen(out), "[%s]", c.value[s].v[i]);
	config_free(&c);
	return out;
}

#define IS(text, s, want) CHECK(strcmp(read_one(text, s), want) == 0)

static void
values(void)
{
	IS("", SETTING_CONFLICT, "[attach]");
	IS("conflict=skip", SETTING_CONFLICT, "[skip]");
	IS("  conflict\t=  \"skip\"  # why\r\n", SETTING_CONFLICT, "[skip]");
	IS("\xef\xbb\xbf"
	   "conflict = ignore\n# x\n\nconflict = fail",
	    SETTING_CONFLICT, "[fail]");
	IS("joiners =\n", SETTING_JOINERS, "");
	IS("joiners = \" & \", x , \"a,b\",\"#1\"\n", SETTING_JOINERS, "[ & ][x][a,b][#1]");
	IS("joiners = \"\\\"\\\\\" # \"\n", SETTING_JOINERS, "[\"\\]");
	IS("id3-joiners += \";\"", SETTING_ID3_JOINERS, "[/][;]");
	IS("", SETTING_HEALTH_FREE, "[1024]");
	IS("health-free = 0 # never", SETTING_HEALTH_FREE, "[0]");
	IS("health-verified=100", SETTING_HEALTH_VERIFIED, "[100]");
	IS("id3-joiners = \";\"\nid3-joiners += \"+\", -", SETTING_ID3_JOINERS, "[;][+][-]");
}

static void
errors(void)
{
	IS("\njoinres = x", SETTING_JOINERS,
	    "line 2: there is no setting 'joinres'; did you mean 'joiners'?");
	IS("colour = red", SETTING_JOINERS, "line 1: there is no setting 'colour'");
	IS("conflict", SETTING_JOINERS, "line 1: is no 'key = value'");
	IS("= x", SETTING_JOINERS, "line 1: is no 'key = value'");
	IS("conflict = maybe", SETTING_JOINERS,
	    "line 1: conflict: 'maybe' is none of: attach fail ignore skip");
	IS("conflict = ", SETTING_JOINERS, "line 1: conflict: '' is none of: attach fail ignore skip");
	IS("conflict += skip", SETTING_JOINERS, "line 1: conflict: holds one word: += is for lists");
	IS("conflict = \"skip\" fail", SETTING_JOINERS, "line 1: conflict: one word, and no more");
	IS("health-verified = 101", SETTING_JOINERS,
	    "line 1: health-verified: '101' is no whole number from 0 to 100");
	IS("health-free = 1G", SETTING_JOINERS,
	    "line 1: health-free: '1G' is no whole number from 0 to 1073741824");
	IS("health-free = 99999999999999999999999", SETTING_JOINERS,
	    "line 1: health-free: '99999999999999999999999' is no whole number from 0 to 1073741824");
	IS("health-free =", SETTING_JOINERS,
	    "line 1: health-free: '' is no whole number from 0 to 1073741824");
	IS("health-free += 3", SETTING_JOINERS, "line 1: health-free: holds one number: += is for lists");
	IS("joiners = \"x", SETTING_JOINERS, "line 1: joiners: a quote is not closed");
	IS("joiners = \"x\" y", SETTING_JOINERS, "line 1: joiners: a comma is missing");
	IS("joiners = x, ", SETTING_JOINERS, "line 1: joiners: nothing comes after the last comma");
	IS("joiners = x,,y", SETTING_JOINERS, "line 1: joiners: an empty text");
	IS("joiners = \"\"", SETTING_JOINERS, "line 1: joiners: an empty text");
	IS("joiners = x\"y", SETTING_JOINERS,
	    "line 1: joiners: a quote inside a text: put the whole text in quotes");
	IS("joiners = \xff", SETTING_JOINERS, "line 1: is no text in UTF-8");
	IS("\n\nconflict\x01 = skip", SETTING_JOINERS, "line 3: is no text in UTF-8");
}

static void
every_standard_is_its_own_text(void)
{
	for (int s = 0; s < SETTING_COUNT; s++) {
		struct buf line = { 0 };
		char before[2048];

		snprintf(before, sizeof before, "%s", read_one("", (enum setting)s));
		buf_printf(&line, "%s = %s\n", setting_info((enum setting)s)->key,
		    setting_info((enum setting)s)->standard);
		CHECK(strcmp(read_one(line.data, (enum setting)s), before) == 0);
		buf_free(&line);
	}
}

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "table") == 0) {
		table();
		return 0;
	}
	values();
	errors();
	every_standard_is_its_own_text();
	return unit_end("config");
}
