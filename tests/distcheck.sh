#!/bin/sh
# SPDX-License-Identifier: MIT
# Prove that a release archive is enough: distcheck.sh ARCHIVE BUILD
#
# Unpacks it into a folder of its own, builds with warnings as errors, runs the tests of the suite,
# installs below a DESTDIR, walks the main line with the installed commands on the test music,
# uninstalls, and looks for what was left.  The version must be the same everywhere, and so must be
# the bytes of the programs, here and in BUILD, the folder of a build elsewhere.
set -eu
export LC_ALL=C.UTF-8
archive=$1 build=$2
version=$(cat VERSION)
tmp=$(mktemp -d)
trap 'chmod -R u+w "$tmp"; rm -rf "$tmp"' EXIT
unset FONOTECA_LIBRARY FONOTECA_WORKER FONOTECA_BUILD FONOTECA_SAN DESTDIR MAKEFLAGS B
export HOME="$tmp/home"
mkdir "$HOME"

die() {
	printf 'distcheck: %s\n' "$*" >&2
	exit 1
}
say() { printf 'distcheck: %s\n' "$*"; }

case $archive in
*/fonoteca-"$version".tar.gz) ;;
*) die "$archive is not named after version $version" ;;
esac
tar -xzf "$archive" -C "$tmp"
cd "$tmp/fonoteca-$version"
[ "$(sed -n '1s/^Fonoteca \([0-9.]*\).*/\1/p' NEWS)" = "$version" ] || die "the first line of NEWS is not of $version"

make -s -j"$(nproc)" WERROR=1 NODEPS=1 all >/dev/null
say "built"
if cmp -s build/gen/flags "$build/gen/flags"; then
	for p in build/lib-* build/libexec/media-worker; do
		cmp "$p" "$build/${p#build/}" || die "${p#build/} is not the same bytes when built in another folder"
	done
	say "the programs are the same bytes in both folders"
else
	say "not compared with $build, which was built with other flags"
fi
FONOTECA_BUILD="$PWD/build" bash tests/run tests/suite.bats >check.log 2>&1 || {
	cat check.log
	die "the tests fail in the unpacked archive"
}
say "tested: $(tail -n 1 check.log)"

make -s WERROR=1 install DESTDIR="$tmp/dest" PREFIX=/usr
bin="$tmp/dest/usr/bin"
for c in "$bin"/lib-*; do
	[ "$("$c" --version)" = "$(basename "$c") (Fonoteca) $version" ] || die "$c --version is not of $version"
done
[ -x "$tmp/dest/usr/libexec/fonoteca/media-worker" ] || die "the media worker was not installed"
PATH="$bin:$PATH"
export FONOTECA_LIBRARY="$tmp/library"
lib-import -q tests/fixtures/audio | lib-commit -q >/dev/null || die "the installed import and commit fail"
[ -n "$(lib-search --ids love)" ] || die "the installed search finds nothing"
lib-playlist -q create Evening
lib-search -0 --ids love | lib-playlist -q add -0 Evening -
[ -n "$(lib-playlist show Evening)" ] || die "the installed playlist is empty"
lib-sweep health >/dev/null || die "the installed lib-sweep health is not content"
say "ran the installed commands"

make -s WERROR=1 uninstall DESTDIR="$tmp/dest" PREFIX=/usr
left=$(find "$tmp/dest" ! -type d; find "$tmp/dest" -ipath '*fonoteca*')
[ -z "$left" ] || die "uninstall left $left"
say "version $version, nothing left after uninstall"
