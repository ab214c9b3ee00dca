#!/bin/sh
# Run one harness: run.sh BUILD NAME OPTION..., by `make fuzz`.  Begins with the test music, keeps what it
# finds new below BUILD/corpus/NAME, and prints a line, or what was found.  A run of sound decodes a file: FUZZ_SLOW
# (20) of others take as long, so of -runs=N it gets so many fewer.
set -eu
build=$1 name=$2
shift 2
mkdir -p "$build/corpus/$name"
cp -n tests/fixtures/*/* "$build/corpus/$name"
case $name:$* in
sound:*-runs=*) set -- -seed=1 "-runs=$((${*##*-runs=} / ${FUZZ_SLOW:-20}))" ;;
esac
[ ! -e "tests/fuzz/$name.dict" ] || set -- "$@" "-dict=tests/fuzz/$name.dict"
"$build/fuzz/$name" -timeout=10 -rss_limit_mb=2048 "$@" -artifact_prefix="$build/$name-" "$build/corpus/$name" \
	>"$build/$name.log" 2>&1 || {
	tail -n 40 "$build/$name.log"
	exit 255 # xargs begins no other
}
echo "  FUZZ $name: $(grep -oE 'Done .*' "$build/$name.log"), nothing found"
