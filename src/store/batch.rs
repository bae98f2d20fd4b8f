//! The rows of one batch, and the statements that write many of them at once.
//!
//! A statement is a message to SQLite's thread and back, which costs more than a row does. So
//! rows go in by the dozens, in prepared statements of fixed size whose last rows may stay
//! unbound: SQLite takes those for NULL, and they are not inserted.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use sqlx::sqlite::SqliteArguments;
use sqlx::{AssertSqlSafe, Sqlite, SqliteConnection};

use super::home::Home;
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
    line: String,
    dialled: String,
    caller: String,
    facts: Facts,
}

/// A row of `events`.
pub(super) struct EventValues {
    contact: ContactId,
    at: Duration,
    data: String,
}

type Query = sqlx::query::Query<'static, Sqlite, SqliteArguments>;

const CONTACTS: usize = 32;
static INSERT_CONTACTS: LazyLock<Arc<str>> = LazyLock::new(|| {
    insert(
        "contacts (id, line, dialled, caller, started_at, answered_ms, ended_ms, queue, reason,
             agent, waited_ms, talked_ms, held_ms, missed, faults, message, verdict,
             verdict_all, containment)",
        19,
        CONTACTS,
        "ON CONFLICT (id) DO UPDATE SET
             answered_ms = excluded.answered_ms, ended_ms = excluded.ended_ms,
             queue = excluded.queue, reason = excluded.reason, agent = excluded.agent,
             waited_ms = excluded.waited_ms, talked_ms = excluded.talked_ms,
             held_ms = excluded.held_ms, missed = excluded.missed,
             faults = excluded.faults, message = excluded.message,
             verdict = excluded.verdict, verdict_all = excluded.verdict_all,
             containment = excluded.containment",
    )
});

const EVENTS: usize = 128;
static INSERT_EVENTS: LazyLock<Arc<str>> =
    LazyLock::new(|| insert("events (contact, at_ms, data)", 3, EVENTS, ""));

const STATES: usize = 32;
static INSERT_STATES: LazyLock<Arc<str>> =
    LazyLock::new(|| insert("agent_states (agent, at, state)", 3, STATES, ""));

/// A statement that inserts up to `rows` rows, those whose first column is bound.
fn insert(into: &str, columns: usize, rows: usize, then: &str) -> Arc<str> {
    let row = format!("({})", vec!["?"; columns].join(","));
    let rows = vec![row; rows].join(",");
    format!("INSERT INTO {into} SELECT * FROM (VALUES {rows}) WHERE column1 IS NOT NULL {then}")
        .into()
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
            line: line.as_str().to_owned(),
            dialled: dialled.clone(),
            caller: caller.reveal().to_owned(),
            facts: facts.clone(),
        })
    }

    fn bind(&self, query: Query) -> Query {
        let f = &self.facts;
        let json = |j: Result<String, serde_json::Error>| j.ok();
        query
            .bind(self.id.as_u64() as i64)
            .bind(&*self.line)
            .bind(&*self.dialled)
            .bind(&*self.caller)
            .bind(self.id.started().unix_millis())
            .bind(f.answered.map(whole))
            .bind(f.ended.map(whole))
            .bind(f.queue.as_ref().map(|q| q.as_str()))
            .bind(
                f.reason
                    .as_ref()
                    .and_then(|r| json(serde_json::to_string(r))),
            )
            .bind(f.agent.as_ref().map(|a| a.as_str()))
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
        let data = serde_json::to_string(event)?;
        Ok(EventValues { contact, at, data })
    }

    fn bind(&self, query: Query) -> Query {
        query
            .bind(self.contact.as_u64() as i64)
            .bind(whole(self.at))
            .bind(&*self.data)
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

async fn write_all(db: &mut SqliteConnection, rows: &Rows) -> Result<(), StoreError> {
    let contacts: Vec<&ContactValues> = rows.contacts.values().collect();
    for some in contacts.chunks(CONTACTS) {
        let query = sqlx::query(AssertSqlSafe(Arc::clone(&INSERT_CONTACTS)));
        let query = some.iter().fold(query, |query, row| row.bind(query));
        query.execute(&mut *db).await?;
    }
    for some in rows.events.chunks(EVENTS) {
        let query = sqlx::query(AssertSqlSafe(Arc::clone(&INSERT_EVENTS)));
        let query = some.iter().fold(query, |query, row| row.bind(query));
        query.execute(&mut *db).await?;
    }
    if rows.contacts.values().any(|c| c.facts.verdict.is_some()) {
        approvals::lapse(db).await?;
    }
    for some in rows.states.chunks(STATES) {
        let query = sqlx::query(AssertSqlSafe(Arc::clone(&INSERT_STATES)));
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
        sqlx::query(
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
