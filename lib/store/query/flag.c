/* SPDX-License-Identifier: MIT */
/* is:, has: and missing: */
#include <string.h>
#include <strings.h>

#include "base/near.h"
#include "store/query/compile.h"
#include "store/query/place.h"

#define OF_FILE(condition)                                                                                   \
	"EXISTS (SELECT 1 FROM file f WHERE f.track_id = t.id AND f.preferred = 1 AND (" condition "))"
#define LOSSLESS                                                                                             \
	"f.codec IN ('flac', 'alac', 'pcm', 'ape', 'wavpack', 'tta', 'dsd') OR (f.codec IS NULL AND"         \
	" f.format IN ('flac', 'wav', 'aiff', 'ape', 'wavpack', 'tta', 'dsf', 'dff'))"

static const struct {
	const char *name, *sql;
} flags[] = {
	{ "lossless", OF_FILE(LOSSLESS) },
	{ "lossy", OF_FILE("NOT (" LOSSLESS ")") },
	{ "compilation", "(SELECT r.compilation FROM release r WHERE r.id = t.release_id) = 1" },
	{ "dup",
	    "(EXISTS (SELECT 1 FROM track o WHERE o.recording_id = t.recording_id AND o.id <> t.id"
	    " AND o.removed IS NULL) OR EXISTS (SELECT 1 FROM track o WHERE o.sound_group = t.sound_group AND"
	    " o.id <> t.id AND o.removed IS NULL))" },
	{ "missing", OF_FILE("f.state = 'missing'") },
	{ "damaged",
	    OF_FILE("f.state = 'damaged' OR f.damaged OR EXISTS (SELECT 1 FROM file_sound x JOIN sound s"
		    " USING (hash, start_ms, length_ms) WHERE x.file_id = f.id AND s.damage IS NOT NULL)") },
	{ "rated", "t.rating IS NOT NULL" },
	{ "unrated", "t.rating IS NULL" },
	{ "loved", "t.rating >= 90" },
	{ "played", "EXISTS (SELECT 1 FROM heard h WHERE h.recording_id = t.recording_id)" },
	{ "unplayed", "NOT EXISTS (SELECT 1 FROM heard h WHERE h.recording_id = t.recording_id)" },
};
enum { FLAGS = sizeof flags / sizeof flags[0] };

static void
complain(struct compiler *c, const struct node *n)
{
	struct buf list = { 0 };
	int near = -1, least = 3;

	for (int i = 0; i < FLAGS; i++) {
		int d = near_distance(flags[i].name, n->value);

		if (d < least) {
			least = d;
			near = i;
		}
		buf_printf(&list, "%s%s", i == 0 ? "" : i + 1 < FLAGS ? ", " : " or ", flags[i].name);
	}
	if (near >= 0)
		compile_complain(c, n, "there is no is:%s; did you mean is:%s?", n->value, flags[near].name);
	else if (buf_ok(&list, c->e) == ERR_NONE)
		compile_complain(c, n, "is: takes %s, not '%s'", list.data, n->value);
	buf_free(&list);
}

void
compile_is(struct compiler *c, const struct node *n, struct buf *sql)
{
	for (int i = 0; i < FLAGS; i++) {
		if (strcasecmp(flags[i].name, n->value) != 0)
			continue;
		buf_puts(sql, flags[i].sql);
		return;
	}
	complain(c, n);
}

void
compile_has(struct compiler *c, const struct node *n, struct buf *sql)
{
	struct place p[PLACES_MAX];
	enum field f = field_find(n->value);
	int name = 0, count;

	if (f == F_PLAYS) /* every track has a number of plays */
		f = F_LASTPLAYED;
	if (f == F_NONE)
		name = param_text(c, n->value, strlen(n->value));
	count = field_places(f, f == F_NONE, name, p);
	for (int i = 0; i < count; i++) {
		place_open(p, i, c->rows, sql);
		buf_printf(sql, "%s IS NOT NULL AND %s <> ''", p[i].value, p[i].value);
	}
	place_close(p, count, c->rows, sql);
}
