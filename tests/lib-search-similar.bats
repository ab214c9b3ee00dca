#!/usr/bin/env bats
# lib-search(1), fonoteca-query(7): keys and tempi that go together, and what is like a track.

# shellcheck disable=SC2016 # $title is lib-search's to expand

load helper

T=$'\t'

# titles ARGUMENT... : the titles that are found, separated by blanks
titles() {
	lib-search -q -f '$title' "$@" | paste -sd ' '
}

# keyed : a library of tracks that differ in key and tempo
keyed() {
	"$FONOTECA_BUILD/unit/seed-library" "$FONOTECA_LIBRARY" <<-TABLE
	title${T}artist${T}key${T}bpm
	one${T}A${T}Am${T}120
	two${T}B${T}Em${T}124
	three${T}C${T}Dm${T}60.5
	four${T}D${T}C${T}240
	five${T}E${T}A${T}120
	six${T}F${T}Bbm${T}121
	seven${T}G${T}A#m${T}90
	eight${T}H${T}Am${T}140
	nine${T}I${T}o${T}120
	ten${T}J${T}${T}118
	eleven${T}K${T}Em${T}
	twelve${T}L${T}${T}
	TABLE
}

@test "key: finds a key however it is spelt" {
	keyed
	for spelling in Am am 8A 08a 1m 'A minor' a-moll A-; do
		[ "$(titles "key:$spelling")" = "one eight" ]
	done
	[ "$(titles key:3A)" = "six seven" ]
	[ "$(titles key=Bbm)" = "six seven" ]
	[ "$(titles 'key:"B flat minor"')" = "six seven" ]
	[ "$(titles 'key:=A#m')" = "seven" ]
	[ "$(titles key:o)" = "nine" ]
	[ "$(titles 'key:A*' id+)" = "one five seven eight" ]
	[ "$(titles 'key:(8A OR 8B)' id+)" = "one four eight" ]
	[ "$(titles 'key!=Am' missing:bpm)" = "eleven twelve" ]
	fails 2 lib-search key:H
	[[ $stderr == *"'H' is not a key such as"*"character 1 of 'key:H'" ]]
}

@test "mix: finds the keys beside one on the wheel" {
	keyed
	[ "$(titles mix:8A id+)" = "one two three four eight eleven" ]
	[ "$(titles mix:Am id+)" = "one two three four eight eleven" ]
	[ "$(titles 'mix:"A minor"' bpm:120..125)" = "one two" ]
	[ "$(titles mix:3A)" = "six seven" ]
	[ "$(titles 'mix:(3A OR 11B)' id+)" = "five six seven" ]
	[ "$(titles mix:3A -mix:2A)" = "" ]
	fails 2 lib-search mix:foo
	[[ $stderr == *"a key such as Am or 8A, or the id of a track, not 'foo', at character 1 of 'mix:foo'" ]]
	fails 2 lib-search 'mix:(8A OR 13A)'
	[[ $stderr == *"not '13A', at character 12 of"* ]]
	fails 2 lib-search 'mix:'
}

@test "mix: of a track also wants its tempo, its half or its double" {
	keyed
	[ "$(titles mix:1 id+)" = "two three four" ]
	[ "$(titles mix:4 id+)" = "one" ]
	[ "$(titles mix:10 id+)" = "one two three four five six nine" ] # no key: by tempo alone
	[ "$(titles mix:11 id+)" = "one two eight" ]                    # no tempo: by key alone
	run -1 --separate-stderr lib-search mix:12
	[[ $stderr == *"track 12 has neither a key nor a tempo"* ]]
	fails 2 lib-search mix:99
	[[ $stderr == *"there is no track 99"* ]]
}

@test "a saved search asks anew what its mix: goes with" {
	keyed
	lib-search --save set mix:1 'bpm<100'
	[ "$(titles @set)" = three ]
	lib-search --save later mix:99 # may come
	fails 2 lib-search @later
	fails 2 lib-search --save wrong mix:foo
}
