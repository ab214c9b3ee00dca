/* SPDX-License-Identifier: MIT */
/* What is broken is mended as far as it can be: the catalogue, then the blobs, then what nothing names. */
#include "store/sweep/repair.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "store/layout.h"
#include "store/sweep/scrub.h"

/* What was not found stays in the catalogue, marked as what it is. */
static enum err_code
tell_lost(struct repair *p, struct err *e)
{
	for (size_t i = 0; i < p->n && e->code == ERR_NONE; i++) {
		struct wanted *w = &p->v[i];
		struct scrub_job j = { .verdict = w->there ? SCRUB_WRONG : SCRUB_MISSING,
			.marked = w->marked };

		if (w->done)
			continue;
		err_set(&j.e, ERR_FORMAT,
		    w->blocked ? "a folder that is none of the library's has its name"
			       : "no copy of its bytes was found");
		fetch_settle(p, w, &j, e);
	}
	return e->code;
}

static enum err_code
blobs(struct db *db, const struct sweep *s, struct sweep_report *r, struct err *e)
{
	struct repair p = { .db = db, .s = s, .r = r };

	if (wanted_list(&p, e) == ERR_NONE && (p.n == 0 || layout_check_blobs(db->dirfd, e) == ERR_NONE) &&
	    hunt(&p, e) == ERR_NONE)
		tell_lost(&p, e);
	r->changed = r->changed || (p.left < p.n && !s->dry_run);
	fetch_end(&p);
	return e->code;
}

/* A folder that is not there is told even where nothing is to be looked for. */
static enum err_code
check_folders(const struct sweep *s, struct err *e)
{
	for (size_t i = 0; i < s->nfrom; i++) {
		int fd = open(s->from[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (fd < 0)
			return err_sys(e, errno, "%s", s->from[i]);
		fd_close(&fd);
	}
	return ERR_NONE;
}

enum err_code
sweep_repair(struct db *db, const struct sweep *s, struct sweep_report *r, struct err *e)
{
	struct err orphans = { 0 };

	sweep_low_priority();
	if (check_folders(s, e) != ERR_NONE || sweep_mend(db, s, r, e) != ERR_NONE ||
	    blobs(db, s, r, e) != ERR_NONE)
		return e->code;
	sweep_orphans(db, s, r, &orphans);
	sweep_sum_up(r, e);
	if (e->code == ERR_NONE)
		*e = orphans;
	else if (orphans.code != ERR_NONE)
		sweep_failed(s, &orphans);
	return e->code;
}
