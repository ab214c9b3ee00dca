/* SPDX-License-Identifier: MIT */
#include "intake/describe/cut.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "text/fold.h"

static size_t
stem_len(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot == NULL || dot == name ? strlen(name) : (size_t)(dot - name);
}

static bool
same_stem(const char *a, const char *b)
{
	size_t n = stem_len(a);

	return n > 0 && n == stem_len(b) && strncasecmp(a, b, n) == 0;
}

static bool
means(const char *file, const char *name)
{
	return *file != '\0' && (strcasecmp(file, name) == 0 || same_stem(file, name));
}

static const char *
file_of(const struct record *part)
{
	return part->values[0].value;
}

enum err_code
cut_prepare(struct record *sheet, struct err *e)
{
	for (size_t i = 0; i < sheet->nparts; i++) {
		struct record_value *v = sheet->parts[i].values;
		const char *name;
		char *text;

		if (sheet->parts[i].nvalues == 0 || v->name == NULL || strcmp(v->name, RECORD_FILE) != 0)
			return err_set(e, ERR_FORMAT, "names no FILE"); /* not what the worker answers */
		name = v->value;
		for (const char *s = name; *s != '\0'; s++)
			if (*s == '/' || *s == '\\')
				name = s + 1;
		text = text_nfc(name, strlen(name));
		if (text == NULL)
			return err_memory(e);
		free(v->value);
		v->value = text;
	}
	return ERR_NONE;
}

/* Is a file of the folder, by its name's suffix audio, what `file` means? */
static bool
is_there(const struct folder *f, const char *file)
{
	static const char *const audio[] = { "flac", "wav", "ape", "wv", "m4a", "mp3", "ogg", "oga", "opus",
		"tta", "aif", "aiff", "mpc", "wma", "aac", "mp4" };

	for (size_t i = 0; i < f->nnames; i++) {
		const char *name = f->names[i], *dot = strrchr(name, '.');

		for (size_t k = 0; dot != NULL && k < sizeof audio / sizeof audio[0]; k++)
			if (strcasecmp(dot + 1, audio[k]) == 0 && means(file, name))
				return true;
	}
	return false;
}

static bool
has_one_file(const struct record *sheet)
{
	for (size_t i = 1; i < sheet->nparts; i++)
		if (strcmp(file_of(&sheet->parts[i]), file_of(&sheet->parts[0])) != 0)
			return false;
	return true;
}

/* Is the sheet called cue the one of the file called name, though its FILE means another that is not there?
 */
static bool
is_namesake(const struct folder *f, const struct record *sheet, const char *cue, const char *name)
{
	return same_stem(cue, name) && has_one_file(sheet) && !is_there(f, file_of(&sheet->parts[0]));
}

static enum err_code
copy_part(struct record *to, const struct record *part, struct err *e)
{
	struct record copy = { .start_ms = part->start_ms, .duration_ms = part->duration_ms };

	for (size_t i = 1; i < part->nvalues && e->code == ERR_NONE; i++)
		record_add(&copy, part->values[i].field, part->values[i].name, part->values[i].value, e);
	if (e->code == ERR_NONE)
		record_add_part(to, &copy, e);
	record_free(&copy);
	return e->code;
}

/* The tracks of a sheet that lie on the file called name; all of them where `all`. */
static enum err_code
take(struct record *to, const struct record *sheet, const char *name, bool all, struct err *e)
{
	for (size_t i = 0; i < sheet->nparts && e->code == ERR_NONE; i++)
		if (all || means(file_of(&sheet->parts[i]), name))
			copy_part(to, &sheet->parts[i], e);
	return e->code;
}

/* Do the tracks follow one another inside the audio?  NULL, or why not.  Their durations follow from that. */
static const char *
fit(struct record *parts, size_t n, int64_t duration)
{
	for (size_t i = 0; i < n; i++) {
		int64_t end = i + 1 < n ? parts[i + 1].start_ms : duration;

		if (duration > 0 && parts[i].start_ms >= duration)
			return "it goes on behind the end of the audio";
		if (i + 1 < n && end <= parts[i].start_ms)
			return "its tracks do not follow one another";
		parts[i].duration_ms = end > 0 ? end - parts[i].start_ms : 0;
	}
	return NULL;
}

/* A part without a title has at least its number. */
static enum err_code
name_parts(struct record *parts, size_t n, struct err *e)
{
	for (size_t i = 0; i < n && e->code == ERR_NONE; i++) {
		const char *number = record_get(&parts[i], F_TRACK);
		char text[64];

		if (record_get(&parts[i], F_TITLE) != NULL)
			continue;
		snprintf(text, sizeof text, "Track %.20s", number != NULL ? number : "");
		if (number == NULL)
			snprintf(text, sizeof text, "Track %zu", i + 1);
		record_add(&parts[i], F_TITLE, NULL, text, e);
	}
	return e->code;
}

/* What the tags do not tell the only track of a sheet does. */
static enum err_code
fill(struct record *r, const struct record *part, struct err *e)
{
	bool told[F_COUNT] = { false };

	for (size_t i = 0; i < r->nvalues; i++)
		if (r->values[i].field != F_NONE)
			told[r->values[i].field] = true;
	told[F_ARTIST] |= told[F_ARTISTS];
	told[F_ALBUMARTIST] |= told[F_ALBUMARTISTS];
	told[F_TRACK] |= told[F_POSITION];
	for (size_t i = 0; i < part->nvalues && e->code == ERR_NONE; i++) {
		const struct record_value *v = &part->values[i];

		if (v->field != F_NONE && !told[v->field])
			record_add(r, v->field, NULL, v->value, e);
	}
	return e->code;
}

/* Use the tracks in *from, of which there is at least one: 1 done, 0 they do not fit, -1. */
static int
use(struct record *r, struct record *from, const char *what, struct err *e)
{
	const char *wrong = fit(from->parts, from->nparts, r->duration_ms);

	if (wrong != NULL) {
		record_note(r, e, "%s was left out: %s", what, wrong);
		return e->code == ERR_NONE ? 0 : -1;
	}
	record_drop_parts(r);
	if (from->nparts == 1) {
		fill(r, &from->parts[0], e);
	} else if (name_parts(from->parts, from->nparts, e) == ERR_NONE) {
		r->parts = from->parts;
		r->nparts = from->nparts;
		from->parts = NULL;
		from->nparts = 0;
	}
	return e->code == ERR_NONE ? 1 : -1;
}

static int
by_sheets_beside(struct record *r, const struct folder *f, const char *name, const char *nfc, struct err *e)
{
	struct record tracks = { 0 };
	int used = 0;

	for (size_t i = 0; i < f->cues.n && used == 0; i++) {
		const struct record *sheet = &f->cues.sheets[i];
		bool all = is_namesake(f, sheet, f->cues.names[i], name);
		char what[320];

		if (take(&tracks, sheet, nfc, all, e) != ERR_NONE)
			used = -1;
		snprintf(what, sizeof what, "the cue sheet %s", f->cues.names[i]);
		if (used == 0 && tracks.nparts > 0)
			used = use(r, &tracks, what, e);
		record_drop_parts(&tracks);
		for (size_t k = 0; used == 1 && k < sheet->nnotes; k++)
			if (record_note(r, e, "%s: %s", what, sheet->notes[k]) != ERR_NONE)
				used = -1;
	}
	return used;
}

static enum err_code
by_sheet_inside(struct record *r, const char *nfc, struct err *e)
{
	struct record tracks = { 0 };

	if (cut_prepare(r, e) == ERR_NONE && take(&tracks, r, nfc, has_one_file(r), e) == ERR_NONE) {
		record_drop_parts(r);
		if (tracks.nparts > 0)
			(void)use(r, &tracks, "the cue sheet inside it", e);
	}
	record_drop_parts(&tracks);
	return e->code;
}

enum err_code
cut_apply(struct record *r, const struct folder *f, const char *name, struct err *e)
{
	char *nfc;
	int used;

	if (r->nparts == 0 && f->cues.n == 0)
		return ERR_NONE;
	nfc = text_nfc(name, strlen(name));
	if (nfc == NULL)
		return err_memory(e);
	used = by_sheets_beside(r, f, name, nfc, e);
	if (used == 0 && r->nparts > 0)
		(void)by_sheet_inside(r, nfc, e);
	free(nfc);
	return e->code;
}
