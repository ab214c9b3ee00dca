#include "intake/set.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/out.h"
#include "text/fold.h"

static bool
is_number(const char *s, bool whole)
{
	char *end;

	errno = 0;
	if (whole) {
		long n = strtol(s, &end, 10);

		return end != s && *end == '\0' && errno == 0 && n >= 0 && n <= 1000000;
	}
	return isfinite(strtod(s, &end)) && end != s && *end == '\0' && errno == 0;
}

/* YYYY, YYYY-MM, YYYY-MM-DD */
static bool
is_date(const char *s)
{
	static const char form[] = "dddd-dd-dd";
	size_t len = strlen(s);
	int month, day;

	if (len != 4 && len != 7 && len != 10)
		return false;
	for (size_t i = 0; i < len; i++)
		if (form[i] == 'd' ? s[i] < '0' || s[i] > '9' : s[i] != '-')
			return false;
	month = len >= 7 ? atoi(s + 5) : 1;
	day = len == 10 ? atoi(s + 8) : 1;
	return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

static const char *
boolean(const char *s)
{
	if (strcasecmp(s, "true") == 0 || strcasecmp(s, "yes") == 0 || strcmp(s, "1") == 0)
		return "1";
	if (strcasecmp(s, "false") == 0 || strcasecmp(s, "no") == 0 || strcmp(s, "0") == 0)
		return "";
	return NULL;
}

/* What is wrong with value, or NULL; *value may become another constant. */
static const char *
wrong(const struct field_info *f, const char **value)
{
	const char *text = *value;

	if (!utf8_valid(text, strlen(text)))
		return "text in UTF-8";
	for (const char *p = text; *p != '\0'; p++)
		if (((unsigned char)*p < ' ' && *p != '\n' && *p != '\t') || *p == 0x7f)
			return "text without control bytes";
	if (*text == '\0')
		return NULL;
	switch (f->type) {
	case FIELD_INT:
		return is_number(text, true) ? NULL : "a whole number";
	case FIELD_REAL:
		return is_number(text, false) ? NULL : "a number";
	case FIELD_DATE:
		return is_date(text) ? NULL : "a date as YYYY, YYYY-MM or YYYY-MM-DD";
	case FIELD_BOOL:
		*value = boolean(text);
		return *value != NULL ? NULL : "true or false";
	default:
		return NULL;
	}
}

enum err_code
set_parse(struct set *s, const char *text, struct err *e)
{
	const char *equals = strchr(text, '='), *value, *want;
	const struct field_info *info;
	enum field f, near;

	if (equals == NULL || equals == text)
		return err_set(e, ERR_USAGE, "'%s' is no FIELD=VALUE", text);
	f = field_find_n(text, (size_t)(equals - text));
	if (f == F_NONE) {
		char *name = strndup(text, (size_t)(equals - text));

		if (name == NULL)
			return err_memory(e);
		near = field_nearest(name);
		err_set(e, ERR_USAGE, "there is no field '%s'%s%s%s", name,
		    near != F_NONE ? "; did you mean '" : "", near != F_NONE ? field_info(near)->name : "",
		    near != F_NONE ? "'?" : "");
		free(name);
		return e->code;
	}
	info = field_info(f);
	if ((info->flags & (FIELD_TAG | FIELD_WRITABLE)) != (FIELD_TAG | FIELD_WRITABLE))
		return err_set(e, ERR_USAGE, "the field '%s' cannot be set at import", info->name);
	value = equals + 1;
	want = wrong(info, &value);
	if (want != NULL)
		return err_set(e, ERR_USAGE, "%s takes %s, not '%s'", info->name, want, equals + 1);
	s->value = text_nfc(value, strlen(value));
	if (s->value == NULL)
		return err_memory(e);
	s->field = f;
	return ERR_NONE;
}

void
set_free(struct set *s)
{
	free(s->value);
	*s = (struct set){ 0 };
}

static bool
set_before(const struct set *sets, size_t n, enum field f)
{
	for (size_t i = 0; i < n; i++)
		if (sets[i].field == f)
			return true;
	return false;
}

static enum err_code
apply(struct record *r, const struct set *sets, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		const char *value = *sets[i].value != '\0' ? sets[i].value : NULL;
		bool add = value != NULL && field_info(sets[i].field)->type == FIELD_LIST &&
		    set_before(sets, i, sets[i].field);

		if ((add ? record_add(r, sets[i].field, NULL, value, e)
			 : record_set(r, sets[i].field, value, e)) != ERR_NONE)
			return e->code;
	}
	return ERR_NONE;
}

enum err_code
set_apply(struct record *r, const struct set *sets, size_t n, struct err *e)
{
	if (apply(r, sets, n, e) != ERR_NONE)
		return e->code;
	for (size_t i = 0; i < r->nparts; i++)
		if (apply(&r->parts[i], sets, n, e) != ERR_NONE)
			return e->code;
	return ERR_NONE;
}
