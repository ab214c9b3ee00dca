# SPDX-License-Identifier: MIT
# share/demo.sh, that `make demo` runs, on the little tunes; and that what it tells to type works.
load helper

setup() {
	setup_fonoteca
	mkdir "$BATS_TEST_TMPDIR/build"
	ln -s "$FONOTECA_BUILD"/* "$BATS_TEST_TMPDIR/build"
	rm -f "$BATS_TEST_TMPDIR/build/demo"
	export FONOTECA_BUILD=$BATS_TEST_TMPDIR/build
	unset FONOTECA_LIBRARY
}

@test "the demo shows the main line and ends well" {
	MUSIC=$TREE/share/demo/music run -0 sh "$TREE/share/demo.sh"
	for line in "lib-search love" "lib-playlist create Evening" "lib-playlist show Evening" "lib-sweep health" \
	    "lib-search -0 --ids love | lib-playlist add -0 Evening -"; do
		grep -qxF "$ $line" <<<"$output"
	done
	grep -q "Love at the Prompt" <<<"$output"
	grep -q ": 8 tracks in " <<<"$output"
	# what is to be pasted can be
	sed -n '/^  export PATH/,/^  man /p' <<<"$output" | sed 's/^  man \(.*\)/mandoc \1 >\/dev\/null/' >paste
	[ "$(wc -l <paste)" -eq 5 ]
	run -0 sh -e paste
	# and a second run starts anew
	MUSIC=$TREE/share/demo/music run -0 sh "$TREE/share/demo.sh"
	grep -q ": 8 tracks in " <<<"$output"
}

@test "the demo takes a folder of one's own, whatever it is called, and a word that is found there" {
	mkdir "it's mine"
	cp "$FIXTURES/audio/glosoli.oga" "it's mine"
	MUSIC="$PWD/it's mine" run -0 sh "$TREE/share/demo.sh"
	[[ $output == *": 1 tracks in "* ]]
	[[ $output != *"lib-search love"* ]]
}

@test "the demo's music is small, and all that its maker names" {
	[ "$(find "$TREE/share/demo/music" -type f | wc -l)" -eq "$(grep -c '^    ("' "$TREE/share/demo/make-music.py")" ]
	[ "$(du -sb "$TREE/share/demo/music" | cut -f 1)" -lt 300000 ]
}
