//! Where callers left a guide: kept for their next call, forgotten when its time is over.

use std::time::Duration;

use super::sql::{self, Connection};
use super::writer::{Command, millis};
use super::{Reader, Store, StoreError};
use crate::call::event::GuidePlace;
use crate::now::Wall;

/// A step to be kept until then, or (`None`) to be forgotten.
pub(super) type Kept = Option<(String, Wall)>;

impl Store {
    /// Keeps the step of a guide for this long from `at`, or forgets it. Never waits, like
    /// [`Store::record`].
    pub fn remember(&self, place: GuidePlace, step: Option<(String, Duration)>, at: Wall) {
        let until = |keep: Duration| {
            let keep = i64::try_from(millis(keep)).unwrap_or(i64::MAX);
            Wall::from_unix_millis(at.unix_millis().saturating_add(keep))
        };
        let kept = step.map(|(step, keep)| (step, until(keep)));
        self.offer(Command::Guide { place, kept, at });
    }
}

impl Reader {
    /// The step of a guide that is kept for a caller.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn guide_step(
        &self,
        place: &GuidePlace,
        now: Wall,
    ) -> Result<Option<String>, StoreError> {
        let step = sql::query_scalar(
            "SELECT step FROM guide_steps
             WHERE line = ?1 AND guide = ?2 AND caller = ?3 AND until_at > ?4",
        )
        .bind(place.line.as_str())
        .bind(place.guide.as_str())
        .bind(place.caller.reveal())
        .bind(now.unix_millis())
        .fetch_optional(&self.pool)
        .await?;
        Ok(step)
    }
}

/// Writes one step down, or strikes it; those whose time is over go along.
pub(super) async fn write(
    db: &mut Connection,
    place: &GuidePlace,
    kept: &Kept,
    at: Wall,
) -> Result<(), sqlx::Error> {
    sql::query("DELETE FROM guide_steps WHERE until_at <= ?1")
        .bind(at.unix_millis())
        .execute(&mut *db)
        .await?;
    let query = match kept {
        Some((step, until)) => sql::query(
            "INSERT INTO guide_steps (line, guide, caller, step, until_at)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (line, guide, caller)
             DO UPDATE SET step = excluded.step, until_at = excluded.until_at",
        )
        .bind(place.line.as_str())
        .bind(place.guide.as_str())
        .bind(place.caller.reveal())
        .bind(step)
        .bind(until.unix_millis()),
        None => {
            sql::query("DELETE FROM guide_steps WHERE line = ?1 AND guide = ?2 AND caller = ?3")
                .bind(place.line.as_str())
                .bind(place.guide.as_str())
                .bind(place.caller.reveal())
        }
    };
    query.execute(db).await?;
    Ok(())
}
