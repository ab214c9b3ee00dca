#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What lies beside the audio or inside it and says more: cue sheets, lyrics, and the joiners of LIBRARY/config.

load helper

setup() {
	setup_fonoteca
	requires python3
	TEXT=$FIXTURES/text
	IMAGE=$FIXTURES/make-image.py
	FLAC=$FIXTURES/audio/all-is-full-of-love.flac
	mkdir music
}

# bring_in [OPTION]... : import music/ and commit it.
bring_in() {
	(set -o pipefail && lib-import "$@" music | lib-commit -q) >/dev/null
}

# image [SECONDS] : music/von.wav with the sheet of three tracks beside it.
image() {
	"$IMAGE" wav music/von.wav "${1:-30}"
	cp "$TEXT/eac.cue" music/von.cue
}

# tracks : what the parts are, a line each.
tracks() {
	lib-search -s disc,track -f '$part $start_ms $duration_ms $track $artist - $title ($album)'
}

# notes PATH : what the worker and the import said of a staged file.
notes() {
	python3 - "$FONOTECA_LIBRARY/library.db" "$1" <<-'PY'
	import sqlite3, sys
	db = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
	for (record,) in db.execute("SELECT record FROM item WHERE CAST(path AS TEXT) LIKE ? AND record IS NOT NULL", ("%" + sys.argv[2],)):
	    at = 4
	    while at < len(record):
	        kind, name, size = record[at], int.from_bytes(record[at+1:at+3], "little"), int.from_bytes(record[at+3:at+7], "little")
	        if kind == 9:
	            print(record[at+7+name:at+7+name+size].decode())
	        at += 7 + name + size
	PY
}

@test "a cue sheet beside the audio cuts it into tracks" {
	image
	run -0 --separate-stderr lib-import music
	run -0 lib-commit -q --json "$output"
	[[ $output == *'"tracks":3,"duplicates":0'* ]]
	tracks >got
	cat >want <<-'END'
	1 0 10000 1 Sigur Rós - Sigur Rós (Von)
	2 10000 10493 2 Sigur Rós feat. Björk - Dögun (Von)
	3 20493 9507 3 Sigur Rós - Hún "Jörð" ... (Von)
	END
	diff want got
	lib-search --json track:1 | grep -q '"barcode":"0724354260629","isrc":\["GBAYE0601498"\]'
	lib-search --json track:1 | grep -q '"date":"1997","year":1997,"genre":\["Post-Rock"\]'
	lib-search --json track:2 | grep -q '"artists":\["Sigur Rós","Björk"\]'
	lib-search --json track:2 | grep -q '"composer":\["Georg Hólm","Jón Þór Birgisson"\]'
	lib-search --json track:2 | grep -q '"part":2,"start_ms":10000'
	lib-search --json track:3 | grep -q '"rg_track_gain":-7.03'
	[ "$(lib-search --files | sort -u | wc -l)" -eq 1 ]
	[ "$(lib-search --files | wc -l)" -eq 3 ]
	[ "$(lib-search --ids part:2)" = "$(lib-search --ids dogun)" ]
	[ "$(lib-search --ids 'start_ms:>=20000')" = "$(lib-search --ids track:3)" ]
	lib-search --stats >stats
	grep -q '"files":1,"duration_ms":30000,"size":240044,' stats
	intact
}

@test "what is wrong in a sheet beside the audio is said of the audio" {
	image
	sed -i 's/^CATALOG .*/CATALOG 07~24/' music/von.cue
	grep -q '^CATALOG 07~24' music/von.cue || sed -i '1i CATALOG 07~24' music/von.cue
	run -0 --separate-stderr lib-import -v music
	[[ $stderr == *"von.wav: the cue sheet von.cue: "*"07~24"* ]]
	lib-commit -q "$output"
	[ "$(lib-search --count)" -eq 3 ]
}

@test "the same cut again changes nothing: unchanged, touched, or from elsewhere" {
	image
	bring_in
	catalogue >before
	bring_in
	touch music/von.wav
	run -0 --separate-stderr lib-import music
	run -0 lib-commit -q "$output"
	[[ $output == *"0 tracks, 1 duplicate"* ]]
	mkdir other
	cp music/von.* other
	lib-import -q other | lib-commit -q
	catalogue >after
	diff before after
}

@test "a file that is in the library stays cut as it is, whatever its sheet says later" {
	image
	bring_in
	catalogue >before
	sed -i 's/00:10:00/00:12:00/; s/Von/Vonbrigdi/' music/von.cue
	bring_in
	touch music/von.wav
	bring_in
	rm music/von.cue
	touch music/von.wav
	bring_in
	catalogue >after
	diff before after
	# nor does one become several that came without a sheet
	"$IMAGE" wav music/heim.wav 30 500
	bring_in
	sed 's/von\.wav/heim.wav/' "$TEXT/utf-8.cue" >music/heim.cue
	touch music/heim.wav
	catalogue >before
	bring_in
	catalogue >after
	diff before after
	[ "$(query "SELECT count(*) FROM file")" = 4 ]
}

@test "one session that holds the same image twice has its tracks once" {
	image
	mkdir music/again
	cp music/von.* music/again
	"$IMAGE" wav music/zbare.wav 30
	run -0 --separate-stderr lib-import music
	run -0 lib-commit -q "$output"
	[[ $output == *"3 tracks, 2 duplicates"* ]]
	[ "$(query "SELECT group_concat(part) FROM (SELECT part FROM file ORDER BY part)")" = 1,2,3 ]
	run -0 lib-commit s1
	[[ $output == *"committed already: 3 tracks, 2 duplicates"* ]]
}

@test "sheets in every usual encoding" {
	for sheet in eac utf-8 utf-16; do
		rm -rf music "$FONOTECA_LIBRARY"
		mkdir music
		image
		cp "$TEXT/$sheet.cue" music/von.cue
		bring_in
		[ "$(lib-search -f '$title' track:2)" = Dögun ]
	done
	rm music/*
	"$IMAGE" wav music/宇多田.wav 20 300
	cp "$TEXT/shift-jis.cue" music/x.cue
	"$IMAGE" wav music/disc.wav 20 301
	cp "$TEXT/gbk.cue" music/y.cue
	bring_in
	[ "$(lib-search -f '$artist $title' album:"First Love" track:2)" = "宇多田ヒカル 甘いワナ" ]
	[ "$(lib-search -f '$artist $title' album:寓言 track:1)" = "王菲 寒武纪" ]
}

@test "a sheet is found by its FILE in any case, by the stem of FILE, or by its own" {
	"$IMAGE" wav music/VON.WAV 30
	cp "$TEXT/eac.cue" "music/Some Name.CUE"
	bring_in
	[ "$(lib-search --count)" = 3 ]
	rm -rf "$FONOTECA_LIBRARY" music/*
	"$IMAGE" flac "$FLAC" music/von.flac
	printf 'FILE "C:\\rips\\VON.wav" WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nINDEX 01 00:00:15\n' >music/a.cue
	bring_in
	[ "$(lib-search --count)" = 2 ]
	[ "$(lib-search -f '$title' part:2)" = "Track 2" ]
	rm -rf "$FONOTECA_LIBRARY" music/*
	image
	mv music/von.wav music/renamed.wav
	mv music/von.cue music/renamed.cue
	"$IMAGE" wav music/other.wav 30 700
	bring_in
	[ "$(lib-search --count)" = 4 ]
	# but not where FILE is somebody else
	rm -rf "$FONOTECA_LIBRARY"
	mv music/other.wav music/von.wav
	bring_in
	[ "$(lib-search --count part:1)" = 1 ]
	[[ $(lib-search -f '$source' part:1) == */von.wav ]]
}

@test "a sheet with one FILE for each track fills in what the tags do not tell" {
	cp "$TEXT/per-track.cue" music/album.cue
	"$IMAGE" flac "$FLAC" "music/01 - Sunflower.flac" TITLE=Sunflower "ARTIST=Low feat. Nobody"
	"$IMAGE" wav "music/02 - Whitetail.wav" 5
	bring_in
	tracks >got
	cat >want <<-'END'
	  300 1 Low feat. Nobody - Sunflower (Things We Lost in the Fire)
	  5000 2 Low - Whitetail (Things We Lost in the Fire)
	END
	sed -i 's/ [0-9]* 1 Low/ 300 1 Low/' got
	diff want got
	[ "$(query "SELECT count(*) FROM file WHERE part = 0 AND start_ms IS NULL")" = 2 ]
	[ "$(query "SELECT count(*) FROM release")" = 1 ]
}

@test "a sheet that does not fit is left out with a note" {
	image 15
	bring_in
	[ "$(lib-search --count)" = 1 ]
	[ "$(query "SELECT part FROM file")" = 0 ]
	rm -rf "$FONOTECA_LIBRARY"
	image
	sed -i 's/00:20:37/00:05:00/' music/von.cue
	echo nonsense >music/zzz.cue
	lib-import -q music
	notes von.wav >got
	grep -q "the cue sheet von.cue was left out: its tracks do not follow one another" got
	grep -q "a cue sheet beside it was left out: zzz.cue: is no cue sheet" got
	lib-commit -q s1
	[ "$(lib-search --count)" = 1 ]
}

@test "the sheet in the tags, and the block of a FLAC file; the one beside wins" {
	printf 'TITLE Inside\nPERFORMER Nobody\nFILE x.wav WAVE\nTRACK 01 AUDIO\nTITLE One\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nTITLE Two\nINDEX 01 00:00:15\n' >inside
	"$IMAGE" flac "$FLAC" music/tag.flac --tag inside --block 0,100,250 "ALBUM=Of the tags" LABEL=Bella ISRC=GBAYE0601498
	bring_in
	[ "$(lib-search -s track -f '$title $album $artist $label $isrc' | tr '\n' '|')" = \
		"One Inside Nobody Bella |Two Inside Nobody Bella |" ]
	[ -z "$(lib-search --ids cuesheet:Inside)" ]
	rm -rf "$FONOTECA_LIBRARY" music/*
	"$IMAGE" flac "$FLAC" music/block.flac --block 0,100,250 "ALBUM=Of the tags" ARTIST=Low "DISCNUMBER=2"
	bring_in
	[ "$(lib-search -s track -f '$disc $track $start_ms $title $album $artist $isrc $barcode' | sed -n 2p)" = \
		"2 2 100 Track 2 Of the tags Low GBAYE0601001 0724354260629" ]
	[ "$(lib-search --count)" = 3 ]
	rm -rf "$FONOTECA_LIBRARY"
	printf 'TITLE Beside\nFILE block.wav WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nINDEX 01 00:00:15\n' >music/block.cue
	bring_in
	[ "$(lib-search --count album:Beside)" = 2 ]
}

@test "a block of another file, and what an album's sheet left in the tags of one track, cut nothing" {
	"$IMAGE" flac "$FLAC" music/a.flac --block 0,100 --lead-out 1000000 TITLE=a
	"$IMAGE" flac "$FLAC" music/b.flac --tag "$TEXT/utf-8.cue" TITLE=b
	lib-import -q music
	notes a.flac | grep -q "the cue sheet in its FLAC block was left out: it is that of another file"
	notes b.flac | grep -q "the cue sheet inside it was left out: it goes on behind the end of the audio"
	lib-commit -q s1
	[ "$(query "SELECT group_concat(part) FROM file")" = 0,0 ]
}

@test "a part may be another file for a track that is there, and --on-conflict says what becomes of it" {
	"$IMAGE" wav single.wav 10
	lib-import -q single.wav --set title=Dögun --set "artist=Sigur Rós" --set album=Von --set "albumartist=Sigur Rós" \
		--set track=2 | lib-commit -q
	image
	session=$(lib-import -q music)
	run -0 lib-commit -q --show "$session"
	[[ $output == *"conflict"*"von.wav part 2"*"track 1"* ]]
	[[ $output == *"s2: 1 item, 2 new, 1 conflict"* ]]
	run -0 lib-commit -q -n "$session"
	[[ $output == *"2 tracks"*"1 attached"* ]]
	run -4 lib-commit -q --on-conflict=fail "$session"
	[[ $output == *"conflict"* ]]
	run -0 lib-commit -q --on-conflict=skip --retry "$session"
	[[ $output == *"2 tracks"*"1 skipped"* ]]
	[ "$(query "SELECT group_concat(part) FROM (SELECT part FROM file ORDER BY part)")" = 0,1,3 ]
	[ "$(lib-search --count)" = 3 ]
	rm -rf "$FONOTECA_LIBRARY"
	lib-import -q single.wav --set title=Dögun --set "artist=Sigur Rós" --set album=Von --set "albumartist=Sigur Rós" \
		--set track=2 | lib-commit -q
	bring_in
	[ "$(lib-search --count)" = 3 ]
	[ "$(query "SELECT count(*), count(DISTINCT track_id) FROM file")" = "4|3" ]
	intact
}

@test "sheets inside an archive cut what lies beside them there" {
	image
	(cd music && python3 -m zipfile -c von.zip von.wav von.cue && rm von.wav von.cue)
	bring_in
	[ "$(tracks | sed -n 2p)" = "2 10000 10493 2 Sigur Rós feat. Björk - Dögun (Von)" ]
	[ "$(lib-search --count)" = 3 ]
}

@test "a part that was removed leaves the others, and comes back with --again" {
	image
	bring_in
	python3 - "$FONOTECA_LIBRARY/library.db" <<-'PY'
	import sqlite3, sys
	db = sqlite3.connect(sys.argv[1])
	db.execute("UPDATE file SET state = 'removed' WHERE part = 2")
	db.execute("UPDATE track SET removed = 1 WHERE id = (SELECT track_id FROM file WHERE part = 2)")
	db.commit()
	PY
	touch music/von.wav
	run -0 --separate-stderr lib-import music
	run -0 lib-commit -q "$output"
	[[ $output == *"0 tracks, 1 duplicate"* ]]
	[ "$(query "SELECT group_concat(state) FROM (SELECT state FROM file ORDER BY part)")" = ok,removed,ok ]
	touch music/von.wav
	bring_in --again
	[ "$(query "SELECT group_concat(state) FROM (SELECT state FROM file ORDER BY part)")" = ok,ok,ok ]
	[ "$(query "SELECT count(*) FROM track WHERE removed IS NULL")" = 3 ]
	[ "$(lib-search --count dogun)" = 1 ]
	intact
}

@test "two tracks of one file that are called alike are two" {
	"$IMAGE" wav music/von.wav 30
	printf 'PERFORMER X\nTITLE Y\nFILE von.wav WAVE\nTRACK 01 AUDIO\nTITLE Same\nINDEX 01 00:00:00\nTRACK 01 AUDIO\nTITLE Same\nINDEX 01 00:15:00\n' >music/von.cue
	bring_in
	[ "$(lib-search --count same)" = 2 ]
}

@test "--set gives every track its value; --ids prints every track" {
	image
	lib-import -q --set genre=Ambient --set albumartist=Various --set date= music | lib-commit -q --ids >ids
	[ "$(wc -l <ids)" -eq 3 ]
	[ "$(lib-search --count genre:Ambient)" = 3 ]
	[ "$(lib-search --count albumartist:Various)" = 3 ]
	[ "$(lib-search --count has:date)" = 0 ]
}

@test "a playlist's part is written with its times" {
	image
	bring_in
	lib-playlist create P
	lib-search --ids track:2 | lib-playlist add P -
	lib-playlist add P music/von.wav
	lib-playlist export P >got.m3u8
	blob=$(lib-search --files track:2)
	cat >want <<-END
	#EXTM3U
	#PLAYLIST:P
	#EXTINF:10,Sigur Rós feat. Björk - Dögun
	#EXTVLCOPT:start-time=10.000
	#EXTVLCOPT:stop-time=20.493
	$blob
	#EXTINF:10,Sigur Rós - Sigur Rós
	#EXTVLCOPT:start-time=0.000
	#EXTVLCOPT:stop-time=10.000
	$blob
	END
	diff want got.m3u8
	lib-playlist show P --json | grep -q '"part":2,"start_ms":10000'
}

@test "lyrics beside the audio, plain and with times" {
	"$IMAGE" flac "$FLAC" music/song.flac TITLE=Own
	cp "$TEXT/song-cp1252.lrc" music/SONG.LRC
	"$IMAGE" wav music/wave.wav 5
	printf 'one\ntwo\n' >music/wave.lrc
	"$IMAGE" flac "$FLAC" music/has.flac TITLE=Has "LYRICS=its own"
	cp "$TEXT/song.lrc" music/has.lrc
	run -0 --separate-stderr lib-import -v music
	[[ $stderr != *"no audio"* ]]
	lib-commit -q "$output"
	[ "$(lib-search -f '$lyrics' title:Own)" = 'Hendumst í hringi\nBrosandi\nHendumst í hringi\nHöldumst í hendur' ]
	lib-search --json title:Own | grep -q '"syncedlyrics":\["\[00:04.50\]Hendumst í hringi'
	[ "$(lib-search -f '$artist' title:Own)" = "Sigur Rós" ]
	[ "$(lib-search -f '$lyrics' wave)" = 'one\ntwo' ]
	[ "$(lib-search -f '$lyrics' title:Has)" = "its own" ]
	lib-search --json title:Has | grep -q '"syncedlyrics"'
}

@test "what comes along is not counted as skipped, and what cannot be used stops nothing" {
	requires mkfifo
	image
	head -c 1500000 /dev/zero | tr '\0' x >music/large.cue
	mkfifo music/pipe.cue
	ln -s von.cue music/link.cue
	head -c 3000 /dev/urandom >music/von.lrc
	: >music/empty.lrc
	echo text >music/notes.txt
	run -0 --separate-stderr lib-import --json music
	[[ $output == *'"not_audio":1'* ]]
	lib-commit -q s1
	[ "$(lib-search --count part:1..3)" = 3 ]
	run -0 lib-import -n --json music
	[[ $output == *'"not_audio":1'* ]]
}

@test "credits are cut at joiners, with exceptions, and stay printed as they are" {
	"$IMAGE" flac "$FLAC" music/a.flac TITLE=a "ARTIST=Air feat. Beth Hirsch; AC/DC" "ALBUMARTIST=Air; Nobody" ALBUM=x \
		"GENRE=Rock; Trip-Hop" "COMPOSER=Lennon/McCartney"
	"$IMAGE" flac "$FLAC" music/b.flac TITLE=b "ARTIST=Simon & Garfunkel" ARTISTS=Own
	"$IMAGE" flac "$FLAC" music/c.flac TITLE=c "ARTIST=A feat. B" MUSICBRAINZ_ARTISTID=8e66ea2b-b57b-47d9-8df0-df4630aeb8e5
	"$IMAGE" flac "$FLAC" music/d.flac TITLE=d "ARTIST=A; B" "ARTIST=C"
	bring_in
	lib-search --json title:a | grep -q '"artist":"Air feat. Beth Hirsch; AC/DC","artists":\["Air","Beth Hirsch","AC/DC"\]'
	lib-search --json title:a | grep -q '"albumartist":"Air; Nobody","albumartists":\["Air","Nobody"\]'
	lib-search --json title:a | grep -q '"genre":\["Rock","Trip-Hop"\],"composer":\["Lennon/McCartney"\]'
	lib-search --json title:b | grep -q '"artists":\["Own"\]'
	lib-search --json title:c | grep -q '"artists":\["A feat. B"\]'
	lib-search --json title:d | grep -q '"artists":\["A; B","C"\]'
	# ID3 had nothing better
	cp "$FIXTURES/audio/bonnie-and-clyde.mp3" music
	bring_in
	lib-search --json bonnie | grep -q '"artists":\["Serge Gainsbourg","Brigitte Bardot"\]'
}

@test "LIBRARY/config changes the joiners" {
	lib-import -q "$FIXTURES/audio/glosoli.oga" >/dev/null
	cat >"$FONOTECA_LIBRARY/config" <<-'END'
	# ours
	joiners = " & ", " feat. "
	joiner-exceptions += "Zwan & Co"
	END
	"$IMAGE" flac "$FLAC" music/a.flac TITLE=a "ARTIST=A & B feat. Zwan & Co; C"
	"$IMAGE" flac "$FLAC" music/b.flac TITLE=b "ARTIST=Simon & Garfunkel"
	bring_in
	lib-search --json title:a | grep -q '"artists":\["A","B","Zwan & Co; C"\]'
	lib-search --json title:b | grep -q '"artists":\["Simon & Garfunkel"\]'
}

@test "a config that is wrong is an error that names line and key, and nothing is imported" {
	lib-import -q "$FIXTURES/audio/glosoli.oga" >/dev/null
	config=$FONOTECA_LIBRARY/config
	echo 'joinres = x' >"$config"
	fails 4 lib-import music
	[[ $stderr == *"$config: line 1: there is no setting 'joinres'; did you mean 'joiners'?"* ]]
	echo 'joiners = " feat. ' >"$config"
	fails 4 lib-import music
	[[ $stderr == *"line 1: joiners: a quote is not closed"* ]]
	: >"$config"
	chmod o+w "$config"
	fails 4 lib-import music
	[[ $stderr == *"everybody may write to it"* ]]
	rm "$config"
	ln -s /dev/null "$config"
	fails 4 lib-import music
	[[ $stderr == *"is a symbolic link"* ]]
	rm "$config"
	mkfifo "$config"
	fails 4 lib-import music
	[[ $stderr == *"is no file"* ]]
	rm "$config"
	head -c 70000 /dev/zero | tr '\0' '#' >"$config"
	fails 4 lib-import music
	[[ $stderr == *"is larger than 64 KiB"* ]]
	cp "$TEXT/config" "$config"
	lib-import -q music >/dev/null
}
