-- Version 4: what a commit has to know.  fonoteca-library(5) explains it to people.

-- The ctime of a copy in staging/ when it got its name, NULL where that is not known: as long as it has that
-- nobody has touched it since, else its bytes are hashed.
ALTER TABLE item ADD COLUMN staged_ns INTEGER;
ALTER TABLE item_cover ADD COLUMN staged_ns INTEGER;
