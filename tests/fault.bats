# Killed, failing, without power, room or memory, and in a crowd: nothing is lost, and the rerun ends as the
# uninterrupted run.  The programs in tests/fault say how; FAULT_LIMIT=100000 visits every point of every kind,
# `make torture` does that for as long as it is told.
# not under SAN

load helper

ERRNOS=EIO,ENOSPC,EDQUOT,EINTR,ENOMEM

# fault LIMIT PROGRAM ARG...: FAULT_TIME seconds at most, where the machine is busy with other things.
fault() {
	local limit=$1 program=$2
	shift 2
	run "$TREE/tests/fault/$program.py" --build "$FONOTECA_BUILD" --limit "${FAULT_LIMIT:-$limit}" \
		--time "${FAULT_TIME:-${FAULT_LIMIT:-8}}" "$@"
	[ "$status" -ne 77 ] || skip "$(tail -n 1 <<<"$output")"
	echo "$output"
}

sweep() {
	requires strace python3
	fault "$1" sweep "${@:2}"
}

power_cut() {
	requires strace python3 mkfs.ext4
	fault "$1" powercut "${@:2}"
}

preload() {
	"${CC:-cc}" -shared -fPIC -o "$1.so" "$TREE/tests/fault/$1.c" -ldl
}

# What a run must have printed: its cases ran, at least $1 of them, and none failed.
all_held() {
	local cases injected failures
	[ "$status" -eq 0 ]
	read -r cases injected failures < <(sed -n 's/^cases=\([0-9]*\) injected=\([0-9]*\) failures=\([0-9]*\)$/\1 \2 \3/p' <<<"$output")
	[ "$failures" -eq 0 ]
	[ "$cases" -ge "$1" ]
	[ "$((injected * 10))" -ge "$((cases * 9 - 10))" ]
	echo "# $BATS_TEST_DESCRIPTION: $cases cases, $injected injected" >&3
}

# A planted bug must be found, and not by a run that could not begin.
caught() {
	[ "$status" -eq 1 ]
	[[ $output == *FAILED* && $output != *Traceback* ]]
}

@test "lib-import, killed at its system calls" {
	sweep 60 import
	all_held 5
}

@test "lib-import that makes the library, killed at its system calls" {
	sweep 40 create
	all_held 5
}

@test "lib-import going on after a kill, killed again" {
	sweep 50 resume
	all_held 5
}

@test "lib-commit, killed at its system calls" {
	sweep 60 commit
	all_held 5
}

@test "lib-commit going on after a kill, killed again" {
	sweep 50 recommit
	all_held 5
}

@test "lib-commit that amends, removes, restores, writes tags or undoes, killed at its system calls" {
	for edit in amend remove restore write-tags undo; do
		sweep 25 $edit
		all_held 5
	done
}

@test "the same on a disk that is full from some call on, and with calls that fail" {
	for edit in amend restore write-tags undo; do
		sweep 15 $edit --fault ENOSPC --sticky
		all_held 5
		sweep 10 $edit --fault $ERRNOS
		all_held 5
	done
}

@test "killed at one point and again at another: import and commit" {
	sweep 30 import --pairs 5
	all_held 5
	sweep 30 commit --pairs 5
	all_held 5
}

@test "the media worker, killed and failing at its system calls" {
	sweep 30 import --target worker
	all_held 5
	sweep 20 import --target worker --fault EIO,EINTR,ENOMEM
	all_held 5
}

@test "one call fails: import, commit, and those that go on" {
	for scenario in import resume commit recommit; do
		sweep 20 $scenario --fault $ERRNOS
		all_held 5
	done
}

@test "calls fail from one on: import, commit, and those that go on" {
	for scenario in import resume commit recommit; do
		sweep 15 $scenario --fault $ERRNOS --sticky
		all_held 5
	done
}

@test "a transaction whose sync fails may be found in the log: its files are there" {
	sweep 1000 import --fault ENOSPC --sticky --only fdatasync
	all_held 3
	sweep 1000 commit --fault ENOSPC --sticky --only fdatasync
	all_held 3
}

@test "an allocation fails, and all from one on: import and commit" {
	requires python3
	preload fail-alloc
	for scenario in import commit; do
		fault 30 no-memory $scenario fail-alloc.so
		all_held 5
		fault 20 no-memory $scenario --sticky --seed 1 fail-alloc.so
		all_held 5
	done
}

@test "everything is synced before the catalogue says that it is there" {
	requires strace python3
	fault 0 order
	all_held 256
}

@test "the power cut while lib-import runs, and after it" {
	power_cut 25 import
	all_held 5
}

@test "the power cut while lib-commit runs, and after it" {
	power_cut 25 commit
	all_held 5
}

@test "the power cut between the batches of an import" {
	power_cut 8 batches
	all_held 3
}

@test "a disk that is too small by more and more" {
	requires python3 mkfs.ext4
	fault 12 full-disk tmpfs
	all_held 5
	fault 6 full-disk ext4
	all_held 3
}

@test "eight processes at once, killed by chance, leave the library whole" {
	requires python3
	fault 0 crowd --time "${CROWD_TIME:-5}"
	all_held 3
}

@test "planted bugs are caught: rows before blobs" {
	requires strace python3 make
	make -s -C "$TREE" B="$BATS_TEST_TMPDIR/planted" CPPFLAGS=-DPLANT_ROWS_BEFORE_BLOBS CFLAGS=-O0 CXXFLAGS=-O0 NODEPS=1 all
	run "$TREE/tests/fault/sweep.py" commit --build "$BATS_TEST_TMPDIR/planted" --limit 130 --until-caught --time 200
	echo "$output"
	caught
	[[ $output == *"missing: "* ]]
}

@test "planted bugs are caught: no sync, none of folders, late ones, an overwritten blob" {
	requires strace python3
	preload plant
	for bug in nosync folders late; do
		PLANT=$bug fault 0 order --preload plant.so --until-caught --time 200
		caught
	done
	PLANT=over fault 20 sweep recommit --preload plant.so --until-caught --time 200
	caught
}

@test "planted bugs are caught by the power cut: no sync, items before theirs, synchronous=NORMAL" {
	requires strace python3 mkfs.ext4
	preload plant
	PLANT=nosync power_cut 10 commit --preload plant.so --until-caught --time 200
	caught
	PLANT=blobs power_cut 10 import --preload plant.so --until-caught --time 200
	caught
	[[ $output == *" has 0 bytes instead of "* || $output == *"not what its name says"* ]]
	PLANT=late power_cut 10 import --only syncfs --preload plant.so --until-caught --time 200
	caught
	[[ $output == *"not what its name says"* || $output == *"missing: "* ]]
	PLANT=wal power_cut 10 commit --preload plant.so --until-caught --time 200
	caught
}
