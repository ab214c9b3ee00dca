#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lib-search(1) --save, --saved, --forget and fonoteca-query(7): searches with a name, inside others.

load helper

T=$'\t'

setup() {
	setup_fonoteca
	"$FONOTECA_BUILD/unit/seed-library" "$FONOTECA_LIBRARY" <<-TABLE
	title${T}artist${T}album${T}year${T}genre
	Love${T}Lana Del Rey${T}Lust For Life${T}2017${T}Pop
	Love Me Do${T}The Beatles${T}Please Please Me${T}1963${T}Rock
	Yesterday${T}The Beatles${T}Help!${T}1965${T}Rock
	Creep${T}Radiohead${T}Pablo Honey${T}1993${T}Alternative
	Radiohead${T}Talking Heads${T}True Stories${T}1986${T}New Wave
	Bad Wings${T}@peace${T}Plutonian${T}2013${T}Hip Hop
	TABLE
}

# ids QUERY... : the ids found, between commas
ids() {
	lib-search -q --ids "$@" | paste -sd ,
}

@test "a saved search finds what it found, in the same order" {
	lib-search --save beatles 'artist:beatles year-'
	lib-search --save one love
	lib-search --save begins rad
	[ "$(ids @beatles)" = 3,2 ]
	[ "$(ids query:beatles)" = 3,2 ]
	[ "$(ids @one)" = "$(ids love)" ]
	[ "$(ids @begins)" = "$(ids rad)" ]
	[ "$(ids @beatles year+)" = 2,3 ]
	[ "$(ids -s id- @begins)" = 5,4 ]
}

@test "inside another query it is one term" {
	lib-search --save sixties year:1960..1969
	lib-search --save either 'love OR creep'
	lib-search --save begins rad
	[ "$(ids @sixties love)" = 2 ]
	[ "$(ids -s id @either -@sixties)" = 1,4 ]
	[ "$(ids -s id -- -@sixties)" = 1,4,5,6 ]
	[ "$(ids -s id 'NOT query:sixties')" = 1,4,5,6 ]
	[ "$(ids -s id @sixties OR @begins)" = 2,3,4,5 ]
	[ "$(ids -s id '@sixties or artist:lana')" = 1,2,3 ]
	[ "$(ids -s id 'query:(sixties or begins)')" = 2,3,4,5 ]
	[ "$(ids -s id '(@either genre:rock)')" = 2 ]
	# the words that its last one begins count in it, too
	[ "$(ids -s id @begins year:1980..)" = 4,5 ]
	[ "$(ids -s id 'year>1900 -@begins')" = 1,2,3,6 ]
}

@test "arguments stay what they were" {
	lib-search --save phrase '"me do"'
	lib-search --save words 'title:me love' genre:rock
	[ "$(ids @phrase)" = 2 ]
	[ "$(ids @words)" = 2 ]
	run -0 lib-search --saved
	[ "${lines[0]}" = "phrase${T}'\"me do\"'" ]
	[ "${lines[1]}" = "words${T}'title:me love' genre:rock" ]
	lib-search --save quote "it's"
	[ "$(eval "printf '%s\n' $(lib-search --saved | sed -n 2p | cut -f 2)")" = "it's" ]
}

@test "listing as JSON and with NUL; saving again replaces" {
	run -1 lib-search --saved
	lib-search --save a love
	lib-search --save a creep
	lib-search --save b radiohead
	lib-search --saved --json | is_json
	[ "$(lib-search --saved --json | head -n 1 | python3 -c 'import json, sys; o = json.load(sys.stdin)
print(o["type"], o["name"], o["query"])')" = "saved a ['creep']" ]
	[ "$(lib-search --saved -0 | tr '\0' ';')" = "a${T}creep;b${T}radiohead;" ]
}

@test "circles are refused, and named" {
	lib-search --save a love
	lib-search --save b @a creep
	lib-search --save c 'query:b OR @a'
	before=$(lib-search --saved)
	fails 2 lib-search --save a @c
	[[ $stderr == *"@a -> @c -> @b -> @a"* ]]
	fails 2 lib-search --save a 'love -query:a'
	[[ $stderr == *"@a -> @a"* ]]
	# what was text when it was saved may become a name: then that one is refused
	lib-search -q --save later @notyet
	fails 2 lib-search --save notyet @later
	[ "$(lib-search --saved | grep -v later)" = "$before" ]
}

@test "a search that grows without bound is refused" {
	lib-search --save x0 a b c d e f g h
	for i in 1 2 3 4 5 6 7 8 9; do
		lib-search --save "x$i" "@x$((i - 1))" "@x$((i - 1))" 2>err || break
	done
	[ "$i" -gt 3 ] && [ "$i" -lt 9 ]
	grep -q "too long" err
}

@test "names that are not there" {
	lib-search --save sixties year:1960..1969
	fails 2 lib-search query:nothing
	[[ $stderr == *"no saved search 'nothing'"* ]]
	fails 2 lib-search @sixtes
	[[ $stderr == *"did you mean 'sixties'"* ]]
	# an artist may be called like one
	run -0 --separate-stderr lib-search --ids @peace
	[ "$output" = 6 ] && [[ $stderr == *"searching for the text"* ]]
	fails 2 lib-search --save 'two words' love
	fails 2 lib-search --save -- -x love
	fails 2 lib-search --save none
	fails 2 lib-search --save wrong year:19x9
	fails 2 lib-search --save wrong '(artist:air'
	fails 2 lib-search --save wrong $'path:\xff'
	run -0 lib-search --saved
	[ "${#lines[@]}" = 1 ]
}

@test "forgetting" {
	lib-search --save a love
	lib-search --save b @a
	fails 4 lib-search --forget a
	[[ $stderr == *"used by 'b'"* ]]
	fails 3 lib-search --forget b nothing
	[ "$(lib-search --saved)" = "a${T}love" ]
	lib-search --forget a
	fails 4 lib-search --forget a
	run -1 lib-search --saved
}

@test "saving and forgetting are events; all else writes nothing" {
	lib-search --save a love
	lib-search --forget a
	[ "$(lib-search --events | cut -f 3,4)" = "search-save${T}@a"$'\n'"search-forget${T}@a" ]
	lib-search --save a love
	before=$(sha256sum "$FONOTECA_LIBRARY/library.db")
	lib-search @a >/dev/null
	lib-search --saved >/dev/null
	fails 2 lib-search query:zzzz
	[ "$(sha256sum "$FONOTECA_LIBRARY/library.db")" = "$before" ]
	[ -z "$(find "$FONOTECA_LIBRARY" -name library.db-wal -size +0)" ]
}

@test "a library that is not there is not made by --save" {
	fails 4 lib-search -L "$BATS_TEST_TMPDIR/none" --save a love
	[ ! -e "$BATS_TEST_TMPDIR/none" ]
}

@test "names beyond ASCII are one name however they are composed" {
	lib-search --save 'für-später' love
	[ "$(ids $'@fu\u0308r-spa\u0308ter')" = "$(ids love)" ]
	[ "$(ids 'query:für-später')" = "$(ids love)" ]
}
