# SPDX-License-Identifier: MIT
# A walk: sets for a DJ's desk, by tempo and key, in an order that mixes, and on to a stick as desks take it.
load ../helper
load ../disks

setup() {
	setup_fonoteca
	PATH=$PATH:/usr/sbin:/sbin
	requires mutagen jq
	FONOTECA_LIBRARY=$HOME/.local/share/fonoteca # nobody named one
	export -n FONOTECA_LIBRARY
	bring_crate || return 1
}

# Ten records that have tempo and key, as they were bought; some names are none for vfat.
bring_crate() {
	local n=0 bpm key artist title
	mkdir crate
	while IFS=, read -r bpm key artist title; do
		n=$((n + 1))
		printf 'crate/%d.flac\ttitle=%s\tartist=%s\talbum=Crate\ttracknumber=%d\tbpm=%s\tinitialkey=%s\tms=%d\n' \
			$n "$title" "$artist" $n "$bpm" "$key" $((200000 + n * 7000))
	done >pieces <<-'END'
		124,Am,Marea,Night?Drive
		126.5,C,Aurora,Sun:Up
		128,Em,Null,Dream
		123,8A,Marea,Tide
		174,Fm,Break,AC/DC
		87,Dm,Slow,Half
		125,11B,Sol,Lantern
		127.98,Gm,Lux,Beam
		130,F#m,Vela,Sails
		122,Bb,Norte,Ice
	END
	"$PYTHON" "$FIXTURES/make-piece.py" - <pieces
	lib-import -q -j 1 crate | lib-commit -q >/dev/null
}

# cost NAME : what all transitions of a playlist cost together.
cost() {
	lib-playlist show --ids "$1" >ids
	paste <(sed '$d' ids) <(sed 1d ids) | while read -r a b; do lib-playlist mix "$a" "$b" --json; done |
		jq -s 'map(.cost) | add'
}

@test "a set is found by tempo and key, put into an order that mixes, and slips are told" {
	# tempo and key, as one types them
	[ "$(lib-search --count bpm:120..128)" = 7 ]
	[ "$(lib-search -f '$bpm $key' -s bpm | head -n 2)" = $'87 Dm\n122 Bb' ]
	for key in key:Am key:8A 'key:"a minor"'; do
		[ "$(lib-search --ids -s id "$key" | wc -l)" = 2 ] || fail "$key"
	done
	fails 2 lib-search bpm:120-128
	[[ $stderr == *"a range is 120..128"* ]]
	fails 2 lib-search -s bmp
	[[ $stderr == *"did you mean 'bpm'?" ]]
	fails 2 lib-search -f '$bmp'
	[[ $stderr == *"--format: there is no field 'bmp'; did you mean 'bpm'?"* ]]

	# what is found becomes the set
	lib-playlist create Set
	lib-search -0 --ids bpm:120..130 | lib-playlist add -0 Set -
	lib-playlist add Set --query bpm:174
	fails 4 lib-playlist add set 5
	[[ $stderr == *"there is no playlist 'set'; did you mean 'Set'?" ]]
	fails 2 lib-playlist ordr Set --mix
	fails 4 lib-playlist sort Set --mix --start "$(lib-search --ids title:half)"
	[[ $stderr == *"is not in the playlist '"* ]]

	# in the order that mixes best
	before=$(cost Set)
	lib-playlist sort Set --mix
	jq -en "$(cost Set) < $before" >/dev/null
	[ "$(lib-playlist show --ids Set | sort -n)" = "$(lib-search --ids -s id 'bpm>100')" ]
	run -0 lib-playlist mix "$(lib-search --ids title:night)" "$(lib-search --ids title:tide)"
	[[ $output == *"speed B up by 0.8 %"*"8A"* ]] || fail "$output"

	# a slip of the hand, taken back
	lib-playlist show Set >set
	lib-playlist remove Set 4-5
	[ "$(lib-playlist show Set | wc -l)" = 7 ]
	lib-commit -q --undo
	lib-playlist show Set | diff set -
}

@test "the set goes to a stick whose names and times are vfat's, and next week only what changed" {
	lib-playlist create Set
	lib-playlist add Set --query 'bpm>100'
	cd "$BATS_TEST_TMPDIR"
	disk vfat 40M

	# nobody says what disk it is, and the names fit it
	run -0 --separate-stderr lib-playlist export Set --copy disk
	[ "$stderr" = "lib-playlist: disk: 9 made, 0 as they were, 0 removed, 0 missing, 0 failed" ]
	[ -f 'disk/Marea/Crate/01 Night_Drive.flac' ]
	[ -f 'disk/Break/Crate/05 AC_DC.flac' ]
	[ "$(grep -v '^#' disk/Set.m3u8 | while read -r f; do [ -f "disk/$f" ] && echo there; done | wc -l)" = 9 ]

	# a week later: one record left the set, one has another title; the stick was out meanwhile
	leave && enter vfat
	lib-playlist remove Set "track:$(lib-search --ids title:ice)"
	lib-commit -q --amend "$(lib-search --ids title:tide)" title='Tide (Dub)'
	run -0 lib-playlist export Set --copy disk --json
	jq -e '[.made, .unchanged, .removed, .missing, .failed] == [1, 7, 2, 0, 0]' <<<"$output"
	[ -f 'disk/Marea/Crate/04 Tide (Dub).flac' ]
	[ ! -e disk/Norte ]
	run -0 lib-playlist export Set --copy disk --json
	jq -e '.made == 0 and .unchanged == 8' <<<"$output"

	# what a person puts there stays, and is told where it is in the way
	lib-playlist add Set "$(lib-search --ids title:ice)"
	mkdir -p disk/Norte/Crate && echo mine >'disk/Norte/Crate/10 Ice.flac'
	run -3 --separate-stderr lib-playlist export Set --copy disk
	[[ $stderr == *"disk/Norte/Crate/10 Ice.flac is in the way: "*"8 as they were, 0 removed, 0 missing, 1 failed" ]]
	[ "$(cat 'disk/Norte/Crate/10 Ice.flac')" = mine ]
}
