#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What was meant: corrections that find something, said or followed.

# shellcheck disable=SC2016 # $title is lib-search's to expand

load helper

T=$'\t'

seed() {
	"$FONOTECA_BUILD/unit/seed-library" "$FONOTECA_LIBRARY"
}

setup() {
	setup_fonoteca
	seed <<-TABLE
	title${T}artist${T}album${T}year${T}genre${T}composer
	Creep${T}Radiohead${T}Pablo Honey${T}1993${T}Alternative${T}
	Karma Police${T}Radiohead${T}OK Computer${T}1997${T}Alternative${T}
	No Surprises${T}Radiohead${T}OK Computer${T}1997${T}Alternative${T}
	Creeping Death${T}Metallica${T}Ride the Lightning${T}1984${T}Metal${T}
	Nothing Else Matters${T}Metallica${T}Metallica${T}1991${T}Metal${T}
	Time${T}Pink Floyd${T}The Dark Side of the Moon${T}1973${T}Rock${T}
	Pink Moon${T}Nick Drake${T}Pink Moon${T}1972${T}Folk${T}
	Interstellar Overdrive${T}Pink Floyd${T}The Piper at the Gates of Dawn${T}1967${T}Rock${T}
	Yesterday${T}The Beatles${T}Help!${T}1965${T}Pop${T}John Lennon; Paul McCartney
	Группа крови${T}Кино${T}Группа крови${T}1988${T}Рок${T}
	Ζορμπάς${T}Μίκης Θεοδωράκης${T}Ζορμπάς${T}1964${T}${T}
	Army of Me${T}Björk${T}Post${T}1995${T}Electronic${T}
	TABLE
}

# means TEXT QUERY... : nothing is found, TEXT is suggested, and it finds something as it is typed
means() {
	local want=$1
	shift
	run -1 --separate-stderr lib-search "$@"
	[ -z "$output" ]
	[ "$stderr" = "lib-search: nothing found; did you mean: $want" ] || {
		printf 'wanted: %s\ngot:    %s\n' "$want" "$stderr"
		return 1
	}
	eval "lib-search -q $want" | grep -q .
}

# means_nothing QUERY... : nothing is found or suggested
means_nothing() {
	run -1 --separate-stderr lib-search "$@"
	[ -z "$output" ]
	[ "$stderr" = "lib-search: nothing found" ]
}

@test "a character left out, added, mistaken, two swapped" {
	means radiohead radiohed
	means radiohead radioheaad
	means radiohead radioheed
	means radiohead radiohaed
	means metallica metalica
	means bjork bjrok
	means bjork pjork
	means yesterday yestreaday
	means_nothing qz
	means_nothing zzzzzzzz
}

@test "Cyrillic and Greek are corrected by characters, not by bytes" {
	means кино КИНА
	means "группа крови" група крови
	means ζορμπασ ζορμπας2
	means θεοδωρακησ Θεοδορακης
}

@test "several words at once, those that exist but not together, and words that occur together" {
	means "creep radiohead" crep radiohed
	means "creeping metallica" creeping metalica
	means "karma radiohead" karna radiohead
	# pink exists, and so does time
	means "pink moon drake" pink moan drake
	means "nothing else matters metallica" nothing els maters metallica
	means "paul lennon" paul lenon
}

@test "of three words and more one may be too much, but no more than one, and of two none" {
	means "creep radiohead" creep by radiohead
	means "'creep radiohead'" 'creep by radiohead'
	means "'creep radiohead'" 'creep radiohead lyrics'
	means "creep radiohead" creep radiohead lyrics
	means "'\"nothing else matters\"'" '"nothing else qzqzq matters"'
	means "'(creep radiohead)'" '(creep radiohead lyrics)'
	means "pink moon drake" pink moon drake yesterday
	means_nothing creep lyrics
	means_nothing qzqzq creep xyxyx radiohead
	means_nothing artist:radiohead title:creep album:qzqzq
	run -0 --separate-stderr lib-search -q --auto-correct -f '$title' creep by radiohead
	[ "${lines[0]}" = Creep ]
}

@test "a word that exists is taken for one that the others are found with, however many are nearer" {
	{
		echo "title${T}artist"
		for word in dome home hope hose hole some come rome nome tome hove more gome lome pome bome; do
			echo "$word again${T}Somebody"
		done
		echo "Hemo${T}Chika"
	} | seed
	means "chika hemo" chika home
	run -1 --separate-stderr lib-search chika again
	[[ $stderr != *"did you mean"* ]] # there is nothing that is found
}

@test "a word of a hundred thousand letters is told to be nowhere, at once" {
	run -1 timeout 20 lib-search "$(printf 'a%.0s' {1..100000})"
}

@test "blanks that are missing or too many" {
	# where nothing else is wrong it is but another spelling, and found at once
	run -0 --separate-stderr lib-search -f '$title' pinkfloyd time
	[ "$output" = Time ] && [ -z "$stderr" ]
	run -0 --separate-stderr lib-search -f '$title' in terstellar overdrive
	[ "$output" = "Interstellar Overdrive" ] && [ -z "$stderr" ]
	means radiohead radio hed
	means "creep radiohead" creepradiohead
}

@test "inside fields, with the rest of the query as it was typed" {
	means artist:radiohead artist:radiohed
	means "artist:radiohead year:1997 -creep" artist:radiohed year:1997 -creep
	means "'artist:(air OR radiohead) police'" 'artist:(air OR radiohed) police'
	means "'\"karma police\"'" '"karma polise"'
	means "'artist:=~metallica'" artist:=~metalica
	means "composer:mccartney" composer:mcartney
	means "genre:metal matters" genre:metl matters
	# the correction must find something with the filters, too
	means_nothing artist:radiohed year:1950
	means_nothing artist:creap
	means_nothing title:=Creap
	means_nothing year:1901 radiohead
}

@test "what is excluded, a pattern, or comes with a saved search is left alone" {
	means "radiohead -creap" radiohed -creap
	means_nothing 'radiohed*'
	lib-search --save misspelt artist:radiohed
	means_nothing @misspelt
	means_nothing radiohead -radiohead
}

@test "--auto-correct searches for it and says so" {
	run -0 --separate-stderr lib-search --auto-correct -f '$title' radiohed computr
	[ "$output" = $'Karma Police\nNo Surprises' ]
	[ "$stderr" = "lib-search: nothing found: searching for radiohead computer" ]
	run -0 --separate-stderr lib-search --auto-correct --count radiohed
	[ "$output" = 3 ]
	run -0 --separate-stderr lib-search --auto-correct --albums --json radiohed
	[ "$(wc -l <<<"$output")" = 2 ]
	run -0 --separate-stderr lib-search --auto-correct --facet year radiohed
	[ "$output" = $'2\t1997\n1\t1993' ]
	run -0 --separate-stderr lib-search -q --auto-correct --ids metalica
	[ -z "$stderr" ]
	# what finds something is not corrected
	run -0 --separate-stderr lib-search --auto-correct -f '$title' pink moon
	[ "$output" = "Pink Moon" ] && [ -z "$stderr" ]
	run -1 --separate-stderr lib-search --auto-correct zzzzzzzz
	[ "$stderr" = "lib-search: nothing found" ]
	fails 2 lib-search --auto-correct --stats
	fails 2 lib-search --auto-correct --show 1
}

@test "with --json the suggestion is an object on stdout, and --count and --facet have it, too" {
	run -1 --separate-stderr lib-search --json artist:radiohed 'ok computr'
	[ "$output" = '{"v":1,"type":"suggestion","query":["artist:radiohead","ok computer"],"text":"artist:radiohead '"'ok computer'"'"}' ]
	run -1 --separate-stderr lib-search --count radiohed
	[ "$output" = 0 ]
	[[ $stderr == *"did you mean: radiohead" ]]
	run -1 --separate-stderr lib-search --facet year radiohed
	[ -z "$output" ] && [[ $stderr == *"did you mean: radiohead" ]]
	run -1 --separate-stderr lib-search --facet bpm radiohead
	[ "$stderr" = "lib-search: nothing found" ]
	run -1 --separate-stderr lib-search -q radiohed
	[ -z "$output$stderr" ]
}

@test "very little found by a rare word that is nearly a common one is worth a note" {
	FONOTECA_LIBRARY=$BATS_TEST_TMPDIR/more
	{
		echo "title${T}artist"
		for n in {1..15}; do echo "Song $n${T}Portishead"; done
		echo "Live${T}Portishaed"
	} | seed
	run -0 --separate-stderr lib-search -f '$title' portishaed
	[ "$output" = Live ]
	[ "$stderr" = "lib-search: 10 tracks or more are found by: portishead" ]
	run -0 --separate-stderr lib-search portishead
	[ -z "$stderr" ]
	run -0 --separate-stderr lib-search -q portishaed
	[ -z "$stderr" ]
}

@test "words that came since are not missed, and words that left lead nowhere" {
	lib-commit -q --amend 1 artist=Stereolab
	[ "$(query 'SELECT count(*) > 0 FROM fresh_word')" = 1 ]
	means stereolab stereolba
	lib-commit -q --amend 12 artist=Gudmundsdottir
	means_nothing bjrok
	lib-sweep -q optimize
	[ "$(query 'SELECT count(*) FROM fresh_word')" = 0 ]
	means stereolab stereolba
	means_nothing bjrok
	lib-commit -q --remove 1
	means_nothing stereolba
}

@test "a commit of more than 2 % of the tracks packs the words anew, and a smaller one does not" {
	FONOTECA_LIBRARY=$BATS_TEST_TMPDIR/more
	lib-import -q "$FIXTURES/audio/hoppipolla.flac" | lib-commit -q
	[ "$(query 'SELECT count(*) FROM fresh_word')" = 0 ]
	[ "$(query 'SELECT count(*) > 0 FROM vocabulary')" = 1 ]
	means hoppipolla hopipolla
	{
		echo "title${T}artist"
		for n in {1..300}; do echo "Song of $n${T}Marlena Quist"; done
	} | seed
	[ "$(query 'SELECT count(*) FROM fresh_word')" = 0 ]
	lib-import -q "$FIXTURES/audio/roads.wv" | lib-commit -q
	[ "$(query 'SELECT count(*) > 0 FROM fresh_word')" = 1 ]
	means quist qiust
	means roads raods
}

@test "nine of ten slips in one of two words are put right at once" {
	python3 - "$FONOTECA_BUILD/unit/seed-library" "$BATS_TEST_TMPDIR/names" <<-'PY'
	import random, subprocess, sys
	random.seed(20)
	onset = "b br c ch d dr f fl g gr h j k kl l m n p pr r s sh st t tr v w z".split()
	vowel = "a e i o u ai ea ou".split()
	coda = ["", "", "n", "r", "s", "l", "nd", "ck", "m"]
	def name(k):
	    return "".join(random.choice(onset) + random.choice(vowel) + random.choice(coda) for _ in range(k))
	artists = sorted({name(random.choice((2, 2, 3))) for _ in range(900)})
	words = sorted({name(random.choice((1, 2, 2, 3))) for _ in range(2500)})
	rows = [(" ".join(random.sample(words, random.choice((1, 2, 3)))), random.choice(artists)) for _ in range(5000)]
	table = "title\tartist\n" + "".join("%s\t%s\n" % r for r in rows)
	subprocess.run([sys.argv[1], sys.argv[2]], input=table.encode(), check=True)

	def slip(w):
	    i = random.randrange(len(w)) if random.random() < 0.2 else random.randrange(1, len(w))
	    kind = random.randrange(4)
	    if kind == 0:
	        return w[:i] + w[i + 1:]
	    if kind == 1:
	        return w[:i] + random.choice("aeiorstln") + w[i:]
	    if kind == 2:
	        return w[:i] + random.choice("aeiorstln") + w[i + 1:]
	    return w[:i - 1] + w[i] + w[i - 1] + w[i + 1:] if i > 0 else w[1] + w[0] + w[2:]

	asked = right = 0
	while asked < 300:
	    title, artist = random.choice(rows)
	    meant = [artist, random.choice(title.split())]
	    if min(map(len, meant)) < 4:
	        continue
	    k = random.randrange(2)
	    typed = list(meant)
	    typed[k] = slip(meant[k])
	    if typed == meant:
	        continue
	    r = subprocess.run(["lib-search", "-L", sys.argv[2], "--count"] + typed, capture_output=True, text=True)
	    if r.returncode == 0:
	        continue
	    assert r.returncode == 1, r.stderr
	    asked += 1
	    right += r.stderr.strip().endswith("did you mean: " + " ".join(meant))
	print("# %d of %d" % (right, asked))
	assert right >= 0.9 * asked, (right, asked)
	PY
}

@test "short words that exist among others that do not, letters left out before letters put in" {
	seed >/dev/null <<-TABLE
	title${T}artist${T}album
	Smells Like Teen Spirit${T}Nirvana${T}Nevermind
	Ten${T}Pearl Jam${T}Ten
	Heart Beats${T}Some Beats${T}Beats
	More Beats${T}Some Beats${T}Beats
	TABLE
	means "smells like teen spirit" smels like ten sprit
	means "beatles" beatls
}

@test "--explain goes by --auto-correct" {
	run -1 --separate-stderr lib-search --explain raidohead
	[[ $output == *'"raidohead"'* ]]
	run -0 --separate-stderr lib-search --explain --auto-correct raidohead
	[[ $output == *'"radiohead"'* && $output == *"Radiohead - Creep"* ]]
	run -1 --separate-stderr lib-search --explain --auto-correct zzzzqqqq
	[[ $output == *'"zzzzqqqq"'* ]]
}
