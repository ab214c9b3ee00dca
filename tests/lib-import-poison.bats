#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lib-import(1) and what hurts: files that make their reader loop, crash or balloon, and broken ones by the
# hundred.  Each costs its own entry and nothing else.
# not under SAN

load helper

# count_workers : from now on each media worker that starts leaves a line in ./workers.
count_workers() {
	printf '#!/bin/sh\necho >>%s/workers\nexec %s/libexec/media-worker "$@"\n' "$PWD" "$FONOTECA_BUILD" >worker
	chmod +x worker
	export FONOTECA_WORKER=$PWD/worker
}

# pill NAME SUFFIX : swallow it between two good neighbours, which must come in; what became of it in $item as
# "state|code|reason", lib-import's status in $status, the workers it took in $workers.  Memory is kept to.
pill() {
	local main child
	mkdir m
	count_workers
	cp "$FIXTURES/audio/love-will-tear-us-apart.mp3" m/1.mp3
	cp "$FIXTURES/audio/roads.wv" m/9.wv
	python3 "$FIXTURES/pills.py" "$1" "m/5.$2"
	status=0
	python3 "$FIXTURES/watch-memory.py" memory lib-import -q -j1 m >id 2>err || status=$?
	[ "$(cat id)" = s1 ]
	item=$(query "SELECT state, code, reason FROM item WHERE CAST(path AS TEXT) LIKE '%/5.%'")
	[ "$(query "SELECT count(*) FROM item WHERE state = 'staged' AND CAST(path AS TEXT) NOT LIKE '%/5.%'")" = 2 ]
	IFS=' =' read -r _ main _ child <memory
	workers=$(wc -l <workers)
	[ "$main" -le 65536 ] || fail "lib-import took $main KiB"
	[ "$child" -le $((512 * 1024)) ] || fail "a worker took $child KiB"
	staging_intact
}

# fatal REASON : the pill has failed with it, and its worker was replaced.
fatal() {
	[ "$1" = "tag reader did not finish within 10 s" ] ||
		[ "$(query "SELECT count(*) FROM item WHERE reason LIKE 'tag reader did not finish%' AND attempts = 2")" = 0 ] ||
		skip "the machine is too busy to tell"
	# shellcheck disable=SC2053
	[[ $item == failed\|MALFORMED\|$1 ]] || fail "$item"
	[ "$status" -eq 3 ]
	grep -q "m/5\..*: ${item##*|}\$" err
	[ "$workers" -ge 2 ] || fail "$workers worker"
}

# harmless : it came in like others.
harmless() {
	[ "$item" = "staged||" ] || fail "$item"
	[ "$status" -eq 0 ]
	lib-commit -q s1
	intact
}

@test "pill: a loop without end" {
	pill hang wv
	fatal "tag reader did not finish within 10 s"
}

@test "pill: boxes in boxes" {
	pill nest m4a
	fatal "tag reader crashed (signal 11)"
}

@test "pill: a frame that unpacks to 200 MB" {
	pill zbomb mp3
	fatal "its tags need more than 512 MiB"
}

@test "pill: packed frames in packed frames" {
	pill zbomb2 mp3
	fatal "its tags need more than 512 MiB"
}

@test "pill: a million tiny frames" {
	pill frames mp3
	fatal "its tags need more than 512 MiB"
}

@test "pill: a title of 120 MB" {
	pill tag mp3
	fatal "its tags need more than 512 MiB"
}

@test "pill: two million chunks of nothing" {
	pill chunks wav
	harmless
}

@test "pill: a million empty blocks" {
	pill blocks flac
	harmless
}

@test "pill: four thousand million comments that are not there" {
	pill comments ogg
	harmless
}

@test "pill: a packet that does not end" {
	pill endless ogg
	harmless
}

@test "pill: eight pictures of 15 MB" {
	pill pictures mp3
	harmless
}

@test "pill: a title of 10 MB" {
	pill title mp3
	harmless
	[ "$(query "SELECT max(length(title)) <= 1048576 FROM track")" = 1 ]
}

@test "pill: a NUL and an escape in a title" {
	pill nul mp3
	harmless
	run -0 --separate-stderr lib-search Love
	[[ $output != *$'\e'* ]]
	[ "$(query "SELECT count(*) FROM track WHERE instr(title, char(0)) OR instr(title, char(27))")" = 0 ]
}

@test "pill: a sparse file larger than any disk" {
	truncate -s 4T probe 2>/dev/null || skip "no sparse files of 4 TB here"
	rm probe
	pill giant wav
	[ "$item" = "failed|MALFORMED|is mostly holes, and larger than the library's disk" ]
	[ "$status" -eq 3 ]
}

@test "all pills at once, on many threads" {
	local p
	mkdir m
	count_workers
	cp "$FIXTURES"/audio/*.* m
	for p in nest zbomb zbomb2 frames tag pictures title nul; do
		python3 "$FIXTURES/pills.py" $p m/$p.$([ $p = nest ] && echo m4a || echo mp3)
		python3 "$FIXTURES/pills.py" $p m/0$p.$([ $p = nest ] && echo m4a || echo mp3)
		printf '%s' again >>m/0$p.$([ $p = nest ] && echo m4a || echo mp3)
	done
	status=0
	python3 "$FIXTURES/watch-memory.py" memory lib-import -q -j8 m >id 2>err || status=$?
	[ "$status" -eq 3 ]
	[ "$(query "SELECT state, count(*) FROM item GROUP BY state")" = "$(printf 'failed|10\nstaged|26')" ]
	IFS=' =' read -r _ main _ child <memory
	[ "$main" -le 65536 ] || fail "lib-import took $main KiB"
	[ "$child" -le $((512 * 1024)) ]
	[ "$(wc -l <workers)" -ge 10 ]
	lib-commit -q s1
	intact
}

@test "three hundred mutated and truncated files: no neighbour is lost" {
	python3 "$FIXTURES/mutate.py" "$FIXTURES/audio" m "${MUTATIONS:-300}"
	cp "$FIXTURES"/audio/*.* m
	status=0
	lib-import -q m >id 2>err || status=$?
	[ "$status" -eq 0 ] || [ "$status" -eq 3 ]
	[ "$(cat id)" = s1 ]
	# each is an item or was no audio, each failure has its reason, and the good ones are all there
	[ "$(query "SELECT (SELECT count(*) FROM item) + skipped FROM session")" = \
		"$(find m -type f | wc -l)" ]
	[ "$(query "SELECT count(*) FROM item WHERE state NOT IN ('staged', 'failed') OR
		(state = 'failed' AND (code IS NULL OR reason = ''))")" = 0 ]
	[ "$(grep -c '^lib-import: ' err)" = "$(query "SELECT count(*) FROM item WHERE state = 'failed'")" ]
	for f in "$FIXTURES"/audio/*.*; do
		[ "$(query "SELECT count(*) > 0 FROM item WHERE state = 'staged' AND
			CAST(path AS TEXT) LIKE '%/${f##*/}'")" = 1 ] || fail "$f"
	done
	staging_intact
	lib-commit -q s1
	intact
	run lib-search --json love
	is_json <<<"$output"
}

@test "what the kernel lacks for the sandbox is noted, once" {
	requires strace
	run -0 --separate-stderr strace -f -qq -o /dev/null -e trace=landlock_create_ruleset \
		-e inject=landlock_create_ruleset:error=EOPNOTSUPP lib-import -j4 "$FIXTURES/audio"
	[ "$(grep -c "lib-import: tags were read without landlock: this kernel has none" <<<"$stderr")" = 1 ]
	[ "$(query "SELECT count(*) FROM item WHERE state = 'staged'")" = 20 ]
}
