/* SPDX-License-Identifier: MIT */
/* What is played, exported or told of at set times: lib-sweep runs it. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/cli.h"
#include "base/file.h"
#include "base/out.h"
#include "base/time.h"
#include "cmd/lib-playlist/command.h"
#include "exchange/list.h"
#include "intake/encode/coding.h"
#include "store/playlist/playlist.h"
#include "store/schedule/schedule.h"

static void
print(const struct schedule *v, size_t n)
{
	struct buf out = { 0 };
	struct err e = { 0 };

	for (size_t i = 0; i < n && cli_json(); i++) {
		schedule_json(&v[i], &out);
		buf_putc(&out, cli_separator());
	}
	if (!cli_json())
		schedule_print(v, n, cli_columns() > 0, cli_separator(), &out);
	if (cli_print(&out, &e) != ERR_NONE)
		cli_failed(&e);
}

/* An absolute path, malloced; exits where memory is out, as other wrong values of options do. */
static char *
absolute(const char *path)
{
	char *here = path[0] == '/' ? NULL : getcwd(NULL, 0);
	char *out = path[0] == '/' ? strdup(path) : here != NULL ? path_join(here, path) : NULL;

	free(here);
	if (out == NULL)
		cli_usage("'%s' cannot be found from here", path);
	path_tidy(out);
	return out;
}

static char *
copy(const char *text)
{
	return text != NULL ? strdup(text) : NULL;
}

static void
check_convert(void)
{
	struct coding coding;
	struct err e = { 0 };

	if (command.copy == NULL)
		cli_usage("--convert goes with --copy");
	if (coding_parse(&coding, command.convert, &e) != ERR_NONE)
		cli_usage("--convert: %s", e.msg);
}

static void
read_export(struct schedule *s)
{
	const char *path = command.output != NULL ? command.output
	    : command.copy != NULL                ? command.copy
						  : command.link;
	bool file = command.output != NULL;

	if ((command.output != NULL) + (command.copy != NULL) + (command.link != NULL) != 1)
		cli_usage("--do export wants --output FILE, --copy DIR or --link DIR");
	if (file && !schedule_may_write(path))
		cli_usage("--output: '%s' is no .m3u8, .m3u, .pls, .xspf or .jspf file", path);
	if (!file && (command.as != NULL || command.relative_to != NULL))
		cli_usage("--as and --relative-to are for files, not for trees");
	if (file && (command.layout != NULL || command.fs != NULL))
		cli_usage("--layout and --fs go with --copy or --link");
	if (command.as != NULL && list_format_of(command.as) >= LIST_JSON)
		cli_usage("--as takes m3u8, m3u, pls, xspf or jspf, not '%s'", command.as);
	if (command.fs != NULL && strcmp(command.fs, "posix") != 0 && strcmp(command.fs, "vfat") != 0)
		cli_usage("--fs takes posix or vfat, not '%s'", command.fs);
	if (command.convert != NULL)
		check_convert();
	s->target = strdup(file ? "output" : command.copy != NULL ? "copy" : "link");
	s->path = absolute(path);
	s->relative_to = command.relative_to != NULL ? absolute(command.relative_to) : NULL;
	s->format = copy(command.convert != NULL ? command.convert : command.as);
	s->layout = copy(command.layout);
	s->fs = copy(command.fs);
}

/* What the command line says, into a zeroed *s. */
static void
read_options(struct schedule *s)
{
	int64_t now = time_now();

	s->action = command.action != NULL ? schedule_action_of(command.action) : SCHEDULE_ACTIONS;
	if (s->action == SCHEDULE_ACTIONS)
		cli_usage(command.action != NULL ? "--do takes play, export or notify, not '%s'"
						 : "schedule wants --do play, export or notify",
		    command.action);
	s->catch_up = command.catch_up != NULL ? catch_up_of(command.catch_up) : CATCH_UP_ONCE;
	if (s->catch_up == CATCH_UPS)
		cli_usage("--catch-up takes once, all or skip, not '%s'", command.catch_up);
	if (!wall_parse(command.at, now, &s->when.first, &s->when.shown))
		cli_usage("--at: '%s' is no time, like 07:00, 'tomorrow 18:30', 'fri 20:00' or "
			  "'2030-12-31 23:59'",
		    command.at);
	if (command.every != NULL && !repeat_parse(command.every, &s->when))
		cli_usage(
		    "--every takes minute, hour, day, weekday, week, month or year, like 2weeks, not '%s'",
		    command.every);
	if (command.every == NULL && s->when.first < now)
		cli_usage("--at: '%s' has passed", command.at);
	wall_zone(s->zone);
	s->shuffle = command.shuffle;
	if (s->shuffle && s->action != SCHEDULE_PLAY)
		cli_usage("--shuffle goes with --do play");
	if (s->action == SCHEDULE_EXPORT)
		read_export(s);
	else if (command.output != NULL || command.copy != NULL || command.link != NULL ||
	    command.as != NULL || command.relative_to != NULL || command.layout != NULL ||
	    command.fs != NULL || command.convert != NULL)
		cli_usage("what belongs to an export goes with --do export");
}

static void
add(char **words, struct err *e)
{
	struct playlist p = { 0 };
	struct schedule s = { 0 };

	if (words[0] == NULL || words[1] != NULL)
		cli_usage("schedule --at takes NAME");
	read_options(&s);
	if (playlist_find(command.db, words[0], &s.playlist, e) == ERR_NONE &&
	    playlist_load_head(command.db, s.playlist, &p, e) == ERR_NONE) {
		s.name = p.name;
		p.name = NULL;
		if (schedule_add(command.db, &s, cli_dry_run(), e) == ERR_NONE)
			print(&s, 1);
	}
	playlist_free(&p);
	schedule_free(&s);
}

static void
report_cancelled(const char *id, struct err *e)
{
	struct buf out = { 0 };

	if (!cli_json())
		return;
	json_open(&out, "schedule");
	json_text(&out, "id", id);
	json_bool(&out, cli_dry_run() ? "dry_run" : "cancelled", true);
	json_close(&out);
	buf_putc(&out, cli_separator());
	(void)cli_print(&out, e);
}

static void
cancel(char **words)
{
	if (*words == NULL)
		cli_usage("--cancel wants ids of schedules, like c3");
	for (; *words != NULL; words++) {
		struct err one = { 0 };

		if (schedule_cancel(command.db, *words, cli_dry_run(), &one) == ERR_NONE)
			report_cancelled(*words, &one);
		if (one.code != ERR_NONE)
			cli_failed(&one);
	}
}

void
schedule_set(char **words, struct err *e)
{
	struct schedule *v = NULL;
	int64_t playlist = 0;
	size_t n = 0;

	if (command.cancel && (command.at != NULL || command.action != NULL))
		cli_usage("--cancel stands alone");
	if (command.cancel)
		cancel(words);
	else if (command.at != NULL)
		add(words, e);
	else if (command.action != NULL || command.every != NULL || command.catch_up != NULL ||
	    (words[0] != NULL && words[1] != NULL))
		cli_usage("schedule NAME wants --at TIME");
	else if ((words[0] == NULL || playlist_find(command.db, words[0], &playlist, e) == ERR_NONE) &&
	    schedule_list(command.db, playlist, &v, &n, e) == ERR_NONE)
		print(v, n);
	schedules_free(v, n);
}
