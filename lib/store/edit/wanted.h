/* SPDX-License-Identifier: MIT */
/*
 * wanted.h - what a track's file would say if it said what the catalogue does
 */
#ifndef STORE_EDIT_WANTED_H
#define STORE_EDIT_WANTED_H

#include "base/err.h"
#include "store/db.h"
#include "worker/record.h"

/* The tags of a track into a zeroed *r; free tags that were taken out by hand are empty. */
enum err_code wanted_tags(struct db *db, int64_t track, struct record *r, struct err *e);

#endif
