# SPDX-License-Identifier: MIT
# lib-commit --remove, --restore, --undo: taken out, brought back, taken back
load helper

setup() {
	setup_fonoteca
	requires python3
	cp -r "$FIXTURES/audio" music
	rm -f music/README
	lib-import -q music | lib-commit -q >/dev/null
}

# rows : the catalogue without what an edit may leave behind: names that nothing uses, times of modification
rows() {
	catalogue | grep -vE '^(artist|genre|skey|doc|removed|track|file) '
	query "SELECT id, release_id, recording_id, title, title_key, artist, artist_key, disc, track, date, year, bpm, key,
	       duration_ms, rating, removed IS NULL FROM track ORDER BY id"
	query "SELECT id, track_id, blob_id, part, preferred, state FROM file ORDER BY id"
	query "SELECT hex(sha256), reason FROM removed ORDER BY 1"
	query "SELECT track_id, hash FROM doc ORDER BY 1"
	query "SELECT count(*) FROM skey"
}

# blob TRACK : the path of its file
blob() {
	query "SELECT 'blobs/' || substr(lower(hex(sha256)), 1, 2) || '/' || lower(hex(sha256)) || '.' || suffix
	       FROM file JOIN blob ON blob.id = blob_id WHERE track_id = $1 AND preferred"
}

event() {
	query "SELECT 'e' || max(id) FROM event"
}

# -- remove and restore ------------------------------------------------------

@test "a removed track is found no more, its file stays, and --restore brings all of it back" {
	t=$(lib-search --ids roads)
	before=$(rows)
	run -0 --separate-stderr lib-commit --remove "$t"
	[ "$output" = "$t"$'\tremoved' ]
	run -1 lib-search -q roads
	[ "$(query "SELECT state FROM file WHERE track_id = $t")" = removed ]
	[ "$(query "SELECT track_id, reason FROM removed")" = "$t|removed" ]
	[ "$(query "SELECT count(*) FROM doc WHERE track_id = $t")" = 0 ]
	[ -f "$FONOTECA_LIBRARY/$(blob "$t")" ]
	intact
	run -0 --separate-stderr lib-commit --restore "$t"
	[ "$output" = "$t"$'\trestored' ]
	[ "$(rows)" = "$before" ]
	[ "$(lib-search --ids roads)" = "$t" ]
	intact
}

@test "removing twice, restoring what is there: nothing to change, status 0" {
	lib-commit --remove 1 >/dev/null
	before=$(catalogue)
	run -0 --separate-stderr lib-commit --remove 1
	[ -z "$output" ]
	[ "$stderr" = "lib-commit: nothing to change" ]
	run -0 --separate-stderr lib-commit --restore 2
	[ "$stderr" = "lib-commit: nothing to change" ]
	[ "$(catalogue)" = "$before" ]
	[ "$(query "SELECT count(*) FROM event WHERE kind <> 'commit'")" = 1 ]
}

@test "an unknown track stops the command" {
	before=$(catalogue)
	for action in remove restore; do
		fails 4 lib-commit --$action 1 99
		[[ $stderr == *"there is no track 99"* ]]
	done
	[ "$(catalogue)" = "$before" ]
	fails 2 lib-commit --remove 1 title=x
}

@test "playlists keep a removed track as missing, and have it again" {
	lib-playlist -q create Evening
	lib-playlist -q add Evening 1 2 3
	lib-commit --remove 2 >/dev/null
	run -0 lib-playlist --json show Evening
	[ "${#lines[@]}" -eq 3 ]
	[[ ${lines[1]} == *'"missing":true'* ]]
	lib-commit --restore 2 >/dev/null
	run -0 lib-playlist --json show Evening
	[[ $output != *missing* ]]
}

@test "what was removed is not imported again, unless asked for" {
	t=$(lib-search --ids roads)
	lib-commit --remove "$t" >/dev/null
	run -0 bash -c 'lib-import -q music | lib-commit'
	[[ $output == *"0 tracks"*"1 removed earlier"* ]]
	run -1 lib-search -q roads
	run -0 bash -c 'lib-import -q --again music/roads.wv | lib-commit'
	[[ $output == *"1 track"* ]]
	[ "$(lib-search --ids roads)" = "$t" ]
	[ "$(query "SELECT count(*) FROM removed")" = 0 ]
	intact
}

@test "a track that comes back with two files is one track" {
	requires mutagen
	mkdir -p two/a two/b
	for f in a b; do "$PYTHON" "$FIXTURES/make-piece.py" two/$f/song.flac; done
	lib-import -q two | lib-commit -q --ids >ids
	t=$(sort -u ids)
	lib-commit -q --remove "$t" >/dev/null
	lib-import -q --again two >id
	run -0 lib-commit --show - <id
	[ "$(grep -c "^restored.*track $t" <<<"$output")" = 2 ]
	[[ ${lines[2]} == *": 2 items, 2 restored" ]]
	run -0 lib-commit -n - <id
	[[ $output == *": 1 track, 0 duplicates, 0 failed, 1 attached" ]]
	run -0 lib-commit - <id
	[[ $output == *" committed: 1 track, 0 duplicates, 0 failed, 1 attached" ]]
	run -0 lib-commit - <id
	[[ $output == *"already: 1 track, 0 duplicates, 0 failed, 1 attached" ]]
	[ "$(query "SELECT count(*), sum(preferred) FROM file WHERE track_id = $t AND state = 'ok'")" = "2|1" ]
	lib-commit -q --remove "$t" >/dev/null
	lib-import -q --again two/a | lib-commit -q
	run -0 bash -c 'lib-import -q --again two/b | lib-commit'
	[[ $output == *" committed: 0 tracks, 0 duplicates, 0 failed, 1 attached" ]]
}

@test "a removed file goes to trash/ with the next sweep, comes back from there, and is gone after its grace" {
	t=$(lib-search --ids roads)
	b=$(blob "$t")
	before=$(rows)
	lib-commit --remove "$t" >/dev/null
	lib-sweep -q
	[ ! -e "$FONOTECA_LIBRARY/$b" ]
	[ -f "$FONOTECA_LIBRARY/trash/${b##*/}" ]
	[ "$(query "SELECT reason FROM trash")" = removed ]
	run -0 lib-commit -n --restore "$t"
	[ ! -e "$FONOTECA_LIBRARY/$b" ]
	lib-commit --restore "$t" >/dev/null
	[ -f "$FONOTECA_LIBRARY/$b" ]
	[ ! -e "$FONOTECA_LIBRARY/trash/${b##*/}" ]
	[ "$(query "SELECT count(*) FROM trash")" = 0 ]
	[ "$(rows)" = "$before" ]
	intact
	# undoing a removal does the same
	lib-commit --remove "$t" >/dev/null
	lib-sweep -q
	lib-commit --undo >/dev/null
	[ "$(rows)" = "$before" ]
	intact
	lib-commit --remove "$t" >/dev/null
	lib-sweep -q
	FONOTECA_NOW=$(($(date +%s) + 31 * 86400)) lib-sweep -q
	[ ! -e "$FONOTECA_LIBRARY/trash/${b##*/}" ]
	before=$(catalogue)
	fails 4 lib-commit --restore 1 "$t"
	[[ $stderr == *"track $t is gone for good"* ]]
	fails 4 lib-commit --undo
	[[ $stderr == *"gone for good"* ]]
	[ "$(catalogue)" = "$before" ]
	intact
}

@test "a file in trash/ that is not what its name says does not come back" {
	lib-commit --remove 1 >/dev/null
	b=$(blob 1)
	lib-sweep -q
	chmod u+w "$FONOTECA_LIBRARY/trash/${b##*/}"
	printf x | dd of="$FONOTECA_LIBRARY/trash/${b##*/}" bs=1 conv=notrunc status=none
	fails 4 lib-commit --restore 1
	[ ! -e "$FONOTECA_LIBRARY/$b" ]
}

@test "bytes that another file still needs are neither removed for good nor remembered" {
	# two pieces of one file, as a cue sheet makes them
	python3 - "$FONOTECA_LIBRARY/library.db" <<-'PY'
	import sqlite3, sys
	db = sqlite3.connect(sys.argv[1])
	db.execute("UPDATE file SET part = 2, blob_id = (SELECT blob_id FROM file WHERE track_id = 1) WHERE track_id = 2")
	db.execute("UPDATE file SET part = 1 WHERE track_id = 1")
	db.commit()
	PY
	b=$(blob 1)
	lib-commit --remove 1 >/dev/null
	[ "$(query "SELECT count(*) FROM removed")" = 0 ]
	lib-sweep -q
	[ -f "$FONOTECA_LIBRARY/$b" ]
	lib-commit --remove 2 >/dev/null
	[ "$(query "SELECT count(*) FROM removed")" = 1 ]
	lib-sweep -q
	[ ! -e "$FONOTECA_LIBRARY/$b" ]
	lib-commit --restore 1 >/dev/null
	[ -f "$FONOTECA_LIBRARY/$b" ]
	lib-sweep -q
	[ -f "$FONOTECA_LIBRARY/$b" ]
	intact
}

@test "tracks to remove come from standard input" {
	n=$(lib-search --count '*')
	run -0 bash -c 'lib-search --ids artist:bjork | lib-commit --ids --remove -'
	[ "${#lines[@]}" -eq 2 ]
	[ "$(lib-search --count '*')" -eq $((n - 2)) ]
	[ "$(lib-search --stats | sed 's/.*"tracks":\([0-9]*\),"artists".*/\1/')" -eq $((n - 2)) ]
}

# -- undo ---------------------------------------------------------------------

@test "--undo takes back the last edit, then the one before; an undo can be undone" {
	zero=$(rows)
	lib-commit --amend 1 2 title=One genre+=House >/dev/null
	one=$(rows)
	lib-commit --amend 2 3 album=Two artist=Somebody comment= tags.x=y >/dev/null
	two=$(rows)
	lib-commit --remove 1 4 >/dev/null
	three=$(rows)
	run -0 lib-commit --undo
	[[ $output == *"1"$'\t'"as before e4"* ]]
	[ "$(rows)" = "$two" ]
	lib-commit --undo >/dev/null
	[ "$(rows)" = "$one" ]
	lib-commit --undo >/dev/null
	[ "$(rows)" = "$zero" ]
	fails 1 lib-commit --undo
	# e5, e6, e7 undid e4, e3, e2
	lib-commit --undo e7 >/dev/null
	[ "$(rows)" = "$one" ]
	lib-commit --undo e6 >/dev/null
	[ "$(rows)" = "$two" ]
	lib-commit --undo 5 >/dev/null
	[ "$(rows)" = "$three" ]
	lib-commit --undo >/dev/null
	[ "$(rows)" = "$two" ]
	intact
}

@test "every field class is as it was after --undo: columns, people, genres, tags, releases made and joined, ids" {
	zero=$(rows)
	lib-commit --amend 1 title= track=9 disc=2 date=1990-01-01 bpm=99.5 key=Gm rating=7 artists=A artists=B artist=C \
		composer=D genre=E genre=F isrc=USRC17607839 lyrics=la mb_trackid=0a1b2c3d-0000-4000-8000-00000000000a \
		album=G albumartist=H label=I label=J compilation=yes disctotal=3 barcode=12345670 \
		mb_albumid=0a1b2c3d-0000-4000-8000-00000000000b studio=K >/dev/null
	lib-search --ids 'album:takk' | lib-commit --amend - album=G albumartist=H albumsort=x >/dev/null
	[ "$(rows)" != "$zero" ]
	lib-commit --undo >/dev/null
	lib-commit --undo >/dev/null
	[ "$(rows)" = "$zero" ]
	intact
}

@test "an undo is refused where the same field was changed later, and says by what" {
	lib-commit --amend 1 title=One >/dev/null
	lib-commit --amend 1 title=Two >/dev/null
	lib-commit --amend 1 title=One >/dev/null
	before=$(catalogue)
	fails 4 lib-commit --undo e2
	[[ $stderr == *"event e2 cannot be undone: title of track 1 was changed later by event e3"* ]]
	[ "$(catalogue)" = "$before" ]
	lib-commit --undo e4 >/dev/null
	lib-commit --undo e3 >/dev/null
	lib-commit --undo e2 >/dev/null
	[ "$(lib-search --ids 'title:"All I Need"')" = 1 ]
}

@test "what another field got later does not stand in the way" {
	lib-commit --amend 1 title=One >/dev/null
	lib-commit --amend 1 rating=50 genre=House >/dev/null
	lib-commit --undo e2 >/dev/null
	[ "$(query "SELECT title, rating FROM track WHERE id = 1")" = 'All I Need|50' ]
}

@test "a removal is not undone twice, nor after the track came back another way" {
	lib-commit --remove 1 >/dev/null
	lib-commit --undo e2 >/dev/null
	fails 4 lib-commit --undo e2
	[[ $stderr == *"was undone already, by e3"* ]]
	lib-commit --remove 2 >/dev/null
	lib-commit --restore 2 >/dev/null
	fails 4 lib-commit --undo e4
	[[ $stderr == *"was changed later by event e5"* ]]
	lib-commit --undo e5 >/dev/null
	lib-commit --undo e4 >/dev/null
	[ "$(lib-search --ids id:2)" = 2 ]
}

@test "a release that others joined meanwhile is not taken from under them" {
	mapfile -t t < <(lib-search --ids 'album:takk')
	lib-commit --amend "${t[0]}" album=New >/dev/null
	lib-commit --amend 1 album=New albumartist='Sigur Rós' >/dev/null
	[ "$(query "SELECT count(DISTINCT release_id) FROM track WHERE id IN (1, ${t[0]})")" = 1 ]
	before=$(catalogue)
	fails 4 lib-commit --undo e2
	[ "$(catalogue)" = "$before" ]
	lib-commit --undo >/dev/null
	lib-commit --undo >/dev/null
}

@test "edits of playlists are undone too: entries in their order, names, whole playlists" {
	show() {
		query "SELECT name, position, track_id, hex(path), entry.title FROM playlist LEFT JOIN entry ON playlist_id = playlist.id
		       ORDER BY playlist.id, position"
	}
	lib-playlist -q create Evening
	lib-playlist -q add Evening 1 2 3 4 5 /no/such.mp3
	states=("$(show)")
	for edit in 'remove Evening 2-3' 'move Evening 1 3' 'add Evening --at 2 7 8' 'rename Evening Night' 'copy Night Day' \
		'delete Night'; do
		lib-playlist -q $edit
		states+=("$(show)")
	done
	for ((i = ${#states[@]} - 2; i >= 0; i--)); do
		lib-commit -q --undo
		[ "$(show)" = "${states[i]}" ] || fail "edit $i is not undone"
	done
	undone=$(event)
	lib-commit -q --undo "$undone"
	[ "$(show)" = "${states[1]}" ]
	# a name that is taken by now
	lib-playlist -q delete Evening
	deleted=$(event)
	lib-playlist -q create Evening
	fails 4 lib-commit --undo "$deleted"
	intact
}

@test "an attachment is not taken back where its file was removed since: no track stands there without one" {
	lib-commit --attach 1 2 >/dev/null
	attached=$(event)
	lib-commit --remove 2 >/dev/null
	removed=$(event)
	before=$(catalogue)
	fails 4 lib-commit --undo "$attached"
	[ "$stderr" = "lib-commit: event $attached cannot be undone: the files of track 1 were changed later by event $removed" ]
	[ "$(catalogue)" = "$before" ]
	lib-commit --undo "$removed" >/dev/null
	lib-commit --undo "$attached" >/dev/null
	[ "$(query "SELECT count(*) FROM track JOIN file ON track_id = track.id WHERE track_id < 3 AND preferred AND state = 'ok'")" = 2 ]
	intact
}

@test "entries that are taken back leave no gap before later ones, and come back to their places" {
	lib-playlist -q create Evening
	lib-playlist -q add Evening 1 2 3
	added=$(event)
	lib-playlist -q add Evening 4 5
	lib-commit -q --undo "$added"
	undone=$(event)
	[ "$(query "SELECT position, track_id FROM entry ORDER BY position" | tr '\n' ' ')" = "1|4 2|5 " ]
	lib-commit -q --undo "$undone"
	[ "$(query "SELECT position, track_id FROM entry ORDER BY position" | tr '\n' ' ')" = "1|1 2|2 3|3 4|4 5|5 " ]
	lib-playlist -q add Evening --at 2 6
	added=$(event)
	lib-playlist -q add Evening 7
	lib-commit -q --undo "$added"
	[ "$(query "SELECT position, track_id FROM entry ORDER BY position" | tr '\n' ' ')" = "1|1 2|2 3|3 4|4 5|5 6|7 " ]
	intact
}

@test "an undo that is undone, and undone again: what holds is known all the way" {
	id=$(lib-search --ids title:Roads)
	lib-commit -q --amend "$id" title=One >/dev/null # e2
	lib-commit -q --amend "$id" title=Two >/dev/null # e3
	lib-commit -q --undo e3 >/dev/null               # e4
	lib-commit -q --undo e4 >/dev/null               # e5
	[ "$(query "SELECT title FROM track WHERE id = $id")" = Two ]
	lib-commit -q --undo e5 >/dev/null # e6
	[ "$(query "SELECT group_concat(event_id || ':' || ifnull(undone, '-'), ' ') FROM edit")" = "2:- 3:4 4:- 5:6 6:-" ]
	lib-commit -q --undo e6 >/dev/null # e7
	[ "$(query "SELECT group_concat(event_id || ':' || ifnull(undone, '-'), ' ') FROM edit")" = "2:- 3:- 4:5 5:- 6:7 7:-" ]
	lib-commit -q --undo >/dev/null
	[ "$(query "SELECT title FROM track WHERE id = $id")" = One ]
	lib-commit -q --undo >/dev/null
	[ "$(query "SELECT title FROM track WHERE id = $id")" = Roads ]
	fails 1 lib-commit --undo
	fails 4 lib-commit --undo e2
	[[ $stderr == *"e2 was undone already, by e9; to do it again: lib-commit --undo e9" ]]
}

@test "what a retag has changed since is not undone, and the message names it" {
	requires mutagen
	mkdir own
	"$PYTHON" "$FIXTURES/make-piece.py" own/a.flac title=One
	lib-import -q own | lib-commit -q --ids >id
	lib-commit -q --amend "$(cat id)" label=EMI >/dev/null # e3
	"$PYTHON" "$FIXTURES/set-tags.py" own/a.flac album=Elsewhere
	touch -d '1 minute ago' own/a.flac
	lib-import -q own | lib-commit -q >/dev/null # e4, the retag, and e5
	# what was amended of the release goes along
	[ "$(query "SELECT album, value FROM track JOIN release ON release.id = track.release_id JOIN release_tag g ON g.release_id = release.id
		WHERE track.id = $(cat id)")" = "Elsewhere|EMI" ]
	fails 4 lib-commit --undo
	[[ $stderr == *"event e3 cannot be undone: "*" was changed later by event e4" ]]
}

@test "an undo of --write-tags: a source stands for the old bytes again, and its new tags are a retag" {
	requires mutagen
	mkdir own
	"$PYTHON" "$FIXTURES/make-piece.py" own/a.flac title=One
	lib-import -q own | lib-commit -q --ids >id
	lib-commit -q --amend "$(cat id)" title=Uno >/dev/null
	lib-commit -q --write-tags "$(cat id)" >/dev/null
	written=$(query "SELECT hex(sha256) FROM source WHERE CAST(path AS TEXT) LIKE '%/own/a.flac'")
	lib-commit -q --undo >/dev/null
	[ "$(query "SELECT hex(sha256) = upper('$(sha256sum <own/a.flac | cut -d ' ' -f 1)') FROM source WHERE CAST(path AS TEXT) LIKE '%/own/a.flac'")" = 1 ]
	lib-commit -q --undo "e$(query "SELECT max(id) FROM event")" >/dev/null
	[ "$(query "SELECT hex(sha256) FROM source WHERE CAST(path AS TEXT) LIKE '%/own/a.flac'")" = "$written" ]
	lib-commit -q --undo "e$(query "SELECT max(id) FROM event")" >/dev/null
	"$PYTHON" "$FIXTURES/set-tags.py" own/a.flac genre=Rock
	touch -d '1 minute ago' own/a.flac
	run -0 bash -c 'lib-import -q own | lib-commit'
	[[ $output == *" committed: 0 tracks, 0 duplicates, 0 failed, 1 retagged" ]]
	[ "$(query "SELECT title FROM track WHERE id = $(cat id)")" = Uno ]
	intact
}

@test "events that are no edits, unknown ones, words" {
	fails 4 lib-commit --undo e1
	[[ $stderr == *"e1 (commit) cannot be undone"* ]]
	fails 4 lib-commit --undo e99
	fails 2 lib-commit --undo s1
	fails 2 lib-commit --undo e1 e2
	fails 1 lib-commit --undo
}

@test "--undo takes one's own edits; a dry run tells; --json and --ids" {
	lib-commit --amend 1 2 title=One >/dev/null
	python3 -c '
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("UPDATE event SET actor = actor + 1 WHERE id = 2")
db.commit()' "$FONOTECA_LIBRARY/library.db"
	fails 1 lib-commit --undo
	before=$(catalogue)
	run -0 --separate-stderr lib-commit -n --undo e2
	[ "$output" = $'1\tas before e2\n2\tas before e2' ]
	[ "$stderr" = "lib-commit: e2 can be undone" ]
	[ "$(catalogue)" = "$before" ]
	run -0 --separate-stderr lib-commit --ids --undo e2
	[ "$output" = $'1\n2' ]
	run -0 lib-commit --json --undo e3
	[ "${lines[2]}" = '{"v":1,"type":"report","command":"undo","event":"e4","undoes":"e3","changed":2,"unchanged":0}' ]
}

@test "the log tells who did what" {
	lib-commit --amend 1 title=One tags.x=y >/dev/null
	lib-commit --remove 1 2 >/dev/null
	lib-commit --undo >/dev/null
	[ "$(query "SELECT id, kind, subject, data FROM event WHERE id > 1")" = \
'2|amend|1|{"tracks":1,"fields":["title","x"]}
3|remove||{"tracks":2}
4|undo||{"tracks":2,"undoes":"e3","kind":"remove"}' ]
	[ "$(query "SELECT DISTINCT actor FROM event")" = "$(id -u)" ]
}
