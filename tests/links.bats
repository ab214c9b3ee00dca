# SPDX-License-Identifier: MIT
# Links that somebody planted in a library lead nowhere, and what is swapped for one while commands run neither.
load helper

setup() {
	setup_fonoteca
	main_line
	lib-import -q --set comment=x "$FIXTURES/audio"/*.flac >/dev/null
	mkdir outside
	echo precious >outside/file
}

# outside : all that lies outside, with modes, times and bytes.
outside() {
	find outside -printf '%p %y %m %T@ %l\n' | sort
	find outside -type f -exec sha256sum {} + | sort
}

# every_command : those that read and write, whatever becomes of them; none may crash.
every_command() {
	local status line
	while read -r line; do
		status=0
		timeout 20 $line >out.txt 2>err.txt </dev/null || status=$?
		[[ $status -lt 124 ]] || fail "$line: status $status: $(cat err.txt)"
		! grep -q 'Sanitizer' err.txt || fail "$line: $(cat err.txt)"
	done <<-END
		lib-commit -q s2
		lib-import -q --set comment=y $FIXTURES/audio
		lib-import -q --mode=hardlink --set comment=z $FIXTURES/audio
		lib-commit -q --all
		lib-commit -q --remove 1
		lib-sweep -q --grace 0 --older-than 0 --force
		lib-sweep -q --grace 0 trash
		lib-commit -q --restore 1
		lib-commit -q --write-tags 2
		lib-commit -q --undo
		lib-sweep -q backup
		lib-sweep -q verify
		lib-sweep -q repair
		lib-sweep health
		lib-commit -q --reject s3
		lib-search --cover 2
		lib-search --cover 3
		lib-search --count love
	END
}

@test "each folder of the library may be a link: nothing outside is touched, and nothing crashes" {
	cp -a "$FONOTECA_LIBRARY" whole
	cp -a "$FONOTECA_LIBRARY"/. outside/
	chmod -R u+w outside
	for name in blobs staging trash backup staging/s2 blobs/00 blobs/a; do
		rm -rf "$FONOTECA_LIBRARY"
		cp -a whole "$FONOTECA_LIBRARY"
		if [ "$name" = blobs/a ]; then
			for n in a{0..9}; do
				rm -rf "$FONOTECA_LIBRARY/blobs/$n"
				ln -s "$PWD/outside/blobs/$n" "$FONOTECA_LIBRARY/blobs/$n"
			done
		else
			rm -rf "${FONOTECA_LIBRARY:?}/$name"
			ln -s "$PWD/outside/$name" "$FONOTECA_LIBRARY/$name"
		fi
		before=$(outside)
		every_command
		[ "$(outside)" = "$before" ] || fail "$name: $(diff <(echo "$before") <(outside))"
	done
}

@test "each file of the library may be a link: nothing outside is touched, and nothing crashes" {
	cp -a "$FONOTECA_LIBRARY" whole
	cp "$FONOTECA_LIBRARY/library.db" outside/library.db
	for name in library.db library.db-wal library.db-shm library.db-journal lock config; do
		rm -rf "$FONOTECA_LIBRARY"
		cp -a whole "$FONOTECA_LIBRARY"
		rm -f "$FONOTECA_LIBRARY/$name"
		touch "outside/$name"
		ln -s "$PWD/outside/$name" "$FONOTECA_LIBRARY/$name"
		before=$(outside)
		every_command
		[ "$(outside)" = "$before" ] || fail "$name: $(diff <(echo "$before") <(outside))"
	done
}

@test "a folder or catalogue that is a link is told as one, and what is behind it is not taken for lost" {
	for name in blobs staging trash backup library.db; do
		mv "$FONOTECA_LIBRARY/$name" "outside/$name"
		ln -s "$PWD/outside/$name" "$FONOTECA_LIBRARY/$name"
		for command in 'lib-sweep -q' 'lib-sweep health' 'lib-sweep -q verify' 'lib-sweep rebuild' "lib-import -q $FIXTURES/audio"; do
			fails 4 $command
			[[ $stderr == *"the library's $name is a symbolic link, and none is followed there: move the library"* ]] ||
				fail "$name: $command: $stderr"
		done
		rm "$FONOTECA_LIBRARY/$name"
		mv "outside/$name" "$FONOTECA_LIBRARY/$name"
	done
	[ "$(query "SELECT count(*) FROM file WHERE state = 'missing'")" = 0 ]
	# a single one is that blob's
	blob=$(lib-search --files id:1)
	mv "$blob" outside/blob
	ln -s "$PWD/outside/blob" "$blob"
	fails 3 lib-sweep -q verify
	[[ $stderr == *"a symbolic link has its name, and none is followed"* ]]
}

@test "every blob, staged file and copy may be a link: what they name is neither read for its bytes, changed nor removed" {
	lib-sweep -q backup
	find "$FONOTECA_LIBRARY"/{blobs,staging,backup} -type f | while read -r file; do
		cp "$file" "outside/$(basename "$file")"
		rm -f "$file"
		ln -s "$PWD/outside/$(basename "$file")" "$file"
	done
	before=$(outside)
	every_command
	[ "$(outside)" = "$before" ] || fail "$(diff <(echo "$before") <(outside))"
	run -0 --separate-stderr lib-sweep -v orphans || [ "$status" -eq 3 ]
	[[ $stderr == *foreign* ]]
}

@test "folders that turn into links and back while commands run" {
	cp -a "$FONOTECA_LIBRARY"/. outside/
	chmod -R u+w outside
	# what would be swept if it were the library's
	for n in 1 2 3; do
		sha=$(printf 'orphan %s' "$n" | sha256sum | cut -d' ' -f1)
		printf 'orphan %s' "$n" >"outside/blobs/${sha:0:2}/$sha.mp3"
		printf 'orphan %s' "$n" >"outside/trash/$sha.mp3"
		cp "outside/trash/$sha.mp3" outside/staging/s2
	done
	before=$(outside)
	"$PYTHON" - "$FONOTECA_LIBRARY" "$PWD/outside" 3>&- <<-'PY' &
	import ctypes, os, sys, time
	library, outside = sys.argv[1:]
	libc = ctypes.CDLL(None, use_errno=True)
	# (not backup/: SQLite itself looks whether a path holds links before it writes a copy there)
	names = ["staging", "trash", "blobs", "staging/s2"] + ["blobs/%02x" % n for n in range(0, 256, 16)]
	for name in names:
	    os.symlink(outside + "/" + name, library + "/link-" + name.replace("/", "-"))
	end = time.time() + 60
	while time.time() < end and not os.path.exists("enough"):
	    for name in names:
	        link = (library + "/link-" + name.replace("/", "-")).encode()
	        folder = (library + "/" + name).encode()
	        if libc.renameat2(-100, link, -100, folder, 2) == 0:
	            time.sleep(0.0003)
	            libc.renameat2(-100, link, -100, folder, 2)
	PY
	swapper=$!
	for ((i = 0; i < 3; i++)); do
		every_command
	done
	touch enough
	wait $swapper
	[ "$(outside)" = "$before" ] || fail "$(diff <(echo "$before") <(outside))"
}
