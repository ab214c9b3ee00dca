#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lib-sweep verify: every blob against its name, the catalogue against itself.

load helper

setup() {
	setup_fonoteca
	requires python3
	BLOBS=$FONOTECA_LIBRARY/blobs
}

# tones N : a library of N small files, each with bytes of its own.
tones() {
	python3 - "$1" <<-'PY'
	import os, struct, sys, wave
	os.mkdir("music")
	for n in range(int(sys.argv[1])):
	    with wave.open("music/%04d.wav" % n, "wb") as w:
	        w.setnchannels(1)
	        w.setsampwidth(2)
	        w.setframerate(8000)
	        w.writeframes(struct.pack("<400h", *((n * 7919 + i * (n + 3)) % 20000 for i in range(400))))
	PY
	lib-import -q music | lib-commit -q
}

# flip FILE [BYTE] : turn a bit of it over; the file stands there as before but for that.
flip() {
	python3 - "$1" "${2:-0}" <<-'PY'
	import os, sys
	path, at = sys.argv[1], int(sys.argv[2])
	st = os.stat(path)
	os.chmod(path, 0o644)
	with open(path, "r+b") as f:
	    f.seek(at)
	    byte = f.read(1)[0]
	    f.seek(at)
	    f.write(bytes([byte ^ 1 << at % 8]))
	os.chmod(path, 0o444)
	os.utime(path, ns=(st.st_atime_ns, st.st_mtime_ns))
	PY
}

# nth N : the path of a blob.
nth() {
	find "$BLOBS" -type f | sort | sed -n "$1p"
}

count() {
	grep -o "\"$1\":[0-9]*" <<<"$output" | cut -d: -f2
}

@test "a library that is whole: silent, status 0, and each blob has its date" {
	main_line
	blobs=$(find "$BLOBS" -type f | wc -l)
	FONOTECA_NOW=2000000000 run -0 --separate-stderr lib-sweep verify
	[ -z "$output$stderr" ]
	[ "$(query "SELECT count(*) FROM blob WHERE verified = 2000000000")" -eq "$blobs" ]
	run -0 --separate-stderr lib-sweep --json verify
	[ "$(count checked)" -eq "$blobs" ]
	[ "$(count left)" -eq 0 ]
	run -0 lib-sweep -v verify
	[[ $output == "verify: $blobs checked, "*B ]]
	[ "$(query "SELECT status FROM task WHERE name = 'verify'")" -eq 0 ]
	intact
}

@test "a bit that turned over anywhere is found, and the track named" {
	tones 200
	for n in 1 37 100 163 200; do
		size=$(stat -c %s "$(nth $n)")
		for at in 0 $((size / 2)) $((size - 1)); do
			victim=$(nth $n)
			flip "$victim" "$at"
			run -3 --separate-stderr lib-sweep verify
			[[ $stderr == *"blobs/${victim#"$BLOBS/"} is damaged (track "*"bytes are not those of its name"* ]] || fail "$n $at: $stderr"
			[[ $output == *"1 damaged"*"200 checked"* ]]
			[ "$(query "SELECT count(*) FROM file WHERE state = 'damaged'")" -eq 1 ]
			[ "$(lib-search --count is:damaged)" -eq 1 ]
			flip "$victim" "$at"
			run -0 --separate-stderr lib-sweep verify
			[[ $output == *"1 mended"* ]]
			[ "$(query "SELECT count(*) FROM file WHERE state <> 'ok'")" -eq 0 ]
			[ "$(query "SELECT count(*) FROM blob WHERE damaged")" -eq 0 ]
		done
	done
	[ "$(query "SELECT count(*) FROM event WHERE kind = 'damaged'")" -eq 15 ]
}

@test "a picture that is damaged or missing is named with its track, and health tells until it is mended" {
	main_line
	sha=$(query "SELECT lower(hex(sha256)) FROM blob WHERE id = (SELECT blob_id FROM cover LIMIT 1)")
	victim=$(echo "$BLOBS/${sha:0:2}/$sha".*)
	cp "$victim" aside
	lib-sweep health
	flip "$victim" 20
	run -3 --separate-stderr lib-sweep verify
	[[ $stderr == *"is damaged (cover of track "*"bytes are not those of its name"* ]]
	run -3 lib-sweep health
	[[ $output == *"1 lost cover"* ]]
	rm -f "$victim"
	run -3 --separate-stderr lib-sweep verify
	[[ $stderr == *"is missing (cover of track "* ]]
	run -4 --separate-stderr lib-sweep --json health
	[[ $output == *'"lost_covers":1,'* ]]
	cp aside "$victim"
	chmod 444 "$victim"
	run -0 lib-sweep verify
	[[ $output == *"1 mended"* ]]
	lib-sweep health
}

@test "missing, cut short, longer, a link, a folder: each told as what it is" {
	tones 8
	rm "$(nth 1)"
	victim=$(nth 1)
	truncate -s 10 "$victim"
	cut=${victim#"$BLOBS/"}
	victim=$(nth 2)
	echo more >>"$victim"
	longer=${victim#"$BLOBS/"}
	victim=$(nth 3)
	mv "$victim" aside
	ln -s "$PWD/aside" "$victim"
	link=${victim#"$BLOBS/"}
	victim=$(nth 3)
	rm "$victim"
	mkdir "$victim"
	folder=${victim#"$BLOBS/"}
	run -3 --separate-stderr lib-sweep --json verify
	[ "$(count damaged)" -eq 2 ]
	[ "$(count missing)" -eq 3 ]
	[[ $stderr == *"$cut is damaged"*"has 10 bytes instead of 844"* ]]
	[[ $stderr == *"$longer is damaged"*"has 849 bytes instead of 844"* ]]
	[[ $stderr == *"$link is missing"* ]]
	[[ $stderr == *"$folder is missing"*"it is no plain file"* ]]
	[ "$(lib-search --count is:missing)" -eq 3 ]
	# the catalogue keeps every one of them
	[ "$(lib-search --count)" -eq 8 ]
	# known already: no event says it a second time
	before=$(query "SELECT count(*) FROM event WHERE kind IN ('missing', 'damaged')")
	run -3 lib-sweep verify
	[ "$(query "SELECT count(*) FROM event WHERE kind IN ('missing', 'damaged')")" -eq "$before" ]
}

@test "a device that gives no bytes is damage, and none of the others suffers" {
	requires strace
	tones 5
	victim=$(nth 3)
	run -3 strace -qq -f -o strace.out -P "$victim" -e trace=pread64 -e inject=pread64:error=EIO lib-sweep verify
	grep -q INJECTED strace.out
	[[ $output == *"${victim##*/} is damaged"*"Input/output error"* ]]
	[ "$(query "SELECT count(*) FROM file WHERE state = 'ok'")" -eq 4 ]
}

@test "of two files of a track the one that is whole is preferred" {
	main_line # brings one track in two formats
	track=$(query "SELECT track_id FROM file GROUP BY track_id HAVING count(*) = 2")
	preferred() {
		query "SELECT lower(hex(b.sha256)) FROM file f JOIN blob b ON b.id = f.blob_id WHERE preferred AND track_id = $track"
	}
	best=$(preferred)
	flip "$(find "$BLOBS" -name "$best.*")" 200
	run -3 lib-sweep verify
	[ "$(preferred)" != "$best" ]
	[ "$(query "SELECT state FROM file WHERE preferred AND track_id = $track")" = ok ]
	flip "$(find "$BLOBS" -name "$best.*")" 200
	run -0 lib-sweep verify
	[ "$(preferred)" = "$best" ]
}

@test "what was checked longest ago comes first, and a run that was cut short goes on with the rest" {
	tones 60
	FONOTECA_NOW=2000000000 lib-sweep verify
	# 60 files of 844 bytes at 20,000 bytes a second: two and a half seconds
	FONOTECA_NOW=2000000100 run -0 --separate-stderr lib-sweep --json --limit-rate 20000 --time-limit 1s -j1 verify
	first=$(count checked)
	[ "$first" -gt 0 ] && [ "$first" -lt 60 ]
	[ "$(count left)" -eq $((60 - first)) ]
	[ "$(query "SELECT count(*) FROM blob WHERE verified = 2000000100")" -eq "$first" ]
	FONOTECA_NOW=2000000200 run -0 --separate-stderr lib-sweep --json verify
	[ "$(count checked)" -eq $((60 - first)) ]
	[ "$(query "SELECT min(verified) FROM blob")" -eq 2000000100 ]
	FONOTECA_NOW=2000000300 run -0 --separate-stderr lib-sweep --json verify
	[ "$(count checked)" -eq 60 ]
	FONOTECA_NOW=2000000400 lib-sweep --limit-rate 20000 --time-limit 1s -j1 verify
	run -0 --separate-stderr lib-sweep --json --all verify
	[ "$(count checked)" -eq 60 ]
}

@test "a signal ends it within a second or two, and keeps what was done" {
	tones 40
	lib-sweep --limit-rate 4000 -j2 verify 2>err &
	pid=$!
	sleep 1.5
	kill -TERM $pid
	status=0
	wait $pid || status=$?
	[ "$status" -eq 143 ]
	done=$(query "SELECT count(*) FROM blob WHERE verified IS NOT NULL")
	[ "$done" -gt 0 ] && [ "$done" -lt 40 ]
	run -0 --separate-stderr lib-sweep --json verify
	[ "$(count checked)" -eq $((40 - done)) ]
}

@test "--sample reads a share of them" {
	tones 50
	run -0 --separate-stderr lib-sweep --json --sample 10% verify
	[ "$(count checked)" -eq 5 ]
	[ "$(query "SELECT count(*) FROM blob WHERE verified IS NOT NULL")" -eq 5 ]
	run -0 --separate-stderr lib-sweep --json --sample 0.1 verify
	[ "$(count checked)" -eq 1 ]
}

@test "--dry-run reads and tells, and changes nothing" {
	tones 10
	flip "$(nth 4)"
	before=$(catalogue)
	run -3 --separate-stderr lib-sweep -n verify
	[[ $stderr == *"is damaged"* ]]
	[[ $output == "verify: would be: 1 damaged, 10 checked"* ]]
	[ "$(catalogue)" = "$before" ]
	[ "$(query "SELECT count(*) FROM blob WHERE verified IS NOT NULL OR damaged")" -eq 0 ]
}

@test "no false alarm while imports, commits and edits run beside it" {
	tones 30
	(
		for n in 1 2 3 4 5 6; do
			rm -rf more
			mkdir more
			cp "$FIXTURES/audio/hoppipolla.flac" "more/$n.flac"
			printf '%s' "$n" >>"more/$n.flac"
			lib-import -q more | lib-commit -q
			lib-commit -q --amend 1 "comment=$n"
			lib-commit -q --remove 2
			lib-sweep -q orphans || true
			lib-commit -q --restore 2 || true
		done
	) 3>&- >/dev/null 2>&1 &
	writer=$!
	runs=0
	while kill -0 $writer 2>/dev/null; do
		status=0
		lib-sweep -q --wait 60 verify 2>err || status=$?
		[ "$status" -eq 0 ] || [ "$status" -eq 75 ] || fail "$status: $(cat err)"
		runs=$((runs + 1))
	done
	[ "$runs" -gt 1 ]
	run -0 lib-sweep verify
	[ "$(query "SELECT count(*) FROM event WHERE kind IN ('damaged', 'missing')")" -eq 0 ]
}

@test "the catalogue against itself: what rows contradict is told" {
	main_line
	lib-playlist create Party
	lib-playlist add Party 1 2 3
	python3 - "$FONOTECA_LIBRARY/library.db" <<-'PY'
	import sqlite3, sys
	db = sqlite3.connect(sys.argv[1])
	db.execute("DELETE FROM entry WHERE position = 2")
	db.execute("DELETE FROM doc WHERE track_id = 4")
	db.execute("UPDATE file SET preferred = 0 WHERE track_id = 5")
	db.execute("UPDATE track SET release_id = 9999 WHERE id = 6")
	db.commit()
	PY
	run -3 --separate-stderr lib-sweep verify
	[[ $stderr == *"playlist Party has gaps"* ]]
	[[ $stderr == *"track 4 is not in the search index"* ]]
	[[ $stderr == *"track 5 has no preferred file"* ]]
	[[ $stderr == *"track row 6 names something of release that is not there"* ]]
	[[ $stderr == *": track 6 is in the search index otherwise than in the catalogue"*" faults: lib-sweep repair "* ]]
}

@test "a database that is damaged is broken: status 4" {
	main_line
	lib-sweep -q
	python3 - "$FONOTECA_LIBRARY/library.db" <<-'PY'
	import sqlite3, sys
	db = sqlite3.connect(sys.argv[1])
	page, size = db.execute("SELECT rootpage, (SELECT page_size FROM pragma_page_size) FROM sqlite_schema"
	                        " WHERE name = 'track_artist'").fetchone()
	db.close()
	with open(sys.argv[1], "r+b") as f:
	    f.seek((page - 1) * size + size - 200)
	    f.write(b"\xff" * 100)
	PY
	run -4 --separate-stderr lib-sweep verify
	[[ $stderr == *"SQLite says"*"the database is damaged"* ]] || fail "$stderr"
}

@test "its options belong to it" {
	main_line
	fails 2 lib-sweep --sample 5
	fails 2 lib-sweep --all orphans
	fails 2 lib-sweep --sample 0 verify
	fails 2 lib-sweep --sample 101 verify
	fails 2 lib-sweep --time-limit soon verify
	fails 2 lib-sweep --limit-rate 0 verify
	fails 2 lib-sweep -j0 verify
}
