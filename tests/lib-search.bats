#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lib-search(1) and fonoteca-query(7): what is asked for is found, the best first.

# shellcheck disable=SC2016 # $title is lib-search's to expand

load helper

T=$'\t'

setup() {
	setup_fonoteca
	"$FONOTECA_BUILD/unit/seed-library" "$FONOTECA_LIBRARY" <<-TABLE
	title${T}artist${T}album${T}year${T}genre${T}bpm${T}duration_ms${T}bitrate${T}codec${T}format${T}source${T}composer${T}rating${T}track${T}radio show${T}key
	Love${T}Lana Del Rey${T}Lust For Life${T}2017${T}Pop${T}98${T}272000${T}320000${T}mp3${T}mpeg${T}/in/incoming/love.mp3${T}${T}${T}2${T}
	Love Me Do${T}The Beatles${T}Please Please Me${T}1963${T}Rock${T}148${T}142000${T}256000${T}mp3${T}mpeg${T}/in/a.mp3${T}John Lennon; Paul McCartney${T}80${T}8${T}
	All You Need Is Love (Live)${T}The Beatles${T}Magical${T}1967${T}Rock; Pop${T}103${T}227000${T}256000${T}mp3${T}mpeg${T}/in/b.mp3${T}${T}100${T}11${T}
	Yesterday${T}The Beatles${T}Help!${T}1965${T}Rock${T}97${T}125000${T}1000000${T}flac${T}flac${T}/in/c.flac${T}${T}${T}13${T}Morning
	Creep${T}Radiohead${T}Pablo Honey${T}1993${T}Alternative${T}92${T}238000${T}900000${T}flac${T}flac${T}/in/d.flac${T}${T}${T}2${T}
	Creep (Acoustic)${T}Radiohead${T}My Iron Lung${T}1994${T}Alternative${T}92${T}259000${T}900000${T}flac${T}flac${T}/in/e.flac${T}${T}${T}8${T}
	Radiohead${T}Talking Heads${T}True Stories${T}1986${T}New Wave${T}140${T}194000${T}192000${T}mp3${T}mpeg${T}/in/f.mp3${T}${T}${T}5${T}
	Army of Me${T}Björk${T}Post${T}1995${T}Electronic${T}87${T}234000${T}192000${T}mp3${T}mpeg${T}/in/g.mp3${T}${T}${T}1${T}
	我只在乎你${T}邓丽君${T}我只在乎你${T}1987${T}Mandopop${T}${T}253000${T}192000${T}mp3${T}mpeg${T}/in/h.mp3${T}${T}${T}1${T}
	Thunderstruck${T}AC/DC${T}The Razors Edge${T}1990${T}Hard Rock${T}133${T}292000${T}192000${T}mp3${T}mpeg${T}/in/i.mp3${T}${T}${T}1${T}
	Wanted Dead or Alive${T}Bon Jovi${T}Slippery When Wet${T}1986${T}Rock${T}75${T}309000${T}192000${T}mp3${T}mpeg${T}/in/j.mp3${T}${T}${T}5${T}
	Not Fade Away${T}The Crickets${T}The Chirping Crickets${T}1957${T}Rock${T}180${T}141000${T}192000${T}mp3${T}mpeg${T}/in/k.mp3${T}${T}${T}4${T}
	Fade to Grey and Away${T}Visage${T}Visage${T}1980${T}Synth${T}125${T}245000${T}192000${T}mp3${T}mpeg${T}/in/l.mp3${T}${T}${T}3${T}${T}Em
	Magnetic Tomorrow${T}Air${T}Moon Safari${T}1998${T}Electronic${T}110${T}200000${T}192000${T}mp3${T}mpeg${T}/in/m.mp3${T}${T}${T}7${T}
	Toccata${T}Bach${T}Organ Works${T}1980${T}Classical${T}${T}540000${T}900000${T}flac${T}flac${T}/in/n.flac${T}Johann Sebastian Bach${T}${T}1${T}
	Re: Stacks${T}Bon Iver${T}For Emma${T}2007${T}Indie${T}${T}401000${T}192000${T}mp3${T}mpeg${T}/in/o.mp3${T}${T}${T}9${T}
	Myth Takes${T}!!!${T}Myth Takes${T}2007${T}Dance${T}${T}140000${T}192000${T}mp3${T}mpeg${T}/in/p.mp3${T}${T}${T}1${T}
	TABLE
}

# finds TITLES QUERY... : exactly these titles, in this order, separated by "; "
finds() {
	local want=$1
	shift
	got=$(lib-search -q -f '$title' "$@" | paste -sd ';' | sed 's/;/; /g')
	[ "$got" = "$want" ] || { printf 'wanted: %s\ngot:    %s\n' "$want" "$got"; return 1; }
}

@test "whole titles first, then whole artists, then the rest" {
	finds "Radiohead; Creep; Creep (Acoustic)" radiohead
	finds "Love; Love Me Do; All You Need Is Love (Live)" love
	finds "Creep; Creep (Acoustic)" creep radiohead
	finds "Love Me Do; Yesterday; All You Need Is Love (Live)" the beatles
	finds "Love Me Do; Yesterday; All You Need Is Love (Live)" beatles
	finds "Yesterday" beatles 1965
}

@test "the last word may be a beginning, the others may not" {
	finds "Thunderstruck" thund
	finds "Creep; Creep (Acoustic)" creep radio
	finds "" radio cree
	finds "" cree radiohead
	finds "Creep; Creep (Acoustic)" 'cree*' radiohead
}

@test "case, accents, punctuation and joined names" {
	finds "Army of Me" bjork
	finds "Army of Me" BJÖRK
	finds "Thunderstruck" acdc
	finds "Thunderstruck" AC/DC
	finds "Thunderstruck" artist:acdc
	finds "Myth Takes" '!!!'
	finds "我只在乎你" 丽君
	finds "我只在乎你" 只在乎
	finds "我只在乎你" 乎
}

@test "songs that are called like operators" {
	finds "Wanted Dead or Alive" wanted dead or alive
	finds "Wanted Dead or Alive" "wanted dead or alive"
	finds "Wanted Dead or Alive" "title:wanted dead or alive"
	finds "Not Fade Away" not fade away
	run -0 --separate-stderr lib-search -f '$title' Re:Stacks
	[ "$output" = "Re: Stacks" ]
	[[ $stderr == *"there is no field 'Re'"* ]]
	run -0 --separate-stderr lib-search -f '$title' '(creep acoustic'
	[ "$output" = "Creep (Acoustic)" ]
	[[ $stderr == *"character 1 "* ]]
}

@test "and, or, not" {
	finds "Love; Love Me Do" love -live
	finds "Love; Love Me Do" 'love NOT live'
	finds "Magnetic Tomorrow; Yesterday" magnetic tomorrow , beatles yesterday
	finds "Toccata" '(artist:bach or artist:handel) and not genre:pop'
	finds "Magnetic Tomorrow; Thunderstruck" 'artist:(air OR acdc)' title+
	finds "Not Fade Away" '"fade away"'
	finds "Not Fade Away; Fade to Grey and Away" fade away
	[ "$(lib-search --count -- -genre:rock)" = 11 ]
	[ "$(lib-search --count '*')" = 17 ]
	[ "$(lib-search --count)" = 17 ]
}

@test "fields of every kind" {
	finds "Love Me Do" composer:lennon
	finds "Love Me Do" 'composer:=Paul McCartney'
	finds "" 'composer:=paul mccartney'
	finds "Love Me Do" 'composer:=~paul mccartney'
	finds "Yesterday; Creep; Creep (Acoustic); Toccata" codec:flac
	finds "Yesterday" is:lossless genre:rock
	finds "Yesterday" tags:morning
	finds "Yesterday" has:tags
	finds "Love" 'path:incoming/*'
	finds "Love Me Do; All You Need Is Love (Live)" has:rating
	finds "All You Need Is Love (Live)" 'rating>=90'
	finds "Love Me Do; All You Need Is Love (Live)" artist:beatles missing:mbid has:composer OR rating:100
	finds "Love" id:1
	finds "Love; Love Me Do" session:s1 id:1..2
	finds "Love" "sha256:$(query "SELECT hex(sha256) FROM blob WHERE id = 1")"
	finds "Toccata" composer:bach
	finds "Yesterday" 'artist=the beatles' 'year!=1963' -love
	finds "Not Fade Away" 'bpm >= 160'
	finds "Love Me Do; All You Need Is Love (Live); Yesterday" year:1960..1969 id+
	finds "Not Fade Away; Love Me Do; Yesterday" 'length:..2:22' rock
	finds "All You Need Is Love (Live)" length:3:47
	finds "All You Need Is Love (Live)" duration_ms:227000
}

@test "dates" {
	[ "$(lib-search --count added:today)" = 17 ]
	[ "$(lib-search --count 'added<1h')" = 17 ]
	[ "$(FONOTECA_NOW=$(($(date +%s) + 864000)) lib-search --count 'added:2w..')" = 17 ]
	FONOTECA_NOW=$(($(date +%s) + 864000)) run -1 lib-search -q 'added<1w'
	[ "$(FONOTECA_NOW=$(($(date +%s) + 864000)) lib-search --count 'added>1w')" = 17 ]
	finds "Love Me Do" date:1963
	finds "Re: Stacks; Myth Takes; Love" 'date>=2007' date+
	finds "Love" date:2010-05..
}

@test "what is wrong is said, with its place" {
	fails 2 lib-search artst:air
	[[ $stderr == *"did you mean 'artist'"* ]]
	fails 2 lib-search year:19x9
	[[ $stderr == *"'19x9' is not a number, at character 1 of 'year:19x9'"* ]]
	fails 2 lib-search '(artist:air'
	[[ $stderr == *"never closed, at character 1 "* ]]
	fails 2 lib-search is:nonsense
	fails 2 lib-search 'sha256<ab'
	fails 2 lib-search added:someday
	fails 2 lib-search --sort nonsense
	fails 2 lib-search -f '$artsit'
	fails 2 lib-search -f 'a $'
	fails 2 lib-search --ids --files
	fails 2 lib-search --limit x
}

@test "nothing found is status 1 with a note, an absent library 4 and not made" {
	run -1 --separate-stderr lib-search zzzz
	[ -z "$output" ] && [[ $stderr == *"nothing found"* ]]
	run -1 --separate-stderr lib-search -q zzzz
	[ -z "$output$stderr" ]
	run -1 --separate-stderr lib-search --count zzzz
	[ "$output" = 0 ]
	fails 4 lib-search -L "$BATS_TEST_TMPDIR/none" love
	[ ! -e "$BATS_TEST_TMPDIR/none" ]
	fails 4 lib-search --show 99
}

@test "forms of output" {
	run -0 lib-search creep acoustic
	[ "$output" = "6${T}Radiohead${T}Creep (Acoustic)${T}My Iron Lung" ]
	[ "$(lib-search --tsv creep acoustic)" = "$output" ]
	[ "$(lib-search --ids creep acoustic)" = 6 ]
	[ "$(lib-search -f '${artist}-$year $$$length' creep acoustic)" = 'Radiohead-1994 $259000' ]
	[ "$(lib-search -0 --ids beatles | tr '\0' ,)" = 2,4,3, ]
	sha=$(query "SELECT lower(hex(sha256)) FROM blob WHERE id = 6")
	[ "$(lib-search --files creep acoustic)" = "$FONOTECA_LIBRARY/blobs/${sha:0:2}/$sha.mp3" ]
	lib-search --json | is_json
	lib-search --json --stats | is_json
	lib-search --json --count love | is_json
	[ "$(lib-search --json composer:lennon | python3 -c 'import json, sys; print(json.load(sys.stdin)["composer"])')" = \
	    "['John Lennon', 'Paul McCartney']" ]
	run -0 lib-search --show 2
	[[ $output == *"composer "*"John Lennon; Paul McCartney"* ]]
	[ "$(lib-search --stats)" = "$(lib-search --stats --json)" ]
}

@test "pages, limits and orders" {
	[ "$(lib-search --ids | head -5 | paste -sd ,)" = 1,2,3,4,5 ]
	[ "$(lib-search --ids -l 2 beatles | paste -sd ,)" = 2,4 ]
	[ "$(lib-search --ids --offset 1 -l 2 beatles | paste -sd ,)" = 4,3 ]
	run -1 lib-search --ids --offset 10 beatles
	finds "Not Fade Away; Love Me Do; Yesterday" -s year -l 3
	finds "Love; Re: Stacks" -s year-,title- -l 2
	[ "$(lib-search --ids -s bpm -l 1)" = 11 ]
	[ "$(lib-search --ids -s bpm | tail -1)" = 17 ] # without a value: last
	[ "$(lib-search --ids -s bpm- | tail -1)" = 17 ]
	[ "$(lib-search -l 4 -s artist -f '$artist' | tail -1)" = Bach ]
	[ "$(lib-search -l 3 -s album- -f '$album' | head -1)" = 我只在乎你 ]
	for field in $(lib-search --json id:1 | python3 -c 'import json, sys; print(*json.load(sys.stdin))'); do
		[[ $field == v || $field == type ]] || lib-search -q -l 1 -s "$field" >/dev/null
	done
}

@test "control bytes never reach a line raw" {
	python3 - <<-PY
	import os, sqlite3
	db = sqlite3.connect(os.environ["FONOTECA_LIBRARY"] + "/library.db")
	db.execute("UPDATE track SET title = 'a' || char(10) || char(27) || '[31mb' WHERE id = 1")
	db.commit()
	PY
	[ "$(lib-search id:1 | cut -f 3)" = 'a\n\x1b[31mb' ]
	[ "$(lib-search -f '$title' id:1)" = 'a\n\x1b[31mb' ]
	[ "$(lib-search -0 -f '$title' id:1 | tr '\0' .)" = $'a\n\x1b[31mb.' ]
}

@test "a table on a terminal, no wider than it" {
	requires script
	for columns in 200 60 45 30 20 12; do
		run -0 script -qec "stty cols $columns; lib-search --color=never" /dev/null
		[ "${#lines[@]}" = 18 ]
		for line in "${lines[@]}"; do
			[ "$(printf %s "$line" | tr -d '\r' | wc -L)" -le "$columns" ]
		done
		[[ ${lines[0]} == *id*title* ]]
		[ "$columns" -lt 60 ] || [[ ${lines[0]} == *artist*title*album*year*length* ]]
	done
}

@test "every example of fonoteca-query(7) finds something" {
	n=0
	while IFS= read -r line; do
		line=$(printf '%s\n' "$line" | sed "s/\\\\(aq/'/g; s/\\\\(ha/^/g; s/\\\\(ti/~/g")
		run -0 --separate-stderr bash -c "$line"
		[ -n "$output" ] && [ -z "$stderr" ] || { echo "$line: $stderr"; return 1; }
		n=$((n + 1))
	done < <(sed -n '/^.Sh EXAMPLES/,/^.Ed/p' "$TREE/man/fonoteca-query.7" | grep '^lib-search')
	[ "$n" -ge 20 ]
}

@test "a full disk is an error, a closed pipe is not a message" {
	run -4 --separate-stderr bash -c 'lib-search >/dev/full'
	[ -n "$stderr" ]
	run --separate-stderr bash -c 'lib-search --json | head -1'
	[ -z "$stderr" ]
}

# many N : a library of N made-up tracks
many() {
	python3 - "$1" <<-'PY' | "$FONOTECA_BUILD/unit/seed-library" "$BATS_TEST_TMPDIR/many" >/dev/null
	import random, sys
	r = random.Random(7)
	words = "love the a night day blue 愛 夜の歌 99 live don't rock summer of you Ke$ha R.E.M.".split()
	artists = ["Björk", "Radiohead", "AC/DC", "R.E.M.", "Ke$ha", "Kesha", "The Loves", "Loves", "Love", "Day and Love", "", "99"]
	print("title", "artist", "album", "year", "genre", "bpm", "duration_ms", "codec", "composer", "mytag", sep="\t")
	for i in range(int(sys.argv[1])):
	    title = " ".join(r.choice(words) for _ in range(r.randint(0, 4)))
	    print(title, r.choice(artists), r.choice(words + [""]), r.choice([1960, 1977, 1999, 2015, ""]),
	          r.choice(["pop", "rock; pop", "live", ""]), r.choice([60, 99.5, 120, 150, ""]),
	          r.choice([99000, 150400, 300000]), r.choice(["flac", "mp3"]),
	          r.choice(["Björk; Love", "", ""]), r.choice(["night", "", ""]), sep="\t")
	PY
}

@test "a name with an article too many is among the matches whatever is asked of them" {
	"$FONOTECA_BUILD/unit/seed-library" "$BATS_TEST_TMPDIR/eagles" <<-TABLE >/dev/null
	title${T}artist${T}album${T}year
	Hotel California${T}Eagles${T}Hotel California${T}1976
	Desperado${T}The Eagles${T}Best of${T}1973
	The Eagles Have Landed${T}Air${T}Eagles${T}1999
	TABLE
	ask() { lib-search -q -L "$BATS_TEST_TMPDIR/eagles" "$@"; }
	[ "$(ask --ids the eagles | paste -sd ' ')" = "2 1 3" ]
	[ "$(ask --ids -s year the eagles | paste -sd ' ')" = "2 1 3" ]
	[ "$(ask --ids -l 2 -s year- the eagles | paste -sd ' ')" = "3 1" ]
	[ "$(ask --count the eagles)" = 3 ]
	[ "$(ask --count 'artist:the eagles' year:..1980)" = 2 ]
	[ "$(ask --facet year the eagles | wc -l)" = 3 ]
	[ "$(ask --artists the eagles | wc -l)" = 3 ]
	[ "$(ask --count '"the eagles"')" = 2 ]
	[ "$(ask --count eagles)" = 3 ]
}

@test "laws that every query keeps" {
	many 900
	python3 "$TREE/tests/query-laws.py" "$FONOTECA_BUILD/lib-search" "$BATS_TEST_TMPDIR/many" 12 "${LAWS_SEED:-1}"
}

@test "pages of a ranked list fit together" {
	many 900
	all=$(lib-search -L "$BATS_TEST_TMPDIR/many" --ids love)
	[ "$(wc -l <<<"$all")" -gt 300 ]
	for offset in $(seq 0 50 400); do
		lib-search -L "$BATS_TEST_TMPDIR/many" --ids -l 50 --offset "$offset" love || true
	done >"$BATS_TEST_TMPDIR/pages"
	[ "$(cat "$BATS_TEST_TMPDIR/pages")" = "$(head -450 <<<"$all")" ]
}

@test "the words as they were typed come before other spellings of them" {
	"$FONOTECA_BUILD/unit/seed-library" "$BATS_TEST_TMPDIR/spelt" <<-TABLE
	title${T}artist${T}album${T}year
	W.ALL${T}Ghost${T}One${T}2001
	The Wall${T}Alok${T}Two${T}2002
	Tick${T}Kesha${T}Animal${T}2010
	Timber (feat. Ke\$ha)${T}Pitbull${T}Meltdown${T}2013
	R.E.M${T}Ariana${T}Sweetener${T}2018
	REM${T}Mac${T}Rem${T}2018
	Nightswimming${T}R.E.M.${T}Automatic${T}1992
	TABLE
	export FONOTECA_LIBRARY=$BATS_TEST_TMPDIR/spelt
	finds "The Wall; W.ALL" wall
	finds "The Wall; W.ALL" the wall
	finds 'Tick; Timber (feat. Ke$ha)' 'Ke$ha'
	finds "REM; R.E.M; Nightswimming" rem
	finds "R.E.M; REM; Nightswimming" R.E.M.
}

@test "an alternative's whole title is no worse for another alternative's words" {
	finds "Radiohead; Creep; Creep (Acoustic)" 'talking OR radiohead'
}

@test "what came last comes first" {
	[ "$(lib-search --ids -s added- -l 2 | paste -sd ,)" = 17,16 ]
	[ "$(lib-search --ids -s added -l 2 | paste -sd ,)" = 1,2 ]
}

@test "spellings are the same wherever a word is looked for" {
	"$FONOTECA_BUILD/unit/seed-library" "$BATS_TEST_TMPDIR/spelt" <<-TABLE
	title${T}artist${T}genre${T}composer${T}year
	One${T}Kesha${T}Hip-Hop${T}Will.i.am${T}2001
	Two${T}Ke\$ha${T}R&B${T}Simon & Garfunkel${T}2002
	Rem${T}Other${T}Pop${T}Simon${T}2003
	TABLE
	export FONOTECA_LIBRARY=$BATS_TEST_TMPDIR/spelt
	finds "One; Two" 'artist:ke$ha' title+
	finds "One; Two" 'NOT NOT artist:ke$ha' title+
	finds "One; Two" '(artist:ke$ha AND year>2000) AND NOT (year<2001 OR NOT year>1990)' title+
	finds "One" genre:hiphop
	finds "One" hiphop
	finds "One" 'year>1990 (composer:william OR year:1999)'
	finds "Two" 'composer:and'
	finds "Two" '(one OR two) (composer:and OR year:1999)'
	finds "" '"r.e.m. automatic"'
}

@test "patterns of paths, beginnings of codes, any value at all" {
	finds "Love" 'path:*/incoming/*'
	finds "Love Me Do; All You Need Is Love (Live)" 'path:/in/?.mp3' love
	finds "Yesterday; Creep; Creep (Acoustic); Toccata" 'codec:fl*'
	[ "$(lib-search --count 'file:*.m*')" = 17 ]
	finds "Love Me Do; All You Need Is Love (Live)" 'rating:*'
	finds "Yesterday" 'tags:*'
	finds "Love" format:mp3 title:love artist:lana
}

@test "what asks for a value that nothing has says so" {
	fails 2 lib-search missing:albm
	[[ $stderr == *"did you mean 'album'"* ]]
	run -0 --separate-stderr lib-search --count missing:nosuchtag
	[ "$output" = 17 ]
	[[ $stderr == *"no field 'nosuchtag'"* ]]
	fails 2 lib-search -s yeer love
	[[ $stderr == *"did you mean 'year'"* ]]
}

@test "options that contradict each other are an error" {
	for options in "--show 1 --show 2" "--show 1 -l 1" "--stats -s year" "--stats --offset 1" "--count -l 1" \
		"--count --offset 2" "--json --ids" "--files --tsv" "--show 1 --stats"; do
		# shellcheck disable=SC2086 # words
		fails 2 lib-search $options
	done
	[ "$(lib-search --count -s year love)" = 3 ]
}
