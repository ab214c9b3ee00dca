-- Version 13: when a file failed last.  fonoteca-library(5) explains it to people.

ALTER TABLE item ADD COLUMN failed INTEGER;
UPDATE item SET failed = (SELECT heartbeat FROM session WHERE id = item.session_id) WHERE state = 'failed';
