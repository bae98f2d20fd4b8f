-- What the agent who wrote up the talk last chose to say of it.
ALTER TABLE contacts ADD COLUMN code TEXT;
CREATE INDEX contacts_by_code ON contacts (code, id);
