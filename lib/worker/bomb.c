/* SPDX-License-Identifier: MIT */
#include "worker/bomb.h"

#include <stddef.h>

enum { MEMBERS = 1000000, RATIO = 100 /* times its size, past FREE bytes */ };
#define FREE  (256LL << 20)
#define BYTES (64LL << 30)

const char *
bomb_says(int64_t packed, int64_t members, int64_t bytes)
{
	if (members > MEMBERS)
		return "it has more than 1,000,000 members";
	if (bytes > BYTES)
		return "it holds more than 64 GiB";
	if (bytes > FREE && bytes / RATIO > packed)
		return "it grows to more than 100 times its size";
	return NULL;
}
