# SPDX-License-Identifier: MIT
# Whose a library is: who may read it, who may write to it, and what --shared GROUP gives to a group.
load helper
load people

# The tests are root's, who becomes anna (uid 1001), ben (1002), both of the group users, and eve (1003), who is of
# no group.  Their programs and libraries lie where all of them may go.
setup() {
	setup_fonoteca
	[ "$(id -u)" -eq 0 ] || skip "only root can become other users"
	requires setpriv
	getent group users >/dev/null || skip "there is no group 'users'"
	setpriv --reuid=1001 --clear-groups true 2>/dev/null || skip "root may not become others here"
	place=$(mktemp -d)
	chmod 755 "$place"
	mkdir "$place/bin" "$place/music"
	cp -r "$FONOTECA_BUILD"/lib-* "$FONOTECA_BUILD/libexec" "$place/bin"
	cp "$FIXTURES"/audio/*.flac "$FIXTURES"/audio/*.ogg "$place/music"
	chmod -R a+rX "$place/bin" "$place/music"
	install -d -o 1001 -m 755 "$place/anna"
	install -d -o 1001 -g users -m 1777 "$place/srv"
	FONOTECA_LIBRARY=$place/srv/music
}

teardown() {
	[ -z "${place:-}" ] || rm -rf "$place"
}

# bring NAME ARG... : this user imports and commits.
bring() {
	local who=$1
	shift
	(set -o pipefail && "$who" lib-import -q "$@" | "$who" lib-commit -q >/dev/null)
}

# modes KIND : the modes of what is in the library, with how often each is there.
modes() {
	find "$FONOTECA_LIBRARY" -type "$1" -printf '%m\n' | sort -u | tr '\n' ' '
}

# denied WHO PATTERN COMMAND... : status 4, and the message matches.
denied() {
	local who=$1 pattern=$2
	shift 2
	run -4 --separate-stderr "$who" "$@"
	[[ $stderr == *$pattern* ]] || fail "no '$pattern' in: $stderr"
}

@test "a library is its owner's alone: folders 0700, files 0600, blobs 0444, whatever the umask" {
	for mask in 000 077; do
		FONOTECA_LIBRARY=$place/srv/$mask
		(umask $mask && cd / && setpriv --reuid=1001 --regid=1001 --clear-groups env HOME="$place/anna" PATH="$place/bin:$PATH" bash -c '
			lib-import -q "$1"/*.ogg | lib-commit -q >/dev/null
			lib-import -q --set comment=x "$1"/*.flac >/dev/null
			lib-sweep -q backup' bash "$place/music")
		[ "$(modes d)" = "700 " ] || fail "$(modes d)"
		[ "$(modes f)" = "444 600 " ] || fail "$(modes f)"
	done
	for who in ben eve; do
		denied $who "$FONOTECA_LIBRARY" lib-search love
		denied $who "$FONOTECA_LIBRARY" lib-sweep
		denied $who "$FONOTECA_LIBRARY" lib-import -q "$place/music"
	done
}

@test "somebody else's library is not written to, not even by root or by who may" {
	bring anna "$place/music/"*.ogg
	before=$(find "$FONOTECA_LIBRARY" -printf '%p %u %m %T@\n' | sort)
	for command in "lib-import $place/music" lib-sweep "lib-commit --amend 1 title=x" "lib-playlist create X" \
		"lib-search --save x love" "lib-sweep restore $place/music"; do
		run -4 --separate-stderr $command
		[[ $stderr == *"$FONOTECA_LIBRARY belongs to 1001 and is not shared"* ]] || fail "$command: $stderr"
	done
	[ "$(find "$FONOTECA_LIBRARY" -printf '%p %u %m %T@\n' | sort)" = "$before" ]
	run -0 lib-search --count love
	run -0 lib-sweep health
	chmod -R a+rwX "$FONOTECA_LIBRARY"
	denied eve "belongs to 1001 and is not shared" lib-sweep
	run -0 eve lib-search --count love
}

@test "--shared makes a library for a group: its members write, others do not even read" {
	anna lib-import -q --shared users "$place/music/"*.ogg >session
	anna lib-commit -q <session >/dev/null
	bring ben "$place/music/"*.flac
	anna lib-sweep -q
	anna lib-sweep -q backup
	ben lib-import -q --again --set comment=x "$place/music" >/dev/null
	[ "$(modes d)" = "2770 " ] || fail "$(modes d)"
	[ "$(find "$FONOTECA_LIBRARY" -type f ! -path '*/blobs/*' ! -path '*/staging/*' -printf '%m %g\n' | sort -u)" = "660 users" ]
	[ "$(find "$FONOTECA_LIBRARY" ! -group users | wc -l)" -eq 0 ]
	[ "$(find "$FONOTECA_LIBRARY"/blobs -type f -printf '%m\n' | sort -u)" = 444 ]
	[ "$(find "$FONOTECA_LIBRARY"/blobs -type f -user 1001 | wc -l)" -gt 0 ]
	[ "$(find "$FONOTECA_LIBRARY"/blobs -type f -user 1002 | wc -l)" -gt 0 ]
	run -0 ben lib-search --count ''
	total=$output
	run -0 anna lib-search --count ''
	[ "$output" = "$total" ]
	denied eve "$FONOTECA_LIBRARY" lib-search love
	denied eve "$FONOTECA_LIBRARY" lib-import -q "$place/music"
	intact
}

@test "while it is in use the files of SQLite are the group's, too" {
	anna lib-import -q --shared users "$place/music/"*.ogg >/dev/null
	anna "$PYTHON" - "$FONOTECA_LIBRARY/library.db" >ready 3>&- <<-'PY' &
	import sqlite3, sys, time
	db = sqlite3.connect(sys.argv[1])
	db.execute("INSERT INTO event(at, actor, kind) VALUES (1, 1, 'x')")
	db.commit()
	print("ready", flush=True)
	time.sleep(20)
	PY
	reader=$!
	for ((i = 0; i < 200; i++)); do [ ! -s ready ] || break; sleep 0.05; done
	run stat -c '%a %G' "$FONOTECA_LIBRARY"/library.db-{wal,shm}
	bring ben "$place/music/"*.flac
	kill $reader
	[ "$output" = $'660 users\n660 users' ]
}

@test "--shared is for a new library, a group that exists, and members of it" {
	denied anna "there is no group 'nosuch'" lib-import --shared nosuch "$place/music"
	[ ! -e "$FONOTECA_LIBRARY/library.db" ]
	rm -rf "$FONOTECA_LIBRARY"
	denied eve "users" lib-import --shared users "$place/music"
	[ ! -e "$FONOTECA_LIBRARY/library.db" ]
	rm -rf "$FONOTECA_LIBRARY"
	bring anna "$place/music/"*.ogg
	denied anna "is there already, and is not shared with users" lib-import --shared users "$place/music"
	fails 2 lib-import --shared users --resume s1
	fails 2 lib-import --shared users --history x
	rm -rf "$FONOTECA_LIBRARY"
	anna lib-import -q --shared users "$place/music/"*.ogg >/dev/null
	run -0 ben lib-import -q --shared users "$place/music/"*.flac
}

@test "a library becomes a group's as fonoteca-library(5) says" {
	bring anna "$place/music/"*.ogg
	sed -n '/^\.Ss Sharing/,/^\.Ss Reading/p' "$TREE/man/fonoteca-library.5" | sed -n '/^\.Bd/,/^\.Ed/p' | sed '/^\./d; s/LIBRARY/"$FONOTECA_LIBRARY"/g; s/GROUP/users/g' >how
	[ "$(wc -l <how)" -ge 3 ]
	anna sh -eu <how
	[ "$(modes d)" = "2770 " ]
	[ "$(modes f)" = "444 660 " ]
	bring ben "$place/music/"*.flac
}

@test "sessions of others can be seen, not changed; the library's owner changes them" {
	anna lib-import -q --shared users "$place/music/hoppipolla.flac" >/dev/null
	bring ben "$place/music/"*.ogg
	ben lib-import -q --set comment=x "$place/music"/[a-m]*.flac >mine
	ben lib-commit --show "$(cat mine)" >/dev/null
	ben lib-commit --list | grep -q s1
	ben lib-commit --show s1 | grep -q hoppipolla
	ben lib-import --status s1 >/dev/null
	for what in "lib-commit s1" "lib-commit --reject s1" "lib-commit --retry s1" "lib-import --retry s1"; do
		run --separate-stderr ben $what
		[[ $status -ge 3 && $stderr == *"session s1 belongs to 1001"* ]] || fail "$what: $status $stderr"
	done
	[ "$(query 'SELECT state FROM session WHERE id = 1')" = staged ]
	denied ben "only the owner of the shared library in $FONOTECA_LIBRARY, 1001, may sweep it" lib-sweep
	denied ben "may restore it" lib-sweep restore "$(anna lib-sweep --json -v backup >/dev/null; ls "$FONOTECA_LIBRARY"/backup/*.db.gz)"
	ben lib-sweep health >/dev/null || [ $? -eq 3 ]
	anna lib-commit -q --reject "$(cat mine)"
	[ "$(query "SELECT state FROM session WHERE id = $(tr -d s <mine)")" = rejected ]
	anna lib-commit -q s1
}

@test "tracks of others can be seen, not changed; the library's owner changes them" {
	anna lib-import -q --shared users --commit "$place/music/"*.ogg >/dev/null
	bring ben "$place/music/hoppipolla.flac"
	hers=$(query 'SELECT min(id) FROM track WHERE owner = 1001') his=$(query 'SELECT id FROM track WHERE owner = 1002')
	before=$(catalogue)
	for what in "--amend $hers title=x" "--amend $hers album=x" "--amend $hers genre+=x" "--amend $hers rating=50" "--remove $hers" \
		"--attach $hers $his" "--attach $his $hers" "--write-tags $hers"; do
		run --separate-stderr ben lib-commit $what
		[[ $status -ge 3 || $what == --write-tags* ]] || fail "$what: $status"
		[[ $stderr == *"track $hers belongs to 1001"* || $what == --write-tags* ]] || fail "$what: $stderr"
	done
	[ "$(catalogue)" = "$before" ]
	ben lib-search --show "$hers" >/dev/null
	ben lib-commit --amend "$his" title=Mine >/dev/null
	anna lib-commit --amend "$his" title=Hers >/dev/null
	[ "$(query "SELECT title FROM track WHERE id = $his")" = Hers ]
	anna lib-commit --amend "$hers" title=Own >/dev/null
	event=$(query "SELECT max(id) FROM event WHERE kind = 'amend'")
	denied ben "track $hers belongs to 1001" lib-commit --undo "e$event"
	intact
}

@test "a commit leaves the tracks of others as they are" {
	cp -r "$place/music" "$place/hers" && chown -R 1001 "$place/hers"
	anna lib-import -q --shared users --commit "$place/hers/hoppipolla.flac" >/dev/null
	before=$(query 'SELECT * FROM track'; query 'SELECT * FROM file')
	# the same bytes are known; the same place, better or retagged, becomes a track of his own
	ben lib-import -q --commit "$place/music/hoppipolla.flac" >/dev/null
	[ "$(query 'SELECT * FROM track'; query 'SELECT * FROM file')" = "$before" ]
	"$PYTHON" "$FIXTURES/retag.py" "$place/hers/hoppipolla.flac" genre=Other 2>/dev/null || printf 'x' >>"$place/hers/hoppipolla.flac"
	ben lib-import -q --commit "$place/hers/hoppipolla.flac" >/dev/null
	[ "$(query 'SELECT * FROM track WHERE owner = 1001'; query "SELECT f.* FROM file f JOIN track t ON t.id = track_id WHERE t.owner = 1001")" = "$before" ]
	[ "$(query 'SELECT count(*) FROM track WHERE owner = 1002')" = 1 ]
	intact
}

@test "playlists and saved searches of others can be read, not changed" {
	anna lib-import -q --shared users --commit "$place/music/"*.ogg >/dev/null
	anna lib-playlist -q create Hers
	anna lib-search -q --ids '' | anna lib-playlist -q add Hers -
	anna lib-search -q --save quiet love
	ben lib-playlist -q create His
	ben lib-playlist show Hers | grep -q .
	ben lib-playlist export Hers >/dev/null
	ben lib-search '@quiet' >/dev/null || [ $? -eq 1 ]
	before=$(query 'SELECT * FROM playlist'; query 'SELECT * FROM entry'; query 'SELECT * FROM saved')
	for what in "add Hers 1" "remove Hers 1" "move Hers 1 2" "sort Hers title-" "rename Hers Mine" "delete Hers"; do
		run --separate-stderr ben lib-playlist $what
		[[ $status -ge 3 && $stderr == *"playlist p1 belongs to 1001"* ]] || fail "$what: $status $stderr"
	done
	anna lib-playlist schedule Hers --at '2099-01-01 7:00' --do notify >/dev/null
	run --separate-stderr ben lib-commit --undo "e$(query "SELECT max(event_id) FROM change WHERE name = 'schedule'")"
	[[ $status -ge 3 && $stderr == *"schedule c1 belongs to 1001"* ]] || fail "undo: $status $stderr"
	denied ben "the saved search 'quiet' belongs to 1001" lib-search --save quiet loud
	denied ben "the saved search 'quiet' belongs to 1001" lib-search --forget quiet
	[ "$(query 'SELECT * FROM playlist'; query 'SELECT * FROM entry'; query 'SELECT * FROM saved')" = "$before" ]
	ben lib-playlist -q add His 1
	anna lib-playlist -q delete His
}
