#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lib-sweep(1): clears what crashes leave, and never anything else.

load helper

setup() {
	setup_fonoteca
	python3 "$TREE/tests/fixtures/seed.py" "$FONOTECA_LIBRARY" 9
	BLOBS=$FONOTECA_LIBRARY/blobs TRASH=$FONOTECA_LIBRARY/trash STAGING=$FONOTECA_LIBRARY/staging
	export FONOTECA_NOW=2000000000
}

DAY=86400

# plant TEXT [SUFFIX] : a file in blobs/ under its right name; its name is in $planted.
plant() {
	planted=$(printf %s "$1" | sha256sum | cut -d' ' -f1)
	sha=$planted
	planted=$planted.${2:-flac}
	printf %s "$1" >"$BLOBS/${planted:0:2}/$planted"
}

at() {
	echo "$BLOBS/${1:0:2}/$1"
}

# session ID STATE AGE_DAYS ITEM_STATE... : a session with its staging folder, an item and a file for each state.
session() {
	local id=$1 state=$2 when=$((FONOTECA_NOW - $3 * DAY)) n=0 s
	shift 3
	edit "INSERT INTO session(id, state, owner, created, changed, heartbeat) VALUES ($id, '$state', 0, $when, $when, $when)"
	mkdir "$STAGING/s$id"
	for s in "$@"; do
		n=$((n + 1))
		sha=$(printf 'item %s %s' "$id" "$n" | sha256sum | cut -d' ' -f1)
		printf 'item %s %s' "$id" "$n" >"$STAGING/s$id/$sha.mp3"
		edit "INSERT INTO item(session_id, state, path, sha256, suffix) VALUES ($id, '$s', CAST('/in/$id/$n' AS BLOB), x'$sha', 'mp3')"
	done
}

# hold ID : another process holds a session's lock, until $holder is killed.  ID -999 is the sweep's, -1000 the
# library's.
hold() {
	rm -f held
	python3 - "$FONOTECA_LIBRARY/lock" "$((1000 + $1))" "${2:-W}" 3>&- <<-'PY' &
	import fcntl, struct, sys, time
	f = open(sys.argv[1], "r+b")
	kind = fcntl.F_WRLCK if sys.argv[3] == "W" else fcntl.F_RDLCK
	fcntl.fcntl(f, 37, struct.pack("hhqqi4x", kind, 0, int(sys.argv[2]), 1, 0))
	open("held", "w").close()
	time.sleep(60)
	PY
	holder=$!
	while [ ! -e held ]; do sleep 0.02; done
}

teardown() {
	[ -z "${holder:-}" ] || kill "$holder" 2>/dev/null || true
}

state() {
	query "SELECT state FROM session WHERE id = $1"
}

@test "a clean library: silent, status 0, nothing changed" {
	before=$(catalogue)
	run -0 --separate-stderr lib-sweep
	[ -z "$output" ] && [ -z "$stderr" ]
	[ "$(catalogue)" = "$before" ]
	run -0 query "SELECT name, status FROM task ORDER BY name"
	[ "$(cut -d"|" -f1 <<<"$output" | paste -sd" ")" = "backup optimize orphans retry stage stuck trash" ]
	[ "$(query "SELECT count(*) FROM event")" = 0 ]
	run -0 lib-sweep -v
	[[ $output == *"orphans: nothing to do"* ]]
	intact
}

@test "an orphan goes to trash/ with a row, and is deleted after a year, told all the while" {
	plant 'orphaned bytes'
	run -0 lib-sweep orphans
	[ "$output" = "orphans: 1 moved, 14 bytes" ]
	[ ! -e "$(at "$planted")" ]
	[ "$(cat "$TRASH/$planted")" = 'orphaned bytes' ]
	[ "$(query "SELECT name, size, reason, at FROM trash")" = "$planted|14|orphan|$FONOTECA_NOW" ]
	[ "$(query "SELECT kind, data FROM event")" = 'sweep|{"task":"orphans","moved":1,"bytes":14}' ]
	for days in 29 31 200 364; do
		FONOTECA_NOW=$((FONOTECA_NOW + days * DAY)) run -0 lib-sweep
		[ -z "$output" ]
		[ -e "$TRASH/$planted" ]
	done
	run -3 lib-sweep health
	[[ $output == *"1 file in trash/ that the catalogue has never heard of: lib-sweep rebuild takes in what is music"* ]]
	FONOTECA_NOW=$((FONOTECA_NOW + 365 * DAY)) run -0 lib-sweep
	[ "$output" = "trash: 1 deleted, 14 bytes" ]
	[ -z "$(ls -A "$TRASH")" ]
	[ "$(query "SELECT count(*) FROM trash")" = 0 ]
	intact
}

@test "--grace and --older-than count in days" {
	plant one
	lib-sweep orphans
	FONOTECA_NOW=$((FONOTECA_NOW + 2 * DAY)) lib-sweep --grace 3 trash
	[ -e "$TRASH/$planted" ]
	FONOTECA_NOW=$((FONOTECA_NOW + 2 * DAY)) lib-sweep --grace 2 trash
	[ ! -e "$TRASH/$planted" ]
	fails 2 lib-sweep --grace -1
	fails 2 lib-sweep --older-than soon
}

@test "what the library would not have named is left and told" {
	local shard=$BLOBS/00 name
	name=$(printf '%064d' 0)
	echo x >"$shard/readme.txt"
	echo x >"$shard/${name:1}.mp3"                       # too short
	echo x >"$shard/${name}.MP3"                         # no suffix of ours
	echo x >"$shard/ff${name:2}.mp3"                     # wrong shard
	ln -s /etc/passwd "$shard/$name.mp3"                 # a link
	mkdir "$shard/$name.ogg"
	mkfifo "$shard/$name.wav"
	echo x >"$BLOBS/stray"
	echo x >"$STAGING/stray"
	mkdir "$STAGING/s77"
	ln -s "$HOME" "$STAGING/s78"
	echo x >"$STAGING/s77/keep"
	echo x >"$TRASH/stray"
	ln -s /etc/passwd "$TRASH/$name.mp3"
	before=$(find "$FONOTECA_LIBRARY" -path '*library.db*' -prune -o -print | sort)
	run -0 --separate-stderr lib-sweep --grace 0 --older-than 0
	[ -z "$output" ]
	[[ $stderr == *"orphans: 8 foreign, left alone"* ]]
	[[ $stderr == *"trash: 2 foreign, left alone"* ]]
	[[ $stderr == *"stage: 3 foreign, left alone"* ]]
	[ "$(find "$FONOTECA_LIBRARY" -path '*library.db*' -prune -o -print | sort)" = "$before" ]
	run -0 lib-sweep -q
	[ -z "$output" ]
	run -0 lib-sweep --json orphans
	[[ $output == *'"foreign":8'* ]]
	run -0 --separate-stderr lib-sweep -v orphans
	[[ $stderr == *"orphans: foreign blobs/00/readme.txt"* ]]
}

@test "a shard, trash/ or staging/ that is a link is not followed" {
	plant 'outside'
	mkdir outside
	mv "$BLOBS/${planted:0:2}" "outside/shard"
	ln -s "$PWD/outside/shard" "$BLOBS/${planted:0:2}"
	before=$(ls -A outside/shard)
	run -0 lib-sweep orphans
	[ "$(ls -A outside/shard)" = "$before" ]
	rmdir "$TRASH"
	echo x >outside/"$planted"
	ln -s "$PWD/outside" "$TRASH"
	run -4 lib-sweep --grace 0 trash
	[ -e "outside/$planted" ]
	plant 'another'
	run -4 lib-sweep orphans
	[ -e "$(at "$planted")" ]
}

@test "blobs of unfinished sessions are spared, items and covers, until they are finished" {
	for id in 2 3 4 5; do
		state=$(sed -n "$((id - 1))p" <<<$'staging\nstaged\ncommitting\nfailed')
		session $id "$state" 0 staged
		cp "$STAGING/s$id/$sha.mp3" "$BLOBS/${sha:0:2}/$sha.mp3"
	done
	plant 'a cover' jpg
	edit "INSERT INTO item_cover(item_id, seq, sha256, size, suffix, mime, kind, folder)
	      SELECT min(id), 0, x'${planted%.*}', 7, 'jpg', 'image/jpeg', 'front', 1 FROM item"
	run -0 lib-sweep orphans
	[ -z "$output" ]
	edit "UPDATE session SET state = 'rejected' WHERE id > 1"
	run -0 lib-sweep orphans
	[[ $output == "orphans: 5 moved"* ]]
}

@test "removed files go to trash/ with their reason, covers and other files stay" {
	name=$(query "SELECT sha256 FROM blob WHERE id = 3").mp3
	edit "UPDATE file SET state = 'removed' WHERE id = 3; UPDATE track SET removed = 5 WHERE id = 3;
	      INSERT INTO removed(sha256, at, track_id, reason) SELECT sha256, 5, 3, 'removed' FROM blob WHERE id = 3"
	plant 'cover bytes' png
	edit "INSERT INTO blob(id, sha256, size, suffix, added) VALUES (100, x'${planted%.*}', 11, 'png', 1);
	      INSERT INTO cover(blob_id, release_id, kind, mime) VALUES (100, 1, 'front', 'image/png')"
	lib-sweep
	[ "$(query "SELECT name, reason FROM trash")" = "$name|removed" ]
	[ -e "$(at "$planted")" ]
	# a blob row that nothing names goes with its file
	edit "DELETE FROM cover"
	lib-sweep
	[ ! -e "$(at "$planted")" ]
	[ "$(query "SELECT count(*) FROM blob WHERE id = 100")" = 0 ]
	[ "$(query "SELECT count(*) FROM blob WHERE id = 3")" = 1 ]
	intact
}

@test "many orphans at once only with --force" {
	python3 - "$BLOBS" <<-'PY'
	import hashlib, sys
	for n in range(101):
	    data = b"many %d" % n
	    sha = hashlib.sha256(data).hexdigest()
	    open("%s/%s/%s.mp3" % (sys.argv[1], sha[:2], sha), "wb").write(data)
	PY
	run -3 --separate-stderr lib-sweep orphans
	[[ $stderr == *"101 of 110 blobs are named by nothing"*"--force"* ]]
	[ -z "$(ls -A "$TRASH")" ]
	run -0 lib-sweep --force orphans
	[[ $output == "orphans: 101 moved, "* ]]
	[ "$(find "$TRASH" -type f | wc -l)" -eq 101 ]
	intact
}

@test "a catalogue that is lost does not cost its blobs" {
	edit "DELETE FROM file"
	python3 - "$BLOBS" <<-'PY'
	import hashlib, sys
	for n in range(100):
	    data = b"more %d" % n
	    sha = hashlib.sha256(data).hexdigest()
	    open("%s/%s/%s.mp3" % (sys.argv[1], sha[:2], sha), "wb").write(data)
	PY
	run -3 lib-sweep
	[ "$(find "$BLOBS" -type f | wc -l)" -eq 109 ]
}

@test "crashes between file and row are mended by the next pass" {
	# orphans: renamed, not committed; trash: row gone, file not yet; and the rows of files that people took
	plant 'half way'
	mv "$(at "$planted")" "$TRASH/"
	edit "INSERT INTO trash(name, sha256, size, reason, at) VALUES ('$(printf '%064d' 1).mp3', zeroblob(32), 1, 'orphan', 1)"
	run -0 lib-sweep --grace 0
	[ "$output" = "trash: 1 adopted, 1 forgotten" ]
	[ "$(query "SELECT name, at, size FROM trash")" = "$planted|$FONOTECA_NOW|8" ]
	run -0 lib-sweep --grace 0
	[ "$output" = "trash: 1 deleted, 8 bytes" ]
}

@test "a file in trash/ that the catalogue names comes back" {
	name=$(query "SELECT sha256 FROM blob WHERE id = 4").mp3
	mv "$(at "$name")" "$TRASH/"
	run -4 lib-sweep health
	run -0 lib-sweep --grace 0
	[ "$output" = "trash: 1 restored" ]
	run -0 lib-sweep health
	intact
	# but not with other bytes than its name promises
	mv "$(at "$name")" "$TRASH/"
	chmod u+w "$TRASH/$name"
	printf 'AUDIO 4\n' >"$TRASH/$name"
	run -0 lib-sweep trash
	[ "$output" = "trash: 1 adopted" ]
	run -4 lib-sweep health
}

@test "the same orphan twice; a folder in its place in trash/" {
	plant twice
	lib-sweep
	plant twice
	lib-sweep
	[ "$(query "SELECT count(*) FROM trash")" = 1 ]
	plant blocked
	mkdir "$TRASH/$planted"
	run -0 --separate-stderr lib-sweep orphans
	[ -z "$output" ]
	[ -e "$(at "$planted")" ]
}

@test "--dry-run tells and changes nothing" {
	plant 'to go'
	session 2 rejected 0 staged
	session 3 staged 40 staged
	session 4 committing 0 staged
	session 5 staging 0 reading
	lib-sweep -q trash
	plant 'gone already'
	mv "$(at "$planted")" "$TRASH/"
	before=$(find "$FONOTECA_LIBRARY" -path '*library.db*' -prune -o -print | sort; catalogue
		query "SELECT * FROM session"; query "SELECT * FROM item"; query "SELECT * FROM task"; query "SELECT * FROM trash")
	run -0 --separate-stderr lib-sweep --dry-run
	[[ $output == *"stage: would clear s2 (8 bytes)"* ]]
	[[ $output == *"stage: would expire s3"* ]]
	[[ $output == *"stuck: would roll back s4"* ]]
	[[ $output == *"stuck: would read again s5"* ]]
	[[ $output == *"orphans: would trash blobs/"*" (5 bytes)"* ]]
	[[ $output == *"trash: would adopt trash/$planted"* ]]
	lib-sweep -n --json | is_json
	after=$(find "$FONOTECA_LIBRARY" -path '*library.db*' -prune -o -print | sort; catalogue
		query "SELECT * FROM session"; query "SELECT * FROM item"; query "SELECT * FROM task"; query "SELECT * FROM trash")
	[ "$after" = "$before" ]
}

@test "stage: finished sessions at once, old ones expire, young ones stay" {
	session 2 committed 0 committed
	session 3 rejected 0 staged
	session 4 staged 0 duplicate duplicate
	session 5 staged 29 staged
	session 6 staged 31 staged failed
	session 7 failed 31 staged
	session 8 staging 31 pending reading
	session 9 staged 0 duplicate staged
	run -0 lib-sweep stage
	[ "$output" = "stage: 6 cleared, 9 files, 72 bytes, 3 expired" ]
	[ "$(find "$STAGING" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort | tr '\n' ' ')" = 's5 s9 ' ]
	[ "$(query "SELECT group_concat(id || state, ' ') FROM session WHERE id > 3")" = \
		'4staged 5staged 6expired 7expired 8expired 9staged' ]
	[ "$(query "SELECT group_concat(state, ' ') FROM (SELECT state FROM item WHERE session_id IN (6, 8) ORDER BY id)")" = 'skipped failed skipped skipped' ]
	[ "$(query "SELECT group_concat(id, ' ') FROM session WHERE staging = 1")" = '5 9' ]
	run -0 lib-sweep stage
	[ -z "$output" ]
	# a folder that is left of a session that never came to be
	mkdir "$STAGING/s99"
	lib-sweep -n stage
	[ -d "$STAGING/s99" ]
	lib-sweep stage
	[ ! -e "$STAGING/s99" ]
}

@test "a session that is held is left, whatever its age" {
	session 2 staged 100 staged
	session 3 committing 100 staged
	session 4 rejected 100 staged
	hold 2
	run -0 lib-sweep -v stage
	[[ $output == *"1 busy"* && -d $STAGING/s2 && ! -e $STAGING/s4 ]]
	[ "$(state 2)" = staged ]
	kill "$holder"; wait "$holder" || true
	hold 3
	lib-sweep stuck
	[ "$(state 3)" = committing ]
}

@test "stuck: a dead commit goes back three times, then fails" {
	session 2 committing 0 staged
	for n in 1 2 3; do
		run -0 lib-sweep stuck
		[ "$output" = "stuck: 1 rolled back" ]
		[ "$(state 2)" = staged ]
		edit "UPDATE session SET state = 'committing', commit_id = 'x' WHERE id = 2"
	done
	run -0 lib-sweep stuck
	[ "$output" = "stuck: 1 failed" ]
	[ "$(state 2)" = failed ]
	query "SELECT commit_error FROM session WHERE id = 2" | python3 -c 'import json,sys; assert json.load(sys.stdin)["code"] == "STUCK"'
	run -3 lib-sweep health
}

@test "stuck: items that were being read are pending again, then failed" {
	session 2 staging 0 reading staged
	for n in 1 2 3; do
		run -0 lib-sweep stuck
		[[ $output == "stuck: 1 item" ]]
		[ "$(query "SELECT state FROM item ORDER BY id" | tr '\n' ' ')" = 'pending staged ' ]
		edit "UPDATE item SET state = 'reading' WHERE state = 'pending'"
	done
	lib-sweep stuck
	[ "$(query "SELECT state, code FROM item LIMIT 1")" = 'failed|STUCK' ]
}

@test "one sweep at a time; removing passes never wait for a publisher" {
	plant 'to go'
	hold -999
	fails 75 lib-sweep
	[[ $stderr == *"another lib-sweep is at work"* ]]
	kill "$holder"; wait "$holder" || true
	hold -1000 R
	session 2 rejected 0 staged
	run -75 --separate-stderr lib-sweep
	[[ $stderr == *"orphans: the library is in use"* ]]
	[ -e "$(at "$planted")" ]
	[ ! -e "$STAGING/s2" ]
	kill "$holder"; wait "$holder" || true
	run -0 lib-sweep
	[ ! -e "$(at "$planted")" ]
}

@test "optimize: the config says how long events stay; those of going back stay" {
	main_line
	lib-commit -q --amend 1 title=Changed
	echo "keep-events = 0" >"$FONOTECA_LIBRARY/config"
	python3 - "$FONOTECA_LIBRARY/library.db" <<-'PY'
	import sqlite3, sys
	db = sqlite3.connect(sys.argv[1])
	db.execute("UPDATE event SET at = 1000000000")
	db.execute("INSERT INTO event(at, actor, kind) VALUES (1000000000, 0, 'restore')")
	db.commit()
	PY
	lib-sweep -q optimize
	[ "$(query "SELECT count(*) FROM event WHERE at = 1000000000")" -ge 3 ]
	echo "keep-events = 30" >"$FONOTECA_LIBRARY/config"
	lib-sweep -q optimize
	[ "$(query "SELECT kind FROM event WHERE at = 1000000000")" = restore ]
	[ "$(query "SELECT count(*) FROM edit")$(query "SELECT count(*) FROM change")" = 00 ]
}

@test "optimize: old events go, the WAL is truncated" {
	edit "INSERT INTO event(at, actor, kind) VALUES ($((FONOTECA_NOW - 401 * DAY)), 0, 'old'), ($((FONOTECA_NOW - 399 * DAY)), 0, 'young')"
	run -0 lib-sweep optimize
	[[ $output == "optimize: 1 event"* ]]
	[ "$(query "SELECT group_concat(kind, ' ') FROM event")" = 'young sweep' ]
	[ ! -s "$FONOTECA_LIBRARY/library.db-wal" ]
}

@test "health: fine, attention, broken" {
	run -0 --separate-stderr lib-sweep health
	[[ ${lines[0]} == "health "*"ok" && $output == *"9 tracks, 1 album, 3 artists"* && -z $stderr ]]
	lib-sweep --json health | python3 -c '
import json, sys
h = json.loads(sys.stdin.read())
assert h["v"] == 1 and h["type"] == "health" and h["status"] == "ok" and h["tracks"] == 9, h
assert h["files"]["ok"] == {"count": 9, "bytes": 72} and h["sessions"]["committed"] == 1, h'
	plant 'an orphan'
	run -0 lib-sweep health
	[[ $output == *"orphans           1, 9 bytes"* ]]
	session 2 committing 0 staged
	run -3 --separate-stderr lib-sweep health
	[[ $stderr == *"1 stuck session"* ]]
	hold 2
	run -0 lib-sweep health
	kill "$holder"; wait "$holder" || true
	lib-sweep -q stuck
	edit "UPDATE item SET state = 'failed'"
	run -3 lib-sweep health
	edit "DELETE FROM item; UPDATE session SET state = 'failed' WHERE id = 2"
	run -3 --separate-stderr lib-sweep health
	[[ $stderr == *"1 failed session"* ]]
	edit "UPDATE session SET state = 'rejected' WHERE id = 2"
	run -0 lib-sweep health
}

@test "health: a blob that is gone, cut short, a database that is damaged" {
	name=$(at "$(query "SELECT sha256 FROM blob WHERE id = 5").mp3")
	chmod u+w "$name"
	mv "$name" gone
	run -4 --separate-stderr lib-sweep health
	[[ $output == *"broken: 1 blob is missing (blobs/"* ]]
	[[ $stderr == *"1 blob is missing"* ]]
	echo longer >>gone
	mv gone "$name"
	run -4 lib-sweep --json health
	[[ $output == *'"status":"broken"'*'"wrong_blobs":1'* ]]
	python3 - "$FONOTECA_LIBRARY/library.db" <<-'PY'
	import sys
	f = open(sys.argv[1], "r+b")
	size = f.seek(0, 2)
	for page in range(2, size // 4096 - 1):
	    f.seek(page * 4096)
	    f.write(b"\xff" * 64)
	PY
	run -4 lib-sweep health
}

@test "health needs no right to write" {
	[ "$(id -u)" -ne 0 ] || skip "root may write everywhere"
	chmod -R a-w "$FONOTECA_LIBRARY"
	run -0 lib-sweep health
	chmod -R u+w "$FONOTECA_LIBRARY"
}

@test "usage" {
	fails 2 lib-sweep orphan
	[[ $stderr == *"did you mean 'orphans'?"* ]]
	fails 2 lib-sweep frobnicate
	fails 4 lib-sweep -L "$BATS_TEST_TMPDIR/none"
	run -4 bash -c 'lib-sweep health >/dev/full'
	lib-sweep --json | is_json
}

@test "--time-limit ends a run in time, whatever it is at; the next one does the rest" {
	python3 - "$BLOBS" <<-'PY'
	import hashlib, sys
	for n in range(90):
	    data = b"orphan %d" % n
	    sha = hashlib.sha256(data).hexdigest()
	    open("%s/%s/%s.mp3" % (sys.argv[1], sha[:2], sha), "wb").write(data)
	PY
	run -0 --separate-stderr lib-sweep --time-limit 1ms
	[[ $stderr == *"the time is over; left for the next run: "*backup* ]]
	run -0 --separate-stderr lib-sweep -q --time-limit 1ms
	[ -z "$output$stderr" ]
	run -0 --separate-stderr lib-sweep -q --time-limit 1min
	[ -z "$output$stderr" ]
	[ "$(find "$BLOBS" -type f | wc -l)" -eq 9 ]
	[ "$(find "$TRASH" -type f | wc -l)" -eq 90 ]
	fails 2 lib-sweep --time-limit soon
	intact
}

@test "what it makes is its owner's alone, whatever the umask; PATH may be anything" {
	plant 'to go'
	(umask 000 && PATH=.:/nowhere "$FONOTECA_BUILD/lib-sweep" -q && PATH='' "$FONOTECA_BUILD/lib-sweep" -q backup)
	[ "$(find "$FONOTECA_LIBRARY/backup" -type f -perm /077 | wc -l)" -eq 0 ]
	[ "$(find "$FONOTECA_LIBRARY/backup" -type f | wc -l)" -eq 3 ]
}

@test "the clock leaps forwards: nothing goes early in the first sweep; who gives an age means it" {
	session 2 staged 0 staged
	plant 'an orphan'
	run -0 lib-sweep -q
	export FONOTECA_NOW=$((FONOTECA_NOW + 365 * DAY))
	run -0 --separate-stderr lib-sweep
	[[ $stderr == *"the clock is 365 days ahead of the last sweep"* ]]
	[ "$(state 2)" = staged ]
	[ -e "$TRASH/$planted" ]
	run -0 --separate-stderr lib-sweep
	[[ -z $stderr && $output == *"1 expired"* && $output == *"1 deleted"* ]]
	plant 'another'
	lib-sweep -q
	FONOTECA_NOW=$((FONOTECA_NOW + 365 * DAY)) lib-sweep -q --grace 30
	[ ! -e "$TRASH/$planted" ]
}

@test "the clock goes back a year and comes again: what came meanwhile is not old" {
	session 2 staged 0 staged
	lib-sweep -q
	now=$FONOTECA_NOW
	export FONOTECA_NOW=$((now - 365 * DAY))
	lib-import -q "$FIXTURES"/audio/*.flac >/dev/null
	plant 'an orphan'
	lib-sweep -q
	[ "$(state 2)" = staged ] && [ "$(state 3)" = staged ]
	[ -e "$TRASH/$planted" ]
	export FONOTECA_NOW=$((now + DAY))
	lib-sweep -q
	[ "$(state 2)" = staged ] && [ "$(state 3)" = staged ]
	[ -e "$TRASH/$planted" ]
	FONOTECA_NOW=$((now + 29 * DAY)) lib-sweep -q --grace 30
	[ -e "$TRASH/$planted" ]
	FONOTECA_NOW=$((now + 31 * DAY)) lib-sweep -q --grace 30
	[ "$(state 2)" = expired ] && [ "$(state 3)" = expired ]
	[ ! -e "$TRASH/$planted" ]
}

@test "a copy, and a root that rests, of a time that is yet to come hold nothing up" {
	edit "INSERT INTO event(at, actor, kind, subject) VALUES ($((FONOTECA_NOW + 365 * DAY)), 0, 'backup', 'x');
	      INSERT INTO event(at, actor, kind) VALUES ($FONOTECA_NOW, 0, 'amend');
	      INSERT INTO resting VALUES (x'2f6d', 'io', 2, 'gone', 5, $((FONOTECA_NOW + 365 * DAY)))"
	lib-sweep -q
	[ "$(find "$FONOTECA_LIBRARY/backup" -name '*.db.gz' | wc -l)" -eq 1 ]
	run -0 lib-sweep health
	[[ $output != *resting* ]]
}

@test "thousands of foreign entries, and files that vanish meanwhile: counted or gone, never a crash" {
	python3 - "$BLOBS" "$TRASH" "$STAGING" <<-'PY'
	import os, sys
	for folder in (sys.argv[1] + "/00", sys.argv[2], sys.argv[3]):
	    for n in range(2000):
	        os.symlink("/nowhere", "%s/%064d.mp3" % (folder, n))
	    open(folder + "/\n\033[2J\377", "w").close()
	    open(folder + "/" + "x" * 255, "w").close()
	PY
	run -0 --separate-stderr lib-sweep --grace 0
	[ -z "$output" ]
	[[ $stderr == *"orphans: 2002 foreign"*"trash: 2002 foreign"* ]]
	lib-sweep -v orphans 2>&1 | grep -qF 'foreign blobs/00/\n\x1b[2J'
	rm -rf "$BLOBS/00" "$TRASH" "$STAGING" && mkdir "$BLOBS/00" "$TRASH" "$STAGING"
	python3 - "$BLOBS" 3>&- <<-'PY' &
	import hashlib, os, sys, time
	end = time.time() + 3
	n = 0
	while time.time() < end and not os.path.exists("enough"):
	    data = b"comes and goes %d" % (n % 50)
	    sha = hashlib.sha256(data).hexdigest()
	    name = "%s/%s/%s.mp3" % (sys.argv[1], sha[:2], sha)
	    try:
	        open(name, "wb").write(data)
	        os.unlink(name)
	    except FileNotFoundError:
	        pass
	    n += 1
	PY
	for ((i = 0; i < 5; i++)); do
		run lib-sweep -q --grace 0 --force
		[[ $status -eq 0 ]]
	done
	touch enough
	wait
	intact
}

# killed SYSCALL N TASK... : kill lib-sweep before its Nth such call; false where it came to its end.
killed() {
	local call=$1 n=$2
	shift 2
	strace -qq -o /dev/null -e trace="$call" -e inject="$call:signal=KILL:when=$n" lib-sweep "$@" >/dev/null 2>&1 3>&-
	[ $? -eq 137 ]
}

@test "killed anywhere, the next run ends where it would have" {
	requires strace
	[[ $FONOTECA_BUILD != *-san* ]] || skip "not under ASan"
	cuts=0
	for call in renameat fsync fdatasync unlinkat pwrite64; do
		for n in 1 2 4 8; do
			session $((100 + cuts)) rejected 0 staged
			plant "orphan of $call $n"
			mine=$planted
			plant "second orphan of $call $n"
			if killed "$call" "$n" --grace 0; then
				cuts=$((cuts + 1))
				[ -e "$(at "$mine")" ] || [ -e "$TRASH/$mine" ] || [ -z "$(query "SELECT 1 FROM trash WHERE name = '$mine'")" ]
				FONOTECA_NOW=$((FONOTECA_NOW + 1)) lib-sweep -q --grace 0
			fi
			FONOTECA_NOW=$((FONOTECA_NOW + 2)) lib-sweep -q --grace 0
			FONOTECA_NOW=$((FONOTECA_NOW + 3)) lib-sweep -q --grace 0
			[ -z "$(ls -A "$TRASH")" ]
			[ -z "$(ls -A "$STAGING")" ]
			[ "$(find "$BLOBS" -type f | wc -l)" -eq 9 ]
			[ "$(query "SELECT count(*) FROM trash")" = 0 ]
			edit "DELETE FROM item; DELETE FROM session WHERE id > 1"
		done
	done
	[ "$cuts" -ge 10 ]
	intact
}
