# SPDX-License-Identifier: MIT
# not under SAN
# Bringing a library of an older version up to date: whole, with a copy kept, or not at all.
load helper

# as_version_1 : turn the library into one as version 1 had it, with all that it holds.
as_version_1() {
	python3 "$TREE/tests/older.py" "$FONOTECA_LIBRARY" 1
}

tables() {
	query "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY 1, 2"
}

newest() {
	find "$TREE/lib/store/schema" -name '[0-9]*.sql' | wc -l
}

@test "a library of version 1 is brought up to date by the first command that writes, and equals a fresh one" {
	main_line
	# what version 1 did not know yet
	sqlite3 "$FONOTECA_LIBRARY/library.db" "UPDATE file SET audio = NULL, start_ms = NULL, damaged = 0, notes = NULL"
	tables >fresh.tables
	catalogue >fresh
	as_version_1
	[ "$(query 'PRAGMA user_version')" = 1 ]
	run -0 --separate-stderr lib-sweep -q
	[ "$(query 'PRAGMA user_version')" = "$(newest)" ]
	tables | diff - fresh.tables
	catalogue | diff - fresh
	intact
	lib-search -q love | grep -q .
	# no id is given twice
	query "SELECT seq >= (SELECT max(id) + 5 FROM file) FROM sqlite_sequence WHERE name = 'file'" | grep -qx 1
}

@test "libraries as the commands of earlier versions wrote them are brought up to date with all that they hold" {
	for version in 1 3 7; do
		rm -rf "$FONOTECA_LIBRARY"
		mkdir "$FONOTECA_LIBRARY"
		tar -C "$FONOTECA_LIBRARY" --strip-components=1 --no-same-owner -xzf "$FIXTURES/upgrade/$version.tar.gz"
		query "SELECT id, title, artist FROM track WHERE removed IS NULL ORDER BY id" >before
		[ "$(wc -l <before)" -ge 3 ]
		run -0 --separate-stderr lib-sweep -q
		[ -z "$stderr" ]
		[ "$(query 'PRAGMA user_version')" = "$(newest)" ]
		[ -n "$(ls "$FONOTECA_LIBRARY/backup/library-v$version-"*.db)" ]
		lib-sweep -q verify
		intact
		query "SELECT id, title, artist FROM track WHERE removed IS NULL ORDER BY id" | diff before -
		[ "$(lib-search --format '$title' love)" = "$(lib-playlist show Evening | cut -f4)" ]
		# the staged session of then is committed now
		run -0 --separate-stderr lib-commit s2
		[ "$output" = "s2 committed: 1 track, 0 duplicates, 0 failed" ]
		[ "$(lib-search --count)" = $(($(wc -l <before) + 1)) ]
	done
}

@test "the catalogue as it was is kept in backup/ and opens" {
	main_line
	as_version_1
	lib-sweep -q
	name=$(query "SELECT name FROM backup WHERE reason = 'migration' AND schema = 1")
	[ "$(ls "$FONOTECA_LIBRARY/backup")" = "$name" ]
	[ "$(sqlite3 -readonly "$FONOTECA_LIBRARY/backup/$name" 'PRAGMA user_version; PRAGMA integrity_check;')" = $'1\nok' ]
	[ "$(sqlite3 -readonly "$FONOTECA_LIBRARY/backup/$name" 'SELECT count(*) FROM track')" = "$(query 'SELECT count(*) FROM track')" ]
}

@test "a reader says what to do about an older library, and changes nothing" {
	main_line
	as_version_1
	before=$(sha256sum <"$FONOTECA_LIBRARY/library.db")
	fails 4 lib-search love
	[[ $stderr == *"version 1"*lib-sweep* ]]
	[ "$(sha256sum <"$FONOTECA_LIBRARY/library.db")" = "$before" ]
}

@test "without room for the copy nothing is migrated, and the next command does it" {
	main_line
	as_version_1
	rmdir "$FONOTECA_LIBRARY/backup"
	touch "$FONOTECA_LIBRARY/backup" # a file, where copies should go
	fails 4 lib-sweep
	[[ $stderr == *"copy of the catalogue"* ]]
	[ "$(query 'PRAGMA user_version')" = 1 ]
	rm "$FONOTECA_LIBRARY/backup"
	lib-sweep -q
	[ "$(query 'PRAGMA user_version')" = "$(newest)" ]
}

@test "killed at any write or sync of a migration the library is the old or the new one, and the rerun ends it" {
	requires strace
	lib-import -q "$FIXTURES/audio"/*.ogg
	lib-sweep -q
	tables >fresh.tables
	as_version_1
	cp -r "$FONOTECA_LIBRARY" old
	kills=0
	for call in pwrite64 fsync fdatasync renameat unlinkat ftruncate; do
		step=1
		[ $call != pwrite64 ] || step=7
		for ((n = 1;; n += step)); do
			rm -rf "$FONOTECA_LIBRARY" && cp -r old "$FONOTECA_LIBRARY"
			status=0
			strace -qq -o /dev/null -e trace=$call -e inject=$call:signal=KILL:when=$n lib-sweep -q orphans >/dev/null 2>&1 || status=$?
			[ $status -eq 137 ] || break
			kills=$((kills + 1))
			version=$(query 'PRAGMA user_version')
			[ "$version" = 1 ] || [ "$version" = "$(newest)" ] || fail "version $version after $call $n"
			lib-sweep -q orphans
			tables | diff - fresh.tables || fail "tables differ after $call $n"
			[ -z "$(find "$FONOTECA_LIBRARY/backup" -name '*.part')" ] || fail "a piece of a copy stays after $call $n"
		done
	done
	echo "$kills kills"
	[ $kills -ge 20 ]
}

@test "text that was folded by another version is folded anew by the first command that writes" {
	main_line
	catalogue >fresh
	sqlite3 "$FONOTECA_LIBRARY/library.db" "PRAGMA wal_checkpoint(TRUNCATE); UPDATE library SET fold_version = 0;
		UPDATE track SET title_key = 'old ' || title_key, artist_key = 'old ' || artist_key;
		UPDATE release SET album_key = 'old ' || album_key, albumartist_key = iif(albumartist_key = '', '', 'old ' || albumartist_key);
		UPDATE artist SET key = 'old ' || key; UPDATE genre SET key = 'old ' || key;
		DELETE FROM skey WHERE kind = 1; DELETE FROM vocabulary" >/dev/null
	run -0 --separate-stderr lib-search love
	[[ $stderr == *"another version"*"lib-sweep"* ]]
	[ -n "$output" ]
	run -0 --separate-stderr lib-sweep -q
	catalogue | sed 's/^doc.*//; s/^skey (\(.*\), [0-9]*)/skey (\1)/' | sort >now
	sed 's/^doc.*//; s/^skey (\(.*\), [0-9]*)/skey (\1)/' fresh | sort | diff - now
	[ "$(query 'SELECT count(*) FROM doc')" = "$(query 'SELECT count(*) FROM track WHERE removed IS NULL')" ]
	[ "$(query 'SELECT count(*) > 0 FROM vocabulary')" = 1 ]
	run -0 --separate-stderr lib-search love
	[ -z "$stderr" ]
	lib-sweep -q
	intact
}
