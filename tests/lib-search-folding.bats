#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What is the same to a listener is the same to the search, however it is spelt, typed or encoded.

load helper

T=$'\t'

setup() {
	setup_fonoteca
	"$FONOTECA_BUILD/unit/seed-library" "$FONOTECA_LIBRARY" <<-TABLE
	title${T}artist
	Army of Me${T}Björk
	Maria También${T}Khruangbin
	Final Song${T}MØ
	Łódź${T}Łona
	Thunderstruck${T}AC/DC
	Losing My Religion${T}R.E.M.
	T.N.T.${T}Somebody
	Take On Me${T}a-ha
	TiK ToK${T}Ke\$ha
	So What${T}P!nk
	Express Yourself${T}N.W.A
	Dammit${T}blink-182
	Paper Planes${T}M.I.A.
	Myth Takes${T}!!!
	Don’t Stop${T}Fleetwood Mac
	Long Live Rock’n’Roll${T}Rainbow
	The Boxer${T}Simon & Garfunkel
	Shake It Out${T}Florence + the Machine
	アイドル${T}YOASOBI
	ｶﾞﾝﾀﾞｰﾗ${T}ゴダイゴ
	夜に駆ける${T}YOASOBI
	我只在乎你${T}邓丽君
	밤편지${T}아이유
	Зелёный май${T}Кино
	Σίσυφος${T}ΚΑΠΟΙΟΣ
	हिन्दी${T}कोई
	हानदा${T}कोई और
	نسم علينا الهوى${T}فيروز
	Ⅳ Seasons ²${T}ﬁre
	TABLE
}

# same WANT QUERY... : each query alone finds just the track of that title
same() {
	local want=$1 q got
	shift
	for q in "$@"; do
		got=$(lib-search -q -f '$title' -- "$q" | paste -sd ';')
		[ "$got" = "$want" ] || { printf '%s finds %s, not %s\n' "$q" "$got" "$want"; return 1; }
	done
}

@test "letters with and without their marks" {
	same 'Army of Me' björk bjork BJÖRK 'bjørk' $'bjo\u0308rk' 'artist:bjork' 'artist:=~BJORK'
	same 'Maria También' tambien También 'TAMBIÉN'
	same 'Final Song' mø MO 'artist:=~mo'
	same 'Łódź' lodz łódź ŁÓDŹ lona
	same 'Зелёный май' зелёный ЗЕЛЕНЫЙ 'зеленый май' 'КИНО' "$(printf 'маи\u0306')"
	same 'Σίσυφος' σίσυφος ΣΙΣΥΦΟΣ σισυφοσ κάποιος
	same 'نسم علينا الهوى' 'الهوي' 'فَيْرُوز'
}

@test "names with signs in them, joined, apart, or as they are spoken" {
	same Thunderstruck acdc ac/dc 'ac dc' AC-DC artist:acdc artist:AC/DC
	same 'Losing My Religion' rem r.e.m. R.E.M 'r e m'
	same T.N.T. tnt t.n.t
	same 'Take On Me' aha a-ha 'a ha' A‐HA
	same 'TiK ToK' kesha 'ke$ha'
	same 'So What' pink 'p!nk'
	same 'Express Yourself' nwa n.w.a. N.W.A
	same Dammit blink182 blink-182 'blink 182'
	same 'Paper Planes' mia M.I.A.
	same 'Myth Takes' '!!!' 'artist:!!!'
}

@test "apostrophes, and what stands for 'and'" {
	same 'Don’t Stop' dont "don't" 'don’t' 'don`t' 'title:"dont stop"'
	same 'Long Live Rock’n’Roll' "rock'n'roll" "rock 'n' roll" 'rock n roll' 'rock’n’roll'
	same 'The Boxer' 'simon and garfunkel' 'simon & garfunkel' 'simon garfunkel'
	same 'Shake It Out' 'florence and the machine' 'florence + the machine' 'florence & the machine'
}

@test "Chinese, Japanese and Korean from one character on, in any width and kana" {
	same アイドル アイドル あいどる ｱｲﾄﾞﾙ イド アイ ド
	same ｶﾞﾝﾀﾞｰﾗ ガンダーラ がんだーら ガン
	same 夜に駆ける 夜 駆ける に駆 '"夜に"'
	same 我只在乎你 只 在乎 我只在乎你 丽 '邓丽君' 君
	same 밤편지 밤 편지 아이유 "$(printf '\u1107\u1161\u11b7')"
	run -1 lib-search -q カンダーラ
}

@test "vowel signs, ligatures, digits and numbers" {
	same हिन्दी हिन्दी
	same हानदा हानदा
	same 'Ⅳ Seasons ²' iv IV fire ﬁre 'seasons 2' '۲'
	run -1 lib-search -q हनद
}
