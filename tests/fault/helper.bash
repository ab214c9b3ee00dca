# SPDX-License-Identifier: MIT
# What the bats files of the fault tests have in common.

ERRNOS=EIO,ENOSPC,EDQUOT,EINTR,ENOMEM

# fault LIMIT PROGRAM ARG...: FAULT_TIME seconds at most, where the machine is busy with other things.
fault() {
	local limit=$1 program=$2
	shift 2
	ran="$program $*"
	run "$TREE/tests/fault/$program.py" --build "$FONOTECA_BUILD" --limit "${FAULT_LIMIT:-$limit}" \
		--time "${FAULT_TIME:-${FAULT_LIMIT:-1}}" "$@"
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

states() {
	requires strace python3
	fault "$1" states "${@:2}"
}

blocks() {
	requires python3 mkfs.ext4 e2fsck
	fault "$1" blocks "${@:2}"
}

preload() {
	"${CC:-cc}" -shared -fPIC -o "$1.so" "$TREE/tests/fault/$1.c" -ldl
}

# What a run must have printed: its cases ran, at least $1 of them or the three that no limit of time takes away, and none
# failed.
all_held() {
	local cases injected failures
	[ "$status" -eq 0 ]
	read -r cases injected failures < <(sed -n 's/^cases=\([0-9]*\) injected=\([0-9]*\) failures=\([0-9]*\)$/\1 \2 \3/p' <<<"$output")
	[ "$failures" -eq 0 ]
	[ "$cases" -ge "${1:-3}" ]
	[ "$((injected * 10))" -ge "$((cases * 9 - 10))" ]
	echo "# $ran: $cases cases, $injected injected" >&3
}

# A planted bug must be found, and not by a run that could not begin.
caught() {
	[ "$status" -eq 1 ]
	[[ $output == *FAILED* && $output != *Traceback* ]]
}

# catches BUG PROGRAM ARG...: a bug of plant.so is caught by a program of this folder; who did is printed.
catches() {
	local bug=$1 program=$2
	shift 2
	PLANT=$bug fault 40 "$program" "$@" --preload plant.so --until-caught --time 200
	caught
	echo "# planted $bug: caught by $program $*" >&3
}
