# SPDX-License-Identifier: MIT
# not under SAN
# The manual pages speak with one voice, describe every key of JSON, and show examples that work.
load helper

# sections PAGE : its headings, in order.
sections() {
	sed -n 's/^\.Sh //p' "$TREE/man/$1"
}

@test "each command's page has its sections in one order" {
	order=(NAME SYNOPSIS DESCRIPTION COMMANDS TASKS OPTIONS own JSON ENVIRONMENT FILES "EXIT STATUS" EXAMPLES
		"SEE ALSO" CAVEATS)
	for page in "$TREE"/man/*.1; do
		at=0
		while IFS= read -r section; do
			for ((i = at; i < ${#order[@]}; i++)); do
				[ "${order[i]}" != "$section" ] || break
			done
			if ((i == ${#order[@]})); then # a section of its own, between OPTIONS and JSON
				[[ " ${order[*]} " != *" $section "* ]] || fail "$page: $section stands too late"
				((at <= 6)) || fail "$page: $section stands behind ${order[at]}"
				i=6
			fi
			at=$i
		done < <(sections "$(basename "$page")")
		for section in OPTIONS JSON ENVIRONMENT; do
			sections "$(basename "$page")" | grep -qx "$section" || fail "$page has no $section"
		done
	done
}

# item PAGE OPTION : what a page says of an option, as one line.
item() {
	sed -n "/^\.Sh OPTIONS/,/^\.Sh /p" "$TREE/man/$1" | awk -v option="Fl -$2" '
		/^\.It Fl/ { here = $0 ~ option "($| )" } /^\.El/ { here = 0 } /^\.(It|Sh)/ { next } here' | tr '\n' ' '
}

@test "what all commands have in common is described in the same words" {
	for option in dry-run wait library quiet verbose json null color log help version; do
		words=$(item fonoteca.7 "$option")
		words=${words%% }
		words=${words%.} words=${words%% }
		[ -n "$words" ] || fail "fonoteca(7) does not have --$option"
		for c in $COMMANDS; do
			"$c" --dump-options | cut -f 3 | grep -qx -- "$option" || continue
			[[ $(item "$c.1" "$option") == "$words"* ]] || fail "$c: --$option: $(item "$c.1" "$option")"
		done
	done
	library=$(sed -n '/^\.It Ev FONOTECA_LIBRARY/,/share\/fonoteca/p' "$TREE/man/fonoteca.7")
	for c in $COMMANDS; do
		[ "$(sed -n '/^\.It Ev FONOTECA_LIBRARY/,/share\/fonoteca/p' "$TREE/man/$c.1")" = "$library" ] || fail "$c"
	done
}

@test "fonoteca(7) has the name of every kind of error" {
	for kind in $(sed -nE 's/^\t\[ERR_[A-Z]+\] = \{ "([A-Z_]+)".*/\1/p' "$TREE/lib/base/err.c"); do
		[ "$kind" = OK ] || grep -qE "^\.Cm .*\b$kind\b" "$TREE/man/fonoteca.7" || fail "$kind"
	done
}

# j COMMAND... : run it with --json and keep what it prints, each line behind the command's name.
j() {
	"$1" --json "${@:2}" 2>/dev/null </dev/null | sed "s/^/$1\t/" >>printed || :
}

# Everything that prints JSON is run once at least, over tracks with all that there is to tell.
all_json() {
	local wav=$FIXTURES/audio/untagged.wav both all
	cp -r "$FIXTURES/audio" "$FIXTURES/damaged" "$TREE/share/demo/music" .
	mkdir cut && cp "$wav" cut/cut.wav
	printf 'PERFORMER "A"\nTITLE "B"\nFILE "cut.wav" WAVE\n TRACK 01 AUDIO\n TITLE "a"\n INDEX 01 00:00:00\n TRACK 02 AUDIO\n TITLE "b"\n INDEX 01 00:00:10\n' >cut/cut.cue
	j lib-import -n audio
	j lib-import audio damaged cut music
	lib-import --log=json -v again nowhere 2>logged >/dev/null || :
	j lib-import --strict audio/README nowhere
	j lib-import --status
	j lib-import --status --failed
	j lib-commit --list
	j lib-commit --show s1
	j lib-commit -n s1
	j lib-commit --ids s1
	j lib-commit s1
	j lib-commit --reject s2
	j lib-import --commit --again audio
	cp audio/hoppipolla.opus again.opus
	j lib-import --set title=Hoppípolla again.opus
	for _ in 1 2 3; do cat music/*/*.mp3; done >one.mp3 # long enough for a fingerprint
	(cat one.mp3 && echo) >two.mp3
	lib-import -q --set album=One one.mp3 >other
	lib-import -q --set album=Two two.mp3 >>other
	j lib-commit --on-conflict=fail --show s4
	j lib-commit --on-conflict=fail s4
	lib-commit -q - <other
	j lib-commit --list
	for f in "$FIXTURES"/history/*; do j lib-import --history --tz UTC "$f"; done
	echo '{"artist":"Björk","title":"Jóga"}' | lib-import --json --played | sed 's/^/lib-import\t/' >>printed
	j lib-import --history --list
	j lib-import --history --forget h1
	! analyzes || { j lib-analyze -n; j lib-analyze; j lib-analyze --duplicates; j lib-analyze --prefer tags love; }
	j lib-commit --amend 1 2 title=New rating=90 genre+=X
	j lib-commit --amend -n 3 title=New
	j lib-commit --undo
	j lib-commit --write-tags 1
	j lib-commit --files 1 2 3 4 5 6 7 8 9 10
	j lib-commit --detach "$(lib-commit --files "$(lib-search --ids hoppipolla)" | tail -n 1 | cut -f 1)"
	j lib-commit --attach 4 5
	j lib-commit --remove 6 7
	j lib-commit --restore 6
	j lib-playlist create P
	j lib-playlist add P 1 2 3 1 /nowhere/x.mp3
	j lib-playlist move P 1 2
	j lib-playlist smart S -s year- -l 5 love
	lib-search --save lone love
	lib-playlist -q smart T @lone
	printf '#EXTM3U\n#EXTINF:300,Radiohead - Creep\n/no/creep.mp3\n%s\n' "$PWD/audio/roads.wv" >list.m3u
	j lib-playlist import list.m3u
	j lib-playlist list
	for p in P S list; do j lib-playlist show "$p"; done
	j lib-playlist mix 1 2
	mapfile -t both < <(lib-search --ids -l 2 has:key has:bpm)
	j lib-playlist mix "${both[@]}"
	mkdir tree
	j lib-playlist export P --copy tree
	command -v ffmpeg >/dev/null && j lib-playlist render P all.wav --gain
	j lib-playlist -n play P
	j lib-playlist schedule P --at +1h --every day --do export --copy tree
	j lib-playlist schedule P --at +1h --do play --shuffle
	j lib-playlist schedule
	j lib-playlist schedule --cancel c1
	j lib-search
	mapfile -t all < <(lib-search --ids)
	j lib-search --show "${all[@]}"
	j lib-search --show 7
	j lib-search --albums
	j lib-search --artists
	j lib-search --facet genre
	j lib-search --cover "$(lib-search --ids -l 1 has:cover)"
	j lib-search --saved
	j lib-search --similar 8 --explain
	j lib-search --similar 8,9 --explain
	j lib-search --similar @P --explain
	j lib-search --explain 'title:(love OR "a b") year:1990..2000 -live lo*'
	j lib-search --why 1 love
	j lib-search nothinglikethat bjrok
	j lib-search bjrok
	j lib-search --events
	j lib-search --stats
	j lib-search --stats=plays
	j lib-search --plays
	j lib-search --count love
	j lib-search --forget lone
	for task in stage stuck retry orphans trash optimize backup verify repair schedules; do
		j lib-sweep -v "$task"
		j lib-sweep -n "$task"
	done
	rm "$(lib-search --files -l 1)"
	j lib-sweep verify
	j lib-sweep repair
	j lib-sweep health
	j lib-sweep --force restore "$FONOTECA_LIBRARY"/backup/*.db.gz
	j lib-sweep rebuild
}

@test "every key of every object that a command prints as JSON is described in its page" {
	all_json
	python3 - "$TREE/man" <<-'END'
		import json, os, re, sys
		man = sys.argv[1]
		def words(text):
		    return set(re.findall(r"[a-z0-9_]+", text))
		def described(page):
		    """type: the words that its item in the section JSON sets apart"""
		    types, depth, now = {}, 0, None
		    section = re.search(r"^\.Sh JSON\n(.*?)^\.Sh ", page, re.S | re.M).group(1)
		    for line in section.split("\n"):
		        depth += line.startswith(".Bl") - line.startswith(".El")
		        if depth == 1 and line.startswith(".It Sy "):
		            now = types.setdefault(line[7:].strip(), {"v", "type", "dry_run"})
		        elif now is not None and re.match(r"\.(Cm|It Cm|Pq Cm|Po Cm) ", line):
		            now |= words(line)
		    return types
		fields = words(re.search(r'fields: begin.*?\n(.*?)^\.\\" fields: end', open(man + "/fonoteca-library.5").read(),
		    re.S | re.M).group(1))
		free = {"tags", "raw", "data", "changed", "sessions", "items"} # members are names of somebody's, or states
		def keys(o):
		    for k, v in o.items():
		        yield k
		        if k not in free:
		            for x in v if isinstance(v, list) else [v]:
		                if isinstance(x, dict):
		                    yield from keys(x)
		section = re.search(r"^\.Sh EVENTS\n(.*?)^\.Sh ", open(man + "/lib-search.1").read(), re.S | re.M).group(1)
		kinds = set(re.findall(r"[a-z-]+", " ".join(re.findall(r"^\.It Li (.*)", section, re.M))))
		data = words(" ".join(re.findall(r"^\.Cm (.*)", section, re.M)))
		log = words(" ".join(re.findall(r"^\.It Li (.*)", re.search(r"^\.Fl -log Ns(.*?)^\.Sh ",
		    open(man + "/fonoteca.7").read(), re.S | re.M).group(1), re.M))) | {"v", "type"}
		pages, seen, wrong = {}, set(), set()
		for line in open("logged"):
		    wrong |= {"fonoteca(7): log has no " + k for k in json.loads(line) if k not in log}
		for line in open("printed", encoding="utf-8"):
		    command, text = line.rstrip("\n").split("\t", 1)
		    o = json.loads(text)
		    if command not in pages:
		        pages[command] = described(open("%s/%s.1" % (man, command)).read())
		        if command == "lib-import": # with --commit it prints what lib-commit does
		            pages[command]["session"] |= described(open(man + "/lib-commit.1").read())["session"]
		    if o["type"] == "event":
		        kind = o["kind"]
		        if kind not in kinds and not kind.startswith("playlist-"):
		            wrong.add("lib-search(1) does not describe the event " + kind)
		        if kind != "sweep" and not kind.startswith("playlist-"): # counts of tasks stand in lib-sweep(1)
		            wrong |= {"lib-search(1): the event %s has no %s" % (kind, k) for k in o.get("data", {}) if k not in data}
		    seen.add((command, o["type"]))
		    types = pages[command]
		    if o["type"] not in types:
		        wrong.add("%s(1) does not describe the type %s" % (command, o["type"]))
		        continue
		    for k in keys(o):
		        k = k[:-4] if k.endswith("_b64") else k
		        if k not in types[o["type"]] and not (o["type"] == "track" and command == "lib-search" and k in fields):
		            wrong.add("%s(1): %s has no %s" % (command, o["type"], k))
		for command, types in pages.items():
		    for t in types:
		        if (command, t) not in seen:
		            wrong.add("%s: no %s was printed here" % (command, t))
		assert not wrong, "\n" + "\n".join(sorted(wrong))
		assert len(seen) > 30
	END
}

# examples PAGE : its examples as they are typed, a form feed between two; what crontab(5) runs without its times,
# folders of a machine below this test's own.
examples() {
	sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/p' "$TREE/man/$1" | sed -n '/^\.Bd/,/^\.Ed/p' |
		sed -E "/^\.Bd/d; s/^\.Ed/\f/; s/\\\\\(aq/'/g; s/\\\\\(dq/\"/g; s/\\\\e/\\\\/g; s/^[0-9*/]+( [0-9*]+){4} //
			s,(^|[ (])/(srv|mnt|media|var)/,\1$PWD/\2/,g"
}

@test "the examples of lib-import, lib-commit, lib-sweep, lib-analyze and fonoteca(7) work as they stand" {
	requires jq
	mkdir -p "$HOME/Downloads" srv mnt/mirror/blobs mnt/old/Music mnt/copies mnt/old-disk media/player \
		var/lib/prometheus/node-exporter
	cp -r "$FIXTURES/audio" "$HOME/Music"
	cp -r "$TREE/share/demo/music" "$HOME/Music/Singles"
	cp "$TREE/share/demo/music"/*/*.mp3 "$HOME/Downloads"
	head -n 5 "$FIXTURES"/history/rockbox.scrobbler.log >media/player/.scrobbler.log
	echo '[{"ts":"2019-05-01T10:04:28Z","ms_played":268000,"master_metadata_track_name":"All I Need",' \
		'"master_metadata_album_artist_name":"Air"}]' >Streaming_History_Audio_2019.json
	python3 -m zipfile -c "$HOME/Downloads/my_spotify_data.zip" Streaming_History_Audio_2019.json
	lib-import -q -L srv/music "$HOME/Music/Singles" | lib-commit -q -L srv/music >/dev/null
	n=0
	for page in lib-import.1 lib-commit.1 lib-analyze.1 lib-sweep.1 fonoteca.7; do
		[ $page != lib-analyze.1 ] || analyzes || continue
		rm -rf library
		if [ $page != lib-import.1 ]; then
			lib-import -q "$HOME/Music" | lib-commit -q >/dev/null
			lib-playlist -q create New
			rm -f mnt/copies/*
			lib-sweep -q --to mnt/copies backup
			cp mnt/copies/*.db.gz mnt/copies/library-20261121T043000Z.db.gz
		fi
		while IFS= read -r -d $'\f' example; do
			[ -n "${example//$'\n'/}" ] || continue
			[[ $example != *rebuild* ]] || rm library/library.db # it is for who has lost it
			run --separate-stderr bash -e -o pipefail -c "$example"
			[ "$status" -le 1 ] || fail "$page: $example: $status: $output$stderr"
			n=$((n + 1))
		done < <(examples $page)
	done
	[ "$n" -ge 28 ]
}
