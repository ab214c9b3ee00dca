/* SPDX-License-Identifier: MIT */
/*
 * player.h - how a player wants to be told what to play
 *
 * The user's `player` is a command in which
 *
 *	%p  is the path of a playlist file (M3U8) that is there while the player runs
 *	%F  a word of its own, is all files, one argument each
 *	%f  is one file; the command runs once for each, until one fails
 *	%%  is %
 *
 * mpv, mplayer, ffplay and mpc are known and need none of them; any other player gets %p behind its words.
 */
#ifndef CMD_LIB_PLAYLIST_PLAYER_H
#define CMD_LIB_PLAYLIST_PLAYER_H

#include "base/texts.h"
#include "store/playlist/playlist.h"

enum player_way { PLAYER_ONCE, PLAYER_EACH, PLAYER_MPC };

struct player {
	struct texts words; /* with placeholders */
	enum player_way way;
	bool list;  /* %p stands in it */
	bool edl;   /* the playlist file names a part of a file as mpv does */
	bool times; /* a part of a file is -ss and -t, as ffplay has them */
};

/* Into a zeroed *p the user's player, or the first of mpv, mpc (where an MPD answers it) and ffplay that is
 * there.  ERR_NOTFOUND where none is. */
enum err_code player_choose(struct player *p, struct err *e);
void player_free(struct player *p);

/* Play n entries, none of them missing, in a playlist called name.  *status is the player's. */
enum err_code player_play(const struct player *p, const char *name, const struct playlist_entry *v, size_t n,
    int *status, struct err *e);

/* Append to argv the first command that player_play() would run, with list in the place of %p. */
enum err_code player_command(const struct player *p, const char *list, const struct playlist_entry *v,
    size_t n, struct texts *argv, struct err *e);

#endif
