-- What people have to do. A message that a caller left is one, from the moment that it is stored.
CREATE TABLE tasks (
    id         INTEGER PRIMARY KEY,
    kind       TEXT    NOT NULL,             -- follow_up, message
    contact    INTEGER,
    message    INTEGER UNIQUE,               -- messages.id
    line       TEXT,
    queue      TEXT,                         -- whose people do it
    title      TEXT    NOT NULL,
    note       TEXT,
    state      TEXT    NOT NULL DEFAULT 'open', -- open, taken, done
    taken_by   TEXT,
    created_by TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    due_at     INTEGER,
    changed_at INTEGER NOT NULL,
    done_by    TEXT,
    version    INTEGER NOT NULL DEFAULT 1    -- one more with each change
);
CREATE INDEX tasks_open       ON tasks (queue, id) WHERE state <> 'done';
CREATE INDEX tasks_by_contact ON tasks (contact);

INSERT INTO tasks (kind, contact, message, line, queue, title, state, created_by, created_at, changed_at)
    SELECT 'message', contact, id, line, queue, 'Message of a caller',
           CASE WHEN heard_at IS NULL THEN 'open' ELSE 'done' END, 'caller', taken_at, taken_at
    FROM messages;
