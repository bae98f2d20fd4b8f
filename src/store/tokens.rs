//! What programs show in place of a password.

use super::audit::{self, Deed};
use super::people::Role;
use super::rows::text;
use super::sql::{self, Row};
use super::{Reader, Store, StoreError};
use crate::ids::AgentId;
use crate::now::Wall;

/// A token that is to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenMeta {
    /// What it is for.
    pub name: String,
    /// SHA-256 of it.
    pub hash: String,
    /// What it may do.
    pub role: Role,
    /// For whom, where it is for one agent.
    pub agent: Option<AgentId>,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created: Wall,
    /// Over then; `None`: when it is taken back.
    pub until: Option<Wall>,
}

/// A token as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRow {
    /// Its number.
    pub id: i64,
    /// What was said of it.
    pub meta: TokenMeta,
    /// Last used, to some minutes.
    pub used: Option<Wall>,
    /// Taken back.
    pub revoked: Option<Wall>,
}

impl Store {
    /// Keeps a token.
    ///
    /// # Errors
    /// As [`StoreError`] says; then there is none.
    pub async fn add_token(&self, token: TokenMeta, deed: Deed) -> Result<TokenRow, StoreError> {
        self.change(move |db| {
            Box::pin(async move {
                let id: i64 = sql::query_scalar(
                    "INSERT INTO tokens (name, hash, role, agent, created_by, created_at, until_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING id",
                )
                .bind(&token.name)
                .bind(&token.hash)
                .bind(token.role.as_str())
                .bind(token.agent.as_ref().map(|a| a.as_str()))
                .bind(&token.created_by)
                .bind(token.created.unix_millis())
                .bind(token.until.map(Wall::unix_millis))
                .fetch_one(&mut *db)
                .await?;
                audit::insert(db, &deed).await?;
                Ok(TokenRow {
                    id,
                    meta: token,
                    used: None,
                    revoked: None,
                })
            })
        })
        .await
    }

    /// Takes a token back. `false`: there is none of that number that holds.
    ///
    /// # Errors
    /// As [`StoreError`] says; then it holds on.
    pub async fn revoke_token(&self, id: i64, deed: Deed) -> Result<bool, StoreError> {
        self.change(move |db| {
            Box::pin(async move {
                let done = sql::query(
                    "UPDATE tokens SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL",
                )
                .bind(id)
                .bind(deed.at.unix_millis())
                .execute(&mut *db)
                .await?;
                if done.rows_affected() == 0 {
                    return Ok(false);
                }
                audit::insert(db, &deed).await?;
                Ok(true)
            })
        })
        .await
    }

    /// A token was used now.
    ///
    /// # Errors
    /// It could not be written.
    pub async fn token_used(&self, id: i64, now: Wall) -> Result<(), StoreError> {
        self.change(move |db| {
            Box::pin(async move {
                sql::query("UPDATE tokens SET used_at = ?2 WHERE id = ?1")
                    .bind(id)
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
    /// Tokens, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn tokens(&self) -> Result<Vec<TokenRow>, StoreError> {
        let rows = sql::query("SELECT * FROM tokens ORDER BY id DESC LIMIT 1000")
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(token).collect()
    }

    /// The token of this hash, whether it holds or not.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn token(&self, hash: &str) -> Result<Option<TokenRow>, StoreError> {
        let row = sql::query("SELECT * FROM tokens WHERE hash = ?1")
            .bind(hash)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(token).transpose()
    }
}

fn token(r: &Row) -> Result<TokenRow, StoreError> {
    let at = |column: &str| {
        let at: Option<i64> = r.try_get(column)?;
        Ok::<_, StoreError>(at.map(Wall::from_unix_millis))
    };
    Ok(TokenRow {
        id: r.try_get("id")?,
        meta: TokenMeta {
            name: r.try_get("name")?,
            hash: r.try_get("hash")?,
            role: Role::parse(r.try_get("role")?).unwrap_or(Role::Agent),
            agent: text(r, "agent")?.map(AgentId::new),
            created_by: r.try_get("created_by")?,
            created: Wall::from_unix_millis(r.try_get("created_at")?),
            until: at("until_at")?,
        },
        used: at("used_at")?,
        revoked: at("revoked_at")?,
    })
}
