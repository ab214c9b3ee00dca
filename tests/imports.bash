# SPDX-License-Identifier: MIT
# Imports of many files, slow enough to act in their middle, and what is right in staging afterwards.

# many N FOLDER : N small audio files, no two with the same bytes.
many() {
	python3 - "$FIXTURES/audio" "$1" "$2" <<-'PY'
	import os, sys
	src, n, to = sys.argv[1], int(sys.argv[2]), sys.argv[3]
	data = open(src + "/love-will-tear-us-apart.mp3", "rb").read()
	os.makedirs(to, exist_ok=True)
	for i in range(n):
	    with open("%s/%05d.mp3" % (to, i), "wb") as f:
	        f.write(b"\0" * (i + 1) + data)
	PY
}

# staged_right : every file in staging has the bytes that its name says, and each item and cover
# of the session has its file there; nothing else lies there.
staged_right() {
	python3 - "$FONOTECA_LIBRARY" 1 <<-'PY'
	import hashlib, os, sqlite3, sys
	lib, session = sys.argv[1], sys.argv[2]
	folder = "%s/staging/s%s" % (lib, session)
	db = sqlite3.connect("file:" + lib + "/library.db?mode=ro", uri=True)
	want = {}
	for sha, suffix, size in db.execute("SELECT sha256, suffix, size FROM item WHERE session_id = ? AND"
	    " state = 'staged' UNION SELECT c.sha256, c.suffix, c.size FROM item_cover c JOIN item i ON"
	    " i.id = c.item_id WHERE i.session_id = ?", (session, session)):
	    want["%s.%s" % (sha.hex(), suffix)] = size
	for name in os.listdir(folder):
	    path = folder + "/" + name
	    data = open(path, "rb").read()
	    assert name in want, name
	    assert hashlib.sha256(data).hexdigest() == name.split(".")[0], name
	    assert len(data) == want.pop(name), name
	    assert os.stat(path).st_mode & 0o777 == 0o444, name
	assert not want, want
	PY
}

# slow MS COMMAND... : each rename into its last name takes its time, so that there is a middle to act in
slow() {
	requires strace
	local ms=$1
	shift
	ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0 strace -f -qq -o /dev/null -e trace=renameat,renameat2 \
		-e inject=renameat,renameat2:delay_enter=$((ms * 1000)) "$@"
}
