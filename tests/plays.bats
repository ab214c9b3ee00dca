# SPDX-License-Identifier: MIT
# Plays hang on recordings, whatever becomes of tracks: counters equal a recount after every change.
load helper

# heard TRACK TIMES [FIRST] : that the track was heard, an hour apart, told by its own artist and title.
heard() {
	python3 - "$FONOTECA_LIBRARY/library.db" "$1" "$2" "${3:-1700000000}" <<-'PY'
	import sqlite3, sys
	path, track, times, first = sys.argv[1], *map(int, sys.argv[2:])
	db = sqlite3.connect(path, isolation_level=None)
	db.execute("PRAGMA wal_autocheckpoint = 0")
	db.execute("PRAGMA foreign_keys = ON")
	db.execute("BEGIN")
	artist, artist_key, title, title_key = db.execute(
	    "SELECT ifnull(artist, ''), artist_key, ifnull(title, ''), title_key FROM track WHERE id = ?", (track,)).fetchone()
	db.execute("INSERT OR IGNORE INTO listener (id, name) VALUES (1, 'me')")
	db.execute("INSERT OR IGNORE INTO history (id, type, name, at) VALUES (1, 'test', 'test', 0)")
	db.execute("INSERT OR IGNORE INTO song (artist_key, title_key, fold_version) VALUES (?, ?, 1)", (artist_key, title_key))
	song = db.execute("SELECT id FROM song WHERE artist_key = ? AND title_key = ?", (artist_key, title_key)).fetchone()[0]
	db.execute("INSERT OR IGNORE INTO told (song_id, artist, title) VALUES (?, ?, ?)", (song, artist, title))
	told = db.execute("SELECT id FROM told WHERE song_id = ?", (song,)).fetchone()[0]
	db.execute("UPDATE told SET track_id = ? WHERE id = ?", (track, told))
	for i in range(times):
	    db.execute("INSERT INTO play (listener_id, song_id, start, told_id, history_id, row)"
	               " VALUES (1, ?, ?, ?, 1, 1)", (song, first + 3600 * i, told))
	db.execute("COMMIT")
	PY
}

# counted : the counters equal a recount, and nothing points nowhere.
counted() {
	[ "$(query 'SELECT recording_id, plays, last FROM heard ORDER BY 1')" = "$(query 'SELECT t.recording_id, count(*), max(start)
		FROM play JOIN told ON told.id = told_id JOIN track t ON t.id = track_id
		WHERE uncounted IS NULL AND dup_of IS NULL GROUP BY 1 ORDER BY 1')" ] || fail "heard is not a recount"
	[ -z "$(query 'SELECT told.id FROM told LEFT JOIN track t ON t.id = track_id WHERE told.recording_id IS NOT t.recording_id')" ]
	[ -z "$(query 'PRAGMA foreign_key_check')" ]
}

plays_of() {
	lib-search -f '$plays' "id:$1"
}

@test "plays and lastplayed are fields: in JSON, formats, sorting, ranges and facets" {
	main_line
	heard 2 12
	heard 3 3 1600000000
	counted
	lib-search --json id:2 | grep -q '"plays":12,"lastplayed":"2023-11-15T09:13:20Z"'
	[ "$(lib-search -f '$id $playcount $lastplayed' id:3)" = '3 3 2020-09-13T14:26:40Z' ]
	run -0 lib-search --json id:4 # never heard: the keys are left out
	[[ $output != *plays* && $output != *lastplayed* ]]
	[ "$(lib-search --ids -s plays- -l 2)" = $'2\n3' ]
	[ "$(lib-search --ids -s lastplayed -l 2)" = $'3\n2' ]
	[ "$(lib-search --ids 'plays>=10')" = 2 ]
	[ "$(lib-search --ids 'plays:1..5')" = 3 ]
	[ "$(lib-search --ids played:2020-09)" = 3 ]
	[ "$(lib-search --count plays:0)" -eq $(($(lib-search --count) - 2)) ]
	[ "$(FONOTECA_NOW=1700100000 lib-search --ids played:..-1y)" = 3 ]
	[ "$(lib-search --count has:plays)" -eq 2 ]
	[ "$(lib-search --count has:lastplayed)" -eq 2 ]
	lib-search --facet plays has:plays | grep -qx $'1\t12'
}

@test "a play that no longer counts, is moved or goes is not counted" {
	main_line
	heard 2 3
	heard 3 2
	sqlite3 "$FONOTECA_LIBRARY/library.db" "UPDATE play SET uncounted = 'short' WHERE id = 3"
	counted
	[ "$(plays_of 2)" = 2 ]
	sqlite3 "$FONOTECA_LIBRARY/library.db" "UPDATE play SET dup_of = 1 WHERE id = 2"
	counted
	sqlite3 "$FONOTECA_LIBRARY/library.db" "UPDATE play SET uncounted = NULL WHERE id = 3"
	counted
	sqlite3 "$FONOTECA_LIBRARY/library.db" "DELETE FROM play WHERE id = 3; UPDATE play SET start = start + 5 WHERE id = 1"
	counted
	[ "$(plays_of 2)" = 1 ]
	sqlite3 "$FONOTECA_LIBRARY/library.db" "UPDATE play SET told_id = 1 WHERE told_id = 2"
	counted
	[ "$(plays_of 2)" = 3 ]
	[ -z "$(plays_of 3)" ]
}

@test "plays stay with what was removed, and are there when it is restored" {
	main_line
	heard 2 3
	lib-commit -q --remove 2
	counted
	[ "$(query 'SELECT count(*) FROM play')" -eq 3 ]
	lib-commit -q --restore 2
	counted
	[ "$(plays_of 2)" = 3 ]
}

@test "recordings become one and two again by an MBID and its undo: each has its own plays" {
	main_line
	a=11111111-1111-4111-8111-111111111111
	b=22222222-2222-4222-8222-222222222222
	lib-commit -q --amend 2 mb_trackid=$a
	lib-commit -q --amend 3 mb_trackid=$b
	heard 2 3
	heard 3 4
	lib-commit -q --amend 2 mb_trackid=$b
	counted
	[ "$(plays_of 2)" = 7 ]
	[ "$(plays_of 3)" = 7 ]
	lib-commit -q --undo
	counted
	[ "$(plays_of 2)" = 3 ]
	[ "$(plays_of 3)" = 4 ]
}

@test "a track that is attached to another takes its plays along, and back again" {
	main_line
	heard 2 3
	heard 3 4
	lib-commit -q --attach 2 3
	counted
	[ "$(plays_of 3)" = 7 ]
	heard 2 1 1800000000
	counted
	[ "$(plays_of 3)" = 8 ]
	lib-commit -q --undo
	counted
	[ "$(plays_of 2)" = 4 ]
	[ "$(plays_of 3)" = 4 ]
}

@test "a file made a track of its own shares the recording's plays, before and after its undo" {
	main_line
	heard 2 3
	lib-commit -q --attach 3 2
	lib-commit -q --detach "$(lib-commit --files 2 | cut -f 1 | tail -n 1)"
	new=$(query 'SELECT max(id) FROM track')
	[ "$(plays_of "$new")" = 3 ]
	heard "$new" 2 1800000000 # told as track 2: found to be the copy now
	counted
	[ "$(plays_of 2)" = 5 ]
	lib-commit -q --undo # the copy is gone
	counted
	[ "$(plays_of 2)" = 5 ]
}

@test "a library folded by another version: plays stay the same as themselves, and two songs that become one too" {
	main_line
	printf '%s\n' '{"start":1700000000,"artist":"Air feat. Beth Hirsch","title":"All I Need","album":"Moon Safari"}' \
		'{"start":1700001000,"artist":"AIR FEAT. BETH HIRSCH","title":"All I need!"}' >told
	lib-import -q --history told
	sqlite3 "$FONOTECA_LIBRARY/library.db" "UPDATE library SET fold_version = 0; UPDATE song SET fold_version = 0, artist_key = 'x' || id;
		INSERT INTO song (artist_key, title_key, fold_version) VALUES ('other', 'folding', 0);
		UPDATE told SET song_id = (SELECT max(id) FROM song), album_key = 'x', lead_key = 'y' WHERE id = 2;
		UPDATE play SET song_id = (SELECT max(id) FROM song) WHERE told_id = 2"
	run -0 --separate-stderr lib-import --history --again told
	[ "$output" = "told: fonoteca: 0 new; 2 known" ]
	[ "$(query 'SELECT artist_key, title_key FROM song WHERE id = 1')" = 'air feat beth hirsch|all i need' ]
	[ "$(query 'SELECT DISTINCT lead_key FROM told')" = air ]
	[ "$(query 'SELECT album_key FROM told WHERE id = 1')" = 'moon safari' ]
	[ "$(plays_of 1)" = 2 ]
	counted
}
