/* SPDX-License-Identifier: MIT */
/* A copy of the catalogue where one is due or asked for; older ones go. */
#include "store/backup/backup.h"

#include "store/sweep/priv.h"

struct told {
	const struct sweep *s;
	struct sweep_report *r;
};

static void
removed(void *context, const char *name, int64_t bytes)
{
	const struct told *t = context;

	sweep_add(t->r, "removed", 1);
	sweep_act(t->s, t->r, "remove", name, bytes);
}

enum err_code
sweep_backup(struct db *db, const struct sweep *s, struct sweep_report *r, struct err *e)
{
	const struct sweep_copies *c = &s->copies;
	struct told told = { s, r };
	struct backup made = { 0 };
	int due = c->asked ? 1 : backup_is_due(db, e);

	if (due <= 0)
		return e->code;
	if (s->dry_run) {
		sweep_add(r, "made", 1);
		return backup_thin(db, c->to, c->keep, NULL, true, removed, &told, e);
	}
	if (backup_make(db, c->to, s->stop, &made, e) != ERR_NONE)
		return e->code;
	sweep_add(r, "made", 1);
	sweep_add(r, "bytes", made.bytes);
	sweep_act(s, r, "make", made.name, made.bytes);
	r->changed = c->asked; /* what comes by itself every day is not worth a line */
	return backup_thin(db, c->to, c->keep, made.name, false, removed, &told, e);
}
