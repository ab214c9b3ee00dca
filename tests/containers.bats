# SPDX-License-Identifier: MIT
# Files of which one container has several forms, or several tags: what each of them says comes in.
load helper

setup() {
	setup_fonoteca
	DUMP=$FONOTECA_BUILD/unit/media-dump
}

# says FILE FIELD : its values, one a line.
says() {
	"$DUMP" "$1" | awk -F '\t' -v name="$2" '$2 == name { print $3 }'
}

# tone FILE OPTION... : two seconds of it, as ffmpeg writes them.
tone() {
	ffmpeg -v error -y -f lavfi -i 'sine=440:d=2:r=44100' -ac 2 "${@:2}" "$1"
}

# ape FILE NAME=VALUE... : an APE tag at its end, beside what it has.
ape() {
	"$PYTHON" - "$@" <<-'PY'
		import sys
		from mutagen.apev2 import APEv2
		tag = APEv2()
		for arg in sys.argv[2:]:
		    name, value = arg.split("=", 1)
		    tag[name] = value.split("|")
		tag.save(sys.argv[1])
	PY
}

@test "an APE tag beside ID3v2 gives what that does not say, and ID3v1 the name where nothing else does" {
	requires mutagen
	cp "$FIXTURES/audio/bonnie-and-clyde.mp3" a.mp3
	chmod u+w a.mp3
	title=$(says a.mp3 title)
	ape a.mp3 Title=Other 'REPLAYGAIN_TRACK_GAIN=-4.21 dB' 'REPLAYGAIN_ALBUM_GAIN=-3.5 dB' Mood=Sad
	[ "$(says a.mp3 title)" = "$title" ]
	[ "$(says a.mp3 rg_track_gain)|$(says a.mp3 rg_album_gain)|$(says a.mp3 mood)" = "-4.21|-3.50|Sad" ]
	"$PYTHON" - a.mp3 b.mp3 <<-'PY'
		import sys
		from mutagen.id3 import ID3, POPM
		data = open(sys.argv[1], "rb").read()
		tags = ID3(sys.argv[1])
		sound = data[tags.size:data.index(b"APETAGEX")]
		open(sys.argv[2], "wb").write(sound)
		tags = ID3()
		tags.add(POPM(email="a@example.org", rating=255, count=0))
		tags.save(sys.argv[2], v1=0)
		open(sys.argv[2], "ab").write(b"TAG" + b"Short name".ljust(30, b"\0") +
		                              b"Somebody".ljust(30, b"\0") + bytes(65))
	PY
	[ "$(says b.mp3 title)|$(says b.mp3 artist)|$(says b.mp3 rating)" = "Short name|Somebody|100" ]
}

@test "writing tags into a file of two tags leaves none that says otherwise" {
	requires mutagen
	cp "$FIXTURES/audio/bonnie-and-clyde.mp3" a.mp3
	chmod u+w a.mp3
	ape a.mp3 Mood=Sad 'REPLAYGAIN_TRACK_GAIN=-4.21 dB' MP3GAIN_MINMAX=1,2
	lib-import -q a.mp3 | lib-commit -q
	lib-commit -q --amend 1 mood= comment=Heard >/dev/null
	run -0 lib-commit --write-tags 1
	blob=$(lib-search --files id:1)
	[ -z "$(says "$blob" mood)" ]
	[ "$(says "$blob" comment)|$(says "$blob" rg_track_gain)" = "Heard|-4.21" ]
	grep -qa MP3GAIN_MINMAX "$blob"
	if grep -qa Sad "$blob"; then fail "the old mood is still there"; fi
}

@test "TTA has an APE tag, too" {
	requires mutagen
	cp "$FIXTURES/audio/roygbiv.tta" a.tta
	chmod u+w a.tta
	title=$(says a.tta title)
	[ -n "$title" ]
	ape a.tta Title=Other 'Composer=One|Two'
	[ "$(says a.tta title)" = "$title" ]
	[ "$(says a.tta composer | tr '\n' ,)" = One,Two, ]
}

@test "ID3v2: the people of all roles however they are spelt, and the name of a disc" {
	requires mutagen
	cp "$FIXTURES/audio/bonnie-and-clyde.mp3" a.mp3
	chmod u+w a.mp3
	"$PYTHON" - a.mp3 <<-'PY'
		import sys
		from mutagen.id3 import ID3, TIPL, TSST
		tags = ID3(sys.argv[1])
		tags.add(TIPL(3, [["producer", "Anna"], ["DJ-mix", "Bo"], ["guitar", "Cy"], ["mix", "Di"]]))
		tags.add(TSST(3, ["Night"]))
		tags.save(sys.argv[1])
	PY
	[ "$(says a.mp3 tags.producer)|$(says a.mp3 tags.djmixer)|$(says a.mp3 tags.mixer)" = "Anna|Bo|Di" ]
	says a.mp3 performer | grep -qxF 'Cy (guitar)'
	[ "$(says a.mp3 tags.discsubtitle)" = Night ]
}

@test "RF64, BW64 and WAVE of unknown size have a length, and RF64 that lost its end is damaged" {
	requires ffmpeg
	tone a.wav -rf64 always -metadata title=Long
	{ printf BW64; tail -c +5 a.wav; } >b.wav
	ffmpeg -v error -i a.wav -f wav - | cat >c.wav
	for f in a b c; do
		[ "$(says $f.wav duration_ms)|$(says $f.wav samplerate)|$(says $f.wav bitdepth)|$(says $f.wav damaged)" = \
			"2000|44100|16|" ]
	done
	[ "$(says a.wav title)" = Long ]
	[ "$(says a.wav audio)" = "$(says c.wav audio)" ]
	head -c 100000 a.wav >d.wav
	[ "$(says d.wav damaged)" = 1 ]
	[[ "$(says d.wav note)" == "its end is missing: "*" bytes" ]]
}

@test "MP4 in fragments has a length" {
	requires ffmpeg
	tone a.m4a -c:a aac -movflags frag_keyframe+empty_moov -frag_duration 300000
	tone b.mp4 -c:a flac -strict -2 -movflags dash -frag_duration 700000
	tone c.m4a -c:a aac -movflags empty_moov+default_base_moof
	tone whole.m4a -c:a aac
	whole=$(says whole.m4a duration_ms)
	for f in a.m4a c.m4a; do
		ms=$(says $f duration_ms)
		[ "$ms" -ge $((whole - 50)) ] && [ "$ms" -le $((whole + 50)) ]
	done
	[ "$(says b.mp4 duration_ms)" = 2000 ]
}

@test "Matroska: tags of a file that says nothing of levels are the piece's" {
	requires ffmpeg
	tone a.mka -c:a flac -metadata title=Love -metadata artist=Air -metadata album=Moon -metadata track=3/12 \
		-metadata album_artist=Various -metadata genre=Pop -metadata date=1999-05
	[ "$(says a.mka title)|$(says a.mka artist)|$(says a.mka album)|$(says a.mka albumartist)" = "Love|Air|Moon|Various" ]
	[ "$(says a.mka track)|$(says a.mka tracktotal)|$(says a.mka genre)|$(says a.mka date)" = "3|12|Pop|1999-05" ]
	[ -z "$(says a.mka tags.duration)" ]
	tone b.webm -c:a libopus -metadata title=Love -metadata artist=Air
	lib-import -q b.webm | lib-commit -q
	[ "$(lib-search -f '$artist - $title' format:matroska)" = "Air - Love" ]
}

@test "Matroska: tags of the album, the piece and a chapter are told apart, wherever they stand; a picture comes along" {
	requires ffmpeg python3
	tone plain.mka -c:a flac
	ffmpeg -v error -f lavfi -i color=red:s=16x16 -frames:v 1 square.png
	"$PYTHON" "$TREE/tests/fixtures/matroska.py" plain.mka a.mka square.png 0:TITLE=Moon 0:ARTIST=Air 0:TOTAL_PARTS=12 \
		0:REPLAYGAIN_GAIN=-6.5 30:TITLE=Love 30:PART_NUMBER=3 30:GENRE=Pop 30:GENRE=Rock 30:REPLAYGAIN_GAIN='-7 dB' \
		c30:TITLE=Chapter
	[ "$(says a.mka title)|$(says a.mka artist)|$(says a.mka album)|$(says a.mka albumartist)" = "Love|Air|Moon|Air" ]
	[ "$(says a.mka track)|$(says a.mka tracktotal)|$(says a.mka genre | tr '\n' ,)" = "3|12|Pop,Rock," ]
	[ "$(says a.mka rg_track_gain)|$(says a.mka rg_album_gain)" = "-7.00|-6.50" ]
	lib-import -q a.mka | lib-commit -q
	lib-search --cover 1 | cmp - square.png
	"$PYTHON" "$TREE/tests/fixtures/matroska.py" plain.mka b.mka square.png 50:TITLE=Moon 50:ARTIST=Air
	[ "$(says b.mka title)|$(says b.mka artist)|$(says b.mka album)" = "Title of the file|Air|Moon" ]
	[ "$(says a.mka audio)" = "$(says plain.mka audio)" ]
}

@test "dates with more than a date give their year and stay as they were; numbers with a word or a point count" {
	requires mutagen
	cp "$FIXTURES/audio/hoppipolla.flac" a.flac
	chmod u+w a.flac
	for date in 31/12/1999 'May 1999' '[1999]' 'ca. 1999' '© 1999 Someone'; do
		"$PYTHON" "$TREE/tests/fixtures/tag.py" a.flac "DATE=$date" DISCNUMBER='CD 2' DISCTOTAL= TRACKNUMBER=7. 'ALBUM=　'
		[ "$(says a.flac date)|$(says a.flac tags.date)" = "1999|$date" ]
	done
	[ "$(says a.flac disc)|$(says a.flac track)|$(says a.flac album)" = "2|7|" ]
	"$PYTHON" "$TREE/tests/fixtures/tag.py" a.flac DATE='1999 or 2001 or so' DISCNUMBER='Disc 1 of 3'
	[ "$(says a.flac date)|$(says a.flac disc)|$(says a.flac disctotal)" = "1999|1|3" ]
	"$PYTHON" "$TREE/tests/fixtures/tag.py" a.flac DATE='about 1999 or 2001'
	[ "$(says a.flac date)|$(says a.flac tags.date)" = "|about 1999 or 2001" ]
}

@test "texts of ID3 that claim to be Latin-1 and are UTF-8, or Windows-1252" {
	requires python3
	"$PYTHON" - "$FIXTURES/audio/bonnie-and-clyde.mp3" <<-'PY'
		import struct, sys
		data = open(sys.argv[1], "rb").read()
		sound = data[data.index(b"\xff\xf3" if b"\xff\xf3" in data else b"\xff\xfb"):]

		def tag(*frames):
		    body = b"".join(name + struct.pack(">IH", len(text) + 1, 0) + b"\0" + text for name, text in frames)
		    size = bytes(len(body) >> shift & 127 for shift in (21, 14, 7, 0))
		    return b"ID3\3\0\0" + size + body

		def short(title, artist):
		    return b"TAG" + title.ljust(30, b"\0") + artist.ljust(30, b"\0") + bytes(65)

		open("a.mp3", "wb").write(tag((b"TIT2", "Größe".encode()), (b"TPE1", "Don’t – stop".encode("cp1252")),
		                              (b"TALB", "Größe".encode("latin-1"))) + sound)
		open("b.mp3", "wb").write(sound + short("Größe".encode(), "Don’t".encode("cp1252")))
	PY
	[ "$(says a.mp3 title)|$(says a.mp3 artist)|$(says a.mp3 album)" = "Größe|Don’t – stop|Größe" ]
	[ "$(says b.mp3 title)|$(says b.mp3 artist)" = "Größe|Don’t" ]
}
