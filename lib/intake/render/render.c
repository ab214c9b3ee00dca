/* SPDX-License-Identifier: MIT */
#include "intake/render/render.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "intake/render/priv.h"
#include "intake/render/sheet.h"

static enum err_code
play_one(struct render *r, const struct source *s, struct mix *m, struct buf *sheet, struct err *e)
{
	struct err own = { 0 };
	int64_t begins;

	if (source_play(r, s, m, &own, e) != ERR_NONE || own.code == ERR_INTERRUPTED) {
		if (e->code == ERR_NONE)
			*e = own;
		return e->code;
	}
	if (mix_next(m, &begins, e) != ERR_NONE)
		return e->code;
	if (own.code == ERR_NONE && begins < 0)
		err_set(&own, ERR_FORMAT, "ffmpeg found no sound in it");
	if (own.code != ERR_NONE) {
		r->broken++;
		err_context(&own, "entry %lld %s: track %lld", (long long)s->entry->position,
		    begins < 0 ? "is left out" : "is not whole", (long long)s->entry->track);
		r->failed(&own);
	}
	if (begins >= 0)
		sheet_track(sheet, (int)++r->tracks, s->entry->title, s->entry->artist, begins, r->rate);
	return buf_ok(sheet, e);
}

static enum err_code
play_all(
    struct render *r, const struct source *list, size_t n, struct output *o, struct buf *sheet, struct err *e)
{
	struct mix *m = NULL;
	size_t fade = (size_t)(r->fade_ms * r->rate / 1000);

	if (mix_new(&m, r->channels, fade, output_take, o, e) != ERR_NONE)
		return e->code;
	for (size_t i = 0; i < n && e->code == ERR_NONE; i++) {
		if (r->progress.report != NULL)
			r->progress.report(r->progress.context, "rendering", (int64_t)i, (int64_t)n, 0);
		play_one(r, &list[i], m, sheet, e);
	}
	if (e->code == ERR_NONE && mix_finish(m, &r->frames, e) == ERR_NONE && r->tracks == 0)
		err_set(e, ERR_FORMAT, "nothing to render: no track can be decoded");
	mix_free(m);
	return e->code;
}

enum err_code
render_write(struct db *db, struct render *r, const char *title, const struct playlist_entry *v, size_t n,
    struct err *e)
{
	struct output o = { .fd = -1, .to = -1, .dirfd = -1 };
	struct source *list = NULL;
	struct buf sheet = { 0 };
	int64_t bits;
	size_t count = 0;

	r->sheet = output_sheet(r->file);
	if (r->sheet == NULL)
		return err_memory(e);
	if (output_open(&o, r, e) != ERR_NONE || sources_read(db, r, v, n, &list, &count, e) != ERR_NONE)
		goto out;
	sources_settle(r, list, count, &bits);
	r->tracks = r->dry_run ? (int64_t)count : 0;
	if (r->dry_run)
		goto out;
	sheet_begin(&sheet, path_base(r->file), coding_in_sheets(r->coding), title);
	if (output_start(&o, title, bits, e) == ERR_NONE &&
	    play_all(r, list, count, &o, &sheet, e) == ERR_NONE)
		output_finish(&o, &sheet, e);
	if (e->code == ERR_INTERRUPTED)
		err_set(e, ERR_INTERRUPTED, "stopped; nothing was made");
out:
	output_close(&o);
	buf_free(&sheet);
	free(list);
	return e->code;
}
