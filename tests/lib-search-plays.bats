# SPDX-License-Identifier: MIT
# lib-search --plays and --stats=plays: what was heard, one by one, exported, and in numbers.
load helper

setup() {
	setup_fonoteca
	H=$FIXTURES/history
}

# take_in : the test music, and histories of it by several sources.
take_in() {
	main_line
	lib-import -q --history --tz UTC "$H/rockbox.scrobbler.log" "$H/Streaming_History_Audio_2019.json" \
		"$H/StreamingHistory_music_0.json" "$H/listens.jsonl" "$H/lastfm.csv" "$H/own.jsonl" || [ $? -eq 3 ]
}

# contents : plays and what hangs on them, without the numbers of rows.
contents() {
	query "SELECT l.name, s.artist_key, s.title_key, p.start, p.heard_ms, p.length_ms, p.exact_s, p.uncounted,
		(SELECT d.start FROM play d WHERE d.id = p.dup_of), h.type, h.name, h.zone, p.row, w.raw, o.artist, o.title, o.album,
		o.mb_trackid, o.mb_albumid, o.isrc FROM play p JOIN song s ON s.id = p.song_id JOIN told o ON o.id = p.told_id
		JOIN listener l ON l.id = p.listener_id JOIN history h ON h.id = p.history_id
		JOIN play_raw w ON w.play_id = p.id ORDER BY l.name, p.start, s.title_key"
}

@test "--plays lists what was heard in the order of time: the last of it, of a time, of a listener, of a query" {
	take_in
	all=$(query 'SELECT count(*) FROM play')
	[ "$(lib-search --plays | wc -l)" -eq "$all" ]
	lib-search --plays | cut -f 1 >times
	sort -c times
	[ "$(lib-search --plays -l 2)" = "$(lib-search --plays | tail -n 2)" ]
	[ "$(lib-search --plays -l 2 --offset 1)" = "$(lib-search --plays | tail -n 3 | head -n 2)" ]
	[ "$(lib-search --plays --until 2010-12-31 | wc -l)" -eq 3 ]
	[ "$(lib-search --plays --since 2019-05-01 --until 2019-05-01 | wc -l)" -eq 6 ]
	[ "$(lib-search --plays --user ana | cut -f 1-5)" = $'2024-01-01T10:00:00Z\tana\tAir\tAll I Need\tMoon Safari' ]
	[ "$(lib-search --plays artist:portishead | cut -f 4 | sort -u)" = Roads ]
	[ "$(lib-search --plays artist:portishead | cut -f 7 | sort | uniq -c | tr -s ' ')" = $' 4 \n 1 duplicate\n 1 private\n 1 short\n 3 skipped' ] ||
		lib-search --plays artist:portishead
	fails 1 lib-search --plays --user nobody
	fails 1 lib-search --plays title:roygbiv
	fails 2 lib-search --plays --sort title
	fails 2 lib-search --plays --since nonsense
	fails 2 lib-search --since today love
	fails 2 lib-search --plays --as nonsense
	fails 2 lib-search --plays --as json --json
}

@test "the library's own export brings every play back, as it was, with its marks" {
	take_in
	contents >before
	lib-search --plays --json >all.jsonl
	is_json <all.jsonl
	[ "$(wc -l <all.jsonl)" -eq "$(query 'SELECT count(*) FROM play')" ]
	run -0 --separate-stderr lib-import --history all.jsonl
	[ "$output" = "all.jsonl: fonoteca: 0 new; $(wc -l <all.jsonl) known" ]
	contents | diff - before
	rm -rf "$FONOTECA_LIBRARY"
	main_line
	lib-import -q --history all.jsonl
	contents | diff - before
	lib-search --plays --as json | sed -E 's/"id":[0-9]+,//; s/,"(track|recording)":[0-9]+//g' >again.jsonl
	sed -E 's/"id":[0-9]+,//; s/,"(track|recording)":[0-9]+//g' all.jsonl | diff - again.jsonl
	grep -q '"dup_of":"20' all.jsonl
	[ "$(query 'SELECT sum(plays) FROM heard')" -gt 8 ]
}

@test "a .scrobbler.log and ListenBrainz's lines: read back they add nothing, and written again they are the same" {
	take_in
	printf '{"start":1500000000,"artist":"#1 Dads","title":"# Hash"}\n{"start":1500001000,"artist":"","title":"No artist"}\n' |
		lib-import -q --history -
	me=$(id -un) # these forms do not tell who listened
	for form in scrobbler-log listenbrainz; do
		lib-search --plays --as $form --user "$me" >"$form.txt"
		n=$(grep -vc '^#' "$form.txt")
		[ "$n" -ge 12 ]
		run -0 --separate-stderr lib-import --history "$form.txt"
		[ "$output" = "$form.txt: $form: 0 new; $n known" ]
	done
	export FONOTECA_LIBRARY=$BATS_TEST_TMPDIR/other
	for form in scrobbler-log listenbrainz; do
		rm -rf "$FONOTECA_LIBRARY"
		lib-import -q --history "$form.txt"
		lib-search --plays --as $form | diff "$form.txt" -
	done
	# without other accounts of a play, and ListenBrainz without what does not count
	[ "$(grep -c '	S	' scrobbler-log.txt)" -ge 3 ]
	! grep -q "$(date -u -d '2019-05-01T11:00:01Z' +%s)" listenbrainz.txt
}

@test "--stats=plays: artists, albums, tracks, months and hours, of a query and a time" {
	take_in
	run -0 --separate-stderr lib-search --stats=plays
	is_json <<<"$output"
	python3 - "$output" "$(query 'SELECT count(*) FROM play WHERE uncounted IS NULL AND dup_of IS NULL')" <<-'PY'
	import json, sys
	r, n = json.loads(sys.argv[1]), int(sys.argv[2])
	assert r["type"] == "report" and r["plays"] == n
	assert r["artists"][0]["value"] == "Air", r["artists"]
	assert sum(t["plays"] for t in r["tracks"]) == sum(m["plays"] for m in r["months"]) == n
	assert [h["value"] for h in r["hours"]] == list(range(24)) and sum(h["plays"] for h in r["hours"]) == n
	assert r["tracks"][0] == {"value": "Air - All I Need", "plays": r["tracks"][0]["plays"]}
	assert "2019-05" in [m["value"] for m in r["months"]]
	for k in "artists", "albums", "tracks":
	    assert [x["plays"] for x in r[k]] == sorted((x["plays"] for x in r[k]), reverse=True)
	PY
	[ "$(lib-search --stats=plays artist:portishead | python3 -c 'import json,sys; print(*[a["value"] for a in json.load(sys.stdin)["artists"]])')" = Portishead ]
	lib-search --stats=plays --since 2019-05-01 --until 2019-05-01 | grep -q '"plays":2,'
	[ "$(lib-search --stats=plays -l 1 | python3 -c 'import json,sys; r = json.load(sys.stdin); print(len(r["artists"]), len(r["tracks"]))')" = "1 1" ]
	fails 1 lib-search --stats=plays --user nobody
	fails 2 lib-search --stats=nonsense
	fails 2 lib-search --stats love
	lib-search --stats | grep -q '"tracks":19'
	# the hours are those of the clock on the wall
	TZ=Asia/Tokyo lib-search --stats=plays --user ana | grep -q '{"value":19,"plays":1}'
}

@test "--html: what was heard stands below the library, and alone where only that was asked for" {
	take_in
	lib-search --stats --html >both.html
	lib-search --stats=plays --html >plays.html
	for page in both.html plays.html; do
		grep -q '<figcaption>hours</figcaption>' $page
		grep -qE '<title>2019-05: [0-9]+ plays</title>' $page
	done
	grep -q '<h2>What was heard</h2>' both.html
	grep -q '<figcaption>formats</figcaption>' both.html
	run -1 grep formats plays.html
}

@test "on a terminal --stats=plays draws bars, and --plays a table in local time" {
	command -v script >/dev/null || skip "script is not installed"
	take_in
	run -0 script -qec 'stty cols 80; lib-search --color never --stats=plays' /dev/null
	[[ $output == *█* && $output == *artists* && $output == *hours* ]]
	TZ=Asia/Tokyo run -0 script -qec 'stty cols 80; lib-search --color never --plays --user ana' /dev/null
	[[ $output == "2024-01-01 19:00  Air "* ]]
}

@test "what is heard is in searches at once, and a search does not wait for an import" {
	main_line
	python3 "$TREE/tests/bench/make-plays.py" 20000 300 >many
	lib-import -q --history many &
	while kill -0 $! 2>/dev/null; do
		timeout 5 lib-search -q love >/dev/null || fail "a search failed"
		timeout 5 lib-search -q --plays -l 1 >/dev/null || [ $? -eq 1 ] || fail "--plays failed"
	done
	wait $!
	[ "$(query 'SELECT count(*) FROM play')" -eq 20000 ]
}
