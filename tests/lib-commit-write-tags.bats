# SPDX-License-Identifier: MIT
# lib-commit --write-tags: the library's tags into its files.
load helper

setup() {
	setup_fonoteca
	requires python3
}

# take FIXTURE... : a library of these.
take() {
	mkdir -p music
	for name; do
		cp "$FIXTURES/audio/$name" music/
	done
	lib-import -q music | lib-commit -q >/dev/null
}

# blob TRACK : the path of its file.
blob() {
	lib-search --files "id:$1"
}

# says TRACK FIELD : its values in the file, one a line, as our own reader has them.
says() {
	"$FONOTECA_BUILD/unit/media-dump" "$(blob "$1")" | awk -F '\t' -v name="$2" '$2 == name { print $3 }'
}

# outsiders TRACK TITLE : what programs of others see in the file.
outsiders() {
	if "$PYTHON" -c 'import mutagen' 2>/dev/null; then
		"$PYTHON" - "$(blob "$1")" "$2" <<-'PY'
			import sys, mutagen
			f = mutagen.File(sys.argv[1])
			assert f is not None and f.tags is not None, "mutagen finds no tags"
			text = " ".join(str(v) for v in f.tags.values())
			assert sys.argv[2] in text, text
		PY
	elif command -v ffprobe >/dev/null; then
		ffprobe -v error -show_format -show_streams "$(blob "$1")" | grep -qF "$2"
	else
		skip "neither mutagen nor ffprobe is installed"
	fi
}

FORMATS="not-up-to-you.mp3 bonnie-and-clyde.mp3 love-will-tear-us-apart.mp3 all-is-full-of-love.flac under-pressure.flac
	hoppipolla.opus all-i-need.ogg sampler-07.ogg spoken.spx put-my-love-into-you.m4a computer-love.m4a
	gruppa-krovi.wav untagged.wav first-love.aiff teardrop.wma roads.wv roygbiv.tta plain.aac"

@test "every format that can be written: all of it reads back, with the same audio and covers" {
	for name in $FORMATS; do
		export FONOTECA_LIBRARY=$BATS_TEST_TMPDIR/library-$name
		rm -rf music
		take "$name"
		audio=$(says 1 audio)
		covers=$(says 1 cover)
		lib-commit --amend 1 title='Zażółć 愛 – "x"' artist='Me & You' artists=Me artists=You album=Other \
			albumartist=Them genre=House genre=Dub composer=A composer=B comment=$'two\nlines' lyrics=la \
			bpm=107 key=C#m date=1994-08-22 originaldate=1990 track=7 tracktotal=9 disc=2 disctotal=3 position= \
			compilation=yes isrc=USRC17607839 label=L1 label=L2 rg_track_gain=-7.25 rg_track_peak=0.5 mood=calm \
			mb_trackid=0a1b2c3d-0000-4000-8000-00000000000a performer='P (harp)' grouping=G work=W \
			tags.studio=Hansa tags.studio=Abbey >/dev/null
		source=$(sha256sum <"music/$name")
		run -0 --separate-stderr lib-commit --write-tags 1
		[ -z "$stderr" ] || fail "$name: $stderr"
		[[ $output == "1"$'\t'"title=Zażółć"* ]] || fail "$name: $output"
		[ "$(says 1 audio)" = "$audio" ] || fail "$name: another audio"
		[ "$(says 1 cover)" = "$covers" ] || fail "$name: other covers"
		[ "$(says 1 title)" = 'Zażółć 愛 – "x"' ]
		[ "$(says 1 genre | sort | tr '\n' ' ')" = "Dub House " ]
		[ "$(says 1 comment)" = 'two\nlines' ]
		[ "$(says 1 track)/$(says 1 tracktotal)" = 7/9 ]
		[ "$(says 1 rg_track_gain)" = -7.25 ]
		[ "$(says 1 tags.studio | sort | tr '\n' ' ')" = "Abbey Hansa " ]
		[ "$(sha256sum <"music/$name")" = "$source" ]
		[[ $name == plain.aac ]] || outsiders 1 "Zażółć"
		run -0 --separate-stderr lib-commit --write-tags -v 1
		[[ $stderr == *"track 1: its file says so already"* ]] || fail "$name: $stderr"
		[ -z "$output" ]
		intact
		[ -z "$(ls -A "$FONOTECA_LIBRARY/staging")" ]
	done
}

@test "what was not amended is not changed: a file that says so already stays the same file" {
	take all-is-full-of-love.flac roads.wv put-my-love-into-you.m4a teardrop.wma
	before=$(catalogue)
	run -0 --separate-stderr lib-commit --write-tags 1 2 3 4
	[ -z "$output" ]
	[ "$(catalogue)" = "$before" ]
}

@test "an empty value takes the tag out of the file, and tags that nobody named stay" {
	take not-up-to-you.mp3
	[ "$(says 1 tags.shelf)" = B7 ]
	lib-commit -q --amend 1 lyrics= genre= rg_track_gain= bpm= >/dev/null
	lib-commit -q --write-tags 1 >/dev/null
	for name in lyrics genre rg_track_gain bpm; do
		[ -z "$(says 1 "$name")" ] || fail "$name is still there"
	done
	[ "$(says 1 tags.shelf)" = B7 ]
	[ "$(says 1 isrc)" != "" ]
	lib-commit -q --amend 1 tags.shelf= >/dev/null
	lib-commit -q --write-tags 1 >/dev/null
	[ -z "$(says 1 tags.shelf)" ]
}

@test "many values and long ones" {
	take hoppipolla.flac
	args=()
	for i in $(seq 300); do
		args+=("genre=Genre $i")
	done
	lib-commit -q --amend 1 "${args[@]}" comment="$(head -c 100000 /dev/zero | tr '\0' x)" >/dev/null
	lib-commit -q --write-tags 1 >/dev/null
	[ "$(says 1 genre | wc -l)" = 300 ]
	[ "$(says 1 comment | tr -d '\n' | wc -c)" = 100000 ]
	intact
}

@test "-n tells and changes nothing; --json and --ids; ids from standard input" {
	take hoppipolla.flac roads.wv
	lib-commit -q --amend 1 2 mood=calm >/dev/null
	before=$(catalogue)
	run -0 lib-commit --write-tags -n 1
	[ "$output" = "1"$'\t'"mood=calm" ]
	run -0 lib-commit --write-tags -n --json 1 2
	is_json <<<"$output"
	[[ ${lines[0]} == *'"changed":{"mood":{"after":["calm"]}}'* ]]
	[[ ${lines[2]} == *'"command":"write-tags","dry_run":true,"changed":2,"unchanged":0'* ]]
	[ "$(catalogue)" = "$before" ]
	[ -z "$(ls -A "$FONOTECA_LIBRARY/staging")" ]
	run -0 bash -c "lib-search --ids '*' | lib-commit --write-tags --ids -"
	[ "$output" = $'1\n2' ]
}

@test "undo brings the old file back, from trash/ too" {
	take hoppipolla.flac
	old=$(blob 1)
	lib-commit -q --amend 1 title=Puddles >/dev/null
	lib-commit -q --write-tags 1 >/dev/null
	new=$(blob 1)
	[ "$old" != "$new" ]
	[ -e "$old" ]
	[ "$(query "SELECT reason FROM removed")" = superseded ]
	lib-sweep -q orphans trash
	lib-commit -q --undo >/dev/null
	[ "$(blob 1)" = "$old" ]
	[ "$(lib-search -f '$title' id:1)" = Puddles ]
	# now it is the new one that was taken out
	[ "$(query "SELECT lower(hex(sha256)), reason FROM removed")" = "$(basename "${new%.*}")|superseded" ]
	intact
	lib-commit -q --write-tags 1 >/dev/null
	[ "$(blob 1)" = "$new" ]
	[ "$(query "SELECT lower(hex(sha256)) FROM removed")" = "$(basename "${old%.*}")" ]
	# and back and forth, what is in trash/ as well
	for wanted in "$old" "$new" "$old"; do
		lib-sweep -q orphans trash
		event=$(query "SELECT max(event_id) FROM edit")
		lib-commit -q --undo "e$event" >/dev/null
		[ "$(blob 1)" = "$wanted" ]
		intact
	done
	# until it was deleted there
	FONOTECA_NOW=$(($(date +%s) + 31 * 86400)) lib-sweep -q orphans trash
	FONOTECA_NOW=$(($(date +%s) + 62 * 86400)) lib-sweep -q trash
	fails 4 lib-commit --undo "e$(query "SELECT max(event_id) FROM edit")"
	[[ $stderr == *"neither $(basename "$(dirname "$(dirname "$new")")")/"*" nor its copy in trash/ is whole"*"edit anew instead" ]]
	lib-commit -q --write-tags 1 >/dev/null
	[ "$(blob 1)" = "$new" ]
	lib-commit -q --amend 1 title=Hoppípolla >/dev/null
	lib-commit -q --write-tags 1 >/dev/null
	intact
}

@test "an unchanged source is not imported again, a retagged one takes the file's place" {
	requires mutagen
	take hoppipolla.flac
	lib-commit -q --amend 1 mood=calm >/dev/null
	lib-commit -q --write-tags 1 >/dev/null
	lib-import -q music | lib-commit -q >/dev/null
	[ "$(query "SELECT count(*) FROM file WHERE state = 'ok'")" = 1 ]
	"$PYTHON" "$TREE/tests/fixtures/set-tags.py" music/hoppipolla.flac title=Puddles
	touch -d '1 minute ago' music/hoppipolla.flac
	run -0 bash -c 'lib-import -q music | lib-commit'
	[[ $output == *retag* ]] || fail "$output"
	[ "$(query "SELECT count(*) FROM track")" = 1 ]
	[ "$(lib-search -f '$title $mood' id:1)" = "Puddles calm" ]
}

@test "a format that cannot hold a field says so; the rest is written" {
	take put-my-love-into-you.m4a
	lib-commit -q --amend 1 bpm=107.5 title=New >/dev/null
	run -0 --separate-stderr lib-commit --write-tags 1
	[[ $stderr == *"track 1: its file cannot hold what the library has as bpm"* ]]
	[ "$(says 1 title)" = New ]
	[ "$(says 1 bpm)" = 120 ]
}

@test "what cannot be written is refused with the reason, and the others go on" {
	take hoppipolla.flac
	cp "$FIXTURES/other"/*.mka music/ 2>/dev/null || printf '\x1a\x45\xdf\xa3' >music/x.mka
	lib-commit -q --amend 1 mood=calm >/dev/null
	run -3 --separate-stderr lib-commit --write-tags 99 1
	[[ $stderr == *"there is no track 99"* ]]
	[[ $output == "1"$'\t'"mood=calm" ]]
	fails 4 lib-commit --write-tags 99
	[ "$stderr" = "lib-commit: there is no track 99" ]
	lib-commit -q --remove 1 >/dev/null
	fails 4 lib-commit --write-tags 1
	[[ $stderr == *"was removed"* ]]
	fails 2 lib-commit --write-tags
	fails 2 lib-commit --write-tags x
	fails 1 lib-commit --write-tags - </dev/null
}

@test "a part of a file is refused" {
	mkdir music
	cp "$FIXTURES/audio/gruppa-krovi.wav" music/a.wav
	printf 'FILE "a.wav" WAVE\n TRACK 01 AUDIO\n  TITLE One\n  INDEX 01 00:00:00\n TRACK 02 AUDIO\n  TITLE Two\n  INDEX 01 00:00:10\n' \
		>music/a.cue
	lib-import -q music | lib-commit -q >/dev/null
	[ "$(query "SELECT count(*) FROM file WHERE part > 0")" = 2 ]
	fails 4 lib-commit --write-tags 1
	[[ $stderr == *"part of a file"* ]]
}

@test "a file whose bytes changed on disk is not written anew" {
	take hoppipolla.flac
	lib-commit -q --amend 1 mood=calm >/dev/null
	b=$(blob 1)
	chmod u+w "$b"
	printf x | dd of="$b" bs=1 seek=$(($(stat -c %s "$b") - 40)) conv=notrunc status=none
	before=$(catalogue)
	fails 4 lib-commit --write-tags 1
	[[ $stderr == *"damaged"* ]]
	[ "$(catalogue)" = "$before" ]
}

@test "a worker that crashes, hangs or lies changes nothing" {
	take hoppipolla.flac
	lib-commit -q --amend 1 mood=calm >/dev/null
	before=$(catalogue)
	real=$FONOTECA_BUILD/libexec/media-worker
	printf '#!/bin/sh\n[ "$1" = --write ] && kill -SEGV $$\nexec %s "$@"\n' "$real" >worker
	chmod +x worker
	FONOTECA_WORKER=$PWD/worker fails 4 lib-commit --write-tags 1
	[[ $stderr == *"tag writer crashed"* ]]
	[ "$(catalogue)" = "$before" ]
	[ -z "$(ls -A "$FONOTECA_LIBRARY/staging")" ]
	intact
}

@test "killed in the middle it leaves the library intact; the rerun does the rest and lib-sweep clears up" {
	take hoppipolla.flac roads.wv all-i-need.ogg
	lib-commit -q --amend 1 2 3 mood=calm >/dev/null
	real=$FONOTECA_BUILD/libexec/media-worker
	# the second writer kills its parent
	printf '#!/bin/sh\nif [ "$1" = --write ]; then\n [ -e once ] && kill -KILL "$2"; touch once\nfi\nexec %s "$@"\n' "$real" >worker
	chmod +x worker
	FONOTECA_WORKER=$PWD/worker run -137 lib-commit --write-tags 1 2 3
	intact
	[ -n "$(ls -A "$FONOTECA_LIBRARY/staging")" ]
	lib-commit -q --write-tags 1 2 3 >/dev/null
	for t in 1 2 3; do
		[ "$(says $t mood)" = calm ]
	done
	lib-sweep -q stage
	[ -z "$(ls -A "$FONOTECA_LIBRARY/staging")" ]
	intact
}

@test "files that are cut off, damaged or silly: refused, or written with the same audio" {
	mkdir music
	cp "$FIXTURES"/damaged/* music/
	python3 "$FIXTURES/mutate.py" "$FIXTURES/audio" music "${MUTANTS:-60}"
	lib-import -q music 2>/dev/null | lib-commit -q --on-conflict=ignore >/dev/null 2>&1 || true
	lib-search --ids '*' | lib-commit -q --amend - mood=calm >/dev/null
	[ "$(lib-search --ids '*' | wc -l)" -gt 20 ]
	query "SELECT track_id, audio FROM file WHERE audio IS NOT NULL ORDER BY track_id, audio" >before
	lib-search --ids '*' | run lib-commit -q --write-tags --ids -
	query "SELECT track_id, audio FROM file WHERE state = 'ok' AND audio IS NOT NULL ORDER BY track_id, audio" >after
	diff before after
	[ "$(query "SELECT count(*) FROM removed")" -gt 10 ]
	intact
	[ -z "$(ls -A "$FONOTECA_LIBRARY/staging")" ]
}
