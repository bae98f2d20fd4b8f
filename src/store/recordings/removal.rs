//! Recordings are removed: by somebody, by their age, with their contact.

use std::path::Path;

use super::{TALKS, TalkRow, talk};
use crate::now::Wall;
use crate::store::audit::{self, Deed};
use crate::store::sql::{self, Connection, Row};
use crate::store::{Store, StoreError};

/// So many are removed at a time.
const AT_ONCE: i64 = 50;

impl Store {
    /// Removes the file of a recording and writes down that it is gone, with its hash. `false`:
    /// there is none (any more), or it goes on.
    ///
    /// # Errors
    /// It could not be removed, or not be written down.
    pub async fn remove_talk(&self, id: i64, deed: Deed) -> Result<bool, StoreError> {
        let dir = self.place.dir.join(TALKS);
        self.change(move |db| {
            Box::pin(async move {
                let row = sql::query(
                    "SELECT * FROM recordings
                     WHERE id = ?1 AND deleted_at IS NULL AND length_ms IS NOT NULL",
                )
                .bind(id)
                .fetch_optional(&mut *db)
                .await?;
                let Some(row) = row else { return Ok(false) };
                let by = deed.who.clone();
                remove(db, &dir, &talk(&row)?, &by, deed).await?;
                Ok(true)
            })
        })
        .await
    }

    /// Removes recordings that began before that time: how many.
    ///
    /// # Errors
    /// Not all could be removed: those that were are written down.
    pub(in crate::store) async fn forget_talks(
        &self,
        before: Wall,
        now: Wall,
    ) -> Result<u64, StoreError> {
        let mut removed = 0;
        loop {
            let dir = self.place.dir.join(TALKS);
            let some = self
                .change(move |db| {
                    Box::pin(async move {
                        let rows = sql::query(
                            "SELECT * FROM recordings
                             WHERE began_at < ?1 AND deleted_at IS NULL AND length_ms IS NOT NULL
                             ORDER BY began_at LIMIT ?2",
                        )
                        .bind(before.unix_millis())
                        .bind(AT_ONCE)
                        .fetch_all(&mut *db)
                        .await?;
                        forget_each(db, &dir, &rows, &Forgets::Retention(now)).await
                    })
                })
                .await?;
            removed += some;
            if some < AT_ONCE as u64 {
                return Ok(removed);
            }
        }
    }
}

/// Why recordings go.
pub(in crate::store) enum Forgets<'d> {
    /// They are older than they are to be kept.
    Retention(Wall),
    /// Somebody did this.
    Somebody(&'d Deed),
}

impl Forgets<'_> {
    /// What is written down, and who it was.
    fn deed(&self) -> (Deed, String) {
        let word = "recording.remove".to_owned();
        match self {
            Forgets::Retention(now) => {
                let deed = Deed {
                    at: *now,
                    who: "server".to_owned(),
                    role: "-".to_owned(),
                    source: "this machine".to_owned(),
                    deed: word,
                    target: String::new(),
                    detail: None,
                };
                (deed, "retention".to_owned())
            }
            Forgets::Somebody(deed) => {
                let who = deed.who.clone();
                let deed = Deed {
                    deed: word,
                    ..(*deed).clone()
                };
                (deed, who)
            }
        }
    }
}

/// Removes what there is of a contact that goes, within somebody's transaction.
pub(in crate::store) async fn forget_contact(
    db: &mut Connection,
    dir: &Path,
    contact: i64,
    by: &Forgets<'_>,
) -> Result<u64, StoreError> {
    let rows = sql::query("SELECT * FROM recordings WHERE contact = ?1 AND deleted_at IS NULL")
        .bind(contact)
        .fetch_all(&mut *db)
        .await?;
    let removed = forget_each(db, &dir.join(TALKS), &rows, by).await?;
    sql::query("DELETE FROM recordings WHERE contact = ?1")
        .bind(contact)
        .execute(db)
        .await?;
    Ok(removed)
}

async fn forget_each(
    db: &mut Connection,
    dir: &Path,
    rows: &[Row],
    by: &Forgets<'_>,
) -> Result<u64, StoreError> {
    for row in rows {
        let (deed, by) = by.deed();
        remove(db, dir, &talk(row)?, &by, deed).await?;
    }
    Ok(rows.len() as u64)
}

/// The file before the row: a file without one would be kept again at the next start.
async fn remove(
    db: &mut Connection,
    dir: &Path,
    row: &TalkRow,
    by: &str,
    deed: Deed,
) -> Result<(), StoreError> {
    let path = dir.join(&row.file);
    match tokio::fs::remove_file(&path).await {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            return Err(StoreError::io(&path)(e));
        }
        Ok(()) | Err(_) => {}
    }
    sql::query("UPDATE recordings SET deleted_at = ?2, deleted_by = ?3 WHERE id = ?1")
        .bind(row.id)
        .bind(deed.at.unix_millis())
        .bind(by)
        .execute(&mut *db)
        .await?;
    let hash = row.sha256.as_deref().unwrap_or("not known");
    let seconds = row.length.unwrap_or_default().as_secs();
    let began = jiff::Timestamp::from_millisecond(row.began.unix_millis());
    let began = began.map(|t| t.to_string()).unwrap_or_default();
    let deed = Deed {
        target: format!("recording {} of contact {}", row.id, row.contact),
        detail: Some(format!("sha256 {hash}, {seconds} s from {began}, by {by}")),
        ..deed
    };
    audit::insert(db, &deed).await
}
