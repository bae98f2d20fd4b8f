-- What agents did when, change by change: occupancy, and how long they wrote up.
CREATE TABLE agent_states (
    id    INTEGER PRIMARY KEY,
    agent TEXT    NOT NULL,
    at    INTEGER NOT NULL,
    state TEXT    NOT NULL              -- JSON, like agents.state
);
CREATE INDEX agent_states_by_agent ON agent_states (agent, at);
