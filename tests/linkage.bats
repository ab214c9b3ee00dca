# SPDX-License-Identifier: MIT
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

@test "lib-search and lib-playlist need SQLite, utf8proc and PCRE2, lib-playlist also what reads XML and JSON, and hashes" {
	[ "$(needed lib-search)" = "libpcre2-8 libsqlite3 libutf8proc " ]
	[ "$(needed lib-playlist)" = "libexpat libjansson libnettle libpcre2-8 libsqlite3 libutf8proc " ]
}

@test "commands that hash need nettle beside" {
	[ "$(needed lib-sweep)" = "libnettle libsqlite3 libutf8proc libz " ] # packs copies of the catalogue
	[ "$(needed lib-commit)" = "libnettle libsqlite3 libutf8proc " ]
	[ "$(needed lib-import)" = "libjansson libnettle libsqlite3 libutf8proc libz " ] # reads histories
}

@test "only the media worker has TagLib, libstdc++, libarchive and libseccomp, and it has no SQLite" {
	[ "$(needed libexec/media-worker)" = "libarchive libnettle libseccomp libstdc++ libtag libtag_c libz " ]
}

@test "lib-analyze reads the catalogue and queries; what decodes is in its worker alone, which has no SQLite" {
	requires lib-analyze
	[ "$(needed lib-analyze)" = "libpcre2-8 libsqlite3 libutf8proc " ]
	[ "$(needed libexec/sound-worker)" = "libavcodec libavformat libavutil libchromaprint libebur128 libseccomp libswresample " ]
}

@test "without what decodes everything else is built and installed, and make says what is left out" {
	run -0 env -u MAKEFLAGS make -C "$TREE" -n NODEPS=1 NO_SOUND=1 B="$BATS_TEST_TMPDIR/none" all
	[[ $output == *"lib-analyze is left out"* ]]
	[[ $output != *"lib/sound/"* ]]
	[[ $output == *"media-worker"* ]]
	run -0 env -u MAKEFLAGS make -C "$TREE" -n NODEPS=1 NO_SOUND=1 install
	[[ $output != */lib-analyze* ]]
}

@test "what a command does not call is not in it" {
	absent() {
		nm "$LINKED/$1" >symbols
		grep -qE ' T main$' symbols
		! grep -E " [Tt] $2" symbols
	}
	absent lib-search 'worker_(new|read)$'
	absent lib-search 'session_'
	absent lib-search 'sha256_'
	nm "$LINKED/lib-import" | grep -qE ' T worker_new$'
}

@test "a program calls every library that it is linked with" {
	for p in $COMMANDS libexec/media-worker $(analyzes && echo libexec/sound-worker); do
		nm -D --undefined-only "$LINKED/$p" >symbols
		for lib in $(needed "$p"); do
			case $lib in
			libsqlite3) grep -q ' sqlite3_' symbols ;;
			libutf8proc) grep -q ' utf8proc_' symbols ;;
			libpcre2-8) grep -q ' pcre2_' symbols ;;
			libexpat) grep -q ' XML_' symbols ;;
			libnettle) grep -q ' nettle_' symbols ;;
			libjansson) grep -q ' json_loadb' symbols ;;
			libarchive) grep -q ' archive_' symbols ;;
			libav*) grep -q ' av' symbols ;;
			libswresample) grep -q ' swr_' symbols ;;
			libebur128) grep -q ' ebur128_' symbols ;;
			libchromaprint) grep -q ' chromaprint_' symbols ;;
			libseccomp) grep -q ' seccomp_' symbols ;;
			libtag) grep -q ' _ZN.*6TagLib' symbols ;;
			libtag_c | libstdc++ | libz) ;;		# TagLib's own company
			*) fail "$p has $lib, that this test does not know" ;;
			esac || fail "$p is linked with $lib and never calls it"
		done
	done
}
