# SPDX-License-Identifier: MIT
# What every command does alike: help, version, usage, streams, libraries that are not there or not ours.
load helper

# A line for each reader: what must refuse a library that is not ours.
READERS=("lib-search love" "lib-commit s1" "lib-playlist list" "lib-sweep stage")

@test "--help goes to stdout with status 0" {
	for c in $COMMANDS; do
		run -0 --separate-stderr "$c" --help
		[[ ${lines[0]} == "Usage: $c "* ]]
		[ -z "$stderr" ]
		run -0 "$c" -h
	done
}

@test "--version is the release's" {
	for c in $COMMANDS; do
		run -0 --separate-stderr "$c" --version
		[ "$output" = "$c (Fonoteca) $(cat "$TREE/VERSION")" ]
		[ -z "$stderr" ]
	done
}

@test "an unknown option, short or long: status 2, a hint on stderr, nothing on stdout" {
	for c in $COMMANDS; do
		for o in --no-such-option --no-such-option=3 -Z; do
			run -2 --separate-stderr "$c" $o
			[ -z "$output" ]
			[[ $stderr == "$c: "*"--help"* ]]
		done
	done
}

@test "a slip of an option is told with what was meant" {
	run -2 --separate-stderr lib-import --staus
	[[ $stderr == *"there is no option --staus; did you mean --status?"* ]]
	run -2 --separate-stderr lib-playlist --libary=x list
	[[ $stderr == *"there is no option --libary; did you mean --library?"* ]]
	fails 2 lib-search --li x
	[[ $stderr == *"--li may be --limit or --library"* ]]
	run -2 --separate-stderr lib-sweep --frobnicate
	[[ $stderr != *"did you mean"* ]]
}

@test "a value that is missing, not wanted or not a number: status 2" {
	for c in $COMMANDS; do
		run -2 --separate-stderr "$c" --library
		[[ $stderr == *"--library"* ]]
		run -2 --separate-stderr "$c" --quiet=yes
		run -2 --separate-stderr "$c" --color=sometimes
		[[ $stderr == *"auto, always or never"* ]]
		run -2 --separate-stderr "$c" --log=xml
		run -2 --separate-stderr "$c" -L ''
	done
}

@test "common options are the same, with the same letters, in every command" {
	for c in $COMMANDS; do
		for o in L/library q/quiet v/verbose /json 0/null /color /log h/help V/version; do
			"$c" --dump-options | cut -f 1-3 | grep -qxF "$(printf 'option\t%s\t%s' "${o%/*}" "${o#*/}")" ||
				fail "$c has no --${o#*/}"
		done
	done
}

@test "a full disk under stdout is an error: status 4 and a message" {
	for c in $COMMANDS; do
		for o in --help --version; do
			run -4 --separate-stderr bash -c "$c $o >/dev/full"
			[[ $stderr == "$c: "* ]]
		done
	done
}

@test "a closed stdout is an error: status 4" {
	for c in $COMMANDS; do
		run -4 bash -c "$c --help >&-"
	done
}

@test "a closed pipe ends a command quietly by SIGPIPE" {
	mkfifo pipe
	for c in $COMMANDS; do
		run -141 --separate-stderr bash -c "exec 3<>pipe 4>pipe 3<&-; $c --help >&4"
		[ -z "$stderr" ]
	done
}

@test "no library: status 4, its folder is named, and nothing is made" {
	for line in "lib-search love" "lib-commit s1" "lib-playlist list" "lib-sweep health"; do
		run -4 --separate-stderr $line </dev/null
		[ -z "$output" ]
		[[ $stderr == *"$FONOTECA_LIBRARY"* ]]
		[ ! -e "$FONOTECA_LIBRARY" ]
	done
}

@test "a library that is a file: status 4, the file stays" {
	echo "my notes" >"$FONOTECA_LIBRARY"
	for line in "lib-import $FIXTURES/audio" "${READERS[@]}"; do
		run -4 --separate-stderr $line </dev/null
		[[ $stderr == *"$FONOTECA_LIBRARY"* ]]
	done
	[ "$(cat "$FONOTECA_LIBRARY")" = "my notes" ]
}

@test "a folder with other things in it never becomes a library" {
	mkdir "$FONOTECA_LIBRARY"
	echo "my notes" >"$FONOTECA_LIBRARY/notes.txt"
	run -4 --separate-stderr lib-import "$FIXTURES/audio"
	[[ $stderr == *"$FONOTECA_LIBRARY"* ]]
	[ "$(ls -A "$FONOTECA_LIBRARY")" = notes.txt ]
}

@test "a library is not made where its parent folder is not there" {
	run -4 --separate-stderr lib-import -L "$PWD/no/such/library" "$FIXTURES/audio"
	[[ $stderr == *"no/such"* ]]
	[ ! -e no ]
}

@test "library.db of another program: status 4, not a byte changed" {
	mkdir "$FONOTECA_LIBRARY"
	sqlite3 "$FONOTECA_LIBRARY/library.db" 'PRAGMA application_id=77; CREATE TABLE song(id); PRAGMA user_version=1;'
	before=$(sha256sum <"$FONOTECA_LIBRARY/library.db")
	for line in "lib-import $FIXTURES/audio" "${READERS[@]}"; do
		run -4 --separate-stderr $line </dev/null
		[[ $stderr == *"$FONOTECA_LIBRARY"* ]]
	done
	[ "$(sha256sum <"$FONOTECA_LIBRARY/library.db")" = "$before" ]
}

@test "library.db that is no database: status 4, not a byte changed" {
	mkdir "$FONOTECA_LIBRARY"
	printf 'Dear diary,\n%4000s\n' "" >"$FONOTECA_LIBRARY/library.db"
	before=$(sha256sum <"$FONOTECA_LIBRARY/library.db")
	for line in "lib-import $FIXTURES/audio" "${READERS[@]}"; do
		run -4 --separate-stderr $line </dev/null
		[[ $stderr == *"$FONOTECA_LIBRARY"* ]]
	done
	[ "$(sha256sum <"$FONOTECA_LIBRARY/library.db")" = "$before" ]
}

@test "a library of a newer program: status 4, said so, not a byte changed" {
	main_line
	sqlite3 "$FONOTECA_LIBRARY/library.db" 'PRAGMA user_version=999; PRAGMA wal_checkpoint(TRUNCATE);' >/dev/null
	before=$(sha256sum <"$FONOTECA_LIBRARY/library.db")
	for line in "lib-import $FIXTURES/audio" "${READERS[@]}"; do
		run -4 --separate-stderr $line </dev/null
		[[ $stderr == *newer* ]]
	done
	[ "$(sha256sum <"$FONOTECA_LIBRARY/library.db")" = "$before" ]
}

@test "somebody else's library that may only be read: searches work, writes say why not" {
	main_line
	lib-playlist -q create Evening
	# As root nothing is read-only, so root becomes nobody, in a place that nobody can reach.
	place=$(mktemp -d)
	cp -r "$FONOTECA_LIBRARY" "$place/library"
	cp -r "$FONOTECA_BUILD"/lib-* "$FONOTECA_BUILD/libexec" "$place"
	chmod -R a+rX,a-w "$place"
	as=()
	if [ "$(id -u)" -eq 0 ]; then
		as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
	fi
	run --separate-stderr "${as[@]}" env HOME="$place" "$place/lib-search" -L "$place/library" --ids love
	found=$status hits=$output
	run --separate-stderr "${as[@]}" env HOME="$place" "$place/lib-playlist" -L "$place/library" list
	listed=$status lists=$output
	run --separate-stderr "${as[@]}" env HOME="$place" "$place/lib-playlist" -L "$place/library" create Mine
	created=$status why=$stderr
	chmod -R u+w "$place"
	rm -rf "$place"
	[ $found -eq 0 ]
	[ "$hits" = "$(lib-search --ids love)" ]
	[ $listed -eq 0 ]
	[[ $lists == *Evening* ]]
	[ $created -eq 4 ]
	[[ $why == *"$place/library"* ]]
}

@test "FONOTECA_LIBRARY, XDG_DATA_HOME and HOME name the library, in this order" {
	export XDG_DATA_HOME="$PWD/xdg"
	mkdir xdg other
	main_line
	[ -e "$FONOTECA_LIBRARY/library.db" ]
	unset FONOTECA_LIBRARY
	main_line
	[ -e xdg/fonoteca/library.db ]
	export XDG_DATA_HOME=relative
	mkdir -p "$HOME/.local/share"
	main_line
	[ -e "$HOME/.local/share/fonoteca/library.db" ]
	[ ! -e relative ]
	lib-import -q -L "$PWD/other" "$FIXTURES/audio" | lib-commit -q -L "$PWD/other" >/dev/null
	[ -e other/library.db ]
}

@test "the main line does what it promises" {
	run -0 --separate-stderr bash -c 'lib-import "$FIXTURES/audio" | lib-commit && lib-search love'
	[[ $output == *[Ll]ove* ]]
	lib-playlist create Evening
	lib-search -0 --ids love | lib-playlist add -0 Evening -
	run -0 --separate-stderr lib-playlist show Evening
	[ "${#lines[@]}" -ge "$(lib-search --ids love | wc -l)" ]
	run -0 --separate-stderr lib-sweep health
}

@test "the main line again changes nothing" {
	main_line
	catalogue >first
	find "$FONOTECA_LIBRARY/blobs" -type f | sort >first.blobs
	[ -s first.blobs ]
	main_line
	catalogue >second
	find "$FONOTECA_LIBRARY/blobs" -type f | sort >second.blobs
	diff first second
	diff first.blobs second.blobs
	[ -z "$(ls -A "$FONOTECA_LIBRARY/staging")" ]
}

@test "every blob holds the bytes that its name says, and only they are there" {
	main_line
	cd "$FONOTECA_LIBRARY/blobs"
	find . -type f -printf '%f %p\n' | sed 's/\.[a-z0-9]* / /' | sort >"$BATS_TEST_TMPDIR/names"
	[ -s "$BATS_TEST_TMPDIR/names" ]
	sha256sum --check --quiet <(sed 's/ /  /' "$BATS_TEST_TMPDIR/names")
	[ "$(find . -type f ! -perm 0444 | wc -l)" -eq 0 ]
	diff <(cut -d ' ' -f 1 "$BATS_TEST_TMPDIR/names") \
		<(sqlite3 -readonly "$FONOTECA_LIBRARY/library.db" 'SELECT lower(hex(sha256)) FROM blob ORDER BY 1')
}

@test "--json prints one object a line, each of version 1" {
	lib-import -q "$FIXTURES/audio/roads.wv"
	main_line
	lib-playlist -q create Evening
	lib-search --ids love | lib-playlist -q add Evening -
	for line in "lib-search --json love" "lib-playlist --json list" "lib-playlist --json show Evening" \
	    "lib-commit --json --list" "lib-import --json --status" "lib-sweep --json health"; do
		run -0 --separate-stderr $line
		is_json <<<"$output" || fail "$line: $output"
	done
}

@test "--log=json makes every line on stderr an object" {
	main_line
	for line in "lib-search --log=json zzzzzzzz" "lib-import --log=json -v /no/such/folder" \
	    "lib-commit --log=json s999" "lib-playlist --log=json show nowhere"; do
		run --separate-stderr $line </dev/null
		[ "$status" -ne 0 ]
		[ -n "$stderr" ]
		python3 -c 'import json, sys
for line in sys.stdin: json.loads(line)' <<<"$stderr" || fail "$line: $stderr"
	done
}

@test "a command starts in an instant" {
	for c in $COMMANDS; do
		for i in 1 2 3 4 5; do
			s=${EPOCHREALTIME/./}
			"$c" --version >/dev/null
			echo $((${EPOCHREALTIME/./} - s))
		done | sort -n | sed -n 3p >median
		[ "$(cat median)" -lt "${START_LIMIT_US:-100000}" ]
	done
}

@test "a library goes on after a copy that left out the empty folders" {
	main_line
	find "$FONOTECA_LIBRARY" -type d -empty -delete
	[ ! -e "$FONOTECA_LIBRARY/staging" ]
	[ ! -e "$FONOTECA_LIBRARY/blobs/00" ] || skip "no shard is empty"
	# trailing bytes make a new file of it, and soon one whose folder is lost
	mkdir more
	for i in $(seq 40); do
		{ cat "$FIXTURES/audio/glosoli.oga" && printf '%*s' "$i" ''; } >"more/$i.oga"
	done
	lib-import -q more >session
	lib-commit -q <session
	[ "$(query "SELECT count(*) FROM file")" -eq 60 ]
	intact
	lib-sweep -q
	[ -d "$FONOTECA_LIBRARY/trash" ]
}

@test "a disk that is not mounted at blobs/ gets nothing" {
	main_line
	mv "$FONOTECA_LIBRARY/blobs" aside
	mkdir "$FONOTECA_LIBRARY/blobs"
	cat "$FIXTURES/audio/glosoli.oga" "$FIXTURES/audio/glosoli.oga" >new.oga
	lib-import -q new.oga
	fails 4 lib-commit s2
	[[ $stderr == *"blobs/ is empty: is its disk mounted?"* ]]
	[ -z "$(ls "$FONOTECA_LIBRARY/blobs")" ]
	# who checks at night is told, and nothing is marked as lost
	for command in 'lib-sweep -q' 'lib-sweep -q verify' 'lib-sweep -q --from aside repair'; do
		fails 4 $command
		[[ $stderr == *"blobs/ is empty: is its disk mounted?"* ]] || fail "$command: $stderr"
	done
	run -4 --separate-stderr lib-sweep -n verify
	[[ $stderr == *"is its disk mounted?"* ]]
	[ "$(query "SELECT count(*) FROM file WHERE state <> 'ok'")" = 0 ]
	rmdir "$FONOTECA_LIBRARY/blobs" && mv aside "$FONOTECA_LIBRARY/blobs"
	lib-commit -q --retry s2
	intact
	# where they are lost indeed
	mv "$FONOTECA_LIBRARY/blobs" aside
	mkdir -p "$FONOTECA_LIBRARY/blobs/00"
	lib-sweep -q --from aside repair
	intact
}

@test "a read-only disk on which SQLite left no log beside the database: what only looks works" {
	requires unshare sqlite3
	unshare -rm true 2>/dev/null || skip "no mount namespaces here"
	main_line
	sqlite3 "$FONOTECA_LIBRARY/library.db" "BEGIN IMMEDIATE; UPDATE library SET id = id; COMMIT"
	rm -f "$FONOTECA_LIBRARY/library.db-shm" "$FONOTECA_LIBRARY/library.db-wal"
	cat >inner <<-'SH'
		mount --bind "$FONOTECA_LIBRARY" "$FONOTECA_LIBRARY" && mount -o remount,ro,bind "$FONOTECA_LIBRARY" || exit 99
		lib-search --count love && lib-playlist list && lib-commit --list && lib-sweep health &&
			lib-sweep -n && lib-sweep -n verify && lib-sweep -n repair && lib-sweep metrics - >/dev/null
	SH
	run -0 --separate-stderr unshare -rm bash inner
	[ -z "$stderr" ]
	[ "${lines[0]}" = "$(lib-search --count love)" ]
	[[ ${lines[1]} == health*ok ]]
	[[ $output == *"stage: would be: nothing to do"*"verify: would be: "*" checked"*"repair: would be: nothing to do" ]]
	sed -i 's/lib-search --count.*/lib-commit --amend 1 title=New; exit/' inner
	run -4 --separate-stderr unshare -rm bash inner
	[ "$stderr" = "lib-commit: cannot write the library in $FONOTECA_LIBRARY: it is read-only" ]
}

# A FLAC with just these comments: tagged FILE KEY=VALUE...
tagged() {
	python3 - "$FIXTURES/audio/hoppipolla.flac" "$@" <<-'PY'
	import struct, sys
	data, at, out = open(sys.argv[1], "rb").read(), 4, []
	last = False
	while not last:
	    last, kind = data[at] >> 7, data[at] & 127
	    size = int.from_bytes(data[at + 1:at + 4], "big")
	    if kind == 0:
	        out.append((0, data[at + 4:at + 4 + size]))
	    at += 4 + size
	text = [a.encode() for a in sys.argv[3:]]
	body = struct.pack("<II", 0, len(text)) + b"".join(struct.pack("<I", len(t)) + t for t in text)
	out.append((4, body))
	with open(sys.argv[2], "wb") as f:
	    f.write(b"fLaC")
	    for i, (kind, b) in enumerate(out):
	        f.write(bytes([kind | (128 if i == len(out) - 1 else 0)]) + len(b).to_bytes(3, "big") + b)
	    f.write(data[at:])
	PY
}

@test "a file cannot pass its tags off as what the library knows of it" {
	tagged x.flac TITLE=Mine ARTIST=Me ID=77 SIZE=5 SOURCE=CD FILE=/etc/passwd ADDED=1 'odd"name=yes' RATING=999
	(set -o pipefail && lib-import -q x.flac | lib-commit -q)
	run -0 lib-search --json mine
	is_json <<<"$output"
	python3 - "$output" "$(stat -c %s x.flac)" <<-'PY'
	import json, sys
	t = json.loads(sys.argv[1])
	assert t["id"] == 1 and t["size"] == int(sys.argv[2]) and t["source"].endswith("/x.flac"), t
	assert "/blobs/" in t["file"] and t["added"] > "2020" and "rating" not in t, t
	assert t["tags"]["tag_source"] == ["CD"] and t["tags"]["tag_id"] == ["77"], t
	assert t["tags"]['odd"name'] == ["yes"], t
	PY
	[ "$(lib-search --ids tag_source:cd)" = 1 ]
}
