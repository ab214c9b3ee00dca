# SPDX-License-Identifier: MIT
# Real music: every file arrives with the tags that another reader sees, once.
#
# $FONOTECA_MUSIC names a folder; else it is what `make demo` fetched; else the little tunes of share/demo.
load helper

setup() {
	setup_fonoteca
	MUSIC=${FONOTECA_MUSIC:-$FONOTECA_BUILD/demo/music}
	[ -d "$MUSIC" ] || MUSIC=$TREE/share/demo/music
}

@test "every audio file arrives with its tags, as mutagen reads them" {
	requires mutagen
	lib-import -q "$MUSIC" | lib-commit -q
	lib-search -q --json >tracks
	run -0 "$PYTHON" "$TREE/tests/second-opinion.py" "$MUSIC" tracks
	echo "# $output" >&3
}

@test "sha256sum of every blob is its name" {
	lib-import -q "$MUSIC" | lib-commit -q
	(cd "$FONOTECA_LIBRARY/blobs" && find . -type f | while read -r f; do
		name=${f##*/}
		echo "${name%%.*}  $f"
	done) >sums
	[ "$(wc -l <sums)" -ge "$(lib-search --count)" ]
	cd "$FONOTECA_LIBRARY/blobs" && sha256sum --quiet --strict -c "$BATS_TEST_TMPDIR/sums"
}

@test "the same line again changes nothing, and says so" {
	lib-import -q "$MUSIC" | lib-commit -q
	catalogue >before
	tracks=$(lib-search --count)
	files=$(query "SELECT count(*) FROM source")
	sleep 2.1	# times too close to the import are not trusted
	lib-import -q "$MUSIC" | lib-commit -q >/dev/null	# trusts them from now on
	run -0 --separate-stderr bash -c 'lib-import "$1" | lib-commit' bash "$MUSIC"
	[[ $output == *"committed: 0 tracks, 0 duplicates, 0 failed, $files unchanged" ]]
	catalogue >after
	cmp before after
	[ "$(lib-search --count)" -eq "$tracks" ]
}
