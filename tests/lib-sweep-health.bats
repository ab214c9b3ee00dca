#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lib-sweep health and metrics: what they tell, what wants attention, and for whom they write it.

load helper

setup() {
	setup_fonoteca
	python3 "$TREE/tests/fixtures/seed.py" "$FONOTECA_LIBRARY" 9
	export FONOTECA_NOW=2000000000
}

teardown() {
	[ -z "${holder:-}" ] || kill "$holder" 2>/dev/null || true
}

DAY=86400

# session ID STATE AGE_DAYS : one with two failed items and a staged one.
session() {
	local when=$((FONOTECA_NOW - $3 * DAY))
	edit "INSERT INTO session(id, state, owner, created, changed, heartbeat, holder)
		VALUES ($1, '$2', 0, $when, $when, $when, 'lib-import, process 7 on attic');
	      INSERT INTO item(session_id, state, path, code, reason) VALUES ($1, 'failed', x'61', 'NOT_AUDIO', 'no'),
		($1, 'failed', x'62', 'IO', 'no'), ($1, 'failed', x'63', 'IO', 'no');
	      INSERT INTO item(session_id, state, path, size) VALUES ($1, 'staged', x'64', 1000)"
}

# hold ID : another process holds a session's lock, until $holder is killed.
hold() {
	python3 - "$FONOTECA_LIBRARY/lock" "$((1000 + $1))" 3>&- <<-'PY' &
	import fcntl, struct, sys, time
	f = open(sys.argv[1], "r+b")
	fcntl.fcntl(f, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, int(sys.argv[2]), 1, 0))
	open("held", "w").close()
	time.sleep(60)
	PY
	holder=$!
	while [ ! -e held ]; do sleep 0.02; done
}

setting() {
	echo "$1" >>"$FONOTECA_LIBRARY/config"
}

# health EXPRESSION : what jq says of the object.
health() {
	lib-sweep -q --json health 2>/dev/null | jq -r "$1"
}

# reason STATUS PATTERN : the verdict has this status, and its reason matches.
reason() {
	run -"$1" --separate-stderr lib-sweep health
	[[ $stderr == *$2* ]] || fail "no '$2' in: $stderr"
	[[ ${lines[0]} == *"$2"* ]] || fail "no '$2' in: ${lines[0]}"
}

@test "one screen has it all, and so has one object" {
	requires jq
	session 2 staging 1
	edit "INSERT INTO leaving VALUES (x'2f61', 1, 1, 1, 1, 1, 1, 0, zeroblob(32));
	      INSERT INTO resting VALUES (x'2f6d', 'io', 2, 'the disk is gone', 5, $((FONOTECA_NOW + 600)));
	      UPDATE blob SET verified = $((FONOTECA_NOW - DAY)) WHERE id <= 3;
	      UPDATE blob SET verified = $((FONOTECA_NOW - 100 * DAY)) WHERE id = 4"
	run -3 --separate-stderr lib-sweep health
	[ "${#lines[@]}" -le 30 ]
	[[ $output == *"failed items      3: 2 IO, 1 NOT_AUDIO"* ]]
	[[ $output == *"unfinished items  1 staged, 3 failed"* ]]
	[[ $output == *"oldest unfinished 2033-05-17T03:33:20Z, 24 h ago"* ]]
	[[ $output == *"leaving           1 source "* ]]
	[[ $output == *"verified          3 of 9 blobs within 90 days"* ]]
	[[ $output == *"resting           /m until 2033-05-18T03:43:20Z, for 10 min: the disk is gone"* ]]
	[ "$(health '[.schema, .version, .items.failed, .leaving, .verified_blobs, .blobs, .staging_bytes] | join(" ")')" = \
		"$(query 'PRAGMA user_version') $(cat "$TREE/VERSION") 3 1 3 9 1000" ]
	[ "$(health '.failed_by_reason | map(.code + ":" + (.count | tostring)) | join(" ")')" = 'IO:2 NOT_AUDIO:1' ]
	[ "$(health '[.oldest_unfinished_age_ms, .resting[0].left_ms, .database_bytes > 9000, .free_bytes > 0] | join(" ")')" = \
		"$((DAY * 1000)) 600000 true true" ]
}

@test "limits stand in config, and 0 is none" {
	setting 'health-free = 999999999'
	reason 3 'B free'
	setting 'health-free = 0'
	run -0 lib-sweep health
	edit "UPDATE blob SET verified = $FONOTECA_NOW WHERE id <= 4"
	setting 'health-verified = 45'
	reason 3 '44 % of the blobs verified within 90 days'
	setting 'health-verified = 44'
	run -0 lib-sweep health
	setting 'health-verified = all'
	fails 4 lib-sweep health
	[[ $stderr == *"health-verified: 'all' is no whole number"* ]]
}

@test "a session that nobody finishes" {
	session 2 staged 13
	edit "DELETE FROM item"
	run -0 lib-sweep health
	FONOTECA_NOW=$((FONOTECA_NOW + 2 * DAY)) reason 3 'a session is unfinished for 15 days'
	setting 'health-session = 20'
	FONOTECA_NOW=$((FONOTECA_NOW + 2 * DAY)) run -0 lib-sweep health
}

@test "who holds a session and gives no sign of life is named" {
	requires jq
	session 2 staging 0
	edit "DELETE FROM item"
	hold 2
	FONOTECA_NOW=$((FONOTECA_NOW + 800)) run -0 lib-sweep health
	export FONOTECA_NOW=$((FONOTECA_NOW + 1200))
	reason 3 'session s2 is held without a sign of life for 20 min by lib-import, process 7 on attic'
	[ "$(health '.silent[0] | [.session, .holder, .heartbeat_age_ms] | join(" ")')" = 's2 lib-import, process 7 on attic 1200000' ]
	setting 'health-heartbeat = 60'
	run -0 lib-sweep health
}

@test "copies: what none has for a week wants attention" {
	requires jq
	edit "INSERT INTO event(at, actor, kind) VALUES ($((FONOTECA_NOW - 8 * DAY)), 0, 'amend')"
	reason 3 'no copy has the changes of the last 8 days'
	lib-sweep -q backup
	run -0 lib-sweep health
	[[ $output == *"copies            1, "* && $output == *"last copy         2033-05-18T03:33:20Z, 0 s ago"* ]]
	# nothing was changed since: no copy is wanted, however old the last one is
	FONOTECA_NOW=$((FONOTECA_NOW + 6 * DAY)) run -0 lib-sweep health
	[ "$(FONOTECA_NOW=$((FONOTECA_NOW + 6 * DAY)) health '.last_copy_age_ms')" = $((6 * DAY * 1000)) ]
}

@test "a task that no longer ends well is told with when it last did" {
	requires jq
	lib-sweep -q
	FONOTECA_NOW=$((FONOTECA_NOW + 7 * DAY)) run -0 lib-sweep health
	edit "UPDATE task SET started = $((FONOTECA_NOW + 8 * DAY)), status = 75 WHERE name = 'orphans'"
	export FONOTECA_NOW=$((FONOTECA_NOW + 8 * DAY))
	reason 3 'has not ended well for 8 days'
	[[ $output == *"orphans, status 75; ended well 2033-05-18T03:33:20Z, 8 days ago"* ]]
	[ "$(health '.runs[] | select(.task == "orphans") | .succeeded_age_ms')" = $((8 * DAY * 1000)) ]
	lib-sweep -q
	[ "$(query "SELECT status, succeeded FROM task WHERE name = 'orphans'")" = "0|$FONOTECA_NOW" ]
	run -0 lib-sweep health
}

@test "a run that fails keeps when the task last ended well" {
	rm -r "$FONOTECA_LIBRARY"
	main_line
	lib-sweep -q verify
	first=$(query "SELECT succeeded FROM task WHERE name = 'verify'")
	[ "$first" = "$FONOTECA_NOW" ]
	blob=$(find "$FONOTECA_LIBRARY/blobs" -type f | head -n 1)
	rm -f "$blob"
	FONOTECA_NOW=$((FONOTECA_NOW + DAY)) run -3 lib-sweep -q verify
	[ "$(query "SELECT status, succeeded FROM task WHERE name = 'verify'")" = "3|$first" ]
}

@test "each thing that wants attention is told with what to do about it" {
	requires jq
	session 2 failed 1
	rm -f "$FONOTECA_LIBRARY"/blobs/*/"$(query "SELECT lower(hex(sha256)) FROM blob WHERE id = 6")".*
	edit "UPDATE file SET state = 'missing' WHERE id = 2; UPDATE file SET state = 'damaged' WHERE id = 3;
	      UPDATE blob SET damaged = 1 WHERE id = 4; UPDATE file SET state = 'removed' WHERE blob_id = 4;
	      INSERT INTO cover (blob_id, track_id, kind, mime) VALUES (4, 1, 'front', 'image/png');
	      INSERT INTO event(at, actor, kind) VALUES ($((FONOTECA_NOW + 2 * DAY)), 0, 'amend')"
	setting 'health-free = 999999999'
	run -4 --separate-stderr lib-sweep health
	[ "${#lines[@]}" -le 40 ]
	for what in "failed session:.*lib-commit" "failed items:.*lib-import" "blob[a-z ]* missing.*: lib-sweep repair" \
		"missing file:.*lib-sweep repair" "lost cover:.*lib-sweep repair" " free: make room" "days behind.*: set the clock"; do
		grep -qE "^  .*$what" <<<"$output" || fail "$what: $output"
	done
	# each in the verdict is there once more, and none else
	health '.reasons | map(.what) | join(", ")' | diff - <(health .reason)
	[ "$(health '[.reasons[].advice | length] | min > 20')" = true ]
	lib-sweep metrics fonoteca.prom || true
	valid fonoteca.prom
	grep -qx "fonoteca_lost_covers{library=\"$FONOTECA_LIBRARY\"} 1" fonoteca.prom
}

@test "the clock goes back a year, or forwards: no negative age, no nonsense" {
	requires jq
	lib-sweep -q
	session 2 staging 0
	edit "DELETE FROM item"
	FONOTECA_NOW=$((FONOTECA_NOW - 365 * DAY)) reason 3 'the clock is 365 days behind what the library has seen'
	[ "$(FONOTECA_NOW=$((FONOTECA_NOW - 365 * DAY)) health '[.. | numbers] | min')" -ge 0 ]
	! grep -q -- '-[0-9]* [a-z]* ago' <<<"$output"
	FONOTECA_NOW=$((FONOTECA_NOW + 100 * 365 * DAY)) health '.' >/dev/null
	run -0 lib-sweep health
}

# valid FILE : the rules of the exposition format that the collector keeps to, read by code of our own.
valid() {
	python3 - "$1" <<-'PY'
	import re, sys
	text = open(sys.argv[1], encoding="utf-8").read()
	assert text.endswith("\n")
	seen, typed, samples = {}, {}, set()
	for line in text.splitlines():
	    if line.startswith("# HELP "):
	        name = line.split(" ", 3)[2]
	        assert name not in seen, name
	        seen[name] = 1
	        assert line.split(" ", 3)[3].strip(), line
	    elif line.startswith("# TYPE "):
	        name, kind = line.split(" ")[2:]
	        assert kind == "gauge" and name in seen and name not in typed, line
	        typed[name] = kind
	        last = name
	    else:
	        m = re.fullmatch(r'([a-z_]+)\{((?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)+)\} (-?\d+)', line)
	        assert m, line
	        assert m.group(1) == last, "samples stand below their TYPE: " + line
	        assert m.group(1, 2) not in samples, line
	        samples.add(m.group(1, 2))
	        assert not m.group(1).endswith("_total")
	assert len(samples) > 40, len(samples)
	PY
}

@test "metrics: a file that is replaced as a whole, and that everybody may read" {
	session 2 staging 1
	lib-sweep -q
	(umask 077 && lib-sweep metrics fonoteca.prom)
	valid fonoteca.prom
	grep -qx "fonoteca_tracks{library=\"$FONOTECA_LIBRARY\"} 9" fonoteca.prom
	grep -qx "fonoteca_health_status{library=\"$FONOTECA_LIBRARY\"} 1" fonoteca.prom
	grep -qx "fonoteca_failed_items_by_reason{library=\"$FONOTECA_LIBRARY\",reason=\"IO\"} 2" fonoteca.prom
	grep -qx "fonoteca_task_last_success_timestamp_seconds{library=\"$FONOTECA_LIBRARY\",task=\"trash\"} $FONOTECA_NOW" fonoteca.prom
	grep -qx "fonoteca_task_last_run_exit_code{library=\"$FONOTECA_LIBRARY\",task=\"trash\"} 0" fonoteca.prom
	[ "$(stat -c %a fonoteca.prom)" = 644 ]
	inode=$(stat -c %i fonoteca.prom)
	ln fonoteca.prom other
	lib-sweep metrics fonoteca.prom
	[ "$(stat -c %i fonoteca.prom)" != "$inode" ]
	[ "$(ls -A)" = "$(ls)" ]
	[ "$(lib-sweep metrics - | wc -l)" -eq "$(wc -l <fonoteca.prom)" ]
	fails 2 lib-sweep metrics
	fails 2 lib-sweep metrics one two
	fails 2 lib-sweep --json metrics -
	[[ $stderr == *"metrics has its own form: leave out --json; lib-sweep --json health "* ]]
	fails 4 lib-sweep metrics none/fonoteca.prom
	run -4 bash -c 'lib-sweep metrics - >/dev/full'
}

@test "metrics of a library that cannot be read say that it is broken, and so does the status" {
	lib-sweep metrics fonoteca.prom
	: >"$FONOTECA_LIBRARY/library.db"
	fails 4 lib-sweep metrics fonoteca.prom
	[ "$(grep -v '^#' fonoteca.prom)" = "fonoteca_health_status{library=\"$FONOTECA_LIBRARY\"} 2" ]
}

@test "metrics: a folder with a quote, a backslash, a newline and bytes that are no text is a label all the same" {
	odd=$(printf 'a"b\\c\nd\377')
	cp -r "$FONOTECA_LIBRARY" "$odd"
	lib-sweep -L "$odd" metrics odd.prom
	valid odd.prom
	if command -v promtool >/dev/null; then
		promtool check metrics <odd.prom
	fi
}

@test "promtool finds nothing to say" {
	requires promtool
	session 2 staging 1
	lib-sweep -q
	lib-sweep metrics - | promtool check metrics
}

@test "node_exporter reads the file and passes on what is in it" {
	requires prometheus-node-exporter python3
	session 2 staging 1
	lib-sweep -q
	mkdir texts
	lib-sweep metrics texts/fonoteca.prom
	port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	prometheus-node-exporter --web.listen-address="127.0.0.1:$port" --collector.disable-defaults \
		--collector.textfile --collector.textfile.directory=texts >exporter.log 2>&1 3>&- &
	holder=$!
	for ((i = 0; i < 100; i++)); do
		python3 -c 'import sys, urllib.request
print(urllib.request.urlopen("http://127.0.0.1:%s/metrics" % sys.argv[1], timeout=2).read().decode())' "$port" >seen 2>/dev/null && break
		kill -0 "$holder" || fail "$(cat exporter.log)"
		sleep 0.05
	done
	grep -qx 'node_textfile_scrape_error 0' seen
	[ "$(grep -c '^fonoteca_' seen)" -eq "$(grep -c '^fonoteca_' texts/fonoteca.prom)" ]
	grep -q "^fonoteca_tracks{library=\"$FONOTECA_LIBRARY\"} 9" seen
}
