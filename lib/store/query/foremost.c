/* SPDX-License-Identifier: MIT */
#include "store/query/foremost.h"

#include <stdlib.h>
#include <string.h>

#include "store/query/place.h"

/* A value, and whose it is. */
struct entry {
	int type; /* SQLITE_INTEGER, ... */
	int64_t whole;
	double real;
	const char *text;
	size_t len;
	int64_t tie;
	int owner; /* what number names: OF_TRACK, OF_RELEASE */
	int64_t number;
	char *copy; /* where text lies, of those that are kept */
	size_t room;
};

/* What is known of a track or release: nothing, that it is one of those looked at, that it has a value; then
 * where that value stands. */
enum state { ABSENT, PRESENT, VALUED, BEFORE, TIED, AFTER };

/* By number. */
struct states {
	uint8_t *of;
	int64_t n;
};

struct search {
	struct compiler *c;
	bool descending;
	enum tie tie;
	struct states states[MEMBER_KINDS];
	struct entry *entry; /* the first k as a heap, the last of them on top */
	size_t n, k;
	int owner;    /* of the values that are read now */
	bool marking; /* the k-th is known: the second time */
	bool failed;  /* no memory */
};

void
foremost_free(struct foremost *f)
{
	documents_free(&f->before);
	documents_free(&f->tied);
}

/* SQLite's order: numbers, texts, bytes. */
static int
class_of(int type)
{
	return type == SQLITE_INTEGER || type == SQLITE_FLOAT ? 0 : type == SQLITE_TEXT ? 1 : 2;
}

static int
compare_values(const struct entry *a, const struct entry *b)
{
	int order = class_of(a->type) - class_of(b->type);

	if (order != 0)
		return order;
	if (class_of(a->type) > 0) {
		order = memcmp(a->text, b->text, a->len < b->len ? a->len : b->len);
		return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
	}
	if (a->type == SQLITE_INTEGER && b->type == SQLITE_INTEGER)
		return (a->whole > b->whole) - (a->whole < b->whole);
	return (a->real > b->real) - (a->real < b->real);
}

/* Less than 0: a comes before b. */
static int
compare(const struct search *s, const struct entry *a, const struct entry *b)
{
	int order = compare_values(a, b);

	if (order != 0)
		return s->descending ? -order : order;
	return (a->tie > b->tie) - (a->tie < b->tie);
}

static void
swap(struct entry *a, struct entry *b)
{
	struct entry moved = *a;

	*a = *b;
	*b = moved;
}

/* A copy of the text stays where there was one before. */
static bool
keep(struct entry *slot, const struct entry *from)
{
	char *copy = slot->copy;
	size_t room = slot->room;

	if (from->text != NULL && from->len > room) {
		char *more = realloc(copy, from->len + from->len / 2);

		if (more == NULL)
			return false;
		copy = more;
		room = from->len + from->len / 2;
	}
	if (from->len > 0)
		memcpy(copy, from->text, from->len);
	*slot = *from;
	slot->copy = copy;
	slot->room = room;
	slot->text = copy != NULL ? copy : "";
	return true;
}

static void
put(struct search *s, const struct entry *x)
{
	struct entry *e = s->entry;
	size_t i;

	if (s->n < s->k) {
		i = s->n++;
		s->failed |= !keep(&e[i], x);
		for (; i > 0 && compare(s, &e[(i - 1) / 2], &e[i]) < 0; i = (i - 1) / 2)
			swap(&e[(i - 1) / 2], &e[i]);
		return;
	}
	if (compare(s, x, &e[0]) >= 0)
		return;
	s->failed |= !keep(&e[0], x);
	for (size_t at = 0, child; (child = 2 * at + 1) < s->n; at = child) {
		child += child + 1 < s->n && compare(s, &e[child], &e[child + 1]) < 0;
		if (compare(s, &e[child], &e[at]) <= 0)
			break;
		swap(&e[at], &e[child]);
	}
}

/* fonoteca_value(number, value): the first value of each that is looked at */
static void
take(sqlite3_context *context, int n, sqlite3_value **value)
{
	struct search *s = sqlite3_user_data(context);
	struct states *states = &s->states[s->owner];
	int64_t number = sqlite3_value_int64(value[0]);
	struct entry x = { .type = sqlite3_value_type(value[1]), .owner = s->owner, .number = number };
	int order;

	(void)n;
	if (number <= 0 || number >= states->n || states->of[number] != (s->marking ? VALUED : PRESENT) ||
	    x.type == SQLITE_NULL)
		return;
	if (class_of(x.type) == 0) {
		x.whole = sqlite3_value_int64(value[1]);
		x.real = sqlite3_value_double(value[1]);
	} else {
		x.text = sqlite3_value_blob(value[1]);
		x.len = (size_t)sqlite3_value_bytes(value[1]);
		x.text = x.text != NULL ? x.text : "";
	}
	x.tie = s->tie == TIE_FIELD ? 0 : s->tie == TIE_NEWEST ? -number : number;
	states->of[number] = VALUED;
	if (!s->marking) {
		put(s, &x);
	} else {
		order = compare(s, &x, &s->entry[0]);
		states->of[number] = order < 0 ? BEFORE : order == 0 ? TIED : AFTER;
	}
	if (s->failed)
		sqlite3_result_error_nomem(context);
}

static void
taken(sqlite3_context *context)
{
	sqlite3_result_int(context, 1);
}

static enum err_code
read_place(struct search *s, const struct place *p)
{
	struct buf number = { 0 }, rows = { 0 }, sql = { 0 };
	sqlite3_stmt *st;

	s->owner = place_values(p, &number, &rows);
	buf_printf(&sql, "SELECT fonoteca_value(%s, %s) %s", number.failed ? "" : number.data,
	    p->key != NULL ? p->key : p->value, rows.failed ? "" : rows.data);
	sql.failed |= number.failed || rows.failed;
	buf_free(&number);
	buf_free(&rows);
	st = part_prepare(s->c, &sql);
	if (st != NULL)
		(void)sql_step(s->c->db, st, s->c->e);
	sqlite3_finalize(st);
	return s->c->e->code;
}

typedef enum err_code visit(void *context, struct search *s, uint32_t doc, int64_t track, int64_t release);

static enum err_code
visit_chunk(struct search *s, int64_t chunk, const uint16_t *place, size_t n, visit *each, void *context)
{
	struct packed *p = &s->c->sieve->packed;
	uint64_t track[PACKED_CHUNK], release[PACKED_CHUNK];
	const uint8_t *codes;

	if (packed_whole(p, PACKED_TRACK, chunk, &codes, s->c->e) < 0)
		return s->c->e->code;
	packed_read(PACKED_TRACK, codes, place, n, track);
	if (packed_whole(p, PACKED_RELEASE, chunk, &codes, s->c->e) < 0)
		return s->c->e->code;
	packed_read(PACKED_RELEASE, codes, place, n, release);
	for (size_t i = 0; i < n && s->c->e->code == ERR_NONE; i++)
		if (track[i] > 0)
			each(context, s, (uint32_t)(chunk << PACKED_SHIFT) + place[i],
			    packed_value(PACKED_TRACK, track[i]), packed_value(PACKED_RELEASE, release[i]));
	return s->c->e->code;
}

static enum err_code
visit_all(struct search *s, const struct documents *of, visit *each, void *context)
{
	uint16_t place[PACKED_CHUNK];

	for (size_t at = 0; at < of->n && s->c->e->code == ERR_NONE;) {
		int64_t chunk = of->doc[at] >> PACKED_SHIFT;
		size_t n = 0;

		while (at < of->n && of->doc[at] >> PACKED_SHIFT == chunk && n < PACKED_CHUNK)
			place[n++] = of->doc[at++] & (PACKED_CHUNK - 1);
		visit_chunk(s, chunk, place, n, each, context);
	}
	return s->c->e->code;
}

static enum err_code
make_states(struct search *s, int owner, const char *most)
{
	struct states *states = &s->states[owner];
	sqlite3_stmt *st = sql_prepare(s->c->db, most, s->c->e);

	if (st == NULL)
		return s->c->e->code;
	if (sql_step(s->c->db, st, s->c->e) > 0)
		states->n = sqlite3_column_int64(st, 0) + 1;
	sqlite3_finalize(st);
	states->of = calloc((size_t)states->n + 1, 1);
	return states->of != NULL ? s->c->e->code : err_memory(s->c->e);
}

static enum err_code
find_track(void *context, struct search *s, uint32_t doc, int64_t track, int64_t release)
{
	(void)context;
	(void)doc;
	(void)release;
	if (track < s->states[OF_TRACK].n)
		s->states[OF_TRACK].of[track] = PRESENT;
	return ERR_NONE;
}

/* Of tracks that have no value of their own. */
static enum err_code
find_release(void *context, struct search *s, uint32_t doc, int64_t track, int64_t release)
{
	(void)context;
	(void)doc;
	if (release < s->states[OF_RELEASE].n && track < s->states[OF_TRACK].n &&
	    s->states[OF_TRACK].of[track] == PRESENT)
		s->states[OF_RELEASE].of[release] = PRESENT;
	return ERR_NONE;
}

static enum err_code
find_releases(struct search *s, const struct documents *of)
{
	if (make_states(s, OF_RELEASE, "SELECT max(id) FROM release") == ERR_NONE)
		visit_all(s, of, find_release, NULL);
	return s->c->e->code;
}

/* All documents get their places. */
static enum err_code
assign(void *context, struct search *s, uint32_t doc, int64_t track, int64_t release)
{
	struct foremost *f = context;
	uint8_t state = track < s->states[OF_TRACK].n ? s->states[OF_TRACK].of[track] : TIED;
	bool all =
	    s->n < s->k; /* there are no more values than that: those without one share the k-th place */

	if (state == PRESENT && release < s->states[OF_RELEASE].n &&
	    s->states[OF_RELEASE].of[release] != ABSENT)
		state = s->states[OF_RELEASE].of[release];
	if (state == BEFORE || (state == VALUED && all))
		documents_add(&f->before, doc, s->c->e);
	else if (state == TIED || (state == PRESENT && all))
		documents_add(&f->tied, doc, s->c->e);
	return s->c->e->code;
}

static bool
is_of_release(const struct place *p)
{
	return strstr(p->from, " = t.release_id") != NULL;
}

static enum err_code
read_places(struct search *s, const struct place *p, int n, const struct documents *of)
{
	for (int i = 0; i < n && s->c->e->code == ERR_NONE; i++) {
		if (!s->marking && is_of_release(&p[i]))
			find_releases(s, of);
		if (s->c->e->code == ERR_NONE)
			read_place(s, &p[i]);
	}
	return s->c->e->code;
}

/* Those among the first k come before all others: or else, where more than that share the value of the k-th,
 * they are told apart by reading the values again. */
static enum err_code
mark(struct search *s, const struct place *p, int n, const struct documents *of)
{
	if (s->n < s->k)
		return ERR_NONE;
	if (s->tie == TIE_FIELD) {
		s->marking = true;
		return read_places(s, p, n, of);
	}
	for (size_t i = 0; i < s->n; i++)
		s->states[s->entry[i].owner].of[s->entry[i].number] = BEFORE;
	return ERR_NONE;
}

static void
search_free(struct search *s)
{
	for (size_t i = 0; s->entry != NULL && i < s->n; i++)
		free(s->entry[i].copy);
	free(s->entry);
	for (int i = 0; i < MEMBER_KINDS; i++)
		free(s->states[i].of);
}

enum err_code
foremost_find(struct compiler *c, enum field field, bool descending, enum tie tie, const struct documents *of,
    size_t k, struct foremost *f)
{
	struct search s = { .c = c, .descending = descending, .tie = TIE_FIELD, .k = k };
	struct place p[PLACES_MAX];
	int n = order_places(field, p);

	if (n == 1 && is_of_release(&p[0]) == (tie == TIE_RELEASE))
		s.tie = tie;
	s.entry = calloc(k + 1, sizeof *s.entry);
	if (s.entry == NULL)
		return err_memory(c->e);
	if (sqlite3_create_function(c->db->sql, "fonoteca_value", 2, SQLITE_UTF8 | SQLITE_DIRECTONLY, &s,
		NULL, take, taken) != SQLITE_OK)
		sql_error(c->db, c->e);
	else if (make_states(&s, OF_TRACK, "SELECT max(id) FROM track") == ERR_NONE &&
	    visit_all(&s, of, find_track, NULL) == ERR_NONE && read_places(&s, p, n, of) == ERR_NONE &&
	    mark(&s, p, n, of) == ERR_NONE)
		visit_all(&s, of, assign, f);
	search_free(&s);
	return c->e->code;
}
