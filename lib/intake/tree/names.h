/* SPDX-License-Identifier: MIT */
/*
 * names.h - names that are taken: a hash table, half of it empty at least
 */
#ifndef INTAKE_TREE_NAMES_H
#define INTAKE_TREE_NAMES_H

#include <stddef.h>

/* Zeroed before use. */
struct names {
	char **v;
	size_t n, size; /* a power of two */
};

/* 1: the malloced key is taken now, and the table's; 0: it was already; -1: no memory. */
int names_take(struct names *names, char *key);
void names_free(struct names *names);

#endif
