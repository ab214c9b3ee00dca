# SPDX-License-Identifier: MIT
# A walk: the folder of somebody who has collected for twenty years, on a slow disk, from an import that is stopped
# twice to a library that is as it should be.  Small by default; WALK_FILES=20000 takes the way in full.
load ../helper

setup() {
	setup_fonoteca
	FONOTECA_LIBRARY=$HOME/.local/share/fonoteca # nobody named one
	export -n FONOTECA_LIBRARY
	cd "$HOME" || return 1
	python3 "$BATS_TEST_DIRNAME/messy-tree.py" Music "${WALK_FILES:-240}" >there_are
	# shellcheck source=/dev/null
	source there_are
	files=$((tracks - 1 + doubles + attached)) # a record of two tracks is one file
}

# imported_and_stopped SIGNAL COMMAND... : the disk gives little at a time; somebody stops it when some came in.
imported_and_stopped() {
	local signal=$1 before limit=600
	shift
	before=$(find "$FONOTECA_LIBRARY/staging" -type f 2>/dev/null | wc -l)
	"$@" --limit-rate 300K >out 2>err 3>&- &
	while [ "$(find "$FONOTECA_LIBRARY/staging" -type f 2>/dev/null | wc -l)" -lt $((before + 20)) ]; do
		sleep 0.02
		((limit-- > 0)) || fail "nothing comes in: $(cat err)"
	done
	kill -"$signal" $!
	wait $! || status=$?
	[ ! -s out ] || fail "it printed $(cat out)"
}

@test "a messy collection comes in, however often it is stopped, and what is wrong with it is told" {
	[ "$(lib-import --dry-run -0 Music | tr -cd '\0' | wc -c)" -ge "$tracks" ]
	[ ! -e "$FONOTECA_LIBRARY" ]

	# stopped for the first time: it says how to go on, and so does --status
	imported_and_stopped INT lib-import Music
	[ "$status" -eq 130 ]
	grep -q "made a new library in $FONOTECA_LIBRARY" err
	grep -Eq "stopped; [0-9]+ files so far; to go on: lib-import --resume s1" err
	run -0 lib-import --status
	[[ $output == s1$'\t'unfinished$'\t'*$'\tlib-import --resume s1\t'$HOME/Music ]]
	fails 1 lib-commit --all
	[[ $stderr == *"no session is staged; 1 import is not finished: lib-import --status lists it" ]]
	fails 4 lib-commit s1
	[[ $stderr == *"to go on: lib-import --resume s1" ]]

	# the same command again goes on; stopped once more, then by what --status printed
	imported_and_stopped TERM lib-import Music
	[ "$status" -eq 143 ]
	grep -q "going on with session s1" err
	run -3 --separate-stderr $(lib-import --status | cut -f 11)
	[ "$output" = s1 ]
	[ "$(grep -c 'looks like flac, but cannot be read' <<<"$stderr")" -le "$failed" ]

	# what came in, what did not, and why
	run -0 lib-import --status --json
	jq -e ".status == \"waiting\" and .staged == $files and .failed == $failed and .not_audio == 5" <<<"$output"
	[ "$(lib-import --status --failed | cut -f 2 | sort | uniq -c | tr -s ' ')" = " $failed dead" ]
	run -0 lib-commit --show s1
	[ "$(grep -c ^new <<<"$output")" -eq "$tracks" ]
	[ "$(grep -c ^duplicate <<<"$output")" -eq "$doubles" ]
	[ "$(grep -c ^failed <<<"$output")" -eq "$failed" ]
	[ "$(grep -c 'damaged; its end is missing' <<<"$output")" -eq "$cut" ]
	grep -q $'^duplicate\t.*/copy-.*\tthe track of .*/Music/' <<<"$output"
	grep -q 'M\\xfcnchen' <<<"$output"
	grep -q '12\\n' <<<"$output"

	# the downloads alone, thought better of
	run -3 --separate-stderr lib-import Music/Downloads
	[ "$output" = s2 ]
	run -0 lib-commit --reject s2
	[ ! -e "$FONOTECA_LIBRARY/staging/s2" ]
	fails 4 lib-commit s2
	[[ $stderr == *"session s2 is rejected: to have its files in the library, import them anew" ]]

	run -0 lib-commit s1
	[ "$output" = "s1 committed: $tracks tracks, $doubles duplicates, $failed failed, $attached attached" ]
	[ "$(lib-search --count)" -eq "$tracks" ]
	[ "$(lib-search --count is:damaged)" -eq "$cut" ]
	[ "$(lib-search -f '$track $title' album:porto)" = $'1 Introdução\n2 Canção' ]
	intact

	# a slip, a correction, and back
	fails 2 lib-commit --amend 1 titel=Portugal
	[[ $stderr == *"did you mean 'title'"* ]]
	fails 2 lib-commit --amend 1 year=1999
	[[ $stderr == *"the field 'year' cannot be amended: it follows date" ]]
	lib-commit -q --amend 1 title=Portugal
	[ "$(lib-search --ids title:portugal)" = 1 ]
	lib-commit -q --undo
	[ -z "$(lib-search --ids title:portugal)" ]

	# the same tree again brings nothing more, and what fails is one failure, however often
	for again in 1 2; do
		run -3 lib-import -q --commit Music
	done
	[ "$(lib-search --count)" -eq "$tracks" ]
	lib-sweep -q
	run -3 --separate-stderr lib-sweep health
	[ "$stderr" = "lib-sweep: health: $failed failed items" ]
	rm Music/Downloads/*.part
	lib-import -q Music | lib-commit -q
	intact
}
