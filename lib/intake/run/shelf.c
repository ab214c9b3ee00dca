/* SPDX-License-Identifier: MIT */
#include "intake/run/shelf.h"

#include <stdlib.h>

static void
append(struct job **list, struct job *j)
{
	j->next = NULL;
	while (*list != NULL)
		list = &(*list)->next;
	*list = j;
}

static struct job *
take_first(struct job **list)
{
	struct job *j = *list;

	if (j != NULL)
		*list = j->next;
	return j;
}

bool
shelf_is_empty(const struct shelf *s)
{
	return s->waiting == NULL && s->unpacked == 0;
}

void
shelf_meet(struct shelf *s, struct job *j)
{
	append(&s->waiting, j);
	s->nwaiting++;
}

struct job *
shelf_next(struct shelf *s)
{
	struct job *j = s->unpacked < SHELF_UNPACKED ? take_first(&s->waiting) : NULL;

	if (j == NULL)
		return NULL;
	j->unpack = true;
	j->attempts = 0;
	s->nwaiting--;
	s->unpacked++;
	return j;
}

void
shelf_failed(struct shelf *s)
{
	s->unpacked--;
}

void
shelf_put(struct shelf *s, struct job *j)
{
	struct unpacked *u = j->archive;

	u->job = j;
	u->next = s->ready;
	s->ready = u;
}

struct unpacked *
shelf_walk(struct shelf *s)
{
	struct unpacked *u = s->ready;

	while (u != NULL && (u->walking || u->walked))
		u = u->next;
	if (u != NULL)
		u->walking = true;
	return u;
}

bool
shelf_is_through(const struct unpacked *u)
{
	return u->walked && u->inside == 0;
}

void
shelf_finish(struct shelf *s, struct unpacked *u, struct stage *stage, enum job_end end)
{
	struct unpacked **at = &s->ready;
	struct err ignored = { 0 };

	while (*at != u)
		at = &(*at)->next;
	*at = u->next;
	(void)unpack_remove(u, stage, &ignored); /* what stays is removed with the session's folder */
	u->job->end = end;
	u->job->members = u->staged + u->known;
	append(&s->done, u->job);
	s->unpacked--;
}

struct job *
shelf_take(struct shelf *s)
{
	return take_first(&s->done);
}

static void
drop_all(struct job **list)
{
	struct job *j;

	while ((j = take_first(list)) != NULL)
		job_free(j);
}

void
shelf_free(struct shelf *s)
{
	struct unpacked *u;

	drop_all(&s->waiting);
	drop_all(&s->done);
	while ((u = s->ready) != NULL) {
		s->ready = u->next;
		job_free(u->job);
	}
	*s = (struct shelf){ 0 };
}
