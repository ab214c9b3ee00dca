# SPDX-License-Identifier: MIT
# lib-playlist play and notify: programs of the user's own, named in their configuration alone.
load helper

# own LINE... : the user's configuration.
own() {
	mkdir -p "$HOME/.config/fonoteca"
	printf '%s\n' "$@" >"$HOME/.config/fonoteca/config"
	chmod -R go-w "$HOME/.config"
}

# program NAME : a program in the first folder of PATH that writes its arguments, one a line, and its environment,
# then does what standard input says.
program() {
	mkdir -p bin
	chmod go-w bin
	{
		printf '#!/bin/sh\nprintf "%%s\\n" "$@" >>%q\nenv >%q\n' "$PWD/args" "$PWD/env"
		[ -t 0 ] || cat
	} >"bin/$1"
	chmod 755 "bin/$1"
	PATH=$PWD/bin:$PATH
}

# alone : of players there are none but those that the tests bring.
alone() {
	mkdir -p bin
	ln -sf /bin/* /usr/bin/* "$FONOTECA_BUILD"/lib-* bin
	rm -f bin/mpv bin/mpc bin/ffplay
	PATH=$PWD/bin
}

party() {
	main_line
	lib-playlist -q create Party
	lib-playlist -q add Party --query love -s title
}

@test "play: a player gets a playlist file that is gone afterwards, in a clean environment" {
	party
	own 'player = "my player" --loud "a  b"'
	program 'my player' <<-END
		for last; do :; done
		cp "\$last" "$PWD/list"
	END
	export DISPLAY=:7 XDG_RUNTIME_DIR=$PWD LD_LIBRARY_PATH=/nowhere PERL5OPT=-w BASH_ENV=/nowhere
	PATH=.:bin::$PATH run -0 --separate-stderr lib-playlist play Party
	[ -z "$output$stderr" ]
	[ "$(sed -n 1,2p args)" = $'--loud\na  b' ]
	[ "$(wc -l <args)" -eq 3 ]
	[[ $(sed -n 3p args) == "$PWD"/fonoteca-*.m3u8 ]]
	[ ! -e "$(sed -n 3p args)" ]
	[ "$(grep -v '^#' list)" = "$(lib-playlist show Party --json | jq -r 'select(.type=="entry").file')" ]
	grep -q '^#EXTINF' list
	grep -qx DISPLAY=:7 env
	grep -qx "FONOTECA_LIBRARY=$FONOTECA_LIBRARY" env
	grep -qx "HOME=$HOME" env
	[ "$(grep -cE '^(LD_|PERL|BASH_ENV)' env)" -eq 0 ]
	[[ $(sed -n s/^PATH=//p env) == "$PWD/bin:"* ]]
	[[ :$(sed -n s/^PATH=//p env): != *:.:* ]]
}

@test "play: files as arguments, one file a time, and words around them" {
	party
	lib-playlist -q remove Party 3-
	files=$(lib-playlist show Party --json | jq -r 'select(.type=="entry").file')
	program each </dev/null
	own 'player = each -x %F -y'
	lib-playlist play Party
	[ "$(cat args)" = "-x"$'\n'"$files"$'\n'"-y" ]
	rm args
	own 'player = each --file=%f 100%%'
	lib-playlist play Party
	[ "$(cat args)" = "$(sed 's/.*/--file=&\n100%/' <<<"$files")" ]
	rm args
	own 'player = ~/each %f' # a path of one's own; the first that fails is the last
	sed '$a exit 9' bin/each >"$HOME/each"
	chmod 755 "$HOME/each"
	run -9 --separate-stderr lib-playlist play Party
	[[ $stderr == *'each ended with status 9' ]]
	[ "$(cat args)" = "$(head -n 1 <<<"$files")" ]
}

@test "play: mpv, mpc, ffplay are known; the first that is there is taken" {
	party
	alone
	fails 4 lib-playlist play Party
	[[ $stderr == *'there is no player'* ]]
	program ffplay </dev/null
	# it runs once for each file, and so -n says
	run -0 lib-playlist play Party -n
	[ "$(sed 's/.* //' <<<"$output")" = "$(lib-playlist show Party --json | jq -r 'select(.type=="entry").file')" ]
	lib-playlist play -l 1 --query love
	[[ $(tr '\n' ' ' <args) == '-hide_banner -loglevel error -nodisp -autoexit /'* ]]
	# mpc where an MPD answers it
	program mpc <<<'[ $# -gt 0 ] || { echo "MPD error: Connection refused" >&2; exit 1; }'
	rm args
	run -0 --separate-stderr lib-playlist play Party --at 2
	[ -z "$stderr" ] # that mpc was asked is nobody's business
	[[ $(sed -n '/^-autoexit/{n;p}' args | wc -l) -eq $(($(lib-playlist show Party | wc -l) - 1)) ]]
	program mpc <<<"cat >>$PWD/queue"
	rm args
	lib-playlist play Party
	[ "$(tr '\n' ' ' <args)" = ' --quiet clear --quiet add --quiet play ' ]
	[ "$(cat queue)" = "$(lib-playlist show Party --json | jq -r 'select(.type=="entry").file')" ]
	program mpv </dev/null
	rm args
	lib-playlist play Party
	[[ $(tr '\n' ' ' <args) == '--no-audio-display --playlist=/'*'.m3u8 ' ]]
	own 'player = mpv --volume=50'
	rm args
	lib-playlist play Party
	[[ $(tr '\n' ' ' <args) == '--volume=50 --playlist=/'* ]]
}

@test "play: missing entries are left out and told, a queue of nothing is 1" {
	party
	n=$(lib-playlist show Party | wc -l)
	lib-playlist -q add Party --at 2 nowhere.mp3
	program p <<<"cp \"\$1\" $PWD/list"
	own 'player = p'
	run -0 --separate-stderr lib-playlist play Party
	[[ $stderr == *"1 of $((n + 1)) entries is missing and left out" ]]
	[ "$(grep -vc '^#' list)" -eq "$n" ]
	run -0 --separate-stderr lib-playlist -v play Party
	[[ $stderr == *"entry 2 is missing: $PWD/nowhere.mp3"* ]]
	lib-playlist -q add Party --at 1 http://radio.example/x
	run -0 --separate-stderr lib-playlist -v play Party
	[[ $stderr == *"entry 1 is missing: http://radio.example/x"* ]]
	lib-playlist -q create Empty
	fails 1 lib-playlist play Empty
	[[ $stderr == *'the playlist is empty' ]]
	lib-playlist -q add Empty gone
	fails 1 lib-playlist play Empty
	[[ $stderr == *'all entries are missing' ]]
	fails 1 lib-playlist play --query nothingatall
	fails 4 lib-playlist play Party --at 999
	fails 2 lib-playlist play
	fails 2 lib-playlist play Party --seed 1
	fails 2 lib-playlist play Party --sort year
	fails 2 lib-playlist play Party --all
}

@test "play: smart playlists, queries, the whole library, from a place on, by chance" {
	party
	lib-playlist -q smart Long 'love' -s title- -l 3
	program p <<<"grep -v '^#' <\"\$1\" >$PWD/list"
	own 'player = p'
	lib-playlist play Long
	[ "$(cat list)" = "$(lib-search --files -s title- -l 3 love)" ]
	lib-playlist play p2 --at 3
	[ "$(cat list)" = "$(lib-search --files -s title- -l 3 love | tail -n 1)" ]
	run -0 --separate-stderr lib-playlist play love year:1900..
	[ -z "$stderr" ] || [[ $stderr == *query* ]]
	run -0 --separate-stderr lib-playlist play artist:björk -s title
	[[ $stderr == *"there is no playlist 'artist:björk'; played is what it finds as a query" ]]
	[ "$(cat list)" = "$(lib-search --files -s title artist:björk)" ]
	lib-playlist play --query love -s title -l 2
	[ "$(cat list)" = "$(lib-search --files -s title -l 2 love)" ]
	lib-playlist play --all
	[ "$(wc -l <list)" -eq "$(lib-search --count '*')" ]
	lib-playlist play --all --shuffle --seed 5
	cp list first
	lib-playlist play --all --shuffle --seed 5
	cmp list first
	lib-playlist play --all --shuffle --seed 6
	! cmp -s list first
	[ "$(sort list)" = "$(sort first)" ]
}

@test "play: what a stranger's playlist tells players does not reach them" {
	party
	file=$(lib-search --json --show 1 | jq -r .file)
	printf '#EXTM3U\n#EXTVLCOPT:sout=#file{dst=/x}\n#EXTINF:3,Some\\ntitle\n%s\n' "$file" >in.m3u
	lib-playlist -q import in.m3u
	lib-playlist export in | grep -q sout
	program p <<<"cp \"\$1\" $PWD/list"
	own 'player = p'
	lib-playlist play in
	[ "$(grep -v '^#' list)" = "$file" ]
	run -1 grep sout list
}

@test "play: a dry run and JSON tell the command" {
	party
	own 'player = "the player" -a "b c"'
	program 'the player' </dev/null
	run -0 --separate-stderr lib-playlist play -n Party
	[ "$output" = "'the player' -a 'b c' LIST.m3u8" ]
	[ ! -e args ]
	lib-playlist play --json Party | is_json
	[ "$(lib-playlist play -n --json Party | jq -c '[.command, .playlist, .missing, .program[2]]')" = \
		'["play","p1",0,"b c"]' ]
}

@test "play: the player's signals and status are ours, and its list goes in any case" {
	party
	own 'player = p'
	export XDG_RUNTIME_DIR=$PWD/run
	mkdir run
	program p <<<'exit 42'
	run -42 --separate-stderr lib-playlist play Party
	program p <<<'kill -9 $$'
	run -137 --separate-stderr lib-playlist play Party
	# stopped while it plays
	program p <<-END
		trap 'echo stopped >$PWD/stopped; exit 3' TERM
		echo \$\$ >$PWD/playing
		while :; do sleep 0.1; done
	END
	lib-playlist play Party 2>/dev/null 3>&- &
	pid=$!
	for ((i = 0; i < 100; i++)); do [ -s playing ] && break; sleep 0.05; done
	kill -TERM $pid
	status=0
	wait $pid || status=$?
	[ "$status" -eq 143 ]
	[ "$(cat stopped)" = stopped ]
	[ -z "$(ls run)" ]
}

@test "a configuration that others may write to is not obeyed, nor one of the library" {
	party
	program p </dev/null
	own 'player = p'
	config=$HOME/.config/fonoteca/config
	for mode in 646 664 622; do
		chmod $mode "$config"
		fails 4 lib-playlist play Party
		[[ $stderr == *"$config: others may write to it"* ]]
	done
	chmod 644 "$config"
	chmod 777 "$HOME/.config/fonoteca"
	fails 4 lib-playlist play Party
	[[ $stderr == *'others may write to its folder'* ]]
	chmod 755 "$HOME/.config/fonoteca"
	lib-playlist play Party
	rm args
	# behind a link, as managers of dot files have it, the same holds for the file itself
	mv "$config" elsewhere
	ln -s "$PWD/elsewhere" "$config"
	lib-playlist play Party
	chmod o+w elsewhere
	fails 4 lib-playlist play Party
	chmod o-w elsewhere
	if [ "$(id -u)" -eq 0 ]; then
		chown 12345 elsewhere
		fails 4 lib-playlist play Party
		[[ $stderr == *'belongs to somebody else'* ]]
	fi
	rm "$config" args
	# the library's own names none
	echo 'player = p' >"$FONOTECA_LIBRARY/config"
	alone
	fails 4 lib-playlist play Party
	[ ! -e args ]
}

@test "a configuration that is wrong, or names what cannot be run, is told" {
	party
	for line in 'playr = mpv' 'player mpv' 'player = "x' 'player = "x"y' 'player = x"y"'; do
		own "$line"
		fails 4 lib-playlist play Party
		[[ $stderr == *"$HOME/.config/fonoteca/config: line 1: "* ]]
	done
	own 'player = no-such-player'
	fails 4 lib-playlist play Party
	[[ $stderr == *"there is no program 'no-such-player' in PATH" ]]
	own 'player = ./here'
	fails 2 lib-playlist play Party
	own 'player = /etc'
	fails 4 lib-playlist play Party
	own "player = $PWD/open"
	printf '#!/bin/sh\n' >open
	chmod 777 open
	fails 4 lib-playlist play Party
	[[ $stderr == *'everybody may write to it' ]]
	# a folder of PATH that everybody may write to is not looked into
	program hidden </dev/null
	chmod 777 bin
	own 'player = hidden'
	fails 4 lib-playlist play Party
	# $XDG_CONFIG_HOME, where it is absolute
	chmod 755 bin
	mkdir -p -m 755 xdg/fonoteca
	(umask 022 && echo 'player = hidden' >xdg/fonoteca/config)
	XDG_CONFIG_HOME=$PWD/xdg lib-playlist play Party
	[ -e args ]
}

@test "notify tells of a playlist through the user's program" {
	party
	lib-playlist -q create -- '-x <b>'
	program notify-send </dev/null
	lib-playlist notify Party
	[[ $(sed -n 1p args) == 'Playlist Party' ]]
	[[ $(sed -n 2p args) == *' tracks, 0:0'* ]]
	rm args
	own 'notify = notify-send --app-name "The library"'
	lib-playlist notify -- '-x <b>'
	[ "$(cat args)" = $'--app-name\nThe library\nPlaylist -x <b>\n0 tracks, 0:00' ]
	program notify-send <<<'exit 7'
	fails 3 lib-playlist notify Party
	[[ $stderr == *'notify-send ended with status 7' ]]
	run -0 lib-playlist notify -n Party
	[[ $output == "notify-send --app-name 'The library' 'Playlist Party' "* ]]
}

@test "play with mpv, ffplay and mpd themselves, parts of a file too" {
	export SDL_AUDIODRIVER=dummy
	mkdir album
	"$PYTHON" - <<-'END'
		import wave
		w = wave.open("album/album.wav", "wb")
		w.setparams((1, 2, 8000, 0, "NONE", "NONE"))
		w.writeframes(bytes(16000 * 4))
	END
	printf 'FILE "album.wav" WAVE\n TRACK 01 AUDIO\n  TITLE One\n  INDEX 01 00:00:00\n TRACK 02 AUDIO\n  TITLE Two\n  INDEX 01 00:03:40\n' \
		>album/album.cue
	(set -o pipefail && lib-import -q album | lib-commit -q >/dev/null)
	[ "$(lib-search --count title:two)" -eq 1 ]
	for player in 'mpv --no-config --no-video --ao=null' ffplay; do
		command -v "${player%% *}" >/dev/null || continue
		own "player = $player"
		start=$(date +%s%N)
		run -0 lib-playlist play --query title:two
		[ $((($(date +%s%N) - start) / 1000000)) -lt 3500 ] # half a second, not four
	done
	requires mpd mpc
	own 'player = mpc'
	mkdir music state
	printf 'music_directory "%s"\nplaylist_directory "%s"\ndb_file "%s/db"\nbind_to_address "%s/socket"\naudio_output {\n%s\n%s\n}\n' \
		"$PWD/music" "$PWD/state" "$PWD/state" "$PWD/state" 'type "null"' 'name "nothing"' >mpd.conf
	mpd --no-daemon mpd.conf >mpd.log 2>&1 3>&- &
	mpd=$!
	export MPD_HOST=$PWD/state/socket
	for ((i = 0; i < 100; i++)); do mpc status >/dev/null 2>&1 && break; sleep 0.05; done
	run -0 lib-playlist play --all
	run -0 mpc status
	[[ $output == *'[playing]'* ]]
	run -0 mpc playlist -f %file%
	[ "$output" = "$(lib-search --files -s id '*')" ]
	kill $mpd
	wait $mpd || true
}
