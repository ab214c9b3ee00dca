/* SPDX-License-Identifier: MIT */
/* Playlists as JSON and as rows of a table. */
#include <stdio.h>
#include <string.h>

#include "base/out.h"
#include "base/time.h"
#include "store/playlist/playlist.h"
#include "store/track.h"
#include "text/table.h"

static void
json_id(struct buf *out, const char *key, int64_t id)
{
	char text[32];

	snprintf(text, sizeof text, "p%lld", (long long)id);
	json_text(out, key, text);
}

void
playlist_json(const struct playlist *p, struct buf *out)
{
	char owner[OWNER_TEXT];

	json_open(out, "playlist");
	json_id(out, "id", p->id);
	json_text(out, "name", p->name);
	json_int(out, "tracks", p->tracks);
	json_int(out, "missing", p->missing);
	json_int(out, "duration_ms", p->duration_ms);
	json_text(out, "owner", owner_name(p->owner, owner));
	if (p->smart) {
		json_array_begin(out, "query");
		for (char *const *word = p->query; *word != NULL; word++)
			json_text(out, NULL, *word);
		json_array_end(out);
		if (p->sort != NULL)
			json_text(out, "sort", p->sort);
		if (p->most > 0)
			json_int(out, "limit", p->most);
		if (p->broken)
			json_bool(out, "broken", true);
	}
	json_time(out, "created", p->created);
	json_time(out, "modified", p->modified);
	if (p->extra != NULL)
		json_text(out, "extra", p->extra);
	json_close(out);
}

void
playlist_entry_json(int64_t playlist, const struct playlist_entry *n, struct buf *out)
{
	json_open(out, "entry");
	json_id(out, "playlist", playlist);
	json_int(out, "position", n->position);
	if (n->track != 0)
		json_int(out, "track", n->track);
	if (n->artist != NULL)
		json_text(out, "artist", n->artist);
	if (n->title != NULL)
		json_text(out, "title", n->title);
	if (n->album != NULL)
		json_text(out, "album", n->album);
	if (n->duration_ms != 0)
		json_int(out, "duration_ms", n->duration_ms);
	if (n->mbid != NULL)
		json_text(out, "mb_trackid", n->mbid);
	if (n->part != 0) {
		json_int(out, "part", n->part);
		json_int(out, "start_ms", n->start_ms);
	}
	if (n->missing)
		json_bool(out, "missing", true);
	if (n->path != NULL)
		json_bytes(out, n->missing ? "path" : "file", n->path, strlen(n->path));
	if (n->location != NULL)
		json_bytes(out, "location", n->location, strlen(n->location));
	if (n->extra != NULL)
		json_text(out, "extra", n->extra);
	json_close(out);
}

void
playlist_change_json(const char *command, const struct playlist_change *c, struct buf *out)
{
	json_open(out, "report");
	json_text(out, "command", command);
	json_id(out, "playlist", c->id);
	json_int(out, "added", c->added);
	json_int(out, "missing", c->missing);
	json_int(out, "removed", c->removed);
	json_int(out, "moved", c->moved);
	json_int(out, "tracks", c->tracks);
	if (c->dry_run)
		json_bool(out, "dry_run", true);
	json_close(out);
}

/* Nothing where it is not known. */
static void
duration_cell(int64_t ms, struct table *t)
{
	char text[TIME_TEXT];

	table_text(t, ms != 0 ? time_length(ms, text) : "");
}

static void
playlist_row(const struct playlist *p, struct table *t)
{
	char id[32];

	snprintf(id, sizeof id, "p%lld", (long long)p->id);
	table_text(t, id);
	table_text(t, p->name);
	table_int(t, p->tracks);
	duration_cell(p->duration_ms, t);
	if (t->aligned)
		table_text(t, p->broken ? "smart, broken" : p->smart ? "smart" : "");
	table_row(t);
}

static void
entry_row(const struct playlist_entry *n, struct table *t)
{
	table_int(t, n->position);
	if (n->track != 0)
		table_int(t, n->track);
	else
		table_text(t, "-");
	table_text(t, n->artist);
	table_text(t, n->title != NULL ? n->title : n->path != NULL ? n->path : n->location);
	duration_cell(n->duration_ms, t);
	table_text(t, n->missing ? "missing" : "");
	table_row(t);
}

enum err_code
playlist_print_list(struct db *db, struct playlist_style *style, struct buf *out, struct err *e)
{
	struct table t = { .out = out, .separator = style->separator, .aligned = style->aligned };
	struct playlist *all;
	size_t n;

	if (playlist_list(db, &all, &n, e) != ERR_NONE)
		return e->code;
	t.right = 1 << 2 | 1 << 3;
	for (size_t i = 0; i < n; i++) {
		if (style->json) {
			playlist_json(&all[i], out);
			buf_putc(out, style->separator);
		} else {
			playlist_row(&all[i], &t);
		}
	}
	table_end(&t);
	playlists_free(all, n);
	return ERR_NONE;
}

enum err_code
playlist_print(struct db *db, int64_t id, struct playlist_style *style, struct buf *out, struct err *e)
{
	struct table t = { .out = out, .separator = style->separator, .aligned = style->aligned };
	struct playlist_entry *v;
	size_t n;

	if (playlist_read(db, id, &v, &n, e) != ERR_NONE)
		return e->code;
	t.right = 1 << 0 | 1 << 1 | 1 << 4;
	for (size_t i = 0; i < n; i++) {
		style->missing += v[i].missing;
		if (style->ids) {
			if (!v[i].missing)
				buf_printf(out, "%lld%c", (long long)v[i].track, style->separator);
		} else if (style->json) {
			playlist_entry_json(id, &v[i], out);
			buf_putc(out, style->separator);
		} else {
			entry_row(&v[i], &t);
		}
	}
	table_end(&t);
	playlist_entries_free(v, n);
	return ERR_NONE;
}
