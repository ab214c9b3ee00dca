#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lib-sweep backup, restore: copies of the catalogue, and the way back.

load helper

setup() {
	setup_fonoteca
	requires python3 sqlite3
	COPIES=$FONOTECA_LIBRARY/backup
	DAY=86400
	export FONOTECA_NOW=2000000000
}

# later DAYS
later() {
	FONOTECA_NOW=$((FONOTECA_NOW + $1 * DAY))
}

# newest : the newest copy.
newest() {
	find "$COPIES" -name '*.db.gz' | sort | tail -n 1
}

copies() {
	find "${1:-$COPIES}" -name 'library-*.db.gz' | wc -l
}

titles() {
	lib-search -s id -f '$id $title'
}

@test "a copy is whole, has its check sum, and names the blobs that it needs" {
	main_line
	run -0 --separate-stderr lib-sweep backup
	[[ $output == "backup: 1 made, "*B ]]
	copy=$(newest)
	[ "$(stat -c %a "$copy")" = 600 ]
	(cd "$COPIES" && sha256sum --quiet -c -- *.sha256)
	gzip -dc "$copy" >copy.db
	[ "$(sqlite3 copy.db 'PRAGMA integrity_check')" = ok ]
	[ "$(sqlite3 copy.db 'SELECT count(*) FROM track')" -eq "$(lib-search --count)" ]
	gzip -dc "${copy%.db.gz}.blobs.gz" | sort | diff - <(cd "$FONOTECA_LIBRARY" && find blobs -type f | sort)
	[ "$(query "SELECT count(*) FROM backup")" -eq 1 ]
	find "$COPIES" -name '*.part' | diff - /dev/null
	lib-sweep backup # within the same second
	[ "$(copies)" -eq 2 ]
	intact
}

@test "--to copies elsewhere, and --keep thins out there" {
	main_line
	mkdir away
	echo mine >away/library-notes.txt
	for _ in 1 2 3 4; do
		later 1
		lib-sweep -q --to away --keep 2 backup
	done
	[ "$(copies away)" -eq 2 ]
	[ "$(find away -type f | wc -l)" -eq 7 ]
	[ "$(copies)" -eq 0 ]
	fails 2 lib-sweep --to away
	fails 2 lib-sweep --to "$FONOTECA_LIBRARY/blobs" backup
	[[ $stderr == *"/blobs is inside the library: without --to copies go to its backup/" ]]
	fails 4 lib-sweep --to nowhere backup
}

@test "by itself: once a day, and only if anything was changed; silent" {
	main_line
	run -0 --separate-stderr lib-sweep
	[ -z "$output$stderr" ]
	[ "$(copies)" -eq 1 ]
	later 2
	lib-sweep
	[ "$(copies)" -eq 1 ]
	lib-commit -q --amend 1 title=Changed
	lib-sweep
	[ "$(copies)" -eq 2 ]
	lib-commit -q --amend 1 title="Changed again"
	lib-sweep
	[ "$(copies)" -eq 2 ]
	later 1
	run -0 lib-sweep -n
	[[ $output == *"backup: would be: 1 made"* ]]
	[ "$(copies)" -eq 2 ]
	lib-sweep
	[ "$(copies)" -eq 3 ]
}

@test "of two years of copies some of each day, week and month stay" {
	main_line
	FONOTECA_NOW=$((FONOTECA_NOW / DAY * DAY)) lib-sweep -q backup
	base=$(newest)
	python3 - "$COPIES" "$base" <<-'PY'
	import os, shutil, sys, time
	folder, base = sys.argv[1:]
	for n in range(1, 700):
	    name = time.strftime("library-%Y%m%dT%H%M%SZ", time.gmtime(2000000000 // 86400 * 86400 - n * 86400 + 3600))
	    for suffix in (".db.gz", ".db.gz.sha256", ".blobs.gz"):
	        shutil.copy(base[:-6] + suffix, os.path.join(folder, name + suffix))
	PY
	later 1
	lib-sweep -q backup
	left=$(find "$COPIES" -name '*.db.gz' -printf '%f\n' | sort -r)
	n=$(wc -l <<<"$left")
	[ "$n" -ge 18 ] && [ "$n" -le 23 ] # 7 days, 3 to 4 weeks before, 10 to 12 months before
	[ "$(find "$COPIES" -type f | wc -l)" -eq $((3 * n)) ]
	first=$(tail -n 1 <<<"$left")
	[[ $first == library-2032* ]] # not older than a year and a month
}

@test "restore goes back; what was changed since is kept; ids are not given again" {
	main_line
	lib-playlist create Party
	lib-playlist add Party 1 2 3
	lib-sweep -q backup
	cp "$(newest)" copy.db.gz
	titles >before
	later 1
	lib-commit -q --amend 1 title=Changed
	lib-commit -q --remove 2
	mkdir more
	cp "$FIXTURES/audio/hoppipolla.flac" more/x.flac
	python3 - more/x.flac <<-'PY'
	import sys
	data = open(sys.argv[1], "rb").read()
	open(sys.argv[1], "wb").write(data.replace(b"Hopp", b"Popp"))
	PY
	lib-import -q more | lib-commit -q --on-conflict=ignore
	last=$(query "SELECT max(id) FROM track")
	fails 4 lib-sweep restore copy.db.gz
	[[ $stderr == *"goes on to event"*"--force"* ]]
	run -0 lib-sweep -n --force restore copy.db.gz
	[ "$(titles | grep -c Changed)" -eq 1 ]
	run -0 --separate-stderr lib-sweep --force restore copy.db.gz
	[[ $output == "restore: "*" tracks, 0 blobs missing" ]]
	[[ $stderr == *"as it was is in backup/"* ]]
	titles | diff before -
	lib-playlist show Party | wc -l | grep -qx 3
	intact
	# the way forward again
	forward=$(newest)
	gzip -dc "$forward" >now.db
	[ "$(sqlite3 now.db "SELECT title FROM track WHERE id = 1")" = Changed ]
	lib-import -q --again more | lib-commit -q --on-conflict=ignore
	[ "$(query "SELECT max(id) FROM track")" -gt "$last" ]
}

@test "a library whose catalogue is lost or broken gets it back; the broken one is kept" {
	main_line
	lib-sweep -q backup
	cp "$(newest)" copy.db.gz
	titles >before
	rm "$FONOTECA_LIBRARY"/library.db*
	fails 4 lib-search love
	run -0 lib-sweep restore copy.db.gz
	titles | diff before -
	head -c 20000 /dev/urandom >"$FONOTECA_LIBRARY/library.db"
	run -0 --separate-stderr lib-sweep restore copy.db.gz
	[[ $stderr == *"backup/damaged-"* ]]
	[ "$(find "$COPIES" -name 'damaged-*.db' -size 20000c | wc -l)" -eq 1 ]
	titles | diff before -
	intact
	later 400
	lib-commit -q --amend 1 title=Changed
	lib-sweep -q
	[ "$(find "$COPIES" -name 'damaged-*' | wc -l)" -eq 0 ]
}

@test "a new library from a copy alone: everything is there, its files are missing until they come" {
	main_line
	lib-sweep -q backup
	copy=$(newest)
	(
		export FONOTECA_LIBRARY=$PWD/other
		run -3 --separate-stderr lib-sweep restore "$copy"
		[ "$(lib-search --count is:missing)" -eq "$(lib-search --count)" ]
		cp -r "$BATS_TEST_TMPDIR/library/blobs/." other/blobs/
		run -0 lib-sweep verify
		[ "$(lib-search --count is:missing)" -eq 0 ]
		intact
	)
}

@test "what is no copy, or is cut short, or altered, changes nothing" {
	main_line
	lib-sweep -q backup
	copy=$(newest)
	before=$(catalogue)
	head -c 9000 "$copy" >cut.db.gz
	fails 4 lib-sweep --force restore cut.db.gz
	[[ $stderr == *"cut.db.gz: it is cut short"* ]]
	python3 - "$copy" <<-'PY'
	import sys
	data = bytearray(open(sys.argv[1], "rb").read())
	data[len(data) // 2] ^= 0xff
	open("altered.db.gz", "wb").write(data)
	PY
	fails 4 lib-sweep --force restore altered.db.gz
	fails 4 lib-sweep --force restore "$FIXTURES/audio/hoppipolla.flac"
	sqlite3 foreign.db 'CREATE TABLE track(id)'
	fails 4 lib-sweep --force restore foreign.db
	[[ $stderr == *"no catalogue of a Fonoteca library"* ]]
	fails 4 lib-sweep restore nowhere.gz
	# and none of them makes a library for itself
	for file in nowhere.gz "$FIXTURES/audio/hoppipolla.flac"; do
		fails 4 lib-sweep -L "$PWD/fresh" restore "$file"
		[ ! -e fresh ] || fail "$file: made a library"
	done
	fails 2 lib-sweep restore
	fails 2 lib-sweep restore a b
	[ "$(catalogue)" = "$before" ]
	find "$COPIES" -name '*.part' | diff - /dev/null
}

@test "a copy of another library wants --force" {
	main_line
	lib-sweep -q backup
	copy=$(newest)
	export FONOTECA_LIBRARY=$PWD/other
	mkdir one
	cp "$FIXTURES/audio/hoppipolla.flac" one/
	lib-import -q one | lib-commit -q
	fails 4 lib-sweep restore "$copy"
	[[ $stderr == *"of another library"* ]]
	[ "$(lib-search --count)" -eq 1 ]
}

@test "not while somebody works on a session" {
	main_line
	lib-sweep -q backup
	cp "$(newest)" copy.db.gz
	python3 - "$FONOTECA_LIBRARY/lock" 3>&- <<-'PY' &
	import fcntl, struct, sys, time
	f = open(sys.argv[1], "r+b")
	fcntl.fcntl(f, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 1009, 1, 0))
	open("held", "w").close()
	time.sleep(60)
	PY
	holder=$!
	while [ ! -e held ]; do sleep 0.02; done
	run -75 --separate-stderr lib-sweep --force restore copy.db.gz
	kill $holder
	run -0 lib-sweep --force restore copy.db.gz
}

@test "trash keeps what a kept copy names, and only as long as it is kept" {
	main_line
	lib-sweep -q backup
	lib-commit -q --remove 2
	lib-sweep -q orphans
	[ "$(find "$FONOTECA_LIBRARY/trash" -type f | wc -l)" -eq 1 ]
	later 40
	run -0 lib-sweep -v trash
	[[ $output == *"1 kept"* ]]
	[ "$(find "$FONOTECA_LIBRARY/trash" -type f | wc -l)" -eq 1 ]
	# going back to the copy brings the file back, too
	cp "$(newest)" copy.db.gz
	lib-sweep -q --force restore copy.db.gz
	[ "$(find "$FONOTECA_LIBRARY/trash" -type f | wc -l)" -eq 0 ]
	intact
	lib-commit -q --remove 2
	lib-sweep -q orphans
	later 1
	lib-sweep -q --keep 1 backup
	later 40
	run -0 lib-sweep trash
	[[ $output == *"1 deleted"* ]]
	# a copy that cannot be read might name anything
	lib-commit -q --remove 3
	lib-sweep -q orphans
	truncate -s 100 "$COPIES"/*.blobs.gz
	later 40
	run -3 --separate-stderr lib-sweep trash
	[[ $stderr == *"nothing is deleted while a copy cannot be read"* ]]
	[ "$(find "$FONOTECA_LIBRARY/trash" -type f | wc -l)" -eq 2 ] # with the cover of what is gone for good
}

@test "music that came after the copy is no rubbish once the library went back to it" {
	mkdir one two
	cp "$FIXTURES/audio/hoppipolla.flac" one/
	cp "$FIXTURES/audio/all-is-full-of-love.flac" two/
	lib-import -q one | lib-commit -q
	lib-sweep -q backup
	cp "$(newest)" copy.db.gz
	later 1
	lib-import -q --mode=move two | lib-commit -q
	[ ! -e two/all-is-full-of-love.flac ]
	lib-sweep -q --force restore copy.db.gz
	later 100
	run -3 --separate-stderr lib-sweep
	[[ $stderr == *"named by nothing since the catalogue was restored"* ]]
	[ "$(find "$FONOTECA_LIBRARY/blobs" -type f | wc -l)" -ge 2 ]
	[ "$(find "$FONOTECA_LIBRARY/trash" -type f | wc -l)" -eq 0 ]
	# it comes in again from where it lies
	lib-import -q "$FONOTECA_LIBRARY/blobs" | lib-commit -q
	[ "$(lib-search --count 'full love')" -eq 1 ]
	run -0 lib-sweep
	intact
}

@test "killed at any write, a backup leaves nothing under a copy's name that is not whole" {
	requires strace
	main_line
	for n in $(seq 1 7 400); do
		run strace -qq -f -o strace.out -e trace=write,pwrite64,fsync,renameat,renameat2,unlinkat \
			-e "inject=write,pwrite64,fsync,renameat,renameat2,unlinkat:signal=KILL:when=$n" lib-sweep backup
		for copy in "$COPIES"/*.db.gz; do
			[ -e "$copy" ] || continue
			gzip -t "$copy"
			(cd "$COPIES" && sha256sum --quiet -c "${copy##*/}.sha256")
		done
		[ "$status" -ne 0 ] || break
	done
	[ "$n" -gt 10 ]
	[ "$status" -eq 0 ]
	later 1
	lib-sweep -q backup
	find "$COPIES" -name '*.part' | diff - /dev/null
	for piece in "$COPIES"/*; do
		name=${piece##*/}
		[ -e "$COPIES/${name%%.*}.db.gz" ] || fail "$name is left"
	done
	intact
}

@test "a clock that was years ahead once puts off no copy, and costs none" {
	main_line
	FONOTECA_NOW=1900000000 lib-sweep -q backup
	lib-commit -q --amend 1 title=Later
	run -0 lib-sweep --keep=1 backup
	[ "$(ls "$FONOTECA_LIBRARY"/backup | grep -c 'db.gz$')" -eq 1 ]
	[[ ! "$(ls "$FONOTECA_LIBRARY"/backup)" == *library-2030* ]]
	FONOTECA_NOW=1900000000 lib-sweep -q backup
	lib-commit -q --amend 1 title=Again
	FONOTECA_NOW=$(($(date +%s) + 2 * 86400)) run -0 lib-sweep -v # by itself
	[[ $output$stderr == *"backup: "*"made"* ]]
}

@test "a task that fails does not say that there was nothing to do" {
	main_line
	rm -r "$FONOTECA_LIBRARY/backup"
	touch "$FONOTECA_LIBRARY/backup"
	run -4 --separate-stderr lib-sweep -v backup
	[[ $stderr == *"lib-sweep: backup: "*"Not a directory"* ]]
	[ -z "$output" ]
}

@test "links that somebody plants where a copy is being written lead nowhere" {
	main_line
	echo precious >victim
	: >empty
	"$PYTHON" - "$COPIES" 3>&- <<-'PY' &
	import os, sys, time
	end = time.time() + 60
	turn = 0
	while time.time() < end and not os.path.exists("enough"):
	    for name in os.listdir(sys.argv[1]):
	        if not name.endswith(".part"):
	            continue
	        turn += 1
	        target = os.path.abspath(["victim", "empty", "absent"][turn % 3])
	        try:
	            (os.link if turn % 6 == 3 else os.symlink)(target, "link")
	            os.rename("link", sys.argv[1] + "/" + name)
	        except OSError:
	            pass
	PY
	swapper=$!
	for ((i = 0; i < 8; i++)); do
		lib-sweep -q backup 2>said || [ $? -eq 4 ] || fail "$(cat said)"
		later 1
	done
	touch enough
	wait $swapper
	[ "$(cat victim)" = precious ]
	[ ! -s empty ] && [ ! -e absent ]
	for copy in "$COPIES"/*.db.gz; do
		[ ! -e "$copy" ] || (cd "$COPIES" && sha256sum --quiet -c "${copy##*/}.sha256" && gzip -dc "$copy" | grep -q SQLite)
	done
	# what lies there already under such a name, and is somebody else's file as well
	stamp=$(TZ=UTC date -d @1999999999 +%Y%m%dT%H%M%SZ)
	for name in "library-$stamp.part" "library-$stamp.db.gz.part" "library-$stamp.blobs.gz" restore.part; do
		ln victim "$COPIES/$name"
	done
	FONOTECA_NOW=1999999999 lib-sweep -q backup
	lib-sweep -q --force restore "$COPIES/library-$stamp.db.gz"
	[ "$(cat victim)" = precious ]
	requires strace
	strace -f -qq -o trace -e trace=openat lib-sweep -q backup
	[ "$(grep -c '\.part"' trace)" -ge 4 ]
	! grep '\.part"' trace | grep -v O_NOFOLLOW
}
