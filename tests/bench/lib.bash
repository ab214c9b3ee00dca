# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# For tests/bench/run.sh: measuring, and the table.  $place is the scratch folder.

# took FILE COMMAND...: run, add the microseconds to FILE.
took() {
	local file=$1 start=${EPOCHREALTIME/./}
	shift
	"$@"
	echo $((${EPOCHREALTIME/./} - start)) >>"$file"
}

median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

heading() { printf '\n%s\n%-44s %13s   %-26s %13s   %8s %8s\n' "$1" "" ours "" other ratio "at most"; }

# row WHAT OURS OTHER-NAME OTHER LIMIT [DIVISOR]: medians of two files, their ratio, what DESIGN 8 demands.
row() {
	awk -v what="$1" -v ours="$(median "$2")" -v name="$3" -v other="$(median "$4")" -v limit="$5" -v n="${6:-1}" \
		-v json="${BENCH_JSON-}" 'BEGIN {
		printf "%-44s %10.2f ms   %-26s %10.2f ms   %6.2f x %6s x\n", what, ours / n / 1000, name, other / n / 1000,
			ours / other, limit
		if (json != "")
			printf "{\"v\":1,\"type\":\"bench\",\"what\":\"%s\",\"ms\":%.3f,\"beside\":\"%s\",\"beside_ms\":%.3f," \
				"\"ratio\":%.3f,\"limit\":%s}\n", what, ours / n / 1000, name, other / n / 1000, ours / other,
				limit ~ /^[0-9.]+$/ ? limit : "null" >>json }'
}

# peak WHAT KB LIMIT-MB
peak() {
	printf '%-44s %10.1f MB   %-26s %10s      %8s %5s MB\n' "$1" "$(awk -v k="$2" 'BEGIN { print k / 1024 }')" "" "" "" "$3"
	[ -z "${BENCH_JSON-}" ] ||
		printf '{"v":1,"type":"bench","what":"%s","kb":%d,"limit_kb":%d}\n' "$1" "$2" $(($3 * 1024)) >>"$BENCH_JSON"
}

note() { printf '%-44s %s\n' "$1" "$2"; }

fresh() {
	if [ -e "$1" ]; then
		chmod -R u+w "$1"
		rm -rf "$1"
	fi
	sync -f "${place:?}"
}
