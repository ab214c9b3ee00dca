#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lib-sweep orphans: covers of tracks that were removed.

load helper

setup() {
	setup_fonoteca
	requires python3
}

@test "covers of removed tracks go once nothing can bring the tracks back; again they come with the music" {
	lib-import -q "$FIXTURES/audio" | lib-commit -q
	track=$(query "SELECT track_id FROM file WHERE track_id IN (SELECT track_id FROM cover) AND track_id IN (SELECT track_id FROM file GROUP BY 1 HAVING count(*) = 1) LIMIT 1")
	[ -n "$track" ] ||
		track=$(query "SELECT t.id FROM track t JOIN cover c ON c.release_id = t.release_id GROUP BY t.release_id HAVING count(DISTINCT t.id) = 1 LIMIT 1")
	sum=$(query "SELECT b.sha256 FROM cover c JOIN blob b ON b.id = c.blob_id JOIN track t ON t.id = c.track_id OR t.release_id = c.release_id WHERE t.id = $track LIMIT 1")
	[ "$(query "SELECT count(*) FROM cover c JOIN blob b ON b.id = c.blob_id WHERE hex(b.sha256) = upper('$sum')")" = 1 ]
	find "$FONOTECA_LIBRARY/blobs" -name "$sum.*" | grep -q .
	lib-commit -q --remove "$track"
	lib-sweep -q
	find "$FONOTECA_LIBRARY/blobs" -name "$sum.*" | grep -q . # it may come back
	lib-commit -q --restore "$track"
	lib-commit -q --remove "$track"
	lib-sweep -q --grace 0
	lib-sweep -q --grace 0 trash
	run -0 lib-sweep orphans
	[[ $output == *"1 cover"* ]]
	[ -z "$(find "$FONOTECA_LIBRARY/blobs" -name "$sum.*")" ]
	lib-sweep -q verify
	run -0 lib-sweep orphans
	[ -z "$output" ]
	lib-import -q --again "$FIXTURES/audio" | lib-commit -q
	find "$FONOTECA_LIBRARY/blobs" -name "$sum.*" | grep -q .
	lib-search --cover "$track" | sha256sum | grep -q "^$sum"
	lib-sweep -q verify
}
