# SPDX-License-Identifier: MIT
# not under SAN
# Options, verbs, manual pages, completions, README and INSTALL say the same.
load helper

# dumped COMMAND KIND COLUMN: a column of --dump-options, sorted, empty ones left out.
dumped() {
	"$1" --dump-options | awk -F '\t' -v kind="$2" -v column="$3" '$1 == kind && $column != "" { print $column }' | sort
}

# same COMMAND WHAT LIST-A LIST-B
same() {
	[ -n "$3" ] || fail "$1: $2: nothing to compare with"
	diff <(printf '%s\n' "$3") <(printf '%s\n' "$4") || fail "$1: $2 differs"
}

@test "--help shows the options and verbs of the table" {
	for c in $COMMANDS; do
		help=$("$c" --help)
		same "$c" "long options" "$(dumped "$c" option 3)" \
			"$(sed -nE 's/^  (-., |    )--([a-z0-9-]+).*/\2/p' <<<"$help" | sort)"
		same "$c" "letters" "$(dumped "$c" option 2)" "$(sed -nE 's/^  -(.), --.*/\1/p' <<<"$help" | sort)"
		for verb in $(dumped "$c" verb 2); do
			grep -qE "^  $verb( |\$)" <<<"$help" || fail "$c --help does not list $verb"
		done
	done
}

@test "an option is described once, in one phrase that fits a line" {
	for c in $COMMANDS; do
		[ -n "$(dumped "$c" option 3)" ]
		[ -z "$(dumped "$c" option 3 | uniq -d)" ]
		[ -z "$(dumped "$c" option 2 | uniq -d)" ]
		[ -z "$("$c" --dump-options | awk -F '\t' 'NF != ($1 == "option" ? 5 : 4) || $NF == ""')" ]
	done
}

@test "the manual page has the same options" {
	for c in $COMMANDS; do
		page=$TREE/man/$c.1
		same "$c" "the manual's long options" "$(dumped "$c" option 3)" \
			"$(grep -E '^\.It Fl ' "$page" | grep -oE 'Fl -[a-z0-9-]+' | sed 's/Fl -//' | sort)"
		same "$c" "the manual's letters" "$(dumped "$c" option 2)" \
			"$(grep -E '^\.It Fl ' "$page" | grep -oE 'Fl [A-Za-z0-9]( |$)' | sed 's/Fl //; s/ //' | sort)"
	done
}

@test "the manual page has the same verbs" {
	for c in lib-playlist lib-sweep; do
		same "$c" "the manual's verbs" "$(dumped "$c" verb 2)" \
			"$(sed -nE 's/^\.It (Cm|Ic) ([a-z]+).*/\2/p' "$TREE/man/$c.1" | sort -u)"
	done
}

@test "bash completes the same options and verbs" {
	for c in $COMMANDS; do
		same "$c" "bash's options" "$(dumped "$c" option 3)" "$(bash -c '
			source "$TREE/completions/fonoteca.bash"
			COMP_WORDS=("$0" --) COMP_CWORD=1
			_fonoteca "$0" -- "$0"
			printf "%s\n" "${COMPREPLY[@]#--}"' "$c" | sort)"
		[ -n "$(dumped "$c" verb 2)" ] || continue
		same "$c" "bash's verbs" "$(dumped "$c" verb 2)" "$(bash -c '
			source "$TREE/completions/fonoteca.bash"
			COMP_WORDS=("$0" "") COMP_CWORD=1
			_fonoteca "$0" "" "$0"
			printf "%s\n" "${COMPREPLY[@]}"' "$c" | sort)"
	done
}

@test "bash completes values: words, fields, playlists and sessions of the library named" {
	bash_completes() {
		bash -c 'source "$TREE/completions/fonoteca.bash"
			COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
			_fonoteca "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
			printf "%s\n" "${COMPREPLY[@]}"' bash "$@"
	}
	main_line
	lib-playlist -q create Evening
	lib-playlist -q create 'Late night'
	[ "$(bash_completes lib-search --color a | tr '\n' ' ')" = 'auto always ' ]
	[ "$(bash_completes lib-search --color = n)" = never ]
	[ "$(bash_completes lib-playlist show E)" = Evening ]
	[ "$(bash_completes lib-playlist render --gain E)" = Evening ] # what --gain may take stands behind =
	[ "$(bash_completes lib-playlist show La)" = 'Late\ night' ]
	library=$FONOTECA_LIBRARY
	unset FONOTECA_LIBRARY
	[ "$(bash_completes lib-playlist -L "$library" show E)" = Evening ]
	[ "$(bash_completes lib-playlist --library = "$library" show E)" = Evening ]
	export FONOTECA_LIBRARY=$library
	lib-import -q "$FIXTURES/audio/hoppipolla.flac" >session
	[ "$(bash_completes lib-commit --amend 1 albumartists | tr '\n' ' ')" = 'albumartists= albumartistsort= ' ]
	[ "$(bash_completes lib-commit s | grep -cx "$(cat session)")" -eq 1 ]
	touch copy.db.gz
	[ "$(bash_completes lib-sweep restore cop)" = copy.db.gz ]
	[ "$(bash_completes lib-sweep rest)" = restore ]
}

# What an option takes, and a few words that are offered for it.
taken='lib-search since today
lib-search until last_year
lib-search stats plays
lib-search color never
lib-search as listenbrainz
lib-playlist as xspf
lib-playlist gain album
lib-playlist do notify
lib-playlist fs vfat
lib-import tz local
lib-import mode hardlink
lib-import type librefm
lib-commit on-conflict skip'

@test "each shell offers the words that an option takes" {
	taken_too=
	! analyzes || taken_too=$'\nlib-analyze only features\nlib-analyze prefer tags'
	while read -r c option word; do
		bash -c 'source "$TREE/completions/fonoteca.bash"
			COMP_WORDS=("$1" "--$2" = "") COMP_CWORD=3
			_fonoteca "$1" "" =
			printf "%s\n" "${COMPREPLY[@]}"' bash "$c" "$option" | grep -qx "$word" || fail "bash: $c --$option: no $word"
		if command -v zsh >/dev/null; then
			zsh -fc '_arguments() { print -rl -- "$@" }
				words=("$1" --) CURRENT=2
				source "$TREE/completions/_fonoteca"' zsh "$c" |
				grep -qE "^\*--$option=.*:\((.* )?$word( .*)?\)$" || fail "zsh: $c --$option: no $word"
		fi
		if command -v fish >/dev/null; then
			fish --no-config -c "source $TREE/completions/fonoteca.fish; complete -C '$c --$option='" |
				cut -f 1 | grep -qxE "(--$option=)?$word" || fail "fish: $c --$option: no $word"
		fi
	done <<<"$taken$taken_too"
}

@test "zsh is given the same options" {
	command -v zsh >/dev/null || skip "zsh is not installed"
	for c in $COMMANDS; do
		run -0 zsh -fc '
			_arguments() { print -rl -- "$@" }
			words=("$1" --) CURRENT=2
			source "$TREE/completions/_fonoteca"' zsh "$c"
		same "$c" "zsh's options" "$(dumped "$c" option 3)" \
			"$(sed -nE 's/^\*--([a-z0-9-]+)=?-?\[.*/\1/p' <<<"$output" | sort)"
		same "$c" "zsh's letters" "$(dumped "$c" option 2)" "$(sed -nE 's/^\*-([^-])\+?\[.*/\1/p' <<<"$output" | sort)"
	done
}

@test "zsh loads the completion and completes an option for real" {
	command -v zsh >/dev/null || skip "zsh is not installed"
	cat >complete.zsh <<-'END'
		zmodload zsh/zpty
		zpty z zsh -f -i
		zpty -w z "PS1=; fpath=($TREE/completions \$fpath); autoload -U compinit; compinit -D -u; echo rea''dy"
		zpty -r z seen '*ready*'
		zpty -w -n z $'lib-import --dry\t'
		zpty -r z seen '*dry-run*' && print completed
	END
	run -0 timeout 20 zsh -f complete.zsh
	[[ $output == *completed* ]]
}

@test "fish completes the same options and verbs" {
	command -v fish >/dev/null || skip "fish is not installed"
	for c in $COMMANDS; do
		same "$c" "fish's options" "$(dumped "$c" option 3)" "$(fish --no-config -c \
			"source $TREE/completions/fonoteca.fish; complete -C '$c --'" | sed -nE 's/^--([a-z0-9-]+).*/\1/p' | sort -u)"
		[ -n "$(dumped "$c" verb 2)" ] || continue
		same "$c" "fish's verbs" "$(dumped "$c" verb 2)" "$(fish --no-config -c \
			"source $TREE/completions/fonoteca.fish; complete -C '$c '" | cut -f 1 | grep -xF "$(dumped "$c" verb 2)" | sort)"
	done
}

@test "completions know the whole vocabulary" {
	fields=$(sed -nE 's/^\t\[F_[A-Z0-9_]+\] = \{ "([a-z0-9_]+)".*/\1/p' "$TREE/lib/base/field.c")
	[ "$(wc -l <<<"$fields")" -gt 60 ]
	bash=$(bash -c 'source "$TREE/completions/fonoteca.bash"; printf "%s\n" $_fonoteca_fields')
	same bash fields "$fields" "$bash"
	same zsh fields "$fields" "$(sed -n '/_fonoteca_fields=(/,/)/p' "$TREE/completions/_fonoteca" |
		sed 's/.*_fonoteca_fields=(//; s/)//' | tr -s ' \t' '\n\n' | grep .)"
	same fish fields "$fields" "$(sed -n '/__fonoteca_fields/,/[^\\]$/p' "$TREE/completions/fonoteca.fish" |
		sed -n '/^set /,/[^\\]$/p' | sed 's/.*__fonoteca_fields //; s/\\$//' | tr -s ' ' '\n' | grep .)"
}

@test "every command has its manual page, with the sections that people look for" {
	for c in $COMMANDS; do
		for section in NAME SYNOPSIS DESCRIPTION "EXIT STATUS" FILES EXAMPLES "SEE ALSO"; do
			grep -qx "\.Sh $section" "$TREE/man/$c.1" || fail "man/$c.1 has no $section"
		done
		grep -qx "\.Nm $c" "$TREE/man/$c.1"
	done
}

# The list of statuses in a page's EXIT STATUS.
exit_table() {
	sed -n '/^\.Sh EXIT STATUS/,/^\.El/p' "$1" | sed -n '/^\.Bl/,/^\.El/p'
}

@test "one table of exit statuses stands in every page, as the program has it" {
	table=$(exit_table "$TREE/man/fonoteca.7")
	[ "$(sed -n 's/^\.It //p' <<<"$table" | tr '\n' ' ')" = "0 1 2 3 4 75 " ]
	for c in $COMMANDS; do
		same "man/$c.1" "exit status table" "$table" "$(exit_table "$TREE/man/$c.1")"
	done
}

@test "manual pages are without complaints" {
	run -0 mandoc -Tlint -Wwarning "$TREE"/man/*.[1-9]
	[ -z "$output" ]
}

@test "manual pages refer only to pages and commands that exist" {
	for ref in $(sed -nE 's/^\.Xr ([a-z0-9-]+) ([0-9]).*/\1.\2/p' "$TREE"/man/*.[1-9] | sort -u); do
		case $ref in
		lib-* | fonoteca*) [ -e "$TREE/man/$ref" ] || fail "there is no man/$ref" ;;
		esac
	done
}

@test "fonoteca-library(5) names every table, and no other" {
	main_line
	same fonoteca-library.5 tables \
		"$(sqlite3 -readonly "$FONOTECA_LIBRARY/library.db" \
			"SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'fts_%'" | sort)" \
		"$(sed -n '/^\.Sh TABLES/,/^\.Sh /p' "$TREE/man/fonoteca-library.5" | sed -nE 's/^\.It Sy ([a-z_]+)/\1/p' | sort)"
}

@test "fonoteca-library(5) has the field table of the program" {
	run -0 "$FONOTECA_BUILD/unit/field-table"
	same fonoteca-library.5 "the field table" "$output" \
		"$(sed -n '/^\.\\" fields: begin/,/^\.\\" fields: end/p' "$TREE/man/fonoteca-library.5" | grep -v '^\.\\"')"
}

@test "fonoteca-library(5) has the table of settings, and explains each" {
	run -0 "$FONOTECA_BUILD/unit/config" table
	same fonoteca-library.5 "the settings" "$output" \
		"$(sed -n '/^\.\\" settings: begin/,/^\.\\" settings: end/p' "$TREE/man/fonoteca-library.5" | grep -v '^\.\\"')"
	for s in $(awk '{ print $3 }' <<<"$output"); do
		grep -qx "\.It Sy $s" "$TREE/man/fonoteca-library.5" || fail "$s is not explained"
	done
}

@test "README names every command and shows the two that start it all" {
	for c in $COMMANDS; do
		grep -q "\`*$c\`*" "$TREE/README"
	done
	for c in $(grep -oE '\blib-[a-z]+' "$TREE/README" "$TREE/INSTALL" "$TREE/HACKING" -h | sort -u); do
		[[ " $COMMANDS lib-x lib-analyze " == *" $c "* ]] || fail "there is no $c"
	done
	grep -q 'make demo' "$TREE/README"
	grep -q 'lib-import .* | lib-commit && lib-search love' "$TREE/README"
}

@test "README's tour is what happens" {
	# numbers aside: in what order files come is the file system's affair
	tour() { tr -d '0-9' | tr -s ' \t' '  ' | sed 's/ $//' | sort; }
	sed -n '/^A tour/,/^Tracks are/p' "$TREE/README" | sed -n 's/^    //p' >shown
	ln -s "$TREE/share/demo/music" music
	grep '^\$ ' shown | sed 's/^\$ //' | while IFS= read -r line; do
		printf '$ %s\n' "$line"
		bash -c "$line" 2>/dev/null </dev/null
	done >happens
	[ "$(wc -l <happens)" -gt 12 ]
	diff <(tour <shown) <(tour <happens)
}

@test "INSTALL names every package that make deps installs" {
	for group in build check lint bench package analyze; do
		for p in $(sh "$TREE/share/deps.sh" list $group apt-get); do
			tr -cs 'A-Za-z0-9+.-' '\n' <"$TREE/INSTALL" | grep -qxF "$p" || fail "INSTALL does not name $p"
		done
	done
}

@test "every target that README, INSTALL and HACKING name is one of make's" {
	for t in $(grep -ohE '(`|^    )make [a-z-]+' "$TREE/README" "$TREE/INSTALL" "$TREE/HACKING" | sed 's/.*make //' | sort -u); do
		run env -u MAKEFLAGS make -C "$TREE" -n NODEPS=1 "$t"
		[[ $output != *"No rule to make target"* ]] || fail "make has no $t"
	done
}

@test "every file and function that HACKING names is in the tree" {
	grep -oE '\b(lib|cmd|tests|man|share)/[a-z_/.-]+[a-z]' "$TREE/HACKING" | sort -u >files
	[ "$(wc -l <files)" -gt 30 ]
	while read -r f; do
		[[ $f == */lib-x* || -n $(compgen -G "$TREE/${f/%\/}*") ]] || fail "there is no $f"
	done <files
	grep -oE '\b[a-z]+(_[a-z]+)*\(\)' "$TREE/HACKING" | tr -d '()' | sort -u >functions
	[ "$(wc -l <functions)" -gt 20 ]
	while read -r f; do
		grep -qrE "\b$f\(" "$TREE/lib" "$TREE/cmd" "$TREE/tests" --include=*.[ch] --include=*.bash ||
			fail "there is no $f()"
	done <functions
}

@test "the version is the same in VERSION, NEWS and the packages" {
	version=$(cat "$TREE/VERSION")
	[ "$(sed -n '1s/^Fonoteca \([0-9.]*\).*/\1/p' "$TREE/NEWS")" = "$version" ]
	[ "$(sed -n '1s/^fonoteca (\([0-9.]*\)).*/\1/p' "$TREE/debian/changelog")" = "$version" ]
	[ "$(sed -n 's/^Version: *//p' "$TREE/share/rpm/fonoteca.spec")" = "$version" ]
}

@test "the packages are built with every library that make deps installs" {
	for p in $(sh "$TREE/share/deps.sh" list build apt-get) $(sh "$TREE/share/deps.sh" list analyze apt-get); do
		case $p in
		ffmpeg | gcc | g++ | libc6-dev | make) continue ;; # a Debian builder has these
		esac
		tr -s ' ,\t' '\n' <"$TREE/debian/control" | grep -qxF "$p" || fail "debian/control does not name $p"
	done
	for p in $(sh "$TREE/share/deps.sh" list build dnf); do
		[ "$p" = glibc-devel ] || tr -s ' ' '\n' <"$TREE/share/rpm/fonoteca.spec" | grep -qxF "$p" ||
			fail "fonoteca.spec does not name $p"
	done
}

@test "the manual as one page: every page is there, every link leads to one section" {
	sh "$TREE/share/html.sh" 1.2.3 "$TREE"/man/*.[1-9] >page.html
	python3 - page.html $(cd "$TREE/man" && ls) <<-'END'
		import re, sys
		page = open(sys.argv[1], encoding="utf-8").read()
		ids = re.findall(r' id="([^"]+)"', page)
		assert len(ids) == len(set(ids)), "a name stands twice"
		links = set(re.findall(r' href="#([^"]+)"', page))
		assert len(links) > 100 and links <= set(ids), links - set(ids)
		assert set(sys.argv[2:]) <= links, "a page is missing"
		assert "1.2.3" in page and "@VERSION@" not in page
		assert not re.search(r'(src|href)="(?!#)', page), "something is loaded from elsewhere"
	END
}

@test "the picture of a session is what happens" {
	requires jq
	FONOTECA_BUILD=$FONOTECA_BUILD run -0 python3 "$TREE/share/tour/make-tour.py" "$PWD/tour.svg"
	# ids and the order of files are the file system's affair
	drawn() { tr -d 0-9 <"$1" | sort; }
	diff <(drawn "$TREE/share/tour/tour.svg") <(drawn tour.svg)
}
