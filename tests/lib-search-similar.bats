#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
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

# shelf : a library of tracks that have more or less in common with the first
shelf() {
	"$FONOTECA_BUILD/unit/seed-library" "$FONOTECA_LIBRARY" <<-TABLE
	title${T}artist${T}album${T}year${T}genre${T}composer${T}mood${T}label${T}bpm${T}key${T}work${T}scene${T}encodedby
	So What${T}Miles Davis${T}Kind of Blue${T}1959${T}Modal Jazz; Jazz${T}Miles Davis${T}calm${T}Columbia${T}136${T}Dm${T}${T}cellar${T}LAME
	Blue in Green${T}Miles Davis${T}Kind of Blue${T}1959${T}Modal Jazz; Jazz${T}Bill Evans${T}calm${T}Columbia${T}60${T}Am${T}${T}${T}LAME
	All Blues${T}Miles Davis${T}Kind of Blue${T}1959${T}Modal Jazz; Jazz${T}Miles Davis${T}${T}Columbia${T}135${T}G${T}${T}${T}LAME
	Freddie Freeloader${T}Miles Davis${T}Kind of Blue${T}1959${T}Jazz${T}Miles Davis${T}${T}Columbia${T}130${T}Bb${T}${T}${T}LAME
	Milestones${T}Miles Davis${T}Milestones${T}1958${T}Jazz${T}Miles Davis${T}${T}Columbia${T}230${T}${T}${T}${T}LAME
	Nardis${T}Miles Davis${T}Elsewhere${T}1958${T}Jazz${T}Miles Davis${T}${T}${T}${T}${T}${T}${T}LAME
	So What (Remastered 2009)${T}Miles Davis${T}The Best of${T}2009${T}Jazz${T}Miles Davis${T}${T}Columbia${T}136${T}Dm${T}${T}${T}LAME
	Impressions${T}John Coltrane${T}Impressions${T}1963${T}Modal Jazz${T}John Coltrane${T}${T}Impulse${T}${T}Dm${T}${T}${T}LAME
	Maiden Voyage${T}Herbie Hancock${T}Maiden Voyage${T}1965${T}Modal Jazz${T}Herbie Hancock${T}calm${T}Blue Note${T}${T}${T}${T}${T}LAME
	So What${T}George Benson${T}Beyond${T}1971${T}Jazz Funk${T}Miles Davis${T}${T}CTI${T}${T}${T}${T}${T}LAME
	Nightlife${T}Somebody${T}Streets${T}1999${T}Techno${T}${T}${T}${T}${T}${T}${T}cellar${T}LAME
	Halftime${T}Nobody${T}Beats${T}1999${T}House${T}${T}${T}${T}68${T}Am${T}${T}${T}LAME
	Polka${T}The Villagers${T}Polkas${T}1959${T}Polka${T}${T}${T}${T}${T}${T}${T}${T}LAME
	Passacaglia${T}Organist${T}Organ${T}1980${T}Baroque${T}J. S. Bach${T}${T}${T}${T}${T}BWV 582${T}${T}LAME
	Passacaglia${T}Orchestra${T}Transcriptions${T}1999${T}Baroque${T}J. S. Bach${T}${T}${T}${T}${T}BWV 582${T}${T}LAME
	TABLE
}

# ids ARGUMENT... : of what is found, separated by blanks
ids() {
	lib-search -q --ids "$@" | paste -sd ' '
}

@test "--similar lists what has most in common first, of an artist and an album only so many" {
	shelf
	got=$(ids --similar 1)
	[ "$got" = "3 2 5 9 8 11 10 12" ] || fail "$got"
	# not itself, not its remaster (7), nor what shares nothing but the year (13); three of Miles Davis, two of the album
	[ "$(ids --similar 14)" = 15 ] # the same work by others is no copy
}

@test "--similar takes the other forms of output, pages, and an order" {
	shelf
	[ "$(titles --similar 1 -l 2)" = "All Blues Blue in Green" ]
	[ "$(ids --similar 1 --offset 2 -l 1)" = 5 ]
	[ "$(ids --similar 1 -s id -l 3)" = "2 3 5" ]
	[ "$(ids --similar 1 year- '*' | cut -d' ' -f1,2)" = "11 12" ]
	[ "$(lib-search --similar 1 --count)" = 8 ]
	[ "$(lib-search --similar 1 --facet artist | head -1)" = "3${T}Miles Davis" ]
	[ "$(lib-search --similar 1 --albums | head -1 | cut -f2)" = "Kind of Blue" ]
	[ "$(lib-search --similar 1 --tsv -l 1)" = "3${T}Miles Davis${T}All Blues${T}Kind of Blue" ]
	lib-search --similar 1 --json | is_json
	lib-search --similar 1 --m3u8 -l 1 | grep -q '#EXTINF:.*All Blues'
	[ "$(echo 1 | lib-search --similar - --ids -l 1)" = 3 ]
}

@test "a query beside --similar narrows the candidates" {
	shelf
	[ "$(ids --similar 1 year:1960..)" = "9 8 11 10 12" ]
	[ "$(ids --similar 1 artist:davis)" = "3 2 5 4 6" ] # what is too much of one comes behind
	[ "$(ids --similar 1 '*')" = "3 2 5 9 8 11 10 12 4 6" ]
	[ "$(ids --similar 1 artist:davis -album:blue)" = "5 6" ]
	[ "$(ids --similar 1 id:11..12)" = "11 12" ]
	run -1 --separate-stderr lib-search --similar 1 polka
	[[ $stderr == *"nothing that was found is similar to track 1"* ]]
}

@test "--similar tells that nothing is, or that there is no such track" {
	shelf
	run -1 --separate-stderr lib-search --similar 13
	[ -z "$output" ]
	[[ $stderr == *"nothing is similar to track 13"* ]]
	fails 4 lib-search --similar 99
	[[ $stderr == *"there is no track 99"* ]]
	fails 2 lib-search --similar x
	fails 2 lib-search --similar 1,
	fails 4 lib-search --similar 1,99
	fails 2 lib-search --similar 1 --show 1
	fails 2 lib-search --similar 1 --similar 2
	fails 2 lib-search --similar 1 --save name
	run -1 --separate-stderr lib-search -q --similar 13
	[ -z "$stderr" ]
}

@test "--similar of several tracks finds what is like most of them, and none of them" {
	shelf
	[ "$(ids --similar 8,9)" = "2 1" ] # what is calm first, which one of them is; of an album two
	[ "$(ids --similar 14,12)" = "15 1" ]
	[ "$(printf '9\n8\n' | lib-search --ids --similar - | paste -sd ' ')" = "$(ids --similar 8,9)" ]
	[ "$(ids --similar 1,1)" = "$(ids --similar 1)" ]
	[ "$(ids --similar 8,9 artist:davis)" = "$(ids --similar 8,9 artist:davis id:1..)" ]
	lib-search --similar 8,9 --explain --json | is_json
	lib-search --similar 8,9 --explain --json | python3 -c '
import json, sys
for line in sys.stdin:
    s = json.loads(line)["similar"]
    assert s["to"] == [8, 9] and 0 < s["score"] <= 1, s
    assert abs(sum(r["share"] for r in s["reasons"]) - 1) < 0.001, s
    assert all(r["values"] for r in s["reasons"]), s'
	run -1 --separate-stderr lib-search --similar 13,14,15
	[[ $stderr == *"nothing is similar to these tracks"* ]]
}

@test "--similar @NAME is what goes on with a playlist, a smart one, or what a saved search finds" {
	shelf
	lib-playlist -q create Evening
	lib-playlist -q create Night
	lib-playlist -q add Evening 8 nowhere.mp3 9 8
	lib-playlist -q add Night 8 13
	[ "$(ids --similar @Evening | cut -d' ' -f1,2)" = "$(ids --similar 8,9 | cut -d' ' -f1,2)" ]
	run -0 lib-search --similar @Evening --explain
	[[ $output == *"13${T}"*"playlists "*" % (Night)"* && $output != *"Evening"* ]]
	[ "$(ids --similar @p1)" = "$(ids --similar @Evening)" ]
	[ "$(lib-search --similar @Evening --explain --json | jq -r .similar.to | sort -u)" = @Evening ]
	[ -z "$(ids --similar @Evening | tr ' ' '\n' | grep -xE '8|9')" ]
	lib-playlist -q smart Organs artist:organist
	[ "$(ids --similar @Organs)" = 15 ]
	lib-search --save bach composer:bach title:passacaglia artist:organist
	[ "$(ids --similar @bach)" = 15 ]
	lib-playlist -q create Empty
	run -1 --separate-stderr lib-search --similar @Empty
	[[ $stderr == *"no tracks in @Empty"* ]]
	fails 4 lib-search --similar @nothing
	[[ $stderr == *"no playlist or saved search 'nothing'"* ]]
	fails 4 lib-search --similar @
}

@test "--explain tells the reasons of a likeness with their shares" {
	shelf
	run -0 lib-search --similar 1 --explain
	[[ ${lines[0]} == "3${T}Miles Davis${T}All Blues${T}Kind of Blue${T}0."??${T}* ]]
	[[ ${lines[0]} =~ "artists "[0-9]+" % (Miles Davis)" ]]
	[[ ${lines[0]} =~ "genre "[0-9]+" % (Modal Jazz; Jazz)" ]]
	[[ ${lines[0]} =~ "people "[0-9]+" % (Miles Davis)" ]]
	[[ ${lines[0]} =~ "label "[0-9]+" % (Columbia)" ]]
	[[ ${lines[0]} =~ "year "[0-9]+" % (1959)" ]]
	[[ $output == *"tags "*" % (calm)"* ]]
	[[ $output == *"tags "*" % (cellar)"* ]]
	[[ $output == *"12${T}Nobody${T}Halftime${T}"*"tempo "*" % (68)"*"key "*" % (Am)"* ]]
	[[ $output != *LAME* ]]
	lib-search --similar 1 --explain --json | is_json
	lib-search --similar 1 --explain --json | python3 -c '
import json, sys
for line in sys.stdin:
    t = json.loads(line)
    s = t["similar"]
    assert s["to"] == 1 and 0 < s["score"] <= 1, t
    assert abs(sum(r["share"] for r in s["reasons"]) - 1) < 0.001, t
    shares = [r["share"] for r in s["reasons"]]
    assert shares == sorted(shares, reverse=True) and all(r["values"] for r in s["reasons"]), t'
	fails 2 lib-search --similar 1 --explain --ids
}

@test "similar: finds the same tracks, in their order where the query has none" {
	shelf
	[ "$(ids similar:1)" = "$(ids --similar 1)" ]
	[ "$(ids similar:1 year:1960..)" = "9 8 11 10 12" ]
	[ "$(ids similar:1 id-)" = "12 11 10 9 8 5 3 2" ]
	[ "$(lib-search --count -- -similar:1)" = 7 ]
	[ "$(ids 'similar:1 OR artist:villagers' id+)" = "2 3 5 8 9 10 11 12 13" ]
	[ "$(ids similar:13)" = "" ]
	fails 2 lib-search similar:99
	[[ $stderr == *"there is no track 99, at character 1 of 'similar:99'" ]]
	fails 2 lib-search similar:love
	lib-search --save like similar:1
	[ "$(ids @like)" = "$(ids --similar 1)" ]
}

@test "what was played and listed together is similar" {
	shelf
	lib-playlist -q create Evening
	lib-playlist -q add Evening 13 9
	[ "$(ids --similar 13)" = 9 ]
	[[ $(lib-search --similar 13 --explain) == *"playlists "*" % (Evening), year "* ]]
	polka=$'The Villagers\tPolkas\tPolka\t\t200\tL' freddie=$'Miles Davis\tKind of Blue\tFreddie Freeloader\t\t200\tL'
	printf '#AUDIOSCROBBLER/1.1\n#TZ/UTC\n' >.scrobbler.log
	printf '%s\t%s\n' "$polka" 1500010000 "$freddie" 1500010300 "$polka" 1500090000 "$freddie" 1500090300 \
		$'Organist\tOrgan\tPassacaglia\t\t200\tL' 1500200000 "$polka" 1500400000 >>.scrobbler.log
	lib-import -q --history .scrobbler.log
	[ "$(query "SELECT count(*) FROM told WHERE track_id IS NOT NULL")" = 3 ]
	[ "$(ids --similar 13)" = "4 9" ] || [ "$(ids --similar 13)" = "9 4" ]
	[[ $(lib-search --similar 13 --explain id:4) == *"plays "*" % ("* ]]
}

@test "a track without the values of others, or with strange ones, has its likes all the same" {
	"$FONOTECA_BUILD/unit/seed-library" "$FONOTECA_LIBRARY" <<-TABLE
	title${T}artist${T}genre${T}mood${T}bpm${T}key
	${T}${T}${T}${T}${T}
	a${T}Beyoncé${T}R&B${T}"${T}0.0000001${T}o
	b${T}Beyonce${T}r & b${T}"${T}999${T}13A
	c${T}Various Artists${T}!!!${T}${T}${T}
	d${T}Various Artists${T}???${T}${T}${T}
	TABLE
	run -1 lib-search --similar 1
	[ "$(titles --similar 2)" = b ]
	[ "$(titles --similar 3)" = a ]
	run -1 lib-search --similar 4
}

@test "a misspelt query beside --similar or similar: is corrected as ever" {
	shelf
	run -1 --separate-stderr lib-search --similar 1 colltrane
	[[ $stderr == *"did you mean: coltrane"* ]]
	[ "$(ids --similar 1 --auto-correct colltrane)" = 8 ]
	run -1 --separate-stderr lib-search similar:1 colltrane
	[[ $stderr == *"did you mean: similar:1 coltrane"* ]]
}

@test "on a terminal the reasons of a likeness stand below the track" {
	requires script
	shelf
	run -0 script -qec "stty cols 80; lib-search --similar 1 --explain -l 2" /dev/null
	[ "${#lines[@]}" = 4 ]
	[[ ${lines[0]} == "0."??"  3  Miles Davis - All Blues - Kind of Blue"* ]]
	[[ ${lines[1]} == "      "*"genre "*" % (Modal Jazz; Jazz)"* ]]
	run -0 script -qec "lib-search --similar 1 --explain --tsv -l 1" /dev/null
	[[ ${lines[0]} == "3${T}Miles Davis${T}All Blues${T}Kind of Blue${T}0."* ]]
}

@test "in a library that is not compared whole the rare is found, and of the common a sample" {
	python3 -c '
print("title\tartist\talbum\tgenre\tlabel\tcomposer\tyear\tscene")
for i in range(1, 5201):
    rare = i in (7, 2600, 5190)
    print("t%d\ta%d\tb%d\t%s\t%s\t%s\t%d\t%s" % (i, i if i not in (7, 5000) else 7, i,
        "Zeuhl" if rare else "Pop", "Seventh" if i in (7, 4000) else "L%d" % (i % 50), "Vander" if i in (7, 4500) else "",
        1970 + i % 50, "attic" if i in (7, 10) else ""))' |
		"$FONOTECA_BUILD/unit/seed-library" "$FONOTECA_LIBRARY"
	[ "$(ids --similar 7 -l 5 -s id)" = "2600 4000 4500 5000 5190" ]
	[ "$(ids similar:7 | wc -w)" = 5 ]
	[ "$(ids --similar 7 id:4400..)" = "$(ids similar:7 id:4400..)" ]
	got=$(ids --similar 8)
	[ "$(wc -w <<<"$got")" = 100 ]
	[ "$(tr ' ' '\n' <<<"$got" | awk '$1 < 2600' | wc -l)" -gt 15 ] # from all over the library
	[ "$(tr ' ' '\n' <<<"$got" | awk '$1 >= 2600' | wc -l)" -gt 15 ]
	[ "$(ids --similar 8 id:3000..3010 | wc -w)" = 11 ]
	[ "$(ids --similar 8 id:100..5100 | wc -w)" = 100 ]
	[ "$(ids --similar 7 id:100..5180)" = "$(ids similar:7 id:..5180)" ]
}
