# SPDX-License-Identifier: MIT
# Conflicts: which files are the same place on a release, what is done with them, and which share a recording
load helper

setup() {
	setup_fonoteca
	requires python3 mutagen
}

# piece FILE FIELD=VALUE... : half a second of silence that no other file has, as FLAC; the first field may be
# ms=N.  Untold fields: Band / Disc / 1 Song.
piece() {
	"$PYTHON" "$TREE/tests/fixtures/make-piece.py" "$@"
}

# pairs : lines "VERDICT; FIELDs of one; FIELDs of the other" from stdin, FIELD=VALUE, FIELD=VALUE ..., where @ is
# a number that no other pair has.  Is it the verdict when the other is committed later, and in one session?
pairs() {
	mkdir one two
	"$PYTHON" -c '
import sys
for n, line in enumerate(sys.stdin):
    want, *sides = [s.strip() for s in line.split(";")]
    print(want, file=open("want", "a"))
    print(line.strip(), file=open("table", "a"))
    for folder, side in zip(("one", "two"), sides):
        fields = ["artist=Band @", "album=Disc @"] + [f.strip() for f in side.split(",") if f.strip()]
        print("%s/%04d.flac" % (folder, n), *fields, sep="\t", end="\n")' >raw
	awk -F '\t' -v OFS='\t' '{ n = $1; gsub(/[^0-9]/, "", n); gsub(/@/, n); print }' raw | "$PYTHON" "$TREE/tests/fixtures/make-piece.py" -
	lib-import -q one two >id
	lib-commit --json --show "$(cat id)" | verdicts two/ | diff <(paste want table) <(paste - table) ||
		fail "in one session"
	lib-import -q one | lib-commit >log
	lib-import -q two >id
	lib-commit --json --show "$(cat id)" | verdicts two/ | diff <(paste want table) <(paste - table) ||
		fail "one after the other"
}

# verdicts WHERE : of the items in a folder, from the JSON of --show.
verdicts() {
	"$PYTHON" -c '
import json, sys
items = [r for r in map(json.loads, sys.stdin) if r["type"] == "item" and sys.argv[1] in r["source"]]
for r in sorted(items, key=lambda r: r["source"]):
    print(r["verdict"], *(r[k] for k in ("why", "known_by") if k in r))' "$1"
}

@test "pairs that are the same place" {
	pairs <<-'END'
	conflict number; ; ms=2999
	conflict number; ; title=SONG!
	conflict number; ; title=Söng
	conflict number; ; title=Song (Remastered 2011)
	conflict number; ; title=Song - 2011 Remaster
	conflict number; ; title=Song (feat. Guest), artist=Band @ feat. Guest, albumartist=Band @
	conflict number; ; title=The Song
	conflict number; ; album=The Disc @
	conflict number; ; album=Disc @ (Remastered)
	conflict number; ; artist=The Band @
	conflict number; ; discnumber=1/2
	conflict title; ; tracknumber=
	conflict title; tracknumber=; title=Song (Remastered)
	conflict number; artist=Simon & Garfunkel @; artist=Simon and Garfunkel @
	conflict number; title=Song Pt. 2; title=Song (Part II)
	conflict number; composer=Bach; composer=J. S. Bach
	conflict place-id; musicbrainz_releasetrackid=f0f0f0f0-0000-4000-8000-00000000000a; musicbrainz_releasetrackid=f0f0f0f0-0000-4000-8000-00000000000a, title=Other, ms=9000
	conflict recording-id; musicbrainz_trackid=f0f0f0f0-0000-4000-8000-00000000000b; musicbrainz_trackid=f0f0f0f0-0000-4000-8000-00000000000b, title=Other, ms=9000
	conflict number; musicbrainz_albumid=f0f0f0f0-0000-4000-8000-00000000000c; musicbrainz_albumid=f0f0f0f0-0000-4000-8000-00000000000c, album=Another Name, artist=Another
	conflict title; tracknumber=, album=; tracknumber=, album=
	conflict title; tracknumber=, album=, organization=EMI, barcode=0724384960650; tracknumber=, album=
	conflict title; tracknumber=, album=; tracknumber=, album=, organization=EMI, catalognumber=E 1
	conflict number; organization=EMI; organization=Parlophone
	conflict number; ; title=Song [2009 Digital Remaster] (feat. X)
	conflict number; title=Song (Live); title=Song (Live) [Remastered]
	conflict number; title=Symphony No. 5 in C minor. Op. 67: I. Allegro; title=Symphony Nr. 5 in C Minor Op. 67 - I Allegro
	conflict number; title=Prelude in F♯ minor; title=Prelude in F# minor
	conflict number; title=Song #1; title=Song 1
	conflict number; title=Группа крови; title=ГРУППА КРОВИ
	conflict number; title=ガール; title=ｶﾞｰﾙ
	conflict number; title=我只在乎你; title=我只在乎你 (Remastered)
	conflict number; artist=Jay-Z feat. Alicia Keys, album=Blue @; artist=Jay-Z, album=Blue @
	conflict number; title=Rock 'n' Roll; title=Rock ’n’ Roll
	conflict number; date=1987; date=2011
	conflict title; tracknumber=A1; tracknumber=A1
	conflict title; tracknumber=B2; tracknumber=
	conflict title; tracknumber=; tracknumber=, discnumber=2
	END
}

@test "pairs that are not" {
	pairs <<-'END'
	new; ; ms=3001
	new; ; tracknumber=2
	new; ; discnumber=2
	new; ; title=Song (Live)
	new; ; title=Song (Remix)
	new; ; title=Song (Acoustic)
	new; ; title=Song (Instrumental)
	new; ; title=Song (Demo)
	new; ; title=Song (Part 2)
	new; title=Song Pt. 1; title=Song Pt. 2
	new; album=Disc @ Vol. 1; album=Disc @ Vol. 2
	new; album=Disc @ Vol. I; album=Disc @ Vol. II
	new; ; album=Disc @ (Deluxe Edition)
	new; ; album=Disc @ (Live)
	new; ; artist=Other @
	new; title=Sonata No. 3: II. Adagio; title=Sonata No. 3: III. Adagio
	new; title=Adagio, composer=Albinoni; title=Adagio, composer=Barber
	new; title=Allegro, work=One; title=Allegro, work=Two
	new; barcode=4006408126522; barcode=5099902987620
	new; organization=EMI, catalognumber=1; organization=Apple, catalognumber=2
	new; musicbrainz_albumid=f0f0f0f0-0000-4000-8000-00000000000d; musicbrainz_albumid=f0f0f0f0-0000-4000-8000-00000000000e
	new; musicbrainz_trackid=f0f0f0f0-0000-4000-8000-00000000000f; musicbrainz_trackid=f0f0f0f0-0000-4000-8000-000000000000
	new; musicbrainz_releasetrackid=f0f0f0f0-0000-4000-8000-000000000001; musicbrainz_releasetrackid=f0f0f0f0-0000-4000-8000-000000000002
	new; tracknumber=, album=; tracknumber=, album=, title=Song (Remastered)
	new; tracknumber=A1; tracknumber=B1
	new; tracknumber=, discnumber=1; tracknumber=, discnumber=2
	new; title=Prelude in C; title=Prelude in C#
	new; title=Prelude in B♭ minor; title=Prelude in B minor
	new; title=Prelude in C major; title=Prelude in C minor
	new; title=Étude Op. 10 No. 1; title=Étude Op. 10 No. 2
	new; title=Song (Moby Remix); title=Song (Air Remix)
	new; title=Song (Live in Paris); title=Song (Live in Rome)
	new; ; title=Song (Reprise)
	new; ; title=Song (Mono)
	new; ; title=Song (Radio Edit)
	new; ; title=Song (Single Version)
	new; title=!!!; title=???
	new; title=ガール; title=カール
	new; title=花; title=華
	new; title=Song, composer=Johann Sebastian Bach; title=Song, composer=Carl Philipp Emanuel Bach
	new; album=Disc @ (CD1); album=Disc @ (CD2)
	new; ; album=Disc @ (Single)
	new; ; album=Disc @ EP
	new; tracknumber=, ms=1000; tracknumber=, ms=5000
	new; tracknumber=, album=, organization=EMI; tracknumber=, album=, organization=Decca
	new; tracknumber=, album=, barcode=0724384960650; tracknumber=, album=, barcode=0777774620429
	END
}

@test "the same recording on another release: by MBf0f0f0f0-0000-4000-8000-00000000000, by ISRC with its title and length, by its audio" {
	pairs <<-'END'
	new mbid; musicbrainz_trackid=f0f0f0f0-0000-4000-8000-00000000000a; musicbrainz_trackid=f0f0f0f0-0000-4000-8000-00000000000a, album=Hits @, ms=60000
	new isrc; isrc=USRC17607831; isrc=US-RC1-76-07831, album=Hits @, title=Song (Remastered)
	new; isrc=USRC17607832; isrc=USRC17607832, album=Hits @, title=Song (Live)
	new; isrc=USRC17607833; isrc=USRC17607833, album=Hits @, ms=9000
	new; isrc=USRC17607834, musicbrainz_trackid=f0f0f0f0-0000-4000-8000-00000000000b; isrc=USRC17607834, musicbrainz_trackid=f0f0f0f0-0000-4000-8000-00000000000c, album=Hits @
	new audio; audio=a@; audio=a@, album=Hits @
	new; audio=b@; audio=c@, album=Hits @
	new; audio=d@, musicbrainz_trackid=f0f0f0f0-0000-4000-8000-00000000000d; audio=d@, musicbrainz_trackid=f0f0f0f0-0000-4000-8000-00000000000e, album=Hits @
	END
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

@test "tracks without an album have their own label, catalogue number and barcode, or none" {
	mkdir one two
	singles() {
		lib-search --format '$title $label $catalognumber $barcode' -s title '*' | sed 's/ *$//'
	}
	piece one/a.flac album= tracknumber= title=A organization=Elektro 'catalognumber=EL 12' barcode=0724384960650
	piece one/b.flac album= tracknumber= title=B organization=Elektro 'catalognumber=EL 12' barcode=0724384960650
	piece one/c.flac album= tracknumber= title=C
	piece two/d.flac album= tracknumber= title=D
	piece two/e.flac album= tracknumber= title=E organization=Elektro 'catalognumber=EL 12' barcode=0724384960650
	piece two/f.flac album= tracknumber= title=F organization=Acetat
	lib-import -q one two | lib-commit -q >/dev/null
	diff <(singles) - <<-'END'
		A Elektro EL 12 0724384960650
		B Elektro EL 12 0724384960650
		C
		D
		E Elektro EL 12 0724384960650
		F Acetat
	END
	[ "$(query "SELECT count(DISTINCT release_id) FROM track")" = 3 ]
	"$PYTHON" -c 'import mutagen; f = mutagen.File("two/d.flac"); f["label"] = "Azur"; f.save()' # newer tags of one of them are its own as well
	lib-import -q two | lib-commit -q >/dev/null
	[ "$(singles | sed -n '3p;4p')" = $'C\nD Azur' ]
	intact
}

@test "the policy: of the run, else of the library's config" {
	mkdir one two
	piece one/a.flac
	piece two/b.flac
	lib-import -q one | lib-commit -q >one.log
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
