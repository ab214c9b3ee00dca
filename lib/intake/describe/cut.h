/* SPDX-License-Identifier: MIT */
/*
 * cut.h - what cue sheets make of an audio file: several tracks, or a few more tags
 *
 * The first sheet counts that has tracks on the file: those that lie beside it in the
 * order of their names, then the one inside it (its CUESHEET tag, else its FLAC block).
 * A sheet's FILE means the audio file of that name, or of that stem: it often says .wav where a .flac
 * lies.  A sheet with one FILE that means no file of the folder belongs to the audio file
 * that has the sheet's own stem.
 *
 * Two or more tracks become parts, if they begin one after the other and before the
 * audio ends; else a note says why not.  A single track fills in what the tags do not tell.
 */
#ifndef INTAKE_DESCRIBE_CUT_H
#define INTAKE_DESCRIBE_CUT_H

#include "intake/walk/folder.h"
#include "worker/record.h"

/* Settle the parts of r, which may have those of a sheet inside it; name is that of its file in f, whose
 * sheets were read (beside.h). */
enum err_code cut_apply(struct record *r, const struct folder *f, const char *name, struct err *e);

/* Make ready a sheet that was just read: the names of its FILEs without folders, in NFC. */
enum err_code cut_prepare(struct record *sheet, struct err *e);

#endif
