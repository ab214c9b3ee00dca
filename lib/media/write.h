/* SPDX-License-Identifier: MIT */
/*
 * write.h - tags into a file, in the process that may crash
 */
#ifndef MEDIA_WRITE_H
#define MEDIA_WRITE_H

#include "worker/record.h"

/* Give fd the tags that *wanted has, as worker_write() says (worker/client.h).  A file that has them is not
 * touched. */
enum err_code media_write(int fd, const struct record *wanted, struct record *left, struct err *e);

#endif
