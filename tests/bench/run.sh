#!/bin/bash
# SPDX-License-Identifier: MIT
# Speed beside what everybody knows: tests/bench/run.sh, run by `make bench`.
#
# Two trees: real music, BENCH_MB (1200) megabytes of it made from the demo's package, or BENCH_MUSIC=DIR as it
# is; and BENCH_FILES (20000) files of BENCH_BYTES (200000).  BENCH_ROUNDS (3) rounds, ours and the others by
# turns in one folder (BENCH_DIR, else below $TMPDIR), with a warm cache; the medians and their ratios are printed,
# and what is promised.  Then searches of BENCH_TRACKS (1000000) tracks: search.py.  Then BENCH_PLAYS
# (1000000) plays beside searches: history.py.  BENCH_PART=search, sound, history: these alone.
# BENCH_PART=commands: what each command costs, commands.py, which is no part of the whole.
# BENCH_JSON=FILE gets them as JSON lines, too.
set -eu
cd "$(dirname "$0")/../.."
export LC_ALL=C.UTF-8
export FONOTECA_BUILD=${FONOTECA_BUILD:-$PWD/build}
PATH="$FONOTECA_BUILD:$PATH"
bench=$PWD/tests/bench
rounds=${BENCH_ROUNDS:-3}
place=$(mktemp -d "${BENCH_DIR:-${TMPDIR:-/tmp}}/fonoteca-bench.XXXXXX")
trap 'chmod -R u+w "$place"; rm -rf "$place"' EXIT
unset XDG_DATA_HOME FONOTECA_WORKER
export HOME=$place/home FONOTECA_LIBRARY=$place/library
mkdir "$HOME"
if [ -n "${BENCH_JSON-}" ]; then
	BENCH_JSON=$(realpath "$BENCH_JSON")
	: >"$BENCH_JSON"
fi
# shellcheck source=tests/bench/lib.bash
. "$bench/lib.bash"

case ${BENCH_PART-} in
sound)
	bash "$bench/sound.sh" "$place"
	exit ;;
search | history | commands)
	python3 "$bench/$BENCH_PART.py" "$place"
	exit ;;
esac

copy_all() { cp -r "$music" "$place/copy" && sync -f "$place/copy"; }
take_in() { lib-import -q "$1" "$music" | lib-commit -q >/dev/null; }
look_again() { lib-import -q "$music" >/dev/null; }
list_all() { find "$music" -type f -printf '%p %i %s %T@ %C@\n' >/dev/null; }
beet_takes() {
	# shellcheck disable=SC2317
	beet -c "$place/beet.yaml" import -A -q -c "$music" >/dev/null 2>&1
}

# can MODE: not every file system can share blocks, not every version of lib-import knows every mode.
can() {
	if [ "$1" = reflink ]; then
		cp --reflink=always "$0" "$place/probe" 2>/dev/null
	else
		lib-import --help | grep -q "$1"
	fi
}

# import_rows: everything that is measured on one tree, the folder $music.
import_rows() {
	local at=$place/rows mode memory
	rm -rf "$at"
	mkdir "$at"
	find "$music" -type f -exec cat {} + >/dev/null
	for ((i = 0; i < rounds; i++)); do
		fresh "$place/copy"
		took "$at/cp" copy_all
		fresh "$place/copy"
		for mode in copy reflink hardlink; do
			can $mode || continue
			fresh "$FONOTECA_LIBRARY"
			took "$at/$mode" take_in --mode=$mode
		done
		if command -v mpd >/dev/null; then
			python3 "$bench/mpd-update.py" "$music" "$place/mpd" >"$at/both"
			head -n 1 "$at/both" >>"$at/mpd"
			tail -n 1 "$at/both" >>"$at/mpd-again"
		fi
	done
	row "import + commit, copy" "$at/copy" "cp -r + sync -f" "$at/cp" "$1"
	[ ! -e "$at/reflink" ] || row "import + commit, reflink" "$at/reflink" "cp -r + sync -f" "$at/cp" "$1"
	if command -v mpd >/dev/null; then
		row "import + commit, copy" "$at/copy" "mpd's update" "$at/mpd" -
		[ ! -e "$at/hardlink" ] || row "import + commit, hardlink" "$at/hardlink" "mpd's update" "$at/mpd" 1.5
	else
		note "beside mpd" "skipped: no mpd here (make deps-bench)"
	fi
	if command -v beet >/dev/null; then # takes minutes: once
		printf 'directory: %s\nlibrary: %s\n' "$place/beets" "$place/beets.db" >"$place/beet.yaml"
		took "$at/beet" beet_takes
		rm -rf "$place/beets" "$place/beets.db"
		row "import + commit, copy" "$at/copy" "beet import -A -q -c" "$at/beet" -
	else
		note "beside beets" "skipped: no beet here (make deps-bench)"
	fi

	fresh "$FONOTECA_LIBRARY"
	memory=$(python3 "$bench/peak.py" lib-import -q "$music")
	peak "lib-import, main process" "${memory% *}" 64
	peak "lib-import, worker" "${memory#* }" 512
	memory=$(python3 "$bench/peak.py" lib-commit -q --all)
	peak "lib-commit" "${memory% *}" 64

	sleep 2.5 # so that the files' times are not too close to the run's
	take_in --mode=copy
	for ((i = 0; i < rounds * 3; i++)); do
		took "$at/find" list_all
		took "$at/again" look_again
	done
	row "import of the unchanged tree" "$at/again" "find -type f -printf" "$at/find" 8
	[ ! -e "$at/mpd-again" ] || row "import of the unchanged tree" "$at/again" "mpd's update" "$at/mpd-again" 1.5
	scrub_rows
}

# Every blob read and compared with its name; of what else verify looks at there is little here.
scrub() { lib-sweep -q --all verify; }
digest() {
	find "$FONOTECA_LIBRARY/blobs" -type f -print0 | xargs -0 -P "$(nproc)" -n 32 openssl dgst -sha256 >/dev/null
}
scrub_rows() {
	if ! command -v openssl >/dev/null; then
		note "lib-sweep verify" "skipped: no openssl here (make deps-bench)"
		return
	fi
	for ((i = 0; i < rounds; i++)); do
		took "$at/digest" digest
		took "$at/scrub" scrub
	done
	row "lib-sweep verify" "$at/scrub" "openssl dgst, all cores" "$at/digest" 1.25
}

describe() { printf '%s files, %s MB' "$(find "$music" -type f | wc -l)" "$(du -sm "$music" | cut -f 1)"; }

many() { for ((k = 0; k < 100; k++)); do "$@" >/dev/null; done; }
printf '%d rounds, medians; %s cores, %s\n' "$rounds" "$(nproc)" "$(stat -f -c %T "$place")"
music=${BENCH_MUSIC-}
if [ -z "$music" ] && sh share/demo.sh fetch >/dev/null; then
	music=$place/real
	mkdir "$music"
	python3 "$bench/multiply-music.py" "$FONOTECA_BUILD/demo/music" "$music" "${BENCH_MB:-1200}"
fi
if [ -n "$music" ]; then
	heading "Real music: $(describe)"
	import_rows 1.6
	[ "$music" != "$place/real" ] || rm -rf "$music"
else
	printf '\nReal music: skipped, the package with it could not be fetched (BENCH_MUSIC=DIR: yours)\n'
fi

music=$place/music
mkdir "$music"
python3 "$bench/make-music.py" "$music" "${BENCH_FILES:-20000}" "${BENCH_BYTES:-200000}"
heading "Small files: $(describe)"
import_rows 2

heading "Start-up"
for c in lib-import lib-commit lib-search lib-playlist lib-sweep; do
	for ((i = 0; i < rounds; i++)); do
		took "$place/true-$c" many /bin/true
		took "$place/start-$c" many "$FONOTECA_BUILD/$c" --version
	done
	row "$c --version" "$place/start-$c" "/bin/true" "$place/true-$c" 3 100
done
printf '\n%s tracks in the library; database %s KB; %d s\n' "$(lib-search --count)" \
	"$(du -k "$FONOTECA_LIBRARY/library.db" | cut -f 1)" $SECONDS
fresh "$FONOTECA_LIBRARY"
rm -rf "$music"
python3 "$bench/search.py" "$place"
bash "$bench/sound.sh" "$place"
python3 "$bench/history.py" "$place"
