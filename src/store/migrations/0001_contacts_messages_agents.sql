-- Kept to what SQLite and PostgreSQL share: INTEGER is BIGINT there, TEXT is TEXT, times are
-- milliseconds (since 1970 in UTC for `*_at`, else a duration).

CREATE TABLE contacts (
    id          INTEGER PRIMARY KEY,     -- ContactId: sorts by time
    line        TEXT    NOT NULL,
    dialled     TEXT    NOT NULL,
    caller      TEXT    NOT NULL,        -- in the clear; masked wherever it is shown
    started_at  INTEGER NOT NULL,
    answered_ms INTEGER,                 -- since the start, like ended_ms
    ended_ms    INTEGER,
    queue       TEXT,                    -- the last one
    reason      TEXT,                    -- JSON
    agent       TEXT,                    -- the last one talked to
    waited_ms   INTEGER NOT NULL DEFAULT 0,
    talked_ms   INTEGER NOT NULL DEFAULT 0,
    held_ms     INTEGER NOT NULL DEFAULT 0,
    missed      INTEGER NOT NULL DEFAULT 0,
    faults      INTEGER NOT NULL DEFAULT 0,
    message     INTEGER,                 -- messages.id
    verdict     TEXT,                    -- one word; NULL while the call goes on
    verdict_all TEXT,                    -- JSON
    containment TEXT
);
CREATE INDEX contacts_by_start  ON contacts (started_at);
CREATE INDEX contacts_by_caller ON contacts (caller, started_at);
CREATE INDEX contacts_open      ON contacts (id) WHERE verdict IS NULL;

-- What happened, event by event. No foreign key: an event must not be refused because the
-- row of its contact is late.
CREATE TABLE events (
    id      INTEGER PRIMARY KEY,
    contact INTEGER NOT NULL,
    at_ms   INTEGER NOT NULL,
    data    TEXT    NOT NULL             -- JSON, `event` names its kind
);
CREATE INDEX events_by_contact ON events (contact, id);

-- Promises: a row is here, and its file is on the disk, before the caller is told so.
CREATE TABLE messages (
    id        INTEGER PRIMARY KEY,
    contact   INTEGER NOT NULL,
    line      TEXT,
    queue     TEXT,
    caller    TEXT,
    taken_at  INTEGER NOT NULL,
    length_ms INTEGER NOT NULL,
    file      TEXT    NOT NULL UNIQUE,   -- within the folder of messages
    recovered INTEGER NOT NULL DEFAULT 0, -- 1: found after a crash, never confirmed
    heard_at  INTEGER
);
CREATE INDEX messages_by_contact ON messages (contact);

CREATE TABLE agents (
    id         TEXT PRIMARY KEY,
    state      TEXT    NOT NULL,         -- JSON
    changed_at INTEGER NOT NULL,
    seen_at    INTEGER                   -- last time not offline
);
