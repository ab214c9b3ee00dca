-- Version 11: histories as they were taken in, so that one can be taken out again.

-- A file that plays came from, once for each time that it was another one; a player, once for each listener.
CREATE TABLE play_import (
	id         INTEGER PRIMARY KEY AUTOINCREMENT,
	listener   TEXT NOT NULL,                     -- who heard what does not tell it
	type       TEXT NOT NULL,                     -- its format; of an archive that of the first in it; "player"
	name       TEXT NOT NULL,                     -- of the file, or of the player
	zone       TEXT NOT NULL DEFAULT '',          -- the time zone that was assumed, where it tells none
	sha256     BLOB CHECK (length(sha256) = 32),  -- of the file; NULL: it came through a pipe
	at         INTEGER NOT NULL,                  -- when it was first read
	state      TEXT NOT NULL CHECK (state IN ('open', 'whole', 'going')),
	added      INTEGER NOT NULL DEFAULT 0,        -- the plays that it brought, with the next two
	uncounted  INTEGER NOT NULL DEFAULT 0,        -- of these: what does not count
	near       INTEGER NOT NULL DEFAULT 0,        -- of these: other accounts of plays
	shared     INTEGER NOT NULL DEFAULT 0,        -- plays of it that another import had brought before
	skipped    INTEGER NOT NULL DEFAULT 0,        -- rows that are no plays, and broken ones, as last read
	broken     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX play_import_file ON play_import(sha256) WHERE sha256 IS NOT NULL;

-- What was there before: an import for each history.
ALTER TABLE play ADD COLUMN import_id INTEGER REFERENCES play_import(id);
INSERT INTO play_import (id, listener, type, name, zone, at, state, added, uncounted, near)
SELECT h.id, ifnull(min(l.name), ''), h.type, h.name, h.zone, h.at, 'whole',
	count(p.id), count(p.uncounted), count(p.dup_of)
FROM history h LEFT JOIN play p ON p.history_id = h.id LEFT JOIN listener l ON l.id = p.listener_id GROUP BY h.id;
UPDATE play SET import_id = history_id;
CREATE INDEX play_import_play ON play(import_id);

-- A play that goes is taken off the numbers, instead of counting all of its kind anew.
DROP TRIGGER play_gone;
CREATE TRIGGER play_gone AFTER DELETE ON play WHEN old.uncounted IS NULL AND old.dup_of IS NULL BEGIN
	UPDATE told SET plays = plays - 1, last = iif(last > old.start, last, (SELECT start FROM play
		WHERE told_id = old.told_id AND uncounted IS NULL AND dup_of IS NULL ORDER BY start DESC LIMIT 1))
	WHERE id = old.told_id;
END;
-- ... and for one that is no track's nothing else is done; each IN of a list would be a table of its own, every time.
DROP TRIGGER told_moved;
CREATE TRIGGER told_moved AFTER UPDATE OF plays, last, recording_id ON told
WHEN ifnull(new.recording_id, old.recording_id) IS NOT NULL AND (new.recording_id IS NOT old.recording_id
OR new.plays < old.plays OR ifnull(new.last < old.last, new.last IS NULL)) BEGIN
	DELETE FROM heard WHERE recording_id = old.recording_id;
	DELETE FROM heard WHERE recording_id = new.recording_id;
	INSERT INTO heard (recording_id, plays, last)
	SELECT recording_id, sum(plays), max(last) FROM told
	WHERE recording_id = old.recording_id AND plays > 0 GROUP BY recording_id;
	INSERT INTO heard (recording_id, plays, last)
	SELECT recording_id, sum(plays), max(last) FROM told
	WHERE recording_id = new.recording_id AND new.recording_id IS NOT old.recording_id AND plays > 0 GROUP BY recording_id;
END;
