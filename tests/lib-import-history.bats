# SPDX-License-Identifier: MIT
# lib-import --history and --played: what was heard, from elsewhere, once each.
load helper

setup() {
	setup_fonoteca
	H=$FIXTURES/history
}

# plays [COLUMNS] [MORE] : rows of plays in the order of their starts.
plays() {
	query "SELECT ${1:-start, artist, title, album} FROM play JOIN told ON told.id = told_id JOIN history h ON h.id = history_id ${2-} ORDER BY start, play.id"
}

# counters : those of tracks equal a recount.
counters() {
	[ "$(query 'SELECT recording_id, plays, last FROM heard ORDER BY 1')" = "$(query 'SELECT t.recording_id, count(*), max(start)
		FROM play JOIN told ON told.id = told_id JOIN track t ON t.id = track_id
		WHERE uncounted IS NULL AND dup_of IS NULL GROUP BY 1 ORDER BY 1')" ] || fail "heard is not a recount"
}

history() {
	lib-import --history "$@"
}

@test "each format is known by its content, whatever its name" {
	count=0
	for pair in rockbox.scrobbler.log=scrobbler-log version-1.0.scrobbler.log=scrobbler-log Streaming_History_Audio_2019.json=spotify \
		StreamingHistory_music_0.json=spotify-account listens.jsonl=listenbrainz someone_lb-2023-04-09.json=listenbrainz \
		lastfm.csv=lastfm-csv recenttracks-someone-1500000300.csv=lastfm-csv recenttracks.json=lastfm-json librefm.csv=librefm \
		maloja_export_20240101.json=maloja pano.jsonl=pano exported_tracks.txt=lastfm-tsv own.jsonl=fonoteca; do
		count=$((count + 1))
		cp "$H/${pair%=*}" "file$count"
		run --separate-stderr history -n "file$count"
		[[ $output == "file$count: ${pair#*=}: "* ]] || fail "$pair: $output"
	done
	[ ! -e "$FONOTECA_LIBRARY" ] # a dry run makes no library
	[ "$(find "$H" -type f | wc -l)" -eq $count ]
}

@test "a .scrobbler.log: tabs alone cut it, # is a comment in column 1, <UNTAGGED>, 7 or 8 fields, ratings" {
	run -3 --separate-stderr history --tz UTC "$H/rockbox.scrobbler.log"
	[[ $output == *": scrobbler-log: 6 new, 1 do not count; 1 skipped; 2 broken" ]]
	[[ $stderr == *"rockbox.scrobbler.log: line 11: it has 2 fields"* ]]
	[[ $stderr == *"line 12: it has no time: the player had no clock"* ]]
	diff <(plays start,artist,title,album,length_ms,uncounted,mb_trackid) - <<-'END'
		1700000000|Air|All I Need|Moon Safari|268000||
		1700000300|The Quotes|"Never closed|Singles|180000||
		1700000600|The Hashes|#1 Hit # Mix|Singles|200000||11111111-2222-4333-8444-555555555555
		1700000900|Portishead|Roads|Dummy|302000|skipped|
		1700001200||/Music/unknown.mp3||90000||
		1700002100|Air|All I Need|Moon Safari|268000||
	END
	run -0 --separate-stderr history "$H/version-1.0.scrobbler.log"
	[[ $output == *": 1 new; 1 known" ]]
	[ -z "$stderr" ] # it says that its times are UTC
}

@test "--tz tells the clock of a player that does not; without it is this machine's, which is said" {
	printf '#AUDIOSCROBBLER/1.1\n#TZ/UNKNOWN\nAir\t\tA\t\t100\tL\t1720000000\t\nAir\t\tB\t\t100\tL\t1700000000\t\n' >log
	for zone in Europe/Berlin=-7200,-3600 +05:30=-19800,-19800 -0200=7200,7200 UTC=0,0; do
		rm -rf "$FONOTECA_LIBRARY"
		run -0 --separate-stderr history --tz "${zone%=*}" log
		[ -z "$(grep -v 'new library' <<<"$stderr")" ]
		diff <(plays start,zone) <(offsets=${zone#*=}
			printf '%s|%s\n' $((1700000000 + ${offsets#*,})) "${zone%=*}" $((1720000000 + ${offsets%,*})) "${zone%=*}")
	done
	rm -rf "$FONOTECA_LIBRARY"
	TZ=America/New_York run -0 --separate-stderr history log
	[[ $stderr == *"tells no time zone"*"America/New_York"*--tz* ]]
	[ "$(plays start | head -n 1)" = 1700018000 ]
	fails 2 lib-import --history --tz Nowhere/City log
	fails 2 lib-import --history --tz +99:00 log
	fails 2 lib-import --history --tz ../../etc/passwd log
}

@test "Spotify: ts is the end, the album has an odd name, podcasts pass, skips and private sessions do not count" {
	main_line
	run -3 --separate-stderr history "$H/Streaming_History_Audio_2019.json"
	[[ $output == *": spotify: 5 new, 5 of them found in the library, 2 do not count, 1 told by another source too; 2 skipped; 1 broken" ]]
	[[ $stderr == *"object 8: 'not a time' is no time"* ]]
	diff <(plays start,album,heard_ms,uncounted,dup_of) - <<-'END'
		1556704800|Moon Safari|268000||
		1556704812|Moon Safari|268000||1
		1556708401|Dummy|9876|skipped|
		1556712000|Dummy|45000||
		1556715298|Dummy|302000|private|
	END
	counters
	[ "$(lib-search -f '$plays' title:roads)" = 1 ]
}

@test "what is private is never stored, at any depth" {
	history -q "$H/Streaming_History_Audio_2019.json" "$H/listens.jsonl" || [ $? -eq 3 ]
	query "SELECT raw FROM play_raw" | grep -q '"platform":"Linux"'
	lib-sweep -q # what was written is in library.db
	! grep -aE '203\.0\.113\.77|Secret/1\.0' "$FONOTECA_LIBRARY"/library.db*
}

@test "Spotify's account data: minutes, UTC, and the same plays as in the extended history" {
	TZ=Asia/Tokyo history -q --tz Asia/Tokyo "$H/StreamingHistory_music_0.json"
	diff <(plays start,exact_s,title,uncounted) - <<-'END'
		1556704772|60|All I Need|
		1580774010|60|Teardrop|
		1580774999|60|Teardrop|short
	END
	history -q "$H/Streaming_History_Audio_2019.json" || [ $? -eq 3 ]
	[ "$(plays dup_of,type 'WHERE dup_of IS NOT NULL')" = $'1|spotify\n1|spotify' ]
}

@test "ListenBrainz: fractions, empty mappings, two namings of lengths, broken lines" {
	run -3 --separate-stderr history "$H/listens.jsonl"
	[[ $output == *": listenbrainz: 4 new; 3 broken" ]]
	[[ $stderr == *"line 5: it is no JSON"*"line 6: it has no time"*"line 7: it has no title"* ]]
	diff <(plays start,artist,length_ms,mb_trackid,isrc) - <<-'END'
		1680000000|Air|268000||FRZ119800040
		1680000400|Air feat. Beth Hirsch|268000|aaaaaaaa-0000-4000-8000-00000000000a|
		1680000800|Portishead||cccccccc-0000-4000-8000-000000000001|
		1680002000|宇多田ヒカル|||
	END
	run -3 --separate-stderr history "$H/someone_lb-2023-04-09.json"
	[[ $output == *": 3 new; 2 broken" ]]
	[[ $stderr == *"object 2: it is not whole"*"object 4: it is no object"* ]]
}

@test "Last.fm: quotes, an empty date is what plays just now, a forgotten quote costs its own row" {
	run -3 --separate-stderr history "$H/lastfm.csv"
	[[ $output == *": lastfm-csv: 3 new; 1 skipped; 3 broken" ]]
	[[ $stderr == *"line 4: a quote"*"line 6: it has 2 fields"*"line 7: '31 Feb 2006 10:00' is no time"* ]]
	diff <(plays start,exact_s,artist,album) - <<-'END'
		1136214240|60|Air|Moon Safari
		1136246400|60|The "Quoted"|Commas, and more
		1136455200|60|Portishead|Dummy
	END
	rm -rf "$FONOTECA_LIBRARY"
	history -q "$H/recenttracks-someone-1500000300.csv"
	[ "$(plays start,mb_trackid,mb_albumid | tail -n 1)" = \
		'1500000300|cccccccc-0000-4000-8000-000000000001|eeeeeeee-0000-4000-8000-000000000001' ]
	rm -rf "$FONOTECA_LIBRARY"
	history -q "$H/recenttracks.json" "$H/exported_tracks.txt"
	[ "$(plays start,artist,album,mb_trackid)" = '1510000000|Air|Moon Safari|
1510000300|Portishead||
1620000000|Air|Moon Safari|
1620000300|Portishead|Dummy|cccccccc-0000-4000-8000-000000000001' ]
}

@test "Libre.fm, Maloja, Pano Scrobbler, lines of our own" {
	history -q "$H/librefm.csv" || [ $? -eq 3 ]
	[ "$(plays start,title,album)" = $'1400000000|All I Need|Moon Safari\n1400000300|Roads|Dummy' ]
	rm -rf "$FONOTECA_LIBRARY"
	history -q "$H/maloja_export_20240101.json" "$H/pano.jsonl"
	[ "$(plays start,artist,album,length_ms,heard_ms)" = '1600000000|Air feat. Beth Hirsch|Moon Safari|268000|260000
1600000400|Portishead|||
1610000000|Air|Moon Safari|268000|
1610000400|Portishead||302000|' ]
	rm -rf "$FONOTECA_LIBRARY"
	history -q --user ben "$H/own.jsonl"
	[ "$(plays 'start,(SELECT name FROM listener l WHERE l.id = listener_id),type,h.name,uncounted')" = '1704103200|ana|spotify|a.json|
1704103200|ben|player|mpd|short
1704106800|ben|fonoteca|own.jsonl|' ]
	[ "$(query 'SELECT raw FROM play_raw WHERE play_id = 1')" = '{"a":[1,2]}' ]
}

@test "zip and gz are read as they are, from a pipe too; what is no history in an archive passes" {
	mkdir -p listens/2023 "Spotify Extended Streaming History"
	cp "$H/someone_lb-2023-04-09.json" "Spotify Extended Streaming History/endsong_0.json"
	cp "$H/pano.jsonl" listens/2023/4.jsonl
	echo '{"recording_msid":"x","recording_mbid":null,"score":1,"created":1680000000}' >feedback.jsonl
	echo '{"user_id":1,"username":"someone"}' >user.json
	python3 - <<-'PY'
	import zipfile
	for name, how in (("deflated.zip", zipfile.ZIP_DEFLATED), ("stored.zip", zipfile.ZIP_STORED)):
	    with zipfile.ZipFile(name, "w", how) as z:
	        z.writestr("listens/", "")
	        for f in ("user.json", "feedback.jsonl", "listens/2023/4.jsonl", "Spotify Extended Streaming History/endsong_0.json"):
	            with z.open(f, "w", force_zip64=name == "stored.zip") as m:
	                m.write(open(f, "rb").read())
	PY
	run -3 --separate-stderr history deflated.zip
	[[ $output == *"deflated.zip: listens/2023/4.jsonl: pano: 2 new"*"endsong_0.json: listenbrainz: 3 new"* ]]
	run -3 --separate-stderr history stored.zip
	[[ $output == *": pano: 0 new; 2 known"*": listenbrainz: 0 new; 3 known"* ]]
	run -3 --separate-stderr bash -c 'cat deflated.zip | lib-import --history -'
	[[ $output == *"standard input: listens/2023/4.jsonl: pano: 0 new; 2 known"* ]]
	gzip -c "$H/pano.jsonl" >two.gz
	gzip -c "$H/exported_tracks.txt" >>other.gz
	{ head -n 1 "$H/pano.jsonl" | gzip -c; tail -n 1 "$H/pano.jsonl" | gzip -c; } >members.gz
	run -0 --separate-stderr history two.gz other.gz members.gz
	[ "${lines[0]}" = "two.gz: pano: 0 new; 2 known" ]
	[ "${lines[1]}" = "other.gz: lastfm-tsv: 2 new" ]
	[ "${lines[2]}" = "members.gz: pano: 0 new; 2 known" ]
	[ "$(query 'SELECT name FROM history ORDER BY 1')" = 'deflated.zip: Spotify Extended Streaming History/endsong_0.json
deflated.zip: listens/2023/4.jsonl
other.gz' ]
}

@test "a damaged archive is told of, and what was whole in it is in" {
	python3 - <<-'PY'
	import zipfile
	rows = "".join('{"timeMs":%d,"track":"T%d","artist":"A"}\n' % (1600000000000 + 1000000 * i, i) for i in range(200))
	with zipfile.ZipFile("a.zip", "w", zipfile.ZIP_STORED) as z:
	    z.writestr("one.jsonl", rows)
	    z.writestr("two.jsonl", rows.replace("T", "U"))
	data = open("a.zip", "rb").read()
	open("checksum.zip", "wb").write(data.replace(b'"T7"', b'"X7"', 1))
	open("short.zip", "wb").write(data[:-100])
	open("outside.zip", "wb").write(data.replace(b"PK\1\2", b"PK\1\3"))
	PY
	run -3 --separate-stderr history checksum.zip
	[[ $stderr == *"one.jsonl is damaged"* ]]
	[[ $output == *"two.jsonl: pano: 200 new"* ]]
	run -3 --separate-stderr history short.zip
	[[ $stderr == *"cut short"* ]]
	run -3 --separate-stderr history outside.zip
	[[ $stderr == *"directory is broken"* ]]
	python3 -c '
import gzip
rows = "".join("{\"timeMs\":%d,\"track\":\"T%d\",\"artist\":\"A\"}\n" % (1500000000000 + 99991 * i, i * i) for i in range(9000))
open("short.gz", "wb").write(gzip.compress(rows.encode())[:-4000])'
	run -3 --separate-stderr history short.gz
	[[ $stderr == *"short.gz ends within what gzip packed"* ]]
	[ "$(query 'SELECT count(*) > 5000 FROM play')" = 1 ]
}

@test "what is no history is told of, and the others are read; status 3" {
	echo hello >text
	: >empty
	mkdir folder
	printf '\xff\xfe[\0{\0' >utf16
	run -3 --separate-stderr history text empty folder utf16 missing "$FIXTURES/audio/love.ogg" "$H/pano.jsonl"
	[ "$output" = "$H/pano.jsonl: pano: 2 new" ]
	for what in 'text: it is no history' 'empty: it is empty' 'folder: is a folder' 'utf16: it is UTF-16' 'missing: '; do
		[[ $stderr == *"lib-import: $what"* ]] || fail "$what"
	done
	run -0 --separate-stderr history --type spotify "$H/pano.jsonl" # taken at its word
	[[ $output == *": spotify: 0 new; 2 skipped" ]]
	[ "$(plays 'count(*)')" = 2 ]
}

@test "--type decides, and the options belong together" {
	printf 'time,artist,track,extra\n1500000000,Air,A,x\n' >table
	run -0 --separate-stderr history --type lastfm-csv table
	[ "$output" = "table: lastfm-csv: 1 new" ]
	run -3 --separate-stderr history --type scrobbler-log table
	fails 2 lib-import --history --type nonsense table
	fails 2 lib-import --history
	fails 2 lib-import --type spotify table
	fails 2 lib-import --history --resume s1
	fails 2 lib-import --history --set title=x table
	fails 2 lib-import --played table
	fails 2 lib-import --history --user '' table
}

@test "nothing is doubled: the same again, the same from elsewhere, another listener's is another" {
	main_line
	history -q "$H/pano.jsonl"
	before=$(query 'SELECT count(*), max(id) FROM play')
	run -0 --separate-stderr history "$H/pano.jsonl" # not even read
	[[ $output == "$H/pano.jsonl: pano: 0 new; 2 known: this file is h1, of 20"??-??-?? ]]
	run -0 --separate-stderr history --again "$H/pano.jsonl"
	[ "$output" = "$H/pano.jsonl: pano: 0 new; 2 known" ]
	[ "$(query 'SELECT count(*), max(id) FROM play')" = "$before" ]
	# told in other words: case, accents and punctuation are folded
	printf '{"timeMs":1610000000999,"track":"ALL I NEED!","artist":"aïr"}\n' | lib-import --history -q -
	[ "$(plays 'count(*)')" = 2 ]
	history -q --user ana "$H/pano.jsonl"
	[ "$(plays 'count(*)')" = 4 ]
	[ "$(lib-search -f '$plays' 'title:"all i need"')" = 2 ]
	counters
}

@test "near in time and from another source: marked, kept, not counted; from the same source they are two" {
	main_line
	echo '{"timeMs":1600000000000,"track":"Roads","artist":"Portishead"}' >a
	echo '{"listened_at":1600000009,"track_metadata":{"artist_name":"Portishead","track_name":"Roads"}}' >near
	echo '{"listened_at":1600000020,"track_metadata":{"artist_name":"Portishead","track_name":"Roads"}}' >far
	echo '{"timeMs":1600000005000,"track":"Roads","artist":"Portishead"}' >again
	run -0 history a near far again
	[[ $output == *"near: listenbrainz: 1 new, 1 of them found in the library, 1 told by another source too"* ]]
	[[ $output == *"far: listenbrainz: 1 new, 1 of them found in the library"* && $output == *"again: pano: 1 new, 1 of them found in the library"* ]]
	[ "$(plays start,dup_of)" = '1600000000|
1600000005|
1600000009|1
1600000020|' ]
	[ "$(lib-search -f '$plays' title:roads)" = 3 ]
	counters
}

@test "plays are matched by MBID, by ISRC, then by artist, title and album; later commits match what was left" {
	printf '%s\n' '{"start":1600000000,"artist":"Nobody","title":"Nothing","mbid":"aaaaaaaa-0000-4000-8000-000000000001"}' \
		'{"start":1600001000,"artist":"Nobody","title":"Nothing else","isrc":"GB-AAA-97-00001"}' \
		'{"start":1600002000,"artist":"PORTISHEAD","title":"roads","album":"Other"}' \
		'{"start":1600003000,"artist":"Massive Attack","title":"Teardrop"}' \
		'{"start":1600004000,"artist":"Queen & David Bowie","title":"Under Pressure"}' \
		'{"start":1600005000,"artist":"Nobody","title":"Never"}' >told
	run -0 --separate-stderr history told
	[[ $output == "told: fonoteca: 6 new" ]]
	main_line
	[ "$(lib-search --ids has:plays | wc -l)" -eq 3 ]
	[ "$(lib-search -f '$plays' 'title:"under pressure"')" = 1 ]
	counters
	lib-commit -q --amend "$(lib-search --ids title:roygbiv)" mb_trackid=aaaaaaaa-0000-4000-8000-000000000001
	lib-commit -q --amend "$(lib-search --ids 'title:"first love"')" isrc=GBAAA9700001
	[ "$(lib-search -f '$plays' title:roygbiv)" = 1 ]
	[ "$(lib-search -f '$plays' 'title:"first love"')" = 1 ]
	counters
	[ "$(query 'SELECT count(*) FROM told WHERE track_id IS NULL')" = 1 ]
}

@test "plays outlive tracks: removed, retagged, imported again, each stays with its recording" {
	requires mutagen
	mkdir music
	cp "$FIXTURES"/audio/* music
	(set -o pipefail && lib-import -q music | lib-commit -q >/dev/null)
	title=$(lib-search -f '$title' artist:portishead)
	printf '{"start":160000%s000,"artist":"Portishead","title":"Roads"}\n' 1 2 3 | lib-import -q --history -
	[ "$(lib-search -f '$plays' artist:portishead)" = 3 ]
	# other tags, the same audio: the track is kept, and its plays
	file=$(basename "$(lib-search -f '$source' artist:portishead)")
	"$PYTHON" "$FIXTURES/set-tags.py" "music/$file" title='Quite another' artist='Somebody'
	(set -o pipefail && lib-import -q music | lib-commit -q >/dev/null)
	[ "$(lib-search -f '$title $plays' artist:somebody)" = 'Quite another 3' ]
	counters
	# plays told later in the old words are found by what is told, in the new ones too
	echo '{"start":1600004000,"artist":"Somebody","title":"Quite another"}' | lib-import -q --history -
	[ "$(lib-search -f '$plays' artist:somebody)" = 4 ]
	lib-commit -q --remove "$(lib-search --ids artist:somebody)"
	counters
	[ "$(query 'SELECT count(*) FROM play')" -eq 4 ]
	(set -o pipefail && lib-import -q --again music | lib-commit -q >/dev/null)
	[ "$(lib-search -f '$plays' artist:somebody)" = 4 ]
	counters
	[ "$title" = Roads ]
}

@test "--json: a report for each file and a summary" {
	run -0 --separate-stderr history --json "$H/pano.jsonl" "$H/exported_tracks.txt"
	is_json <<<"$output"
	[ "$(python3 -c 'import json,sys; print(*(json.loads(l)["type"] for l in sys.stdin))' <<<"$output")" = "report report summary" ]
	[[ ${lines[0]} == *'"format":"pano","added":2,"known":0'* ]]
	[[ ${lines[2]} == *'"added":4,"known":0'* ]]
}

@test "rows longer than a megabyte, nested deeply or full of NUL bytes cost themselves alone" {
	python3 - <<-'PY'
	row = '{"timeMs":%d,"track":"T","artist":"A"}'
	with open("lines", "wb") as f:
	    f.write((row % 1600000000000 + "\n").encode())
	    f.write(b'{"track":"' + b"x" * (3 << 20) + b'"}\n')
	    f.write(b'{"a":' * 5000 + b"\n")
	    f.write(b"\0" * 1000 + b"\n")
	    f.write(b'{"timeMs":1600000900000,"track":"\xff\xfe","artist":"A"}\n')
	    f.write((row % 1600001000000 + "\n").encode())
	listen = '{"listened_at":%d,"track_metadata":{"artist_name":"A","track_name":"T"}}'
	with open("array", "wb") as f:
	    f.write(b"[" + (listen % 1600002000).encode() + b",\n")
	    f.write(b'{"track":"' + b"x" * (3 << 20) + b'"},\n')
	    f.write(b'{"a":' + b"[" * 5000 + b"\n")
	    f.write((listen % 1600003000).encode() + b"\n")
	PY
	run -3 --separate-stderr history lines array
	[[ $stderr == *"lines: line 2: it is longer than a megabyte"* ]]
	[[ $stderr == *"array: line 2, object 2: it is longer than a megabyte"* ]]
	[[ $stderr == *"it is nested too deeply"* ]]
	[[ $stderr == *"the file ends before its array does"* ]]
	[ "$(plays start)" = $'1600000000\n1600001000\n1600002000\n1600003000' ]
}

@test "a signal stops it between two plays; the same command goes on" {
	python3 -c '
for i in range(200000):
    print("{\"timeMs\":%d,\"track\":\"T%d\",\"artist\":\"A\"}" % (1500000000000 + 200000 * i, i % 500))' >many
	lib-import --history -q many &
	pid=$!
	while [ ! -e "$FONOTECA_LIBRARY/library.db" ] || [ "$(query 'SELECT count(*) FROM play' 2>/dev/null || echo 0)" -lt 1000 ]; do
		kill -0 $pid || fail "ended too early"
	done
	kill -INT $pid
	status=0
	wait $pid || status=$?
	[ $status -eq 130 ]
	n=$(plays 'count(*)')
	[ "$n" -ge 1000 ] && [ "$n" -lt 200000 ]
	run -0 --separate-stderr history many
	[ "$output" = "many: pano: $((200000 - n)) new; $n known" ]
	[ "$(plays 'count(*)')" = 200000 ]
}

@test "--played takes a play from a player's hook" {
	main_line
	echo '{"artist":"Portishead","title":"Roads","heard_ms":60000,"duration_ms":302000,"player":"mpv"}' |
		FONOTECA_NOW=1700000060 lib-import --played
	[ "$(plays start,heard_ms,length_ms,type,h.name,track_id,uncounted)" = "1700000000|60000|302000|player|mpv|$(lib-search --ids title:roads)|" ]
	echo '{"artist":"Portishead","title":"Roads","start":"2024-01-01T00:00:00+01:00","heard_ms":2000}' | lib-import --played --json | is_json
	[ "$(plays start,uncounted | tail -n 1)" = '1704063600|short' ]
	fails 4 lib-import --played </dev/null
	fails 4 lib-import --played <<<'{"artist":"Air"}'
	fails 4 lib-import --played <<<'nonsense'
	counters
}

@test "the manual and the completions name the types that there are" {
	types=$(grep -oE '^	\{ "[a-z-]+"' "$TREE/lib/exchange/history/history.c" | tr -dc 'a-z\n-' | sort)
	[ "$(wc -l <<<"$types")" -ge 11 ]
	diff <(sed -n '/^\.Sh HISTORIES/,/^\.El/p' "$TREE/man/lib-import.1" | sed -nE 's/^\.It Cm (.*)/\1/p' | sed 's/ , /\n/g' | sort) <(echo "$types")
	diff <(sed -nE 's/^_fonoteca_histories="(.*)"/\1/p' "$TREE/completions/fonoteca.bash" | tr ' ' '\n' | sort) <(echo "$types")
	diff <(sed -nE 's/.*type:\*\) action=":\$arg:\((.*)\)" ;;/\1/p' "$TREE/completions/_fonoteca" | tr ' ' '\n' | sort) <(echo "$types")
	diff <(grep -A1 "case 'type:" "$TREE/completions/fonoteca.fish" | sed -nE "s/.*--arguments '(.*)'/\1/p" | tr ' ' '\n' | sort) <(echo "$types")
}

@test "times in milliseconds are told from seconds, and one before there was music to log is none" {
	printf '#AUDIOSCROBBLER/1.1\n#TZ/UNKNOWN\nAir\t\tA\t\t100\tL\t1700000000000\t\nAir\t\tB\t\t100\tL\t99999999999999\t\n' >log
	run -3 --separate-stderr history --tz UTC log
	[[ $output == "log: scrobbler-log: 1 new; 1 broken" ]]
	[ "$(plays start)" = 1700000000 ]
	echo '[{"ts":"2019-05-01T10:04:28Z","ms_played":9000000000000,"master_metadata_track_name":"T"}]' >spotify
	run -3 --separate-stderr history spotify
	[[ $stderr == *"spotify: line 1, object 1: its time is none"* ]]
}

@test "tables of an old code page are read as UTF-8, blanks around a time do not count" {
	printf 'uts,artist,album,track\n1600000000,Bj\xf6rk,Post,J\xf3ga\n"1600001000 ",Bj\xc3\xb6rk,Post,Hyperballad\n' >old.csv
	printf '#AUDIOSCROBBLER/1.1\n#TZ/UTC\nSigur R\xf3s\t( )\tVaka\t1\t200\tL\t1600002000 \t\n' >log
	run -0 history old.csv log
	[ "$(plays artist,title)" = $'Björk|Jóga\nBjörk|Hyperballad\nSigur Rós|Vaka' ]
	[ "$(query 'SELECT count(*) FROM play_raw WHERE raw LIKE "%Bj_rk%"')" = 2 ]
}

@test "a comma that is not quoted costs its own row; # begins a comment before the head alone" {
	printf '# made by hand\nuts,artist,album,track\n1600000000,"Earth, Wind & Fire","I, II","A, ""B"" C"\n%s\n%s\n' \
		'1600000100,Crosby, Stills,X,Y' '1600000200,Air,M,A,,' >commas.csv
	printf '#1 Dads,,Camberwell,01 Jan 2017 10:00\nAir,,#9 Dream,01 Jan 2017 11:00\n' >lastfm
	run -3 --separate-stderr history commas.csv lastfm
	[[ $stderr == *"commas.csv: line 4: it has 5 fields where 4 are wanted"* ]]
	diff <(plays artist,title) - <<-'END'
		#1 Dads|Camberwell
		Air|#9 Dream
		Earth, Wind & Fire|A, "B" C
		Air|A
	END
}

@test "an archive that gzip packed, and what is no archive inside" {
	python3 -c '
import gzip, io, zipfile
b = io.BytesIO()
with zipfile.ZipFile(b, "w") as z:
    z.write("'"$H/pano.jsonl"'", "pano.jsonl")
open("packed.gz", "wb").write(gzip.compress(b.getvalue()))
open("cut.gz", "wb").write(gzip.compress(b.getvalue()[:100]))'
	run -3 --separate-stderr history packed.gz cut.gz
	[ "$output" = "packed.gz: pano.jsonl: pano: 2 new" ]
	[[ $stderr == *"cut.gz"*"cut short"* ]]
}

@test "where the names of users cannot be read no plays are kept under a number" {
	requires strace
	export ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0
	run --separate-stderr strace -f -qq -o trace -P /etc/passwd -e trace=read -e inject=read:error=EIO \
		lib-import --history "$H/listens.jsonl"
	grep -q INJECTED trace || skip "the names of users are not in /etc/passwd here"
	# another source of names may know it all the same
	if [ "$status" -eq 4 ]; then
		[[ $stderr == *"cannot read the name of user"* ]]
		run -3 lib-import --history "$H/listens.jsonl"
	fi
	[ "$(query 'SELECT group_concat(name) FROM listener')" = "$(id -un)" ]
}
