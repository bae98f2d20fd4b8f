//! What a crash left of recordings.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::Duration;

use super::{NewRow, TALKS, TalkEnd, UNDER_WAY, complete, folders, hash, insert, publish};
use crate::ids::ContactId;
use crate::store::StoreError;
use crate::store::sql::{self, Pool};

/// Octets of the header of a WAV file of ours.
const HEADER: u64 = 44;
/// Octets of a moment, both channels.
const BOTH: u64 = 4;
/// Moments per second.
const RATE: u64 = 8_000;

/// After a crash: recordings that went on are made whole, and files without a row get one. How
/// many.
pub(in crate::store) async fn recover(dir: &Path, pool: &Pool) -> Result<usize, StoreError> {
    let mut found = 0;
    let [_, under_way] = folders(dir);
    let names = std::fs::read_dir(&under_way).map_err(StoreError::io(&under_way))?;
    for entry in names.filter_map(Result::ok) {
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        match recover_one(dir, pool, &name).await {
            Ok(true) => found += 1,
            Ok(false) => {}
            // One file must not keep the server from its calls.
            Err(e) => tracing::error!(
                file = %name,
                error = %e,
                "a recording that a crash left could not be kept; it stays for the next start"
            ),
        }
    }
    lost(dir, pool).await?;
    if found > 0 {
        tracing::warn!(recordings = found, "kept what was recorded until a crash");
    }
    Ok(found)
}

async fn recover_one(dir: &Path, pool: &Pool, name: &str) -> Result<bool, StoreError> {
    let path = dir.join(TALKS).join(UNDER_WAY).join(name);
    let contact = name.split_once('-').and_then(|(c, _)| c.parse().ok());
    let Some(contact): Option<ContactId> = contact else {
        // Not ours: leave it.
        return Ok(false);
    };
    let repaired = repair(&path).map_err(StoreError::io(&path))?;
    let mut tx = pool.begin().await?;
    let row = sql::query("SELECT id FROM recordings WHERE file = ?1")
        .bind(name)
        .fetch_optional(&mut tx)
        .await?;
    let Some(length) = repaired else {
        // Nothing was recorded yet.
        std::fs::remove_file(&path).map_err(StoreError::io(&path))?;
        sql::query("DELETE FROM recordings WHERE file = ?1")
            .bind(name)
            .execute(&mut tx)
            .await?;
        tx.commit().await?;
        return Ok(false);
    };
    let id = match row {
        Some(row) => row.try_get(0)?,
        None => {
            let row = NewRow {
                contact,
                queue: None,
                agent: None,
                consent: "unknown",
                file: name,
                began: contact.started(),
            };
            insert(&mut tx, &row).await?
        }
    };
    let hash = publish(dir, name)?;
    let end = TalkEnd {
        length,
        fault: Some("the server was lost".to_owned()),
        ..TalkEnd::default()
    };
    complete(&mut tx, id, &end, &hash).await?;
    tx.commit().await?;
    Ok(true)
}

/// Rows that go on for ever. Where the file has its place already, only its row was lost.
async fn lost(dir: &Path, pool: &Pool) -> Result<(), StoreError> {
    let rows = sql::query("SELECT id, file FROM recordings WHERE length_ms IS NULL")
        .fetch_all(pool)
        .await?;
    for row in rows {
        let (id, name): (i64, String) = (row.try_get(0)?, row.try_get(1)?);
        let path = dir.join(TALKS).join(&name);
        let mut tx = pool.begin().await?;
        let fault = Some("the server was lost".to_owned());
        match repair(&path) {
            Ok(Some(length)) => {
                let hash = hash(&path).map_err(StoreError::io(&path))?;
                let end = TalkEnd {
                    length,
                    fault,
                    ..TalkEnd::default()
                };
                complete(&mut tx, id, &end, &hash).await?;
            }
            Ok(None) | Err(_) => {
                sql::query("DELETE FROM recordings WHERE id = ?1")
                    .bind(id)
                    .execute(&mut tx)
                    .await?;
            }
        }
        tx.commit().await?;
    }
    Ok(())
}

/// Gives a file the header that its length asks for: how long it is. `None`: nothing is in it.
fn repair(path: &Path) -> std::io::Result<Option<Duration>> {
    let mut file = File::options().read(true).write(true).open(path)?;
    let len = file.metadata()?.len();
    let moments = len.saturating_sub(HEADER) / BOTH;
    let mut beginning = [0; HEADER as usize];
    if moments == 0 || file.read_exact(&mut beginning).is_err() {
        return Ok(None);
    }
    if !beginning.starts_with(b"RIFF") || !beginning[8..].starts_with(b"WAVEfmt ") {
        return Err(std::io::Error::other("it is no WAV file of ours"));
    }
    let data = u32::try_from(moments * BOTH).unwrap_or(!3);
    file.set_len(HEADER + u64::from(data))?;
    file.seek(SeekFrom::Start(4))?;
    file.write_all(&data.saturating_add(36).to_le_bytes())?;
    file.seek(SeekFrom::Start(40))?;
    file.write_all(&data.to_le_bytes())?;
    file.sync_all()?;
    Ok(Some(Duration::from_millis(moments * 1_000 / RATE)))
}
