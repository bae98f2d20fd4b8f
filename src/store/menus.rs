//! Versions of the menu files, as they were published from the console.

use super::audit::{self, Deed};
use super::sql::{self, Row};
use super::{Reader, Store, StoreError};
use crate::now::Wall;

/// A version to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMenuVersion {
    /// Why, in words.
    pub note: String,
    /// Stands for all that is in the files.
    pub hash: String,
    /// The files that it changed.
    pub changed: Vec<String>,
    /// All of them, as JSON.
    pub files: String,
}

/// A version as it is kept, without its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuVersionRow {
    /// Its number; later ones are larger.
    pub id: i64,
    /// When.
    pub at: Wall,
    /// A user or a token.
    pub who: String,
    /// Why, in words.
    pub note: String,
    /// Stands for all that is in the files.
    pub hash: String,
    /// The files that it changed.
    pub changed: Vec<String>,
}

fn version(row: &Row) -> Result<MenuVersionRow, StoreError> {
    let changed: &str = row.try_get("changed")?;
    Ok(MenuVersionRow {
        id: row.try_get("id")?,
        at: Wall::from_unix_millis(row.try_get("at")?),
        who: row.try_get("who")?,
        note: row.try_get("note")?,
        hash: row.try_get("hash")?,
        changed: changed.lines().map(str::to_owned).collect(),
    })
}

impl Store {
    /// Keeps a version of the menu files, unless it is the newest one already: its number. Without a
    /// deed it was found, and nobody is known to have published it. When this returns `Ok`, it is on
    /// the disk.
    ///
    /// # Errors
    /// It could not be written.
    pub async fn keep_menus(
        &self,
        version: NewMenuVersion,
        at: Wall,
        deed: Option<Deed>,
    ) -> Result<i64, StoreError> {
        self.change(move |db| {
            Box::pin(async move {
                let newest = "SELECT id, hash FROM menu_versions ORDER BY id DESC LIMIT 1";
                if let Some(row) = sql::query(newest).fetch_optional(&mut *db).await?
                    && row.try_get::<&str, _>("hash")? == version.hash
                {
                    return Ok(row.try_get("id")?);
                }
                let id = sql::query_scalar(
                    "INSERT INTO menu_versions (at, who, note, hash, changed, files)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING id",
                )
                .bind(at.unix_millis())
                .bind(deed.as_ref().map_or("", |d| d.who.as_str()))
                .bind(&version.note)
                .bind(&version.hash)
                .bind(version.changed.join("\n"))
                .bind(&version.files)
                .fetch_one(&mut *db)
                .await?;
                if let Some(deed) = &deed {
                    audit::insert(db, deed).await?;
                }
                Ok(id)
            })
        })
        .await
    }
}

impl Reader {
    /// Versions of the menu files, the newest first, older than `before`; at most `limit`.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn menu_versions(
        &self,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<MenuVersionRow>, StoreError> {
        let rows = sql::query(
            "SELECT id, at, who, note, hash, changed FROM menu_versions
             WHERE (?1 IS NULL OR id < ?1) ORDER BY id DESC LIMIT ?2",
        )
        .bind(before)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(version).collect()
    }

    /// One version, with its files as JSON.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn menu_version(
        &self,
        id: i64,
    ) -> Result<Option<(MenuVersionRow, String)>, StoreError> {
        let row = sql::query("SELECT * FROM menu_versions WHERE id = ?1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        let whole = row.map(|r| Ok::<_, StoreError>((version(&r)?, r.try_get("files")?)));
        whole.transpose()
    }
}
