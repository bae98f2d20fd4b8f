-- Where callers left a guide, so that their next call can go on there. Nothing but the step is
-- kept, for as long as the menu says, and not longer.
CREATE TABLE guide_steps (
    line     TEXT    NOT NULL,
    guide    TEXT    NOT NULL,
    caller   TEXT    NOT NULL,           -- in the clear, like contacts.caller
    step     TEXT    NOT NULL,
    until_at INTEGER NOT NULL,
    PRIMARY KEY (line, guide, caller)
);
CREATE INDEX guide_steps_by_end ON guide_steps (until_at);
