/* SPDX-License-Identifier: MIT */
/*
 * command.h - what the parts of lib-playlist share
 *
 * cmd/lib-playlist.c has the options and the table of commands; each file of
 * this folder carries out some of them.
 */
#ifndef CMD_LIB_PLAYLIST_COMMAND_H
#define CMD_LIB_PLAYLIST_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "store/db.h"
#include "store/playlist/playlist.h"

/* What the command line says, beside cli's own options. */
struct command {
	const char *verb;
	long long limit;
	uint64_t seed;
	bool seeded, ids, replace, mix, all, shuffle;
	const char *at;     /* a position, or a time */
	long long position; /* that --at names, or 0 */
	const char *action, *every, *catch_up;
	bool cancel;
	const char *start;
	const char *query, *sort, *by;
	const char *output, *relative_to, *as, *name, *encoding;
	const char *link, *copy, *layout, *fs, *convert;
	int jobs; /* 0: as many as there are cores */
	const char *crossfade, *gain;
	bool force;
	struct db *db;
	int status; /* of the player, 0 where none ran */
};
extern struct command command;

/* A command: its operands, NULL-terminated, without its own name. */
typedef void command_fn(char **words, struct err *e);

/* show.c: what there is. */
command_fn show_list, show_entries;

/* edit.c: playlists and their entries. */
command_fn edit_create, edit_rename, edit_copy, edit_delete, edit_add, edit_remove, edit_move;

/* order.c: another order of the entries, each only once. */
command_fn order_sort, order_shuffle, order_dedupe;

/* mix.c: an order in which neighbours fit, and how two tracks do. */
command_fn mix_sort, mix_show;

/* smart.c: playlists that are a query. */
command_fn smart_set, smart_freeze;

/* file.c: playlist files. */
command_fn file_import, file_export;

/* play.c: through the user's player, and notifier. */
command_fn play_through, play_notify;

/* render.c: as one file. */
command_fn render_playlist;

/* play.c: the entries of a playlist, or with 0 of --all, of --query or what these words find; p, whose name
 * is set, and v are the caller's to release. */
enum err_code command_entries(
    int64_t playlist, char **words, struct playlist *p, struct playlist_entry **v, size_t *n, struct err *e);

/* schedule.c: at set times. */
command_fn schedule_set;

/* tree.c: the files of a playlist, or (name NULL) of all tracks, in a tree of folders. */
void tree_export(const char *name, struct err *e);

/* What an edit did, where it was done: an object with --json, else a note with --verbose and --dry-run. */
struct playlist_change;
void command_report(const struct playlist_change *c, struct err *e);

/* The playlist that a word names, and a change of it that is still to be made. */
enum err_code command_change(const char *word, struct playlist_change *c, int64_t *id, struct err *e);

/* What a query finds, by --sort and --limit, malloced. */
enum err_code command_find(char *const *words, int64_t **ids, size_t *n, struct err *e);

/* A number that nobody chose, which --seed can say again. */
uint64_t command_seed(void);

#endif
