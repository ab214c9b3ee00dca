# SPDX-License-Identifier: MIT
# A walk: a script of somebody's CI, which knows nothing but JSON, NUL and exit statuses.
load ../helper

setup() {
	setup_fonoteca
	requires jq
	FONOTECA_LIBRARY=$HOME/.local/share/fonoteca # nobody named one
	export -n FONOTECA_LIBRARY
	mkdir music
	cp "$FIXTURES"/audio/* "$FIXTURES"/damaged/* music
	head -c 60 music/hoppipolla.flac >music/broken.flac
}

# json STATUS COMMAND... : its stdout is lines of JSON of version 1 and a type; they go on to stdout.
json() {
	local want=$1 got=0
	shift
	"$@" --json >json.out 2>json.err || got=$?
	[ "$got" -eq "$want" ] || fail "$*: status $got: $(cat json.err)"
	jq -es 'length > 0 and all(.[]; .v == 1 and (.type | type) == "string")' json.out >/dev/null ||
		fail "$*: $(cat json.out)"
	! grep -q null json.out || fail "$*: null in $(cat json.out)"
	cat json.out
}

# has KEYS : the last object on stdin has these keys, whatever is 0.
has() {
	jq -es --arg keys "$1" '($keys | split(" ")) - (last | keys) == []' >/dev/null || fail "not all of: $1"
}

@test "a pipeline asserts on JSON from the first import to the health of the library" {
	# import and commit
	json 0 lib-import --dry-run music | jq -es 'last.type == "summary" and last.staged == (map(select(.type == "file")) | length)'
	session=$(json 3 lib-import music | jq -r .id)
	[ "$session" = s1 ]
	has "id state staged bytes damaged staged_earlier unchanged not_audio failed links special" <json.out
	json 0 lib-import --status | has "id state status created modified heartbeat heartbeat_age_ms staged bytes failed not_audio unchanged next retry root"
	json 0 lib-import --status --failed | jq -es 'any(.[]; (.source | endswith("broken.flac")) and .code == "MALFORMED" and .dead)'
	json 0 lib-commit --list | has "id state created modified staged failed unchanged bytes root"
	json 0 lib-commit --show s1 | jq -es 'last.type == "summary" and last.items == length - 1 and last.missing == 0'
	json 0 lib-commit s1 | has "id state tracks duplicates attached retagged skipped removed_earlier failed unchanged"
	tracks=$(jq .tracks json.out)

	# what is found, counted, grouped, shown
	json 0 lib-search love | jq -es 'all(.[]; .type == "track" and (.id | type) == "number" and (.duration_ms // 0 | type) == "number" and (.genre // [] | type) == "array")'
	json 0 lib-search --count | jq -e ".count == $tracks"
	json 0 lib-search --facet year | has "field value tracks"
	json 0 lib-search --albums | has "albumartist album tracks duration_ms"
	json 0 lib-search --artists | has "artist tracks albums duration_ms"
	json 0 lib-search --show 1 | has "id title file sha256 files sessions"
	json 0 lib-search --stats | has "tracks artists albums files duration_ms size formats decades genres months"
	json 0 lib-search --events | has "id at owner kind subject data"
	json 0 lib-search --explain love | has "query parse_ms steps tracks"
	json 1 lib-search --why 1 love | jq -e '.misses | endswith("\n") | not'
	json 1 lib-search lvoe | jq -e '.type == "suggestion" and .query == ["love"]'
	json 0 lib-search --save heart love | jq -e '.name == "heart" and .query == ["love"]'
	json 0 lib-search --saved | has "name query modified"
	json 0 lib-search --forget heart | jq -e '.name == "heart" and .forgotten'

	# playlists
	me=$(id -un)
	json 0 lib-playlist create P | has "command playlist added missing removed moved tracks"
	json 0 lib-playlist add P 1 2 3 | jq -e '.added == 3 and .tracks == 3'
	json 0 lib-playlist list | jq -e --arg me "$me" '.name == "P" and .owner == $me and .missing == 0'
	json 0 lib-playlist show P | has "playlist position track"
	json 0 lib-playlist export P | jq -es '[.[] | select(.type == "entry")] | length == 3'
	json 0 lib-playlist schedule P --at +30min --do notify | jq -e --arg me "$me" '.id == "c1" and .owner == $me and .runs == 0'
	json 0 lib-playlist schedule --cancel c1 | jq -e '.id == "c1" and .cancelled'
	json 0 lib-playlist mix 1 2 | has "from to cost"

	# edits
	json 0 lib-commit --amend 1 title=x | jq -es '.[0].changed.title.after == "x" and last.command == "amend" and last.changed == 1'
	event=$(jq -rs 'last.event' json.out)
	json 0 lib-commit --undo | jq -es --arg event "$event" 'last.undoes == $event'
	json 0 lib-commit --files 1 | has "sha256 track state preferred format size source"
	json 0 lib-commit --ids s1 | has "id"
	json 0 lib-commit --remove 2 | has "command event changed unchanged"
	json 0 lib-commit --restore 2 | has "command event changed unchanged"

	# upkeep: the same keys whether there was something to do or not
	json 0 lib-sweep >first
	json 0 lib-sweep >second
	for f in first second; do
		jq -c '[.task, (keys | join(" "))]' $f | sort >$f.keys
	done
	diff first.keys second.keys
	json 0 lib-sweep verify | jq -e '.checked > 0 and .damaged == 0 and .missing == 0 and .faults == 0'
	json 0 lib-sweep repair | jq -es 'last.fetched == 0 and last.mended == 0'
	json 0 lib-sweep backup | jq -e '.made == 1'
	json 3 lib-sweep health | jq -e '.status == "attention" and .failed_items == 2 and .missing_blobs == 0'
	json 0 lib-sweep rebuild | has "task from adopted attached damaged unreadable missing"

	# histories
	json 0 lib-import --history "$FIXTURES/history/own.jsonl" | has "added known uncounted matched skipped broken"
	json 0 lib-import --history --list | has "id at state format user plays"
	json 0 lib-search --plays | has "id start user artist title"
	json 0 lib-search --stats=plays | has "plays heard_ms artists albums tracks months hours"
	json 0 lib-import --history --forget h1 | has "id plays forgotten"
}

@test "every list ends its records with NUL, and reads them so" {
	printf '%s\0' music/*.flac music/*.ogg | grep -zv broken | lib-import -q -0 --files-from - >id
	lib-commit -q -0 - < <(tr '\n' '\0' <id) >/dev/null
	lib-import -q music/roads.wv >/dev/null
	lib-search --save love love
	lib-playlist -q create P
	lib-search -0 --ids love | lib-playlist -q add -0 P -
	lib-import -q --history "$FIXTURES/history/own.jsonl" >/dev/null 2>&1
	lib-search -0 --ids love | lib-commit -q --amend -0 - genre+=Love >/dev/null
	for list in "lib-search love" "lib-search --files love" "lib-search --facet genre" "lib-search --albums" "lib-search --artists" \
	    "lib-search --events" "lib-search --saved" "lib-search --plays" "lib-search --json love" "lib-playlist list" "lib-playlist show P" \
	    "lib-commit --list" "lib-commit --show s2" "lib-commit --files 1" "lib-import --status" "lib-import --dry-run music" \
	    "lib-import --history --list" "lib-sweep --dry-run -v"; do
		n=$($list 2>/dev/null | wc -l)
		[ "$n" -gt 0 ] || fail "$list: nothing"
		${list%% *} -0 ${list#* } >records 2>/dev/null
		[ "$(tr -cd '\0' <records | wc -c)" -eq "$n" ] || fail "$list: not $n records"
		[ "$(tail -c 1 records | od -An -tx1)" = " 00" ] || fail "$list: no NUL at the end"
	done
}

@test "exit statuses are those of the one table" {
	fails 4 lib-search love
	run -3 lib-import -q music
	run -0 lib-commit -q s1
	run -0 lib-commit -q s1
	fails 1 lib-search xyzzyxyzzy
	fails 1 lib-commit --all
	run -1 lib-commit </dev/null
	fails 2 lib-search artst:air
	fails 2 lib-import
	fails 2 lib-playlist frobnicate
	fails 2 lib-commit --amend 1 year=x
	fails 4 lib-commit s99
	fails 4 lib-playlist show nowhere
	fails 4 lib-commit --amend 99999 title=x
	run -3 lib-search --show 1 99999
	run -3 lib-playlist -q create P Q || run -2 lib-playlist -q create P Q
	# somebody else is at work on the session, and sweeps
	run -0 lib-import -q music/roads.wv
	"$PYTHON" - "$FONOTECA_LIBRARY/lock" 3>&- <<-'PY' &
	import fcntl, struct, sys, time
	f = open(sys.argv[1], "r+b")
	fcntl.fcntl(f, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 1002, 1, 0))
	fcntl.fcntl(f, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 1, 1, 0))
	open("held", "w").close()
	time.sleep(60)
	PY
	holder=$!
	for ((i = 0; i < 200; i++)); do [ ! -e held ] || break; sleep 0.02; done
	run -75 lib-commit -q --wait 0 s2
	run -75 lib-sweep -q
	kill $holder
	wait $holder || true
	run -0 lib-commit -q s2
	[ "$(bash -c 'lib-search love >/dev/full 2>/dev/null; echo $?')" = 4 ]
}
