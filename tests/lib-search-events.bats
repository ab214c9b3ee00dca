#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lib-search(1) --events and --follow: what happened, and what happens.

load helper

T=$'\t'

setup() {
	setup_fonoteca
	main_line
	lib-playlist -q create Evening
	lib-playlist -q add Evening 1
}

# wait_for COMMAND... : until it succeeds, at most 20 seconds
wait_for() {
	for _ in $(seq 200); do
		! "$@" || return 0
		sleep 0.1
	done
	return 1
}

has_lines() {
	[ "$(wc -l <"$1")" -ge "$2" ]
}

@test "events in order, the latest, those after one" {
	run -0 lib-search --events
	[[ ${lines[0]} =~ ^e1${T}20[0-9TZ:-]+${T}commit${T}s1${T} ]]
	[ "${#lines[@]}" = "$(query 'SELECT count(*) FROM event')" ]
	last=$(query 'SELECT max(id) FROM event')
	[ "$(lib-search --events -l 1 | cut -f 1)" = "e$last" ]
	[ "$(lib-search --events --after 0 -l 1 | cut -f 1)" = e1 ]
	[ "$(lib-search --events --after e1 | head -n 1 | cut -f 1)" = e2 ]
	run -1 --separate-stderr lib-search --events --after "e$last"
	[ -z "$output" ]
	fails 2 lib-search --events --after x
	fails 2 lib-search --events love
	fails 2 lib-search --after 1 love
	fails 2 lib-search --follow -l 3
}

@test "events as JSON, with NUL" {
	lib-search --events --json | is_json
	lib-search --events --json | python3 -c '
import json, sys
events = [json.loads(line) for line in sys.stdin]
assert [e["id"] for e in events] == ["e%d" % n for n in range(1, len(events) + 1)]
assert events[0]["type"] == "event" and events[0]["kind"] == "commit" and events[0]["subject"] == "s1"
assert all(isinstance(e["at"], str) and e.get("data", {"x": 1}) for e in events)'
	[ "$(lib-search --events -0 | tr -dc '\0' | wc -c)" = "$(lib-search --events | wc -l)" ]
}

@test "a log that does not go back so far says so" {
	sqlite3 "$FONOTECA_LIBRARY/library.db" 'DELETE FROM event WHERE id <= 2'
	run -0 --separate-stderr lib-search --events --after e1
	[[ $stderr == *"does not go back to e1"* ]]
	run --separate-stderr lib-search --events --after e2
	[ -z "$stderr" ]
}

@test "--follow prints what happens, resumes behind an id, and ends by SIGINT" {
	last=$(query 'SELECT max(id) FROM event')
	lib-search --follow >new 2>err 3>&- &
	pid=$!
	lib-search --follow --after e1 >from 2>>err 3>&- &
	from=$!
	wait_for has_lines from $((last - 1))
	sleep 0.5 # the other one has begun by now, too
	lib-playlist -q create Morning
	wait_for has_lines new 1
	lib-search --save x love
	wait_for has_lines new 2
	wait_for has_lines from $((last + 1))
	kill -INT "$from" "$pid"
	status=0
	wait "$pid" || status=$?
	[ "$status" = 130 ]
	wait "$from" || true
	is_json <new
	[ "$(python3 -c 'import json, sys
print(*(json.loads(l)["kind"] for l in sys.stdin))' <new)" = "playlist-create search-save" ]
	head -n 1 from | grep -q '"id":"e2"'
	[ ! -s err ]
}

@test "--follow ends quietly when nobody reads any more, also where nothing happens" {
	mkfifo pipe
	lib-search --follow >pipe 2>err 3>&- &
	pid=$!
	exec 7<pipe
	sleep 0.3
	kill -0 "$pid"
	exec 7<&-
	status=0
	wait "$pid" || status=$?
	[ "$status" = 141 ]
	[ ! -s err ]
}

@test "--follow pins nothing: the log of writes is emptied beside it" {
	lib-search --follow >out 3>&- &
	pid=$!
	sleep 0.4
	lib-playlist -q create Morning
	wait_for has_lines out 1
	[ "$(sqlite3 "$FONOTECA_LIBRARY/library.db" 'PRAGMA wal_checkpoint(TRUNCATE)')" = "0|0|0" ]
	kill -TERM "$pid"
	wait "$pid" || [ $? = 143 ]
}
