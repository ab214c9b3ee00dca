/* SPDX-License-Identifier: MIT */
/* What a term means: the signs around its value, and the range in it, after the field that it is of. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "store/query/complain.h"
#include "store/query/place.h"
#include "store/query/token.h"

enum { EDITS_MAX = 2 };

struct shaping {
	struct node *leaf;
	struct query *q;
	tag_exists *exists;
	void *context;
	struct err *e;
};

#define complain(s, ...) query_complain((s)->e, (s)->leaf->word, (s)->leaf->at, __VA_ARGS__)

static bool
is_anywhere(const struct node *n)
{
	return n->field == F_NONE && n->tag == NULL;
}

/* Fields that are neither text nor numbers to people: hashes, ids, paths. */
static bool
is_opaque(enum field f)
{
	return f == F_SHA256 || f == F_SESSION || f == F_OWNER || f == F_COMPILATION || f == F_FILE ||
	    f == F_SOURCE;
}

static const char *
name_of(const struct node *n)
{
	return n->tag != NULL ? n->tag : n->field != F_NONE ? field_info(n->field)->name : "a word";
}

/* genre:* is has:genre, genre:"" and genre=="" are missing:genre */
static enum err_code
become_has(struct shaping *s, bool missing)
{
	struct node *leaf = s->leaf, *has = missing ? node_new(NODE_HAS) : leaf;
	char *name = strdup(name_of(leaf));

	if (has == NULL || name == NULL) {
		free(name);
		node_free(missing ? has : NULL);
		return err_memory(s->e);
	}
	free(leaf->value);
	free(leaf->tag);
	leaf->value = leaf->tag = NULL;
	leaf->field = F_NONE;
	has->kind = NODE_HAS;
	has->value = name;
	has->word = leaf->word;
	has->at = leaf->at;
	if (missing) {
		leaf->kind = NODE_NOT;
		if (!node_add(leaf, has))
			return err_memory(s->e);
	}
	return ERR_NONE;
}

/* has:lyrcis is a slip of the pen, has:mytag may be right though no track has it. */
static enum err_code
check_name(struct shaping *s)
{
	const char *name = s->leaf->value;
	enum field near;

	if (field_find(name) != F_NONE || (s->exists != NULL && s->exists(s->context, name)))
		return ERR_NONE;
	near = field_nearest(name);
	if (near != F_NONE)
		return complain(
		    s, "there is no field '%.60s'; did you mean '%s'?", name, field_info(near)->name);
	return query_add_note(
	    s->q, s->e, NULL, "there is no field '%.60s', and no track has a tag of that name", name);
}

/* "bjork~", "bjork~2": how many edits, and the value without them; 0 where there is no such ending. */
static enum err_code
take_edits(struct shaping *s)
{
	struct node *n = s->leaf;
	char *mark = strrchr(n->value, '~'), *end;
	double edits = 1;

	if (mark == NULL || mark == n->value)
		return ERR_NONE;
	if (mark[1] != '\0') {
		if (!isdigit((unsigned char)mark[1]))
			return ERR_NONE;
		edits = strtod(mark + 1, &end); /* 0.8 is Lucene's old way to say a little */
		if (*end != '\0')
			return ERR_NONE;
	}
	if (edits > EDITS_MAX)
		return complain(s, "word~N takes 1 or 2 edits, not '%.20s'", mark + 1);
	*mark = '\0';
	n->op = edits == 0 ? OP_HAS : OP_FUZZY;
	n->distance = edits > 1 ? 2 : 1;
	return ERR_NONE;
}

/* word~ and ~word, and field:~word */
static enum err_code
shape_fuzzy(struct shaping *s)
{
	struct node *n = s->leaf;
	bool by_sign = n->op == OP_FUZZY;

	if (!by_sign && is_anywhere(n) && n->value[0] == '~' && isalnum((unsigned char)n->value[1])) {
		memmove(n->value, n->value + 1, strlen(n->value));
		by_sign = true;
	}
	if (by_sign) {
		n->op = OP_FUZZY;
		n->distance = 1;
	}
	if (!n->phrase && take_edits(s) != ERR_NONE)
		return s->e->code;
	if (n->op != OP_FUZZY)
		return ERR_NONE;
	if (!field_is_text(n->field) || is_opaque(n->field))
		return complain(s, "%s: only words can be misspelt", name_of(n));
	return ERR_NONE;
}

/* Cut value at `at`, leaving out len bytes, into the two ends of a range; "*" is no end. */
static enum err_code
cut(struct shaping *s, char *at, size_t len)
{
	struct node *n = s->leaf;

	n->high = strdup(strcmp(at + len, "*") == 0 ? "" : at + len);
	*at = '\0';
	if (strcmp(n->value, "*") == 0)
		*n->value = '\0';
	n->op = OP_BETWEEN;
	return n->high != NULL ? ERR_NONE : err_memory(s->e);
}

static void
strip_quotes(char *s)
{
	size_t len = strlen(s);

	if (len < 2 || *s != '"' || s[len - 1] != '"')
		return;
	s[len - 1] = '\0';
	memmove(s, s + 1, len - 1);
}

/* [1990 TO 1999], {a TO b}: braces leave the end itself out. */
static enum err_code
cut_brackets(struct shaping *s)
{
	struct node *n = s->leaf;
	size_t len = strlen(n->value);
	char *to;

	n->open_low = n->value[0] == '{';
	n->open_high = n->value[len - 1] == '}';
	n->value[len - 1] = '\0';
	memmove(n->value, n->value + 1, len - 1);
	to = strstr(n->value, " TO ");
	if (cut(s, to, 4) == ERR_NONE) {
		strip_quotes(n->value);
		strip_quotes(n->high);
	}
	return s->e->code;
}

static bool
has_brackets(const char *value)
{
	size_t len = strlen(value);

	return len > 5 && (*value == '[' || *value == '{') &&
	    (value[len - 1] == ']' || value[len - 1] == '}') && strstr(value, " TO ") != NULL;
}

/* 1990s, 1990-1999 and the long dash between two numbers. */
static enum err_code
cut_years(struct shaping *s)
{
	struct node *n = s->leaf;
	size_t digits = strspn(n->value, "0123456789"), len = strlen(n->value);
	bool dates = field_info(n->field)->type == FIELD_DATE || n->field == F_YEAR;
	char *dash = strstr(n->value, "–");

	if (dates && digits == 4 && n->value[3] == '0' && strcmp(n->value + 4, "s") == 0) {
		n->value[4] = '\0';
		n->high = strdup(n->value);
		n->op = OP_BETWEEN;
		if (n->high == NULL)
			return err_memory(s->e);
		n->high[3] = '9';
		return ERR_NONE;
	}
	if (dash != NULL && dash != n->value)
		return cut(s, dash, strlen("–"));
	if (field_info(n->field)->type == FIELD_INT && digits > 0 && n->value[digits] == '-' &&
	    digits + 1 < len && strspn(n->value + digits + 1, "0123456789") == len - digits - 1)
		return cut(s, n->value + digits, 1);
	return ERR_NONE;
}

/* Text has dots of its own: "a..c" is a range of text, "...baby" is not. */
static bool
is_text_range(const char *value, const char *dots)
{
	return (dots > value || dots[2] != '\0') && (dots == value || isalnum((unsigned char)dots[-1])) &&
	    dots[2] != '.' && strstr(dots + 2, "..") == NULL;
}

static enum err_code
split_range(struct shaping *s)
{
	struct node *n = s->leaf;
	char *dots = strstr(n->value, ".."), *ellipsis = strstr(n->value, "…");
	bool number = !field_is_text(n->field);

	if (n->phrase || n->op != OP_HAS || is_anywhere(n) || (!number && is_opaque(n->field)))
		return ERR_NONE;
	if (has_brackets(n->value))
		return cut_brackets(s);
	if (dots != NULL && (number || is_text_range(n->value, dots)))
		return cut(s, dots, 2 + (dots[2] == '.'));
	if (number && ellipsis != NULL)
		return cut(s, ellipsis, strlen("…"));
	return number ? cut_years(s) : ERR_NONE;
}

static enum err_code
shape_text(struct shaping *s)
{
	struct node *n = s->leaf;
	bool compares = n->op == OP_BETWEEN || (n->op >= OP_LESS && n->op <= OP_GREATER_EQUAL);
	bool pattern = n->field == F_SOURCE || n->field == F_FILE;
	size_t len = strlen(n->value);

	if (compares && is_opaque(n->field))
		return complain(s, "%s has no order to compare by", name_of(n));
	if (n->op == OP_BETWEEN && *n->value == '\0' && *n->high == '\0')
		return complain(s, "%s: a range wants at least one end", name_of(n));
	if (!n->phrase && !pattern && n->op == OP_HAS && len > 1 && n->value[len - 1] == '*') {
		n->value[len - 1] = '\0';
		n->prefix = true;
	}
	return ERR_NONE;
}

/* id:12,7,3 - a list, in its order. */
static enum err_code
read_ids(struct shaping *s)
{
	struct node *n = s->leaf;
	size_t len = strlen(n->value);
	char *end;

	if (n->field != F_ID || n->op != OP_HAS || strchr(n->value, ',') == NULL ||
	    strspn(n->value, "0123456789,") != len)
		return ERR_NONE;
	n->ids = calloc(len, sizeof *n->ids);
	if (n->ids == NULL)
		return err_memory(s->e);
	for (const char *at = n->value; *at != '\0'; at = end + (*end == ',')) {
		n->ids[n->nids] = strtoll(at, &end, 10);
		n->nids += end > at;
	}
	n->kind = NODE_IDS;
	return ERR_NONE;
}

/* "2 weeks" is 2weeks. */
static void
join_units(char *s)
{
	char *to = s;

	for (size_t i = 0; s[i] != '\0'; i++)
		if (s[i] != ' ' || i == 0 || !isdigit((unsigned char)s[i - 1]) ||
		    !isalpha((unsigned char)s[i + 1]))
			*to++ = s[i];
	*to = '\0';
}

/* "1990..1999" */
static bool
is_years(const char *s)
{
	return strlen(s) == 10 && strspn(s, "0123456789") == 4 && strncmp(s + 4, "..", 2) == 0 &&
	    strspn(s + 6, "0123456789") == 4;
}

enum err_code
term_shape(struct node *leaf, struct query *q, tag_exists *exists, void *context, struct err *e)
{
	struct shaping s = { leaf, q, exists, context, e };
	bool anywhere = is_anywhere(leaf);

	if (leaf->kind == NODE_HAS)
		return check_name(&s);
	if (leaf->kind != NODE_TEXT || leaf->op == OP_REGEX)
		return ERR_NONE;
	if (!leaf->phrase && leaf->op == OP_HAS && strcmp(leaf->value, "*") == 0) {
		leaf->kind = NODE_ALL;
		return anywhere ? ERR_NONE : become_has(&s, false);
	}
	if (leaf->phrase && !anywhere && *leaf->value == '\0' &&
	    (leaf->op == OP_HAS || leaf->op == OP_SAME || leaf->op == OP_EXACT))
		return become_has(&s, true);
	if ((leaf->op == OP_HAS || leaf->op == OP_FUZZY) && shape_fuzzy(&s) != ERR_NONE)
		return e->code;
	if (anywhere && !leaf->phrase && leaf->op == OP_HAS && is_years(leaf->value))
		leaf->field = F_YEAR;
	if (split_range(&s) != ERR_NONE)
		return e->code;
	if (field_is_text(leaf->field))
		return shape_text(&s);
	if (leaf->op == OP_NEAR)
		return complain(&s, "%s: only words can be near each other", name_of(leaf));
	leaf->kind = NODE_RANGE;
	join_units(leaf->value);
	if (leaf->high != NULL)
		join_units(leaf->high);
	return read_ids(&s);
}
