#!/bin/sh
# SPDX-License-Identifier: MIT
# Show the main line on real music: share/demo.sh, run by `make demo`.
#
# MUSIC=DIR takes the music of that folder.  Otherwise it is the 40 tagged pieces of Debian's
# package wesnoth-*-music, fetched into build/demo and not installed, or, where there is no apt
# or no network, the eight little tunes of share/demo/music.  The library is build/demo/library,
# made anew at each run; nothing else is written.
set -eu
cd "$(dirname "$0")/.."
build=${FONOTECA_BUILD:-$PWD/build}
place=$build/demo
mkdir -p "$place"
unset XDG_DATA_HOME FONOTECA_WORKER

# The package's music below $place/music, fetched once.
fetch() {
	command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
	find_package() {
		apt-cache search --names-only '^wesnoth-1\.[0-9]+-music$' 2>/dev/null | awk '{ print $1 }' | sort | tail -n 1
	}
	package=$(find_package)
	if [ -z "$package" ] && [ "$(id -u)" -eq 0 ]; then
		apt-get update -qq >/dev/null 2>&1 || return 1
		package=$(find_package)
	fi
	[ -n "$package" ] || return 1
	echo "Fetching the music of Debian's package $package (about 150 MB, once) ..."
	rm -rf "$place/fetch"
	mkdir -p "$place/fetch"
	(cd "$place/fetch" && timeout 300 apt-get download -qq "$package" >log 2>&1) || return 1
	dpkg-deb -x "$place"/fetch/*.deb "$place/fetch/tree" || return 1
	mkdir "$place/fetch/music"
	find "$place/fetch/tree" -name '*.ogg' -path '*music*' -exec mv {} "$place/fetch/music" \;
	mv "$place/fetch/music" "$place/music"
	rm -rf "$place/fetch"
}

if [ "${1-}" = fetch ]; then # only that, for make bench
	[ -d "$place/music" ] || fetch
	exit
fi

if [ -n "${MUSIC-}" ]; then
	case $MUSIC in
	/*) music=$MUSIC ;;
	*) music=$PWD/$MUSIC ;;
	esac
	echo "Music: your folder $music"
elif [ -d "$place/music" ] || fetch; then
	music=$place/music
	echo "Music: the soundtrack of The Battle for Wesnoth, in $music"
else
	music=$PWD/share/demo/music
	echo "Music: the little tunes in $music (no package with more could be fetched)"
fi

# quote WORD: as it can be pasted into a shell.
quote() {
	case $1 in
	*[!A-Za-z0-9_/.,:=@%+-]*) printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")" ;;
	*) printf '%s' "$1" ;;
	esac
}

# show LINE: print a command line, run it, and print what to do where it fails.
show() {
	printf '\n$ %s\n' "$1"
	eval "$1" || {
		status=$?
		echo "demo: that ended with status $status" >&2
		exit 1
	}
}

[ ! -e "$place/library" ] || chmod -R u+w "$place/library"
rm -rf "$place/library"
export FONOTECA_LIBRARY="$place/library"
export PATH="$build:$PATH"
start=$(date +%s)

show "lib-import $(quote "$music") | lib-commit"

# A word that is found in whatever music it is: the commonest of the titles, or else the first.
word=love
if ! lib-search -q --ids "$word" >/dev/null 2>&1; then
	# shellcheck disable=SC2016 # the format is lib-search's to expand
	titles=$(lib-search -q --format '$title $artist')
	word=$(printf '%s\n' "$titles" | tr -cs 'A-Za-z' '\n' | grep -E '^[A-Za-z]{4,}$' | tr '[:upper:]' '[:lower:]' |
		sort | uniq -c | sort -rn | awk 'NR == 1 { print $2 }')
	if [ -z "$word" ] || ! lib-search -q --ids "$word" >/dev/null 2>&1; then
		word=$(printf '%s\n' "$titles" | awk 'NR == 1 { print $1 }')
	fi
fi

show "lib-search $word"
show "lib-playlist create Evening"
show "lib-search -0 --ids $word | lib-playlist add -0 Evening -"
show "lib-playlist show Evening"
show "lib-sweep health"

tracks=$(lib-search --count)
cat <<END

Done in $(($(date +%s) - start)) s: $tracks tracks in $FONOTECA_LIBRARY.  To go on, paste

  export PATH=$(quote "$build"):\$PATH FONOTECA_LIBRARY=$(quote "$FONOTECA_LIBRARY")
  lib-search --stats
  lib-search --json $word
  lib-playlist export Evening --as m3u8
  man $(quote "$PWD/man/fonoteca.7")

and then the same on your own music: unset FONOTECA_LIBRARY; lib-import ~/Music | lib-commit
END
