//! The rows of one batch, and the statements that write many of them at once.
//!
//! A statement is a message to SQLite's thread and back, or to another machine, which costs more
//! than a row does. So rows go in by the dozens. For SQLite in prepared statements of fixed size
//! whose last rows may stay unbound: it takes those for NULL, and they are not inserted.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sqlx::AssertSqlSafe;

use super::home::Home;
use super::sql::{self, Connection, Query};
use super::writer::millis;
use super::{BACKLOG, StoreError, approvals, guides};
use crate::call::event::GuidePlace;
use crate::ids::{AgentId, ContactId};
use crate::now::Wall;
use crate::queue::action::AgentState;
use crate::record::facts::Facts;
use crate::record::timeline::Event;

/// Rows to be written; kept until they are, so that a failed commit can be tried again.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) contacts: HashMap<ContactId, ContactValues>,
    pub(super) events: Vec<EventValues>,
    pub(super) agents: HashMap<AgentId, (AgentState, Wall)>,
    pub(super) states: Vec<StateValues>,
    pub(super) guides: HashMap<GuidePlace, (guides::Kept, Wall)>,
}

impl Rows {
    /// How a contact stands now, in place of how it stood. While the disk refuses there is room for
    /// so many.
    pub(super) fn contact(&mut self, id: ContactId, row: ContactValues) {
        if self.contacts.len() < BACKLOG || self.contacts.contains_key(&id) {
            self.contacts.insert(id, row);
        }
    }

    /// What an agent does from now on. While the disk refuses there is room for so many.
    pub(super) fn agent(&mut self, agent: AgentId, state: AgentState, at: Wall) {
        if self.states.len() < BACKLOG {
            self.states.push(StateValues {
                agent: agent.clone(),
                at,
                state: serde_json::to_string(&state).unwrap_or_default(),
            });
        }
        self.agents.insert(agent, (state, at));
    }
}

/// A row of `agent_states`.
pub(super) struct StateValues {
    agent: AgentId,
    at: Wall,
    state: String,
}

/// A row of `contacts`.
pub(super) struct ContactValues {
    id: ContactId,
    line: Arc<str>,
    dialled: Arc<str>,
    caller: Arc<str>,
    facts: Facts,
}

/// A row of `events`.
pub(super) struct EventValues {
    contact: ContactId,
    at: Duration,
    data: Arc<str>,
}

static INSERT_CONTACTS: Insert = Insert {
    into: "contacts (id, line, dialled, caller, started_at, answered_ms, ended_ms, queue, reason,
             agent, waited_ms, talked_ms, held_ms, missed, faults, message, verdict,
             verdict_all, containment)",
    columns: 19,
    rows: 32,
    then: "ON CONFLICT (id) DO UPDATE SET
             answered_ms = excluded.answered_ms, ended_ms = excluded.ended_ms,
             queue = excluded.queue, reason = excluded.reason, agent = excluded.agent,
             waited_ms = excluded.waited_ms, talked_ms = excluded.talked_ms,
             held_ms = excluded.held_ms, missed = excluded.missed,
             faults = excluded.faults, message = excluded.message,
             verdict = excluded.verdict, verdict_all = excluded.verdict_all,
             containment = excluded.containment",
    full: OnceLock::new(),
};

static INSERT_EVENTS: Insert = Insert {
    into: "events (contact, at_ms, data)",
    columns: 3,
    rows: 128,
    then: "",
    full: OnceLock::new(),
};

static INSERT_STATES: Insert = Insert {
    into: "agent_states (agent, at, state)",
    columns: 3,
    rows: 32,
    then: "",
    full: OnceLock::new(),
};

/// A statement that inserts up to so many rows.
struct Insert {
    into: &'static str,
    columns: usize,
    rows: usize,
    then: &'static str,
    full: OnceLock<Arc<str>>,
}

impl Insert {
    /// For so many rows. SQLite is given the same statement every time, and takes what is not bound
    /// for NULL; PostgreSQL wants all of it.
    fn of(&self, rows: usize, db: &Connection) -> Query {
        let sql = match db.is_postgres() {
            true => self.text(rows),
            false => Arc::clone(self.full.get_or_init(|| self.text(self.rows))),
        };
        sql::query(AssertSqlSafe(sql))
    }

    /// As many rows at a time as one statement takes; for PostgreSQL, to which each number of rows is
    /// a statement of its own, by powers of two.
    fn parts<'r, T>(&self, mut rows: &'r [T], db: &Connection) -> Vec<&'r [T]> {
        let mut parts = Vec::new();
        while !rows.is_empty() {
            let fit = rows.len().min(self.rows);
            let some = match db.is_postgres() {
                true => 1 << fit.ilog2(),
                false => fit,
            };
            let (part, rest) = rows.split_at(some);
            parts.push(part);
            rows = rest;
        }
        parts
    }

    /// Inserts those whose first column is bound.
    fn text(&self, rows: usize) -> Arc<str> {
        let row = format!("({})", vec!["?"; self.columns].join(","));
        let rows = vec![row; rows].join(",");
        let (into, then) = (self.into, self.then);
        format!(
            "INSERT INTO {into} SELECT * FROM (VALUES {rows}) AS given \
             WHERE column1 IS NOT NULL {then}"
        )
        .into()
    }
}

impl ContactValues {
    /// `None`: how it started is not known.
    pub(super) fn of(id: ContactId, started: Option<&Event>, facts: &Facts) -> Option<Self> {
        let Some(Event::Started {
            line,
            dialled,
            caller,
        }) = started
        else {
            return None;
        };
        Some(ContactValues {
            id,
            line: line.shared(),
            dialled: dialled.as_str().into(),
            caller: caller.reveal().into(),
            facts: facts.clone(),
        })
    }

    fn bind(&self, query: Query) -> Query {
        let f = &self.facts;
        let json = |j: Result<String, serde_json::Error>| j.ok();
        query
            .bind(self.id.as_u64() as i64)
            .bind(&self.line)
            .bind(&self.dialled)
            .bind(&self.caller)
            .bind(self.id.started().unix_millis())
            .bind(f.answered.map(whole))
            .bind(f.ended.map(whole))
            .bind(f.queue.as_ref().map(|q| q.shared()))
            .bind(
                f.reason
                    .as_ref()
                    .and_then(|r| json(serde_json::to_string(r))),
            )
            .bind(f.agent.as_ref().map(|a| a.shared()))
            .bind(whole(f.waited))
            .bind(whole(f.talked))
            .bind(whole(f.held))
            .bind(f.missed)
            .bind(f.faults)
            .bind(f.message.map(|m| m.0))
            .bind(f.verdict.as_ref().map(|v| v.as_str()))
            .bind(
                f.verdict
                    .as_ref()
                    .and_then(|v| json(serde_json::to_string(v))),
            )
            .bind(f.containment().map(|c| c.as_str()))
    }
}

impl EventValues {
    pub(super) fn of(
        contact: ContactId,
        at: Duration,
        event: &Event,
    ) -> Result<Self, serde_json::Error> {
        let data = serde_json::to_string(event)?.into();
        Ok(EventValues { contact, at, data })
    }

    fn bind(&self, query: Query) -> Query {
        query
            .bind(self.contact.as_u64() as i64)
            .bind(whole(self.at))
            .bind(&self.data)
    }
}

fn whole(d: Duration) -> i64 {
    i64::try_from(millis(d)).unwrap_or(i64::MAX)
}

/// Writes all rows in one transaction.
pub(super) async fn write(home: &Home, rows: &Rows) -> Result<(), StoreError> {
    let nothing = rows.contacts.is_empty()
        && rows.events.is_empty()
        && rows.agents.is_empty()
        && rows.states.is_empty()
        && rows.guides.is_empty();
    if nothing {
        return Ok(());
    }
    let mut db = home.begin().await?;
    let written = write_all(&mut db, rows).await;
    home.end(db, written).await
}

async fn write_all(db: &mut Connection, rows: &Rows) -> Result<(), StoreError> {
    let contacts: Vec<&ContactValues> = rows.contacts.values().collect();
    for some in INSERT_CONTACTS.parts(&contacts, db) {
        let query = INSERT_CONTACTS.of(some.len(), db);
        let query = some.iter().fold(query, |query, row| row.bind(query));
        query.execute(&mut *db).await?;
    }
    for some in INSERT_EVENTS.parts(&rows.events, db) {
        let query = INSERT_EVENTS.of(some.len(), db);
        let query = some.iter().fold(query, |query, row| row.bind(query));
        query.execute(&mut *db).await?;
    }
    if rows.contacts.values().any(|c| c.facts.verdict.is_some()) {
        approvals::lapse(db).await?;
    }
    for some in INSERT_STATES.parts(&rows.states, db) {
        let query = INSERT_STATES.of(some.len(), db);
        let query = some.iter().fold(query, |query, row| {
            query
                .bind(row.agent.as_str().to_owned())
                .bind(row.at.unix_millis())
                .bind(&*row.state)
        });
        query.execute(&mut *db).await?;
    }
    for (agent, (state, at)) in &rows.agents {
        let online = !matches!(state, AgentState::Offline);
        sql::query(
            "INSERT INTO agents (id, state, changed_at, seen_at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (id) DO UPDATE SET state = excluded.state,
                 changed_at = excluded.changed_at,
                 seen_at = CASE WHEN agents.state = '{\"state\":\"offline\"}'
                     THEN coalesce(excluded.seen_at, agents.seen_at)
                     ELSE excluded.changed_at END",
        )
        .bind(agent.as_str())
        .bind(serde_json::to_string(state).unwrap_or_default())
        .bind(at.unix_millis())
        .bind(online.then_some(at.unix_millis()))
        .execute(&mut *db)
        .await?;
    }
    for (place, (kept, at)) in &rows.guides {
        guides::write(db, place, kept, *at).await?;
    }
    Ok(())
}
