# SPDX-License-Identifier: MIT
# What the sound says: decoding, what is kept and what is done again, tempo and key where tags are silent.
load helper

setup() {
	setup_fonoteca
	requires lib-analyze
	MUSIC=$TREE/share/demo/music
}

# band STYLE BPM KEY SECONDS FILE: a WAV file of known tempo and key (tests/unit/band.h; KEY 12 and up: minor).
band() {
	"$FONOTECA_BUILD/unit/sound-score" write "$@"
}

# take PATH... : into the library.
take() {
	(set -o pipefail && lib-import -q "$@" | lib-commit -q)
}

# found TRACK FIELD: what lib-search --show tells of its sound.
found() {
	lib-search --json --show "$1" | jq -r ".sound[0].$2"
}

@test "all is heard once; a rerun does nothing, and so does another tag" {
	take "$MUSIC/Old Songs"
	run -0 --separate-stderr lib-analyze
	[ -z "$output" ]
	[ "$stderr" = "lib-analyze: 5 analysed, 0 failed, 0 damaged, 0 left" ]
	[ "$(query "SELECT count(*) FROM sound WHERE error IS NULL AND lufs < -10 AND vector IS NOT NULL AND check_version > 0")" = 5 ]
	at=$(query "SELECT group_concat(id) || group_concat(at) FROM sound")
	run -0 --separate-stderr lib-analyze -v
	[ "$stderr" = "lib-analyze: 0 analysed, 0 failed, 0 damaged, 0 left" ]
	lib-commit -q --amend 1 title=Other
	lib-commit -q --write-tags 1
	run -0 --separate-stderr lib-analyze -v
	[ "$stderr" = "lib-analyze: 0 analysed, 0 failed, 0 damaged, 0 left" ]
	[ "$(query "SELECT group_concat(id) || group_concat(at) FROM sound")" = "$at" ]
	[ "$(found 1 bpm)" != null ]
	intact
}

@test "what was found comes back with a track that was removed and imported again" {
	take "$MUSIC/Old Songs/02 Frère Jacques.ogg"
	lib-analyze -q
	bpm=$(lib-search --json --show 1 | jq .bpm)
	[ "$bpm" != null ]
	lib-commit -q --remove 1
	FONOTECA_NOW=$(($(date +%s) + 86400)) lib-sweep -q orphans
	lib-sweep -q --grace 0 trash
	(set -o pipefail && lib-import -q --again "$MUSIC/Old Songs/02 Frère Jacques.ogg" | lib-commit -q)
	[ "$(lib-search --json --show "$(lib-search --ids jacques)" | jq .bpm)" = "$bpm" ]
	run -0 --separate-stderr lib-analyze -v
	[[ $stderr == *"0 analysed"* ]]
}

@test "an analysis of an older version is made again, and no other" {
	take "$MUSIC/Small Hours"
	lib-analyze -q
	sqlite3 "$FONOTECA_LIBRARY/library.db" "UPDATE sound SET key_version = 0, key = NULL, bpm = 77 WHERE id = 1"
	[ "$(lib-analyze -n)" = $'1\tkey' ]
	run -0 lib-analyze --json
	[ "$(jq -c 'select(.type == "sound") | [.track, .analyses]' <<<"$output")" = '[1,["key"]]' ]
	[ "$(query "SELECT bpm = 77 AND key IS NOT NULL FROM sound WHERE id = 1")" = 1 ]
}

@test "--only does these, --all again, a query chooses; nothing found is status 1" {
	take "$MUSIC/Small Hours"
	lib-analyze -q --only check,loudness
	[ "$(query "SELECT sum(check_version), sum(loudness_version), sum(bpm_version) FROM sound")" = "3|3|0" ]
	[ "$(lib-analyze -n love | cut -f 2 | sort -u)" = bpm,key,fingerprint,features ]
	run -0 lib-analyze --json --all --only loudness input
	[ "$(jq -s 'length' <<<"$output")" = 2 ]
	is_json <<<"$output"
	run -1 lib-analyze nothingofthiskind
	fails 2 lib-analyze --only bpm,beat
	[[ $stderr == *"'beat'"* ]]
	fails 2 lib-analyze --prefer nobody
	fails 2 lib-analyze --time-limit never
}

@test "tempo and key are those that were played, and stand in for tags that are silent" {
	band 2 128 9 16 house.wav
	band 0 96.5 12 16 rock.wav
	take house.wav rock.wav
	lib-analyze -q
	house=$(lib-search --ids duration:16 | head -n 1)
	run -0 lib-search --json --show "$house"
	jq -e '(.bpm - 128 | fabs) < 0.5 and .key == "A" and .sound[0].camelot == "11B" and .from[0].bpm == "sound"' <<<"$output"
	[ "$(lib-search --ids bpm:127..129)" = "$house" ]
	[ "$(lib-search --ids key:11B)" = "$house" ]
	[ "$(lib-search --ids bpm:96..97 key:Cm | wc -l)" = 1 ]
	[ "$(lib-search --ids -s bpm- | head -n 1)" = "$house" ]
	lib-search --json "id:$house" | jq -e '.heard == ["bpm", "key"]'
	[ "$(lib-search -f '$heard, ${mood|heard}' "id:$house")" = "bpm; key, bpm; key" ]
	[ "$(lib-search --tsv --fields id,heard "id:$house")" = "$house"$'\t'"bpm; key" ]
	rock=$(lib-search --ids bpm:96..97)
	[[ $(lib-playlist mix "$house" "$rock") == *"heard, not tagged: tempo of A, key of A, tempo of B, key of B"* ]]
	# a tag goes first, until it is told otherwise
	lib-commit -q --amend "$house" bpm=64 key=C
	[ "$(lib-search --ids bpm:64 key:C)" = "$house" ]
	lib-search --json "id:$house" | jq -e '.heard == null and .bpm == 64'
	[ "$(lib-search -f '${heard|from tags}' "id:$house")" = "from tags" ]
	[[ $(lib-playlist mix "$house" "$rock") == *"heard, not tagged: tempo of B, key of B"* ]]
	lib-playlist mix --json "$house" "$rock" | jq -e '.from.bpm_from == null and .to.bpm_from == "sound" and .to.key_from == "sound"'
	lib-search --json --show "$house" | jq -e '.from[0] == {bpm: "tags", key: "tags"} and .bpm == 64'
	lib-analyze -q --prefer analysis bpm:64
	[ "$(lib-search --ids bpm:127..129 key:A)" = "$house" ]
	lib-search --json --show "$house" | jq -e '.from[0].bpm == "sound"'
	lib-sweep -q optimize
	[ "$(lib-search --ids bpm:127..129)" = "$house" ]
	lib-analyze -q --prefer tags
	[ -z "$(lib-search --ids bpm:127..129)" ]
	lib-commit -q --undo
	[ "$(lib-search --ids bpm:127..129)" = "$house" ]
}

@test "tags are not changed by what is heard" {
	take "$MUSIC/Old Songs"
	before=$(query "SELECT group_concat(ifnull(bpm, '-') || ifnull(key, '-')) FROM track")
	lib-analyze -q
	[ "$(query "SELECT group_concat(ifnull(bpm, '-') || ifnull(key, '-')) FROM track")" = "$before" ]
	[ "$(query "SELECT count(*) FROM amended")" = 0 ]
}

@test "loudness is what ffmpeg's ebur128 measures, within 0.1 LU" {
	requires ffmpeg
	band 0 120 0 12 rock.wav
	band 4 80 16 12 strings.wav
	ffmpeg -v error -i rock.wav -af volume=-14dB -c:a flac soft.flac
	ffmpeg -v error -i strings.wav -c:a libvorbis -q:a 4 strings.ogg
	ffmpeg -v error -i rock.wav -ar 48000 -ac 6 -filter:a 'pan=5.1|FL=c0|FR=c0|FC=c0|LFE=c0|BL=0.5*c0|BR=0.5*c0' around.flac
	take rock.wav soft.flac strings.ogg around.flac
	lib-analyze -q --only loudness
	for f in rock.wav soft.flac strings.ogg around.flac; do
		theirs=$(ffmpeg -nostats -i "$f" -af ebur128=peak=true -f null - 2>&1 |
			awk '/Summary/ { on = 1 } on && $1 == "I:" { i = $2 } on && $1 == "LRA:" { r = $2 } on && $1 == "Peak:" { p = $2 } END { print i, r, p }')
		ours=$(query "SELECT lufs, range, 20 * log10(peak) FROM sound s JOIN file_sound x USING (hash) JOIN file f ON f.id = x.file_id
			WHERE CAST(f.source AS TEXT) LIKE '%/$f'" | tr '|' ' ')
		awk -v a="$theirs" -v b="$ours" 'BEGIN { split(a, x); split(b, y);
			exit !((x[1] - y[1])^2 <= 0.01001 && (x[2] - y[2])^2 <= 0.0401 && (x[3] - y[3])^2 <= 0.09) }' ||
			fail "$f: ffmpeg says $theirs, we say $ours"
	done
}

@test "a tone that stands and noise have no tempo, music has" {
	requires ffmpeg
	for rate in 44100 192000; do
		ffmpeg -v error -f lavfi -i "sine=440:d=10:r=$rate" "tone $rate.flac"
	done
	ffmpeg -v error -f lavfi -i "sine=300:d=10:r=16000" -b:a 32k tone.mp3
	ffmpeg -v error -f lavfi -i anoisesrc=d=20:seed=1 noise.flac
	band rock 96 0 20 song.wav
	take ./*.flac ./*.mp3 ./*.wav
	lib-analyze -q
	[ "$(query "SELECT count(*) FROM sound WHERE error IS NULL")" = 5 ]
	[ "$(lib-search -f '$title' has:bpm)" = song ] || fail "$(lib-search -f '$title $bpm' has:bpm)"
}

@test "samples that are no numbers, or beyond all measure, are damage and no error" {
	python3 - <<-'END'
	import struct
	n = 44100 * 6
	data = b''.join(struct.pack('<f', float('nan') if i % 1000 == 0 else 1e20 if i % 1000 == 1 else (i % 100) / 200) for i in range(n))
	open('float.wav', 'wb').write(b'RIFF' + struct.pack('<I', 36 + len(data)) + b'WAVEfmt ' +
	    struct.pack('<IHHIIHH', 16, 3, 1, 44100, 4 * 44100, 4, 32) + b'data' + struct.pack('<I', len(data)) + data)
	END
	take float.wav
	fails 3 lib-analyze
	[[ $stderr == *"track 1 is damaged: 530 of its samples are no numbers, or beyond all measure"* ]] || fail "$stderr"
	[ "$(found 1 lufs)" != null ]
	lib-search -q is:damaged
}

@test "silence has no loudness, no tempo and no key, and is no error" {
	requires ffmpeg
	ffmpeg -v error -f lavfi -i anullsrc=r=44100 -t 6 silence.flac
	take silence.flac
	lib-analyze -q
	[ "$(query "SELECT lufs IS NULL AND bpm IS NULL AND key IS NULL AND error IS NULL AND damage IS NULL FROM sound")" = 1 ]
}

@test "check finds a FLAC file whose samples are not those that were encoded, and is:damaged shows it" {
	requires ffmpeg
	band 0 120 0 3 song.wav
	ffmpeg -v error -i song.wav whole.flac
	cp whole.flac wrong.flac
	printf 'wrongwrongwrong!' | dd of=wrong.flac bs=1 seek=26 conv=notrunc status=none # the MD5 in its head
	take whole.flac wrong.flac
	run -3 --separate-stderr lib-analyze --only check
	[[ $stderr == *"is damaged"*MD5* ]]
	[ "$(lib-search --count is:damaged)" = 1 ]
	lib-search --json --show "$(lib-search --ids is:damaged)" | jq -e '.sound[0].damage != null and (.source | endswith("wrong.flac"))'
	run -0 lib-analyze
}

@test "what cannot be decoded is told once, with status 3, and the others go on" {
	requires ffmpeg
	take "$MUSIC/Small Hours"
	file=$(query "SELECT lower(hex(sha256)) || '.' || suffix FROM blob b JOIN file f ON f.blob_id = b.id WHERE f.track_id = 2")
	chmod u+w "$FONOTECA_LIBRARY/blobs/${file:0:2}/$file"
	head -c 20000 /dev/urandom >"$FONOTECA_LIBRARY/blobs/${file:0:2}/$file"
	run -3 --separate-stderr lib-analyze --json
	[[ $stderr == *"track 2"* ]]
	[ "$(jq -c 'select(.type == "summary") | [.analysed, .failed]' <<<"$output")" = '[2,1]' ]
	[[ $(jq -r 'select(.track == 2) | .reason' <<<"$output") == *"cannot be read"* ]]
	[ "$(query "SELECT count(*) FROM sound WHERE error IS NOT NULL")" = 1 ]
	run -0 --separate-stderr lib-analyze -v
	[[ $stderr == *"0 analysed, 0 failed"* ]]
	run -3 lib-analyze -q --all
}

@test "a worker that dies, hangs or is not there is the file's error, or the run's" {
	take "$MUSIC/Small Hours"
	printf '#!/bin/sh\nkill -SEGV $$\n' >dies && chmod +x dies
	FONOTECA_SOUND_WORKER=$PWD/dies run -3 --separate-stderr lib-analyze
	[[ $stderr == *"sound reader crashed (signal 11)"* ]]
	FONOTECA_SOUND_WORKER=$PWD/nowhere run -3 --separate-stderr lib-analyze --all
	[[ $stderr == *nowhere* ]]
	run -0 lib-analyze -q --all
	[ "$(query "SELECT count(*) FROM sound WHERE error IS NULL")" = 3 ]
}

@test "killed at any moment it leaves the library intact, and the next run does the rest" {
	take "$MUSIC"
	timeout -s KILL 0.15 lib-analyze -q -j 2 || true
	intact
	lib-analyze -q
	[ "$(query "SELECT count(*) FROM sound WHERE lufs IS NOT NULL")" = 8 ]
	[ -z "$(lib-analyze -n)" ]
}

@test "a time limit ends it between two files; the next run goes on" {
	take "$MUSIC"
	run -0 --separate-stderr lib-analyze -j 1 --time-limit 1ms
	[[ $stderr == *" left" && $stderr != *" 0 left" ]]
	run -0 --separate-stderr lib-analyze
	[[ $stderr == *" 0 left" ]]
}

@test "two of them do not do the same: the second gets status 75" {
	take "$MUSIC/Small Hours"
	mkfifo hold
	printf '#!/bin/sh\n: >begun\nread line <hold\nexec "%s/libexec/sound-worker" "$@"\n' "$FONOTECA_BUILD" >waits && chmod +x waits
	FONOTECA_SOUND_WORKER=$PWD/waits lib-analyze -q -j 1 3>&- &
	until [ -e begun ]; do sleep 0.02; done
	fails 75 lib-analyze
	[[ $stderr == *"another lib-analyze"* ]]
	echo go >hold
	wait $!
	run -0 lib-analyze
}

@test "parts of a file are heard each by itself" {
	band 2 128 9 12 a.wav
	band 0 90 0 12 b.wav
	python3 - <<-'PY'
	a, b = (open(n + ".wav", "rb").read()[44:] for n in "ab")
	head = bytearray(open("a.wav", "rb").read()[:44])
	head[4:8] = (36 + len(a + b)).to_bytes(4, "little")
	head[40:44] = len(a + b).to_bytes(4, "little")
	open("both.wav", "wb").write(bytes(head) + a + b)
	PY
	rm a.wav b.wav
	printf 'FILE "both.wav" WAVE\n  TRACK 01 AUDIO\n    TITLE "First"\n    INDEX 01 00:00:00\n  TRACK 02 AUDIO\n    TITLE "Second"\n    INDEX 01 00:12:00\n' >both.cue
	take .
	lib-analyze -q
	[ "$(lib-search -f '$title' bpm:127..129)" = First ]
	[ "$(lib-search -f '$title' bpm:89..91)" = Second ]
}

@test "the sound worker is shut in" {
	[ -z "${FONOTECA_SAN:-}" ] || skip "a sanitizer needs what the sandbox denies"
	FONOTECA_SOUND_WORKER=$FONOTECA_BUILD/libexec/sound-worker run -0 "$FONOTECA_BUILD/unit/media-dump" --sandbox sound
	[[ $output == *"seccomp=1"* && $output != *"rlimit_as=0"* ]]
	run -2 "$FONOTECA_BUILD/libexec/sound-worker"
	run -0 "$FONOTECA_BUILD/libexec/sound-worker" --version
}

@test "what the kernel lacks for the sandbox is noted, once" {
	requires strace
	[ -z "${FONOTECA_SAN:-}" ] || skip "a sanitizer needs what the sandbox denies"
	take "$MUSIC/Small Hours"
	run -0 --separate-stderr strace -f -qq -o /dev/null -e trace=landlock_create_ruleset \
		-e inject=landlock_create_ruleset:error=EOPNOTSUPP lib-analyze -j2 --only check
	[ "$(grep -c "lib-analyze: files were decoded without landlock: this kernel has none" <<<"$stderr")" = 1 ]
	[ "$(query "SELECT count(*) FROM sound WHERE error IS NULL")" = 3 ]
}

@test "every kind of file of the tests is decoded" {
	take "$FIXTURES/audio"
	run -0 lib-analyze -q
	[ "$(query "SELECT count(*) FROM sound WHERE error IS NOT NULL OR damage IS NOT NULL")" = 0 ]
	[ "$(query "SELECT count(DISTINCT format) > 8 FROM file")" = 1 ]
}

@test "--write-tags --gain writes ReplayGain 2 of track and album, for Opus R128, and another program reads it" {
	requires ffmpeg
	mkdir album
	band 0 120 0 6 a.wav
	band 4 80 16 6 b.wav
	ffmpeg -v error -i a.wav -metadata title=A -metadata album=X -metadata artist=Y album/a.flac
	ffmpeg -v error -i b.wav -af volume=-2dB -c:a libopus -b:a 96k -metadata title=B -metadata album=X -metadata artist=Y album/b.opus
	take album
	run -4 --separate-stderr lib-commit --write-tags --gain 1
	[[ $stderr == *"lib-analyze --only loudness"* ]]
	lib-analyze -q --only loudness
	lib-commit -q --write-tags --gain 1 2
	for t in 1 2; do
		lib-search --json --show $t | jq -e '(.rg_track_gain - .sound[0].gain | fabs) < 0.011 and .rg_album_gain != null'
	done
	[ "$(lib-search -f '$rg_album_gain' album:X | sort -u | wc -l)" -le 2 ]
	# the album is as loud as both behind each other are
	ffmpeg -v error -i album/a.flac -i album/b.opus -filter_complex \
		'[0:a]aresample=48000[x];[1:a]aresample=48000[y];[x][y]concat=n=2:v=0:a=1' both.wav
	lufs=$(ffmpeg -nostats -i both.wav -af ebur128 -f null - 2>&1 | awk '/Summary/ { on = 1 } on && $1 == "I:" { print $2 }')
	lib-search --json --show 1 | jq -e --argjson lufs "$lufs" '(.rg_album_gain - (-18 - $lufs) | fabs) < 0.16'
	opus=$(lib-search --files id:2)
	r128=$(ffprobe -v error -show_entries stream_tags=R128_TRACK_GAIN -of csv=p=0 "$opus")
	lib-search --json --show 2 | jq -e --argjson r "$r128" '(.rg_track_gain - 5 - $r / 256 | fabs) < 0.01'
	run -0 --separate-stderr lib-commit -v --write-tags --gain 1 2
	[ -z "$output" ]
	[ "$(grep -c 'says so already' <<<"$stderr")" = 2 ]
	run -0 --separate-stderr lib-commit --write-tags 1
	[ -z "$output" ]
	fails 2 lib-commit --gain --remove 1
	lib-commit -q --undo
	[ "$(lib-search --json --show 2 | jq .rg_track_gain)" = null ]
	intact
	lib-sweep health | grep -qE '^sounds +2 analysed, 2 in part, 0 failed, 0 damaged'
}

@test "a recording is known again in other encodings, cut and softer, and no other is taken for it" {
	requires ffmpeg
	mkdir m
	band 0 120 0 20 a.wav
	band 2 125 5 20 b.wav
	band 4 90 14 20 c.wav
	ffmpeg -v error -i a.wav -b:a 128k -metadata title=lossy m/a.mp3
	take m
	lib-analyze -q
	run -1 lib-analyze --duplicates
	ffmpeg -v error -i a.wav -metadata title=whole m/a.flac
	ffmpeg -v error -ss 1.7 -i a.wav -af volume=-9dB -c:a libopus -b:a 96k -metadata title=cut m/a.opus
	ffmpeg -v error -i b.wav -metadata title=b m/b.flac
	ffmpeg -v error -i c.wav -metadata title=c m/c.flac
	take m
	lib-analyze -q
	run -0 --separate-stderr lib-analyze --duplicates
	[[ $stderr == *"1 recording is there more than once: 2 tracks of "*"B could go" ]]
	[ "$(cut -f 2,5 <<<"$output" | head -n 1)" = $'keep\twhole' ]
	[ "$(cut -f 2,5 <<<"$output" | sed 1d | sort)" = $'drop\tcut\ndrop\tlossy' ]
	[ "$(lib-search -f '$title' is:dup | sort | tr '\n' ' ')" = "cut lossy whole " ]
	lib-analyze --json --duplicates | is_json
	lib-analyze --json --duplicates | jq -se '.[-1] | .type == "summary" and .recordings == 1 and .drop == 2 and .drop_bytes > 100000'
	# a rerun of all of it changes nothing
	groups=$(query "SELECT id, sound_group FROM track ORDER BY 1")
	lib-analyze -q --all --only fingerprint
	[ "$(query "SELECT id, sound_group FROM track ORDER BY 1")" = "$groups" ]
	lib-commit -q --remove "$(lib-search --ids title:whole)"
	[ "$(lib-analyze --duplicates | wc -l)" = 2 ]
	fails 2 lib-analyze --duplicates love
}

@test "--staged hears what waits for its commit, which then knows it whatever its tags say" {
	requires ffmpeg
	mkdir lossless lossy
	band 0 120 0 20 a.wav
	band 2 125 5 20 b.wav
	ffmpeg -v error -i a.wav -metadata artist=A -metadata album=X -metadata track=1 -metadata title="The Song" lossless/a.flac
	ffmpeg -v error -i b.wav -metadata artist=A -metadata album=X -metadata track=2 -metadata title=Other lossless/b.flac
	take lossless
	lib-analyze -q
	tagged() { ffmpeg -v error "${@:4}" -metadata artist=A -metadata album="$2" -metadata track="$3" -metadata title="$1" "lossy/$1.mp3"; }
	tagged "Teh Song" X 1 -ss 3 -i a.wav  # the same place, misspelt and cut
	tagged Another X 3 -i a.wav           # another number is another place
	tagged Other Best 7 -i b.wav          # another release: of the same recording
	tagged Wrong Best 8 -i b.wav -b:a 96k # whatever it is, it does not say that it is that song
	s=$(lib-import -q lossy)
	[ "$(lib-commit --json --show "$s" | jq -r 'select(.type == "item").verdict' | sort -u)" = new ]
	[ "$(lib-analyze --staged -n "$s" | wc -l)" = 4 ]
	lib-analyze --json --staged --only fingerprint | is_json
	[ -z "$(lib-analyze --staged -n --only fingerprint)" ]
	lib-commit --json --show "$s" | jq -se --arg dir "$PWD/lossy/" 'map(select(.type == "item")
		| {(.source | ltrimstr($dir)): [.verdict, .why, .track, .recording_of, .known_by]}) | add == {
		"Teh Song.mp3": ["conflict", "sound", 1, null, null], "Another.mp3": ["new", null, null, null, null],
		"Other.mp3": ["new", null, null, 2, "sound"], "Wrong.mp3": ["new", null, null, null, null]}'
	lib-commit -q "$s"
	[ "$(query "SELECT count(*) FROM file WHERE track_id = 1")" = 2 ]
	[ "$(query "SELECT count(DISTINCT recording_id) FROM track WHERE title = 'Other'")" = 1 ]
	[ -z "$(lib-analyze -n --only fingerprint)" ] # it is known of the tracks
	[ "$(lib-search --count is:dup)" = 5 ]
	fails 4 lib-analyze --staged "$s"
	[[ $stderr == *"session $s is committed"* ]]
	fails 4 lib-analyze --staged s99
	fails 2 lib-analyze --staged 12x
	fails 2 lib-analyze --staged --duplicates
	run -0 lib-analyze --staged
	intact
}

@test "what sounds alike is similar, with the reason, though no tag tells anything" {
	for style in 0 1 2 4; do
		for key in 1 2; do
			band $style $((100 + key)) 5 12 "style$style-$key.wav"
		done
	done
	take .
	run -1 lib-search --similar 1
	lib-analyze -q
	id() { query "SELECT track_id FROM file WHERE CAST(source AS TEXT) LIKE '%/$1.wav'"; }
	for style in 1 2 4; do
		[ "$(lib-search --ids --similar "$(id "style$style-1")" | head -n 1)" = "$(id "style$style-2")" ]
	done
	lib-search --explain --similar "$(id style4-1)" | head -n 1 | grep -q ' %.*bpm'
	lib-search --json --explain --similar "$(id style4-1)" | jq -se '.[0].similar.reasons | map(.reason) | index("sound") != null'
	# without fingerprints and vectors nothing is lost but that
	sqlite3 "$FONOTECA_LIBRARY/library.db" "DELETE FROM sound_near"
	lib-search --json --explain --similar "$(id style4-1)" | jq -se 'map(.similar.reasons | map(.reason) | index("sound")) | all(. == null)'
}

@test "hostile heads and odd rates: what libraries sort, and what they refuse, is no crash" {
	requires mutagen
	cp "$FIXTURES/audio/not-up-to-you.mp3" chapters.mp3
	"$PYTHON" - <<-'PY'
	import mutagen.id3 as m, struct
	t = m.ID3("chapters.mp3")
	for i in range(300):
	    t.add(m.CHAP(element_id="c%d" % i, start_time=i, end_time=i + 1))
	t.add(m.CTOC(element_id="toc", flags=3, child_element_ids=["c%d" % i for i in range(255)]))
	t.save("chapters.mp3")
	n = 20000
	def wav(name, rate, channels):
	    data = bytes((i * 37) & 255 for i in range(n))
	    open(name, "wb").write(b"RIFF" + struct.pack("<I", 36 + n) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, channels,
	        rate, rate * channels * 2, channels * 2, 16) + b"data" + struct.pack("<I", n) + data)
	wav("slow.wav", 1000, 1)
	wav("fast.wav", 768000, 1)
	wav("many.wav", 44100, 24)
	PY
	take chapters.mp3 slow.wav fast.wav many.wav
	run -0 lib-analyze
	[ "$(query "SELECT count(*) FROM sound WHERE error IS NULL")" = 4 ]
}

@test "odd sounds have a clear result each, once: one sample, DC, 8 bits, lies about length, chained streams" {
	requires ffmpeg
	mkdir odd
	band 0 120 0 12 a.wav
	ffmpeg -v error -i a.wav -ar 8000 -ac 1 -c:a pcm_u8 odd/8bit.wav
	ffmpeg -v error -i a.wav -ac 6 odd/six.flac
	ffmpeg -v error -i a.wav -af atrim=end_sample=1 odd/one.wav
	ffmpeg -v error -f lavfi -i aevalsrc=0.5:d=6 odd/dc.wav
	ffmpeg -v error -t 6 -i a.wav one.ogg
	ffmpeg -v error -ss 6 -i a.wav -ar 22050 -ac 2 two.ogg
	cat one.ogg two.ogg >odd/chained.ogg
	python3 - <<-'PY'
	data = bytearray(open("a.wav", "rb").read())
	data[40:44] = (0xfffffff0).to_bytes(4, "little")
	open("odd/liar.wav", "wb").write(data)
	PY
	take odd
	run -0 --separate-stderr lib-analyze
	[[ $stderr == *"6 analysed, 0 failed, 0 damaged, 0 left" ]]
	[ "$(query "SELECT count(*) FROM sound WHERE bpm BETWEEN 119 AND 121")" = 4 ]
	[ "$(query "SELECT count(*) FROM sound WHERE bpm IS NULL AND key IS NULL")" = 2 ]
	[ "$(query "SELECT count(*) FROM sound WHERE duration_ms BETWEEN 11900 AND 12200")" = 4 ]
	[ -z "$(lib-analyze -n)" ]
}
