-- What a callback brings along when it stands in line: who can help, and how urgent it is.
ALTER TABLE callbacks ADD COLUMN needs TEXT NOT NULL DEFAULT '{}';     -- skills with levels, JSON
ALTER TABLE callbacks ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
-- `state` also knows: unreached (all attempts were in vain) and cancelled (by the customer).
