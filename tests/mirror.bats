# SPDX-License-Identifier: MIT
# not under SAN
# The recipes of share/examples that keep a library at another place and bring it back from there, with rclone.
load helper

setup() {
	setup_fonoteca
	requires rclone
	export RCLONE_CONFIG=$PWD/rclone.conf
	: >"$RCLONE_CONFIG"
	mkdir attic
}

teardown() {
	[ -z "${server:-}" ] || kill "$server" 2>/dev/null || true
}

mirror() { "$TREE/share/examples/mirror-with-rclone" "$FONOTECA_LIBRARY" "$1"; }
back() { "$TREE/share/examples/mirror-back-with-rclone" "$@"; }

# contents : what a user has: tracks, playlists, plays, the files' bytes.
contents() {
	lib-search --json '' | jq -cS 'del(.file)'
	lib-playlist --json list | jq -cS 'del(.modified)'
	lib-search --json --plays | jq -cS .
	(cd "$FONOTECA_LIBRARY/blobs" && find . -type f -exec sha256sum {} +) | sort
}

fill() {
	main_line
	lib-playlist -q create Evening
	lib-search --ids love | lib-playlist -q add Evening -
	lib-commit --amend 1 title=Mine >/dev/null
	lib-import -q --history "$FIXTURES"/history/*.log >/dev/null 2>&1 || true
}

# serve KIND FOLDER ARG... : rclone serves it on $port until the end of the test.
serve() {
	port=$("$PYTHON" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	rclone serve "$1" "$2" --addr "127.0.0.1:$port" "${@:3}" >server.log 2>&1 3>&- &
	server=$!
	for ((i = 0; i < 200; i++)); do
		(: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return
		kill -0 "$server" || fail "$(cat server.log)"
		sleep 0.05
	done
	fail "rclone does not serve $1"
}

# there_and_back REMOTE : mirrored, again with something new, and brought back whole to an empty machine.
there_and_back() {
	requires jq
	fill
	mirror "$1"
	lib-commit --amend 2 title=Later >/dev/null
	lib-import -q --set comment=new "$FIXTURES/audio" | lib-commit -q >/dev/null
	FONOTECA_NOW=$(($(date +%s) + 5)) mirror "$1"
	contents >before
	[ "$(wc -l <before)" -gt 20 ]
	mv "$FONOTECA_LIBRARY" gone
	run -0 back "$1" "$FONOTECA_LIBRARY"
	contents | diff before -
	intact
	[ "$(stat -c %a "$FONOTECA_LIBRARY")" = 700 ]
	[ "$(find "$FONOTECA_LIBRARY/blobs" -type f -printf '%m\n' | sort -u)" = 444 ]
	run -0 lib-sweep -q health
	lib-import -q "$FIXTURES/audio" | lib-commit -q
	contents | diff before -
}

@test "to a local remote and back" {
	printf '[attic]\ntype = local\n' >"$RCLONE_CONFIG"
	there_and_back "attic:$PWD/attic"
}

@test "to WebDAV, as rclone serves it, and back" {
	serve webdav attic
	printf '[dav]\ntype = webdav\nurl = http://127.0.0.1:%s\nvendor = other\n' "$port" >"$RCLONE_CONFIG"
	there_and_back dav:music
}

@test "to an S3 store, as rclone serves it, and back" {
	rclone serve s3 --help 2>&1 | grep -q -- '--auth-key' || skip "this rclone cannot serve S3"
	serve s3 attic --auth-key key,secret
	mkdir attic/bucket
	printf '[s3]\ntype = s3\nprovider = Rclone\nendpoint = http://127.0.0.1:%s\naccess_key_id = key\nsecret_access_key = secret\n' \
		"$port" >"$RCLONE_CONFIG"
	there_and_back s3:bucket/music
}

@test "what was cut short is gone on with, there and back" {
	printf '[attic]\ntype = local\n' >"$RCLONE_CONFIG"
	requires jq
	fill
	mirror "attic:$PWD/attic"
	contents >before
	# half of a file, and one that never came
	mapfile -t files < <(find attic/blobs -type f | sort)
	chmod u+w "${files[0]}"
	head -c 100 "${files[0]}" >half && cat half >"${files[0]}"
	rm -f "${files[1]}"
	FONOTECA_NOW=$(($(date +%s) + 5)) mirror "attic:$PWD/attic"
	mv "$FONOTECA_LIBRARY" gone
	# the way back stopped after some files
	mkdir -p "$FONOTECA_LIBRARY/blobs/${files[2]:12:2}"
	head -c 10 "${files[2]}" >"$FONOTECA_LIBRARY/${files[2]#attic/}"
	back "attic:$PWD/attic" "$FONOTECA_LIBRARY"
	contents | diff before -
	intact
}

@test "what the other place has lost is named, and the rest comes" {
	printf '[attic]\ntype = local\n' >"$RCLONE_CONFIG"
	fill
	mirror "attic:$PWD/attic"
	# the only file of a track
	lost=$(query "SELECT lower(hex(sha256)) FROM blob JOIN file f ON blob_id = blob.id WHERE suffix = 'flac' AND
		(SELECT count(*) FROM file WHERE track_id = f.track_id) = 1 LIMIT 1")
	rm -f "attic/blobs/${lost:0:2}/$lost.flac"
	mv "$FONOTECA_LIBRARY" gone
	run -3 --separate-stderr back "attic:$PWD/attic" "$FONOTECA_LIBRARY"
	[[ $stderr == *missing* ]]
	[ "$(lib-search --count is:missing)" -ge 1 ]
	[ "$(query "SELECT count(*) FROM file WHERE state = 'ok'")" -gt 5 ]
}

@test "nothing is laid over a library, and a damaged copy of a catalogue is none" {
	printf '[attic]\ntype = local\n' >"$RCLONE_CONFIG"
	fill
	mirror "attic:$PWD/attic"
	before=$(catalogue)
	run -4 back "attic:$PWD/attic" "$FONOTECA_LIBRARY"
	[ "$(catalogue)" = "$before" ]
	printf x >>"$(echo attic/catalogue/*.db.gz)"
	run back "attic:$PWD/attic" "$PWD/new"
	[ "$status" -ne 0 ]
	[ ! -e new/library.db ]
	run -4 back "attic:$PWD/none" "$PWD/new"
	run -2 back
}
