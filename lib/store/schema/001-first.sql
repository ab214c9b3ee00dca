-- Fonoteca's catalogue, version 1.  fonoteca-library(5) explains it to people.
--
-- Instants are seconds since 1970 UTC, durations milliseconds, hashes 32 bytes,
-- names of files bytes (BLOB), text UTF-8 in NFC.  *_key columns are text as the
-- search folds it (text/fold.h), of the version that library.fold_version names.
-- AUTOINCREMENT wherever an id is public: it is never used again.

CREATE TABLE library (
	id            INTEGER PRIMARY KEY CHECK (id = 1),
	uuid          TEXT NOT NULL,
	created       INTEGER NOT NULL,
	fold_version  INTEGER NOT NULL
) STRICT;

-- Names of fields and free tags, so that tag rows are small.  1..999 are enum
-- field + 1 of the vocabulary, free tags follow.
CREATE TABLE tagname (
	id    INTEGER PRIMARY KEY,
	name  TEXT NOT NULL UNIQUE
) STRICT;

-- Bytes that are stored: audio and covers, named by their SHA-256.
CREATE TABLE blob (
	id        INTEGER PRIMARY KEY,
	sha256    BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
	size      INTEGER NOT NULL,
	suffix    TEXT NOT NULL,
	added     INTEGER NOT NULL,
	verified  INTEGER,                            -- when its bytes were last read and right
	damaged   INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE artist (
	id    INTEGER PRIMARY KEY,
	name  TEXT NOT NULL UNIQUE,
	key   TEXT NOT NULL
) STRICT;
CREATE INDEX artist_key ON artist(key);

CREATE TABLE release (
	id               INTEGER PRIMARY KEY AUTOINCREMENT,
	album            TEXT,
	album_key        TEXT NOT NULL DEFAULT '',
	albumartist      TEXT,
	albumartist_key  TEXT NOT NULL DEFAULT '',    -- of the track artist where no album artist is known
	mb_albumid       TEXT,
	disctotal        INTEGER,
	compilation      INTEGER NOT NULL DEFAULT 0,
	added            INTEGER NOT NULL
) STRICT;
CREATE INDEX release_key ON release(album_key, albumartist_key);
CREATE INDEX release_mbid ON release(mb_albumid) WHERE mb_albumid IS NOT NULL;

-- What is heard; the same on an album and on a compilation.
CREATE TABLE recording (
	id           INTEGER PRIMARY KEY AUTOINCREMENT,
	mb_trackid   TEXT
) STRICT;
CREATE INDEX recording_mbid ON recording(mb_trackid) WHERE mb_trackid IS NOT NULL;

-- A place on a release.
CREATE TABLE track (
	id            INTEGER PRIMARY KEY AUTOINCREMENT,
	release_id    INTEGER NOT NULL REFERENCES release(id),
	recording_id  INTEGER NOT NULL REFERENCES recording(id),
	title         TEXT,
	title_key     TEXT NOT NULL DEFAULT '',
	artist        TEXT,
	artist_key    TEXT NOT NULL DEFAULT '',
	disc          INTEGER,
	track         INTEGER,
	date          TEXT,
	year          INTEGER,
	bpm           REAL,
	key           TEXT,
	duration_ms   INTEGER,                        -- of the preferred file
	rating        INTEGER,
	added         INTEGER NOT NULL,
	modified      INTEGER NOT NULL,
	owner         INTEGER NOT NULL,               -- uid
	removed       INTEGER                         -- when, or NULL
) STRICT;
CREATE INDEX track_release ON track(release_id, disc, track);
CREATE INDEX track_recording ON track(recording_id);
CREATE INDEX track_artist ON track(artist_key);
CREATE INDEX track_added ON track(added);
CREATE INDEX track_year ON track(year);
CREATE INDEX track_title ON track(title_key);

-- Every field that has no column of its own, free tags, and the values of
-- many-valued ones, in their order.  A track's, or a release's.
CREATE TABLE tag (
	track_id  INTEGER NOT NULL REFERENCES track(id) ON DELETE CASCADE,
	name_id   INTEGER NOT NULL REFERENCES tagname(id),
	seq       INTEGER NOT NULL,
	value     TEXT NOT NULL,
	PRIMARY KEY (track_id, name_id, seq)
) STRICT, WITHOUT ROWID;
-- Field isrc: finds a recording again.  "+ 0" because SQLite prepares every statement with "name_id = ?" anew
-- at each binding where a partial index says "name_id = 29".
CREATE INDEX tag_isrc ON tag(value) WHERE name_id + 0 = 29;
CREATE TABLE release_tag (
	release_id  INTEGER NOT NULL REFERENCES release(id) ON DELETE CASCADE,
	name_id     INTEGER NOT NULL REFERENCES tagname(id),
	seq         INTEGER NOT NULL,
	value       TEXT NOT NULL,
	PRIMARY KEY (release_id, name_id, seq)
) STRICT, WITHOUT ROWID;

-- Who did what on a track: role is the field (artists, composer, remixer, ...) as
-- in tagname; and who made a release (albumartists).
CREATE TABLE credit (
	track_id   INTEGER NOT NULL REFERENCES track(id) ON DELETE CASCADE,
	role       INTEGER NOT NULL REFERENCES tagname(id),
	seq        INTEGER NOT NULL,
	artist_id  INTEGER NOT NULL REFERENCES artist(id),
	PRIMARY KEY (track_id, role, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX credit_artist ON credit(artist_id, role);
CREATE TABLE release_credit (
	release_id  INTEGER NOT NULL REFERENCES release(id) ON DELETE CASCADE,
	seq         INTEGER NOT NULL,
	artist_id   INTEGER NOT NULL REFERENCES artist(id),
	PRIMARY KEY (release_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE genre (
	id    INTEGER PRIMARY KEY,
	name  TEXT NOT NULL UNIQUE,
	key   TEXT NOT NULL
) STRICT;
CREATE TABLE track_genre (
	track_id  INTEGER NOT NULL REFERENCES track(id) ON DELETE CASCADE,
	seq       INTEGER NOT NULL,
	genre_id  INTEGER NOT NULL REFERENCES genre(id),
	PRIMARY KEY (track_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX track_genre_id ON track_genre(genre_id);

-- Where files came from: what decides that a file is unchanged.
CREATE TABLE source (
	id        INTEGER PRIMARY KEY,
	path      BLOB NOT NULL UNIQUE,
	device    INTEGER NOT NULL,
	inode     INTEGER NOT NULL,
	size      INTEGER NOT NULL,
	mtime_ns  INTEGER NOT NULL,
	ctime_ns  INTEGER NOT NULL,
	seen      INTEGER NOT NULL,                   -- when it was last read and hashed
	sha256    BLOB NOT NULL CHECK (length(sha256) = 32)
) STRICT;

-- A blob that carries a track.
CREATE TABLE file (
	id           INTEGER PRIMARY KEY AUTOINCREMENT,
	track_id     INTEGER NOT NULL REFERENCES track(id),
	blob_id      INTEGER NOT NULL UNIQUE REFERENCES blob(id),
	preferred    INTEGER NOT NULL,
	state        TEXT NOT NULL CHECK (state IN ('ok', 'missing', 'damaged', 'removed')),
	format       TEXT NOT NULL,
	codec        TEXT,
	bitrate      INTEGER,
	samplerate   INTEGER,
	bitdepth     INTEGER,
	channels     INTEGER,
	duration_ms  INTEGER,
	source       BLOB,                            -- the path it was imported from
	mtime        INTEGER,                         -- of that file
	session_id   INTEGER NOT NULL REFERENCES session(id),
	added        INTEGER NOT NULL,
	changed      INTEGER NOT NULL                 -- when its state last changed
) STRICT;
CREATE INDEX file_track ON file(track_id);
CREATE UNIQUE INDEX file_preferred ON file(track_id) WHERE preferred = 1;
CREATE INDEX file_session ON file(session_id);

-- Covers: of a release where folder art or all of its tracks carry it, else of a track.
CREATE TABLE cover (
	id          INTEGER PRIMARY KEY,
	blob_id     INTEGER NOT NULL REFERENCES blob(id),
	release_id  INTEGER REFERENCES release(id) ON DELETE CASCADE,
	track_id    INTEGER REFERENCES track(id) ON DELETE CASCADE,
	kind        TEXT NOT NULL,
	mime        TEXT NOT NULL,
	text        TEXT,
	CHECK ((release_id IS NULL) <> (track_id IS NULL))
) STRICT;
CREATE UNIQUE INDEX cover_release ON cover(release_id, blob_id, kind) WHERE release_id IS NOT NULL;
CREATE UNIQUE INDEX cover_track ON cover(track_id, blob_id, kind) WHERE track_id IS NOT NULL;
CREATE INDEX cover_blob ON cover(blob_id);

-- Import sessions and their items.
CREATE TABLE session (
	id            INTEGER PRIMARY KEY AUTOINCREMENT,
	state         TEXT NOT NULL CHECK (state IN
	              ('staging', 'staged', 'committing', 'committed', 'failed', 'rejected', 'expired')),
	owner         INTEGER NOT NULL,               -- uid
	created       INTEGER NOT NULL,
	changed       INTEGER NOT NULL,               -- of the state
	heartbeat     INTEGER NOT NULL,
	holder        TEXT NOT NULL DEFAULT '',       -- "lib-import, process 123 on host", while at work
	options       TEXT NOT NULL DEFAULT '{}',     -- JSON: what the import was asked for
	unchanged     INTEGER NOT NULL DEFAULT 0,     -- files that needed no row
	skipped       INTEGER NOT NULL DEFAULT 0,     -- what is no audio
	attempts      INTEGER NOT NULL DEFAULT 0,     -- by lib-sweep
	commit_id     TEXT,                           -- fresh at each committing
	fingerprint   BLOB,                           -- SHA-256 over the sorted item hashes
	commit_error  TEXT,                           -- JSON: step, item, code, reason
	committed     INTEGER,
	staging       INTEGER NOT NULL DEFAULT 1      -- 0: its folder under staging/ is gone for good
) STRICT;
CREATE INDEX session_state ON session(state) WHERE state NOT IN ('committed', 'rejected', 'expired');
CREATE INDEX session_fingerprint ON session(fingerprint) WHERE fingerprint IS NOT NULL;
CREATE INDEX session_staging ON session(id) WHERE staging = 1;

CREATE TABLE session_root (
	session_id  INTEGER NOT NULL REFERENCES session(id) ON DELETE CASCADE,
	seq         INTEGER NOT NULL,
	path        BLOB NOT NULL,
	PRIMARY KEY (session_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE item (
	id          INTEGER PRIMARY KEY AUTOINCREMENT,
	session_id  INTEGER NOT NULL REFERENCES session(id),
	state       TEXT NOT NULL CHECK (state IN ('pending', 'reading', 'staged', 'committed',
	            'duplicate', 'conflict', 'skipped', 'removed-earlier', 'failed')),
	path        BLOB,                             -- of the source; NULL once committed (source, file have it)
	device      INTEGER,
	inode       INTEGER,
	size        INTEGER,
	mtime_ns    INTEGER,
	ctime_ns    INTEGER,
	sha256      BLOB CHECK (length(sha256) = 32),
	suffix      TEXT,
	record      BLOB,                             -- worker/record.h without covers; NULL once committed
	attempts    INTEGER NOT NULL DEFAULT 0,
	code        TEXT,                             -- of a failure, as err_name() says
	reason      TEXT,
	track_id    INTEGER                           -- what the commit made of it, or found
) STRICT;
CREATE UNIQUE INDEX item_path ON item(session_id, path) WHERE path IS NOT NULL;
CREATE INDEX item_sha ON item(sha256) WHERE state = 'staged';
CREATE INDEX item_state ON item(session_id, state);

-- Covers that came with an item: embedded, or beside it in its folder.
CREATE TABLE item_cover (
	item_id   INTEGER NOT NULL REFERENCES item(id) ON DELETE CASCADE,
	seq       INTEGER NOT NULL,
	sha256    BLOB NOT NULL CHECK (length(sha256) = 32),
	size      INTEGER NOT NULL,
	suffix    TEXT NOT NULL,
	mime      TEXT NOT NULL,
	kind      TEXT NOT NULL,
	folder    INTEGER NOT NULL,                   -- 1: lay beside the audio
	text      TEXT,
	PRIMARY KEY (item_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX item_cover_sha ON item_cover(sha256);

-- Hashes that were taken out: a later import leaves them out unless told otherwise.
CREATE TABLE removed (
	sha256    BLOB PRIMARY KEY CHECK (length(sha256) = 32),
	at        INTEGER NOT NULL,
	track_id  INTEGER,
	reason    TEXT NOT NULL CHECK (reason IN ('removed', 'superseded'))
) STRICT, WITHOUT ROWID;

-- What lies in trash/: named <sha256>.<suffix> as in blobs/.
CREATE TABLE trash (
	name      TEXT PRIMARY KEY,
	sha256    BLOB NOT NULL CHECK (length(sha256) = 32),
	size      INTEGER NOT NULL,
	reason    TEXT NOT NULL CHECK (reason IN ('orphan', 'removed', 'superseded')),
	at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE playlist (
	id        INTEGER PRIMARY KEY AUTOINCREMENT,
	name      TEXT NOT NULL UNIQUE,
	owner     INTEGER NOT NULL,                   -- uid
	created   INTEGER NOT NULL,
	modified  INTEGER NOT NULL,
	query     TEXT                                -- a smart playlist's
) STRICT;

CREATE TABLE entry (
	id           INTEGER PRIMARY KEY AUTOINCREMENT,
	playlist_id  INTEGER NOT NULL REFERENCES playlist(id) ON DELETE CASCADE,
	position     INTEGER NOT NULL,                -- 1, 2, 3, ... dense; negative only inside a transaction
	track_id     INTEGER REFERENCES track(id) ON DELETE SET NULL,
	added        INTEGER NOT NULL,
	path         BLOB,                            -- what it was added as, where that was a path
	title        TEXT,                            -- kept so that a missing one can be shown
	artist       TEXT,
	duration_ms  INTEGER,
	UNIQUE (playlist_id, position)
) STRICT;
CREATE INDEX entry_track ON entry(track_id);

-- What happened, append-only, with a retention.
CREATE TABLE event (
	id       INTEGER PRIMARY KEY AUTOINCREMENT,
	at       INTEGER NOT NULL,
	actor    INTEGER NOT NULL,                    -- uid
	kind     TEXT NOT NULL,                       -- "commit", "reject", "playlist-add", "sweep", ...
	subject  TEXT NOT NULL DEFAULT '',            -- "s3", "12", "p4"
	data     TEXT NOT NULL DEFAULT '{}'           -- JSON
) STRICT;
CREATE INDEX event_subject ON event(subject);

-- The latest run of each of lib-sweep's tasks.
CREATE TABLE task (
	name      TEXT PRIMARY KEY,
	started   INTEGER NOT NULL,
	finished  INTEGER,
	status    INTEGER,
	counts    TEXT NOT NULL DEFAULT '{}'          -- JSON
) STRICT, WITHOUT ROWID;

-- The search index: folded words, contentless.  doc numbers are the index's own.
CREATE VIRTUAL TABLE fts USING fts5(
	title, artist, album, x,
	content='', tokenize='unicode61 remove_diacritics 0', prefix='1 2 3'
);
CREATE TABLE doc (
	doc       INTEGER PRIMARY KEY,
	track_id  INTEGER NOT NULL UNIQUE,
	hash      INTEGER NOT NULL                    -- of the folded text, so that a stale entry shows
) STRICT;
-- Whole folded titles (1), artists (2), albums (3), album artists (4), by hash: the exact tier.
CREATE TABLE skey (
	hash  INTEGER NOT NULL,
	kind  INTEGER NOT NULL,
	doc   INTEGER NOT NULL,
	PRIMARY KEY (hash, kind, doc)
) STRICT, WITHOUT ROWID;
