/* SPDX-License-Identifier: MIT */
#include "base/progress.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/amount.h"
#include "base/cli.h"
#include "base/cli_state.h"
#include "base/out.h"
#include "base/time.h"

enum { DRAW_MS = 100, LOG_MS = 1000 };

static int64_t first_ms, last_ms;
static const char *current_stage;
static int64_t last_done, last_bytes;
static int drawn;

const char *
cli_progress_stage(void)
{
	return current_stage;
}

void
cli_progress_clear(void)
{
	if (!drawn)
		return;
	fputs("\r\033[K", stderr);
	drawn = 0;
}

/* "staging 400/1000, 2.1 GB, 180 MB/s, 0:12 left"; "staging 400/900+, ..." where more may come */
static void
draw(const char *stage, int64_t done, int64_t total, int64_t bytes, double seconds)
{
	char size[AMOUNT_TEXT], rate[AMOUNT_TEXT], eta[48] = "";

	if (total > 0 && done > 0 && done <= total && seconds > 1) {
		long left = (long)(seconds * (double)(total - done) / (double)done);

		if (left > 0)
			snprintf(eta, sizeof eta, ", %ld:%02ld left", left / 60, left % 60);
	}
	fprintf(stderr, "\r\033[K%s %lld", stage, (long long)done);
	if (total != 0)
		fprintf(stderr, "/%lld%s", llabs((long long)total), total < 0 ? "+" : "");
	if (bytes > 0)
		fprintf(stderr, ", %s, %s/s", amount_bytes(bytes, size),
		    amount_bytes(seconds > 0 ? (int64_t)((double)bytes / seconds) : 0, rate));
	fputs(eta, stderr);
	fflush(stderr);
	drawn = 1;
}

static void
log_stage(const char *level, int64_t total, int64_t took_ms)
{
	struct buf b = { 0 };

	cli_log_begin(&b, level);
	json_text(&b, "stage", current_stage);
	json_int(&b, "done", last_done);
	if (total > 0)
		json_int(&b, "total", total);
	json_int(&b, "bytes", last_bytes);
	if (took_ms >= 0)
		json_int(&b, "took_ms", took_ms);
	cli_log_end(&b);
}

void
cli_progress_end(void)
{
	if (current_stage != NULL && cli_state.log_json && !cli_state.quiet)
		log_stage("stage", 0, time_monotonic_ms() - first_ms);
	current_stage = NULL;
}

void
cli_progress_draw(void *context, const char *stage, int64_t done, int64_t total, int64_t bytes)
{
	bool as_json = cli_state.log_json && !cli_state.quiet;
	int64_t now = time_monotonic_ms();

	(void)context;
	if (!as_json && !cli_progress())
		return;
	if (current_stage != stage) {
		cli_progress_end();
		current_stage = stage;
		first_ms = last_ms = now;
		last_done = done;
		last_bytes = bytes;
		if (as_json)
			return;
	}
	last_done = done;
	last_bytes = bytes;
	if (now - last_ms < (as_json ? LOG_MS : DRAW_MS))
		return;
	last_ms = now;
	if (as_json)
		log_stage("progress", total, -1);
	else
		draw(stage, done, total, bytes, (double)(now - first_ms) / 1000.0);
}
