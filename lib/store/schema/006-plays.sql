-- Version 6: what was heard.  fonoteca-library(5) explains it to people.

CREATE TABLE listener (
	id    INTEGER PRIMARY KEY,
	name  TEXT NOT NULL UNIQUE
) STRICT;

-- Where plays came from: a file of a history, or a player.
CREATE TABLE history (
	id      INTEGER PRIMARY KEY,
	type    TEXT NOT NULL,                        -- its format: "spotify", "scrobbler-log", ...
	name    TEXT NOT NULL,                        -- of the file; of a member of an archive behind ": "
	zone    TEXT NOT NULL DEFAULT '',             -- the time zone that was assumed, where it tells none
	at      INTEGER NOT NULL,                     -- when it was first read
	UNIQUE (type, name, zone)
) STRICT;

-- An artist and a title, folded: what makes two plays at one time the same.
CREATE TABLE song (
	id            INTEGER PRIMARY KEY,
	artist_key    TEXT NOT NULL,
	title_key     TEXT NOT NULL,
	fold_version  INTEGER NOT NULL,
	UNIQUE (artist_key, title_key)
) STRICT;

-- What the sources said was heard, each way of saying it once; and the track that this was found to be, which
-- may be a removed one.  '' is nothing.
CREATE TABLE told (
	id            INTEGER PRIMARY KEY,
	song_id       INTEGER NOT NULL REFERENCES song(id),
	artist        TEXT NOT NULL,
	title         TEXT NOT NULL,
	album         TEXT NOT NULL DEFAULT '',
	album_key     TEXT NOT NULL DEFAULT '',
	lead_key      TEXT NOT NULL DEFAULT '',       -- whom the artist begins with, where it is of several
	mb_trackid    TEXT NOT NULL DEFAULT '',
	mb_albumid    TEXT NOT NULL DEFAULT '',
	isrc          TEXT NOT NULL DEFAULT '',
	track_id      INTEGER REFERENCES track(id),
	recording_id  INTEGER REFERENCES recording(id), -- always that of the track
	plays         INTEGER NOT NULL DEFAULT 0,     -- of its plays those that count
	last          INTEGER,                        -- and when the latest of them began
	UNIQUE (song_id, artist, title, album, mb_trackid, mb_albumid, isrc)
) STRICT;
CREATE INDEX told_mbid ON told(mb_trackid) WHERE mb_trackid <> '';
CREATE INDEX told_isrc ON told(isrc) WHERE isrc <> '';
CREATE INDEX told_lead ON told(lead_key) WHERE lead_key <> '';
CREATE INDEX told_track ON told(track_id) WHERE track_id IS NOT NULL;
CREATE INDEX told_recording ON told(recording_id) WHERE recording_id IS NOT NULL;

-- Plays: never removed by what becomes of tracks.
CREATE TABLE play (
	id           INTEGER PRIMARY KEY AUTOINCREMENT,
	listener_id  INTEGER NOT NULL REFERENCES listener(id),
	song_id      INTEGER NOT NULL REFERENCES song(id),
	start        INTEGER NOT NULL,
	told_id      INTEGER NOT NULL REFERENCES told(id),
	heard_ms     INTEGER,                         -- how long, where that is known
	length_ms    INTEGER,                         -- of the whole piece, as told
	exact_s      INTEGER NOT NULL DEFAULT 1,      -- start is known to so many seconds
	uncounted    TEXT,                            -- why it does not count: "short", "skipped", "private"
	dup_of       INTEGER REFERENCES play(id),     -- the same play, told by another source
	history_id   INTEGER NOT NULL REFERENCES history(id),
	row          INTEGER NOT NULL,                -- its line, or object, in the file
	UNIQUE (listener_id, song_id, start)
) STRICT;
CREATE INDEX play_start ON play(start);
CREATE INDEX play_told ON play(told_id, start);
CREATE INDEX play_dup ON play(dup_of) WHERE dup_of IS NOT NULL;

-- What stood in the file, as JSON, without private fields: apart, so that counting need not read it.
CREATE TABLE play_raw (
	play_id  INTEGER PRIMARY KEY REFERENCES play(id) ON DELETE CASCADE,
	raw      TEXT NOT NULL
) STRICT;

-- How often each recording was heard, by all listeners; none that was not.  Triggers keep it, whoever writes.
CREATE TABLE heard (
	recording_id  INTEGER PRIMARY KEY REFERENCES recording(id),
	plays         INTEGER NOT NULL,
	last          INTEGER NOT NULL                -- when the latest play began
) STRICT;

CREATE TRIGGER play_added AFTER INSERT ON play WHEN new.uncounted IS NULL AND new.dup_of IS NULL BEGIN
	UPDATE told SET plays = plays + 1, last = max(ifnull(last, new.start), new.start) WHERE id = new.told_id;
END;
CREATE TRIGGER play_changed AFTER UPDATE OF told_id, start, uncounted, dup_of ON play BEGIN
	UPDATE told SET (plays, last) = (SELECT count(*), max(start) FROM play
		WHERE told_id = told.id AND uncounted IS NULL AND dup_of IS NULL)
	WHERE id IN (old.told_id, new.told_id);
END;
CREATE TRIGGER play_gone AFTER DELETE ON play BEGIN
	UPDATE told SET (plays, last) = (SELECT count(*), max(start) FROM play
		WHERE told_id = told.id AND uncounted IS NULL AND dup_of IS NULL)
	WHERE id = old.told_id;
END;
CREATE TRIGGER told_heard AFTER UPDATE OF plays, last ON told
WHEN new.recording_id IS old.recording_id AND new.plays >= old.plays AND new.last >= ifnull(old.last, new.last)
AND new.recording_id IS NOT NULL BEGIN
	INSERT INTO heard (recording_id, plays, last) VALUES (new.recording_id, new.plays, new.last)
	ON CONFLICT (recording_id) DO UPDATE SET
		plays = heard.plays + new.plays - old.plays, last = max(heard.last, excluded.last);
END;
CREATE TRIGGER told_moved AFTER UPDATE OF plays, last, recording_id ON told
WHEN new.recording_id IS NOT old.recording_id OR new.plays < old.plays OR ifnull(new.last < old.last, new.last IS NULL)
BEGIN
	DELETE FROM heard WHERE recording_id IN (old.recording_id, new.recording_id);
	INSERT INTO heard (recording_id, plays, last)
	SELECT recording_id, sum(plays), max(last) FROM told
	WHERE recording_id IN (old.recording_id, new.recording_id) AND plays > 0 GROUP BY recording_id;
END;
CREATE TRIGGER told_gone AFTER DELETE ON told WHEN old.recording_id IS NOT NULL BEGIN
	DELETE FROM heard WHERE recording_id = old.recording_id;
	INSERT INTO heard (recording_id, plays, last)
	SELECT recording_id, sum(plays), max(last) FROM told
	WHERE recording_id = old.recording_id AND plays > 0 GROUP BY recording_id;
END;
CREATE TRIGGER told_found AFTER UPDATE OF track_id ON told WHEN new.track_id IS NOT old.track_id BEGIN
	UPDATE told SET recording_id = (SELECT recording_id FROM track WHERE id = new.track_id) WHERE id = new.id;
END;
-- Plays hang on tracks, so that they go with them where recordings become one or two, and come back.
CREATE TRIGGER track_moved AFTER UPDATE OF recording_id ON track WHEN new.recording_id <> old.recording_id BEGIN
	UPDATE told SET recording_id = new.recording_id WHERE track_id = new.id;
END;
CREATE TRIGGER track_gone BEFORE DELETE ON track BEGIN
	UPDATE told SET track_id = (SELECT min(id) FROM track t WHERE t.recording_id = old.recording_id AND t.id <> old.id)
	WHERE track_id = old.id;
END;
-- Plays are packed for searches, too: see packed_chunk in version 5.
CREATE TRIGGER packed_heard_added AFTER INSERT ON heard BEGIN
	DELETE FROM packed_chunk WHERE chunk IN (SELECT d.doc >> 12 FROM track t JOIN doc d ON d.track_id = t.id
		WHERE t.recording_id = new.recording_id);
END;
CREATE TRIGGER packed_heard_changed AFTER UPDATE ON heard BEGIN
	DELETE FROM packed_chunk WHERE chunk IN (SELECT d.doc >> 12 FROM track t JOIN doc d ON d.track_id = t.id
		WHERE t.recording_id IN (old.recording_id, new.recording_id));
END;
CREATE TRIGGER packed_heard_gone AFTER DELETE ON heard BEGIN
	DELETE FROM packed_chunk WHERE chunk IN (SELECT d.doc >> 12 FROM track t JOIN doc d ON d.track_id = t.id
		WHERE t.recording_id = old.recording_id);
END;
