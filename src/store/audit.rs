//! Who did what, when, from where; and the first answers to commands that may come twice.

use super::rows::text;
use super::sql::{self, Connection, Row};
use super::{Reader, Store, StoreError};
use crate::now::Wall;

/// Something that somebody did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// When.
    pub at: Wall,
    /// A user, a token (`token NAME`) or `local`.
    pub who: String,
    /// Their role at that time.
    pub role: String,
    /// The address that it came from.
    pub source: String,
    /// What, in one word with a dot: `agent.pause`.
    pub deed: String,
    /// With whom or what.
    pub target: String,
    /// More about it, in words. No numbers of callers.
    pub detail: Option<String>,
}

/// A deed as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeedRow {
    /// Its name; later ones are larger.
    pub id: i64,
    /// What was done.
    pub deed: Deed,
}

/// Which deeds; `None` means all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeedFilter {
    /// Older than this one.
    pub before: Option<i64>,
    /// Of this one.
    pub who: Option<String>,
    /// This, or what begins with it and a dot.
    pub deed: Option<String>,
}

/// The first answer to a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAnswer {
    /// SHA-256 of what was asked.
    pub request: String,
    /// The HTTP status.
    pub status: u16,
    /// JSON.
    pub body: String,
}

/// Writes a deed, within somebody's transaction.
pub(super) async fn insert(db: &mut Connection, deed: &Deed) -> Result<(), StoreError> {
    sql::query(
        "INSERT INTO audit (at, who, role, source, deed, target, detail)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )
    .bind(deed.at.unix_millis())
    .bind(&deed.who)
    .bind(&deed.role)
    .bind(&deed.source)
    .bind(&deed.deed)
    .bind(&deed.target)
    .bind(&deed.detail)
    .execute(db)
    .await?;
    Ok(())
}

impl Store {
    /// Writes a deed down. When this returns `Ok`, it is on the disk.
    ///
    /// # Errors
    /// It could not be written.
    pub async fn audit(&self, deed: Deed) -> Result<(), StoreError> {
        self.change(move |db| Box::pin(async move { insert(db, &deed).await }))
            .await
    }

    /// Keeps the first answer to a command, and forgets those from before `forget`.
    ///
    /// # Errors
    /// It could not be written.
    pub async fn keep_answer(
        &self,
        key: String,
        answer: KeptAnswer,
        now: Wall,
        forget: Wall,
    ) -> Result<(), StoreError> {
        self.change(move |db| {
            Box::pin(async move {
                sql::query("DELETE FROM answers WHERE at < ?1")
                    .bind(forget.unix_millis())
                    .execute(&mut *db)
                    .await?;
                sql::query(
                    "INSERT INTO answers (key, request, status, body, at)
                     VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (key) DO NOTHING",
                )
                .bind(key)
                .bind(answer.request)
                .bind(answer.status)
                .bind(answer.body)
                .bind(now.unix_millis())
                .execute(db)
                .await?;
                Ok(())
            })
        })
        .await
    }
}

impl Reader {
    /// The first answer to the command of this key, if it was given since then.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn answer(&self, key: &str, since: Wall) -> Result<Option<KeptAnswer>, StoreError> {
        let row = sql::query("SELECT * FROM answers WHERE key = ?1 AND at >= ?2")
            .bind(key)
            .bind(since.unix_millis())
            .fetch_optional(&self.pool)
            .await?;
        let row = row.map(|r| {
            Ok::<_, StoreError>(KeptAnswer {
                request: r.try_get("request")?,
                status: u16::try_from(r.try_get::<i64, _>("status")?).unwrap_or(500),
                body: r.try_get("body")?,
            })
        });
        row.transpose()
    }

    /// Deeds, the newest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn deeds(&self, filter: &DeedFilter, limit: u32) -> Result<Vec<DeedRow>, StoreError> {
        let rows = sql::query(
            "SELECT * FROM audit
             WHERE (?1 IS NULL OR id < ?1) AND (?2 IS NULL OR who = ?2)
               AND (?3 IS NULL OR deed = ?3 OR substr(deed, 1, length(?3) + 1) = ?3 || '.')
             ORDER BY id DESC LIMIT ?4",
        )
        .bind(filter.before)
        .bind(filter.who.as_deref())
        .bind(filter.deed.as_deref())
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(deed).collect()
    }
}

fn deed(r: &Row) -> Result<DeedRow, StoreError> {
    Ok(DeedRow {
        id: r.try_get("id")?,
        deed: Deed {
            at: Wall::from_unix_millis(r.try_get("at")?),
            who: r.try_get("who")?,
            role: r.try_get("role")?,
            source: r.try_get("source")?,
            deed: r.try_get("deed")?,
            target: r.try_get("target")?,
            detail: text(r, "detail")?,
        },
    })
}
