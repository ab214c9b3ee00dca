# SPDX-License-Identifier: MIT
# not under SAN
# What lies under share/examples works as it is.
load helper

@test "backup-with-rsync copies a library that then works by itself" {
	requires rsync sqlite3
	main_line
	lib-playlist -q create Evening
	lib-search --ids love | lib-playlist -q add Evening -
	"$TREE/share/examples/backup-with-rsync" "$FONOTECA_LIBRARY" "$PWD/copy"
	before=$(catalogue) hits=$(lib-search --ids love)
	FONOTECA_LIBRARY=$PWD/copy
	[ "$(catalogue)" = "$before" ]
	[ "$(lib-search --ids love)" = "$hits" ]
	intact
	# again, with nothing new and with something new
	rm -r "$FONOTECA_LIBRARY"/blobs/0*
	"$TREE/share/examples/backup-with-rsync" "$BATS_TEST_TMPDIR/library" "$PWD/copy"
	intact
}

# lines : the command lines of the crontab and of the units, as they stand there.
lines() {
	sed -nE 's/^[0-9*/]+ [^\t]*\t(lib-.*)/\1/p' "$TREE/share/examples/crontab"
	sed -n 's/^ExecStart=//p' "$TREE"/share/examples/*.service
}

@test "the crontab's and systemd's lines are silent where nothing is wrong" {
	main_line
	[ "$(lines | wc -l)" -ge 7 ]
	while read -r line; do
		[[ $line != lib-analyze* ]] || analyzes || continue
		run -0 --separate-stderr env -i HOME="$HOME" FONOTECA_LIBRARY="$FONOTECA_LIBRARY" PATH="$PATH" sh -c "$line"
		[ -z "$output$stderr" ] || fail "$line: $output$stderr"
	done < <(lines)
}

@test "the crontab's and systemd's lines say one thing where something is wrong, and 75 where another is at work" {
	main_line
	lib-sweep -q verify
	blob=$(find "$FONOTECA_LIBRARY/blobs" -name '*.flac' | head -n 1)
	mv "$blob" gone
	for line in 'lib-sweep --quiet health >/dev/null' 'lib-sweep --quiet --time-limit 30min verify'; do
		lines | grep -qxF "$line"
		run --separate-stderr sh -c "$line"
		[[ $status -eq 3 || $status -eq 4 ]]
		[ -z "$output" ]
		[[ $stderr == lib-sweep:* ]]
	done
	mv gone "$blob"
	flock_like() { "$PYTHON" -c '
import fcntl, struct, sys, time
f = open(sys.argv[1], "r+b")
fcntl.fcntl(f, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 1, 1, 0))
open("held", "w").close()
time.sleep(60)' "$FONOTECA_LIBRARY/lock"; }
	flock_like 3>&- &
	holder=$!
	for ((i = 0; i < 200; i++)); do [ ! -e held ] || break; sleep 0.02; done
	while read -r line; do
		[[ $line != *health* && $line != *schedules* ]] || continue
		run --separate-stderr sh -c "$line"
		[ "$status" -eq 75 ] || fail "$line: $status"
		[ "${#stderr_lines[@]}" -eq 1 ]
	done < <(lines | grep '^lib-sweep')
	pkill -P $holder
	wait $holder || true
}

@test "systemd takes the units, and finds them as well shut in as they say" {
	requires systemd-analyze
	mkdir units
	for unit in "$TREE"/share/examples/*.service "$TREE"/share/examples/*.timer; do
		sed "s|^ExecStart=lib-|ExecStart=$FONOTECA_BUILD/lib-|; s/^User=%i/User=root/" "$unit" >"units/$(basename "$unit")"
		[ -e "${unit%.*}.service" ] || fail "$unit has no service"
	done
	cd units
	for unit in *.service *.timer; do
		[[ $unit != fonoteca-analyze.* ]] || [ -x "$FONOTECA_BUILD/lib-analyze" ] || continue
		run systemd-analyze verify --man=no "./${unit/@./@root.}"
		[[ $output != *"$unit"* && $output != *nknown* ]] || fail "$output"
	done
	if systemd-analyze security --help | grep -q -- --offline; then
		for unit in "$TREE"/share/examples/*.service; do
			[[ $unit != */fonoteca-schedules.service ]] || continue # runs the player that its user chose
			figure=$(systemd-analyze security --offline=yes "$unit" | sed -nE 's/.*level for .*: ([0-9.]+) .*/\1/p')
			grep -q "systemd-analyze security: $figure\." "$unit" || fail "$unit: $figure"
		done
	fi
}

@test "logrotate takes its example, and keeps what it turned" {
	requires logrotate
	sed "s|/home/USER/.local/state|$PWD|; s/weekly/size 1/" "$TREE/share/examples/logrotate" >conf
	chmod 644 conf
	main_line
	lib-sweep --log=json --quiet -v orphans 2>fonoteca.log >/dev/null
	echo '{"v":1,"run":"x"}' >>fonoteca.log
	logrotate --state "$PWD/state" conf
	[ -e fonoteca.log.1 ]
}

@test "fonoteca-mpd-plays logs what mpd played, pauses left out" {
	main_line
	mkdir bin
	# what mpd says at each of its events: time, state, seconds into the song, song
	cat >steps <<-'END'
		1700000000 playing 0:00 a
		1700000100 paused 1:40 a
		1700000500 playing 1:40 a
		1700000560 playing 0:00 b
		1700000570 playing 0:00 b"\
		1700000700 stopped 0:00
	END
	cat >bin/mpc <<-'END'
		#!/bin/sh
		set -- "$@" ''
		read -r now state at song <now
		case $1 in
		idleloop)
			while read -r line; do
				echo "$line" >next && mv next now
				echo player
				sleep 1
			done <steps ;;
		status) printf '%s\t1\t%s\n' "$state" "$at" ;;
		current)
			[ -n "$song" ] || exit 0
			case $3 in
			*file*) echo "$song.flac" ;;
			*artist*) echo Portishead ;;
			*title*) echo "Roads $song" ;;
			*time*) echo 5:02 ;;
			*) echo "$3" ;;
			esac ;;
		esac
	END
	printf '#!/bin/sh\ncut -d " " -f 1 now\n' >bin/date
	chmod +x bin/*
	head -n 1 steps >now
	PATH=$PWD/bin:$PATH run -0 "$TREE/share/examples/fonoteca-mpd-plays"
	[ "$(lib-search --plays --json | python3 -c '
import json, sys
for line in sys.stdin:
    p = json.loads(line)
    print(p["start"], p["title"], p["heard_ms"], p["duration_ms"], p["source_name"], p.get("uncounted"))')" = \
		'2023-11-14T22:13:20Z Roads a 160000 302000 mpd None
2023-11-14T22:22:40Z Roads b 10000 302000 mpd short
2023-11-14T22:22:50Z Roads b"\ 130000 302000 mpd None' ]
}

# long_song FILE : one that plays for some seconds.
long_song() {
	for ((i = 0; i < 12; i++)); do cat "$FIXTURES/audio/not-up-to-you.mp3"; done >"$1"
}

@test "fonoteca-mpd-plays with mpd itself" {
	requires mpd mpc
	mkdir music state
	long_song music/song.mp3
	cp music/song.mp3 music/next.mp3
	printf 'music_directory "%s"\nplaylist_directory "%s"\ndb_file "%s/db"\nbind_to_address "%s/socket"\n%b' \
		"$PWD/music" "$PWD/state" "$PWD/state" "$PWD/state" 'audio_output {\n\ttype "null"\n\tname "nothing"\n}\n' >mpd.conf
	mpd --no-daemon mpd.conf >mpd.log 2>&1 3>&- &
	mpd=$!
	export MPD_HOST=$PWD/state/socket
	for ((i = 0; i < 50; i++)); do mpc status >/dev/null 2>&1 && break; sleep 0.1; done
	mpc -q update --wait
	"$TREE/share/examples/fonoteca-mpd-plays" >hook.log 2>&1 3>&- &
	hook=$!
	mpc -q add /
	mpc -q play
	sleep 2.1 # what is heard for no second is not told of
	mpc -q next
	for ((i = 0; i < 100; i++)); do
		[ ! -e "$FONOTECA_LIBRARY/library.db" ] || [ "$(query 'SELECT count(*) FROM play')" = 0 ] || break
		sleep 0.1
	done
	kill $hook
	wait $hook || true
	kill $mpd
	wait $mpd || true
	[ "$(query "SELECT heard_ms BETWEEN 1000 AND 60000, o.title <> '', h.name FROM play JOIN told o ON o.id = told_id
		JOIN history h ON h.id = history_id ORDER BY play.id LIMIT 1")" = '1|1|mpd' ] || { cat hook.log mpd.log; false; }
}

@test "the script for mpv logs what was heard: pauses left out, films and files without a title not at all" {
	lua=$(command -v lua5.4 lua5.3 lua5.2 lua luajit | head -n 1)
	[ -n "$lua" ] || skip "lua is not installed"
	main_line
	# what mpv says to it, in order: a stand-in for mpv's own modules, with a clock of its own
	cat >mpv.lua <<-'END'
		local events, clock, paused, file = {}, 0, false, nil
		local function quoted(s) return '"' .. s:gsub('[\\"]', '\\%0') .. '"' end
		package.preload["mp.utils"] = function()
			return {format_json = function(t)
				local out = {}
				for k, v in pairs(t) do
					out[#out + 1] = quoted(k) .. ":" .. (type(v) == "string" and quoted(v) or ("%d"):format(v))
				end
				return "{" .. table.concat(out, ",") .. "}"
			end}
		end
		mp = {
			get_time = function() return clock end,
			get_property_bool = function() return paused end,
			get_property_number = function() return file.duration end,
			get_property_native = function(name) return name == "metadata" and file.tags or file.tracks or {} end,
			register_event = function(name, f) events[name] = f end,
			observe_property = function(_, _, f) events.pause = f end,
			command_native = function(c)
				assert(c.name == "subprocess" and table.concat(c.args, " ") == "lib-import --played")
				local p = io.popen("lib-import --played", "w")
				p:write(c.stdin_data)
				assert(p:close())
			end,
		}
		os.time = function() return 1700000000 + clock end
		dofile(arg[1])
		local function pause(yes) paused = yes; events.pause("pause", yes) end
		local function begin(f) file = f; events["file-loaded"]() end
		begin {duration = 302.5, tags = {ARTIST = "Portishead", Title = 'Roads "live"', MUSICBRAINZ_TRACKID = ""}}
		clock = 100; pause(true)
		clock = 900; pause(false)
		clock = 960; events["end-file"]()
		begin {tags = {artist = "Nobody"}}
		clock = 1000; events["end-file"]()
		begin {tags = {title = "A film"}, tracks = {{type = "audio"}, {type = "video"}}}
		clock = 2000; events["end-file"]()
		begin {tags = {title = "Cover", album_artist = "Air", isrc = "GBAAA9700001"}, tracks = {{type = "video", albumart = true}}}
		clock = 2010; events["end-file"]()
		begin {tags = {title = "Not begun"}}
		events["end-file"]()
	END
	run -0 "$lua" mpv.lua "$TREE/share/examples/fonoteca-plays.lua"
	[ "$(query 'SELECT start, o.artist, o.title, heard_ms, length_ms, isrc, uncounted, h.name FROM play JOIN told o ON o.id = told_id
		JOIN history h ON h.id = history_id ORDER BY 1')" = '1700000000|Portishead|Roads "live"|160000|302500|||mpv
1700002000|Air|Cover|10000||GBAAA9700001|short|mpv' ]
}

@test "the script for mpv with mpv itself" {
	requires mpv
	long_song song.mp3
	timeout 60 mpv --no-config --ao=null --no-video --no-terminal --length=1.5 \
		--script="$TREE/share/examples/fonoteca-plays.lua" song.mp3 || skip "mpv plays nothing here"
	[ "$(query "SELECT heard_ms BETWEEN 1000 AND 20000, o.title, h.name FROM play JOIN told o ON o.id = told_id
		JOIN history h ON h.id = history_id")" = '1|It’s Not Up to You|mpv' ]
}
