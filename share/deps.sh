#!/bin/sh
# SPDX-License-Identifier: MIT
# Install the packages that are missing: deps.sh build|check|lint|bench|package|analyze
# and nothing else; `deps.sh list build|check|lint|bench|package|analyze` only names them,
# `deps.sh headers CC CXX` says whether the compilers and libraries are there.
#
# One line a package: what it is for, then its name for apt, dnf, pacman, apk ("-": not needed there).
set -eu

packages() {
	cat <<-'END'
		build gcc            gcc                  gcc        gcc
		build g++            gcc-c++              -          g++
		build libc6-dev      glibc-devel          -          musl-dev
		build make           make                 make       make
		build pkg-config     pkgconf-pkg-config   pkgconf    pkgconf
		build libsqlite3-dev sqlite-devel         sqlite     sqlite-dev
		build libtag1-dev    taglib-devel         taglib     taglib-dev
		build libtagc0-dev   -                    -          -
		build zlib1g-dev     zlib-devel           zlib       zlib-dev
		build libpcre2-dev   pcre2-devel          pcre2      pcre2-dev
		build nettle-dev     nettle-devel         nettle     nettle-dev
		build libutf8proc-dev utf8proc-devel      libutf8proc utf8proc-dev
		build libexpat1-dev  expat-devel          expat      expat-dev
		build libjansson-dev jansson-devel        jansson    jansson-dev
		build libarchive-dev libarchive-devel     libarchive libarchive-dev
		build libseccomp-dev libseccomp-devel     libseccomp libseccomp-dev
		check bash           bash                 bash       bash
		check bats           bats                 bash-bats  bats
		check binutils       binutils             binutils   binutils
		check btrfs-progs    btrfs-progs          btrfs-progs btrfs-progs
		check dosfstools     dosfstools           dosfstools dosfstools
		check e2fsprogs      e2fsprogs            e2fsprogs  e2fsprogs
		check ffmpeg         ffmpeg-free          ffmpeg     ffmpeg
		check git            git-core             git        git
		check jq             jq                   jq         jq
		check libxml2-utils  libxml2              libxml2    libxml2-utils
		check lua5.4         lua                  lua        lua5.4
		check mandoc         mandoc               mandoc     mandoc
		check mpc            mpc                  mpc        mpc
		check mpd            mpd                  mpd        mpd
		check procps         procps-ng            procps-ng  procps
		check python3        python3              python     python3
		check python3-hypothesis python3-hypothesis python-hypothesis py3-hypothesis
		check python3-mutagen python3-mutagen     python-mutagen py3-mutagen
		check rclone         rclone               rclone     rclone
		check rsync          rsync                rsync      rsync
		check sqlite3        sqlite               -          sqlite
		check strace         strace               strace     strace
		check util-linux     util-linux           util-linux util-linux
		check zsh            zsh                  zsh        zsh
		check fish           fish                 fish       fish
		bench aubio-tools    aubio                aubio      aubio
		bench beets          beets                beets      beets
		bench bs1770gain     -                    -          -
		bench loudgain       -                    -          -
		bench fluidsynth     fluidsynth           fluidsynth fluidsynth
		bench timgm6mb-soundfont fluid-soundfont-gm soundfont-fluid -
		bench openssl        openssl              openssl    openssl
		bench mpd            mpd                  mpd        mpd
		bench sqlite3        sqlite               -          sqlite
		bench python3        python3              python     python3
		analyze libavformat-dev ffmpeg-free-devel ffmpeg  ffmpeg-dev
		analyze libavcodec-dev -             -          -
		analyze libavutil-dev -              -          -
		analyze libswresample-dev -          -          -
		analyze libebur128-dev libebur128-devel libebur128 libebur128-dev
		analyze libchromaprint-dev libchromaprint-devel chromaprint chromaprint-dev
		analyze ffmpeg       ffmpeg-free          -          ffmpeg
		lint  clang          clang                clang      clang
		lint  clang-format   clang-tools-extra    clang      clang-extra-tools
		lint  libclang-rt-dev compiler-rt         compiler-rt compiler-rt
		lint  mandoc         mandoc               mandoc     mandoc
		lint  shellcheck     ShellCheck           shellcheck shellcheck
		package debhelper    -                    -          -
		package dpkg-dev     -                    -          -
		package lintian      -                    -          -
	END
}

die() {
	printf 'deps: %s\n' "$*" >&2
	exit 1
}

# Which of the four is this?
manager() {
	for m in apt-get dnf pacman apk; do
		if command -v $m >/dev/null 2>&1; then
			echo $m
			return
		fi
	done
	echo none
}

# The names of one group for a package manager.
names() {
	case $2 in
	apt-get) column=2 ;; dnf) column=3 ;; pacman) column=4 ;; apk) column=5 ;;
	*) column=2 ;;
	esac
	packages | awk -v group="$1" -v c=$column '$1 == group && $c != "-" { print $c }'
}

installed() {
	case $1 in
	apt-get) [ "$(dpkg-query -W -f '${db:Status-Status}' "$2" 2>/dev/null)" = installed ] ;;
	dnf) rpm -q "$2" >/dev/null 2>&1 ;;
	pacman) pacman -Q "$2" >/dev/null 2>&1 ;;
	apk) apk info -e "$2" >/dev/null 2>&1 ;;
	esac
}

# shellcheck disable=SC2086 # lists of package names are meant to be split
install_packages() {
	case $1 in
	apt-get)
		# Lists may be absent or old: fetch them only when they do not do.
		$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $2 >"$log" 2>&1 || {
			$sudo apt-get update -qq >"$log" 2>&1 &&
				$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $2 >"$log" 2>&1
		} ;;
	dnf) $sudo dnf install -y -q $2 >"$log" 2>&1 ;;
	pacman) $sudo pacman -S --noconfirm --needed $2 >"$log" 2>&1 ;;
	apk) $sudo apk add -q $2 >"$log" 2>&1 ;;
	esac
}

headers() {
	for c in "${1%% *}" "${2%% *}"; do
		command -v "$c" >/dev/null 2>&1 || die "no compiler $c: run 'make deps', or set CC and CXX"
	done
	for h in sqlite3.h utf8proc.h pcre2.h nettle/sha2.h zlib.h expat.h jansson.h archive.h seccomp.h; do
		printf '#define PCRE2_CODE_UNIT_WIDTH 8\n#include <%s>\n' "$h" | $1 -E - >/dev/null 2>&1 ||
			die "<$h> is missing: run 'make deps', INSTALL names the packages"
	done
	pkg-config --exists taglib taglib_c 2>/dev/null ||
		die "TagLib or pkg-config is missing: run 'make deps', INSTALL names the packages"
}

manager=$(manager)
case ${1-} in
deps) group=build ;;
build | check | lint | bench | package | analyze) group=$1 ;;
list)
	names "${2:?which list}" "${3:-$manager}"
	exit ;;
headers)
	headers "$2" "$3"
	exit ;;
*) die "usage: deps.sh build|check|lint|bench|package|analyze" ;;
esac

if [ "$manager" = none ]; then
	die "none of apt-get, dnf, pacman and apk is here; install by hand what INSTALL names" \
	    "($(names "$group" apt-get | tr '\n' ' ')as Debian calls it), then use make with NODEPS=1"
fi
missing=
for p in $(names "$group" "$manager"); do
	installed "$manager" "$p" || missing="$missing $p"
done
[ -n "$missing" ] || exit 0

sudo=
if [ "$(id -u)" -ne 0 ]; then
	sudo=sudo
	command -v sudo >/dev/null 2>&1 || die "these packages are missing and only root can install them:$missing"
fi
printf 'deps: installing%s\n' "$missing" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! install_packages "$manager" "$missing"; then
	cat "$log" >&2
	die "$manager could not install$missing (is there a network?); see above"
fi
