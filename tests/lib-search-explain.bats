#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# How a query was understood, what was done, and why each track stands where it does.

load helper

T=$'\t'

setup() {
	setup_fonoteca
	"$FONOTECA_BUILD/unit/seed-library" "$FONOTECA_LIBRARY" <<-TABLE
	title${T}artist${T}album${T}year${T}rating${T}genre
	Creep${T}Radiohead${T}Pablo Honey${T}1993${T}${T}Rock
	Creep${T}TLC${T}CrazySexyCool${T}1994${T}80${T}Pop
	Creep (Acoustic)${T}Radiohead${T}My Iron Lung${T}1994${T}${T}Rock
	Creeping Death${T}Metallica${T}Ride the Lightning${T}1984${T}${T}Metal
	Radiohead${T}Talking Heads${T}True Stories${T}1986${T}${T}Rock
	Sugarcane${T}Camidoh${T}L.I.T.A${T}2023${T}${T}Pop
	Sugar Cane${T}Space Monkeyz${T}Laika${T}2002${T}${T}Pop
	TABLE
}

# tracks QUERY... : the ids that --explain lists, in its order
tracks() {
	lib-search -q --explain --json "$@" | python3 -c '
import json, sys
x = json.load(sys.stdin)
assert x["v"] == 1 and x["type"] == "explanation", x
assert [t["rank"] for t in x["tracks"]] == list(range(x["tracks"][0]["rank"], x["tracks"][0]["rank"] + len(x["tracks"])))
assert all(t["reasons"] for t in x["tracks"])
assert all(s["rows"] >= 0 and s["ms"] >= 0 and s["name"] for s in x["steps"]) and x["steps"]
print("\n".join(str(t["id"]) for t in x["tracks"]))'
}

@test "the explained order is the real one, page by page" {
	for q in creep radiohead 'creep radiohead' sugarcane 'sugar cane' 'creep OR radiohead' year:1990..1994 \
		'genre:rock creep' 'artist:radiohead' 'creep -tlc' cr '*'; do
		diff <(lib-search --ids "$q") <(tracks "$q")
		diff <(lib-search --ids -s year- "$q") <(tracks -s year- "$q")
	done
	diff <(lib-search --ids -l 2 --offset 1 creep) <(tracks -l 2 --offset 1 creep)
}

@test "the tree as it was understood, the tiers, and the reasons" {
	run -0 lib-search --explain -l 3 creep radiohead year:1990..1994 -live
	[[ $output == "query"*"all of"*'anywhere has "creep"'*'anywhere has "radiohead", or a word that begins so'*"year 1990..1994"*"not"*'anywhere has "live"'* ]]
	[[ $output == *"steps"*"parse"*"words anywhere: 2 rows by"*"tracks"* ]]
	[[ $output == *"     1  1  Radiohead - Creep: words anywhere, title and artist, nothing else"* ]]
	[[ $output == *"     2  3  Radiohead - Creep (Acoustic): words anywhere, whole artist, and more"* ]]
	run -0 lib-search --explain creep
	[[ $output == *"     1  2  TLC - Creep: whole title, as typed; rated 80"* ]]
	[[ $output == *"Metallica - Creeping Death: last word begins one"* ]]
	run -0 lib-search --explain sugar cane
	[[ $output == *"any of"*'anywhere has "sugarcane"'*"(another spelling)"* ]]
	[[ $output == *"Camidoh - Sugarcane: whole title, as typed; another spelling"* ]]
	run -0 lib-search --explain -s year creep
	[[ $output == *"Metallica - Creeping Death: sorted by year"* ]]
	run -1 lib-search --explain nothinglikeit
	[[ $output == *"query"*"steps"* ]]
	lib-search --explain --json 'artist:=~radiohead (year:1993 OR genre:pop)' | is_json
}

@test "--why tells the rank of a track, or what it does not match" {
	run -0 lib-search --why 3 creep radiohead
	[ "$output" = "Radiohead - Creep (Acoustic) is number 2: words anywhere, whole artist, and more" ]
	run -1 lib-search --why 4 creep artist:radiohead year:1990..
	[[ $output == "Metallica - Creeping Death is not found: it does not match"*'artist has "radiohead"'*"year 1990.."* ]]
	[[ $output != *'"creep"'* ]]
	run -0 lib-search --why 1 --json creep radiohead
	[ "$output" = '{"v":1,"type":"explanation","id":1,"rank":1,"reasons":"words anywhere, title and artist, nothing else"}' ]
	run -1 lib-search --why 1 --json year:1950
	[[ $output == '{"v":1,"type":"explanation","id":1,"misses":"year = 1950'* ]]
	# the rank of each is its place in the list
	n=0
	for id in $(lib-search --ids creep); do
		n=$((n + 1))
		lib-search --why "$id" --json creep | grep -q "\"rank\":$n,"
	done
	[ $n -gt 3 ]
	fails 4 lib-search --why 99 creep
	fails 2 lib-search --why x creep
	fails 2 lib-search --why 1 -l 3 creep
}

@test "--explain has a form of its own" {
	fails 2 lib-search --explain --ids creep
	fails 2 lib-search --explain --tsv creep
	fails 2 lib-search --explain --count creep
	fails 2 lib-search --explain --stats
}
