/* SPDX-License-Identifier: MIT */
/* A term as a statement over the table of its values: SELECT kind, number of what matches. */
#include <string.h>
#include <strings.h>

#include "store/query/members.h"
#include "text/regex.h"

/* Have the places of a field rows that name tracks or releases? */
static bool
has_rows(enum field f, bool tag)
{
	struct place p[PLACES_MAX];
	int n = field_places(f, tag, 0, p);

	for (int i = 0; i < n; i++)
		if (!place_has_rows(&p[i]))
			return false;
	return n > 0;
}

/* These have tests of their own. */
static bool
is_special(enum field f)
{
	return f == F_SHA256 || f == F_SESSION || f == F_OWNER || f == F_COMPILATION || f == F_KEY ||
	    f == F_FILE;
}

/* A pattern that the empty text has is found where there is no value, which no row tells. */
static bool
finds_empty(const struct node *n)
{
	struct regex *r = NULL;
	struct err ignored = { 0 };
	size_t at;
	bool empty = regex_new(&r, n->value, &at, &ignored) != ERR_NONE || regex_match(r, "", 0) > 0;

	regex_free(r);
	return empty;
}

static bool
text_rows(struct compiler *c, const struct node *n, struct buf *sql)
{
	struct buf fts = { 0 };
	bool anywhere = n->field == F_NONE && n->tag == NULL, exact = false;
	bool known = compile_match(c, n, &fts, &exact) && exact;

	if (known)
		buf_printf(sql, "SELECT %d AS kind, rowid AS number FROM fts WHERE fts MATCH ?%d", OF_DOC,
		    param_text(c, fts.data, fts.len));
	sql->failed |= fts.failed;
	buf_free(&fts);
	if (known)
		return true;
	if (n->op == OP_REGEX ? finds_empty(n) : anywhere)
		return false;
	if (!anywhere && (is_special(n->field) || !has_rows(n->field, n->tag != NULL)))
		return false;
	if (n->op == OP_REGEX)
		compile_pattern(c, n, sql);
	else if (n->op == OP_NAMED)
		return false;
	else
		compile_text(c, n, sql);
	return true;
}

_Static_assert(OF_TRACK == 1 && OF_RELEASE == 2, "the statements name the kinds by these numbers");

static const struct {
	const char *name, *rows;
} flags[] = {
	{ "compilation", "SELECT 2 AS kind, id AS number FROM release WHERE compilation = 1" },
	{ "dup",
	    "SELECT 1 AS kind, id AS number FROM track WHERE recording_id IN (SELECT recording_id FROM track"
	    " INDEXED BY track_recording WHERE id NOT IN (SELECT id FROM track WHERE removed IS NOT NULL)"
	    " GROUP BY recording_id HAVING count(*) > 1) UNION ALL SELECT 1, id FROM track WHERE sound_group"
	    " IN (SELECT sound_group FROM track WHERE sound_group IS NOT NULL AND removed IS NULL"
	    " GROUP BY sound_group HAVING count(*) > 1)" },
	{ "damaged",
	    "SELECT 1 AS kind, f.track_id AS number FROM file f NOT INDEXED WHERE f.preferred = 1"
	    " AND (f.state = 'damaged' OR f.damaged) UNION ALL SELECT 1, x.track_id FROM file_sound x"
	    " WHERE EXISTS (SELECT 1 FROM sound WHERE damage IS NOT NULL) AND x.preferred = 1"
	    " AND EXISTS (SELECT 1 FROM sound s WHERE s.hash = x.hash AND s.start_ms = x.start_ms"
	    " AND s.length_ms = x.length_ms AND s.damage IS NOT NULL)" },
};

static bool
flag_rows(const struct node *n, struct buf *sql)
{
	for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
		if (strcasecmp(flags[i].name, n->value) != 0)
			continue;
		buf_puts(sql, flags[i].rows);
		return true;
	}
	return false;
}

bool
compile_rows(struct compiler *c, const struct node *n, struct buf *sql)
{
	bool driven = c->driven, done = false;
	enum field f;

	c->rows = c->driven = true;
	switch (n->kind) {
	case NODE_TEXT:
		done = text_rows(c, n, sql);
		break;
	case NODE_IS:
		done = flag_rows(n, sql);
		break;
	case NODE_HAS:
		f = field_find(n->value);
		done = f != F_PLAYS && has_rows(f, f == F_NONE);
		if (done)
			compile_has(c, n, sql);
		break;
	case NODE_RANGE:
		done = has_rows(n->field, n->tag != NULL);
		if (done)
			compile_range(c, n, sql);
		break;
	default:
		break;
	}
	c->rows = false;
	c->driven = driven;
	return done;
}
