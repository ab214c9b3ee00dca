/* SPDX-License-Identifier: MIT */
#include "intake/preview.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "intake/describe/beside.h"
#include "intake/say.h"
#include "intake/walk/walk.h"
#include "store/session/archives.h"
#include "store/session/items.h"
#include "worker/client.h"

static void
fail(struct preview *p, const char *path, const struct err *why)
{
	p->counts.failed++;
	p->failed(path, why);
}

static void
print(struct preview *p, struct buf *line)
{
	if (!line->failed)
		p->line(p->context, line);
	buf_free(line);
}

static void
found(struct preview *p, const struct walk_entry *entry, const struct record *r)
{
	struct buf line = { 0 };

	p->counts.staged++;
	p->counts.bytes += (int64_t)entry->st.st_size;
	say_file(entry->path, (int64_t)entry->st.st_size, r, p->json, p->raw, &line);
	print(p, &line);
}

static void
no_audio(struct preview *p, const char *path)
{
	struct err why = { 0 };

	p->counts.skipped++;
	if (!p->options->strict)
		return;
	err_set(&why, ERR_NOTAUDIO, "is no audio of a known format");
	fail(p, path, &why);
}

static enum err_code
sniff(struct preview *p, struct worker *w, const struct walk_entry *entry, struct err *e)
{
	int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	int fd = openat(entry->folder->fd, entry->name, flags | (p->options->dereference ? 0 : O_NOFOLLOW));
	struct record r = { 0 };
	struct err why = { 0 };

	if (fd < 0) {
		err_sys(&why, errno, "cannot be opened");
		fail(p, entry->path, &why);
		return ERR_NONE;
	}
	if (worker_sniff(w, fd, &r, &why) == ERR_NONE) {
		found(p, entry, &r);
	} else if (why.code == ERR_NOTAUDIO) {
		no_audio(p, entry->path);
	} else if (why.code == ERR_FORMAT) {
		fail(p, entry->path, &why);
	} else {
		*e = why;
	}
	record_free(&r);
	close(fd);
	return e->code;
}

/* Imported before, and unchanged; false also after an error. */
static bool
is_known_archive(struct preview *p, const struct walk_entry *entry, struct err *e)
{
	int64_t members = 0;

	if (p->db == NULL ||
	    archives_find(p->db, 0, entry->path, &entry->st, &members, e) != ARCHIVE_UNCHANGED)
		return false;
	p->counts.unchanged += members;
	if (members == 0)
		no_audio(p, entry->path);
	return true;
}

static enum err_code
look(struct preview *p, struct worker *w, const struct walk_entry *entry, struct err *e)
{
	int same = p->db == NULL ? 0 : source_unchanged(p->db, entry->path, &entry->st, e);

	if (same < 0)
		return e->code;
	if (same > 0)
		p->counts.unchanged++;
	if (same > 0 || beside_is_name(entry->name) || is_known_archive(p, entry, e) || e->code != ERR_NONE)
		return e->code;
	return sniff(p, w, entry, e);
}

enum err_code
import_preview(struct preview *p, char **roots, size_t nroots, struct err *e)
{
	struct walk_options o = { p->options->dereference, p->db != NULL ? db_path(p->db) : NULL, NULL, 0 };
	struct worker *worker = NULL;
	struct walk *walk = NULL;
	struct buf totals = { 0 };
	struct walk_entry entry;
	enum walk_step step = WALK_END;

	if (walk_new(&walk, roots, nroots, &o, e) != ERR_NONE ||
	    worker_new(&worker, NULL, NULL, e) != ERR_NONE)
		goto out;
	do {
		struct err why = { 0 };

		if (p->progress != NULL && *p->progress->stop != 0) {
			err_set(e, ERR_INTERRUPTED, "stopped");
			break;
		}
		step = walk_next(walk, &entry, &why);
		if (step == WALK_BROKEN)
			*e = why;
		else if (step == WALK_FAILED)
			fail(p, entry.path, &why);
		else if (step == WALK_FILE)
			(void)look(p, worker, &entry, e);
	} while (step != WALK_END && e->code == ERR_NONE);
	p->counts.links = walk_counts(walk)->links;
	p->counts.special = walk_counts(walk)->special;
out:
	if (p->json) {
		say_preview(&p->counts, &totals);
		print(p, &totals);
	}
	worker_free(worker);
	walk_free(walk);
	return e->code;
}
