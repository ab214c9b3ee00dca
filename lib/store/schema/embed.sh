#!/bin/sh
# Print the migrations as initialisers of struct migration: { version, name, sql }.
set -eu
for f in "$@"; do
	name=$(basename "$f" .sql)
	printf '{ %d, "%s",\n' "$((1${name%%-*} - 1000))" "${name#*-}"
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^\(.*\)$/  "\1\\n"/' "$f"
	printf '},\n'
done
