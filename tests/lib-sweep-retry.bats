#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lib-sweep retry, lib-import --status --failed; and every state of a session under every command.
# not under SAN

load helper

EIO=5 EACCES=13

setup_file() {
	"${CC:-cc}" -D_GNU_SOURCE -shared -fPIC -o "$BATS_FILE_TMPDIR/bad-source.so" \
		"$BATS_TEST_DIRNAME/fault/bad-source.c"
}

setup() {
	setup_fonoteca
	requires python3 sqlite3
	export FONOTECA_NOW=2000000000
	DB=$FONOTECA_LIBRARY/library.db
}

# bad PATH CALL ERRNO COMMAND... : lib-import, and whoever runs it, finds that such paths fail.
bad() (
	export BAD_COMMAND=lib-import BAD_PATH=$1 BAD_CALL=$2 BAD_ERRNO=$3 LD_PRELOAD=$BATS_FILE_TMPDIR/bad-source.so
	[ -z "${FONOTECA_SAN-}" ] || LD_PRELOAD="$("${CC:-cc}" -print-file-name=libasan.so) $LD_PRELOAD"
	shift 3
	"$@"
)

# many N FOLDER : so many small files
many() {
	mkdir -p "$2"
	python3 - "$1" "$2" <<-'PY'
	import struct, sys, wave
	for n in range(int(sys.argv[1])):
	    with wave.open("%s/%02d.wav" % (sys.argv[2], n), "wb") as w:
	        w.setnchannels(1)
	        w.setsampwidth(2)
	        w.setframerate(8000)
	        w.writeframes(struct.pack("<300h", *((n * 7919 + i * (n + 3 + len(sys.argv[2]))) % 20000 for i in range(300))))
	PY
}

@test "nothing is due: silent; what is due is tried again, once, and comes in" {
	many 3 m
	run -3 bad 01.wav read $EIO lib-import -q m
	run -0 --separate-stderr lib-sweep
	[ -z "$output$stderr" ]
	FONOTECA_NOW=2000000599
	run -0 --separate-stderr lib-sweep retry
	[ -z "$output$stderr" ]
	FONOTECA_NOW=2000000600
	run -0 --separate-stderr lib-sweep -n retry
	[[ $output == *"retry: would retry s1"*"would be: 1 due"* ]]
	[ "$(query "SELECT attempts FROM item WHERE state = 'failed'")" = 3 ]
	run -0 --separate-stderr lib-sweep --json retry
	[[ $output == *'"sessions":1,"staged":1,"failed":0,"dead":0'* ]]
	[ -z "$stderr" ]
	[ "$(query "SELECT state, count(*) FROM item GROUP BY state")" = "staged|3" ]
	[ "$(query "SELECT kind FROM event ORDER BY id DESC LIMIT 1")" = sweep ]
	run -0 --separate-stderr lib-sweep
	[[ $output != *retry* ]]
}

@test "eight rounds, twice as long apart each time, then it is dead: no sweep tries it for ever" {
	many 2 m
	run -3 bad 01.wav read $EIO lib-import -q m
	gap=600
	for round in 2 3 4 5 6 7 8; do
		FONOTECA_NOW=$((FONOTECA_NOW + gap - 1))
		bad 01.wav read $EIO lib-sweep -q retry
		[ "$(query "SELECT attempts FROM item WHERE state = 'failed'")" = $((3 * (round - 1))) ]
		FONOTECA_NOW=$((FONOTECA_NOW + 1))
		run -0 --separate-stderr bad 01.wav read $EIO lib-sweep retry
		[ "$(query "SELECT attempts FROM item WHERE state = 'failed'")" = $((3 * round)) ]
		gap=$((gap * 2))
	done
	[[ $output == *"1 dead"* ]]
	[ "$(query "SELECT due FROM item WHERE state = 'failed'")" = "" ]
	for later in 1000 100000 1000000; do
		FONOTECA_NOW=$((FONOTECA_NOW + later))
		run -0 --separate-stderr lib-sweep retry
		[ -z "$output$stderr" ] || fail "$output$stderr"
	done
	[ "$(query "SELECT attempts FROM item WHERE state = 'failed'")" = 24 ]
	# by hand it is
	run -0 lib-import -q --retry s1
	[ "$(query "SELECT state, count(*) FROM item GROUP BY state")" = "staged|2" ]
}

@test "what cannot pass is dead at once" {
	many 2 m
	cp "$FIXTURES/damaged/cut-computer-love.m4a" m/zz.m4a
	run -3 bad 01.wav open $EACCES lib-import -q m
	FONOTECA_NOW=2100000000
	run -0 --separate-stderr lib-sweep retry
	[ -z "$output$stderr" ]
	[ "$(query "SELECT attempts, due FROM item WHERE state = 'failed'")" = $'1|\n1|' ]
}

@test "a root that rests is left alone to the second, longer each time; once it is reached it rests no longer" {
	many 20 m
	run -3 bad /m/ read $EIO lib-import -q m
	wait=600
	for n in 1 2 3 4 5; do
		[ "$(query "SELECT class, failures, until - $FONOTECA_NOW FROM resting")" = "io|$n|$wait" ] || fail "$n: $(query "SELECT * FROM resting")"
		sqlite3 "$DB" "UPDATE item SET due = 1, attempts = 3 WHERE state = 'failed'"
		FONOTECA_NOW=$((FONOTECA_NOW + wait - 1))
		run -0 --separate-stderr bad /m/ read $EIO lib-sweep --json retry
		[[ $output == *'"resting":20'* ]]
		[ "$(query "SELECT failures FROM resting")" = $n ]
		FONOTECA_NOW=$((FONOTECA_NOW + 1))
		run -0 --separate-stderr bad /m/ read $EIO lib-sweep retry
		wait=$((wait * 2 > 3600 ? 3600 : wait * 2))
	done
	sqlite3 "$DB" "UPDATE item SET due = 1 WHERE state = 'failed'"
	FONOTECA_NOW=$((FONOTECA_NOW + wait))
	run -0 --separate-stderr lib-sweep retry
	[ "$(query "SELECT count(*) FROM resting")" = 0 ]
	[ "$(query "SELECT state, count(*) FROM item GROUP BY state")" = "staged|20" ]
}

@test "--status --failed: the dead and those that are due, with reason and age" {
	many 2 m
	many 2 n
	cp "$FIXTURES/damaged/cut-computer-love.m4a" m/zz.m4a
	run -3 bad 01.wav read $EIO lib-import -q m
	run -3 bad 00.wav open $EACCES lib-import -q n
	FONOTECA_NOW=2000000100
	run -0 --separate-stderr lib-import --status --failed
	[ "$(wc -l <<<"$output")" -eq 3 ]
	[[ $output == *$'s1\t2033-05-18T03:43:20Z\t3\t100\t'"$PWD/m/01.wav"$'\t'*'Input/output error'* ]]
	[[ $output == *$'s1\tdead\t1\t100\t'"$PWD/m/zz.m4a"$'\t'* ]]
	[[ $output == *$'s2\tdead\t1\t100\t'"$PWD/n/00.wav"$'\t'*'Permission denied'* ]]
	run -0 lib-import --status --failed s2
	[ "$(wc -l <<<"$output")" -eq 1 ]
	run -0 lib-import --status --failed --json
	is_json <<<"$output"
	[ "$(grep -c '"dead":true' <<<"$output")" -eq 2 ]
	[[ $output == *'"code":"IO"'*'"attempts":3,"failed_at":"2033-05-18T03:33:20Z","age_ms":100000,"due":"2033-05-18T03:43:20Z","dead":false'* ]]
	lib-commit -q s1
	[ "$(lib-import --status --failed | wc -l)" -eq 3 ] # they are still not in the library
	lib-commit -q --reject s2
	[ "$(lib-import --status --failed | wc -l)" -eq 2 ]
	# a clock that went back tells no age below 0
	FONOTECA_NOW=1000000000 run -0 lib-import --status --failed
	[[ $output == *$'\tdead\t1\t0\t'* ]]
	fails 2 lib-import --failed m
}

@test "sessions whose commit failed, or that somebody works on, are left to people" {
	many 2 m
	run -3 bad 01.wav read $EIO lib-import -q m
	sqlite3 "$DB" "UPDATE session SET state = 'failed'"
	FONOTECA_NOW=2000001000
	run -0 --separate-stderr lib-sweep retry
	[ -z "$output$stderr" ]
	[ "$(query "SELECT state FROM session")" = failed ]
}

@test "every state of a session under every command: what DESIGN allows, and nothing else" {
	mkdir m
	cp "$FIXTURES"/audio/{roads.wv,hoppipolla.flac} m
	lib-import -q m >/dev/null
	cp -a "$FONOTECA_LIBRARY" base
	# state, then for each command what it becomes (- as it was) and the command's status
	while read -r state commit retry reject resume again stuck old; do
		for step in "$commit lib-commit s1" "$retry lib-commit --retry s1" "$reject lib-commit --reject s1" "$resume lib-import --resume s1" \
			"$again lib-import --retry s1" "$stuck lib-sweep stuck" "$old lib-sweep --older-than 0 stage"; do
			read -r wanted command <<<"$step"
			rm -rf "$FONOTECA_LIBRARY"
			cp -a base "$FONOTECA_LIBRARY"
			sqlite3 "$DB" "UPDATE session SET state = '$state'"
			# shellcheck disable=SC2086
			run $command
			becomes=${wanted%/*}
			[ "$becomes" != - ] || becomes=$state
			[ "$status $(query "SELECT state FROM session")" = "${wanted#*/} $becomes" ] ||
				fail "$state: $command: status $status, $(query "SELECT state FROM session"); wanted $wanted"
		done
	done <<-'END'
		staging    -/4         -/4         rejected/0 staged/0 -/0      -/0      expired/0
		staged     committed/0 committed/0 rejected/0 -/4      -/0      -/0      expired/0
		committing committed/0 committed/0 -/4        -/4      -/4      staged/0 -/0
		failed     -/4         committed/0 rejected/0 -/4      staged/0 -/0      expired/0
		committed  -/0         -/0         -/4        -/4      -/4      -/0      -/0
		rejected   -/4         -/4         -/4        -/4      -/4      -/0      -/0
		expired    -/4         -/4         -/4        -/4      -/4      -/0      -/0
	END
	# a commit that is cut short again and again fails, and says so
	rm -rf "$FONOTECA_LIBRARY"
	cp -a base "$FONOTECA_LIBRARY"
	for _ in 1 2 3; do
		sqlite3 "$DB" "UPDATE session SET state = 'committing'"
		lib-sweep -q stuck
		[ "$(query "SELECT state FROM session")" = staged ]
	done
	sqlite3 "$DB" "UPDATE session SET state = 'committing'"
	lib-sweep -q stuck
	[ "$(query "SELECT state FROM session")" = failed ]
	run -0 lib-commit --retry s1
}

@test "every state of an item after an import, a retry, a commit and a sweep" {
	many 3 m
	cp "$FIXTURES/audio/hoppipolla.flac" m/a.flac
	cp "$FIXTURES/audio/hoppipolla.flac" m/b.flac
	run -3 bad 01.wav read $EIO lib-import -q m
	states() {
		query "SELECT state, count(*) FROM item WHERE session_id = $1 GROUP BY state ORDER BY state" | tr '\n' ' '
	}
	[ "$(states 1)" = "failed|1 staged|4 " ]
	FONOTECA_NOW=2000001000
	lib-sweep -q retry
	[ "$(states 1)" = "staged|5 " ]
	# who dies while it reads
	sqlite3 "$DB" "UPDATE item SET state = 'reading' WHERE id = 1"
	for n in 1 2 3; do
		lib-sweep -q stuck
		[ "$(query "SELECT state FROM item WHERE id = 1")" = "$([ "$(query "SELECT attempts FROM item WHERE id = 1")" -le 3 ] && echo pending || echo failed)" ] || [ "$n" -eq 3 ]
		sqlite3 "$DB" "UPDATE item SET state = 'reading' WHERE id = 1 AND state = 'pending'"
	done
	lib-sweep -q stuck
	[ "$(query "SELECT state, code, failed FROM item WHERE id = 1")" = "failed|STUCK|2000001000" ]
	lib-import -q --retry s1 >/dev/null
	[ "$(states 1)" = "staged|5 " ]
	lib-commit -q s1
	[ "$(states 1)" = "committed|4 duplicate|1 " ]
	lib-commit -q --remove 1
	lib-import -q --set comment=x m/00.wav m/01.wav | lib-commit -q
	[ "$(states 2)" = "" ] || [[ $(states 2) == *"removed-earlier|1"* ]]
	intact
}
