/* SPDX-License-Identifier: MIT */
#include "intake/tree/disk.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>

/* Of linux/magic.h, which does not have all of them everywhere.  FUSE on a block device is somebody else's
 * file system, nearly always one of these. */
static const uint32_t kinds[] = {
	0x4d44,     /* msdos, vfat */
	0x2011bab0, /* exfat */
	0x5346544e, /* ntfs */
	0x7366746e, /* ntfs3 */
	0x65735546, /* fuseblk */
};

bool
tree_disk_is_vfat(const char *dir)
{
	struct statfs fs;
	size_t len = strlen(dir);
	char *parent;
	int rc = statfs(dir, &fs);

	while (len > 1 && dir[len - 1] == '/')
		len--;
	while (len > 0 && dir[len - 1] != '/')
		len--;
	if (rc != 0) {
		parent = len == 0 ? strdup(".") : strndup(dir, len);
		rc = parent != NULL ? statfs(parent, &fs) : -1;
		free(parent);
	}
	for (size_t i = 0; rc == 0 && i < sizeof kinds / sizeof kinds[0]; i++)
		if ((uint32_t)fs.f_type == kinds[i])
			return true;
	return false;
}
