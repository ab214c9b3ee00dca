#!/bin/bash
# SPDX-License-Identifier: MIT
# How well, and how fast, lib-analyze hears: tests/bench/sound.sh FOLDER, run by run.sh.
#
# The scores are of music that is made for it (tests/unit/band.h) and of songs that sampled instruments play, what is similar and what is the same among BENCH_SOUNDS
# (100,000) tracks whose sounds are made up (tests/unit/seed-sounds.c).  The speed is that of BENCH_SONGS (8) songs of 3
# minutes each as FLAC, in seconds of sound for a second of processor, one core, beside ffmpeg that only
# decodes, and others where they are.
# shellcheck disable=SC2317 # functions are called by the names that each and speed are given
set -eu
place=$1
songs=${BENCH_SONGS:-8}
bench=${BASH_SOURCE%/*}
PATH=${FONOTECA_BUILD:?}:$PATH
export FONOTECA_LIBRARY=$place/sound-library

if [ ! -x "$FONOTECA_BUILD/lib-analyze" ]; then
	echo "lib-analyze was not built: skipped (make deps-analyze)"
	exit
fi
printf '\nWhat lib-analyze hears\n'
"$FONOTECA_BUILD/unit/sound-score" all | grep -E '^(tempo|key|fingerprint):'

# Songs that sampled instruments play, of known tempo and key: make-songs.py.
rendered() {
	local fonts=(/usr/share/sounds/sf2/TimGM6mb.sf2 /usr/share/sounds/sf2/*.sf2 /usr/share/soundfonts/*.sf2) font='' f name
	for f in "${fonts[@]}"; do
		[ ! -e "$f" ] || { font=$f && break; }
	done
	if [ -z "$font" ] || ! command -v fluidsynth >/dev/null || ! command -v ffmpeg >/dev/null; then
		echo "rendered songs: skipped, no fluidsynth with instruments here (make deps-bench)"
		return
	fi
	mkdir "$place/midi"
	python3 "$bench/make-songs.py" write "$place/midi"
	for f in "$place"/midi/*.mid; do
		name=$(basename "$f" .mid)
		fluidsynth -ni -q -F "$place/song.wav" -r 44100 "$font" "$f" >/dev/null 2>&1
		ffmpeg -v error -nostdin -i "$place/song.wav" -metadata "title=$name" -metadata "artist=$name" "${f%.mid}.flac"
	done
	lib-import -q "$place/midi" 2>/dev/null | lib-commit -q >/dev/null
	lib-analyze -q --all --only bpm,key
	lib-search --json | python3 "$bench/make-songs.py" score
	rm -rf "$place/midi" "$place/song.wav" "$FONOTECA_LIBRARY"
}
rendered
many=${BENCH_SOUNDS:-100000}

# cpu COMMAND...: milliseconds of processor, user and system, the median of 11.
cpu() {
	for ((i = 0; i < 11; i++)); do
		{ TIMEFORMAT='%U %S' && time "$@" >/dev/null; } 2>&1 | awk '{ print 1000 * ($1 + $2) }'
	done | sort -n | sed -n 6p
}
# likeness WHAT MS: what is promised is told beside it.
likeness() {
	printf '%-44s %10.0f ms of processor, at most 100\n' "$1" "$2"
	[ -z "${BENCH_JSON-}" ] || printf '{"v":1,"type":"bench","what":"%s","ms":%.3f,"limit":100}\n' "$1" "$2" >>"$BENCH_JSON"
}

# A library of so many tracks whose sounds are made up: fingerprints are compared as they are kept.
python3 "$bench/make-tracks.py" "$many" 0 >"$place/tracks"
"$FONOTECA_BUILD/unit/seed-library" "$FONOTECA_LIBRARY" <"$place/tracks" >/dev/null
"$FONOTECA_BUILD/unit/seed-sounds" "$FONOTECA_LIBRARY" | {
	read -r n seconds groups
	printf '%-44s %10.1f s of processor: %d recordings of two files found of %d\n' \
		"$n fingerprints kept and compared" "$seconds" "$groups" $((many / 100))
	[ -z "${BENCH_JSON-}" ] ||
		printf '{"v":1,"type":"bench","what":"fingerprints","n":%d,"seconds":%.2f}\n' "$n" "$seconds" >>"$BENCH_JSON"
}
lib-playlist -q create Evening
lib-search --ids -s bpm --offset $((many / 2)) -l 50 | lib-playlist -q add Evening -
likeness "similar to a track, of $many" "$(cpu lib-search --ids --similar $((many / 2)))"
likeness "similar to a playlist of 50, of $many" "$(cpu lib-search --ids --similar @Evening)"
likeness "the same with reasons" "$(cpu lib-search -l 50 --explain --similar @Evening)"
rm -rf "$FONOTECA_LIBRARY" "$place/tracks"

if ! command -v ffmpeg >/dev/null; then
	echo "its speed: skipped, no ffmpeg here (make deps-analyze)"
	exit
fi
mkdir "$place/songs"
for ((i = 0; i < songs; i++)); do
	"$FONOTECA_BUILD/unit/sound-score" write $((i % 5)) $((80 + 9 * i)) $((i * 5 % 24)) 180 "$place/song.wav"
	ffmpeg -v error -i "$place/song.wav" -af 'pan=stereo|c0=c0|c1=0.8*c0' "$place/songs/$i.flac"
done

# speed WHAT COMMAND...: seconds of sound for a second of processor, user and system.
speed() {
	local what=$1 cpu
	shift
	cpu=$({ TIMEFORMAT='%U %S' && time "$@" >/dev/null 2>&1; } 2>&1 | awk '{ print $1 + $2 }')
	awk -v what="$what" -v sound=$((songs * 180)) -v cpu="$cpu" -v json="${BENCH_JSON-}" 'BEGIN {
		printf "%-44s %10.0f times real time\n", what, sound / cpu
		if (json != "")
			printf "{\"v\":1,\"type\":\"bench\",\"what\":\"%s\",\"times_real_time\":%.1f}\n", what, sound / cpu >>json }'
}
each() {
	for f in "$place"/songs/*.flac; do
		"$@" "$f"
	done
}
decode() { ffmpeg -v error -nostdin -threads 1 -i "$1" -f null -; }
measure() { ffmpeg -nostdin -threads 1 -i "$1" -af ebur128=peak=true -f null -; }

lib-import -q "$place/songs" | lib-commit -q >/dev/null
speed "everything (at least 150)" lib-analyze -q -j 1 --all
for kind in bpm key loudness fingerprint features check; do
	speed "$kind alone" lib-analyze -q -j 1 --all --only $kind
done
speed "ffmpeg, decoding alone" each decode
speed "ffmpeg -af ebur128" each measure
command -v aubio >/dev/null && speed "aubio tempo" each aubio tempo
command -v loudgain >/dev/null && speed "loudgain" each loudgain -q
command -v bs1770gain >/dev/null && speed "bs1770gain" each bs1770gain
exit 0
