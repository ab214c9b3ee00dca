/* SPDX-License-Identifier: MIT */
/* credit - which credits are cut at joiners, and which are not */
#include "text/credit.h"

#include "store/config.h"
#include "unit.h"

static struct config standard;

/* The names in brackets, "" where it is one name.  id3: cut at id3-joiners, too. */
static const char *
names(const char *text, bool id3)
{
	static char out[1024];
	struct credit_rules rules = { standard.value[SETTING_JOINERS].v,
		standard.value[SETTING_ID3_JOINERS].v, standard.value[SETTING_JOINERS].n,
		id3 ? standard.value[SETTING_ID3_JOINERS].n : 0, standard.value[SETTING_EXCEPTIONS].v,
		standard.value[SETTING_EXCEPTIONS].n };
	struct err e = { 0 };
	char **v = NULL;
	size_t n = 0;

	out[0] = '\0';
	CHECK(credit_split(text, &rules, &v, &n, &e) == ERR_NONE);
	for (size_t i = 0; i < n; i++)
		snprintf(out + strlen(out), sizeof out - strlen(out), "[%s]", v[i]);
	credit_free(v, n);
	return out;
}

#define CUT(text, want) CHECK(strcmp(names(text, false), want) == 0)
#define ID3(text, want) CHECK(strcmp(names(text, true), want) == 0)

static void
cut(void)
{
	CUT("Air feat. Beth Hirsch", "[Air][Beth Hirsch]");
	CUT("Air FEAT. Beth Hirsch", "[Air][Beth Hirsch]");
	CUT("Air ft Beth Hirsch", "[Air][Beth Hirsch]");
	CUT("Air (feat. Beth Hirsch)", "[Air][Beth Hirsch]");
	CUT("Air [ft. Beth Hirsch] ", "[Air][Beth Hirsch]");
	CUT("Air featuring Beth Hirsch; Françoise Hardy", "[Air][Beth Hirsch][Françoise Hardy]");
	CUT("Queen / David Bowie", "[Queen][David Bowie]");
	CUT("Queen; Queen; David Bowie", "[Queen][David Bowie]");
	CUT("AC/DC; Earth, Wind & Fire", "[AC/DC][Earth, Wind & Fire]");
	CUT("ac / dc feat. Nobody", "[ac / dc][Nobody]");
	ID3("Serge Gainsbourg/Brigitte Bardot", "[Serge Gainsbourg][Brigitte Bardot]");
	ID3("AC/DC/Brigitte Bardot", "[AC/DC][Brigitte Bardot]");
	ID3("Rock/Hip-Hop/Rap", "[Rock][Hip-Hop/Rap]");
}

static void
whole(void)
{
	static const char *const one[] = { "", "AC/DC", "AC / DC", "Simon & Garfunkel", "Earth, Wind & Fire",
		"Crosby, Stills & Nash", "Featherstone", "Defeat. Her", "Loft. Story", "The Featuring",
		"feat. Nobody", "Somebody feat. ", "Steins;Gate", "Serge Gainsbourg/Brigitte Bardot",
		"Air (feat. Beth Hirsch) live", "Air (feat. Beth (Hirsch))", "A;B", "a / ", "; ; ;" };

	for (size_t i = 0; i < sizeof one / sizeof one[0]; i++)
		CUT(one[i], "");
	ID3("AC/DC", "");
	ID3("M/A/R/R/S", "");
	ID3("R&B/Soul", "");
	ID3("/", "");
	ID3("x/", "");
	/* only as words of its own */
	ID3("MAC/DC", "[MAC][DC]");
}

static void
long_texts_stay_whole(void)
{
	char *text = malloc(CREDIT_LEN_MAX + 2);

	memset(text, 'a', CREDIT_LEN_MAX + 1);
	text[CREDIT_LEN_MAX + 1] = '\0';
	memcpy(text + 10, "; ", 2);
	CUT(text, "");
	text[CREDIT_LEN_MAX] = '\0';
	CHECK(names(text, false)[0] == '[');
	free(text);
}

int
main(void)
{
	struct err e = { 0 };

	CHECK(config_parse(&standard, "", 0, &e) == ERR_NONE);
	cut();
	whole();
	long_texts_stay_whole();
	config_free(&standard);
	return unit_end("credit");
}
