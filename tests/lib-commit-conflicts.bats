# Conflicts: which files are the same place on a release, what is done with them, and which share a recording
load helper

setup() {
	setup_fonoteca
	requires python3
	PYTHON=${PYTHON:-/usr/bin/python3}
	"$PYTHON" -c 'import mutagen' 2>/dev/null || skip "python3-mutagen is not installed"
}

# piece FILE FIELD=VALUE... : half a second of silence that no other file has, as FLAC; the first field may be
# ms=N.  Untold fields: Band / Disc / 1 Song.
piece() {
	"$PYTHON" "$TREE/tests/fixtures/make-piece.py" "$@"
}

# verdicts FIELD=VALUE... : of a piece that comes after one of Band / Disc / 1 Song with the fields of $first.
verdict() {
	rm -rf "$FONOTECA_LIBRARY" one two
	mkdir one two
	piece one/a.flac "${first[@]}"
	piece two/b.flac "$@"
	lib-import -q one | lib-commit -q
	lib-import -q two >id
	lib-commit --json --show "$(cat id)" | "$PYTHON" -c '
import json, sys
item = json.loads(sys.stdin.readline())
print(item["verdict"], *(item[k] for k in ("why", "known_by") if k in item))'
}

# expect WANT FIELD=VALUE... : that verdict when it comes second, and the same within one session
expect() {
	local want=$1 got
	shift
	got=$(verdict "$@")
	[ "$got" = "$want" ] || fail "$*: $got, not $want"
	rm -rf "$FONOTECA_LIBRARY"
	lib-import -q one two >id
	got=$(lib-commit --json --show s1 | "$PYTHON" -c '
import json, sys
item = json.loads(sys.stdin.readlines()[1])
print(item["verdict"], *(item[k] for k in ("why", "known_by") if k in item))')
	[ "$got" = "$want" ] || fail "$* in one session: $got, not $want"
}

@test "pairs that are the same place" {
	first=()
	expect "conflict number"
	expect "conflict number" ms=1500
	expect "conflict number" "title=SONG!"
	expect "conflict number" "title=Söng"
	expect "conflict number" "title=Song (Remastered 2011)"
	expect "conflict number" "title=Song - 2011 Remaster"
	expect "conflict number" "title=Song (feat. Guest)" "artist=Band feat. Guest" albumartist=Band
	expect "conflict number" "title=The Song"
	expect "conflict number" "album=The Disc"
	expect "conflict number" "album=Disc (Remastered)"
	expect "conflict number" "artist=The Band"
	expect "conflict number" "discnumber=1/2"
	expect "conflict title" tracknumber=
	first=("artist=Simon & Garfunkel" "title=Song, Pt. 2")
	expect "conflict number" "artist=Simon and Garfunkel" "title=Song (Part II)"
	first=(musicbrainz_releasetrackid=f0f0f0f0-0000-4000-8000-000000000001)
	expect "conflict place-id" musicbrainz_releasetrackid=f0f0f0f0-0000-4000-8000-000000000001 title=Other ms=9000
	first=(tracknumber= title=Song album=)
	expect "conflict title" tracknumber= album=
}

@test "pairs that are not" {
	first=()
	expect new ms=2600
	expect new tracknumber=2
	expect new discnumber=2
	expect new "title=Song (Live)"
	expect new "title=Song (Remix)"
	expect new "title=Song (Acoustic)"
	expect new "title=Song (Instrumental)"
	expect new "title=Song (Demo)"
	expect new "title=Song, Part 2"
	expect new "album=Disc, Vol. 2"
	expect new "album=Disc (Deluxe Edition)"
	expect new "album=Disc (Live)"
	expect new "artist=Other"
	expect new title=
	expect new artist=
	first=("title=Sonata No. 3: II. Adagio" composer=Beethoven)
	expect new "title=Sonata No. 3: III. Adagio" composer=Beethoven
	first=(title=Adagio composer=Albinoni)
	expect new title=Adagio composer=Barber
	first=(title=Allegro work=One)
	expect new title=Allegro work=Two
	first=(barcode=4006408126522)
	expect new barcode=5099902987620
	first=(organization=EMI catalognumber=1)
	expect new organization=Apple catalognumber=2
	first=(musicbrainz_albumid=f0f0f0f0-0000-4000-8000-000000000001)
	expect new musicbrainz_albumid=f0f0f0f0-0000-4000-8000-000000000002
	first=(musicbrainz_trackid=f0f0f0f0-0000-4000-8000-000000000001)
	expect new musicbrainz_trackid=f0f0f0f0-0000-4000-8000-000000000002
	first=(title= album=)
	expect new title= album=
	first=(tracknumber= album=)
	expect new tracknumber= album= "title=Song (Remastered)"
}

@test "the same recording on another release: by MBID, by ISRC with its title and length, by its audio" {
	first=(musicbrainz_trackid=f0f0f0f0-0000-4000-8000-000000000001)
	expect "new mbid" musicbrainz_trackid=f0f0f0f0-0000-4000-8000-000000000001 album=Hits ms=60000
	first=(isrc=USRC17607839)
	expect "new isrc" isrc=US-RC1-76-07839 album=Hits "title=Song (Remastered)"
	expect new isrc=USRC17607839 album=Hits "title=Song (Live)"
	expect new isrc=USRC17607839 album=Hits ms=9000
	first=(audio=same)
	expect "new audio" audio=same album=Hits
	expect new audio=other album=Hits
	first=(audio=same musicbrainz_trackid=f0f0f0f0-0000-4000-8000-000000000001)
	expect new audio=same musicbrainz_trackid=f0f0f0f0-0000-4000-8000-000000000002 album=Hits
}

@test "greatest hits after the albums are an album; the joined tracks are is:dup" {
	mkdir albums hits
	for i in 1 2 3; do
		piece albums/$i.flac audio=$i "album=Album $i" "title=Song $i" tracknumber=$i
		piece hits/$i.flac audio=$i "album=Greatest Hits" "title=Song $i" tracknumber=$((4 - i))
	done
	piece hits/4.flac "album=Greatest Hits" "title=A New One" tracknumber=4
	lib-import -q albums | lib-commit -q
	lib-import -q hits
	run -0 lib-commit --show s2
	[[ ${lines[0]} == *$'the recording of track 1 (audio)\t' ]]
	run -0 lib-commit s2
	[ "$output" = "s2 committed: 4 tracks, 0 duplicates, 0 failed" ]
	[ "$(query "SELECT count(*), count(DISTINCT recording_id), count(DISTINCT release_id) FROM track")" = "7|4|4" ]
	[ "$(lib-search --count is:dup)" = 6 ]
	[ "$(lib-search --count 'album:"greatest hits"')" = 4 ]
	intact
}

@test "the second copy of an album in another format attaches, and the better file is preferred" {
	mkdir lossy lossless
	cp "$FIXTURES/audio/hoppipolla.opus" lossy
	cp "$FIXTURES/audio/hoppipolla.flac" lossless
	lib-import -q lossy | lib-commit -q
	run -0 bash -c 'lib-import -q lossless | lib-commit'
	[ "$output" = "s2 committed: 0 tracks, 0 duplicates, 0 failed, 1 attached" ]
	[ "$(query "SELECT format FROM file WHERE preferred = 1")" = flac ]
	[ "$(lib-search --count is:dup)" = 0 ]
}

@test "the policy: of the run, else of the library's config" {
	mkdir one two
	piece one/a.flac
	piece two/b.flac
	lib-import -q one | lib-commit -q
	cp -r "$FONOTECA_LIBRARY" saved
	for policy in attach fail ignore skip; do
		for by in option setting; do
			rm -rf "$FONOTECA_LIBRARY"
			cp -r saved "$FONOTECA_LIBRARY"
			lib-import -q two >id
			if [ $by = setting ]; then
				echo "conflict = $policy" >"$FONOTECA_LIBRARY/config"
				run lib-commit s2
			else
				echo "conflict = fail" >"$FONOTECA_LIBRARY/config"
				run lib-commit --on-conflict=$policy s2
			fi
			echo "$policy $by $status ${output#lib-commit: } $(query "SELECT count(*), (SELECT count(*) FROM file) FROM track")"
		done
	done >got
	diff got - <<-'END'
	attach option 0 s2 committed: 0 tracks, 0 duplicates, 0 failed, 1 attached 1|2
	attach setting 0 s2 committed: 0 tracks, 0 duplicates, 0 failed, 1 attached 1|2
	fail option 4 item 2 has the place of track 1 on its release, and conflicts are to fail 1|1
	fail setting 4 item 2 has the place of track 1 on its release, and conflicts are to fail 1|1
	ignore option 0 s2 committed: 1 track, 0 duplicates, 0 failed 2|2
	ignore setting 0 s2 committed: 1 track, 0 duplicates, 0 failed 2|2
	skip option 0 s2 committed: 0 tracks, 0 duplicates, 0 failed, 1 skipped 1|1
	skip setting 0 s2 committed: 0 tracks, 0 duplicates, 0 failed, 1 skipped 1|1
	END
	echo "conflict = maybe" >"$FONOTECA_LIBRARY/config"
	fails 4 lib-commit s2
	[[ $stderr == *config* ]]
}

@test "two sessions with the same album, committed side by side, make it once" {
	mkdir one two
	for i in $(seq 12); do
		piece one/$i.flac audio=$i "title=Song $i" tracknumber=$i
		piece two/$i.flac audio=$((i + 100)) "title=Song $i" tracknumber=$i
	done
	lib-import -q one
	lib-import -q two
	for round in 1 2 3; do
		rm -rf again
		cp -r "$FONOTECA_LIBRARY" again
		lib-commit -q -L again s1 3>&- &
		lib-commit -q -L again s2
		wait $!
		[ "$(FONOTECA_LIBRARY=again query "SELECT count(*), (SELECT count(*) FROM file), (SELECT count(*) FROM release) FROM track")" = "12|24|1" ] ||
			fail "round $round"
	done
	FONOTECA_LIBRARY=$PWD/again intact
}

@test "what was decided before another commit is decided again in the transaction" {
	requires strace
	mkdir one two
	piece one/a.flac
	piece two/b.flac
	lib-import -q one
	lib-import -q two
	# the first stops where its plan stands and its blobs are published; the other overtakes it
	strace -qq -o /dev/null -e trace=fsync -e inject=fsync:delay_exit=2000000:when=1 lib-commit -q s1 3>&- &
	sleep 0.7
	run -0 lib-commit s2
	[ "$output" = "s2 committed: 1 track, 0 duplicates, 0 failed" ]
	wait $!
	[ "$(query "SELECT count(*), (SELECT count(*) FROM file) FROM track")" = "1|2" ]
	[ "$(query "SELECT state FROM item WHERE session_id = 1")" = conflict ]
	intact
}
