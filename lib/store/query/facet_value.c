/* SPDX-License-Identifier: MIT */
#include "store/query/facet_value.h"

#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "store/track.h"

void
facet_values_free(struct facet_values *v)
{
	tally_free(&v->numbers);
	tally_free(&v->texts);
}

/* Without what lies between the members. */
static void
pack(char key[9], bool real, const void *bytes)
{
	key[0] = real ? 'r' : 'i';
	memcpy(key + 1, bytes, 8);
}

static enum err_code
add(struct facet_values *v, sqlite3_value *value, int64_t who, int64_t n, struct err *e)
{
	char key[9];
	int64_t whole;
	double real;

	switch (sqlite3_value_type(value)) {
	case SQLITE_NULL:
		return ERR_NONE;
	case SQLITE_INTEGER:
		whole = sqlite3_value_int64(value);
		pack(key, false, &whole);
		return tally_add(&v->numbers, key, sizeof key, who, n, e);
	case SQLITE_FLOAT:
		real = sqlite3_value_double(value);
		pack(key, true, &real);
		return tally_add(&v->numbers, key, sizeof key, who, n, e);
	default:
		if (sqlite3_value_bytes(value) == 0)
			return ERR_NONE;
		return tally_add(
		    &v->texts, sqlite3_value_blob(value), (size_t)sqlite3_value_bytes(value), who, n, e);
	}
}

enum err_code
facet_values_add(struct facet_values *v, sqlite3_value *value, int64_t track, struct err *e)
{
	return add(v, value, track, 1, e);
}

/* No track has the number that stands for a release here. */
enum err_code
facet_values_of(struct facet_values *v, sqlite3_value *value, int64_t release, int64_t n, struct err *e)
{
	return add(v, value, release | (int64_t)1 << 31, n, e);
}

enum err_code
facet_values_times(struct facet_values *v, int64_t value, int64_t n, struct err *e)
{
	char key[9];

	pack(key, false, &value);
	return tally_add_times(&v->numbers, key, sizeof key, n, e);
}

static size_t
write_whole(enum field f, int64_t n, char *text, size_t size)
{
	enum field_type type = f != F_NONE ? field_info(f)->type : FIELD_TEXT;

	if (f == F_OWNER)
		return strlen(owner_name(n, text));
	if (type == FIELD_TIME)
		return strlen(time_format(n, text));
	if (type == FIELD_BOOL)
		return (size_t)snprintf(text, size, "true");
	if (type == FIELD_REAL)
		return (size_t)snprintf(text, size, "%.10g", (double)n);
	return (size_t)snprintf(text, size, f == F_SESSION ? "s%lld" : "%lld", (long long)n);
}

enum err_code
facet_values_whole(struct facet_values *v, int64_t value, int64_t n, struct err *e)
{
	char text[OWNER_TEXT]; /* TIME_TEXT is less */

	return tally_add_times(&v->texts, text, write_whole(v->field, value, text, sizeof text), n, e);
}

enum err_code
facet_values_end(struct facet_values *v, struct err *e)
{
	char text[OWNER_TEXT]; /* TIME_TEXT is less */

	for (size_t i = 0; i < v->numbers.n && e->code == ERR_NONE; i++) {
		const struct tally_entry *x = &v->numbers.entry[i];
		int64_t whole;
		double real;
		size_t len;
		const char *key = tally_text(x, &len);

		memcpy(&whole, key + 1, sizeof whole);
		memcpy(&real, key + 1, sizeof real);
		len = *key == 'r' ? (size_t)snprintf(text, sizeof text, "%.10g", real)
				  : write_whole(v->field, whole, text, sizeof text);
		tally_add_times(&v->texts, text, len, x->count, e);
	}
	return e->code;
}
