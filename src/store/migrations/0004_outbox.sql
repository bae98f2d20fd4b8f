-- Follow-ups that menus send: a row is here before anything goes out, and stays until it has.
CREATE TABLE outbox (
    id         INTEGER PRIMARY KEY,
    contact    INTEGER NOT NULL,
    line       TEXT    NOT NULL,
    node       TEXT    NOT NULL,             -- which asked for it
    receiver   TEXT    NOT NULL,             -- a host or a mail address, of the operator's choice
    letter     TEXT,                         -- JSON, values in the clear; NULL once it is not needed
    created_at INTEGER NOT NULL,
    due_at     INTEGER NOT NULL,             -- not to be tried before
    until_at   INTEGER NOT NULL,             -- given up then
    state      TEXT    NOT NULL DEFAULT 'open', -- open, sent, given_up, dropped
    attempts   INTEGER NOT NULL DEFAULT 0,
    tried_at   INTEGER,                      -- the last attempt
    outcome    TEXT,                         -- what came of it, in words
    ended_at   INTEGER                       -- sent, given up or dropped
);
CREATE INDEX outbox_due        ON outbox (due_at) WHERE state = 'open';
CREATE INDEX outbox_by_contact ON outbox (contact);
