#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lib-playlist(1): playlists stay whole, whatever is done to them.

load helper

setup() {
	setup_fonoteca
	python3 "$TREE/tests/fixtures/seed.py" "$FONOTECA_LIBRARY" 9
	cd "$BATS_TEST_TMPDIR" || return 1
}

# holds NAME ID... : exactly these tracks, in this order, at 1, 2, 3, ...
holds() {
	local name=$1 want
	shift
	want=$(for id in "$@"; do echo "$id"; done | awk '{ print NR "\t" $1 }')
	got=$(lib-playlist show "$name" | cut -f1,2)
	[ "$got" = "$want" ] || { printf 'wanted:\n%s\ngot:\n%s\n' "$want" "$got"; return 1; }
}

@test "create, list and show" {
	run -0 --separate-stderr lib-playlist create Party
	[ -z "$output" ] && [ -z "$stderr" ]
	lib-playlist add Party 3 1 2
	run -0 lib-playlist list
	[ "$output" = $'p1\tParty\t3\t3:06' ]
	run -0 lib-playlist show p1
	[ "${lines[0]}" = $'1\t3\tArtist A\tTitle 3\t1:03\t' ]
	[ "${lines[2]}" = $'3\t2\tArtist C\tTitle 2\t1:02\t' ]
	[ "$(query "SELECT owner FROM playlist")" = "$(id -u)" ]
}

@test "a name that is taken, odd or not there" {
	lib-playlist create Party
	fails 4 lib-playlist create Party
	[[ $stderr == *"there is a playlist 'Party' already: p1"* ]]
	fails 2 lib-playlist create ''
	fails 2 lib-playlist create p7
	fails 2 lib-playlist create $'\xff'
	fails 4 lib-playlist show Nothing
	fails 4 lib-playlist show p99
	for name in $'two\nlines' '🎉 party' 'a b  c' "it's" '%s' '../x' 'p7x'; do
		lib-playlist create "$name"
		lib-playlist add "$name" 1
		[ "$(lib-playlist show --ids "$name")" = 1 ]
	done
	lib-playlist create -- -dash
	lib-playlist add -- -dash 2
	[ "$(lib-playlist show --ids -- -dash)" = 2 ]
	lib-playlist list | grep -qF 'two\nlines'
	[ "$(lib-playlist list | wc -l)" -eq 9 ]
}

@test "add at a position, remove runs, move: positions stay dense" {
	lib-playlist create Party
	lib-playlist add Party 1 2 3 4
	lib-playlist add --at 2 Party 8 9
	holds Party 1 8 9 2 3 4
	lib-playlist add --at 1 Party 7
	holds Party 7 1 8 9 2 3 4
	lib-playlist remove Party 1 3-4
	holds Party 1 2 3 4
	lib-playlist move Party 1 4
	holds Party 2 3 4 1
	lib-playlist move Party 4 1
	holds Party 1 2 3 4
	lib-playlist move Party 1-2 3
	holds Party 3 4 1 2
	lib-playlist move Party 3- 1
	holds Party 1 2 3 4
	lib-playlist move Party 2 2
	holds Party 1 2 3 4
	lib-playlist move Party 1-2 -1 # from the end: the run ends there
	holds Party 3 4 1 2
	lib-playlist move Party 3-4 -3
	holds Party 1 2 3 4
	fails 4 lib-playlist move Party 1-3 -4
	fails 2 lib-playlist move Party 3-2 1
	[[ $stderr == *"a run goes forwards"* ]]
	lib-playlist remove Party 3-
	holds Party 1 2
	lib-playlist remove Party 2 1-2
	holds Party
	lib-playlist add Party 5 5 5
	holds Party 5 5 5
	[ "$(query "SELECT count(*) FROM entry WHERE position < 1")" = 0 ]
}

@test "add takes URIs of files, and keeps those of streams" {
	lib-playlist create Party
	file=$(lib-search --json --show 1 | jq -r .file)
	lib-playlist -q add Party "file://${file// /%20}" http://radio/a?b=c 'file:///no%20where.mp3'
	holds Party 1 - -
	lib-playlist export Party | grep -v '^#' >out
	[ "$(sed -n 2,3p out)" = $'http://radio/a?b=c\n/no where.mp3' ]
	lib-playlist -q import --name Again out
	[ "$(lib-playlist export Again | grep -v '^#')" = "$(cat out)" ]
}

@test "a position that does not exist changes nothing" {
	lib-playlist create Party
	lib-playlist add Party 1 2 3
	for words in '1 4' '0' '2-9' '9-'; do
		# shellcheck disable=SC2086
		run -4 lib-playlist remove Party $words || [ "$status" -eq 2 ]
	done
	fails 2 lib-playlist remove Party x
	fails 2 lib-playlist remove Party 3-2
	fails 4 lib-playlist move Party 4 1
	fails 4 lib-playlist move Party 2-3 3
	fails 4 lib-playlist add --at 5 Party 9
	holds Party 1 2 3
}

@test "ids and paths from standard input, by newline and by NUL" {
	lib-playlist create Party
	printf '3\n1\n' | lib-playlist add Party -
	printf '2\0/music/5.mp3\0' | lib-playlist add -0 Party -
	printf '4\n' | lib-playlist add Party 7 - 8
	holds Party 3 1 2 5 7 4 8
	run -1 lib-playlist add Party - </dev/null
	[[ $output == *"nothing to add"* ]]
	lib-playlist create Copy
	lib-playlist show -0 --ids Party | lib-playlist add -0 Copy -
	holds Copy 3 1 2 5 7 4 8
}

@test "paths: of blobs, of sources, relative, through a link, and of nothing" {
	lib-playlist create Party
	blob=$(query "SELECT sha256 FROM blob WHERE id = 4")
	lib-playlist add Party "$FONOTECA_LIBRARY/blobs/${blob:0:2}/$blob.mp3"
	mkdir -p here/sub
	: >here/song.mp3
	ln -s here there
	edit "UPDATE source SET path = CAST('$PWD/here/song.mp3' AS BLOB) WHERE path = CAST('/music/6.mp3' AS BLOB)"
	lib-playlist add Party here/song.mp3 ./here//sub/../song.mp3 there/song.mp3
	# the index of sources no longer knows it, but the file's row remembers
	edit "DELETE FROM source WHERE path = CAST('/music/7.mp3' AS BLOB)"
	lib-playlist add Party /music/7.mp3 /music/7.mp3
	lib-playlist add Party /nowhere/x.mp3
	run -0 lib-playlist show Party
	[ "$(cut -f2 <<<"$output" | tr '\n' ' ')" = '4 6 6 6 7 7 - ' ]
	[ "${lines[6]}" = $'7\t-\t\t/nowhere/x.mp3\t\tmissing' ]
	run -0 --separate-stderr lib-playlist show --ids Party
	[ "${#lines[@]}" -eq 6 ]
	[[ $stderr == *"left out as missing: 1"* ]]
}

@test "a track that is not there is an operand's error, the others are added" {
	edit "UPDATE track SET removed = 2000 WHERE id = 3"
	lib-playlist create Party
	run -3 --separate-stderr lib-playlist add Party 1 77 3 99999999999999999999 2
	[[ $stderr == *"there is no track 77"* && $stderr == *"track 3 was removed"* ]]
	[[ $stderr == *"there is no track 99999999999999999999"* ]]
	holds Party 1 2
	run -3 lib-playlist add Party 77
	holds Party 1 2
}

@test "an entry survives its track, and comes back with it" {
	lib-playlist create Party
	lib-playlist add Party /music/1.mp3 2 3 /later/new.mp3
	edit "UPDATE track SET removed = 2000 WHERE id = 2; UPDATE file SET state = 'missing' WHERE track_id = 3"
	run -0 lib-playlist show Party
	[ "${lines[1]}" = $'2\t2\tArtist C\tTitle 2\t1:02\tmissing' ]
	[ "${lines[2]}" = $'3\t3\tArtist A\tTitle 3\t1:03\tmissing' ]
	run -0 lib-playlist list --json
	[[ $output == *'"tracks":4,"missing":3'* ]]
	edit "UPDATE track SET removed = NULL WHERE id = 2; UPDATE file SET state = 'ok' WHERE track_id = 3;
	      UPDATE source SET path = CAST('/later/new.mp3' AS BLOB) WHERE path = CAST('/music/9.mp3' AS BLOB)"
	holds Party 1 2 3 9
	lib-playlist move Party 4 1
	[ "$(query "SELECT track_id FROM entry WHERE position = 1")" = 9 ]
	# a row that is gone altogether
	edit "PRAGMA foreign_keys = ON; DELETE FROM file WHERE track_id = 2; DELETE FROM track WHERE id = 2"
	run -0 lib-playlist show Party
	[ "${lines[2]}" = $'3\t-\tArtist C\tTitle 2\t1:02\tmissing' ]
	intact
}

@test "rename, copy, delete" {
	lib-playlist create Party
	lib-playlist add Party 1 2
	lib-playlist rename Party Feast
	fails 4 lib-playlist show Party
	lib-playlist rename Feast Feast
	lib-playlist copy Feast Second
	lib-playlist add Second 3
	holds Feast 1 2
	holds Second 1 2 3
	fails 4 lib-playlist rename Second Feast
	fails 4 lib-playlist copy Second Feast
	run -3 lib-playlist delete Feast Nothing p2
	[ -z "$(lib-playlist list)" ]
	[ "$(query "SELECT count(*) FROM entry")" = 0 ]
	[ "$(query "SELECT count(*) FROM track")" = 9 ]
	lib-playlist create Third
	[ "$(lib-playlist list | cut -f1)" = p3 ]
}

@test "every change is in the event log, none of a dry run" {
	lib-playlist create Party
	lib-playlist add Party 1 2 3
	before=$(catalogue)
	run -0 --separate-stderr lib-playlist -n remove Party 1
	[[ $stderr == *"1 removed"* ]]
	lib-playlist -n -q create Other
	lib-playlist -n -q delete Party
	lib-playlist -n -q move Party 1 2
	[ "$(catalogue)" = "$before" ]
	lib-playlist remove Party 1
	run -0 query "SELECT kind, subject, data FROM event ORDER BY id"
	[ "${lines[0]}" = 'playlist-create|p1|{"name":"Party"}' ]
	[ "${lines[1]}" = 'playlist-add|p1|{"added":3,"missing":0,"at":1}' ]
	[ "${lines[2]}" = 'playlist-remove|p1|{"removed":1}' ]
	[ "${#lines[@]}" -eq 3 ]
}

@test "--json" {
	lib-playlist --json create $'a\n"b"' | is_json
	lib-playlist --json add p1 1 /no/$'\xff' | is_json
	lib-playlist --json list | is_json
	lib-playlist --json show p1 | is_json
	run -0 lib-playlist --json show p1
	[[ ${lines[0]} == *'"type":"entry","playlist":"p1","position":1,"track":1,"artist":"Artist B"'*'"file":"/'* ]]
	[[ ${lines[1]} == *'"missing":true,"path_b64":"L25vL/8="'* ]]
	run -0 lib-playlist --json remove p1 1
	[[ $output == *'"command":"remove","playlist":"p1"'*'"removed":1'* ]]
	lib-playlist -0 --json list | python3 -c 'import json,sys; assert len([json.loads(x) for x in sys.stdin.read().split("\0") if x]) == 1'
}

# What a player makes of an M3U8: lines, comments, file URIs, paths relative to a folder.
reader='
import os, sys, urllib.parse
data = open(sys.argv[1], "rb").read()
assert data.startswith(b"#EXTM3U\n") and data.endswith(b"\n") and b"\r" not in data
data.decode("utf-8")
info = None
for line in data.split(b"\n")[1:-1]:
    if line.startswith(b"#EXTINF:"):
        seconds, title = line[8:].split(b",", 1)
        info = (int(seconds), title.decode())
    elif line.startswith(b"#"):
        print(line.decode())
    else:
        assert line == line.strip(), line
        if line.startswith(b"file://"):
            line = urllib.parse.unquote_to_bytes(line[7:])
        path = os.path.normpath(os.path.join(os.fsencode(sys.argv[2]), line))
        print(info[0], info[1], ascii(os.fsdecode(path)), os.path.isfile(path))
        info = None
'

@test "export: a player finds every file, absolute and relative" {
	lib-playlist create 'Road trip'
	lib-playlist add 'Road trip' 2 1
	lib-playlist export 'Road trip' >out.m3u8
	run -0 python3 -c "$reader" out.m3u8 /
	[ "${lines[0]}" = '#PLAYLIST:Road trip' ]
	[[ ${lines[1]} == "62 Artist C - Title 2 '$FONOTECA_LIBRARY/blobs/"*"' True" ]]
	[[ ${lines[2]} == "61 Artist B - Title 1 "*" True" ]]
	mkdir -p a/b
	lib-playlist export 'Road trip' --as m3u8 --relative-to a/b -o a/b/list.m3u8
	grep -q '^\.\./\.\./library/blobs/' a/b/list.m3u8
	run -0 python3 -c "$reader" a/b/list.m3u8 a/b
	[[ ${lines[1]} == *True && ${lines[2]} == *True ]]
	[ "$(ls -A a/b)" = list.m3u8 ]
	lib-playlist export p1 --relative-to "$FONOTECA_LIBRARY/blobs" | grep -q '^[0-9a-f][0-9a-f]/'
	fails 4 lib-playlist export p1 --relative-to nowhere
	fails 4 lib-playlist export p1 -o nowhere/list.m3u8
	fails 2 lib-playlist export p1 --as wma
}

@test "export: names that would break the file" {
	lib-playlist create $'Road\ntrip \xf0\x9f\x9a\x97'
	for name in $'/m/line\nfeed' '/m/blank ' $'/m/\xff\xfe' '/m/#hash' $'/m/\r' '/m/per%cent'; do
		lib-playlist add p1 "$name"
	done
	edit "UPDATE entry SET title = 'a' || char(10) || 'b', artist = 'x, y - z', duration_ms = 90500 WHERE position = 1"
	lib-playlist export p1 >out.m3u8
	run -0 python3 -c "$reader" out.m3u8 /
	[ "${lines[0]}" = '#PLAYLIST:Road trip 🚗' ]
	[ "${lines[1]}" = "91 x, y - z - a b '/m/line\\nfeed' False" ]
	[ "${lines[2]}" = "-1 blank  '/m/blank ' False" ]
	[[ ${lines[3]} == *"'/m/\\udcff\\udcfe' False" ]]
	[ "${lines[4]}" = "-1 #hash '/m/#hash' False" ]
	[[ ${lines[5]} == *"'/m/\\r' False" ]]
	[ "${lines[6]}" = "-1 per%cent '/m/per%cent' False" ]
	lib-playlist export p1 --relative-to / | grep -qx 'm/#hash'
	mkdir m
	lib-playlist add p1 "$PWD/m/#x"
	lib-playlist export p1 --relative-to m | grep -qxF './#x'
}

@test "usage: unknown commands and options, wrong operands" {
	fails 2 lib-playlist
	fails 2 lib-playlist crate X
	[[ $stderr == *"did you mean 'create'?"* ]]
	fails 2 lib-playlist frobnicate
	[[ $stderr != *"did you mean"* ]]
	fails 2 lib-playlist create
	fails 2 lib-playlist create a b
	fails 2 lib-playlist list x
	fails 2 lib-playlist move a 1
	fails 2 lib-playlist --at 0 add x 1
	fails 2 lib-playlist --at x add x 1
	fails 4 lib-playlist -L "$BATS_TEST_TMPDIR/none" list
}

@test "a full standard output is an error" {
	lib-playlist create Party
	run -4 bash -c 'lib-playlist list >/dev/full'
}

@test "two at once: no position is lost" {
	lib-playlist create Party
	for n in 1 2 3 4 5 6 7 8; do
		lib-playlist add --at 1 Party "$n" 9 3>&- &
	done
	wait
	[ "$(lib-playlist show Party | wc -l)" -eq 16 ]
	[ "$(lib-playlist show Party | cut -f1 | tr '\n' ' ')" = "$(seq -s ' ' 16) " ]
	[ "$(query "SELECT count(*) FROM event WHERE kind = 'playlist-add'")" = 8 ]
}

@test "a library that stays busy: 75" {
	lib-playlist create Party
	python3 -c '
import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
open("held", "w").close()
time.sleep(20)' "$FONOTECA_LIBRARY/library.db" 3>&- &
	holder=$!
	while [ ! -e held ]; do sleep 0.05; done
	fails 75 lib-playlist --wait 0 add Party 1
	run -0 lib-playlist show Party
	kill "$holder"
}

@test "on a terminal one long name does not push the others off the screen" {
	requires script
	lib-import -q "$FIXTURES/audio/roads.wv"
	lib-playlist -q create "$(printf 'x%.0s' {1..5000})"
	lib-playlist -q create short
	run -0 script -qec "lib-playlist list" /dev/null
	[ "${#lines[0]}" -lt 100 ]
	[ "${#lines[1]}" -gt 5000 ]
}

@test "export --output writes into a pipe or device and leaves it there; a link stays a link" {
	main_line
	lib-playlist -q create P
	lib-playlist -q add P 1 2
	lib-playlist export P >plain
	mkfifo pipe
	cat pipe >got 3>&- &
	reader=$!
	lib-playlist export P --output pipe
	[ -p pipe ]
	wait "$reader"
	diff plain got
	touch target
	ln -s target link
	lib-playlist export P -o link
	[ -L link ]
	diff plain target
	ln -s /dev/full full
	fails 4 lib-playlist export P -o full
	[ -L full ]
	lib-playlist export P -o - >got
	diff plain got
	[ ! -e ./- ]
}

@test "an option that a command does not take is no silent nothing" {
	main_line
	lib-playlist -q create P
	fails 2 lib-playlist show P --at 3
	fails 2 lib-playlist list --ids
	fails 2 lib-playlist add P 1 --output x
	fails 2 lib-playlist create Q --relative-to .
	[ "$(lib-playlist list | wc -l)" -eq 1 ]
}
