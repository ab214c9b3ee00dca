# SPDX-License-Identifier: MIT
# not under SAN
# make install and make uninstall: what lands where, that it works from there, that nothing stays.
load helper

setup() {
	setup_fonoteca
	unset MAKEFLAGS MAKELEVEL PREFIX BINDIR MANDIR LIBEXECDIR DATADIR
	dest="$BATS_TEST_TMPDIR/dest"
}

@test "install puts every part in its place, uninstall takes it all away" {
	make -s -C "$TREE" install DESTDIR="$dest"
	(cd "$dest" && find . ! -type d | sed 's/^\.//' | sort) >list
	for c in $COMMANDS; do
		grep -qx "/usr/local/bin/$c" list
		grep -qx "/usr/local/share/man/man1/$c.1" list
		grep -qx "/usr/local/share/bash-completion/completions/$c" list
		grep -qx "/usr/local/share/fish/vendor_completions.d/$c.fish" list
	done
	grep -qx /usr/local/libexec/fonoteca/media-worker list
	grep -qx /usr/local/share/zsh/site-functions/_fonoteca list
	for m in man1/lib-search.1 man5/fonoteca-library.5 man7/fonoteca.7 man7/fonoteca-query.7; do
		grep -qx "/usr/local/share/man/$m" list
	done
	grep -qx /usr/local/share/doc/fonoteca/README list
	[ "$(find "$dest" -type f ! -perm -444 | wc -l)" -eq 0 ]
	run -1 grep -r '@VERSION@' "$dest"
	make -s -C "$TREE" uninstall DESTDIR="$dest"
	[ -z "$(find "$dest" ! -type d)" ]
	[ -z "$(find "$dest" -iname '*fonoteca*')" ]
}

@test "uninstall leaves what others put beside it" {
	make -s -C "$TREE" install DESTDIR="$dest"
	touch "$dest/usr/local/bin/other" "$dest/usr/local/share/man/man1/other.1"
	make -s -C "$TREE" uninstall DESTDIR="$dest"
	[ -e "$dest/usr/local/bin/other" ]
	[ -e "$dest/usr/local/share/man/man1/other.1" ]
}

@test "folders can be chosen one by one" {
	# the media worker's folder is compiled in, so this is a build of its own
	make -s -C "$TREE" -j"$(nproc)" NODEPS=1 B="$BATS_TEST_TMPDIR/build" CFLAGS=-O0 CXXFLAGS=-O0 install DESTDIR="$dest" \
		PREFIX=/opt/f BINDIR=/opt/f/programs MANDIR=/opt/man LIBEXECDIR=/opt/f/private >&2
	[ -x "$dest/opt/f/programs/lib-search" ]
	[ -x "$dest/opt/f/private/media-worker" ]
	[ -e "$dest/opt/man/man1/lib-search.1" ]
	[ ! -e "$dest/usr" ]
	grep -q /opt/f/private "$dest/opt/f/programs/lib-import"
}

@test "the installed commands find their media worker, wherever the tree was moved" {
	make -s -C "$TREE" install DESTDIR="$dest"
	mv "$dest/usr/local" "$BATS_TEST_TMPDIR/moved"
	PATH="$BATS_TEST_TMPDIR/moved/bin:$PATH"
	[ "$(command -v lib-import)" = "$BATS_TEST_TMPDIR/moved/bin/lib-import" ]
	main_line
	run -0 lib-search --count love
	[ "$output" -gt 0 ]
}
