-- Version 7: playlists.  fonoteca-library(5) explains it to people.

-- A smart playlist's query is a JSON array of words, as in table saved; beside it, by what its tracks are sorted
-- and how many there are at most.
ALTER TABLE playlist ADD COLUMN sort TEXT;
ALTER TABLE playlist ADD COLUMN most INTEGER;
-- What the file that it was imported from said of the list itself: lines of a word, a tab and a text.
ALTER TABLE playlist ADD COLUMN extra TEXT;

-- What that file said of an entry: the place as it stood there, and what else there was.
ALTER TABLE entry ADD COLUMN location BLOB;
ALTER TABLE entry ADD COLUMN album TEXT;
ALTER TABLE entry ADD COLUMN mb_trackid TEXT;     -- of the recording
ALTER TABLE entry ADD COLUMN start_ms INTEGER;    -- of a part of a file
ALTER TABLE entry ADD COLUMN extra TEXT;
CREATE INDEX entry_unresolved ON entry(playlist_id, position) WHERE track_id IS NULL;

-- The tracks that entries were found to be by less than their own path: derived, and found again after each
-- commit.  No reference to entry: one that was removed may come back.
CREATE TABLE found (
	entry_id  INTEGER PRIMARY KEY,
	track_id  INTEGER NOT NULL REFERENCES track(id) ON DELETE CASCADE,
	how       TEXT NOT NULL CHECK (how IN ('name', 'suffix', 'recording', 'tags')),
	at        INTEGER NOT NULL
) STRICT;
CREATE INDEX found_track ON found(track_id);
