/* priv.h - what the files of lib/store/history share; for this folder alone */
#ifndef STORE_HISTORY_PRIV_H
#define STORE_HISTORY_PRIV_H

#include "store/history/plays.h"
#include "store/sql.h"

/* match.c: find the track of a row of `told`, unless what it has is as good. */
enum err_code told_match(struct db *db, int64_t told, struct err *e);

/* plays.c: whom an artist of several begins with, folded and malloced; "" where it is one. */
char *told_lead(const char *artist, const char *artist_key);

#endif
