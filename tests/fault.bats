# Killed or failing at a system call: nothing is lost, and the rerun ends as the uninterrupted run.
# tests/fault/sweep.py and powercut.py say how; FAULT_LIMIT=100000 visits every call of every kind.
# not under SAN

load helper
load fault/helper

@test "lib-import, killed at its system calls" {
	limit=110
	sweep import
	all_held 60
}

@test "lib-import that makes the library, killed at its system calls" {
	limit=60
	sweep create
	all_held 40
}

@test "lib-import going on after a kill, killed again" {
	limit=60
	sweep resume
	all_held 40
}

@test "lib-commit, killed at its system calls" {
	limit=130
	sweep commit
	all_held 60
}

@test "the media worker, killed at its system calls" {
	limit=40
	sweep import --target worker
	all_held 10
}

@test "lib-import on a disk that is full from some call on" {
	limit=60
	sweep import --fault ENOSPC --sticky
	all_held 20
}

@test "lib-commit on a disk that is full from some call on" {
	limit=60
	sweep commit --fault ENOSPC --sticky
	all_held 20
}

@test "a transaction whose sync fails may be found in the log: its files are there" {
	limit=1000
	sweep import --fault ENOSPC --sticky --only fdatasync
	all_held 10
	sweep commit --fault ENOSPC --sticky --only fdatasync
	all_held 5
}

@test "lib-import and lib-commit with one call that fails by EIO" {
	limit=40
	sweep import --fault EIO
	all_held 20
	sweep commit --fault EIO
	all_held 20
}

@test "the sweep catches a planted bug: rows before blobs" {
	requires strace python3 make
	make -s -C "$TREE" B="$BATS_TEST_TMPDIR/planted" CPPFLAGS=-DPLANT_ROWS_BEFORE_BLOBS CFLAGS=-O1 NODEPS=1 all
	limit=130
	run "$TREE/tests/fault/sweep.py" commit --build "$BATS_TEST_TMPDIR/planted" --limit 130
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *"missing: "* ]]
}

power_cut() {
	run "$TREE/tests/fault/powercut.py" --build "$FONOTECA_BUILD" --limit "${FAULT_LIMIT:-$limit}" "$@"
	[ "$status" -ne 77 ] || skip "$output"
	echo "$output"
}

@test "the power cut while lib-import runs, and after it" {
	requires strace python3 mkfs.ext4
	limit=50
	power_cut import
	all_held 30
}

@test "the power cut while lib-commit runs, and after it" {
	requires strace python3 mkfs.ext4
	limit=50
	power_cut commit
	all_held 30
}

@test "the power cut catches planted bugs: nothing synced, or only the catalogue" {
	requires strace python3 mkfs.ext4
	"${CC:-cc}" -shared -fPIC -o no-sync.so "$TREE/tests/fault/no-sync.c"
	limit=10
	NO_SYNC=all power_cut commit --no-sync no-sync.so
	[ "$status" -eq 1 ]
	NO_SYNC=blobs power_cut import --no-sync no-sync.so
	[ "$status" -eq 1 ]
	[[ $output == *" has 0 bytes instead of "* || $output == *"not what its name says"* ]]
}
