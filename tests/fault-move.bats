# SPDX-License-Identifier: MIT
# Moving, killed at any system call: each file is at its source, or safe in the library (tests/fault/move.py).
# FAULT_LIMIT=100000 visits every call.
# not under SAN

load helper

setup() {
	setup_fonoteca
	requires strace python3
}

@test "lib-import --mode=move --commit, killed at its system calls" {
	run "$TREE/tests/fault/move.py" --build "$FONOTECA_BUILD" --limit "${FAULT_LIMIT:-70}"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output =~ cases=([0-9]+)\ injected=([0-9]+)\ failures=0 ]]
	[ "${BASH_REMATCH[1]}" -ge 50 ]
	echo "# $BATS_TEST_DESCRIPTION: ${BASH_REMATCH[1]} cases, ${BASH_REMATCH[2]} injected" >&3
}

@test "the sweep catches a planted bug: sources removed before the rows are durable" {
	requires make
	make -s -C "$TREE" B="$BATS_TEST_TMPDIR/planted" CPPFLAGS=-DPLANT_SOURCES_BEFORE_ROWS CFLAGS=-O1 NODEPS=1 WERROR= all
	run "$TREE/tests/fault/move.py" --build "$BATS_TEST_TMPDIR/planted" --until-caught
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *"lost: "* ]]
}
