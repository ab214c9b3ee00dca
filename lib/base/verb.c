/* SPDX-License-Identifier: MIT */
#include "base/verb.h"

#include <string.h>

#include "base/near.h"

int
verb_find(const struct cli_verb *verbs, const char *word, const char **nearest)
{
	int least = strlen(word) > 3 ? 3 : 2; /* fewer edits than this */

	*nearest = NULL;
	for (int i = 0; verbs[i].name != NULL; i++)
		if (strcmp(verbs[i].name, word) == 0)
			return i;
	for (int i = 0; verbs[i].name != NULL; i++) {
		int d = near_distance(verbs[i].name, word);

		if (d < least) {
			least = d;
			*nearest = verbs[i].name;
		}
	}
	return -1;
}

int
verb_wanted(const struct cli_verb *verbs)
{
	char **words = cli_operands();
	const char *nearest, *args;
	int verb, wanted = 0, more = 0, given = cli_noperands() - 1;

	if (given < 0)
		cli_usage("a command is wanted, as %s or %s", verbs[0].name, verbs[1].name);
	verb = verb_find(verbs, words[0], &nearest);
	if (verb < 0 && nearest != NULL)
		cli_usage("there is no command '%s'; did you mean '%s'?", words[0], nearest);
	if (verb < 0)
		cli_usage("there is no command '%s'", words[0]);
	args = verbs[verb].args != NULL ? verbs[verb].args : "";
	for (const char *s = args; *s != '\0'; s++) {
		bool begins = *s != ' ' && (s == args || s[-1] == ' ');

		wanted += begins && *s != '[';
		more += begins && *s == '[';
	}
	if (given < wanted || (given > wanted + more && strstr(args, "...") == NULL))
		cli_usage("%s takes %s", words[0], *args != '\0' ? args : "no operand");
	return verb;
}
