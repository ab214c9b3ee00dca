/* SPDX-License-Identifier: MIT */
#include "intake/playlist_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/out.h"
#include "exchange/nsp.h"
#include "exchange/place.h"
#include "store/playlist/playlist.h"

/* A missing entry's place is its file's, but where a path relative to another folder is wished. */
static void
place(const struct playlist_entry *n, const char *relative_to, struct list_item *item)
{
	bool local = n->path != NULL && n->path[0] == '/';
	bool moves = relative_to != NULL && local && n->location != NULL && n->location[0] != '/' &&
	    strstr(n->location, "://") == NULL;

	if (!n->missing || n->location == NULL || moves)
		item->path = n->path;
	else
		item->location = n->location;
	item->known = local ? n->path : NULL;
}

void
playlist_write_entry(struct list_writer *w, const struct playlist_entry *n)
{
	struct list_item item = { .title = n->title,
		.artist = n->artist,
		.album = n->album,
		.mbid = n->mbid,
		.extra = n->extra,
		.duration_ms = n->duration_ms,
		.start_ms = n->part > 0 || n->start_ms > 0 ? n->start_ms : -1,
		.number = n->number };

	place(n, w->relative_to, &item);
	list_add(w, &item);
}

static void
write_entries(struct list_writer *w, const struct playlist *p, const struct playlist_entry *v, size_t n)
{
	list_begin(w, p->name);
	for (size_t i = 0; i < n; i++)
		playlist_write_entry(w, &v[i]);
	list_end(w);
}

static void
write_json(const struct playlist *p, const struct playlist_entry *v, size_t n, struct buf *out)
{
	playlist_json(p, out);
	buf_putc(out, '\n');
	for (size_t i = 0; i < n; i++) {
		playlist_entry_json(p->id, &v[i], out);
		buf_putc(out, '\n');
	}
}

/* What playlist_load() would have counted. */
static void
count_entries(struct playlist *p, const struct playlist_entry *v, size_t n)
{
	p->tracks = (int64_t)n;
	for (size_t i = 0; i < n; i++) {
		p->missing += v[i].missing;
		p->duration_ms += v[i].duration_ms;
	}
}

enum err_code
playlist_whole(
    struct db *db, int64_t id, struct playlist *p, struct playlist_entry **v, size_t *n, struct err *e)
{
	char *words[] = { NULL };
	struct playlist all = { .name = "All", .smart = true, .query = words, .sort = "id" };
	int64_t *ids = NULL;
	size_t count = 0;

	if (id != 0) {
		if (playlist_load_head(db, id, p, e) == ERR_NONE &&
		    playlist_read(db, id, v, n, e) == ERR_NONE)
			count_entries(p, *v, *n);
		return e->code;
	}
	if (playlist_find_tracks(db, &all, &ids, &count, e) == ERR_NONE &&
	    playlist_read_tracks(db, ids, count, v, n, e) == ERR_NONE) {
		count_entries(p, *v, *n);
		if ((p->name = strdup(all.name)) == NULL)
			err_memory(e);
	}
	free(ids);
	return e->code;
}

enum err_code
playlist_export(struct db *db, int64_t id, enum list_format format, const char *relative_to, struct buf *out,
    struct err *e)
{
	struct list_writer w = { .format = format, .out = out };
	struct playlist p = { 0 };
	struct playlist_entry *v = NULL;
	char *dir = NULL;
	size_t n = 0;

	if (relative_to != NULL) {
		w.relative_to = dir = realpath(relative_to, NULL);
		if (dir == NULL)
			return err_sys(e, errno, "%s", relative_to);
	}
	if (playlist_whole(db, id, &p, &v, &n, e) != ERR_NONE)
		goto out;
	w.extra = p.extra;
	if (format == LIST_JSON)
		write_json(&p, v, n, out);
	else
		write_entries(&w, &p, v, n);
	buf_ok(out, e);
out:
	playlist_entries_free(v, n);
	playlist_free(&p);
	free(dir);
	return e->code;
}

struct reading {
	struct db *db;
	struct playlist_import *import;
	char *dir;
	struct buf path, other, decoded;
};

/* Some players write percent codes into M3U as well: "Moon%20Safari/02.mp3". */
static bool
has_codes(const struct list_item *item)
{
	return !item->uri && item->path == NULL && item->location != NULL &&
	    strchr(item->location, '%') != NULL && place_is_uri(item->location);
}

static enum err_code
take_item(void *context, const struct list_item *item, struct err *e)
{
	struct reading *r = context;
	struct playlist_said said = { .location = item->location,
		.title = item->title,
		.artist = item->artist,
		.album = item->album,
		.mbid = item->mbid,
		.extra = item->extra,
		.duration_ms = item->duration_ms,
		.start_ms = item->start_ms };

	buf_clear(&r->path);
	buf_clear(&r->other);
	if (item->path != NULL)
		said.path = item->path;
	else if (item->location != NULL &&
	    place_read(item->location, item->uri, r->dir, &r->path) != PLACE_REMOTE)
		said.path = r->path.data;
	if (item->bytes != NULL && place_read(item->bytes, item->uri, r->dir, &r->other) == PLACE_LOCAL)
		said.other = r->other.data;
	if (has_codes(item) && place_read(item->location, true, r->dir, &r->decoded) == PLACE_LOCAL)
		said.decoded = r->decoded.data;
	if (buf_ok(&r->path, e) != ERR_NONE || buf_ok(&r->other, e) != ERR_NONE ||
	    buf_ok(&r->decoded, e) != ERR_NONE)
		return e->code;
	return playlist_import_add(r->db, r->import, &said, e);
}

/* The folder that the file's relative paths start from: absolute, without links. */
static enum err_code
folder_of(const char *file, char **dir, struct err *e)
{
	char *copy, *slash;

	if (strcmp(file, "-") == 0)
		copy = strdup(".");
	else {
		copy = strdup(file);
		slash = copy != NULL ? strrchr(copy, '/') : NULL;
		if (slash != NULL)
			slash[slash == copy] = '\0';
		else if (copy != NULL) {
			free(copy);
			copy = strdup(".");
		}
	}
	if (copy == NULL)
		return err_memory(e);
	*dir = realpath(copy, NULL);
	if (*dir == NULL)
		err_sys(e, errno, "%s", file);
	free(copy);
	return e->code;
}

static enum err_code
slurp(const char *file, struct buf *bytes, struct err *e)
{
	return file_slurp(
	    bytes, AT_FDCWD, strcmp(file, "-") == 0 ? "/dev/stdin" : file, PLAYLIST_FILE_MAX, e);
}

/* The file's name without its suffix; of standard input there is none. */
static char *
name_of(const char *file)
{
	const char *base = path_base(file), *dot = strrchr(base, '.');
	struct buf name = { 0 };

	if (strcmp(file, "-") == 0)
		return strdup("Imported");
	out_escape(&name, base, dot != NULL && dot > base ? (size_t)(dot - base) : strlen(base));
	return buf_detach(&name);
}

/* What it is to be called: as it is wished, as the file says, as the file is called. */
static enum err_code
choose_name(const struct playlist_file *f, const char *title, char **name, struct err *e)
{
	struct buf clean = { 0 };

	if (f->name != NULL)
		*name = strdup(f->name);
	else if (title == NULL)
		*name = name_of(f->file);
	else if (utf8_valid(title, strlen(title)))
		*name = strdup(title);
	else {
		out_escape(&clean, title, strlen(title));
		*name = buf_detach(&clean);
	}
	return *name != NULL ? ERR_NONE : err_memory(e);
}

/* A smart playlist becomes one here. */
static enum err_code
import_smart(struct db *db, struct playlist_file *f, const struct buf *bytes, struct err *e)
{
	struct nsp n = { 0 };
	struct playlist_change c = { .dry_run = f->import.dry_run };
	struct playlist_smart how = { 0 };
	char *words[2] = { NULL, NULL }, *name = NULL, *note = NULL;

	if (nsp_read(bytes->data, bytes->len, &n, e) != ERR_NONE)
		err_context(e, "%s", f->file);
	else if (choose_name(f, n.name, &name, e) == ERR_NONE) {
		words[0] = n.query;
		how = (struct playlist_smart){ words, n.sort, n.limit > 0 ? n.limit : 0 };
		if (playlist_smart(db, name, &how, &note, &c, e) == ERR_NONE) {
			f->import.id = c.id;
			f->import.unchanged = c.event == 0;
			f->left_out = n.left_out;
			n.left_out = (struct buf){ 0 };
		}
	}
	free(note);
	free(name);
	nsp_free(&n);
	return e->code;
}

enum err_code
playlist_import_file(struct db *db, struct playlist_file *f, struct err *e)
{
	struct reading r = { .db = db, .import = &f->import };
	struct list_reader reader = { .encoding = f->encoding, .item = take_item, .context = &r };
	struct buf bytes = { 0 };
	char *name = NULL;

	if (slurp(f->file, &bytes, e) != ERR_NONE || folder_of(f->file, &r.dir, e) != ERR_NONE)
		goto out;
	if (f->format == LIST_FORMATS)
		f->format = list_guess(f->file, bytes.data, bytes.len);
	if (f->format == LIST_NSP) {
		import_smart(db, f, &bytes, e);
		goto out;
	}
	if (playlist_import_begin(db, &f->import, e) != ERR_NONE)
		goto out;
	if (list_read(f->format, bytes.data, bytes.len, &reader, e) != ERR_NONE) {
		if (e->code == ERR_FORMAT)
			err_context(e, "%s", f->file);
		playlist_import_drop(db, &f->import);
		goto out;
	}
	if (choose_name(f, reader.title, &name, e) != ERR_NONE)
		playlist_import_drop(db, &f->import);
	else
		playlist_import_end(db, &f->import, name, reader.extra.len > 0 ? reader.extra.data : NULL, e);
	if (e->code == ERR_USAGE && name != NULL &&
	    f->name == NULL) { /* the file's fault, not the command line's */
		struct err why = *e;

		err_set(e, ERR_FORMAT, "%s: %s; --name gives it another", f->file, why.msg);
	}
out:
	list_reader_free(&reader);
	buf_free(&bytes);
	buf_free(&r.path);
	buf_free(&r.other);
	buf_free(&r.decoded);
	free(r.dir);
	free(name);
	return e->code;
}
