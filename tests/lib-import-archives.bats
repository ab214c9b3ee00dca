#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lib-import(1), Archives: what lies inside comes in as if it were unpacked, and hostile archives harm nothing.

load helper
# shellcheck disable=SC2030,SC2031

setup() {
	setup_fonoteca
	STAGING=$FONOTECA_LIBRARY/staging
	mkdir music
}

teardown() {
	! mountpoint -q "$BATS_TEST_TMPDIR/disk" || umount "$BATS_TEST_TMPDIR/disk"
}

# archive NAME PYTHON : make music/NAME; the code has its path, audio(NAME) (the bytes of a fixture), variant(N) (an
# MP3, no two alike), add() and the modules below.
archive() {
	python3 - "$FIXTURES/audio" "music/$1" "$2" <<-'PY'
	import io, lzma, random, struct, sys, tarfile, textwrap, zipfile, zlib
	src, path, code = sys.argv[1:]
	def audio(name):
	    return open(src + "/" + name, "rb").read()
	def variant(n):
	    return b"\0" * (n + 1) + audio("love-will-tear-us-apart.mp3")
	def add(tar, name, data=b"", **more):
	    info = tarfile.TarInfo(name)
	    info.size = len(data)
	    for k, v in more.items():
	        setattr(info, k, v)
	    tar.addfile(info, io.BytesIO(data))
	random.seed(path)
	exec(textwrap.dedent(code))
	PY
}

# paths : of the items that are staged, below music/, sorted.
paths() {
	python3 - "$FONOTECA_LIBRARY/library.db" "$PWD/music/" "${1-staged}" <<-'PY'
	import os, sqlite3, sys
	db = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
	top = os.fsencode(sys.argv[2])
	for (path,) in db.execute("SELECT path FROM item WHERE state = ? ORDER BY path", (sys.argv[3],)):
	    assert path.startswith(top), path
	    sys.stdout.buffer.write(path[len(top):] + b"\n")
	PY
}

# clean : nothing but the bytes of items and covers is in staging.
clean() {
	run -0 find "$STAGING" -mindepth 2 ! -regex '.*/[0-9a-f]*\.[a-z0-9]*'
	[ -z "$output" ] || fail "left: $output"
}

# commits N : the session is committed and gives N tracks; the library is sound.
commits() {
	run -0 --separate-stderr lib-commit -q s1
	[ "$(lib-search --count)" = "$1" ] || fail "$(lib-search --count) tracks"
	intact
	[ -z "$(ls "$STAGING")" ]
}

@test "zip, tar, tar.gz, tar.bz2, tar.xz: each member comes in as a file of its own" {
	archive a.zip '
	z = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED)
	z.writestr("Album/01 One.flac", audio("hoppipolla.flac"))
	z.writestr("Album/02 Two.mp3", variant(0))
	z.close()'
	archive stored.zip '
	z = zipfile.ZipFile(path, "w", zipfile.ZIP_STORED)
	z.writestr("1.mp3", variant(1))
	z.close()'
	local n=2
	for m in "" gz bz2 xz; do
		n=$((n + 1))
		archive "t.tar${m:+.$m}" "
	t = tarfile.open(path, 'w:$m')
	add(t, 'Album/$n.mp3', variant($n))
	t.close()"
	done
	run -0 --separate-stderr lib-import -v music
	[ "$output" = s1 ]
	[[ $stderr == *"s1: 7 files staged"* ]]
	[ "$(paths)" = "$(printf '%s\n' 'a.zip/Album/01 One.flac' 'a.zip/Album/02 Two.mp3' stored.zip/1.mp3 \
		t.tar.bz2/Album/5.mp3 t.tar.gz/Album/4.mp3 t.tar.xz/Album/6.mp3 t.tar/Album/3.mp3)" ]
	clean
	commits 2
	[ "$(query "SELECT count(*) FROM file")" = 7 ]
	[[ $(lib-search --json hoppipolla) == *'"source":"'"$PWD/music/a.zip/Album/01 One.flac"'"'* ]]
}

@test "tar.zst and 7z do, too" {
	cp "$FIXTURES"/archives/song.* music
	lib-import -q music
	[ "$(paths)" = $'song.7z/song.wav\nsong.tar.zst/song.wav' ]
	clean
	commits 1
}

@test "an archive is told by its bytes, and audio is never taken for one" {
	archive a.zip 'z = zipfile.ZipFile(path, "w"); z.writestr("x.mp3", variant(0)); z.close()'
	mv music/a.zip music/song.mp3
	cp "$FIXTURES/audio/hoppipolla.flac" music/fake.zip
	printf 'PK but no zip' >music/text.zip
	gzip -c "$FIXTURES/other/notes.txt" >music/notes.gz
	lib-import -q music
	[ "$(paths)" = $'fake.zip\nsong.mp3/x.mp3' ]
	[ "$(query "SELECT skipped FROM session")" = 2 ]
}

@test "covers and names are used as if the archive were a folder" {
	mkdir -p "music/The Artist"
	archive "The Artist/The Album.zip" '
	z = zipfile.ZipFile(path, "w")
	z.writestr("03 Third.wav", audio("untagged.wav"))
	z.writestr("cover.jpg", open(src + "/../other/cover.jpg", "rb").read())
	z.close()'
	archive "The Artist/packed.tar.gz" '
	t = tarfile.open(path, "w:gz")
	add(t, "Inner/04 Fourth.wav", audio("untagged.wav") + b"\0\0")
	t.close()'
	lib-import -q music
	[ "$(query "SELECT count(*) FROM item_cover WHERE folder = 1")" = 1 ]
	commits 2
	[ "$(lib-search --format '$artist|$album|$track|$title' -s title)" = \
		$'The Artist|Inner|4|Fourth\nThe Artist|The Album|3|Third' ]
}

@test "names in UTF-8, of code page 437 and of no character set at all" {
	archive a.zip '
	z = zipfile.ZipFile(path, "w")
	z.writestr("\u3055\u304f\u3089/\u00e9t\u00e9.mp3", variant(0))
	class Old(zipfile.ZipInfo):
	    def _encodeFilenameFlags(self):
	        return self.filename.encode("cp437"), 0
	z.writestr(Old("\u00dcb\u00e9r \u2590.mp3"), variant(1))
	z.close()'
	archive b.tar '
	t = tarfile.open(path, "w", format=tarfile.USTAR_FORMAT, encoding="latin-1")
	add(t, "caf\u00e9.mp3", variant(2))
	add(t, "new\nline.mp3", variant(3))
	t.close()
	t = tarfile.open(path + "2", "w", format=tarfile.PAX_FORMAT)
	add(t, "\u00e9" * 120 + ".mp3", variant(4))
	t.close()'
	lib-import -q music
	expected=$(printf '%s\n' 'a.zip/Übér ▐.mp3' 'a.zip/さくら/été.mp3' $'b.tar/caf\xe9.mp3' $'b.tar/new\nline.mp3' \
		"b.tar2/$(printf 'é%.0s' {1..120}).mp3")
	[ "$(paths)" = "$expected" ] || fail "$(paths | od -c)"
	commits 1
}

@test "members that lead out of the archive are left out, and nothing is written elsewhere" {
	archive a.tar '
	t = tarfile.open(path, "w")
	add(t, "../../../../escaped.mp3", variant(0))
	add(t, "/tmp/fonoteca-escaped.mp3", variant(1))
	add(t, "in/../../x.mp3", variant(2))
	add(t, "in/good.mp3", variant(3))
	add(t, "..", variant(4))
	add(t, "./", variant(4))
	t.close()'
	archive b.zip '
	z = zipfile.ZipFile(path, "w")
	z.writestr("../evil.mp3", variant(5))
	z.writestr("./fine/./x.mp3", variant(6))
	z.close()'
	run -3 --separate-stderr lib-import -q music
	[ "$output" = s1 ]
	[[ $stderr == *"a.tar: its member '../../../../escaped.mp3' leads out of the archive, and "*" more are left out"* ]]
	[[ $stderr == *"b.zip: its member '../evil.mp3' leads out of the archive"* ]]
	[ "$(paths)" = $'a.tar/in/good.mp3\nb.zip/fine/x.mp3' ]
	[ "$(paths failed)" = $'a.tar\nb.zip' ]
	run -0 find "$BATS_TEST_TMPDIR" -name '*evil*' -o -name '*escaped*'
	[ -z "$output" ]
	[ ! -e /tmp/fonoteca-escaped.mp3 ]
	clean
	commits 1
}

@test "links, hard links, pipes and devices in an archive are passed over; nothing is written through a link" {
	mkdir target
	archive a.tar '
	t = tarfile.open(path, "w")
	add(t, "out", type=tarfile.SYMTYPE, linkname="'"$PWD"'/target")
	add(t, "out/through.mp3", variant(0))
	add(t, "file.mp3", type=tarfile.SYMTYPE, linkname="'"$PWD"'/target/written.mp3")
	add(t, "file.mp3", variant(1))
	add(t, "hard.mp3", type=tarfile.LNKTYPE, linkname="/etc/passwd")
	add(t, "pipe", type=tarfile.FIFOTYPE)
	add(t, "null", type=tarfile.CHRTYPE, devmajor=1, devminor=3)
	t.close()'
	run -0 --separate-stderr lib-import --json music
	[[ $output == *'"staged":2,'*'"links":3,"special":2'* ]] || fail "$output"
	[ "$(paths)" = $'a.tar/file.mp3\na.tar/out/through.mp3' ]
	[ -z "$(ls target)" ]
	clean
	commits 1
}

@test "an archive of which all audio leads out of it has failed, and is not one without audio" {
	"$PYTHON" - "$FIXTURES/audio/plain.aac" <<-'PY'
		import sys, zipfile
		with zipfile.ZipFile("out.zip", "w") as z:
		    z.write(sys.argv[1], "../music/one.aac")
	PY
	run -3 --separate-stderr lib-import out.zip
	[[ $stderr == *"out.zip: its member '../music/one.aac' leads out of the archive"* ]]
	lib-import --status --json s1 | grep -q '"failed":1'
}

@test "a member that is there twice, or lies in a file, is left out" {
	archive a.tar '
	t = tarfile.open(path, "w")
	add(t, "x.mp3", variant(0))
	add(t, "x.mp3", variant(1))
	add(t, "x.mp3/y.mp3", variant(2))
	add(t, "d/z.mp3", variant(3))
	add(t, "d", variant(4))
	t.close()'
	run -3 --separate-stderr lib-import -q music
	[[ $stderr == *"its member 'x.mp3' is there twice, and 2 more are left out"* ]]
	[ "$(paths)" = $'a.tar/d/z.mp3\na.tar/x.mp3' ]
	[ "$(query "SELECT hex(sha256) FROM item WHERE CAST(path AS TEXT) LIKE '%x.mp3'")" = \
		"$({ printf '\0'; cat "$FIXTURES/audio/love-will-tear-us-apart.mp3"; } | sha256sum | cut -c1-64 | tr a-f A-F)" ]
	commits 1
}

@test "names of 255 bytes come in, longer ones and too deep ones are left out" {
	archive a.tar '
	t = tarfile.open(path, "w", format=tarfile.PAX_FORMAT)
	add(t, "x" * 251 + ".mp3", variant(0))
	add(t, "y" * 252 + ".mp3", variant(1))
	add(t, "d/" * 64 + "z.mp3", variant(2))
	add(t, "d/" * 63 + "z.mp3", variant(3))
	add(t, "long/" * 1000 + "z.mp3", variant(4))
	t.close()'
	run -3 --separate-stderr lib-import -q music
	[[ $stderr == *"has too long a name, and 2 more are left out"* ]]
	[ "$(paths | wc -l)" = 2 ]
	clean
	commits 1
}

@test "bombs are refused before they fill the disk, and the other files come in" {
	archive bomb.zip '
	z = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED)
	z.writestr("good.mp3", variant(0))
	with z.open("zeros.wav", "w", force_zip64=True) as f:
	    for i in range(400):
	        f.write(b"\0" * (1 << 20))
	z.close()'
	archive bomb.tar.xz '
	t = tarfile.open(path, "w:xz", preset=0)
	info = tarfile.TarInfo("zeros.wav")
	info.size = 400 << 20
	class Zeros(io.RawIOBase):
	    def read(self, n=-1):
	        return b"\0" * n
	t.addfile(info, Zeros())
	t.close()'
	cp "$FIXTURES/audio/untagged.wav" music
	run -3 --separate-stderr lib-import -q music
	[[ $stderr == *"bomb.zip: was not unpacked: it grows to more than 100 times its size"* ]]
	[[ $stderr == *"bomb.tar.xz: was not unpacked: it grows to more than 100 times its size"* ]]
	[ "$(paths)" = untagged.wav ]
	clean
	commits 1
}

@test "an archive that needs too much memory is told so" {
	[ -z "${FONOTECA_SAN:-}" ] || skip "a sanitizer build has no limit of memory"
	archive huge.tar.xz '
	filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 30}]
	data = io.BytesIO()
	t = tarfile.open(fileobj=data, mode="w")
	add(t, "x.mp3", variant(0))
	t.close()
	# a dictionary of 1 GiB only in the header
	packed = bytearray(lzma.compress(data.getvalue(), check=lzma.CHECK_NONE, filters=[{"id": lzma.FILTER_LZMA2, "preset": 0}]))
	at = packed.index(b"\x21\x01", 12) + 2
	packed[at] = 36
	start = 12
	size = (packed[start] + 1) * 4
	packed[start + size - 4:start + size] = struct.pack("<I", zlib.crc32(bytes(packed[start:start + size - 4])))
	open(path, "wb").write(packed)'
	cp "$FIXTURES/audio/untagged.wav" music
	run -3 --separate-stderr lib-import -v music
	[ "$output" = s1 ]
	[[ $stderr == *"huge.tar.xz: needs more than 512 MiB to be unpacked"* ]] || fail "$stderr"
	[ "$(paths)" = untagged.wav ]
	clean
}

@test "what came whole before the damage is kept, and the archive has failed" {
	archive cut.tar.gz '
	t = tarfile.open(path, "w:gz")
	add(t, "1.mp3", variant(0))
	add(t, "2.mp3", variant(1) + random.randbytes(300000))
	t.close()
	data = open(path, "rb").read()
	open(path, "wb").write(data[:len(data) - 100000])'
	archive cut.zip '
	z = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED)
	z.writestr("1.mp3", variant(2))
	z.writestr("2.mp3", variant(3) + random.randbytes(300000))
	z.close()
	data = open(path, "rb").read()
	open(path, "wb").write(data[:len(data) - 100000])'
	archive crc.zip '
	z = zipfile.ZipFile(path, "w", zipfile.ZIP_STORED)
	z.writestr("1.mp3", variant(4))
	z.writestr("2.mp3", variant(5))
	z.close()
	data = bytearray(open(path, "rb").read())
	data[data.index(b"1.mp3") + 100] ^= 1
	open(path, "wb").write(data)'
	run -3 --separate-stderr lib-import -q music
	[ "$(paths)" = $'crc.zip/2.mp3\ncut.tar.gz/1.mp3\ncut.zip/1.mp3' ] || fail "$(paths) $stderr"
	[ "$(paths failed)" = $'crc.zip\ncut.tar.gz\ncut.zip' ]
	[[ $stderr == *"crc.zip: its member '1.mp3' is damaged: "* ]]
	[[ $stderr == *"cut.tar.gz: "*damaged* && $stderr == *"cut.zip: "*damaged* ]] || fail "$stderr"
	clean
	commits 1
	# it is looked at again next time, and fails again
	run -3 --separate-stderr lib-import -q music
	[[ $stderr == *"cut.zip: "*damaged* ]]
}

@test "an encrypted archive fails and says why" {
	cp "$FIXTURES"/archives/encrypted-*.zip music
	run -3 --separate-stderr lib-import -q music
	[[ $stderr == *"encrypted-song.zip: its member 'song.wav' is encrypted" ]]
	# where nothing is even named like audio it is just no audio
	[[ $stderr != *encrypted-text.zip* ]]
	[ "$(query "SELECT skipped FROM session")" = 1 ]
	clean
}

@test "an archive without audio counts as one file without audio; other members count each" {
	archive book.zip 'z = zipfile.ZipFile(path, "w"); [z.writestr("page%d.txt" % i, "x" * i) for i in range(5)]; z.close()'
	archive empty.zip 'z = zipfile.ZipFile(path, "w"); z.close()'
	archive empty.tar.gz 't = tarfile.open(path, "w:gz"); t.close()'
	archive album.zip 'z = zipfile.ZipFile(path, "w"); z.writestr("a.mp3", variant(0)); z.writestr("a.txt", "x"); z.writestr("b.txt", ""); z.close()'
	run -0 --separate-stderr lib-import --json music
	[[ $output == *'"staged":1,'*'"not_audio":5,"failed":0'* ]] || fail "$output"
	run -3 --separate-stderr lib-import --strict -q music
	[[ $stderr == *"album.zip/a.txt: is no audio of a known format"* && $stderr == *"book.zip"* ]]
}

@test "an archive inside an archive is not unpacked" {
	archive outer.tar '
	inner = io.BytesIO()
	z = zipfile.ZipFile(inner, "w")
	z.writestr("hidden.mp3", variant(0))
	z.close()
	t = tarfile.open(path, "w")
	add(t, "inner.zip", inner.getvalue())
	add(t, "seen.mp3", variant(1))
	t.close()'
	run -0 --separate-stderr lib-import music
	[[ $stderr == *"outer.tar/inner.zip: an archive inside an archive is not unpacked"* ]]
	[ "$(paths)" = outer.tar/seen.mp3 ]
	[ "$(query "SELECT skipped FROM session")" = 1 ]
}

@test "an unchanged archive is not opened again; a rejected session does not hide it" {
	archive a.zip 'z = zipfile.ZipFile(path, "w"); [z.writestr("%d.mp3" % i, variant(i)) for i in range(3)]; z.close()'
	archive b.zip 'z = zipfile.ZipFile(path, "w"); z.writestr("x.txt", "x"); z.close()'
	touch -d '1 hour ago' music/*
	sleep 3.1	# its ctime is trusted after that
	lib-import -q music
	lib-commit -q --reject s1
	run -0 --separate-stderr lib-import --json music
	[[ $output == *'"staged":3,'*'"unchanged":0,"not_audio":1,'* ]]
	lib-commit -q s2 >/dev/null
	requires strace
	run -0 --separate-stderr strace -f -qq -o trace -e trace=open,openat,openat2 lib-import --json music
	[[ $output == *'"staged":0,'*'"unchanged":3,"not_audio":1,'* ]] || fail "$output"
	run -1 grep -E '[ab]\.zip' trace
	# changed: what is new in it comes
	archive a.zip 'z = zipfile.ZipFile(path, "w"); [z.writestr("%d.mp3" % i, variant(i)) for i in range(4)]; z.close()'
	run -0 --separate-stderr lib-import --json music
	[[ $output == *'"staged":4,'* ]]
}

@test "a member whose track was removed is looked at again" {
	archive a.zip 'z = zipfile.ZipFile(path, "w"); z.writestr("1.flac", audio("hoppipolla.flac")); z.writestr("2.wv", audio("roads.wv")); z.close()'
	sleep 3.1
	(set -o pipefail; lib-import -q music | lib-commit -q >/dev/null)
	run -0 lib-import --json music
	[[ $output == *'"unchanged":2,'* ]]
	sqlite3 "$FONOTECA_LIBRARY/library.db" "UPDATE file SET state = 'removed' WHERE format = 'flac'"
	run -0 lib-import --json music
	[[ $output == *'"staged":1,'*'"unchanged":1,'* ]] || fail "$output"
}

@test "--set applies to members, --dry-run names the archive and creates nothing" {
	archive a.zip 'z = zipfile.ZipFile(path, "w"); z.writestr("1.flac", audio("hoppipolla.flac")); z.close()'
	run -0 --separate-stderr lib-import -n music
	[ "$output" = "$PWD/music/a.zip" ]
	run -0 --separate-stderr lib-import -n --json music
	[[ ${lines[0]} == *'"format":"archive","codec":"zip"'* ]]
	[ ! -e "$FONOTECA_LIBRARY" ]
	lib-import -q --set genre=Post-Rock music
	commits 1
	[ "$(lib-search --format '$genre')" = Post-Rock ]
}

@test "an archive can be named itself, and its own files stay as they are" {
	archive 'Some Album.tar.gz' 't = tarfile.open(path, "w:gz"); add(t, "1 First.wav", audio("untagged.wav")); t.close()'
	before=$(sha256sum 'music/Some Album.tar.gz'; stat -c '%i %Y %Z %a' 'music/Some Album.tar.gz')
	lib-import -q 'music/Some Album.tar.gz'
	commits 1
	[ "$(lib-search --format '$album|$track|$title')" = 'Some Album|1|First' ]
	[ "$(sha256sum 'music/Some Album.tar.gz'; stat -c '%i %Y %Z %a' 'music/Some Album.tar.gz')" = "$before" ]
}

@test "a failed archive is tried again by --retry, and only what is missing comes" {
	archive a.zip '
	z = zipfile.ZipFile(path, "w")
	[z.writestr("%d.mp3" % i, variant(i)) for i in range(3)]
	z.close()
	data = bytearray(open(path, "rb").read())
	data[data.index(b"1.mp3") + 100] ^= 1
	open(path, "wb").write(data)'
	run -3 --separate-stderr lib-import -q music
	[ "$(paths)" = $'a.zip/0.mp3\na.zip/2.mp3' ]
	run -3 --separate-stderr lib-import -q --retry s1
	[[ $stderr == *"a.zip: its member '1.mp3' is damaged"* ]]
	archive a.zip 'z = zipfile.ZipFile(path, "w"); [z.writestr("%d.mp3" % i, variant(i)) for i in range(3)]; z.close()'
	run -0 --separate-stderr lib-import -q --retry s1
	[ "$(paths)" = $'a.zip/0.mp3\na.zip/1.mp3\na.zip/2.mp3' ]
	[ -z "$(paths failed)" ]
	clean
	commits 1
}

@test "a member that fails is that member's error, and --retry finds it in its archive" {
	archive a.zip '
	z = zipfile.ZipFile(path, "w")
	z.writestr("good.mp3", variant(0))
	z.writestr("bad.flac", b"fLaC" + b"\xff" * 100)
	z.close()'
	run -3 --separate-stderr lib-import -q music
	[[ $stderr == *"music/a.zip/bad.flac: "* ]]
	[ "$(paths failed)" = a.zip/bad.flac ]
	run -3 --separate-stderr lib-import -q --retry s1
	[[ $stderr == *"music/a.zip/bad.flac: "* ]]
	[ "$(paths)" = a.zip/good.mp3 ]
	# an archive of which something failed is looked at again
	lib-commit -q s1 >/dev/null
	[ "$(query "SELECT count(*) FROM archive")" = 0 ]
}

# many_in_a_zip N : music/a.zip with N members.
many_in_a_zip() {
	archive a.zip 'z = zipfile.ZipFile(path, "w"); [z.writestr("%03d.mp3" % i, variant(i)) for i in range('"$1"')]; z.close()'
}

@test "killed while it unpacks or takes members: the rerun goes on, and nothing is copied twice" {
	requires strace
	many_in_a_zip 300
	# in the middle of the unpacking
	run strace -f -qq -o /dev/null -e trace=utimensat -e inject=utimensat:signal=KILL:when=40 \
		lib-import -q -j1 music
	[ "$status" -ne 0 ]
	[ -n "$(find "$STAGING"/s1 -name 'unpack-*')" ]
	# in the middle of the members, after the first batch
	run strace -f -qq -o /dev/null -e trace=linkat -e inject=linkat:signal=KILL:when=290 lib-import -q -j1 music
	[ "$status" -ne 0 ]
	[ -n "$(find "$STAGING"/s1 -name 'unpack-*')" ]
	had=$(query "SELECT count(*) FROM item")
	[ "$had" -ge 200 ] && [ "$had" -lt 300 ]
	run -0 --separate-stderr lib-import --json -q music
	[[ $output == *'"id":"s1"'*'"staged":'$((300 - had))','*'"staged_earlier":'"$had"','* ]] || fail "$output"
	[ "$(query "SELECT count(*) FROM item WHERE state = 'staged'")" = 300 ]
	clean
	commits 1
}

@test "an archive that the session has whole is not unpacked again when it goes on" {
	requires strace
	many_in_a_zip 5
	cp "$FIXTURES/audio/untagged.wav" music/z.wav
	lib-import -q music
	sqlite3 "$FONOTECA_LIBRARY/library.db" "UPDATE session SET state = 'staging'"
	run -0 --separate-stderr strace -f -qq -o trace -e trace=openat lib-import --json music
	[[ $output == *'"id":"s1"'*'"staged":0,'*'"staged_earlier":6,'* ]] || fail "$output"
	run -1 grep -F a.zip trace
}

@test "SIGINT while it unpacks: stopped cleanly, resumable, and no folder is left" {
	requires strace
	many_in_a_zip 300
	run --separate-stderr strace -f -qq -o /dev/null -e trace=utimensat \
		-e inject=utimensat:signal=INT:when=40 lib-import -j1 music
	[ "$status" -eq 130 ] || fail "$status $stderr"
	[[ $stderr == *"; to go on: lib-import --resume s1"* ]]
	[ -z "$(find "$STAGING"/s1 -name 'unpack-*')" ]
	run -0 lib-import -q --resume s1
	[ "$(query "SELECT count(*) FROM item WHERE state = 'staged'")" = 300 ]
	clean
	commits 1
}

@test "what a killed run left goes with the session, links are not followed" {
	requires strace
	many_in_a_zip 50
	kill_it() {
		run strace -f -qq -o /dev/null -e trace=utimensat \
			-e inject=utimensat:signal=KILL:when=20 lib-import -q -j1 music
		folder=$(find "$STAGING/$1" -name 'unpack-*')
		[ -d "$folder" ]
		mkdir -p outside/deep "$folder/a/b/c"
		echo precious >outside/deep/file
		ln -sfn "$PWD/outside" "$folder/a/b/link"
		ln -sfn "$PWD/outside/deep/file" "$folder/a/file"
		ln -sfn "$PWD/outside" "$STAGING/$1/unpack-0123456789abcdef"
	}
	kill_it s1
	lib-commit -q --reject s1
	[ "$(cat outside/deep/file)" = precious ]
	[ ! -e "$STAGING/s1" ]
	kill_it s2
	run -0 lib-sweep --json -n --older-than 0 stage
	[ -d "$folder" ]
	run -0 lib-sweep -q --older-than 0 stage
	[ "$(cat outside/deep/file)" = precious ]
	[ ! -e "$STAGING/s2" ]
	kill_it s3
	mkdir "$STAGING/s3/unpack-mine" "$STAGING/s3/unpack-0123456789ABCDEF"
	run -0 lib-import -q music
	[ "$(cat outside/deep/file)" = precious ]
	[ -d "$STAGING/s3/unpack-mine" ] && [ -d "$STAGING/s3/unpack-0123456789ABCDEF" ]
	rmdir "$STAGING"/s3/unpack-*
	clean
	run -0 lib-commit -q s3
	intact
}

@test "many members: none is written that has no bytes, and empty ones are no error" {
	archive many.tar.gz '
	t = tarfile.open(path, "w:gz", compresslevel=1)
	add(t, "a.mp3", variant(0))
	for i in range(20000):
	    add(t, "e/%05d" % i)
	t.close()'
	run -0 --separate-stderr lib-import --json music
	[[ $output == *'"staged":1,'*'"not_audio":20000,'* ]]
	commits 1
}

@test "a full disk while unpacking stops the import, which goes on when there is room" {
	[ "$(id -u)" -eq 0 ] || skip "only root can mount a small disk"
	mkdir disk
	mount -t tmpfs -o size=12m none disk 2>/dev/null || skip "no small disk can be mounted"
	export FONOTECA_LIBRARY=$PWD/disk/library
	STAGING=$FONOTECA_LIBRARY/staging
	archive a.tar '
	t = tarfile.open(path, "w")
	for i in range(40):
	    add(t, "%d.mp3" % i, variant(i) + random.randbytes(500000))
	t.close()'
	fails 4 lib-import -q music
	[[ $stderr == *"No space left"*"lib-import --resume s1"* ]] || fail "$stderr"
	[ -z "$(find "$STAGING" -name 'unpack-*')" ]
	mount -o remount,size=100m disk
	run -0 lib-import -q --resume s1
	[ "$(query "SELECT count(*) FROM item WHERE state = 'staged'")" = 40 ]
	clean
	commits 40
}

@test "archives beside many files, on every number of threads" {
	for a in 1 2 3 4 5; do
		archive $a.zip "
	z = zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED)
	[z.writestr('%d.mp3' % i, variant(100 * $a + i)) for i in range(20)]
	z.close()"
	done
	cp "$FIXTURES"/audio/*.* music
	for j in 1 4; do
		run -0 --separate-stderr lib-import --json -q --set comment=$j -j $j music
		[[ $output == *'"staged":120,'* ]] || fail "$output"
		clean
	done
}
