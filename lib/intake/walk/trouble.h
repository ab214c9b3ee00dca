/* SPDX-License-Identifier: MIT */
/*
 * trouble.h - which failures of a source may pass by themselves, and of what kind they are
 */
#ifndef INTAKE_WALK_TROUBLE_H
#define INTAKE_WALK_TROUBLE_H

#include <stdbool.h>

#include "base/err.h"
#include "store/session/resting.h"

enum { TROUBLE_ATTEMPTS = 3 };

/* Worth another try soon: a device or network that failed, a file that changed while it was read, a machine
 * that was too busy. */
bool trouble_passes(const struct err *e);

/* So many attempts it gets in a row. */
int trouble_attempts(const struct err *e);

/* How long to wait after so many of them, in ms: 250, then four times that. */
int trouble_wait_ms(int attempts);

/* Of a root that cannot be reached. */
enum rest_class trouble_class(const struct err *e);

#endif
