# SPDX-License-Identifier: MIT
# Common to every test file: each test has its own HOME and library, and nothing of the user's.

bats_require_minimum_version 1.5.0

COMMANDS="lib-import lib-commit lib-search lib-playlist lib-sweep"
# lib-analyze is there where its libraries are.
analyzes() {
	[ -x "$FONOTECA_BUILD/lib-analyze" ]
}

setup_fonoteca() {
	TREE=$(cd "$BATS_TEST_DIRNAME" && while [ ! -f VERSION ]; do cd ..; done && pwd)
	: "${FONOTECA_BUILD:=$TREE/build}"
	FIXTURES=$TREE/tests/fixtures
	export TREE FONOTECA_BUILD FIXTURES
	export HOME=$BATS_TEST_TMPDIR/home
	export FONOTECA_LIBRARY=$BATS_TEST_TMPDIR/library
	export LC_ALL=C.UTF-8 TZ=UTC
	PYTHON=${PYTHON:-/usr/bin/python3} # the one that Debian's packages are for
	export PATH=$FONOTECA_BUILD:$PATH
	! analyzes || COMMANDS="$COMMANDS lib-analyze"
	unset XDG_DATA_HOME XDG_CONFIG_HOME NO_COLOR FONOTECA_NOW
	mkdir -p "$HOME"
	cd "$BATS_TEST_TMPDIR" || return 1
}

setup() {
	setup_fonoteca
}

# requires PROGRAM... : skip with the reason where one is missing, or cannot do its work here.
requires() {
	local p
	for p in "$@"; do
		case $p in
		lib-analyze)
			analyzes || skip "lib-analyze was not built: its libraries are not here"
			continue ;;
		mutagen)
			"$PYTHON" -c 'import mutagen' 2>/dev/null || skip "python3-mutagen is not installed"
			continue ;;
		esac
		command -v "$p" >/dev/null || skip "$p is not installed"
		[ "$p" != strace ] || may_trace
	done
}

may_trace() {
	strace -qq -o /dev/null true 2>/dev/null || skip "strace may not trace here"
	export ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0 # who is traced cannot look for leaks
}

# fails STATUS COMMAND... : exactly this status, a message on stderr that begins with the command's
# name, and nothing on stdout.  A crash is never a failure that was meant.
fails() {
	local want=$1
	shift
	run -"$want" --separate-stderr "$@"
	[ -z "$output" ] || { echo "unexpected on stdout: $output"; return 1; }
	[ "$want" -eq 1 ] || [[ $stderr == "$(basename "$1"):"* ]] || { echo "stderr: $stderr"; return 1; }
}

# query SQL : what the library's catalogue says, | between columns.
query() {
	python3 - "$FONOTECA_LIBRARY/library.db" "$1" <<-'PY'
	import sqlite3, sys
	db = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
	for row in db.execute(sys.argv[2]):
	    print("|".join("" if c is None else c.hex() if isinstance(c, bytes) else str(c) for c in row))
	PY
}

# edit SQL : change the library's catalogue behind everybody's back; foreign keys are not looked at.
edit() {
	python3 - "$FONOTECA_LIBRARY/library.db" "$1" <<-'PY'
	import sqlite3, sys
	db = sqlite3.connect(sys.argv[1])
	db.executescript(sys.argv[2])
	db.commit()
	PY
}

# catalogue : everything in the catalogue but what a rerun may touch (times of tasks and sessions), as text.
catalogue() {
	python3 - "$FONOTECA_LIBRARY/library.db" <<-'PY'
	import sqlite3, sys
	db = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
	for t in ("artist", "release", "recording", "track", "tag", "release_tag", "credit", "release_credit",
	          "genre", "track_genre", "file", "blob", "cover", "doc", "skey", "playlist", "entry", "removed",
	          "listener", "song", "told", "play", "play_raw", "heard"):
	    for row in sorted(map(repr, db.execute("SELECT * FROM " + t))):
	        print(t, row)
	PY
}

# is_json : every line of stdin is a JSON object with "v":1.
is_json() {
	python3 -c '
import json, sys
n = 0
for line in sys.stdin.buffer.read().split(b"\n"):
    if line:
        assert json.loads(line)["v"] == 1, line
        n += 1
assert n > 0, "nothing printed"'
}

# intact : the catalogue and the blobs agree (the invariants of fonoteca-library(5)).
intact() {
	python3 - "$FONOTECA_LIBRARY" <<-'PY'
	import hashlib, os, sqlite3, sys
	lib = sys.argv[1]
	db = sqlite3.connect("file:" + lib + "/library.db?mode=ro", uri=True)
	assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
	assert not db.execute("PRAGMA foreign_key_check").fetchall()
	rows = db.execute("SELECT sha256, suffix, size FROM blob b WHERE EXISTS (SELECT 1 FROM file f WHERE"
	    " f.blob_id = b.id AND f.state = 'ok') OR EXISTS (SELECT 1 FROM cover c WHERE c.blob_id = b.id)").fetchall()
	for sha, suffix, size in rows:
	    path = "%s/blobs/%s/%s.%s" % (lib, sha.hex()[:2], sha.hex(), suffix)
	    data = open(path, "rb").read()
	    assert len(data) == size, path
	    assert hashlib.sha256(data).digest() == sha, path
	for shard in os.listdir(lib + "/blobs"):
	    for name in os.listdir(lib + "/blobs/" + shard):
	        data = open("%s/blobs/%s/%s" % (lib, shard, name), "rb").read()
	        assert hashlib.sha256(data).hexdigest() == name.split(".")[0], name
	PY
}

# staging_intact : every file of session s1 in staging has the bytes that its name says, and every staged item
# and cover its file; nothing else lies there.
staging_intact() {
	python3 - "$FONOTECA_LIBRARY" <<-'PY'
	import hashlib, os, sqlite3, sys
	lib = sys.argv[1]
	db = sqlite3.connect("file:" + lib + "/library.db?mode=ro", uri=True)
	want = {}
	for sha, suffix in db.execute("SELECT sha256, suffix FROM item WHERE state = 'staged'"
	    " UNION SELECT sha256, suffix FROM item_cover"):
	    want["%s.%s" % (sha.hex(), suffix)] = 1
	for name in os.listdir(lib + "/staging/s1"):
	    with open(lib + "/staging/s1/" + name, "rb") as f:
	        assert hashlib.file_digest(f, "sha256").hexdigest() == name.split(".")[0], name
	    assert want.pop(name), name
	assert not want, want
	PY
}

# fail WHY... : end a test that a comparison in a loop has failed.
fail() {
	printf '%s\n' "$*" >&2
	return 1
}

# main_line : import and commit the test music.
main_line() {
	(set -o pipefail && lib-import -q "$FIXTURES/audio" | lib-commit -q >/dev/null)
}
