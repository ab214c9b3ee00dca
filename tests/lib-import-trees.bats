#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lib-import(1) and folders that are too large, too deep, in a circle, or not there any more.
# not under SAN

load helper

@test "a folder of 100,000 files" {
	mkdir m
	python3 - <<-'PY'
	import os
	for i in range(100000):
	    os.close(os.open("m/%06d.dat" % i, os.O_CREAT | os.O_WRONLY))
	PY
	cp "$FIXTURES/audio/untagged.wav" m/0.wav
	cp "$FIXTURES/audio/roads.wv" m/050000.wv
	cp "$FIXTURES/audio/love-will-tear-us-apart.mp3" m/z.mp3
	python3 "$FIXTURES/watch-memory.py" memory lib-import -q m >id
	[ "$(query "SELECT state, count(*) FROM item GROUP BY state")" = "staged|3" ]
	[ "$(query "SELECT skipped FROM session")" = 100000 ]
	IFS=' =' read -r _ main _ child <memory
	[ "$main" -le 65536 ] || fail "lib-import took $main KiB"
	[ "$child" -le 65536 ]
}

@test "folders 1,000 deep, under names that no call takes at once" {
	python3 - "$FIXTURES/audio" <<-'PY'
	import os, shutil, sys
	shutil.copy(sys.argv[1] + "/untagged.wav", "0.wav")
	os.mkdir("m")
	shutil.copy("0.wav", "m/0.wav")
	fd = os.open("m", os.O_RDONLY)
	for i in range(1000):
	    os.mkdir("folder-%d" % i, dir_fd=fd)
	    fd, old = os.open("folder-%d" % i, os.O_RDONLY, dir_fd=fd), fd
	    os.close(old)
	out = os.open("deep.wav", os.O_CREAT | os.O_WRONLY, dir_fd=fd)
	os.write(out, open("0.wav", "rb").read() + b"x")
	out = os.open("broken.m4a", os.O_CREAT | os.O_WRONLY, dir_fd=fd)
	os.write(out, open(sys.argv[1] + "/../damaged/cut-computer-love.m4a", "rb").read())
	PY
	run -3 --separate-stderr lib-import -q m
	[ "$output" = s1 ]
	[[ $stderr == *"/folder-999/broken.m4a: "*[a-z] ]]
	[ "$(query "SELECT count(*) FROM item WHERE state = 'staged'")" = 2 ]
	[ "$(query "SELECT max(length(path)) > 9000 FROM item")" = 1 ]
	# by its name it is found again, too
	python3 - "$FIXTURES/audio/plain.aac" <<-'PY'
	import os, sys
	fd = os.open("m", os.O_RDONLY)
	for i in range(1000):
	    fd, old = os.open("folder-%d" % i, os.O_RDONLY, dir_fd=fd), fd
	    os.close(old)
	out = os.open("broken.m4a", os.O_TRUNC | os.O_WRONLY, dir_fd=fd)
	os.write(out, open(sys.argv[1], "rb").read())
	PY
	run -0 --separate-stderr lib-import -q --retry s1
	[ "$(query "SELECT count(*) FROM item WHERE state = 'staged'")" = 3 ]
	lib-commit -q s1
	intact
	rm -rf m
}

@test "links in a circle end, also when they are followed" {
	mkdir -p m/a/b n
	cp "$FIXTURES/audio/untagged.wav" m/a/b
	ln -s ../.. m/a/b/up
	ln -s b m/a/c
	ln -s "$PWD/m" n/m
	ln -s . n/self
	ln -s loop2 m/loop1
	ln -s loop1 m/loop2
	run -3 --separate-stderr timeout 60 lib-import -q --dereference m n
	[ "$output" = s1 ]
	[ "$(grep -c 'Too many levels of symbolic links' <<<"$stderr")" -ge 2 ]
	[ "$(query "SELECT count(*) >= 2 FROM item WHERE state = 'staged'")" = 1 ]
	run -0 --separate-stderr timeout 60 lib-import -q --set comment=x m
	[ "$(query "SELECT count(*) FROM item WHERE session_id = 2")" = 1 ]
}

@test "files that grow, shrink or go away while they are copied" {
	requires strace
	local f i
	mkdir m
	for f in grow shrink gone; do
		python3 - "$FIXTURES/audio/love-will-tear-us-apart.mp3" m/$f.mp3 <<-'PY'
		import sys
		open(sys.argv[2], "wb").write(open(sys.argv[1], "rb").read() + b"\0" * (3 << 20) + sys.argv[2].encode())
		PY
	done
	cp "$FIXTURES/audio/untagged.wav" m
	strace -f -qq -o /dev/null -e trace=pread64 -P "$PWD/m/grow.mp3" -P "$PWD/m/shrink.mp3" -P "$PWD/m/gone.mp3" \
		-e inject=pread64:delay_enter=50000 lib-import -q -j4 m >id 2>err 3>&- &
	for ((i = 0; i < 60; i++)); do
		sleep 0.05
		printf x >>m/grow.mp3
		truncate -s -10 m/shrink.mp3
		[ $i -ne 5 ] || rm -f m/gone.mp3
	done
	status=0
	wait $! || status=$?
	[ "$status" -eq 0 ] || [ "$status" -eq 3 ]
	[ "$(cat id)" = s1 ]
	[ "$(query "SELECT count(*) FROM item WHERE state = 'failed' AND (code <> 'CHANGED' OR due IS NULL)
		AND CAST(path AS TEXT) NOT LIKE '%gone.mp3'")" = 0 ]
	[ "$(query "SELECT count(*) FROM item WHERE state = 'staged' AND CAST(path AS TEXT) LIKE '%untagged.wav'")" = 1 ]
	[ "$(query "SELECT sum(attempts) FROM item")" -gt 4 ]
	staging_intact
	run -0 --separate-stderr bash -c 'rm -f m/gone.mp3; lib-import -q --set comment=x m'
	[ "$(query "SELECT count(*) FROM item WHERE session_id = 2 AND state = 'staged'")" = 3 ]
}

@test "a root that goes away during the walk" {
	local i
	mkdir m
	for ((i = 0; i < 300; i++)); do
		mkdir "m/$i"
		{ head -c $((i + 1)) /dev/zero; cat "$FIXTURES/audio/love-will-tear-us-apart.mp3"; } >"m/$i/x.mp3"
	done
	lib-import -q m >id 2>err 3>&- &
	local pid=$!
	sleep 0.15
	rm -rf m
	status=0
	wait $pid || status=$?
	[ "$status" -eq 0 ] || [ "$status" -eq 3 ]
	[ "$(cat id)" = s1 ]
	[ "$(query "SELECT state FROM session")" = staged ]
	staging_intact
	[ "$(query "SELECT count(*) FROM item WHERE state = 'staged'")" = 0 ] || lib-commit -q s1
}
