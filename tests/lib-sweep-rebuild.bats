#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lib-sweep rebuild: a catalogue from a copy of it and the blobs, or from the blobs alone.
# not under SAN

load helper

setup() {
	setup_fonoteca
	requires python3 sqlite3
	BLOBS=$FONOTECA_LIBRARY/blobs
	DB=$FONOTECA_LIBRARY/library.db
	cp -r "$FIXTURES/audio" music
}

library() {
	lib-import -q "$@" music | lib-commit -q
}

# more : some files more, which another copy does not know.
more() {
	mkdir -p more
	python3 - "${1:-3}" "${2:-0}" <<-'PY'
	import struct, sys, wave
	for n in range(int(sys.argv[1])):
	    with wave.open("more/%s-%03d.wav" % (sys.argv[2], n), "wb") as w:
	        w.setnchannels(1)
	        w.setsampwidth(2)
	        w.setframerate(8000)
	        w.writeframes(struct.pack("<400h", *((n * 7919 + i * (n + 3 + 17 * int(sys.argv[2]))) % 20000 for i in range(400))))
	PY
	lib-import -q more | lib-commit -q
}

# heard ID START : a play of that track.
heard() {
	printf '{"track_metadata":{"artist_name":"%s","track_name":"%s"},"listened_at":%s}\n' \
		"$(lib-search -f '$artist' -- "id:$1")" "$(lib-search -f '$title' -- "id:$1")" "$2" >>plays.jsonl
	lib-import -q --history plays.jsonl
}

# tagged : what the files themselves say of every track that has a title of its own.
tagged() {
	lib-search -s title -f '$artist|$album|$title|$genre|$date|$track|$format|$duration_ms' 'format:*' -title:plain -title:untagged |
		grep -v '^|||'
}

# everything : what people made, by id.
everything() {
	lib-search -s id -f '$id $artist $album $title $rating $plays'
	lib-playlist show Party --ids
	lib-search --saved
}

blobs() {
	find "$BLOBS" -type f | sort
}

# mine : things that no file tells.
mine() {
	lib-playlist -q create Party
	lib-playlist -q add Party 3 1 2
	lib-commit -q --amend 1 title='My Own Title' rating=80
	heard 2 1600000000
	heard 2 1600001000
	lib-search -q --save=loud rating:80
}

ways_to_lose() {
	printf '%s\n' 'rm $DB' ': >$DB' 'truncate -s 8192 $DB' 'head -c 100000 /dev/zero >$DB' 'printf "no database at all" >$DB' \
		'dd if=/dev/urandom of=$DB bs=100 count=1 conv=notrunc status=none' \
		'python3 -c "import sys; f = open(sys.argv[1], \"r+b\"); f.seek(4096); f.write(b\"\\xff\" * 30000)" $DB'
}

@test "a lost catalogue, however: named as such with the ways out, nothing made or swept; the copy comes back" {
	library
	mine
	everything >before
	lib-sweep -q backup
	blobs >there
	cp -a "$FONOTECA_LIBRARY" whole
	while read -r way; do
		rm -rf "$FONOTECA_LIBRARY"
		cp -a whole "$FONOTECA_LIBRARY"
		eval "$way"
		for command in "lib-search love" "lib-import music" "lib-commit --list" "lib-playlist list" "lib-sweep" "lib-sweep --force orphans"; do
			run --separate-stderr $command
			[[ $status -eq 4 || $way == *4096* ]] || fail "$way: $command: status $status"
			[[ $status -ne 4 || ($stderr == *"lib-sweep rebuild"* && $stderr == *"lib-sweep restore"*) ]] ||
				fail "$way: $command: $stderr"
		done
		blobs | diff there - || fail "$way"
		run -0 --separate-stderr lib-sweep rebuild
		[[ $output == "rebuild: from the copy library-"*", 0 tracks taken in" ]] || fail "$way: $output"
		everything | diff before - || fail "$way"
		intact
		run -0 --separate-stderr lib-sweep -q verify
	done < <(ways_to_lose)
}

@test "a library of plays alone, without a blob, comes back from its copy as well" {
	mkdir none
	lib-import -q none
	echo '{"track_metadata":{"artist_name":"A","track_name":"B"},"listened_at":1600000000}' >plays.jsonl
	lib-import -q --history plays.jsonl
	lib-sweep -q backup
	rm "$DB"*
	run -4 --separate-stderr lib-import none
	[[ $stderr == *"lost its library.db"*"lib-sweep rebuild"* ]]
	run -0 --separate-stderr lib-sweep rebuild
	[[ $output == "rebuild: from the copy library-"* ]]
	[ "$(query "SELECT count(*) FROM play")" -eq 1 ]
}

@test "from the blobs alone: tags, covers, parts, lists of artists; a second time there is nothing to do" {
	library
	tagged >before
	covers=$(query "SELECT count(*) FROM cover")
	[ -s before ]
	rm "$DB"
	run -0 --separate-stderr lib-sweep -n rebuild
	[[ $output == "rebuild: would be: from the blobs alone" ]]
	[ ! -e "$DB" ]
	run -0 --separate-stderr lib-sweep rebuild
	[[ $output == "rebuild: from the blobs alone, "*" tracks taken in"* ]]
	tagged | diff before -
	[ "$(query "SELECT count(*) FROM cover")" -eq "$covers" ]
	[ "$(query "SELECT count(*) FROM file WHERE source IS NOT NULL")" -eq 0 ]
	find "$FONOTECA_LIBRARY/staging" -mindepth 1 | diff - /dev/null
	intact
	catalogue >first
	run -0 lib-sweep rebuild
	[[ $output == *" 0 tracks taken in" ]]
	catalogue | diff first -
	# the music is known when it comes again, and from where
	lib-import -q music | lib-commit -q
	[ "$(lib-search --count)" -eq "$(query "SELECT count(*) FROM track")" ]
	tagged | diff before -
	run -0 lib-sweep -q
	run -0 lib-sweep -q verify
}

@test "an older copy: what came since is taken in, what was removed stays so, numbers are not given again" {
	library
	mine
	lib-commit -q --remove 5
	lib-sweep -q backup
	more 4 1
	all=$(lib-search --count)
	everything >before
	rm "$DB"
	run -0 --separate-stderr lib-sweep --json rebuild
	is_json <<<"$output"
	[[ $output == *'"from":"copy"'*'"adopted":4'*'"unnamed":0'* ]]
	[ "$(lib-search --count)" -eq "$all" ]
	[ "$(lib-search --ids id:5 || true)" = "" ]
	everything | grep -v '  *$' | diff <(grep -v '  *$' before) -
	intact
	run -0 --separate-stderr lib-sweep
	[ -z "$stderr" ] || [[ $stderr != *"named by nothing"* ]]
}

@test "copies that cannot be read are passed over, older ones used; one can be named" {
	library
	mine
	export FONOTECA_NOW=2000000000
	lib-sweep -q backup
	everything >before
	FONOTECA_NOW=2000100000
	lib-playlist -q create Later
	lib-sweep -q backup
	newest=$(find "$FONOTECA_LIBRARY/backup" -name '*.db.gz' | sort | tail -n 1)
	cp "$newest" good.db.gz
	printf 'xxxx' | dd of="$newest" bs=1 seek=300 conv=notrunc status=none
	rm "$DB"
	run -0 --separate-stderr lib-sweep rebuild
	[[ $stderr == *"backup/${newest##*/} cannot be used"* ]]
	everything | diff before -
	fails 4 lib-playlist show Later
	rm "$DB"
	run -0 --separate-stderr lib-sweep rebuild good.db.gz
	[[ $output == *"the copy good.db.gz"* ]]
	lib-playlist show Later
	fails 4 lib-sweep rebuild nothing.db.gz
	fails 2 lib-sweep rebuild verify orphans
}

@test "what is damaged or no audio stays where it is, and is told" {
	printf '\x89PNG\r\n\x1a\n%0100d' 7 >music/cover.png
	library
	victim=$(find "$BLOBS" -name '*.mp3' | sort | head -n 1)
	chmod u+w "$victim"
	printf 'x' | dd of="$victim" bs=1 seek=40 conv=notrunc status=none
	blobs >there
	rm "$DB"
	run -3 --separate-stderr lib-sweep rebuild
	[[ $stderr == *"blobs/${victim#"$BLOBS/"} is left as it is: its bytes are not those of its name"* ]]
	[[ $output == *" unnamed" ]]
	blobs | diff there -
	# never swept away by itself: it may be what no copy has
	run -3 --separate-stderr lib-sweep
	[[ $stderr == *"named by nothing since the catalogue was restored or made anew"* ]]
	blobs | diff there -
	run -0 lib-sweep --force orphans
	[ "$(blobs | wc -l)" -lt "$(wc -l <there)" ]
	run -0 lib-sweep
}

@test "a whole catalogue is used as it is; --blobs-alone puts it aside only with --force" {
	library
	mine
	everything >before
	run -0 lib-sweep rebuild
	[[ $output == "rebuild: from the catalogue that is there, 0 tracks taken in" ]]
	everything | diff before -
	fails 4 lib-sweep --blobs-alone rebuild
	[[ $stderr == *"--force"* ]]
	run -0 --separate-stderr lib-sweep --blobs-alone --force rebuild
	[[ $stderr == *"as it was is in backup/library-"* ]]
	[ "$(lib-search --count 'title:"My Own Title"' || true)" = 0 ]
	run -0 lib-sweep --force restore "$(find "$FONOTECA_LIBRARY/backup" -name '*.db.gz' | sort | tail -n 1)"
	everything | diff before -
	fails 2 lib-sweep --blobs-alone verify
	fails 4 lib-sweep -L nowhere rebuild
	mkdir empty
	fails 4 lib-sweep -L empty rebuild
	[ -z "$(ls -A empty)" ]
}

@test "a library of a newer version is never put aside" {
	library
	sqlite3 "$DB" "PRAGMA user_version = 900"
	sha256sum "$DB" >sum
	fails 4 lib-sweep rebuild
	[[ $stderr == *"newer than this program knows"* ]]
	sha256sum --quiet -c sum
}

@test "after restore of an old copy nothing that came since is swept away; rebuild takes it in" {
	library "$@"
	lib-sweep -q backup
	copy=$(find "$FONOTECA_LIBRARY/backup" -name '*.db.gz')
	more 5 2
	blobs >there
	all=$(lib-search --count)
	run -0 lib-sweep --force restore "$copy"
	for _ in 1 2; do
		run -3 --separate-stderr lib-sweep --grace 0
		[[ $stderr == *"rebuild takes them in"* ]]
		blobs | diff there -
	done
	run -0 lib-sweep rebuild
	[ "$(lib-search --count)" -eq "$all" ]
	blobs | diff there -
	run -0 --separate-stderr lib-sweep
	intact
}

@test "a lost write-ahead log: what was in it alone is taken in" {
	library
	python3 - "$DB" <<-'PY' &
	import sqlite3, sys, time
	db = sqlite3.connect(sys.argv[1])
	db.execute("BEGIN")
	db.execute("SELECT count(*) FROM track").fetchall()
	open("holding", "w").close()
	time.sleep(600)
	PY
	reader=$!
	while [ ! -e holding ]; do sleep 0.02; done
	more 3 3
	all=$(lib-search --count)
	kill "$reader"
	wait "$reader" || true
	[ -s "$DB-wal" ]
	rm "$DB-wal" "$DB-shm"
	[ "$(lib-search --count)" -eq $((all - 3)) ]
	# so few are swept aside as what a crash left, but not away: they may be the only ones
	rm -r more
	run -0 lib-sweep
	[[ $output == *"orphans: 3 moved"* ]]
	FONOTECA_NOW=$(($(date +%s) + 60 * 86400)) lib-sweep -q
	run -3 lib-sweep health
	[[ $output == *"3 files in trash/ that the catalogue has never heard of: "*"lib-sweep rebuild"* ]]
	run -0 lib-sweep rebuild
	[[ $output == *" 3 tracks taken in" ]]
	run lib-sweep health
	[[ $output != *"in trash/"* ]]
	[ "$(lib-search --count)" -eq "$all" ]
	intact
}

# killed_rebuild : die at many places, beginning each time from `lost`; sweeps come between; the rerun ends the same.
killed_rebuild() {
	local call n end
	for call in renameat linkat fdatasync pwrite64 openat; do
		for n in 1 4 20; do
			rm -rf "$FONOTECA_LIBRARY"
			cp -a lost "$FONOTECA_LIBRARY"
			strace -f -qq -o /dev/null -e "trace=$call" -e "inject=$call:signal=KILL:when=$n" lib-sweep -q -j1 rebuild >/dev/null 2>&1 || true
			lib-sweep -q --grace 0 >/dev/null 2>&1 || true
			blobs | diff there - >&2 || fail "$call $n: blobs are gone"
			lib-sweep -q rebuild >/dev/null || fail "$call $n"
			lib-sweep -q stage
			end=$(tagged)
			[ "$end" = "$(cat before)" ] || fail "$call $n: $end"
			[ "$(query "SELECT count(*) FROM session WHERE state NOT IN ('committed', 'rejected')")" -eq 0 ] || fail "$call $n: sessions"
			blobs | diff there - >&2 || fail "$call $n"
		done
	done
	intact
}

@test "of copies that were made in one second, or while the clock was put back, the last one is the newest" {
	library
	export FONOTECA_NOW=2000000000
	for n in 1 2 3 4 5 6; do
		lib-commit -q --amend 1 "title=Take $n"
		lib-sweep -q backup
	done
	rm "$DB"*
	lib-sweep -q rebuild
	[ "$(lib-search -f '$title' -- id:1)" = "Take 6" ]
	lib-commit -q --amend 1 "title=Take 7"
	FONOTECA_NOW=1999999000 lib-sweep -q backup
	rm "$DB"*
	lib-sweep -q rebuild
	[ "$(lib-search -f '$title' -- id:1)" = "Take 7" ]
}

@test "bytes that an undone edit made are taken out: rebuild leaves them, and undoing that brings them back" {
	library
	lib-commit -q --amend 1 title=Other
	lib-commit -q --write-tags 1
	written=$(lib-search --files -- id:1)
	lib-commit -q --undo
	[ "$(query "SELECT count(*) FROM removed WHERE lower(hex(sha256)) = '$(basename "${written%.*}")'")" -eq 1 ]
	lib-sweep -q backup
	rm "$DB"*
	run -0 lib-sweep rebuild
	[[ $output == *", 0 tracks taken in" ]]
	[ "$(query "SELECT count(*) FROM file WHERE track_id = 1 AND state = 'ok'")" -eq 1 ]
	lib-commit -q --undo "e$(query "SELECT max(id) FROM event WHERE kind = 'undo'")"
	[ "$(lib-search --files -- id:1)" = "$written" ]
	[ "$(query "SELECT count(*) FROM removed WHERE lower(hex(sha256)) = '$(basename "${written%.*}")'")" -eq 0 ]
	lib-commit -q --undo
	lib-sweep -q
	[ "$(query "SELECT reason FROM trash WHERE sha256 = x'$(basename "${written%.*}")'")" = superseded ]
	lib-sweep health
	intact
}

@test "killed anywhere: nothing is lost, and run again it ends the same; blobs alone" {
	requires strace
	library
	blobs >there
	tagged >before
	rm "$DB"
	cp -a "$FONOTECA_LIBRARY" lost
	killed_rebuild
}

@test "killed anywhere, a library of --mode=move, with an older copy" {
	requires strace
	mkdir first
	mv music/*.flac music/*.mp3 first/
	lib-import -q --mode=move first | lib-commit -q
	lib-sweep -q backup
	lib-import -q --mode=move music | lib-commit -q
	blobs >there
	tagged >before
	rm -r music
	printf 'garbage' >"$DB"
	cp -a "$FONOTECA_LIBRARY" lost
	killed_rebuild
}

@test "trash keeps what a kept copy names, and it comes back with it" {
	library --mode=move
	lib-sweep -q backup
	victim=$(query "SELECT lower(hex(sha256)) FROM blob b JOIN file f ON f.blob_id = b.id WHERE track_id = 2 LIMIT 1")
	lib-commit -q --remove 2
	lib-sweep -q --grace 0 orphans
	[ -n "$(find "$FONOTECA_LIBRARY/trash" -name "$victim.*")" ]
	lib-sweep -q --grace 0 trash
	[ -n "$(find "$FONOTECA_LIBRARY/trash" -name "$victim.*")" ]
	rm "$DB"
	run -0 lib-sweep rebuild
	[ -n "$(find "$BLOBS" -name "$victim.*")" ]
	[ "$(lib-search --ids id:2)" = 2 ]
	intact
}

@test "removed, retagged, imported again and rebuilt: every play stays on its recording" {
	requires mutagen
	library
	for id in 1 2 3 4 6; do heard $id $((1600000000 + id * 1000)); done
	heard 2 1700000000
	lib-search -s title -f '$title $plays' 'plays>0' >plays
	# the recording of each, by what it sounds like
	sounds() {
		query "SELECT DISTINCT lower(hex(f.audio)), h.plays, h.last FROM heard h JOIN track t ON t.recording_id = h.recording_id
			JOIN file f ON f.track_id = t.id WHERE f.audio IS NOT NULL ORDER BY 1"
	}
	sounds >before
	[ "$(wc -l <before)" -eq 5 ]
	lib-sweep -q backup
	# removed, and in again
	lib-commit -q --remove 3
	lib-import -q --again music | lib-commit -q
	sounds | diff before -
	# other tags
	"$PYTHON" - <<-'PY'
	import glob, mutagen
	for path in glob.glob("music/*.flac") + glob.glob("music/*.ogg"):
	    f = mutagen.File(path)
	    if f.tags and "title" in f.tags:
	        f["title"] = [f["title"][0] + " (Remastered)"]
	        f["album"] = ["Another Album"]
	        f.save()
	PY
	lib-import -q music | lib-commit -q
	sounds | diff before -
	# removed once more, then everything is lost but the copy
	lib-commit -q --remove 2
	rm "$DB"
	run -0 lib-sweep rebuild
	sounds | diff before -
	[ "$(lib-search --plays | wc -l)" -eq 6 ]
	# and from there again
	lib-import -q --again music | lib-commit -q
	lib-sweep -q verify
	sounds | diff before -
	run -0 lib-sweep repair
	sounds | diff before -
}
