# SPDX-License-Identifier: MIT
# Completion of Fonoteca's commands for bash.  Options and verbs come from the commands themselves
# (their hidden --dump-options), names of playlists and sessions from the library.

# The vocabulary, as fonoteca-library(5) has it.
_fonoteca_fields="id title artist artists album albumartist albumartists track tracktotal disc disctotal position date \
year originaldate genre composer lyricist conductor performer remixer comment lyrics grouping work \
label catalognumber barcode isrc iswc compilation bpm key mood language copyright media titlesort \
artistsort albumsort albumartistsort mb_trackid mb_albumid mb_artistid mb_albumartistid \
mb_releasegroupid mb_releasetrackid mb_workid rg_track_gain rg_track_peak rg_album_gain \
rg_album_peak duration_ms format codec bitrate samplerate bitdepth channels size sha256 file source \
session recording added modified owner plays lastplayed rating tags cover notes part start_ms"

# What --type of lib-import takes.
_fonoteca_histories="scrobbler-log spotify spotify-account listenbrainz lastfm-json maloja pano fonoteca lastfm-csv lastfm-tsv librefm"

# _fonoteca_dump KIND COLUMN: a column of `COMMAND --dump-options`.
_fonoteca_dump() {
	"$_fonoteca_command" --dump-options 2>/dev/null |
		awk -F '\t' -v kind="$1" -v column="$2" '$1 == kind && $column != "" { print $column }'
}

# The argument name of the option that the word names, or nothing where it takes none.
# One that may be left out stands behind "=", which the second argument then is.
_fonoteca_argument() {
	"$_fonoteca_command" --dump-options 2>/dev/null | awk -F '\t' -v word="$1" -v behind="${2-}" '
		$1 == "option" && (behind != "" || $4 !~ /^\[/) && ("--" $3 == word || ($2 != "" && "-" $2 == word)) { print $4 }'
}

# Run another command of the suite on the library that this command line names.
_fonoteca_ask() {
	local command=$1
	shift
	[[ $_fonoteca_command != */* ]] || command=${_fonoteca_command%/*}/$command
	"$command" ${_fonoteca_library[@]+"${_fonoteca_library[@]}"} "$@" 2>/dev/null </dev/null
}

_fonoteca_sessions() {
	_fonoteca_ask lib-commit --list | grep -oE '^s[0-9]+'
}

_fonoteca_playlists() {
	_fonoteca_ask lib-playlist --json list | sed -nE 's/.*"name":"(([^"\\]|\\.)*)".*/\1/p'
}

_fonoteca_saved() {
	_fonoteca_ask lib-search --saved | cut -f 1
}

# Names with blanks are quoted; everything that does not start with the word so far is dropped.
_fonoteca_offer() {
	local word=${_fonoteca_word//\\/} line
	while IFS= read -r line; do
		[[ $line != "$word"* ]] || COMPREPLY+=("$(printf '%q' "$line")")
	done
}

_fonoteca_files() {
	compopt -o filenames 2>/dev/null
	mapfile -t COMPREPLY < <(compgen "$1" -- "$_fonoteca_word")
}

# The value of an option, by the name that its argument has in --help.
_fonoteca_value() {
	case $1 in
	DIR) _fonoteca_files -d ;;
	FILE*) _fonoteca_files -f ;;
	ID | SESSION) _fonoteca_offer < <(_fonoteca_sessions) ;;
	GROUP) _fonoteca_offer < <(compgen -g) ;;
	FIELD*) _fonoteca_offer <<<"${_fonoteca_fields// /$'\n'}" ;;
	*)
		case $2 in
		--type) _fonoteca_offer <<<"${_fonoteca_histories// /$'\n'}" ;;
		--color) _fonoteca_offer <<<$'auto\nalways\nnever' ;;
		--since | --until)
			_fonoteca_offer <<<$'today\nyesterday\nthis_week\nlast_week\nthis_month\nlast_month\nthis_year\nlast_year' ;;
		--tz) _fonoteca_offer <<<$'local\nUTC' ;;
		--stats) _fonoteca_offer <<<plays ;;
		--gain) _fonoteca_offer <<<$'track\nalbum' ;;
		--similar) _fonoteca_offer < <(_fonoteca_playlists | sed 's/^/@/') ;;
		--log) _fonoteca_offer <<<$'text\njson' ;;
		--mode) _fonoteca_offer <<<$'copy\nreflink\nhardlink\nmove' ;;
		--on-conflict) _fonoteca_offer <<<$'attach\nfail\nignore\nskip' ;;
		--fs) _fonoteca_offer <<<$'posix\nvfat' ;;
		--convert) _fonoteca_offer <<<$'opus\nmp3\naac\nvorbis\nflac\nalac\nwav\naiff' ;;
		--as)
			case ${_fonoteca_command##*/} in
			lib-search) _fonoteca_offer <<<$'json\nscrobbler-log\nlistenbrainz' ;;
			*) _fonoteca_offer <<<$'m3u8\nm3u\npls\nxspf\njspf\njson\nnsp' ;;
			esac ;;
		--do) _fonoteca_offer <<<$'play\nexport\nnotify' ;;
		--every) _fonoteca_offer <<<$'minute\nhour\nday\nweekday\nweek\nmonth\nyear' ;;
		--catch-up) _fonoteca_offer <<<$'once\nall\nskip' ;;
		--only) _fonoteca_offer <<<$'bpm\nkey\nloudness\nfingerprint\nfeatures\ncheck' ;;
		--prefer) _fonoteca_offer <<<$'analysis\ntags' ;;
		--by) _fonoteca_offer <<<$'track\nrecording' ;;
		--save | --forget) _fonoteca_offer < <(_fonoteca_saved) ;;
		esac ;;
	esac
}

_fonoteca() {
	local _fonoteca_command=$1 _fonoteca_word=$2 previous=$3 behind='' argument verb='' i
	local -a _fonoteca_library=()
	COMPREPLY=()

	# bash cuts words at "=": put "--library = DIR" together again
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-L | --library)
			[[ ${COMP_WORDS[i + 1]-} != = ]] || i=$((i + 1))
			i=$((i + 1))
			_fonoteca_library=(-L "${COMP_WORDS[i]}") ;;
		-*)
			argument=$(_fonoteca_argument "${COMP_WORDS[i]}")
			[[ -z $argument ]] || i=$((i + 1)) ;;
		*) [[ -n $verb ]] || verb=${COMP_WORDS[i]} ;;
		esac
	done
	if [[ $_fonoteca_word == = ]]; then
		_fonoteca_word='' behind='='
	elif [[ $previous == = ]]; then
		previous=${COMP_WORDS[COMP_CWORD - 2]} behind='='
	fi

	argument=$(_fonoteca_argument "$previous" "$behind")
	if [[ -n $argument ]]; then
		_fonoteca_value "$argument" "$previous"
	elif [[ $_fonoteca_word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_fonoteca_dump option 3 | sed 's/^/--/')" -- "$_fonoteca_word")
	else
		_fonoteca_operand "$verb"
	fi
}

_fonoteca_operand() {
	case ${_fonoteca_command##*/} in
	lib-import) _fonoteca_files -f ;;
	lib-commit)
		case " ${COMP_WORDS[*]} " in
		*" --amend "*)
			compopt -o nospace 2>/dev/null
			_fonoteca_offer <<<"${_fonoteca_fields// /=$'\n'}=" ;;
		*) _fonoteca_offer < <(_fonoteca_sessions) ;;
		esac ;;
	lib-search) _fonoteca_offer < <(_fonoteca_saved | sed 's/^/@/') ;;
	lib-playlist)
		case $1 in
		'') _fonoteca_offer < <(_fonoteca_dump verb 2) ;;
		import) _fonoteca_files -f ;;
		*) _fonoteca_offer < <(_fonoteca_playlists) ;;
		esac ;;
	lib-sweep)
		case $1 in
		restore | rebuild) _fonoteca_files -f ;;
		*) _fonoteca_offer < <(_fonoteca_dump verb 2) ;;
		esac ;;
	esac
}

complete -F _fonoteca lib-import lib-commit lib-search lib-playlist lib-sweep lib-analyze
