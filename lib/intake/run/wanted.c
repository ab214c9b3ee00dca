/* SPDX-License-Identifier: MIT */
/* Which files an import has to read, and which it knows (run.h). */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "intake/describe/beside.h"
#include "intake/run/run.h"
#include "store/session/archives.h"
#include "store/session/items.h"

/* Is it an archive that was imported?  As import_wants(). */
static int
is_known_archive(struct import *im, const struct walk_entry *entry, struct err *e)
{
	struct import_run *run = im->run;
	int64_t members = 0;

	switch (archives_find(run->db, run->session, entry->path, &entry->st, &members, e)) {
	case ARCHIVE_NEW:
		return 1;
	case ARCHIVE_STAGED:
		run->counts.earlier += members;
		break;
	case ARCHIVE_UNCHANGED:
		run->counts.unchanged += members;
		break;
	case ARCHIVE_ERROR:
		return -1;
	}
	im->handled++;
	if (members == 0)
		import_skip(im, entry->path);
	return 0;
}

/* What this session knows of it; as import_wants(). */
static int
is_new(struct import *im, const struct walk_entry *entry, struct unpacked *from, struct err *e)
{
	struct import_run *run = im->run;
	struct err why = { 0 };
	char *reason = NULL;

	switch (items_find(run->db, run->session, entry->path, &entry->st, &reason, e)) {
	case ITEM_NEW:
		return from != NULL ? 1 : is_known_archive(im, entry, e);
	case ITEM_STAGED:
		run->counts.earlier++;
		if (from != NULL)
			from->known++;
		return 0;
	case ITEM_FAILED:
		if (run->retry) {
			free(reason);
			return 1;
		}
		err_set(&why, ERR_PARTIAL, "failed before (lib-import --retry s%" PRId64 " tries again): %s",
		    run->session, reason);
		import_say_failed(im, entry->path, &why);
		if (from != NULL)
			from->failed++;
		free(reason);
		return 0;
	case ITEM_ERROR:
		break;
	}
	return -1;
}

static bool
is_named(const struct import *im, const char *path)
{
	long i = roots_find(im->named, im->nnamed, path);

	return i >= 0 && strcmp(im->named[i], path) == 0;
}

/* A retry wants what it names, and of archives and folders what is not there. */
int
import_wants(struct import *im, const struct walk_entry *entry, struct unpacked *from, struct err *e)
{
	struct import_run *run = im->run;
	int same;

	if (run->retry && from == NULL && is_named(im, entry->path))
		return 1;
	if (beside_is_name(entry->name))
		return 0;
	same = source_unchanged(run->db, entry->path, &entry->st, e);
	if (same < 0)
		return -1;
	if (same == 0)
		return is_new(im, entry, from, e);
	im->handled++;
	run->counts.unchanged += !run->retry; /* which counted it before */
	if (from != NULL)
		from->known++;
	return 0;
}
