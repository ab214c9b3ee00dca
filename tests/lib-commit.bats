# SPDX-License-Identifier: MIT
# lib-commit: sessions become part of the library, once, whole or not at all
load helper

setup() {
	setup_fonoteca
	requires python3
	cp -r "$FIXTURES/audio" music
	rm -f music/README
}

# import PATH... : a session's id
import() {
	lib-import -q "$@"
}

# another FILE COPY : the same music and tags in other bytes
another() {
	cp "$1" "$2"
	printf 'behind the music' >>"$2"
}

# staged SESSION : its files under staging/
staged() {
	find "$FONOTECA_LIBRARY/staging/$1" -type f
}

@test "the pipe: import, commit, and the blobs are the files" {
	run -0 --separate-stderr bash -c 'lib-import -q music | lib-commit'
	[ -z "$stderr" ]
	n=$(find music -type f | wc -l) # two of them are the same place on a release
	[ "$output" = "s1 committed: $((n - 1)) tracks, 0 duplicates, 0 failed, 1 attached" ]
	for f in music/*; do
		sum=$(sha256sum "$f" | cut -d ' ' -f 1)
		cmp "$f" "$FONOTECA_LIBRARY/blobs/${sum:0:2}/$sum".*
	done
	[ ! -e "$FONOTECA_LIBRARY/staging/s1" ]
	intact
}

@test "every blob is named by its bytes and cannot be written" {
	import music | lib-commit -q
	find "$FONOTECA_LIBRARY/blobs" -type f | while read -r f; do
		name=${f##*/}
		[ "$(sha256sum <"$f" | cut -d ' ' -f 1)" = "${name%%.*}" ]
		[ "$(stat -c %a "$f")" = 444 ]
	done
}

@test "a second commit of a session says so, and changes nothing" {
	import music | lib-commit -q
	before=$(catalogue)
	run -0 --separate-stderr lib-commit s1
	[[ $output == "s1 was committed already: "* ]]
	[ "$(catalogue)" = "$before" ]
	[ "$(query "SELECT count(*) FROM event WHERE kind = 'commit'")" = 1 ]
}

@test "a second import of the same files makes nothing new" {
	import music | lib-commit -q
	before=$(catalogue)
	cp -r music copies
	run -0 --separate-stderr bash -c 'lib-import -q copies | lib-commit'
	n=$(find copies -type f | wc -l)
	[[ $output == "s2 committed: 0 tracks, $n duplicates, 0 failed"* ]]
	[ "$(catalogue)" = "$before" ]
	intact
}

@test "the same bytes twice in a session are one track" {
	mkdir two
	cp music/hoppipolla.flac two/a.flac
	cp music/hoppipolla.flac two/b.flac
	run -0 bash -c 'lib-import -q two | lib-commit'
	[ "$output" = "s1 committed: 1 track, 1 duplicate, 0 failed" ]
	[ "$(query "SELECT state, track_id FROM item ORDER BY state")" = $'committed|1\nduplicate|1' ]
}

@test "--ids prints the tracks and nothing else" {
	run -0 --separate-stderr bash -c 'lib-import -q music | lib-commit --ids'
	[ "$output" = "$(query "SELECT id FROM track ORDER BY id")" ]
	[ -z "$stderr" ]
}

@test "a conflict is attached: one track, two files, the better one preferred" {
	mkdir one two
	cp music/not-up-to-you.mp3 one
	another music/not-up-to-you.mp3 two/again.mp3
	import one | lib-commit -q
	run -0 bash -c 'lib-import -q two | lib-commit'
	[ "$output" = "s2 committed: 0 tracks, 0 duplicates, 0 failed, 1 attached" ]
	[ "$(query "SELECT count(*), count(DISTINCT track_id), sum(preferred) FROM file")" = "2|1|1" ]
	[ "$(query "SELECT state, track_id FROM item WHERE session_id = 2")" = "conflict|1" ]
	intact
}

@test "--on-conflict=fail: status 4, DUPLICATE_PIECE, nothing changed; --retry goes on" {
	mkdir one two
	cp music/not-up-to-you.mp3 one
	another music/not-up-to-you.mp3 two/again.mp3
	cp music/roads.wv two
	import one | lib-commit -q
	before=$(catalogue)
	import two
	fails 4 lib-commit --on-conflict=fail s2
	[[ $stderr == *"track 1"* ]]
	[ "$(catalogue)" = "$before" ]
	[ "$(query "SELECT state, json_extract(commit_error, '$.code') FROM session WHERE id = 2")" = "failed|DUPLICATE_PIECE" ]
	fails 4 lib-commit s2
	[[ $stderr == *"--retry s2"* ]]
	run -0 lib-commit --retry s2
	[ "$output" = "s2 committed: 1 track, 0 duplicates, 0 failed, 1 attached" ]
	[ "$(query "SELECT commit_error FROM session WHERE id = 2")" = "" ]
}

@test "--on-conflict=skip leaves the file out, ignore makes a track of it" {
	mkdir one two
	cp music/not-up-to-you.mp3 one
	another music/not-up-to-you.mp3 two/again.mp3
	import one | lib-commit -q
	import two
	run -0 lib-commit --on-conflict=skip s2
	[ "$output" = "s2 committed: 0 tracks, 0 duplicates, 0 failed, 1 skipped" ]
	[ "$(query "SELECT count(*) FROM file")" = 1 ]
	import two
	run -0 lib-commit --on-conflict=ignore s3
	[ "$output" = "s3 committed: 1 track, 0 duplicates, 0 failed" ]
	[ "$(query "SELECT count(*), count(DISTINCT release_id) FROM track")" = "2|1" ]
	intact
}

@test "a missing staged file fails the session, nothing changes; back again, --retry commits it" {
	import music
	file=$(staged s1 | head -n 1)
	mv "$file" saved
	before=$(catalogue)
	fails 4 lib-commit s1
	[[ $stderr == *"/music/"*": staging/s1/${file##*/}: "* ]]
	[ "$(catalogue)" = "$before" ]
	[ "$(query "SELECT state, json_extract(commit_error, '$.step'), json_extract(commit_error, '$.code') FROM session")" = "failed|check|NOT_FOUND" ]
	[ "$(find "$FONOTECA_LIBRARY/blobs" -type f | wc -l)" = 0 ]
	mv saved "$file"
	run -0 lib-commit --retry s1
	[[ $output == "s1 committed: "* ]]
	intact
}

@test "a staged file of another size fails the session" {
	import music
	file=$(staged s1 | head -n 1)
	chmod u+w "$file"
	echo more >>"$file"
	fails 4 lib-commit s1
	[ "$(query "SELECT state, json_extract(commit_error, '$.code') FROM session")" = "failed|CHANGED" ]
	[ "$(query "SELECT count(*) FROM track")" = 0 ]
}

@test "a commit killed before its transaction is completed by the next" {
	requires strace
	import music
	cp -r "$FONOTECA_LIBRARY" saved
	for call in linkat:1 linkat:3 fsync:1; do
		rm -rf "$FONOTECA_LIBRARY"
		cp -r saved "$FONOTECA_LIBRARY"
		run bash -c "strace -qq -o /dev/null -e trace=${call%:*} -e inject=${call%:*}:signal=KILL:when=${call#*:} lib-commit s1"
		[ "$status" -ne 0 ]
		[ "$(query "SELECT state FROM session")" = committing ]
		[ "$(query "SELECT count(*) FROM track")" = 0 ]
		run -0 lib-commit s1
		[[ $output == "s1 committed: "* ]]
		intact
	done
}

@test "a full disk while publishing: status 4, the catalogue unchanged, --retry works" {
	requires strace
	import music
	run -4 --separate-stderr strace -qq -o /dev/null -e trace=linkat -e inject=linkat:error=ENOSPC:when=2+ lib-commit s1
	[[ $stderr == *"No space left"* ]]
	[ "$(query "SELECT state, json_extract(commit_error, '$.step') FROM session")" = "failed|publish" ]
	[ "$(query "SELECT count(*) FROM track")" = 0 ]
	run -0 lib-commit --retry s1
	intact
}

@test "where hard links are impossible the staged copy moves" {
	requires strace
	import music
	run -0 strace -qq -o /dev/null -e trace=linkat -e inject=linkat:error=EPERM lib-commit s1
	intact
}

@test "two at once: one commits, the other is told" {
	import music
	lib-commit s1 >one 2>&1 3>&- &
	run lib-commit s1
	first=0
	wait $! || first=$?
	[ "$status" -eq 0 ] || [ "$status" -eq 75 ]
	[ "$first" -eq 0 ] || [ "$first" -eq 75 ]
	[ "$status" -eq 0 ] || [ "$first" -eq 0 ]
	[ "$(cat one - <<<"$output" | grep -c '^s1 committed: ')" = 1 ]
	[ "$(query "SELECT count(*) FROM event WHERE kind = 'commit'")" = 1 ]
	intact
}

@test "--list, --show and their JSON" {
	import music
	import music/roads.wv
	run -0 lib-commit --list
	[ "${#lines[@]}" = 2 ]
	[[ ${lines[0]} =~ ^s1$'\t'staged$'\t'[0-9]+$'\t'[0-9]+$'\t'0$'\t'0$'\t'"$PWD/music"$ ]]
	lib-commit --list --json | is_json
	[ "$(lib-commit --list -0 | tr -cd '\0' | wc -c)" = 2 ]
	run -0 lib-commit --show s1
	n=$(find music -type f | wc -l)
	[ "$(grep -c ^new <<<"$output")" = $((n - 1)) ]
	[ "$(grep -c ^conflict <<<"$output")" = 1 ]
	[ "${lines[-1]}" = "s1: $n items, $((n - 1)) new, 1 conflict" ]
	lib-commit --show s1 --json | is_json
	lib-commit --show s1 --json | python3 -c '
import json, sys
rows = [json.loads(line) for line in sys.stdin]
assert all(r["type"] == "item" and r["verdict"] in ("new", "conflict") and r["source"] for r in rows[:-1])
assert rows[-1]["type"] == "summary" and rows[-1]["items"] == len(rows) - 1 and rows[-1]["conflicts"] == 1'
	lib-commit -q s1
	run -0 lib-commit --show s2
	[[ ${lines[0]} == $'duplicate\t'*$'\ttrack '* ]]
	lib-commit --json s2 | python3 -c '
import json, sys
s = json.loads(sys.stdin.read())
assert s["type"] == "session" and s["id"] == "s2" and s["state"] == "committed"
assert s["tracks"] == 0 and s["duplicates"] == 1'
	run -0 lib-commit --list
	[ -z "$output" ]
}

@test "a file name with a newline stays on one line" {
	mkdir odd
	cp music/roads.wv $'odd/a\nb\e.wv'
	import odd
	run -0 lib-commit --show s1
	[ "${#lines[@]}" = 2 ]
	[[ ${lines[0]} == *'a\nb\x1b.wv'* ]]
}

@test "--dry-run says what would be done and changes nothing" {
	import music
	before=$(catalogue; find "$FONOTECA_LIBRARY" -name '*.*' -path '*/s1/*')
	run -0 lib-commit -n s1
	[[ $output == "s1 would commit: "* ]]
	would=${output#*: }
	[ "$(catalogue; find "$FONOTECA_LIBRARY" -name '*.*' -path '*/s1/*')" = "$before" ]
	[ "$(query "SELECT state FROM session")" = staged ]
	run -0 lib-commit s1
	[ "${output#*: }" = "$would" ]
}

@test "--reject gives a session up and clears its files" {
	import music
	run -0 lib-commit --reject s1
	[ "$output" = "s1 rejected" ]
	[ ! -e "$FONOTECA_LIBRARY/staging/s1" ]
	fails 4 lib-commit s1
	[[ $stderr == *"s1 is rejected"* ]]
	fails 4 lib-commit --reject s1
}

@test "--all commits every staged session; then there is nothing to do" {
	import music/roads.wv
	import music/hoppipolla.flac
	run -0 lib-commit --all
	[ "${#lines[@]}" = 2 ]
	run -1 --separate-stderr lib-commit --all
	[ -z "$output" ]
}

@test "an unknown session is named, the others go on: 3; alone: 4" {
	import music/roads.wv
	run -3 --separate-stderr lib-commit s9 s1
	[ "$output" = "s1 committed: 1 track, 0 duplicates, 0 failed" ]
	[[ $stderr == "lib-commit: "*s9* ]]
	fails 4 lib-commit s9
}

@test "an operand that is no session: status 2, and nothing is done with the others, whatever the action" {
	import music/roads.wv
	import music/hoppipolla.flac
	python3 - "$FONOTECA_LIBRARY/library.db" <<-'PY'
	import sqlite3, sys
	db = sqlite3.connect(sys.argv[1])
	db.execute("UPDATE session SET state = 'failed' WHERE id = 2")
	db.commit()
	PY
	for action in "" --ids --show --reject --retry; do
		for operands in "nonsense s1 s2" "s1 s2 nonsense" "s1 s0" "s1 s2x" "-- s1 --json"; do
			# shellcheck disable=SC2086 # several operands
			fails 2 lib-commit $action $operands
			[[ $stderr == *"' is not the id of a session"* ]]
		done
	done
	for action in --show --reject --retry; do
		fails 2 lib-commit $action
	done
	[ "$(query "SELECT group_concat(state, ' ') FROM session")" = "staged failed" ]
	run -0 lib-commit --retry --json s2
	is_json <<<"$output"
	run -0 lib-commit --reject -q --json s1
	[[ $output == *'"state":"rejected"'* ]]
}

@test "sessions on standard input: - stands for them, each line is on its own" {
	import music/roads.wv
	import music/hoppipolla.flac
	import music/not-up-to-you.mp3
	run -0 lib-commit --show - <<<$'s1\n\ns2'
	[ "$(grep -c ^new <<<"$output")" = 2 ]
	run -0 lib-commit --reject s1 - <<<s2
	[ "$output" = $'s1 rejected\ns2 rejected' ]
	run -3 --separate-stderr lib-commit <<<$'nonsense\ns99\ns3'
	[ "$output" = "s3 committed: 1 track, 0 duplicates, 0 failed" ]
	[ "$stderr" = $'lib-commit: \'nonsense\' is not the id of a session, like s3\nlib-commit: there is no session s99' ]
	fails 4 lib-commit <<<nonsense
	fails 1 lib-commit --show - </dev/null
}

@test "an import that is not finished: status 4 and how to finish it" {
	import music
	python3 - "$FONOTECA_LIBRARY/library.db" <<-'PY'
	import sqlite3, sys
	db = sqlite3.connect(sys.argv[1])
	db.execute("UPDATE session SET state = 'staging'")
	db.commit()
	PY
	fails 4 lib-commit s1
	[[ $stderr == *"lib-import --resume s1"* ]]
}

@test "no session on standard input: status 1; more than one action: status 2" {
	import music/roads.wv
	run -1 --separate-stderr lib-commit </dev/null
	[ -z "$output" ]
	fails 2 lib-commit --list --all
	fails 2 lib-commit --on-conflict=other s1
	fails 2 lib-commit --list s1
}

@test "sessions on standard input, by newline or NUL" {
	import music/roads.wv
	import music/hoppipolla.flac
	run -0 lib-commit -0 < <(printf 's1\0s2\0')
	[ "$(lib-commit s1 s2 | grep -c 'was committed already')" = 2 ]
}

@test "a signal while it waits for sessions ends it without an error of reading" {
	lib-import -q "$FIXTURES/audio"
	mkfifo ids
	for sig in INT TERM; do
		sleep 60 >ids 3>&- &
		local writer=$! status=0
		lib-commit <ids >out 2>err 3>&- &
		local pid=$!
		sleep 0.5
		kill -$sig $pid
		wait $pid || status=$?
		kill $writer
		[ $status -eq $((128 + $(kill -l $sig))) ]
		[ "$(cat err)" = "lib-commit: stopped" ]
		[ ! -s out ]
	done
}

@test "what is committed is found" {
	[ -x "$FONOTECA_BUILD/lib-search" ] || skip "lib-search is not built"
	import music | lib-commit -q
	run -0 lib-search --json love
	is_json <<<"$output"
}
