/* SPDX-License-Identifier: MIT */
#include "intake/describe/art.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/file.h"
#include "base/out.h"
#include "digest/sha256.h"

bool
art_is_name(const char *name)
{
	static const char *const stems[] = { "cover", "folder", "front" };
	static const char *const suffixes[] = { "jpg", "jpeg", "png", "gif", "webp", "bmp" };
	const char *dot = strrchr(name, '.');
	bool stem = false, suffix = false;

	if (dot == NULL)
		return false;
	for (size_t i = 0; i < sizeof stems / sizeof stems[0]; i++)
		stem |= strlen(stems[i]) == (size_t)(dot - name) &&
		    strncasecmp(name, stems[i], (size_t)(dot - name)) == 0;
	for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
		suffix |= strcasecmp(dot + 1, suffixes[i]) == 0;
	return stem && suffix;
}

bool
art_sniff(const void *bytes, size_t len, const char **mime, const char **suffix)
{
	static const struct {
		size_t at, len;
		const char *magic, *mime, *suffix;
	} kinds[] = {
		{ 0, 3, "\xff\xd8\xff", "image/jpeg", "jpg" },
		{ 0, 8, "\x89PNG\r\n\x1a\n", "image/png", "png" },
		{ 0, 4, "GIF8", "image/gif", "gif" },
		{ 8, 4, "WEBP", "image/webp", "webp" },
		{ 0, 2, "BM", "image/bmp", "bmp" },
	};

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (len < kinds[i].at + kinds[i].len ||
		    memcmp((const char *)bytes + kinds[i].at, kinds[i].magic, kinds[i].len) != 0)
			continue;
		*mime = kinds[i].mime;
		*suffix = kinds[i].suffix;
		return true;
	}
	return false;
}

void
covers_free(struct item_cover *covers, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(covers[i].text);
	free(covers);
}

/* Append a copy of *c. */
static enum err_code
append(struct item_cover **covers, size_t *n, const struct item_cover *c, struct err *e)
{
	struct item_cover *more = realloc(*covers, (*n + 1) * sizeof *more);

	if (more == NULL)
		return err_memory(e);
	*covers = more;
	more[*n] = *c;
	if (c->text != NULL && (more[*n].text = strdup(c->text)) == NULL)
		return err_memory(e);
	++*n;
	return ERR_NONE;
}

static bool
has(const struct item_cover *covers, size_t n, const struct item_cover *c)
{
	for (size_t i = 0; i < n; i++)
		if (memcmp(covers[i].sha256, c->sha256, sizeof c->sha256) == 0 &&
		    strcmp(covers[i].kind, c->kind) == 0)
			return true;
	return false;
}

/* Stage bytes and describe them; what is no picture is left out. */
static enum err_code
take(struct item_cover **covers, size_t *n, struct stage *s, const void *bytes, size_t len,
    struct item_cover *c, struct err *e)
{
	const char *mime, *suffix;
	struct sha256 h;

	if (!art_sniff(bytes, len, &mime, &suffix))
		return ERR_NONE;
	snprintf(c->mime, sizeof c->mime, "%s", mime);
	snprintf(c->suffix, sizeof c->suffix, "%s", suffix);
	c->size = (int64_t)len;
	sha256_begin(&h);
	sha256_add(&h, bytes, len);
	sha256_end(&h, c->sha256);
	if (has(*covers, *n, c))
		return ERR_NONE;
	if (stage_bytes(s, bytes, len, c->sha256, c->suffix, &c->staged_ns, e) != ERR_NONE)
		return e->code;
	return append(covers, n, c, e);
}

enum err_code
art_embedded(struct record *r, struct stage *s, struct item_cover **covers, size_t *n, struct err *e)
{
	for (size_t i = 0; i < r->ncovers; i++) {
		struct record_cover *in = &r->covers[i];
		struct item_cover c = { .text = in->text };

		snprintf(c.kind, sizeof c.kind, "%s", in->kind[0] != '\0' ? in->kind : "other");
		if (in->data == NULL)
			continue;
		if (take(covers, n, s, in->data, in->len, &c, e) != ERR_NONE)
			return e->code;
		free(in->data);
		in->data = NULL;
		in->len = 0;
	}
	return ERR_NONE;
}

/* Read one picture beside the audio.  What is wrong with it goes to *why and is no error. */
static enum err_code
read_art(struct folder *f, const char *name, struct buf *bytes, struct err *why)
{
	int fd = openat(f->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	enum err_code rc = ERR_NONE;
	struct stat st;

	if (fd < 0)
		return err_sys(why, errno, "%s", name);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		rc = err_set(why, ERR_FORMAT, "%s: no file", name);
	} else if (st.st_size > RECORD_COVER_MAX) {
		rc = err_set(why, ERR_FORMAT, "%s: larger than %d MiB", name, RECORD_COVER_MAX >> 20);
	} else {
		char *at = buf_reserve(bytes, (size_t)st.st_size + 1);
		ssize_t got = at == NULL ? 0 : file_read(fd, at, (size_t)st.st_size + 1);

		if (at == NULL)
			rc = err_memory(why);
		else if (got < 0)
			rc = err_sys(why, errno, "%s", name);
		else if (got != st.st_size)
			rc = err_set(why, ERR_CHANGED, "%s: changed while it was read", name);
		else
			bytes->len = (size_t)got;
	}
	close(fd);
	return rc;
}

static enum err_code
look(struct folder *f, struct stage *s, struct err *e)
{
	for (size_t i = 0; i < f->nnames; i++) {
		struct item_cover c = { .kind = "front", .folder = true };
		struct buf bytes = { 0 };
		struct err why = { 0 };
		enum err_code rc = ERR_NONE;

		if (!art_is_name(f->names[i]))
			continue;
		if (read_art(f, f->names[i], &bytes, &why) != ERR_NONE) {
			struct buf note = { 0 };

			out_printable(&note, why.msg, strlen(why.msg));
			free(f->art.note);
			f->art.note = buf_detach(&note);
		} else {
			rc = take(&f->art.covers, &f->art.n, s, bytes.data, bytes.len, &c, e);
		}
		buf_free(&bytes);
		if (rc != ERR_NONE)
			return rc;
	}
	return ERR_NONE;
}

enum err_code
art_beside(
    struct folder *f, struct stage *s, struct record *r, struct item_cover **covers, size_t *n, struct err *e)
{
	enum err_code rc = ERR_NONE;

	pthread_mutex_lock(&f->lock);
	if (!f->art.looked)
		rc = look(f, s, e);
	f->art.looked = rc == ERR_NONE;
	for (size_t i = 0; rc == ERR_NONE && i < f->art.n; i++)
		if (!has(*covers, *n, &f->art.covers[i]))
			rc = append(covers, n, &f->art.covers[i], e);
	if (rc == ERR_NONE && f->art.note != NULL)
		rc = record_note(r, e, "the cover beside it was left out: %s", f->art.note);
	pthread_mutex_unlock(&f->lock);
	return rc;
}
