#include "intake/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/out.h"
#include "store/session/items.h"

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

enum err_code
options_take(struct import_options *o, const char *name, const char *value, struct err *e)
{
	if (strcmp(name, "set") == 0)
		return options_set(o, value, e);
	if (strcmp(name, "mode") == 0) {
		o->mode = strcmp(value, "reflink") == 0 ? COPY_REFLINK : COPY_BYTES;
		if (o->mode == COPY_BYTES && strcmp(value, "copy") != 0)
			return err_set(e, ERR_USAGE, "'%s' is neither copy nor reflink", value);
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
	json_text(out, "mode", o->mode == COPY_REFLINK ? "reflink" : "copy");
	if (o->dereference)
		json_bool(out, "dereference", true);
	if (o->strict)
		json_bool(out, "strict", true);
	if (o->again)
		json_bool(out, "again", true);
	if (o->nsets > 0)
		json_array(out, "set");
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
	if (mode != NULL && strcmp(mode, "reflink") == 0)
		o->mode = COPY_REFLINK;
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
