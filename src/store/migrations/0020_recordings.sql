-- Recordings of talks: a row is here before the first second of it.
CREATE TABLE recordings (
    id         INTEGER PRIMARY KEY,
    contact    INTEGER NOT NULL,
    queue      TEXT,                     -- NULL: not known, after a crash
    agent      TEXT,                     -- who talked with the caller
    consent    TEXT NOT NULL,            -- told, agreed; unknown, after a crash
    file       TEXT NOT NULL UNIQUE,
    format     TEXT NOT NULL,            -- wav: two channels, caller left, 8 kHz, 16 bit
    began_at   INTEGER NOT NULL,
    length_ms  INTEGER,                  -- NULL: it goes on
    pauses     TEXT NOT NULL DEFAULT '[]', -- JSON: what is silent, and why
    lost       INTEGER NOT NULL DEFAULT 0, -- packets that are missing
    fault      TEXT,                     -- why it ended before the talk
    sha256     TEXT,                     -- of the file
    deleted_at INTEGER,                  -- the file is gone since then
    deleted_by TEXT                      -- by which rule: retention, or who did it
);
CREATE INDEX recordings_by_contact ON recordings (contact);
CREATE INDEX recordings_by_age     ON recordings (began_at) WHERE deleted_at IS NULL;
