# SPDX-License-Identifier: MIT
# A test that cannot fail proves nothing: bugs that are built in or preloaded must be caught, and by whom is said.
# not under SAN

load helper
load fault/helper

@test "planted bugs are caught: rows before blobs" {
	requires strace python3 make
	make -s -C "$TREE" B="$BATS_TEST_TMPDIR/planted" CPPFLAGS=-DPLANT_ROWS_BEFORE_BLOBS CFLAGS=-O0 CXXFLAGS=-O0 NODEPS=1 all
	for program in sweep states; do
		run "$TREE/tests/fault/$program.py" commit --build "$BATS_TEST_TMPDIR/planted" --limit 130 --until-caught --time 200
		echo "$output"
		caught
		[[ $output == *"missing: "* ]]
		echo "# rows before blobs: caught by $program commit" >&3
	done
}

@test "planted bugs are caught by the order of calls: no sync, none of folders, late ones" {
	requires strace python3
	preload plant
	for bug in nosync folders late; do
		catches $bug order
	done
}

@test "planted bugs are caught by the states of files: no sync, none but the catalogue's, none of folders, late ones, synchronous=NORMAL" {
	requires strace python3
	preload plant
	for bug in nosync blobs folders late wal; do
		catches $bug states commit
	done
	catches late states import
	catches folders states write-tags
	catches wal states move
}

@test "planted bugs are caught by a kill: an overwritten blob" {
	requires strace python3
	preload plant
	catches over sweep recommit
}

@test "planted bugs are caught by the power cut: no sync, items before theirs, synchronous=NORMAL" {
	requires strace python3 mkfs.ext4
	preload plant
	catches nosync powercut commit
	catches blobs powercut import
	[[ $output == *" has 0 bytes instead of "* || $output == *"not what its name says"* ]]
	catches late powercut import --only syncfs
	[[ $output == *"not what its name says"* || $output == *"missing: "* ]]
	catches wal powercut commit
}

@test "planted bugs are caught by the blocks: no sync, items before theirs, synchronous=NORMAL" {
	requires python3 mkfs.ext4 e2fsck
	preload plant
	catches nosync blocks commit
	catches blobs blocks import
	catches late blocks import
	catches wal blocks commit
}

@test "planted bugs are caught by who works beside it: no locks at all, none for clearing orphans" {
	requires strace python3
	preload plant
	catches locks crowd --seed 1
	catches gc stopped restore --limit 200
}
