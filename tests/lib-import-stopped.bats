# SPDX-License-Identifier: MIT
# lib-import that is stopped: by a full disk, a kill, a signal, a second process, a rejection; it goes on, and ends
# as if nothing had been

load helper
load imports

setup() {
	setup_fonoteca
	STAGING=$FONOTECA_LIBRARY/staging
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

has_items() {
	[ "$(query "SELECT count(*) FROM item")" -ge "$1" ]
}

the_process() {
	pgrep -f "^lib-import .*$BATS_TEST_TMPDIR" | head -1
}

@test "a full disk stops it at once; with room it goes on in the same session" {
	requires unshare
	unshare -rm true 2>/dev/null || skip "no mount namespaces here"
	many 400 m
	mkdir small
	cat >inner <<-'SH'
		mount -t tmpfs -o size=2200k none small || exit 99
		export FONOTECA_LIBRARY=$PWD/small/lib
		lib-import -q -j2 m >id 2>err
		echo "first $?" >>log
		ls small/lib/staging/s1 | grep -c tmp- >>log
		mount -o remount,size=64m small
		lib-import -v -j2 m >id2 2>err2
		echo "second $?" >>log
		cp -r small/lib copy
	SH
	python3 - <<-'PY'
	import os
	for i in range(400):     # 4 MB in all
	    with open("m/%05d.mp3" % i, "ab") as f:
	        f.write(os.urandom(8000))
	PY
	unshare -rm bash inner
	[ "$(cat log)" = "$(printf 'first 4\n0\nsecond 0')" ]
	[ ! -s id ]
	grep -q "No space left on device.*; to go on: lib-import --resume s1" err
	[ "$(cat id2)" = s1 ]
	grep -q "going on with session s1" err2
	export FONOTECA_LIBRARY=$PWD/copy
	[ "$(query "SELECT count(*) FROM item WHERE state = 'staged'")" = 400 ]
	staged_right
}

@test "killed in the middle, the rerun goes on and ends as if nothing had been" {
	many 600 m
	slow 10 lib-import -q -j2 "$BATS_TEST_TMPDIR/m" 3>&- &
	until_true 30 has_items 200
	kill -9 "$(the_process)"
	wait || true
	before=$(query "SELECT count(*) FROM item")
	[ "$before" -ge 200 ] && [ "$before" -lt 600 ]
	[ "$(query "SELECT state FROM session")" = staging ]
	run -0 --separate-stderr lib-import --json m
	[[ $output == *'"id":"s1"'*'"staged":'$((600 - before))','*'"staged_earlier":'$before* ]]
	[ "$(query "SELECT state, count(*) FROM item GROUP BY state")" = "staged|600" ]
	staged_right
}

@test "interrupted, it says how to go on, and --resume does" {
	many 400 m
	slow 20 lib-import -j2 "$BATS_TEST_TMPDIR/m" >id 2>err 3>&- &
	local pid=$!
	until_true 10 test -e "$STAGING/s1"
	sleep 0.7
	kill -INT "$(the_process)"
	local status=0
	wait $pid || status=$?
	[ $status -eq 130 ]
	[ ! -s id ]
	grep -q "lib-import: stopped; [0-9]* files\\? so far; to go on: lib-import --resume s1" err
	said=$(sed -n 's/.*stopped; \([0-9]*\) file.*/\1/p' err)
	[ "$(query "SELECT count(*) FROM item WHERE state = 'staged'")" = "$said" ]
	[ "$said" -gt 0 ] && [ "$said" -lt 400 ]
	staged_right
	run -0 --separate-stderr lib-import -q --resume s1
	[ "$output" = s1 ]
	[ "$(query "SELECT state, count(*) FROM item GROUP BY state")" = "staged|400" ]
	staged_right
}

@test "a hangup ends it as cleanly" {
	many 400 m
	slow 20 lib-import -j2 "$BATS_TEST_TMPDIR/m" >id 2>err 3>&- &
	local pid=$! status=0
	until_true 10 test -e "$STAGING/s1"
	sleep 0.7
	kill -HUP "$(the_process)"
	wait $pid || status=$?
	[ $status -eq 129 ]
	grep -q "; to go on: lib-import --resume s1" err
	staged_right
}

@test "two processes never work on one session" {
	many 300 m
	slow 20 lib-import -q -j1 "$BATS_TEST_TMPDIR/m" >id 2>err 3>&- &
	local pid=$!
	until_true 10 test -e "$STAGING/s1"
	fails 75 lib-import -q m
	[[ $stderr == *"session s1 is in use by lib-import, process "* ]]
	fails 75 lib-import -q --resume s1
	# another tree is another session
	run -0 --separate-stderr lib-import -q "$FIXTURES/audio"
	[ "$output" = s2 ]
	wait $pid
	[ "$(cat id)" = s1 ]
}

@test "rejected while it runs, it stops and clears up" {
	many 60 m
	slow 30 lib-import -q -j1 "$BATS_TEST_TMPDIR/m" >id 2>err 3>&- &
	local pid=$!
	until_true 10 test -e "$STAGING/s1"
	lib-commit -q --reject s1
	local status=0
	wait $pid || status=$?
	[ $status -eq 4 ]
	[ ! -s id ]
	grep -q "session s1 is no longer staging: somebody rejected it" err
	[ "$(query "SELECT state, staging FROM session")" = "rejected|0" ]
	[ ! -e "$STAGING/s1" ]
}
