#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lib-sweep repair: blobs are fetched again, the catalogue is mended, and each thing is told.

load helper

setup() {
	setup_fonoteca
	requires python3 sqlite3
	BLOBS=$FONOTECA_LIBRARY/blobs
	cp -r "$FIXTURES/audio" music
}

library() {
	lib-import -q "$@" music | lib-commit -q
}

# nth N : the path of a blob of audio.
nth() {
	query "SELECT lower(hex(b.sha256)) || '.' || suffix FROM blob b JOIN file f ON f.blob_id = b.id ORDER BY b.id LIMIT 1 OFFSET $(($1 - 1))" |
		sed -E "s|^(..)|$BLOBS/\1/\1|"
}

spoil() {
	chmod u+w "$1"
	printf 'x' | dd of="$1" bs=1 seek=20 conv=notrunc status=none
	chmod 444 "$1"
}

# sound : repair has nothing left to do, and verify finds nothing.
sound() {
	run -0 --separate-stderr lib-sweep repair
	[ -z "$output$stderr" ] || fail "$output$stderr"
	run -0 --separate-stderr lib-sweep verify
	[ -z "$output$stderr" ] || fail "$output$stderr"
	intact
}

@test "a whole library: silent, status 0, nothing written" {
	library
	catalogue | grep -v ^blob >before # whose checks are noted
	sound
	catalogue | grep -v ^blob | diff before -
}

@test "lost and damaged blobs come again from where they were imported" {
	library
	lib-search -s id >before
	rm "$(nth 1)"
	spoil "$(nth 2)"
	truncate -s 10 "$(nth 3)"
	run -3 lib-sweep verify
	[ "$(query "SELECT count(*) FROM file WHERE state <> 'ok'")" -eq 3 ]
	run -0 --separate-stderr lib-sweep -n repair
	[ "$(grep -c 'would fetch' <<<"$output")" -eq 3 ]
	[ "$(query "SELECT count(*) FROM file WHERE state <> 'ok'")" -eq 3 ]
	run -0 --separate-stderr lib-sweep repair
	[[ $output == "repair: 3 fetched, 3 mended" ]] || fail "$output"
	[ "$(grep -c "fetch $PWD/music/" <<<"$stderr")" -eq 3 ]
	[ "$(query "SELECT count(*) FROM file WHERE state <> 'ok'")" -eq 0 ]
	[ "$(query "SELECT count(*) FROM event WHERE kind = 'mended'")" -eq 3 ]
	lib-search -s id | diff before -
	[ "$(stat -c %a "$(nth 1)")" = 444 ]
	find "$FONOTECA_LIBRARY/staging" -type f | diff - /dev/null
	# a folder that is not there is told, though nothing is wanted from it
	fails 4 lib-sweep --from nowhere repair
	[[ $stderr == *": repair: nowhere: No such file or directory" ]]
	sound
}

@test "what nobody has noticed yet is seen by a look; --json tells each thing" {
	library
	rm "$(nth 4)"
	run -0 --separate-stderr lib-sweep --json repair
	is_json <<<"$output"
	[[ $output == *'"type":"action","task":"repair","action":"fetch","thing":"'*'"type":"report","task":"repair"'*'"fetched":1'* ]]
	sound
}

@test "a source that changed is no copy; what is found nowhere stays, marked and told" {
	library
	lib-playlist -q create Party
	lib-playlist -q add Party 1 2 3
	rm "$(nth 1)"
	spoil "$(nth 2)"
	lib-sweep verify || [ $? -eq 3 ]
	cp -p music/* .
	for f in music/*; do printf 'xxxx' | dd of="$f" bs=1 seek=30 conv=notrunc status=none; done
	mv music/hoppipolla.flac gone.flac
	run -3 --separate-stderr lib-sweep repair
	[[ $stderr == *"is missing (track "*"no copy of its bytes was found"* ]]
	[[ $stderr == *"is damaged (track "*"no copy of its bytes was found"* ]]
	[ -e "$(nth 2)" ] # damaged bytes are better than none
	[ "$(lib-search --count is:missing)" -eq 1 ]
	[ "$(lib-search --count is:damaged)" -eq 1 ]
	[ "$(lib-playlist show Party --json | grep -c '"type":"entry"')" -eq 3 ]
	# events say it once
	before=$(query "SELECT count(*) FROM event WHERE kind IN ('missing', 'damaged')")
	run -3 lib-sweep repair
	[ "$(query "SELECT count(*) FROM event WHERE kind IN ('missing', 'damaged')")" -eq "$before" ]
	# another copy, under whatever names
	mkdir -p else/where
	for f in ./*.mp3 ./*.flac ./*.ogg ./*.m4a ./*.wav; do [ ! -e "$f" ] || mv "$f" "else/where/copy of ${f#./}"; done
	ln -s /nowhere else/where/dangling
	mkfifo else/where/pipe
	run -0 --separate-stderr lib-sweep --from else repair
	[[ $stderr == *"fetch else/where/copy of "* ]]
	sound
}

@test "a mirror of blobs/, a move library: all of it comes back" {
	library --mode=move
	cp -r "$BLOBS" mirror
	[ -z "$(find music -type f -name '*.flac')" ]
	find "$BLOBS" -type f -delete
	rm -r music # one of a conflict had stayed there
	run -3 lib-sweep repair
	tracks=$(lib-search --count)
	[ "$(lib-search --count is:missing)" -eq "$tracks" ]
	spoil "$(find mirror -type f | head -n 1)"
	run -3 --separate-stderr lib-sweep -q --from mirror repair
	[[ $output != *" 2 missing"* ]]
	[ "$(find "$BLOBS" -type f | wc -l)" -eq $(($(find mirror -type f | wc -l) - 1)) ]
	fails 4 lib-sweep --from nowhere repair
	fails 2 lib-sweep --from mirror verify
}

@test "from trash/ and from staging/; a folder in a blob's place is left alone" {
	library
	victim=$(nth 1)
	mv "$victim" "$FONOTECA_LIBRARY/trash/"
	rm -r music
	run -0 --separate-stderr lib-sweep repair
	[[ $stderr == *"fetch trash/"* ]]
	rm "$victim" "$FONOTECA_LIBRARY"/trash/*
	mkdir "$victim"
	cp "$FIXTURES"/audio/* .
	run -3 --separate-stderr lib-sweep --from . repair
	[ -d "$victim" ]
	[[ $stderr == *"a folder that is none of the library's has its name"* ]]
	rmdir "$victim"
	mkdir again
	cp "$FIXTURES"/audio/* again
	lib-import -q again >/dev/null
	rm -r again ./*.flac ./*.mp3 ./*.ogg
	run -0 --separate-stderr lib-sweep repair
	[[ $stderr == *"fetch staging/s"* ]]
	lib-commit -q --all || true
	sound
}

@test "a cover that lay beside the audio comes from there" {
	printf '\x89PNG\r\n\x1a\n%0100d' 7 >music/cover.png
	library
	cover=$(find "$BLOBS" -name "$(sha256sum music/cover.png | cut -c 1-64).png")
	rm "$cover"
	run -0 --separate-stderr lib-sweep repair
	[[ $stderr == *"fetch $PWD/music/cover.png"* ]]
	[ -f "$cover" ]
	sound
}

@test "pictures that lay inside the audio are taken out of it again, and of audio that is fetched as well" {
	library
	lib-search -s id --json >before
	query "SELECT lower(hex(sha256)) || '.' || suffix FROM blob WHERE id IN (SELECT blob_id FROM cover)" |
		sed -E "s|^(..)|$BLOBS/\1/\1|" >covers
	[ "$(wc -l <covers)" -ge 6 ]
	xargs rm <covers
	# the audio that one of them is in is lost too, and comes first
	rm "$BLOBS"/*/"$(sha256sum music/all-is-full-of-love.flac | cut -c 1-64).flac"
	lib-sweep verify || [ $? -eq 3 ]
	run -3 --separate-stderr lib-sweep -n repair # which does not look into what is not there yet
	[ "$(grep -c 'would fetch blobs/' <<<"$output")" -ge 5 ] || fail "$output"
	[ ! -e "$(head -n 1 covers)" ]
	run -0 --separate-stderr lib-sweep repair
	[ "$(grep -c 'fetch blobs/' <<<"$stderr")" -eq "$(wc -l <covers)" ] || fail "$stderr"
	xargs stat -c %a <covers | sort -u | diff - <(echo 444)
	lib-search -s id --json | diff before -
	find "$FONOTECA_LIBRARY/staging" -mindepth 1 | diff - /dev/null
	sound
	# no other file of the release has it
	rm "$(head -n 1 covers)"
	run -3 --separate-stderr env FONOTECA_WORKER=/nowhere lib-sweep repair
	[[ $stderr == *"cannot look inside files"* ]]
	[[ $stderr == *"no copy of its bytes was found"* ]]
	lib-sweep -q repair
	sound
}

@test "what came out of an archive is fetched from there, whatever it is called now, while it is there" {
	mkdir packed
	mv music more
	python3 - packed <<-'PY'
	import sys, tarfile, zipfile
	with zipfile.ZipFile(sys.argv[1] + "/a.zip", "w", zipfile.ZIP_DEFLATED) as z:
	    z.write("more/hoppipolla.flac", "Album/01 One.flac")
	    z.writestr("Album/cover.png", b"\x89PNG\r\n\x1a\n" + b"7" * 100)
	    z.writestr("Album/empty", b"")
	with tarfile.open(sys.argv[1] + "/b.tar", "w") as t:
	    t.add("more/teardrop.wma", "x/teardrop.wma")
	    t.add("more/roads.wv", "x/roads.wv")
	PY
	lib-import -q packed | lib-commit -q
	rm -r more
	lib-search -s id --json >before
	find "$BLOBS" -type f | sort >blobs
	find "$BLOBS" -type f -delete
	run -3 lib-sweep verify
	run -3 --separate-stderr lib-sweep -n repair
	[ "$(grep -c 'would fetch .*/packed/' <<<"$output")" -ge 4 ] || fail "$output"
	run -0 --separate-stderr lib-sweep repair
	for name in "a.zip/Album/01 One.flac" "a.zip/Album/cover.png" b.tar/x/roads.wv; do
		[[ $stderr == *"fetch $PWD/packed/$name"* ]] || fail "$name: $stderr"
	done
	find "$BLOBS" -type f | sort | diff blobs -
	find "$FONOTECA_LIBRARY/staging" -mindepth 1 | diff - /dev/null
	lib-search -s id --json | diff before -
	sound
	# an archive that is gone, one that is cut short, and one that is no archive any more
	find "$BLOBS" -type f -delete
	rm packed/a.zip
	truncate -s 5000 packed/b.tar
	run -3 --separate-stderr lib-sweep repair
	[[ $stderr == *"fetch $PWD/packed/b.tar/x/teardrop.wma"* ]]
	[ "$(lib-search --count is:missing)" -eq 2 ]
	echo "no archive" >packed/a.zip
	run -3 lib-sweep repair
	[ "$(lib-search --count is:missing)" -eq 2 ]
}

@test "a blob that nothing names goes to trash/, and says so" {
	library
	cp "$(nth 1)" stray
	echo more >>stray
	sum=$(sha256sum stray | cut -c 1-64)
	cp stray "$BLOBS/${sum:0:2}/$sum.mp3"
	run -0 --separate-stderr lib-sweep repair
	[[ $stderr == *"repair: trash blobs/${sum:0:2}/$sum.mp3"* ]]
	[ -f "$FONOTECA_LIBRARY/trash/$sum.mp3" ]
	sound
}

@test "rows: positions, preferred files, items, plays, names of what is not there" {
	library
	lib-playlist -q create Party
	lib-playlist -q add Party 1 2 3 4
	printf '{"track_metadata":{"artist_name":"%s","track_name":"%s"},"listened_at":%s}\n' \
		"$(lib-search -f '$artist' -- id:1)" "$(lib-search -f '$title' -- id:1)" 1600000000 >plays.jsonl
	lib-import -q --history plays.jsonl
	catalogue | grep -vE "^(file|blob)" >before
	lib-playlist show Party --ids >order
	sqlite3 "$FONOTECA_LIBRARY/library.db" "PRAGMA foreign_keys = OFF;
		UPDATE entry SET position = position + 9;
		UPDATE file SET preferred = 0 WHERE track_id = 2;
		UPDATE heard SET plays = 17;
		UPDATE item SET state = 'staged' WHERE id = 1;
		INSERT INTO tag VALUES (999, 11, 0, 'nobody');
		INSERT INTO told (song_id, artist, title, track_id) VALUES (1, 'x', 'y', NULL);
		INSERT INTO entry (playlist_id, position, track_id, added) VALUES (1, 15, 998, 0);"
	run -3 --separate-stderr lib-sweep verify
	for what in "has gaps" "no preferred file" "number of plays" "some of its items" "of table tag" "entry row"; do
		[[ $stderr == *"$what"* ]] || fail "$what: $stderr"
	done
	run -0 --separate-stderr lib-sweep repair
	for what in "has gaps" "no preferred file" "number of plays" "some of its items" "of table tag" "entry row"; do
		[[ $stderr == *"mend the catalogue: "*"$what"* ]] || fail "$what: $stderr"
	done
	sound
	lib-playlist show Party --ids | head -n 4 | diff order -
	sqlite3 "$FONOTECA_LIBRARY/library.db" "DELETE FROM told WHERE artist = 'x'; DELETE FROM entry WHERE track_id IS NULL"
	catalogue | grep -vE "^(file|blob)" | diff before -
}

@test "the search index: stale, without a track, without keys, broken, packed wrong, words lost" {
	library
	lib-search -s id >before
	spoil_index() {
		sqlite3 "$FONOTECA_LIBRARY/library.db" "$2"
		run -3 --separate-stderr lib-sweep verify
		[[ $stderr == *"$1"* ]] || fail "verify: $1: $stderr"
		run -0 --separate-stderr lib-sweep -n repair
		[[ $output == *"would mend"*"$1"* ]] || fail "-n: $1: $output"
		run -0 --separate-stderr lib-sweep repair
		[[ $stderr == *"mend the catalogue"*"$1"* ]] || fail "repair: $1: $stderr"
		sound
		lib-search -s id | diff before -
		[ "$(lib-search --count hoppipolla)" -eq 1 ]
		[ "$(lib-search --count gold)" -ge 0 ]
	}
	lib-sweep -q optimize
	spoil_index "otherwise than" "UPDATE doc SET hash = hash + 1 WHERE doc = 2"
	spoil_index "otherwise than" "DELETE FROM skey WHERE doc = 3"
	spoil_index "is not in the search index" "DELETE FROM doc WHERE doc = 4; DELETE FROM skey WHERE doc = 4"
	spoil_index "but not in the catalogue" "UPDATE doc SET track_id = 777 WHERE doc = 1"
	spoil_index "damaged in itself" "DELETE FROM fts_data WHERE id > 1000"
	spoil_index "is not as their tracks are" "UPDATE packed SET v = zeroblob(length(v)) WHERE id = (SELECT min(id) FROM packed)"
	spoil_index "the vocabulary does not hold" "DELETE FROM vocabulary"
	spoil_index "the vocabulary does not hold" "UPDATE vocabulary SET words = substr(words, 1, length(words) - 3 - bytes) WHERE rowid = (SELECT max(rowid) FROM vocabulary)"
	spoil_index "the vocabulary does not hold" "UPDATE vocabulary SET words = zeroblob(length(words)) WHERE chars = 10"
	[[ $(lib-search hopipola 2>&1 || true) == *hoppipolla* ]]
	# words that wait to be packed are no fault, unless they have gone as well
	lib-commit -q --amend 1 composer=Zwischenraum
	sound
	spoil_index "the vocabulary does not hold" "DELETE FROM fresh_word"
	lib-commit -q --amend 1 composer=Sonnenaufgang
	spoil_index "the vocabulary does not hold" "DELETE FROM vocabulary WHERE chars = 10"
}

@test "what is made of sounds: their numbers, what tracks know of them, what sounds alike" {
	library
	sqlite3 "$FONOTECA_LIBRARY/library.db" "
		INSERT INTO sound(hash, start_ms, length_ms, at, bpm, key) SELECT hash, start_ms, length_ms, 1, 120, 'C'
			FROM file_sound WHERE track_id = 2 AND preferred;
		UPDATE track SET sound_bpm = 120, sound_key = 'C', sound_group = 1 WHERE id = 2;
		INSERT INTO sound_detail(sound_id, print) VALUES (1, x'010000000200000002000000');
		INSERT INTO print_word(word, sound_id) VALUES (1, 1), (2, 1)"
	sound
	sqlite3 "$FONOTECA_LIBRARY/library.db" "UPDATE print_word SET word = 3 WHERE word = 2;
		UPDATE track SET sound_bpm = 121 WHERE id = 2; INSERT INTO sound_near VALUES (0, x'01')"
	for how in verify "-n repair" repair; do
		run --separate-stderr lib-sweep $how
		for what in "track 2 has not the tempo" "numbers of 1 fingerprint are not" "what sounds alike, piece 0 is damaged"; do
			[[ $output$stderr == *"$what"* ]] || fail "$how: $what: $output$stderr"
		done
	done
	[ "$(query "SELECT group_concat(word) FROM print_word")" = 1,2 ]
	[ "$(query "SELECT sound_bpm FROM track WHERE id = 2")" = 120.0 ]
	sound
}

@test "an index of SQLite's is made anew; a database that is broken is not touched, and the way out named" {
	library
	sqlite3 "$FONOTECA_LIBRARY/library.db" "PRAGMA writable_schema = ON;
		CREATE INDEX odd ON track(title) WHERE title IS NULL;
		UPDATE sqlite_schema SET sql = 'CREATE INDEX odd ON track(title)' WHERE name = 'odd'"
	run -4 --separate-stderr lib-sweep verify
	[[ $stderr == *"missing from index odd"* ]]
	run -0 --separate-stderr lib-sweep repair
	[[ $stderr == *"mend the catalogue: SQLite says: "* ]]
	sqlite3 "$FONOTECA_LIBRARY/library.db" "DROP INDEX odd"
	sound
	python3 - "$FONOTECA_LIBRARY/library.db" <<-'PY'
	import sys
	with open(sys.argv[1], "r+b") as f:
	    data = f.read()
	    at = data.find(b"Hopp", 8192)
	    f.seek(at // 4096 * 4096)
	    f.write(b"\xff" * 300)
	PY
	run -4 --separate-stderr lib-sweep repair
	[[ $stderr == *"lib-sweep rebuild"* ]]
}

@test "verify compares the index bit by bit where its time is short" {
	library
	run -0 lib-sweep --json verify
	tracks=$(lib-search --count)
	[[ $output == *"\"tracks\":$tracks"*'"next_track":0'* ]]
	run -0 lib-sweep --json --time-limit 1ms verify
	[[ $output == *'"next_track":'* ]]
	for _ in $(seq 20); do
		lib-sweep --time-limit 100ms verify >/dev/null
		[ "$(query "SELECT json_extract(counts, '$.next_track') FROM task WHERE name = 'verify'")" -ne 0 ] || return 0
	done
	return 1
}

@test "killed at any renaming, linking or writing: the rerun ends the same" {
	requires strace
	library
	cp -a "$FONOTECA_LIBRARY" whole
	for call in renameat linkat fdatasync fsync pwrite64; do
		for n in 1 3; do
			rm -rf "$FONOTECA_LIBRARY"
			cp -a whole "$FONOTECA_LIBRARY"
			rm "$(nth 1)"
			spoil "$(nth 2)"
			lib-sweep -q verify >/dev/null || [ $? -eq 3 ]
			strace -f -qq -o /dev/null -e "trace=$call" -e "inject=$call:signal=KILL:when=$n" lib-sweep repair || true
			[ "$(lib-search --count)" -gt 0 ]
			lib-sweep -q repair >/dev/null
			lib-sweep -q stage >/dev/null
			[ "$(query "SELECT count(*) FROM file WHERE state <> 'ok'")" -eq 0 ] || fail "$call $n"
			find "$FONOTECA_LIBRARY/staging" -mindepth 1 | diff - /dev/null || fail "$call $n"
		done
	done
	intact
}
