//! Reads what statistics are drawn from.

use std::time::Duration;

use super::rows::id;
use super::sql::{self, Connection};
use super::{Reader, StoreError};
use crate::ids::{AgentId, ContactId, LineName, PhoneNumber, QueueName};
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
        while let Some(last) = page(&mut db, span, after, None, |c| tally.contact(c)).await? {
            after = last;
        }
        agents(&mut db, &mut tally, span).await?;
        Ok(tally.report())
    }

    /// The same for spans that follow each other, and for all of them together, of one line or of all.
    /// The record is read once.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn review(
        &self,
        rules: &Rules,
        spans: &[Span],
        line: Option<&LineName>,
        now: Wall,
    ) -> Result<(Vec<Report>, Report), StoreError> {
        let mut db = self.pool.acquire().await?;
        let mut parts: Vec<Tally> = Vec::with_capacity(spans.len());
        parts.extend(spans.iter().map(|_| Tally::new(rules.clone(), now)));
        let mut whole = Tally::new(rules.clone(), now);
        let (Some(first), Some(last)) = (spans.first(), spans.last()) else {
            return Ok((Vec::new(), whole.report()));
        };
        let all = Span {
            since: first.since,
            until: last.until,
        };
        let mut after = i64::MIN;
        let mut add = |contact: &Contact<'_>| {
            let began = contact.timeline.started;
            let part = spans.partition_point(|s| s.until <= began);
            if let Some(part) = parts.get_mut(part) {
                part.contact(contact);
            }
            whole.contact(contact);
        };
        while let Some(last) = page(&mut db, all, after, line, &mut add).await? {
            after = last;
        }
        for (span, part) in spans.iter().zip(&mut parts) {
            agents(&mut db, part, *span).await?;
        }
        agents(&mut db, &mut whole, all).await?;
        let parts = parts.into_iter().map(Tally::report);
        Ok((parts.collect(), whole.report()))
    }

    /// How many contacts began in this span.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn contacts_in(&self, span: Span) -> Result<u64, StoreError> {
        let row = sql::query(
            "SELECT count(*) AS n FROM contacts WHERE started_at >= ?1 AND started_at < ?2",
        )
        .bind(span.since.unix_millis())
        .bind(span.until.unix_millis())
        .fetch_one(&self.pool)
        .await?;
        Ok(u64::try_from(row.try_get::<i64, _>("n")?).unwrap_or_default())
    }

    /// What became of the callbacks that were asked for in this span.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn callbacks_in(&self, span: Span) -> Result<Vec<AskedBack>, StoreError> {
        let rows = sql::query(
            "SELECT line, queue, state, count(*) AS n,
                 CAST(coalesce(sum(ended_at - asked_at), 0) AS BIGINT) AS waited,
                 CAST(coalesce(max(ended_at - asked_at), 0) AS BIGINT) AS longest
             FROM callbacks WHERE asked_at >= ?1 AND asked_at < ?2 GROUP BY line, queue, state",
        )
        .bind(span.since.unix_millis())
        .bind(span.until.unix_millis())
        .fetch_all(&self.pool)
        .await?;
        let asked = rows.iter().map(|row| {
            Ok(AskedBack {
                line: LineName::new(row.try_get::<&str, _>("line")?),
                queue: QueueName::new(row.try_get::<&str, _>("queue")?),
                state: row.try_get("state")?,
                count: u64::try_from(row.try_get::<i64, _>("n")?).unwrap_or_default(),
                waited: super::rows::duration(row, "waited")?,
                longest: super::rows::duration(row, "longest")?,
            })
        });
        asked.collect()
    }
}

/// Callbacks of one line and queue that stand the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedBack {
    /// On this line.
    pub line: LineName,
    /// Whose people call.
    pub queue: QueueName,
    /// `open`, `calling`, `done`, `given_up`, `unreached` or `cancelled`.
    pub state: String,
    /// So many.
    pub count: u64,
    /// From asking to the end, all of them together.
    pub waited: Duration,
    /// The longest of these.
    pub longest: Duration,
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

/// Tells of the contacts that come next after this one, of one line or of all; the last of them.
///
/// They are found by their ids, which sort by time: by the index of the times each page would sort all that
/// follow it.
async fn page(
    db: &mut Connection,
    span: Span,
    after: i64,
    line: Option<&LineName>,
    mut add: impl FnMut(&Contact<'_>),
) -> Result<Option<i64>, StoreError> {
    let first = |wall: Wall| i64::try_from(ContactId::new(wall, 0).as_u64()).unwrap_or(i64::MAX);
    let contacts = sql::query(
        "SELECT id, line, caller,
             (SELECT min(n.started_at) FROM contacts n WHERE n.caller = c.caller
                 AND n.line = c.line AND n.started_at > c.started_at) AS next
         FROM contacts c WHERE id > ?1 AND id < ?2 ORDER BY id LIMIT ?3",
    )
    .bind(after.max(first(span.since) - 1))
    .bind(first(span.until))
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
        let on = LineName::new(row.try_get::<&str, _>("line")?);
        if line.is_some_and(|l| *l != on) {
            continue;
        }
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
        add(&Contact {
            line: &on,
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
        // From one agent to the next in the index, and there to the span: each span of a report asks
        // for its part, and would read what everybody ever did.
        "WITH RECURSIVE known (agent) AS (
             SELECT min(agent) FROM agent_states
             UNION ALL
             SELECT (SELECT min(n.agent) FROM agent_states n WHERE n.agent > known.agent)
             FROM known WHERE known.agent IS NOT NULL)
         SELECT s.agent, s.at, s.state FROM known k JOIN agent_states s ON s.agent = k.agent
         WHERE s.at < ?2 AND s.at >= coalesce(
             (SELECT max(p.at) FROM agent_states p WHERE p.agent = k.agent AND p.at < ?1), ?1)
         ORDER BY s.agent, s.at, s.id",
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
