#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lib-playlist export --copy --convert: the tree in another format, with what the library says inside.

load helper

setup() {
	setup_fonoteca
	requires ffmpeg ffprobe jq
	umask 022 # for a configuration that is obeyed
	mkdir m
	cp "$FIXTURES"/audio/{hoppipolla.flac,under-pressure.flac,love-will-tear-us-apart.mp3,all-i-need.ogg} m
	(set -o pipefail && lib-import -q m | lib-commit -q >/dev/null)
	lib-playlist -q create Mix
	lib-search --ids -s id | lib-playlist add Mix -
}

# export WORD... : into t, its report as JSON.
export_t() {
	lib-playlist --json export Mix --copy t "$@" </dev/null
}

# codec FILE
codec() {
	ffprobe -v error -select_streams a -show_entries stream=codec_name -of csv=p=0 "$1"
}

# tags FILE : as ffprobe sees them, of container and stream, in lower case.
tags() {
	ffprobe -v error -show_entries format_tags:stream_tags -of json "$1" |
		jq -c '((.format.tags // {}) + ([.streams[].tags // {}] | add)) | with_entries(.key |= ascii_downcase)'
}

# state : every file of t by name, inode and time.
state() {
	(cd t && find . -type f ! -name '.fonoteca-*' -printf '%p %i %T@ %s\n' | sort)
}

@test "a tree is converted once, with its playlist; another setting or another tag converts again what it must" {
	export_t --convert opus:64 -j 3 | jq -e '.made == 4 and .converted == 4 and .unchanged == 0'
	find t -name '*.opus' | while read -r f; do [ "$(codec "$f")" = opus ] || fail "$f"; done
	diff <(grep -v '^#' t/Mix.m3u8 | sort) <(cd t && find . -name '*.opus' | sed 's|^\./||' | sort)
	[ "$(find t -type f | wc -l)" -eq 6 ] # and the playlist, and the manifest
	state >before
	export_t --convert opus:64 | jq -e '.made == 0 and .converted == 0 and .unchanged == 4'
	state | diff before -
	lib-commit -q --amend 2 title='Once "more" — ünïcode' genre=Rock genre+=Pop artists=A artists+=B mb_trackid=4e0d8649-1f89-44f4-91af-3ad8c4a0b0b5
	export_t --convert opus:64 | jq -e '.made == 1 and .converted == 1 and .unchanged == 3'
	f=$(find t -name '*ünïcode.opus')
	tags "$f" | jq -e '.title == "Once \"more\" — ünïcode" and .genre == "Rock;Pop" and .artists == "A;B" and
		.musicbrainz_trackid == "4e0d8649-1f89-44f4-91af-3ad8c4a0b0b5"'
	export_t --convert opus:48 | jq -e '.made == 4 and .unchanged == 0'
	lib-playlist remove Mix 2-
	echo mine >t/note.txt
	export_t --convert opus:48 | jq -e '.removed == 3 and .unchanged == 1'
	[ "$(find t -name '*.opus' | wc -l)" -eq 1 ]
	[ -e t/note.txt ]
	[ -z "$(find t -name '.fonoteca-part*')" ]
	export_t | jq -e '.made == 1 and (has("converted") | not)' # and back to the files themselves
	[ -z "$(find t -name '*.opus')" ]
}

@test "all tags and the cover are in every format, as an import of it finds them" {
	lib-commit -q --amend 1 rg_track_gain=-6.5 rg_track_peak=0.9 rg_album_gain=-7 lyrics='la
la' composer=X composer+=Y bpm=107 compilation=true isrc=GBAYE0000351 shelf=B12
	fields='del(.id,.file,.source,.source_b64,.sha256,.size,.format,.codec,.bitrate,.samplerate,.bitdepth,.channels,
		.duration_ms,.session,.recording,.added,.modified,.notes)'
	lib-search --json -s title | jq -Sc "$fields" >want
	[ "$(jq -s 'map(select(.cover)) | length' want)" -ge 1 ]
	for format in opus mp3:V5 aac:96 vorbis flac alac wav aiff; do
		rm -rf t other
		export_t --convert "$format" >/dev/null
		lib-import -q -L "$PWD/other" t 2>/dev/null | lib-commit -q -L "$PWD/other" >/dev/null
		lib-search -L "$PWD/other" --json -s title | jq -Sc "$fields" | diff want - || fail "$format"
	done
}

@test "what is that already is copied, and nothing gets larger for nothing" {
	export_t --convert flac | jq -e '.made == 4 and .converted == 0' # two are, and two are lossy
	[ "$(find t -name '*.flac' | wc -l)" -eq 2 ]
	lib-search --files | xargs sha256sum | cut -d ' ' -f 1 | sort >want
	find t -type f ! -name '.*' ! -name '*.m3u8' -print0 | xargs -0 sha256sum | cut -d ' ' -f 1 | sort | diff want -
	rate=$(($(lib-search --json codec:mp3 | jq .bitrate) / 1000))
	export_t --convert "mp3:320" | jq -e '.converted == 3'
	if [ "$rate" -gt 40 ]; then
		export_t --convert mp3:32 | jq -e '.converted == 4'
	fi
	# in another container the sound is the same
	ffmpeg -v error -i m/hoppipolla.flac -c:a copy -metadata title=Packed -f ogg packed.oga
	lib-import -q packed.oga | lib-commit -q >/dev/null
	lib-playlist -q create One
	lib-search --ids title:Packed | lib-playlist add One -
	lib-playlist --json export One --copy one --convert flac | jq -e '.converted == 1'
	[ "$(ffmpeg -v error -i one/*/*/*Packed.flac -f md5 -)" = "$(ffmpeg -v error -i packed.oga -f md5 -)" ]
	# a file is as deep as its source, and nobody's names mean anything to ffmpeg
	ffmpeg -v error -i m/hoppipolla.flac -c:a flac -sample_fmt s32 -metadata title='-y file:%d' deep.flac
	lib-import -q deep.flac | lib-commit -q >/dev/null
	lib-playlist -q remove One 1-
	lib-search --ids bitdepth:24 | lib-playlist add One -
	lib-playlist -q export One --copy one --convert wav --layout '$title'
	mv one/*.wav one.wav
	[ "$(codec one.wav)" = pcm_s24le ]
	[ "$(ffmpeg -v error -i one.wav -c:a pcm_s16le -f md5 -)" = "$(ffmpeg -v error -i deep.flac -c:a pcm_s16le -f md5 -)" ]
}

@test "tracks of one file become files of their own, cut at the sample" {
	mkdir cue
	ffmpeg -v error -f lavfi -i 'sine=frequency=440:sample_rate=44100:duration=13' -ac 2 cue/disc.flac
	printf 'FILE "disc.flac" WAVE\n TRACK 01 AUDIO\n TITLE "One"\n INDEX 01 00:00:00\n TRACK 02 AUDIO\n TITLE "Two"\n INDEX 01 00:00:37\n TRACK 03 AUDIO\n TITLE "Three"\n INDEX 01 00:12:11\n' >cue/disc.cue
	lib-import -q cue | lib-commit -q >/dev/null
	lib-playlist -q create Cue
	lib-search --ids -s id 'codec:flac title:/^(One|Two|Three)$/' | lib-playlist add Cue -
	lib-playlist --json export Cue --copy t --convert flac --layout '$part $title' | jq -e '.converted == 3'
	ffmpeg -v error -i 't/1 One.flac' -i 't/2 Two.flac' -i 't/3 Three.flac' -filter_complex concat=n=3:v=0:a=1 -f md5 - >parts
	ffmpeg -v error -i cue/disc.flac -f md5 - | diff parts -
	[ "$(grep -v '^#' t/Cue.m3u8 | tr '\n' ,)" = "1 One.flac,2 Two.flac,3 Three.flac," ]
	# one that would be blown up stays whole, and its parts are said in the playlist
	ffmpeg -v error -i cue/disc.flac -b:a 64k cue/disc.mp3
	sed -i s/disc.flac/disc.mp3/ cue/disc.cue
	rm cue/disc.flac
	lib-import -q cue | lib-commit -q >/dev/null
	lib-playlist -q remove Cue 1-
	lib-search --ids -s id 'codec:mp3 title:/^(One|Two|Three)$/' | lib-playlist add Cue -
	lib-playlist --json export Cue --copy u --convert flac --layout '$part $title' | jq -e '.made == 1 and .converted == 0'
	[ "$(grep -c EXTVLCOPT:start u/Cue.m3u8)" -eq 3 ]
	lib-playlist --json export Cue --copy v --convert mp3 --layout '$part $title' | jq -e '.converted == 3'
}

@test "one that fails is told in ffmpeg's words, and the others are made" {
	mkdir -p ~/.config/fonoteca bin
	cat >bin/some <<-END
	#!/bin/sh
	[ "\$(head -c 4 </dev/fd/0)" = fLaC ] || { echo 'one; first' >&2; echo 'cannot do this' >&2; exit 9; }
	exec ffmpeg "\$@"
	END
	chmod 755 bin/some
	echo "ffmpeg = $PWD/bin/some" >~/.config/fonoteca/config
	run -3 --separate-stderr lib-playlist --json export Mix --copy t --convert vorbis:q1
	jq -e '.converted == 2' <<<"$output"
	[[ $stderr == *"cannot convert track "*": ffmpeg ended with status 9: one; first; cannot do this"* ]]
	[ "$(find t -name '*.ogg' | wc -l)" -eq 3 ] # and one that is Vorbis already
	[ -z "$(find t -name '.fonoteca-part*')" ]
	rm ~/.config/fonoteca/config
	run -0 --separate-stderr lib-playlist --json export Mix --copy t --convert vorbis:q1
}

@test "without ffmpeg, or with what it does not know, nothing is made" {
	mkdir -p ~/.config/fonoteca
	echo "ffmpeg = $PWD/no/ffmpeg" >~/.config/fonoteca/config
	run -4 --separate-stderr lib-playlist export Mix --copy t --convert opus
	[[ $stderr == *"no/ffmpeg"* ]]
	echo "ffmpeg = no-such-ffmpeg" >~/.config/fonoteca/config
	run -4 --separate-stderr lib-playlist export Mix --copy t --convert opus
	[[ $stderr == *"ffmpeg is needed"*"no-such-ffmpeg"* ]]
	[ ! -e t ]
	for format in '' opus: ogg:V2 mp3:999 mp3:V10 mp3:x opus:0 flac:13 wav:16 real; do
		fails 2 lib-playlist export Mix --copy t --convert "$format"
	done
	[[ $stderr == *"opus, mp3, aac, vorbis, flac, alac, wav or aiff"* ]]
	fails 2 lib-playlist export Mix --convert opus
	fails 2 lib-playlist export Mix --link t --convert opus
	fails 2 lib-playlist export Mix --copy t -j 2
	fails 2 lib-playlist schedule Mix --at 07:00 --do export --copy t --convert real
	rm ~/.config/fonoteca/config
	lib-playlist --json -n export Mix --copy t --convert opus | jq -e '.converted == 4 and .dry_run'
	[ ! -e t ]
	FONOTECA_NOW=1900000000 lib-playlist -q schedule Mix --at @1900000000 --do export --copy t --convert mp3 >/dev/null
	FONOTECA_NOW=1900000001 lib-sweep -q schedules
	[ "$(find t -name '*.mp3' | wc -l)" -eq 4 ]
}

@test "a run that is stopped keeps what is ready, and the next goes on" {
	mkdir -p ~/.config/fonoteca bin
	# the third one stops the command
	cat >bin/some <<-END
	#!/bin/sh
	echo >>"$PWD/count"
	[ "\$(wc -l <"$PWD/count")" -ne 3 ] || { kill -TERM \$PPID; exec sleep 60; }
	exec ffmpeg "\$@"
	END
	chmod 755 bin/some
	echo "ffmpeg = $PWD/bin/some" >~/.config/fonoteca/config
	run -143 --separate-stderr lib-playlist -q export Mix --copy t --convert opus:64 -j 1
	[ "$(find t -name '*.opus' | wc -l)" -eq 2 ]
	[ -z "$(find t -name '.fonoteca-part*')" ]
	export_t --convert opus:64 | jq -e '.made == 2 and .unchanged == 2'
	cp -r t before
	rm -r t
	export_t --convert opus:64 >/dev/null
	diff -r --exclude=.fonoteca-tree before t # the same bytes
}
