#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lib-import(1), errors by their class: what may pass is tried again, what cannot is told at once, roots rest,
# and a signal is never made to wait.
# not under SAN

load helper
# shellcheck disable=SC2030,SC2031

setup() {
	setup_fonoteca
	STAGING=$FONOTECA_LIBRARY/staging
}

setup_file() {
	"${CC:-cc}" -D_GNU_SOURCE -shared -fPIC -o "$BATS_FILE_TMPDIR/bad-source.so" \
		"$BATS_TEST_DIRNAME/fault/bad-source.c"
}

# bad_source PATH CALL ERRNO TIMES : from now on calls on paths with PATH fail (tests/fault/bad-source.c).
bad_source() {
	export BAD_COMMAND=lib-import BAD_PATH=$1 BAD_CALL=$2 BAD_ERRNO=$3
	[ "$4" = always ] || export BAD_TIMES=$4
	export LD_PRELOAD=$BATS_FILE_TMPDIR/bad-source.so
}

# bad PATH CALL ERRNO TIMES COMMAND... : run just this one so.
bad() (
	bad_source "$1" "$2" "$3" "$4"
	shift 4
	exec "$@"
)

# begin_bad PATH CALL ERRNO TIMES COMMAND... : the same in the background: $pid, files out and err.
begin_bad() {
	(
		bad_source "$1" "$2" "$3" "$4"
		shift 4
		exec "$@" >id 2>err 3>&-
	) &
	pid=$!
}

# many N FOLDER : N small audio files, no two with the same bytes.
many() {
	python3 - "$FIXTURES/audio" "$1" "$2" <<-'PY'
	import os, sys
	src, n, to = sys.argv[1], int(sys.argv[2]), sys.argv[3]
	data = open(src + "/love-will-tear-us-apart.mp3", "rb").read()
	os.makedirs(to, exist_ok=True)
	for i in range(n):
	    with open("%s/%05d.mp3" % (to, i), "wb") as f:
	        f.write(b"\0" * (i + 1) + data)
	PY
}

# until_true SECONDS COMMAND...
until_true() {
	local tries=$(($1 * 20))
	shift
	while ! "$@" >/dev/null 2>&1; do
		sleep 0.05
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
	done
}

# ends_within MS PID : wait for it; its status in $status, and it took no longer.
ends_within() {
	local from=${EPOCHREALTIME/./} limit=$1
	status=0
	wait "$2" || status=$?
	took=$(((${EPOCHREALTIME/./} - from) / 1000))
	[ $took -le "$limit" ] || fail "took $took ms"
}

EIO=5 EACCES=13 EBUSY=16 ETIMEDOUT=110 ESTALE=116 HANGS=0

@test "what fails twice and then does not comes in" {
	many 3 m
	for e in $EIO $ESTALE $ETIMEDOUT $EBUSY; do
		run -0 --separate-stderr bad 00001.mp3 read "$e" 2 lib-import -q --set comment="$e" m
	done
	[ "$(query "SELECT DISTINCT attempts FROM item WHERE CAST(path AS TEXT) LIKE '%00001.mp3'")" = 3 ]
	[ "$(query "SELECT count(*) FROM item WHERE state = 'staged' AND due IS NULL")" = 12 ]
}

@test "what fails three times has failed, and is due ten minutes later" {
	many 3 m
	export FONOTECA_NOW=2000000000
	run -3 --separate-stderr bad 00001.mp3 read $EIO always lib-import -q m
	[ "$output" = s1 ]
	[[ $stderr == "lib-import: $PWD/m/00001.mp3: cannot be read: Input/output error" ]]
	[ "$(query "SELECT state, code, attempts, due FROM item ORDER BY id")" = \
		"$(printf 'staged||1|\nfailed|IO|3|2000000600\nstaged||1|')" ]
	# also where it cannot even be opened
	run -3 --separate-stderr bad 00001.mp3 open $ESTALE always lib-import -q --set comment=x m
	[ "$(query "SELECT attempts, due FROM item WHERE state = 'failed' AND session_id = 2")" = "3|2000000600" ]
}

@test "what will not pass is tried once, and is never due" {
	many 2 m
	run -3 --separate-stderr bad 00001.mp3 open $EACCES always lib-import -q m
	cp "$FIXTURES/damaged/cut-computer-love.m4a" m
	run -3 --separate-stderr lib-import -q --strict m
	[ "$(query "SELECT code, attempts, due FROM item WHERE state = 'failed'")" = "$(printf 'DENIED|1|\nMALFORMED|1|')" ]
}

@test "a file that waits for its next attempt keeps nobody waiting" {
	many 40 m
	local from=${EPOCHREALTIME/./}
	# ten of them wait 1.25 s each
	run -0 --separate-stderr bad /0001 read $EIO 2 lib-import -q -j1 m
	[ $(((${EPOCHREALTIME/./} - from) / 1000)) -lt 8000 ]
	[ "$(query "SELECT attempts, count(*) FROM item GROUP BY attempts")" = "$(printf '1|30\n3|10')" ]
	[ "$(query "SELECT count(*) FROM item WHERE state = 'staged'")" = 40 ]
}

@test "a folder that cannot be listed for a moment is looked at again, one that stays so is told" {
	many 3 m/a
	many 3 m/b
	run -0 --separate-stderr bad m/a open $EIO 1 lib-import -q m
	[ "$(query "SELECT count(*) FROM item WHERE session_id = 1")" = 6 ]
	run -0 --separate-stderr bad m/b look $EBUSY 2 lib-import -q --set comment=x m
	[ "$(query "SELECT count(*) FROM item WHERE session_id = 2")" = 6 ]
	run -3 --separate-stderr bad m/a/. open $EIO always lib-import -q --set comment=y m
	[[ $stderr == "lib-import: $PWD/m/a: Input/output error" ]]
	[ "$(query "SELECT state, code, count(*) FROM item WHERE session_id = 3 GROUP BY state")" = "$(printf 'failed|IO|1\nstaged||3')" ]
}

@test "automatic retries become rarer, and end" {
	many 2 m
	export FONOTECA_NOW=2000000000
	run -3 --separate-stderr bad 00001.mp3 read $EIO always lib-import -q m
	local gap=600
	for round in 2 3 4 5 6 7; do
		FONOTECA_NOW=$(query "SELECT due FROM item WHERE state = 'failed'")
		gap=$((2 * gap))
		run -3 --separate-stderr bad 00001.mp3 read $EIO always lib-import -q --retry s1 --due
		[ "$(query "SELECT attempts, due FROM item WHERE state = 'failed'")" = \
			"$((3 * round))|$((FONOTECA_NOW + gap))" ]
	done
	FONOTECA_NOW=$(query "SELECT due FROM item WHERE state = 'failed'")
	run -3 --separate-stderr bad 00001.mp3 read $EIO always lib-import -q --retry s1 --due
	[ "$(query "SELECT attempts, due FROM item WHERE state = 'failed'")" = "24|" ]
	fails 1 lib-import --retry s1 --due
	[[ $stderr == *"nothing of session s1 is ever due by itself" ]]
	# by hand it still works
	run -0 --separate-stderr lib-import -q --retry s1
	[ "$(query "SELECT state, due FROM item ORDER BY id")" = "$(printf 'staged|\nstaged|')" ]
}

@test "--due takes only what is due" {
	many 2 m
	export FONOTECA_NOW=2000000000
	run -3 --separate-stderr bad 0000 read $EIO always lib-import -q m
	fails 1 lib-import --retry s1 --due
	[[ $stderr == "lib-import: nothing of session s1 is due before 2033-05-18T03:43:20Z" ]]
	python3 - "$FONOTECA_LIBRARY/library.db" <<-'PY'
	import sqlite3, sys
	db = sqlite3.connect(sys.argv[1])
	db.execute("UPDATE item SET due = due - 600 WHERE CAST(path AS TEXT) LIKE '%00000.mp3'")
	db.commit()
	PY
	run -0 --separate-stderr lib-import -q --retry s1 --due
	[ "$output" = s1 ]
	[ "$(query "SELECT state FROM item ORDER BY path")" = "$(printf 'staged\nfailed')" ]
	fails 2 lib-import --due m
	fails 2 lib-import --status --due
}

@test "many files in a row: their root rests, but only for what is automatic" {
	many 20 m
	many 2 n
	export FONOTECA_NOW=2000000000
	run -3 --separate-stderr bad /m/ read $EIO always lib-import -q m n
	[ "$(query "SELECT root = x'$(printf %s "$PWD/m" | od -An -tx1 | tr -d ' \n')', class, failures, until FROM resting")" = \
		"1|io|1|2000000600" ]
	[ "$(query "SELECT state, count(*) FROM item GROUP BY state")" = "$(printf 'failed|20\nstaged|2')" ]
	run -3 --separate-stderr lib-sweep health
	[[ $output == *"resting"*"$PWD/m until 2033-05-18T03:43:20Z"*"Input/output error"* ]]
	# by hand, in vain: it rests longer, and what is due has to wait
	FONOTECA_NOW=2000000300
	run -3 --separate-stderr bad /m/ read $EIO always lib-import -q --retry s1
	[ "$(query "SELECT failures, until FROM resting")" = "2|2000001500" ]
	FONOTECA_NOW=2000001499
	python3 - "$FONOTECA_LIBRARY/library.db" <<-'PY'
	import sqlite3, sys
	db = sqlite3.connect(sys.argv[1])
	db.execute("UPDATE item SET due = 1 WHERE state = 'failed'")
	db.commit()
	PY
	fails 75 lib-import --retry s1 --due
	[[ $stderr == "lib-import: $PWD/m rests until 2033-05-18T03:58:20Z: cannot be read: Input/output error"* ]]
	# a new import never waits; what it reaches rests no longer
	run -0 --separate-stderr lib-import -q --set comment=x m
	[ "$(query "SELECT count(*) FROM resting")" = 0 ]
	run -0 --separate-stderr lib-import -q --retry s1 --due
	[ "$(query "SELECT count(*) FROM item WHERE state = 'failed'")" = 0 ]
}

@test "a root that is gone rests, and its files keep waiting" {
	many 3 m
	export FONOTECA_NOW=2000000000
	run -3 --separate-stderr bad /m/ read $EIO always lib-import -q m
	mv m away
	FONOTECA_NOW=2000001000
	run -3 --separate-stderr lib-import -q --retry s1 --due
	[[ $stderr == "lib-import: $PWD/m: No such file or directory" ]]
	[ "$(query "SELECT class, until FROM resting")" = "unknown|$((2000001000 + 1200))" ]
	[ "$(query "SELECT DISTINCT state, attempts, due FROM item")" = "failed|3|2000000600" ]
	fails 75 lib-import --retry s1 --due
	[[ $stderr == *"$PWD/m rests until "*": No such file or directory" ]]
	mv away m
	FONOTECA_NOW=2000003000
	run -0 --separate-stderr lib-import -q --retry s1 --due
	[ "$(query "SELECT count(*) FROM item WHERE state = 'staged'")" = 3 ]
	[ "$(query "SELECT count(*) FROM resting")" = 0 ]
}

@test "a folder that may not be entered any more rests for longer" {
	many 2 m
	export FONOTECA_NOW=2000000000
	run -3 --separate-stderr bad /m/ read $EIO always lib-import -q m
	for until in 1800 3600 7200 14400 14400; do
		run -3 --separate-stderr bad /m look $EACCES always lib-import -q --retry s1
		[[ $stderr == "lib-import: $PWD/m: Permission denied" ]]
		[ "$(query "SELECT class, until FROM resting")" = "access|$((2000000000 + until))" ]
	done
}

@test "--retry takes up a session whose commit failed" {
	many 3 m
	run -3 --separate-stderr bad 00001.mp3 read $EIO always lib-import -q m
	local lost
	lost=$(find "$STAGING/s1" -name '*.mp3' | head -n 1)
	mv "$lost" kept
	run lib-commit -q s1
	[ "$(query "SELECT state FROM session")" = failed ]
	run -0 --separate-stderr lib-import -q --retry s1
	[ "$output" = s1 ]
	[ "$(query "SELECT state FROM session")" = staged ]
	[ "$(query "SELECT count(*) FROM item WHERE state = 'staged'")" = 3 ]
	mv kept "$lost"
	run -0 --separate-stderr lib-commit -q s1
	intact
}

@test "--retry of what is over says what to do" {
	many 2 m
	run -3 --separate-stderr bad 00001.mp3 read $EIO always lib-import -q m
	lib-commit -q s1
	fails 4 lib-import --retry s1
	[[ $stderr == *"session s1 is committed: its files that failed come in by a new import of the same paths" ]]
	run -0 --separate-stderr lib-import -q m
	lib-commit -q s2
	[ "$(query "SELECT count(*) FROM track")" -ge 1 ]
	lib-import -q "$FIXTURES/audio"
	fails 4 lib-import --resume s3
	[[ $stderr == *"session s3 is staged: it is whole, lib-commit takes it" ]]
	lib-commit -q --reject s3
	fails 4 lib-import --retry s3
	[[ $stderr == *"session s3 is rejected: its files cannot be tried again, import them anew" ]]
	run -0 --separate-stderr lib-import --retry s4 2>/dev/null || true
	lib-import -q --again m
	run -0 --separate-stderr lib-import --retry s4
	[[ $stderr == "lib-import: nothing of session s4 has failed" ]]
}

@test "what is staged is never read again" {
	requires strace
	many 300 m
	begin_bad 00280.mp3 read $HANGS always lib-import -q -j2 m
	local staged
	until_true 30 staged_at_least 250
	kill -TERM "$pid"
	ends_within 5000 "$pid"
	[ "$status" -eq 143 ]
	query "SELECT CAST(path AS TEXT) FROM item WHERE state = 'staged'" >before
	staged=$(query "SELECT count(*) FROM item WHERE state = 'staged'")
	[ "$staged" -lt 300 ]
	strace -f -qq -o trace -e trace=openat lib-import -q m >id
	[ "$(cat id)" = s1 ]
	[ "$(grep -cE '"[0-9]{5}\.mp3", O_RDONLY' trace)" = "$((300 - staged))" ]
	while read -r path; do
		! grep -qF "\"${path##*/}\"" trace || fail "$path was opened again"
	done <before
	[ "$(query "SELECT count(*) FROM item WHERE state = 'staged'")" = 300 ]
}

staged_at_least() {
	[ "$(query "SELECT count(*) FROM item WHERE state = 'staged'")" -ge "$1" ]
}

@test "a signal ends it in time while a reader of tags hangs" {
	mkdir m
	cp "$FIXTURES/audio/untagged.wav" m
	python3 "$TREE/tests/fixtures/pills.py" hang m/hang.wv
	for sig in INT TERM; do
		lib-import -j2 m >id 2>err 3>&- &
		local pid=$!
		until_true 10 pgrep -P $pid media-worker
		sleep 1
		kill -$sig $pid
		ends_within 1500 $pid
		[ "$status" -eq $((128 + $(kill -l $sig))) ]
		grep -q "stopped; 1 file so far; to go on: lib-import --resume s1" err
		[ ! -s id ]
	done
}

@test "a signal ends it in time while a device does not answer" {
	many 40 m
	for call in read open look; do
		begin_bad 00030.mp3 "$call" $HANGS always lib-import -q -j2 m
		until_true 10 test -e "$STAGING/s1"
		sleep 1
		kill -INT "$pid"
		ends_within 3000 "$pid"
		[ "$status" -eq 130 ]
		grep -q "stopped; [0-9]* files\\? so far; to go on: lib-import --resume s1" err
		[ -z "$(find "$STAGING/s1" -name 'tmp-*')" ]
	done
	# what it had staged is staged
	[ "$(query "SELECT count(*) FROM item WHERE state = 'staged'")" -ge 20 ]
	run -0 --separate-stderr lib-import -q m
	[ "$output" = s1 ]
	[ "$(query "SELECT count(*) FROM item WHERE state = 'staged'")" = 40 ]
}

@test "rejected, it stops at once, whatever it waits for" {
	many 40 m
	python3 "$TREE/tests/fixtures/pills.py" hang m/hang.wv
	for call in read look; do
		begin_bad 00030.mp3 "$call" $HANGS always lib-import -q -j3 m
		local id
		sleep 1
		id=$(find "$STAGING" -mindepth 1 -maxdepth 1 -name 's*' -printf '%f\n')
		run -0 lib-commit -q --reject "$id"
		ends_within 3500 "$pid"
		[ "$status" -eq 4 ]
		grep -q "session $id is no longer staging: somebody rejected it" err
		[ ! -e "$STAGING/$id" ]
		[ "$(query "SELECT state, staging FROM session WHERE id = ${id#s}")" = "rejected|0" ]
	done
}

@test "--status tells who is at work, what is unfinished, what waits" {
	many 40 m
	mkdir n
	cp "$FIXTURES/audio/untagged.wav" "$FIXTURES/damaged/cut-computer-love.m4a" "$FIXTURES/other/notes.txt" n
	run -3 lib-import -q n
	begin_bad 00030.mp3 read $HANGS always lib-import -q -j2 m
	until_true 10 test -e "$STAGING/s2"
	run -0 --separate-stderr lib-import --status
	[[ ${lines[0]} == s1$'\t'waiting$'\t'1$'\t'*$'\t'1$'\t'1$'\t'0$'\t'20*$'\t''lib-commit s1'$'\t'"$PWD/n" ]]
	[[ ${lines[1]} == s2$'\t'running$'\t'*$'\t'$'\t'"$PWD/m" ]]
	[ "$(awk -F '\t' '{ print NF }' <<<"$output" | sort -u)" = 12 ]
	lib-import --status s2 --json >out
	is_json <out
	grep -q '"status":"running".*"holder":"lib-import, process '$pid' on ' out
	kill -9 "$pid"
	wait "$pid" || true
	run -0 --separate-stderr lib-import --status s2
	[[ $output == s2$'\t'unfinished$'\t'*$'\t''lib-import --resume s2'$'\t'"$PWD/m" ]]
	lib-import --status s1 --json >out
	is_json <out
	grep -q '"status":"waiting".*"failed":1,"not_audio":1.*"next":"lib-commit s1","retry":"lib-import --retry s1"' out
	grep -q '"type":"item".*"code":"MALFORMED","reason":".*","attempts":1,"failed_at":".*","age_ms":[0-9]*,"dead":true}' out
	# on a terminal: columns, and units that people read
	script -qec "lib-import --status" /dev/null </dev/null >out
	grep -q '^s1  waiting     1 staged .* 1 failed  1 no audio .*lib-commit s1 ' out
}

@test "on a terminal an import tells how far it is, of how many files, and how long that will take" {
	many 40 m
	echo notes >m/notes.txt
	script -qec "lib-import -j1 --limit-rate $(($(du -sb m | cut -f 1) / 3)) m" /dev/null </dev/null | tr '\r' '\n' >out
	grep -q 'staging [0-9]*/41, .* left' out
	run ! grep -q 'staging [0-9]*/[0-9]*[^0-9,+]' out
	# a second time: nothing to read
	script -qec "lib-import m" /dev/null </dev/null | tr '\r' '\n' >out
	run ! grep -q left out
}

@test "--log=json: messages, progress and stages are objects" {
	many 40 m
	cp "$FIXTURES/damaged/cut-computer-love.m4a" m
	run -3 --separate-stderr bad 0000 read $EIO 2 lib-import --log=json -j1 m
	is_json <<<"$stderr"
	python3 - "$PWD" "$stderr" <<-'PY'
	import json, sys
	here, lines = sys.argv[1], [json.loads(x) for x in sys.argv[2].splitlines()]
	assert all(x["type"] == "log" and x["command"] == "lib-import" and x["ms"] >= 0 for x in lines)
	assert len({x["run"] for x in lines}) == 1
	assert all(x["session"] == "s1" for x in lines[1:])
	error = [x for x in lines if x["level"] == "error"][0]
	assert error["path"] == here + "/m/cut-computer-love.m4a", error
	assert error["code"] == "MALFORMED" and here not in error["message"] and error["stage"] == "staging"
	progress = [x for x in lines if x["level"] == "progress"]
	assert 1 <= len(progress) <= 4, len(progress)
	assert progress[-1]["done"] > 0 and progress[-1]["bytes"] > 0
	stages = [x for x in lines if x["level"] == "stage"]
	assert [x["stage"] for x in stages] == ["staging"] and stages[0]["took_ms"] >= 1000
	PY
	for c in "lib-commit s1" "lib-commit --show s1" "lib-sweep" "lib-search --json zzzzz" "lib-playlist show none"; do
		# shellcheck disable=SC2086
		run --separate-stderr ${c%% *} --log=json -v ${c#* }
		[ -z "$stderr" ] || is_json <<<"$stderr"
	done
	run -0 --separate-stderr lib-import -q --log=json --set comment=x m/00001.mp3
	[ -z "$stderr" ]
}

# as ^C in a terminal, timeout(1) and service managers do; here it comes while the reader of tags is being loaded
@test "a signal for all processes is no fault of the files being read" {
	mkdir m
	cp "$FIXTURES/audio/untagged.wav" m/1.wav
	printf '%s\n' '#!/bin/sh' 'sleep 1' "exec '$FONOTECA_BUILD/libexec/media-worker' \"\$@\"" >late
	chmod +x late
	for sig in INT TERM HUP; do
		FONOTECA_WORKER=$PWD/late setsid lib-import -j1 m >id 2>err 3>&- &
		local pid=$!
		until_true 10 pgrep -P $pid late
		kill -$sig -- -$pid
		ends_within 1500 $pid
		[ "$status" -eq $((128 + $(kill -l $sig))) ]
		grep -q "; to go on: lib-import --resume s1" err
		! grep -q crashed err
		[ "$(query "SELECT count(*) FROM item WHERE state = 'failed'")" = 0 ]
	done
	run -0 lib-import -q m
	[ "$(query "SELECT state FROM item")" = staged ]
}

@test "a folder that cannot be listed is a failed item: told by --status, tried again by --retry with all that it holds" {
	many 2 m/a
	many 3 m/b/c
	cp "$FIXTURES/other/notes.txt" m/b
	run -3 --separate-stderr bad m/b/. open $EACCES always lib-import -q m
	[ "$stderr" = "lib-import: $PWD/m/b: Permission denied" ]
	[ "$(query "SELECT state, code, count(*) FROM item GROUP BY state")" = "$(printf 'failed|DENIED|1\nstaged||2')" ]
	run -0 lib-import --status s1
	[[ $output == *$'failed\t'"$PWD/m/b"$'\tPermission denied' ]]
	run -3 --separate-stderr bad m/b/. open $EACCES always lib-import -q --retry s1
	[ "$(query "SELECT attempts FROM item WHERE state = 'failed'")" = 2 ]
	run -0 --separate-stderr lib-import -q --retry s1
	[ -z "$stderr" ]
	[ "$(query "SELECT state, count(*) FROM item GROUP BY state")" = "staged|5" ]
	[ "$(query "SELECT skipped FROM session")" = 1 ]
	run -0 lib-commit s1
	[[ $output == "s1 committed: "*", 0 failed"* ]]
	# an import that is resumed forgets it as well
	run -3 --separate-stderr bad m/b/c/. open $EACCES always lib-import -q --again --set comment=x m
	sqlite3 "$FONOTECA_LIBRARY/library.db" "UPDATE session SET state = 'staging' WHERE id = 2"
	run -0 --separate-stderr lib-import -q --resume s2
	[ "$(query "SELECT count(*) FROM item WHERE session_id = 2 AND state = 'failed'")" = 0 ]
}

@test "--retry of a session copies again what its staging lost, or what was altered there" {
	many 4 m
	lib-import -q m
	cd "$FONOTECA_LIBRARY/staging/s1"
	mapfile -t f < <(find . -name '*.mp3' | sort)
	rm "${f[0]}"
	cp "${f[1]}" keep
	chmod u+w "${f[1]}"
	printf X | dd of="${f[1]}" bs=1 seek=400 conv=notrunc 2>/dev/null
	chmod 0444 "${f[1]}"
	rm keep
	cd "$BATS_TEST_TMPDIR"
	fails 4 lib-commit s1
	run -0 --separate-stderr lib-import --retry s1
	[ "$(query "SELECT state, count(*) FROM item GROUP BY state")" = "staged|4" ]
	staging_intact
	run -0 lib-commit s1
	[[ $output == "s1 committed: "*", 0 failed"* ]]
	intact
}

@test "what --strict calls a failure is one everywhere" {
	mkdir m
	cp "$FIXTURES/audio/roads.wv" "$FIXTURES/other/notes.txt" m
	run -3 --separate-stderr lib-import --json --strict m
	[[ $output == *'"staged":1,'*'"not_audio":0,"failed":1'* ]]
	lib-import --status s1 --json | python3 -c '
import json, sys
s, item = [json.loads(line) for line in sys.stdin]
assert s["failed"] == 1 and s["not_audio"] == 0 and item["code"] == "NOT_AUDIO", (s, item)'
	run -3 --separate-stderr lib-import -q --retry s1
	[[ $stderr == *"notes.txt: is no audio of a known format" ]]
	run -0 lib-commit s1
	[ "$output" = "s1 committed: 1 track, 0 duplicates, 1 failed" ]
}
