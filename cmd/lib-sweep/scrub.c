/* SPDX-License-Identifier: MIT */
/* What `verify` is to read. */
#include <string.h>
#include <unistd.h>

#include "base/cli.h"
#include "cmd/lib-sweep/command.h"
#include "text/parse.h"

int
sweep_cores(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > 64 ? 64 : (int)n;
}

void
sweep_scrub_option(struct sweep_scrub *o, int key, const char *value)
{
	struct span v;

	if (key == OPT_ALL)
		o->all = true;
	else if (key == 'j')
		o->jobs = (int)cli_number("--jobs", value, 1, 64);
	else if (key == OPT_RATE && !parse_rate(value, &o->rate))
		cli_usage("--limit-rate: '%s' is no number of bytes, like 500K or 2M", value);
	else if (key == OPT_SAMPLE) {
		size_t len = strlen(value);

		if (!parse_number(value, len > 0 && value[len - 1] == '%' ? len - 1 : len, &v) ||
		    v.exact <= 0 || v.exact > 100)
			cli_usage("--sample: '%s' is no share of a hundred, like 5 or 0.5%%", value);
		o->sample = v.exact;
	} else if (key == OPT_TIME) {
		if (!parse_duration(value, strlen(value), 1000, &v) || v.exact <= 0)
			cli_usage("--time-limit: '%s' is no time, like 90s or 30min", value);
		o->time_limit_ms = (int64_t)v.exact;
	}
}
