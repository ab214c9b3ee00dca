/* SPDX-License-Identifier: MIT */
#include "exchange/nsp.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "exchange/jansson.h"

/* Fields by Navidrome's names; those that are called alike are found at the end of the table. */
enum kind { TEXT, NUMBER, DATE, FLAG, STARS };
static const struct field {
	const char *theirs, *ours;
	enum kind kind;
} fields[] = {
	{ "tracknumber", "track", NUMBER },
	{ "discnumber", "disc", NUMBER },
	{ "dateadded", "added", DATE },
	{ "datemodified", "modified", DATE },
	{ "releasedate", "date", DATE },
	{ "playcount", "plays", NUMBER },
	{ "lastplayed", "lastplayed", DATE },
	{ "filetype", "format", TEXT },
	{ "filepath", "source", TEXT },
	{ "hascoverart", "has:cover", FLAG },
	{ "compilation", "is:compilation", FLAG },
	{ "sorttitle", "titlesort", TEXT },
	{ "sortalbum", "albumsort", TEXT },
	{ "sortartist", "artistsort", TEXT },
	{ "sortalbumartist", "albumartistsort", TEXT },
	{ "rating", "rating", STARS },
	{ "mbz_recording_id", "mb_trackid", TEXT },
	{ "mbz_album_id", "mb_albumid", TEXT },
	{ "mbz_artist_id", "mb_artistid", TEXT },
	{ "mbz_album_artist_id", "mb_albumartistid", TEXT },
	{ "mbz_release_group_id", "mb_releasegroupid", TEXT },
	{ "year", "year", NUMBER },
	{ "originalyear", "originaldate", DATE },
	{ "date", "date", DATE },
	{ "originaldate", "originaldate", DATE },
	{ "size", "size", NUMBER },
	{ "duration", "duration", NUMBER },
	{ "bitrate", "bitrate", NUMBER },
	{ "bitdepth", "bitdepth", NUMBER },
	{ "channels", "channels", NUMBER },
	{ "bpm", "bpm", NUMBER },
	{ "title", "title", TEXT },
	{ "album", "album", TEXT },
	{ "artist", "artist", TEXT },
	{ "albumartist", "albumartist", TEXT },
	{ "composer", "composer", TEXT },
	{ "genre", "genre", TEXT },
	{ "mood", "mood", TEXT },
	{ "grouping", "grouping", TEXT },
	{ "comment", "comment", TEXT },
	{ "lyrics", "lyrics", TEXT },
	{ "catalognumber", "catalognumber", TEXT },
	{ "codec", "codec", TEXT },
};

struct mapping {
	struct nsp *out;
	bool failed;
};

static const struct field *
field_of(const char *name)
{
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if (strcasecmp(fields[i].theirs, name) == 0)
			return &fields[i];
	return NULL;
}

static void
leave_out(struct mapping *m, const char *how, const json_t *rule)
{
	buf_printf(&m->out->left_out, "%s: ", how);
	jansson_dump(&m->out->left_out, rule);
	buf_putc(&m->out->left_out, '\n');
}

/* A text as a value that the query language takes for one. */
static void
add_quoted(struct buf *query, const char *text)
{
	buf_putc(query, '"');
	for (; *text != '\0'; text++)
		buf_putc(query, *text == '"' || (unsigned char)*text < 0x20 ? ' ' : *text);
	buf_putc(query, '"');
}

/* A number, day or text as it stands behind an operator; false where it is none of the field's. */
static bool
add_value(struct buf *query, const struct field *f, const json_t *value)
{
	if (json_is_number(value)) {
		double x = json_number_value(value) * (f->kind == STARS ? 20 : 1);

		if (strcmp(f->ours, "bitrate") == 0)
			x *= 1000;
		buf_printf(query, "%.10g%s", x, strcmp(f->ours, "duration") == 0 ? "s" : "");
		return f->kind != FLAG;
	}
	if (!json_is_string(value))
		return false;
	if (f->kind == TEXT)
		add_quoted(query, json_string_value(value));
	else if (json_string_value(value)[strspn(json_string_value(value), "0123456789.-")] == '\0')
		buf_puts(query, json_string_value(value));
	else
		return false;
	return true;
}

static bool
compare(struct buf *query, const struct field *f, const char *op, const json_t *value)
{
	buf_printf(query, "%s:%s", f->ours, op);
	return f->kind != TEXT && f->kind != FLAG && add_value(query, f, value);
}

static bool
is_flag(struct buf *query, const struct field *f, bool negated, const json_t *value)
{
	if (!json_is_boolean(value))
		return false;
	buf_printf(query, "%s%s", json_is_true(value) == negated ? "^" : "", f->ours);
	return true;
}

/* One operator on one field, appended; false where it has no counterpart.  *nearly: it means a little else.
 */
static bool
add_rule(struct buf *query, const char *op, const struct field *f, const json_t *value, bool *nearly)
{
	bool not = strncasecmp(op, "not", 3) == 0 || strcasecmp(op, "isNot") == 0;

	if (f->kind == FLAG)
		return (strcasecmp(op, "is") == 0 || not ) && is_flag(query, f, not, value);
	if (strcasecmp(op, "is") == 0 || strcasecmp(op, "isNot") == 0) {
		buf_printf(query, "%s%s:%s", not ? "^" : "", f->ours, f->kind == TEXT ? "=~" : "");
		return add_value(query, f, value);
	}
	if (strcasecmp(op, "gt") == 0 || strcasecmp(op, "after") == 0)
		return compare(query, f, ">", value);
	if (strcasecmp(op, "lt") == 0 || strcasecmp(op, "before") == 0)
		return compare(query, f, "<", value);
	if (strcasecmp(op, "inTheRange") == 0) {
		buf_printf(query, "%s:", f->ours);
		if (json_array_size(value) != 2 || f->kind == TEXT ||
		    !add_value(query, f, json_array_get(value, 0)))
			return false;
		buf_puts(query, "..");
		return add_value(query, f, json_array_get(value, 1));
	}
	if (strcasecmp(op, "inTheLast") == 0 || strcasecmp(op, "notInTheLast") == 0) {
		if (!json_is_integer(value) || f->kind != DATE)
			return false;
		buf_printf(
		    query, not ? "%s:..%lldd" : "%s:%lldd..", f->ours, (long long)json_integer_value(value));
		return true;
	}
	if (strcasecmp(op, "contains") != 0 && strcasecmp(op, "notContains") != 0 &&
	    strcasecmp(op, "startsWith") != 0 && strcasecmp(op, "endsWith") != 0)
		return false;
	*nearly = true; /* by words, not by letters */
	buf_printf(query, "%s%s:", not ? "^" : "", f->ours);
	return f->kind == TEXT && add_value(query, f, value);
}

static bool add_group(
    struct mapping *m, struct buf *query, const json_t *rules, const char *between, int depth);

/* {"is":{"genre":"Rock"}}, {"any":[...]} */
static bool
add_expression(struct mapping *m, struct buf *query, const json_t *rule, int depth)
{
	const char *op, *name = "";
	json_t *operand, *value = NULL;
	const struct field *f;
	struct buf one = { 0 };
	bool done, nearly = false;

	op = json_object_iter_key(json_object_iter((json_t *)rule));
	operand = op != NULL ? json_object_get(rule, op) : NULL;
	if (op != NULL && json_is_array(operand) && (strcmp(op, "all") == 0 || strcmp(op, "any") == 0))
		return add_group(m, query, operand, strcmp(op, "any") == 0 ? " OR " : " ", depth + 1);
	if (json_is_object(operand)) {
		name = json_object_iter_key(json_object_iter(operand));
		value = name != NULL ? json_object_get(operand, name) : NULL;
	}
	f = value != NULL ? field_of(name) : NULL;
	done = f != NULL && add_rule(&one, op, f, value, &nearly) && !one.failed;
	if (done)
		buf_add(query, one.data, one.len);
	if (!done || nearly)
		leave_out(m, done ? "only nearly the same" : "left out", rule);
	query->failed |= one.failed;
	buf_free(&one);
	return done;
}

static bool
add_group(struct mapping *m, struct buf *query, const json_t *rules, const char *between, int depth)
{
	struct buf group = { 0 };
	size_t n = 0;

	for (size_t i = 0; depth < 20 && i < json_array_size(rules); i++) {
		size_t before = group.len;

		if (n > 0)
			buf_puts(&group, between);
		if (add_expression(m, &group, json_array_get(rules, i), depth))
			n++;
		else if (group.data != NULL)
			group.data[group.len = before] = '\0';
	}
	if (n > 0)
		buf_printf(query, "(%s)", group.data);
	query->failed |= group.failed;
	buf_free(&group);
	return n > 0;
}

/* "year", "-year,title", with "order":"desc" */
static void
add_sort(struct mapping *m, const json_t *root)
{
	const char *sort = json_string_value(json_object_get(root, "sort"));
	const char *order = json_string_value(json_object_get(root, "order"));
	bool down = order != NULL && strcasecmp(order, "desc") == 0;
	struct buf out = { 0 };

	while (sort != NULL && *sort != '\0') {
		size_t len = strcspn(sort, ",");
		const char *s = sort + strspn(sort, " +-");
		bool minus = memchr(sort, '-', (size_t)(s - sort)) != NULL;
		char name[40];
		const struct field *f;

		snprintf(name, sizeof name, "%.*s", s < sort + len ? (int)(sort + len - s) : 0, s);
		f = field_of(name);
		if (f == NULL || f->kind == FLAG)
			buf_printf(&m->out->left_out, "left out: order by %s\n", name);
		else
			buf_printf(&out, "%s%s%s", out.len > 0 ? "," : "", f->ours, minus != down ? "-" : "");
		sort += len + (sort[len] == ',');
	}
	m->failed |= out.failed;
	if (out.len > 0)
		m->out->sort = buf_detach(&out);
	buf_free(&out);
}

enum err_code
nsp_read(const char *text, size_t len, struct nsp *out, struct err *e)
{
	struct mapping m = { .out = out };
	struct buf query = { 0 };
	json_error_t why;
	json_t *root = jansson_load(text, len, 0, &why, e), *rules;
	const char *name = json_string_value(json_object_get(root, "name"));
	bool any;

	if (e->code != ERR_NONE)
		return e->code;
	if (root == NULL)
		return err_set(e, ERR_FORMAT, "line %d: %s", why.line, why.text);
	rules = json_object_get(root, "all");
	any = rules == NULL;
	if (any)
		rules = json_object_get(root, "any");
	if (!json_is_array(rules))
		err_set(e, ERR_FORMAT, "is no smart playlist: it has neither \"all\" nor \"any\"");
	else if (!add_group(&m, &query, rules, any ? " OR " : " ", 0))
		err_set(e, ERR_FORMAT, "none of its rules can be said as a query");
	add_sort(&m, root);
	out->limit = json_integer_value(json_object_get(root, "limit"));
	if (name != NULL && *name != '\0')
		out->name = strdup(name);
	json_decref(root);
	if (e->code == ERR_NONE && (m.failed || out->left_out.failed || buf_ok(&query, e) != ERR_NONE))
		err_memory(e);
	if (e->code == ERR_NONE)
		out->query = buf_detach(&query);
	buf_free(&query);
	return e->code;
}

void
nsp_free(struct nsp *n)
{
	free(n->name);
	free(n->query);
	free(n->sort);
	buf_free(&n->left_out);
	*n = (struct nsp){ 0 };
}
