-- Version 5: what is derived for searching.  fonoteca-library(5) explains it to people.

-- The words of the index, for suggestions: those of so many characters and bytes, one behind the other in
-- order, each followed by the number of its documents in three bytes (the most significant first).
CREATE TABLE vocabulary (
	chars  INTEGER NOT NULL,
	bytes  INTEGER NOT NULL,
	words  BLOB NOT NULL,
	PRIMARY KEY (chars, bytes)
) STRICT;
-- Words of documents that came or went since those were packed, with the number that came.
CREATE TABLE fresh_word (
	word  TEXT PRIMARY KEY,
	docs  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
