# SPDX-License-Identifier: MIT
# A walk: first the database is lost, then a file, then the whole disk; a mirror of the blobs and a copy of the
# catalogue lie elsewhere, as the manual advises.
load ../helper

setup() {
	setup_fonoteca
	FONOTECA_LIBRARY=$HOME/.local/share/fonoteca # nobody named one
	export -n FONOTECA_LIBRARY
	cd "$HOME" || return 1
	mkdir Music mirror
	cp "$FIXTURES"/audio/* Music
	lib-import -q Music | lib-commit -q >/dev/null
	lib-playlist create Evening
	lib-search -0 --ids love | lib-playlist add -0 Evening -
	lib-commit -q --amend 1 rating=80 >/dev/null
	tracks=$(lib-search --count)
	lib-playlist show Evening >evening
	lib-sweep -q --to mirror backup
	cp -a "$FONOTECA_LIBRARY/blobs" mirror
}

# as_it_was : every track, the rating and the playlist, and health finds nothing.
as_it_was() {
	[ "$(lib-search --count)" -eq "$tracks" ]
	[ "$(lib-search --ids rating:80)" = 1 ]
	lib-playlist show Evening | diff evening -
	run -0 --separate-stderr lib-sweep health
	intact
}

@test "the database is lost: every command says so, nothing makes it worse, and one command brings it back" {
	lib-sweep -q backup
	rm "$FONOTECA_LIBRARY"/library.db*
	for command in "lib-search love" "lib-import Music" "lib-commit --all" "lib-playlist list" "lib-sweep" "lib-sweep repair"; do
		fails 4 $command
		[[ $stderr == *"has lost its library.db; "*": lib-sweep rebuild "*"lib-sweep restore "* ]] ||
			fail "$command: $stderr"
	done
	[ ! -e "$FONOTECA_LIBRARY/library.db" ]
	run -0 lib-sweep rebuild
	[[ $output == "rebuild: from the copy library-"* ]]
	as_it_was

	# now it is there, and rubbish: the same way back, and what there was is kept
	dd if=/dev/urandom of="$FONOTECA_LIBRARY/library.db" bs=4096 count=20 conv=notrunc status=none
	rm -f "$FONOTECA_LIBRARY"/library.db-*
	fails 4 lib-search love
	[[ $stderr == *"lib-sweep restore goes back to a copy of it, lib-sweep rebuild makes it anew from copies and blobs" ]]
	run -0 --separate-stderr lib-sweep rebuild
	[[ $stderr == *"the catalogue as it was is in backup/damaged-"* ]]
	as_it_was
}

@test "a file is lost, another is cut short: found, told with its track, and fetched from wherever it is" {
	cut=$(lib-search --files -l 1 love) gone=$(lib-search --files roads)
	chmod u+w "$cut" && truncate -s 100 "$cut"
	rm "$gone"
	run -3 --separate-stderr lib-sweep -q verify
	[[ $stderr == *"is damaged (track "*"): it has 100 bytes instead of "* ]]
	[[ $stderr == *"is missing (track "*"Roads): No such file or directory"* ]]
	[ "$(lib-search --count is:damaged)" = 1 ]
	[ "$(lib-playlist show Evening | grep -c 'missing$')" = 1 ]

	# where they came from is not there any more, and nothing is changed for that
	mv Music Gone
	run -3 --separate-stderr lib-sweep repair
	[ "$(grep -c 'no copy of its bytes was found' <<<"$stderr")" = 2 ]
	run -3 --separate-stderr lib-sweep -q health
	[[ $stderr == *"1 damaged file"* && $stderr == *"missing"* ]]

	# the mirror has them
	run -0 --separate-stderr lib-sweep --from mirror/blobs repair
	[ "$output" = "repair: 2 fetched, 2 mended" ]
	run -0 lib-sweep -q verify
	as_it_was
}

@test "the disk is lost: a new one gets the copy and the blobs of the mirror" {
	rm -rf "$FONOTECA_LIBRARY"
	mv Music Gone
	fails 4 lib-search love
	[[ $stderr == *"there is no library in $FONOTECA_LIBRARY: lib-import makes one" ]]
	run -3 --separate-stderr lib-sweep rebuild mirror/library-*.db.gz
	[[ $stderr == *"rebuild: "*" blobs missing: lib-sweep repair looks for them where they came from, and below --from" ]]
	# what people made is there at once, the music follows
	[ "$(lib-search --ids rating:80)" = 1 ]
	[ "$(lib-playlist show Evening | grep -c 'missing$')" -eq "$(wc -l <evening)" ]
	run -0 lib-sweep -q --from mirror repair
	as_it_was
	# and the old folder is known, when it turns up again
	mv Gone Music
	run -0 lib-import -q --commit Music
	[ "$(lib-search --count)" -eq "$tracks" ]
}

@test "disk and copies are lost: the mirrored blobs alone make a library of the same tracks" {
	rm -rf "$FONOTECA_LIBRARY" mirror/library-*
	mkdir -p "$FONOTECA_LIBRARY"
	mv mirror/blobs "$FONOTECA_LIBRARY"
	fails 4 lib-import Music
	[[ $stderr == *"lib-sweep rebuild makes a catalogue of "* ]]
	run -0 lib-sweep rebuild
	[[ $output == "rebuild: from the blobs alone, "*" tracks taken in"* ]]
	[ "$(lib-search --count)" -ge $((tracks - 1)) ]
	[ "$(lib-search --count love)" -gt 0 ]
	intact
}
