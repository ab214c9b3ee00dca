# SPDX-License-Identifier: MIT
# Playlists at set times: lib-playlist schedule makes, lists and cancels them, lib-sweep schedules runs them.
load helper

# at TIME [ZONE]: the clock shows this, UTC by itself.
at() {
	FONOTECA_NOW=$(TZ=${2:-UTC} date -d "$1" +%s)
	export FONOTECA_NOW
}

# A library with a playlist, and a player that notes what it plays.
morning() {
	main_line
	lib-playlist -q create Morning
	lib-playlist -q add Morning --query love -s title -l 2
	mkdir -p -m 755 bin "$HOME/.config/fonoteca"
	printf '#!/bin/sh\necho played >>%q\n[ ! -e %q ] || exec sh %q\n' "$PWD/played" "$PWD/do" "$PWD/do" >bin/player
	printf '#!/bin/sh\nprintf "%%s|" "$@" >>%q\n' "$PWD/noted" >bin/noter
	chmod 755 bin/*
	(umask 022 && printf 'player = %s\nnotify = %s\n' "$PWD/bin/player" "$PWD/bin/noter" >"$HOME/.config/fonoteca/config")
	: >played
	at '2026-03-01 12:00'
}

# plays N : so many times was it played.
plays() {
	[ "$(wc -l <played)" -eq "$1" ] || fail "played $(wc -l <played) times, not $1"
}

next() {
	lib-playlist schedule --json | jq -r "select(.id == \"${1:-c1}\").next_turn"
}

@test "schedule: what is due is run once, then the next time is" {
	morning
	run -0 --separate-stderr lib-playlist schedule Morning --at 07:00 --every day --do play
	[ "$output" = $'c1\t2026-03-02T07:00:00Z\tday\tplay\tMorning\t-\t' ]
	run -0 --separate-stderr lib-sweep schedules
	[ -z "$output$stderr" ]
	plays 0
	at '2026-03-02 06:59:59'
	lib-sweep schedules
	plays 0
	at '2026-03-02 07:00:00'
	run -0 --separate-stderr lib-sweep schedules
	[ -z "$output$stderr" ]
	for i in 1 2 3; do lib-sweep schedules; done
	plays 1
	[ "$(lib-playlist schedule)" = $'c1\t2026-03-03T07:00:00Z\tday\tplay\tMorning\t2026-03-02T07:00:00Z\tdone' ]
	# without a task lib-sweep runs them too
	at '2026-03-03 07:02'
	lib-sweep -q
	plays 2
	intact
}

@test "schedule: once, and it is listed as over, and forgotten a month later" {
	morning
	lib-playlist schedule p1 --at '2026-03-05 20:15' --do play --shuffle
	at '2026-03-05 20:15:30'
	run -0 --separate-stderr lib-sweep -v schedules
	[ "$output" = 'schedules: 1 run, 0 failed, 0 missed' ]
	[ "$(lib-sweep -v schedules)" = 'schedules: nothing to do' ]
	[[ $stderr == *'run c1 play Morning' ]]
	[ "$(lib-playlist schedule | cut -f 2,6,7)" = $'-\t2026-03-05T20:15:30Z\tdone' ]
	[ "$(lib-playlist schedule --json | jq -c '[.shuffle, .runs, .last.status, .next_turn]')" = '[true,1,0,null]' ]
	at '2027-01-01 00:00'
	lib-sweep schedules
	plays 1
	lib-playlist schedule Morning --at +1min --do notify
	at '2027-01-01 00:01'
	lib-sweep schedules
	[ "$(lib-playlist schedule | cut -f 1)" = c2 ]
}

@test "schedule: many sweeps at once run a turn once" {
	morning
	lib-playlist schedule Morning --at 13:00 --do play >/dev/null
	lib-playlist schedule Morning --at 13:00 --do play --every hour >/dev/null
	at '2026-03-01 13:00'
	for i in 1 2 3 4 5 6 7 8; do lib-sweep schedules 3>&- & done
	wait
	plays 2
	[ "$(lib-playlist schedule --json | jq -s 'map(.runs) | add')" -eq 2 ]
}

@test "schedule: a run that still goes on is not joined by another, and others go on beside it" {
	morning
	lib-playlist schedule Morning --at 13:00 --every 30min --do play >/dev/null
	lib-playlist schedule Morning --at 13:30 --do notify >/dev/null
	echo "while [ ! -e $PWD/stop ]; do sleep 0.05; done" >do
	at '2026-03-01 13:00'
	lib-sweep schedules 3>&- &
	sweep=$!
	for ((i = 0; i < 100; i++)); do [ -s played ] && break; sleep 0.05; done
	[ "$(lib-playlist schedule | grep c1 | cut -f 7)" = 'not ended' ]
	at '2026-03-01 13:30'
	lib-sweep schedules
	plays 1
	[ "$(cat noted)" = 'Playlist Morning|2 tracks, 0:00|' ] || [ "$(cat noted)" = 'Playlist Morning|2 tracks, 0:01|' ]
	# the other tasks are not kept from their work
	lib-sweep -q stage optimize
	touch stop
	wait $sweep
	lib-sweep schedules
	plays 2
}

@test "schedule: missed turns are run once, all, or not at all" {
	morning
	for how in once all skip; do
		lib-playlist schedule Morning --at 13:00 --every day --do play --catch-up $how >/dev/null
	done
	lib-playlist schedule Morning --at 13:00 --do play --catch-up skip >/dev/null
	at '2026-03-05 12:00' # four turns were missed, the latest by 23 hours
	run -0 lib-sweep -v schedules
	plays 5 # 1, 4, 0 and 0
	[[ $output == *'5 run, 0 failed, 8 missed'* ]]
	[ "$(lib-playlist schedule | cut -f 2 | sort | uniq -c | tr -s ' ' | sort -n)" = $' 1 -\n 3 2026-03-05T13:00:00Z' ]
	# what is a little late was not missed
	at '2026-03-05 13:10'
	lib-sweep schedules
	plays 8
	at '2026-03-06 13:16'
	lib-sweep schedules
	plays 10
}

@test "schedule: a day has its hour in summer as in winter, hours pass" {
	morning
	# the clock goes from 2:00 to 3:00 on March 29, from 3:00 to 2:00 on October 25
	export TZ=Europe/Berlin
	at '2026-03-27 12:00' $TZ
	lib-playlist schedule Morning --at 07:00 --every day --do notify >/dev/null
	lib-playlist schedule Morning --at 02:30 --every day --do play >/dev/null
	lib-playlist schedule Morning --at '2026-03-29 00:30' --every hour --do notify >/dev/null
	[ "$(next c1)" = 2026-03-28T06:00:00Z ]
	[ "$(lib-playlist schedule --json | jq -r 'select(.id == "c1").zone')" = $TZ ]
	# lib-sweep may run where there is another zone
	export TZ=America/New_York
	for want in 2026-03-28T01:30:00Z 2026-03-29T01:30:00Z 2026-03-30T00:30:00Z 2026-03-31T00:30:00Z; do
		[ "$(next c2)" = "$want" ]
		at "$want"
		lib-sweep schedules
		lib-sweep schedules
	done
	plays 4
	[ "$(next c1)" = 2026-03-31T05:00:00Z ]
	[ "$(next c3)" = 2026-03-31T01:30:00Z ]
	at 2026-10-24T12:00Z
	lib-sweep schedules
	plays 5
	for want in 2026-10-25T00:30:00Z 2026-10-26T01:30:00Z; do
		[ "$(next c2)" = "$want" ]
		at "$want"
		lib-sweep schedules
	done
	plays 7
	[ "$(next c1)" = 2026-10-26T06:00:00Z ]
}

@test "schedule: exports go to a playlist file, or to a tree" {
	morning
	mkdir here phone
	(cd here && lib-playlist schedule Morning --at 13:00 --do export -o list.m3u8 --relative-to .. --every day >/dev/null)
	lib-playlist schedule Morning --at 13:00 --do export --copy phone --fs vfat --layout '$title' >/dev/null
	lib-playlist schedule Morning --at 13:00 --do export -o list.xspf --as pls >/dev/null
	at '2026-03-01 13:00'
	lib-sweep schedules
	lib-playlist export Morning --relative-to . | cmp - here/list.m3u8
	[ "$(find phone -type f ! -name '.*' ! -name '*.m3u8' | wc -l)" -eq 2 ]
	grep -qx '\[playlist\]' list.xspf
	[ "$(lib-playlist schedule --json | jq -r 'select(.id == "c1").output')" = "$PWD/here/list.m3u8" ]
	# a schedule that others wrote into the catalogue does not reach other files
	echo mine >.profile
	sqlite3 "$FONOTECA_LIBRARY/library.db" "UPDATE schedule SET path = CAST('$PWD/.profile' AS BLOB) WHERE id = 1"
	at '2026-03-02 13:00'
	run -3 --separate-stderr lib-sweep schedules
	[[ $stderr == *"$PWD/.profile is no playlist file"* ]]
	[ "$(cat .profile)" = mine ]
}

@test "schedule: what fails is told, noted, and comes again" {
	morning
	lib-playlist schedule Morning --at 13:00 --every day --do play >/dev/null
	echo 'exit 5' >do
	at '2026-03-01 13:00'
	run -3 --separate-stderr lib-sweep schedules
	[[ $stderr == *'schedule c1 (play Morning): ended with status 5'* ]]
	[ "$(lib-playlist schedule | cut -f 7)" = 'failed (5)' ]
	run -3 --separate-stderr lib-sweep health
	[[ $output == *'  schedule c1 (play Morning) failed with status 5: '*'lib-playlist schedule lists them'* ]] || fail "$output"
	[[ $output == *'2026-03-01T13:00:00Z schedules, status 3; it never ended well'* ]]
	[[ $output == *'schedules         1, 1 failed, the next turn 2026-03-02T13:00:00Z'* ]]
	[ "$(lib-sweep -q --json health 2>/dev/null | jq -c '[.failed_schedules[0] | .schedule, .what, .status]')" = '["c1","play Morning",5]' ]
	lib-sweep metrics - | grep -q '^fonoteca_schedules_failed{.*} 1$'
	rm do
	at '2026-03-02 13:00'
	lib-sweep schedules
	[ "$(lib-playlist schedule | cut -f 7)" = done ]
	lib-sweep health | grep -q ' schedules, status 0$'
	# nobody runs it any more
	at '2026-03-12 14:00'
	run -3 lib-sweep health
	[[ $output == *'a schedule is due for 9 days: '* ]]
	# and it is no sign that the clock is right
	at '2027-03-12 14:00'
	lib-sweep schedules
	run -0 --separate-stderr lib-sweep stage
	[ -z "$stderr" ] # none ran before
	at '2028-03-12 14:00'
	lib-sweep schedules
	run -0 --separate-stderr lib-sweep stage
	[[ $stderr == *"the clock is 366 days ahead of the last sweep"* ]]
	at '2026-03-03 12:00'
	lib-playlist -q schedule --cancel c1
	lib-playlist -q schedule Morning --at 13:00 --every day --do play
	# nothing to play, no player
	lib-playlist -q remove Morning 1-
	at '2026-03-03 13:00'
	run -3 lib-sweep schedules
	[ "$(lib-playlist schedule | cut -f 7)" = 'failed (1)' ]
}

@test "schedule: of its owner alone" {
	[ "$(id -u)" -eq 0 ] || skip "not root"
	morning
	lib-playlist schedule Morning --at 13:00 --do play >/dev/null
	sqlite3 "$FONOTECA_LIBRARY/library.db" 'UPDATE schedule SET owner = 12345'
	at '2026-03-01 14:00'
	lib-sweep schedules
	plays 0
	[ "$(lib-playlist schedule --json | jq -r .owner)" = 12345 ]
}

@test "schedule: killed while it runs it is not run again, and says so" {
	morning
	lib-playlist schedule Morning --at 13:00 --do play >/dev/null
	echo "echo \$\$ >$PWD/pid; exec sleep 30" >do
	at '2026-03-01 13:00'
	lib-sweep schedules 3>&- &
	sweep=$!
	for ((i = 0; i < 100; i++)); do [ -s pid ] && break; sleep 0.05; done
	kill -9 $sweep
	wait $sweep || true
	lib-sweep schedules
	plays 1
	[ "$(lib-playlist schedule | cut -f 2,7)" = $'-\tnot ended' ]
	run -3 lib-sweep health
	[[ $output == *'schedule c1 (play Morning) was cut short'* ]]
	kill "$(cat pid)"
	rm do
	# stopped politely it takes what runs with it
	lib-playlist schedule Morning --at 14:00 --do play >/dev/null
	printf 'trap "echo stopped >%s; exit 0" TERM\necho >%s\nwhile :; do sleep 0.05; done\n' "$PWD/stopped" "$PWD/set" >do
	at '2026-03-01 14:00'
	lib-sweep schedules 3>&- &
	sweep=$!
	for ((i = 0; i < 100; i++)); do [ -e set ] && break; sleep 0.05; done
	kill -TERM $sweep
	status=0
	wait $sweep || status=$?
	[ "$status" -eq 143 ]
	[ "$(cat stopped)" = stopped ]
}

@test "schedule: cancelled by id, gone with its playlist, back by undo" {
	morning
	lib-playlist schedule Morning --at 13:00 --do play >/dev/null
	lib-playlist schedule Morning --at 14:00 --do notify --every weekday >/dev/null
	lib-playlist -q create Other
	[ -z "$(lib-playlist schedule Other)" ]
	[ "$(lib-playlist schedule Morning | wc -l)" -eq 2 ]
	run -0 lib-playlist schedule -n --cancel c1
	[ "$(lib-playlist schedule | wc -l)" -eq 2 ]
	run -3 --separate-stderr lib-playlist schedule --cancel c1 c7 x
	[[ $stderr == *"there is no schedule c7"*"'x' is not the id of a schedule, like c3"* ]]
	[ "$(lib-playlist schedule | cut -f 1)" = c2 ]
	lib-commit -q --undo
	[ "$(lib-playlist schedule | wc -l)" -eq 2 ]
	lib-playlist -q delete Morning
	[ -z "$(lib-playlist schedule)" ]
	lib-commit -q --undo
	[ "$(lib-playlist schedule | cut -f 1,3,4)" = $'c1\tonce\tplay\nc2\tweekday\tnotify' ]
	lib-playlist schedule --json | is_json
	# no id is given twice
	lib-playlist schedule --cancel c2
	[[ $(lib-playlist schedule Morning --at 13:00 --do play) == c3* ]]
}

@test "schedule: dry runs, odd times, wrong usage" {
	morning
	[[ $(lib-playlist schedule -n Morning --at 'fri 18:30' --do play) == $'-\t2026-03-06T18:30:00Z\tonce'* ]]
	[ -z "$(lib-playlist schedule)" ]
	lib-playlist schedule Morning --at '2020-02-29 07:00' --every 2weeks --do play >/dev/null # it has begun
	[ "$(next)" = 2026-03-07T07:00:00Z ]
	lib-playlist schedule Morning --at now --do play >/dev/null
	run -0 lib-sweep -n schedules
	[ "$output" = 'schedules: would be: 1 run' ]
	plays 0
	lib-sweep --json schedules | jq -e '.run == 1 and .failed == 0' >/dev/null
	for wrong in '--at 25:00 --do play' '--at 2020-01-01T00:00 --do play' '--at 13:00' '--do play' \
		'--at 13:00 --do dance' '--at 13:00 --do play --every moon' '--at 13:00 --do play --catch-up maybe' \
		'--at 13:00 --do export' '--at 13:00 --do export -o x.json' '--at 13:00 --do export -o -' \
		'--at 13:00 --do play -o x.m3u8' '--at 13:00 --do export -o x.m3u --copy y' \
		'--at 13:00 --do export --copy y --as pls' '--at 13:00 --do notify --shuffle' \
		'--every day' 'Other' '--cancel --at 13:00'; do
		fails 2 lib-playlist schedule Morning $wrong
	done
	fails 2 lib-playlist schedule --at 13:00 --do play
	fails 2 lib-playlist schedule --cancel
	fails 4 lib-playlist schedule Nobody --at 13:00 --do play
	fails 4 lib-playlist schedule Nobody
}

@test "the recipes for cron, at and systemd run what is due" {
	morning
	recipes=$TREE/share/examples
	lib-playlist schedule Morning --at 13:00 --every hour --do play >/dev/null
	at '2026-03-01 13:00'
	lines=$(sed -nE 's/^(\* ){5}//p' "$recipes/crontab-schedules"
		sed -n 's/^ExecStart=//p' "$recipes/fonoteca-schedules.service")
	[ "$(wc -l <<<"$lines")" -eq 2 ]
	n=0
	while read -r line; do
		run -0 --separate-stderr env -u TZ sh -c "$line"
		[ -z "$output$stderr" ]
		plays $((++n))
		FONOTECA_NOW=$((FONOTECA_NOW + 3600))
	done <<<"$lines"
	! command -v systemd-analyze >/dev/null ||
		systemd-analyze verify --man=no "$recipes/fonoteca-schedules.timer" 2>&1 | { ! grep -v 'not executable\|lib-sweep'; }
	# at: a job for the next time, and for no other
	printf '#!/bin/sh\nprintf "%%s\\n" "$*" >>%q\ncat >%q\n' "$PWD/jobs" "$PWD/job" >bin/at
	chmod 755 bin/at
	PATH=$PWD/bin:$PATH run -0 --separate-stderr "$recipes/schedules-with-at"
	plays 3
	[ "$(cat jobs)" = "-t $(date -d '2026-03-01 16:00 UTC' +%Y%m%d%H%M.%S)" ]
	grep -qF schedules-with-at job
	lib-playlist schedule --cancel c1
	rm jobs
	PATH=$PWD/bin:$PATH run -0 "$recipes/schedules-with-at"
	[ ! -e jobs ]
}
