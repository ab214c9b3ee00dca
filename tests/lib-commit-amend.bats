# SPDX-License-Identifier: MIT
# lib-commit --amend: fields of tracks, set by hand
load helper

setup() {
	setup_fonoteca
	requires python3
	main_line
}

# field TRACK NAME : its value as lib-search prints it in JSON; nothing where it is absent
field() {
	lib-search --json "id:$1" | python3 -c '
import json, sys
v = json.loads(sys.stdin.readline()).get(sys.argv[1])
print("" if v is None else json.dumps(v, ensure_ascii=False))' "$2"
}

# track TITLE : its id
track() {
	lib-search --ids "title:=\"$1\""
}

# agrees : the search index holds what the rows say (forgetting and indexing again fails where it does not)
index_agrees() {
	lib-search --ids '*' | lib-commit -q --amend - 'tags.probe=x' >/dev/null
	lib-search --ids '*' | lib-commit -q --amend - 'titlesort=probe' >/dev/null
	lib-commit -q --undo >/dev/null
	lib-commit -q --undo >/dev/null
}

@test "one field of one track: told, shown, found, and the old value is found no more" {
	t=$(track Roads)
	run -0 --separate-stderr lib-commit --amend "$t" title='Dirt Tracks'
	[ "$output" = "$t"$'\t'"title=Dirt Tracks (was Roads)" ]
	[ -z "$stderr" ]
	[ "$(field "$t" title)" = '"Dirt Tracks"' ]
	[ "$(lib-search --ids dirt)" = "$t" ]
	run -1 lib-search -q --ids title:roads
	[ "$(lib-search --ids 'title:=~"dirt tracks"')" = "$t" ]
	intact
}

@test "every writable field can be amended, read back in JSON, found by its name, and removed" {
	t=$(track Roads)
	"$FONOTECA_BUILD/unit/field-table" >table
	grep -oE '^\.It Sy [a-z_]+ Ta [a-zA-Z, \[-]+\]?.* Ta wr? Ta' table | sed -E 's/^\.It Sy ([a-z_]+) Ta ([a-z]+).*/\1 \2/' >writable
	[ "$(wc -l <writable)" -gt 45 ]
	while read -r name type; do
		case $name in
		mb_*) value=0a1b2c3d-0000-4000-8000-00000000000a ;;
		isrc) value=USRC17607839 ;;
		iswc) value=T-345246800-1 ;;
		barcode) value=0724384960650 ;;
		key) value=C#m ;;
		position) value=B2 ;;
		*date) value=1994-08-22 ;;
		compilation) value=true ;;
		rg_*) value=-7.25 ;;
		*) [ "$type" = number ] && value=7 || value='Something Else' ;;
		esac
		case $name in *_peak) value=0.5 ;; esac
		case $type in
		number | true) want=$value ;;
		array) want="[\"$value\"]" ;;
		*) want="\"$value\"" ;;
		esac
		run -0 lib-commit --amend "$t" "$name=$value"
		[[ $output == "$t"$'\t'*"$name=$value"* ]] || fail "$name: $output"
		[ "$(field "$t" "$name")" = "$want" ] || fail "$name: $(field "$t" "$name") instead of $want"
		lib-search --ids "$name:\"$value\"" | grep -qx "$t" || fail "$name:$value is not found"
		lib-search --ids "has:$name" | grep -qx "$t" || fail "has:$name"
		[ "$(query "SELECT count(*) FROM amended JOIN tagname ON id = name_id WHERE name = '$name'")" = 1 ]
		lib-commit --amend "$t" "$name=" >/dev/null
		[ -z "$(field "$t" "$name")" ] || fail "$name is not removed"
	done <writable
	index_agrees
	intact
}

@test "fields that are not written by hand are refused" {
	for name in id year duration_ms format size sha256 file source session added modified owner plays cover tags; do
		fails 2 lib-commit --amend 1 "$name=1"
	done
}

@test "values are checked, and nothing of the command is done" {
	before=$(catalogue)
	for bad in track=x track=0 disc=-1 date=2001-02-30 date=yesterday bpm=fast key=H rating=101 rating=-1 \
		isrc=12345 iswc=T1 mb_trackid=abc barcode=12 rg_track_gain=loud rg_track_peak=-1 compilation=maybe \
		position=side $'title=\x01' $'title=\xff'; do
		fails 2 lib-commit --amend 1 title=New "$bad"
		[[ $stderr == *"${bad%%=*} takes "* ]] || fail "$stderr"
	done
	[ "$(catalogue)" = "$before" ]
	fails 2 lib-commit --amend 1 titel=x
	[[ $stderr == *"did you mean 'title'"* ]]
	fails 2 lib-commit --amend 1 title=a title=b
	fails 2 lib-commit --amend 1 title+=a
	fails 2 lib-commit --amend 1 genre+=
	fails 2 lib-commit --amend 1 =x
	fails 2 lib-commit --amend one title=x
	fails 2 lib-commit --amend 1
	fails 2 lib-commit --amend
	fails 1 lib-commit --amend title=x
	fails 2 lib-commit --amend --remove 1
}

@test "values come in the form of the vocabulary" {
	run -0 lib-commit --amend 1 isrc=us-rc1-76-07839 key=8A 'rg_track_gain=-7.1 dB' bpm=107,5 track=007 comp=yes
	[ "$(field 1 isrc)" = '["USRC17607839"]' ]
	[ "$(field 1 key)" = '"Am"' ]
	[ "$(field 1 rg_track_gain)" = -7.1 ]
	[ "$(field 1 bpm)" = 107.5 ]
	[ "$(field 1 track)" = 7 ]
	[ "$(field 1 compilation)" = true ]
	lib-commit --amend 1 comp=no title=$'e\xcc\x81' >/dev/null
	[ "$(field 1 title)" = '"é"' ]
	[ -z "$(field 1 compilation)" ]
}

@test "lists: = replaces, further = and += add, -= takes out, each once" {
	lib-commit --amend 1 genre=House genre=Techno >/dev/null
	[ "$(field 1 genre)" = '["House", "Techno"]' ]
	lib-commit --amend 1 genre+=Dub genre+=House >/dev/null
	[ "$(field 1 genre)" = '["House", "Techno", "Dub"]' ]
	lib-commit --amend 1 genre-=Techno genre-=Polka >/dev/null
	[ "$(field 1 genre)" = '["House", "Dub"]' ]
	[ "$(lib-search --ids genre:dub)" = 1 ]
	lib-commit --amend 1 composer+=A composer+=B artists+=C >/dev/null
	[ "$(field 1 composer)" = '["A", "B"]' ]
	lib-commit --amend 1 genre= >/dev/null
	[ -z "$(field 1 genre)" ]
	index_agrees
}

@test "free tags go by their own name; one that looks like a slip wants tags." {
	lib-commit --amend 1 Studio=Abbey studio+=Hansa >/dev/null
	[ "$(field 1 tags)" = '{"studio": ["Abbey", "Hansa"]}' ]
	[ "$(lib-search --ids studio:hansa)" = 1 ]
	fails 2 lib-commit --amend 1 moods=x
	lib-commit --amend 1 tags.moods=x studio= >/dev/null
	[ "$(field 1 tags)" = '{"moods": ["x"]}' ]
	lib-commit --amend 1 moods=y >/dev/null
	[ "$(field 1 tags)" = '{"moods": ["y"]}' ]
	lib-commit --amend 1 tags.moods-=y >/dev/null
	[ -z "$(field 1 tags)" ]
}

@test "the year follows the date, and the first release where there is none" {
	lib-commit --amend 1 date=1971-05 originaldate=1969 >/dev/null
	[ "$(field 1 year)" = 1971 ]
	[ "$(lib-search --ids year:1971)" = 1 ]
	lib-commit --amend 1 date= >/dev/null
	[ "$(field 1 year)" = 1969 ]
	lib-commit --amend 1 originaldate= >/dev/null
	[ -z "$(field 1 year)" ]
	index_agrees
}

@test "a printed artist and the list follow each other, unless they say different things" {
	t=$(track 'All I Need')
	lib-commit --amend "$t" artist=Wind >/dev/null
	[ "$(field "$t" artists)" = '["Wind"]' ]
	[ "$(lib-search --ids artists:wind)" = "$t" ]
	lib-commit --amend "$t" artists+=Rain >/dev/null
	[ "$(field "$t" artist)" = '"Wind, Rain"' ]
	lib-commit --amend "$t" artist='Wind feat. Rain' artists=Wind artists=Rain >/dev/null
	lib-commit --amend "$t" artist='Wind & Rain' >/dev/null
	[ "$(field "$t" artists)" = '["Wind", "Rain"]' ]
	index_agrees
}

@test "many tracks from standard input, lines or NUL; each named once" {
	run -0 bash -c 'lib-search --ids "artist:bjork OR artist:sigur" | lib-commit --amend - genre=Iceland'
	[ "${#lines[@]}" -eq 4 ]
	[ "$(lib-search --count genre:iceland)" = 4 ]
	run -0 bash -c "printf '1\\0002\\0001\\000' | lib-commit -0 --ids --amend 2 - rating=40 | tr '\\0' ' '"
	[ "$output" = "2 1 " ]
	fails 1 bash -c 'exec lib-commit --amend - title=x </dev/null'
	[ "$(query "SELECT count(*) FROM event WHERE kind = 'amend'")" = 2 ]
}

@test "all or nothing: an unknown or a removed track stops the command" {
	before=$(catalogue)
	fails 4 lib-commit --amend 1 99 2 98 title=x
	[[ $stderr == *"there is no track 99"* ]]
	[ "$(catalogue)" = "$before" ]
	lib-commit -q --remove 3 >/dev/null
	before=$(catalogue)
	fails 4 lib-commit --amend 1 3 title=x
	[[ $stderr == *"track 3 was removed"*"--restore 3"* ]]
	[ "$(catalogue)" = "$before" ]
	[ "$(query "SELECT count(*) FROM event WHERE kind = 'amend'")" = 0 ]
}

@test "nothing changed: status 0, a note, no event, no new time of modification" {
	lib-commit --amend 1 genre=House >/dev/null
	before=$(catalogue)
	FONOTECA_NOW=4000000000 run -0 --separate-stderr lib-commit --amend 1 genre=House genre-=Polka
	[ -z "$output" ]
	[ "$stderr" = "lib-commit: nothing to change" ]
	[ "$(catalogue)" = "$before" ]
	[ "$(query "SELECT count(*) FROM event WHERE kind = 'amend'")" = 1 ]
}

@test "a track that is amended was modified" {
	FONOTECA_NOW=4000000000 lib-commit -q --amend 1 2 genre=House >/dev/null
	FONOTECA_NOW=4000000001 lib-commit -q --amend 1 2 genre=House rating=3 >/dev/null
	[ "$(query "SELECT modified - 4000000000, rating FROM track WHERE id <= 2")" = $'1|3\n1|3' ]
	[ "$(query "SELECT modified < 4000000000 FROM track WHERE id = 3")" = 1 ]
	[ "$(query "SELECT name FROM amended JOIN tagname ON id = name_id WHERE track_id = 1 ORDER BY name")" = $'genre\nrating' ]
}

@test "--dry-run tells and changes nothing" {
	before=$(catalogue)
	run -0 lib-commit -n --amend 1 2 title=Same album=Other
	[ "${#lines[@]}" -eq 2 ]
	[[ ${lines[0]} == 1*"title=Same (was "* ]]
	run -0 lib-commit -n --json --amend 1 title=Same
	[[ ${lines[0]} == *'"dry_run":true'*'"changed":{"title":{"before":"All I Need","after":"Same"}'* ]]
	run -0 lib-commit -n --remove 1
	[ "$output" = $'1\tremoved' ]
	[ "$(catalogue)" = "$before" ]
	[ "$(query "SELECT count(*) FROM event WHERE kind <> 'commit'")" = 0 ]
}

@test "--json: a track a line with what changed, then the report with its event" {
	run -0 lib-commit --json --amend 1 2 rating=60 mood=calm studio=x compilation=true
	is_json <<<"$output"
	[ "${#lines[@]}" -eq 3 ]
	python3 - "${lines[@]}" <<-'PY'
	import json, sys
	a, b, r = map(json.loads, sys.argv[1:])
	assert a["type"] == "track" and a["id"] == 1 and b["id"] == 2
	assert a["changed"] == {"rating": {"after": 60}, "mood": {"after": ["calm"]}, "studio": {"after": ["x"]},
	                        "compilation": {"after": True}}, a
	assert r["type"] == "report" and r["command"] == "amend" and r["changed"] == 2 and r["event"] == "e2", r
	PY
	run -0 lib-commit --json --ids --amend 1 rating=61
	[ "$output" = '{"v":1,"type":"track","id":1}' ]
}

@test "texts of the terminal's control bytes are escaped, long ones cut" {
	run -0 lib-commit --amend 1 "lyrics=$(printf 'la %.0s' {1..100})" $'comment=one\ntwo'
	[[ $output == *'...'* ]]
	[[ $output == *'comment=one\ntwo'* ]]
	[ "${#lines[@]}" -eq 1 ]
}

# -- releases -----------------------------------------------------------------

# album TRACK... : the releases that they stand on
albums() {
	query "SELECT release_id FROM track WHERE id IN ($(IFS=,; echo "$*")) ORDER BY id" | paste -sd ' '
}

@test "a field of the release, given to all of its tracks, changes the release" {
	mapfile -t t < <(lib-search --ids 'album:takk')
	[ "${#t[@]}" -eq 2 ]
	before=$(albums "${t[@]}")
	lib-commit --amend "${t[@]}" album='Thanks...' label=EMI albumartist='Victory Rose' >/dev/null
	[ "$(albums "${t[@]}")" = "$before" ]
	[ "$(query "SELECT album, album_key, albumartist_key FROM release WHERE id = ${before%% *}")" = 'Thanks...|thanks|victory rose' ]
	[ "$(lib-search --count 'album:thanks')" = 2 ]
	[ "$(field "${t[0]}" albumartists)" = '["Victory Rose"]' ]
	run -1 lib-search -q --ids album:takk
	index_agrees
}

@test "given to some, those tracks go to another release, made or found; its pictures go along" {
	mapfile -t t < <(lib-search --ids 'album:takk')
	lib-commit --amend "${t[0]}" album='Thanks...' >/dev/null
	read -r a b < <(albums "${t[@]}")
	[ "$a" != "$b" ]
	[ "$(field "${t[0]}" album)" = '"Thanks..."' ]
	[ "$(field "${t[1]}" album)" = '"Takk..."' ]
	[ "$(field "${t[0]}" albumartist)" = "$(field "${t[1]}" albumartist)" ]
	[ "$(field "${t[0]}" cover)" = "$(field "${t[1]}" cover)" ]
	lib-commit --amend "${t[1]}" album='Thanks...' >/dev/null
	[ "$(albums "${t[@]}")" = "$a $a" ]
	# back again: the release that was left finds its tracks
	lib-commit --amend "${t[1]}" album='Takk...' >/dev/null
	[ "$(albums "${t[@]}")" = "$a $b" ] || [ "$(albums "${t[@]}")" = "$b $a" ]
	[ "$(lib-search --albums | wc -l)" -gt 10 ]
	index_agrees
	intact
}

@test "the release's id stays behind when some of its tracks get another album" {
	mapfile -t t < <(lib-search --ids 'album:takk')
	mbid=0a1b2c3d-0000-4000-8000-00000000000a
	lib-commit --amend "${t[@]}" mb_albumid=$mbid mb_releasegroupid=$mbid barcode=0724384960650 >/dev/null
	lib-commit --amend "${t[0]}" album=Single >/dev/null
	[ -z "$(field "${t[0]}" mb_albumid)" ]
	[ -z "$(field "${t[0]}" mb_releasegroupid)" ]
	[ "$(field "${t[1]}" mb_albumid)" = "\"$mbid\"" ]
	lib-commit --amend "${t[1]}" album=Single >/dev/null
	[ "$(field "${t[1]}" album)" = '"Single"' ]
}

@test "a track without an album goes to the album that it is given, and to its artist's rest when it loses it" {
	t=$(track untagged)
	b=$(track Roygbiv)
	lib-commit --amend "$t" artist='Boards of Canada' album='Music Has the Right to Children' \
		albumartist='Boards of Canada' >/dev/null
	read -r x y < <(albums "$b" "$t")
	[ "$x" = "$y" ] || [ "$(field "$b" albumartist)" != '"Boards of Canada"' ]
	lib-commit --amend "$t" album= albumartist= >/dev/null
	lib-commit --amend "$b" album= albumartist= >/dev/null
	read -r x y < <(albums "$b" "$t")
	[ "$x" = "$y" ]
	index_agrees
}

@test "recordings: an MBID joins tracks, and one track of a joined pair gets its own" {
	mbid=0a1b2c3d-0000-4000-8000-00000000000a
	lib-commit --amend 1 mb_trackid=$mbid >/dev/null
	lib-commit --amend 2 mb_trackid=$mbid >/dev/null
	[ "$(query "SELECT count(DISTINCT recording_id) FROM track WHERE id <= 2")" = 1 ]
	[ "$(lib-search --count is:dup)" -ge 2 ]
	lib-commit --amend 2 mb_trackid=${mbid%a}b >/dev/null
	[ "$(field 1 mb_trackid)" = "\"$mbid\"" ]
	[ "$(field 2 mb_trackid)" = "\"${mbid%a}b\"" ]
	lib-commit --undo >/dev/null
	[ "$(query "SELECT count(DISTINCT recording_id) FROM track WHERE id <= 2")" = 1 ]
}

@test "two at once: the second waits, or gets 75" {
	python3 - "$FONOTECA_LIBRARY/library.db" <<-'PY' &
	import sqlite3, sys, time
	db = sqlite3.connect(sys.argv[1], isolation_level=None)
	db.execute("BEGIN IMMEDIATE")
	open("held", "w").close()
	time.sleep(3)
	PY
	until [ -e held ]; do sleep 0.05; done
	fails 75 lib-commit --wait=0 --amend 1 title=x
	run -0 lib-commit --amend 1 title=x
	wait
	[ "$(field 1 title)" = '"x"' ]
}

@test "values are trimmed of the blanks of any script, brought to NFC, and refused with control characters" {
	t=$(track Roads)
	lib-commit -q --amend "$t" title=$'\u3000 Dirt\u00a0Tracks \t\u200b' artist=$'Bjo\u0308rk' tags.studio=$' \ufeffslow\n'
	[ "$(field "$t" title)" = $'"Dirt\u00a0Tracks"' ]
	[ "$(field "$t" artist)" = $'"Bj\u00f6rk"' ]
	lib-commit -q --amend "$t" composer='  Geoff Barrow ' bpm=' 91,5 ' track=' 7' date=$'1994\n' mb_trackid=' 0A1B2C3D-0000-4000-8000-00000000000a '
	[ "$(query "SELECT track, bpm, date FROM track WHERE id = $t")" = "7|91.5|1994" ]
	before=$(catalogue)
	for value in $'a\nb' $'a\tb' $'a\eb' $'a\rb' $'\u0085x' $'a\u009bb' $'a\x7fb' $'\xff'; do
		fails 2 lib-commit --amend "$t" title="$value"
		[[ $stderr == "lib-commit: title takes "* ]]
		fails 2 lib-import --set artist="$value" "$FIXTURES/audio"
	done
	fails 2 lib-commit --amend "$t" lyrics=$'a\eb'
	fails 2 lib-commit --amend "$t" genre+='  '
	fails 2 lib-commit --amend "$t" genre-=$'\u3000'
	[ "$(catalogue)" = "$before" ]
	lib-commit -q --amend "$t" lyrics=$' one\n\ttwo\n' comment=$'a\nb'
	[ "$(field "$t" lyrics)" = '"one\n\ttwo"' ]
	lib-commit -q --amend "$t" title='   ' artist=$'\u2003' composer=' ' bpm=' ' tags.studio='  '
	[ -z "$(field "$t" title)$(field "$t" artist)$(field "$t" composer)$(field "$t" bpm)" ]
	[ "$(query "SELECT count(*) FROM tag JOIN tagname n ON n.id = name_id WHERE n.name = 'studio'")" = 0 ]
	mkdir one && cp "$FIXTURES/audio/roads.wv" one && printf x >>one/roads.wv
	lib-import -q --set title='  ' --set artist=$'\u3000Beth  Gibbons ' one | lib-commit -q --ids >id
	[ -z "$(field "$(cat id)" title)" ]
	[ "$(field "$(cat id)" artist)" = '"Beth  Gibbons"' ]
}
