# SPDX-License-Identifier: MIT
# The power goes, the disk is full or lies about its order: what was acknowledged is there, and nothing is in the catalogue
# whose bytes are not.
# not under SAN

load helper
load fault/helper

@test "everything is synced before the catalogue says that it is there" {
	requires strace python3
	fault 0 order
	all_held 256
}

@test "of what was not synced a file system keeps what it likes: imports and commits" {
	for scenario in create import resume import-commit move commit recommit; do
		states 25 $scenario
		all_held
	done
}

@test "of what was not synced a file system keeps what it likes: edits, playlists, lib-sweep, a migration" {
	for scenario in reject amend remove restore detach write-tags undo playlist-move sweep migrate; do
		states 10 $scenario
		all_held
	done
}

@test "what was written between two flushes reaches the disk in any order, torn, or not at all" {
	for scenario in import commit write-tags; do
		blocks 16 $scenario
		all_held
	done
}

@test "the disk fails to write or to flush, once and from then on" {
	for scenario in import commit; do
		blocks 10 $scenario --errors
		all_held
	done
}

@test "the power cut while lib-import runs, and after it" {
	power_cut 25 import
	all_held
}

@test "the power cut while files are moved into the library" {
	power_cut 12 move
	all_held
}

@test "the power cut while lib-commit runs, and after it" {
	power_cut 25 commit
	all_held
}

@test "the power cut while the catalogue is edited, cleaned or migrated" {
	for scenario in amend undo write-tags sweep migrate; do
		power_cut 6 $scenario
		all_held
	done
}

@test "the power cut between the batches of an import" {
	power_cut 8 batches
	all_held
}

@test "a disk that is too small by more and more" {
	requires python3 mkfs.ext4
	fault 12 full-disk tmpfs
	all_held
	fault 6 full-disk ext4
	all_held
}
