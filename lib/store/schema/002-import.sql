-- Version 2: what a complete import and its review need.  fonoteca-library(5) explains it to people.

-- The audio alone, without tags: SHA-256 as media/payload.h says, NULL where a format has no such thing.
ALTER TABLE item ADD COLUMN audio BLOB CHECK (length(audio) = 32);
-- When a failed item may be tried again by itself; NULL: only by hand.
ALTER TABLE item ADD COLUMN due INTEGER;
-- The bytes that its running, or last, import has staged: with `changed`, when that began, its rate.
ALTER TABLE session ADD COLUMN run_bytes INTEGER NOT NULL DEFAULT 0;
CREATE INDEX item_session ON item(session_id);
CREATE INDEX item_due ON item(due) WHERE due IS NOT NULL;

-- A file may carry several tracks: part 0 is all of it, 1, 2, ... are pieces of it as a cue sheet cuts it.
CREATE TABLE file_2 (
	id           INTEGER PRIMARY KEY AUTOINCREMENT,
	track_id     INTEGER NOT NULL REFERENCES track(id),
	blob_id      INTEGER NOT NULL REFERENCES blob(id),
	part         INTEGER NOT NULL DEFAULT 0,
	preferred    INTEGER NOT NULL,
	state        TEXT NOT NULL CHECK (state IN ('ok', 'missing', 'damaged', 'removed')),
	format       TEXT NOT NULL,
	codec        TEXT,
	bitrate      INTEGER,
	samplerate   INTEGER,
	bitdepth     INTEGER,
	channels     INTEGER,
	duration_ms  INTEGER,                         -- of the part
	start_ms     INTEGER,                         -- of a part
	audio        BLOB CHECK (length(audio) = 32), -- as item.audio; of a part NULL
	damaged      INTEGER NOT NULL DEFAULT 0,      -- 1: it came without all of its audio
	notes        TEXT,                            -- what the import noted of it, one a line
	source       BLOB,                            -- the path it was imported from
	mtime        INTEGER,                         -- of that file
	session_id   INTEGER NOT NULL REFERENCES session(id),
	added        INTEGER NOT NULL,
	changed      INTEGER NOT NULL,                -- when its state last changed
	UNIQUE (blob_id, part)
) STRICT;
INSERT INTO file_2 (id, track_id, blob_id, preferred, state, format, codec, bitrate, samplerate, bitdepth,
	channels, duration_ms, source, mtime, session_id, added, changed)
SELECT id, track_id, blob_id, preferred, state, format, codec, bitrate, samplerate, bitdepth,
	channels, duration_ms, source, mtime, session_id, added, changed FROM file;
UPDATE sqlite_sequence SET seq = (SELECT seq FROM sqlite_sequence WHERE name = 'file')
WHERE name = 'file_2' AND EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'file');
DROP TABLE file;
ALTER TABLE file_2 RENAME TO file;
CREATE INDEX file_track ON file(track_id);
CREATE UNIQUE INDEX file_preferred ON file(track_id) WHERE preferred = 1;
CREATE INDEX file_session ON file(session_id);
CREATE INDEX file_audio ON file(audio) WHERE audio IS NOT NULL;

-- Releases by names as commit/similar.h brings them together: a leading "the" and "and" do not count.
CREATE INDEX release_match ON release(
	replace(iif(substr(albumartist_key, 1, 4) = 'the ', substr(albumartist_key, 5), albumartist_key), ' and ', ' '),
	replace(iif(substr(album_key, 1, 4) = 'the ', substr(album_key, 5), album_key), ' and ', ' ')
);

-- 1: what is staged is the source itself under one name more (hardlink, move), and so it has the times that it
-- was left with: its ctime is that of our link, and only its mtime tells when it was written.
ALTER TABLE item ADD COLUMN linked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE source ADD COLUMN linked INTEGER NOT NULL DEFAULT 0;

-- Sources of --mode=move whose rows are durable and that are still to be removed.
CREATE TABLE leaving (
	path        BLOB PRIMARY KEY,
	session_id  INTEGER NOT NULL REFERENCES session(id),
	device      INTEGER NOT NULL,
	inode       INTEGER NOT NULL,
	size        INTEGER NOT NULL,
	mtime_ns    INTEGER NOT NULL,
	ctime_ns    INTEGER NOT NULL,                 -- of a linked one: as seen after linking
	linked      INTEGER NOT NULL,
	sha256      BLOB NOT NULL CHECK (length(sha256) = 32)
) STRICT, WITHOUT ROWID;

-- Roots that could not be reached as a whole: automatic retries leave them alone for a while.
CREATE TABLE resting (
	root      BLOB PRIMARY KEY,
	class     TEXT NOT NULL CHECK (class IN ('access', 'io', 'unknown')),
	failures  INTEGER NOT NULL,                   -- in a row
	reason    TEXT NOT NULL,
	since     INTEGER NOT NULL,
	until     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Archives whose members were imported, all of them: what decides that one is unchanged, as in source.  Holds
-- once the session is committed.
CREATE TABLE archive (
	path        BLOB PRIMARY KEY,
	session_id  INTEGER NOT NULL REFERENCES session(id),
	device      INTEGER NOT NULL,
	inode       INTEGER NOT NULL,
	size        INTEGER NOT NULL,
	mtime_ns    INTEGER NOT NULL,
	ctime_ns    INTEGER NOT NULL,
	seen        INTEGER NOT NULL,
	members     INTEGER NOT NULL                  -- audio files in it
) STRICT, WITHOUT ROWID;

-- Fields that somebody set by hand: newer tags of the file do not change them.
CREATE TABLE amended (
	track_id  INTEGER NOT NULL REFERENCES track(id) ON DELETE CASCADE,
	name_id   INTEGER NOT NULL REFERENCES tagname(id),
	at        INTEGER NOT NULL,
	event_id  INTEGER NOT NULL,                   -- the latest event that did; events are not kept for ever
	PRIMARY KEY (track_id, name_id)
) STRICT, WITHOUT ROWID;

-- Events that can be taken back.
CREATE TABLE edit (
	event_id  INTEGER PRIMARY KEY REFERENCES event(id) ON DELETE CASCADE,
	undoes    INTEGER,                            -- the event that this one took back
	undone    INTEGER                             -- the event that took this one back, while that holds
) STRICT;

-- What an edit did, row by row, in its order: the row's key and the columns that differ, as JSON (bytes in
-- hex); NULL where there was, or is, no row.
CREATE TABLE change (
	id        INTEGER PRIMARY KEY,
	event_id  INTEGER NOT NULL REFERENCES edit(event_id) ON DELETE CASCADE,
	name      TEXT NOT NULL,                      -- of the table
	before    TEXT,
	after     TEXT
) STRICT;
CREATE INDEX change_event ON change(event_id);

-- Copies of the catalogue in backup/.
CREATE TABLE backup (
	name    TEXT PRIMARY KEY,
	at      INTEGER NOT NULL,
	schema  INTEGER NOT NULL,                     -- the version of its tables
	reason  TEXT NOT NULL CHECK (reason IN ('migration', 'scheduled', 'asked'))
) STRICT, WITHOUT ROWID;
