# SPDX-License-Identifier: MIT
# A walk: a library that two people share, each with things of their own, on a machine where a third is no member.
load ../helper
load ../people

# Root becomes anna (uid 1001) and ben (1002), both of the group users, and eve (1003), who is not.
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
	for uid in 1001 1002 1003; do
		install -d -o $uid -m 755 "$place/$uid"
	done
	install -d -o 1001 -g users -m 1777 "$place/srv"
	export FONOTECA_LIBRARY=$place/srv/music
}

teardown() {
	[ -z "${place:-}" ] || rm -rf "$place"
}

# refused PATTERN WHO COMMAND... : status 4, and why.
refused() {
	local pattern=$1
	shift
	run -4 --separate-stderr "$@"
	[[ $stderr == *$pattern* ]] || fail "$*: $stderr"
}

@test "two people share a library: each adds, edits and undoes what is theirs, and is told whose the rest is" {
	# the first try is anna's alone, and ben is told so
	anna lib-import -q "$place/music/hoppipolla.flac" >/dev/null
	refused "it belongs to 1001, and is not shared with you" ben lib-search love
	rm -rf "$FONOTECA_LIBRARY"
	refused "there is no group 'nosuch'" anna lib-import --shared nosuch "$place/music"
	rm -rf "$FONOTECA_LIBRARY"

	# now it is the group's; what anna has not committed yet is hers to commit
	anna lib-import -q --shared users "$place/music/"*.ogg >/dev/null
	refused "session s1 belongs to 1001, and only 1001 may change it" ben lib-commit s1
	run -1 --separate-stderr ben lib-commit --all
	[[ $stderr == *"1 session of others left alone"* ]]
	anna lib-commit -q --all >/dev/null
	ben lib-import -q "$place/music" >session
	ben lib-commit -q <session >/dev/null
	[ "$(ben lib-search --count)" = "$(anna lib-search --count)" ]
	refused "$FONOTECA_LIBRARY" eve lib-search love

	# tracks
	hers=$(ben lib-search --ids -l 1 owner:1001) his=$(ben lib-search --ids -l 1 owner:1002)
	refused "track $hers belongs to 1001, and only 1001 may change it" ben lib-commit --amend "$hers" title=Mine
	ben lib-commit -q --amend "$his" title='Of the second'
	[ "$(anna lib-search --ids title:second)" = "$his" ]

	# playlists: everybody sees them all, and changes their own
	ben lib-playlist create Party
	ben lib-search -q --ids '' | ben lib-playlist add Party -
	anna lib-playlist create Mine
	refused "playlist p2 belongs to 1001, and only 1001 may change it" ben lib-playlist add Mine "$his"
	[ "$(ben lib-playlist list --json | grep -c '"owner":"100[12]"')" = 2 ]

	# the library's owner may, and an undo knows that somebody did
	anna lib-playlist delete Party
	refused "playlist p1 was changed later by event e" ben lib-commit --undo
	anna lib-commit -q --undo
	ben lib-playlist show Party | grep -q second
	# by now the latest edit of his is undone like any other
	ben lib-commit -q --undo
	[ -z "$(ben lib-playlist show Party)" ]

	# upkeep is the owner's, its state is everybody's
	refused "only the owner of the shared library in $FONOTECA_LIBRARY, 1001, may sweep it" ben lib-sweep
	anna lib-sweep -q
	ben lib-sweep health >/dev/null
	intact
}
