#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lib-playlist(1): harmonic order, and transitions explained.

load helper

T=$'\t'

setup() {
	setup_fonoteca
	"$FONOTECA_BUILD/unit/seed-library" "$FONOTECA_LIBRARY" <<-TABLE
	title${T}artist${T}key${T}bpm
	one${T}A${T}8A${T}120
	two${T}B${T}12A${T}120
	three${T}C${T}9A${T}60
	four${T}D${T}11A${T}240
	five${T}E${T}10A${T}120
	six${T}F${T}${T}
	seven${T}G${T}8B${T}
	eight${T}H${T}o${T}
	nine${T}I${T}Am${T}127.135569
	ten${T}J${T}G#m${T}120
	TABLE
}

ids() {
	lib-playlist show --ids "$1" | paste -sd ' '
}

# cost NAME : of all transitions of a playlist, as mix tells them
cost() {
	local a='' b
	for b in $(lib-playlist show --ids "$1"); do
		[ -z "$a" ] || lib-playlist mix --json "$a" "$b"
		a=$b
	done | python3 -c 'import json, sys; print(round(0.0 + sum(json.loads(l)["cost"] for l in sys.stdin), 3))'
}

@test "sort --mix lets neighbours fit by key and tempo, halves and doubles being the same" {
	lib-playlist -q create Set
	lib-playlist -q add Set 1 2 3 4 5
	lib-playlist sort Set --mix
	[ "$(ids Set)" = "1 3 5 4 2" ] || [ "$(ids Set)" = "2 4 5 3 1" ]
	[ "$(cost Set)" = 4.0 ]
	lib-playlist sort Set --mix --start 2
	[ "$(ids Set)" = "2 4 5 3 1" ]
	lib-playlist sort Set --mix --start 5
	[ "$(ids Set | cut -d' ' -f1)" = 5 ]
	# a semitone faster, A minor is where G sharp minor gets to
	lib-playlist -q create Near
	lib-playlist -q add Near 10 2 9
	lib-playlist sort Near --mix
	[ "$(ids Near)" = "9 10 2" ] || [ "$(ids Near)" = "2 10 9" ]
}

@test "what is not known goes behind, what is missing last, and nothing is lost; it can be undone" {
	lib-playlist -q create Set
	lib-playlist -q add Set 6 1 8 5 /nowhere/b.mp3 /nowhere/a.mp3 7 3
	before=$(lib-playlist show Set)
	lib-playlist -n sort Set --mix
	[ "$(lib-playlist show Set)" = "$before" ]
	run -0 lib-playlist sort Set --mix --json
	is_json <<<"$output"
	[[ $output == *'"tracks":8'* ]]
	[ "$(ids Set | cut -d' ' -f5-)" = "6 8" ]
	[ "$(lib-playlist show Set | tail -n 2 | cut -f5,6,7 --complement | cut -f1)" = "$(printf '7\n8')" ]
	lib-playlist show Set | sed -n 7p | grep -q b.mp3
	lib-playlist show Set | sed -n 8p | grep -q a.mp3
	after=$(lib-playlist show Set)
	lib-playlist sort Set --mix
	[ "$(lib-playlist show Set)" = "$after" ] # the same again
	lib-commit -q --undo
	[ "$(lib-playlist show Set)" = "$before" ]
	lib-playlist sort Set --mix --start 6
	[ "$(ids Set | cut -d' ' -f1)" = 6 ]
}

@test "sort --mix of what cannot be: no start, no fields beside, no smart playlist" {
	lib-playlist -q create Set
	lib-playlist sort Set --mix
	lib-playlist -q add Set 1 2 1
	lib-playlist sort Set --mix
	[ "$(ids Set)" = "1 2 1" ] # one recording never beside itself
	fails 4 lib-playlist sort Set --mix --start 9
	[[ $stderr == *"track 9 is not in the playlist 'Set'"* ]]
	fails 2 lib-playlist sort Set --mix --start x
	[[ $stderr == *"'x' is not the id of a track, like 12"* ]]
	fails 2 lib-playlist sort Set mix
	[[ $stderr == *"there is no field 'mix' to sort by; did you mean --mix?"* ]]
	fails 2 lib-playlist mix 1 x
	[[ $stderr == *"'x' is not the id of a track, like 12"* ]]
	fails 2 lib-playlist sort Set title --mix
	fails 2 lib-playlist sort Set title --start 1
	fails 2 lib-playlist sort Set
	lib-playlist -q smart All '*'
	fails 4 lib-playlist sort All --mix
	[ "$(ids Set)" = "1 2 1" ]
}

@test "mix tells how one track follows another" {
	run -0 lib-playlist mix 1 9
	[ "${lines[0]}" = "slow B down by 5.6 %, leave its pitch" ]
	[ "${lines[1]}" = "pitch held: Am (8A) and Am (8A), the same key" ]
	[ "${lines[2]}" = "pitch not held: B sounds 1 semitones lower, about in G#m (1A), 5 steps apart" ] || fail "${lines[2]}"
	[ "${lines[3]}" = "cost 8" ]
	run -0 lib-playlist mix 9 10
	[ "${lines[0]}" = "speed B up by 5.9 %, 1 semitone up" ]
	[[ ${lines[2]} == *"about in Am (8A), the same key" ]]
	run -0 lib-playlist mix 1 3
	[ "${lines[0]}" = "leave the speed of B (2 beats of A to one of B), leave its pitch" ]
	[ "${lines[1]}" = "pitch held: Am (8A) and Em (9A), beside each other" ]
	run -0 lib-playlist mix 6 7
	[ "${lines[0]}" = "a tempo is not known, a key is not known" ]
	[ "${lines[1]}" = "cost 4" ]
	[ "$(lib-playlist mix 1 9 --json | is_json && lib-playlist mix 1 9 --json | python3 -c '
import json, sys
m = json.load(sys.stdin)
print(m["type"], m["from"]["track"], m["to"]["camelot"], m["factor"], m["beats"], m["semitones"], m["steps"], m["shift"],
      m["sounds"], m["sounding_steps"], m["cost"])')" = "mix 1 8A 0.9439 1 -1 0 0 G#m 5 8" ]
	lib-playlist mix 6 7 --json | is_json
	fails 4 lib-playlist mix 1 99
	[[ $stderr == *"there is no track 99"* ]]
	fails 2 lib-playlist mix 1 x
	fails 2 lib-playlist mix 1
}

@test "a made-up set costs less than always going on to what fits best" {
	rm -r "$FONOTECA_LIBRARY"
	python3 -c '
import random
random.seed(3)
print("title\tartist\tkey\tbpm")
for i in range(60):
    print("t%d\ta%d\t%s%s\t%.1f" % (i, i, random.choice("C C# D Eb E F F# G Ab A Bb B".split()), random.choice(["", "m"]), random.uniform(70, 180)))' |
		"$FONOTECA_BUILD/unit/seed-library" "$FONOTECA_LIBRARY"
	lib-playlist -q create Set
	lib-search --ids | lib-playlist -q add Set -
	lib-playlist sort Set --mix
	# by python: greedy from every track, by the costs that mix tells
	order=$(ids Set)
	python3 - "$FONOTECA_LIBRARY/library.db" "$order" <<-'PY'
	import math, sqlite3, sys
	db = sqlite3.connect(sys.argv[1])
	order = [int(x) for x in sys.argv[2].split()]
	names = "C C# D D# E F F# G G# A A# B".split()
	flat = {"Db": "C#", "Eb": "D#", "Ab": "G#", "Bb": "A#"}
	song = {}
	for id, bpm, key in db.execute("SELECT id, bpm, key FROM track"):
	    minor = key.endswith("m")
	    pitch = names.index(flat.get(key.rstrip("m"), key.rstrip("m")))
	    song[id] = (12 * math.log2(bpm), pitch, minor)
	def hour(pitch, minor):
	    return (7 * pitch + (4 if minor else 7)) % 12
	def steps(a, b, n):
	    h = (hour(a[1], a[2]) - hour(b[1] + n, b[2])) % 12
	    return min(h, 12 - h) + (a[2] != b[2])
	def cost(a, b):
	    a, b = song[a], song[b]
	    s = (a[0] - b[0] + 6) % 12 - 6
	    part = s - math.floor(s)
	    blend = part * part * (3 - 2 * part)
	    return min(10, 3 * abs(s)) + (1 - blend) * steps(a, b, math.floor(s)) + blend * steps(a, b, math.floor(s) + 1)
	def total(way):
	    return sum(cost(a, b) for a, b in zip(way, way[1:]))
	def greedy(at):
	    way, left = [at], set(song) - {at}
	    while left:
	        at = min(sorted(left), key=lambda x: cost(at, x))
	        way.append(at)
	        left.remove(at)
	    return total(way)
	assert sorted(order) == sorted(song)
	best = min(greedy(x) for x in song)
	assert total(order) < best - 0.1, (total(order), best)
	PY
}
