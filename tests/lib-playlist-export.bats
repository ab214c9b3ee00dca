#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lib-playlist export: files that other programs read, and that come back as they were.

load helper

setup() {
	setup_fonoteca
	main_line
	cd "$BATS_TEST_TMPDIR" || return 1
	# tracks, what is missing in every way, odd texts
	lib-playlist -q create Mix
	lib-search --ids -s id | lib-playlist add Mix -
	cat >odd.xspf <<-'END'
		<playlist version="1" xmlns="http://xspf.org/ns/0/"><title>Odd</title><trackList>
		<track><location>file:///gone/a%20b%23.mp3</location><title>A &amp; "B" &lt;C&gt;</title><creator>D - E</creator>
		<album>ü</album><duration>61001</duration><trackNum>4</trackNum><annotation>note</annotation></track>
		<track><location>http://h/p?q=1&amp;r=%20</location></track>
		<track><location>relative/x.ogg</location><title>R</title></track>
		<track><location>file:///C:/Music/x%20y.mp3</location><title>W</title></track>
		<track><title>Only a name</title><creator>Somebody</creator></track>
		</trackList></playlist>
	END
	lib-playlist -q import odd.xspf >/dev/null
}

FORMATS="m3u8 m3u pls xspf jspf json"

@test "what was exported comes in as it was, in every format" {
	for list in Mix Odd; do
		for f in $FORMATS; do
			lib-playlist export "$list" --as "$f" >"$list.$f"
			lib-playlist -q import --name "$list$f" "$list.$f" >/dev/null
			lib-playlist export "$list$f" --as "$f" | sed "s/$list$f/$list/g" |
				diff <(jqless "$list.$f") <(jqless) || fail "$list as $f"
			[ "$(lib-playlist show --ids "$list$f")" = "$(lib-playlist show --ids "$list")" ]
			[ "$(lib-playlist show "$list$f" | cut -f 6 | grep -c missing)" = \
			    "$(lib-playlist show "$list" | cut -f 6 | grep -c missing)" ] || fail "$list as $f: missing"
		done
	done
}

# The text without what belongs to this playlist alone: its id and its times.
jqless() {
	sed -E 's/"(playlist|id)":"p[0-9]+",?//g; s/"(created|modified)":"[^"]*",?//g' ${1+"$1"}
}

@test "the file's name tells the format, --as tells it better" {
	lib-playlist export Mix -o a.pls
	head -n 1 a.pls | grep -qx '\[playlist\]'
	lib-playlist export Mix -o a.xspf --as m3u
	head -n 1 a.xspf | grep -qx '#EXTM3U'
	lib-playlist export Mix -o a.unknown
	head -n 1 a.unknown | grep -qx '#EXTM3U'
	fails 2 lib-playlist export Mix --as wma
	fails 2 lib-playlist export Mix --as nsp
	[ "$(lib-playlist export Mix --as json | is_json; echo $?)" = 0 ]
}

@test "XSPF is valid by a schema of our own" {
	requires xmllint
	for list in Mix Odd; do
		lib-playlist export "$list" --as xspf >out.xspf
		run -0 xmllint --noout --nonet --relaxng "$TREE/tests/fixtures/xspf.rng" out.xspf
	done
	sed 's/<trackList>/<trackList><tract\/>/' out.xspf >bad.xspf
	run -3 xmllint --noout --relaxng "$TREE/tests/fixtures/xspf.rng" bad.xspf
	lib-playlist -q create Empty
	lib-playlist export Empty --as xspf | xmllint --noout --relaxng "$TREE/tests/fixtures/xspf.rng" -
}

@test "python reads the places of XSPF, JSPF and PLS, and they are files" {
	mkdir -p sub
	for f in xspf jspf pls; do
		lib-playlist export Mix -o "sub/abs.$f"
		lib-playlist export Mix --relative-to sub -o "sub/rel.$f"
	done
	python3 - <<-'PY'
	import configparser, json, os, xml.etree.ElementTree as E
	from urllib.parse import unquote, urlsplit
	def places(f):
	    if f.endswith("xspf"):
	        return [unquote(urlsplit(x.text).path) for x in E.parse(f).iter("{http://xspf.org/ns/0/}location")]
	    if f.endswith("jspf"):
	        return [unquote(urlsplit(t["location"][0]).path) for t in json.load(open(f))["playlist"]["track"]]
	    c = configparser.ConfigParser(interpolation=None)
	    c.read(f)
	    p = c["playlist"]
	    assert p["version"] == "2"
	    return [p["file%d" % (n + 1)] for n in range(int(p["numberofentries"]))]
	for f in ("xspf", "jspf", "pls"):
	    for kind in ("abs", "rel"):
	        found = places("sub/%s.%s" % (kind, f))
	        assert len(found) > 5
	        for p in found:
	            assert (kind == "abs") == p.startswith("/"), p
	            assert os.path.isfile(os.path.join("sub", p)), p
	PY
}

@test "ffprobe opens what M3U8 names" {
	requires ffprobe
	lib-playlist export Mix | grep '^/' >files
	while read -r f; do
		[[ $f == *.dsf || $f == *.mod || $f == *.xm || $f == *.it ]] || ffprobe -v error -i "$f" || fail "$f"
	done < <(head -n 5 files)
}

@test "relative paths of missing entries follow the folder, foreign places stay" {
	mkdir -p lists other
	printf '#EXTM3U\n#EXTINF:-1,x\nsub/x.mp3\n#EXTINF:-1,y\nD:\\y.mp3\n#EXTINF:-1,z\nhttp://z\n' >lists/l.m3u
	lib-playlist -q import lists/l.m3u >/dev/null
	[ "$(lib-playlist export l | grep -v '^#' | tr '\n' ' ')" = 'sub/x.mp3 D:\y.mp3 http://z ' ]
	[ "$(lib-playlist export l --relative-to other | grep -v '^#' | tr '\n' ' ')" = '../lists/sub/x.mp3 D:\y.mp3 http://z ' ]
}

@test "parts of a file keep their times on the way" {
	rm -rf "$FONOTECA_LIBRARY"
	mkdir album
	"$FIXTURES/make-image.py" wav album/von.wav 30
	cp "$FIXTURES/text/eac.cue" album/von.cue
	lib-import -q album | lib-commit -q >/dev/null
	lib-playlist create Parts
	lib-search --ids -s id- | lib-playlist add Parts -
	[ "$(lib-playlist show Parts | wc -l)" -eq 3 ]
	for f in m3u8 json; do
		lib-playlist export Parts -o "p.$f"
		lib-playlist -q import --name "$f" "p.$f" >/dev/null
		[ "$(lib-playlist show --ids "$f")" = "$(lib-playlist show --ids Parts)" ] || fail "$f"
	done
}
