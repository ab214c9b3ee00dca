# SPDX-License-Identifier: MIT
# not under SAN
# tests/run counts what happened: it must not call a failure, a crash or an empty run a success.
load helper

setup() {
	setup_fonoteca
	mkdir -p tree/tests
	cp "$TREE/tests/run" tree/tests
	printf '@test "fine" {\n\ttrue\n}\n' >tree/tests/good.bats
	unset FONOTECA_BUILD FONOTECA_SAN
}

@test "all is well: counts, no list of failures, status 0" {
	run -0 tree/tests/run
	[ "${lines[-1]}" = "1 passed, 0 failed, 0 skipped" ]
	[[ $output != *Failed* ]]
}

@test "a failure is counted and shown, a skip is listed with its reason" {
	printf '@test "wrong" {\n\techo why it is so\n\tfalse\n}\n@test "later" {\n\tskip "no moon"\n}\n' >tree/tests/bad.bats
	run -1 tree/tests/run
	[ "${lines[-1]}" = "1 passed, 1 failed, 1 skipped" ]
	[[ $output == *"why it is so"* ]]
	[[ $output == *"tests/bad.bats: later: no moon"* ]]
	[[ $output == *"tests/bad.bats: wrong"* ]]
}

@test "a file that does not parse, a test that kills the runner, a file that hangs: failures" {
	printf '@test "open {\n' >tree/tests/syntax.bats
	printf '@test "dies" {\n\tkill -9 $PPID\n}\n@test "never" {\n\ttrue\n}\n' >tree/tests/dies.bats
	printf '@test "hangs" {\n\tsleep 60 3>&-\n}\n' >tree/tests/hangs.bats
	TEST_TIME_LIMIT=3 run -1 tree/tests/run
	[[ ${lines[-1]} =~ ^[0-9]+\ passed,\ ([0-9]+)\ failed,\ 0\ skipped$ ]]
	[ "${BASH_REMATCH[1]}" -ge 3 ]
	for f in syntax dies hangs; do
		[[ $output == *"  tests/$f.bats: "* ]]
	done
}

@test "no test at all is no success" {
	rm tree/tests/good.bats
	run -1 tree/tests/run
	[ "${lines[-1]}" = "0 passed, 0 failed, 0 skipped" ]
}

@test "unit tests: their status, 77 is a skip with its last line" {
	mkdir -p tree/tests/unit tree/build/unit
	for s in 0 1 77; do
		touch "tree/tests/unit/u$s.c"
		printf '#!/bin/sh\necho says %s\nexit %s\n' $s $s >"tree/build/unit/u$s"
		chmod +x "tree/build/unit/u$s"
	done
	run -1 tree/tests/run
	[ "${lines[-1]}" = "2 passed, 1 failed, 1 skipped" ]
	[[ $output == *"u77: u77: says 77"* ]]
}

@test "files can be chosen, and those not under SAN are left out of a sanitizer build" {
	printf '# not under SAN\n@test "a" {\n\ttrue\n}\n@test "b" {\n\ttrue\n}\n' >tree/tests/more.bats
	run -0 tree/tests/run tests/more.bats
	[ "${lines[-1]}" = "2 passed, 0 failed, 0 skipped" ]
	FONOTECA_SAN=1 run -0 tree/tests/run
	[ "${lines[-1]}" = "1 passed, 0 failed, 0 skipped" ]
}
