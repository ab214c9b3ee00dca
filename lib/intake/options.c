/* SPDX-License-Identifier: MIT */
#include "intake/options.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/out.h"
#include "store/session/items.h"

static const char *const modes[] = {
	[COPY_BYTES] = "copy", [COPY_REFLINK] = "reflink", [COPY_LINK] = "hardlink", [COPY_MOVE] = "move"
};

void
options_free(struct import_options *o)
{
	for (size_t i = 0; i < o->nsets; i++)
		set_free(&o->sets[i]);
	free(o->sets);
	*o = (struct import_options){ 0 };
}

enum err_code
options_set(struct import_options *o, const char *text, struct err *e)
{
	struct set *sets = realloc(o->sets, (o->nsets + 1) * sizeof *sets);

	if (sets == NULL)
		return err_memory(e);
	o->sets = sets;
	if (set_parse(&sets[o->nsets], text, e) != ERR_NONE)
		return e->code;
	o->nsets++;
	return ERR_NONE;
}

static bool
find_mode(const char *word, enum copy_mode *mode)
{
	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
		if (strcmp(word, modes[i]) == 0) {
			*mode = (enum copy_mode)i;
			return true;
		}
	return false;
}

enum err_code
options_take(struct import_options *o, const char *name, const char *value, struct err *e)
{
	if (strcmp(name, "set") == 0)
		return options_set(o, value, e);
	if (strcmp(name, "mode") == 0) {
		if (!find_mode(value, &o->mode))
			return err_set(
			    e, ERR_USAGE, "it takes copy, reflink, hardlink or move, not '%s'", value);
	} else if (strcmp(name, "dereference") == 0) {
		o->dereference = true;
	} else if (strcmp(name, "strict") == 0) {
		o->strict = true;
	} else if (strcmp(name, "again") == 0) {
		o->again = true;
	} else {
		return err_set(e, ERR_USAGE, "is no option of an import");
	}
	return ERR_NONE;
}

enum err_code
options_json(const struct import_options *o, struct buf *out, struct err *e)
{
	buf_putc(out, '{');
	json_text(out, "mode", modes[o->mode]);
	if (o->dereference)
		json_bool(out, "dereference", true);
	if (o->strict)
		json_bool(out, "strict", true);
	if (o->again)
		json_bool(out, "again", true);
	if (o->nsets > 0)
		json_array_begin(out, "set");
	for (size_t i = 0; i < o->nsets; i++) {
		struct buf text = { 0 };

		buf_printf(&text, "%s=%s", field_info(o->sets[i].field)->name, o->sets[i].value);
		if (buf_ok(&text, e) == ERR_NONE)
			json_text(out, NULL, text.data);
		buf_free(&text);
		if (e->code != ERR_NONE)
			return e->code;
	}
	if (o->nsets > 0)
		json_array_end(out);
	buf_putc(out, '}');
	return buf_ok(out, e);
}

/* true where the option is there and not 0. */
static bool
flag(struct db *db, int64_t session, const char *path, struct err *e)
{
	char *value = NULL;
	bool yes;

	if (e->code == ERR_NONE)
		(void)session_option(db, session, path, &value, e);
	yes = value != NULL && strcmp(value, "0") != 0;
	free(value);
	return yes;
}

enum err_code
options_load(struct import_options *o, struct db *db, int64_t session, struct err *e)
{
	char *mode = NULL, *text = NULL, path[32];

	if (session_option(db, session, "$.mode", &mode, e) != ERR_NONE)
		return e->code;
	if (mode != NULL && !find_mode(mode, &o->mode))
		err_set(e, ERR_STATE, "session s%" PRId64 " was begun by a newer lib-import", session);
	free(mode);
	o->dereference = flag(db, session, "$.dereference", e);
	o->strict = flag(db, session, "$.strict", e);
	o->again = flag(db, session, "$.again", e);
	for (size_t i = 0; e->code == ERR_NONE; i++) {
		snprintf(path, sizeof path, "$.set[%zu]", i);
		if (session_option(db, session, path, &text, e) != ERR_NONE || text == NULL)
			break;
		(void)options_set(o, text, e);
		free(text);
		text = NULL;
	}
	return e->code;
}
