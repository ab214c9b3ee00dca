# Loaded by every bats file: `load house`.  A home and a library per test, the programs of
# $FONOTECA_BUILD (default build/), the fixtures in $FIXTURES.

bats_require_minimum_version 1.5.0

_top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export TOP=$_top
export FONOTECA_BUILD=${FONOTECA_BUILD:-$TOP/build}
export FIXTURES=$TOP/tests/fixtures
export LC_ALL=C.UTF-8
export COMMANDS="lib-import lib-commit lib-search lib-playlist lib-sweep"

# A line for a reader that must refuse a library that is not ours.
READERS=("lib-search love" "lib-commit s1" "lib-playlist list" "lib-sweep stage")

house_setup() {
	export HOME="$BATS_TEST_TMPDIR/home"
	mkdir -p "$HOME"
	export FONOTECA_LIBRARY="$BATS_TEST_TMPDIR/library"
	unset XDG_DATA_HOME XDG_CONFIG_HOME NO_COLOR FONOTECA_WORKER
	PATH="$FONOTECA_BUILD:$PATH"
	cd "$BATS_TEST_TMPDIR" || return 1
}

fail() {
	printf '%s\n' "$*" >&2
	return 1
}

# Import and commit the test music.
main_line() {
	lib-import -q "$FIXTURES/audio" | lib-commit -q >/dev/null
}

# The catalogue as text, without what says only when somebody looked.
dump_catalogue() {
	for t in artist release recording track tag release_tag credit release_credit genre track_genre file blob \
	    cover removed trash playlist entry doc skey; do
		echo "== $t"
		sqlite3 -readonly "$FONOTECA_LIBRARY/library.db" "SELECT * FROM $t"
	done
}
