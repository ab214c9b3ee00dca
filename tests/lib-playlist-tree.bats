#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lib-playlist export --copy and --link: a tree that players read, of which only what is ours is ever touched.

load helper

setup() {
	setup_fonoteca
	main_line
	cd "$BATS_TEST_TMPDIR" || return 1
	lib-playlist -q create Mix
	lib-search --ids -s id | lib-playlist add Mix -
}

# tree DIR : its files, without the manifest, sorted.
tree() {
	(cd "$1" && find . -type f ! -name '.fonoteca-*' | sort)
}

# same_bytes DIR : each file is one of the library's, and the list names just them.
same_bytes() {
	local f
	(cd "$1" && find . -type f ! -name '.*' ! -name '*.m3u8') | while read -r f; do
		sha=$(sha256sum <"$1/$f" | cut -d ' ' -f 1)
		[ -e "$FONOTECA_LIBRARY/blobs/${sha:0:2}/$sha.${f##*.}" ] || fail "$f"
	done
	diff <(grep -v '^#' "$1"/*.m3u8 | sed 's|^\./||' | sort) <(tree "$1" | grep -v '\.m3u8$' | sed 's|^\./||')
}

@test "--copy and --link make a tree and its playlist; again they change nothing" {
	lib-playlist -q export Mix --copy copy
	lib-playlist -q export Mix --link link
	diff <(tree copy) <(tree link)
	same_bytes copy
	same_bytes link
	[ "$(tree copy | grep -c '/.*/.*\.')" -ge 10 ]
	track=$(lib-search --json -l 1 has:albumartist has:track | jq -r '"./\(.albumartist)/\(.album)/\(.track + 100 | tostring[1:]) \(.title)"')
	tree copy | grep -F "$track." || fail "$track"
	find copy -type f -printf '%p %i %T@ %C@\n' | sort >before
	lib-playlist --json export Mix --copy copy | jq -e '.made == 0 and .removed == 0 and .unchanged > 9'
	find copy -type f ! -name '.fonoteca-*' -printf '%p %i %T@ %C@\n' | sort | diff <(grep -v .fonoteca- before) -
	[ ! -e copy/.fonoteca-part ]
}

@test "what left the playlist goes, with its empty folders; what is foreign or was changed stays" {
	lib-playlist -q export Mix --copy t
	first=$(tree t | head -n 1) last=$(tree t | grep -v m3u8 | tail -n 1)
	echo mine >"t/$(dirname "$first")/note.txt"
	echo changed >"t/$last"
	lib-playlist remove Mix 1-
	run -3 --separate-stderr lib-playlist export Mix --copy t
	[[ $stderr == *"was changed by somebody else"* ]]
	[ "$(tree t)" = "$(printf '%s\n' "./$(dirname "${first#./}")/note.txt" ./Mix.m3u8 "$last" | sort)" ]
	[ "$(cat "t/$last")" = changed ]
	[ "$(cat "t/$(dirname "$first")/note.txt")" = mine ]
	[ -z "$(find t -type d -empty)" ]
	run -0 lib-playlist -q export Mix --copy t
}

@test "a foreign file in the way is never written over, and told" {
	lib-playlist -q export Mix --copy t
	file=$(tree t | grep -v m3u8 | head -n 1)
	rm -r t
	mkdir -p "t/$(dirname "$file")"
	echo mine >"t/$file"
	echo mine >t/Mix.m3u8
	run -3 --separate-stderr lib-playlist export Mix --copy t
	[[ $stderr == *"$(basename "$file") is in the way"* && $stderr == *"Mix.m3u8 is in the way"* ]]
	[ "$(cat "t/$file")" = mine ]
	[ "$(cat t/Mix.m3u8)" = mine ]
	rm "t/$file" t/Mix.m3u8
	lib-playlist -q export Mix --copy t
	same_bytes t
}

@test "links that somebody planted lead nowhere" {
	lib-playlist -q export Mix --copy t
	mkdir outside
	folder=$(cd t && find . -mindepth 1 -maxdepth 1 -type d | sort | head -n 1)
	mv "t/$folder" outside/away
	find outside -type f | sort >before
	ln -s ../outside/away "t/$folder"
	run -3 --separate-stderr lib-playlist export Mix --copy t
	lib-playlist remove Mix 1-
	lib-playlist -q export Mix --copy t
	find outside -type f | sort | diff before -
	rm -r t
	mkdir t
	ln -s ../outside "t/$folder"
	lib-search --ids -s id | lib-playlist add Mix -
	run -3 --separate-stderr lib-playlist export Mix --copy t
	find outside -type f | sort | diff before -
	ln -sf /etc/passwd t/.fonoteca-tree
	fails 4 lib-playlist export Mix --copy t
	fails 2 lib-playlist export Mix --copy "$FONOTECA_LIBRARY/blobs"
}

@test "a manifest that leads out of the tree is refused" {
	lib-playlist -q export Mix --copy t
	echo precious >precious
	for path in ../precious /etc/passwd a/../../precious .fonoteca-tree; do
		printf '# What lib-playlist wrote here; it changes and removes nothing else.\n=\t9\t%s\tx\t%s\n' \
		    "$(stat -c %Y precious)000000000" "$path" >t/.fonoteca-tree
		fails 4 lib-playlist export Mix --copy t
		[[ $stderr == *": t/.fonoteca-tree is not as this command wrote it: remove it, or take another folder" ]]
	done
	[ "$(cat precious)" = precious ]
}

@test "names are safe: slashes, dots, lengths, doubles; on vfat also what that cannot hold" {
	long=$(printf 'ü%.0s' {1..300})
	lib-commit -q --amend 1 albumartist='AC/DC' album='..' title='What? <1>: "x"|*\.' track=1
	lib-commit -q --amend 2 albumartist='AC/DC' album='..' title="$long" track=2
	mapfile -t twin < <(lib-search --ids -l 2 format:flac '^id:1' '^id:2')
	lib-commit -q --amend "${twin[0]}" albumartist=Con album='aux.x' title='Same. ' track=3
	lib-commit -q --amend "${twin[1]}" albumartist=Con album='aux.x' title='same. ' track=3
	lib-playlist -q remove Mix 1-
	lib-playlist add Mix 1 2 "${twin[@]}"
	lib-playlist -q export Mix --copy p
	[ "$(tree p | grep -c '^./AC_DC/_./')" -eq 2 ]
	tree p | grep -qF './AC_DC/_./01 What? <1>: "x"|*\..'
	[ "$(tree p | awk -F / '{ n = split($0, a, "/"); for (i in a) if (length(a[i]) > 255) print }')" = "" ]
	lib-playlist -q export Mix --copy v --fs vfat
	tree v | grep -qE '^./AC_DC/_/01 What_ _1__ _x____?\.' || tree v | grep -q 'AC_DC/_/01 What_'
	[ -z "$(tree v | grep -E '[<>:"|?*\\]|[. ]/' | grep -v '^\./' )" ]
	[ "$(tree v | grep -c '^./_Con/_aux.x/03 [Ss]ame')" -eq 2 ]
	tree v | grep -q '03 [sS]ame (2)\.'
	same_bytes v
}

@test "--layout chooses the names, --all takes the whole library" {
	lib-playlist -q export Mix --copy t --layout '$format/$artist - $title [$id]'
	tree t | grep -q '^./flac/.* - .* \[[0-9]*\]\.flac$'
	lib-playlist -q export --all --link all
	[ -e all/All.m3u8 ]
	same_bytes all
	for layout in 'x' '/$title' '$title/' '$nofield/$title'; do
		fails 2 lib-playlist export Mix --copy u --layout "$layout"
	done
	fails 2 lib-playlist export Mix --layout '$title'
	fails 2 lib-playlist export Mix --all
	fails 2 lib-playlist export
	fails 2 lib-playlist export Mix --copy a --link b
	fails 2 lib-playlist export Mix --copy a --fs ntfs
	fails 2 lib-playlist export Mix --copy a -o x
	lib-playlist -q create Other
	fails 4 lib-playlist export Other --copy t
	[[ $stderr == *"another playlist, Mix.m3u8"* ]]
	lib-playlist -n export Mix --copy dry
	[ ! -e dry ]
	fails 4 lib-playlist export Mix --copy no/where
}

@test "killed anywhere and run again it ends right" {
	requires strace
	lib-playlist -q export Mix --copy want
	kills=0
	for call in renameat2 renameat openat mkdirat unlinkat fsync syncfs; do
		for n in 1 2 4 9 17; do
			rm -rf t && mkdir t
			printf old >t/foreign
			status=0
			strace -qq -o /dev/null -e trace=$call -e inject=$call:signal=KILL:when=$n lib-playlist -q export Mix --copy t 2>/dev/null || status=$?
			[ $status -ne 137 ] || kills=$((kills + 1))
			lib-playlist -q export Mix --copy t
			diff <(tree want) <(tree t | grep -v foreign)
			diff <(cd want && find . -type f ! -name '.f*' -exec sha256sum {} + | sort) \
			    <(cd t && find . -type f ! -name '.f*' ! -name foreign -exec sha256sum {} + | sort)
			[ "$(cat t/foreign)" = old ]
			[ -z "$(find t -name '.fonoteca-part')" ]
		done
	done
	[ $kills -ge 10 ]
}

@test "mpd serves the tree and plays from it" {
	requires mpd
	mkdir -p state
	lib-playlist -q export Mix --copy music
	cat >mpd.conf <<-END
		music_directory "$PWD/music"
		playlist_directory "$PWD/music"
		db_file "$PWD/state/db"
		state_file "$PWD/state/state"
		pid_file "$PWD/state/pid"
		bind_to_address "$PWD/state/socket"
		audio_output {
			type "null"
			name "none"
		}
	END
	mpd --no-daemon --stdout mpd.conf >mpd.log 2>&1 3>&- &
	daemon=$!
	run python3 - "$PWD/state/socket" "$(tree music | grep -vc m3u8)" <<-'PY'
	import socket, sys, time
	for n in range(100):
	    try:
	        s = socket.socket(socket.AF_UNIX)
	        s.connect(sys.argv[1])
	        break
	    except OSError:
	        time.sleep(0.1)
	f = s.makefile("rw", encoding="utf-8"); f.readline()
	def ask(line):
	    f.write(line + "\n"); f.flush(); out = []
	    while True:
	        x = f.readline().rstrip("\n")
	        if x == "OK" or x.startswith("ACK"):
	            return out, x
	        out.append(x)
	ask("update")
	while any(x.startswith("updating_db") for x in ask("status")[0]):
	    time.sleep(0.1)
	files = [x for x in ask("listall")[0] if x.startswith("file: ")]
	assert len(files) >= 5, files
	out, ok = ask('load "Mix.m3u8"')
	assert ok == "OK", ok
	queue = [x for x in ask("playlistinfo")[0] if x.startswith("file: ")]
	assert len(queue) >= 5, queue
	assert ask("play 0")[1] == "OK"
	for n in range(50):
	    status = dict(x.split(": ", 1) for x in ask("status")[0])
	    if status.get("state") == "play" and float(status.get("elapsed", 0)) > 0 or int(status.get("song", 0)) > 0:
	        break
	    time.sleep(0.1)
	else:
	    raise SystemExit(status)
	print("played")
	PY
	kill "$daemon" || true
	[ "$status" -eq 0 ] || fail "$output $(tail -n 5 mpd.log)"
}
