/* SPDX-License-Identifier: MIT */
/*
 * art.h - pictures: those inside a file and those beside it, staged and described
 */
#ifndef INTAKE_DESCRIBE_ART_H
#define INTAKE_DESCRIBE_ART_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "intake/walk/folder.h"
#include "store/session/items.h"
#include "store/session/stage.h"
#include "worker/record.h"

/* cover.*, folder.*, front.* with jpg, jpeg, png, gif, webp or bmp; case does not matter. */
bool art_is_name(const char *name);

/* What the bytes are: "image/jpeg" and its suffix "jpg"; false where they are no picture that we know. */
bool art_sniff(const void *bytes, size_t len, const char **mime, const char **suffix);

/* Append the covers inside r to *covers (malloced), their bytes staged and freed.  Errors are the
 * library's. */
enum err_code art_embedded(
    struct record *r, struct stage *s, struct item_cover **covers, size_t *n, struct err *e);

/* Append the covers that lie in f: read and staged once.  One that cannot be read becomes a note in r. */
enum err_code art_beside(struct folder *f, struct stage *s, struct record *r, struct item_cover **covers,
    size_t *n, struct err *e);

void covers_free(struct item_cover *covers, size_t n);

#endif
