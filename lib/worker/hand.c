/* SPDX-License-Identifier: MIT */
#include "worker/hand.h"

#include <stdlib.h>

#include "worker/client.h"

struct hand *
hand_new(void)
{
	return calloc(1, sizeof(struct hand));
}

struct worker *
hand_worker(const struct hand *hand, struct err *e)
{
	if (hand == NULL)
		err_memory(e);
	else if (hand->worker == NULL)
		*e = hand->cannot;
	return hand != NULL ? hand->worker : NULL;
}

void
hand_end(void *hand)
{
	struct hand *h = hand;

	if (h != NULL)
		worker_free(h->worker);
	free(h);
}
