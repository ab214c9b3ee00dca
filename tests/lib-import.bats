#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lib-import(1): everything that is music comes in, once and whole; lib-import-stopped.bats has what stops it.

load helper
load imports
# shellcheck disable=SC2030,SC2031

setup() {
	setup_fonoteca
	STAGING=$FONOTECA_LIBRARY/staging
}

@test "prints the session's id alone" {
	run -0 --separate-stderr lib-import "$FIXTURES/audio"
	[ "$output" = s1 ]
	[[ $stderr == "lib-import: made a new library in "* ]]
	run -0 --separate-stderr lib-import -q "$FIXTURES/audio"
	[ "$output" = s2 ]
	[ -z "$stderr" ]
}

@test "of imports that begin at once in a new library one says that it made it" {
	for i in 1 2 3 4 5 6; do
		mkdir m$i
		cp "$FIXTURES/audio/untagged.wav" m$i
		lib-import m$i >/dev/null 2>err$i 3>&- &
	done
	wait
	[ "$(cat err? | grep -c "made a new library")" = 1 ]
	[ "$(query "SELECT state, count(*) FROM session GROUP BY 1")" = "staged|6" ]
}

@test "stages every fixture under its own hash, with its record" {
	lib-import -q "$FIXTURES/audio"
	staged_right
	[ "$(query "SELECT count(*) FROM item WHERE state = 'staged'")" = 20 ]
	[ "$(query "SELECT count(*) FROM item WHERE state <> 'staged'")" = 0 ]
	[ "$(query "SELECT state, skipped, unchanged FROM session")" = "staged|1|0" ]
	[ "$(query "SELECT count(*) FROM item WHERE length(record) < 30")" = 0 ]
	[ "$(query "SELECT substr(record, 1, 4) FROM item LIMIT 1")" = 464d5231 ]
	for f in "$FIXTURES"/audio/*.*; do
		sha=$(sha256sum "$f" | cut -d' ' -f1)
		cmp "$f" "$STAGING/s1/$sha".*
	done
}

@test "covers inside files and beside them are staged, each once" {
	mkdir -p a/b
	cp "$FIXTURES/audio/not-up-to-you.mp3" a/1.mp3
	cp "$FIXTURES/audio/roygbiv.tta" a/2.tta
	cp "$FIXTURES/audio/untagged.wav" a/b
	cp "$FIXTURES/other/cover.jpg" a/CoVer.JPG
	printf 'no picture' >a/folder.png
	run -0 --separate-stderr lib-import -q a
	staged_right
	[ "$(query "SELECT count(*) FROM item_cover WHERE folder = 1")" = 2 ]
	[ "$(query "SELECT DISTINCT kind, mime, suffix, hex(sha256) FROM item_cover WHERE folder = 1")" = \
		"front|image/jpeg|jpg|$(sha256sum <a/CoVer.JPG | cut -c1-64 | tr a-f A-F)" ]
	[ "$(query "SELECT count(*) FROM item_cover WHERE folder = 0")" -ge 2 ]
	# pictures are neither music nor counted as something else
	[ "$(query "SELECT skipped FROM session")" = 0 ]
}

@test "names are bytes" {
	mkdir music
	local long
	long=$(printf 'x%.0s' {1..251}).mp3
	local names=("a b.mp3" $'new\nline.mp3' "-dash.mp3" $'bad\xff.mp3' "$long" '*.mp3' "'\"\\.mp3" $'\e[31m.mp3')
	local i=0
	for n in "${names[@]}"; do
		i=$((i + 1))
		{ head -c $i /dev/zero; cat "$FIXTURES/audio/love-will-tear-us-apart.mp3"; } >"music/$n"
	done
	run -0 --separate-stderr lib-import -q music
	staged_right
	[ "$(query "SELECT count(*) FROM item")" = "${#names[@]}" ]
	for n in "${names[@]}"; do
		hex=$(printf %s "$PWD/music/$n" | od -v -An -tx1 | tr -d ' \n')
		[ "$(query "SELECT count(*) FROM item WHERE path = x'$hex'")" = 1 ]
	done
}

@test "a file whose name begins with a dash can be named" {
	cp "$FIXTURES/audio/untagged.wav" ./-x.wav
	fails 2 lib-import -x.wav
	run -0 --separate-stderr lib-import -q -- -x.wav
	[ "$output" = s1 ]
	[ "$(query "SELECT count(*) FROM item")" = 1 ]
}

@test "links, loops, pipes and devices lead nowhere" {
	mkdir -p m/sub
	cp "$FIXTURES/audio/untagged.wav" m/sub
	ln -s .. m/sub/up
	ln -s "$FIXTURES/audio" m/elsewhere
	ln -s nowhere m/broken
	mkfifo m/pipe.mp3
	ln -s /dev/zero m/zero.mp3
	python3 -c "import socket; socket.socket(socket.AF_UNIX).bind('m/socket.mp3')"
	run -0 --separate-stderr timeout 20 lib-import -v m
	[ "$output" = s1 ]
	[[ $stderr == *"1 file staged"*"4 symbolic links not followed, 2 special files passed over"* ]]
	[ "$(query "SELECT count(*) FROM item")" = 1 ]
}

@test "--dereference follows links and ends loops" {
	mkdir -p m/sub far
	cp "$FIXTURES/audio/untagged.wav" m/sub
	cp "$FIXTURES/audio/roads.wv" far
	ln -s .. m/sub/up
	ln -s ../far m/far
	ln -s ../far/roads.wv m/link.wv
	run -0 --separate-stderr timeout 20 lib-import --dereference m
	[ "$(query "SELECT count(*) FROM item")" = 3 ]
	ln -s nowhere m/broken
	run -3 --separate-stderr lib-import --dereference m
	[ "$output" = s2 ]
	[[ $stderr == *"m/broken: No such file or directory"* ]]
}

@test "an operand that is a link is followed" {
	ln -s "$FIXTURES/audio" music
	ln -s "$FIXTURES/audio/roads.wv" one.wv
	lib-import -q music
	[ "$(query "SELECT count(*) FROM item")" = 20 ]
	lib-import -q one.wv
	[ "$(query "SELECT count(*) FROM item WHERE session_id = 2")" = 1 ]
}

@test "operands that fail are named, the others come in: status 3" {
	mkdir m
	cp "$FIXTURES/audio/untagged.wav" m
	mkfifo pipe
	run -3 --separate-stderr lib-import -q m missing pipe $'no\nsuch' ''
	[ "$output" = s1 ]
	[[ $stderr == *"lib-import: missing: No such file or directory"* ]]
	[[ $stderr == *"lib-import: pipe: neither a file nor a folder"* ]]
	[[ $stderr == *'lib-import: no\nsuch: No such'* ]]
	[[ $stderr == *"lib-import: '': No such"* ]]
	[ "$(query "SELECT count(*) FROM item WHERE state = 'staged'")" = 1 ]
}

@test "where no operand exists nothing is made" {
	fails 3 lib-import missing
	[ ! -e "$FONOTECA_LIBRARY" ]
}

@test "operands inside others count once" {
	mkdir -p m/a 'm/a b'
	cp "$FIXTURES/audio/untagged.wav" m/a
	cp "$FIXTURES/audio/roads.wv" 'm/a b'
	lib-import -q m/a m/a/untagged.wav m m/. "$PWD/m/a b"
	[ "$(query "SELECT count(*) FROM session_root")" = 1 ]
	[ "$(query "SELECT count(*) FROM item")" = 2 ]
}

@test "what cannot be read is named, the rest comes in: status 3" {
	mkdir m m/closed
	cp "$FIXTURES/audio/untagged.wav" m/good.wav
	cp "$FIXTURES/audio/roads.wv" m/secret.wv
	chmod 000 m/secret.wv m/closed
	# root reads everything, unless it gives that up
	local as=()
	if [ "$(id -u)" = 0 ]; then
		requires setpriv
		as=(setpriv --bounding-set="-dac_override,-dac_read_search" --inh-caps="-dac_override,-dac_read_search")
		! "${as[@]}" cat m/secret.wv >/dev/null 2>&1 || skip "root cannot give up reading everything here"
	fi
	run -3 --separate-stderr "${as[@]}" lib-import -q m
	[ "$output" = s1 ]
	[[ $stderr == *"m/secret.wv: cannot be opened: Permission denied"* ]]
	[[ $stderr == *"m/closed: Permission denied"* ]]
	[ "$(query "SELECT state, code, count(*) FROM item GROUP BY state")" = "$(printf 'failed|DENIED|2\nstaged||1')" ]
	chmod 755 m/closed
}

@test "a source that fails to read is tried again, and then its own failure" {
	[ -e /proc/self/mem ] || skip "no /proc/self/mem, whose first byte cannot be read"
	run -3 --separate-stderr lib-import -q "$FIXTURES/audio/untagged.wav" /proc/self/mem
	[ "$output" = s1 ]
	[[ $stderr == *"/mem: cannot be read: Input/output error" ]]
	[ "$(query "SELECT state, code, attempts FROM item WHERE state = 'failed'")" = "failed|IO|3" ]
	[ "$(query "SELECT count(*) FROM item WHERE state = 'staged'")" = 1 ]
	staged_right
}

@test "--retry reads the failed files of a session again, and nothing else" {
	mkdir -p m/Artist/Album
	cp "$FIXTURES/damaged/cut-computer-love.m4a" "m/Artist/Album/07 x.m4a"
	cp "$FIXTURES/audio/untagged.wav" m
	run -3 --separate-stderr lib-import -q m
	run -3 --separate-stderr lib-import -q --retry s1
	[ "$output" = s1 ]
	cp "$FIXTURES/audio/plain.aac" "m/Artist/Album/07 x.m4a"
	rm m/untagged.wav
	run -0 --separate-stderr lib-import -q --retry s1
	[ "$output" = s1 ]
	[ "$(query "SELECT state, code, attempts FROM item ORDER BY id")" = "$(printf 'staged||3\nstaged||1')" ]
	[ "$(query "SELECT state, skipped FROM session")" = "staged|0" ]
	staged_right
	# the names above the file still count from the root that was named first
	lib-commit -q s1
	[ "$(query "SELECT artist, title, track FROM track WHERE artist IS NOT NULL")" = "Artist|x|7" ]
	fails 4 lib-import --retry s1
	[[ $stderr == *"session s1 is committed"* ]]
}

@test "a source that changes while it is read is read again" {
	requires strace
	many 1 m
	# the clock of the file moves between the first fstat and the last: done by a slow copy
	strace -f -qq -o /dev/null -e trace=pread64 -P "$PWD/m/00000.mp3" \
		-e inject=pread64:delay_enter=300000 lib-import -q -j1 m >id 2>err &
	local pid=$!
	for _ in 1 2 3 4 5 6 7 8; do
		sleep 0.1
		printf x >>m/00000.mp3
	done
	wait $pid
	[ "$(cat id)" = s1 ]
	staged_right
	[ "$(query "SELECT hex(sha256) FROM item")" = "$(sha256sum <m/00000.mp3 | cut -c1-64 | tr a-f A-F)" ]
	[ "$(query "SELECT attempts FROM item")" -ge 2 ]
}

@test "no audio: a session with nothing in it" {
	run -0 --separate-stderr lib-import -v "$FIXTURES/other/notes.txt" "$FIXTURES/other/clip.mp4"
	[ "$output" = s1 ]
	[[ $stderr == *"0 files staged (0 bytes), 2 no audio"* ]]
	[ "$(query "SELECT count(*) FROM item")" = 0 ]
	[ "$(query "SELECT state, skipped FROM session")" = "staged|2" ]
	mkdir empty
	run -0 --separate-stderr lib-import -q empty
	[ "$output" = s2 ]
}

@test "--strict makes errors of what is no audio or damaged" {
	run -3 --separate-stderr lib-import -q --strict "$FIXTURES/other/notes.txt" \
		"$FIXTURES/damaged/cut-gruppa-krovi.wav" "$FIXTURES/audio/untagged.wav"
	[ "$output" = s1 ]
	[[ $stderr == *"notes.txt: is no audio of a known format"* ]]
	[[ $stderr == *"cut-gruppa-krovi.wav: is damaged"* ]]
	[ "$(query "SELECT state, count(*) FROM item GROUP BY state")" = "$(printf 'failed|2\nstaged|1')" ]
	lib-import -q "$FIXTURES/damaged/cut-gruppa-krovi.wav"
	[ "$(query "SELECT state FROM item WHERE session_id = 2")" = staged ]
}

@test "a file that its reader dies of is its own failure" {
	mkdir m
	cp "$FIXTURES/audio/untagged.wav" m
	printf 'wvpk\370\377\377\377\20\4\0\0%052d' 0 >m/hang.wv
	run --separate-stderr timeout 120 lib-import -q m
	[ "$status" -eq 3 ] || [ "$status" -eq 0 ]
	[ "$output" = s1 ]
	[ "$(query "SELECT count(*) FROM item WHERE state = 'staged' AND suffix = 'wav'")" = 1 ]
}

@test "without a media worker it says so, and the session goes on later" {
	FONOTECA_WORKER=$PWD/worker fails 4 lib-import -q "$FIXTURES/audio"
	[[ $stderr == *"/worker: No such file or directory; 0 files so far; to go on: lib-import --resume s1"* ]]
	run -0 --separate-stderr lib-import -q "$FIXTURES/audio"
	[ "$output" = s1 ]
	staged_right
}

@test "usage" {
	fails 2 lib-import
	fails 2 lib-import --mode=magic x
	fails 2 lib-import -j 0 x
	fails 2 lib-import --set title x
	fails 2 lib-import --resume s1 x
	fails 2 lib-import --resume s1 --strict
	fails 2 lib-import --resume p1
	fails 2 lib-import --files-from - x
	fails 2 lib-import --status --retry s1
	[ ! -e "$FONOTECA_LIBRARY" ]
	lib-import -q "$FIXTURES/audio"
	fails 4 lib-import --resume s9
	[[ $stderr == *"there is no session s9"* ]]
	fails 4 lib-import --resume s1
	[[ $stderr == *"session s1 is staged"* ]]
}

@test "a library is made only where it may be" {
	fails 4 lib-import -L missing/parent "$FIXTURES/audio"
	[ ! -e missing ]
	mkdir full
	echo mine >full/notes
	fails 4 lib-import -L full "$FIXTURES/audio"
	[[ $stderr == *"full is not empty and no library"* ]]
	[ "$(ls full)" = notes ]
	unset FONOTECA_LIBRARY
	lib-import -q "$FIXTURES/audio"
	[ -f "$HOME/.local/share/fonoteca/library.db" ]
}

@test "the library itself is never imported" {
	lib-import -q "$FIXTURES/audio" | lib-commit -q
	fails 3 lib-import "$FONOTECA_LIBRARY"
	[[ $stderr == *"is inside the library itself"* ]]
	fails 3 lib-import "$FONOTECA_LIBRARY/staging"
	fails 3 lib-import --mode=move "$FONOTECA_LIBRARY/blobs"
	fails 3 lib-import --mode=hardlink "$FONOTECA_LIBRARY/blobs/00"
	# but for blobs that the catalogue does not know
	lib-commit -q "$(lib-import -q "$FONOTECA_LIBRARY/blobs")"
	[ "$(query "SELECT count(*) FROM item WHERE session_id = 2 AND state = 'committed'")" = 0 ]
	# and passed over on the way
	cp "$FIXTURES/damaged/cut-gruppa-krovi.wav" .
	run -0 --separate-stderr lib-import -q .
	[ "$(query "SELECT count(*) FROM item WHERE session_id = 3")" = 1 ]
}

@test "a library that cannot be written is named" {
	requires unshare
	unshare -rm true 2>/dev/null || skip "no mount namespaces here"
	lib-import -q "$FIXTURES/audio/untagged.wav"
	cat >inner <<-'SH'
		mount --bind "$FONOTECA_LIBRARY" "$FONOTECA_LIBRARY" && mount -o remount,ro,bind "$FONOTECA_LIBRARY" || exit 99
		lib-import -q "$1"
	SH
	run -4 --separate-stderr unshare -rm bash inner "$FIXTURES/audio"
	[ -z "$output" ]
	[[ $stderr == "lib-import: "*"ead-only"* ]]
}

@test "--mode=reflink shares blocks or fails" {
	cp "$FIXTURES/audio/untagged.wav" .
	if cp --reflink=always untagged.wav other.wav 2>/dev/null; then
		run -0 --separate-stderr lib-import -q --mode=reflink untagged.wav
		[ "$output" = s1 ]
		staged_right
	else
		fails 4 lib-import -q --mode=reflink untagged.wav
		[[ $stderr == *"the library's file system cannot share blocks: use --mode=copy"* ]]
		[ -z "$(ls "$STAGING/s1")" ]
	fi
	run -0 --separate-stderr lib-import -q --mode=copy untagged.wav
	[ "$output" = s2 ]
}

@test "what is unchanged and in the library is not opened" {
	requires strace
	mkdir m
	cp "$FIXTURES"/audio/*.mp3 "$FIXTURES/other/notes.txt" m
	touch -d '1 hour ago' m/*
	# the change of the inode itself cannot be dated back: let the clock be ahead
	export FONOTECA_NOW=$(($(date +%s) + 100))
	lib-import -q m | lib-commit -q
	run -0 --separate-stderr strace -f -qq -o trace -e trace=openat lib-import --json m
	[[ $output == *'"id":"s2"'*'"staged":0,'*'"unchanged":3,"not_audio":1'* ]]
	grep -q notes.txt trace
	[ "$(grep -c '\.mp3"' trace)" = 0 ]
	[ "$(query "SELECT count(*) FROM item WHERE session_id = 2")" = 0 ]
	# a retag is seen
	printf x >>m/love-will-tear-us-apart.mp3
	run -0 --separate-stderr lib-import --json m
	[[ $output == *'"staged":1,'*'"unchanged":2'* ]]
	# moved away and back, with other bytes of the same size and time
	local t
	t=$(stat -c %y m/not-up-to-you.mp3)
	printf 'ID3' | dd of=m/not-up-to-you.mp3 conv=notrunc status=none
	touch -d "$t" m/not-up-to-you.mp3
	run -0 --separate-stderr lib-import --json m
	[[ $output == *'"staged":2,'*'"unchanged":1'* ]]
}

@test "times too close to the last reading are not trusted" {
	mkdir m
	cp "$FIXTURES/audio/untagged.wav" m
	lib-import -q m | lib-commit -q
	run -0 --separate-stderr lib-import --json m
	[[ $output == *'"staged":1,'*'"unchanged":0'* ]]
}

@test "--files-from reads lines or NUL-ended names, from a file or standard input" {
	mkdir m
	cp "$FIXTURES/audio/untagged.wav" m/$'new\nline.wav'
	cp "$FIXTURES/audio/roads.wv" m/'plain name.wv'
	find m -type f -print0 | lib-import -q -0 --files-from - >id
	[ "$(cat id)" = s1 ]
	[ "$(query "SELECT count(*) FROM item WHERE session_id = 1")" = 2 ]
	printf '%s\n' "m/plain name.wv" gone.mp3 >list
	run -3 --separate-stderr lib-import -q --files-from list
	[ "$output" = s2 ]
	[[ $stderr == *"gone.mp3: No such file"* ]]
	[ "$(query "SELECT count(*) FROM item WHERE session_id = 2")" = 1 ]
	fails 4 lib-import --files-from no-list
}

@test "--set gives every file a value, checked against the vocabulary" {
	lib-import -q --set albumartist='Various Artists' --set genre=Trip-Hop --set genre=Live \
		--set comment= --set comp=yes "$FIXTURES/audio/not-up-to-you.mp3" | lib-commit -q
	[ "$(query "SELECT albumartist, compilation FROM release")" = "Various Artists|1" ]
	[ "$(query "SELECT g.name FROM track_genre t JOIN genre g ON g.id = t.genre_id ORDER BY seq")" = \
		"$(printf 'Trip-Hop\nLive')" ]
	fails 2 lib-import --set 'colour=red' x
	[[ $stderr == *"there is no field 'colour'"* ]]
	fails 2 lib-import --set 'titel=x' x
	[[ $stderr == *"did you mean 'title'"* ]]
	fails 2 lib-import --set duration_ms=3 x
	fails 2 lib-import --set track=one x
	fails 2 lib-import --set date=2001-13 x
	fails 2 lib-import --set bpm=fast x
	fails 2 lib-import --set $'title=\xff' x
}

@test "other options make another session of the same paths" {
	many 3 m
	FONOTECA_WORKER=$PWD/worker fails 4 lib-import -q --set genre=A m
	run -0 --separate-stderr lib-import -q --set genre=B m
	[ "$output" = s2 ]
	run -0 --separate-stderr lib-import -q --resume s1
	lib-commit -q s1
	[ "$(query "SELECT name FROM genre")" = A ]
}

@test "what the tags do not tell comes from names" {
	mkdir -p "m/Some Artist/An_Album/CD 2"
	cp "$FIXTURES/audio/untagged.wav" "m/Some Artist/An_Album/CD 2/03. Some_Title.wav"
	lib-import -q m | lib-commit -q
	[ "$(query "SELECT t.title, t.artist, r.album, t.disc, t.track FROM track t JOIN release r ON r.id = t.release_id")" \
		= "Some Title|Some Artist|An Album|2|3" ]
}

@test "--dry-run creates nothing and says what would come in" {
	mkdir m
	cp "$FIXTURES/audio/untagged.wav" m/$'a\nb.wav'
	cp "$FIXTURES/other/notes.txt" m
	run -0 --separate-stderr lib-import -n m
	[ "$output" = "$PWD"'/m/a\nb.wav' ]
	lib-import -n -0 m >list
	printf '%s\0' "$PWD"/m/$'a\nb.wav' | cmp - list
	lib-import -n --json m >list
	is_json <list
	grep -q '"type":"summary","dry_run":true,"staged":1,' list
	[ ! -e "$FONOTECA_LIBRARY" ]
	lib-import -q m | lib-commit -q
	find "$FONOTECA_LIBRARY" | sort >before
	run -0 --separate-stderr lib-import -n "$FIXTURES/audio/roads.wv"
	[ "$output" = "$FIXTURES/audio/roads.wv" ]
	find "$FONOTECA_LIBRARY" | sort | diff before -
	[ "$(query "SELECT count(*) FROM session")" = 1 ]
}

@test "--status lists open sessions, and what failed in one" {
	mkdir m
	cp "$FIXTURES/damaged/cut-computer-love.m4a" "$FIXTURES/audio/untagged.wav" m
	run -3 --separate-stderr lib-import -q m
	run -0 --separate-stderr lib-import --status
	[[ $output == "s1"$'\t'"waiting"$'\t'1$'\t'*"lib-commit s1"$'\t'"$PWD/m" ]]
	run -0 --separate-stderr lib-import --status s1
	[[ ${lines[1]} == "failed"$'\t'"$PWD/m/cut-computer-love.m4a"$'\t'* ]]
	lib-import --status s1 --json | is_json
	lib-import --status --json | is_json
	lib-commit -q s1 || true
	run -0 --separate-stderr lib-import --status
	[ -z "$output" ]
	fails 4 lib-import --status s7
}

@test "--json" {
	lib-import -q --json "$FIXTURES/audio" >out
	is_json <out
	grep -q '"type":"session","id":"s1","state":"staged","staged":20,' out
}

@test "a full standard output is an error, the session is there" {
	[ -e /dev/full ] || skip "no /dev/full"
	# shellcheck disable=SC2016
	run -4 bash -c 'lib-import -q "$1" >/dev/full' - "$FIXTURES/audio"
	[ "$(query "SELECT state FROM session")" = staged ]
}

@test "the main line: import, commit; once more changes nothing" {
	lib-import "$FIXTURES/audio" | lib-commit
	intact
	[ "$(query "SELECT count(*) FROM track")" = 19 ]
	[ ! -e "$STAGING/s1" ]
	# once more changes nothing
	catalogue >before
	lib-import -q "$FIXTURES/audio" | lib-commit -q
	catalogue | diff before -
	intact
}

@test "memory does not grow with the number of files" {
	nm "$(command -v lib-import)" | grep -q __asan_init && skip "a sanitizer's memory is its own"
	many 1500 m
	python3 -c 'if 1:
		import resource, subprocess
		subprocess.run(["lib-import", "-q", "m"], check=True)
		print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' >rss
	[ "$(tail -1 rss)" -lt 65536 ]
}

@test "--files-from: a file that is not there is named, an empty list is nothing to do" {
	fails 4 lib-import --files-from nowhere
	[[ $stderr == *"nowhere: No such file"* ]]
	fails 4 lib-import --files-from "$BATS_TEST_TMPDIR"
	[[ $stderr == *"cannot read $BATS_TEST_TMPDIR: "* ]]
	fails 1 lib-import --files-from /dev/null
	[[ $stderr == *"nothing to import"* ]]
	[ ! -e "$FONOTECA_LIBRARY" ]
	printf '\n%s\n\n' "$FIXTURES/audio/roads.wv" >list
	run -0 --separate-stderr lib-import -q --files-from list
	[ "$output" = s1 ]
}

@test "--dry-run never goes on with a session" {
	lib-import -q "$FIXTURES/audio/roads.wv"
	fails 2 lib-import -n --resume s1
	fails 2 lib-import -n --retry s1
}

@test "-v names files that are named like audio and are none, and counts one link, one pipe" {
	mkdir odd
	cp "$FIXTURES/audio/plain.aac" odd/good.aac
	echo "no song" >odd/song.mp3
	echo "a list" >odd/list.txt
	ln -s good.aac odd/link.aac
	mkfifo odd/pipe
	run -0 --separate-stderr lib-import -v odd
	[[ $stderr == *"/odd/song.mp3: is no audio of a known format"* ]]
	[[ $stderr != *list.txt* ]]
	[[ $stderr == *" no audio, 1 symbolic link not followed, 1 special file passed over"* ]]
	rm -r "$FONOTECA_LIBRARY"
	run -0 --separate-stderr lib-import odd
	[[ $stderr != *song.mp3* ]]
}
