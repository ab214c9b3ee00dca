#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lib-playlist(1): other orders, places from the end, queries; playlists that are a query.

load helper

setup() {
	setup_fonoteca
	main_line
	cd "$BATS_TEST_TMPDIR" || return 1
}

ids() {
	lib-playlist show --ids "$1" | tr '\n' ' '
}

# dense NAME : positions are 1, 2, 3, ...
dense() {
	[ "$(lib-playlist show "$1" | cut -f 1 | tr '\n' ' ')" = "$(lib-playlist show "$1" | awk '{ printf "%d ", NR }')" ]
}

@test "sort by fields is lib-search's order; what is missing comes last; alike ones stay" {
	lib-playlist create P
	lib-search --ids | sort -R --random-source=/dev/zero | lib-playlist add P -
	lib-playlist add --at 1 P /nowhere/a.mp3
	for fields in title year-,title artist,duration- added-,id bpm,id; do
		lib-playlist sort P "$fields"
		[ "$(ids P)" = "$(lib-search --ids -s "$fields" | tr '\n' ' ')" ] || fail "$fields"
		lib-playlist show P | tail -n 1 | grep -q $'/nowhere/a.mp3\t\tmissing$'
		dense P
	done
	fails 2 lib-playlist sort P titel
	[[ $stderr == *"did you mean 'title'"* ]]
	fails 2 lib-playlist sort P ''
	fails 2 lib-playlist sort P 'id; DROP TABLE entry'
	[ "$(lib-playlist show P | wc -l)" -eq "$(($(lib-search --count) + 1))" ]
}

@test "shuffle: a seed is an order, every entry stays" {
	lib-playlist create P
	lib-search --ids | lib-playlist add P -
	lib-playlist copy P Q
	lib-playlist shuffle P --seed 7
	lib-playlist shuffle Q --seed 7
	[ "$(ids P)" = "$(ids Q)" ]
	[ "$(ids P)" != "$(lib-search --ids | tr '\n' ' ')" ]
	lib-playlist shuffle Q --seed 8
	[ "$(ids P)" != "$(ids Q)" ]
	# whatever order they were in
	lib-playlist shuffle Q --seed 7
	[ "$(ids P)" = "$(ids Q)" ]
	lib-playlist shuffle Q --seed 7
	[ "$(ids P)" = "$(ids Q)" ]
	dense P
	[ "$(ids Q | tr ' ' '\n' | sort)" = "$(ids P | tr ' ' '\n' | sort)" ]
	run -0 --separate-stderr lib-playlist -v shuffle P
	seed=$(sed -n 's/.*--seed \([0-9]*\)$/\1/p' <<<"$stderr")
	now=$(ids P)
	lib-commit -q --undo
	lib-playlist shuffle P --seed "$seed"
	[ "$(ids P)" = "$now" ]
	lib-playlist create Empty
	lib-playlist shuffle Empty
}

@test "dedupe keeps the first entry of each track, or of each recording" {
	lib-playlist create P
	lib-playlist add P 2 1 2 /no/x.mp3 3 1 /no/x.mp3 /no/y.mp3
	lib-playlist dedupe P
	[ "$(ids P)" = "2 1 3 " ]
	[ "$(lib-playlist show P | wc -l)" -eq 5 ]
	dense P
	sqlite3 "$FONOTECA_LIBRARY/library.db" "UPDATE track SET recording_id = (SELECT recording_id FROM track WHERE id = 2) WHERE id = 3"
	lib-playlist dedupe P
	[ "$(ids P)" = "2 1 3 " ]
	lib-playlist --json dedupe P --by recording | grep -q '"removed":1'
	[ "$(ids P)" = "2 1 " ]
	fails 2 lib-playlist dedupe P --by title
}

@test "places from the end, runs with two dots, and by track" {
	lib-playlist create P
	lib-playlist add P 1 2 3 4 5 6 2
	lib-playlist remove P -1
	[ "$(ids P)" = "1 2 3 4 5 6 " ]
	lib-playlist move P -1 1
	[ "$(ids P)" = "6 1 2 3 4 5 " ]
	lib-playlist remove P 2..3
	[ "$(ids P)" = "6 3 4 5 " ]
	lib-playlist remove P -2..-1
	[ "$(ids P)" = "6 3 " ]
	lib-playlist add P 3 5 3
	lib-playlist move P track:3 -1
	[ "$(ids P)" = "6 3 5 3 3 " ]
	lib-playlist remove P track:3 2
	[ "$(ids P)" = "6 5 " ]
	for place in -3 0 track:3 9.. 3-; do
		fails 4 lib-playlist remove P "$place" || fails 2 lib-playlist remove P "$place"
	done
	for place in 2..1 1.2 1,2 track: track:x -; do
		fails 2 lib-playlist remove P "$place"
	done
	[ "$(ids P)" = "6 5 " ]
}

@test "add what a query finds, in its order, limited, at a place" {
	lib-playlist create P
	lib-playlist add P 1
	lib-playlist add P --query 'has:title' --sort title- --limit 3 --at 1
	[ "$(ids P)" = "$(lib-search --ids -s title- -l 3 has:title | tr '\n' ' ')1 " ]
	lib-playlist add P 2 --query 'artist:nobodyatall'
	fails 1 lib-playlist add P --query 'artist:nobodyatall'
	fails 2 lib-playlist add P --query 'year:x'
	fails 2 lib-playlist add P
	fails 2 lib-playlist add P 1 --sort title
	[ "$(lib-playlist show P | wc -l)" -eq 5 ]
}

@test "a smart playlist is what its query finds now" {
	lib-playlist smart Long has:title -s duration- -l 4
	[ "$(ids Long)" = "$(lib-search --ids -s duration- -l 4 has:title | tr '\n' ' ')" ]
	lib-playlist show --json Long | is_json
	lib-playlist export Long | grep -c '^/' | grep -qx 4
	first=$(lib-playlist show --ids Long | head -n 1)
	lib-commit -q --remove "$first" >/dev/null
	[ "$(ids Long)" = "$(lib-search --ids -s duration- -l 4 has:title | tr '\n' ' ')" ]
	[[ $(ids Long) != *"$first "* ]]
	run -0 lib-playlist --json list
	[[ $output == *'"tracks":4,'*'"query":["has:title"],"sort":"duration-","limit":4'* ]]
	# another query
	lib-playlist smart Long -- love -live
	[ "$(ids Long)" = "$(lib-search --ids love -live | tr '\n' ' ')" ]
	lib-playlist smart p1 'artist:nobodyatall'
	run -0 lib-playlist show Long
	[ -z "$output" ]
	[ "$(lib-playlist list)" = $'p1\tLong\t0\t' ]
}

@test "a smart playlist's entries are not edited, its name is" {
	lib-playlist smart S has:title
	for line in "add S 1" "remove S 1" "move S 1 2" "sort S title" "shuffle S" "dedupe S"; do
		# shellcheck disable=SC2086
		fails 4 lib-playlist $line
		[[ $stderr == *"smart playlist"* ]]
	done
	lib-playlist rename S T
	lib-playlist copy T U
	[ "$(ids U)" = "$(ids T)" ]
	lib-playlist create Plain
	fails 4 lib-playlist smart Plain has:title
	fails 2 lib-playlist smart Bad 'year:x'
	fails 2 lib-playlist smart Bad has:title -s titel
	fails 4 lib-playlist freeze Plain
	[ "$(lib-playlist list | wc -l)" -eq 3 ]
	lib-playlist delete T U
}

@test "freeze makes a plain copy, or the smart one plain" {
	lib-playlist smart S has:title -s title -l 5
	lib-playlist freeze S Frozen
	[ "$(ids Frozen)" = "$(ids S)" ]
	dense Frozen
	lib-playlist smart S has:title -s title- -l 2
	[ "$(lib-playlist show Frozen | wc -l)" -eq 5 ]
	lib-playlist freeze S
	lib-playlist add S 1
	[ "$(lib-playlist show S | wc -l)" -eq 3 ]
	lib-commit -q --undo
	lib-commit -q --undo
	lib-playlist --json list | grep -q '"query":\["has:title"\]'
	fails 4 lib-playlist freeze Frozen Other
}

@test "every change can be taken back, one after the other" {
	lib-playlist create P
	lib-playlist add P 3 1 2 3 /no/where.mp3
	state() { lib-playlist show --json P; }
	state >s0
	lib-playlist sort P title && state >s1
	lib-playlist shuffle P --seed 3 && state >s2
	lib-playlist dedupe P && state >s3
	lib-playlist move P 1 -1 && state >s4
	lib-playlist remove P -1 && state >s5
	for n in 4 3 2 1 0; do
		lib-commit -q --undo
		state | diff - "s$n"
	done
	lib-commit -q --undo
	[ -z "$(lib-playlist show P)" ]
	lib-commit -q --undo
	[ -z "$(lib-playlist list)" ]
	intact
}

@test "a dry run of each verb changes nothing" {
	lib-playlist create P
	lib-playlist add P 3 1 2 3
	lib-playlist smart S has:title
	before=$(catalogue)
	for line in "sort P title" "shuffle P" "dedupe P" "freeze S" "freeze S T" "smart S love" "smart U love" \
	    "add P --query love"; do
		# shellcheck disable=SC2086
		run -0 --separate-stderr lib-playlist -n $line
		[[ $stderr == *"would be"* ]]
		[ "$(catalogue)" = "$before" ] || fail "$line"
	done
}

@test "the manual's examples work" {
	mkdir -p -m 755 "$HOME/.config/fonoteca"
	(umask 022 && echo 'player = true' >"$HOME/.config/fonoteca/config")
	grep -v '^mpv' <(sed -n '/^.Sh EXAMPLES/,/^.Sh SEE/p' "$TREE/man/lib-playlist.1" | sed 's/\\&//g' | grep '^lib-') >lines
	[ "$(wc -l <lines)" -ge 8 ]
	command -v ffmpeg >/dev/null || sed -i '/--convert\|playlist render/d' lines
	printf '/nowhere/x.mp3\n' >a.m3u
	while IFS= read -r line; do
		run -0 bash -c "set -o pipefail; $line" || fail "$line"
	done <lines
}
