/* SPDX-License-Identifier: MIT */
#include "store/config.h"

#include <stdlib.h>

#include "store/sql.h"

static const struct setting_info table[SETTING_COUNT] = {
	[SETTING_CONFLICT] = { "conflict", "attach fail ignore skip", "attach", 0 },
	[SETTING_JOINERS] = { "joiners", NULL,
	    "\" feat. \", \" feat \", \" ft. \", \" ft \", \" featuring \", \"; \", \" / \"", 0 },
	[SETTING_LIST_JOINERS] = { "list-joiners", NULL, "\"; \", \" / \"", 0 },
	[SETTING_ID3_JOINERS] = { "id3-joiners", NULL, "/", 0 },
	[SETTING_EXCEPTIONS] = { "joiner-exceptions", NULL,
	    "AC/DC, AC / DC, M/A/R/R/S, \"Earth, Wind & Fire\", Simon & Garfunkel, Hip-Hop/Rap, Hip Hop/Rap, "
	    "R&B/Soul, Pop/Funk, Singer/Songwriter, Christian/Gospel",
	    0 },
	[SETTING_HEALTH_FREE] = { "health-free", NULL, "1024", 1 << 30 },
	[SETTING_HEALTH_BACKUP] = { "health-backup", NULL, "7", 36500 },
	[SETTING_HEALTH_SWEEP] = { "health-sweep", NULL, "7", 36500 },
	[SETTING_HEALTH_SESSION] = { "health-session", NULL, "14", 36500 },
	[SETTING_HEALTH_HEARTBEAT] = { "health-heartbeat", NULL, "15", 1000000 },
	[SETTING_HEALTH_VERIFIED] = { "health-verified", NULL, "0", 100 },
	[SETTING_HEALTH_VERIFY] = { "health-verify", NULL, "90", 36500 },
	[SETTING_KEEP_EVENTS] = { "keep-events", NULL, "400", 36500 },
};

const struct setting_info *
setting_info(enum setting s)
{
	return &table[s];
}

void
config_free(struct config *c)
{
	settings_free(c->value, SETTING_COUNT);
}

const char *
config_word(const struct config *c, enum setting s)
{
	return c->value[s].v[0];
}

int64_t
config_number(const struct config *c, enum setting s)
{
	return strtoll(config_word(c, s), NULL, 10); /* it was looked at when it was read */
}

enum err_code
config_parse(struct config *c, const char *text, size_t len, struct err *e)
{
	return settings_parse(table, SETTING_COUNT, c->value, text, len, e);
}

enum err_code
config_load(struct config *c, struct db *db, struct err *e)
{
	struct buf text = { 0 };

	if (settings_slurp(db->dirfd, "config", SETTINGS_ANY, &text, e) == ERR_NONE)
		(void)config_parse(c, text.data, text.len, e);
	buf_free(&text);
	if (e->code != ERR_NONE && e->code != ERR_MEMORY)
		err_context(e, "%s/config", db->path);
	return e->code;
}
