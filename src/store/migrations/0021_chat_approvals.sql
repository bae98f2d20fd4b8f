-- What agents and supervisors say to each other of a contact is in its events; here is how far each
-- has read. And what an agent may do only after a supervisor has said so.

CREATE TABLE chat_read (
    contact INTEGER NOT NULL,
    who     TEXT    NOT NULL,                -- a user, or a token
    upto    INTEGER NOT NULL,                -- events.id
    PRIMARY KEY (contact, who)
);

CREATE TABLE approvals (
    id         INTEGER PRIMARY KEY,
    contact    INTEGER NOT NULL,
    queue      TEXT,
    agent      TEXT    NOT NULL,             -- who talks with the caller
    asked_by   TEXT    NOT NULL,
    what       TEXT    NOT NULL,
    amount     DOUBLE PRECISION,
    unit       TEXT,
    asked_at   INTEGER NOT NULL,
    state      TEXT    NOT NULL DEFAULT 'open', -- open, granted, refused, withdrawn, lapsed
    decided_by TEXT,
    decided_at INTEGER,
    most       DOUBLE PRECISION,             -- granted up to this
    note       TEXT
);
CREATE INDEX approvals_open       ON approvals (contact) WHERE state = 'open';
CREATE INDEX approvals_by_contact ON approvals (contact);
