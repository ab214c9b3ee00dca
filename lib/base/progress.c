#include "base/progress.h"

#include <stdio.h>

#include "base/cli.h"
#include "base/time.h"

enum { INTERVAL_MS = 100 };

static int64_t first_ms, last_ms;
static const char *current_stage;
static int drawn;

void
cli_progress_clear(void)
{
	if (!drawn)
		return;
	fputs("\r\033[K", stderr);
	drawn = 0;
}

static void
amount(char *text, size_t size, double bytes)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
	int u = 0;

	while (bytes >= 1000 && u < 4) {
		bytes /= 1000;
		u++;
	}
	snprintf(text, size, u == 0 || bytes >= 100 ? "%.0f %s" : "%.1f %s", bytes, units[u]);
}

void
cli_progress_draw(void *context, const char *stage, int64_t done, int64_t total, int64_t bytes)
{
	int64_t now = time_monotonic_ms();
	double seconds;
	char size[32], rate[32], eta[48] = "";

	(void)context;
	if (!cli_progress())
		return;
	if (current_stage != stage) {
		current_stage = stage;
		first_ms = now;
	} else if (now - last_ms < INTERVAL_MS) {
		return;
	}
	last_ms = now;
	seconds = (double)(now - first_ms) / 1000.0;
	amount(size, sizeof size, (double)bytes);
	amount(rate, sizeof rate, seconds > 0 ? (double)bytes / seconds : 0);
	if (total > 0 && done > 0 && done <= total && seconds > 1) {
		long left = (long)(seconds * (double)(total - done) / (double)done);

		snprintf(eta, sizeof eta, ", %ld:%02ld left", left / 60, left % 60);
	}
	fprintf(stderr, "\r\033[K%s %lld", stage, (long long)done);
	if (total > 0)
		fprintf(stderr, "/%lld", (long long)total);
	if (bytes > 0)
		fprintf(stderr, ", %s, %s/s", size, rate);
	fputs(eta, stderr);
	fflush(stderr);
	drawn = 1;
}
