# SPDX-License-Identifier: MIT
# Killed, failing, without memory, and in a crowd: nothing is lost, and the rerun ends as the uninterrupted run.
# The programs in tests/fault say how; FAULT_LIMIT=100000 visits every point of every kind, `make torture` does that
# for as long as it is told.
# not under SAN

load helper
load fault/helper

@test "lib-import, killed at its system calls" {
	sweep 60 import
	all_held
}

@test "lib-import that makes the library, killed at its system calls" {
	sweep 40 create
	all_held
}

@test "lib-import going on after a kill, killed again" {
	sweep 50 resume
	all_held
}

@test "lib-commit, killed at its system calls" {
	sweep 60 commit
	all_held
}

@test "lib-commit going on after a kill, killed again" {
	sweep 50 recommit
	all_held
}

@test "lib-commit that amends, removes, restores, writes tags or undoes, killed at its system calls" {
	for edit in amend remove restore write-tags undo undo-write-tags; do
		sweep 25 $edit
		all_held
	done
}

@test "lib-import --commit, reviews, attaching, playlists and saved searches, killed at their system calls" {
	for scenario in import-commit retry reject attach detach undo-amend save playlist-add playlist-move playlist-delete schedule; do
		sweep 8 $scenario
		all_held
	done
}

@test "trees that are converted, and renderings, killed at their system calls: no file is there that is not whole" {
	requires ffmpeg
	for scenario in convert convert-anew render; do
		sweep 6 $scenario
		all_held
	done
}

@test "lib-sweep, rebuild, and a migration, killed at their system calls" {
	for scenario in sweep migrate rebuild rebuild-copy; do
		sweep 20 $scenario
		all_held
	done
}

@test "each task of lib-sweep, killed at its system calls, and with calls that fail" {
	for scenario in stage stuck orphans trash backup restore-copy repair-inside sweep-retry sweep-schedules; do
		sweep 6 $scenario
		all_held
	done
	for scenario in restore-copy repair; do
		sweep 6 $scenario --fault $ERRNOS
		all_held
	done
}

@test "sequences of all commands, killed by chance, leave what a model says" {
	requires strace python3
	fault "${MODEL_SEQUENCES:-12}" model --time "${MODEL_TIME:-12}"
	all_held 1
}

@test "lib-import --history, killed at its system calls, and killed again; calls that fail" {
	sweep 40 history
	all_held
	sweep 20 history --pairs 5
	all_held
	sweep 15 forget
	all_held
	sweep 15 history --fault ENOSPC --sticky
	all_held
	sweep 10 history --fault $ERRNOS
	all_held
}

@test "the same on a disk that is full from some call on, and with calls that fail" {
	for edit in amend restore write-tags undo; do
		sweep 15 $edit --fault ENOSPC --sticky
		all_held
		sweep 10 $edit --fault $ERRNOS
		all_held
	done
}

@test "killed at one point and again at another" {
	for scenario in import commit; do
		sweep 30 $scenario --pairs 5
		all_held
	done
	for scenario in amend write-tags undo migrate; do
		sweep 10 $scenario --pairs 5
		all_held
	done
}

@test "the media worker, killed and failing at its system calls" {
	sweep 30 import --target worker
	all_held
	sweep 20 import --target worker --fault EIO,EINTR,ENOMEM
	all_held
}

@test "lib-analyze and its worker, killed and failing at their system calls" {
	requires lib-analyze
	for scenario in analyze analyze-staged; do
		sweep 10 $scenario
		all_held
	done
	sweep 10 analyze --fault $ERRNOS
	all_held
	sweep 6 analyze --fault ENOSPC --sticky
	all_held
	sweep 10 analyze --target worker
	all_held
	sweep 10 analyze --target worker --fault EIO,EINTR,ENOMEM
	all_held
}

@test "one call fails: import, commit, and those that go on" {
	for scenario in import resume commit recommit; do
		sweep 20 $scenario --fault $ERRNOS
		all_held
	done
}

@test "calls fail from one on: import, commit, and those that go on" {
	for scenario in import resume commit recommit; do
		sweep 15 $scenario --fault $ERRNOS --sticky
		all_held
	done
}

@test "a transaction whose sync fails may be found in the log: its files are there" {
	sweep 1000 import --fault ENOSPC --sticky --only fdatasync
	all_held
	sweep 1000 commit --fault ENOSPC --sticky --only fdatasync
	all_held
}

@test "an allocation fails, and all from one on: import and commit" {
	requires python3
	preload fail-alloc
	for scenario in import commit; do
		fault 30 no-memory $scenario fail-alloc.so
		all_held
		fault 20 no-memory $scenario --sticky --seed 1 fail-alloc.so
		all_held
	done
}

@test "an allocation fails: edits, reviews, searches" {
	requires python3
	preload fail-alloc
	for scenario in show search amend undo write-tags playlist-add; do
		fault 12 no-memory $scenario fail-alloc.so
		all_held
	done
}

@test "who stands still keeps no search waiting, and a search keeps nobody" {
	requires strace python3
	for scenario in commit write-tags restore sweep; do
		fault 8 stopped $scenario
		all_held
	done
	fault 12 stopped commit --reader
	all_held
}

@test "eight processes at once, killed by chance, leave the library whole" {
	requires python3
	fault 0 crowd --time "${CROWD_TIME:-8}"
	all_held 20
}
