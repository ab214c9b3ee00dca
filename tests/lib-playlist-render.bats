#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lib-playlist render: one continuous file, as long as it should be to the sample, and its cue sheet.

load helper

# tone NAME FRAMES FREQUENCY [FFMPEG-OPTION...] : m/NAME, so many frames at 44,100 Hz.
tone() {
	ffmpeg -v error -f lavfi -i "sine=frequency=$3:sample_rate=44100:duration=5" -af "atrim=end_sample=$2,volume=6" \
		-metadata title="${1%.*}" -metadata artist="Artist" "${@:4}" "m/$1"
}

# The library that each test begins with a copy of.
setup_file() {
	command -v ffmpeg >/dev/null || return 0
	BATS_TEST_TMPDIR=$BATS_FILE_TMPDIR
	setup_fonoteca
	mkdir m
	tone one.flac 22050 440
	tone two.flac 11111 880
	tone three.flac 4410 660
	(set -o pipefail && lib-import -q m | lib-commit -q >/dev/null)
	lib-playlist -q create Mix
	local t
	for t in one two three; do lib-search --ids title:$t; done | lib-playlist add Mix -
}

setup() {
	setup_fonoteca
	requires ffmpeg ffprobe jq
	umask 022 # for a configuration that is obeyed
	cp -r "$BATS_FILE_TMPDIR"/{m,library} .
}

render() {
	lib-playlist --json render "$@" </dev/null
}

# pcm FILE... : its samples, raw.
pcm() {
	local f
	for f; do ffmpeg -v error -i "$f" -f s16le -; done
}

# begins SHEET : where its tracks begin, in frames of 1/75 s.
begins() {
	sed -n 's/^    INDEX 01 \([0-9]*\):\([0-9]*\):\([0-9]*\)$/\1 \2 \3/p' "$1" |
		awk '{ printf "%s%d", (NR > 1 ? " " : ""), ($1 * 60 + $2) * 75 + $3 }'
}

@test "tracks follow each other to the sample, and the sheet says where each begins" {
	render Mix out.flac | jq -e '.tracks == 3 and .frames == 37571 and .samplerate == 44100 and .channels == 1 and .missing == 0'
	cmp <(pcm out.flac) <(pcm m/one.flac m/two.flac m/three.flac)
	[ "$(begins out.cue)" = "0 37 $((33161 * 75 / 44100))" ]
	grep -qx 'FILE "out.flac" WAVE' out.cue
	grep -qx '    TITLE "two"' out.cue
	grep -qx '    PERFORMER "Artist"' out.cue
	[ "$(ffprobe -v error -show_entries format_tags=title -of csv=p=0 out.flac)" = Mix ]
	# what is there stays
	sha256sum out.flac out.cue >sums
	fails 4 lib-playlist render Mix out.flac
	touch other.cue
	fails 4 lib-playlist render Mix other.flac
	[[ $stderr == *other.cue*--force* ]]
	sha256sum -c sums >/dev/null
	render Mix out.flac --force --crossfade 0.1 >/dev/null
	run -1 sha256sum --status -c sums
	cp out.cue again.cue
	sed -i s/out.flac/again.flac/ again.cue # of a run that was killed between the two
	render Mix again.flac >/dev/null
	[ -z "$(find . -maxdepth 1 -name '.*fonoteca*')" ]
	# an import cuts it again
	lib-import -q -L "$PWD/cut" again.flac | lib-commit -q -L "$PWD/cut" >/dev/null
	[ "$(lib-search -L "$PWD/cut" -s part -f '$part $title')" = "$(printf '1 one\n2 two\n3 three')" ]
}

@test "--crossfade makes it shorter by what overlaps, at most half of a track" {
	render Mix out.flac --crossfade 0.1 | jq -e '.frames == 37571 - 4410 - 2205'
	[ "$(begins out.cue)" = "0 $((17640 * 75 / 44100)) $((26546 * 75 / 44100))" ]
	render Mix all.wav --crossfade 30 | jq -e '.frames == 37571 - 5555 - 2205'
	cmp -n $((2 * 16495)) <(pcm m/one.flac) <(pcm all.wav)
	for s in -1 31 x ''; do
		fails 2 lib-playlist render Mix no.flac --crossfade="$s"
	done
}

@test "rates and channels meet, and no depth is lost; each format comes out" {
	tone high.wav 24000 500 -ar 48000 -ac 2 -c:a pcm_s24le
	lib-import -q m/high.wav | lib-commit -q >/dev/null
	lib-search --ids samplerate:48000 | lib-playlist add Mix --at 1 -
	n=$(ffprobe -v error -show_entries stream=duration_ts -of csv=p=0 m/high.wav)
	render Mix out.flac | jq -e '.samplerate == 48000 and .channels == 2 and .tracks == 4 and
		(.frames - '"$n"' - 37571 * 48000 / 44100 | fabs) < 6'
	[ "$(ffprobe -v error -show_entries stream=bits_per_raw_sample -of csv=p=0 out.flac)" -eq 24 ]
	cmp <(ffmpeg -v error -i m/high.wav -f s24le -) <(ffmpeg -v error -i out.flac -af "atrim=end_sample=$n" -f s24le -)
	# one channel is as loud on both sides
	level() { ffmpeg -nostats -i "$1" -af "$2,volumedetect" -f null - 2>&1 | sed -n 's/.*max_volume: \(.*\) dB/\1/p'; }
	[ "$(level out.flac "atrim=start_sample=$((n + 2000)):end_sample=$((n + 20000)),pan=mono|c0=c1")" = "$(level m/one.flac anull)" ]
	for f in opus mp3 m4a ogg aiff; do
		render Mix "each.$f" --force | jq -e '.tracks == 4' >/dev/null
		ffprobe -v error -show_entries stream=codec_name -of csv=p=0 "each.$f"
	done >codecs
	[ "$(tr '\n' ' ' <codecs)" = "opus mp3 aac vorbis pcm_s24be " ]
	grep -q 'FILE "each.aiff" AIFF' each.cue
	render Mix small.opus --convert opus:16 >/dev/null
	[ "$(stat -c %s small.opus)" -lt "$(stat -c %s each.opus)" ]
	fails 2 lib-playlist render Mix out.txt
	fails 2 lib-playlist render Mix out.flac --convert real
}

@test "--gain makes them equally loud, and nothing goes beyond full scale" {
	peak() { ffmpeg -nostats -i "$1" -af "atrim=$2,volumedetect" -f null - 2>&1 | sed -n 's/.*max_volume: \(.*\) dB/\1/p'; }
	was=$(peak m/one.flac start_sample=0)
	lib-commit -q --amend 1 2 3 rg_album_gain=-3
	lib-commit -q --amend "$(lib-search --ids title:one)" rg_track_gain=-6
	lib-commit -q --amend "$(lib-search --ids title:two)" rg_track_gain=30 rg_track_peak=0.76
	lib-commit -q --amend "$(lib-search --ids title:three)" rg_track_gain=30 # and who knows its peak?
	render Mix out.flac --gain | jq -e '.without_gain == 0'
	python3 - "$was" "$(peak out.flac end_sample=22050)" "$(peak out.flac start_sample=22060:end_sample=33100)" "$(peak out.flac start_sample=33170)" <<-'PY'
	import sys
	was, one, two, three = map(float, sys.argv[1:])
	assert abs(one - (was - 6)) < 0.2, (was, one)
	assert -0.3 < two <= 0, two
	assert abs(three - was) < 0.2, (was, three)
	PY
	render Mix out.flac --force --gain=album >/dev/null
	[ "$(peak out.flac start_sample=33170)" = "$(awk -v a="$was" 'BEGIN { printf "%.1f", a - 3 }')" ]
	fails 2 lib-playlist render Mix no.flac --gain=loud
	lib-commit -q --amend 1 2 3 rg_album_gain= rg_track_gain=
	run -0 --separate-stderr lib-playlist render Mix out.flac --force --gain
	[[ $stderr == *"loudness of 3 tracks is not known"* ]]
}

@test "what is missing or broken is told and left out; queries and smart playlists are rendered, too" {
	lib-playlist add Mix /no/where.mp3
	run -3 --separate-stderr lib-playlist --json render Mix out.flac
	jq -e '.tracks == 3 and .missing == 1' <<<"$output"
	[[ $stderr == *"entry 4 is missing and left out: /no/where.mp3"* ]]
	lib-playlist -q smart Long 'title:one OR title:two' -s title
	render Long smart.flac | jq -e '.frames == 33161'
	render --query title:three found.wav | jq -e '.frames == 4410'
	render --all all.flac -n | jq -e '.tracks == 3 and .dry_run and (has("frames") | not)'
	[ ! -e all.flac ]
	lib-playlist -q create Empty
	fails 1 lib-playlist render Empty out2.flac
	fails 4 lib-playlist render Mix no/out.flac
	fails 2 lib-playlist render Mix
	fails 2 lib-playlist render Mix a.flac b.flac
	# a title that a sheet cannot hold, and more tracks than a disc
	lib-commit -q --amend 1 title='a "b" REM x'
	for i in $(seq 40); do printf '1\n3\n2\n'; done | lib-playlist add Mix --at 1 -
	lib-playlist -q remove Mix -1
	mkdir -p ~/.config/fonoteca
	printf '#!/bin/sh\ncase "$*" in *pipe:1*) exec head -c 4000 /dev/zero ;; esac\nexec ffmpeg "$@"\n' >quick
	chmod 755 quick
	echo "ffmpeg = $PWD/quick" >~/.config/fonoteca/config
	( ulimit -n 40; render Mix many.flac --crossfade 0.01 ) | jq -e '.tracks == 123 and .frames == 123 * 1000 - 122 * 441'
	rm ~/.config/fonoteca/config
	grep -q '^  TRACK 123 AUDIO$' many.cue
	grep -q "TITLE \"a 'b' REM x\"" many.cue
	# a file that ends early
	blob=$(lib-search --files title:two)
	chmod 644 "$blob"
	printf 'no sound at all' >"$blob"
	lib-playlist -q remove Mix 1-120
	run -3 --separate-stderr lib-playlist --json render Mix broken.flac --crossfade 0.1
	jq -e '.tracks == 2 and .broken == 1 and .frames == 22050 + 4410 - 2205' <<<"$output"
	[[ $stderr == *"entry "*" is left out: track "*": ffmpeg ended with status"* ]]
}

@test "where ffmpeg is missing, fails or is stopped, nothing is made" {
	mkdir -p ~/.config/fonoteca bin
	echo "ffmpeg = no-such-ffmpeg" >~/.config/fonoteca/config
	run -4 --separate-stderr lib-playlist render Mix out.flac
	[[ $stderr == *"ffmpeg is needed"* ]]
	cat >bin/some <<-'END'
	#!/bin/sh
	case "$*" in
	*pipe:0*) head -c 1000 >/dev/null; echo 'cannot encode' >&2; exit 5 ;;
	esac
	exec ffmpeg "$@"
	END
	chmod 755 bin/some
	echo "ffmpeg = $PWD/bin/some" >~/.config/fonoteca/config
	run -4 --separate-stderr lib-playlist render Mix out.flac
	[[ $stderr == *"cannot write out.flac: ffmpeg ended with status 5: cannot encode"* ]]
	printf '#!/bin/sh\nkill -TERM $PPID\nexec sleep 60\n' >bin/some
	run -143 --separate-stderr lib-playlist -q render Mix out.flac
	[ -z "$(find . -maxdepth 1 -name '*out.*')" ]
	sed -i s/TERM/KILL/ bin/some
	run -137 --separate-stderr lib-playlist -q render Mix out.flac
	[ -e .out.flac.fonoteca-part ]
	rm ~/.config/fonoteca/config
	run -0 lib-playlist -q render Mix out.flac
	[ ! -e .out.flac.fonoteca-part ]
	rm out.flac out.cue
	run -4 --separate-stderr bash -c 'ulimit -f 64; lib-playlist render --all out.wav'
	[ -z "$(find . -maxdepth 1 -name '*out.*')" ]
}
