-- Version 9: what the sound says.  fonoteca-library(5) explains it to people.

-- What lib-analyze found, by the audio alone, so that other tags, other names and another import keep it: file.audio,
-- of a part file.whole, and the blob's own hash where a format has no such thing.
CREATE TABLE sound (
	id                   INTEGER PRIMARY KEY,
	hash                 BLOB NOT NULL CHECK (length(hash) = 32),
	start_ms             INTEGER NOT NULL,        -- of a part of it, else 0
	length_ms            INTEGER NOT NULL,        -- of a part, else 0
	at                   INTEGER NOT NULL,
	-- which version of each analysis was made, 0: none; with an error it is the one that failed
	bpm_version          INTEGER NOT NULL DEFAULT 0,
	key_version          INTEGER NOT NULL DEFAULT 0,
	loudness_version     INTEGER NOT NULL DEFAULT 0,
	fingerprint_version  INTEGER NOT NULL DEFAULT 0,
	features_version     INTEGER NOT NULL DEFAULT 0,
	check_version        INTEGER NOT NULL DEFAULT 0,
	error                TEXT,
	duration_ms          INTEGER,                 -- that was decoded
	bpm                  REAL,
	bpm_confidence       REAL,
	bpm_other            REAL,                    -- its half or double
	key                  TEXT,
	camelot              TEXT,                    -- the key as a place on the wheel, 8A
	key_confidence       REAL,
	tuning               REAL,                    -- cents above A = 440 Hz
	lufs                 REAL,                    -- NULL: nothing but silence
	range                REAL,                    -- LU
	peak                 REAL,                    -- true peak, linear
	damage               TEXT,                    -- what is wrong with it
	twin                 INTEGER,                 -- the number of all of one recording; NULL: it is alone
	vector               BLOB,                    -- sound/timbre.h: numbers of 4 bytes
	UNIQUE (hash, start_ms, length_ms)
) STRICT;
CREATE INDEX sound_damage ON sound(hash) WHERE damage IS NOT NULL;
-- The bulk of it: loudness of each 400 ms as pairs of place and number, for albums; the fingerprint.
CREATE TABLE sound_detail (
	sound_id  INTEGER PRIMARY KEY REFERENCES sound(id) ON DELETE CASCADE,
	blocks    BLOB,
	print     BLOB
) STRICT;
-- Some of the numbers of each fingerprint, by which others like it are found.
CREATE TABLE print_word (
	word      INTEGER NOT NULL,
	sound_id  INTEGER NOT NULL REFERENCES sound(id) ON DELETE CASCADE,
	PRIMARY KEY (word, sound_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX print_word_sound ON print_word(sound_id);
CREATE INDEX sound_twin ON sound(twin) WHERE twin IS NOT NULL;
-- The vectors of all tracks in small, as lib-analyze left them after its last run: see store/sound/near.h.
CREATE TABLE sound_near (
	chunk  INTEGER PRIMARY KEY,
	v      BLOB NOT NULL
) STRICT;
CREATE INDEX file_whole ON file(whole) WHERE whole IS NOT NULL;

-- The key in table sound of each file.
CREATE VIEW file_sound AS
SELECT f.id AS file_id, f.track_id, f.preferred, coalesce(iif(f.part > 0, f.whole, f.audio), b.sha256) AS hash,
	iif(f.part > 0, ifnull(f.start_ms, 0), 0) AS start_ms, iif(f.part > 0, ifnull(f.duration_ms, 0), 0) AS length_ms
FROM file f JOIN blob b ON b.id = f.blob_id;

-- What was found of a track's preferred file; and whether it goes before what the tags say.  tempo and tone are what
-- holds.
ALTER TABLE track ADD COLUMN sound_bpm REAL;
ALTER TABLE track ADD COLUMN sound_key TEXT;
ALTER TABLE track ADD COLUMN sound_group INTEGER;  -- coalesce(twin, id) of its sound
ALTER TABLE track ADD COLUMN sound_first INTEGER NOT NULL DEFAULT 0;
ALTER TABLE track ADD COLUMN tempo REAL AS (iif(sound_first, ifnull(sound_bpm, bpm), ifnull(bpm, sound_bpm))) VIRTUAL;
ALTER TABLE track ADD COLUMN tone TEXT AS (iif(sound_first, ifnull(sound_key, key), ifnull(key, sound_key))) VIRTUAL;
CREATE INDEX track_sound ON track(sound_group) WHERE sound_group IS NOT NULL;
CREATE TRIGGER packed_sound AFTER UPDATE OF sound_bpm, sound_first ON track BEGIN
	DELETE FROM packed_chunk WHERE chunk = (SELECT doc >> 12 FROM doc WHERE track_id = new.id);
END;

-- A track that gets a file whose sound is known knows it at once.
CREATE TRIGGER sound_file_added AFTER INSERT ON file WHEN new.preferred AND EXISTS (SELECT 1 FROM sound) BEGIN
	UPDATE track SET (sound_bpm, sound_key, sound_group) = (SELECT s.bpm, s.key, coalesce(s.twin, s.id) FROM file_sound f JOIN sound s USING (hash, start_ms, length_ms)
		WHERE f.file_id = new.id) WHERE id = new.track_id;
END;
CREATE TRIGGER sound_file_changed AFTER UPDATE OF preferred, track_id, audio, whole ON file
WHEN new.preferred AND EXISTS (SELECT 1 FROM sound) BEGIN
	UPDATE track SET (sound_bpm, sound_key, sound_group) = (SELECT s.bpm, s.key, coalesce(s.twin, s.id) FROM file_sound f JOIN sound s USING (hash, start_ms, length_ms)
		WHERE f.file_id = new.id) WHERE id = new.track_id;
END;
