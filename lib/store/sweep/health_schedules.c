/* SPDX-License-Identifier: MIT */
/* Schedules in a library's health: whose last run failed, and which nobody runs. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/lock.h"
#include "base/out.h"
#include "store/schedule/schedule.h"
#include "store/sweep/health_priv.h"
#include "store/sql.h"

/* The last run failed, or its runner died; lockfd -1: nobody holds a lock. */
static bool
has_failed(const struct schedule *s, int lockfd)
{
	if (s->started == 0)
		return false;
	if (s->finished != 0)
		return s->status != 0;
	return lockfd < 0 || !lock_is_held(lockfd, lock_schedule_byte(s->id), LOCK_EXCLUSIVE);
}

static void
name_it(struct health *h, const struct schedule *s)
{
	struct buf name = { 0 };

	if (h->nfailed_schedules == HEALTH_SCHEDULES)
		return;
	out_printable(&name, s->name, strlen(s->name));
	h->failed_schedules[h->nfailed_schedules].id = s->id;
	h->failed_schedules[h->nfailed_schedules].at = s->finished != 0 ? s->finished : s->started;
	h->failed_schedules[h->nfailed_schedules].status = s->finished != 0 ? s->status : HEALTH_CUT_SHORT;
	snprintf(h->failed_schedules[h->nfailed_schedules].what, sizeof h->failed_schedules[0].what,
	    "%s %.80s", schedule_action_name(s->action), name.failed || name.data == NULL ? "" : name.data);
	h->nfailed_schedules++;
	buf_free(&name);
}

enum err_code
health_schedules(struct db *db, struct health *h, struct err *e)
{
	int fd = openat(db->dirfd, "lock", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct schedule *v = NULL;
	size_t n = 0;

	if (schedule_list(db, 0, &v, &n, e) == ERR_NONE) {
		h->schedules = (int64_t)n;
		for (size_t i = 0; i < n; i++) {
			if (v[i].turn >= 0 && v[i].next != 0 &&
			    (h->next_turn == 0 || v[i].next < h->next_turn))
				h->next_turn = v[i].next;
			if (!has_failed(&v[i], fd))
				continue;
			h->schedules_failed++;
			name_it(h, &v[i]);
		}
	}
	schedules_free(v, n);
	fd_close(&fd);
	return e->code;
}
