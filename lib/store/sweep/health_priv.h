/* SPDX-License-Identifier: MIT */
/*
 * health_priv.h - what the files of health.h share
 */
#ifndef STORE_SWEEP_HEALTH_PRIV_H
#define STORE_SWEEP_HEALTH_PRIV_H

#include "store/sweep/health.h"

/* Fill in what the catalogue's rows tell. */
enum err_code health_count(struct db *db, struct health *h, struct err *e);

/* Fill in sessions by state, who holds them, and what became of their items. */
enum err_code health_sessions(struct db *db, struct health *h, struct err *e);

/* Fill in what runs of playlists' schedules left. */
enum err_code health_schedules(struct db *db, struct health *h, struct err *e);

#endif
