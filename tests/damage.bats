# SPDX-License-Identifier: MIT
# Audio that lost its end: kept with a note that says what is missing, refused with --strict, found later.
load helper

setup() {
	setup_fonoteca
	mkdir music
}

# cut FILE BYTES : the fixture without its last bytes, in music/.
cut_off() {
	head -c "-$2" "$FIXTURES/audio/$1" >"music/$1"
}

@test "a file that lost its end comes in with a note, and is found by is:damaged" {
	cut_off hoppipolla.flac 300
	cut_off spoken.spx 100
	cp "$FIXTURES/audio/untagged.wav" music
	run -0 --separate-stderr lib-import -v music
	[[ $stderr == *"music/hoppipolla.flac: damaged: its end is missing: it has "* ]]
	[[ $stderr == *"music/spoken.spx: damaged: its end is missing: "* ]]
	[[ $stderr == *": 3 files staged ("*" kB), 2 damaged"* ]]
	lib-commit --show "$output" | grep -q 'hoppipolla.flac.*its end is missing'
	lib-commit -q "$output"
	[ "$(lib-search --count is:damaged)" -eq 2 ]
	run -0 lib-search -f '$title: $notes' is:damaged title:hoppipolla
	[[ $output == "Hoppípolla: its end is missing: it has "*" s of 0.40 s" ]]
	[ "$(lib-search --count -- -is:damaged)" -eq 1 ]
	lib-search --json spoken | is_json
	lib-search --json spoken | grep -q '"notes":\["its end is missing: [0-9]* bytes"'
	[ "$(query "SELECT count(*) FROM file WHERE state = 'ok'")" -eq 3 ]
	intact
}

@test "--strict refuses it with the same words" {
	cut_off hoppipolla.flac 300
	cp "$FIXTURES/audio/untagged.wav" music
	run -3 --separate-stderr lib-import -q --strict music
	[[ $stderr == *"hoppipolla.flac: is damaged: its end is missing: it has "*" s of 0.40 s"* ]]
	[ "$(query "SELECT count(*) FROM item WHERE state = 'staged'")" -eq 1 ]
}

@test "of a damaged and a whole file of one track the whole one is preferred, whatever comes first" {
	mkdir music/a music/b
	cut_off hoppipolla.flac 300
	mv music/hoppipolla.flac music/a
	lib-import -q music/a | lib-commit -q
	cp "$FIXTURES/audio/hoppipolla.opus" music/b
	lib-import -q music/b | lib-commit -q
	[ "$(lib-search --count hoppipolla)" -eq 1 ]
	[ "$(lib-search -f '$codec' hoppipolla)" = opus ]
	[ "$(query "SELECT count(*) FROM file WHERE damaged")" -eq 1 ]
}

@test "a damaged copy has not the audio of the whole one" {
	cut_off hoppipolla.flac 300
	cp "$FIXTURES/audio/hoppipolla.flac" music/whole.flac
	lib-import -q music >/dev/null
	[ "$(query "SELECT count(DISTINCT audio) FROM item")" -eq 2 ]
}
