# SPDX-License-Identifier: MIT
# Retags: a file whose source got other tags takes the place of the old one, and its track the newer tags.
load helper

setup() {
	setup_fonoteca
	requires python3 mutagen
	mkdir music
	cp "$FIXTURES/audio/hoppipolla.flac" music/a.flac
}

# tags FILE FIELD=VALUE...
tags() {
	"$PYTHON" "$TREE/tests/fixtures/set-tags.py" "$@"
	touch -d '1 minute ago' "$1" # two imports within a second see it all the same
}

# sync : import all of it and commit; prints the commit's line without its session.
sync() {
	lib-import -q music | lib-commit | sed 's/^s[0-9]* committed: //'
}

sum() {
	sha256sum <"$1" | cut -d ' ' -f 1
}

# indexed : the index holds what the catalogue says, of every track that is there and of no other.
indexed() {
	[ "$(query "SELECT count(*) FROM doc")" = "$(query "SELECT count(*) FROM track WHERE removed IS NULL")" ]
}

@test "a FLAC file that was damaged in its middle keeps its MD5, but is no retag: the whole file stays the preferred" {
	lib-import -q music | lib-commit -q >id
	was=$(query "SELECT hex(sha256), hex(audio) FROM blob JOIN file ON file.blob_id = blob.id WHERE preferred")
	size=$(stat -c %s music/a.flac)
	printf 'X' | dd of=music/a.flac bs=1 seek=$((size - 700)) conv=notrunc 2>/dev/null
	run -0 --separate-stderr bash -c 'lib-import music | lib-commit'
	[ "$output" = "s2 committed: 0 tracks, 0 duplicates, 0 failed, 1 attached" ]
	[[ $stderr == *"a.flac: damaged: its audio is wrong at 0:00"* ]]
	[ "$(query "SELECT hex(sha256), hex(audio) FROM blob JOIN file ON file.blob_id = blob.id WHERE preferred")" = "$was" ]
	[ "$(query "SELECT damaged, audio = x'${was#*|}' FROM file WHERE NOT preferred")" = "1|0" ]
	cp "$FIXTURES/audio/hoppipolla.flac" music/a.flac # and back again
	run -0 bash -c 'lib-import -q music | lib-commit'
	[[ $output == "s3 committed: 0 tracks, 1 duplicate, 0 failed"* ]]
	intact
}

@test "a retagged file replaces the old one: track, recording and playlists stay, newer tags are found" {
	sync
	lib-playlist create Mine
	lib-playlist add Mine 1
	before=$(query "SELECT id, recording_id, added, release_id FROM track")
	old=$(sum music/a.flac)
	tags music/a.flac 'title=Jumping into Puddles' 'genre=Dream Pop' 'mood=happy'
	lib-import -q music
	run -0 lib-commit --show s2
	[[ ${lines[0]} == $'retag\t'*$'a.flac\ttrack 1\t' ]]
	[ "${lines[1]}" = "s2: 1 item, 1 retagged" ]
	run -0 lib-commit s2
	[ "$output" = "s2 committed: 0 tracks, 0 duplicates, 0 failed, 1 retagged" ]
	run -0 lib-commit s2
	[ "$output" = "s2 was committed already: 0 tracks, 0 duplicates, 0 failed, 1 retagged" ]
	[ "$(query "SELECT id, recording_id, added, release_id FROM track")" = "$before" ]
	[ "$(query "SELECT title FROM track")" = "Jumping into Puddles" ]
	[ "$(lib-search --ids puddles)" = 1 ]
	run -1 lib-search --ids hoppipolla
	[ "$(lib-search -f '$id $genre' puddles)" = "1 Dream Pop" ]
	[ "$(lib-playlist --json show Mine | grep -c Puddles)" = 1 ]
	[ "$(query "SELECT state, preferred FROM file ORDER BY id")" = $'removed|0\nok|1' ]
	[ "$(query "SELECT lower(hex(sha256)), reason, track_id FROM removed")" = "$old|superseded|1" ]
	[ "$(query "SELECT kind, subject, data ->> 'was' FROM event WHERE kind = 'retag'")" = "retag|1|$old" ]
	indexed
	intact
}

@test "the old bytes stay out afterwards, unless asked for; and go to trash/ as removed files do" {
	cp music/a.flac saved.flac
	sync
	tags music/a.flac title=New
	sync
	mkdir elsewhere
	cp saved.flac elsewhere
	run -0 bash -c 'lib-import -q elsewhere | lib-commit'
	[ "$output" = "s3 committed: 0 tracks, 0 duplicates, 0 failed, 1 removed earlier" ]
	run -0 lib-sweep -q orphans
	[ "$(query "SELECT reason FROM trash")" = superseded ]
	run -0 bash -c 'lib-import -q --again elsewhere | lib-commit'
	[ "$(query "SELECT count(*) FROM file WHERE state = 'ok'")" = 2 ]
	[ "$(query "SELECT count(*) FROM track")" = 1 ]
	intact
}

@test "tags that are changed back are a retag too, and the same retag again is nothing" {
	cp music/a.flac saved.flac
	sync
	tags music/a.flac title=New
	[ "$(sync)" = "0 tracks, 0 duplicates, 0 failed, 1 retagged" ]
	touch music/a.flac
	[[ $(sync) == "0 tracks, 1 duplicate, 0 failed"* ]]
	cp saved.flac music/a.flac
	[ "$(sync)" = "0 tracks, 0 duplicates, 0 failed, 1 retagged" ]
	[ "$(query "SELECT title, count(*) FROM track")" = "Hoppípolla|1" ]
	[ "$(query "SELECT state, preferred FROM file ORDER BY id")" = $'ok|1\nremoved|0' ]
	[ "$(query "SELECT count(*) FROM removed")" = 1 ]
	indexed
	intact
}

@test "another album moves the track; the empty album goes, its covers with it" {
	tags music/a.flac picture=first
	sync
	tags music/a.flac album=Elsewhere tracknumber=9 picture=second
	[ "$(sync)" = "0 tracks, 0 duplicates, 0 failed, 1 retagged" ]
	[ "$(query "SELECT t.id, t.track, r.album FROM track t JOIN release r ON r.id = t.release_id")" = "1|9|Elsewhere" ]
	[ "$(query "SELECT count(*) FROM release")" = 1 ]
	[ "$(query "SELECT count(*) FROM cover")" = 1 ]
	[ "$(lib-search --ids album:elsewhere)" = 1 ]
	indexed
	intact
}

@test "a whole album retagged: its own fields follow; one track alone does not change them" {
	cp music/a.flac music/b.flac
	tags music/a.flac organization=Smekkleysa
	tags music/b.flac title=Gobbledigook tracknumber=5 organization=Smekkleysa
	# other audio, or the second would be a recording of the first
	cp "$FIXTURES/audio/under-pressure.flac" music/b.flac
	tags music/b.flac title=Gobbledigook tracknumber=5 organization=Smekkleysa artist='Sigur Rós' album=Takk... \
		albumartist= discnumber=
	tags music/a.flac albumartist= discnumber=
	sync
	[ "$(query "SELECT count(*) FROM release")" = 1 ]
	tags music/a.flac organization=Geffen
	sync
	[ "$(query "SELECT value FROM release_tag JOIN tagname ON id = name_id WHERE name = 'label'")" = Smekkleysa ]
	tags music/a.flac organization=EMI album='Takk…'
	tags music/b.flac organization=EMI album='Takk…'
	[ "$(sync)" = "0 tracks, 0 duplicates, 0 failed, 2 retagged" ]
	[ "$(query "SELECT value FROM release_tag JOIN tagname ON id = name_id WHERE name = 'label'")" = EMI ]
	[ "$(query "SELECT count(*), album FROM release")" = "1|Takk…" ]
	[ "$(lib-search --count label:emi)" = 2 ]
	indexed
	intact
}

@test "what was amended by hand stays: columns, lists, free tags, and the album" {
	sync
	lib-commit --amend 1 title=Mine genre=Ours tags.shelf=B7 label=House composer=Nobody >log
	tags music/a.flac title=Other genre=Other artist=Different organization=Other composer=Other date=1999
	[ "$(sync)" = "0 tracks, 0 duplicates, 0 failed, 1 retagged" ]
	[ "$(query "SELECT title, artist, year FROM track")" = "Mine|Different|1999" ]
	[ "$(lib-search -f '$genre/$composer/$label/$tags' different)" = "Ours/Nobody/House/shelf=B7" ]
	indexed
	lib-commit --amend 1 album=Elsewhere >log
	tags music/a.flac album=Nowhere title=Another
	[ "$(sync)" = "0 tracks, 0 duplicates, 0 failed, 1 retagged" ]
	[ "$(lib-search -f '$album' different)" = Elsewhere ]
	[ "$(query "SELECT count(*) FROM release")" = "$(query "SELECT count(DISTINCT release_id) FROM track")" ]
	run -0 lib-commit --undo
	[ "$(lib-search -f '$album' different)" = Takk... ]
	indexed
	intact
}

@test "one track of a compilation without an album artist stays in it" {
	cp "$FIXTURES/audio/under-pressure.flac" music/b.flac
	tags music/a.flac albumartist= album=Mix artist=One tracknumber=1 discnumber=
	tags music/b.flac albumartist= album=Mix artist=Two tracknumber=2 discnumber=
	sync
	[ "$(query "SELECT count(*) FROM release")" = 1 ]
	tags music/a.flac title=Retitled
	[[ $(sync) == "0 tracks, "*", 1 retagged"* ]] # the other may be read again, and is a duplicate then
	[ "$(query "SELECT count(*) FROM release")" = 1 ]
}

@test "two copies changed in two ways: one is the retag, the other a file more" {
	cp music/a.flac music/b.flac
	sync
	tags music/a.flac comment=one
	tags music/b.flac comment=two
	[ "$(sync)" = "0 tracks, 0 duplicates, 0 failed, 1 attached, 1 retagged" ]
	[ "$(query "SELECT count(*) FROM file WHERE state = 'ok'")" = 2 ]
	indexed
	intact
}

@test "the old bytes beside their retag in one session are removed earlier" {
	sync
	cp music/a.flac music/old.flac
	tags music/a.flac title=New
	[ "$(sync)" = "0 tracks, 0 duplicates, 0 failed, 1 retagged, 1 removed earlier" ]
	[ "$(query "SELECT count(*) FROM file WHERE state = 'ok'")" = 1 ]
	intact
}

@test "an older session that is committed late does not turn the tags back" {
	lib-import -q music
	tags music/a.flac title=New
	lib-import -q music | lib-commit -q
	run -0 lib-commit s1
	[ "$output" = "s1 committed: 1 track, 0 duplicates, 0 failed" ] # another title: kept apart
	[ "$(query "SELECT count(DISTINCT recording_id) FROM track")" = 1 ]
}

@test "swapped numbers, and a new file for one of them" {
	cp "$FIXTURES/audio/under-pressure.flac" music/b.flac
	tags music/a.flac album=X albumartist=Y artist=Y title=One tracknumber=1 discnumber=
	tags music/b.flac album=X albumartist=Y artist=Y title=Two tracknumber=2 discnumber=
	sync
	tags music/a.flac tracknumber=2
	tags music/b.flac tracknumber=1
	[ "$(sync)" = "0 tracks, 0 duplicates, 0 failed, 2 retagged" ]
	[ "$(query "SELECT title, track FROM track ORDER BY id")" = $'One|2\nTwo|1' ]
	indexed
}

@test "a retag that is killed at any point ends where an undisturbed one does" {
	requires strace
	sync
	tags music/a.flac title=New picture=new
	lib-import -q music
	cp -r "$FONOTECA_LIBRARY" saved
	lib-commit -q s2
	want=$(query "SELECT t.title, f.state, f.preferred FROM track t JOIN file f ON f.track_id = t.id ORDER BY f.id")
	for call in linkat:1 fsync:1 fsync:2 fdatasync:1 fdatasync:2 pwrite64:8 pwrite64:20; do
		rm -rf "$FONOTECA_LIBRARY"
		cp -r saved "$FONOTECA_LIBRARY"
		run bash -c "strace -qq -o /dev/null -e trace=${call%:*} -e inject=${call%:*}:signal=KILL:when=${call#*:} lib-commit s2"
		run -0 lib-commit s2
		[ "$(query "SELECT t.title, f.state, f.preferred FROM track t JOIN file f ON f.track_id = t.id ORDER BY f.id")" = "$want" ]
		intact
	done
}

# -- files that a cue sheet cuts ------------------------------------------------

# image : music/von.wav alone, of thirty seconds, with the sheet that cuts it into three tracks.
image() {
	rm -f music/*
	"$FIXTURES/make-image.py" wav music/von.wav 30
	cp "$FIXTURES/text/eac.cue" music/von.cue
}

# composer NAME : give the image this composer, by tags of its own.
composer() {
	"$PYTHON" -c '
import sys
from mutagen import id3, wave
f = wave.WAVE("music/von.wav")
f.tags or f.add_tags()
f.tags.add(id3.TCOM(encoding=3, text=sys.argv[1:]))
f.save()' "$1"
	touch -d '1 minute ago' music/von.wav
}

@test "a retag of a file that a cue sheet cuts: its parts stay with their tracks" {
	image
	[ "$(sync)" = "3 tracks, 0 duplicates, 0 failed" ]
	first=$(sum music/von.wav)
	lib-playlist create Sea
	lib-playlist add Sea 2 3
	lib-commit -q --amend 2 title='Not Daylight' >/dev/null
	before=$(query "SELECT t.id, t.title, t.recording_id, f.part, f.start_ms, f.duration_ms FROM track t JOIN file f ON f.track_id = t.id ORDER BY 1")
	composer Zoltan
	second=$(sum music/von.wav)
	[ "$second" != "$first" ]
	lib-import -q music >id
	run -0 lib-commit --show s2
	[ "$(grep -c ^retag <<<"$output")" = 3 ]
	[ "${lines[3]}" = "s2: 1 item, 1 retagged" ]
	run -0 lib-commit s2
	[ "$output" = "s2 committed: 0 tracks, 0 duplicates, 0 failed, 1 retagged" ]
	run -0 lib-commit s2
	[ "$output" = "s2 was committed already: 0 tracks, 0 duplicates, 0 failed, 1 retagged" ]
	[ "$(query "SELECT t.id, t.title, t.recording_id, f.part, f.start_ms, f.duration_ms FROM track t JOIN file f ON f.track_id = t.id
		WHERE f.state = 'ok' AND f.preferred ORDER BY 1")" = "$before" ]
	[ "$(query "SELECT count(*) FROM file WHERE state = 'removed' AND NOT preferred")" = 3 ]
	[ "$(lib-search --ids composer:zoltan | wc -l)" = 2 ]
	[ "$(lib-playlist --json show Sea | grep -c '"type":"entry".*"track":[23]')" = 2 ] || lib-playlist --json show Sea
	[ "$(query "SELECT count(*) FROM track WHERE removed IS NULL")" = 3 ]
	indexed
	intact
	# and back: the old file is the tracks' again
	image
	touch -d '2 minutes ago' music/von.wav
	[ "$(sum music/von.wav)" = "$first" ]
	[ "$(sync)" = "0 tracks, 0 duplicates, 0 failed, 1 retagged" ]
	[ "$(query "SELECT count(*), min(hex(sha256)) FROM file JOIN blob ON blob.id = blob_id WHERE state = 'ok'")" = "3|${first^^}" ]
	[ "$(lib-search --ids composer:zoltan | wc -l)" = 0 ]
	indexed
	intact
}

@test "a file with other tags that is cut in another way is no retag" {
	image
	[ "$(sync)" = "3 tracks, 0 duplicates, 0 failed" ]
	composer Zoltan
	sed -i '/TRACK 03/,$d' music/von.cue
	[ "$(sync)" = "1 track, 0 duplicates, 0 failed, 1 attached" ]
	[ "$(query "SELECT count(*) FROM file WHERE state = 'removed'")" = 0 ]
	image
	sed -i 's/00:10:00/00:14:00/' music/von.cue
	composer Kjartan
	run sync
	[[ $output != *retagged* ]]
	indexed
	intact
}
