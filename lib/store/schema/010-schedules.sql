-- Version 10: playlists that are played, exported or told of at set times.  fonoteca-library(5) explains it to people.

CREATE TABLE schedule (
	id           INTEGER PRIMARY KEY AUTOINCREMENT,
	playlist_id  INTEGER NOT NULL REFERENCES playlist(id) ON DELETE CASCADE,
	owner        INTEGER NOT NULL,                -- uid: whose lib-sweep runs it
	created      INTEGER NOT NULL,
	action       TEXT NOT NULL CHECK (action IN ('play', 'export', 'notify')),
	first        INTEGER NOT NULL,                -- the instant of the first time
	shown        TEXT NOT NULL,                   -- what the clock shows then
	zone         TEXT NOT NULL,                   -- in this zone; '': the machine's
	every        TEXT NOT NULL,                   -- '2 weeks'; '': once
	catch_up     TEXT NOT NULL CHECK (catch_up IN ('once', 'all', 'skip')),
	turn         INTEGER,                         -- the number of the next time, 0 is the first; NULL: no more
	shuffle      INTEGER NOT NULL,                -- play
	target       TEXT CHECK (target IN ('output', 'copy', 'link')), -- export
	path         BLOB,                            -- the file or folder, absolute
	format       TEXT,
	relative_to  BLOB,
	layout       TEXT,
	fs           TEXT,
	started      INTEGER,                         -- the last run
	finished     INTEGER,
	status       INTEGER,
	runs         INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX schedule_playlist ON schedule(playlist_id);
