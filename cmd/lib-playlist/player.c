/* SPDX-License-Identifier: MIT */
#include "cmd/lib-playlist/player.h"

#include <stdlib.h>
#include <string.h>

#include "base/cli.h"
#include "base/file.h"
#include "base/out.h"
#include "base/own.h"
#include "base/program.h"
#include "base/temporary.h"
#include "intake/playlist_file.h"

static const struct known {
	const char *name;
	const char *more[6]; /* words behind the user's own */
} known[] = {
	{ "mpv", { "--playlist=%p" } },
	{ "mplayer", { "-playlist", "%p" } },
	{ "ffplay", { "-hide_banner", "-loglevel", "error", "-nodisp", "-autoexit", "%f" } },
	{ "mpc", { NULL } },
};

/* Does a word hold a placeholder? */
static bool
has(const char *word, char what)
{
	for (const char *s = word; (s = strchr(s, '%')) != NULL && s[1] != '\0'; s += 2)
		if (s[1] == what)
			return true;
	return false;
}

static bool
any_has(const struct texts *words, char what)
{
	for (size_t i = 1; i < words->n; i++)
		if (has(words->v[i], what))
			return true;
	return false;
}

/* The words that a player needs which the user gave no placeholder. */
static enum err_code
complete(struct player *p, const struct known *k, struct err *e)
{
	if (k == NULL)
		return texts_add(&p->words, "%p", e);
	for (size_t i = 0; i < sizeof k->more / sizeof k->more[0] && k->more[i] != NULL; i++)
		if (texts_add(&p->words, k->more[i], e) != ERR_NONE)
			break;
	return e->code;
}

static enum err_code
understand(struct player *p, struct err *e)
{
	const char *base = path_base(p->words.v[0]);
	const struct known *k = NULL;

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcmp(known[i].name, base) == 0)
			k = &known[i];
	if (k != NULL && strcmp(base, "mpc") == 0) {
		p->way = PLAYER_MPC;
		return ERR_NONE;
	}
	if (!any_has(&p->words, 'p') && !any_has(&p->words, 'F') && !any_has(&p->words, 'f') &&
	    complete(p, k, e) != ERR_NONE)
		return e->code;
	p->list = any_has(&p->words, 'p');
	p->edl = strcmp(base, "mpv") == 0;
	p->times = strcmp(base, "ffplay") == 0;
	p->way = any_has(&p->words, 'f') ? PLAYER_EACH : PLAYER_ONCE;
	return ERR_NONE;
}

/* Is it there, and, being mpc, does an MPD answer? */
static bool
is_ready(const char *name)
{
	char *argv[] = { (char *)name, NULL };
	struct program mpc = { .argv = argv, .in = -1, .out = -1, .err = -1 };
	struct err e = { 0 };
	char *file = program_find(name, &e);
	bool there = file != NULL;

	free(file);
	return there && (strcmp(name, "mpc") != 0 || program_run(&mpc, &cli_stop, &e) == ERR_NONE);
}

enum err_code
player_choose(struct player *p, struct err *e)
{
	static const char *const standard[] = { "mpv", "mpc", "ffplay" };
	struct own own = { 0 };

	if (own_load(&own, e) != ERR_NONE)
		return e->code;
	p->words = own.value[OWN_PLAYER];
	own.value[OWN_PLAYER] = (struct texts){ 0 };
	own_free(&own);
	for (size_t i = 0; i < sizeof standard / sizeof standard[0] && p->words.n == 0; i++)
		if (is_ready(standard[i]) && texts_add(&p->words, standard[i], e) == ERR_NONE && i == 0)
			texts_add(&p->words, "--no-audio-display", e); /* no window for covers */
	if (e->code != ERR_NONE)
		return e->code;
	if (p->words.n == 0)
		return err_set(e, ERR_NOTFOUND,
		    "there is no player: neither mpv nor ffplay is there, no MPD answers mpc, and no "
		    "`player` is set in "
		    "~/.config/fonoteca/config");
	return understand(p, e);
}

void
player_free(struct player *p)
{
	texts_free(&p->words);
}

/* A word with its placeholders filled in. */
static enum err_code
fill_in(const char *word, const char *list, const char *file, struct texts *argv, struct err *e)
{
	struct buf out = { 0 };

	for (const char *s = word; *s != '\0'; s++) {
		if (*s != '%' || s[1] == '\0') {
			buf_putc(&out, *s);
			continue;
		}
		s++;
		if (*s == 'p' && list != NULL)
			buf_puts(&out, list);
		else if (*s == 'f' && file != NULL)
			buf_puts(&out, file);
		else {
			if (*s != '%')
				buf_putc(&out, '%');
			buf_putc(&out, *s);
		}
	}
	if (buf_ok(&out, e) == ERR_NONE)
		texts_add(argv, out.len > 0 ? out.data : "", e);
	buf_free(&out);
	return e->code;
}

enum err_code
player_command(const struct player *p, const char *list, const struct playlist_entry *v, size_t n,
    struct texts *argv, struct err *e)
{
	bool part = p->times && n > 0 && v->part > 0;

	for (size_t i = 0; i < p->words.n && e->code == ERR_NONE; i++) {
		const char *word = p->words.v[i];

		if (i > 0 && strcmp(word, "%F") == 0) {
			for (size_t k = 0; k < n && e->code == ERR_NONE; k++)
				texts_add(argv, v[k].path, e);
			continue;
		}
		if (part && has(word, 'f') && texts_printf(argv, e, "-ss") == ERR_NONE &&
		    texts_printf(argv, e, "%lld.%03lld", (long long)v->start_ms / 1000,
			(long long)v->start_ms % 1000) == ERR_NONE &&
		    v->duration_ms > 0 && texts_printf(argv, e, "-t") == ERR_NONE)
			texts_printf(argv, e, "%lld.%03lld", (long long)v->duration_ms / 1000,
			    (long long)v->duration_ms % 1000);
		if (e->code == ERR_NONE)
			fill_in(word, list, n > 0 ? v->path : NULL, argv, e);
	}
	return e->code;
}

static enum err_code
run(char *const *argv, int in, int *status, struct err *e)
{
	struct program program = { .argv = argv, .library = cli_library(), .in = in };
	pid_t pid;

	if (program_start(&program, &pid, e) == ERR_NONE)
		program_wait(pid, &cli_stop, status, e);
	return e->code;
}

/* A part of a file, for mpv: an edit list of one piece, the path's length in front of it. */
static void
add_piece(const struct playlist_entry *n, struct buf *out)
{
	buf_printf(out, "#EXTINF:%lld,", (long long)n->duration_ms / 1000);
	if (n->title != NULL)
		out_printable(out, n->title, strlen(n->title));
	buf_printf(out, "\nedl://%%%zu%%%s,%lld.%03lld", strlen(n->path), n->path,
	    (long long)n->start_ms / 1000, (long long)n->start_ms % 1000);
	if (n->duration_ms > 0)
		buf_printf(
		    out, ",%lld.%03lld", (long long)n->duration_ms / 1000, (long long)n->duration_ms % 1000);
	buf_putc(out, '\n');
}

static enum err_code
list_text(const struct player *p, const char *name, const struct playlist_entry *v, size_t n, struct buf *out,
    struct err *e)
{
	struct list_writer w = { .format = LIST_M3U8, .out = out };

	list_begin(&w, name);
	for (size_t i = 0; i < n; i++) {
		struct playlist_entry plain = v[i];

		plain.extra = NULL; /* directives of a stranger's file are not for a player */
		if (p->edl && v[i].part > 0 && strchr(v[i].path, '\n') == NULL)
			add_piece(&v[i], out);
		else
			playlist_write_entry(&w, &plain);
	}
	list_end(&w);
	return buf_ok(out, e);
}

static enum err_code
play_with(const struct player *p, const char *list, const struct playlist_entry *v, size_t n, int *status,
    struct err *e)
{
	struct texts argv = { 0 };

	if (player_command(p, list, v, n, &argv, e) == ERR_NONE)
		run(argv.v, 0, status, e);
	texts_free(&argv);
	return e->code;
}

/* One of mpc's commands. */
static enum err_code
mpc(const struct player *p, const char *what, int in, int *status, struct err *e)
{
	struct texts argv = { 0 };

	for (size_t i = 0; i < p->words.n && e->code == ERR_NONE; i++)
		texts_add(&argv, p->words.v[i], e);
	if (e->code == ERR_NONE && texts_add(&argv, "--quiet", e) == ERR_NONE &&
	    texts_add(&argv, what, e) == ERR_NONE)
		run(argv.v, in, status, e);
	texts_free(&argv);
	return e->code;
}

/* The files take the place of MPD's queue. */
static enum err_code
play_by_mpc(const struct player *p, const struct playlist_entry *v, size_t n, int *status, struct err *e)
{
	struct buf paths = { 0 };
	int in = -1;

	for (size_t i = 0; i < n; i++) {
		buf_puts(&paths, v[i].path);
		buf_putc(&paths, '\n');
	}
	if (buf_ok(&paths, e) == ERR_NONE && (in = program_input(paths.data, paths.len, e)) >= 0 &&
	    mpc(p, "clear", -1, status, e) == ERR_NONE && *status == 0 &&
	    mpc(p, "add", in, status, e) == ERR_NONE && *status == 0)
		mpc(p, "play", -1, status, e);
	fd_close(&in);
	buf_free(&paths);
	return e->code;
}

enum err_code
player_play(const struct player *p, const char *name, const struct playlist_entry *v, size_t n, int *status,
    struct err *e)
{
	struct buf text = { 0 };
	char *list = NULL;

	if (p->way == PLAYER_MPC)
		return play_by_mpc(p, v, n, status, e);
	if (p->list && list_text(p, name, v, n, &text, e) == ERR_NONE)
		list = temporary_make(".m3u8", text.data, text.len, e);
	buf_free(&text);
	if (e->code != ERR_NONE)
		return e->code;
	if (p->way == PLAYER_ONCE)
		play_with(p, list, v, n, status, e);
	else
		for (size_t i = 0; i < n && e->code == ERR_NONE && *status == 0 && !cli_interrupted(); i++)
			play_with(p, list, &v[i], 1, status, e);
	temporary_remove(list);
	return e->code;
}
