-- Version 8: when each of lib-sweep's tasks last ended well.  fonoteca-library(5) explains it to people.

ALTER TABLE task ADD COLUMN succeeded INTEGER;
UPDATE task SET succeeded = finished WHERE status = 0;
