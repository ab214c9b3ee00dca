#!/bin/sh
# SPDX-License-Identifier: MIT
# Print the migrations NNN-name.sql as C: a char array each, and the table of them.
set -eu
for f in "$@"; do
	name=$(basename "$f" .sql)
	printf 'static const char schema_%s[] = {\n' "${name%%-*}"
	od -An -v -tx1 "$f" | sed "s/ \(..\)/'\\\\x\1',/g"
	printf '0 };\n'
done
printf 'static const struct migration migrations[] = {\n'
for f in "$@"; do
	name=$(basename "$f" .sql)
	printf '\t{ %d, "%s", schema_%s },\n' "$((1${name%%-*} - 1000))" "${name#*-}" "${name%%-*}"
done
printf '};\n'
