-- Version 5: what is derived for searching.  fonoteca-library(5) explains it to people.

-- The words of the index, for suggestions: those of so many characters and bytes, one behind the other in
-- order, each followed by the number of its documents in three bytes (the most significant first).
CREATE TABLE vocabulary (
	chars  INTEGER NOT NULL,
	bytes  INTEGER NOT NULL,
	words  BLOB NOT NULL,
	PRIMARY KEY (chars, bytes)
) STRICT;
-- Words of documents that came or went since those were packed, with the number that came.
CREATE TABLE fresh_word (
	word  TEXT PRIMARY KEY,
	docs  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What searches sort and filter by, side by side: for each column of store/packed/packed.h and each chunk of 4096
-- documents of the index a blob of numbers; id is column << 32 | chunk, and a chunk of nothing but zeros has no row.
CREATE TABLE packed (
	id  INTEGER PRIMARY KEY,
	v   BLOB NOT NULL
) STRICT;
-- The chunks whose blobs are right.  Whatever changes a value takes its chunk out of here, be it lib-commit or
-- sqlite3(1); searches then ask the rows of that chunk's tracks themselves.
CREATE TABLE packed_chunk (
	chunk  INTEGER PRIMARY KEY
) STRICT;
CREATE TRIGGER packed_track AFTER UPDATE OF release_id, recording_id, title_key, artist_key, year, bpm, duration_ms, rating,
	added ON track
BEGIN
	DELETE FROM packed_chunk WHERE chunk = (SELECT doc >> 12 FROM doc WHERE track_id = new.id);
END;
CREATE TRIGGER packed_release AFTER UPDATE OF album_key ON release
BEGIN
	DELETE FROM packed_chunk WHERE chunk IN (SELECT d.doc >> 12 FROM track t JOIN doc d ON d.track_id = t.id
		WHERE t.release_id = new.id);
END;
CREATE TRIGGER packed_doc AFTER DELETE ON doc
BEGIN
	DELETE FROM packed_chunk WHERE chunk = old.doc >> 12;
END;

-- Those to be left out where whole tables are counted.
CREATE INDEX track_removed ON track(id) WHERE removed IS NOT NULL;
