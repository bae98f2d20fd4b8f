-- Menu files as they were published from the console, and as they were found before: what can be gone
-- back to.

CREATE TABLE menu_versions (
    id      INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    who     TEXT    NOT NULL,                -- a user, or a token
    note    TEXT    NOT NULL,                -- why, in words; may be empty
    hash    TEXT    NOT NULL,                -- stands for all that is in the files
    changed TEXT    NOT NULL,                -- names of the files that this changed, one a line
    files   TEXT    NOT NULL                 -- all of them: JSON
);
