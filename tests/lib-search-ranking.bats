#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The order of results as a listener would have it.

# shellcheck disable=SC2016 # $title is lib-search's to expand

load helper

setup() {
	setup_fonoteca
	"$FONOTECA_BUILD/unit/seed-library" "$FONOTECA_LIBRARY" < <(
		echo 'title|artist|album|albumartist|year|track|rating' | tr '|' '\t'
		tr '|' '\t' <<-TABLE
		Airbag|Radiohead|OK Computer||1997|1|
		Paranoid Android|Radiohead|OK Computer||1997|2|
		Karma Police|Radiohead|OK Computer||1997|6|
		Creep|Radiohead|Pablo Honey||1993|2|
		Everything in Its Right Place|Radiohead|Kid A|||1|
		Idioteque|Radiohead|Kid A||2000|8|
		Creep|Stone Temple Pilots|Core||1992|8|80
		Creep|TLC|CrazySexyCool||1994|2|
		Creep (Acoustic)|Radiohead|My Iron Lung||1994|8|
		Creeping Death|Metallica|Ride the Lightning||1984|7|
		Radiohead|Talking Heads|True Stories||1986|5|
		Something|The Beatles|Abbey Road||1969|2|
		Here Comes the Sun|The Beatles|Abbey Road||1969|7|
		Love Me Do|The Beatles|Please Please Me||1963|8|
		Yesterday|The Beatles|Help!||1965|13|
		Yesterday|Boyz II Men|II||1994|13|
		Black Beatles|Rae Sremmurd|SremmLife 2||2016|4|
		Beatles Medley|Stars on 45|Long Play||1981|1|
		Come Together|Beatles, The|Come Together||1999|1|
		Love|Lana Del Rey|Lust for Life||2017|1|
		Love|Kendrick Lamar|DAMN.||2017|10|60
		Love Story|Taylor Swift|Fearless||2008|3|
		You Are in Love|Taylor Swift|1989||2014|17|
		Shake It Off|Taylor Swift|1989||2014|6|
		1989|Dreddd|Pain||2020|1|
		Because I Love You|Stevie B|Love & Emotion||1990|1|
		No Hay Igual|Nelly Furtado|Loose||2006|10|
		All Along|Love|Forever Changes||1967|1|
		Somebody to Love|Queen|A Day at the Races||1976|6|
		Bohemian Rhapsody|Queen|A Night at the Opera||1975|11|
		Love of My Life|Queen|A Night at the Opera||1975|9|
		'39|Queen|A Night at the Opera||1975|5|
		Queen|Kanaria|Queen||2020|1|
		Dancing Queen|ABBA|Arrival||1976|2|
		Killer Queen Tribute|The Sound Studio|A Tribute to Queen||2020|1|
		One|U2|Achtung Baby||1991|3|
		One|Metallica|...And Justice for All||1988|4|
		One Love|Bob Marley|Exodus||1977|10|
		Sexy Boy|Air|Moon Safari||1998|2|
		La Femme d'Argent|Air|Moon Safari||1998|1|
		On the Moon|Air Supply|Moon||1985|1|
		Sugarcane|Camidoh|L.I.T.A||2023|1|
		Sugar Cane|Space Monkeyz|Laika||2002|1|
		Cane Sugar|The Skeletons|Waiting||1997|1|
		Sugar on My Tongue|Talking Heads|Sand||1975|1|
		Live and Let Die|Guns N' Roses|Use Your Illusion I||1991|3|
		Paradise City|Guns N' Roses|Appetite||1987|6|
		Guns & Roses|Yasmeen|Guns & Roses||2020|1|
		The Boxer|Simon & Garfunkel|Bridge over Troubled Water||1970|6|
		Time|Pink Floyd|The Dark Side of the Moon||1973|4|
		Money|Pink Floyd|The Dark Side of the Moon||1973|6|
		Eclipse|Moonbyul|Dark Side of the Moon||2018|1|
		Bark at the Moon|Ozzy Osbourne|Bark at the Moon||1983|1|
		Thunderstruck|AC/DC|The Razors Edge||1990|1|
		AC/DC Medley|Vitamin|Strings||2001|1|
		Hells Bells|AC/DC|Back in Black||1980|1|
		Shoot to Thrill|AC/DC|Back in Black||1980|2|
		Get Lucky|Daft Punk; Pharrell Williams|Random Access Memories|Daft Punk|2013|8|
		One More Time|Daft Punk|Discovery||2001|1|
		Around the World|Daft Punk|Homework||1997|7|
		One More Time (Live)|Daft Punk|Alive||2007|5|
		TABLE
	)
}

# first TITLES QUERY... : these titles come first, separated by "; "
first() {
	local want=$1 got n
	shift
	n=$(($(tr -cd ';' <<<"$want" | wc -c) + 1))
	got=$(lib-search -q -l "$n" -f '$title' -- "$@" | paste -sd ';' | sed 's/;/; /g')
	[ "$got" = "$want" ] || { printf '%s\n  wanted: %s\n  got:    %s\n' "$*" "$want" "$got"; return 1; }
}

@test "what is just the words: titles, then artists, then albums" {
	first "Love; Love; All Along" love
	first "Creep; Creep; Creep" creep
	first "1989; Shake It Off; You Are in Love" 1989
	first "One; One; One Love" one
	first "Time" time
	first "Airbag; Paranoid Android; Karma Police" ok computer
	first "Bark at the Moon" bark at the moon
	first "Bohemian Rhapsody" bohemian rhapsody
}

@test "a name alone lists that artist's tracks in the order of the albums, before a song of the name" {
	first "Creep; Creep (Acoustic); Airbag; Paranoid Android; Karma Police; Everything in Its Right Place; Idioteque; Radiohead" radiohead
	first "'39; Love of My Life; Bohemian Rhapsody; Somebody to Love; Queen" queen
	first "Love Me Do; Yesterday; Something; Here Comes the Sun; Come Together; Beatles Medley" beatles
	first "Love Me Do; Yesterday; Something; Here Comes the Sun; Come Together" the beatles
	first "Love Me Do; Yesterday; Something; Here Comes the Sun; Come Together" beatles, the
	first "Love Me Do; Yesterday; Something; Here Comes the Sun; Come Together" 'Beatles, The'
	first "Around the World; One More Time; One More Time (Live); Get Lucky" daft punk
	first "Hells Bells; Shoot to Thrill; Thunderstruck" acdc
	first "La Femme d'Argent; Sexy Boy" air
	first "Paradise City; Live and Let Die" guns n roses
	# two tracks are no more than the one title of that name: the title comes first
	first "Guns & Roses; Paradise City; Live and Let Die" guns and roses
	first "The Boxer" simon and garfunkel
}

@test "words of title and artist in one query, in any order" {
	first "Creep; Creep (Acoustic)" creep radiohead
	first "Creep; Creep (Acoustic)" radiohead creep
	first "Airbag" radiohead ok computer airbag
	first "Bohemian Rhapsody" queen bohemian
	first "Yesterday" beatles yesterday
	first "Yesterday" boyz yesterday
	first "One" metallica one
	first "Love Story; You Are in Love" taylor swift love
	first "Time" time pink floyd
	first "Thunderstruck" ac/dc thunderstruck
	first "One More Time; One More Time (Live)" daft punk one more time
	first "La Femme d'Argent; Sexy Boy; On the Moon" air moon
	first "Time; Money; Eclipse" dark side of the moon
}

@test "words joined and split, behind those that are spelt as they were typed" {
	first "Sugar Cane; Sugarcane; Cane Sugar" sugar cane
	first "Sugarcane; Sugar Cane" sugarcane
	first "Time; Money" pinkfloyd
	first "Creep; Creep (Acoustic)" creep radio head
	[ "$(lib-search --count sugarcane)" = 2 ]
	[ "$(lib-search --count sugar cane)" = 3 ]
	[ "$(lib-search --ids sugarcane year:2002 | wc -l)" = 1 ]
	[ "$(lib-search --count title:sugarcane)" = 2 ]
	[ "$(lib-search --count artist:pinkfloyd)" = 2 ]
	run -1 lib-search -q title:pinkfloyd
	run -1 lib-search -q '"sugar cane"' year:2023
}

@test "a word is cut between its letters and digits, however short they are" {
	local T=$'\t'
	"$FONOTECA_BUILD/unit/seed-library" digits <<-TABLE
	title${T}artist${T}album
	In Too Deep${T}Sum 41${T}All Killer
	Song 2${T}Blur${T}Blur
	Symphony No. 40, K. 550${T}Mozart${T}Symphonies
	Sum${T}41${T}Numbers
	TABLE
	export FONOTECA_LIBRARY=$PWD/digits
	first "In Too Deep" sum41
	first "In Too Deep" deep sum41
	first "Song 2" blur song2
	first "Symphony No. 40, K. 550" k550
	run -1 lib-search -q '"sum41"'
}

@test "the beginning of a word comes behind the word" {
	first "Creep; Creep; Creep; Creep (Acoustic); Creeping Death" creep
	first "Queen; Dancing Queen" title:queen
	first "Creep; Creep (Acoustic)" creep rad
	first "Thunderstruck" thunderst
}

@test "among equals what is heard more often comes first, then what is rated higher" {
	[ "$(lib-search -l 3 -f '$artist' creep | paste -sd ';')" = "Stone Temple Pilots;Radiohead;TLC" ]
	[ "$(lib-search -l 1 -f '$artist' love)" = "Kendrick Lamar" ]
	sqlite3 "$FONOTECA_LIBRARY/library.db" "INSERT INTO heard SELECT recording_id, 7, 1000 FROM track WHERE artist = 'TLC'"
	sqlite3 "$FONOTECA_LIBRARY/library.db" "INSERT INTO heard SELECT recording_id, 3, 1000 FROM track WHERE artist = 'Radiohead'"
	[ "$(lib-search -l 3 -f '$artist' creep | paste -sd ';')" = "TLC;Radiohead;Stone Temple Pilots" ]
	# but what is heard often never comes before what fits better
	first "Creep; Creep (Acoustic); Airbag" radiohead
}

@test "pages fit together, whatever their size" {
	for q in love creep radiohead the queen 'sugar cane'; do
		lib-search --ids "$q" >all
		for n in 1 3 7; do
			: >pages
			for ((i = 0; i < $(wc -l <all); i += n)); do lib-search --ids -l $n --offset $i "$q" >>pages; done
			cmp all pages
		done
	done
}
