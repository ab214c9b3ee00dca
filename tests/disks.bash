# SPDX-License-Identifier: MIT
# For tests that make a file system of their own and mount it at disk/ in the folder of the test.

teardown() {
	[ ! -d "$BATS_TEST_TMPDIR/disk" ] || ! mountpoint -q "$BATS_TEST_TMPDIR/disk" || leave
}

# disk TYPE SIZE [OPTION...] : make a file system and mount it at disk/.
disk() {
	local type=$1 size=$2
	shift 2
	[ "$(id -u)" -eq 0 ] || skip "only root mounts a disk"
	requires "mkfs.$type"
	mkdir disk
	truncate -s "$size" image
	"mkfs.$type" "$@" image >/dev/null 2>&1
	enter "$type"
}

# enter TYPE, leave : mount it, unmount it.
enter() {
	mount -t "$1" -o loop image disk 2>/dev/null && return 0
	if [ "$1" = vfat ] && command -v fusefat >/dev/null && fusefat -o rw+ image disk >/dev/null 2>&1 3>&-; then
		for ((i = 0; i < 100; i++)); do mountpoint -q disk && return 0; sleep 0.02; done
	fi
	skip "no $1 can be mounted here"
}

leave() {
	umount "$BATS_TEST_TMPDIR/disk" 2>/dev/null || fusermount -u "$BATS_TEST_TMPDIR/disk"
	for ((i = 0; i < 100; i++)); do mountpoint -q "$BATS_TEST_TMPDIR/disk" || return 0; sleep 0.02; done
}
