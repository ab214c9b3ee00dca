-- Version 3: what searching keeps.  fonoteca-library(5) explains it to people.

-- Saved searches.  query is a JSON array of words, each the argument of a command line that it was.
CREATE TABLE saved (
	name     TEXT PRIMARY KEY,
	query    TEXT NOT NULL,
	owner    INTEGER NOT NULL,                    -- uid
	changed  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
