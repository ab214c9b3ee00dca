# SPDX-License-Identifier: MIT
# The media worker as a program: what it says by hand, how it is found, how it is shut in.
load helper

setup() {
	setup_fonoteca
	WORKER=$FONOTECA_BUILD/libexec/media-worker
	DUMP=$FONOTECA_BUILD/unit/media-dump
}

@test "--version names the suite" {
	run -0 "$WORKER" --version
	[[ $output == "media-worker (Fonoteca) "* ]]
}

@test "by hand it says in a sentence what it is, with status 2" {
	for args in "" "--help" "--serve 1 2 3" "file.mp3"; do
		# shellcheck disable=SC2086
		run -2 --separate-stderr "$WORKER" $args 3>&-
		[ -z "$output" ]
		[[ $stderr == "media-worker: "* ]]
		[ "$(wc -l <<<"$stderr")" -eq 1 ]
	done
}

@test "a release build is shut in by landlock, seccomp and a limit of memory" {
	[ -z "${FONOTECA_SAN:-}" ] || skip "a sanitizer needs what the sandbox denies"
	run -0 "$DUMP" --sandbox
	[[ $output == *"seccomp=1"* ]]
	[[ $output == *"rlimit_as=536870912"* ]]
	grep -qw landlock /sys/kernel/security/lsm 2>/dev/null || return 0
	[[ $output != *"landlock=0"* ]]
}

@test "every fixture is read, and its README's formats are right" {
	local file format rest
	while IFS='|' read -r _ file format rest; do
		read -r file <<<"$file"
		read -r format <<<"$format"
		[ -f "$FIXTURES/audio/$file" ] || continue
		run -0 "$DUMP" "$FIXTURES/audio/$file"
		[ "$(cut -f 2,3 <<<"$output" | sed -n 's/^format\t//p;s/^codec\t//p' | paste -sd ' ')" = "$format" ]
	done <"$FIXTURES/audio/README"
	[ "$(grep -c '^| [a-z].*[.]' "$FIXTURES/audio/README")" -eq "$(find "$FIXTURES/audio" -type f ! -name README | wc -l)" ]
}

@test "what is no audio is told, whatever its name" {
	for f in "$FIXTURES"/other/*; do
		run -0 "$DUMP" "$f"
		[[ $output == *"NOT_AUDIO"* ]]
	done
}

@test "a file that lost its end is damaged, or cannot be read" {
	for f in "$FIXTURES"/damaged/*; do
		run -0 "$DUMP" "$f"
		[[ $output == *$'\tdamaged\t1'* || $output == *"MALFORMED"*"cannot be read: its end is missing"* ]]
	done
	run -0 "$DUMP" "$FIXTURES"/audio/[a-z]*
	[[ $output != *$'\tdamaged\t'* ]]
}

@test "a tag of many megabytes and a bomb stay the file's own business" {
	python3 - "$FIXTURES/audio/untagged.wav" <<-'PY'
	import sys, zlib
	def frame(name, data, flags=b"\0\0"):
	    n = len(data)
	    return name + bytes([n >> 21 & 127, n >> 14 & 127, n >> 7 & 127, n & 127]) + flags + data
	def tag(frames):
	    n = len(frames)
	    return b"ID3\4\0\0" + bytes([n >> 21 & 127, n >> 14 & 127, n >> 7 & 127, n & 127]) + frames
	audio = (b"\xff\xfb\x90\0" + b"\0" * 413) * 8
	open("long.mp3", "wb").write(tag(frame(b"TIT2", b"\3" + b"x" * 10000000)) + audio)
	# 1.9 GB of one letter in 2 MB: more than the worker may have
	packer = zlib.compressobj(9)
	packed = packer.compress(b"\3")
	for _ in range(1900):
	    packed += packer.compress(b"a" * 1000000)
	packed += packer.flush()
	packed = b"\x5f\x2f\x08\0" + packed
	open("bomb.mp3", "wb").write(tag(frame(b"TIT2", packed, b"\0\x09")) + audio)
	PY
	run -0 "$DUMP" long.mp3 bomb.mp3 "$FIXTURES/audio/roads.wv"
	[[ $output == *"long.mp3"$'\tnote\t'"the tag TITLE is longer than 1 MiB and was cut"* ]]
	[[ $output == *"roads.wv"$'\ttitle\tRoads'* ]]
	title=$(sed -n 's/^long.mp3\ttitle\t//p' <<<"$output")
	[ ${#title} -gt 1000000 ] && [ ${#title} -le 1048576 ]
	[ -z "${FONOTECA_SAN:-}" ] || return 0
	# TagLib before 2.3 unpacks all of it
	[[ $output == *"bomb.mp3"$'\terror\tMALFORMED its tags need more than 512 MiB'* || $output == *"bomb.mp3"$'\tformat\t'* ]]
}
