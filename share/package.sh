#!/bin/sh
# SPDX-License-Identifier: MIT
# Make a Debian package of a release archive: package.sh ARCHIVE DIR, run by `make deb`.
#
# Unpacks the archive below DIR, builds the source and the binary packages there as anybody would
# who has only the archive, and lets lintian look at both; what it finds fails the run.
set -eu
export LC_ALL=C.UTF-8
archive=$(realpath "$1")
version=$(cat VERSION)
mkdir -p "$2"
cd "$2"
rm -rf "fonoteca-$version"
unset MAKEFLAGS MAKELEVEL B FONOTECA_BUILD FONOTECA_LIBRARY FONOTECA_WORKER
tar -xzf "$archive"
grep -q "^fonoteca ($version)" "fonoteca-$version/debian/changelog" || {
	echo "package: the topmost entry of debian/changelog is not of $version" >&2
	exit 1
}
(cd "fonoteca-$version" && dpkg-buildpackage -us -uc) >build.log 2>&1 || {
	tail -n 40 build.log >&2
	exit 1
}
lintian --fail-on error,warning fonoteca_"$version"_*.changes
ls fonoteca_"$version"*.deb fonoteca_"$version"*.dsc
