# not under SAN
# What each program drags in, as built with -Wl,--no-as-needed: some toolchains drop unused libraries by
# themselves and would hide a mistake.
load helper

setup_file() {
	export LINKED="$BATS_FILE_TMPDIR/build"
	env -u MAKEFLAGS make -s -C "$BATS_TEST_DIRNAME/.." -j"$(nproc)" NODEPS=1 B="$LINKED" CFLAGS=-O0 CXXFLAGS=-O0 \
		LDFLAGS=-Wl,--no-as-needed all >&2
}

needed() {
	readelf -d "$LINKED/$1" | sed -n 's/.*(NEEDED).*\[\(lib[^.]*\)\..*/\1/p' | grep -vE '^lib(c|m|gcc_s|ld-linux.*)$' | sort | tr '\n' ' '
}

@test "lib-search and lib-playlist need SQLite and utf8proc, no more" {
	[ "$(needed lib-search)" = "libsqlite3 libutf8proc " ]
	[ "$(needed lib-playlist)" = "libsqlite3 libutf8proc " ]
}

@test "commands that hash need nettle beside" {
	for c in lib-import lib-commit lib-sweep; do
		[ "$(needed $c)" = "libnettle libsqlite3 libutf8proc " ]
	done
}

@test "only the media worker has TagLib, libstdc++ and libseccomp, and it has no SQLite" {
	[ "$(needed libexec/media-worker)" = "libseccomp libstdc++ libtag libtag_c libz " ]
}

@test "what a command does not call is not in it" {
	absent() { ! nm "$FONOTECA_BUILD/$1" | grep -E " [Tt] $2"; }
	absent lib-search 'worker_(new|read)$'
	absent lib-search 'blob_publish$'
	absent lib-search 'sha256_'
	absent lib-playlist 'worker_(new|read)$'
	absent lib-playlist 'blob_publish$'
	nm "$FONOTECA_BUILD/lib-import" | grep -qE ' T worker_new$'
}
