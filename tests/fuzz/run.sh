#!/bin/sh
# SPDX-License-Identifier: MIT
# Run one harness: run.sh BUILD NAME OPTION..., by `make fuzz`.  Begins with the test music, keeps what it
# finds new below BUILD/corpus/NAME, and prints a line, or what was found.  A run of sound decodes a file: FUZZ_SLOW
# (20) of others take as long, so of -runs=N it gets so many fewer.
set -eu
build=$1 name=$2
shift 2
mkdir -p "$build/corpus/$name"
cp -n tests/fixtures/*/* "$build/corpus/$name"
runs=
for option; do
	case $option in -runs=*) runs=${option#-runs=} ;; esac
done
if [ "$name" = sound ] && [ -n "$runs" ]; then
	set -- "$@" "-runs=$((runs / ${FUZZ_SLOW:-20}))" # the last one counts
fi
[ ! -e "tests/fuzz/$name.dict" ] || set -- "$@" "-dict=tests/fuzz/$name.dict"
"$build/fuzz/$name" -timeout=10 -rss_limit_mb=2048 "$@" -artifact_prefix="$build/$name-" "$build/corpus/$name" \
	>"$build/$name.log" 2>&1 || {
	tail -n 40 "$build/$name.log"
	exit 255 # xargs begins no other
}
echo "  FUZZ $name: $(grep -aoE 'Done .*' "$build/$name.log"), nothing found"
