# sweep SCENARIO [OPTION]... : tests/fault/sweep.py, at most $limit cases of it.
sweep() {
	requires strace python3
	strace -qq -o /dev/null true 2>/dev/null || skip "strace may not trace here"
	run "$TREE/tests/fault/sweep.py" --build "$FONOTECA_BUILD" --limit "${FAULT_LIMIT:-$limit}" "$@"
	echo "$output"
}

# What a sweep must have printed: all of its cases ran, at least $1 of them, and none failed.
all_held() {
	local cases injected failures
	[ "$status" -eq 0 ]
	read -r cases injected failures < <(sed -n 's/^cases=\([0-9]*\) injected=\([0-9]*\) failures=\([0-9]*\)$/\1 \2 \3/p' <<<"$output")
	[ "$failures" -eq 0 ]
	[ "$cases" -ge "$1" ]
	[ "$((injected * 10))" -ge "$((cases * 9))" ]
	echo "# $BATS_TEST_DESCRIPTION: $cases cases, $injected injected" >&3
}
