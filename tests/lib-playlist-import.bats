#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lib-playlist import: whatever other programs write, and nothing that they said is lost.

load helper

setup() {
	setup_fonoteca
	python3 "$TREE/tests/fixtures/seed.py" "$FONOTECA_LIBRARY" 9
	cd "$BATS_TEST_TMPDIR" || return 1
}

# holds NAME TRACK... : these tracks in this order, - where there is none.
holds() {
	local name=$1
	shift
	[ "$(lib-playlist show "$name" | cut -f 2 | tr '\n' ' ')" = "$* " ] || {
		lib-playlist show "$name"
		return 1
	}
}

@test "M3U: line ends, BOM, directives, attributes, decimals; the title names it" {
	printf '\xef\xbb\xbf#EXTM3U\r\n#PLAYLIST: Road trip \r\n#EXTINF:61.5,x\r\n/music/1.mp3\r\n\r\n/music/2.mp3\r/music/3.mp3\n#EXTINF:-1 tvg-id="a,b" x=y,T, U\n/music/4.mp3' >a.m3u
	run -0 lib-playlist import a.m3u
	[ "$output" = $'p1\ta.m3u\t4 entries\t4 path' ]
	holds 'Road trip ' 1 2 3 4 || holds 'Road trip' 1 2 3 4
	run -0 lib-playlist export p1
	[[ $output == *'#EXTINF:64 tvg-id="a,b" x=y,Artist B - Title 4'* ]]
}

@test "M3U in old code pages, UTF-16, and with bytes that are no text" {
	edit "UPDATE source SET path = CAST('/music/Björk – Jóga.mp3' AS BLOB) WHERE path = CAST('/music/1.mp3' AS BLOB)"
	printf '/music/Bj\xf6rk \x96 J\xf3ga.mp3\n' >latin.m3u
	printf '/music/Björk – Jóga.mp3\n' | iconv -t UTF-16 >wide.m3u8
	printf '/music/Björk – Jóga.mp3\n/no/\xff\xfe.mp3\n' >mixed.m3u
	printf '/music/Bj\x94rk.mp3\n' >dos.m3u
	lib-playlist import latin.m3u wide.m3u8 mixed.m3u
	holds latin 1
	holds wide 1
	holds mixed 1 -
	lib-playlist show --json mixed | grep -q '"location_b64":"L25vL//+Lm1wMw=="'
	lib-playlist export mixed | grep -qx 'file:///no/%FF%FE.mp3'
	edit "UPDATE source SET path = CAST('/music/Björk.mp3' AS BLOB) WHERE path = CAST('/music/2.mp3' AS BLOB)"
	lib-playlist import --encoding CP850 dos.m3u
	holds dos 2
	fails 3 lib-playlist import --encoding nonsense dos.m3u || [[ $stderr == *nonsense* ]]
	[[ $stderr == *"there is no encoding 'nonsense'"* ]]
}

@test "places: file URIs, relative to the playlist, backslashes and drives, streams" {
	mkdir -p lists/here
	here=$(realpath lists)
	edit "UPDATE source SET path = CAST('$here/a b/1.mp3' AS BLOB) WHERE path = CAST('/music/1.mp3' AS BLOB);
	      UPDATE file SET source = CAST('/music/The Wall/Hey You.mp3' AS BLOB) WHERE track_id = 5"
	printf '%s\n' "file://$here/a%20b/1.mp3" "file://localhost$here/a%20b/1.mp3" '../a b/1.mp3' './../a b/./1.mp3' \
	    '..\a b\1.mp3' 'D:\Musik\The Wall\Hey You.flac' 'file:///D:/Musik/The%20Wall/Hey%20You.mp3' \
	    'https://radio.example/x.mp3' >lists/here/l.m3u
	run -0 lib-playlist import lists/here/l.m3u
	holds l 1 1 1 1 1 5 5 -
	lib-playlist export l | tail -n 1 | grep -qx 'https://radio.example/x.mp3'
	# from standard input relative paths start here
	(cd lists && printf 'a b/1.mp3\n' | lib-playlist import --name stdin -)
	holds stdin 1
}

@test "what is found by less than its path: case, accents, the end of the path, tags, recordings" {
	edit "UPDATE file SET source = CAST('/music/Sigur Rós/Ágætis byrjun/02 Svefn-g-englar.mp3' AS BLOB) WHERE track_id = 1;
	      UPDATE file SET source = CAST('/music/A/One/01.mp3' AS BLOB) WHERE track_id = 2;
	      UPDATE file SET source = CAST('/music/B/One/01.mp3' AS BLOB) WHERE track_id = 3;
	      UPDATE recording SET mb_trackid = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee' WHERE id = 4;
	      DELETE FROM source"
	cat >l.m3u <<-'END'
		/MUSIC/sigur ros/agaetis byrjun/02 SVEFN-G-ENGLAR.mp3
		/elsewhere/Sigur Rós/Ágætis byrjun/02 Svefn_g_englar.ogg
		/x/A/One/01.mp3
		/x/One/01.mp3
		/x/01.mp3
		#EXTINF:65,Artist C - Title 5
		/x/nothing.mp3
		#EXTINF:66,artist a - TITLE 6
		/x/nothing.mp3
		#EXTINF:90,Artist A - Title 6
		/x/nothing.mp3
	END
	lib-playlist --json import l.m3u >report
	holds l 1 1 2 - - 5 6 -
	[ "$(jq -r 'select(.type == "match") | .how' report | tr '\n' ' ')" = "name suffix suffix missing missing tags tags missing " ]
	[ "$(jq -c 'select(.type == "report") | [.format, .entries, .found, .missing]' report)" = \
	    '["m3u",8,{"name":1,"suffix":2,"tags":2},3]' ]
	is_json <report
	cat >l.jspf <<-'END'
		{"playlist":{"title":"LB","identifier":"https://listenbrainz.org/playlist/x","track":[
		{"identifier":["https://musicbrainz.org/recording/AAAAAAAA-bbbb-cccc-dddd-eeeeeeeeeeee"],"title":"x"},
		{"identifier":"https://musicbrainz.org/recording/11111111-bbbb-cccc-dddd-eeeeeeeeeeee","title":"Title 7","creator":"Artist B"}]}}
	END
	lib-playlist import l.jspf
	holds LB 4 7
	# streams stay what they are
	printf '#EXTINF:65,Artist C - Title 5\nhttp://radio/5\n' >s.m3u
	lib-playlist import s.m3u
	holds s -
}

@test "PLS: any order and case, gaps, numbers that lie" {
	printf '[Playlist]\r\nnumberofentries=77\r\nFILE9=/music/2.mp3\r\nTitle1=One\r\nfile1=/music/1.mp3\r\nLength1=61\r\nFile1000=/music/3.mp3\r\nNote9=keep\r\nVersion=2\r\n' >a.pls
	lib-playlist import a.pls
	holds a 1 2 3
	lib-playlist export a --as pls >b.pls
	grep -qx 'Note2=keep' b.pls
	grep -qx 'NumberOfEntries=3' b.pls
}

@test "XSPF: namespaces, several places, entities of XML, what is not known" {
	cat >a.xspf <<-'END'
		<?xml version="1.0" encoding="ISO-8859-1"?>
		<x:playlist version="1" xmlns:x="http://xspf.org/ns/0/" xmlns:q="urn:q">
		<x:title>Caf&#233; &amp; bar</x:title>
		<x:annotation>about it</x:annotation>
		<x:meta rel="http://a">b</x:meta>
		<x:extension application="urn:a"><q:deep a="1&quot;2"><q:er>x &lt; y</q:er></q:deep></x:extension>
		<x:trackList><x:track>
		  <x:location>file:///music/1.mp3</x:location><x:location>http://other/1.mp3</x:location>
		  <x:image>http://i/1.jpg</x:image>
		  <x:extension application="urn:t"><q:t/></x:extension>
		</x:track><x:track><x:creator>Nobody</x:creator><x:title>Gone</x:title><x:trackNum>7</x:trackNum></x:track>
		</x:trackList></x:playlist>
	END
	lib-playlist import a.xspf
	holds 'Café & bar' 1 -
	lib-playlist export p1 --as xspf >b.xspf
	python3 - <<-'PY'
	import xml.etree.ElementTree as E
	n = "{http://xspf.org/ns/0/}"
	r = E.parse("b.xspf").getroot()
	assert r.tag == n + "playlist" and r.get("version") == "1"
	assert r.findtext(n + "title") == "Café & bar" and r.findtext(n + "annotation") == "about it"
	assert r.find(n + "meta").get("rel") == "http://a" and r.findtext(n + "meta") == "b"
	assert r.find(n + "extension").find("{urn:q}deep").get("a") == '1"2'
	assert r.find(n + "extension").find("{urn:q}deep").findtext("{urn:q}er") == "x < y"
	a, b = r.find(n + "trackList")
	assert [x.text for x in a.findall(n + "location")][1:] == ["http://other/1.mp3"]
	assert a.findtext(n + "location").endswith(".mp3") and a.findtext(n + "image") == "http://i/1.jpg"
	assert a.find(n + "extension").find("{urn:q}t") is not None
	assert [x.tag for x in b] == [n + "title", n + "creator", n + "trackNum"], [x.tag for x in b]
	PY
}

@test "XSPF: xml:base of the list, of its tracks, of one place, each relative to the one around it" {
	cat >a.xspf <<-'END'
		<playlist version="1" xmlns="http://xspf.org/ns/0/" xml:base="http://example.org/music/list.xspf">
		<title>Based</title><trackList xml:base="old/">
		<track><location>1.mp3</location></track>
		<track xml:base="file:///srv/all%20music/"><location>a%20b/2.mp3</location></track>
		<track xml:base="/other/x"><location xml:base="deep/">../3.mp3</location></track>
		<track><location>/4.mp3</location></track>
		<track><location>//host/5.mp3</location></track>
		<track><location>file:///6.mp3</location></track>
		<track xml:base="http://bare"><location>7.mp3</location></track>
		</trackList></playlist>
	END
	lib-playlist -q import a.xspf
	[ "$(lib-playlist show Based --json | jq -r 'select(.type=="entry") | .path // .location')" = "$(cat <<-'END'
		http://example.org/music/old/1.mp3
		/srv/all music/a b/2.mp3
		http://example.org/other/deep/../3.mp3
		http://example.org/4.mp3
		http://host/5.mp3
		/6.mp3
		http://bare/7.mp3
	END
	)" ]
	mkdir lists
	sed 's|xml:base="http://example.org/music/list.xspf"|xml:base="sub/dir/"|; s|Based|Near|' a.xspf >lists/b.xspf
	lib-playlist -q import lists/b.xspf
	[ "$(lib-playlist show Near --json | jq -r 'select(.position==1).path')" = "$PWD/lists/sub/dir/old/1.mp3" ]
	# a base that every track would repeat is none
	sed "s|http://example.org|http://$(printf '%09000d' 0)|" a.xspf >long.xspf
	run -3 --separate-stderr lib-playlist import long.xspf
	[[ $stderr == *'xml:base'* ]]
}

@test "XML that is no playlist, or that attacks, is refused and leaves nothing" {
	printf '<?xml version="1.0"?><!DOCTYPE p [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><playlist><title>&b;</title></playlist>' >bomb.xspf
	printf '<!DOCTYPE p SYSTEM "file:///etc/passwd"><playlist/>' >system.xspf
	printf '<playlist><trackList><track><title>&nope;</title></track></trackList></playlist>' >entity.xspf
	printf '<html><body/></html>' >page.xspf
	printf '<playlist><trackList>' >cut.xspf
	python3 -c 'print("<playlist>" + "<a>" * 100000)' >deep.xspf
	python3 -c 'print("{\"playlist\":{\"track\":[" + "[" * 100000)' >deep.jspf
	printf '{"playlist":{"track":[{"title":"x"},' >cut.jspf
	printf '{"playlist":{"track":[7]}}' >seven.jspf
	printf '{"a":1}' >other.jspf
	printf 'a\0b' >nul.m3u8
	before=$(catalogue)
	for f in *.xspf *.jspf nothere.m3u; do
		run -3 --separate-stderr timeout 20 lib-playlist import "$f"
		[[ $stderr == "lib-playlist: $f: "* ]] || fail "$f: $stderr"
		[ "$(catalogue)" = "$before" ]
	done
	lib-playlist import nul.m3u8 || [ $? -eq 3 ]
	intact
}

@test "JSPF: texts or arrays, extensions, members that nobody knows, come back as they were" {
	cat >a.jspf <<-'END'
		{"playlist":{"title":"J","creator":"me","date":"2024-01-02T03:04:05Z","attribution":[{"location":"http://l"}],
		"link":[{"http://r":"http://c"}],"extension":{"https://musicbrainz.org/doc/jspf#playlist":{"public":true,"n":[1,{"x":null}]}},
		"track":[{"location":["http://a","http://b"],"identifier":"urn:x","title":"T","duration":1234,"trackNum":3,
		"extension":{"urn:e":{"added_by":"someone"}},"odd":{"member":[1,2]}}]}}
	END
	lib-playlist import a.jspf
	lib-playlist export J --as jspf >b.jspf
	python3 - <<-'PY'
	import json
	a, b = (json.load(open(f))["playlist"] for f in ("a.jspf", "b.jspf"))
	a["track"][0]["identifier"] = [a["track"][0]["identifier"]]
	assert a == b, (a, b)
	PY
}

@test "unknown directives stay before their entry, wherever it goes" {
	cat >a.m3u8 <<-'END'
		#EXTM3U url-tvg="x"
		#PLAYLIST:Keep
		#EXTENC: UTF-8
		#GONIC-NAME:"Keep"
		#EXTALB:An album
		# a remark
		#EXTINF:61,Artist B - Title 1
		/music/1.mp3
		#EXTGRP:g
		#EXTINF:-1,Lost
		/lost/x.mp3
		#EXT-X-ENDLIST
	END
	lib-playlist import a.m3u8
	lib-playlist export Keep | sed 's|^/.*/blobs/.*|/music/1.mp3|' | diff a.m3u8 -
	lib-playlist move Keep 2 1
	lib-playlist export Keep | grep -A 2 -x '#EXTGRP:g' | tail -n 1 | grep -qx /lost/x.mp3
	lib-playlist copy Keep Twin
	lib-playlist export Twin | grep -qx '#EXTGRP:g'
}

@test "importing again changes nothing; another list of that name is refused or replaced" {
	printf '#EXTM3U\n/music/1.mp3\n/gone.mp3\n' >a.m3u
	lib-playlist import a.m3u
	before=$(catalogue) events=$(query "SELECT count(*) FROM event")
	run -0 lib-playlist import a.m3u
	[[ $output == *unchanged ]]
	[ "$(catalogue)" = "$before" ]
	[ "$(query "SELECT count(*) FROM event")" = "$events" ]
	printf '#EXTM3U\n/music/2.mp3\n' >a.m3u
	fails 3 lib-playlist import a.m3u
	[[ $stderr == *"already"* ]]
	[ "$(catalogue)" = "$before" ]
	lib-playlist import --replace a.m3u
	holds p1 2
	lib-commit -q --undo
	holds p1 1 -
	lib-playlist import --name Other a.m3u
	holds Other 2
	fails 2 lib-playlist import --name X a.m3u a.m3u
	lib-playlist -n import --name Dry a.m3u
	fails 4 lib-playlist show Dry
	intact
}

@test "entries are found by later commits, and lost and found with their tracks" {
	rm -r "$FONOTECA_LIBRARY"
	mkdir music
	cp "$FIXTURES"/audio/*.mp3 music/
	one=$(find music -name '*.mp3' | sort | head -n 1)
	lib-import -q "$FIXTURES"/audio/*.flac | lib-commit -q >/dev/null
	printf '#EXTINF:-1,nobody\n%s\n#EXTINF:-1,nobody\nZ:\\other\\%s\nhttp://x/y\n' "$PWD/$one" "$(basename "$one" | tr a-z A-Z)" >a.m3u
	lib-playlist import a.m3u
	holds a - - -
	lib-playlist export a | grep -qF "Z:\\other\\"
	lib-import -q music | lib-commit -q >/dev/null
	track=$(lib-search --json | jq -r --arg p "$PWD/$one" 'select(.source == $p) | .id')
	holds a "$track" "$track" -
	[ "$(query "SELECT how FROM found" | head -n 1)" = suffix ] || [ "$(query "SELECT count(*) FROM found")" -ge 1 ]
	lib-search --ids playlist:a | grep -qx "$track"
	lib-search --ids 'playlist:*' | grep -qx "$track"
	lib-search --json --show "$track" | jq -e '[.playlists[].position] == [1, 2]'
	lib-commit -q --remove "$track" >/dev/null
	lib-playlist show a | cut -f 6 | tr '\n' ' ' | grep -qx 'missing missing missing '
	lib-commit -q --restore "$track" >/dev/null
	holds a "$track" "$track" -
	# the import can still be taken back
	lib-commit -q --undo && lib-commit -q --undo && lib-commit -q --undo
	[ -z "$(lib-playlist list)" ]
}

@test "entries are found by an amendment at once, and lost with the tags that they were found by" {
	printf '#EXTINF:-1,Somebody - Some title\nZ:\\lost\\01.mp3\n' >a.m3u
	lib-playlist -q import a.m3u
	holds a -
	lib-commit -q --amend 1 title='Some Title' artist=somebody
	holds a 1
	[ "$(query 'SELECT how FROM found')" = tags ]
	lib-commit -q -n --amend 1 title=Else
	holds a 1
	lib-commit -q --amend 1 title=Else
	holds a -
	lib-commit -q --undo
	holds a 1
	# another one of that name takes its place
	lib-commit -q --amend 2 title='some title' artist=Somebody
	lib-commit -q --amend 1 title=Else
	holds a 2
	lib-playlist export a | grep -qF '/blobs/'
}

@test "Navidrome's smart playlists become queries; what has no counterpart is told" {
	cat >a.nsp <<-'END'
		{"name":"90s","all":[{"inTheRange":{"year":[1990,1999]}},{"any":[{"is":{"genre":"Trip Hop"}},{"contains":{"artist":"air"}}]},
		{"is":{"loved":true}},{"gt":{"rating":3}},{"inTheLast":{"dateadded":30}}],"sort":"-year,random","limit":25}
	END
	run -0 --separate-stderr lib-playlist import a.nsp
	[[ $stderr == *'left out: {"is":{"loved":true}}'* && $stderr == *'only nearly the same: {"contains"'* ]]
	[[ $stderr == *"left out: order by random"* ]]
	run -0 lib-playlist --json list
	[ "$(jq -r '.query[0] + "|" + .sort + "|" + (.limit|tostring)' <<<"$output")" = \
	    '(year:1990..1999 (genre:=~"Trip Hop" OR artist:"air") rating:>60 added:30d..)|year-|25' ]
	lib-playlist show 90s
	printf '{"all":[{"is":{"loved":true}}]}' >none.nsp
	fails 3 lib-playlist import none.nsp
	printf '{"name":"x"}' >bad.nsp
	fails 3 lib-playlist import bad.nsp
}

@test "a hundred thousand entries take seconds and little memory" {
	[ -z "${FONOTECA_SAN:-}" ] || skip "a sanitizer build has no limit of memory"
	python3 -c '
print("#EXTM3U")
for n in range(100000):
    print("#EXTINF:100,Artist - Song %d\n/music/%d.mp3" % (n, n))' >big.m3u
	run -0 /usr/bin/env bash -c 'ulimit -v 1000000; time timeout 120 lib-playlist import big.m3u'
	[ "$(lib-playlist --json list | jq -c '[.tracks, .missing]')" = '[100000,99991]' ]
	lib-playlist export big | tail -n 1 | grep -qx /music/99999.mp3
}

@test "M3U with percent codes: a name that has them itself comes first" {
	mkdir lists
	here=$(realpath .)
	edit "UPDATE source SET path = CAST('$here/Moon Safari/1 & 2.mp3' AS BLOB) WHERE path = CAST('/music/1.mp3' AS BLOB);
	      UPDATE source SET path = CAST('$here/100%25.mp3' AS BLOB) WHERE path = CAST('/music/2.mp3' AS BLOB);
	      UPDATE file SET source = CAST('/nas/Air/Talkie Walkie/03 Run.mp3' AS BLOB) WHERE track_id = 5"
	printf '%s\n' '../Moon%20Safari/1%20&%202.mp3' '../100%25.mp3' '../Talkie%20Walkie/03%20Run.mp3' '../gone%20by.mp3' >lists/l.m3u8
	run -0 lib-playlist import lists/l.m3u8
	holds l 1 2 5 -
	# what is not found is written as it stood
	lib-playlist export l | grep -qx '../gone%20by.mp3'
}

@test "VLC's times of a whole file are kept as they stood" {
	printf '%s\n' '#EXTM3U' '#EXTVLCOPT:start-time=3' '#EXTVLCOPT:network-caching=1000' '#EXTVLCOPT:stop-time=7.5' /music/1.mp3 /music/2.mp3 >l.m3u8
	lib-playlist import l.m3u8
	holds l 1 2
	run -0 lib-playlist export l
	[[ $output == *'#EXTVLCOPT:network-caching=1000'*'#EXTVLCOPT:start-time=3'$'\n''#EXTVLCOPT:stop-time=7.5'$'\n'*/blobs/* ]]
	[ "$(grep -c EXTVLCOPT <<<"$output")" = 3 ]
}

@test "what is no playlist is refused with the reason, and leaves none behind" {
	refused() { # refused FILE TEXT
		fails 3 lib-playlist import "$1"
		[[ $stderr == "lib-playlist: $1: $2"* ]] || fail "$stderr"
	}
	{ printf 'ID3\x04\0\0\0\0\0\0TIT2 x\n' && head -c 500 /dev/zero && printf '\xff\xfb\x90\n\n'; } >song.mp3
	printf 'a\0b\n' >nul.m3u
	printf 'REM GENRE x\r\nFILE "x.wav" WAVE\r\n  TRACK 01 AUDIO\r\n    INDEX 01 00:00:00\r\n' >x.cue
	printf 'Track URI,Track Name,Artist Name(s)\r\nspotify:track:1,A,B\r\n' >x.csv
	echo '<?xml version="1.0"?><!DOCTYPE plist PUBLIC "x" "y"><plist/>' >itunes.xml
	echo '<?wpl version="1.0"?><smil><body/></smil>' >x.wpl
	printf '<playlist version="1"><trackList><track><location>a' >cut.xspf
	refused song.mp3 'holds NUL bytes: it is no playlist'
	refused nul.m3u 'holds NUL bytes: it is no playlist'
	refused x.cue 'is a cue sheet, no playlist: lib-import reads it'
	refused x.csv 'is a table, no playlist: save it as M3U8 or XSPF'
	refused itunes.xml "is no XSPF: its DOCTYPE is 'plist'; save it as"
	refused x.wpl 'is no XSPF: it begins with <smil>; save it as'
	refused cut.xspf 'it breaks off in line 1'
	[ -z "$(lib-playlist list)" ]
}

@test "a file whose name can be no playlist's is that file's error, and --name helps" {
	echo /music/1.mp3 >p4.m3u
	echo /music/2.mp3 >b.m3u
	run -3 --separate-stderr lib-playlist import p4.m3u b.m3u
	[[ $stderr == "lib-playlist: p4.m3u: 'p4' cannot be a playlist's name: it looks like an id; --name gives it another" ]]
	holds b 2
	lib-playlist import --name four p4.m3u
	holds four 1
	fails 2 lib-playlist import --name p4 p4.m3u
}
