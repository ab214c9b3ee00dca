# SPDX-License-Identifier: MIT
# Same audio, other tags: the hash over the audio alone (lib/media/payload/payload.h), from the file to the catalogue.
load helper

setup() {
	setup_fonoteca
	DUMP=$FONOTECA_BUILD/unit/media-dump
}

# audio FILE... : the hash of each.
audio() {
	"$DUMP" "$@" | awk -F '\t' '$2 == "audio" { print $3 }'
}

# retag FILE... : as a tagger would, so that everything behind the tags moves.
retag() {
	"$PYTHON" "$TREE/tests/fixtures/retag.py" "$@"
}

@test "a retagged copy has the hash of the original, in every format" {
	requires mutagen
	local f n=0
	for f in "$FIXTURES"/audio/*.*; do
		cp "$f" "copy.${f##*.}"
		retag "copy.${f##*.}"
		run ! cmp -s "$f" "copy.${f##*.}"
		[ -n "$(audio "$f")" ] || fail "$f has no hash"
		[ "$(audio "$f")" = "$(audio "copy.${f##*.}")" ] || fail "$f: the tags changed it"
		n=$((n + 1))
	done
	[ "$n" -ge 20 ]
}

@test "no two pieces of audio have one hash" {
	[ -z "$(audio "$FIXTURES"/audio/*.* | sort | uniq -d)" ]
	[ "$(audio "$FIXTURES"/audio/*.* | wc -l)" -eq "$(find "$FIXTURES/audio" -name '*.*' | wc -l)" ]
}

@test "the hash is recorded with the item at import and with the file at commit" {
	local want session
	mkdir music
	cp "$FIXTURES/audio/hoppipolla.flac" "$FIXTURES/audio/spoken.spx" music
	want=$(audio music/*)
	session=$(lib-import -q music)
	[ "$(query "SELECT audio FROM item ORDER BY path")" = "$want" ]
	lib-commit -q "$session"
	[ "$(query "SELECT audio FROM file ORDER BY source")" = "$want" ]
}
