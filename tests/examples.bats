# not under SAN
# What lies under share/examples works as it is.
load helper

@test "backup-with-rsync copies a library that then works by itself" {
	requires rsync sqlite3
	main_line
	lib-playlist -q create Evening
	lib-search --ids love | lib-playlist -q add Evening -
	"$TREE/share/examples/backup-with-rsync" "$FONOTECA_LIBRARY" "$PWD/copy"
	before=$(catalogue) hits=$(lib-search --ids love)
	FONOTECA_LIBRARY=$PWD/copy
	[ "$(catalogue)" = "$before" ]
	[ "$(lib-search --ids love)" = "$hits" ]
	intact
	# again, with nothing new and with something new
	rm -r "$FONOTECA_LIBRARY"/blobs/0*
	"$TREE/share/examples/backup-with-rsync" "$BATS_TEST_TMPDIR/library" "$PWD/copy"
	intact
}

@test "the crontab's and systemd's lines are silent where nothing is wrong" {
	main_line
	lines=$(sed -nE 's/^[0-9*]+ [^\t]*\t(lib-.*)/\1/p' "$TREE/share/examples/crontab"
		sed -n 's/^ExecStart=//p' "$TREE"/share/examples/*.service)
	[ "$(wc -l <<<"$lines")" -eq 3 ]
	while read -r line; do
		run -0 --separate-stderr sh -c "$line"
		[ -z "$output$stderr" ]
	done <<<"$lines"
}
