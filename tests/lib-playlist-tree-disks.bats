# SPDX-License-Identifier: MIT
# Trees on file systems as phones and disks have them: vfat, and those that make clones.
load helper
load disks

setup() {
	setup_fonoteca
	PATH=$PATH:/usr/sbin:/sbin
}

@test "a tree on vfat is kept up to date, also after it was taken out" {
	disk vfat 40M
	main_line
	lib-playlist -q create 'Go: "now"?'
	# letters of ASCII alone, which every driver can write
	lib-search --ids -s id 'artist::^[ -~]+$' 'title::^[ -~]+$' 'album::^[ -~]*$' | lib-playlist -q add p1 -
	n=$(lib-playlist show p1 | wc -l)
	[ "$n" -ge 5 ]
	lib-playlist export p1 --copy disk/player --fs vfat --json | jq -e ".made == $n and .unchanged == 0" >/dev/null
	[ -f 'disk/player/Go_ _now__.m3u8' ]
	for round in 1 2; do
		leave
		enter vfat
		lib-playlist export p1 --copy disk/player --fs vfat --json | jq -e ".made == 0 and .unchanged == $n" >/dev/null
	done
	# everything that the list names is there, with the library's bytes
	grep -v '^#' 'disk/player/Go_ _now__.m3u8' | while read -r file; do
		sha=$(sha256sum <"disk/player/$file" | cut -d ' ' -f 1)
		[ -e "$FONOTECA_LIBRARY/blobs/${sha:0:2}/$sha.${file##*.}" ] || fail "$file"
	done
	lib-playlist -q remove p1 1
	lib-playlist export p1 --link disk/player --fs vfat --json | jq -e ".removed == 1 and .unchanged == $((n - 1))" >/dev/null
}

@test "summer's times of a vfat tree are its own in winter" {
	main_line
	lib-playlist -q create Mix
	lib-playlist -q add Mix --query love -l 3 -s title
	lib-playlist -q export Mix --copy fat --fs vfat
	lib-playlist -q export Mix --copy posix
	find fat posix -type f -exec sh -c 'touch -d "@$(($(stat -c %Y "$1") + 3600))" "$1"' sh {} \;
	lib-playlist export Mix --copy fat --fs vfat --json | jq -e '.made == 0 and .unchanged == 3' >/dev/null
	run -3 --separate-stderr lib-playlist export Mix --copy posix
	[[ $stderr == *'is in the way'* ]]
	# half an hour and a bit is no zone
	find fat -type f -exec touch -d '2001-01-01 00:12:34' {} \;
	run -3 --separate-stderr lib-playlist export Mix --copy fat --fs vfat
}

@test "on a disk that is full conversions and renderings stop, keep what is whole, and go on with room" {
	requires ffmpeg jq
	disk ext4 8M -O ^has_journal -m 0
	rmdir disk/lost+found
	mkdir music
	for i in 1 2 3 4; do
		ffmpeg -v error -f lavfi -i "anoisesrc=duration=12:sample_rate=44100:seed=$i" -ac 1 -metadata title=noise$i "music/$i.flac"
	done
	(set -o pipefail && lib-import -q music | lib-commit -q >/dev/null)
	head -c 3500000 /dev/zero >disk/filler
	run -4 --separate-stderr lib-playlist export --all --copy disk/tree --convert wav -j 1
	[[ $stderr == *"no space left"* ]]
	[ "$(grep -c . <<<"$stderr")" -eq 1 ]
	n=$(find disk/tree -name '*.wav' | wc -l)
	[ "$n" -ge 1 ] && [ "$n" -lt 4 ]
	[ -z "$(find disk/tree -name '.fonoteca-part*')" ]
	run -4 --separate-stderr lib-playlist render --all disk/all.wav
	[[ $stderr == *"cannot write disk/all.wav: no space left"* ]]
	[ "$(ls -A disk | tr '\n' ' ')" = "filler tree " ]
	rm disk/filler
	lib-playlist export --all --copy disk/tree --convert wav --json | jq -e ".unchanged == $n and .made == 4 - $n" >/dev/null
	for i in 1 2 3 4; do
		[ "$(ffmpeg -v error -i music/$i.flac -f md5 -)" = "$(ffmpeg -v error -i "$(find disk/tree -name "*noise$i.wav")" -f md5 -)" ]
	done
}

@test "on a disk that is full a tree stops at the first file, says so once, and goes on with room" {
	requires ffmpeg jq
	disk ext4 8M -O ^has_journal -m 0
	mkdir music
	for i in 1 2 3 4; do
		ffmpeg -v error -f lavfi -i "anoisesrc=duration=12:sample_rate=44100:seed=$i" -ac 1 -metadata title=noise$i "music/$i.flac"
	done
	(set -o pipefail && lib-import -q music | lib-commit -q >/dev/null)
	head -c 5000000 /dev/zero >disk/filler
	run -4 --separate-stderr lib-playlist export --all --copy disk/tree
	[[ $stderr == "lib-playlist: cannot write "*"No space left on device" ]]
	[ "$(grep -c . <<<"$stderr")" -eq 1 ]
	[ ! -e disk/tree/.fonoteca-part ]
	rm disk/filler
	lib-playlist export --all --copy disk/tree --json | jq -e '.made + .unchanged == 4' >/dev/null
	[ "$(find disk/tree -name '*.flac' | wc -l)" -eq 4 ]
}

# clones TYPE SIZE [OPTION...] : a tree beside the library takes no room.
clones() {
	disk "$@"
	mkdir music
	head -c 24M /dev/urandom >noise
	"$PYTHON" - <<-'END'
		import wave
		w = wave.open("music/noise.wav", "wb")
		w.setparams((2, 2, 44100, 0, "NONE", "NONE"))
		w.writeframes(open("noise", "rb").read())
	END
	export FONOTECA_LIBRARY=$PWD/disk/library
	(set -o pipefail && lib-import -q music | lib-commit -q >/dev/null)
	sync -f disk
	before=$(df --output=avail -k disk | tail -n 1)
	lib-playlist -q export --all --copy disk/tree
	sync -f disk
	after=$(df --output=avail -k disk | tail -n 1)
	[ $((before - after)) -lt 8192 ] || fail "$((before - after)) KiB were written"
	# of its own: who writes into it does not write into the library
	file=$(find disk/tree -name '*.wav')
	chmod u+w "$file"
	printf x | dd of="$file" bs=1 seek=1000 conv=notrunc status=none
	intact
}

@test "a tree beside the library on btrfs is made of clones" {
	clones btrfs 200M
}

@test "a tree beside the library on xfs is made of clones" {
	clones xfs 400M
}
