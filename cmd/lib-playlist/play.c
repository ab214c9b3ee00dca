/* SPDX-License-Identifier: MIT */
/* Programs of the user's own: the player, and what shows notices. */
#include <stdlib.h>
#include <string.h>

#include "base/amount.h"
#include "base/cli.h"
#include "base/out.h"
#include "base/own.h"
#include "base/program.h"
#include "base/time.h"
#include "base/shuffle.h"
#include "base/words.h"
#include "cmd/lib-playlist/command.h"
#include "cmd/lib-playlist/player.h"
#include "intake/playlist_file.h"

/* What is to be played. */
struct queue {
	struct playlist p; /* id 0: of a query */
	struct playlist_entry *v;
	size_t n;       /* all of them */
	size_t playing; /* the first of them that are */
	size_t missing;
};

/* One word that is a playlist is that; anything else is a query. */
static enum err_code
find(char **words, int64_t *playlist, struct err *e)
{
	struct err unknown = { 0 };

	if (command.query == NULL && words[1] == NULL) {
		if (playlist_find(command.db, words[0], playlist, &unknown) != ERR_NONE)
			cli_note("%s; played is what it finds as a query", unknown.msg);
		if (unknown.code != ERR_NONE && unknown.code != ERR_NOTFOUND)
			*e = unknown;
	}
	if (*playlist != 0 && (command.sort != NULL || command.limit > 0))
		cli_usage("--sort and --limit go with a query");
	return e->code;
}

enum err_code
command_entries(
    int64_t playlist, char **words, struct playlist *p, struct playlist_entry **v, size_t *n, struct err *e)
{
	char *query[] = { (char *)command.query, NULL };
	int64_t *ids = NULL;
	size_t found = 0;

	if (command.all || playlist != 0)
		return playlist_whole(command.db, playlist, p, v, n, e);
	if (command_find(command.query != NULL ? query : words, &ids, &found, e) == ERR_NONE &&
	    playlist_read_tracks(command.db, ids, found, v, n, e) == ERR_NONE &&
	    (p->name = strdup("Found")) == NULL)
		err_memory(e);
	free(ids);
	return e->code;
}

static enum err_code
gather(char **words, struct queue *q, struct err *e)
{
	int64_t playlist = 0;

	if ((words[0] != NULL) + (command.query != NULL) + command.all != 1)
		cli_usage("play takes NAME, a query, --query QUERY or --all");
	if (!command.all && find(words, &playlist, e) != ERR_NONE)
		return e->code;
	return command_entries(playlist, words, &q->p, &q->v, &q->n, e);
}

/* What is missing goes out, what stands before --at as well, and the rest into its order. */
static enum err_code
arrange(struct queue *q, struct err *e)
{
	int64_t from = command.position;

	if (from > (int64_t)q->n && q->n > 0)
		return err_set(e, ERR_NOTFOUND, "there is no position %lld: there %s %zu", (long long)from,
		    q->n == 1 ? "is" : "are", q->n);
	for (size_t i = 0; i < q->n; i++) {
		struct playlist_entry n = q->v[i];

		if (n.position < from)
			continue;
		if (n.missing) {
			q->missing++;
			if (cli_verbose())
				cli_note("entry %lld is missing: %s", (long long)n.position,
				    n.path != NULL           ? n.path
					: n.title != NULL    ? n.title
					: n.location != NULL ? n.location
							     : "it has no name");
			continue;
		}
		q->v[i] = q->v[q->playing];
		q->v[q->playing++] = n;
	}
	if (q->missing > 0)
		cli_note("%zu of %zu entries %s missing and left out", q->missing, q->missing + q->playing,
		    q->missing == 1 ? "is" : "are");
	if (q->playing == 0)
		return err_set(e, ERR_NOMATCH, "nothing to play: %s",
		    q->missing > 0    ? "all entries are missing"
			: q->n > 0    ? "nothing comes behind that"
			: q->p.id > 0 ? "the playlist is empty"
				      : "the query finds nothing");
	if (command.shuffle)
		shuffle(q->v, q->playing, sizeof *q->v, command_seed());
	return e->code;
}

static void
report_json(const struct queue *q, const struct texts *argv, struct buf *out)
{
	json_open(out, "report");
	json_text(out, "command", "play");
	if (q->p.id != 0)
		buf_printf(out, ",\"playlist\":\"p%lld\"", (long long)q->p.id);
	json_int(out, "tracks", (int64_t)q->playing);
	json_int(out, "missing", (int64_t)q->missing);
	json_array_begin(out, "program");
	for (size_t i = 0; i < argv->n; i++)
		json_text(out, NULL, argv->v[i]);
	json_array_end(out);
	if (cli_dry_run())
		json_bool(out, "dry_run", true);
	json_close(out);
}

/* The command that runs, or would, for n entries from v on. */
static enum err_code
tell_one(
    const struct player *p, const struct queue *q, const struct playlist_entry *v, size_t n, struct err *e)
{
	struct texts argv = { 0 };
	struct buf out = { 0 };

	if (player_command(p, "LIST.m3u8", v, n, &argv, e) == ERR_NONE) {
		if (cli_json())
			report_json(q, &argv, &out);
		else
			words_quote(&out, argv.v);
		cli_print_line(NULL, &out);
	}
	buf_free(&out);
	texts_free(&argv);
	return e->code;
}

/* A line for each run of the player; the report of --json is one, and has the first. */
static enum err_code
tell(const struct player *p, const struct queue *q, struct err *e)
{
	size_t runs = cli_json() || p->way != PLAYER_EACH ? 1 : q->playing;

	for (size_t i = 0; i < runs && e->code == ERR_NONE; i++)
		tell_one(p, q, q->v + i, p->way == PLAYER_EACH ? 1 : q->playing, e);
	return e->code;
}

void
play_through(char **words, struct err *e)
{
	struct queue q = { 0 };
	struct player player = { 0 };

	if (command.seeded && !command.shuffle)
		cli_usage("--seed goes with --shuffle");
	cli_catch_signals();
	if (gather(words, &q, e) != ERR_NONE || arrange(&q, e) != ERR_NONE ||
	    player_choose(&player, e) != ERR_NONE)
		goto out;
	db_close(command.db); /* a player may take hours */
	command.db = NULL;
	if ((cli_dry_run() || cli_json()) && tell(&player, &q, e) != ERR_NONE)
		goto out;
	if (!cli_dry_run() &&
	    player_play(&player, q.p.name, q.v, q.playing, &command.status, e) == ERR_NONE &&
	    command.status != 0 && !cli_interrupted())
		cli_warn("%s ended with status %d", player.words.v[0], command.status);
out:
	player_free(&player);
	playlist_entries_free(q.v, q.n);
	playlist_free(&q.p);
}

/* "Playlist Morning", "12 tracks, 45:10" */
static enum err_code
notice(const struct playlist *p, struct texts *argv, struct err *e)
{
	char length[TIME_TEXT];

	if (texts_printf(argv, e, "Playlist %s", p->name) == ERR_NONE)
		texts_printf(argv, e, "%lld track%s, %s", (long long)p->tracks, amount_s(p->tracks),
		    time_length(p->duration_ms, length));
	return e->code;
}

void
play_notify(char **words, struct err *e)
{
	struct program program = { .library = cli_library(), .in = -1 };
	struct own own = { 0 };
	struct playlist p = { 0 };
	struct texts *argv = &own.value[OWN_NOTIFY];
	struct buf out = { 0 };
	int64_t id;

	if (playlist_find(command.db, words[0], &id, e) != ERR_NONE ||
	    playlist_load(command.db, id, &p, e) != ERR_NONE || own_load(&own, e) != ERR_NONE ||
	    (argv->n == 0 && texts_add(argv, "notify-send", e) != ERR_NONE) ||
	    notice(&p, argv, e) != ERR_NONE)
		goto out;
	program.argv = argv->v;
	if (!cli_dry_run())
		program_run(&program, &cli_stop, e);
	else {
		words_quote(&out, argv->v);
		cli_print_line(NULL, &out);
	}
out:
	buf_free(&out);
	own_free(&own);
	playlist_free(&p);
}
