#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lib-search(1): what is found, as lines, columns, playlists, counts, groups, pictures and numbers.

# shellcheck disable=SC2016 # $title is lib-search's to expand

load helper

T=$'\t'

setup() {
	setup_fonoteca
	"$FONOTECA_BUILD/unit/seed-library" "$FONOTECA_LIBRARY" <<-TABLE
	title${T}artist${T}artists${T}album${T}albumartist${T}year${T}genre${T}bpm${T}duration_ms${T}codec${T}format${T}compilation${T}lang of
	Love${T}Lana Del Rey${T}${T}Lust For Life${T}${T}2017${T}Pop${T}98${T}272000${T}mp3${T}mpeg${T}${T}
	Love Me Do${T}The Beatles${T}${T}Please Please Me${T}${T}1963${T}Rock; Pop${T}148.5${T}142000${T}mp3${T}mpeg${T}${T}en
	Say "Hi", you${T}The Beatles${T}${T}Please Please Me${T}${T}1964${T}Rock${T}${T}3727000${T}flac${T}flac${T}${T}en; de
	我只在乎你${T}邓丽君${T}${T}我只在乎你${T}${T}1987${T}Mandopop${T}${T}253000${T}flac${T}flac${T}${T}
	Under Pressure${T}Queen & David Bowie${T}Queen; David Bowie${T}Hits${T}Various${T}1981${T}Rock${T}120${T}248000${T}mp3${T}mpeg${T}1${T}
	Heroes${T}David Bowie${T}${T}Hits${T}Various${T}1977${T}Rock${T}112${T}371000${T}mp3${T}mpeg${T}1${T}
	Loose${T}Nobody${T}${T}${T}${T}${T}${T}${T}${T}mp3${T}mpeg${T}${T}
	TABLE
}

# field NAME : of the JSON objects on stdin, a line each
field() {
	python3 -c '
import json, sys
for line in sys.stdin:
    print(json.loads(line).get(sys.argv[1], "-"))' "$1"
}

@test "format: fields, fallbacks, escapes" {
	f() {
		lib-search -f "$1" id:"$2"
	}
	[ "$(f '$artist - ${title} ($year)' 1)" = 'Lana Del Rey - Love (2017)' ]
	[ "$(f '${albumartist|artist|Unknown}' 5)" = Various ]
	[ "$(f '${albumartist|artist|Unknown}' 1)" = 'Lana Del Rey' ]
	[ "$(f '${albumartist|album|No such thing}' 7)" = 'No such thing' ]
	[ "$(f '${album|}.' 7)" = . ]
	[ "$(f '${mytag|lang of|title}' 2)" = en ]
	[ "$(f '${lang of|title}' 1)" = Love ]
	[ "$(f '$genre/${lang of}/$bpm' 2)" = 'Rock; Pop/en/148.5' ]
	[ "$(f '$album|$comment|' 7)" = '||' ]
	[ "$(f '$$5 \$x \\t a\tb\nc\d' 1)" = $'$5 $x \\t a\tb\nc\\d' ]
	[ "$(lib-search -0 -f '$id\n' id:1..2 | tr '\0' .)" = $'1\n.2\n.' ]
	fails 2 lib-search -f '${artsit|title}'
	fails 2 lib-search -f '${|title}'
	fails 2 lib-search -f '${title'
}

@test "columns of one's own between tabs" {
	[ "$(lib-search --fields id,length,genre,'lang of' id:2..3)" = \
	    "2${T}142000${T}Rock; Pop${T}en"$'\n'"3${T}3727000${T}Rock${T}en; de" ]
	[ "$(lib-search --tsv --fields title -0 id:1 | tr '\0' .)" = Love. ]
	fails 2 lib-search --fields title,artsit
	fails 2 lib-search --fields title,
	fails 2 lib-search --fields title --ids
	fails 2 lib-search --fields title --json
}

@test "CSV is what RFC 4180 says, and reads back" {
	lib-search --csv >out.csv
	[ "$(head -n 1 out.csv)" = $'id,artist,title,album\r' ]
	[ "$(grep -c $'\r$' out.csv)" = 8 ]
	grep -qx $'3,The Beatles,"Say ""Hi"", you",Please Please Me\r' out.csv
	python3 - <<-PY
	import os, sqlite3
	db = sqlite3.connect(os.environ["FONOTECA_LIBRARY"] + "/library.db")
	db.execute("UPDATE track SET title = 'a' || char(13, 10) || '\"b,' || char(9) WHERE id = 1")
	db.commit()
	PY
	lib-search --csv --fields title,genre,year,file id:1..2 >out.csv
	python3 - "$FONOTECA_LIBRARY" <<-'PY'
	import csv, sys
	rows = list(csv.reader(open("out.csv", newline="")))
	assert rows[0] == ["title", "genre", "year", "file"], rows
	assert rows[1][:3] == ["a\r\n\"b,\t", "Pop", "2017"], rows
	assert rows[2][:3] == ["Love Me Do", "Rock; Pop", "1963"], rows
	assert rows[1][3].startswith(sys.argv[1] + "/blobs/"), rows
	PY
	fails 2 lib-search --csv -0
	fails 2 lib-search --csv --json
	run -1 --separate-stderr lib-search --csv zzzz
	[ -z "$output" ]
}

@test "an M3U8 playlist" {
	run -0 lib-search --m3u8 -l 2 love
	[ "${lines[0]}" = '#EXTM3U' ]
	[ "${lines[1]}" = '#EXTINF:272,Lana Del Rey - Love' ]
	[ "${lines[2]}" = "$(lib-search --files id:1)" ]
	[ "${#lines[@]}" = 5 ]
	fails 2 lib-search --m3u8 -0
	[ "$(lib-search --m3u8 | grep -c '^#EXTM3U')" = 1 ]
	mv "$FONOTECA_LIBRARY" $'b\nad'
	FONOTECA_LIBRARY=$PWD/$'b\nad'
	lib-search --m3u8 id:1 | grep -q '^file:///.*/b%0Aad/blobs/'
}

@test "facets: values with their tracks, the most frequent first" {
	[ "$(lib-search --facet genre)" = "4${T}Rock"$'\n'"2${T}Pop"$'\n'"1${T}Mandopop" ]
	[ "$(lib-search --facet genre love)" = "2${T}Pop"$'\n'"1${T}Rock" ]
	[ "$(lib-search --facet genre -l 1 year:1963..1964)" = "2${T}Rock" ]
	[ "$(lib-search --facet artists -l 1 the beatles)" = "2${T}The Beatles" ] # alternatives: Beatles
	[ "$(lib-search --facet genre --offset 2)" = "1${T}Mandopop" ]
	[ "$(lib-search --facet artists | head -n 2)" = "2${T}David Bowie"$'\n'"2${T}The Beatles" ]
	[ "$(lib-search --facet artist | head -n 1)" = "2${T}The Beatles" ]
	[ "$(lib-search -0 --facet album is:compilation | tr '\0' .)" = "2${T}Hits." ]
	[ "$(lib-search --facet 'lang of')" = "1${T}en"$'\n'"1${T}en; de" ]
	[ "$(lib-search --facet tags)" = "2${T}lang of" ]
	[ "$(lib-search --facet bpm | sort -n | head -n 1)" = "1${T}112" ]
	[ "$(lib-search --facet session)" = "7${T}s1" ]
	[ "$(lib-search --facet compilation)" = "2${T}true" ]
	[ "$(lib-search --facet length id:1)" = "1${T}272000" ]
	run -1 --separate-stderr lib-search --facet lyrics
	[ -z "$output" ]
	fails 2 lib-search --facet gener
	[[ $stderr == *"did you mean 'genre'"* ]]
	fails 2 lib-search --facet nosuch
	fails 2 lib-search --facet genre -s year
}

@test "facets of every field agree with what the tracks say" {
	lib-search --json >tracks
	for f in $(python3 -c 'import json; print(*sorted({k for l in open("tracks") for k in json.loads(l)} - {"v", "type", "id", "file", "tags"}))'); do
		lib-search --facet "$f" --json >facets
		python3 - "$f" <<-'PY' || fail "$f"
		import collections, json, sys
		want = collections.Counter()
		for line in open("tracks"):
		    v = json.loads(line).get(sys.argv[1], [])
		    want.update(v if isinstance(v, list) else [v])
		got = [(o["value"], o["tracks"]) for o in map(json.loads, open("facets"))]
		assert dict(got) == dict(want), (got, want)
		assert [n for _, n in got] == sorted((n for _, n in got), reverse=True)
		PY
	done
}

@test "albums of what is found" {
	run -0 lib-search --albums
	[ "${lines[0]}" = "Lana Del Rey${T}Lust For Life${T}2017${T}1${T}4:32" ]
	[ "${lines[1]}" = "The Beatles${T}Please Please Me${T}1963-1964${T}2${T}1:04:29" ]
	[ "${lines[2]}" = "Various${T}Hits${T}1977-1981${T}2${T}10:19" ]
	[ "${#lines[@]}" = 4 ]
	[ "$(lib-search --albums -s year -l 2 | cut -f 2 | paste -sd ,)" = 'Please Please Me,Hits' ]
	[ "$(lib-search --albums -l 1 --offset 1 | cut -f 2)" = 'Please Please Me' ]
	[ "$(lib-search --albums bowie)" = "Various${T}Hits${T}1977-1981${T}2${T}10:19" ]
	lib-search --albums --json | is_json
	[ "$(lib-search --albums --json bowie | field compilation)" = True ]
	[ "$(lib-search --albums --json heroes | field tracks)" = 1 ]
	run -1 lib-search -q --albums loose
	[ "$(lib-search --albums -0 | tr -dc '\0' | wc -c)" = 4 ]
}

@test "artists of what is found" {
	[ "$(lib-search --artists | cut -f 1 | paste -sd ,)" = 'David Bowie,Lana Del Rey,Nobody,Queen,The Beatles,邓丽君' ]
	[ "$(lib-search --artists bowie)" = "David Bowie${T}1977-1981${T}1${T}2${T}10:19"$'\n'"Queen${T}1981${T}1${T}1${T}4:08" ] ||
		[ "$(lib-search --artists bowie | sort)" = "David Bowie${T}1977-1981${T}1${T}2${T}10:19"$'\n'"Queen${T}1981${T}1${T}1${T}4:08" ]
	[ "$(lib-search --artists --json beatles | field albums)" = 1 ]
	[ "$(lib-search --artists --json beatles | field duration_ms)" = 3869000 ]
	lib-search --artists --json | is_json
}

@test "tables of groups and counts fit the terminal, wide characters too" {
	requires script
	for columns in 100 60 40; do
		for what in --albums --artists '--facet artist' --events --saved; do
			lib-search --save 好音乐 'a long query that goes on and on and on and on and on'
			run -0 script -qec "stty cols $columns; lib-search --color=never $what" /dev/null
			[ "${#lines[@]}" -gt 0 ]
			for line in "${lines[@]}"; do
				[ "$(printf %s "$line" | tr -d '\r' | wc -L)" -le "$columns" ] || fail "$what $columns: $line"
			done
		done
	done
	run -0 script -qec "stty cols 80; TERM=xterm lib-search --albums" /dev/null
	[[ ${lines[0]} == *$'\e[1m'albumartist* ]]
	run -0 script -qec "stty cols 80; NO_COLOR=1 TERM=xterm lib-search --albums" /dev/null
	[[ ${lines[0]} != *$'\e'* ]]
}

@test "--show tells all of it" {
	rm -r "$FONOTECA_LIBRARY"
	main_line
	id=$(lib-search --ids -l 1 has:cover)
	lib-playlist -q create Evening
	lib-playlist -q add Evening "$id"
	lib-search --show "$id" --json >shown
	is_json <shown
	python3 - "$FONOTECA_LIBRARY" <<-'PY'
	import hashlib, json, sys
	t = json.load(open("shown"))
	assert t["type"] == "track" and t["playlists"][0]["name"] == "Evening" and t["playlists"][0]["position"] == 1, t
	assert t["sessions"][0] == {"id": "s1", "state": "committed", "committed": t["sessions"][0]["committed"]}, t
	f = t["files"][0]
	assert f["preferred"] is True and f["state"] == "ok" and f["session"] == "s1", f
	for x in t["files"] + t["covers"]:
	    data = open(x["file"], "rb").read()
	    assert hashlib.sha256(data).hexdigest() == x["sha256"] and len(data) == x["size"], x
	PY
	run -0 lib-search --show "$id"
	for word in title files covers sessions playlists sha256; do
		[[ $output == *$'\n'"$word "* ]]
	done
	[ "$(lib-search --ids -l 3 | lib-search --show - --json | field id | wc -l)" = 3 ]
	[ "$(lib-search --show 1 2 --json | field id | paste -sd ,)" = 1,2 ]
	run -3 --separate-stderr lib-search --show 1 999 --json
	[ "${#lines[@]}" = 1 ] && [[ $stderr == *"no track 999"* ]]
	fails 4 lib-search --show 999
	fails 2 lib-search --show x
}

@test "--show: amended fields, other tracks of the recording, removed" {
	python3 - <<-PY
	import os, sqlite3
	db = sqlite3.connect(os.environ["FONOTECA_LIBRARY"] + "/library.db")
	db.execute("UPDATE track SET recording_id = 1 WHERE id = 4")
	db.execute("UPDATE track SET removed = 1000 WHERE id = 1")
	db.execute("INSERT INTO amended(track_id, name_id, at, event_id) SELECT 1, id, 2000, 1 FROM tagname WHERE name = 'title'")
	db.commit()
	PY
	lib-search --show 1 --json | python3 -c '
import json, sys
t = json.load(sys.stdin)
assert t["same_recording"][0]["id"] == 4 and t["same_recording"][0]["year"] == 1987, t
assert t["amended"] == [{"field": "title", "at": "1970-01-01T00:33:20Z"}], t
assert t["removed"] == [{"at": "1970-01-01T00:16:40Z"}], t'
	# what is removed does not count
	lib-search --stats | python3 -c '
import json, sys
s = json.load(sys.stdin)
assert s["tracks"] == 6 and {"value": "Pop", "tracks": 1} in s["genres"], s'
	[ "$(lib-search --show 1 | grep -c '^amended  *field title')" = 1 ]
}

@test "--cover writes the bytes of the track's picture, or its release's" {
	rm -r "$FONOTECA_LIBRARY"
	main_line
	for id in $(lib-search --ids has:cover); do
		sha=$(lib-search --show "$id" --json | field cover)
		[ "$(lib-search --cover "$id" | sha256sum | cut -d ' ' -f 1)" = "$sha" ]
		[ "$(lib-search --cover "$id" --json | field sha256)" = "$sha" ]
		n=$((${n-0} + 1))
	done
	[ "$n" -ge 2 ]
	run -1 --separate-stderr lib-search --cover "$(lib-search --ids -l 1 missing:cover)"
	[ -z "$output" ] && [[ $stderr == *"has no cover"* ]]
	fails 4 lib-search --cover 999
	fails 2 lib-search --cover x
	requires script
	run -2 script -qec "lib-search --cover $id" /dev/null
	[[ $output == *"do not go to a terminal"* ]]
	run -4 bash -c "lib-search --cover $id >/dev/full"
}

@test "the library in numbers: JSON, and bars on a terminal" {
	lib-search --stats | is_json
	lib-search --stats | python3 -c '
import json, sys
s = json.load(sys.stdin)
assert s["type"] == "report" and s["tracks"] == 7 and s["duration_ms"] == 5013000, s
assert s["formats"] == [{"value": "mpeg", "tracks": 5}, {"value": "flac", "tracks": 2}], s
assert s["decades"] == [{"value": 1960, "tracks": 2}, {"value": 1970, "tracks": 1},
                        {"value": 1980, "tracks": 2}, {"value": 2010, "tracks": 1}], s
assert s["genres"][0] == {"value": "Rock", "tracks": 4} and s["genres"][-1]["value"] == "Mandopop", s
assert len(s["months"]) == 1 and s["months"][0]["tracks"] == 7, s'
	requires script
	run -0 script -qec "stty cols 50; lib-search --stats --color=never" /dev/null
	[[ ${lines[0]} =~ ^tracks\ +7 ]]
	[[ $output == *genres*Rock\ +4* ]] || [[ $output =~ Rock\ +4\ +█+ ]]
	for line in "${lines[@]}"; do
		[ "$(printf %s "$line" | tr -d '\r' | wc -L)" -le 50 ]
	done
	fails 2 lib-search --stats love
}

@test "--stats --html: one page with all that it needs inside" {
	lib-search --stats --html >page.html
	python3 - page.html <<-'END'
		import re, sys, xml.dom.minidom
		from html.parser import HTMLParser
		page = open(sys.argv[1], encoding="utf-8").read()
		open_, void = [], {"meta"}
		class Tags(HTMLParser):
		    def handle_starttag(self, tag, attrs):
		        assert tag != "script" and not {"src", "href"} & {k for k, _ in attrs}, (tag, attrs)
		        if tag not in void: open_.append(tag)
		    def handle_startendtag(self, tag, attrs): pass
		    def handle_endtag(self, tag): assert open_.pop() == tag, (tag, self.getpos())
		Tags().feed(page)
		assert not open_ and "url(" not in page and "prefers-color-scheme:dark" in page
		figures = re.findall(r"<figcaption>(.*?)</figcaption>\s*(<svg.*?</svg>)", page, re.S)
		assert [title for title, _ in figures] == ["formats", "decades", "genres", "months"], figures
		for title, svg in figures: xml.dom.minidom.parseString(svg)
		assert "Rock: 4 tracks" in page and "mpeg: 5 tracks" in page and "<b>7</b> tracks" in page
	END
	fails 2 lib-search --html love
	fails 2 lib-search --stats --html --json
	fails 2 lib-search --stats=plays --html -0
}

@test "examples of lib-search(1) run" {
	rm -r "$FONOTECA_LIBRARY"
	main_line
	lib-playlist -q create Fifties
	lib-playlist -q create Evening
	lib-search --ids -l 1 | lib-playlist -q add Evening -
	n=0
	while IFS= read -r line; do
		line=$(printf '%s\n' "$line" | sed "s/\\\\(aq/'/g; s/\\\\(ha/^/g; s/\\\\(ti/~/g; s/\\\\\\\\e/\\\\/g; s/\\\\e/\\\\/g; s/mpv/ls/; s/--follow.*/--events/")
		run --separate-stderr bash -c "$line"
		[ "$status" -lt 2 ] || { echo "$line: $stderr"; return 1; }
		n=$((n + 1))
	done < <(sed -n '/^.Sh EXAMPLES/,/^.Sh SEE/p' "$TREE/man/lib-search.1" | grep '^lib-')
	[ "$n" -ge 8 ]
}
