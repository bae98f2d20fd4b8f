//! Reads what statistics are drawn from.

use super::rows::id;
use super::sql::{self, Connection};
use super::{Reader, StoreError};
use crate::ids::{AgentId, ContactId, LineName, PhoneNumber};
use crate::now::Wall;
use crate::queue::action::AgentState;
use crate::record::timeline::{Event, Timeline};
pub use crate::statistics::spans::Span;
use crate::statistics::{Change, Contact, Report, Rules, Tally};

/// So many contacts are held in memory at a time.
const PAGE: i64 = 500;

impl Reader {
    /// What the contacts that began in this span, and the agents during it, came to. `now`: nothing
    /// later is known.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn statistics(
        &self,
        rules: &Rules,
        span: Span,
        now: Wall,
    ) -> Result<Report, StoreError> {
        let mut db = self.pool.acquire().await?;
        let mut tally = Tally::new(rules.clone(), now);
        let mut after = i64::MIN;
        while let Some(last) = page(&mut db, &mut tally, span, after).await? {
            after = last;
        }
        agents(&mut db, &mut tally, span).await?;
        Ok(tally.report())
    }
}

impl Reader {
    /// What an agent did in this span, the first change of it as of before, the oldest first; at most
    /// `limit`.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn agent_states(
        &self,
        agent: &AgentId,
        span: Span,
        limit: u32,
    ) -> Result<Vec<Change>, StoreError> {
        let rows = sql::query(
            "SELECT at, state FROM agent_states
             WHERE agent = ?3 AND at < ?2 AND at >= coalesce(
                 (SELECT max(p.at) FROM agent_states p WHERE p.agent = ?3 AND p.at < ?1), ?1)
             ORDER BY at, id LIMIT ?4",
        )
        .bind(span.since.unix_millis())
        .bind(span.until.unix_millis())
        .bind(agent.as_str())
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(change).collect()
    }
}

fn change(row: &sql::Row) -> Result<Change, StoreError> {
    Ok(Change {
        at: Wall::from_unix_millis(row.try_get("at")?),
        state: serde_json::from_str(row.try_get("state")?).unwrap_or(AgentState::Offline),
    })
}

/// Adds the contacts that come next after this one; the last of them.
async fn page(
    db: &mut Connection,
    tally: &mut Tally,
    span: Span,
    after: i64,
) -> Result<Option<i64>, StoreError> {
    let contacts = sql::query(
        "SELECT id, line, caller,
             (SELECT min(n.started_at) FROM contacts n WHERE n.caller = c.caller
                 AND n.line = c.line AND n.started_at > c.started_at) AS next
         FROM contacts c WHERE started_at >= ?1 AND started_at < ?2 AND id > ?3
         ORDER BY id LIMIT ?4",
    )
    .bind(span.since.unix_millis())
    .bind(span.until.unix_millis())
    .bind(after)
    .bind(PAGE)
    .fetch_all(&mut *db)
    .await?;
    let (Some(first), Some(last)) = (contacts.first(), contacts.last()) else {
        return Ok(None);
    };
    let last: i64 = last.try_get("id")?;
    let events = sql::query(
        "SELECT contact, at_ms, data FROM events WHERE contact BETWEEN ?1 AND ?2
         ORDER BY contact, id",
    )
    .bind(first.try_get::<i64, _>("id")?)
    .bind(last)
    .fetch_all(&mut *db)
    .await?;
    let mut events = events.iter().peekable();
    for row in &contacts {
        let contact: ContactId = id(row, "id")?;
        let key: i64 = row.try_get("id")?;
        let mut timeline = Timeline::new(contact.started());
        while let Some(event) = events.peek() {
            let of: i64 = event.try_get("contact")?;
            if of > key {
                break;
            }
            // A kind of a newer release is passed over.
            if of == key
                && let Ok(what) = serde_json::from_str::<Event>(event.try_get("data")?)
            {
                timeline.push(super::rows::duration(event, "at_ms")?, what);
            }
            events.next();
        }
        let next: Option<i64> = row.try_get("next")?;
        tally.contact(&Contact {
            line: &LineName::new(row.try_get::<&str, _>("line")?),
            timeline: &timeline,
            known: PhoneNumber::new(row.try_get::<&str, _>("caller")?).is_dialable(),
            next: next.map(Wall::from_unix_millis),
        });
    }
    Ok(Some(last))
}

/// Adds what agents did.
async fn agents(db: &mut Connection, tally: &mut Tally, span: Span) -> Result<(), StoreError> {
    let rows = sql::query(
        "SELECT agent, at, state FROM agent_states s
         WHERE at < ?2 AND at >= coalesce(
             (SELECT max(p.at) FROM agent_states p WHERE p.agent = s.agent AND p.at < ?1), ?1)
         ORDER BY agent, at, id",
    )
    .bind(span.since.unix_millis())
    .bind(span.until.unix_millis())
    .fetch_all(db)
    .await?;
    for of_one in rows.chunk_by(|a, b| {
        let agent = |r: &sql::Row| r.try_get::<String, _>("agent").ok();
        agent(a) == agent(b)
    }) {
        let mut changes = Vec::with_capacity(of_one.len());
        for row in of_one {
            changes.push(change(row)?);
        }
        if let Some(first) = of_one.first() {
            let agent = AgentId::new(first.try_get::<&str, _>("agent")?);
            tally.agent(&agent, &changes, span.since, span.until);
        }
    }
    Ok(())
}
