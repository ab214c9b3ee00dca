# SPDX-License-Identifier: MIT
# Catalogues that somebody made to hurt who opens them: no command crashes, hangs, or runs what is in them.
load helper

setup() {
	setup_fonoteca
	requires sqlite3
}

# full : a library that has something of everything.
full() {
	main_line
	lib-import -q --set comment=x "$FIXTURES/audio" >/dev/null
	lib-import -q --set comment=y "$FIXTURES"/audio/*.ogg >/dev/null
	lib-playlist -q create Evening
	lib-search --ids love | lib-playlist -q add Evening -
	lib-search -q --save mine love
	lib-commit -q --amend 1 title=Foo >/dev/null
	lib-import -q --history "$FIXTURES"/history/*.log >/dev/null 2>&1 || true
	lib-sweep -q backup
}

craft() {
	sqlite3 "$FONOTECA_LIBRARY/library.db" "PRAGMA writable_schema = ON; $1"
}

# refused PATTERN : every kind of command ends with 4 and says so; not a byte of the library changes.
refused() {
	local before
	before=$(sha256sum "$FONOTECA_LIBRARY/library.db")
	for command in "lib-search love" "lib-commit --list" "lib-commit --amend 1 title=x" "lib-playlist list" \
		"lib-playlist create X" "lib-import -q $FIXTURES/audio" "lib-sweep" "lib-sweep health"; do
		fails 4 $command
		[[ $stderr == *$1* ]] || fail "$command: $stderr"
	done
	[ "$(sha256sum "$FONOTECA_LIBRARY/library.db")" = "$before" ]
}

@test "a trigger or a view that is not ours is not run: the library is not opened" {
	main_line
	cp "$FONOTECA_LIBRARY/library.db" whole
	craft "CREATE TRIGGER evil AFTER INSERT ON event BEGIN DELETE FROM track; END"
	refused "it holds a trigger, evil, that is not Fonoteca's"
	cp whole "$FONOTECA_LIBRARY/library.db"
	craft "CREATE VIEW evil AS SELECT load_extension('x')"
	refused "it holds a view, evil, that is not Fonoteca's"
	# under the name of one of ours
	cp whole "$FONOTECA_LIBRARY/library.db"
	craft "DROP TRIGGER packed_doc; CREATE TRIGGER packed_doc AFTER DELETE ON doc BEGIN DELETE FROM track; END"
	refused "it holds a trigger, packed_doc, that is not Fonoteca's"
	# in a copy that somebody wants to go back to
	cp "$FONOTECA_LIBRARY/library.db" copy.db
	cp whole "$FONOTECA_LIBRARY/library.db"
	before=$(catalogue)
	fails 4 lib-sweep --force restore copy.db
	[[ $stderr == *"packed_doc"* ]]
	[ "$(catalogue)" = "$before" ]
	run -0 lib-search --count love
}

@test "another program's database, and versions that never were, are refused" {
	main_line
	cp "$FONOTECA_LIBRARY/library.db" whole
	for what in "application_id = 1:is not a Fonoteca library" "user_version = -5:which there never was" \
		"user_version = 0:which there never was" "user_version = 2147483647:newer than this program knows"; do
		cp whole "$FONOTECA_LIBRARY/library.db"
		sqlite3 "$FONOTECA_LIBRARY/library.db" "PRAGMA ${what%%:*}"
		refused "${what#*:}"
	done
}

@test "a value of hundreds of megabytes is an error, and takes neither the memory nor the time" {
	main_line
	sqlite3 "$FONOTECA_LIBRARY/library.db" "UPDATE track SET title = printf('%.*c', 100000000, 'x') WHERE id = 3"
	limit="ulimit -v 2000000"
	[ -z "${FONOTECA_SAN-}" ] || limit=: # ASan reserves more than there is
	for command in "lib-search --show 3" "lib-search --json title:x" "lib-sweep verify" "lib-commit --amend 3 genre=x"; do
		run timeout 60 bash -c "$limit && exec $command"
		[[ $status -ge 1 && $status -le 4 ]] || fail "$command: $status: $output"
	done
	run -0 lib-search --count love
}

@test "rows, pages and schemas at random: no command dies, hangs, or writes elsewhere" {
	full
	ulimit -c 0
	run -0 "$PYTHON" "$TREE/tests/hostile.py" "$FONOTECA_LIBRARY" "${HOSTILE_SEED:-1}" "${HOSTILE_CASES:-10}"
	[[ $output == *"0 wrong"* ]]
}

@test "no shell, no option parser and no terminal ever sees a tag or a name" {
	requires mutagen
	mkdir music "$HOME/.config" "$HOME/.config/fonoteca"
	n=0
	for name in '$(touch OWNED)' '`touch OWNED`' '; touch OWNED #' "'; touch OWNED; '" '| touch OWNED' $'\n touch OWNED' \
		'--output=OWNED' '-rf' $'\e]0;x\a' '%s%n' '../../OWNED' '<(touch OWNED)'; do
		n=$((n + 1))
		cp "$FIXTURES/audio/hoppipolla.flac" "music/${name//\//_}.flac"
		"$PYTHON" "$FIXTURES/set-tags.py" "music/${name//\//_}.flac" title="$name" artist="$name" album="$name" genre="$name" tracknumber=$n
	done
	mkdir -m 755 bin
	printf '#!/bin/sh\nprintf "%%s\\n" "$@" >>%q\n' "$PWD/played" >bin/player
	chmod 755 bin/player
	printf 'player = %s/bin/player\nnotify = %s/bin/player\n' "$PWD" "$PWD" >"$HOME/.config/fonoteca/config"
	chmod -R go-w "$HOME/.config"
	lib-import -q music | lib-commit -q
	[ "$(lib-search --count '')" -eq 12 ]
	lib-playlist -q create -- '$(touch OWNED)'
	lib-search --ids '' | lib-playlist -q add -- '$(touch OWNED)' -
	for command in "lib-search --show 1 2 3 4 5 6 7 8 9 10 11 12" "lib-search --albums" "lib-search --artists" \
		"lib-search --facet genre" "lib-search -f \$artist-\$title-\$file" "lib-playlist show p1" "lib-playlist export p1" \
		"lib-playlist export p1 --copy tree" "lib-playlist play p1" "lib-playlist notify p1" "lib-sweep -v verify" "lib-sweep metrics -" \
		"lib-commit --write-tags 1 2 3" "lib-commit --remove 4" "lib-sweep -v" "lib-sweep backup"; do
		run $command
		[[ $output != *$'\e'* ]] || [[ $command == "lib-playlist export p1" ]] || fail "$command: a control byte"
		[ -z "$(find . "$HOME" -name 'OWNED*' ! -path './tree/*')" ] || fail "$command: a tag was run"
	done
	[ -s played ] || fail "$(lib-playlist play p1 2>&1)"
	[ -z "$(find tree -name '..*')" ]
}
