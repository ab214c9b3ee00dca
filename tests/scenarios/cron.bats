# SPDX-License-Identifier: MIT
# A walk: the library is left to cron, which has no terminal, no language and next to no PATH, and there is mail
# only when something is wrong.
# not under SAN
load ../helper

setup() {
	setup_fonoteca
	FONOTECA_LIBRARY=$HOME/.local/share/fonoteca # nobody named one
	mkdir -p "$HOME/Music" elsewhere
	cp "$FIXTURES"/audio/*.{flac,ogg} "$HOME/Music"
	# share/examples/crontab, with the folder taken in every night as its comment says
	sed 's/^#7 3/7 3/' "$TREE/share/examples/crontab" >crontab
	export -n FONOTECA_LIBRARY
}

# job WORD : the crontab's command that has it.
job() {
	sed -nE 's/^([0-9*]+ ){4}[0-9*]+\t//p' crontab | grep -m 1 -e "$1"
}

# cron WORD : run that command as cron does: its environment, HOME as the folder, /bin/sh, nothing on stdin; what it
# prints is the mail, its status $status.
cron() {
	local path line
	path=$(sed -n 's/^PATH=//p' crontab)
	line=$(job "$1")
	mail=$(cd "$HOME" && env -i HOME="$HOME" LOGNAME="$(id -un)" SHELL=/bin/sh PATH="$FONOTECA_BUILD:$path" \
		setsid -w /bin/sh -c "$line" </dev/null 2>&1) && status=0 || status=$?
}

# silent WORD... : these run well and send nothing.
silent() {
	local word
	for word; do
		cron "$word"
		[ "$status" -eq 0 ] && [ -z "$mail" ] || fail "$word: $status: $mail"
	done
}

# mailed STATUS WORD PATTERN : this one sends a line that matches, and nothing else.
mailed() {
	cron "$2"
	[ "$status" -eq "$1" ] || fail "$2: $status: $mail"
	[[ $mail == $3 && $(wc -l <<<"$mail") -eq 1 ]] || fail "$2: $mail"
}

@test "cron: silence for weeks, one line for what is wrong, silence again when it was mended" {
	# before there is a library, it is told which one is meant
	mailed 4 'limit 1h' "lib-sweep: there is no library in $FONOTECA_LIBRARY: lib-import makes one"

	# the first night makes it, which is news once; the next ones say nothing
	cron lib-import
	[ "$status" -eq 0 ]
	[ -z "$mail" ] || fail "$mail"
	for night in 1 2 3; do
		silent lib-import 'limit 1h' verify health
	done
	[ "$(lib-search --count)" -eq "$(ls "$HOME/Music" | wc -l)" ]

	# a broken download: its night tells the file, Mondays that something wants a look; gone, all is silent
	head -c 60 "$FIXTURES/audio/hoppipolla.flac" >"$HOME/Music/new.flac.part"
	mailed 3 lib-import "lib-import: $HOME/Music/new.flac.part: looks like flac, but cannot be read*"
	mailed 3 lib-import "lib-import: $HOME/Music/new.flac.part: *"
	mailed 3 health 'lib-sweep: health: 1 failed item'
	rm "$HOME/Music/new.flac.part"
	silent lib-import health

	# a bit flips on the disk
	blob=$(find "$FONOTECA_LIBRARY/blobs" -name '*.ogg' | head -n 1)
	cp "$blob" elsewhere/sane
	chmod u+w "$blob" && printf x | dd of="$blob" bs=1 seek=100 conv=notrunc status=none && chmod 444 "$blob"
	lib-sweep -q --all verify >/dev/null 2>&1 || [ $? -eq 3 ]
	cron verify
	[ "$status" -eq 3 ]
	[[ $mail == *"is damaged (track "*"): its bytes are not those of its name"* ]]
	mailed 3 health 'lib-sweep: health: 1 damaged file'
	lib-sweep -q repair
	cmp "$blob" elsewhere/sane
	silent verify health

	# the disk with the music is not there tonight; the library is none the worse
	mv "$HOME/Music" elsewhere/Music
	mailed 3 lib-import "lib-import: $HOME/Music: No such file or directory"
	mv elsewhere/Music "$HOME/Music"
	silent lib-import 'limit 1h' health

	# the catalogue is lost
	mv "$FONOTECA_LIBRARY/library.db" elsewhere
	rm -f "$FONOTECA_LIBRARY"/library.db-*
	for word in lib-import 'limit 1h' verify health; do
		mailed 4 "$word" "*has lost its library.db; *: lib-sweep rebuild makes*"
	done
}

@test "cron: a job that knows no home says what to name, and two at once are none the worse" {
	sed -i "s|^PATH=|FONOTECA_LIBRARY=$FONOTECA_LIBRARY\n&|" crontab
	run -2 --separate-stderr env -i PATH="$FONOTECA_BUILD:/usr/bin:/bin" /bin/sh -c 'lib-sweep --quiet'
	[[ ${stderr_lines[0]} == "lib-sweep: no library is named: use --library, \$FONOTECA_LIBRARY or \$HOME" ]]
	cron lib-import
	for i in 1 2 3 4; do
		(cron 'limit 1h' && [ "$status" -eq 0 ] || [[ $status -eq 75 && $mail == *"another lib-sweep is at work"* ]]) &
		jobs[i]=$!
	done
	for i in 1 2 3 4; do
		wait "${jobs[i]}"
	done
}
