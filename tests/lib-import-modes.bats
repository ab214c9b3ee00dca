#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lib-import(1) --mode, --limit-rate, --commit: a source is never lost, and never removed too early.
# not under SAN

load helper
# shellcheck disable=SC2030,SC2031

setup() {
	setup_fonoteca
	MUSIC=$BATS_TEST_TMPDIR/music
	mkdir -p "$MUSIC/more"
	cp "$FIXTURES"/audio/{teardrop.wma,roygbiv.tta} "$MUSIC"
	cp "$FIXTURES"/audio/{first-love.aiff,plain.aac} "$MUSIC/more"
	echo notes >"$MUSIC/notes.txt"
	find "$MUSIC" -type f -exec touch -d '1 hour ago' {} +
}

# sources : the audio files that are there, relative to the music.
sources() {
	(cd "$MUSIC" && find . -type f ! -name '*.txt' | sort | tr '\n' ' ')
}

# tracks_are N : so many tracks, all whole.
tracks_are() {
	intact
	[ "$(query "SELECT count(*) FROM track WHERE removed IS NULL")" = "$1" ]
}

# change SQL : to a catalogue that nobody has open.
change() {
	python3 -c 'import sqlite3, sys; db = sqlite3.connect(sys.argv[1], isolation_level=None); db.execute(sys.argv[2])' \
		"$FONOTECA_LIBRARY/library.db" "$1"
}

# other_disk : sets OTHER, a scratch folder on another file system than the library's.
other_disk() {
	local folder
	for folder in /dev/shm /run/shm /var/tmp "${XDG_RUNTIME_DIR:-/nonexistent}"; do
		[ -w "$folder" ] && [ "$(stat -Lc %d "$folder")" != "$(stat -c %d .)" ] || continue
		OTHER=$(mktemp -d "$folder/fonoteca-XXXXXX")
		return
	done
	skip "there is no second file system to write to"
}

teardown() {
	[ -z "${OTHER:-}" ] || rm -rf "$OTHER"
}

# dies_before_removal SESSION : lib-commit is killed when it is about to remove the first source.
dies_before_removal() {
	requires strace
	run strace -f -qq -o /dev/null -P "$MUSIC" -P "$MUSIC/more" -e trace=unlinkat \
		-e inject=unlinkat:signal=KILL:when="${2:-1}" lib-commit -q "$1"
	[ "$status" -eq 137 ]
	[ "$(query "SELECT state FROM session WHERE id = ${1#s}")" = committed ]
	[ "$(query "SELECT count(*) FROM leaving")" -gt 0 ]
}

@test "an unknown mode is refused with the ones there are" {
	fails 2 lib-import --mode=rename "$MUSIC"
	[[ $stderr == *hardlink*move* ]]
}

@test "hardlink shares the file as it is, and the next run finds the tree unchanged" {
	chmod 640 "$MUSIC/teardrop.wma"
	main=$(lib-import -q --mode=hardlink "$MUSIC")
	lib-commit -q "$main"
	tracks_are 4
	blob=$(find "$FONOTECA_LIBRARY/blobs" -samefile "$MUSIC/teardrop.wma")
	[ -f "$blob" ]
	[ "$(stat -c '%a %h' "$MUSIC/teardrop.wma")" = "640 2" ]
	[ "$(query "SELECT count(*) FROM source WHERE linked = 1")" = 4 ]
	run --separate-stderr lib-import -v --mode=hardlink "$MUSIC"
	[[ $stderr == *" 0 files staged"*", 4 unchanged"* ]]
	# so does any other mode, and a duplicate's tree, once that was read
	touch -d '2 hours ago' "$MUSIC"/*.wma
	lib-import -q --mode=hardlink "$MUSIC" | lib-commit -q
	run --separate-stderr lib-import -v "$MUSIC"
	[[ $stderr == *" 0 files staged"*", 4 unchanged"* ]]
	tracks_are 4
}

@test "hardlink goes on after a kill without reading again" {
	requires strace
	run strace -f -b execve -qq -o /dev/null -e trace=renameat -e inject=renameat:signal=KILL:when=3 \
		lib-import -q -j1 --mode=hardlink "$MUSIC"
	[ "$status" -eq 137 ]
	lib-import -q -j1 --mode=hardlink "$MUSIC" | lib-commit -q
	tracks_are 4
	[ "$(query "SELECT count(*) FROM session")" = 1 ]
}

@test "hardlink, stopped and resumed, reads nothing twice" {
	cp "$FIXTURES/audio/under-pressure.flac" "$MUSIC/z.flac"
	dd if=/dev/zero bs=1M count=4 >>"$MUSIC/z.flac" 2>/dev/null
	run timeout -s INT 2 lib-import -q -j1 --limit-rate=400K --mode=hardlink "$MUSIC"
	[ "$(query "SELECT count(*) FROM item WHERE state = 'staged'")" = 4 ]
	run --separate-stderr lib-import -v --mode=hardlink "$MUSIC"
	[[ $stderr == *"s1: 1 file staged"*", 4 staged earlier"* ]]
	lib-commit -q "$output"
	tracks_are 5
}

@test "hardlink from another file system names the way out, and the others come in" {
	other_disk
	cp "$FIXTURES/audio/under-pressure.flac" "$OTHER"
	run -3 --separate-stderr lib-import --mode=hardlink "$MUSIC" "$OTHER"
	[ "$output" = s1 ]
	[[ $stderr == *under-pressure.flac*"--mode=copy"* ]]
	lib-commit -q s1
	tracks_are 4
}

@test "a linked file that was written to before the commit fails it, whatever its times say" {
	lib-import -q --mode=hardlink "$MUSIC"
	stamp=$(stat -c %y "$MUSIC/teardrop.wma")
	printf X | dd of="$MUSIC/teardrop.wma" bs=1 seek=1000 conv=notrunc 2>/dev/null
	touch -d "$stamp" "$MUSIC/teardrop.wma"
	fails 4 lib-commit s1
	[[ $stderr == *"bytes are not those of its name"* ]]
	[ "$(query "SELECT count(*) FROM track")" = 0 ]
	# and one that only looks so does not
	lib-commit -q --reject s1
	touch -d '1 hour ago' "$MUSIC/teardrop.wma"
	lib-import -q --mode=hardlink "$MUSIC"
	touch "$MUSIC/teardrop.wma"
	lib-commit -q s2
	tracks_are 4
}

@test "two names of one file are linked and moved as one" {
	ln "$MUSIC/teardrop.wma" "$MUSIC/again.wma"
	lib-import -q --mode=hardlink "$MUSIC" | lib-commit -q
	tracks_are 4
	run --separate-stderr lib-import -v "$MUSIC"
	[[ $stderr == *", 5 unchanged"* ]]
	rm -r "$FONOTECA_LIBRARY"
	lib-import -q --mode=move "$MUSIC" | lib-commit
	[ -z "$(sources)" ]
	tracks_are 4
}

@test "move leaves folders, pictures and what is no audio, and read-only blobs" {
	cp "$FIXTURES"/../fixtures/audio/README "$MUSIC/more/README"
	printf '\xff\xd8\xff\xe0picture' >"$MUSIC/more/cover.jpg"
	run --separate-stderr lib-import --mode=move "$MUSIC"
	[ "$(sources)" = "./more/README ./more/cover.jpg ./more/first-love.aiff ./more/plain.aac ./roygbiv.tta ./teardrop.wma " ]
	run --separate-stderr lib-commit "$output"
	[[ $output == "s1 committed: 4 tracks, 0 duplicates, 0 failed, 4 sources removed" ]]
	[ "$(sources)" = "./more/README ./more/cover.jpg " ]
	[ -z "$(find "$FONOTECA_LIBRARY/blobs" -type f ! -perm 0444)" ]
	[ "$(query "SELECT count(*) FROM leaving")" = 0 ]
	[ "$(query "SELECT count(*) FROM cover")" -gt 0 ]
	tracks_are 4
	# and again: nothing is left to do
	lib-import -q --mode=move "$MUSIC" | lib-commit -q
	tracks_are 4
}

@test "an archive is not moved, whatever comes out of it" {
	python3 -m zipfile -c "$MUSIC/album.zip" "$FIXTURES/audio/under-pressure.flac" "$FIXTURES/audio/glosoli.oga"
	for mode in hardlink move; do
		rm -rf "$FONOTECA_LIBRARY"
		run --separate-stderr lib-import --commit --mode=$mode "$MUSIC"
		[ "$status" -eq 0 ]
		tracks_are 6
	done
	[ "$(sources)" = "./album.zip " ]
	[ "$(query "SELECT count(*) FROM leaving")" = 0 ]
	[ -z "$(find "$FONOTECA_LIBRARY/blobs" -type f ! -perm 0444)" ]
}

@test "move from another file system copies" {
	other_disk
	MUSIC=$OTHER
	cp "$FIXTURES"/audio/{teardrop.wma,roygbiv.tta} "$MUSIC"
	lib-import -q --mode=move "$MUSIC" | lib-commit -q
	[ -z "$(sources)" ]
	tracks_are 2
	[ -z "$(find "$FONOTECA_LIBRARY/blobs" -type f ! -perm 0444)" ]
}

@test "killed between commit and removal: the next lib-commit goes on, with or without a session" {
	lib-import -q --mode=move "$MUSIC"
	dies_before_removal s1
	tracks_are 4
	[ -n "$(sources)" ]
	run -1 --separate-stderr lib-commit </dev/null
	[[ $stderr == *"sources of earlier moves removed"* ]]
	[ -z "$(sources)" ]
	[ "$(query "SELECT count(*) FROM leaving")" = 0 ]
	[ -z "$(find "$FONOTECA_LIBRARY/blobs" -type f ! -perm 0444)" ]
	tracks_are 4
}

@test "killed in the midst of removing: so does naming the session again" {
	lib-import -q --mode=move "$MUSIC"
	dies_before_removal s1 3
	tracks_are 4
	lib-commit s1
	[ -z "$(sources)" ]
	[ "$(query "SELECT count(*) FROM leaving")" = 0 ]
	[ -z "$(find "$FONOTECA_LIBRARY/blobs" -type f ! -perm 0444)" ]
}

@test "killed between commit and removal: lib-sweep goes on, and tells first" {
	lib-import -q --mode=move "$MUSIC"
	dies_before_removal s1
	run lib-sweep -n stage
	[[ $output == *"would remove source $MUSIC/teardrop.wma"* ]]
	[ -n "$(sources)" ]
	lib-sweep -q
	[ -z "$(sources)" ]
	tracks_are 4
}

@test "killed between commit and removal: the same import again removes the rest" {
	lib-import -q --mode=move "$MUSIC"
	dies_before_removal s1
	lib-import -q --mode=move "$MUSIC" | lib-commit -q
	[ -z "$(sources)" ]
	tracks_are 4
}

@test "a source that changed before it could be removed is kept, and told" {
	lib-import -q --mode=move "$MUSIC"
	dies_before_removal s1
	cp "$MUSIC/teardrop.wma" new && echo more >>new && mv new "$MUSIC/teardrop.wma"
	rm "$MUSIC/roygbiv.tta"
	run -3 --separate-stderr lib-commit </dev/null
	[[ $stderr == *"teardrop.wma stays where it is: it changed since it was read"* ]]
	[ "$(sources)" = "./teardrop.wma " ]
	[ "$(query "SELECT count(*) FROM leaving")" = 0 ]
	run -1 lib-commit </dev/null
	[ "$(sources)" = "./teardrop.wma " ]
	tracks_are 4
}

@test "a copied source whose bytes changed under its old size and time is kept" {
	other_disk
	cp "$MUSIC/teardrop.wma" "$OTHER"
	touch -d '1 hour ago' "$OTHER/teardrop.wma"
	lib-import -q --mode=move "$OTHER"
	stamp=$(stat -c %y "$OTHER/teardrop.wma")
	printf X | dd of="$OTHER/teardrop.wma" bs=1 seek=1000 conv=notrunc 2>/dev/null
	touch -d "$stamp" "$OTHER/teardrop.wma"
	run -3 --separate-stderr lib-commit s1
	[[ $output == *", 1 source stays" ]]
	[ -f "$OTHER/teardrop.wma" ]
	tracks_are 1
}

@test "nothing is removed through a link that came in between" {
	lib-import -q --mode=move "$MUSIC"
	dies_before_removal s1
	mv "$MUSIC/more" elsewhere
	ln -s "$PWD/elsewhere" "$MUSIC/more"
	mv "$MUSIC/teardrop.wma" elsewhere
	ln -s "$PWD/elsewhere/teardrop.wma" "$MUSIC/teardrop.wma"
	run -3 --separate-stderr lib-commit </dev/null
	[[ $stderr == *"plain.aac stays where it is: a folder on the way to it is a symbolic link"* ]]
	[[ $stderr == *"teardrop.wma stays where it is: it is a symbolic link"* ]]
	[ "$(find elsewhere -type f | wc -l)" = 3 ]
	[ ! -e "$MUSIC/roygbiv.tta" ]
}

@test "what came in through a symbolic link stays" {
	mkdir tree
	ln -s "$MUSIC/more" tree/more
	ln -s "$MUSIC/teardrop.wma" tree/teardrop.wma
	run -3 lib-commit <<<"$(lib-import -q --dereference --mode=move tree)"
	tracks_are 3
	[ "$(sources)" = "./more/first-love.aiff ./more/plain.aac ./roygbiv.tta ./teardrop.wma " ]
	[ -L tree/teardrop.wma ]
	[ -L tree/more ]
}

@test "the bytes of an old twin are read before a source goes, and bad ones replaced" {
	cp -rp "$MUSIC" other
	lib-import -q other | lib-commit -q
	blob=$(find "$FONOTECA_LIBRARY/blobs" -name '*.tta')
	chmod u+w "$blob"
	printf X | dd of="$blob" bs=1 seek=1000 conv=notrunc 2>/dev/null
	change "UPDATE blob SET damaged = 1 WHERE suffix = 'wma'"
	change "UPDATE file SET state = 'damaged' WHERE blob_id = (SELECT id FROM blob WHERE suffix = 'wma')"
	run --separate-stderr lib-commit <<<"$(lib-import -q --mode=move "$MUSIC")"
	[ "$output" = "s2 committed: 0 tracks, 4 duplicates, 0 failed, 4 sources removed (the same files as s1)" ]
	[ -z "$(sources)" ]
	tracks_are 4
	[ "$(query "SELECT count(*) FROM blob WHERE damaged = 1")$(query "SELECT count(*) FROM file WHERE state <> 'ok'")" = 00 ]
	[ -z "$(find "$FONOTECA_LIBRARY/blobs" -type f ! -perm 0444)" ]
}

@test "a blob that is marked damaged is replaced in every mode" {
	lib-import -q "$MUSIC" | lib-commit -q
	blob=$(find "$FONOTECA_LIBRARY/blobs" -name '*.tta')
	chmod u+w "$blob"
	printf X | dd of="$blob" bs=1 seek=1000 conv=notrunc 2>/dev/null
	change "UPDATE blob SET damaged = 1 WHERE suffix = 'tta'"
	touch "$MUSIC/roygbiv.tta"
	lib-import -q "$MUSIC" | lib-commit -q
	tracks_are 4
	[ "$(query "SELECT count(*) FROM blob WHERE damaged = 1")" = 0 ]
}

@test "what is left out, failed or in conflict keeps its source, and is told" {
	cp "$MUSIC/teardrop.wma" "$MUSIC/better.wma"
	dd if=/dev/zero bs=1k count=1 >>"$MUSIC/better.wma" 2>/dev/null # other bytes, the same place
	lib-import -q --mode=move "$MUSIC"
	change "INSERT INTO removed (sha256, at, reason) SELECT sha256, 1, 'removed' FROM item WHERE suffix = 'tta'"
	run --separate-stderr lib-commit s1
	[ "$status" -eq 0 ]
	[[ $stderr == *"teardrop.wma stays where it is: another file"* ]]
	[[ $stderr == *"roygbiv.tta stays where it is: it was removed from the library earlier"* ]]
	[ "$(sources)" = "./roygbiv.tta ./teardrop.wma " ]
	tracks_are 3
}

@test "a source whose track was taken out meanwhile is kept" {
	lib-import -q --mode=move "$MUSIC"
	dies_before_removal s1
	change "UPDATE file SET state = 'removed' WHERE CAST(source AS TEXT) LIKE '%teardrop%'"
	run -3 --separate-stderr lib-commit </dev/null
	[[ $stderr == *"teardrop.wma stays where it is: the library has lost or removed it since"* ]]
	[ "$(sources)" = "./teardrop.wma " ]
}

@test "what is in the library unchanged is not moved, and told" {
	FONOTECA_NOW=$(($(date +%s) + 100)) # changed long ago
	export FONOTECA_NOW
	lib-import -q "$MUSIC" | lib-commit -q
	run --separate-stderr lib-import --mode=move "$MUSIC"
	[[ $stderr == *"4 unchanged"*"stay where they are"* ]]
	lib-commit -q "$output"
	[ "$(sources)" = "./more/first-love.aiff ./more/plain.aac ./roygbiv.tta ./teardrop.wma " ]
}

@test "a source that cannot be removed stays and is told; the commit stands" {
	[ "$(id -u)" -ne 0 ] || skip "root may remove everywhere"
	lib-import -q --mode=move "$MUSIC"
	chmod 500 "$MUSIC"
	run -3 --separate-stderr lib-commit s1
	chmod 700 "$MUSIC"
	[[ $stderr == *"teardrop.wma stays where it is: it cannot be removed"* ]]
	[ "$(sources)" = "./roygbiv.tta ./teardrop.wma " ]
	tracks_are 4
}

@test "a folder that is out of reach is tried again" {
	lib-import -q --mode=move "$MUSIC"
	dies_before_removal s1
	mv "$MUSIC/more" away
	run -1 lib-commit </dev/null
	[ "$(query "SELECT count(*) FROM leaving")" = 2 ]
	mv away "$MUSIC/more"
	rm "$MUSIC/more/plain.aac"
	run -1 lib-commit </dev/null
	[ -z "$(sources)" ]
	[ "$(query "SELECT count(*) FROM leaving")" = 0 ]
}

@test "a folder that stays out of reach is forgotten with age" {
	lib-import -q --mode=move "$MUSIC"
	dies_before_removal s1
	rm -r "$MUSIC/more"
	lib-sweep -q stage
	[ "$(query "SELECT count(*) FROM leaving")" = 2 ]
	FONOTECA_NOW=$(($(date +%s) + 31 * 86400)) run -3 --separate-stderr lib-sweep stage
	[[ $stderr == *"plain.aac stays where it is: it could not be removed for too long"* ]]
	[ "$(query "SELECT count(*) FROM leaving")" = 0 ]
	tracks_are 4
}

@test "--limit-rate holds for all threads together" {
	dd if=/dev/zero bs=1k count=500 2>/dev/null | tee -a "$MUSIC/teardrop.wma" >>"$MUSIC/roygbiv.tta"
	local from=$EPOCHREALTIME to
	lib-import -q -j4 --limit-rate=500K "$MUSIC" | lib-commit -q
	to=$EPOCHREALTIME
	[ "$((${to/./} - ${from/./}))" -gt 1800000 ]
	tracks_are 4
	fails 2 lib-import --limit-rate=fast "$MUSIC"
	fails 2 lib-import --limit-rate=0 "$MUSIC"
}

@test "--limit-rate does not hold up a stop" {
	local from=$EPOCHREALTIME to
	run -124 timeout -s INT 1 lib-import -q --limit-rate=1 "$MUSIC"
	to=$EPOCHREALTIME
	[ "$((${to/./} - ${from/./}))" -lt 4000000 ]
	lib-import -q "$MUSIC" | lib-commit -q
	tracks_are 4
	[ "$(query "SELECT count(*) FROM session")" = 1 ]
}

@test "--commit does what the pipe does, and prints the id alone" {
	run --separate-stderr lib-import --commit "$MUSIC"
	[ "$status" -eq 0 ]
	[ "$output" = s1 ]
	[[ $stderr == *"s1 committed: 4 tracks, 0 duplicates, 0 failed"* ]]
	tracks_are 4
	run --separate-stderr lib-import --commit --json --mode=move "$FIXTURES/audio/README"
	[ "${#lines[@]}" -eq 2 ]
	is_json <<<"$output"
	run --separate-stderr lib-commit s1
	[[ $output == "s1 was committed already"* ]]
	fails 2 lib-import --commit -n "$MUSIC"
	fails 2 lib-import --commit --status
}

@test "--commit: a file that fails makes it 3, a commit that fails 4" {
	printf 'fLaC\0\0\0\42broken' >"$MUSIC/bad.flac"
	run -3 --separate-stderr lib-import -q --commit --strict "$MUSIC"
	[ "$output" = s1 ]
	tracks_are 4
	# what was staged and is gone is read again
	lib-import -q "$FIXTURES/audio/hoppipolla.flac" >/dev/null
	rm "$FONOTECA_LIBRARY"/staging/s2/*.flac
	run -0 --separate-stderr lib-import -q --commit --retry s2
	tracks_are 5
	echo 'conflict = fail' >>"$FONOTECA_LIBRARY/config"
	mkdir twice
	cp "$FIXTURES/audio/not-up-to-you.mp3" twice/1.mp3
	(cat "$FIXTURES/audio/not-up-to-you.mp3" && echo more) >twice/2.mp3
	run -4 --separate-stderr lib-import -q --commit twice
	[ "$output" = s3 ]
	tracks_are 5
}
