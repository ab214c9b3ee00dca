# SPDX-License-Identifier: MIT
# lib-import --history --list and --forget: a history is taken out again as if it had never come; the same file
# again is told at once.
# not under SAN

load helper

setup() {
	setup_fonoteca
	H=$FIXTURES/history
}

history() {
	lib-import --history "$@"
}

# contents : plays, what hangs on them and what is counted of them, without the numbers of rows.
contents() {
	query "SELECT l.name, s.artist_key, s.title_key, p.start, p.heard_ms, p.length_ms, p.exact_s, p.uncounted,
		(SELECT d.start || t.type FROM play d JOIN history t ON t.id = d.history_id WHERE d.id = p.dup_of), h.type, h.name,
		h.zone, p.row, w.raw, o.artist, o.title, o.album, o.mb_trackid, o.isrc, o.plays, o.last, o.track_id FROM play p
		JOIN song s ON s.id = p.song_id JOIN told o ON o.id = p.told_id JOIN listener l ON l.id = p.listener_id
		JOIN history h ON h.id = p.history_id JOIN play_raw w ON w.play_id = p.id ORDER BY l.name, p.start, s.title_key"
	for table in listener history song told play play_raw; do
		query "SELECT '$table', count(*) FROM $table"
	done
	query 'SELECT * FROM heard ORDER BY 1'
}

# play START ARTIST TITLE : a line of JSON that any type but our own has nothing to do with.
play() {
	printf '{"start":%s,"artist":"%s","title":"%s"}\n' "$@"
}

@test "an import with a wrong time zone is forgotten: all is as if only the right one had been done" {
	main_line
	{
		printf '#AUDIOSCROBBLER/1.1\n#TZ/UNKNOWN\n'
		for i in 1 2 3 4; do printf 'Portishead\tDummy\tRoads\t\t302\tL\t%s\t\n' $((1700000000 + i * 1000)); done
		printf 'Nobody\t\tNothing\t\t302\tL\t1700009000\t\n'
	} >player.log
	history -q "$H/pano.jsonl"
	history -q --tz Europe/Berlin player.log
	contents >right
	rm -rf "$FONOTECA_LIBRARY"
	main_line
	history -q "$H/pano.jsonl"
	contents >before
	history -q --tz UTC player.log
	run -0 --separate-stderr history --list
	[ "$(cut -f 1,3- <<<"$output")" = "h1	whole	pano	$(id -un)	2	pano.jsonl	
h2	whole	scrobbler-log	$(id -un)	5	player.log	UTC" ]
	run -0 history -n --forget h2
	[ "$output" = "h2: 5 plays" ]
	run -0 --separate-stderr history --forget h2
	[ "$output" = "h2: 5 plays forgotten" ]
	contents | diff - before
	history -q --tz Europe/Berlin player.log
	contents | diff - right
	[ "$(lib-search -f '$plays' title:roads)" = 5 ]
	[ "$(history --list | cut -f 1)" = $'h1\nh3' ] # no id is given twice
	lib-search --events | grep -q $'history-forget\th2\t'
	[ -z "$(query 'PRAGMA foreign_key_check')" ]
}

@test "what was another account of a play that goes stands for itself, and the next for it" {
	main_line
	printf '{"timeMs":%s000,"track":"Roads","artist":"Portishead"}\n' 1600000000 1600005000 >a
	printf '{"listened_at":%s,"track_metadata":{"artist_name":"Portishead","track_name":"Roads"}}\n' 1600000003 >b
	printf 'uts,artist,album,track\n%s,Portishead,,Roads\n' 1600000006 >c.csv
	history -q b c.csv
	contents >without
	rm -rf "$FONOTECA_LIBRARY"
	main_line
	history -q a b c.csv
	[ "$(query 'SELECT count(dup_of) FROM play')" = 2 ]
	[ "$(lib-search -f '$plays' title:roads)" = 2 ]
	run -0 history --forget h1
	contents | diff - without
	[ "$(query 'SELECT start, dup_of IS NULL FROM play ORDER BY 1')" = $'1600000003|1\n1600000006|0' ]
	[ "$(lib-search -f '$plays' title:roads)" = 1 ]
	run -0 history --json --forget h2 h3
	[ "$output" = '{"v":1,"type":"history","id":"h2","plays":1,"forgotten":true}
{"v":1,"type":"history","id":"h3","plays":1,"forgotten":true}' ]
	[ "$(query 'SELECT count(*) FROM told')$(query 'SELECT count(*) FROM heard')" = 00 ]
	fails 1 lib-import --history --list
}

@test "plays that another file told of too come back with that file, which is said" {
	{ play 1600000000 Air A; play 1600001000 Air B; } >one
	{ play 1600001000 Air B; play 1600002000 Air C; } >two
	play 1600003000 Air D >three
	history -q one two three
	run -0 --separate-stderr history --forget h1
	[[ $stderr == *"h2"*"import two again"* && $stderr != *three* ]]
	[ "$(history --list | cut -f 1,3)" = $'h2\tunfinished\nh3\twhole' ]
	run -0 history two
	[ "$output" = "two: fonoteca: 1 new; 1 known" ]
	[ "$(history --list | cut -f 1,3,6)" = $'h2\twhole\t2\nh3\twhole\t1' ]
	run -0 history two
	[[ $output == "two: fonoteca: 0 new; 2 known: this file is h2, of "* ]]
}

@test "a file that was read before is told at once, but not by another clock, to another listener, or where rows were broken" {
	cp "$H/exported_tracks.txt" first
	history -q first
	cp first renamed
	run -0 history --json renamed
	[[ ${lines[0]} == *'"added":0,"known":2,'*'"import":"h1","same":true}' ]]
	run -0 history --user ana renamed
	[ "$output" = "renamed: lastfm-tsv: 2 new" ]
	printf '#AUDIOSCROBBLER/1.1\n#TZ/UNKNOWN\nAir\t\tA\t\t100\tL\t1700000000\t\n' >log
	history -q --tz UTC log
	run -0 history --tz +01:00 log
	[ "$output" = "log: scrobbler-log: 1 new" ]
	run -0 history --tz UTC log
	[[ $output == "log: scrobbler-log: 0 new; 1 known: this file is h3, of "* ]]
	before=$(query 'SELECT count(*), max(id) FROM event')
	for turn in 1 2; do # read again, so that what is broken is told again; and nothing changes
		run -3 --separate-stderr history "$H/librefm.csv"
		[[ $stderr == *"line 7"* ]]
		[ $turn -eq 2 ] || before=$(query 'SELECT count(*), max(id) FROM event')
	done
	[ "$(query 'SELECT count(*), max(id) FROM event')" = "$before" ]
}

@test "the members of an archive are one import" {
	python3 - "$H" <<-'PY'
	import sys, zipfile
	with zipfile.ZipFile("all.zip", "w") as z:
	    for name in "pano.jsonl", "exported_tracks.txt":
	        z.write(sys.argv[1] + "/" + name, name)
	PY
	history -q all.zip
	[ "$(history --list | cut -f 1,4,6,7)" = $'h1\tpano\t4\tall.zip' ]
	run -0 history all.zip
	[[ $output == "all.zip: pano: 0 new; 4 known: this file is h1, of "* ]]
	run -0 history --forget 1
	[ "$(query 'SELECT count(*) FROM play')" = 0 ]
}

@test "what a player logged is one import, which begins anew once it was forgotten" {
	for i in 1 2; do
		play 160000${i}000 Air A | sed 's/}/,"player":"mpv"}/' | lib-import --played
	done
	play 1600003000 Air A | lib-import --played --user ana
	[ "$(history --list | cut -f 1,3-7)" = "h1	whole	player	$(id -un)	2	mpv
h2	whole	player	ana	1	lib-import --played" ]
	history -q --forget h1
	play 1600001000 Air A | sed 's/}/,"player":"mpv"}/' | lib-import --played
	[ "$(history --list | cut -f 1,6)" = $'h2\t1\nh3\t1' ]
}

@test "killed while it forgets: what is left is told, the same again ends it, and its file can come in meanwhile" {
	requires strace
	main_line
	python3 -c '
for i in range(30000):
    print("{\"timeMs\":%d,\"track\":\"T%d\",\"artist\":\"A\"}" % (1500000000000 + 200000 * i, i % 50))' >many
	history -q "$H/pano.jsonl"
	contents >before
	history -q many
	strace -qq -o /dev/null -e trace=fdatasync -e inject=fdatasync:signal=KILL:when=4 lib-import --history --forget h2 || true
	[ "$(history --list | tail -n 1 | cut -f 1,3)" = $'h2\tforgetting' ]
	n=$(query 'SELECT count(*) FROM play')
	[ "$n" -gt 2 ] && [ "$n" -lt 30002 ]
	run -0 history many
	[[ $output == "many: pano: $((30002 - n)) new; $((n - 2)) known" ]]
	run -0 --separate-stderr history --forget h2
	[ "$output" = "h2: $((n - 2)) plays forgotten" ]
	[[ $stderr == *"import many again"* ]]
	run -0 history many
	[[ $output == "many: pano: $((n - 2)) new; "* ]]
	[ "$(query 'SELECT count(*) FROM play')" = 30002 ]
	history -q --forget h3
	contents | diff - before
}

@test "what there is none of is told, and the others are forgotten; options that do not go together" {
	history -q "$H/pano.jsonl"
	fails 2 lib-import --history --forget h1 s1
	run -3 --separate-stderr history --forget h7 h1
	[ "$output" = "h1: 2 plays forgotten" ]
	[[ $stderr == *"there is no import h7"* ]]
	fails 2 lib-import --history --forget
	fails 2 lib-import --history --list h1
	fails 2 lib-import --history --list --forget h1
	fails 2 lib-import --list
	fails 2 lib-import --forget h1
	fails 2 lib-import --played --list
	fails 2 lib-import --history --forget --tz UTC h1
	rm -rf "$FONOTECA_LIBRARY"
	fails 4 lib-import --history --list
	[ ! -e "$FONOTECA_LIBRARY" ]
}

@test "a library of before has an import for each history, and these can be forgotten" {
	main_line
	history -q "$H/pano.jsonl" "$H/exported_tracks.txt"
	contents >before
	python3 "$TREE/tests/older.py" "$FONOTECA_LIBRARY" 7
	lib-sweep -q
	contents | diff - before
	[ "$(history --list | cut -f 1,3,4,6,7)" = $'h1\twhole\tpano\t2\tpano.jsonl\nh2\twhole\tlastfm-tsv\t2\texported_tracks.txt' ]
	history -q --forget h2
	[ "$(query 'SELECT count(*) FROM play')" = 2 ]
}
