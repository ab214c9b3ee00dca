/* SPDX-License-Identifier: MIT */
/*
 * disk.h - what disk a tree is to be made on
 */
#ifndef INTAKE_TREE_DISK_H
#define INTAKE_TREE_DISK_H

#include <stdbool.h>

/* Does dir, or where it is not there the folder that it would be made in, lie on a disk that takes no more
 * names than vfat: FAT, exFAT, NTFS, also through FUSE? */
bool tree_disk_is_vfat(const char *dir);

#endif
