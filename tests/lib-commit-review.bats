# SPDX-License-Identifier: MIT
# lib-commit: what a commit would do, item by item, and that it does just that
load helper

setup() {
	setup_fonoteca
	requires python3 mutagen
}

piece() {
	"$PYTHON" "$TREE/tests/fixtures/make-piece.py" "$@"
}

# a_bit_of_all : session s3, in which every verdict comes up.
a_bit_of_all() {
	mkdir music more
	piece music/retag.flac title=Old tracknumber=1 audio=retag
	piece music/known.flac title=Known tracknumber=2
	piece music/place.flac title=Place tracknumber=3
	piece music/joined.flac title=Joined tracknumber=4 audio=joined
	piece music/gone.flac title=Gone tracknumber=5
	lib-import -q music | lib-commit >log
	sha=$(sha256sum <music/gone.flac | cut -d ' ' -f 1)
	python3 - "$FONOTECA_LIBRARY/library.db" "$sha" <<-'PY'
	import sqlite3, sys
	db = sqlite3.connect(sys.argv[1])
	db.execute("INSERT INTO removed VALUES (?, 0, NULL, 'removed')", (bytes.fromhex(sys.argv[2]),))
	db.execute("UPDATE file SET state = 'removed', preferred = 0 WHERE blob_id = (SELECT id FROM blob WHERE sha256 = ?)",
	           (bytes.fromhex(sys.argv[2]),))
	db.commit()
	PY
	piece music/retag.flac title=New tracknumber=1 audio=retag
	cp music/known.flac more/known.flac
	cp music/gone.flac more/gone.flac
	piece more/place.flac title=Place tracknumber=3
	piece more/hits.flac title=Joined tracknumber=1 album=Hits audio=joined
	piece more/fresh.flac title=Fresh tracknumber=6
	cp more/fresh.flac more/twice.flac
	piece more/within.flac title=Fresh tracknumber=6
	cp "$FIXTURES/damaged/cut-gruppa-krovi.wav" more/damaged.wav
	head -c 3000 /dev/zero >more/broken.mp3
	chmod 0 more/broken.mp3
	lib-import -q music/retag.flac more >id || true
}

@test "--show tells of every item what becomes of it, to whom it belongs, and why" {
	a_bit_of_all
	run -0 lib-commit --show s2
	awk -F '\t' 'NF != 4 && !/^s2: / { exit 1 }' <<<"$output"
	sed "s|$PWD/||g" <<<"$output" | grep -v broken | sort >got
	diff got - <<-END
	conflict	more/place.flac	track 4: the same number, title and length	
	conflict	more/within.flac	the track of more/fresh.flac: the same number, title and length	
	duplicate	more/known.flac	track 3	
	duplicate	more/twice.flac	the track of more/fresh.flac	
	new	more/damaged.wav		$(grep -o 'damaged;.*' got)
	new	more/fresh.flac		
	new	more/hits.flac	the recording of track 2 (audio)	
	removed-earlier	more/gone.flac	track 1	
	retag	music/retag.flac	track 5	
	$(grep '^s2: ' got)
	END
	grep -q '^new.*more/damaged.wav.*damaged; .' got
	grep -q '^s2: .*3 new, 2 duplicate, 2 conflict, 1 retagged, 1 removed earlier' got
	lib-commit --json --show s2 | is_json
	lib-commit --json --show s2 | python3 -c '
import json, os, sys
rows = [json.loads(line) for line in sys.stdin]
by = {os.path.basename(r["source"]): r for r in rows if r["type"] == "item"}
assert by["place.flac"]["track"] == 4 and by["place.flac"]["why"] == "number" and by["place.flac"]["action"] == "attach"
assert by["within.flac"]["item"] == by["fresh.flac"]["id"] and "track" not in by["within.flac"]
assert by["hits.flac"]["recording_of"] == 2 and by["hits.flac"]["known_by"] == "audio"
assert by["retag.flac"]["verdict"] == "retag" and by["retag.flac"]["track"] == 5
assert by["damaged.wav"]["damaged"] is True and by["damaged.wav"]["notes"]
total = rows[-1]
assert total["type"] == "summary" and total["items"] == len(rows) - 1
assert total["new"] == 3 and total["conflicts"] == 2 and total["retagged"] == 1 and total["removed_earlier"] == 1'
}

@test "--show, --dry-run and the commit agree, whatever the policy" {
	a_bit_of_all
	cp -r "$FONOTECA_LIBRARY" saved
	for policy in attach ignore skip; do
		rm -rf "$FONOTECA_LIBRARY"
		cp -r saved "$FONOTECA_LIBRARY"
		run -0 lib-commit -n --on-conflict=$policy s2
		would=${output#*: }
		lib-commit --json --on-conflict=$policy --show s2 >shown
		run -0 lib-commit --on-conflict=$policy s2
		[ "${output#*: }" = "$would" ] || fail "$policy: ${output#*: }, not $would"
		python3 - "$FONOTECA_LIBRARY/library.db" shown <<-'PY'
		import json, sqlite3, sys
		db = sqlite3.connect(sys.argv[1])
		state = {"new": "committed", "retag": "committed", "restored": "committed"}
		n = 0
		for r in map(json.loads, open(sys.argv[2])):
		    if r["type"] != "item":
		        continue
		    is_state, track = db.execute("SELECT state, track_id FROM item WHERE id = ?", (r["id"],)).fetchone()
		    assert is_state == state.get(r["verdict"], r["verdict"]), (r, is_state)
		    if "track" in r:
		        assert track == r["track"], (r, track)
		    if "item" in r and is_state != "skipped":
		        assert track == db.execute("SELECT track_id FROM item WHERE id = ?", (r["item"],)).fetchone()[0], r
		    if "recording_of" in r:
		        a, b = [db.execute("SELECT recording_id FROM track WHERE id = ?", (t,)).fetchone()[0]
		                for t in (track, r["recording_of"])]
		        assert a == b, r
		    n += 1
		assert n >= 9
		PY
		intact
	done
	rm -rf "$FONOTECA_LIBRARY"
	cp -r saved "$FONOTECA_LIBRARY"
	before=$(catalogue)
	run -0 lib-commit -n --on-conflict=fail s2
	[[ $output == *"2 conflicts"* ]]
	fails 4 lib-commit --on-conflict=fail s2
	[ "$(catalogue)" = "$before" ]
	[ "$(query "SELECT commit_error ->> '$.code', commit_error ->> '$.step' FROM session WHERE id = 2")" = "DUPLICATE_PIECE|decide" ]
	[ "$(query "SELECT CAST(path AS TEXT) LIKE '%/place.flac' OR CAST(path AS TEXT) LIKE '%/within.flac' FROM item
		WHERE id = (SELECT commit_error ->> '$.item' FROM session WHERE id = 2)")" = 1 ]
}

@test "the same set again names the first commit, as long as all of it is there" {
	mkdir music
	piece music/a.flac
	piece music/b.flac title=Other tracknumber=2
	lib-import -q music | lib-commit >log
	cp -r music again
	run -0 bash -c 'lib-import -q again | lib-commit'
	[ "$output" = "s2 committed: 0 tracks, 2 duplicates, 0 failed (the same files as s1)" ]
	lib-import -q --again again >id
	run -0 lib-commit --json s3
	[[ $output == *'"same_as":"s1"'* ]]
	piece again/c.flac title=Third tracknumber=3
	run -0 bash -c 'lib-import -q again | lib-commit'
	[[ $output != *"the same files"* ]]
}

@test "a staged file that was altered is found before anything changes; commit_error names item and step" {
	mkdir music
	piece music/a.flac
	piece music/b.flac title=Other tracknumber=2
	lib-import -q music >id
	sha=$(sha256sum <music/b.flac | cut -d ' ' -f 1)
	chmod u+w "$FONOTECA_LIBRARY/staging/s1/$sha.flac"
	truncate -s 10 "$FONOTECA_LIBRARY/staging/s1/$sha.flac"
	before=$(catalogue)
	fails 4 lib-commit s1
	[ "$(catalogue)" = "$before" ]
	[ -z "$(find "$FONOTECA_LIBRARY/blobs" -type f)" ]
	[ "$(query "SELECT commit_error ->> '$.step', commit_error ->> '$.code', (SELECT path FROM item WHERE id = commit_error ->> '$.item')
		= CAST('$PWD/music/b.flac' AS BLOB), length(commit_error ->> '$.reason') > 10 FROM session")" = "check|CHANGED|1|1" ]
	run -0 lib-commit --json --list
	[[ $output == *'"commit_error":{"step":"check"'* ]]
	run -3 --separate-stderr lib-commit --show s1
	[[ $stderr == *"the last commit of s1 failed"* ]]
}

@test "a staged file with other bytes, but of the same size, is found too" {
	mkdir music
	piece music/a.flac
	lib-import -q music >id
	staged=$(find "$FONOTECA_LIBRARY/staging/s1" -name '*.flac')
	cp "$staged" whole
	chmod u+w "$staged"
	printf X | dd of="$staged" bs=1 seek=60 conv=notrunc 2>/dev/null
	fails 4 lib-commit s1
	chmod 0444 "$staged" # it may be written by its owner no more, but was
	[ "$(id -u)" -ne 0 ] || printf Y | dd of="$staged" bs=1 seek=61 conv=notrunc 2>/dev/null
	[ "$(id -u)" -ne 0 ] || fails 4 lib-commit --retry s1
	[ -z "$(find "$FONOTECA_LIBRARY/blobs" -type f)" ]
	rm -f "$staged" && cp whole "$staged"
	run -0 lib-commit --retry s1
	intact
}

# altered FILE : another byte in it, and everything about it but its time of change as it was.
altered() {
	touch -r "$1" times
	chmod u+w "$1"
	printf X | dd of="$1" bs=1 seek="${2:-60}" conv=notrunc 2>/dev/null
	chmod 0444 "$1"
	touch -r times "$1"
}

@test "a staged file whose owner has hidden all traces but its time of change is found by --show, -n and the commit" {
	mkdir music
	piece music/a.flac
	piece music/b.flac title=Other tracknumber=2
	lib-import -q music >id
	run -0 lib-commit --show s1
	before=$(catalogue)
	altered "$FONOTECA_LIBRARY/staging/s1/$(sha256sum <music/b.flac | cut -d ' ' -f 1).flac"
	run -3 --separate-stderr lib-commit --show s1
	[[ ${lines[0]} == $'new\t'*/music/a.flac* ]]
	[[ ${lines[1]} == $'altered\t'*$'/music/b.flac\tCHANGED: staging/s1/'*$'its bytes are not those of its name\t' ]]
	[ "${lines[2]}" = "s1: 2 items, 1 new, 1 altered" ]
	[ "$stderr" = "lib-commit: s1 cannot be committed: 1 of its staged files is missing or altered" ]
	fails 4 lib-commit -n s1
	[[ $stderr == *"/music/b.flac: staging/s1/"*"its bytes are not those of its name" ]]
	would=$stderr
	fails 4 lib-commit s1
	[ "$stderr" = "$would" ]
	[ "$(catalogue)" = "$before" ]
}

@test "a staged file that is gone: --show names each, -n and the commit the first" {
	mkdir music
	piece music/a.flac
	piece music/b.flac title=Other tracknumber=2
	cp music/b.flac music/c.flac
	lib-import -q music >id
	rm -r "$FONOTECA_LIBRARY/staging/s1"
	run -3 --separate-stderr lib-commit --show s1
	[ "$(grep -c $'^missing\t.*\tNOT_FOUND: staging/s1/.* is missing' <<<"$output")" = 3 ]
	[ "${lines[3]}" = "s1: 3 items, 3 missing" ]
	run -3 --separate-stderr lib-commit --json --show s1
	python3 -c '
import json, sys
rows = [json.loads(line) for line in sys.stdin]
assert [(r["verdict"], r["code"]) for r in rows[:3]] == [("missing", "NOT_FOUND")] * 3 and rows[0]["reason"]
assert "item" not in rows[2] and rows[3]["missing"] == 3 and rows[3]["new"] == 0 and rows[3]["duplicates"] == 0' <<<"$output"
	fails 4 lib-commit -n s1
	fails 4 lib-commit s1
	[[ $stderr == *"/music/a.flac: staging/s1/"* ]]
}

@test "a staged picture that was altered, and a link whose source went, are looked at too" {
	mkdir music
	piece music/a.flac
	cp "$(find "$FIXTURES" -name '*.jpg' | head -n 1)" music/cover.jpg
	lib-import -q music >id
	altered "$(find "$FONOTECA_LIBRARY/staging/s1" -name '*.jpg')" 200
	fails 4 lib-commit s1
	[[ $stderr == *"/music/a.flac: staging/s1/"*".jpg: its bytes"* ]]
	lib-commit -q --reject s1 >/dev/null
	touch -d -1hour music/a.flac
	lib-import -q --mode=hardlink music >id
	altered music/a.flac
	rm music/a.flac
	fails 4 lib-commit s2
	[[ $stderr == *"/music/a.flac: was written to since it was imported: "* ]]
}

@test "what an import before these times were kept has staged is read" {
	mkdir music
	piece music/a.flac
	lib-import -q music >id
	python3 - "$FONOTECA_LIBRARY/library.db" <<-'PY'
	import sqlite3, sys
	db = sqlite3.connect(sys.argv[1])
	assert db.execute("SELECT staged_ns FROM item").fetchone()[0] > 10**18
	db.execute("UPDATE item SET staged_ns = NULL")
	db.commit()
	PY
	cp -r "$FONOTECA_LIBRARY" saved
	run -0 lib-commit s1
	rm -r "$FONOTECA_LIBRARY" && cp -r saved "$FONOTECA_LIBRARY"
	altered "$(find "$FONOTECA_LIBRARY/staging/s1" -name '*.flac')"
	fails 4 lib-commit s1
}

@test "a commit that nobody disturbed reads no staged file again" {
	requires strace
	mkdir music
	piece music/a.flac
	piece music/b.flac title=Other tracknumber=2
	cp "$(find "$FIXTURES" -name '*.jpg' | head -n 1)" music/cover.jpg
	lib-import -q music >id
	strace -qq -o calls -e trace=openat lib-commit s1
	[ "$(grep -cE '"[0-9a-f]{64}\.' calls)" = 0 ]
	grep -q '"s1"' calls
}

@test "the second committer of a session gets 75" {
	requires strace
	mkdir music
	piece music/a.flac
	lib-import -q music >id
	strace -qq -o /dev/null -e trace=fsync -e inject=fsync:delay_exit=1500000:when=1 lib-commit s1 >first 3>&- &
	sleep 0.6
	run -75 lib-commit s1
	[[ $output == *"s1"* ]]
	wait $!
	[ "$(cat first)" = "s1 committed: 1 track, 0 duplicates, 0 failed" ]
}

@test "thousands of items: shown and committed in little memory" {
	"$FONOTECA_BUILD/unit/commit" 2000 same >out
	"$FONOTECA_BUILD/unit/commit" 3000 >out
	most=$(sed -nE 's/.* ms, ([0-9]+) MB at most/\1/p' out)
	[ "$most" -gt 0 ]
	[ -n "${FONOTECA_SAN-}" ] || [ "$most" -lt 48 ] # a sanitizer has its own ideas of memory
}

@test "--show of a rejected session says that nothing of it can be committed" {
	lib-import -q "$FIXTURES/audio" >id
	lib-commit -q --reject "$(cat id)" >/dev/null
	run -0 --separate-stderr lib-commit --show "$(cat id)"
	[ "$stderr" = "lib-commit: $(cat id) is rejected: nothing of it can be committed" ]
}
