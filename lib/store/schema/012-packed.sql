-- Version 12: more of what searches filter, count and group by is packed.  fonoteca-library(5) explains it to people.

-- What there is of preferred files, each combination once: its code is what is packed, in one byte.
CREATE TABLE packed_kind (
	code     INTEGER PRIMARY KEY CHECK (code BETWEEN 1 AND 254),
	format   TEXT NOT NULL,
	codec    TEXT,
	part     INTEGER NOT NULL,                    -- 1: it carries other tracks, too
	state    TEXT NOT NULL,
	damaged  INTEGER NOT NULL
) STRICT;

-- The chunks that are packed have not got the new columns yet.
DELETE FROM packed_chunk;
CREATE TRIGGER packed_file_added AFTER INSERT ON file WHEN new.preferred = 1 BEGIN
	DELETE FROM packed_chunk WHERE chunk = (SELECT doc >> 12 FROM doc WHERE track_id = new.track_id);
END;
CREATE TRIGGER packed_file_changed AFTER UPDATE OF track_id, blob_id, part, preferred, state, format, codec, damaged
	ON file BEGIN
	DELETE FROM packed_chunk WHERE chunk IN (SELECT doc >> 12 FROM doc
		WHERE track_id IN (old.track_id, new.track_id));
END;
CREATE TRIGGER packed_file_gone AFTER DELETE ON file WHEN old.preferred = 1 BEGIN
	DELETE FROM packed_chunk WHERE chunk = (SELECT doc >> 12 FROM doc WHERE track_id = old.track_id);
END;
CREATE TRIGGER packed_removed AFTER UPDATE OF removed ON track BEGIN
	DELETE FROM packed_chunk WHERE chunk = (SELECT doc >> 12 FROM doc WHERE track_id = new.id);
END;
CREATE TRIGGER packed_blob AFTER UPDATE OF size ON blob BEGIN
	DELETE FROM packed_chunk WHERE chunk IN (SELECT d.doc >> 12 FROM file f JOIN doc d ON d.track_id = f.track_id
		WHERE f.blob_id = new.id);
END;

-- The files that what is packed does not tell of: hardly ever many.
CREATE INDEX file_other ON file(id) WHERE preferred = 0 OR part > 0;
