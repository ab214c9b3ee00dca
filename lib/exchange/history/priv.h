/* SPDX-License-Identifier: MIT */
/*
 * priv.h - what the readers of histories share; for this folder alone
 */
#ifndef EXCHANGE_HISTORY_PRIV_H
#define EXCHANGE_HISTORY_PRIV_H

#include "exchange/history/history.h"
#include "exchange/jansson.h"

enum { CELLS_MAX = 64, DEPTH_MAX = 64, KEY_MAX = 32 };

/* Objects cut out of JSON, of which only one is in memory at a time. */
struct cutter {
	const char *array; /* the name of the array whose objects are wanted; NULL: those on top */
	int64_t line, objects;
	char stack[DEPTH_MAX]; /* '{' or '[', or 'r': the array of what is wanted */
	int depth;
	char key[KEY_MAX]; /* the latest string outside of what is wanted */
	size_t key_len;
	int pushed; /* a byte that was read and is still to be looked at; 0: none */
	struct buf object;
	int64_t began; /* the object's line */
	bool ended;
};

/* What the columns of a table are. */
enum column {
	COL_TIME,
	COL_ARTIST,
	COL_TITLE,
	COL_ALBUM,
	COL_MBID,
	COL_ALBUM_MBID,
	COL_ISRC,
	COL_LENGTH,
	COLS
};

struct history {
	struct stream *in;
	const struct zone *zone;
	const struct format *format;
	int64_t line;
	int64_t now; /* 0: every play must tell when it began */
	struct buf raw;
	char reason[300];

	/* tables */
	struct buf text;      /* the row's lines */
	struct buf lines[16]; /* lines that were read and are rows to come */
	int nlines;
	char *cell[CELLS_MAX];
	int cells;
	int column[COLS]; /* -1: there is none */
	char separator;
	bool clock_told; /* .scrobbler.log: its times are UTC */
	bool head_done;
	int head_cells; /* of the head; 0: it is not known how many cells there are */

	/* JSON */
	bool by_line;
	struct cutter cut;
	json_t *object;
	struct buf joined;
};

struct format {
	const char *name, *about;
	bool (*is_table)(struct history *h, const char *bytes, size_t len); /* a table that begins so */
	int (*next)(struct history *h, struct history_row *row, struct err *e);
	bool (*is_object)(const json_t *o); /* JSON: a play is such an object */
	void (*take)(struct history *h, const json_t *o, struct history_row *row);
	const char *array; /* the plays may stand in an array of this name */
};
extern const struct format formats[];

/* What becomes of the row; the reason is printed into h. */
void row_broken(struct history *h, struct history_row *row, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void row_skipped(struct history_row *row, const char *reason);

/* A time as text into the row; where it tells no zone, it is by the clock of `assumed` (NULL: UTC).  False:
 * it is none, and the row is broken. */
bool row_time(struct history *h, struct history_row *row, const char *text, const struct zone *assumed);

/* table.c: the next row of cells: 1, 0, -1; 2: a row that is broken, as h->reason tells. */
int table_next(struct history *h, struct history_row *row, struct err *e);
bool is_scrobbler_log(struct history *h, const char *bytes, size_t len);
bool is_lastfm_csv(struct history *h, const char *bytes, size_t len);
bool is_librefm(struct history *h, const char *bytes, size_t len);
bool is_lastexport(struct history *h, const char *bytes, size_t len);
int scrobbler_log_next(struct history *h, struct history_row *row, struct err *e);
int columns_next(struct history *h, struct history_row *row, struct err *e);

/* cut.c: the next object: 1, 0 at the end, -1; 2: what stood there is no object, as *why tells. */
int cut_next(struct cutter *c, struct stream *in, const char **why, struct err *e);

/* object.c */
int object_next(struct history *h, struct history_row *row, struct err *e);
bool object_find(struct history *h, const char *bytes, size_t len, const struct format *asked, struct err *e);
const char *text_of(const json_t *o, const char *key); /* "" where it is none */
double number_of(const json_t *o, const char *key);    /* -1 where it is none */

/* services.c */
bool is_spotify(const json_t *o);
bool is_spotify_account(const json_t *o);
bool is_listenbrainz(const json_t *o);
bool is_lastfm_json(const json_t *o);
bool is_maloja(const json_t *o);
bool is_pano(const json_t *o);
bool is_own(const json_t *o);
void take_spotify(struct history *h, const json_t *o, struct history_row *row);
void take_spotify_account(struct history *h, const json_t *o, struct history_row *row);
void take_listenbrainz(struct history *h, const json_t *o, struct history_row *row);
void take_lastfm_json(struct history *h, const json_t *o, struct history_row *row);
void take_maloja(struct history *h, const json_t *o, struct history_row *row);
void take_pano(struct history *h, const json_t *o, struct history_row *row);
void take_own(struct history *h, const json_t *o, struct history_row *row);

#endif
