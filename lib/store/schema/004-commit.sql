-- Version 4: what a commit has to know.  fonoteca-library(5) explains it to people.

-- The ctime of a copy in staging/ when it got its name, NULL where that is not known: as long as it has that
-- nobody has touched it since, else its bytes are hashed.
ALTER TABLE item ADD COLUMN staged_ns INTEGER;
ALTER TABLE item_cover ADD COLUMN staged_ns INTEGER;

-- Of a part the audio of its whole file, as file.audio of other files: so one that a cue sheet cuts is known
-- again under other tags, and its parts are not taken for one recording.
ALTER TABLE file ADD COLUMN whole BLOB CHECK (length(whole) = 32);
UPDATE file SET whole = i.audio FROM item i JOIN blob b ON b.sha256 = i.sha256
WHERE b.id = file.blob_id AND file.part > 0 AND i.audio IS NOT NULL;
