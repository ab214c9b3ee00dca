/* SPDX-License-Identifier: MIT */
#include "intake/describe/beside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/out.h"
#include "intake/describe/art.h"
#include "intake/describe/cut.h"

static bool
has_suffix(const char *name, const char *suffix)
{
	const char *dot = strrchr(name, '.');

	return dot != NULL && dot != name && strcasecmp(dot + 1, suffix) == 0;
}

bool
beside_is_name(const char *name)
{
	return art_is_name(name) || has_suffix(name, "cue") || has_suffix(name, "lrc");
}

typedef enum err_code ask(struct worker *w, int fd, struct record *r, struct err *e);

/* What is wrong with the file itself goes to *why. */
static enum err_code
read_text(struct folder *f, const char *name, struct worker *worker, ask *fn, struct record *r,
    struct err *why, struct err *e)
{
	int fd = openat(f->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	struct err wrong = { 0 };
	struct stat st;

	if (fd < 0) {
		err_sys(why, errno, "%s", name);
		return ERR_NONE;
	}
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		err_set(why, ERR_FORMAT, "%s: no file", name);
	else if (fn(worker, fd, r, &wrong) != ERR_NONE && wrong.code == ERR_FORMAT)
		err_set(why, ERR_FORMAT, "%s: %s", name, wrong.msg);
	else if (wrong.code != ERR_NONE)
		*e = wrong;
	close(fd);
	return e->code;
}

/* A note's text may hold no control bytes of a name. */
static enum err_code
note(char **to, const struct err *why, struct err *e)
{
	struct buf text = { 0 };

	out_printable(&text, why->msg, strlen(why->msg));
	free(*to);
	*to = buf_detach(&text);
	return *to != NULL ? ERR_NONE : err_memory(e);
}

/* Take over a sheet. */
static enum err_code
add_sheet(struct folder_cues *c, const char *name, struct record *sheet, struct err *e)
{
	struct record *sheets = realloc(c->sheets, (c->n + 1) * sizeof *sheets);
	const char **names = realloc(c->names, (c->n + 1) * sizeof *names);

	if (sheets != NULL)
		c->sheets = sheets;
	if (names != NULL)
		c->names = names;
	if (sheets == NULL || names == NULL) {
		record_free(sheet);
		return err_memory(e);
	}
	sheets[c->n] = *sheet;
	names[c->n++] = name;
	return ERR_NONE;
}

static enum err_code
look_for_cues(struct folder *f, struct worker *worker, struct err *e)
{
	for (size_t i = 0; i < f->nnames && f->cues.n < BESIDE_CUES_MAX && e->code == ERR_NONE; i++) {
		struct record sheet = { 0 };
		struct err why = { 0 };

		if (!has_suffix(f->names[i], "cue"))
			continue;
		if (read_text(f, f->names[i], worker, worker_cue, &sheet, &why, e) != ERR_NONE)
			break;
		if (why.code == ERR_NONE && cut_prepare(&sheet, &why) != ERR_NONE)
			record_free(&sheet);
		if (why.code != ERR_NONE)
			note(&f->cues.note, &why, e);
		else
			add_sheet(&f->cues, f->names[i], &sheet, e);
	}
	return e->code;
}

static enum err_code
cue(struct folder *f, const char *name, struct worker *worker, struct record *r, struct err *e)
{
	pthread_mutex_lock(&f->lock);
	if (!f->cues.looked)
		f->cues.looked = look_for_cues(f, worker, e) == ERR_NONE;
	if (e->code == ERR_NONE && f->cues.note != NULL)
		record_note(r, e, "a cue sheet beside it was left out: %s", f->cues.note);
	pthread_mutex_unlock(&f->lock);
	/* once looked for they stay as they are: reading them needs no lock */
	return e->code != ERR_NONE ? e->code : cut_apply(r, f, name, e);
}

static int
by_letters(const void *a, const void *b)
{
	return strcasecmp(*(const char *const *)a, *(const char *const *)b);
}

static enum err_code
look_for_lyrics(struct folder *f, struct err *e)
{
	size_t n = 0;

	for (size_t i = 0; i < f->nnames; i++)
		n += has_suffix(f->names[i], "lrc");
	f->lyrics.names = n == 0 ? NULL : malloc(n * sizeof *f->lyrics.names);
	if (n > 0 && f->lyrics.names == NULL)
		return err_memory(e);
	for (size_t i = 0; i < f->nnames; i++)
		if (has_suffix(f->names[i], "lrc"))
			f->lyrics.names[f->lyrics.n++] = f->names[i];
	if (n > 1)
		qsort(f->lyrics.names, n, sizeof *f->lyrics.names, by_letters);
	return ERR_NONE;
}

/* The lyrics of the file called name: of that very stem, or else in other letters. */
static const char *
find_lyrics(const struct folder *f, const char *name)
{
	const char *dot = strrchr(name, '.'), *found = NULL;
	size_t stem = dot != NULL && dot != name ? (size_t)(dot - name) : strlen(name);
	char wanted[256 + 4], *key = wanted, **hit, **end = f->lyrics.names + f->lyrics.n;

	if (f->lyrics.n == 0 || stem > 255)
		return NULL;
	memcpy(wanted, name, stem);
	memcpy(wanted + stem, ".lrc", 5);
	hit = bsearch(&key, f->lyrics.names, f->lyrics.n, sizeof *hit, by_letters);
	while (hit != NULL && hit > f->lyrics.names && by_letters(hit - 1, &key) == 0)
		hit--;
	for (; hit != NULL && hit < end && by_letters(hit, &key) == 0; hit++)
		if (found == NULL || strncmp(*hit, name, stem) == 0)
			found = *hit;
	return found;
}

static bool
has_free(const struct record *r, const char *name)
{
	for (size_t i = 0; i < r->nvalues; i++)
		if (r->values[i].name != NULL && strcmp(r->values[i].name, name) == 0)
			return true;
	return false;
}

/* What the file does not have of its own. */
static enum err_code
fill(struct record *r, const struct record *from, struct err *e)
{
	for (size_t i = 0; i < from->nvalues && e->code == ERR_NONE; i++) {
		const struct record_value *v = &from->values[i];

		if (v->field != F_NONE ? record_get(r, v->field) == NULL : !has_free(r, v->name))
			record_add(r, v->field, v->name, v->value, e);
	}
	return e->code;
}

static enum err_code
lyrics(struct folder *f, const char *name, struct worker *worker, struct record *r, struct err *e)
{
	struct record found = { 0 };
	struct err why = { 0 };
	const char *file;
	char *text = NULL;

	pthread_mutex_lock(&f->lock);
	if (!f->lyrics.looked)
		f->lyrics.looked = look_for_lyrics(f, e) == ERR_NONE;
	pthread_mutex_unlock(&f->lock);
	file = e->code == ERR_NONE ? find_lyrics(f, name) : NULL;
	if (file == NULL || read_text(f, file, worker, worker_lyrics, &found, &why, e) != ERR_NONE)
		return e->code;
	if (why.code == ERR_NONE)
		fill(r, &found, e);
	else if (note(&text, &why, e) == ERR_NONE)
		record_note(r, e, "the lyrics beside it were left out: %s", text);
	free(text);
	record_free(&found);
	return e->code;
}

enum err_code
beside_apply(struct folder *f, const char *name, struct worker *worker, struct record *r, struct err *e)
{
	if (cue(f, name, worker, r, e) != ERR_NONE)
		return e->code;
	/* a text for the whole file says nothing about each of its tracks */
	return r->nparts > 0 ? ERR_NONE : lyrics(f, name, worker, r, e);
}
