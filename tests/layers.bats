# not under SAN
# The direction between the layers: by their includes, by what links, by what they call.
load helper

# below LAYER: the layers that it may use.
below() {
	case $1 in
	base) ;;
	text | digest | pack | worker) echo base ;;
	store | exchange | media) echo base text digest pack worker ;;
	intake) echo base text digest pack worker store exchange ;;
	sound) echo base text digest pack worker media ;;
	cmd) echo base text digest pack worker store exchange media intake sound ;;
	esac
}

LAYERS="base text digest pack worker store exchange media intake"
! analyzes || LAYERS+=" sound"

# libraries LAYER: the system's that it may use.
libraries() {
	case $1 in
	text) echo -lutf8proc -lpcre2-8 ;;
	digest) echo -lnettle ;;
	worker) echo -lm ;;
	pack) echo -lz ;;
	store) echo -lsqlite3 ;;
	exchange) echo -lexpat -ljansson ;;
	media) echo "$(pkg-config --libs taglib taglib_c) -lstdc++ -larchive -lseccomp -lm" ;;
	intake) echo -pthread ;;
	sound) pkg-config --libs libavformat libavcodec libavutil libswresample libebur128 libchromaprint ;;
	esac
}

# objects LAYER: of today's sources; a build folder may hold those of files that moved.
objects() {
	(cd "$TREE" && find "lib/$1" -name '*.c' -o -name '*.cc') | sed "s|^|$FONOTECA_BUILD/|; s|\.cc*\$|.o|"
}

# who_uses REGEX OBJECT...: objects with an undefined symbol that matches.
who_uses() {
	local regex=$1
	shift
	[ $# -gt 0 ] || fail "there are no objects"
	nm -A -u "$@" | awk -v regex="^($regex)$" '$NF ~ regex { sub(":.*", ""); print }' | sort -u | sed "s|^$FONOTECA_BUILD/||"
	return 0
}

@test "a layer includes only itself and the layers below it" {
	for layer in $LAYERS cmd; do
		dir=$TREE/lib/$layer
		[ "$layer" != cmd ] || dir=$TREE/cmd
		allowed=$(echo "$layer" $(below "$layer") | tr ' ' '|')
		run -1 bash -c "grep -rnE --include='*.[ch]' --include='*.cc' '^#include \"' '$dir' |
			grep -vE '#include \"($allowed)/'"
	done
}

@test "every folder of lib/ is a layer that this test knows" {
	for d in "$TREE"/lib/*/; do
		[[ " $LAYERS sound " == *" $(basename "$d") "* ]] || fail "$d is no layer"
	done
}

@test "a layer links with those below it alone" {
	echo 'int main(void) { return 0; }' >"$BATS_TEST_TMPDIR/main.c"
	san=()
	[ -z "${FONOTECA_SAN-}" ] || san=(-fsanitize=address,undefined)
	for layer in $LAYERS; do
		objects=$(objects "$layer")
		[ -n "$objects" ]
		libs=$(libraries "$layer")
		for b in $(below "$layer"); do
			objects+=" $(objects "$b")"
			libs+=" $(libraries "$b")"
		done
		run -0 "${CC:-cc}" "${san[@]}" -o "$BATS_TEST_TMPDIR/out" "$BATS_TEST_TMPDIR/main.c" $objects $libs
	done
}

@test "the library never prints and never ends the process; base/cli, message and progress do" {
	talkers='printf|vprintf|puts|putchar|perror|stdout|stderr|exit|_exit|abort|err|errx|warn|warnx|__.*printf_chk|__assert_fail'
	objects=$(find "$FONOTECA_BUILD/lib" -name '*.o' ! -path '*/base/cli.o' ! -path '*/base/message.o' \
		! -path '*/base/progress.o')
	run -0 who_uses "$talkers" $objects
	[ -z "$output" ]
	# the probe itself works
	run -0 who_uses "$talkers" "$FONOTECA_BUILD/lib/base/cli.o"
	[ "$output" = lib/base/cli.o ]
}

@test "PCRE2 is called in lib/text alone" {
	run -0 who_uses 'pcre2_.*' $(find "$FONOTECA_BUILD/lib" "$FONOTECA_BUILD/cmd" -name '*.o')
	[ "$output" = lib/text/regex.o ]
}

@test "SQLite is called in lib/store alone, TagLib, libarchive and seccomp in lib/media, expat and jansson in lib/exchange" {
	run -0 who_uses 'sqlite3_.*' $(find "$FONOTECA_BUILD/lib" "$FONOTECA_BUILD/cmd" -name '*.o' ! -path '*/lib/store/*')
	[ -z "$output" ]
	run -0 who_uses '(taglib_|archive_read_|archive_entry_|seccomp_|_ZN.*6TagLib).*' \
		$(find "$FONOTECA_BUILD/lib" "$FONOTECA_BUILD/cmd" -name '*.o' ! -path '*/lib/media/*')
	[ -z "$output" ]
	run -0 who_uses '(XML_|json_load|json_object_get|json_decref).*' \
		$(find "$FONOTECA_BUILD/lib" "$FONOTECA_BUILD/cmd" -name '*.o' ! -path '*/lib/exchange/*')
	[ -z "$output" ]
	run -0 who_uses 'sqlite3_.*' $(objects store)
	[ -n "$output" ]
}

@test "commands hold no SQL, move and remove no files, and stay short" {
	run -0 who_uses 'rename.*|unlink.*|link|linkat|sqlite3_.*' $(find "$FONOTECA_BUILD/cmd" -name '*.o')
	[ -z "$output" ]
	run -1 grep -nE '"(SELECT|INSERT|UPDATE|DELETE) |blobs/' "$TREE"/cmd/*.c
	for f in "$TREE"/cmd/*.c; do
		[ "$(wc -l <"$f")" -le 300 ] || fail "$f is long: $(wc -l <"$f") lines"
	done
}

@test "no source file is longer than 700 lines" {
	run -0 find "$TREE/lib" "$TREE/cmd" -name '*.[ch]' -size +0 -exec awk 'END { if (NR > 700) print FILENAME, NR }' {} \;
	[ -z "$output" ]
}

@test "nothing says that it is not done yet" {
	run -1 grep -rnwE 'TODO|FIXME|XXX|not implemented' "$TREE/lib" "$TREE/cmd" "$TREE/man" "$TREE/share"
}

@test "every file of code and of the manual says its licence" {
	cd "$TREE"
	# the steps of released tables stay as they were written
	run grep -rLF 'SPDX-License-Identifier: MIT' Makefile cmd lib man completions share/examples tests \
		--include='*.[ch]' --include='*.cc' --include='*.hh' --include='*.[157]' --include='*.sh' --include='*.py' \
		--include='*.bats' --include='*.bash' --include='*.fish' --include='*.lua' --include='*.service' --include='*.timer' \
		--include=Makefile --include=run --include=_fonoteca --include='crontab*' --include='*-with-*' --exclude-dir=__pycache__
	[ -z "$output" ]
}
