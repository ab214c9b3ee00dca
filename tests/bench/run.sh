#!/bin/bash
# Speed beside what everybody knows: tests/bench/run.sh, run by `make bench`.
#
# BENCH_MUSIC=DIR takes that folder (a gigabyte or more says most), else BENCH_FILES (2000) files of
# BENCH_BYTES (200000) are made.  BENCH_ROUNDS (5) rounds, ours and the other by turns, in one folder
# (BENCH_DIR, else below $TMPDIR); the medians and their ratio are printed.
set -eu
cd "$(dirname "$0")/../.."
export LC_ALL=C.UTF-8
export FONOTECA_BUILD=${FONOTECA_BUILD:-$PWD/build}
PATH="$FONOTECA_BUILD:$PATH"
tree=$PWD
rounds=${BENCH_ROUNDS:-5}
place=$(mktemp -d "${BENCH_DIR:-${TMPDIR:-/tmp}}/fonoteca-bench.XXXXXX")
trap 'chmod -R u+w "$place"; rm -rf "$place"' EXIT
unset XDG_DATA_HOME FONOTECA_WORKER
export HOME=$place/home FONOTECA_LIBRARY=$place/library
mkdir "$HOME"

# took FILE COMMAND...: run, add the microseconds to FILE.
took() {
	local file=$1 start=${EPOCHREALTIME/./}
	shift
	"$@"
	echo $((${EPOCHREALTIME/./} - start)) >>"$file"
}

median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# row WHAT OURS OTHER-NAME OTHER DIVISOR: medians in ms, their ratio.
row() {
	awk -v what="$1" -v ours="$(median "$2")" -v name="$3" -v other="$(median "$4")" -v n="${5:-1}" 'BEGIN {
		printf "%-34s %10.2f ms   %-34s %10.2f ms   %6.2f x\n", what, ours / n / 1000, name, other / n / 1000, ours / other }'
}

fresh() {
	if [ -e "$1" ]; then
		chmod -R u+w "$1"
		rm -rf "$1"
	fi
	sync -f "$place"
}

if [ -n "${BENCH_MUSIC-}" ]; then
	music=$BENCH_MUSIC
else
	music=$place/music
	mkdir "$music"
	python3 "$tree/tests/bench/make-music.py" "$music" "${BENCH_FILES:-2000}" "${BENCH_BYTES:-200000}"
fi
find "$music" -type f -exec cat {} + >/dev/null		# a warm cache for all
printf 'music: %s files, %s MB; %d rounds, medians; %s cores, %s\n\n' "$(find "$music" -type f | wc -l)" \
	"$(du -sm "$music" | cut -f 1)" "$rounds" "$(nproc)" "$(stat -f -c %T "$place")"
printf '%-34s %13s   %-34s %13s   %8s\n' "" "ours" "" "other" "ratio"

copy_all() { cp -r "$music" "$place/copy" && sync -f "$place/copy"; }
take_in() { lib-import -q "$1" "$music" | lib-commit -q >/dev/null; }
look_again() { lib-import -q "$music" >/dev/null; }
list_all() { find "$music" -type f -printf '%p %i %s %T@ %C@\n' >/dev/null; }

for mode in copy reflink; do
	for ((i = 0; i < rounds; i++)); do
		fresh "$place/copy"
		took "$place/cp" copy_all
		fresh "$place/copy"
		fresh "$FONOTECA_LIBRARY"
		if ! took "$place/import-$mode" take_in --mode=$mode; then
			break
		fi
	done
	row "import + commit, $mode" "$place/import-$mode" "cp -r + sync -f" "$place/cp"
	rm "$place/cp"
	[ "$mode" != copy ] || lib-search --count >"$place/tracks"
	# not every file system can share blocks
	cp --reflink=always "$0" "$place/probe" 2>/dev/null || break
done

sleep 2		# so that the files' times are not too close to the run's
look_again
for ((i = 0; i < rounds * 2; i++)); do
	took "$place/find" list_all
	took "$place/again" look_again
done
row "import of an unchanged tree" "$place/again" "find -type f -printf" "$place/find"

many() { for ((k = 0; k < 100; k++)); do "$@" >/dev/null; done; }
for c in lib-import lib-commit lib-search lib-playlist lib-sweep; do
	for ((i = 0; i < rounds; i++)); do
		took "$place/true-$c" many /bin/true
		took "$place/start-$c" many "$FONOTECA_BUILD/$c" --version
	done
	row "$c --version" "$place/start-$c" "/bin/true" "$place/true-$c" 100
done

words() { lib-search -q --ids "$1" >/dev/null || [ $? -eq 1 ]; }
like() {
	sqlite3 -readonly "$FONOTECA_LIBRARY/library.db" "SELECT id FROM track WHERE title LIKE '%$1%' OR artist LIKE '%$1%'" \
		>/dev/null
}
for word in love 'golden river' lov; do
	for ((i = 0; i < rounds * 4; i++)); do
		took "$place/search-$word" words "$word"
		took "$place/like-$word" like "$word"
	done
	row "lib-search '$word'" "$place/search-$word" "sqlite3 LIKE '%$word%'" "$place/like-$word"
done
printf '\n%s tracks in the library; database %s KB\n' "$(cat "$place/tracks")" \
	"$(du -k "$FONOTECA_LIBRARY/library.db" | cut -f 1)"
