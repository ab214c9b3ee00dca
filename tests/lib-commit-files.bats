# SPDX-License-Identifier: MIT
# lib-commit --files, --attach, --detach: which files a track has, put right by hand
load helper

setup() {
	setup_fonoteca
	requires python3 mutagen
	mkdir music
	"$PYTHON" "$TREE/tests/fixtures/make-piece.py" music/a.flac title=One tracknumber=1
	"$PYTHON" "$TREE/tests/fixtures/make-piece.py" music/b.flac title=Won tracknumber=1
	lib-import -q music | lib-commit >log
	a=$(sha256sum <music/a.flac | cut -d ' ' -f 1)
	b=$(sha256sum <music/b.flac | cut -d ' ' -f 1)
}

# rows : what undo must bring back, but for times.
rows() {
	query "SELECT id, title, removed IS NULL, rating, recording_id FROM track ORDER BY id"
	query "SELECT id, track_id, state, preferred FROM file ORDER BY id"
	query "SELECT position, track_id FROM entry ORDER BY id"
	query "SELECT track_id, name_id, seq, value FROM tag ORDER BY 1, 2, 3"
	query "SELECT track_id FROM doc ORDER BY 1"
}

@test "--files lists the files of a track, the preferred first" {
	run -0 lib-commit --files 1
	[[ $output == "$a"$'\tok\tpreferred\tflac\t'*$'\t'"$PWD/music/a.flac" ]]
	lib-commit --json --files 1 2 | is_json
	[ "$(lib-commit --json --files 1 2 | grep -c '"type":"file"')" = 2 ]
	run -3 --separate-stderr lib-commit --files 1 99
	[ "${#lines[@]}" = 1 ]
	fails 4 lib-commit --files 99
	fails 2 lib-commit --files
}

@test "--attach gives the files, places and rating of one track to another, once, and can be undone" {
	lib-playlist create Mine
	lib-playlist add Mine 2
	lib-commit --amend 2 rating=80 >log
	before=$(rows)
	run -0 lib-commit -n --attach 2 1
	[ "$(rows)" = "$before" ]
	run -0 lib-commit --attach 2 1
	[ "$output" = $'2\tattached to 1\n1\thas the files of 2' ]
	[ "$(query "SELECT id, track_id FROM file ORDER BY id")" = $'1|1\n2|1' ]
	[ "$(query "SELECT sum(preferred) FROM file")" = 1 ]
	[ "$(query "SELECT rating FROM track WHERE id = 1")" = 80 ]
	[ "$(query "SELECT track_id FROM entry")" = 1 ]
	run -1 lib-search --ids won
	fails 4 lib-commit --attach 2 1
	fails 4 lib-commit --restore 2
	run -0 lib-commit --undo
	[ "$(rows)" = "$before" ]
	[ "$(lib-search --ids won)" = 2 ]
	fails 2 lib-commit --attach 1
	fails 2 lib-commit --attach 1 1
	fails 4 lib-commit --attach 1 99
	intact
}

@test "--detach makes a file a track of its own, by the beginning of its hash or its path; undone" {
	fails 4 lib-commit --detach "${a:0:8}" # its only one
	lib-commit --attach 2 1 >log
	before=$(rows)
	run -0 lib-commit --detach "$FONOTECA_LIBRARY/blobs/${a:0:2}/$a.flac"
	[ "$output" = $'1\tgave a file to 3\n3\tdetached from 1' ]
	[ "$(query "SELECT track_id, preferred FROM file ORDER BY id")" = $'3|1\n1|1' ]
	[ "$(query "SELECT title, recording_id, release_id FROM track WHERE id = 3")" = "$(query "SELECT title, recording_id, release_id FROM track WHERE id = 1")" ]
	[ "$(lib-search --ids is:dup | sort | paste -sd ' ')" = "1 3" ]
	intact
	run -0 lib-commit --undo
	[ "$(rows)" = "$before" ]
	run -0 lib-commit --json --detach "${b:0:9}"
	is_json <<<"$output"
	fails 2 lib-commit --detach "${b:0:7}"
	fails 2 lib-commit --detach nonsense
	fails 4 lib-commit --detach 0123456789abcdef
	[ "$(query "SELECT kind FROM event WHERE kind IN ('attach', 'detach', 'undo') ORDER BY id" | paste -sd ' ')" = "attach detach undo detach" ]
	intact
}
