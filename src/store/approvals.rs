//! What an agent may do only after a supervisor has said so. Each is decided once; one that nobody
//! has decided when its contact ends lapses.

use super::audit::{self, Deed};
use super::chat::note;
use super::rows::{id, text};
use super::sql::{self, Connection, QueryBuilder, Row};
use super::{Reader, Store, StoreError};
use crate::ids::{AgentId, ContactId, QueueName};
use crate::now::Wall;
use crate::record::timeline::{ApprovalStep, Event};

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct ApprovalMeta {
    /// Of this contact.
    pub contact: ContactId,
    /// Its queue.
    pub queue: Option<QueueName>,
    /// Who talks with the caller.
    pub agent: AgentId,
    /// What, in words.
    pub what: String,
    /// How much.
    pub amount: Option<f64>,
    /// Of what: `EUR`.
    pub unit: Option<String>,
}

/// An approval as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct ApprovalRow {
    /// Its number.
    pub id: i64,
    /// What is asked for.
    pub meta: ApprovalMeta,
    /// Who asked: a user or a token.
    pub asked_by: String,
    /// When.
    pub asked: Wall,
    /// `open`, `granted`, `refused`, `withdrawn` or `lapsed`.
    pub state: String,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided: Option<Wall>,
    /// Granted up to this.
    pub most: Option<f64>,
    /// In the words of who decided.
    pub note: Option<String>,
}

/// What is decided.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// Yes, up to this amount, if one is named.
    Grant(Option<f64>),
    /// No.
    Refuse,
    /// It is not asked for any more.
    Withdraw,
}

impl Decision {
    fn state(&self) -> (&'static str, ApprovalStep) {
        match self {
            Decision::Grant(_) => ("granted", ApprovalStep::Granted),
            Decision::Refuse => ("refused", ApprovalStep::Refused),
            Decision::Withdraw => ("withdrawn", ApprovalStep::Withdrawn),
        }
    }
}

/// Which approvals; `None` means all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApprovalFilter {
    /// Those that are decided as well.
    pub all: bool,
    /// Of this contact.
    pub contact: Option<ContactId>,
    /// Of this agent.
    pub agent: Option<AgentId>,
    /// Older than this one.
    pub before: Option<i64>,
}

impl Store {
    /// Keeps what an agent asks for. `None`: its contact is over.
    ///
    /// # Errors
    /// As [`StoreError`] says; then nothing is asked.
    pub async fn ask_approval(
        &self,
        asked: ApprovalMeta,
        deed: Deed,
    ) -> Result<Option<ApprovalRow>, StoreError> {
        self.change(move |db| {
            Box::pin(async move {
                if is_over(db, asked.contact).await? {
                    return Ok(None);
                }
                let row = sql::query(
                    "INSERT INTO approvals (contact, queue, agent, asked_by, what, amount, unit,
                         asked_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING *",
                )
                .bind(asked.contact.as_u64() as i64)
                .bind(asked.queue.as_ref().map(|q| q.as_str()))
                .bind(asked.agent.as_str())
                .bind(&deed.who)
                .bind(&asked.what)
                .bind(asked.amount)
                .bind(&asked.unit)
                .bind(deed.at.unix_millis())
                .fetch_one(&mut *db)
                .await?;
                let row = approval(&row)?;
                tell(db, &row, ApprovalStep::Asked, &deed.who, deed.at).await?;
                let deed = Deed {
                    target: format!("approval {}", row.id),
                    ..deed
                };
                audit::insert(db, &deed).await?;
                Ok(Some(row))
            })
        })
        .await
    }

    /// Decides it, if nobody has. The inner error is how it stands, and nothing is changed; `None`:
    /// there is none.
    ///
    /// # Errors
    /// As [`StoreError`] says; then nothing is changed.
    pub async fn decide_approval(
        &self,
        approval: i64,
        decision: Decision,
        note: Option<String>,
        deed: Deed,
    ) -> Result<Option<Result<ApprovalRow, ApprovalRow>>, StoreError> {
        self.change(move |db| {
            Box::pin(async move {
                let Some(row) = approval_of(db, approval).await? else {
                    return Ok(None);
                };
                if row.state != "open" {
                    return Ok(Some(Err(row)));
                }
                if is_over(db, row.meta.contact).await? {
                    // The record of its end is on the disk, and the lapse with it.
                    let row = lapse_one(db, row, deed.at).await?;
                    return Ok(Some(Err(row)));
                }
                let (state, step) = decision.state();
                let most = match decision {
                    Decision::Grant(most) => most,
                    Decision::Refuse | Decision::Withdraw => None,
                };
                let row = sql::query(
                    "UPDATE approvals SET state = ?2, decided_by = ?3, decided_at = ?4, most = ?5,
                         note = ?6 WHERE id = ?1 RETURNING *",
                )
                .bind(approval)
                .bind(state)
                .bind(&deed.who)
                .bind(deed.at.unix_millis())
                .bind(most)
                .bind(&note)
                .fetch_one(&mut *db)
                .await?;
                let row = self::approval(&row)?;
                tell(db, &row, step, &deed.who, deed.at).await?;
                audit::insert(db, &deed).await?;
                Ok(Some(Ok(row)))
            })
        })
        .await
    }
}

/// The contact's end is in its record.
async fn is_over(db: &mut Connection, contact: ContactId) -> Result<bool, StoreError> {
    let open: Option<i64> =
        sql::query_scalar("SELECT id FROM contacts WHERE id = ?1 AND verdict IS NULL")
            .bind(contact.as_u64() as i64)
            .fetch_optional(db)
            .await?;
    Ok(open.is_none())
}

async fn tell(
    db: &mut Connection,
    row: &ApprovalRow,
    step: ApprovalStep,
    by: &str,
    at: Wall,
) -> Result<(), StoreError> {
    let waited = row.decided.map(|decided| {
        let waited = decided.unix_millis() - row.asked.unix_millis();
        u64::try_from(waited).unwrap_or(0)
    });
    let event = Event::Approval {
        approval: row.id,
        step,
        by: by.to_owned(),
        what: row.meta.what.clone(),
        amount: row.meta.amount,
        unit: row.meta.unit.clone(),
        most: row.most,
        note: row.note.clone(),
        waited_ms: waited,
    };
    note(db, row.meta.contact, at, &event).await.map(drop)
}

/// Approvals whose contacts have ended and that nobody decided.
pub(super) async fn lapse(db: &mut Connection) -> Result<(), StoreError> {
    let open = sql::query(
        "SELECT a.*, c.started_at + coalesce(c.ended_ms, 0) AS over_at FROM approvals a
         JOIN contacts c ON c.id = a.contact
         WHERE a.state = 'open' AND c.verdict IS NOT NULL",
    )
    .fetch_all(&mut *db)
    .await?;
    for row in &open {
        let at = Wall::from_unix_millis(row.try_get("over_at")?);
        lapse_one(db, approval(row)?, at).await?;
    }
    Ok(())
}

async fn lapse_one(
    db: &mut Connection,
    row: ApprovalRow,
    at: Wall,
) -> Result<ApprovalRow, StoreError> {
    let row = sql::query(
        "UPDATE approvals SET state = 'lapsed', decided_at = ?2 WHERE id = ?1 RETURNING *",
    )
    .bind(row.id)
    .bind(at.unix_millis())
    .fetch_one(&mut *db)
    .await?;
    let row = approval(&row)?;
    tell(db, &row, ApprovalStep::Lapsed, "", at).await?;
    Ok(row)
}

async fn approval_of(db: &mut Connection, id: i64) -> Result<Option<ApprovalRow>, StoreError> {
    let row = sql::query("SELECT * FROM approvals WHERE id = ?1")
        .bind(id)
        .fetch_optional(db)
        .await?;
    row.as_ref().map(approval).transpose()
}

impl Reader {
    /// Approvals, the newest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn approvals(
        &self,
        filter: &ApprovalFilter,
        limit: u32,
    ) -> Result<Vec<ApprovalRow>, StoreError> {
        let mut q = QueryBuilder::new("SELECT * FROM approvals WHERE 1 = 1");
        if !filter.all {
            q.push(" AND state = 'open'");
        }
        if let Some(contact) = filter.contact {
            q.push(" AND contact = ").push_bind(contact.as_u64() as i64);
        }
        if let Some(agent) = &filter.agent {
            q.push(" AND agent = ").push_bind(agent.as_str().to_owned());
        }
        if let Some(before) = filter.before {
            q.push(" AND id < ").push_bind(before);
        }
        q.push(" ORDER BY id DESC LIMIT ").push_bind(limit);
        let rows = q.build().fetch_all(&self.pool).await?;
        rows.iter().map(approval).collect()
    }

    /// One approval.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn approval(&self, id: i64) -> Result<Option<ApprovalRow>, StoreError> {
        let row = sql::query("SELECT * FROM approvals WHERE id = ?1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(approval).transpose()
    }
}

fn approval(r: &Row) -> Result<ApprovalRow, StoreError> {
    let decided: Option<i64> = r.try_get("decided_at")?;
    Ok(ApprovalRow {
        id: r.try_get("id")?,
        meta: ApprovalMeta {
            contact: id(r, "contact")?,
            queue: text(r, "queue")?.map(QueueName::new),
            agent: AgentId::new(r.try_get::<String, _>("agent")?),
            what: r.try_get("what")?,
            amount: r.try_get("amount")?,
            unit: text(r, "unit")?,
        },
        asked_by: r.try_get("asked_by")?,
        asked: Wall::from_unix_millis(r.try_get("asked_at")?),
        state: r.try_get("state")?,
        decided_by: text(r, "decided_by")?,
        decided: decided.map(Wall::from_unix_millis),
        most: r.try_get("most")?,
        note: text(r, "note")?,
    })
}
