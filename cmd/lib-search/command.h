/* SPDX-License-Identifier: MIT */
/*
 * command.h - what the parts of lib-search share
 *
 * cmd/lib-search.c has the options and the table of actions; each file of
 * this folder carries out some of them.
 */
#ifndef CMD_LIB_SEARCH_COMMAND_H
#define CMD_LIB_SEARCH_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "store/db.h"
#include "store/listing/listing.h"
#include "store/query/query.h"

/* What the command line says, beside cli's own options. */
struct command {
	long long limit, offset; /* limit -1: all */
	const char *sort;
	bool strict;          /* what would be a note on the query is an error */
	const char *subject;  /* the action's own argument */
	int64_t after;        /* --after; -1: not given */
	const char *similar;  /* --similar, or NULL */
	bool explain;         /* --explain */
	const char *why;      /* --why */
	bool correct;         /* --auto-correct */
	int as;               /* --as; -1: not given */
	int64_t since, until; /* of plays; 0: not given */
	const char *user;     /* who heard them */
	long long shown;      /* --limit as it was given */
	bool html;            /* --stats as a page */
	struct listing listing;
	struct db *db;
};
extern struct command command;

/* The query of the operands, parsed and ordered, its note told; NULL with *e filled in. */
struct query *command_query(struct err *e);

/* The same of other words than the operands. */
struct query *command_parse(char *const *words, struct err *e);

/* Nothing was found: status 1, and a note. */
enum err_code command_nothing(struct err *e);

/* correct.c: nothing was found by *q.  A correction of it is told, or takes its place: then true, and the
 * search is to be made again. */
bool command_correct(struct query **q, struct err *e);

/* q found n: where that is very little, a correction that finds far more is told. */
void command_few(struct query *q, size_t n, struct err *e);

/* The part of a list of n that --limit and --offset leave: from *first on, this many. */
size_t command_page(size_t n, size_t *first);

/* plays.c: what was heard.  The form that --as names, -1: none; a time as --since and --until take it. */
int plays_form_of(const char *name);
void plays_time(const char *option, const char *value, bool end, int64_t *seconds);
void plays_list(struct err *e);

struct plays_wanted;

/* The plays that the command line asks for; the tracks of its query go to *ids, which is to be freed. */
enum err_code plays_read_wanted(struct plays_wanted *w, int64_t **ids, struct err *e);

/* numbers.c */
void numbers_library(struct err *e);
void numbers_plays(struct err *e);

/* find.c: the tracks of a query, how many, their values, albums, artists. */
void find_tracks(struct err *e);
void find_count(struct err *e);
void find_facet(struct err *e);
void find_albums(struct err *e);
void find_artists(struct err *e);

/* named.c: the tracks of a playlist, plain or smart, or of a saved search, malloced; *playlist: its id, or 0.
 */
enum err_code tracks_named(const char *name, int64_t **ids, size_t *n, int64_t *playlist, struct err *e);

/* similar.c: of what *q finds only what is most like the tracks of --similar; and tracks of it with the
 * reasons. */
enum err_code similar_narrow(struct query **q, struct err *e);
void similar_explain(const int64_t *ids, size_t n, struct err *e);

/* explain.c: how the query was understood, what was done, why each track of the page is there; --why: one
 * track. */
void explain_query(struct err *e);

/* one.c: tracks by their ids. */
void one_show(struct err *e);
void one_cover(struct err *e);

/* saved.c */
void saved_save(struct err *e);
void saved_print(struct err *e);
void saved_drop(struct err *e);

/* events.c */
void events_list(struct err *e);
void events_follow(struct err *e);

#endif
