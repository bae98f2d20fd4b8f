-- Those who sign in, what they did, and what proves them. Nothing that opens a door is kept in the
-- clear: passwords as argon2id, sessions and tokens as SHA-256.

CREATE TABLE users (
    name         TEXT    PRIMARY KEY,        -- lower case
    display      TEXT    NOT NULL,
    role         TEXT    NOT NULL,           -- agent, supervisor, operator, admin
    agent        TEXT,                       -- whose phone is theirs
    password     TEXT    NOT NULL,           -- PHC string
    disabled     INTEGER NOT NULL DEFAULT 0,
    created_at   INTEGER NOT NULL,
    signed_in_at INTEGER,
    version      INTEGER NOT NULL DEFAULT 1  -- one more with each change
);
CREATE UNIQUE INDEX users_by_agent ON users (agent) WHERE agent IS NOT NULL;

CREATE TABLE sessions (
    id         TEXT    PRIMARY KEY,          -- SHA-256 of what the cookie holds
    user_name  TEXT    NOT NULL,
    source     TEXT    NOT NULL,             -- from where it was begun
    created_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    until_at   INTEGER NOT NULL              -- over then, however busy
);
CREATE INDEX sessions_by_user ON sessions (user_name);

CREATE TABLE tokens (
    id         INTEGER PRIMARY KEY,
    name       TEXT    NOT NULL,             -- what it is for
    hash       TEXT    NOT NULL UNIQUE,      -- SHA-256
    role       TEXT    NOT NULL,
    agent      TEXT,
    created_by TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    until_at   INTEGER,                      -- NULL: until it is taken back
    used_at    INTEGER,
    revoked_at INTEGER
);

-- Who did what, when, from where. Rows are added, never changed.
CREATE TABLE audit (
    id     INTEGER PRIMARY KEY,
    at     INTEGER NOT NULL,
    who    TEXT    NOT NULL,
    role   TEXT    NOT NULL,
    source TEXT    NOT NULL,                 -- the address that it came from
    deed   TEXT    NOT NULL,
    target TEXT    NOT NULL,
    detail TEXT
);
CREATE INDEX audit_by_who ON audit (who, id);

-- The first answer to a command, for whoever sends it twice.
CREATE TABLE answers (
    key     TEXT    PRIMARY KEY,             -- SHA-256 of who and their Idempotency-Key
    request TEXT    NOT NULL,                -- SHA-256 of method, path and body
    status  INTEGER NOT NULL,
    body    TEXT    NOT NULL,                -- JSON, without what is shown once
    at      INTEGER NOT NULL
);
CREATE INDEX answers_by_time ON answers (at);

-- Keys of our own making.
CREATE TABLE keys (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
