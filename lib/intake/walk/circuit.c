/* SPDX-License-Identifier: MIT */
#include "intake/walk/circuit.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "intake/walk/trouble.h"
#include "intake/walk/walk.h"

struct state {
	unsigned short in_row;
	bool reached;
	struct err *broken; /* why it failed as a whole, or NULL */
};

struct circuit {
	char **roots;
	size_t nroots;
	struct state *states;
};

enum err_code
circuit_new(struct circuit **ret, char **roots, size_t nroots, struct err *e)
{
	struct circuit *c = calloc(1, sizeof *c);

	if (c == NULL || (c->states = calloc(nroots + 1, sizeof *c->states)) == NULL) {
		free(c);
		return err_memory(e);
	}
	c->roots = roots;
	c->nroots = nroots;
	*ret = c;
	return ERR_NONE;
}

void
circuit_free(struct circuit *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->nroots; i++)
		free(c->states[i].broken);
	free(c->states);
	free(c);
}

/* Of the root that path is or lies below, or NULL. */
static struct state *
state_of(struct circuit *c, const char *path)
{
	long i = roots_find(c->roots, c->nroots, path);

	return i < 0 ? NULL : &c->states[i];
}

static void
mend(struct state *s)
{
	s->in_row = 0;
	s->reached = true;
	free(s->broken);
	s->broken = NULL;
}

void
circuit_reached(struct circuit *c, const char *path)
{
	struct state *s = state_of(c, path);

	if (s != NULL)
		mend(s);
}

/* Without memory it does not rest: automatic retries will find out by themselves. */
static void
breaks(struct state *s, const struct err *why)
{
	if (s->broken == NULL)
		s->broken = malloc(sizeof *s->broken);
	if (s->broken != NULL)
		*s->broken = *why;
}

void
circuit_failed(struct circuit *c, const char *path, const struct err *why)
{
	struct state *s = state_of(c, path);

	if (s == NULL)
		return;
	if (!trouble_passes(why) || trouble_class(why) != REST_IO)
		s->in_row = 0; /* the file's own fault: so its root answers */
	else if (s->in_row < CIRCUIT_ROW && ++s->in_row == CIRCUIT_ROW)
		breaks(s, why);
}

void
circuit_root_failed(struct circuit *c, const char *root, const struct err *why)
{
	struct state *s = state_of(c, root);

	if (s != NULL)
		breaks(s, why);
}

/* Most libraries have none that rests: then nothing is to be cleared. */
enum err_code
circuit_settle(struct circuit *c, struct db *db, struct err *e)
{
	int rests = resting_any(db, e);

	for (size_t i = 0; rests >= 0 && i < c->nroots; i++) {
		const struct state *s = &c->states[i];

		if (s->broken != NULL)
			(void)resting_note(db, c->roots[i], trouble_class(s->broken), s->broken->msg, e);
		else if (s->reached && rests > 0)
			(void)resting_clear(db, c->roots[i], e);
		if (e->code != ERR_NONE)
			break;
	}
	return e->code;
}
