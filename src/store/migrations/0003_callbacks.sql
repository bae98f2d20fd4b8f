-- Promises to call back: a row is here before the caller is told so.
CREATE TABLE callbacks (
    id          INTEGER PRIMARY KEY,
    contact     INTEGER NOT NULL,        -- the one that asked for it last
    line        TEXT    NOT NULL,
    queue       TEXT    NOT NULL,        -- whose people call
    caller      TEXT,                    -- who asked, in the clear; NULL: withheld
    who         TEXT    NOT NULL,        -- one open callback per line for each: the caller, or
                                         -- `typed NUMBER` of one whose number is withheld
    number      TEXT    NOT NULL,        -- to be called, in the clear
    language    TEXT    NOT NULL,        -- BCP 47
    asked_at    INTEGER NOT NULL,        -- first
    due_at      INTEGER NOT NULL,        -- not to be called before
    slot_end_at INTEGER,                 -- promised until; NULL: as soon as somebody can
    state       TEXT    NOT NULL DEFAULT 'open', -- open, calling, done, given_up
    attempts    INTEGER NOT NULL DEFAULT 0,
    tried_at    INTEGER,                 -- the last attempt
    outcome     TEXT,                    -- what came of it, in words
    agent       TEXT,                    -- who called last
    ended_at    INTEGER                  -- done or given up
);
CREATE UNIQUE INDEX callbacks_open ON callbacks (line, who) WHERE state IN ('open', 'calling');
CREATE INDEX callbacks_due        ON callbacks (due_at) WHERE state = 'open';
CREATE INDEX callbacks_by_contact ON callbacks (contact);
