# SPDX-License-Identifier: MIT
# What tags mean, from the bytes of a file to the fields of the vocabulary: ratings, gains, lyrics with times,
# numbers that are checked.
load helper

setup() {
	setup_fonoteca
	requires mutagen
	DUMP=$FONOTECA_BUILD/unit/media-dump
}

# tag FIXTURE NAME=VALUE... : a copy of the fixture with these tags beside its own.
tag() {
	FILE=copy.${1##*.}
	cp "$FIXTURES/audio/$1" "$FILE"
	chmod u+w "$FILE"
	"$PYTHON" "$TREE/tests/fixtures/tag.py" "$FILE" "${@:2}"
}

# field NAME : its values in the copy, one a line.
field() {
	"$DUMP" "$FILE" | awk -F '\t' -v name="$1" '$2 == name { print $3 }'
}

@test "POPM is stars, by Windows Media and by others" {
	tag untagged.wav 'POPM=Windows Media Player 9 Series:196'
	[ "$(field rating)" = 80 ]
	tag untagged.wav 'POPM=rating@winamp.com:255' 'FMPS_Rating=0.1'
	[ "$(field rating)" = 100 ]
	tag bonnie-and-clyde.mp3 'POPM=quodlibet@lists.sacredchao.net:51'
	[ "$(field rating)" = 20 ]
	tag untagged.wav 'POPM=nobody@example.org:0'
	[ -z "$(field rating)" ]
}

@test "RATING has no scale: parts of one, stars, percentages" {
	tag hoppipolla.flac RATING=4
	[ "$(field rating)" = 80 ]
	tag roads.wv RATING=0.7
	[ "$(field rating)" = 70 ]
	tag all-i-need.ogg RATING=45 FMPS_RATING=0.9
	[ "$(field rating)" = 90 ]
	tag computer-love.m4a RATING=100
	[ "$(field rating)" = 100 ]
	tag all-i-need.ogg 'RATING:me@example.org=0.6'
	[ "$(field rating)" = 60 ]
	tag hoppipolla.flac RATING=0
	[ -z "$(field rating)" ]
	tag hoppipolla.flac 'RATING=very good'
	[ -z "$(field rating)" ]
	[ "$(field tags.rating)" = "very good" ]
}

@test "a wrong code that is cut amid a character when it is quoted costs a note, not the file" {
	tag hoppipolla.flac "ISRC=x$(printf 'Я%.0s' {1..40})"
	run -0 --separate-stderr lib-import -v "$FILE"
	[[ $stderr == *"ISRC"*"xЯ"*"?"* ]]
	lib-commit -q "$output"
	lib-search --json | grep -q '"tag_isrc":\["xЯЯ'
	[ "$(lib-search --count)" -eq 1 ]
}

@test "a rating comes into the catalogue and can be searched" {
	tag hoppipolla.flac RATING=4
	lib-import -q "$FILE" | lib-commit -q
	[ "$(lib-search --ids rating:80..)" = 1 ]
	lib-search --json rating:80 | grep -q '"rating":80[,}]'
}

@test "gain: the tags, else RVA2, else what the encoder wrote" {
	tag bonnie-and-clyde.mp3 'RVA2=track:-6.5:0.9' 'RVA2=album:-5.25:0'
	[ "$(field rg_track_gain)" = -6.50 ]
	[ "$(field rg_album_gain)" = -5.25 ]
	[[ "$(field rg_track_peak)" == 0.89999* ]]
	tag bonnie-and-clyde.mp3 'RVA2=track:-6.5:0.9' 'REPLAYGAIN_TRACK_GAIN=-7.03 dB'
	[ "$(field rg_track_gain)" = -7.03 ]
}

@test "R128 counts of Opus, and elsewhere only where there is nothing else" {
	tag hoppipolla.opus R128_TRACK_GAIN=-512 'REPLAYGAIN_TRACK_GAIN=-9 dB'
	[ "$(field rg_track_gain)" = 3.00 ]
	tag hoppipolla.flac R128_TRACK_GAIN=-512 'REPLAYGAIN_TRACK_GAIN=-9 dB'
	[ "$(field rg_track_gain)" = -9.00 ]
	tag hoppipolla.flac R128_TRACK_GAIN=-512
	[ "$(field rg_track_gain)" = 3.00 ]
}

@test "SYLT gives lyrics with times, and plain ones where there are none" {
	tag untagged.wav 'SYLT=500:first|61250:second'
	[ "$(field tags.syncedlyrics)" = '[00:00.50]first\n[01:01.25]second' ]
	[ "$(field lyrics)" = 'first\nsecond' ]
	tag untagged.wav 'SYLT=500:la |900:la|1500:\nlo'
	[ "$(field tags.syncedlyrics)" = '[00:00.50]la la\n[00:01.50]lo' ]
	tag not-up-to-you.mp3 'SYLT=500:other'
	[ "$(field lyrics)" = 'first line\nsecond line' ]
	[ "$(field tags.syncedlyrics)" = '[00:00.50]other' ]
}

@test "numbers that are wrong are kept as they are, with a note" {
	tag hoppipolla.flac ISRC=GB-AAA-01-00003 ISWC=T-034.524.680-1 BARCODE=5016958101008
	[ "$(field isrc)|$(field iswc)|$(field barcode)" = "GBAAA0100003|T-034524680-1|5016958101008" ]
	[ -z "$(field note)" ]
	tag hoppipolla.flac ISRC=unknown ISWC=1234 BARCODE=5016958101009 MUSICBRAINZ_TRACKID=none
	[ -z "$(field isrc)$(field iswc)$(field barcode)$(field mb_trackid)" ]
	[ "$(field tags.isrc)|$(field tags.iswc)|$(field tags.barcode)" = "unknown|1234|5016958101009" ]
	[ "$(field tags.musicbrainz_trackid)" = none ]
	[ "$(field note | wc -l)" -eq 4 ]
	[[ "$(field note)" == *"the tag BARCODE is no barcode, or its check digit is wrong: '5016958101009'"* ]]
}

@test "genres by number, dates as precise as they are, many values as many" {
	tag untagged.wav 'TCON=17|(9)Doom' TDRC=2001-08 'TPE1=One|Two' 'TCOM=A|B'
	[ "$(field genre | tr '\n' ,)" = "Rock,Metal,Doom," ]
	[ "$(field date)" = 2001-08 ]
	[ "$(field artist)" = "One, Two" ]
	[ "$(field artists | tr '\n' ,)" = One,Two, ]
	[ "$(field composer | tr '\n' ,)" = A,B, ]
	tag hoppipolla.flac DATE=27.08.2001
	[ "$(field date)" = 2001-08-27 ]
}
