#!/bin/bash
# SPDX-License-Identifier: MIT
# Every fault test in full size: tests/fault/torture.sh SECONDS, run by `make torture`.
#
# As many classes run side by side as there are cores (JOBS).  Each gets its share of the time and begins where chance
# wants it (TORTURE_SEED, else the clock, which is printed); a class that is through earlier leaves the rest to those
# behind it.  A line a class with its counts, what failed in full; status 1 where anything did.
set -u
cd "$(dirname "$0")/../.." || exit 1
export LC_ALL=C.UTF-8
build=${FONOTECA_BUILD:-$PWD/build}
seconds=${1:-3600}
seed=${TORTURE_SEED:-$(date +%s)}
jobs=${JOBS:-$(nproc)}
errnos=EIO,ENOSPC,EDQUOT,EINTR,ENOMEM
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
unset FONOTECA_LIBRARY FONOTECA_WORKER XDG_DATA_HOME
"${CC:-cc}" -shared -fPIC -o "$out/fail-alloc.so" tests/fault/fail-alloc.c -ldl || exit 1

# share, program, arguments
classes=$(
	for s in create import resume commit recommit; do
		echo "3 sweep $s --all"
		echo "3 sweep $s --fault $errnos"
		echo "2 sweep $s --fault $errnos --sticky"
		echo "2 states $s"
		echo "2 powercut $s"
		echo "2 blocks $s"
		echo "2 no-memory $s $out/fail-alloc.so"
		echo "1 no-memory $s --sticky $out/fail-alloc.so"
	done
	for s in amend remove restore write-tags undo; do
		echo "2 sweep $s --all"
		echo "2 sweep $s --fault $errnos"
		echo "1 sweep $s --fault $errnos --sticky"
		echo "1 states $s"
		echo "1 powercut $s"
		echo "1 blocks $s"
		echo "1 no-memory $s $out/fail-alloc.so"
	done
	for s in history import-commit move retry reject attach detach undo-amend undo-write-tags save playlist-add playlist-move \
		playlist-delete sweep migrate forget stage stuck orphans trash optimize verify backup restore-copy repair metrics; do
		echo "1 sweep $s --all"
		echo "1 sweep $s --fault $errnos"
		echo "1 states $s"
		echo "1 no-memory $s $out/fail-alloc.so"
	done
	for s in show search; do
		echo "1 no-memory $s $out/fail-alloc.so"
	done
	for s in create import commit amend write-tags undo sweep migrate history forget stuck orphans restore-copy repair; do
		echo "2 sweep $s --pairs 60"
	done
	for s in import commit write-tags; do
		echo "1 blocks $s --errors"
	done
	for s in move sweep migrate; do
		echo "1 powercut $s"
	done
	echo "2 sweep import --target worker"
	echo "2 sweep import --target worker --fault $errnos"
	if [ -x "$build/lib-analyze" ]; then
		for s in analyze analyze-staged; do
			echo "1 sweep $s --all"
			echo "1 sweep $s --fault $errnos"
			echo "1 sweep $s --fault $errnos --sticky"
		done
		echo "1 sweep analyze --target worker"
		echo "1 sweep analyze --target worker --fault EIO,EINTR,ENOMEM"
	fi
	for s in import commit amend restore write-tags undo sweep; do
		echo "1 stopped $s"
	done
	for s in import commit amend; do
		echo "1 stopped $s --reader"
	done
	echo "1 stopped commit --cold"
	echo "1 stopped commit --reader --cold"
	echo "2 powercut batches"
	echo "1 full-disk tmpfs"
	echo "1 full-disk ext4"
	echo "6 model"
	echo "4 crowd"
	echo "1 crowd --calm"
)

# What counts together, as the table in HACKING has it.
kind() {
	case $* in
	*' --pairs '*) echo 'killed, and killed again in the run that recovers' ;;
	'sweep '*' --fault '*) echo 'a call fails, once or from then on' ;;
	'sweep '*) echo 'killed at a system call' ;;
	'states '*) echo 'what a file system may keep of what was not synced' ;;
	'powercut '*) echo 'the power cut' ;;
	'blocks '*' --errors') echo 'the disk fails' ;;
	'blocks '*) echo 'writes lost, torn or in another order' ;;
	'no-memory '*) echo 'an allocation fails' ;;
	'full-disk '*) echo 'a disk that is too small' ;;
	'stopped '*) echo 'somebody stands still' ;;
	'crowd '* | 'crowd') echo 'commands in a crowd' ;;
	'model '* | 'model') echo 'sequences of commands beside a model' ;;
	esac
}

# queue N: every class whose turn is N of those that run side by side, one after the other.
queue() {
	local n=$1 left began room limit status cases injected failures share program arguments
	left=$(turn "$n" | awk '{ n += $1 } END { print n + 0 }')
	while read -r share program arguments; do
		began=$SECONDS
		room=$(((seconds - SECONDS) * share / left))
		left=$((left - share))
		limit=1000000
		[ "$program" != full-disk ] || limit=500
		[ "$program" != model ] || limit=1000
		# shellcheck disable=SC2086 # a list of arguments
		"tests/fault/$program.py" $arguments --build "$build" --limit $limit --time $((room > 5 ? room : 5)) \
			--seed "$seed" >"$out/$n.log" 2>&1
		status=$?
		if [ $status -eq 77 ]; then
			printf '%-52s skipped: %s\n' "$program ${arguments//"$out/"/}" "$(tail -n 1 "$out/$n.log")"
			continue
		fi
		cases='' injected='' failures=''
		read -r cases injected failures < <(sed -n 's/^cases=\([0-9]*\) injected=\([0-9]*\) failures=\([0-9]*\)$/\1 \2 \3/p' "$out/$n.log")
		echo "${cases:-0} $status $(kind "$program $arguments")" >>"$out/$n.sums"
		{ # one write, so that queues do not mix
			printf '%-52s %8s %8s %8s %6d\n' "$program ${arguments//"$out/"/}" "${cases:-none}" "${injected:-}" \
				"${failures:-}" $((SECONDS - began))
			[ $status -eq 0 ] || grep -v ': not reached' "$out/$n.log"
		} >"$out/$n.report"
		cat "$out/$n.report"
	done < <(turn "$n")
}

turn() {
	awk -v n="$1" -v jobs="$jobs" 'NR % jobs == n' <<<"$classes"
}

echo "seed $seed, $jobs classes side by side"
printf '%-52s %8s %8s %8s %6s\n' class cases injected failures s
for ((n = 0; n < jobs; n++)); do
	queue $n &
done
wait

declare -A total
failed=0
while read -r cases status kind; do
	total[$kind]=$((${total[$kind]-0} + cases))
	[ "$status" -eq 0 ] || failed=$((failed + 1))
done < <(cat "$out"/*.sums)
echo
for kind in "${!total[@]}"; do
	printf '%-52s %8d\n' "$kind" "${total[$kind]}"
done | sort
echo
FONOTECA_BUILD=$build bats tests/fault-planted.bats && FONOTECA_BUILD=$build bats -f 'synced before' tests/fault-power.bats || failed=$((failed + 1))
printf '\n%d classes failed, %d s\n' $failed $SECONDS
[ $failed -eq 0 ]
